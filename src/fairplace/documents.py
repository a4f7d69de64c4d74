"""Content-addressed files beside the log: bids, tender packs, findings, raw notices; private until released."""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
from pathlib import Path

from fairplace.errors import Malformed, Missing, Unproven
from fairplace.terms import Document

_NAME = re.compile(r"^[0-9a-f]{64}$")


class Documents:
    """A folder of files, each named by the SHA-256 of what it contains."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put(self, data: bytes, media: str) -> Document:
        """Keep a file; the same bytes twice are kept once. It is on the disk when this returns."""
        document = Document(sha256=hashlib.sha256(data).hexdigest(), bytes=len(data), media=media)
        target = self._folder / document.sha256
        if target.exists():
            return document
        self._folder.mkdir(mode=0o700, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=self._folder, prefix=".new-")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            Path(name).replace(target)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
        return document

    def get(self, sha256: str) -> bytes:
        """The file of this digest. Raises Unproven when the bytes on the disk are no longer those."""
        if not _NAME.match(sha256):
            raise Malformed(f"{sha256[:80]!r} came; a document is named by 64 hexadecimal digits")
        try:
            data = (self._folder / sha256).read_bytes()
        except FileNotFoundError as error:
            raise Missing(f"no document {sha256} is kept here") from error
        if (found := hashlib.sha256(data).hexdigest()) != sha256:
            raise Unproven(f"the document {sha256} was changed: its bytes now have the digest {found}")
        return data
