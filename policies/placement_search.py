"""The order of a search for a home: the tiers in turn, a referral good enough to answer, the authority's own homes asked the same.

No law says that an authority's own homes come first; one that asks them first says so beforehand, as its declared
policy. In an emergency the order may change; everything else stays.
"""

from collections.abc import Iterator
from datetime import timedelta
from functools import partial

from fairplace.counted import counted
from fairplace.home_words import AMONG, TIER
from fairplace.market.events import Tier
from fairplace.policy import Answer, Asked, Case, Finding, Outcome, Recorded, rule
from fairplace.referral.events import InHouseSearched
from fairplace.terms import Instant, as_date, instant, london_day, moment

KIND = "placements"

TIERS: tuple[Tier, ...] = ("IN_HOUSE", "T1", "T2", "T3", "OFF")
OWN = "PR1"

# Configured: readings of "good enough" and "first", not law.
COMPLETE_PERCENT, POOR_PERCENT = 80, 60
FIRST_HOURS = 24

EQUAL = partial(Finding, outcome="met", process_unequal="no", outcome_likely_changed="no")
DOUBT = partial(Finding, outcome="concern", process_unequal="unknown", outcome_likely_changed="unknown")
UNEQUAL = partial(Finding, outcome="not-met", process_unequal="yes")
UNTOLD = partial(Finding, outcome="cannot-tell", process_unequal="unknown", outcome_likely_changed="unknown")
NOT_ASKED = partial(Finding, outcome="not-applicable", process_unequal="unknown", outcome_likely_changed="unknown")


@rule(
    code="PL-05",
    name="tier-order",
    source="The agreement's own call-off rules; Procurement Act 2023 s. 12(2), s. 45",
    severity="high",
    blocks=True,
)
def tier_order(case: Case) -> Iterator[Finding]:
    """Was each tier asked only when the one before had closed without a suitable offer, or its time was over?"""
    search = case.search
    if not search.published:
        yield NOT_ASKED(text="the referral has been sent to nobody")
        return
    fair: list[int] = []
    for asked in search.published:
        rank, found = TIERS.index(asked.tier), False
        emergency = _in_emergency(case, asked)
        for higher in TIERS[1:rank]:
            one = emergency or _opened_early(case, asked, higher)
            if one is not None:
                found = True
                yield one
            if emergency:
                break
        if not found:
            fair.append(asked.recorded.index)
    if fair:
        text = "no tier was asked before its turn"
        yield EQUAL(text=text, evidence=tuple(fair))


def _in_emergency(case: Case, asked: Asked) -> Finding | None:
    declared = case.search.emergency
    if declared is None or declared[0].index > asked.recorded.index:
        return None
    if declared[1].expires_at < asked.recorded.event.happened_at:
        return None
    text = f"{TIER[asked.tier]} was asked in an emergency, which may change the order of the tiers"
    return NOT_ASKED(text=text, evidence=(declared[0].index, asked.recorded.index))


