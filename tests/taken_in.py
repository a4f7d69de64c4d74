"""A register into which something is taken, and what stands in it afterwards."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

from fairplace.founding import create
from fairplace.ledger.note import Signer
from fairplace.on_disk import Register
from fairplace.procurement.events import Imported

ROOT = Signer("council.example/root", b"\1" * 32)


def founded(folder: Path) -> Register:
    return create(
        folder / "register",
        authority="Borough of Example",
        origin="log.council.example/commissioning",
        root=ROOT,
        worthless=True,
    )


def events(register: Register, view: Any = "authority") -> list[Any]:
    return [recorded.event for recorded in register.reader.recorded(0, register.reader.size, view)]


def imported(register: Register) -> list[Imported]:
    return [event for event in events(register) if isinstance(event, Imported)]


def public_bytes(register: Register) -> bytes:
    """Everything that anybody may copy, disclosures also decoded."""
    register.follow()
    found = b""
    for path in sorted(register.public.rglob("*")):
        if path.is_file():
            found += path.read_bytes()
            if "disclosures" in path.parts:
                for line in path.read_text("ascii").splitlines():
                    found += base64.urlsafe_b64decode(line[1:] + "===")
    return found
