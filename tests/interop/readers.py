"""The readers of the format that we have, all asked in one way: here are files and keys, what do you say?"""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import ModuleType
from typing import NamedTuple
from unittest import mock

import fairplace_verify

VERDICTS = {0: "genuine", 1: "not genuine", 2: "not a record", 3: "partly checked"}

Record = Mapping[str, bytes] | bytes
"""The files of a published folder or of releases of numbers, one proof file, or a bundle."""


class Said(NamedTuple):
    """A verdict, and the reason that was given for it."""

    verdict: str
    why: str


class Verifier:
    """`fairplace_verify`, as it is imported here."""

    def __init__(self, module: ModuleType = fairplace_verify) -> None:
        self._module = module

    def read(self, record: Record, keys: Sequence[str], policy: str | None = None) -> Said:
        ways = {
            "folder": self._module.verify_register,
            "releases": self._module.verify_releases,
            "proof": self._module.verify_proof,
            "bundle": self._module.verify_bundle,
        }
        try:
            report = ways[kind(record)](record, keys, policy)
        except self._module.Unreadable as error:
            return Said("not a record", str(error))
        return Said(report.word, f"{report.verdict} {'; '.join(report.notes)}")


class Go:
    """The checker in Go."""

    def __init__(self, program: Path) -> None:
        self._program = program

    def read(self, record: Record, keys: Sequence[str], policy: str | None = None) -> Said:
        with tempfile.TemporaryDirectory() as scratch:
            path = Path(scratch) / "record"
            if isinstance(record, bytes):
                path.write_bytes(record)
            else:
                put(path, record)
            given = [*keys]
            if policy is not None:
                (Path(scratch) / "policy").write_text(policy, "utf-8")
                given += ["-policy", f"{scratch}/policy"]
            done = subprocess.run(
                [self._program, kind(record), path, *given], capture_output=True, text=True, check=False
            )
        assert done.returncode in VERDICTS, done.stderr
        assert not done.stderr, done.stderr
        answer = json.loads(done.stdout)
        assert answer["verdict"] == VERDICTS[done.returncode]
        return Said(answer["verdict"], answer["why"])


def kind(record: Record) -> str:
    if not isinstance(record, bytes):
        return "releases" if any(name.endswith(".tlog-proof") for name in record) else "folder"
    return "bundle" if record.startswith(b"PK") else "proof"


def put(folder: Path, files: Mapping[str, bytes]) -> None:
    for name, data in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)


def without_cryptography() -> ModuleType:
    """The verifier as a machine has it where the package `cryptography` is not installed."""
    spec = importlib.util.spec_from_file_location("fairplace_verify_alone", fairplace_verify.__file__)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # its processes find it by name
    with mock.patch.dict(sys.modules, {"cryptography": None}):
        gone = [name for name in sys.modules if name.startswith("cryptography.")]
        with mock.patch.dict(sys.modules, dict.fromkeys(gone)):
            spec.loader.exec_module(module)
    return module
