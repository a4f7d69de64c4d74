"""The demo register: one council's commissioning of children's care over eighteen months, with its truth.

- The same seed gives the same entries, the same tree root and the same truth. (Checkpoints differ: one of their
  signatures is randomised.)
- Everything goes the way that real commands go. What is planted is planted by what people do; nothing here knows how
  the rules judge it.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from pathlib import Path

import msgspec

from fairplace.synthesis import personas
from fairplace.synthesis.agenda import at, last_day, working_days
from fairplace.synthesis.aside import built_aside
from fairplace.synthesis.council import Council
from fairplace.synthesis.cover import covered
from fairplace.synthesis.programme import PROGRAMME, Entry
from fairplace.synthesis.stating import stated

MARKER = "demo.json"
TRUTH = "truth.jsonl"

ROOM = 256 << 20
"""Bytes of memory in which to build it: it takes 40 MB (`du -sh demo`)."""


class Built(msgspec.Struct, frozen=True, kw_only=True):
    """What was built: the number of entries, and the tree root in base64."""

    entries: int
    root: str


class Marker(msgspec.Struct, frozen=True, kw_only=True):
    """Says that a folder is a demo register, and of which seed. Its keys are known to everybody."""

    seed: int
    worthless: bool = True


def build(
    folder: Path,
    *,
    seed: int,
    progress: Callable[[int, int], None] | None = None,
    programme: Sequence[Entry] = PROGRAMME,
) -> Built:
    """Build the demo register of this seed in a new or empty folder. `programme` may be a part of the whole."""
    with built_aside(folder, "the demo register", MARKER, room=ROOM) as whole:
        return _tell(whole, seed, progress or _silence, programme)


def seed_of(folder: Path) -> int | None:
    """The seed of the demo register in this folder; None when there is none."""
    try:
        return msgspec.json.decode((folder / MARKER).read_bytes(), type=Marker).seed
    except (OSError, msgspec.DecodeError):
        return None


def _tell(folder: Path, seed: int, progress: Callable[[int, int], None], programme: Sequence[Entry]) -> Built:
    council = Council(folder, seed)
    with council.register as register, register.reader.remembering():
        council.agenda.add(council.enrolled())
        for story, outline in programme:
            council.agenda.add(story(council, outline).tell())
        council.agenda.add(stated(council))
        council.agenda.add(covered(council))
        council.agenda.add(_published(council))
        council.agenda.run(progress)
        register.publisher.publish()
        head = register.store.head(register.origin)
        personas.settle(folder, register, council.staff, council.firms, council.seeds, seed)
    lines = (msgspec.json.encode(planted) for planted in council.truth)
    (folder / TRUTH).write_bytes(b"".join(line + b"\n" for line in lines))
    (folder / MARKER).write_bytes(msgspec.json.encode(Marker(seed=seed)) + b"\n")
    return Built(entries=head.size, root=base64.b64encode(head.root).decode("ascii"))


def _published(council: Council) -> Iterator[datetime]:
    """A checkpoint on the evening of each month's last working day."""
    days = working_days()
    for number in range(last_day()):
        if days[number].month != days[number + 1].month:
            yield at(number, 16, 55)
            council.register.publisher.publish()


def _silence(done: int, total: int) -> None:
    pass
