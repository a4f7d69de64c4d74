"""One coarse row for each chosen home: what the tables count, and nothing by which a case could be found.

- A row is dated by its decision and recorded by its entry. What is not recorded is None, and is shown as missing.
- Names tell rows apart, and tie together those about one child; they lead back to no case whose key is destroyed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta

import msgspec

from fairplace.counting import findings
from fairplace.counting.endings import nights
from fairplace.counting.naming import Hidden, name
from fairplace.counting.plans import OUTSIDE, OWN, UNDER
from fairplace.disclosure_control.batches import as_counted
from fairplace.disclosure_control.facts import SMALL_POPULATION, Area, Fact
from fairplace.disclosure_control.periods import counted_in, last_day, quarter_of
from fairplace.errors import Malformed
from fairplace.market.known import Market
from fairplace.measures import of_placement, of_search
from fairplace.recorded import Recorded
from fairplace.searching import Search
from fairplace.terms import CaseId, Day, Instant, as_date, day, london_day, moment
from fairplace.working_days import BeyondHorizon, working_days_after

ACCESS_RULES = ("PL-01", "PL-02", "PL-03")
ASKED = frozenset({*ACCESS_RULES, *findings.RULES})
"""The rules whose answers are counted."""
GRAVEST = ("not-met", "concern", "cannot-tell", "met", "not-applicable")
REASONS_WORKING_DAYS = 5
AVOIDABLE_DAYS = 14
EMERGENCIES = ("emergency", "same_day")


def row(
    case: CaseId, search: Search, market: Market | None, outcomes: Mapping[str, str], hidden: Hidden, *, as_of: Instant
) -> Fact | None:
    """The row of one search; null before a home is chosen, and where nobody can open for which authority.

    `outcomes` is what the rules say, by their codes; `as_of` the moment at which it is asked.
    """
    need = search.need(search.choice[1].need_version) if search.choice else None
    profile = need[1].profile.get(None) if need else None
    if search.choice is None or need is None or profile is None:
        return None
    recorded, choice = search.choice
    bought = of_search.buying(search, market)
    child = need[1].child.get(None)
    emergency, urgency = _urgency(search)
    right = of_placement.first_time_right(search, as_of)
    spot = "spot" if bought == "off_terms" else bought
    level = f"level-{profile.level}" if 1 <= profile.level <= 4 else None
    outcome, finding = findings.labels(outcomes, unregistered=bool(search.unregistered))
    value, won = of_search.value(search), search.winner
    return Fact(
        id=name("case", case, hidden.case),
        authority=profile.authority,
        day=day(london_day(choice.happened_at)),
        recorded=day(max(london_day(recorded.at), london_day(choice.happened_at))),
        labels={
            "spot": _code(spot),
            "mechanism": _mechanism(bought, choice.mechanism),
            "access": _gravest(outcomes.get(code) for code in ACCESS_RULES),
            "answer": _answer(search),
            "quadrant": _code(of_search.quadrant(search, market)),
            "emergency": emergency,
            "urgency": urgency,
            "reasons": _reasons(search, as_of),
            "connections": _code(spot),
            "family": profile.family,
            "residential": _residential(profile.family, choice.residential.get(None)),
            "category": profile.category,
            "level": level,
            "fee-level": level,
            "unregistered": "used" if search.unregistered else "not-used",
            "unregistered-nights": "used" if search.unregistered else "not-used",
            "outcome": outcome,
            "finding": finding,
            "first-time-right": None if right is None else "yes" if right else "no",
        },
        amounts={
            "lead-days": of_search.lead_days(search),
            "nights": nights(search, as_of),
            "connections-kept": _kept(of_search.connections(search)),
            "weekly-fee": None if value is None else round(value.weekly_fee / 100),
            "match": None if value is None else round(value.match / 100),
        },
        provider=name("provider", won.terms.provider) if won and won.terms else None,
        child=name("child", child.pseudonym, hidden.child) if child else None,
    )  # fmt: skip


def areas(market: Market, facts: Sequence[Fact]) -> list[Area]:
    """The authorities that have rows, each since the quarter of its first one; others keep no register here."""
    first: dict[str, Day] = {}
    for fact in facts:
        first[fact.authority] = min(first.get(fact.authority, fact.day), fact.day)
    known = {one.authority: one for one in market.authorities(market.upto)}
    if stray := sorted(first.keys() - known.keys()):
        raise Malformed(f"a search is for {stray[0][:40]}, which is no registered authority; register it first")
    return [
        Area(
            code=code,
            name=known[code].name,
            region=known[code].region,
            sub_region=known[code].sub_region or None,
            looked_after=SMALL_POPULATION - 1 if known[code].under_100_looked_after else SMALL_POPULATION,
            since=_quarter_begins(since),
        )
        for code, since in sorted(first.items())
    ]


def kept(facts: Iterable[Fact], cutoffs: Sequence[Day]) -> bytes:
    """What these releases counted, to be counted alike by later ones: days are brought to their quarter and cutoff."""
    found = []
    for fact in sorted(facts, key=lambda one: one.id):
        if counted_in(fact.day, fact.recorded, cutoffs) is not None:
            known = next(cutoff for cutoff in cutoffs if fact.recorded <= cutoff)
            found.append(msgspec.structs.replace(fact, day=_quarter_begins(fact.day), recorded=known))
    return msgspec.json.encode(found, order="sorted")


def read(data: bytes) -> list[Fact]:
    """The rows that `kept` wrote. Raises Malformed."""
    try:
        return [_as_now(one) for one in msgspec.json.decode(data, type=list[Fact])]
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise Malformed(f"what an earlier release counted cannot be read: {error}; restore the documents") from error


def _as_now(row: Fact) -> Fact:
    """A row that was kept before nights were counted says of the use what it said; how many nights is not known."""
    if "unregistered" not in row.labels or "unregistered-nights" in row.labels:
        return row
    return msgspec.structs.replace(row, labels={**row.labels, "unregistered-nights": row.labels["unregistered"]})


def as_before(facts: Sequence[Fact], cutoffs: Sequence[Day], before: Sequence[Fact]) -> list[Fact]:
    """The rows of now, save that what was counted keeps its place, and what is gone since stays as it was counted.

    `cutoffs` are the last days of all releases, the one in the making last.
    """
    if len(cutoffs) < 2:
        return list(facts)
    known: list[tuple[Day, Sequence[Fact]]] = [(cutoff, ()) for cutoff in cutoffs[:-2]]
    return as_counted([*known, (cutoffs[-2], before), (cutoffs[-1], facts)])


def _code(value: str | None) -> str | None:
    return None if value is None else value.replace("_", "-")


def _quarter_begins(when: Day) -> Day:
    return day(last_day(quarter_of(when) - 1) + timedelta(days=1))


def _mechanism(bought: of_search.Buying | None, named: str) -> str | None:
    code = named.replace("_", "-")
    match bought:
        case None:
            return None
        case "in_house":
            return OWN
        case "off_terms":
            return "off-terms"
        case "under_agreement":
            return code if code in UNDER else "other-under-agreement"
        case "spot":
            return code if code in OUTSIDE else "other-outside"


def _gravest(outcomes: Iterable[str | None]) -> str | None:
    said = set(outcomes)
    return None if None in said else next((one for one in GRAVEST if one in said), None)


def _answer(search: Search) -> str | None:
    """The band of the time from the first request to the first answer."""
    if not search.published:
        return "nobody-asked"
    asked = min(moment(one.recorded.event.happened_at) for one in search.published)
    answers: list[Recorded] = [one.made for one in search.offers.values()]
    answers += [recorded for recorded, _ in search.declines]
    if not answers:
        return "no-answer"
    took = min(moment(one.event.happened_at) for one in answers) - asked
    if took < timedelta(0):
        return None
    bands = ((4, "within-4-hours"), (24, "within-a-day"), (72, "within-3-days"))
    return next((name for hours, name in bands if took <= timedelta(hours=hours)), "later")


def _residential(family: str, why: str | None) -> str | None:
    return (_code(why) or "reason-not-recorded") if family == "residential" else family


def _kept(found: of_search.Connections | None) -> int | None:
    """Which part of the listed connections the child keeps, in per cent; null where none is listed, or one is unsaid."""
    if found is None or not found.listed or found.unsaid:
        return None
    return round(100 * found.kept / found.listed)


def _urgency(search: Search) -> tuple[str | None, str | None]:
    """Was it an emergency, and could it have been foreseen?"""
    urgency = search.opened[1].urgency.get(None) if search.opened else None
    if urgency is None:
        return None, None
    if urgency not in EMERGENCIES:
        return "not-emergency", _code(urgency)
    assert search.opened is not None
    known = search.opened[1].known_on.get(None)
    if known is None:
        return "emergency", "unknown-since-when"
    before = (london_day(search.opened[1].happened_at) - as_date(known)).days
    return "emergency", "avoidable" if before > AVOIDABLE_DAYS else "not-avoidable"


def _reasons(search: Search, as_of: Instant) -> str | None:
    """Was everybody who was not chosen told why in time? Null while there is time left."""
    assert search.choice is not None
    rejected = search.rejected
    if rejected is None:
        return None
    if not rejected:
        return "nobody-to-tell"
    try:
        due = working_days_after(london_day(search.choice[1].happened_at), REASONS_WORKING_DAYS, "ENG")
    except BeyondHorizon:
        return None
    told: dict[str, Instant] = {}
    for _, event in search.reasons_sent:
        if not event.sent.is_open:
            return None
        for one in event.sent.get():
            told[one.offer] = min(one.at, told.get(one.offer, one.at))
    if all(offer in told and london_day(told[offer]) <= due for offer in rejected):
        return "on-time"
    return None if london_day(as_of) <= due else "late-or-never"
