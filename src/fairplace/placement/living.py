"""How a placement goes on: plan, reviews, outcomes, unregistered use, assurance, and its end."""

from __future__ import annotations

from datetime import timedelta

from fairplace import procedure
from fairplace.decision import Command, Decision, History
from fairplace.event import Aside
from fairplace.placement.commands import (
    EndPlacement,
    MeasureOutcome,
    RecordAssurance,
    RecordUnregisteredUse,
    ReviewPlacement,
    ReviewUnregisteredUse,
    SignPlan,
)
from fairplace.placement.events import (
    AssuranceRecorded,
    OutcomeMeasured,
    PlacementEnded,
    PlacementReviewed,
    PlanSigned,
    UnregisteredUseRecorded,
    UnregisteredUseReviewed,
)
from fairplace.procedure import Objections, listed, refuse, words
from fairplace.referral import codes
from fairplace.referral.footing import event_day, footing
from fairplace.referral.state import Search
from fairplace.tags import agg, party, seal
from fairplace.terms import Day, Instant

REVIEW_WITHIN = timedelta(days=7)
"""Unregistered use is looked at again within a week."""

MOST_HOURS = 24 * 7 * 4
MOST_RATIO = 1000


def decide(
    command: SignPlan | ReviewPlacement | MeasureOutcome | RecordAssurance | EndPlacement, history: History, at: Instant
) -> Decision:
    search, objections = footing(command, history, overridable=False)
    match command:
        case SignPlan():
            return _plan(command, search, objections, at)
        case ReviewPlacement():
            return _review(command, search, objections, at)
        case MeasureOutcome():
            return _measure(command, search, objections, at)
        case RecordAssurance():
            return _assurance(command, search, objections, at)
        case EndPlacement():
            return _end(command, search, objections, at)


def _past_day(value: Day, what: str, command: Command, at: Instant) -> Day:
    procedure.a_day(value, what)
    if value > event_day(command, at):
        refuse("future", f"{what} {value} came, which is still to come; record it when it has happened")
    return value


def _has_started(search: Search) -> None:
    if search.started is None:
        refuse("not-started", "the child has not moved in by this record; record the start first")


def _done(search: Search, event: Aside, statement: str) -> Decision:
    return Decision(event=event, statement=statement, stream=search.placement_stream)


def _plan(command: SignPlan, search: Search, objections: Objections, at: Instant) -> Decision:
    _past_day(command.signed_on, "signed_on", command, at)
    if search.choice is None:
        objections.add("not-chosen", "no home is chosen yet; the plan is for the home that was chosen")
    objections.weigh()
    return _done(
        search,
        PlanSigned(**procedure.aside(command, search.history, at), signed_on=party(command.signed_on)),
        f"Record that the placement plan was signed on {command.signed_on}.",
    )


def _review(command: ReviewPlacement, search: Search, objections: Objections, at: Instant) -> Decision:
    _has_started(search)
    _past_day(command.reviewed_on, "reviewed_on", command, at)
    for ratio in (command.ratio_day, command.ratio_night):
        if ratio is not None and not 0 <= ratio <= MOST_RATIO:
            refuse("ratio", f"a ratio of {ratio} came; expected adults to a child in hundredths, 200 for 2:1")
    if (command.added_hours is None) != (command.hour_rate is None):
        refuse("hours", "added hours came without their rate, or the rate alone; give both, or neither")
    if command.added_hours is not None and not 0 <= command.added_hours <= MOST_HOURS:
        refuse("hours", f"{command.added_hours} added hours a week came; expected 0 to {MOST_HOURS}")
    if command.hour_rate is not None:
        procedure.pence(command.hour_rate, "the rate of an hour")
    objections.weigh()
    return _done(
        search,
        PlacementReviewed(
            **procedure.aside(command, search.history, at),
            reviewed_on=party(command.reviewed_on),
            need_met=agg(command.need_met),
            ratio_day=party(command.ratio_day),
            ratio_night=party(command.ratio_night),
            added_hours=party(command.added_hours),
            hour_rate=party(command.hour_rate),
            words=seal(words(command.words, "how it goes")),
        ),
        f"Record the review of {command.reviewed_on}: the need is met: {command.need_met}.",
    )


def _measure(command: MeasureOutcome, search: Search, objections: Objections, at: Instant) -> Decision:
    agreed = search.agreed.outcomes.get(None) if search.agreed else None
    if agreed is None:
        refuse("not-agreed", "no outcomes are agreed in the case; agree the placement first")
    found = next((one for one in agreed if one.id == command.outcome), None)
    if found is None:
        refuse(
            "unknown-outcome",
            f"{command.outcome[:64]!r} is no agreed outcome; name one of {listed([one.id for one in agreed])}",
        )
    objections.weigh()
    return _done(
        search,
        OutcomeMeasured(
            **procedure.aside(command, search.history, at),
            outcome=found.id,
            frame=agg(found.frame),
            attained=agg(command.attained),
            actual=seal(words(command.actual, "what was found")),
        ),
        f"Record that the outcome {found.id} is attained: {command.attained}.",
    )


