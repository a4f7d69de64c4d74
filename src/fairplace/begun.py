"""Folders and files that are made whole or not at all: whoever broke off the making of one does the same again.

- `.begun` stands in a folder from before its first file until its last is there. What stands beside it was told to
  nobody and is not used, so it may be taken away; without it nothing is.
- Whoever makes a folder holds a lock on that file, which ends with the process: no other takes its work away.
- A file appears whole, or not. What a kill leaves of it has a name that nobody reads.
"""

from __future__ import annotations

import errno
import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from fairplace.errors import Busy, Misconfigured, Refused

MARK = ".begun"
_FRESH = ".new-"


def check_free(folder: Path, what: str) -> None:
    """Refuses a folder in which something stands that was not left by a making that broke off."""
    if folder.exists() and (not folder.is_dir() or (any(folder.iterdir()) and not (folder / MARK).is_file())):
        raise Refused(f"{folder} is not empty; give a new folder for the {what}")


@contextmanager
def begun(folder: Path, what: str, last: str, *, mode: int = 0o777) -> Iterator[bool]:
    """The block makes a folder of which the file `last` is written last; true when that stands already.

    The folder is new, empty, or was begun before. What fails before `last` stands leaves nothing behind.
    """
    whole = folder / last
    if not whole.is_file():
        check_free(folder, what)
    new = not folder.exists()
    try:
        folder.mkdir(mode=mode, parents=True, exist_ok=True)
        if whole.is_file() and not (folder / MARK).exists():
            yield True
            return
        handle = os.open(folder / MARK, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise Misconfigured(f"{folder} cannot be made: {error.strerror}; see whose folder it is") from error
    try:
        _alone(handle, folder, what)
        stands = whole.is_file()
        if not stands:
            _empty(folder)
        try:
            yield stands
        except BaseException:
            if not whole.is_file():
                with suppress(OSError):  # then it is begun again from here
                    _empty(folder)
                    (folder / MARK).unlink()
                    if new:
                        folder.rmdir()
            raise
        sync(folder)
        in_use(folder)
        sync(folder)
        with suppress(OSError):  # not everybody may open the folder around it
            sync(folder.parent)
    finally:
        os.close(handle)


def in_use(folder: Path) -> None:
    """A folder that is used is whole, whatever was broken off at the end of its making: never take it away."""
    if (folder / MARK).exists():
        (folder / MARK).unlink(missing_ok=True)


def appear(path: Path, text: str) -> None:
    """Write a file that its owner alone can read; whole, on the disk, and never in place of one that is there."""
    sweep(path.parent)
    handle, fresh = tempfile.mkstemp(dir=path.parent, prefix=_FRESH)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        _named(Path(fresh), path)
    finally:
        Path(fresh).unlink(missing_ok=True)
    sync(path.parent)


def _named(fresh: Path, path: Path) -> None:
    try:
        os.link(fresh, path)
    except FileExistsError:
        raise
    except OSError as error:  # a disk without hard links, such as a stick
        if path.exists():
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(path)) from error
        fresh.rename(path)


def sweep(folder: Path) -> None:
    """Take away the second names of files that appeared while their writer was killed: a secret has one name."""
    for fresh in folder.glob(f"{_FRESH}*"):
        if fresh.lstat().st_nlink > 1:
            fresh.unlink(missing_ok=True)


def sync(folder: Path) -> None:
    """From here on, what was renamed and removed in this folder survives a power cut."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _alone(handle: int, folder: Path, what: str) -> None:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        mark = (folder / MARK).stat()
    except BlockingIOError as error:
        raise Busy(f"another process is making the {what} in {folder}; wait until it is done") from error
    except FileNotFoundError as error:
        raise Busy(f"another process has made the {what} in {folder} meanwhile") from error
    if not os.path.samestat(mark, os.fstat(handle)):
        raise Busy(f"another process is making the {what} in {folder}; wait until it is done")


def _empty(folder: Path) -> None:
    for part in folder.iterdir():
        if part.name == MARK:
            continue
        if part.is_dir() and not part.is_symlink():
            shutil.rmtree(part)
        else:
            part.unlink()
