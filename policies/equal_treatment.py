"""Equal treatment of bidders: Procurement Act 2023, sections 12(2)-(3), 21 and 54(2).

`process_unequal`: were bidders treated differently? `outcome_likely_changed`: would another bid probably have won? The
second is judged so:

- an advantage in information or attention: `no` when no bid that had it won; else `unknown`, for nobody can say how
  the others would have bid;
- a private extension: `yes` when a bid that needed it won, or when the totals computed anew without it have another
  winner; `no` when the same bid wins without it.

That a favoured bid would have won anyway never turns not-met into met: R (Good Law Project and EveryDoctor) v
Secretary of State for Health and Social Care [2022] EWHC 46 (TCC).
"""

from collections import defaultdict
from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from statistics import median

from fairplace.counted import counted
from fairplace.policy import Answer, Case, Finding, Recorded, deadline, rule
from fairplace.procurement.events import (
    BidsOpened,
    ContactRecorded,
    DeadlineChanged,
    DepositReceivedLate,
    Handling,
    QuestionAnswered,
    TenderPublished,
)
from fairplace.terms import Instant, london_day, moment
from fairplace.working_days import BeyondHorizon, working_days_after

# Configured: readings of "the same time" and "enough time", not law.
SAME_TIME_MINUTES = 60
LONG_AFTER_WORKING_DAYS = 1
ENOUGH_WORKING_DAYS = 5
SHORT_NOTICE = timedelta(hours=24)
ENOUGH_RESPONSES = 5

EQUAL = partial(Finding, outcome="met", process_unequal="no", outcome_likely_changed="no")
DOUBT = partial(Finding, outcome="concern", process_unequal="unknown", outcome_likely_changed="unknown")
UNEQUAL = partial(Finding, outcome="not-met", process_unequal="yes")
UNTOLD = partial(Finding, outcome="cannot-tell", process_unequal="unknown", outcome_likely_changed="unknown")
NOT_ASKED = partial(Finding, outcome="not-applicable", process_unequal="unknown", outcome_likely_changed="unknown")


@rule(
    code="ET-01",
    name="equal-information",
    source="Procurement Act 2023 s. 12(2)-(3), s. 21(3)-(5)",
    severity="critical",
    blocks=True,
)
def equal_information(case: Case) -> Iterator[Finding]:
    """Did whatever helps to bid reach every bidder in the same words and at the same time, before the deadline?"""
    until = deadline(case)
    questions: dict[str, list[tuple[Recorded, QuestionAnswered]]] = defaultdict(list)
    for recorded, answer in case.of(QuestionAnswered):
        if answer.material and (until is None or answer.happened_at <= until):
            questions[answer.question].append((recorded, answer))
    if not questions:
        yield NOT_ASKED(text="no answer that helps to bid is on the record")
        return
    fair: list[int] = []
    for answers in questions.values():
        found = tuple(_unequal_answer(case, answers, until))
        yield from found
        if not found:
            fair += [recorded.index for recorded, _ in answers]
    if fair:
        yield EQUAL(text=f"{counted(len(fair), 'answer')} reached every bidder alike", evidence=tuple(fair))


def _unequal_answer(
    case: Case, answers: list[tuple[Recorded, QuestionAnswered]], until: Instant | None
) -> Iterator[Finding]:
    evidence = tuple(recorded.index for recorded, _ in answers)
    to_some = [answer for _, answer in answers if answer.audience != "all"]
    to_all = [answer.happened_at for _, answer in answers if answer.audience == "all"]
    if not to_all and all(answer.confidential_reason for answer in to_some):
        return
    if any(not answer.recipients.is_open for answer in to_some):
        bidders = case.bids.bidders
        if not to_all and bidders is not None and len(bidders) > 1 and all(a.audience == "one" for a in to_some):
            text = f"an answer that helps to bid went to one of {len(bidders)} bidders"
            yield UNEQUAL(text=text, evidence=evidence, outcome_likely_changed="unknown")
        else:
            yield UNTOLD(text="an answer went to some; who they are is withheld in this view", evidence=evidence)
        return
    got: dict[str, Instant] = {}
    for answer in to_some:
        for receipt in answer.recipients.get():
            got[receipt.provider.id] = min(receipt.at, got.get(receipt.provider.id, receipt.at))
    if not to_all and case.bids.bidders is None:
        yield UNTOLD(text="an answer went to some; who bid is withheld in this view", evidence=evidence)
        return
    everybody = min(to_all) if to_all else None
    bidders = case.bids.bidders or frozenset()
    reached = {one: min(filter(None, (got.get(one), everybody)), default=None) for one in bidders}
    without = [one for one, at in reached.items() if at is None or (until and at > until)]
    if without:
        favoured = case.bids.places_of(got.keys() - set(without))
        text = f"{counted(len(without), 'bidder')} of {len(bidders)} never got an answer that helps to bid"
        yield UNEQUAL(text=text, evidence=evidence, outcome_likely_changed=case.bids.helped_by(favoured))
        return
    if everybody is None and not case.of(BidsOpened):
        yield DOUBT(text="an answer went to some only, while others may still bid", evidence=evidence)
    first = min([*got.values(), *to_all])
    last = max([at for at in reached.values() if at] or [everybody or first])
    try:
        yield from _late_answer(case, first, last, until, evidence)
    except BeyondHorizon as error:
        yield UNTOLD(text=str(error), evidence=evidence)


