"""Two signed statements that contradict each other, in a file that anybody can check (wire format, section 12)."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

from fairplace.ledger.note import parse_note, tree_head

BETWEEN = b"--\n"


def pair(one: bytes, other: bytes) -> bytes:
    """The bytes of the file: the smaller checkpoint first."""
    first, second = sorted((one, other), key=lambda note: (tree_head(parse_note(note)[0])[1], note))
    return first + BETWEEN + second


def keep(folder: Path, one: bytes, other: bytes) -> Path:
    """Write the file, whole and on the disk, and give its path. The same pair has the same name."""
    data = pair(one, other)
    sizes = sorted({tree_head(parse_note(note)[0])[1] for note in (one, other)})
    (folder / "evidence").mkdir(mode=0o755, exist_ok=True)
    path = folder / "evidence" / f"{'-'.join(map(str, sizes))}-{hashlib.sha256(data).hexdigest()[:8]}.evidence"
    fresh = path.with_suffix(".new")
    with fresh.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    fresh.rename(path)
    return path
