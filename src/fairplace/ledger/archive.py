"""The whole published record in one file: a ZIP of exactly what its newest checkpoint covers.

- The same published files give the same bytes: names in order, no times, no owners.
- What a publisher replaces or removes is set aside while none works; the rest never changes and is read in its own time.
- It is made once for each checkpoint, file by file, beside the published folder, and the one before goes.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import shutil
import threading
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, NamedTuple

from fairplace.errors import Busy, Missing
from fairplace.ledger.note import parse_note, tree_head
from fairplace.ledger.public_folder import PublicFolder
from fairplace.ledger.tiles import WIDTH

NO_TIME = (1980, 1, 1, 0, 0, 0)
"""The earliest that a ZIP can say: when a file was copied is nobody's business."""

_CHECKPOINT = re.compile(r"checkpoints/([0-9]{1,19})")
_LOST = re.compile(r"lost/([0-9]{1,19})/[0-9]{1,19}")
_TILE = re.compile(r"tile/(entries|[0-9]{1,2})/((?:x[0-9]{3}/)*[0-9]{3})(?:\.p/([0-9]{1,3}))?")
_TIMESTAMP = re.compile(r"timestamp/([0-9]{1,19})\.tsr")
_DISCLOSURES = re.compile(r"disclosures/(?:x[0-9]{3}/)*[0-9]{3}")


class Copied(NamedTuple):
    """An open archive, how long it is, and what it is a copy of: a digest of its checkpoint and what was added to it."""

    file: BinaryIO
    length: int
    digest: str


class Archive:
    """Makes and keeps the archive of one published folder."""

    def __init__(self, folder: Path, patience: float = 5.0) -> None:
        self._folder = PublicFolder(folder)
        self._kept = self._folder.path.with_name(f".{self._folder.path.name}.zip")
        self._patience = patience
        self._turn = threading.Lock()

    def open(self) -> Copied:
        """The archive of the newest checkpoint. Who opened it keeps it, whatever is published next.

        Raises Missing before the first checkpoint, and Busy when somebody else is making or publishing for too long.
        """
        if not self._turn.acquire(timeout=self._patience):
            raise Busy("the record is being packed for somebody else; try again in a moment")
        try:
            note = self._folder.read("checkpoint")
            if note is None:
                raise Missing("nothing is published yet")
            try:
                return self._opened(note)
            except FileNotFoundError:
                return self._opened(self._make())
        finally:
            self._turn.release()

    def _opened(self, note: bytes) -> Copied:
        digest = self._digest(note)
        file = (self._kept / f"{digest}.zip").open("rb")
        return Copied(file, os.fstat(file.fileno()).st_size, digest)

    def _digest(self, note: bytes) -> str:
        """A timestamp may come after the checkpoint that it is over; nothing else does."""
        with contextlib.suppress(FileNotFoundError):
            names = [path.name for path in (self._folder.path / "timestamp").iterdir()]
            note += "\n".join(sorted(names)).encode()
        return hashlib.sha256(note).hexdigest()

    def _make(self) -> bytes:
        """Pack what the newest checkpoint covers. Returns that checkpoint."""
        shutil.rmtree(self._kept, ignore_errors=True)
        self._kept.mkdir(mode=0o700)
        aside = self._kept / "aside"
        with self._folder.still(self._patience):
            note = (self._folder.path / "checkpoint").read_bytes()
            size = tree_head(parse_note(note)[0])[1]
            files = sorted(self._files(size))
            digest = self._digest(note)
            for name in files:
                if not _lasts(name, size):
                    _set_aside(self._folder.path / name, aside / name)
        unfinished = self._kept / "unfinished"
        with zipfile.ZipFile(unfinished, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as packed:
            for name in files:
                place = (self._folder.path if _lasts(name, size) else aside) / name
                packed.writestr(_member(name), place.read_bytes())
        shutil.rmtree(aside)
        unfinished.rename(self._kept / f"{digest}.zip")
        return note

    def _files(self, size: int) -> Iterator[str]:
        """The published files by name. Something beyond the checkpoint is there when a publisher broke off."""
        for folder, _, names in os.walk(self._folder.path):
            for name in names:
                place = Path(folder, name).relative_to(self._folder.path).as_posix()
                reach = _reach(place)
                if reach is None:
                    continue
                if reach > size:
                    raise Busy("the newest part of the record is not wholly published yet; try again in a moment")
                yield place


def _reach(name: str) -> int | None:
    """How large the log must be for this file to be there; None for one that is no published file."""
    if name in ("checkpoint", "policy") or _DISCLOSURES.fullmatch(name):
        return 0
    if found := _CHECKPOINT.fullmatch(name) or _TIMESTAMP.fullmatch(name):
        return int(found[1])
    if found := _LOST.fullmatch(name):
        return int(found[1]) + 1
    if found := _TILE.fullmatch(name):
        number = int(re.sub("[x/]", "", found[2]))
        level = 0 if found[1] == "entries" else int(found[1])
        return number * WIDTH + int(found[3] or WIDTH) << 8 * level
    return None


def _lasts(name: str, size: int) -> bool:
    """Does the file stay as it is for ever? Full tiles do, and all checkpoints but the newest, which may be signed again."""
    if name.startswith("tile/"):
        return ".p/" not in name
    return name.startswith(("checkpoints/", "lost/", "timestamp/")) and name != f"checkpoints/{size}"


def _set_aside(source: Path, target: Path) -> None:
    """A second name for the file: a publisher replaces names, never contents."""
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        target.hardlink_to(source)
    except OSError:  # another disk, or one that knows no second names
        shutil.copyfile(source, target)


def _member(name: str) -> zipfile.ZipInfo:
    member = zipfile.ZipInfo(name, NO_TIME)
    member.compress_type = zipfile.ZIP_DEFLATED
    member.create_system = 3  # Unix, wherever it was packed
    member.external_attr = 0o100644 << 16
    return member
