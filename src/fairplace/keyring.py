"""Personal signing keys in files: wrapped with a passphrase, outside every register.

- A wrapped file holds the 32-byte seed under AES-256-GCM with a key from Argon2id (64 MiB, 3 passes, 4 lanes:
  RFC 9106); PKCS#8's own wrapping is too weak for a file that may be stolen. What the derivation costs stands in the
  file: it can be raised, and older files open still.
- A file of a demo register is not wrapped and says that it is worthless.
- Seeds are never logged, printed or kept after use.
"""

from __future__ import annotations

import base64
import os
import secrets
import unicodedata
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from fairplace.begun import appear
from fairplace.errors import Conflict, Malformed, Misconfigured, Missing, Refused
from fairplace.ledger.note import Signer, check_name

MOST_BYTES = 4096
SEED, NEXT = ".seed", ".seed.next"
"""How the file of a key ends, and that of one that is to take its place."""
WORTHLESS = "worthless"
"""The first word of a demo key's file."""


class Cost(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What Argon2id costs whoever guesses at a passphrase, and whoever has it: the second choice of RFC 9106, section 4.

    The bounds are those within which a file is opened: a changed one must not take the machine.
    """

    memory_kib: Annotated[int, msgspec.Meta(ge=64, le=1024 * 1024)] = 64 * 1024
    passes: Annotated[int, msgspec.Meta(ge=1, le=32)] = 3
    lanes: Annotated[int, msgspec.Meta(ge=1, le=8)] = 4


COST = Cost()
"""Of files that are written from now on."""


class Wrapped(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A wrapped seed: its members in base64, `name` bound in as associated data."""

    name: str
    salt: str
    nonce: str
    seed: str
    cost: Cost = msgspec.field(default_factory=Cost)


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

    def folder_of(self, name: str) -> Path | None:
        """The folder that has the key of this name."""
        check_name(name)
        return next((folder for folder in self._folders if _path(folder, name).is_file()), None)

    def successor(self, name: str) -> Signer | None:
        """The key that is to take the place of this one, when one was made."""
        folder = self.folder_of(name)
        path = None if folder is None else _path(folder, name, NEXT)
        return Signer(name, self._seed(name, path)) if path is not None and path.is_file() else None

    def names(self) -> list[str]:
        return sorted(
            path.relative_to(folder).as_posix().removesuffix(".seed")
            for folder in self._folders
            for path in folder.rglob("*.seed")
        )

    def _seed(self, name: str, path: Path) -> bytes:
        try:
            with path.open(encoding="utf-8") as file:
                text = file.read(MOST_BYTES)
            if text.startswith(WORTHLESS):
                return _whole(bytes.fromhex(text.split()[-1]), name)
        except OSError as error:
            raise Misconfigured(
                f"the key file {path} cannot be read: {error.strerror}; see whose file it is"
            ) from error
        except ValueError as error:
            raise Malformed(f"the key file of {name} is damaged; put a copy of it back") from error
        if self._passphrase is None:
            raise Refused(f"the key of {name} is wrapped and no passphrase was given")
        return unwrap(text, name, self._passphrase(name))


def keep(folder: Path, name: str, seed: bytes, passphrase: str, *, suffix: str = SEED) -> Path:
    """Write a wrapped key file, 0600; an existing one is never overwritten."""
    salt, nonce = secrets.token_bytes(16), secrets.token_bytes(12)
    sealed = AESGCM(_derive(passphrase, salt, COST)).encrypt(nonce, seed, name.encode("ascii"))
    wrapped = Wrapped(name=name, salt=_b64(salt), nonce=_b64(nonce), seed=_b64(sealed), cost=COST)
    return _write(folder, name, msgspec.json.encode(wrapped).decode("ascii") + "\n", suffix)


def keep_worthless(folder: Path, name: str, seed: bytes, *, suffix: str = SEED) -> Path:
    """Write a key of a demo or a test in the clear."""
    return _write(folder, name, f"{WORTHLESS}: a demonstration key, known to everybody {seed.hex()}\n", suffix)


def is_worthless(folder: Path, name: str) -> bool:
    """Is the key of this name one of a demo or a test?"""
    return _path(folder, name).read_text("utf-8").startswith(WORTHLESS)


def succeed(folder: Path, name: str) -> None:
    """The key that was made to take the place of this one is now the key of this name; the old file stays beside it.

    At every moment a file of this name is there, so that whoever is interrupted can do it again.
    """
    path = _path(folder, name)
    aside = path.with_name(f"{path.name}.replaced")
    number = 1
    while aside.exists() and not (path.exists() and aside.samefile(path)):
        number += 1
        aside = path.with_name(f"{path.name}.replaced-{number}")
    try:
        if path.is_file() and not aside.exists():
            os.link(path, aside)
        _path(folder, name, NEXT).replace(path)
    except OSError as error:
        raise Misconfigured(
            f"the key file {path} cannot be replaced: {error.strerror}; see whose file it is"
        ) from error


def unwrap(text: str, name: str, passphrase: str) -> bytes:
    """The seed of a wrapped file."""
    try:
        wrapped = msgspec.json.decode(text, type=Wrapped)
        salt, nonce, sealed = (
            base64.b64decode(part, validate=True) for part in (wrapped.salt, wrapped.nonce, wrapped.seed)
        )
    except (msgspec.DecodeError, ValueError) as error:
        raise Malformed(f"the key file of {name} is damaged; put a copy of it back") from error
    if (len(salt), len(nonce)) != (16, 12):
        raise Malformed(f"the key file of {name} is damaged; put a copy of it back")
    try:
        return _whole(
            AESGCM(_derive(passphrase, salt, wrapped.cost)).decrypt(nonce, sealed, name.encode("ascii")), name
        )
    except MemoryError as error:
        raise Misconfigured(
            f"the key file of {name} asks for {wrapped.cost.memory_kib // 1024} MiB of memory, and this machine does not give"
            " as much; free some, or open it on another"
        ) from error
    except InvalidTag as error:
        raise Refused(f"the passphrase for {name} is wrong, or its key file was changed") from error


def _derive(passphrase: str, salt: bytes, cost: Cost) -> bytes:
    kdf = Argon2id(salt=salt, length=32, iterations=cost.passes, lanes=cost.lanes, memory_cost=cost.memory_kib)
    # The same words typed on another keyboard are the same passphrase.
    try:
        return kdf.derive(unicodedata.normalize("NFC", passphrase).encode("utf-8", "surrogateescape"))
    except MemoryError as error:
        needed = cost.memory_kib // 1024
        raise Misconfigured(
            f"a key file asks for {needed} MiB of memory, which are not free; close other programs"
        ) from error


def _whole(seed: bytes, name: str) -> bytes:
    if len(seed) != 32:
        raise Malformed(f"the key file of {name} holds {len(seed)} bytes, expected 32; put a copy of it back")
    return seed


def _path(folder: Path, name: str, suffix: str = SEED) -> Path:
    """`name` is checked before: lower case letters, digits and `._/-`; no part of it may climb."""
    if any(part in ("", ".", "..") for part in name.split("/")):
        raise Malformed(f"the key name {name!r} came; its parts must not be empty or dots")
    return folder / f"{name}{suffix}"


def _write(folder: Path, name: str, text: str, suffix: str) -> Path:
    check_name(name)
    path = _path(folder, name, suffix)
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        appear(path, text)
    except FileExistsError as error:
        raise Conflict(
            f"a key file for {name} is already at {path}; 'fairplace key show {name}' prints its public key, and another"
            " key needs another name"
        ) from error
    except OSError as error:
        raise Misconfigured(f"the key file {path} cannot be written: {error.strerror}") from error
    return path


def _b64(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")
