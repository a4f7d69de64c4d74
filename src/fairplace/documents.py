"""Content-addressed files beside the log: bids, tender packs, findings, raw notices; private until released.

- Each file lies under a key of its own: who has the folder alone reads none, and one whose key is destroyed is gone.
- A file's name on the disk is made from its digest under a key: a short text could be guessed from the digest itself.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

from fairplace.errors import FairplaceError, Malformed, Missing, Unproven
from fairplace.terms import Document

LIST = "documents.sqlite"
"""The file beside the folder that says which of them are documents of cases at the desk."""

_DIGEST = re.compile(r"[0-9a-f]{64}")
_NAME = re.compile(r"[0-9a-f]{32}")


class Lock(Protocol):
    """Keeps files under keys of their own, by names that tell nothing."""

    def name(self, sha256: str) -> str:
        """What the file of this digest is called on the disk: 32 hexadecimal digits."""
        ...

    def lock(self, name: str, data: bytes) -> bytes:
        """The bytes to be written; the key is on the disk on return."""
        ...

    def unlock(self, name: str, data: bytes) -> bytes:
        """The bytes that were locked. Raises Misconfigured when the key is lost, Unproven when they were changed."""
        ...

    def forget(self, name: str) -> None:
        """Destroy the key of a file."""
        ...

    def names(self) -> list[str]:
        """The files that have keys."""
        ...


class Documents:
    """A folder of files, each known by the SHA-256 of what it contains."""

    def __init__(self, folder: Path, lock: Lock) -> None:
        self._folder = folder
        self._lock = lock

    def put(self, data: bytes, media: str) -> Document:
        """Keep a file; the same bytes twice are kept once, and put right what was changed. On the disk on return."""
        document = Document(sha256=hashlib.sha256(data).hexdigest(), bytes=len(data), media=media)
        with contextlib.suppress(Missing, Unproven):
            self.get(document.sha256)
            return document
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        name = self._lock.name(document.sha256)
        handle, fresh = tempfile.mkstemp(dir=self._folder, prefix=".new-")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(self._lock.lock(name, data))
                file.flush()
                os.fsync(file.fileno())
            Path(fresh).replace(self._folder / name)
            _settle(self._folder)
        except BaseException:
            Path(fresh).unlink(missing_ok=True)
            raise
        return document

    def get(self, sha256: str) -> bytes:
        """The file of this digest. Raises Unproven when the bytes on the disk are no longer those."""
        name = self._named(sha256)
        try:
            data = self._lock.unlock(name, (self._folder / name).read_bytes())
        except FileNotFoundError as error:
            raise Missing(f"no document {sha256} is kept here") from error
        except Unproven as error:
            raise Unproven(f"the document {sha256} was changed: {error}") from error
        if (found := hashlib.sha256(data).hexdigest()) != sha256:
            raise Unproven(f"the document {sha256} was changed: its bytes now have the digest {found}")
        return data

    def is_here(self, sha256: str) -> bool:
        """Is a file of this digest kept? Whether its bytes still fit is for `get` to say."""
        return (self._folder / self._named(sha256)).exists()

    def destroy(self, sha256: str) -> None:
        """Delete the file of this digest and its key; whichever of them is there."""
        name = self._named(sha256)
        if (path := self._folder / name).exists():
            path.unlink()
            _settle(self._folder)
        self._lock.forget(name)

    def faults(self) -> Iterator[str]:
        """A sentence for each file that cannot be read, or is not the one of its name."""
        for path in self._files():
            try:
                data = self._lock.unlock(path.name, path.read_bytes())
            except FairplaceError as error:
                yield f"the file {path.name} of the documents: {error}"
                continue
            if self._lock.name(hashlib.sha256(data).hexdigest()) != path.name:
                yield f"the file {path.name} of the documents holds another document"

    def drop_orphans(self) -> int:
        """Destroy the keys of files that are not here: a backup brought them back, or a crash left them. How many."""
        here = {path.name for path in self._files()}
        orphans = [name for name in self._lock.names() if name not in here]
        for name in orphans:
            self._lock.forget(name)
        return len(orphans)

    def lock_plain_ones(self) -> int:
        """Put files that an older version kept in the clear under keys. How many there were."""
        found = [path for path in sorted(self._folder.glob("*")) if _DIGEST.fullmatch(path.name)]
        for path in found:
            self.put(path.read_bytes(), "")
            path.unlink()
        return len(found)

    def _files(self) -> list[Path]:
        return [path for path in sorted(self._folder.glob("*")) if _NAME.fullmatch(path.name)]

    def _named(self, sha256: str) -> str:
        if not _DIGEST.fullmatch(sha256):
            raise Malformed(f"{sha256[:80]!r} came; a document is named by 64 hexadecimal digits")
        return self._lock.name(sha256)


def _settle(folder: Path) -> None:
    """A new name in a folder survives a power cut once the folder itself is flushed."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
