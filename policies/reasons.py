"""Reasons and records: Procurement Act 2023, sections 50(3) and 98; Procurement Regulations 2024, regulation 31."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import timedelta
from fractions import Fraction

from fairplace.counted import counted, every
from fairplace.people.events import InterestDecided
from fairplace.policy import Case, Finding, Recorded, rule
from fairplace.procurement.events import (
    Awarded,
    AwardWithdrawn,
    BidsChecked,
    Changed,
    ContractEntered,
    CriteriaChanged,
    DeadlineChanged,
    EndedWithoutAward,
    LateBidsDecided,
    Moderated,
    ModeratedBid,
    NoticePublished,
    Planned,
    SheetSigned,
    SummariesSent,
    TenderPublished,
)
from fairplace.terms import Mark, Place, as_date, london_day, moment
from fairplace.working_days import BeyondHorizon, months_beginning, working_days_after

# Configured: readings, not law.
SAME_TIME_MINUTES = 60
FAR_APART_STEPS = 2
PROMPT_WORKING_DAYS = 2
COPIED_SHARE = Fraction(60, 100)

KEPT_MONTHS = 36  # Procurement Act 2023 s. 98: three years beginning with the day the contract is entered into

COMPETITIONS = ("open", "flexible", "flexible_dm")

_WORD = re.compile(r"[a-z]+(?:['-][a-z]+)*")


@rule(
    code="RR-01",
    name="assessment-summaries-sent",
    source="Procurement Act 2023 s. 50(3); Procurement Regulations 2024 reg. 31(4)",
    severity="critical",
    blocks=True,
)
def assessment_summaries_sent(case: Case) -> Iterator[Finding]:
    """Did every bidder whose bid was assessed get its summary, all at one time, before the award was published?"""
    plan, award, taken_back = case.last(Planned), case.last(Awarded), case.last(AwardWithdrawn)
    since = taken_back[0].index if taken_back else -1
    if award is None or award[0].index < since:
        yield Finding(outcome="not-applicable", text="there is no award to explain")
        return
    if plan is None:
        yield Finding(outcome="cannot-tell", text="which law applies is not on the record", evidence=(award[0].index,))
        return
    if plan[1].regime != "PA23" or plan[1].route not in COMPETITIONS:
        text = f"summaries are owed after a competition under section 19 only ({plan[1].regime}, {plan[1].route})"
        yield Finding(outcome="not-applicable", text=text)
        return
    notices = [r for r, notice in case.of(NoticePublished) if notice.notice == "UK6" and r.index > since]
    contract = case.last(ContractEntered)
    closed_by = notices[:1] or ([contract[0]] if contract else [])
    sent = [(recorded, event) for recorded, event in case.of(SummariesSent) if recorded.index > since]
    if not sent:
        if closed_by:
            text = "the award was published or the contract signed, and no summaries are on the record"
            evidence = (award[0].index, closed_by[0].index)
            yield Finding(outcome="not-met", text=text, evidence=evidence)
        else:
            text = "summaries are owed before the award notice, which is not published yet"
            yield Finding(outcome="not-applicable", text=text, evidence=(award[0].index,))
        return
    yield from _summaries(case, sent, notices)


def _summaries(case: Case, sent: list[tuple[Recorded, SummariesSent]], notices: list[Recorded]) -> Iterator[Finding]:
    evidence = (*(recorded.index for recorded, _ in sent), *(notice.index for notice in notices[:1]))
    notice_at = notices[0].event.happened_at if notices else None
    if notice_at and min(event.happened_at for _, event in sent) >= notice_at:
        text = "the summaries were sent when the award had already been published"
        yield Finding(outcome="not-met", text=text, evidence=evidence)
        return
    got: dict[Place, str] = {}
    for _, event in sent:
        for place, bid in event.bids.items():
            if (summary := bid.summary.get()) is not None:
                got[place] = min(summary.sent_at, got.get(place, summary.sent_at))
    live = case.bids.live
    shown = live is not None and all(
        event.bids[bid.place].summary.is_open for bid in live for _, event in sent if bid.place in event.bids
    )
    if live is None or not shown:
        yield Finding(
            outcome="cannot-tell", text="which bidders got a summary is withheld in this view", evidence=evidence
        )
        return
    missing = [bid.place for bid in live if bid.place not in got]
    late = sorted(place for place, at in got.items() if notice_at and at >= notice_at)
    times = sorted(moment(at) for at in got.values())
    if missing:
        text = f"bidders got no summary: {', '.join(missing)}"
        yield Finding(outcome="not-met", text=text, evidence=evidence)
    if late:
        text = f"bidders got a summary only after the award was published: {', '.join(late)}"
        yield Finding(outcome="not-met", text=text, evidence=evidence)
    apart = times[-1] - times[0] if times else timedelta()
    if apart > timedelta(minutes=SAME_TIME_MINUTES):
        minutes = int(apart.total_seconds() // 60)
        text = (
            f"summaries went out {counted(minutes, 'minute')} apart; {SAME_TIME_MINUTES} count as one time (configured)"
        )
        yield Finding(outcome="not-met", text=text, evidence=evidence)
    if not missing and not late and apart <= timedelta(minutes=SAME_TIME_MINUTES):
        text = f"{every(len(live), 'bidder')} got a summary at one time"
        yield Finding(outcome="met", text=text, evidence=evidence)


@rule(
    code="RR-03",
    name="moderation-recorded",
    source="Lancashire Care NHS FT v Lancashire CC [2018] EWHC 1589 (TCC); Procurement Act 2023 s. 98",
    severity="critical",
)
def moderation_recorded(case: Case) -> Iterator[Finding]:
    """Does the record show how the marks of each evaluator became the agreed mark, and why?"""
    moderated, award = case.last(Moderated), case.last(Awarded)
    before = moderated[0].index if moderated else None
    sheets = _sheets(case, before)
    marking: dict[str, set[str]] = defaultdict(set)
    for recorded, sheet in sheets:
        for name in sheet.criteria:
            marking[name].add(_evaluator(recorded))
    shared = {name for name, people in marking.items() if len(people) > 1}
    evidence = tuple(recorded.index for recorded, _ in sheets)
    if not shared:
        if award and not sheets:
            yield Finding(outcome="cannot-tell", text="no marks of evaluators are on the record")
        else:
            text = "no criterion was marked by two evaluators"
            yield Finding(outcome="not-applicable", text=text, evidence=evidence)
        return
    if moderated is None:
        if award:
            text = "an award was made and no moderation of the evaluators' marks is on the record"
            yield Finding(outcome="not-met", text=text, evidence=(*evidence, award[0].index))
        else:
            yield Finding(outcome="not-applicable", text="the marks are not agreed yet", evidence=evidence)
        return
    evidence = (*evidence, moderated[0].index)
    live = case.bids.live
    if live is None or not _all_open(moderated[1].bids, sheets, {bid.place for bid in live}):
        text = "the marks of the evaluators or the agreed marks are withheld in this view"
        yield Finding(outcome="cannot-tell", text=text, evidence=evidence)
        return
    faults: dict[str, list[str]] = defaultdict(list)
    terms = case.bids.terms
    step = terms.scale.step if terms else 1
    if not moderated[1].present:
        faults["nobody is named as present"].append("moderation")
    for bid in live:
        for name in sorted(shared):
            if fault := _moderation_fault(bid.place, name, moderated[1].bids.get(bid.place), sheets, step):
                faults[fault].append(f"{bid.place}: {name}")
    for fault, where in faults.items():
        yield Finding(outcome="not-met", text=f"{fault} ({_some(where)})", evidence=evidence)
    if not faults:
        text = f"the agreed marks on {counted(len(shared), 'criterion', 'criteria')} of {counted(len(live), 'bid')} follow from those of the evaluators"
        yield Finding(outcome="met", text=text, evidence=evidence)


def _moderation_fault(
    place: Place, name: str, agreed: ModeratedBid | None, sheets: list[tuple[Recorded, SheetSigned]], step: int
) -> str | None:
    final: Mark | None = (agreed.marks.get() or {}).get(name) if agreed else None
    if agreed is None or final is None:
        return "no agreed mark"
    if not (agreed.reasons.get() or {}).get(name, "").strip():
        return "no agreed reason"
    given = {
        _evaluator(recorded): mark
        for recorded, sheet in sheets
        if place in sheet.bids and (mark := (sheet.bids[place].marks.get() or {}).get(name)) is not None
    }
    inputs = sorted(given.values())
    change: Changed | None = (agreed.changes.get() or {}).get(name)
    if change and sorted(change.inputs) != inputs:
        return "the moderation names other marks than the evaluators signed"
    if _needs_reason(final, inputs, step) and not (change and change.reason.strip()):
        return "no reason why the agreed mark differs from the evaluators'"
    return None


def _needs_reason(final: Mark, inputs: list[Mark], step: int) -> bool:
    if not inputs:
        return False
    often = max(inputs.count(mark) for mark in inputs)
    modes = {mark for mark in inputs if inputs.count(mark) == often and (often > 1 or len(inputs) == 1)}
    far = any(abs(mark - final) >= FAR_APART_STEPS * step for mark in inputs)
    return far or (final not in modes and Fraction(sum(inputs), len(inputs)) != final)


def _all_open(agreed: dict[Place, ModeratedBid], sheets: list[tuple[Recorded, SheetSigned]], live: set[Place]) -> bool:
    return all(
        bid.marks.is_open and bid.reasons.is_open and bid.changes.is_open
        for place, bid in agreed.items()
        if place in live
    ) and all(bid.marks.is_open for _, sheet in sheets for place, bid in sheet.bids.items() if place in live)


@rule(
    code="RR-04",
    name="contemporaneous-and-specific",
    source="Woods v Milton Keynes [2015] EWHC 2011 (TCC); EnergySolutions EU v NDA [2016] EWHC 1988 (TCC)",
    severity="high",
)
def contemporaneous_and_specific(case: Case) -> Iterator[Finding]:
    """Was a reason written with each mark, at that time, and about the bid rather than the scale?"""
    sheets = case.of(SheetSigned)
    if not sheets:
        award = case.last(Awarded)
        if award:
            text = "an award was made and no marks are on the record"
            yield Finding(outcome="cannot-tell", text=text, evidence=(award[0].index,))
        else:
            yield Finding(outcome="not-applicable", text="no bid has been marked yet")
        return
    tender = case.last(TenderPublished)
    scale = {name: _words(text) for name, text in ((tender[1].descriptors.get() or {}) if tender else {}).items()}
    good: list[int] = []
    closed: list[int] = []
    silent: list[int] = []
    copied: list[int] = []
    late: list[int] = []
    live = None if case.bids.live is None else {bid.place for bid in case.bids.live}
    for recorded, sheet in sheets:
        bids = [bid for place, bid in sheet.bids.items() if live is None or place in live]
        if any(not bid.marks.is_open or not bid.reasons.is_open for bid in bids):
            closed.append(recorded.index)
        elif any(_unreasoned(bid.marks.get(), bid.reasons.get()) for bid in bids):
            silent.append(recorded.index)
        elif any(_from_scale(bid.marks.get(), bid.reasons.get(), scale) for bid in bids):
            copied.append(recorded.index)
        else:
            good.append(recorded.index)
        if _written_late(recorded) or _after_notice(case, sheet):
            late.append(recorded.index)
    late_text = f"marks were recorded more than {PROMPT_WORKING_DAYS} working days (configured) after they were given"
    copied_text = f"more than {COPIED_SHARE.numerator * 100 // COPIED_SHARE.denominator} % of a reason's words are the"
    found = (
        Finding(outcome="not-met", text="a mark was given with no reason", evidence=tuple(silent)),
        Finding(outcome="concern", text=f"{late_text}, or after the award notice", evidence=tuple(late)),
        Finding(outcome="concern", text=f"{copied_text} scale's own (configured)", evidence=tuple(copied)),
        Finding(outcome="cannot-tell", text="marks or reasons are withheld in this view", evidence=tuple(closed)),
        Finding(outcome="met", text="each mark has a reason of its own", evidence=tuple(good)),
    )
    yield from (finding for finding in found if finding.evidence)


def _unreasoned(marks: dict[str, Mark] | None, reasons: dict[str, str] | None) -> bool:
    return any(not (reasons or {}).get(name, "").strip() for name in marks or ())


def _from_scale(marks: dict[str, Mark] | None, reasons: dict[str, str] | None, scale: dict[str, list[str]]) -> bool:
    for name, mark in (marks or {}).items():
        given, own = _words((reasons or {}).get(name, "")), set(scale.get(str(mark), ()))
        if given and own and Fraction(sum(word in own for word in given), len(given)) > COPIED_SHARE:
            return True
    return False


def _words(text: str) -> list[str]:
    return _WORD.findall(text.lower())


def _after_notice(case: Case, sheet: SheetSigned) -> bool:
    """Was the award already public? One that was taken back since is no longer."""
    public = False
    for recorded in case:
        match recorded.event:
            case NoticePublished(notice="UK6", happened_at=at) if at < sheet.happened_at:
                public = True
            case AwardWithdrawn(happened_at=at) if at <= sheet.happened_at:
                public = False
            case _:
                pass
    return public


def _written_late(recorded: Recorded) -> bool:
    given, written = london_day(recorded.event.happened_at), london_day(recorded.at)
    try:
        return written > given and written > working_days_after(given, PROMPT_WORKING_DAYS)
    except BeyondHorizon:
        return False


@rule(code="RR-05", name="records-kept", source="Procurement Act 2023 s. 98", severity="high")
def records_kept(case: Case) -> Iterator[Finding]:
    """Does each material decision that is on the record have its reason there?"""
    plan = case.last(Planned)
    if plan is None:
        yield Finding(outcome="cannot-tell", text="which law applies is not on the record")
        return
    if plan[1].regime != "PA23":
        yield Finding(outcome="not-applicable", text=f"section 98 does not apply to {plan[1].regime}")
        return
    found: dict[str | None, list[int]] = defaultdict(list)
    for recorded in case:
        found[_reasoned(recorded.event, case)].append(recorded.index)
    good, without, closed = found["yes"], found["no"], found["closed"]
    if without:
        text = "a material decision has no reason on the record"
        yield Finding(outcome="not-met", text=text, evidence=tuple(without))
    if closed:
        text = "the reasons of decisions are withheld in this view"
        yield Finding(outcome="cannot-tell", text=text, evidence=tuple(closed))
    if good and not without:
        kept = ""
        if contract := case.last(ContractEntered):
            kept = f"; to be kept to {months_beginning(as_date(contract[1].entered_on), KEPT_MONTHS)} at least"
        yield Finding(
            outcome="met", text=f"{len(good)} material decisions have their reasons{kept}", evidence=tuple(good)
        )
    if not (without or closed or good):
        yield Finding(outcome="not-applicable", text="no material decision has been made yet")


def _reasoned(event: object, case: Case) -> str | None:
    """Has a material decision its reason? None for what is no such decision."""
    match event:
        case Awarded(reasons=slot):
            return _any(slot.get()) if slot.is_open else "closed"
        case (
            CriteriaChanged(reason=slot)
            | DeadlineChanged(reason=slot)
            | EndedWithoutAward(reason=slot)
            | AwardWithdrawn(reason=slot)
        ):
            return _any([slot.get()]) if slot.is_open else "closed"
        case LateBidsDecided(decisions=slot):
            return _all([one.reason for one in slot.get()]) if slot.is_open else "closed"
        case BidsChecked(bids=bids):
            held = case.bids.by_place.keys() | case.bids.dark
            if any(not bid.check.is_open for place, bid in bids.items() if place in held):
                return "closed"
            checks = [check for bid in bids.values() if (check := bid.check.get())]
            return _all([check.reason or "" for check in checks if check.status == "disregarded"])
        case _:
            return None


def _any(reasons: Iterable[str]) -> str:
    return "yes" if any(reason.strip() for reason in reasons) else "no"


def _all(reasons: Iterable[str]) -> str:
    return "yes" if all(reason.strip() for reason in reasons) else "no"


def _sheets(case: Case, before: int | None) -> list[tuple[Recorded, SheetSigned]]:
    """The sheets that moderation rested on: what somebody marked who had to stay out does not count (see CI-02)."""
    last = {
        decision.person: decision.outcome
        for recorded, decision in case.of(InterestDecided)
        if before is None or recorded.index < before
    }
    return [
        (recorded, sheet)
        for recorded, sheet in case.of(SheetSigned)
        if (before is None or recorded.index < before) and last.get(_evaluator(recorded)) != "recuse"
    ]


def _evaluator(recorded: Recorded) -> str:
    """Whose marks a sheet has. A reported one names who reported it, not who marked: its stream stands for them."""
    return recorded.actor if recorded.event.is_act else recorded.stream


def _some(names: list[str], most: int = 8) -> str:
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return "; ".join(names[:most]) + more
