"""A plugin for pytest: writes down every bundle that the tests of the checker hand to it, with what it said.

`FAIRPLACE_RECORD` names the file: one JSON object a line.
"""

from __future__ import annotations

import base64
import json
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import fairplace_verify

REAL = fairplace_verify.verify_bundle


def recorded(source: bytes | Path, keys: Iterable[str] = (), policy: str | None = None) -> Any:
    given = list(keys)
    report = REAL(source, given, policy)
    data = source if isinstance(source, bytes) else source.read_bytes()
    if len(data) < 1_000_000:
        line = {"data": base64.b64encode(data).decode(), "keys": given, "policy": policy, "word": report.word}
        with Path(os.environ["FAIRPLACE_RECORD"]).open("a") as file:
            file.write(json.dumps(line) + "\n")
    return report


fairplace_verify.verify_bundle = recorded
