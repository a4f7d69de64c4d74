"""A witness on disk: its name, its keys, its memory. Its folder is its own; no register stands in it.

DIR/witness.toml             its name
DIR/witness.sqlite           whom it watches, what it signed last
DIR/secrets/*.seed           its two keys, 0600
"""

from __future__ import annotations

import secrets
import tomllib
from pathlib import Path

from fairplace.begun import appear, begun, in_use
from fairplace.errors import Malformed, Misconfigured, Refused
from fairplace.ledger.note import SEED_BYTES, Cosigner, MlDsaSigner, Vkey, check_name, mldsa_supported
from fairplace.witness.state import State

FILE = "witness.toml"
_ED25519, _MLDSA = "witness", "witness-mldsa"


class Own:
    """The witness in this folder. Raises Misconfigured when there is none, or when it is not whole."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.name = _name(folder)
        self.state = State(folder)
        self._ed25519 = Cosigner(self.name, _seed(folder, _ED25519))
        self._mldsa = MlDsaSigner(self.name, _seed(folder, _MLDSA)) if mldsa_supported() else None
        in_use(folder)

    @property
    def vkeys(self) -> list[Vkey]:
        return [self._ed25519.vkey, *([self._mldsa.vkey] if self._mldsa else [])]

    def lines(self, text: bytes, origin: str, size: int, root: bytes, seconds: int) -> list[str]:
        """The cosignatures of a checkpoint as it was seen at that second."""
        made = [self._ed25519.line(text, seconds)]
        if self._mldsa is not None:
            made.append(self._mldsa.line(origin, size, root, seconds))
        return made


def create(folder: Path, name: str) -> Own:
    """Make a witness in a new or empty folder; the one that stands there by this name will do.

    Its name is that of its keys, such as `witness.council.example`.
    """
    try:
        check_name(name)
    except Malformed as error:
        raise Refused(f"{error}; give an address of your own, such as witness.council.example") from error
    with begun(folder, "witness", FILE) as stands:
        if not stands:
            (folder / "secrets").mkdir(mode=0o700)
            for key in (_ED25519, _MLDSA):
                appear(folder / "secrets" / f"{key}.seed", secrets.token_bytes(SEED_BYTES).hex() + "\n")
            State.create(folder)
            appear(folder / FILE, f'format = 1\nname = "{name}"\n')
        elif (other := _name(folder)) != name:
            raise Refused(f"{folder} is the witness {other}; give a new folder for {name}")
    return Own(folder)


def _name(folder: Path) -> str:
    try:
        found = tomllib.loads((folder / FILE).read_text("utf-8"))
    except (FileNotFoundError, NotADirectoryError) as error:
        raise Misconfigured(
            f"{folder} is no witness: it has no {FILE}; make one with 'fairplace witness init'"
        ) from error
    except (OSError, ValueError) as error:
        raise Misconfigured(f"{folder / FILE} cannot be read: {error}") from error
    if found.keys() != {"format", "name"} or found["format"] != 1 or not isinstance(found["name"], str):
        raise Misconfigured(f"{folder / FILE} came with {sorted(found)}; expected format = 1 and a name")
    try:
        check_name(found["name"])
    except Malformed as error:
        raise Misconfigured(f"{folder / FILE}: {error}") from error
    return found["name"]


def _seed(folder: Path, name: str) -> bytes:
    path = folder / "secrets" / f"{name}.seed"
    try:
        if path.stat().st_mode & 0o077:
            raise Misconfigured(f"others can read {path}; run 'chmod 600 {path}', and think about whether it was read")
        seed = bytes.fromhex(path.read_text("ascii").strip())
    except (OSError, ValueError) as error:
        raise Misconfigured(f"the witness's key {path} cannot be read; put its copy back") from error
    if len(seed) != SEED_BYTES:
        raise Misconfigured(f"the witness's key {path} has {len(seed)} bytes, expected {SEED_BYTES}; put its copy back")
    return seed
