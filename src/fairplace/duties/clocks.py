"""Clocks in plain words, counted by the same functions as the rules and the desk count them."""

from __future__ import annotations

from datetime import date, timedelta

from fairplace.formats import MONTHS, listed, named_day
from fairplace.procurement.standstill import last_day, least_last_day
from fairplace.procurement.state import State
from fairplace.terms import as_date
from fairplace.working_days import PARTS, Name, holidays_within

CLAIM_DAYS = 30
"""Procurement Act 2023, s. 106: days to bring a claim, as the rule RM-01 counts them."""

_DAY = timedelta(days=1)


def standstill(state: State, today: date) -> tuple[date, str] | None:
    """The last day of the standstill, and the sentence about it; None where none runs. Raises BeyondHorizon."""
    last = last_day(state)
    if last is None or state.award_notice is None:
        return None
    began, end = as_date(state.award_notice.published_on), as_date(last)
    name: Name = "ENG" if state.planned is not None and state.planned.regime == "PSR" else "UK"
    counted = least_last_day(state, state.award_notice.published_on) == last
    why = bank_holidays(began, end, name) if counted else "as the award notice says"
    runs = "runs" if today <= end else "ran"
    until, after = named_day(end, today), named_day(end + _DAY, today)
    return end, f"Standstill {runs} to the end of {until}{_because(why)}; you can sign from {after}."


def _because(why: str) -> str:
    return "" if not why else f", {why}" if why.startswith("as ") else f": {why}"


def bank_holidays(first: date, last: date, name: Name) -> str:
    """Which bank holidays the count passes over, and where they are kept; empty when there is none."""
    kept: dict[tuple[str, ...], list[str]] = {}
    for day, parts in holidays_within(first, last, name).items():
        kept.setdefault(parts, []).append(f"{day.day} {MONTHS[day.month - 1]}")
    found = [
        f"{listed(days)} {'is a bank holiday' if len(days) == 1 else 'are bank holidays'}{_where(parts)}"
        f" and {'counts' if len(days) == 1 else 'count'} here"
        for parts, days in kept.items()
    ]
    return ", and ".join(found)


def _where(parts: tuple[str, ...]) -> str:
    return "" if len(parts) in (0, len(PARTS)) else f" in {listed(parts)}"
