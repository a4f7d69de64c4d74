"""Who is told: the other authority, those who were not chosen, the young person; and how a search ends without a home."""

from __future__ import annotations

from fairplace import home_words, procedure
from fairplace.counted import counted
from fairplace.decision import Actor, Decision, History
from fairplace.procedure import listed, maybe_words, refuse, second_for, words
from fairplace.referral import codes
from fairplace.referral.commands import (
    ConsultArea,
    EndReferral,
    GiveChildEdition,
    GiveFeedback,
    NotifyArea,
    SendReasons,
    Telling,
)
from fairplace.referral.events import (
    AreaConsulted,
    AreaNotified,
    ChildEditionGiven,
    FeedbackGiven,
    ReasonsSent,
    ReferralEnded,
)
from fairplace.referral.footing import event_day, footing, goes_on, offer_of, once
from fairplace.tags import agg, party
from fairplace.terms import Instant


def decide(command: Telling, history: History, *, at: Instant, by: Actor) -> Decision:
    match command:
        case ConsultArea():
            return _consult(command, history, at)
        case NotifyArea():
            return _notify(command, history, at)
        case SendReasons():
            return _reasons(command, history, at)
        case GiveChildEdition():
            return _edition(command, history, at)
        case GiveFeedback():
            return _feedback(command, history, at, by)
        case EndReferral():
            return _end(command, history, at)


def _consult(command: ConsultArea, history: History, at: Instant) -> Decision:
    _search, objections = footing(command, history, overridable=False)
    objections.weigh()
    return Decision(
        event=AreaConsulted(
            **procedure.event(command, history, at),
            area=agg(procedure.code(command.area, "the area")),
            care_plan_given=command.care_plan_given,
        ),
        statement="Record that the authority of the area was asked"
        + (", with the care plan." if command.care_plan_given else ", without the care plan."),
    )


def _notify(command: NotifyArea, history: History, at: Instant) -> Decision:
    _search, objections = footing(command, history, overridable=False)
    objections.weigh()
    procedure.a_day(command.notified_on, "notified_on")
    if command.notified_on > event_day(command, at):
        refuse("future", f"told on {command.notified_on} came; it is recorded once they are told")
    return Decision(
        event=AreaNotified(
            **procedure.event(command, history, at),
            area=agg(procedure.code(command.area, "the area")),
            notified_on=party(command.notified_on),
            with_assessment=command.with_assessment,
        ),
        statement=f"Record that the authority of the area was told on {command.notified_on}.",
    )


def _reasons(command: SendReasons, history: History, at: Instant) -> Decision:
    search, objections = footing(command, history)
    if not command.sent:
        refuse("no-offers", "nobody was told; name those who were in 'sent'")
    once([one.offer for one in command.sent], "'sent'")
    on, happened = event_day(command, at), procedure.happened_at(command, at)
    chosen = search.chosen
    for one in command.sent:
        offer_of(search, one.offer)
        if chosen is not None and one.offer == chosen.offer:
            refuse("both", f"the offer {one.offer} was chosen; reasons go to those that were not")
        codes.check("reject_reason", one.code, on)
        procedure.an_instant(one.at, "at")
        if one.at > happened:
            refuse("future", f"sent at {one.at} came; it is recorded once it is sent")
    if search.choice is None and search.ended is None:
        objections.add(
            "not-chosen", "no home is chosen yet; reasons go out after the decision, or after the search ended"
        )
    elif search.choice is not None:
        told = search.choice.rejected.get({})
        for one in command.sent:
            if one.offer in told and told[one.offer].code != one.code:
                objections.add(
                    "other-reason",
                    f"{one.offer} was told {one.code}, and the decision says {told[one.offer].code}; tell the reason decided",
                )
    left = set(search.live) - {one.offer for one in command.sent} - search.reasons_sent
    left -= {chosen.offer} if chosen is not None else set()
    if left and (chosen is not None or search.ended is not None):
        objections.add("not-to-all", f"{listed(sorted(left))} is not told; everybody who was not chosen is told why")
    stamp = procedure.step(command, history, at, objections)
    why = "why their home was not taken" if search.ended is None else "why the search ended without a home"
    why = why if search.choice is None else "why another was chosen"
    return Decision(
        event=ReasonsSent(**stamp, sent=party(list(command.sent))),
        statement=f"Record that {counted(len(command.sent), 'provider was', 'providers were')} told {why}.",
        second=second_for(stamp["override"]),
    )


def _edition(command: GiveChildEdition, history: History, at: Instant) -> Decision:
    search, objections = footing(command, history, overridable=False)
    if search.choice is None:
        objections.add("not-chosen", "no home is chosen yet; there is no decision to give")
    objections.weigh()
    return Decision(
        event=ChildEditionGiven(**procedure.event(command, history, at), format=party(command.format)),
        statement=f"Record that the young person got the decision {home_words.EDITION[command.format]}.",
    )


def _feedback(command: GiveFeedback, history: History, at: Instant, by: Actor) -> Decision:
    search, objections = footing(command, history, overridable=False)
    is_provider = by.provider is not None and not command.is_report
    if is_provider and by.provider not in search.invited:
        objections.add(
            "not-invited", f"{by.provider} was not asked in this search; those who were give their view of it"
        )
    if not 1 <= command.mark <= 5:
        refuse("mark", f"the mark {command.mark} came; expected 1 (poor) to 5 (very good)")
    objections.weigh()
    return Decision(
        event=FeedbackGiven(
            **procedure.aside(command, history, at),
            by="provider" if is_provider else "commissioner",
            mark=party(command.mark),
            words=party(maybe_words(command.words, "the words")),
        ),
        statement=f"Say what you thought of the other side: {command.mark} of 5.",
        stream="new",
    )


def _end(command: EndReferral, history: History, at: Instant) -> Decision:
    search, objections = footing(command, history)
    goes_on(search, objections)
    if (command.how == "not_found") != (command.cause is not None):
        refuse("cause", "a search that found no home has a cause, and one that was withdrawn has none; correct 'cause'")
    if command.how == "not_found" and (running := search.running(procedure.happened_at(command, at))):
        objections.add(
            "tier-running",
            f"the time of {listed([home_words.TIER[one] for one in running])} is not over; wait, or withdraw the referral",
        )
    reason = words(command.reason, "the reason")
    stamp = procedure.step(command, history, at, objections)
    return Decision(
        event=ReferralEnded(**stamp, how=agg(command.how), cause=agg(command.cause), reason=party(reason)),
        statement=f"End the search without a home: {home_words.ENDED[command.how]}.",
        unless=frozenset({"referral.home-chosen/1"}),
        second=second_for(stamp["override"]),
    )
