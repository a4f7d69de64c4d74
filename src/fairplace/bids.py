"""What a case says of its bids, as one view shows it: who bid, which are live, what they came to, who won.

- Nothing is guessed: what is closed to the view, or was never recorded, is None.
- The arithmetic is done again from marks, prices and the published formula; it shares no line with the deciders.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from functools import cached_property
from typing import Protocol, TypeVar

import msgspec

from fairplace.event import Fact
from fairplace.procurement.events import (
    Awarded,
    AwardWithdrawn,
    BidCheck,
    BidsChecked,
    BidsOpened,
    CriteriaChanged,
    Criterion,
    DepositReceived,
    DepositReceivedLate,
    DepositWithdrawn,
    LateBidsDecided,
    Moderated,
    PriceFormula,
    Result,
    Scale,
    TenderPublished,
)
from fairplace.recorded import Recorded
from fairplace.terms import BasisPoints, LeafHash, Mark, Pence, Place

F = TypeVar("F", bound=Fact)


class Past(Protocol):
    """The part of a case that is read here."""

    @property
    def view(self) -> str: ...
    def of(self, kind: type[F]) -> list[tuple[Recorded, F]]: ...
    def last(self, kind: type[F]) -> tuple[Recorded, F] | None: ...


class Terms(msgspec.Struct, frozen=True, kw_only=True):
    """How bids are judged: the published criteria and what makes a number of them."""

    criteria: tuple[Criterion, ...]
    scale: Scale
    price_formula: PriceFormula | None
    tie_break: str | None
    winners: int

    @property
    def leaves(self) -> tuple[Criterion, ...]:
        """The criteria that earn points: those that no other names as its parent."""
        parents = {criterion.parent for criterion in self.criteria}
        return tuple(criterion for criterion in self.criteria if criterion.id not in parents)


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """What a bid comes to. `tied`: the published tie-break leaves it level with another."""

    points: dict[str, BasisPoints]
    total: BasisPoints
    rank: int
    tied: bool


class Bid(msgspec.Struct, frozen=True, kw_only=True):
    """One bid at its place. `live` is None where the view withholds it; `lodged` is the deposit."""

    place: Place
    lodged: Recorded | None = None
    late: bool = False
    provider: str | None = None
    price: Pence | None = None
    check: BidCheck | None = None
    live: bool | None = None
    marks: dict[str, Mark] | None = None
    result: Result | None = None


class Bids(msgspec.Struct, frozen=True, kw_only=True, dict=True):
    """The bids of a case.

    `dark` are places of which the view shows nothing; `bidders` are the providers whose deposits stand, None where the
    view withholds them; `winners` are the places of the award in force, None without one or where it is withheld.
    """

    terms: Terms | None
    by_place: dict[Place, Bid]
    dark: frozenset[Place]
    bidders: frozenset[str] | None
    winners: frozenset[Place] | None

    @cached_property
    def live(self) -> tuple[Bid, ...] | None:
        """The bids that take part, by place; None where the view does not show which."""
        if self.dark or any(bid.live is None for bid in self.by_place.values()):
            return None
        return tuple(bid for _, bid in sorted(self.by_place.items()) if bid.live)

    def places_of(self, providers: Collection[str]) -> frozenset[Place]:
        return frozenset(place for place, bid in self.by_place.items() if bid.provider in providers)

    def would_win(self, terms: Terms | None = None, without: Collection[Place] = ()) -> frozenset[Place] | None:
        """Who would win by the agreed marks under other terms, or without some bids; None if it cannot be told."""
        judged = standings(self, terms, without)
        if judged is None:
            return None
        by = terms or self.terms
        assert by is not None
        # As many as were chosen, where fewer won than might have.
        most = min(by.winners, len(self.winners)) if self.winners else by.winners
        first = frozenset(place for place, standing in judged.items() if standing.rank <= most)
        return first if len(first) == min(most, len(judged)) else None


def terms(past: Past, before: int | None = None) -> Terms | None:
    """The criteria in force, or those before the entry with this index."""
    found = past.of(TenderPublished)
    if not found:
        return None
    tender = found[-1][1]
    source: TenderPublished | CriteriaChanged = tender
    for recorded, change in past.of(CriteriaChanged):
        if before is None or recorded.index < before:
            source = change
    return Terms(
        criteria=tuple(source.criteria),
        scale=source.scale,
        price_formula=source.price_formula,
        tie_break=tender.tie_break,
        winners=tender.winners,
    )


def standings(bids: Bids, by: Terms | None = None, without: Collection[Place] = ()) -> dict[Place, Standing] | None:
    """The points, totals and ranks of the live bids, computed anew; None where a mark, a price or a rule is missing."""
    by = by or bids.terms
    if by is None or bids.live is None:
        return None
    bidding = [bid for bid in bids.live if bid.place not in without]
    scale = by.scale.highest - by.scale.lowest
    price_matters = any(leaf.kind == "price" for leaf in by.leaves)
    prices = [bid.price for bid in bidding if bid.price is not None]
    if scale <= 0 or (price_matters and (by.price_formula is None or len(prices) < len(bidding))):
        return None
    points: dict[Place, dict[str, BasisPoints]] = {}
    for bid in bidding:
        earned = points[bid.place] = {}
        for leaf in by.leaves:
            if leaf.kind == "price":
                assert bid.price is not None
                earned[leaf.id] = _price_points(leaf.weight, bid.price, min(prices), by.price_formula)
            elif bid.marks is None or leaf.id not in bid.marks:
                return None
            else:
                earned[leaf.id] = _half_up(leaf.weight * (bid.marks[leaf.id] - by.scale.lowest), scale)
    return _ranked(bidding, points, by)


def _price_points(weight: BasisPoints, price: Pence, lowest: Pence, formula: PriceFormula | None) -> BasisPoints:
    if price == lowest:
        return weight
    if lowest <= 0:
        return 0
    if formula == "lowest-over-price":
        return _half_up(weight * lowest, price)
    return max(0, _half_up(weight * (2 * lowest - price), lowest))


def _half_up(numerator: int, denominator: int) -> int:
    """The fraction rounded to a whole number, a half upwards; exact."""
    return (2 * numerator + denominator) // (2 * denominator)


def _ranked(
    bidding: Collection[Bid], points: Mapping[Place, dict[str, BasisPoints]], by: Terms
) -> dict[Place, Standing]:
    quality = [leaf.id for leaf in by.leaves if leaf.kind == "quality"]
    key: dict[Place, tuple[int, int]] = {}
    for bid in bidding:
        earned = points[bid.place]
        level = 0
        if by.tie_break == "highest-quality":
            level = -sum(earned[name] for name in quality)
        elif by.tie_break == "lowest-price" and bid.price is not None:
            level = bid.price
        key[bid.place] = (-sum(earned.values()), level)
    order = sorted(key.values())
    same = Counter(order)
    return {
        place: Standing(points=points[place], total=-at[0], rank=order.index(at) + 1, tied=same[at] > 1)
        for place, at in key.items()
    }


def read(past: Past) -> Bids:
    """The bids of a case, from whatever of its entries the view shows."""
    lodged: dict[LeafHash, tuple[Recorded, DepositReceived | DepositReceivedLate]] = {}
    for on_time in past.of(DepositReceived):
        lodged[on_time[0].leaf] = on_time
    for late in past.of(DepositReceivedLate):
        lodged[late[0].leaf] = late
    taken_back = {recorded.stream for recorded, _ in past.of(DepositWithdrawn)}

    opened = past.last(BidsOpened)
    slots = _Slots()
    for place, item in opened[1].bids.items() if opened else ():
        slots.show(place, item.deposit.is_open, item.deposit.get(), proves=True)
    deposit_of = dict(slots.values)
    for _, decided in past.of(LateBidsDecided):
        for decision in decided.decisions.get(()):
            if decision.admitted and decision.place:
                slots.show(decision.place, is_open=True, value=decision.deposit, proves=True)
                deposit_of[decision.place] = decision.deposit
    # Only the opening shows that a place is empty: a bid that nobody checked or marked has null there too.
    proves = opened is None
    checks: dict[Place, BidCheck | None] = {}
    checked = past.last(BidsChecked)
    for place, entry in checked[1].bids.items() if checked else ():
        slots.show(place, entry.check.is_open, entry.check.get(), proves=proves)
        if entry.check.is_open:
            checks[place] = entry.check.get()
    moderated = past.last(Moderated)
    marks: dict[Place, dict[str, Mark]] = {}
    results: dict[Place, Result] = {}
    for place, agreed in moderated[1].bids.items() if moderated else ():
        slots.show(place, agreed.marks.is_open, agreed.marks.get(), proves=proves)
        slots.show(place, agreed.result.is_open, agreed.result.get(), proves=proves)
        marks[place] = agreed.marks.get()
        results[place] = agreed.result.get()

    by_place = {}
    for place in sorted(slots.holding):
        record, deposit = lodged.get(deposit_of.get(place, ""), (None, None))
        provider = deposit.provider.get() if deposit else None
        check = checks.get(place)
        by_place[place] = Bid(
            place=place,
            lodged=record,
            late=isinstance(deposit, DepositReceivedLate),
            provider=provider.id if provider else None,
            price=deposit.price.get() if deposit else None,
            check=check,
            live=check.status == "live" if check else (place in checks or checked is None) or None,
            marks=marks.get(place),
            result=results.get(place),
        )
    standing = [found for found in lodged.values() if found[0].stream not in taken_back]
    seen = past.view == "authority" or bool(opened and not slots.dark)
    known = seen and all(event.provider.get() is not None for _, event in standing)
    return Bids(
        terms=terms(past),
        by_place=by_place,
        dark=frozenset(slots.dark),
        bidders=frozenset(event.provider.get().id for _, event in standing) if known else None,
        winners=_winners(past),
    )


class _Slots:
    """Which places hold a bid, from every slot that is open on them."""

    def __init__(self) -> None:
        self.holding: set[Place] = set()
        self.empty: set[Place] = set()
        self.seen: set[Place] = set()
        self.values: dict[Place, LeafHash] = {}

    def show(self, place: Place, is_open: bool, value: object, *, proves: bool) -> None:
        """One slot of a place; `proves`: null there means that the place is empty."""
        self.seen.add(place)
        if is_open and value is not None:
            self.holding.add(place)
            if isinstance(value, str):
                self.values[place] = value
        elif is_open and proves:
            self.empty.add(place)

    @property
    def dark(self) -> set[Place]:
        return self.seen - self.holding - self.empty


def _winners(past: Past) -> frozenset[Place] | None:
    award = past.last(Awarded)
    withdrawn = past.last(AwardWithdrawn)
    if award is None or (withdrawn and withdrawn[0].index > award[0].index):
        return None
    open_ones = {place: bid.award.get() for place, bid in award[1].bids.items() if bid.award.is_open}
    chosen = frozenset(place for place, value in open_ones.items() if value is not None)
    return chosen or None
