"""The folder that anybody may copy: files appear in it whole, or not at all.

- A file is written beside the folder, flushed, and renamed into place; nothing but published files ever stands in it.
- What is there already is not written again; what is wrong is put right.
- One publisher works on a folder at a time: a lease by file lock, which the end of its process gives back.
- Who copies what publishers replace holds the same lock, shared, and keeps them waiting as shortly as it can.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import time
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path

from fairplace.errors import Busy, Misconfigured
from fairplace.ledger.tiles import WIDTH, Tile, entries_path, tile_path


class PublicFolder:
    """`path` is the published folder; its scratch folder and its lock stand next to it, on the same disk."""

    def __init__(self, path: Path) -> None:
        self.path = path.absolute()
        self._scratch = self.path.with_name(f".{self.path.name}.new")
        self._lock = self.path.with_name(f".{self.path.name}.lock")
        self._touched: set[Path] = set()

    @contextmanager
    def lease(self) -> Iterator[bool]:
        """True while nobody else works on this folder; False at once when somebody does."""
        if not self.path.parent.is_dir():
            raise Misconfigured(f"the folder {self.path.parent} is not there; nothing can be published in it")
        handle = os.open(self._lock, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
        try:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                yield False
                return
            shutil.rmtree(self._scratch, ignore_errors=True)  # what a publisher that was killed left behind
            self._touched.clear()
            yield True
        finally:
            os.close(handle)

    @contextmanager
    def still(self, patience: float = 5.0) -> Iterator[None]:
        """No publisher works on this folder during the block. Raises Busy when one does not finish in time."""
        handle = os.open(self._lock, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
        try:
            until = time.monotonic() + patience
            while True:
                try:
                    fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
                    break
                except BlockingIOError:
                    if time.monotonic() >= until:
                        raise Busy("the record is being published just now; try again in a moment") from None
                    time.sleep(0.02)
            yield
        finally:
            os.close(handle)

    def read(self, name: str) -> bytes | None:
        try:
            return (self.path / name).read_bytes()
        except (FileNotFoundError, NotADirectoryError):
            return None

    def stamp(self, name: str) -> int | None:
        """A number that changes when the file does; None when there is none."""
        try:
            found = (self.path / name).stat()
        except (FileNotFoundError, NotADirectoryError):
            return None
        return hash((found.st_ino, found.st_size, found.st_mtime_ns))

    def write(self, name: str, data: bytes) -> None:
        """The file, whole and on the disk. Its folder is flushed by `settle`."""
        if self.read(name) == data:
            return
        target = self.path / name
        self._make(target.parent)
        self._scratch.mkdir(mode=0o700, exist_ok=True)
        fresh = self._scratch / "file"
        with fresh.open("wb") as file:
            file.write(data)
            file.flush()
            os.fchmod(file.fileno(), 0o644)
            os.fsync(file.fileno())
        fresh.rename(target)
        self._touched.add(target.parent)

    def remove(self, name: str) -> None:
        target = self.path / name
        target.unlink(missing_ok=True)
        self._prune(target.parent)

    def keep_only(self, wanted: Collection[str]) -> None:
        """Remove every other file."""
        for path in sorted(self.path.rglob("*")):
            name = path.relative_to(self.path).as_posix()
            if not path.is_dir() and name not in wanted:
                self.remove(name)

    def remove_partials(self, name: str) -> None:
        """The partial tiles beside a full one, which holds all that they held."""
        partials = self.path / f"{name}.p"
        if partials.is_dir():
            shutil.rmtree(partials)
            self._touched.add(partials.parent)

    def settle(self) -> None:
        """From here on, what was written and removed survives a power cut."""
        for folder in sorted(self._touched):
            if folder.is_dir():
                handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
                try:
                    os.fsync(handle)
                finally:
                    os.close(handle)
        self._touched.clear()

    def tidy(self) -> None:
        shutil.rmtree(self._scratch, ignore_errors=True)

    def _make(self, folder: Path) -> None:
        if not folder.is_dir():
            self._make(folder.parent)
            folder.mkdir(mode=0o755)
            self._touched.add(folder.parent)

    def _prune(self, folder: Path) -> None:
        """A folder without a file in it tells what was once there."""
        while folder != self.path and folder.is_dir() and not any(folder.iterdir()):
            folder.rmdir()
            folder = folder.parent
        if folder.is_dir():
            self._touched.add(folder)


def full_names(tile: Tile) -> tuple[str, ...]:
    """The full file, or files, that a tile's partial ones grow into."""
    names = (tile_path(tile.level, tile.n, WIDTH),)
    return (*names, entries_path(tile.n)) if tile.level == 0 else names
