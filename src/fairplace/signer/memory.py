"""What a signer remembers: one small file beside its keys, whole and on the disk before a signature leaves.

- It is read anew each time and changed under a lock: several processes may sign with the same keys, in turns.
- Without it nothing is signed. Nobody but an operator makes it anew, and then from what was seen of the log.
"""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec

from fairplace.begun import sync
from fairplace.errors import Busy, Misconfigured
from fairplace.ledger.signing import Signed
from fairplace.ledger.tree import EMPTY_ROOT

FILE = "signed.json"
FORMAT = 1
PATIENCE = 5.0
"""Seconds that a signer waits for another process to finish signing."""


class _Kept(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`root` in base64; `note` is the checkpoint as it was signed."""

    format: int
    origin: str
    size: int
    root: bytes
    note: str = ""
    root_key: str = ""


class Memory:
    """What was signed last of one log."""

    def __init__(self, folder: Path, origin: str) -> None:
        self.folder = folder
        self.path = folder / FILE
        self._origin = origin

    @contextmanager
    def held(self) -> Iterator[None]:
        """Nobody else signs during the block."""
        try:
            handle = os.open(self.folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        except OSError as error:
            raise Misconfigured(f"the signer's folder {self.folder} cannot be opened: {error.strerror}") from error
        try:
            until = time.monotonic() + PATIENCE
            while True:
                try:
                    fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    break
                except BlockingIOError:
                    if time.monotonic() >= until:
                        raise Busy(
                            f"another process has been signing in {self.folder} for too long; try again"
                        ) from None
                    time.sleep(0.01)
            yield
        finally:
            os.close(handle)

    def read(self) -> Signed:
        """What was signed last. Raises Misconfigured when the file is missing or is none."""
        try:
            kept = msgspec.json.decode(self.path.read_bytes(), type=_Kept)
        except FileNotFoundError as error:
            raise Misconfigured(
                f"the signer's memory {self.path} is missing, so nothing is signed: 'fairplace recover' makes that of a"
                " register anew from what was seen of its log, 'fairplace signer init' that of a signer of its own"
            ) from error
        except (OSError, msgspec.MsgspecError, UnicodeDecodeError) as error:
            raise Misconfigured(
                f"the signer's memory {self.path} cannot be read: {error}; do not sign without it"
            ) from error
        if kept.format != FORMAT or kept.origin != self._origin:
            raise Misconfigured(
                f"{self.path} is of format {kept.format} and of the log {kept.origin}; expected {FORMAT}, {self._origin}"
            )
        if kept.size < 0 or len(kept.root) != len(EMPTY_ROOT):
            raise Misconfigured(
                f"{self.path} holds a root of {len(kept.root)} bytes for the size {kept.size}: it was changed"
            )
        return Signed(size=kept.size, root=kept.root, note=kept.note.encode(), root_key=kept.root_key)

    def write(self, signed: Signed) -> None:
        """Whole, and on the disk."""
        kept = _Kept(
            format=FORMAT,
            origin=self._origin,
            size=signed.size,
            root=signed.root,
            note=signed.note.decode(),
            root_key=signed.root_key,
        )
        fresh = self.folder / f".{FILE}.new"
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(msgspec.json.format(msgspec.json.encode(kept), indent=2) + b"\n")
            file.flush()
            os.fsync(file.fileno())
        fresh.rename(self.path)
        sync(self.folder)


def origin_of(folder: Path) -> str:
    """The log for which a folder signs, as its memory says."""
    try:
        return msgspec.json.decode((folder / FILE).read_bytes(), type=_Kept).origin
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise Misconfigured(
            f"{folder} is no signer's folder: {FILE} cannot be read; make one with 'fairplace signer init' or 'move'"
        ) from error
