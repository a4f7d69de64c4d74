"""What was bought at once: Procurement Act 2023, Schedule 5, paragraphs 13 and 14, and approval afterwards.

Nothing is held against whoever buys at night that they did not say: a fact that is missing makes the answer cannot-tell.
"""

from collections.abc import Iterator

from fairplace.policy import Case, Finding, rule
from fairplace.terms import london_day
from fairplace.urgent.events import Bought, Decided
from fairplace.working_days import BeyondHorizon, working_days_after

APPROVE_WORKING_DAYS = 5  # configured: a reading of good practice for approval afterwards

NONE = "nothing was bought urgently"


@rule(code="DA-04", name="urgency-real", source="Procurement Act 2023 Sch. 5 paras. 13-14", severity="critical")
def urgency_real(case: Case) -> Iterator[Finding]:
    """Was the urgency unforeseeable and not the authority's own doing, with the reason why it could not wait?"""
    bought = case.of(Bought)
    if not bought:
        yield Finding(outcome="not-applicable", text=NONE)
    for recorded, event in bought:
        evidence = (recorded.index,)
        if event.attributable or event.foreseeable:
            what = "the authority's own doing" if event.attributable else "foreseeable"
            yield Finding(outcome="not-met", text=f"the urgency was {what}, as the buyer says", evidence=evidence)
        elif event.attributable is None or event.foreseeable is None:
            text = "whether the urgency was foreseeable, or the authority's own doing, is not on the record"
            yield Finding(outcome="cannot-tell", text=text, evidence=evidence)
        elif not event.why.is_open:
            text = "why it could not wait is withheld in this view"
            yield Finding(outcome="cannot-tell", text=text, evidence=evidence)
        else:
            text = (
                "the buyer says that the urgency was neither foreseeable nor its own doing, and why it could not wait"
            )
            yield Finding(outcome="met", text=text, evidence=evidence)


@rule(
    code="DA-08", name="urgent-purchase-approved", source="Good practice; Procurement Act 2023 s. 41", severity="high"
)
def urgent_purchase_approved(case: Case) -> Iterator[Finding]:
    """Did somebody who had not bought decide on the urgent purchase in the time set for it?"""
    bought = case.of(Bought)
    if not bought:
        yield Finding(outcome="not-applicable", text=NONE)
    for recorded, event in bought:
        made = london_day(event.happened_at)
        try:
            due = working_days_after(made, APPROVE_WORKING_DAYS)
        except BeyondHorizon as error:
            yield Finding(outcome="cannot-tell", text=f"calendar-horizon: {error}", evidence=(recorded.index,))
            continue
        window = f"{APPROVE_WORKING_DAYS} working days (configured)"
        decided = case.last(Decided)
        if decided is None:
            late = london_day(case.as_of) > due
            text = f"bought on {made}; {'nobody decided on it by' if late else 'to be decided on by'} {due}, {window} later"
            if late:
                yield Finding(outcome="not-met", text=text, evidence=(recorded.index,), due_on=due.isoformat())
            else:
                yield Finding(outcome="not-applicable", text=text, evidence=(recorded.index,), due_on=due.isoformat())
            continue
        entry, decision = decided
        given, evidence = london_day(decision.happened_at), (recorded.index, entry.index)
        if set(recorded.signers) & set(entry.signers):
            yield Finding(outcome="not-met", text="whoever bought decided on it themselves", evidence=evidence)
        elif given > due:
            text = f"bought on {made}, decided on {given}; the time for it, {window}, ended on {due}"
            yield Finding(outcome="concern", text=text, evidence=evidence)
        elif decision.outcome == "refused":
            text = f"bought on {made}, and not approved on {given}"
            yield Finding(outcome="not-met", text=text, evidence=evidence)
        else:
            yield Finding(outcome="met", text=f"bought on {made}, approved on {given}", evidence=evidence)
