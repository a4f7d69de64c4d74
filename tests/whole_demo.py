"""The whole demo register, built once in a test run for all processes: that takes the most part of a minute."""

from __future__ import annotations

import fcntl
import os
import shutil
from pathlib import Path

import msgspec
import pytest

from fairplace.synthesis import procurements

SEED = 1


def whole_demo(made: pytest.TempPathFactory) -> tuple[Path, procurements.Built]:
    """A copy of it, the caller's own, and what its builder said."""
    base = made.getbasetemp()
    shared = base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base
    first, said = shared / "whole-demo", shared / "whole-demo.json"
    with (shared / "whole-demo.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # whoever comes second waits for the first
        if not said.exists():
            said.write_bytes(msgspec.json.encode(procurements.build(first, seed=SEED)))
        own = made.mktemp("demo") / "register"
        shutil.copytree(first, own)
    return own, msgspec.json.decode(said.read_bytes(), type=procurements.Built)
