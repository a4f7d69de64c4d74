"""Personal signing keys in files: wrapped with a passphrase, outside every register.

- A wrapped file holds the 32-byte seed under AES-256-GCM with a key from Argon2id (64 MiB, 3 passes, 4 lanes:
  RFC 9106); PKCS#8's own wrapping is too weak for a file that may be stolen.
- A file of a demo register is not wrapped and says that it is worthless.
- Seeds are never logged, printed or kept after use.
"""

from __future__ import annotations

import base64
import os
import secrets
from collections.abc import Callable
from pathlib import Path

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from fairplace.errors import Conflict, Malformed, Missing, Refused
from fairplace.ledger.note import Signer, check_name

MEMORY_KIB, PASSES, LANES = 64 * 1024, 3, 4
WORTHLESS = "worthless"
"""The first word of a demo key's file."""


class Wrapped(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A wrapped seed: all members in base64, `name` bound in as associated data."""

    name: str
    salt: str
    nonce: str
    seed: str


def personal_folder() -> Path:
    """Where a person's keys live: `$XDG_CONFIG_HOME/fairplace/keys`."""
    home = os.environ.get("XDG_CONFIG_HOME")
    return (Path(home) if home else Path.home() / ".config") / "fairplace" / "keys"


class Keyring:
    """Keys by name, from several folders, the first that has it. `passphrase(name)` is asked once per wrapped key."""

    def __init__(self, *folders: Path, passphrase: Callable[[str], str] | None = None) -> None:
        self._folders = folders
        self._passphrase = passphrase
        self._open: dict[str, Signer] = {}

    def signer(self, name: str) -> Signer:
        """The key of this name. Raises Missing when it is not here, Refused when the passphrase is wrong."""
        if name not in self._open:
            check_name(name)
            for folder in self._folders:
                if (path := _path(folder, name)).is_file():
                    self._open[name] = Signer(name, self._seed(name, path))
                    break
            else:
                raise Missing(
                    f"the key of {name} is not on this machine; use the machine that has it, or enrol a new key"
                )
        return self._open[name]

    def names(self) -> list[str]:
        return sorted(
            path.relative_to(folder).as_posix().removesuffix(".seed")
            for folder in self._folders
            for path in folder.rglob("*.seed")
        )

    def _seed(self, name: str, path: Path) -> bytes:
        text = path.read_text("utf-8")
        if text.startswith(WORTHLESS):
            return bytes.fromhex(text.split()[-1])
        if self._passphrase is None:
            raise Refused(f"the key of {name} is wrapped and no passphrase was given")
        return unwrap(text, name, self._passphrase(name))


def keep(folder: Path, name: str, seed: bytes, passphrase: str) -> Path:
    """Write a wrapped key file, 0600; an existing one is never overwritten."""
    salt, nonce = secrets.token_bytes(16), secrets.token_bytes(12)
    sealed = AESGCM(_derive(passphrase, salt)).encrypt(nonce, seed, name.encode("ascii"))
    wrapped = Wrapped(name=name, salt=_b64(salt), nonce=_b64(nonce), seed=_b64(sealed))
    return _write(folder, name, msgspec.json.encode(wrapped).decode("ascii") + "\n")


def keep_worthless(folder: Path, name: str, seed: bytes) -> Path:
    """Write a key of a demo or a test in the clear."""
    return _write(folder, name, f"{WORTHLESS}: a demonstration key, known to everybody {seed.hex()}\n")


def unwrap(text: str, name: str, passphrase: str) -> bytes:
    """The seed of a wrapped file."""
    try:
        wrapped = msgspec.json.decode(text, type=Wrapped)
        salt, nonce, sealed = (
            base64.b64decode(part, validate=True) for part in (wrapped.salt, wrapped.nonce, wrapped.seed)
        )
    except (msgspec.DecodeError, ValueError) as error:
        raise Malformed(f"the key file of {name} cannot be read: {error}") from error
    try:
        return AESGCM(_derive(passphrase, salt)).decrypt(nonce, sealed, name.encode("ascii"))
    except InvalidTag as error:
        raise Refused(f"the passphrase for {name} is wrong, or its key file was changed") from error


def _derive(passphrase: str, salt: bytes) -> bytes:
    kdf = Argon2id(salt=salt, length=32, iterations=PASSES, lanes=LANES, memory_cost=MEMORY_KIB)
    return kdf.derive(passphrase.encode("utf-8"))


def _path(folder: Path, name: str) -> Path:
    """`name` is checked before: lower case letters, digits and `._/-`; no part of it may climb."""
    if any(part in ("", ".", "..") for part in name.split("/")):
        raise Malformed(f"the key name {name!r} came; its parts must not be empty or dots")
    return folder / f"{name}.seed"


def _write(folder: Path, name: str, text: str) -> Path:
    check_name(name)
    path = _path(folder, name)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError as error:
        raise Conflict(f"a key file for {name} is already at {path}; choose another name") from error
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)
    return path


def _b64(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")
