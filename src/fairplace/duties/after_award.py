"""What has to be done once the award is decided: tell, stand still, sign, publish."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from fairplace.duties.clocks import CLAIM_DAYS, standstill
from fairplace.duties.duty import Duty, Past
from fairplace.formats import named_day
from fairplace.procurement.events import (
    ContractChanged,
    ContractEnded,
    ContractEntered,
    NoticePublished,
    Planned,
    SummariesSent,
)
from fairplace.procurement.permitted import covered_in
from fairplace.procurement.standstill import is_mandatory, is_suspended, needs_award_notice, summaries_due
from fairplace.terms import as_date, day, london_day
from fairplace.working_days import BeyondHorizon, period_days

_DAY = timedelta(days=1)


def after_award(past: Past) -> Iterator[Duty]:
    """The award is decided, and no contract signed."""
    state, history = past.state, past.history
    told = any(recorded.index > state.reopened_at for recorded, _ in history.of(SummariesSent))
    untold = summaries_due(state.planned) and not told
    if untold:
        yield past.duty("summaries", "Send the assessment summaries", ["officer"], rule="RR-01",
                        says="To every assessed bidder, before the award notice.")  # fmt: skip
    if needs_award_notice(state) and state.award_notice is None:
        blocked = "waits for the assessment summaries" if untold else ""
        yield past.duty("notice", "Publish the contract award notice", ["officer"], rule="TR-04",
                        says="Before the contract is signed; it begins the standstill.",
                        state="waits" if blocked else "now", blocked=blocked)  # fmt: skip
        return
    yield from _to_sign(past)
    yield from _claims(past)


def _to_sign(past: Past) -> Iterator[Duty]:
    state, title, who = past.state, "Sign the contract", ["approver"]
    try:
        runs = standstill(state, past.today)
    except BeyondHorizon as error:
        yield past.duty("contract", title, who, state="waits", blocked=f"waits: {error}")
        return
    if is_suspended(state):
        yield past.duty("contract", title, who, state="waits", rule="RM-02",
                        blocked="waits for the court: a claim suspends the award")  # fmt: skip
        yield past.duty("suspension", "Record the end of the suspension", ["monitoring"], state="runs", rule="RM-02",
                        says="Once the court lifts it, or the claim ends.")  # fmt: skip
        return
    rule = "AD-02" if is_mandatory(state) else "AD-03"
    if runs is None:
        yield past.duty("contract", title, who, rule=rule, says="No standstill was given.")
    elif past.today <= runs[0]:
        opens = day(runs[0] + _DAY)
        yield past.duty(
            "contract",
            title,
            who,
            state="waits",
            rule=rule,
            says=runs[1],
            opens=opens,
            blocked="waits for the standstill",
        )
    else:
        yield past.duty("contract", title, who, rule=rule, says=runs[1])


def _claims(past: Past) -> Iterator[Duty]:
    """The time in which the award can be challenged in court, from the day on which bidders were told."""
    since = past.state.reopened_at
    told = [recorded.event.happened_at for recorded, _ in past.history.of(SummariesSent) if recorded.index > since]
    told += [
        event.happened_at
        for recorded, event in past.history.of(NoticePublished)
        if event.notice == "UK6" and recorded.index > since
    ]
    if not told:
        return
    last = period_days(london_day(min(told)), CLAIM_DAYS)
    if past.today <= last:
        yield past.duty("", "A claim can be brought", ["officer", "monitoring", "approver"], state="runs", due=day(last), rule="RM-01",
                        says=f"Until {named_day(last, past.today)}: {CLAIM_DAYS} days beginning with the day on which bidders were told.")  # fmt: skip


def after_contract(past: Past) -> Iterator[Duty]:
    """The contract is signed: its details are published in time."""
    history = past.history
    planned = history.last(Planned)
    signed, contract = history.of(ContractEntered)[-1]
    published = any(event.notice == "UK7" for _, event in history.of(NoticePublished))
    if not published and planned is not None and planned[1].regime == "PA23":
        due = past.due("TR-05", signed.index)
        yield past.duty("notice", "Publish the contract details notice", ["officer"], due=due, rule="TR-05",
                        says=f"The contract was signed on {named_day(contract.entered_on, past.today)}.")  # fmt: skip
    yield from _changes(past)
    yield from _end(past)
    yield from _claims(past)


def _changes(past: Past) -> Iterator[Duty]:
    """Changes of the contract that wait for their notice."""
    changes = {recorded.index: event for recorded, event in past.history.of(ContractChanged)}
    for index, notice in covered_in(past.history).items():
        if notice is not None:
            continue
        change = changes[index]
        why = "" if change.change_notice == "due" else " The Act can be read so that none is due."
        yield past.duty("notice", f"Publish the notice of the contract change of {named_day(change.changed_on, past.today)}", ["officer"],
                        due=day(as_date(change.changed_on) - _DAY), rule="MO-02",
                        says=f"A UK10, before the change: it holds from {named_day(change.changed_on, past.today)}.{why}")  # fmt: skip


def _end(past: Past) -> Iterator[Duty]:
    """A contract that ended is noticed, whatever ended it."""
    ended = past.history.last(ContractEnded)
    planned = past.history.last(Planned)
    if ended is None or planned is None or planned[1].regime != "PA23":
        return
    if not any(event.notice == "UK11" for _, event in past.history.of(NoticePublished)):
        yield past.duty("notice", "Publish the contract termination notice", ["officer"], due=past.due("TR-08", ended[0].index), rule="TR-08",
                        says=f"The contract ended on {named_day(ended[1].ended_on, past.today)}.")  # fmt: skip


def after_end(past: Past) -> Iterator[Duty]:
    """A procedure that was advertised and ended without an award is noticed (Act, s. 55)."""
    planned = past.state.planned
    if planned is None or planned.regime != "PA23" or past.state.tender is None:
        return
    if not any(event.notice == "UK12" for _, event in past.history.of(NoticePublished)):
        yield past.duty("notice", "Publish the procurement termination notice", ["officer"],
                        says="A UK12, as soon as reasonably practicable after the decision to end it.")  # fmt: skip
