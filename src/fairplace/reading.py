"""Reading a log as recorded events, from the store or from a folder of published files.

- The *authority* view has every opening that the store holds; the *public* view has those in effect by
  `value.disclosed/1` and `value.withdrawn/1`, each at its own index. A text once taken down stays closed to the
  public view of any earlier moment too: nobody can be shown it again.
- A deposit belongs to a case only in a view in which its sealed `case` is open.
- The key register's own entries are not events of a case and are passed over.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal, Protocol

from fairplace import catalogue
from fairplace.errors import Malformed, Missing
from fairplace.ledger import disclosure, note, tiles
from fairplace.ledger.disclosure import Opening
from fairplace.ledger.entry import Entry, parse
from fairplace.ledger.register import TYPES as REGISTER_TYPES
from fairplace.ledger.register import KeyRegister
from fairplace.ledger.store.port import Store, Stored
from fairplace.recorded import Recorded
from fairplace.terms import CaseId

View = Literal["authority", "public"]

DISCLOSED = "value.disclosed/1"
WITHDRAWN = "value.withdrawn/1"

Slots = dict[int, set[str]]
"""Entry index to slots."""


class Reader(Protocol):
    """A log, read as recorded events."""

    @property
    def origin(self) -> str: ...

    @property
    def size(self) -> int: ...

    def register(self) -> KeyRegister:
        """The key register up to the newest entry; it judges any earlier place too."""
        ...

    def entry(self, index: int) -> Entry: ...

    def cases(self) -> list[CaseId]:
        """Every case, in the order of its first entry."""
        ...

    def case(self, case: CaseId, view: View = "authority", upto: int | None = None) -> tuple[Recorded, ...]:
        """The past of a case in log order, as this view shows it at the size `upto`."""
        ...

    def recorded(self, start: int, stop: int, view: View = "authority", upto: int | None = None) -> Iterator[Recorded]:
        """The events of `start` (included) to `stop` (excluded), with the openings in effect at the size `upto`."""
        ...

    def openings(self, index: int, view: View = "authority", upto: int | None = None) -> Mapping[str, Opening]:
        """The openings of one entry, by slot, that this view holds at the size `upto`."""
        ...

    def disclosed(self, upto: int | None = None) -> Mapping[int, frozenset[str]]:
        """The slots whose openings are public at the size `upto`, by entry."""
        ...


class _Releases:
    """What was disclosed and what was taken down, in log order."""

    def __init__(self) -> None:
        self._acts: list[tuple[int, str, tuple[tuple[int, str], ...]]] = []
        self._withdrawn: set[tuple[int, str]] = set()

    def add(self, index: int, entry: Entry) -> None:
        named = tuple((part["entry"], slot) for part in entry.envelope.body["openings"] for slot in part["slots"])
        self._acts.append((index, entry.envelope.type, named))
        if entry.envelope.type == WITHDRAWN:
            self._withdrawn.update(named)

    def in_effect(self, upto: int) -> dict[int, frozenset[str]]:
        slots: Slots = defaultdict(set)
        for index, kind, named in self._acts:
            if index >= upto:
                break
            for entry, slot in named:
                if kind == DISCLOSED:
                    slots[entry].add(slot)
                else:
                    slots[entry].discard(slot)
        return {entry: frozenset(found) for entry, found in slots.items() if found}

    def readable(self, upto: int) -> dict[int, frozenset[str]]:
        """In effect then, and not taken down since."""
        return {
            entry: frozenset(slot for slot in slots if (entry, slot) not in self._withdrawn)
            for entry, slots in self.in_effect(upto).items()
        }


class _Recorder:
    """Entries to recorded events."""

    def __init__(self, register: KeyRegister) -> None:
        self._register = register

    def recorded(self, index: int, entry: Entry, case: CaseId | None, openings: Mapping[str, Any]) -> Recorded:
        envelope = entry.envelope
        return Recorded(
            index=index,
            leaf=entry.leaf_text,
            at=envelope.at,
            actor=envelope.actor,
            signers=tuple(line.name for line in entry.lines),
            roles=self._register.roles_of(envelope.actor, keys=envelope.keys, index=index),
            type=envelope.type,
            stream=envelope.stream,
            n=envelope.n,
            case=case,
            event=catalogue.read(envelope.type, envelope.body, envelope.sealed, openings),
        )


class StoreReader:
    """The log of a store, as far as it is committed."""

    def __init__(self, store: Store, log: str) -> None:
        self._store = store
        self._log = log
        self._register = KeyRegister()
        self._register_upto = 0
        self._releases = _Releases()
        self._releases_upto = 0

    @property
    def origin(self) -> str:
        return self._log

    @property
    def size(self) -> int:
        return self._store.head(self._log).size

    def register(self) -> KeyRegister:
        size = self.size
        for stored in self._store.of_types(self._log, sorted(REGISTER_TYPES), self._register_upto, size):
            entry = parse(stored.raw)
            self._register.apply(stored.index, entry.leaf, entry.envelope)
        self._register_upto = size
        return self._register

    def entry(self, index: int) -> Entry:
        for stored in self._store.entries(self._log, index, index + 1):
            return parse(stored.raw)
        raise Missing(f"there is no entry {index}; the log has {self.size}")

    def cases(self) -> list[CaseId]:
        return self._store.cases(self._log)

    def case(self, case: CaseId, view: View = "authority", upto: int | None = None) -> tuple[Recorded, ...]:
        return tuple(self._read(self._store.case_entries(self._log, case, upto), view, upto, only=case))

    def recorded(self, start: int, stop: int, view: View = "authority", upto: int | None = None) -> Iterator[Recorded]:
        batch: list[Stored] = []
        for stored in self._store.entries(self._log, start, stop):
            batch.append(stored)
            if len(batch) == 500:
                yield from self._read(batch, view, upto)
                batch = []
        yield from self._read(batch, view, upto)

    def openings(self, index: int, view: View = "authority", upto: int | None = None) -> Mapping[str, Opening]:
        held = self._store.openings(self._log, [index]).get(index, {})
        if view == "authority":
            return held
        public = self._readable(upto).get(index, frozenset())
        return {slot: opening for slot, opening in held.items() if slot in public}

    def disclosed(self, upto: int | None = None) -> Mapping[int, frozenset[str]]:
        return self._follow().in_effect(self.size if upto is None else upto)

    def _follow(self) -> _Releases:
        size = self.size
        for stored in self._store.of_types(self._log, (DISCLOSED, WITHDRAWN), self._releases_upto, size):
            self._releases.add(stored.index, parse(stored.raw))
        self._releases_upto = size
        return self._releases

    def _readable(self, upto: int | None) -> Mapping[int, frozenset[str]]:
        return self._follow().readable(self.size if upto is None else upto)

    def _read(
        self, batch: Sequence[Stored], view: View, upto: int | None, only: CaseId | None = None
    ) -> Iterator[Recorded]:
        recorder = _Recorder(self.register())
        held = self._store.openings(self._log, [stored.index for stored in batch])
        readable = self._readable(upto) if view == "public" else {}
        for stored in batch:
            entry = parse(stored.raw)
            if entry.envelope.type in REGISTER_TYPES:
                continue
            openings = {
                slot: opening.value
                for slot, opening in held.get(stored.index, {}).items()
                if view == "authority" or slot in readable.get(stored.index, ())
            }
            case = stored.case if view == "authority" else entry.envelope.body.get("case", openings.get("/case"))
            if only is None or case == only:
                yield recorder.recorded(stored.index, entry, case, openings)


class FolderReader:
    """A folder of published files: the public view, and nothing else, of a log up to its newest checkpoint.

    It reads; it does not verify. Run `fairplace verify` on the folder first.
    """

    def __init__(self, folder: Path) -> None:
        try:
            text, _lines = note.parse_note((folder / "checkpoint").read_bytes())
        except OSError as error:
            raise Missing(f"{folder} holds no published log: {error}") from error
        self._origin, self._size, _root = note.tree_head(text)
        self._entries = [parse(raw) for raw in tiles.TileReader(folder, self._size).entries()]
        self._register = KeyRegister()
        self._releases = _Releases()
        for index, entry in enumerate(self._entries):
            if entry.envelope.type in REGISTER_TYPES:
                self._register.apply(index, entry.leaf, entry.envelope)
            elif entry.envelope.type in (DISCLOSED, WITHDRAWN):
                self._releases.add(index, entry)
        self._openings = {index: _published(folder, index) for index in self._releases.in_effect(self._size)}
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
        size = self._size if upto is None else upto
        found = self._read((index for index in self._by_case.get(case, ()) if index < size), size)
        return tuple(recorded for recorded in found if recorded.case == case)

    def recorded(self, start: int, stop: int, view: View = "authority", upto: int | None = None) -> Iterator[Recorded]:
        size = self._size if upto is None else upto
        return self._read(range(start, min(stop, size)), size)

    def _case_of(self, index: int, entry: Entry) -> CaseId | None:
        """The case that an entry names in its body, or in an opening that is published."""
        opening = self._openings.get(index, {}).get("/case")
        case = entry.envelope.body.get("case", opening.value if opening else None)
        return case if isinstance(case, str) else None

    def _read(self, indexes: Iterable[int], size: int) -> Iterator[Recorded]:
        recorder = _Recorder(self._register)
        readable = self._releases.readable(size)
        for index in indexes:
            entry = self._entries[index]
            if entry.envelope.type in REGISTER_TYPES:
                continue
            openings = {
                slot: opening.value
                for slot, opening in self._openings.get(index, {}).items()
                if slot in readable.get(index, ())
            }
            case = entry.envelope.body.get("case", openings.get("/case"))
            yield recorder.recorded(index, entry, case, openings)

    def openings(self, index: int, view: View = "authority", upto: int | None = None) -> Mapping[str, Opening]:
        readable = self._releases.readable(self._size if upto is None else upto).get(index, frozenset())
        return {slot: opening for slot, opening in self._openings.get(index, {}).items() if slot in readable}

    def disclosed(self, upto: int | None = None) -> Mapping[int, frozenset[str]]:
        return self._releases.in_effect(self._size if upto is None else upto)


def _published(folder: Path, index: int) -> dict[str, Opening]:
    """The disclosures file of one entry: one line `~` disclosure each."""
    try:
        lines = (folder / tiles.disclosures_path(index)).read_text("ascii").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise Malformed(f"the disclosures of entry {index} cannot be read: {error}") from error
    return {opening.slot: opening for opening in _parsed(lines)}


def _parsed(lines: Iterable[str]) -> Iterator[Opening]:
    for line in lines:
        if not line.startswith("~"):
            raise Malformed(f"a disclosures line began with {line[:1]!r}; it must begin with '~'")
        yield disclosure.parse_opening(line[1:])
