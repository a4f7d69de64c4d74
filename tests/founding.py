"""A register is founded once in a process, and copied for every test that begins with it.

Its people, keys and market are up to a hundred signed entries. A copy goes on as the first would have: its clock stands
where that of the first stood, and chance has drawn as often.
"""

from __future__ import annotations

import random
import shutil
import tempfile
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from fairplace.on_disk import Register
from fairplace.sources import Sources
from fairplace.terms import Instant, moment

if TYPE_CHECKING:
    from tests.office import Office

Kind = TypeVar("Kind", bound="Office")


class Left(NamedTuple):
    """Where an office stands: its case, how many commands were given, and which entries they became."""

    case: str
    count: int
    at: dict[str, int]


class Clock:
    """Stands still until the test moves it."""

    def __init__(self, start: Instant) -> None:
        self.now = moment(start)

    def __call__(self) -> datetime:
        return self.now


class _Founded(NamedTuple):
    folder: Path
    now: datetime
    chance: tuple[Any, ...]
    left: Left


_kept = tempfile.TemporaryDirectory(prefix="founded-")  # it goes when the process ends
_founded: dict[tuple[object, ...], _Founded] = {}


def founded(
    folder: Path,
    kind: type[Kind],
    found: Callable[[Path, Clock, Sources], Kind],
    start: Instant,
    *what: object,
    seed: int,
) -> Kind:
    """An office in `folder` as `found` makes it; the same kind, start, `what` and seed are always found in the same way."""
    clock, chance, key = Clock(start), random.Random(seed), (kind, start, *what, seed)
    sources = Sources(clock, chance.randbytes)
    if key not in _founded:
        first = Path(_kept.name) / str(len(_founded))
        with found(first, clock, sources) as made:
            _founded[key] = _Founded(first, clock.now, chance.getstate(), made.left())
    it = _founded[key]
    clock.now = it.now
    chance.setstate(it.chance)
    shutil.copytree(it.folder, folder)
    return kind.again(folder, Register.open(folder, sources), clock, it.left)
