"""Access to the opportunity: whoever could offer a home for this child is asked at the same time, for the same time, with the same words.

`process_unequal`: were providers treated differently? `outcome_likely_changed`: would another home probably have been
chosen? An advantage in time or information: `no` when nobody who had it was chosen, else `unknown`, for nobody can say
what the others would have offered. Longer to answer, or a late offer taken in: `yes` when the offer that needed it was
chosen. That a favoured offer would have been chosen anyway never turns not-met into met: R (Good Law Project and
EveryDoctor) v Secretary of State for Health and Social Care [2022] EWHC 46 (TCC).
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from datetime import datetime, time, timedelta
from functools import partial
from statistics import median

from fairplace.counted import counted, every
from fairplace.home_words import AMONG
from fairplace.policy import Answer, Asked, Case, Finding, OfferRead, rule
from fairplace.referral.values import Told
from fairplace.terms import LONDON, Instant, moment
from fairplace.working_days import BeyondHorizon, is_working_day

KIND = "placements"

# Configured: readings of "together", "alike" and "enough time", not law. From the day fairplace knows placements.
SAME_TIME_MINUTES, APART_MINUTES = 15, 60
SAME_WORDS_MINUTES = 30
ENOUGH_WORKING_HOURS = 4
OFFICE_OPENS, OFFICE_CLOSES = time(9), time(17)
ALIKE_PERCENT = 10
INTRODUCERS = frozenset({"member", "minister", "senior_officer", "former_staff"})

EQUAL = partial(Finding, outcome="met", process_unequal="no", outcome_likely_changed="no")
DOUBT = partial(Finding, outcome="concern", process_unequal="unknown", outcome_likely_changed="unknown")
UNEQUAL = partial(Finding, outcome="not-met", process_unequal="yes")
UNTOLD = partial(Finding, outcome="cannot-tell", process_unequal="unknown", outcome_likely_changed="unknown")
NOT_ASKED = partial(Finding, outcome="not-applicable", process_unequal="unknown", outcome_likely_changed="unknown")

NOBODY = "the referral has been sent to nobody"


@rule(
    code="PL-01",
    name="same-time",
    source="Equal treatment: Procurement Act 2023 s. 12(2); R (Good Law Project) v SSHSC [2022] EWHC 46 (TCC)",
    severity="critical",
    blocks=True,
)
def same_time(case: Case) -> Iterator[Finding]:
    """Did every provider whose home may take such a child get the referral, and all at the same time?"""
    if not case.search.published:
        yield NOT_ASKED(text=NOBODY)
    for tier, asked in _by_tier(case).items():
        evidence = tuple(one.recorded.index for one in asked)
        if any(one.recipients is None for one in asked):
            yield UNTOLD(text=f"who was asked {AMONG[tier]} is withheld in this view", evidence=evidence)
            continue
        sent = _earliest((one.provider, one.sent_at) for each in asked for one in each.recipients or ())
        eligible = _eligible(case, asked[0])
        if eligible is None:
            text = f"which providers should have been asked {AMONG[tier]} cannot be told from what this view shows of the market"
            yield UNTOLD(text=text, evidence=evidence)
            continue
        if left_out := sorted(eligible - sent.keys()):
            text = (
                f"{len(left_out)} of {counted(len(eligible), 'provider')} {AMONG[tier]} whose homes may take such a child"
                f" {'was' if len(left_out) == 1 else 'were'} not asked: {', '.join(left_out)}; ask them, with as long"
                " to answer"
            )
            changed: Answer = "unknown"
            yield UNEQUAL(text=text, evidence=evidence, outcome_likely_changed=changed)
        might = {one: at for one, at in sent.items() if one in eligible} or sent
        yield from _together(case, tier, might, evidence, left_out=bool(left_out))


def _together(
    case: Case, tier: str, sent: dict[str, Instant], evidence: tuple[int, ...], *, left_out: bool
) -> Iterator[Finding]:
    if not sent:
        if not left_out:
            yield NOT_ASKED(text=f"no provider {AMONG[tier]} has a home that may take such a child", evidence=evidence)
        return
    first, last = min(sent.values()), max(sent.values())
    minutes = _minutes(first, last)
    if minutes > APART_MINUTES:
        early = {one for one, at in sent.items() if _minutes(at, last) > APART_MINUTES}
        text = (
            f"{len(early)} of {counted(len(sent), 'provider')} {AMONG[tier]} had the referral up to {_span(minutes)} before the last;"
            f" more than {APART_MINUTES} minutes is not the same time (configured)"
        )
        yield UNEQUAL(text=text, evidence=evidence, outcome_likely_changed=_helped(case, early))
    elif minutes > SAME_TIME_MINUTES:
        text = f"providers {AMONG[tier]} got the referral {counted(minutes, 'minute')} apart; {SAME_TIME_MINUTES} count as together"
        yield DOUBT(text=f"{text} (configured)", evidence=evidence)
    elif not left_out:
        text = f"{every(len(sent), 'provider')} {AMONG[tier]} that could be asked got the referral together"
        yield EQUAL(text=text, evidence=evidence)


@rule(
    code="PL-02",
    name="equal-deadline",
    source="Equal treatment: Procurement Act 2023 s. 12(2), s. 54(2)",
    severity="critical",
    blocks=True,
)
def equal_deadline(case: Case) -> Iterator[Finding]:
    """Did one closing time hold for everybody asked in a tier, and was no late offer taken in?"""
    search = case.search
    if not search.published:
        yield NOT_ASKED(text=NOBODY)
    late = [one for one in search.offers.values() if one.late and one.admitted]
    for tier, asked in _by_tier(case).items():
        changes = [(recorded, event) for recorded, event in search.extensions if event.tier == tier]
        evidence = tuple(one.recorded.index for one in asked) + tuple(recorded.index for recorded, _ in changes)
        if any(one.recipients is None for one in asked) or any(not one.recipients.is_open for _, one in changes):
            yield UNTOLD(
                text=f"until when providers {AMONG[tier]} could answer is withheld in this view", evidence=evidence
            )
            continue
        until = {one.provider: one.deadline for each in asked for one in each.recipients or ()}
        found = len(set(until.values())) > 1
        if found:
            yield _longer(case, f"providers {AMONG[tier]} were given different closing times", until, evidence)
        for recorded, event in changes:
            before = dict(until)
            until |= {one.provider: one.deadline for one in event.recipients.get()}
            common = max(before.values(), default=event.happened_at)
            if len(set(until.values())) > 1 or before.keys() - {one.provider for one in event.recipients.get()}:
                found = True
                text = f"the closing time {AMONG[tier]} was moved for some of {len(before)} providers only; move it for all"
                yield _longer(case, text, until, (*evidence[: len(asked)], recorded.index))
            elif event.happened_at > common:
                found = True
                text = f"the closing time {AMONG[tier]} was moved after it had passed"
                yield UNEQUAL(
                    text=text, evidence=(recorded.index,), outcome_likely_changed=_needed(case, common, until)
                )
        for one in late:
            if one.tier == tier:
                found = True
                won = case.search.winner
                text = f"an offer that came after the closing time {AMONG[tier]} was taken in; others kept to it"
                changed: Answer = "unknown" if won is None else ("yes" if won.offer == one.offer else "no")
                yield UNEQUAL(text=text, evidence=(*evidence, one.made.index), outcome_likely_changed=changed)
        if not found and until:
            yield _enough_time(case, tier, asked, evidence)


def _longer(case: Case, text: str, until: dict[str, Instant], evidence: tuple[int, ...]) -> Finding:
    return UNEQUAL(text=text, evidence=evidence, outcome_likely_changed=_needed(case, min(until.values()), until))


def _needed(case: Case, common: Instant, until: dict[str, Instant]) -> Answer:
    """Was the offer chosen that came after the time that held for all?"""
    won = case.search.winner
    if won is None or won.provider is None:
        return "unknown"
    return "yes" if won.provider in until and won.made.event.happened_at > common else "no"


def _enough_time(case: Case, tier: str, asked: list[Asked], evidence: tuple[int, ...]) -> Finding:
    everybody = [one for each in asked for one in each.recipients or ()]
    text = f"one closing time held for {every(len(everybody), 'provider')} {AMONG[tier]}"
    opened = case.search.opened
    if opened is None or not opened[1].urgency.is_open:
        return EQUAL(text=text, evidence=evidence)
    if opened[1].urgency.get() == "emergency" or case.search.emergency:
        return EQUAL(text=f"{text}; it is an emergency, and the time was short for all alike", evidence=evidence)
    try:
        hours = min(_working(*span) for span in {(one.sent_at, one.deadline) for one in everybody})
    except BeyondHorizon as error:
        return UNTOLD(text=str(error), evidence=evidence)
    if hours < timedelta(hours=ENOUGH_WORKING_HOURS):
        short = f"providers {AMONG[tier]} had less than {ENOUGH_WORKING_HOURS} working hours to answer (configured)"
        return DOUBT(text=f"{short}; give longer, unless it is an emergency", evidence=evidence)
    return EQUAL(text=text, evidence=evidence)


@rule(
    code="PL-03",
    name="same-information",
    source="Equal treatment: Procurement Act 2023 s. 12(2)-(3)",
    severity="critical",
    blocks=True,
)
def same_information(case: Case) -> Iterator[Finding]:
    """Did every answer and every change that matters reach all who were asked, at the same time?"""
    search = case.search
    told: dict[tuple[str, int | str], list[tuple[int, dict[str, Instant] | None]]] = defaultdict(list)
    for recorded, event in search.amendments:
        if event.material:
            told["a change to the referral", recorded.index].append((recorded.index, _got(event.recipients.get(None))))
    for recorded, answer in search.answers:
        told["an answer", answer.question].append((recorded.index, _got(answer.recipients.get(None))))
    if not told:
        yield NOT_ASKED(text="nothing was changed, and no question was answered, after the referral went out")
    fair: list[int] = []
    for (what, _), each in told.items():
        evidence = tuple(index for index, _ in each)
        asked = [one for one in search.published if one.recorded.index < evidence[-1]]
        if any(one.providers is None for one in asked) or any(got is None for _, got in each):
            yield UNTOLD(text=f"who got {what} is withheld in this view", evidence=evidence)
            continue
        everybody = frozenset[str]().union(*(one.providers or frozenset() for one in asked))
        got = _earliest((provider, at) for _, given in each for provider, at in (given or {}).items())
        without = everybody - got.keys()
        minutes = _minutes(min(got.values()), max(got.values())) if got else 0
        if without:
            text = f"{what} never reached {len(without)} of {counted(len(everybody), 'provider that was', 'providers that were')} asked; send it to all"
            yield UNEQUAL(text=text, evidence=evidence, outcome_likely_changed=_helped(case, got.keys()))
        elif minutes > SAME_WORDS_MINUTES:
            text = (
                f"{what} reached providers {counted(minutes, 'minute')} apart; {SAME_WORDS_MINUTES} count as together"
            )
            yield DOUBT(text=f"{text} (configured)", evidence=evidence)
        else:
            fair += evidence
    if fair:
        text = f"{counted(len(fair), 'answer or change', 'answers and changes')} reached all who were asked alike"
        yield EQUAL(text=text, evidence=tuple(sorted(fair)))


@rule(
    code="PL-04",
    name="no-head-start-by-introduction",
    source="R (Good Law Project and EveryDoctor) v SSHSC [2022] EWHC 46 (TCC); Procurement Act 2023 s. 12(2)",
    severity="critical",
)
def no_head_start_by_introduction(case: Case) -> Iterator[Finding]:
    """Did an offer that somebody spoke for wait as long to be looked at as every other?"""
    search = case.search
    if not search.offers:
        yield NOT_ASKED(text="no offer is on the record")
        return
    log = tuple(recorded.index for recorded, _ in search.contacts)
    if not log:
        yield UNTOLD(text="no log of contacts is on the record, so nobody can tell whether a provider was spoken for")
        return
    if any(not event.introducer.is_open or not event.provider.is_open for _, event in search.contacts):
        yield UNTOLD(text="who spoke for whom is withheld in this view", evidence=log)
        return
    spoken_for = {event.provider.get() for _, event in search.contacts if event.introducer.get() in INTRODUCERS}
    ours = [one for one in search.live.values() if one.provider in spoken_for]
    others = [one for one in search.live.values() if one.provider not in spoken_for]
    evidence = (*log, *(one.made.index for one in (*ours, *others)))
    if not ours:
        yield EQUAL(text="no offer came from a provider that somebody spoke for", evidence=log)
        return
    if not others:
        yield UNTOLD(
            text="only providers that somebody spoke for made offers: there is nothing to compare", evidence=log
        )
        return
    waited = [_waited(one) for one in ours]
    usual = [_waited(one) for one in others]
    if None in waited or None in usual:
        yield UNTOLD(text="when each offer was first looked at is not on the record, or withheld", evidence=evidence)
        return
    here, there = median(one for one in waited if one is not None), median(one for one in usual if one is not None)
    text = f"offers that somebody spoke for waited {_span(int(here))}, others {_span(int(there))} (medians)"
    if abs(here - there) * 100 <= ALIKE_PERCENT * max(here, there):
        yield EQUAL(text=text, evidence=evidence)
    elif here > there:
        yield DOUBT(text=f"{text}: they were kept waiting", evidence=evidence)
    elif _one_reason_for_all([*ours, *others]):
        yield EQUAL(text=f"{text}; every offer was put first for the same reason", evidence=evidence)
    else:
        yield UNEQUAL(
            text=f"{text}, with no reason that held for every offer",
            evidence=evidence,
            outcome_likely_changed=_helped(case, spoken_for),
        )


def _waited(offer: OfferRead) -> int | None:
    return _minutes(offer.made.event.happened_at, offer.considered.at) if offer.considered else None


def _one_reason_for_all(offers: Iterable[OfferRead]) -> bool:
    reasons = {one.considered.priority if one.considered else None for one in offers}
    return len(reasons) == 1 and None not in reasons


def _by_tier(case: Case) -> dict[str, list[Asked]]:
    found: dict[str, list[Asked]] = {}
    for one in case.search.published:
        found.setdefault(one.tier, []).append(one)
    return found


def _eligible(case: Case, asked: Asked) -> frozenset[str] | None:
    """Who had to be asked, as the market stood then; null where the view does not tell."""
    search, at = case.search, asked.recorded.index
    seeker = search.seeker(asked.event.need_version)
    if case.market is None or seeker is None or search.authority is None or not asked.areas_known:
        return None
    declared = search.criteria_at(at)
    return case.market.eligible(
        seeker,
        asked.tier,
        authority=search.authority,
        agreement=declared[1].agreement if declared else None,
        areas=asked.areas,
        at=at,
    )


def _helped(case: Case, favoured: Collection[str]) -> Answer:
    """Did an advantage of these providers change what was chosen? No if none of them was chosen; else nobody can say."""
    won = case.search.winner
    return "no" if won and won.provider and won.provider not in favoured else "unknown"


def _got(told: Iterable[Told] | None) -> dict[str, Instant] | None:
    return None if told is None else _earliest((one.provider, one.at) for one in told)


def _earliest(pairs: Iterable[tuple[str, Instant]]) -> dict[str, Instant]:
    found: dict[str, Instant] = {}
    for provider, at in pairs:
        found[provider] = min(at, found.get(provider, at))
    return found


def _minutes(first: Instant, last: Instant) -> int:
    return int((moment(last) - moment(first)).total_seconds() // 60)


def _span(minutes: int) -> str:
    return f"{minutes} minutes" if minutes < 120 else f"{minutes // 60} hours"


def _working(start: Instant, end: Instant) -> timedelta:
    """How much of a span lies in office hours of working days in England."""
    begins, ends = moment(start).astimezone(LONDON), moment(end).astimezone(LONDON)
    found, day = timedelta(), begins.date()
    while day <= ends.date() and found < timedelta(hours=ENOUGH_WORKING_HOURS):
        if is_working_day(day, "ENG"):
            opens = max(begins, datetime.combine(day, OFFICE_OPENS, LONDON))
            closes = min(ends, datetime.combine(day, OFFICE_CLOSES, LONDON))
            found += max(closes - opens, timedelta())
        day += timedelta(days=1)
    return found
