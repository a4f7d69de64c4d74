"""Many stories told at once, in the order of time: each says when it goes on."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterator
from datetime import date, datetime, time, timedelta
from functools import cache

from fairplace.synthesis.chance import Clock
from fairplace.terms import LONDON
from fairplace.working_days import is_working_day

BEGINS, ENDS = date(2025, 5, 19), date(2026, 11, 20)
"""Eighteen months: the first and the last day on which anything is recorded."""

_BEYOND = date(2027, 6, 30)  # deadlines may lie ahead of the last day

Story = Iterator[datetime]
"""Told by its generator, which gives the moment at which it wants to go on."""


@cache
def working_days() -> tuple[date, ...]:
    """The working days that a story counts by; a day is an index into this."""
    every = (BEGINS + timedelta(days=n) for n in range((_BEYOND - BEGINS).days))
    return tuple(day for day in every if is_working_day(day))


def last_day() -> int:
    return working_days().index(ENDS)


def number_of(day: date) -> int:
    """The number of this day, or of the first working day after it."""
    return next(number for number, one in enumerate(working_days()) if one >= day)


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """A moment of a working day, by the clock in London."""
    return datetime.combine(working_days()[day], time(hour, minute), LONDON)


class Agenda:
    """Stories by the moment at which each goes on. What would come after the end is not told."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._waiting: list[tuple[datetime, int, Story]] = []
        self._added = 0
        self._end = at(last_day(), 17)

    def add(self, story: Story) -> None:
        moment = next(story, None)
        if moment is not None and moment <= self._end:
            self._added += 1
            heapq.heappush(self._waiting, (moment, self._added, story))

    def run(self, progress: Callable[[int, int], None]) -> None:
        """Tell everything; `progress` hears the days told, and of how many."""
        days = (ENDS - BEGINS).days
        while self._waiting:
            moment, _, story = heapq.heappop(self._waiting)
            self._clock.reach(moment)
            progress((moment.date() - BEGINS).days, days)
            self.add(story)
        self._clock.reach(self._end)
        progress(days, days)
