"""The panel's table: every offer in the same columns, our own homes among them, and both rankings beside each other.

- Full value: the points earned by every criterion, price one of them. Price alone: the weekly fee, the lowest first.
- Price earns weight × lowest ÷ offer, a half upwards, of the offers that take part.
- What is closed to whoever looks, or was never recorded, is null; nothing is ranked on a guess.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

import msgspec

from fairplace.counted import counted
from fairplace.formats import money
from fairplace.market.known import OWN, Home, Market
from fairplace.referral.values import FeeLine, OfferId, SearchCriterion
from fairplace.searching import OfferRead, Search
from fairplace.terms import BasisPoints, Pence

WEEK = 7


class Cost(msgspec.Struct, frozen=True, kw_only=True):
    """What a week in a home of the authority costs in full: over the nights used, and over those it could be used."""

    used: Pence
    full: Pence | None


class Column(msgspec.Struct, frozen=True, kw_only=True):
    """One offer in the table. `standing`: null when it takes part, else why it does not."""

    offer: OfferId
    name: str
    setting: str | None
    own: bool
    standing: str | None
    chosen: bool
    level: int | None
    claimed: int | None
    grade: str | None
    room: str | None
    available_on: str | None
    miles: float | None
    boundary: str | None
    fee: Pence | None
    lines: tuple[FeeLine, ...]
    unbalanced: Pence  # the fee less its lines
    agreed_rate: bool | None
    cost: Cost | None
    ratio_day: int | None
    ratio_night: int | None
    points: Mapping[str, BasisPoints]
    failed: tuple[str, ...]
    keeps: tuple[str, ...]
    total: BasisPoints | None
    by_value: int | None
    by_price: int | None


class Comparison(msgspec.Struct, frozen=True, kw_only=True):
    """The whole table. `needed`: the level of the need; `difference`: what the first by value costs more than the cheapest."""

    criteria: tuple[SearchCriterion, ...]
    columns: tuple[Column, ...]
    needed: int | None
    best: tuple[OfferId, ...]
    cheapest: tuple[OfferId, ...]
    difference: Pence | None
    sentence: str


class Chose(Protocol):
    """How many other searches chose a home after an entry."""

    def __call__(self, setting: str, *, since: int) -> int: ...


def comparison(search: Search, market: Market | None, chose: Chose | None = None) -> Comparison:
    """Every offer of a search, those that take part first in the order of points, then the others."""
    declared = search.criteria[-1][1].criteria if search.criteria else []
    points = {offer: _points(one, declared, search.live) for offer, one in search.offers.items()}
    totals = {offer: _total(points[offer], declared) for offer in search.live}
    fees = {offer: one.terms.weekly_fee if one.terms else None for offer, one in search.live.items()}
    by_value = _ranks({offer: None if total is None else -total for offer, total in totals.items()})
    by_price = _ranks(fees)
    chosen = search.chosen.offer if search.chosen else None
    columns = [
        _column(
            search,
            one,
            market,
            chose,
            points[offer],
            totals.get(offer),
            by_value.get(offer),
            by_price.get(offer),
            chosen,
        )
        for offer, one in search.offers.items()
    ]
    columns.sort(key=lambda one: (one.standing is not None, one.by_value or 999, one.by_price or 999))
    best = tuple(one.offer for one in columns if one.by_value == 1)
    cheapest = tuple(one.offer for one in columns if one.by_price == 1)
    need = search.needs[-1][1].profile.get(None) if search.needs else None
    difference = _difference(fees, best, cheapest)
    return Comparison(
        criteria=tuple(declared),
        columns=tuple(columns),
        needed=need.level if need else None,
        best=best,
        cheapest=cheapest,
        difference=difference,
        sentence=_sentence({one.offer: one.name for one in columns}, best, cheapest, difference),
    )


def price_points(weight: BasisPoints, fee: Pence, lowest: Pence) -> BasisPoints:
    """Weight × lowest ÷ offer, in whole basis points, a half upwards. Nothing is earned by a fee of nothing or less."""
    if fee <= 0 or lowest <= 0:
        return 0
    return (2 * weight * lowest + fee) // (2 * fee)


def _points(
    one: OfferRead, criteria: Sequence[SearchCriterion], live: Mapping[OfferId, OfferRead]
) -> dict[str, BasisPoints]:
    """What was given, and for price what follows from the fees where nothing was."""
    if one.scored is None:
        return {}
    found = dict(one.scored.points)
    fees = [each.terms.weekly_fee for each in live.values() if each.terms is not None]
    if one.terms is not None and one.offer in live and len(fees) == len(live):
        for criterion in criteria:
            if criterion.kind == "price":
                found.setdefault(criterion.id, price_points(criterion.weight, one.terms.weekly_fee, min(fees)))
    return found


def _total(points: Mapping[str, BasisPoints], criteria: Sequence[SearchCriterion]) -> BasisPoints | None:
    if not criteria or any(one.id not in points for one in criteria):
        return None
    return sum(points[one.id] for one in criteria)


def _ranks(keys: Mapping[OfferId, int | None]) -> dict[OfferId, int]:
    """The lowest first, the same for the same; nobody is ranked while one is not known."""
    known = [key for key in keys.values() if key is not None]
    if len(known) < len(keys):
        return {}
    order = sorted(known)
    return {offer: order.index(key) + 1 for offer, key in keys.items() if key is not None}


def _column(
    search: Search,
    one: OfferRead,
    market: Market | None,
    chose: Chose | None,
    points: Mapping[str, BasisPoints],
    total: BasisPoints | None,
    by_value: int | None,
    by_price: int | None,
    chosen: OfferId | None,
) -> Column:
    terms = one.terms
    home = market.home(terms.setting, market.upto) if market and terms else None
    then = market.home(terms.setting, one.made.index) if market and terms else None
    provider = market.provider(terms.provider, market.upto) if market and terms else None
    own = provider is not None and provider.provider_class == OWN
    lines = tuple(terms.lines) if terms else ()
    return Column(
        offer=one.offer,
        name=(provider.name if provider and provider.name else terms.provider) if terms else f"Offer {one.offer}",
        setting=terms.setting if terms else None,
        own=own,
        standing=_standing(one),
        chosen=one.offer == chosen,
        level=home.level if home else None,
        claimed=home.claimed if home else None,
        grade=home.grade if home else None,
        room=_room(home, then, chose),
        available_on=terms.available_on if terms else None,
        miles=one.miles,
        boundary=one.boundary,
        fee=terms.weekly_fee if terms else None,
        lines=lines,
        unbalanced=terms.weekly_fee - sum(line.amount for line in lines) if terms else 0,
        agreed_rate=terms.agreed_rate if terms else None,
        cost=cost(market, terms.setting) if market and terms and own else None,
        ratio_day=terms.ratio_day if terms else None,
        ratio_night=terms.ratio_night if terms else None,
        points=points,
        failed=tuple(one.scored.failed) if one.scored else (),
        keeps=tuple(one.scored.keeps) if one.scored else (),
        total=total,
        by_value=by_value,
        by_price=by_price,
    )


def cost(market: Market, setting: str) -> Cost | None:
    """The newest full cost of a home, a week: what the year cost, over the weeks in which it was used."""
    found = market.costs.get(setting, [])
    if not found:
        return None
    said = found[-1][1]
    whole, used, possible = said.cost.get(None), said.nights_used.get(None), said.nights_possible.get(None)
    if whole is None or not used:
        return None
    return Cost(used=_half_up(whole * WEEK, used), full=_half_up(whole * WEEK, possible) if possible else None)


def _half_up(numerator: int, denominator: int) -> int:
    return (2 * numerator + denominator) // (2 * denominator)


def _standing(one: OfferRead) -> str | None:
    if one.withdrawn is not None:
        return "withdrawn"
    if one.late and one.admitted is None:
        return "late, not decided on"
    return "late, not admitted" if one.late and not one.admitted else None


def _room(home: Home | None, then: Home | None, chose: Chose | None) -> str | None:
    """What has become of the room since the offer was made (E8: a decision rests on the places as they are).

    Where other searches chose the home since it declared its room, of the same authority or another, that is said: only
    the provider knows whom it takes.
    """
    if home is None:
        return None
    if home.status != "active":
        return f"The home is {home.status} now"
    had = then is not None and then.room is not None and then.room.places > 0
    has = home.room is not None and home.room.places > 0
    if had and not has:
        return "The room was filled or taken back since the offer"
    if has and home.room is not None and not home.room.available:
        return "It has room that it cannot fill now"
    if (
        has
        and home.room is not None
        and chose
        and (others := chose(home.setting, since=home.room.index)) >= home.room.places
    ):
        told = counted(others, "other search has", "other searches have")
        return (
            f"It declared {counted(home.room.places, 'place')}, and {told} chosen it since: ask whom it takes, and have it"
            " declare its room anew"
        )
    return "It has room" if has else "No room is declared"


def _difference(
    fees: Mapping[OfferId, Pence | None], best: Sequence[OfferId], cheapest: Sequence[OfferId]
) -> Pence | None:
    dearest = [fee for offer in best if (fee := fees[offer]) is not None]
    lowest = [fee for offer in cheapest if (fee := fees[offer]) is not None]
    return min(dearest) - min(lowest) if dearest and lowest else None


def _sentence(
    names: Mapping[OfferId, str], best: Sequence[OfferId], cheapest: Sequence[OfferId], difference: Pence | None
) -> str:
    if not names:
        return "Nobody has offered a home yet."
    if not cheapest:
        return "The fees are not all open to you, so nothing is ranked by price."
    if not best or difference is None:
        return "Not every offer is judged by every criterion yet, so nothing is ranked by full value."
    first = " and ".join(names[offer] for offer in best)
    verb = "comes" if len(best) == 1 else "come"
    if set(best) & set(cheapest):
        return f"{first} {verb} first by full value and by price alone."
    lowest = " and ".join(names[offer] for offer in cheapest)
    return (
        f"{first} {verb} first by full value; by price alone it would be {lowest}."
        f" The difference is {money(difference)} a week, {money(difference * 52)} a year."
    )
