"""What a case says of its bids, as one view shows it: who bid, which are live, what they came to, who won.

- Nothing is guessed: what is closed to the view, or was never recorded, is None.
"""

from __future__ import annotations

from collections.abc import Collection
from functools import cached_property
from typing import Literal, Protocol, TypeVar

import msgspec

from fairplace.event import Fact
from fairplace.points import Standing, Terms, standings
from fairplace.procurement.events import (
    Awarded,
    AwardWithdrawn,
    BidCheck,
    BidsChecked,
    BidsOpened,
    CriteriaChanged,
    DeadlineChanged,
    DepositReceived,
    DepositReceivedLate,
    DepositWithdrawn,
    LateBidsDecided,
    Moderated,
    PricesOpened,
    Result,
    TenderPublished,
)
from fairplace.recorded import Recorded
from fairplace.terms import Instant, LeafHash, Mark, Pence, Place

F = TypeVar("F", bound=Fact)
Answer = Literal["yes", "no", "unknown"]


class Past(Protocol):
    """The part of a case that is read here."""

    @property
    def view(self) -> str: ...
    def of(self, kind: type[F]) -> list[tuple[Recorded, F]]: ...
    def last(self, kind: type[F]) -> tuple[Recorded, F] | None: ...


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

    def standings(self, by: Terms | None = None, without: Collection[Place] = ()) -> dict[Place, Standing] | None:
        """Where the live bids come out, computed anew, perhaps by other terms or without some; None if unknown."""
        by = by or self.terms
        if by is None or self.live is None:
            return None
        judged = [bid for bid in self.live if bid.place not in without]
        return standings(by, {bid.place: bid.marks for bid in judged}, {bid.place: bid.price for bid in judged})

    def would_win(self, by: Terms | None = None, without: Collection[Place] = ()) -> frozenset[Place] | None:
        """Who would win by the agreed marks under other terms, or without some bids; None if it cannot be told."""
        by = by or self.terms
        judged = self.standings(by, without)
        if judged is None or by is None:
            return None
        # As many as were chosen, where fewer won than might have.
        most = min(by.winners, len(self.winners)) if self.winners else by.winners
        first = frozenset(place for place, standing in judged.items() if standing.rank <= most)
        return first if len(first) == min(most, len(judged)) else None

    def changed_by(self, places: Collection[Place]) -> Answer:
        """Did it change who won, that these bids were judged? Yes if one won, or if another wins without them."""
        if self.winners is None:
            return "unknown"
        if self.winners & frozenset(places):
            return "yes"
        if not places:
            return "no"
        would = self.would_win(without=places)
        return "unknown" if would is None else ("no" if would == self.winners else "yes")

    def helped_by(self, favoured: Collection[Place]) -> Answer:
        """Did an advantage of these bids change who won? No if none of them won; else nobody can say."""
        return "no" if self.winners and favoured and not self.winners & frozenset(favoured) else "unknown"


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


def deadline(past: Past, provider: str | None = None) -> Instant | None:
    """The deadline that held for all, or the other one that this provider (or one withheld) was given."""
    tender = past.last(TenderPublished)
    if tender is None:
        return None
    until = tender[1].deadline
    for _, change in past.of(DeadlineChanged):
        given = {one.id for one in change.recipients.get(())}
        if change.audience == "all" or (provider and (provider in given or not change.recipients.is_open)):
            until = change.deadline
    return until


def read(past: Past) -> Bids:
    """The bids of a case, from whatever of its entries the view shows."""
    lodged: dict[LeafHash, tuple[Recorded, DepositReceived | DepositReceivedLate]] = {}
    for on_time in past.of(DepositReceived):
        lodged[on_time[0].leaf] = on_time
    for late in past.of(DepositReceivedLate):
        lodged[late[0].leaf] = late
    taken_back = [withdrawn.deposit for _, withdrawn in past.of(DepositWithdrawn)]

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

    prices = {
        place: price
        for _, event in past.of(PricesOpened)
        for place, one in event.bids.items()
        if (price := one.price.get()) is not None
    }
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
            price=prices.get(place) if deposit is None or deposit.price.get() is None else deposit.price.get(),
            check=check,
            live=check.status == "live" if check else (place in checks or checked is None) or None,
            marks=marks.get(place),
            result=results.get(place),
        )
    gone = {leaf.get() for leaf in taken_back}
    standing = [found for found in lodged.values() if found[0].leaf not in gone]
    seen = all(leaf.is_open for leaf in taken_back) and (past.view == "authority" or bool(opened and not slots.dark))
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