def _opened_early(case: Case, asked: Asked, higher: Tier) -> Finding | None:
    """What is wrong about opening a tier, seen from a higher one; null when that one had its turn."""
    at, opened = asked.recorded.index, asked.recorded.event.happened_at
    before = next((one for one in case.search.published if one.tier == higher and one.recorded.index < at), None)
    if before is None:
        return _skipped(case, asked, higher)
    evidence = (before.recorded.index, at)
    if before.recipients is None:
        return UNTOLD(
            text=f"who was asked {AMONG[higher]}, and until when, is withheld in this view", evidence=evidence
        )
    sent = min((one.sent_at for one in before.recipients), default=before.recorded.event.happened_at)
    hours = _window(case, asked, higher)
    if hours is not None:
        over: Instant = instant(moment(sent) + timedelta(hours=hours))
    else:
        over = max(
            (case.search.deadline(before.tier, one.provider, at) or sent for one in before.recipients), default=sent
        )
    if opened >= over:
        return None
    offers = [one for one in case.search.offers.values() if one.tier == higher and one.made.index < at]
    declined = [event for recorded, event in case.search.declines if event.tier == higher and recorded.index < at]
    if any(one.terms is None for one in offers) or any(not event.provider.is_open for event in declined):
        return UNTOLD(text=f"who had answered {AMONG[higher]} is withheld in this view", evidence=evidence)
    answered = {one.provider for one in offers} | {event.provider.get() for event in declined}
    asked_there = before.providers or frozenset()
    waiting = asked_there - answered
    after = counted(int((moment(opened) - moment(sent)).total_seconds() // 3600), "hour")
    of = f" of {hours}" if hours is not None else ", before its closing time,"
    if waiting:
        text = (
            f"{TIER[asked.tier]} was asked after {after}{of} while {len(waiting)} of {counted(len(asked_there), 'provider')} {AMONG[higher]}"
            " had not answered; wait for them, or declare an emergency"
        )
        return UNEQUAL(text=text, evidence=evidence, outcome_likely_changed=_helped(case, asked))
    scored = {
        offer: one
        for recorded, event in case.search.sittings
        if recorded.index < at
        for offer, one in event.scores.get({}).items()
    }
    if any(one.offer not in scored for one in offers):
        text = f"{TIER[asked.tier]} was asked after {after}{of}: all {AMONG[higher]} had answered, but an offer was not yet judged"
        return DOUBT(text=text, evidence=evidence)
    if any(one.withdrawn is None and not scored[one.offer].failed for one in offers):
        text = f"{TIER[asked.tier]} was asked after {after}{of} although {TIER[higher]} had an offer that met every condition"
        return UNEQUAL(text=text, evidence=evidence, outcome_likely_changed=_helped(case, asked))
    return None


def _skipped(case: Case, asked: Asked, higher: Tier) -> Finding | None:
    search, at = case.search, asked.recorded.index
    declared = search.criteria_at(at)
    agreement = declared[1].agreement if declared else None
    if agreement is None:
        return None
    seeker = search.seeker(asked.event.need_version)
    if case.market is None or seeker is None or search.authority is None or not asked.areas_known:
        return UNTOLD(
            text=f"whether {TIER[higher]} was left out cannot be told from what this view shows", evidence=(at,)
        )
    eligible = case.market.eligible(
        seeker,
        higher,
        authority=search.authority,
        agreement=agreement,
        areas=asked.areas,
        at=at,
    )
    if eligible is None:
        return UNTOLD(
            text=f"whether {TIER[higher]} was left out cannot be told from what this view shows", evidence=(at,)
        )
    if not eligible:
        return None
    text = f"{TIER[asked.tier]} was asked and {TIER[higher]} was not, where {counted(len(eligible), 'provider has', 'providers have')} a home for such a child"
    return UNEQUAL(text=text, evidence=(at,), outcome_likely_changed=_helped(case, asked))


def _window(case: Case, asked: Asked, higher: Tier) -> int | None:
    """How long the higher tier has, as declared before."""
    declared = case.search.criteria_at(asked.recorded.index)
    return declared[1].window_hours.get(higher) if declared else None


def _helped(case: Case, asked: Asked) -> Answer:
    won = case.search.winner
    return "unknown" if won is None or won.tier == asked.tier else "no"


@rule(
    code="PL-06",
    name="referral-complete",
    source="Good practice: facts that a provider needs to say yes or no; Care Planning Regulations 2010 Sch. 1",
    severity="medium",
)
def referral_complete(case: Case) -> Iterator[Finding]:
    """Was the referral complete enough for a provider to answer it?"""
    search = case.search
    sent = search.published[0] if search.published else None
    version = sent.event.need_version if sent else (search.in_house[1].need_version if search.in_house else None)
    if version is None:
        yield Finding(outcome="not-applicable", text="nobody has been asked yet")
        return
    need = search.need(version)
    if need is None or not need[1].assessment.is_open:
        text = "the need is not on the record" if need is None else "which facts were at hand is withheld in this view"
        yield Finding(outcome="cannot-tell", text=text, evidence=(need[0].index,) if need else ())
        return
    facts = need[1].assessment.get().facts
    wanted = {name: given for name, given in facts.items() if given is not None}
    evidence = (need[0].index,)
    if not wanted:
        yield Finding(
            outcome="cannot-tell", text="which facts a provider needs is not on the record", evidence=evidence
        )
        return
    given = sum(wanted.values())
    percent = given * 100 // len(wanted)
    missing = ", ".join(sorted(name.replace("_", " ") for name, there in wanted.items() if not there)[:8])
    text = f"{given} of {counted(len(wanted), 'fact was', 'facts were')} given: {percent} %"
    if given * 100 >= COMPLETE_PERCENT * len(wanted):
        yield Finding(outcome="met", text=text, evidence=evidence)
    else:
        outcome: Outcome = "concern" if given * 100 >= POOR_PERCENT * len(wanted) else "not-met"
        text = f"{text}, under {COMPLETE_PERCENT} % (configured); missing: {missing}"
        yield Finding(outcome=outcome, text=text, evidence=evidence)


@rule(
    code="PL-07",
    name="own-homes-asked-the-same",
    source="Children Act 1989 s. 22C(5); equal treatment of the authority's own homes",
    severity="high",
)
def own_homes_asked_the_same(case: Case) -> Iterator[Finding]:
    """Were the authority's own homes searched by the same need and the same criteria as everybody else's?"""
    search = case.search
    searched, sent = search.in_house, [one for one in search.published if one.tier != "IN_HOUSE"]
    if searched is None:
        yield from _not_searched(case, bool(sent))
        return
    recorded, event = searched
    evidence = (recorded.index, *(one.recorded.index for one in sent[:1]))
    if not sent:
        yield from _only_own(case, recorded, event)
        return
    first = sent[0]
    if event.need_version != first.event.need_version:
        text = (
            f"the authority's own homes were searched by version {event.need_version} of the need, others by version"
            f" {first.event.need_version}"
        )
        yield UNEQUAL(text=text, evidence=evidence, outcome_likely_changed="unknown")
        return
    declared = search.criteria_at(first.recorded.index)
    if event.criteria is None:
        yield UNTOLD(
            text="by which criteria the authority's own homes were searched is not on the record", evidence=evidence
        )
    elif declared is None or event.criteria != declared[0].leaf:
        text = "the authority's own homes were searched by other criteria than those declared to everybody else"
        yield UNEQUAL(text=text, evidence=evidence, outcome_likely_changed="unknown")
    elif not event.shown_at.is_open or first.recipients is None:
        yield UNTOLD(text="when each side saw the referral is withheld in this view", evidence=evidence)
    else:
        others = min((one.sent_at for one in first.recipients), default=first.recorded.event.happened_at)
        yield _head_start(case, event, event.shown_at.get(), others, evidence)


def _head_start(
    case: Case, event: InHouseSearched, shown: Instant, others: Instant, evidence: tuple[int, ...]
) -> Finding:
    hours = int((moment(others) - moment(shown)).total_seconds() // 3600)
    if moment(others) - moment(shown) <= timedelta(hours=FIRST_HOURS):
        return EQUAL(text="the authority's own homes were searched by the same request as others", evidence=evidence)
    search, at = case.search, evidence[0]
    declared = search.criteria_at(evidence[-1])
    named = declared[1].in_house_policy if declared else None
    said = f"the authority's own homes saw the referral {counted(hours, 'hour')} before others"
    if case.market is None or search.authority is None or search.family is None:
        return UNTOLD(text=f"{said}; its declared policy is withheld in this view", evidence=evidence)
    policy = case.market.in_house_policy(search.authority, search.family, at)
    if policy is None or named != policy.policy or as_date(policy.from_on) > london_day(shown):
        return DOUBT(text=f"{said}, and no policy of asking them first was declared", evidence=evidence)
    if hours > policy.head_start_hours:
        return DOUBT(text=f"{said}; its declared policy gives them {policy.head_start_hours}", evidence=evidence)
    return EQUAL(text=f"{said}, by the declared policy {policy.policy}", evidence=evidence)


def _only_own(case: Case, recorded: Recorded, event: InHouseSearched) -> Iterator[Finding]:
    search = case.search
    if search.choice is None:
        yield NOT_ASKED(text="only the authority's own homes were searched so far", evidence=(recorded.index,))
    elif event.need_version != search.choice[1].need_version:
        text = (
            f"the authority's own homes were searched by version {event.need_version} of the need, the choice rests on"
        )
        yield UNEQUAL(
            text=f"{text} version {search.choice[1].need_version}",
            evidence=(recorded.index, search.choice[0].index),
            outcome_likely_changed="unknown",
        )
    else:
        text = "the authority's own homes were searched by the need on which the choice rests; nobody else was asked"
        yield EQUAL(text=text, evidence=(recorded.index, search.choice[0].index))


def _not_searched(case: Case, sent: bool) -> Iterator[Finding]:
    search = case.search
    won = search.winner
    if search.choice is None and not sent:
        yield NOT_ASKED(text="nobody has been asked yet")
        return
    at = search.choice[0].index if search.choice else search.published[0].recorded.index
    if case.market is None or search.authority is None or (search.choice and (won is None or won.provider is None)):
        yield UNTOLD(text="whether the authority has homes of its own is withheld in this view", evidence=(at,))
        return
    provider = case.market.provider(won.provider, at) if won and won.provider else None
    if provider is not None and provider.provider_class == OWN:
        text = "a home of the authority's own was chosen, and no search of its own homes is on the record"
        yield UNEQUAL(text=text, evidence=(at,), outcome_likely_changed="unknown")
    elif any(
        home.family == search.family
        and (one := case.market.provider(home.provider, at))
        and one.authority == search.authority
        for home in case.market.homes(at)
    ):
        text = "no search of the authority's own homes is on the record: search them by the same request"
        yield UNTOLD(text=text, evidence=(at,))
    else:
        yield NOT_ASKED(text="the authority has no home of its own of this kind", evidence=(at,))
