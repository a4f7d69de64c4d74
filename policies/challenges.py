"""Clocks and answers when a decision is challenged: Procurement Act 2023, section 106, and good practice.

Days are days in London and counted, never advice. A period in days does not roll to a working day.
"""

from collections.abc import Iterator
from datetime import date

from fairplace.challenge.events import Acknowledged, Answered, Decided, Lodged, Remedied, Withdrawn
from fairplace.policy import Case, Finding, Recorded, rule
from fairplace.procurement.events import (
    AwardWithdrawn,
    ClaimNotified,
    ContractEntered,
    NoticePublished,
    Planned,
    SummariesSent,
)
from fairplace.terms import as_date, london_day
from fairplace.working_days import (
    BeyondHorizon,
    months_beginning,
    pa_standstill_last,
    period_days,
    working_days_after,
)

CLAIM_DAYS = 30  # Procurement Act 2023 s. 106: beginning with the day on which the claimant knew or ought to have known
LONGEST_MONTHS = 3  # s. 106: a court may extend, never past this
SET_ASIDE_MONTHS = 6  # s. 106: where no details notice was published, from the day of signature

ACKNOWLEDGE_WORKING_DAYS = 2  # configured: a reading of good practice before a claim


@rule(code="RM-01", name="claim-deadline", source="Procurement Act 2023 s. 106", severity="low")
def claim_deadline(case: Case) -> Iterator[Finding]:
    """When does the time to bring a claim run out?"""
    claims, lodged = case.of(ClaimNotified), case.of(Lodged)
    if not claims and not lodged:
        yield Finding(outcome="not-applicable", text="no challenge and no claim is on the record")
        return
    told = _told(case)
    known = told or min((recorded for recorded, _ in lodged), key=lambda one: one.event.happened_at, default=None)
    if known is None:
        text = "when the claimant knew or ought to have known is not on the record"
        yield Finding(outcome="cannot-tell", text=text, evidence=tuple(recorded.index for recorded, _ in claims))
        return
    knew = london_day(known.event.happened_at)
    due, longest = period_days(knew, CLAIM_DAYS), months_beginning(knew, LONGEST_MONTHS)
    contract = case.last(ContractEntered)
    if contract and not any(notice.notice == "UK7" for _, notice in case.of(NoticePublished)):
        cap = months_beginning(as_date(contract[1].entered_on), SET_ASIDE_MONTHS)
        due, longest = min(due, cap), min(longest, cap)
    basis = "the award was told" if told else "the challenge came in, at the latest"
    for recorded, claim in claims:
        issued, evidence = as_date(claim.issued_on), tuple(sorted((known.index, recorded.index)))
        if issued <= due:
            text = (
                f"issued on {issued}; calculated last day {due}, {CLAIM_DAYS} days beginning with {knew}, when {basis}"
            )
            yield Finding(outcome="met", text=text, evidence=evidence, due_on=due.isoformat())
        else:
            more = "a court may extend the time" if issued <= longest else f"no court may extend it past {longest}"
            text = f"issued on {issued}, out of time after the calculated last day {due}; {more}"
            yield Finding(outcome="concern", text=text, evidence=evidence, due_on=due.isoformat())
    if not claims:
        passed = "ran out on" if london_day(case.as_of) > due else "calculated last day"
        text = f"{passed} {due}: {CLAIM_DAYS} days beginning with {knew}, when {basis}"
        yield Finding(outcome="not-applicable", text=text, evidence=(known.index,), due_on=due.isoformat())


def _told(case: Case) -> Recorded | None:
    """The first that bidders heard of the award in force: their summaries or the award notice."""
    since = _since(case)
    heard = [recorded for recorded, _ in case.of(SummariesSent)]
    heard += [recorded for recorded, notice in case.of(NoticePublished) if notice.notice == "UK6"]
    later = [recorded for recorded in heard if recorded.index > since]
    return min(later, key=lambda one: (one.event.happened_at, one.index), default=None)


@rule(
    code="RM-04",
    name="challenge-answered",
    source="Good practice before a claim; Procurement Act 2023 s. 101",
    severity="low",
)
def challenge_answered(case: Case) -> Iterator[Finding]:
    """Was each challenge acknowledged promptly, and answered while it could still be acted upon?"""
    challenges = case.of(Lodged)
    if not challenges:
        yield Finding(outcome="not-applicable", text="no challenge is on the record")
    for recorded, _ in challenges:
        try:
            yield from _answered(case, recorded)
        except BeyondHorizon as error:
            yield Finding(outcome="cannot-tell", text=f"calendar-horizon: {error}", evidence=(recorded.index,))


