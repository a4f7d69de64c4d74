"""Reading a log as recorded events, from the store or from a folder of published files.

- The *authority* view has every opening that the store holds; the *public* view has those in effect by
  `value.disclosed/1` and `value.withdrawn/1`, each at its own index. A text that is down now is closed to the public
  view of any earlier moment too: nobody can be shown it again.
- A deposit belongs to a case only in a view in which its sealed `case` is open.
- The key register's own entries are not events of a case and are passed over.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Literal, Protocol

from fairplace.errors import Missing, Unproven
from fairplace.following import FOLLOWED, Recorder, Releases, spans
from fairplace.ledger import disclosure
from fairplace.ledger.disclosure import Opening
from fairplace.ledger.entry import Entry, parse, parsed
from fairplace.ledger.register import TYPES as REGISTER_TYPES
from fairplace.ledger.register import KeyRegister
from fairplace.ledger.store.port import Store, Stored
from fairplace.market.events import TYPES as MARKET
from fairplace.market.known import Market
from fairplace.others import TYPES as COMPARED
from fairplace.others import Others
from fairplace.provider.events import TYPES as STATED
from fairplace.provider.known import Places
from fairplace.recorded import Recorded
from fairplace.terms import CaseId

View = Literal["authority", "public"]

ERASED = "sealed.erased/1"

_FOLLOWED = (*FOLLOWED, ERASED)

_DEPOSIT = b'"type":"deposit.'

_PAGE = 500


class Reader(Protocol):
    """A log, read as recorded events."""

    @property
    def origin(self) -> str: ...

    @property
    def size(self) -> int: ...

    def register(self) -> KeyRegister:
        """The key register up to the newest entry; it judges any earlier place too."""
        ...

    def register_at(self, size: int) -> KeyRegister:
        """The key register as the first `size` entries have it."""
        ...

    def entry(self, index: int) -> Entry: ...

    def market(self) -> Market | None:
        """Who could be asked for a home, as the authority knows it; null in a log that is not of placements."""
        ...

    def others(self) -> Others | None:
        """What the searches of the log came to, as the authority knows it; null in a log that is not of placements."""
        ...

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

    def contested(self, start: int, stop: int) -> frozenset[int]:
        """The entries of which the register says between `start` and `stop` that a signature on them is contested."""
        ...


class StoreReader:
    """The log of a store, as far as it is committed. Safe to share between threads."""

    def __init__(self, store: Store, log: str) -> None:
        self._store = store
        self._log = log
        self._lock = threading.Lock()
        self._market_lock = threading.Lock()
        self._register = KeyRegister()
        self._register_upto = 0
        self._releases = Releases()
        self._releases_upto = 0
        self._market: Market | None = None
        self._market_upto = 0
        self._others: Others | None = None
        self._others_upto = 0
        self._places = Places()
        self._places_upto = 0
        self._remembered: dict[int, Mapping[str, Any]] | None = None

    @contextmanager
    def remembering(self) -> Iterator[None]:
        """Within, what an entry seals is opened once: for a maker of a long register, who would open it for every act.

        Nobody else may remember: what is erased must be gone. An erasure in the log is kept to here, too.
        """
        self._remembered = {}
        try:
            yield
        finally:
            self._remembered = None

    @property
    def origin(self) -> str:
        return self._log

    @property
    def size(self) -> int:
        return self._store.head(self._log).size

    def register(self) -> KeyRegister:
        with self._lock:
            size = self.size
            new = list(self._store.of_types(self._log, sorted(REGISTER_TYPES), self._register_upto, size))
            if new:
                # Another thread may be reading the one that is there.
                register = self._register.copy()
                for stored in new:
                    entry = parsed(stored.raw)
                    register.apply(stored.index, entry.leaf, entry.envelope)
                self._register = register
            self._register_upto = size
            return self._register

    def register_at(self, size: int) -> KeyRegister:
        register = KeyRegister()
        for stored in self._store.of_types(self._log, sorted(REGISTER_TYPES), 0, size):
            entry = parsed(stored.raw)
            register.apply(stored.index, entry.leaf, entry.envelope)
        return register

    def market(self) -> Market | None:
        size = self.size
        with self._market_lock:
            if self._market_upto < size:
                if self.erased_between(self._market_upto, size):
                    self._market, self._market_upto = None, 0
                new = list(self._store.of_types(self._log, sorted(MARKET), self._market_upto, size))
                if new:
                    market = self._market = self._market or Market()
                    for recorded in self._read(new, "authority", size):
                        market.add(recorded)
                self._market_upto = size
            return self._market

    def others(self) -> Others | None:
        size = self.size
        with self._market_lock:
            if self._others_upto < size:
                if self.erased_between(self._others_upto, size):
                    self._others, self._others_upto = None, 0
                new = list(self._store.of_types(self._log, sorted(COMPARED), self._others_upto, size))
                if new:
                    others = self._others = self._others or Others()
                    for recorded in self._read(new, "authority", size):
                        others.add(recorded)
                self._others_upto = size
            return self._others

    def statements(self) -> Places:
        """Which entries are which provider's details, as the authority knows it: what they say is read where it is shown."""
        size = self.size
        with self._market_lock:
            if self._places_upto < size:
                if self.erased_between(self._places_upto, size):
                    self._places, self._places_upto = Places(), 0
                new = list(self._store.of_types(self._log, sorted(STATED), self._places_upto, size))
                for recorded in self._read(new, "authority", size):
                    self._places.add(recorded)
                self._places_upto = size
            return self._places

    def entry(self, index: int) -> Entry:
        for stored in self._store.entries(self._log, index, index + 1):
            return parsed(stored.raw)
        raise Missing(f"there is no entry {index}; the log has {self.size}")

    def cases(self) -> list[CaseId]:
        return self._store.cases(self._log)

    def case(self, case: CaseId, view: View = "authority", upto: int | None = None) -> tuple[Recorded, ...]:
        return tuple(self._read(self._store.case_entries(self._log, case, upto), view, upto, only=case))

    def recorded(self, start: int, stop: int, view: View = "authority", upto: int | None = None) -> Iterator[Recorded]:
        batch: list[Stored] = []
        for stored in self._store.entries(self._log, start, stop):
            batch.append(stored)
            if len(batch) == _PAGE:
                yield from self._read(batch, view, upto)
                batch = []
        yield from self._read(batch, view, upto)

    def closed(self, types: Sequence[str], start: int, stop: int) -> Iterator[Recorded]:
        """The events of these types with every sealed value closed, whatever was released: no opening is even read."""
        recorder = Recorder(self.register(), self._releases, self._follow())
        for stored in self._store.of_types(self._log, types, start, stop):
            entry = parse(stored.raw)
            yield recorder.recorded(stored.index, entry, entry.envelope.body.get("case"), {})

    def of_types(self, types: Sequence[str], start: int, stop: int) -> Iterator[Recorded]:
        """The events of these types as the authority knows them."""
        return self._read(list(self._store.of_types(self._log, types, start, stop)), "authority", None)

    def openings(self, index: int, view: View = "authority", upto: int | None = None) -> Mapping[str, Opening]:
        entry = self.entry(index)
        only = None
        if view == "public":
            self._follow()
            only = {index: self._readable(index, upto)}
        held = self._store.openings(self._log, [index], only).get(index, {})
        return {slot: fitting(entry, one) for slot, one in held.items()}

    def misfiled(self, start: int = 0) -> Iterator[str]:
        """Deposits that the store files under another case than they seal, or cannot open: a sentence for each.

        Which case a deposit belongs to stands in no entry; whoever can write to the store could hide a bid there.
        """
        batch: list[tuple[Stored, Entry]] = []
        for stored in self._store.entries(self._log, start, self.size):
            if _DEPOSIT in stored.raw and (entry := parsed(stored.raw)).envelope.type.startswith("deposit."):
                batch.append((stored, entry))
            if len(batch) == _PAGE:
                yield from self._misfiled(batch)
                batch = []
        yield from self._misfiled(batch)

    def _misfiled(self, batch: Sequence[tuple[Stored, Entry]]) -> Iterator[str]:
        held = self._store.openings(self._log, [stored.index for stored, _ in batch])
        for stored, entry in batch:
            found = held.get(stored.index, {})
            if closed := self._lost(entry, found):
                yield (
                    f"the text of {closed[0]} of the deposit at entry {stored.index} is missing from the store;"
                    " restore the store from its backup"
                )
                continue
            try:
                openings = {slot: fitting(entry, one) for slot, one in found.items()}
            except Unproven as error:
                yield f"the deposit at entry {stored.index}: {error}; restore the store from its backup"
                continue
            if "/case" in openings and openings["/case"].value != stored.case:
                yield (
                    f"the store files the deposit at entry {stored.index} under {stored.case or 'no case'}, and its own"
                    " sealed text says otherwise; restore the store from its backup"
                )

    def _lost(self, entry: Entry, found: Mapping[str, Opening]) -> list[str]:
        """The slots of which nothing is kept, and which no erasure in the log accounts for."""
        closed = entry.envelope.sealed.keys() - found.keys()
        if not closed:
            return []
        erased = self.erased()
        return sorted(slot for slot in closed if entry.envelope.sealed[slot].d not in erased)

    def erased(self) -> frozenset[str]:
        """The digests of every value that was erased, as the log says."""
        acts = [stored.index for stored in self._store.of_types(self._log, (ERASED,))]
        held = self._store.openings(self._log, acts, {index: frozenset({"/digests"}) for index in acts})
        return frozenset(digest for slots in held.values() for digest in slots["/digests"].value)

    def erased_between(self, start: int, stop: int) -> bool:
        """Was anything erased by one of these entries? What was made of the log before is made anew then."""
        return next(iter(self._store.of_types(self._log, (ERASED,), start, stop)), None) is not None

    def disclosed(self, upto: int | None = None) -> Mapping[int, frozenset[str]]:
        size = self._follow()
        return self._releases.in_effect(size if upto is None else upto)

    def contested(self, start: int, stop: int) -> frozenset[int]:
        register = self.register()
        found = spans(register, start, stop)
        return frozenset(
            stored.index
            for first, last in found
            for stored in self._store.entries(self._log, first, last + 1)
            if register.contested(stored.index, parse(stored.raw).lines, stop)
        )

    def _follow(self) -> int:
        """Take in the releases that are new; the size of the log up to which they are known."""
        with self._lock:
            size = self.size
            for stored in self._store.of_types(self._log, _FOLLOWED, self._releases_upto, size):
                if (entry := parsed(stored.raw)).envelope.type != ERASED:
                    self._releases.add(stored.index, entry)
                elif self._remembered:
                    self._remembered.clear()
            self._releases_upto = size
            return size

    def _readable(self, index: int, upto: int | None) -> frozenset[str]:
        """The slots of an entry that were public at the size `upto`, and are so now."""
        now = self._releases.slots(index, self._releases_upto)
        return now if upto is None else now & self._releases.slots(index, upto)

    def _read(
        self, batch: Sequence[Stored], view: View, upto: int | None, only: CaseId | None = None
    ) -> Iterator[Recorded]:
        size = self._follow()
        recorder = Recorder(self.register(), self._releases, size if upto is None else upto)
        # What is closed to this view is not even opened.
        shown = None if view == "authority" else {one.index: self._readable(one.index, upto) for one in batch}
        remembered = {} if self._remembered is None else self._remembered
        unread = [stored.index for stored in batch if stored.index not in remembered]
        held = self._store.openings(self._log, unread, shown)
        read = parse if len(batch) == _PAGE else parsed  # a reading of the whole log would push out what is asked again
        for stored in batch:
            entry = read(stored.raw)
            if entry.envelope.type in REGISTER_TYPES:
                continue
            openings = remembered.get(stored.index)
            if openings is None:
                held_here = held.get(stored.index, {})
                openings = {slot: fitting(entry, opening).value for slot, opening in held_here.items()}
                if shown is None and self._remembered is not None:
                    self._remembered[stored.index] = openings
            elif shown is not None:
                openings = {slot: openings[slot] for slot in shown[stored.index] if slot in openings}
            case = stored.case if view == "authority" else entry.envelope.body.get("case", openings.get("/case"))
            if only is None or case == only:
                yield recorder.recorded(stored.index, entry, case, openings)


def fitting(entry: Entry, opening: Opening) -> Opening:
    """The opening, once it is what the entry sealed: what was changed in the store or on the way is never shown."""
    disclosure.check(entry.envelope.sealed, opening)
    return opening
