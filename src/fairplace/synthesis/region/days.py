"""The days of the made-up region: moments by the clock in London, and many stories told in the order of time."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import cache

from fairplace.synthesis.chance import Clock
from fairplace.terms import LONDON
from fairplace.working_days import is_working_day

OPENS, CLOSES = date(2024, 4, 1), date(2026, 3, 31)
"""The first and the last day on which a search begins."""
ENDS = date(2026, 6, 30)
"""The last day of which anything is told: by then every search is over."""

Story = Iterator[datetime]
"""Told by its generator, which gives the moment (UTC) at which it wants to go on."""


@cache
def works(day: date) -> bool:
    return is_working_day(day)


def at(day: date, hour: int, minute: int = 0) -> datetime:
    """A moment by the clock in London, in UTC."""
    return datetime.combine(day, time(hour, minute), LONDON).astimezone(UTC)


def day_of(moment: datetime) -> date:
    """The day in London on which a moment falls."""
    return moment.astimezone(LONDON).date()


@cache
def working(day: date) -> date:
    """This day, or the next working day after it."""
    while not works(day):
        day += timedelta(days=1)
    return day


@cache
def after(day: date, count: int) -> date:
    """The working day so many working days after a day."""
    for _ in range(count):
        day = working(day + timedelta(days=1))
    return day


@cache
def before(day: date, count: int) -> date:
    """The working day so many working days before a day."""
    for _ in range(count):
        day -= timedelta(days=1)
        while not works(day):
            day -= timedelta(days=1)
    return day


class Agenda:
    """Stories by the moment at which each goes on. What would come after the end is not told."""

    def __init__(self, clock: Clock, end: datetime | None = None) -> None:
        self._clock = clock
        self._waiting: list[tuple[datetime, int, Story]] = []
        self._added = 0
        self._end = end or at(ENDS, 20)

    def add(self, story: Story) -> None:
        moment = next(story, None)
        if moment is not None and moment <= self._end:
            self._added += 1
            heapq.heappush(self._waiting, (moment, self._added, story))

    def run(self, tick: Callable[[datetime], None]) -> None:
        """Tell everything; `tick` is called before each step with its moment."""
        while self._waiting:
            moment, _, story = heapq.heappop(self._waiting)
            tick(moment)
            self._clock.reach(moment)
            self.add(story)
        tick(self._end)
        self._clock.reach(self._end)
