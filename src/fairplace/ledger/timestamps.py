"""Tokens of a time-stamping authority over published checkpoints (RFC 3161; wire format, section 10).

- A token is over the text of a checkpoint, not its signatures: signing a checkpoint again leaves it good.
- Kept beside the published folder, so that this folder can be made anew; shown only next to the checkpoint it is over.
- One for each checkpoint, the first: an earlier time says more.
"""

from __future__ import annotations

import hashlib
import os
import re
from pathlib import Path

from fairplace.errors import Malformed
from fairplace.ledger.note import parse_note
from fairplace.ledger.public_folder import PublicFolder

MAX_BYTES = 65_536
"""Of one token, with the certificates in it."""

_NAME = re.compile(r"([1-9][0-9]{0,17})\.tsr")


def path_of(size: int) -> str:
    """Where the token over the checkpoint of this size is published."""
    return f"timestamp/{size}.tsr"


class Timestamps:
    """The tokens that a register keeps, in a folder of its own: `<size>.tsr`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._seen: dict[tuple[Path, int], tuple[int | None, int | None]] = {}  # a year has 365: each is read once

    def get(self, size: int) -> bytes | None:
        try:
            return (self._folder / f"{size}.tsr").read_bytes()
        except FileNotFoundError:
            return None

    def keep(self, size: int, token: bytes) -> None:
        """Whole and on the disk before it is shown. It must have been checked."""
        if len(token) > MAX_BYTES:
            raise Malformed(f"a timestamp of {len(token)} bytes came; the format has room for {MAX_BYTES}")
        self._folder.mkdir(mode=0o700, exist_ok=True)
        fresh = self._folder / f".{size}.new"
        with fresh.open("wb") as file:
            file.write(token)
            file.flush()
            os.fsync(file.fileno())
        fresh.rename(self._folder / f"{size}.tsr")

    def sizes(self) -> list[int]:
        if not self._folder.is_dir():
            return []
        return sorted(int(found[1]) for path in self._folder.iterdir() if (found := _NAME.fullmatch(path.name)))

    def show(self, public: PublicFolder) -> None:
        """Put every token next to its checkpoint, and take away one whose checkpoint is not, or no longer, there.

        The publisher calls this while it has the folder to itself.
        """
        for size in self.sizes():
            looked_at = (public.stamp(f"checkpoints/{size}"), public.stamp(path_of(size)))
            if None not in looked_at and self._seen.get((public.path, size)) == looked_at:
                continue
            token, note = self.get(size), public.read(f"checkpoints/{size}")
            if token is not None and note is not None and hashlib.sha256(parse_note(note)[0]).digest() in token:
                public.write(path_of(size), token)
            else:
                public.remove(path_of(size))
            self._seen[public.path, size] = (public.stamp(f"checkpoints/{size}"), public.stamp(path_of(size)))
        public.settle()
        public.tidy()
