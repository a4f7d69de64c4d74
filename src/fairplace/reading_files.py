"""Reading a folder of published files as recorded events: the public view of a log, and nothing else."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from fairplace.errors import Malformed, Missing
from fairplace.following import FOLLOWED, Recorder, Releases, spans
from fairplace.ledger import disclosure, note, tiles
from fairplace.ledger.disclosure import Opening
from fairplace.ledger.entry import Entry, parse
from fairplace.ledger.register import TYPES as REGISTER_TYPES
from fairplace.ledger.register import KeyRegister
from fairplace.market.known import Market
from fairplace.others import Others
from fairplace.reading import View, fitting
from fairplace.recorded import Recorded
from fairplace.terms import CaseId

MOST_CHECKPOINT = 1 << 16
MOST_FILE = 1 << 25
"""Bytes of a published file: an entry bundle holds 256 entries of at most 65,537."""


class FolderReader:
    """A folder of published files: the public view, and nothing else, of a log up to its newest checkpoint.

    It reads; it does not verify. Run `fairplace verify` on the folder first.
    """

    def __init__(self, folder: Path) -> None:
        newest = _file(folder / "checkpoint", MOST_CHECKPOINT)
        if newest is None:
            raise Missing(f"{folder} holds no published log: it has no checkpoint")
        self._origin, self._size, _root = note.tree_head(note.parse_note(newest)[0])
        published = tiles.TileReader(lambda name: _file(folder / name, MOST_FILE), self._size)
        self._entries = [parse(raw) for raw in published.entries()]
        self._register = KeyRegister()
        self._releases = Releases()
        for index, entry in enumerate(self._entries):
            if entry.envelope.type in REGISTER_TYPES:
                self._register.apply(index, entry.leaf, entry.envelope)
            elif entry.envelope.type in FOLLOWED:
                self._releases.add(index, entry)
        self._openings = {
            index: _published(folder, index, self.entry(index)) for index in self._releases.in_effect(self._size)
        }
        self._by_case: dict[CaseId, list[int]] = defaultdict(list)
        for index, entry in enumerate(self._entries):
            if isinstance(case := self._case_of(index, entry), str):
                self._by_case[case].append(index)

    @property
    def origin(self) -> str:
        return self._origin

    @property
    def size(self) -> int:
        return self._size

    def register(self) -> KeyRegister:
        return self._register

    def register_at(self, size: int) -> KeyRegister:
        register = KeyRegister()
        for index, entry in enumerate(self._entries[:size]):
            register.apply(index, entry.leaf, entry.envelope)
        return register

    def market(self) -> Market | None:
        return None  # what decides who may be asked is never published

    def others(self) -> Others | None:
        return None  # nor what was paid for whom

    def entry(self, index: int) -> Entry:
        if not 0 <= index < self._size:
            raise Missing(f"there is no entry {index}; the log has {self._size}")
        return self._entries[index]

    def cases(self) -> list[CaseId]:
        return [
            entry.envelope.stream
            for entry in self._entries
            if entry.envelope.n == 1 and entry.envelope.body.get("case") == entry.envelope.stream
        ]

    def case(self, case: CaseId, view: View = "authority", upto: int | None = None) -> tuple[Recorded, ...]:
        size = self._upto(upto)
        found = self._read((index for index in self._by_case.get(case, ()) if index < size), size)
        return tuple(recorded for recorded in found if recorded.case == case)

    def recorded(self, start: int, stop: int, view: View = "authority", upto: int | None = None) -> Iterator[Recorded]:
        size = self._upto(upto)
        return self._read(range(max(start, 0), min(stop, size)), size)

    def _upto(self, upto: int | None) -> int:
        return self._size if upto is None else min(upto, self._size)

    def _case_of(self, index: int, entry: Entry) -> CaseId | None:
        """The case that an entry names in its body, or in an opening that is published."""
        opening = self._openings.get(index, {}).get("/case")
        case = entry.envelope.body.get("case", opening.value if opening else None)
        return case if isinstance(case, str) else None

    def _read(self, indexes: Iterable[int], size: int) -> Iterator[Recorded]:
        recorder = Recorder(self._register, self._releases, size)
        for index in indexes:
            entry = self._entries[index]
            if entry.envelope.type in REGISTER_TYPES:
                continue
            openings = {slot: opening.value for slot, opening in self.openings(index, "public", size).items()}
            case = entry.envelope.body.get("case", openings.get("/case"))
            yield recorder.recorded(index, entry, case, openings)

    def openings(self, index: int, view: View = "authority", upto: int | None = None) -> Mapping[str, Opening]:
        readable = self._releases.slots(index, self._upto(upto))
        return {slot: opening for slot, opening in self._openings.get(index, {}).items() if slot in readable}

    def disclosed(self, upto: int | None = None) -> Mapping[int, frozenset[str]]:
        return self._releases.in_effect(self._upto(upto))

    def contested(self, start: int, stop: int) -> frozenset[int]:
        return frozenset(
            index
            for first, last in spans(self._register, start, stop)
            for index in range(first, last + 1)
            if self._register.contested(index, self._entries[index].lines, stop)
        )


def _published(folder: Path, index: int, entry: Entry) -> dict[str, Opening]:
    """The disclosures file of one entry, as far as it fits the entry: one line `~` disclosure each."""
    data = _file(folder / tiles.disclosures_path(index), MOST_FILE)
    if data is None:
        raise Missing(f"the disclosures of entry {index} are not there; copy the published files again")
    openings: dict[str, Opening] = {}
    for line in data.split(b"\n")[:-1]:
        if not line.startswith(b"~"):
            raise Malformed(f"a line of the disclosures of entry {index} begins with {line[:1]!r}; '~' is expected")
        if not line.isascii():
            raise Malformed(f"the disclosures of entry {index} hold bytes that are not ASCII")
        opening = fitting(entry, disclosure.parse_opening(line[1:].decode("ascii")))
        openings[opening.slot] = opening
    return openings


def _file(path: Path, most: int) -> bytes | None:
    """A published file of a folder that may come from anybody; None when it is not there."""
    try:
        if not path.is_file():
            return None
        with path.open("rb") as file:
            data = file.read(most + 1)
    except OSError as error:
        raise Malformed(f"{path} cannot be read: {error.strerror}") from error
    if len(data) > most:
        raise Malformed(f"{path} has more than {most} bytes, which no published file has")
    return data
