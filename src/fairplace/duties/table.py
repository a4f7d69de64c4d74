"""The duties of every case of a register: kept as the log grows, never read twice.

- One pass over the log at the first look; then only entries that are new are read, and only their cases are looked at.
- Sealed values are never opened here, so that no list can show any.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from collections.abc import Set as AbstractSet

import msgspec

from fairplace import catalogue
from fairplace.decision import History
from fairplace.duties.duty import Duty, Past
from fairplace.duties.of_case import of_case
from fairplace.people.events import InterestDecided
from fairplace.people.roles import recused
from fairplace.policy import Rule
from fairplace.reading import StoreReader
from fairplace.recorded import Recorded
from fairplace.terms import CaseId, Day, Instant, KeyName, day, london_day

_SUBJECTS = (
    "procurement.",
    "evaluation.",
    "interest.",
    "challenge.",
    "finding.",
    "urgent.",
    "value.",
    "case.assessed/",
)
READ = tuple(
    sorted(name for name in catalogue.TYPES if name.startswith(_SUBJECTS) and name != "procurement.imported/1")
)
"""What duties are found in. Deposits are not among them: nothing here can tell whether anybody bid."""


class Work(msgspec.Struct, frozen=True, kw_only=True):
    """A case with duties: who must stay out of it, and who has a part in it."""

    duties: tuple[Duty, ...]
    out: frozenset[KeyName]
    acted: frozenset[KeyName]


LAST: Instant = "9999-12-31T23:59:59.999Z"


class Standing(msgspec.Struct, kw_only=True):
    """One case, and what was found when it was last looked at: good for that day, and until the deadline for bids."""

    events: list[Recorded] = []
    out: frozenset[KeyName] = frozenset()
    found_on: Day | None = None
    until: Instant = ""
    work: Work | None = None


class Duties:
    """The duties of one register. Safe to share between threads."""

    def __init__(self, reader: StoreReader, rules: Callable[[], Mapping[str, Rule]]) -> None:
        self._reader = reader
        self._rules = rules
        self._lock = threading.Lock()
        self._upto = 0
        self._cases: dict[CaseId, Standing] = {}

    def at(self, now: Instant) -> dict[CaseId, Work]:
        """Every case in which something is to be done at this moment."""
        with self._lock:
            self._catch_up()
            found = {case: self._work(case, standing, now) for case, standing in self._cases.items()}
        return {case: work for case, work in found.items() if work.duties}

    def of(self, case: CaseId, now: Instant) -> tuple[Duty, ...]:
        """What is to be done in one case at this moment."""
        with self._lock:
            self._catch_up()
            standing = self._cases.get(case)
            return () if standing is None else self._work(case, standing, now).duties

    def closed_to(self, keys: AbstractSet[KeyName]) -> frozenset[CaseId]:
        """The cases that somebody with these keys must stay out of."""
        with self._lock:
            self._catch_up()
            return frozenset(case for case, standing in self._cases.items() if standing.out & keys)

    def _catch_up(self) -> None:
        size = self._reader.size
        if size == self._upto:
            return
        for recorded in self._reader.closed(READ, self._upto, size):
            if recorded.case is not None:
                standing = self._cases.setdefault(recorded.case, Standing())
                standing.events.append(recorded)
                if isinstance(recorded.event, InterestDecided):
                    standing.out = recused(History(case=recorded.case, events=tuple(standing.events)))
                standing.work = None
        self._upto = size

    def _work(self, case: CaseId, standing: Standing, now: Instant) -> Work:
        today = london_day(now)
        if standing.work is not None and not standing.work.duties:
            return standing.work  # where nothing is to be done, a new day alone brings nothing
        if standing.work is None or standing.found_on != day(today) or now > standing.until:
            events = tuple(standing.events)
            past = Past(history=History(case=case, events=events), now=now, today=today, rules=self._rules())
            deadline = past.state.last_deadline
            acted = frozenset(recorded.actor for recorded in events)
            standing.work = Work(duties=tuple(of_case(past)), out=past.out, acted=acted)
            standing.found_on = day(today)
            standing.until = deadline if deadline is not None and now <= deadline else LAST
        return standing.work
