"""Content-addressed files beside the log: bids, tender packs, findings, raw notices; private until released."""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import tempfile
from pathlib import Path

from fairplace.errors import Malformed, Missing, Unproven
from fairplace.terms import Document

_NAME = re.compile(r"[0-9a-f]{64}")


class Documents:
    """A folder of files, each named by the SHA-256 of what it contains."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put(self, data: bytes, media: str) -> Document:
        """Keep a file; the same bytes twice are kept once, and put right what was changed. On the disk on return."""
        document = Document(sha256=hashlib.sha256(data).hexdigest(), bytes=len(data), media=media)
        target = self._folder / document.sha256
        with contextlib.suppress(Missing, Unproven):
            self.get(document.sha256)
            return document
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=self._folder, prefix=".new-")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            Path(name).replace(target)
            _settle(self._folder)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
        return document

    def get(self, sha256: str) -> bytes:
        """The file of this digest. Raises Unproven when the bytes on the disk are no longer those."""
        if not _NAME.fullmatch(sha256):
            raise Malformed(f"{sha256[:80]!r} came; a document is named by 64 hexadecimal digits")
        try:
            data = (self._folder / sha256).read_bytes()
        except FileNotFoundError as error:
            raise Missing(f"no document {sha256} is kept here") from error
        if (found := hashlib.sha256(data).hexdigest()) != sha256:
            raise Unproven(f"the document {sha256} was changed: its bytes now have the digest {found}")
        return data


def _settle(folder: Path) -> None:
    """A new name in a folder survives a power cut once the folder itself is flushed."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
