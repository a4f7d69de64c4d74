"""What one search came to: how it was bought, what it rests on, what becomes of the child's connections, who approved it.

- Each answer is about one case. Nothing of it is published by itself: sums are, after disclosure control.
- None is not known: not recorded, or closed to the view. It counts in no sum, and is said to be missing.
"""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import Literal

import msgspec

from fairplace.market.known import OWN, Market
from fairplace.referral.values import Mechanism, OfferId
from fairplace.searching import UNKNOWN, Search
from fairplace.terms import BasisPoints, Day, Pence, as_date, day, london_day
from fairplace.working_days import months_beginning, working_days_after

Buying = Literal["in_house", "under_agreement", "off_terms", "spot"]
Quadrant = Literal["local_matched", "local_mismatched", "distant_matched", "distant_mismatched"]
FRAMES = ("BE_HEALTHY", "STAY_SAFE", "ENJOY_ACHIEVE", "POSITIVE_CONTRIBUTION", "ECONOMIC_WELLBEING")

LOCAL_TENTHS = 200
"""Twenty miles: the line of the DfE's statistics, which is not that of the law."""
FRESH_MONTHS = 6
"""Evidence of a need that is older counts as none."""
BARRED = frozenset({"inadequate"})
REVIEW_WORKING_DAYS = 10


def mechanism(search: Search) -> Mechanism | None:
    """By what mechanism the home was found (A4)."""
    return search.choice[1].mechanism if search.choice else None


def buying(search: Search, market: Market | None) -> Buying | None:
    """Spot is outside and under no concluded agreement; a provider of one that is off its terms stands apart (E6)."""
    won = search.winner
    if search.choice is None or won is None or won.terms is None or market is None:
        return None
    recorded, choice = search.choice
    provider = market.provider(won.terms.provider, recorded.index)
    if provider is not None and provider.provider_class == OWN and provider.authority == search.authority:
        return "in_house"
    if choice.agreement is not None and won.terms.agreed_rate:
        return "under_agreement"
    today = london_day(choice.happened_at)
    listed = any(
        as_date(one.starts_on) <= today <= as_date(one.ends_on)
        and won.terms.provider in one.tiers
        and search.authority in one.authorities
        for _, one in market.agreements(recorded.index)
    )
    return "off_terms" if listed else "spot"


def quadrant(search: Search, market: Market | None) -> Quadrant | None:
    """Local, and able to meet the need by its evidence? One without the other is a loss (A7)."""
    won = search.winner
    if search.choice is None or won is None or won.terms is None or won.tenths is None or won.tenths >= UNKNOWN:
        return None
    need = search.need(search.choice[1].need_version)
    home = market.home(won.terms.setting, search.choice[0].index) if market else None
    if need is None or not need[1].profile.is_open or home is None or home.level is None:
        return None
    matched = home.level >= need[1].profile.get().level and not (won.scored and won.scored.failed)
    if won.tenths <= LOCAL_TENTHS:
        return "local_matched" if matched else "local_mismatched"
    return "distant_matched" if matched else "distant_mismatched"


class Connections(msgspec.Struct, frozen=True, kw_only=True):
    """How many connections are listed, and what becomes of them (A8)."""

    listed: int
    kept: int
    by_plan: int
    lost: int
    unsaid: int


def connections(search: Search) -> Connections | None:
    """What the chosen home does to the people and places that the child should not lose."""
    need = search.need(search.choice[1].need_version) if search.choice else None
    if search.choice is None or need is None or not need[1].connections.is_open or not search.choice[1].kept.is_open:
        return None
    status = search.choice[1].kept.get().connections
    said = [status.get(one.id) for one in need[1].connections.get()]
    return Connections(
        listed=len(said),
        kept=said.count("kept"),
        by_plan=said.count("changed_by_plan"),
        lost=said.count("lost"),
        unsaid=said.count(None),
    )


class Value(msgspec.Struct, frozen=True, kw_only=True):
    """What a home costs and how well it matches, always together: neither is shown without the other (A13)."""

    weekly_fee: Pence
    match: BasisPoints


def value(search: Search) -> Value | None:
    """The pair for the chosen home; null when one of the two is missing."""
    won, chosen = search.winner, search.chosen
    declared = search.criteria_at(search.choice[0].index) if search.choice else None
    if won is None or won.scored is None or chosen is None or declared is None:
        return None
    matching = [one.id for one in declared[1].criteria if one.kind == "match"]
    if not matching or any(name not in won.scored.points for name in matching):
        return None
    return Value(weekly_fee=chosen.weekly_fee, match=sum(won.scored.points[name] for name in matching))


class Rankings(msgspec.Struct, frozen=True, kw_only=True):
    """The offers in the order of full value and in that of price alone, and what the first of each differ by (C6)."""

    by_points: list[OfferId]
    by_price: list[OfferId]
    dearer: Pence


def rankings(search: Search) -> Rankings | None:
    """Both orders of the offers that take part and fail no condition; null while a point or a fee is not known."""
    live = [one for one in search.live.values() if not (one.scored and one.scored.failed)]
    if not live or any(one.scored is None or one.terms is None for one in live):
        return None
    points = {one.offer: sum(one.scored.points.values()) for one in live if one.scored}
    fees = {one.offer: one.terms.weekly_fee for one in live if one.terms}
    by_points = sorted(points, key=lambda offer: (-points[offer], offer))
    by_price = sorted(fees, key=lambda offer: (fees[offer], offer))
    return Rankings(by_points=by_points, by_price=by_price, dearer=fees[by_points[0]] - fees[by_price[0]])


def price_points(weight: BasisPoints, lowest: Pence, offered: Pence) -> BasisPoints:
    """What a price earns: the weight times the lowest over the offered, half up."""
    return (2 * weight * lowest + offered) // (2 * offered) if offered > 0 else 0


