"""A made-up register is built beside its folder and moved there when it is whole: half of one is never left behind."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Iterator
from pathlib import Path

from fairplace.errors import Refused


@contextlib.contextmanager
def built_aside(folder: Path, what: str, marker: str) -> Iterator[Path]:
    """Where to build what is to stand in this new or empty folder; it is moved when the block ends well.

    The file `marker` says that a folder is a whole register: it is moved last. Raises Refused where something is there.
    """
    folder = folder.absolute()
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise Refused(f"{folder} is not empty; give a new folder for {what}")
    around = folder if folder.exists() else folder.parent
    around.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f".{folder.name}-", dir=around) as aside:
        whole = Path(aside) / folder.name
        yield whole
        if around == folder:
            for part in sorted(whole.iterdir(), key=lambda one: one.name == marker):
                part.rename(folder / part.name)
        else:
            whole.rename(folder)
