"""Whether the buyer answers what a rule found: good practice, with a window that this file sets.

Days are working days of the whole United Kingdom, counted from the day of the assessment.
"""

from collections.abc import Iterator

from fairplace.openness.events import Assessed, FindingAnswered
from fairplace.policy import Case, Finding, Outcome, Recorded, rule
from fairplace.terms import london_day
from fairplace.working_days import BeyondHorizon, working_days_after

REPLY_WORKING_DAYS = 10  # configured: how long the buyer has to answer a finding, after the day it was first made

OWN = "FA-01"
FOUND = ("not-met", "concern")


@rule(code=OWN, name="findings-answered", source="Good practice; Procurement Act 2023 s. 12(1)(c)", severity="low")
def findings_answered(case: Case) -> Iterator[Finding]:
    """Did the buyer answer each finding of a rule in the time set for it?"""
    if not case.of(Assessed):
        yield Finding(outcome="not-applicable", text="the rules have not been asked yet")
        return
    found = _found(case)
    if not found:
        yield Finding(outcome="not-applicable", text="no rule found anything to answer")
    for code, run in found.items():
        try:
            yield _judged(case, code, run)
        except BeyondHorizon as error:
            yield Finding(outcome="cannot-tell", text=f"calendar-horizon: {error}", evidence=(run.index,))


def _found(case: Case) -> dict[str, Recorded]:
    """The rules that find something in the newest run of a view, each with the first run that found it."""
    newest = {event.view: event for _, event in case.of(Assessed)}
    standing = sorted(
        {code for event in newest.values() for code, outcome in event.outcomes.items() if outcome in FOUND} - {OWN}
    )
    first = {}
    for code in standing:
        first[code] = next(run for run, event in case.of(Assessed) if event.outcomes.get(code) in FOUND)
    return first


def _judged(case: Case, code: str, run: Recorded) -> Finding:
    made, today = london_day(run.event.happened_at), london_day(case.as_of)
    due = working_days_after(made, REPLY_WORKING_DAYS)
    window = f"{REPLY_WORKING_DAYS} working days (configured)"
    answer = next(
        (one for one, event in case.of(FindingAnswered) if event.rule == code and one.index > run.index), None
    )
    if answer is None:
        late = today > due
        text = f"{code} found something on {made}; {'not answered by' if late else 'to be answered by'} {due}, {window} later"
        outcome: Outcome = "concern" if late else "not-applicable"
        return Finding(outcome=outcome, text=text, evidence=(run.index,), due_on=due.isoformat())
    given = london_day(answer.event.happened_at)
    text = f"{code} found something on {made}, answered on {given}"
    evidence = (run.index, answer.index)
    if given <= due:
        return Finding(outcome="met", text=text, evidence=evidence)
    return Finding(outcome="concern", text=f"{text}; the time for it, {window}, ended on {due}", evidence=evidence)