def _answered(case: Case, lodged: Recorded) -> Iterator[Finding]:
    came, today = london_day(lodged.event.happened_at), london_day(case.as_of)
    acknowledged = _first(case, Acknowledged, lodged)
    answered = _first(case, Answered, lodged)
    if answered is None and (withdrawn := _first(case, Withdrawn, lodged)):
        yield Finding(
            outcome="not-applicable", text="the challenger let it go", evidence=(lodged.index, withdrawn.index)
        )
        return
    fine = True
    owed = working_days_after(came, ACKNOWLEDGE_WORKING_DAYS)
    # An answer says that the challenge came in, too.
    confirmed = min(
        (one for one in (acknowledged, answered) if one), key=lambda one: one.event.happened_at, default=None
    )
    if (london_day(confirmed.event.happened_at) if confirmed else today) > owed:
        fine = False
        text = (
            f"came in on {came}, not acknowledged by {owed}, {ACKNOWLEDGE_WORKING_DAYS} working days (configured) later"
        )
        yield Finding(outcome="concern", text=text, evidence=_both(lodged, confirmed))
    last = _chance_ends(case, came)
    if answered is None:
        if last and today > last:
            text = f"came in on {came}, not answered by {last}, while it could still be acted upon"
            yield Finding(outcome="concern", text=text, evidence=(lodged.index,), due_on=last.isoformat())
        elif fine:
            due = owed if confirmed is None else last
            text = f"came in on {came}, not answered yet"
            due_on = due.isoformat() if due else None
            yield Finding(outcome="not-applicable", text=text, evidence=(lodged.index,), due_on=due_on)
        return
    given = london_day(answered.event.happened_at)
    if last and given > last:
        text = f"came in on {came}, answered on {given}; the chance to act on it ended on {last}"
        yield Finding(outcome="concern", text=text, evidence=_both(lodged, answered))
    elif fine:
        text = f"came in on {came}, answered on {given}"
        yield Finding(outcome="met", text=text, evidence=_both(lodged, answered))


def _chance_ends(case: Case, came: date) -> date | None:
    """The last day to act on a challenge: the end of the standstill that was running, else the day of signature."""
    since, plan = _since(case), case.last(Planned)
    contracts = [as_date(contract.entered_on) for _, contract in case.of(ContractEntered)]
    signed = min((day for day in contracts if day >= came), default=None)
    for recorded, notice in reversed(case.of(NoticePublished)):
        if notice.notice == "UK6" and recorded.index > since:
            stated = as_date(notice.standstill_ends) if notice.standstill_ends else None
            owed = plan and not plan[1].light_touch and plan[1].route in ("open", "flexible", "direct_s43")
            computed = pa_standstill_last(london_day(notice.happened_at)) if owed else None
            last = max((day for day in (stated, computed) if day), default=None)
            return last if last and came <= last else signed
    return signed


REMEDY_WORKING_DAYS = 20  # configured: how long the authority has to carry out a remedy that it decided on


@rule(code="RM-05", name="remedy-carried-out", source="Good practice; Procurement Act 2023 s. 101", severity="low")
def remedy_carried_out(case: Case) -> Iterator[Finding]:
    """Was each remedy that was decided on carried out in the time set for it?"""
    ordered = [(recorded, event.remedy) for recorded, event in case.of(Decided) if event.remedy is not None]
    if not ordered:
        yield Finding(outcome="not-applicable", text="no remedy was decided on")
    for recorded, remedy in ordered:
        try:
            yield _carried_out(case, recorded, remedy)
        except BeyondHorizon as error:
            yield Finding(outcome="cannot-tell", text=f"calendar-horizon: {error}", evidence=(recorded.index,))


def _carried_out(case: Case, decided: Recorded, remedy: str) -> Finding:
    day = london_day(decided.event.happened_at)
    due = working_days_after(day, REMEDY_WORKING_DAYS)
    window = f"{REMEDY_WORKING_DAYS} working days (configured)"
    what = remedy.replace("-", " ")
    done = next(
        (one for one, _ in case.of(Remedied) if one.stream == decided.stream and one.index > decided.index), None
    )
    if done is None:
        if london_day(case.as_of) > due:
            text = f"decided on {day} ({what}), not carried out by {due}, {window} later"
            return Finding(outcome="concern", text=text, evidence=(decided.index,), due_on=due.isoformat())
        text = f"decided on {day} ({what}), not carried out yet"
        return Finding(outcome="not-applicable", text=text, evidence=(decided.index,), due_on=due.isoformat())
    given = london_day(done.event.happened_at)
    text = f"decided on {day} ({what}), carried out on {given}"
    if given > due:
        return Finding(
            outcome="concern", text=f"{text}; the time for it, {window}, ended on {due}", evidence=_both(decided, done)
        )
    return Finding(outcome="met", text=text, evidence=_both(decided, done))


def _first(
    case: Case, kind: type[Acknowledged] | type[Answered] | type[Withdrawn], lodged: Recorded
) -> Recorded | None:
    """A challenge has a stream of its own."""
    return next(
        (recorded for recorded in case if isinstance(recorded.event, kind) and recorded.stream == lodged.stream), None
    )


def _since(case: Case) -> int:
    taken_back = case.last(AwardWithdrawn)
    return taken_back[0].index if taken_back else -1


def _both(lodged: Recorded, other: Recorded | None) -> tuple[int, ...]:
    return (lodged.index, other.index) if other else (lodged.index,)
