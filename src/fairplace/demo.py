"""What tells a demo register from any other, and who can be walked through in it.

- A demo says so in a file of its folder, and has a name that nobody can own (`.example`, RFC 2606).
- Its people's keys are open to everybody: what they sign proves nothing.
"""

from __future__ import annotations

from pathlib import Path

import msgspec

MARKER, PERSONAS = "demo.json", "personas.json"
NOBODYS = ".example"


class Marker(msgspec.Struct, frozen=True):
    """Says that a folder is a demo register."""

    worthless: bool


CALLED = {"auditor": "opener", "key-admin": "administrator", "monitoring": "monitoring officer"}
"""What somebody with a role is in the demo, where that is not the role's own name."""


class Persona(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody of the demo: their account, their worthless key (`seed` in base64), and what they have to do.

    An opener's other key, public and private in base64, is as worthless.
    """

    person: str
    name: str
    role: str
    vkey: str
    seed: str
    about: str
    opener_key: str = ""
    opener_seed: str = ""

    @property
    def called(self) -> str:
        return CALLED.get(self.role, self.role.replace("-", " "))


def personas(folder: Path, domain: str) -> list[Persona]:
    """The people of the demo register in this folder, whose names end in this domain; nobody in any other."""
    if not domain.endswith(NOBODYS) or not _is_marked(folder):
        return []
    try:
        return msgspec.json.decode((folder / PERSONAS).read_bytes(), type=list[Persona])
    except (OSError, msgspec.DecodeError):
        return []


def _is_marked(folder: Path) -> bool:
    try:
        return msgspec.json.decode((folder / MARKER).read_bytes(), type=Marker).worthless
    except (OSError, msgspec.DecodeError):
        return False
