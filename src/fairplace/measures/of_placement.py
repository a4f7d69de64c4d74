"""How one placement goes on: whether it lasts, what its staff and its outcomes are, what stands outside registration.

- Each answer is about one case. Nothing of it is published by itself: sums are, after disclosure control.
- None is not known, or not yet.
"""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction

import msgspec

from fairplace.market.known import Market
from fairplace.searching import Search
from fairplace.terms import Instant, Pence, as_date, london_day
from fairplace.working_days import months_beginning

LASTS_DAYS = 180
EARLY_DAYS = 90
RAISED_MONTHS = 12
PLANNED_MOVE, SAME_CARER = "CARPL", "PLACE"
"""Reasons for a placement change (SSDA903): by the care plan; the placement alone changed, not the carer."""
TWO_ADULTS = 200


def first_time_right(search: Search, as_of: Instant) -> bool | None:
    """Did it last 180 days, or end earlier as the care plan said (A12)? Null before that, or where only the place changed."""
    began, ended = _began(search), _ended(search)
    if began is None or began + timedelta(days=LASTS_DAYS) > london_day(as_of):
        return None
    if search.ended is None:
        return True
    if ended is None or ended >= began + timedelta(days=LASTS_DAYS):
        return None if ended is None else True
    reason, planned = search.ended[1].reason.get(None), search.ended[1].planned.get(None)
    if reason is None or planned is None or reason == SAME_CARER:
        return None
    return reason == PLANNED_MOVE and bool(planned)


def failed_early(search: Search) -> bool | None:
    """Did it end unplanned within 90 days (A19)? Null before the start, or while it may still."""
    began, ended = _began(search), _ended(search)
    if began is None or (search.ended is not None and ended is None):
        return None
    if search.ended is None or ended is None:
        return False
    planned = search.ended[1].planned.get(None)
    return None if planned is None else not planned and (ended - began).days <= EARLY_DAYS


def newly_raised(search: Search, market: Market | None) -> bool | None:
    """Had the level of the chosen home risen in the twelve months before (A19)?"""
    won = search.winner
    if search.choice is None or won is None or won.terms is None or market is None:
        return None
    home = market.home(won.terms.setting, search.choice[0].index)
    if home is None:
        return None
    today = london_day(search.choice[1].happened_at)
    return home.raised_on is not None and months_beginning(as_date(home.raised_on), RAISED_MONTHS) >= today


class Staffing(msgspec.Struct, frozen=True, kw_only=True):
    """How many adults there are to the child, in hundredths, and what added hours cost a week (A20)."""

    ratio_day: int
    added: Pence

    @property
    def is_doubled(self) -> bool:
        return self.ratio_day >= TWO_ADULTS


def staffing(search: Search) -> Staffing | None:
    """By the newest review, else by the offer."""
    won = search.winner
    ratio = won.terms.ratio_day if won and won.terms else None
    added = 0
    if search.reviews:
        _, newest = search.reviews[-1]
        ratio = newest.ratio_day.get(None) if newest.ratio_day.get(None) is not None else ratio
        added = (newest.added_hours.get(None) or 0) * (newest.hour_rate.get(None) or 0)
    return None if ratio is None else Staffing(ratio_day=ratio, added=added)


class Use(msgspec.Struct, frozen=True, kw_only=True):
    """Nights in a place that must be registered and is not, and what they cost (A21)."""

    nights: int
    cost: Pence


def unregistered_use(search: Search, as_of: Instant) -> Use | None:
    """From the day on which it began to the day on which it, or the placement, ended, or to today."""
    use = search.unregistered[-1][1].use.get(None) if search.unregistered else None
    if use is None:
        return None
    over = [event.reviewed_on.get(None) for _, event in search.unregistered_reviews if not event.goes_on]
    ends = [*(as_date(one) for one in over if one), *filter(None, [_ended(search)]), london_day(as_of)]
    nights = max(0, (min(ends) - as_date(use.began_on)).days)
    return Use(nights=nights, cost=round(Fraction(nights * use.weekly_cost, 7)))


class Attained(msgspec.Struct, frozen=True, kw_only=True):
    """How many of the agreed outcomes were looked at and attained (D3)."""

    agreed: int
    attained: int


def attained(search: Search) -> Attained | None:
    """By the newest look at each outcome."""
    if search.agreed is None or not search.agreed[1].outcomes.is_open:
        return None
    newest = {event.outcome: event.attained.get(None) for _, event in search.measured}
    agreed = [one.id for one in search.agreed[1].outcomes.get()]
    return Attained(agreed=len(agreed), attained=sum(newest.get(name) == "yes" for name in agreed))


def matching_share(search: Search) -> Fraction | None:
    """Which part of the weekly fee goes into getting to know each other (A17)."""
    won = search.winner
    terms = search.agreed[1].terms.get(None) if search.agreed else (won.terms if won else None)
    if terms is None or terms.weekly_fee <= 0:
        return None
    return Fraction(sum(line.amount for line in terms.lines if line.code == "matching_transition"), terms.weekly_fee)


def paid(search: Search, until: date) -> Pence | None:
    """What accrued from the start to a day, by the fee of each day, a week at a time in sevenths (D2)."""
    began, agreed = _began(search), search.agreed[1].terms.get(None) if search.agreed else None
    if began is None or agreed is None or any(not event.fee.is_open for _, event in search.fees):
        return None
    ended = _ended(search)
    stops = min(until, ended) if ended else until
    fees = [(began, agreed.weekly_fee)]
    for _, event in search.fees:
        fees.append((max(began, as_date(event.fee.get().from_on)), event.fee.get().weekly_fee))
    fees.sort(key=lambda one: one[0])
    ends = [day for day, _ in fees[1:]] + [stops]
    days = [(max(0, (min(end, stops) - day).days), fee) for (day, fee), end in zip(fees, ends, strict=True)]
    return round(Fraction(sum(n * fee for n, fee in days), 7))


def _began(search: Search) -> date | None:
    began = search.started[1].began.get(None) if search.started else None
    return as_date(began.started_on) if began else None


def _ended(search: Search) -> date | None:
    ending = search.ended[1].ending.get(None) if search.ended else None
    return as_date(ending.ended_on) if ending else None
