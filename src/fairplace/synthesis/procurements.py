"""The demo register: one council's commissioning of children's care over eighteen months, with its truth.

- The same seed gives the same entries, the same tree root and the same truth. (Checkpoints differ: one of their
  signatures is randomised.)
- Everything goes the way that real commands go. What is planted is planted by what people do; nothing here knows how
  the rules judge it.
- The register is built beside its folder and moved there when it is whole: half a register is never left behind.
"""

from __future__ import annotations

import base64
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from pathlib import Path

import msgspec

from fairplace.synthesis.agenda import at, last_day, working_days
from fairplace.synthesis.council import Council
from fairplace.synthesis.programme import PROGRAMME, Entry

MARKER = "demo.json"
TRUTH = "truth.jsonl"


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
    folder.parent.mkdir(parents=True, exist_ok=True)
    beside = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    try:
        built = _tell(beside, seed, progress or _silence, programme)
        os.chmod(beside, 0o755)
        beside.rename(folder)
    except BaseException:
        shutil.rmtree(beside, ignore_errors=True)
        raise
    return built


def seed_of(folder: Path) -> int | None:
    """The seed of the demo register in this folder; None when there is none."""
    try:
        return msgspec.json.decode((folder / MARKER).read_bytes(), type=Marker).seed
    except (OSError, msgspec.DecodeError):
        return None


def _tell(folder: Path, seed: int, progress: Callable[[int, int], None], programme: Sequence[Entry]) -> Built:
    council = Council(folder, seed)
    with council.register as register:
        council.agenda.add(council.enrolled())
        for story, outline in programme:
            council.agenda.add(story(council, outline).tell())
        council.agenda.add(_published(council))
        council.agenda.run(progress)
        register.publisher.publish()
        head = register.store.head(register.origin)
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