def _assurance(command: RecordAssurance, search: Search, objections: Objections, at: Instant) -> Decision:
    _has_started(search)
    if command.follow_up_due_on is not None:
        procedure.a_day(command.follow_up_due_on, "follow_up_due_on")
    objections.weigh()
    return _done(
        search,
        AssuranceRecorded(
            **procedure.aside(command, search.history, at),
            kind=command.kind,
            follow_up_due_on=party(command.follow_up_due_on),
            words=seal(words(command.words, "what was seen")),
        ),
        f"Record what was seen of the home ({command.kind.replace('_', ' ')}).",
    )


def _end(command: EndPlacement, search: Search, objections: Objections, at: Instant) -> Decision:
    _has_started(search)
    if search.left is not None:
        refuse("ended", "the end of the placement is on record already")
    ending = command.ending
    _past_day(ending.ended_on, "ended_on", command, at)
    began = search.started.began.get(None) if search.started else None
    if began is not None and ending.ended_on < began.started_on:
        refuse("days", f"an end on {ending.ended_on} came, and it began on {began.started_on}; correct the day")
    codes.check("placement_change", command.reason, ending.ended_on)
    codes.check("episode_end", ending.rec, ending.ended_on)
    if ending.notice_given_on is not None:
        procedure.a_day(ending.notice_given_on, "notice_given_on")
    if not ending.reviewed_first and not ending.immediate_risk and command.reason == "LAREQ":
        objections.add(
            "no-review",
            "the authority ends a placement only after a review, but for an immediate risk (reg. 14); hold it first",
        )
    objections.weigh()
    return Decision(
        event=PlacementEnded(
            **procedure.aside(command, search.history, at),
            reason=agg(command.reason),
            planned=agg(command.planned),
            ending=seal(ending),
        ),
        statement=f"Record that the child left on {ending.ended_on} ({codes.label('placement_change', command.reason)}).",
        stream=search.placement_stream,
        unless=frozenset({"placement.ended/1"}),
    )


# Where a registered home was not to be had


def unregistered(command: RecordUnregisteredUse | ReviewUnregisteredUse, history: History, at: Instant) -> Decision:
    search, objections = footing(command, history, overridable=False)
    match command:
        case RecordUnregisteredUse():
            return _record_use(command, search, objections, at)
        case ReviewUnregisteredUse():
            return _review_use(command, search, objections, at)


def _object_to_late_review(last: Day, due: Day, objections: Objections) -> None:
    since = procedure.a_day(due, "the day of the next review") - procedure.a_day(last, "the day before")
    if since > REVIEW_WITHIN:
        objections.add(
            "review-late", f"the next review on {due} came, and the last day was {last}; it is within 7 days"
        )
    if since < timedelta(0):
        refuse("days", f"the next review on {due} would be before {last}; correct the day")


def _record_use(command: RecordUnregisteredUse, search: Search, objections: Objections, at: Instant) -> Decision:
    use = command.use
    _past_day(use.began_on, "began_on", command, at)
    procedure.pence(use.weekly_cost, "the weekly cost")
    _object_to_late_review(use.began_on, use.review_due_on, objections)
    objections.weigh()
    return _done(
        search,
        UnregisteredUseRecorded(
            **procedure.aside(command, search.history, at),
            reason=agg(command.reason),
            approved_by=command.approved_by,
            use=party(use),
        ),
        f"Record that a place is used from {use.began_on} that must be registered and is not.",
    )


def _review_use(command: ReviewUnregisteredUse, search: Search, objections: Objections, at: Instant) -> Decision:
    if search.history.last(UnregisteredUseRecorded) is None:
        refuse("no-use", "no unregistered use is on record in the case; record it first")
    _past_day(command.reviewed_on, "reviewed_on", command, at)
    if command.goes_on != (command.next_on is not None):
        refuse("next-review", "use that goes on has a day of the next review, and use that ended has none; correct it")
    if command.next_on is not None:
        _object_to_late_review(command.reviewed_on, command.next_on, objections)
    objections.weigh()
    return _done(
        search,
        UnregisteredUseReviewed(
            **procedure.aside(command, search.history, at),
            reviewed_on=party(command.reviewed_on),
            goes_on=command.goes_on,
            next_on=party(command.next_on),
        ),
        f"Record that unregistered use {'goes on' if command.goes_on else 'ended'}.",
    )