def _late_answer(
    case: Case, first: Instant, last: Instant, until: Instant | None, evidence: tuple[int, ...]
) -> Iterator[Finding]:
    if london_day(last) > working_days_after(london_day(first), LONG_AFTER_WORKING_DAYS):
        text = f"the last bidder got an answer more than {LONG_AFTER_WORKING_DAYS} working day after the first"
        yield DOUBT(text=f"{text} (configured)", evidence=evidence)
    elif (apart := moment(last) - moment(first)) > timedelta(minutes=SAME_TIME_MINUTES):
        minutes = int(apart.total_seconds() // 60)
        text = f"bidders got an answer {counted(minutes, 'minute')} apart; {SAME_TIME_MINUTES} count as the same time (configured)"
        yield DOUBT(text=text, evidence=evidence)
    if until is None or working_days_after(london_day(last), ENOUGH_WORKING_DAYS) <= london_day(until):
        return
    if not any(change.happened_at >= last for _, change in case.of(DeadlineChanged)):
        text = f"an answer came less than {ENOUGH_WORKING_DAYS} working days (configured) before the deadline"
        yield DOUBT(text=f"{text}, and no extension was considered", evidence=evidence)


@rule(code="ET-02", name="equal-deadlines", source="Procurement Act 2023 s. 54(2), s. 87(6)", severity="critical")
def equal_deadlines(case: Case) -> Iterator[Finding]:
    """Did one deadline hold for every bidder, and did each extension go to all?"""
    tender = case.last(TenderPublished)
    if tender is None:
        yield NOT_ASKED(text="no deadline is on the record")
        return
    fair = [tender[0].index]
    before = tender[1].deadline
    yield from _opened_early(case, before)
    for recorded, change in case.of(DeadlineChanged):
        found = tuple(_unequal_extension(case, recorded, change, before))
        yield from found
        if not found:
            fair.append(recorded.index)
        if change.audience == "all":
            before = change.deadline
    if len(fair) > 1:
        yield EQUAL(text=f"the deadline moved {counted(len(fair) - 1, 'time')} for all alike", evidence=tuple(fair))
    elif not case.of(DeadlineChanged):
        yield EQUAL(text="one deadline held for all", evidence=tuple(fair))


def _opened_early(case: Case, at_first: Instant) -> Iterator[Finding]:
    """Bids that were opened while others could still come in: whoever knew them could be told."""
    for opening, opened in case.of(BidsOpened):
        moved = [
            change.deadline
            for at, change in case.of(DeadlineChanged)
            if change.audience == "all" and at.index < opening.index
        ]
        until = [at_first, *moved][-1]
        if opened.happened_at < until:
            yield UNEQUAL(
                text=f"bids were opened before the deadline {until}, while others could still come in",
                evidence=(opening.index,),
                outcome_likely_changed="unknown",
            )


def _unequal_extension(case: Case, recorded: Recorded, change: DeadlineChanged, before: Instant) -> Iterator[Finding]:
    evidence = (recorded.index,)
    if change.audience != "all":
        favoured = {provider.id for provider in change.recipients.get(())}
        bidders = case.bids.bidders
        if not (change.recipients.is_open and bidders and case.of(BidsOpened) and bidders <= favoured):
            yield UNEQUAL(
                text=f"the deadline was moved to {change.deadline} for some only",
                evidence=evidence,
                outcome_likely_changed=_private_extension(case, favoured, before),
            )
    if change.happened_at > before:
        late = [entry.index for entry, bid in case.of(DepositReceivedLate) if before < bid.happened_at]
        late = [index for index in late if index < recorded.index]
        if late:
            text = "the deadline was moved after it had passed, when a bid had already come too late"
            yield UNEQUAL(text=text, evidence=(*late, *evidence), outcome_likely_changed="unknown")
        elif case.view == "public":
            text = (
                "the deadline was moved after it had passed; whether a bid had come too late is withheld in this view"
            )
            yield UNTOLD(text=text, evidence=evidence)
        else:
            yield DOUBT(text="the deadline was moved after it had passed", evidence=evidence)
    elif moment(before) - moment(change.happened_at) < SHORT_NOTICE and not change.resubmission_allowed:
        text = "the deadline moved less than 24 hours before it, and early bidders may not bid again"
        yield DOUBT(text=text, evidence=evidence)


def _private_extension(case: Case, favoured: set[str], before: Instant) -> Answer:
    """Did it win, or make another win, that some had longer? A bid lodged in the common time did not need it."""
    if not favoured:
        return "unknown"
    needed = {
        bid.place
        for place in case.bids.places_of(favoured)
        if (bid := case.bids.by_place[place]).lodged and bid.lodged.event.happened_at > before
    }
    return case.bids.changed_by(needed)


@rule(
    code="ET-04",
    name="no-privileged-channel",
    source="Procurement Act 2023 s. 12(2); R (Good Law Project) v SSHSC [2022] EWHC 46 (TCC)",
    severity="critical",
)
def no_privileged_channel(case: Case) -> Iterator[Finding]:
    """Was a provider's queue, speed, team or route decided by anything but who referred it or how it came?"""
    contacts = case.of(ContactRecorded)
    if not contacts:
        yield NOT_ASKED(text="no approach by or about a provider is on the record")
        return
    closed = [recorded.index for recorded, contact in contacts if not contact.handling.is_open]
    fair: list[int] = []
    for recorded, contact in contacts:
        handling: Handling | None = contact.handling.get()
        if handling is None:
            continue
        evidence = (recorded.index,)
        if handling.priority and handling.priority_basis is None:
            if handling.introduced_by != "nobody" or handling.channel != "portal":
                provider = contact.provider.get()
                favoured = case.bids.places_of({provider.id}) if provider else frozenset()
                yield UNEQUAL(
                    text=f"an approach {_way(handling)} was given priority on no published basis",
                    evidence=evidence,
                    outcome_likely_changed=case.bids.helped_by(favoured),
                )
            else:
                yield DOUBT(text="an approach was given priority on no published basis", evidence=evidence)
        elif handling.introduced_by in ("member", "senior-officer") and not handling.interest_noted:
            text = f"an approach {_way(handling)} was handled without a note of the introducer's interest"
            yield DOUBT(text=text, evidence=evidence)
        else:
            fair.append(recorded.index)
    yield from _faster_for_referred(contacts)
    if closed:
        yield UNTOLD(text="how approaches were handled is withheld in this view", evidence=tuple(closed))
    if fair:
        text = f"{counted(len(fair), 'approach', 'approaches')} got no priority, or one on a published basis"
        yield EQUAL(text=text, evidence=tuple(fair))


def _way(handling: Handling) -> str:
    return (
        f"introduced by a {handling.introduced_by.replace('-', ' ')}"
        if handling.introduced_by != "nobody"
        else f"by {handling.channel}"
    )


def _faster_for_referred(contacts: list[tuple[Recorded, ContactRecorded]]) -> Iterator[Finding]:
    referred: list[tuple[int, int]] = []
    others: list[tuple[int, int]] = []
    for recorded, contact in contacts:
        handling: Handling | None = contact.handling.get()
        if handling and handling.first_response_minutes is not None and handling.priority_basis is None:
            group = others if handling.introduced_by == "nobody" else referred
            group.append((recorded.index, handling.first_response_minutes))
    if min(len(referred), len(others)) < ENOUGH_RESPONSES:
        return
    here, there = (median(minutes for _, minutes in group) for group in (referred, others))
    if 2 * here < there:
        yield DOUBT(
            text=f"referred approaches were answered in {here:g} minutes (median), others in {there:g}; at least"
            f" {ENOUGH_RESPONSES} of each (configured)",
            evidence=tuple(sorted(index for index, _ in (*referred, *others))),
        )