class Evidence(msgspec.Struct, frozen=True, kw_only=True):
    """How many lines of a need are evidenced by something not older than six months (D7)."""

    lines: int
    evidenced: int


def evidence(search: Search) -> Evidence | None:
    """How far the newest need is more than opinion."""
    if not search.needs or not search.needs[-1][1].lines.is_open:
        return None
    _, need = search.needs[-1]
    assessed = london_day(need.happened_at)
    fresh = [
        one for one in need.lines.get() if one.evidence and one.evidenced_on and _fresh(one.evidenced_on, assessed)
    ]
    return Evidence(lines=len(need.lines.get()), evidenced=len(fresh))


def _fresh(seen: Day, assessed: date) -> bool:
    return as_date(seen) <= assessed <= months_beginning(as_date(seen), FRESH_MONTHS)


class Trace(msgspec.Struct, frozen=True, kw_only=True):
    """How many needs a part of the package answers, or a reason says why none does; and what is spent on no need (D9)."""

    needs: int
    linked: int
    loose: Pence


def trace(search: Search, overhead: frozenset[str]) -> Trace | None:
    """From need to part of the fee and back; `overhead` are the parts that answer no single need."""
    need, won = (search.needs[-1][1] if search.needs else None), search.winner
    terms = search.agreed[1].terms.get(None) if search.agreed else None
    lines = terms.lines if terms else (won.terms.lines if won and won.terms else None)
    if need is None or not need.lines.is_open or lines is None:
        return None
    wanted = {one.id for one in need.lines.get()}
    answered = {name for line in lines for name in line.needs} | (set(terms.unlinked) if terms else set())
    loose = sum(line.amount for line in lines if line.code not in overhead and not wanted & set(line.needs))
    return Trace(needs=len(wanted), linked=len(wanted & answered), loose=loose)


def joined(search: Search) -> bool | None:
    """Did practice and budget sign the same version of the need and of the fee (D8)? Null while one has not signed."""
    signed = {
        event.capacity: (event.need_version, event.fee_version) for _, event in search.approvals if event.approved
    }
    if "practice" not in signed or "budget" not in signed:
        return None
    return signed["practice"] == signed["budget"]


def approvers(search: Search) -> list[str] | None:
    """In which capacities the choice was approved, in order, each once (D1); null before a choice."""
    if search.choice is None:
        return None
    return list(dict.fromkeys(str(event.capacity) for _, event in search.approvals if event.approved))


def voice(search: Search) -> Literal["followed", "partly", "not", "unsaid", "not_taken"] | None:
    """How the child was heard and what it changed (D13); null when nothing is recorded."""
    if search.voice is None or not search.voice[1].how.is_open:
        return None
    if search.voice[1].how.get() == "not_taken":
        return "not_taken"
    kept = search.choice[1].kept.get(None) if search.choice else None
    found: Literal["followed", "partly", "not"] | None = kept.voice if kept else None
    return found or "unsaid"


def lead_days(search: Search) -> int | None:
    """From the opening of the referral to the day on which a home is needed (E9)."""
    if search.opened is None or not search.opened[1].needed_by.is_open:
        return None
    _, event = search.opened
    return (as_date(event.needed_by.get()) - london_day(event.happened_at)).days


def is_stale(search: Search, market: Market | None) -> bool | None:
    """Had the room in the chosen home changed since the state of the market that was looked at (E8)?"""
    won = search.winner
    if search.choice is None or won is None or won.terms is None or market is None:
        return None
    recorded, choice = search.choice
    then, now = (market.home(won.terms.setting, at) for at in (choice.market_seen + 1, recorded.index))
    if then is None or now is None:
        return None
    return then.room != now.room


def missing_frames(search: Search) -> list[str] | None:
    """Which of the five outcomes of Every Child Matters the agreement does not speak of (E13)."""
    if search.agreed is None or not search.agreed[1].frames.is_open:
        return None
    covered = set(search.agreed[1].frames.get())
    return [frame for frame in FRAMES if frame not in covered]


def needs_override(search: Search, market: Market | None) -> bool | None:
    """Was the home graded too low for a new match when it was chosen (D12)?"""
    won = search.winner
    if search.choice is None or won is None or won.terms is None or market is None:
        return None
    home = market.home(won.terms.setting, search.choice[0].index)
    return None if home is None else home.grade in BARRED


def review_due(search: Search, market: Market | None) -> Day | None:
    """By when a placement is looked at again because its home's grade fell so low while the child lives there (D12)."""
    began = search.started[1].began.get(None) if search.started else None
    if market is None or began is None or search.ended is not None:
        return None
    home = market.home(began.setting, market.upto)
    if home is None or home.grade not in BARRED or home.graded_on is None or home.graded_on < began.started_on:
        return None
    return day(working_days_after(as_date(home.graded_on), REVIEW_WORKING_DAYS, "ENG"))


class FullCost(msgspec.Struct, frozen=True, kw_only=True):
    """What a week in a home costs as it is used, and as it would at full occupancy; both are shown (C1)."""

    as_used: Pence
    when_full: Pence


def full_cost(market: Market, setting: str, at: int) -> FullCost | None:
    """By the newest declared year before an entry: the cost over the weeks that were used, and that could be."""
    declared = [event for index, event in market.costs.get(setting, ()) if index < at]
    if not declared:
        return None
    cost, used, possible = (slot.get(None) for slot in (declared[-1].cost, declared[-1].nights_used, declared[-1].nights_possible))  # fmt: skip
    if cost is None or not used or not possible:
        return None
    return FullCost(as_used=round(Fraction(cost * 7, used)), when_full=round(Fraction(cost * 7, possible)))
