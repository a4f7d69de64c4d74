"""A made-up register is built aside and moved to its folder when it is whole: half of one is never left behind.

It is built in memory where there is room: a register has every entry on the disk before it says so, and nobody waits
for the disk of one that is made up.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from fairplace.errors import Refused

MEMORY = Path("/dev/shm")  # noqa: S108 - a folder of our own is made in it


@contextlib.contextmanager
def built_aside(folder: Path, what: str, marker: str, *, room: int, memory: Path = MEMORY) -> Iterator[Path]:
    """Where to build what is to stand in this new or empty folder; it is moved when the block ends well.

    The file `marker` says that a folder is a whole register: it is moved last. `room` is how many bytes must be free in
    memory for it to be built there, several times what it takes. Raises Refused where something is there.
    """
    folder = folder.absolute()
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise Refused(f"{folder} is not empty; give a new folder for {what}")
    around = folder if folder.exists() else folder.parent
    around.mkdir(parents=True, exist_ok=True)
    with contextlib.ExitStack() as stack:
        beside = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix=f".{folder.name}-", dir=around)))
        whole = beside / folder.name
        if _has_room(memory, room, around):
            made = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="fairplace-", dir=memory))) / folder.name
            yield made
            shutil.copytree(made, whole, symlinks=True)
        else:
            yield whole
        if around == folder:
            for part in sorted(whole.iterdir(), key=lambda one: one.name == marker):
                part.rename(folder / part.name)
        else:
            whole.rename(folder)


def _has_room(memory: Path, room: int, around: Path) -> bool:
    """Is there memory to build in, and is the folder not in it already?"""
    try:
        return (
            os.access(memory, os.W_OK)
            and memory.stat().st_dev != around.stat().st_dev
            and shutil.disk_usage(memory).free > room
        )
    except OSError:
        return False
