"""An urgent purchase, and what somebody else says of it."""

from __future__ import annotations

from fairplace import procedure
from fairplace.decision import Actor, Decision, History
from fairplace.ledger.disclosure import sealed
from fairplace.people import roles
from fairplace.procedure import Objections, pounds, refuse, words
from fairplace.terms import Instant
from fairplace.urgent.commands import AnyCommand, BuyUrgently, DecideUrgency
from fairplace.urgent.events import Bought, Decided


def decide(command: AnyCommand, history: History, *, at: Instant, by: Actor, chance: bytes = b"") -> Decision:
    """The one event that the command gives, or a refusal."""
    roles.require(by, command.gives, report=command.is_report)
    match command:
        case BuyUrgently():
            return _buy(command, history, at)
        case DecideUrgency():
            return _decide(command, history, at, by)


def _buy(command: BuyUrgently, history: History, at: Instant) -> Decision:
    procedure.a_case(history.case, "the case's id")
    if history.events:
        refuse(
            "case-exists",
            f"the case {history.case} exists already; leave 'case' out: an urgent purchase begins its own",
        )
    procedure.Objections(command, overridable=False).weigh()
    procedure.a_day(command.from_on, "the day from which it is bought")
    provider, price = procedure.provider(command.provider), procedure.pence(command.price, "the price")
    return Decision(
        event=Bought(
            **procedure.event(command, history, at),
            from_on=command.from_on,
            concerns_one_person=command.concerns_one_person,
            attributable=command.attributable,
            foreseeable=command.foreseeable,
            need=sealed("child", words(command.need, "the need")),
            provider=sealed("commercial", provider),
            price=sealed("commercial", price),
            why=sealed("child", words(command.why, "why it could not wait")),
        ),
        statement=f"Record that you bought from {provider.name} for {pounds(price)} from {command.from_on}, because it could"
        " not wait; somebody else approves it afterwards.",
    )


def _decide(command: DecideUrgency, history: History, at: Instant, by: Actor) -> Decision:
    bought = history.last(Bought)
    if bought is None:
        refuse("no-purchase", "nothing was bought urgently in this case; name the case of the purchase")
    objections = Objections(command, overridable=False)
    if by.key in bought[0].signers:
        objections.add(
            "own-purchase", f"{by.key} made this purchase; somebody else with the role approver or monitoring decides"
        )
    if history.last(Decided) is not None:
        objections.add("decided-already", "the purchase was decided on already; the decision stands")
    objections.weigh()
    reason = words(command.reason, "the reason for the decision")
    said = "Approve" if command.outcome == "approved" else "Refuse to approve"
    return Decision(
        event=Decided(
            **procedure.event(command, history, at), outcome=command.outcome, reason=sealed("standstill", reason)
        ),
        statement=f"{said} the urgent purchase.",
        unless=frozenset({"urgent.decided/1"}),
    )
