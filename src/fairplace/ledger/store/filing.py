"""Which case an entry belongs to whose case is sealed (a deposit), as its own slot `/case` says: in memory alone.

- On the disk stands nothing but the record under its key: whoever has the file alone can count nobody's bids.
- What cannot be opened, or says null, belongs to no case.
"""

from __future__ import annotations

import threading
from collections.abc import Callable

from fairplace.ledger.store.connection import Connection
from fairplace.terms import CaseId

CASE_SLOT = "/case"

_NEW = """
    SELECT vault.place, entry.type FROM vault JOIN entry ON entry.place = vault.place
    WHERE vault.place >= ? AND vault.place < ? AND vault.slot = '/case' ORDER BY vault.place"""

Told = Callable[[int], object]
"""The value that an entry's slot `/case` opens to, by place; null when it does not open."""


class Filing:
    """The sealed cases of one log, followed as it grows."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._upto = 0
        self._case_of: dict[int, CaseId] = {}
        self._places: dict[CaseId, list[int]] = {}
        self._newest: dict[tuple[CaseId, int], int] = {}

    def follow(self, connection: Connection, start: int, stop: int, told: Told) -> None:
        """Take in the entries from place `start`, the log's entry 0, up to place `stop`, as far as they are new."""
        with self._lock:
            upto = max(self._upto, start)
            if upto >= stop:
                return
            for place, kind in connection.execute(_NEW, (upto, stop)).fetchall():
                if isinstance(case := told(place), str):
                    self._case_of[place] = case
                    self._places.setdefault(case, []).append(place)
                    self._newest[case, kind] = place
            self._upto = stop

    def case_of(self, place: int) -> CaseId | None:
        return self._case_of.get(place)

    def places(self, case: CaseId, stop: int) -> list[int]:
        """The places below `stop` of a case's sealed entries, in order."""
        return [place for place in self._places.get(case, ()) if place < stop]

    def newest(self, case: CaseId, kind: int) -> int:
        """The place of the case's newest sealed entry of a type; -1: none."""
        return self._newest.get((case, kind), -1)
