"""What all searches of a register came to together: the numbers that an authority steers by, each beside what it is out of.

- They are for inside. Small ones point to a child: what goes out goes through `fairplace.disclosure_control`.
- What is not known counts in no share, and stands beside it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from fractions import Fraction
from statistics import median

import msgspec

from fairplace.market.known import Market
from fairplace.measures import cycle, of_placement, of_search
from fairplace.searching import Search
from fairplace.terms import Instant, Pence, london_day

OVERHEAD = frozenset(
    {"accommodation", "allowances", "matching_transition", "management", "surplus", "discount", "retainer"}
)
"""The parts of a fee that answer no single need."""


STEEP = Fraction(10, 100)
"""By how much the share with two adults to a child rises in a year that is said to be steep."""


class Measure(msgspec.Struct, frozen=True, kw_only=True):
    """One number. `count` is out of `of`, both null where it is no share; `amount` is in `unit`; `unknown` are left out."""

    name: str
    says: str
    count: int | None = None
    of: int | None = None
    amount: int | None = None
    unit: str | None = None
    unknown: int = 0

    @property
    def percent(self) -> str | None:
        """To one decimal, half up; null where nothing is counted."""
        if self.count is None or not self.of:
            return None
        tenths = (2 * 1000 * self.count + self.of) // (2 * self.of)
        return f"{tenths // 10}.{tenths % 10}"


def measures(
    searches: Sequence[Search], market: Market | None, kinds: Iterable[str], as_of: Instant
) -> Iterator[Measure]:
    """Every measure, in the order of a search: need, search, choice, life. `kinds` are the types of all entries."""
    chosen = [one for one in searches if one.choice is not None]
    yield from _need(searches)
    yield from _choice(chosen, market)
    yield from _fee(chosen, as_of)
    yield from _life(chosen, market, as_of)
    yield from _outside_registration(searches, as_of)
    yield from _homes(market)
    stages = cycle.stages(kinds)
    for name, count in stages.items():
        yield Measure(name=f"cycle-{name}", says=f"entries that {name}", count=count, of=sum(stages.values()))
    for gap in cycle.gaps(stages):
        yield Measure(name="cycle-gap", says=f"in what is recorded there is {gap}")


def _need(searches: Sequence[Search]) -> Iterator[Measure]:
    known = [found for one in searches if (found := of_search.evidence(one)) is not None]
    yield Measure(
        name="needs-evidenced",
        says="lines of need with evidence of the last six months",
        count=sum(one.evidenced for one in known),
        of=sum(one.lines for one in known),
        unknown=len(searches) - len(known),
    )
    opened = [one for one in searches if one.opened is not None]
    leads = [days for one in opened if (days := of_search.lead_days(one)) is not None]
    unknown = len(opened) - len(leads)
    middle = round(median(leads)) if leads else None
    says = "days from the opening of a search to the day a home is needed, in the middle"
    yield Measure(name="lead-days", says=says, amount=middle, unit="days", unknown=unknown)
    yield Measure(
        name="same-day", says="homes needed on the day of opening", count=leads.count(0), of=len(leads), unknown=unknown
    )


def _choice(chosen: Sequence[Search], market: Market | None) -> Iterator[Measure]:
    for mechanism, count in sorted(Counter(of_search.mechanism(one) for one in chosen).items(), key=str):
        yield Measure(name=f"mechanism-{mechanism}", says="homes found in this way", count=count, of=len(chosen))
    bought = [of_search.buying(one, market) for one in chosen]
    outside = [one for one in bought if one is not None and one != "in_house"]
    unknown = bought.count(None)
    spot = sum(one in ("spot", "off_terms") for one in outside)
    yield Measure(
        name="spot", says="homes bought on the spot, of those outside", count=spot, of=len(outside), unknown=unknown
    )
    says = "of those outside: a provider of an agreement, off its terms"
    yield Measure(name="off-terms", says=says, count=outside.count("off_terms"), of=len(outside), unknown=unknown)
    quadrants = [of_search.quadrant(one, market) for one in chosen]
    for quadrant in ("local_matched", "local_mismatched", "distant_matched", "distant_mismatched"):
        yield _counted(
            quadrant.replace("_", "-"),
            "homes that are so",
            [None if one is None else one == quadrant for one in quadrants],
        )
    found = [one for one in map(of_search.connections, chosen) if one is not None]
    unknown, listed = len(chosen) - len(found), sum(one.listed for one in found)
    kept, lost = sum(one.kept for one in found), sum(one.lost for one in found)
    yield Measure(name="connections-kept", says="connections kept", count=kept, of=listed, unknown=unknown)
    yield Measure(name="connections-lost", says="connections lost, not by plan", count=lost, of=listed, unknown=unknown)
    voices = [of_search.voice(one) for one in chosen]
    heard = [one for one in voices if one is not None and one != "not_taken"]
    yield Measure(name="voice-recorded", says="children who were heard", count=len(heard), of=len(chosen))
    yield Measure(name="voice-followed", says="of them followed", count=heard.count("followed"), of=len(heard))
    residential = [
        one.choice[1].residential.get(None) for one in chosen if one.choice is not None and one.family == "residential"
    ]
    says = "children's homes that were the choice itself, not for want of foster carers"
    yield _counted(
        "residential-positive", says, [None if one is None else one == "positive_choice" for one in residential]
    )
    says = "choices by an older state of the room in the home"
    yield _counted("stale", says, [of_search.is_stale(one, market) for one in chosen])
    says = "choices of a home that was found inadequate"
    yield _counted("barred-home", says, [of_search.needs_override(one, market) for one in chosen])
    says = "choices that somebody approved, by the capacity on record"
    yield _counted("approved", says, [bool(of_search.approvers(one)) for one in chosen])
    says = "practice and budget approved the same need and the same fee"
    yield _counted("joined", says, [of_search.joined(one) for one in chosen])


def _fee(chosen: Sequence[Search], as_of: Instant) -> Iterator[Measure]:
    ranked = [of_search.rankings(one) for one in chosen]
    says = "choices in which price alone would have put another first"
    yield _counted(
        "price-alone-differs", says, [None if one is None else one.by_points[0] != one.by_price[0] for one in ranked]
    )
    dearer = sum(one.dearer for one in ranked if one is not None)
    says = "a week more than the cheapest offers, for the first by full value"
    yield _pence("full-value-costs", says, dearer, ranked.count(None))
    yield from _values(chosen)
    traces = [of_search.trace(one, OVERHEAD) for one in chosen]
    traced = [one for one in traces if one is not None]
    yield Measure(
        name="needs-answered",
        says="needs that a part of the package answers, or a reason says why none does",
        count=sum(one.linked for one in traced),
        of=sum(one.needs for one in traced),
        unknown=traces.count(None),
    )
    yield _pence(
        "spent-on-no-need", "a week for parts that name no need", sum(one.loose for one in traced), traces.count(None)
    )
    accrued = [of_placement.paid(one, london_day(as_of)) for one in chosen if one.started is not None]
    yield _pence("paid", "accrued until today", sum(one for one in accrued if one is not None), accrued.count(None))


def _values(chosen: Sequence[Search]) -> Iterator[Measure]:
    """What a week costs, by family, and never without how well the homes match."""
    for family in sorted({one.family for one in chosen if one.family is not None}):
        pairs = [of_search.value(one) for one in chosen if one.family == family]
        if known := [one for one in pairs if one is not None]:
            match = Fraction(sum(one.match for one in known), 100 * len(known))
            fee = round(Fraction(sum(one.weekly_fee for one in known), len(known)))
            says = f"a week on average, at {float(match):.2f} points for the match on average"
            yield _pence(f"fee-beside-match-{family}", says, fee, pairs.count(None))


def _life(chosen: Sequence[Search], market: Market | None, as_of: Instant) -> Iterator[Measure]:
    right = [(one, of_placement.first_time_right(one, as_of)) for one in chosen if one.started is not None]
    says = "lasted 180 days, or ended earlier as planned; what began later is not known yet"
    yield _counted("right-first-time", says, [said for _, said in right])
    specialist = [said for one, said in right if _category(one) == "specialist"]
    yield _counted("right-first-time-specialist", "the same of specialist needs", specialist)
    lived = [(one, of_placement.failed_early(one)) for one in chosen if one.started is not None]
    shares = {id(one): of_placement.matching_share(one) for one, _ in lived}
    for name, says, wanted in (("with", "with", True), ("without", "without", False)):
        some = [said for one, said in lived if (share := shares[id(one)]) is not None and bool(share) is wanted]
        yield _counted(
            f"failed-{name}-matching",
            f"ended unplanned within 90 days, {says} money for getting to know each other",
            some,
        )
    for name, says, wanted in (("raised", "had risen within a year", True), ("proven", "had not just risen", False)):
        some = [said for one, said in lived if of_placement.newly_raised(one, market) is wanted]
        yield _counted(f"failed-level-{name}", f"ended unplanned within 90 days in a home whose level {says}", some)
    staffed = [of_placement.staffing(one) for one in chosen if _category(one) == "generalist"]
    says = "generalist needs met with two adults to a child, or more"
    doubled = [None if one is None else one.is_doubled for one in staffed]
    yield _counted("doubled-staff", says, doubled)
    days = [london_day(one.choice[1].happened_at) for one in chosen if one.choice and _category(one) == "generalist"]
    yield from staffing_trend(list(zip(days, doubled, strict=True)), london_day(as_of))
    added = sum(one.added for one in staffed if one is not None and one.is_doubled)
    yield _pence("doubled-staff-costs", "a week for their added hours", added, staffed.count(None))
    outcomes = [of_placement.attained(one) for one in chosen if one.agreed is not None]
    seen = [one for one in outcomes if one is not None]
    yield Measure(
        name="outcomes-attained",
        says="agreed outcomes that are attained",
        count=sum(one.attained for one in seen),
        of=sum(one.agreed for one in seen),
        unknown=outcomes.count(None),
    )
    frames = [of_search.missing_frames(one) for one in chosen if one.agreed is not None]
    says = "agreements that speak of all five outcomes of Every Child Matters"
    yield _counted("five-outcomes", says, [None if one is None else not one for one in frames])
    due = sorted(day for one in chosen if (day := of_search.review_due(one, market)) is not None)
    says = "placements to look at again because the home was found inadequate" + (
        f", the first by {due[0]}" if due else ""
    )
    yield Measure(name="reviews-due", says=says, amount=len(due), unit="placements")


def staffing_trend(doubled: Sequence[tuple[date, bool | None]], today: date) -> Iterator[Measure]:
    """The same for homes chosen in the last year and in the year before; and a word where the share rose steeply (A20)."""
    year = timedelta(days=365)
    now = _counted(
        "doubled-staff-now", "of them in the last year", [said for day, said in doubled if today - year < day <= today]
    )
    before = [said for day, said in doubled if today - 2 * year < day <= today - year]
    then = _counted("doubled-staff-before", "of them in the year before", before)
    yield from (now, then)
    if now.of and then.of and Fraction(now.count or 0, now.of) - Fraction(then.count or 0, then.of) >= STEEP:
        says = f"specialist need met by staffing up: two adults to a child for {now.percent} % of general needs, after {then.percent} %"
        yield Measure(name="staffing-up", says=says)


def _outside_registration(searches: Sequence[Search], as_of: Instant) -> Iterator[Measure]:
    used = [one for one in searches if one.unregistered]
    found = [use for one in used if (use := of_placement.unregistered_use(one, as_of)) is not None]
    unknown = len(used) - len(found)
    yield Measure(
        name="unregistered", says="children in places that are not registered", amount=len(used), unit="children"
    )
    nights = sum(one.nights for one in found)
    yield Measure(name="unregistered-nights", says="nights there", amount=nights, unit="nights", unknown=unknown)
    yield _pence("unregistered-costs", "for them", sum(one.cost for one in found), unknown)


def _homes(market: Market | None) -> Iterator[Measure]:
    """Each home of the authority's own, at the cost of the weeks that were used, and as if it had always been full."""
    for setting in sorted(market.costs) if market is not None else ():
        assert market is not None
        cost = of_search.full_cost(market, setting, market.upto)
        yield _pence(f"full-cost-{setting}", "a week as it is used", cost.as_used if cost else None, int(cost is None))
        yield _pence(
            f"cost-when-full-{setting}", "a week if it were full", cost.when_full if cost else None, int(cost is None)
        )


def _category(search: Search) -> str | None:
    profile = search.needs[-1][1].profile.get(None) if search.needs else None
    return profile.category if profile is not None else None


def _counted(name: str, says: str, answers: Sequence[bool | None]) -> Measure:
    known = [one for one in answers if one is not None]
    return Measure(name=name, says=says, count=sum(map(bool, known)), of=len(known), unknown=len(answers) - len(known))


def _pence(name: str, says: str, amount: Pence | None, unknown: int) -> Measure:
    return Measure(name=name, says=says, amount=amount, unit="pence", unknown=unknown)
