"""Working days and the ends of periods, by the two calendars that procurement law counts in.

- `UK`: no Saturday, no Sunday, no bank holiday in any part of the United Kingdom (Procurement Act 2023, s. 123).
- `ENG`: the same with England's bank holidays only (Health Care Services (Provider Selection Regime) Regulations
  2023, reg. 12(12)).
- All days are calendar days in Europe/London. A period in days or months never rolls to a working day.
- A day past what is known of bank holidays raises `BeyondHorizon`: no end is ever guessed.
"""

from __future__ import annotations

import calendar as months
import hashlib
from collections.abc import Iterator
from datetime import date, timedelta
from functools import cache
from typing import Literal

import msgspec

from fairplace.errors import Misconfigured
from fairplace.ledger import canonical

Name = Literal["UK", "ENG"]

KNOWN_FROM = date(2024, 1, 1)
KNOWN_TO = date(
    2028, 12, 31
)  # 2027 and 2028 outside England and Wales follow from the rules, not from a published list

SUPPLEMENT: tuple[tuple[date, Name, str], ...] = (
    # Scotland's one-off bank holiday: Banking and Financial Dealings Act 1971, s. 1(3).
    (date(2026, 6, 15), "UK", "Scotland takes part in the World Cup"),
)
"""Bank holidays that a release of the `holidays` package may lack, each with what it is for."""

_SUBDIVISIONS: dict[Name, tuple[str, ...]] = {"UK": ("ENG", "WLS", "SCT", "NIR"), "ENG": ("ENG",)}
_DAY = timedelta(days=1)


class BeyondHorizon(Misconfigured):
    """The bank holidays of that day are not known: a newer list is needed, or the day is a slip."""

    def __init__(self, day: date, known_from: date, known_to: date) -> None:
        super().__init__(
            f"the working days of {day} were asked for; bank holidays are known from {known_from} to {known_to}"
        )
        self.day = day


class Calendar(msgspec.Struct, frozen=True, kw_only=True):
    """The bank holidays of one calendar that fall on a Monday to Friday, and how far they are known."""

    holidays: frozenset[date]
    known_from: date = KNOWN_FROM
    known_to: date = KNOWN_TO

    def is_working_day(self, day: date) -> bool:
        if not self.known_from <= day <= self.known_to:
            raise BeyondHorizon(day, self.known_from, self.known_to)
        return day.weekday() < 5 and day not in self.holidays

    def from_day(self, start: date) -> Iterator[date]:
        """The working days on and after a day, without end."""
        day = start
        while True:
            if self.is_working_day(day):
                yield day
            day += _DAY


@cache
def calendar(name: Name) -> Calendar:
    """The calendar of that name, from the `holidays` package and the supplement."""
    from holidays import country_holidays  # a slow import, which many commands never need

    years = range(KNOWN_FROM.year, KNOWN_TO.year + 1)
    known = {day for part in _SUBDIVISIONS[name] for day in country_holidays("GB", subdiv=part, years=years)}
    known |= {day for day, where, _ in SUPPLEMENT if name in (where, "UK")}
    return Calendar(holidays=frozenset(day for day in known if day.weekday() < 5 and KNOWN_FROM <= day <= KNOWN_TO))


def is_working_day(day: date, name: Name | Calendar = "UK") -> bool:
    return _calendar(name).is_working_day(day)


def working_days_after(day: date, n: int, name: Name | Calendar = "UK") -> date:
    """The n-th working day strictly after a day."""
    return _nth(_calendar(name), day + _DAY, n)


def pa_standstill_last(published: date, n: int = 8, name: Name | Calendar = "UK") -> date:
    """The last day of a standstill of n working days beginning with the day of the award notice.

    Procurement Act 2023, s. 51(2): a notice on a day that is no working day has day zero there, and the count begins
    with the next working day. The contract may be signed from the following calendar day.
    """
    return _nth(_calendar(name), published, n)


def psr_standstill_last(published: date, name: Name | Calendar = "ENG") -> date:
    """The last day of the standstill after an intention-to-award notice; it ends at that day's midnight.

    Provider Selection Regime Regulations 2023, reg. 12(2)-(3): it starts the day after the notice and ends with the
    eighth working day after that start.
    """
    return _nth(_calendar(name), published + 2 * _DAY, 8)


def period_days(start: date, n: int) -> date:
    """The last of "n days beginning with the day"; "before the end of" is on or before it."""
    if n < 1:
        raise ValueError(f"a period of {n} days came; it has at least one")
    return start + timedelta(days=n - 1)


def months_beginning(start: date, n: int) -> date:
    """The last of "n months beginning with the day": the day before the same day n months later.

    Where that month has no such day (31 August and six months), the last day of the month.
    """
    year, month = divmod(start.year * 12 + start.month - 1 + n, 12)
    last = months.monthrange(year, month + 1)[1]
    return date(year, month + 1, last) if start.day > last else date(year, month + 1, start.day) - _DAY


PARTS: tuple[tuple[str, str], ...] = (
    ("ENG", "England"),
    ("WLS", "Wales"),
    ("SCT", "Scotland"),
    ("NIR", "Northern Ireland"),
)
"""The parts of the United Kingdom, each with bank holidays of its own."""


def holidays_within(first: date, last: date, name: Name = "UK") -> dict[date, tuple[str, ...]]:
    """The bank holidays from `first` to `last` that are no working days here, each with the parts that keep it.

    No parts: it is kept by royal proclamation, as the supplement says, and in no list of a part.
    """
    kept = _by_part()
    return {
        day: tuple(part for part, days in kept.items() if day in days)
        for day in sorted(calendar(name).holidays)
        if first <= day <= last
    }


@cache
def _by_part() -> dict[str, frozenset[date]]:
    from holidays import country_holidays

    years = range(KNOWN_FROM.year, KNOWN_TO.year + 1)
    return {part: frozenset(country_holidays("GB", subdiv=code, years=years)) for code, part in PARTS}


@cache
def holiday_list_sha256() -> str:
    """Which bank holidays were counted: SHA-256 of the canonical list of both calendars."""
    lists = {name: sorted(day.isoformat() for day in calendar(name).holidays) for name in ("ENG", "UK")}
    whole = {**lists, "known_from": KNOWN_FROM.isoformat(), "known_to": KNOWN_TO.isoformat()}
    return hashlib.sha256(canonical.encode(whole)).hexdigest()


def _calendar(name: Name | Calendar) -> Calendar:
    return name if isinstance(name, Calendar) else calendar(name)


def _nth(known: Calendar, start: date, n: int) -> date:
    if n < 1:
        raise ValueError(f"a count of {n} working days came; it is at least one")
    days = known.from_day(start)
    for _ in range(n - 1):
        next(days)
    return next(days)
