"""What a command said."""

from __future__ import annotations

import json
from typing import Any, NamedTuple

import pytest

from fairplace.cli import main

WORDS = "correct horse battery staple"
"""The passphrase of the keys of tests."""


class Said(NamedTuple):
    code: int
    out: str
    err: str

    @property
    def objects(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.out.splitlines()]

    @property
    def sentence(self) -> str:
        return " ".join(self.err.split())


def called(capfd: pytest.CaptureFixture[str], *arguments: object) -> Said:
    """Call the command line, and read what it writes."""
    capfd.readouterr()
    code = main([str(one) for one in arguments])
    said = Said(code, *capfd.readouterr())
    assert "Traceback" not in said.err
    return said
