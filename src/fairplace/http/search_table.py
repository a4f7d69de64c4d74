"""Every search of a register, kept as the log grows: what the board is made of, and which searches a provider is in.

- One pass over the log at the first look, then only what is new.
- Of children who have moved in a search is read once a day, and once more when something is recorded of it; `folded` counts.
- Only what is public and what the parties know is kept; nothing of a child is held here (`parties_only`).
- After an erasure everything is read anew, and once more where it was not carried out yet: nothing that is gone is kept.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import TypeVar

from fairplace import catalogue
from fairplace.event import Fact
from fairplace.reading import StoreReader
from fairplace.recorded import Recorded
from fairplace.searching import Search
from fairplace.seeking.board import Line, is_open, line, parties_only
from fairplace.seeking.lived import Lived, lived, lives
from fairplace.terms import CaseId, Day, Instant

F = TypeVar("F", bound=Fact)

READ = tuple(sorted(name for name in catalogue.PLACEMENTS if not name.startswith("market.")))


class Past:
    """What the parties know of one search."""

    def __init__(self) -> None:
        self.events: list[Recorded] = []

    def of(self, kind: type[F]) -> list[tuple[Recorded, F]]:
        return [(one, one.event) for one in self.events if isinstance(one.event, kind)]

    def last(self, kind: type[F]) -> tuple[Recorded, F] | None:
        found = self.of(kind)
        return found[-1] if found else None


class Searches:
    """The searches of one register. Safe to share between threads."""

    def __init__(self, reader: StoreReader, erasing: Callable[[], bool]) -> None:
        """`erasing`: is an erasure ordered and not carried out?"""
        self._reader = reader
        self._erasing = erasing
        self._again = False
        self._lock = threading.Lock()
        self._upto = 0
        self._pasts: dict[CaseId, Past] = {}
        self._over: set[CaseId] = set()
        self._lived: dict[CaseId, tuple[Day, Lived | None]] = {}
        self.folded = 0

    def lines(self, now: Instant) -> list[Line]:
        """The open searches at a moment, the most urgent first."""
        with self._lock:
            self._catch_up()
            open_ones = [(case, Search(past)) for case, past in self._pasts.items() if case not in self._over]
            found = [line(case, search, now) for case, search in open_ones if is_open(search)]
            self._over |= {case for case, search in open_ones if _is_past(search)}
        return sorted(found, key=lambda one: one.order)

    def living(self, today: Day) -> list[Lived]:
        """Every placement that runs, as of a day, what is owed first. Only of one that runs does the day change anything."""
        with self._lock:
            self._catch_up()
            for case, past in self._pasts.items():
                read = self._lived.get(case)
                if read is None or (read[0] != today and read[1] is not None):
                    search = Search(past)
                    self._lived[case] = (today, lived(case, search, today) if lives(search) else None)
                    self.folded += 1
            found = [one for _, one in self._lived.values() if one is not None]
        return sorted(found, key=lambda one: one.order)

    def all(self) -> Iterator[tuple[CaseId, Search]]:
        """Every search, the newest first, as the parties know it."""
        with self._lock:
            self._catch_up()
            found = [(case, Search(past)) for case, past in self._pasts.items()]
        return reversed(found)

    def _catch_up(self) -> None:
        size = self._reader.size
        if self._again or (self._upto < size and self._reader.erased_between(self._upto, size)):
            self._again = self._erasing()
            self._pasts, self._over, self._lived, self._upto = {}, set(), {}, 0
        if size == self._upto:
            return
        for recorded in self._reader.of_types(READ, self._upto, size):
            if recorded.case is not None:
                self._lived.pop(recorded.case, None)
                self._over.discard(recorded.case)  # somebody may ask or challenge when it is long over
                past = self._pasts.setdefault(recorded.case, Past())
                past.events = [*past.events, parties_only(recorded)]  # somebody may be reading the one before
        self._upto = size


def _is_past(search: Search) -> bool:
    """Does it stand on the board no more, until something new is recorded of it?"""
    return not is_open(search) and (search.ended_without is not None or search.started is not None)
