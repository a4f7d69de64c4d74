"""The stretches of time that numbers are published for: whole quarters, never anything shorter (R5).

Years begin on 1 April, as the collection years of SSDA903 do; halves begin on 1 April and 1 October.
A quarter is a whole number here: how many quarters lie between it and April of the year 0.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Literal

import msgspec

from fairplace.terms import Day, as_date

Grain = Literal["quarter", "half-year", "year"]
QUARTERS: dict[Grain, int] = {"quarter": 1, "half-year": 2, "year": 4}
MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip


class Span(msgspec.Struct, frozen=True, order=True):
    """From the first month to the last, both included: `2026-04` to `2026-06`."""

    first: str
    last: str

    @property
    def key(self) -> str:
        """An ISO 8601 interval of months: `2026-04/2026-06`."""
        return f"{self.first}/{self.last}"

    @property
    def words(self) -> str:
        """`April to June 2026`, or `October 2025 to March 2026`."""
        (first_year, first), (last_year, last) = self.first.split("-"), self.last.split("-")
        year = "" if first_year == last_year else f" {first_year}"
        return f"{MONTHS[int(first) - 1]}{year} to {MONTHS[int(last) - 1]} {last_year}"


def quarter_of(day: Day) -> int:
    found = as_date(day)
    return (found.year * 12 + found.month - 4) // 3


def last_day(quarter: int) -> date:
    year, month = divmod(quarter * 3 + 6, 12)
    return date(year, month + 1, 1) - timedelta(days=1)


def last_closed(until: Day) -> int:
    """The last quarter that is over when that day is over."""
    quarter = quarter_of(until)
    return quarter if last_day(quarter) <= as_date(until) else quarter - 1


def span(first: int, last: int) -> Span:
    start, end = divmod(first * 3 + 3, 12), divmod(last * 3 + 5, 12)
    return Span(f"{start[0]:04d}-{start[1] + 1:02d}", f"{end[0]:04d}-{end[1] + 1:02d}")


def stretch(quarter: int, grain: Grain) -> tuple[int, int]:
    """The first and the last quarter of the quarter, half-year or year in which a quarter lies."""
    size = QUARTERS[grain]
    first = quarter // size * size
    return first, first + size - 1


def counted_in(day: Day, recorded: Day, cutoffs: Sequence[Day]) -> int | None:
    """The quarter in which a fact is counted: that in which it happened, unless that was released before it was known.

    Then it is the first one that had not been released (R4): numbers that are out are never changed by a late record.
    `cutoffs` are the last days of all releases, oldest first; None when the fact belongs to none of them yet.
    """
    happened, before = quarter_of(day), None
    for cutoff in cutoffs:
        closed = last_closed(cutoff)
        if recorded <= cutoff and happened <= closed:
            return happened if before is None else max(happened, before + 1)
        before = closed
    return None
