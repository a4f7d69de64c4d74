"""From decision to contract: claims that hold it back, and the signature itself."""

from __future__ import annotations

from fairplace import procedure
from fairplace.decision import Decision, History
from fairplace.ledger.disclosure import sealed
from fairplace.procedure import Objections, listed, refuse, second_for
from fairplace.procurement.calling_off import object_to_parent
from fairplace.procurement.commands import Contracting, EndSuspension, EnterContract, NotifyClaim
from fairplace.procurement.events import ClaimNotified, ContractEntered, SuspensionEnded
from fairplace.procurement.footing import bid_of, footing
from fairplace.procurement.standstill import is_suspended, last_day, needs_award_notice
from fairplace.procurement.state import State
from fairplace.terms import Day, Instant, Provider, day, london_day


def decide(command: Contracting, history: History, *, at: Instant) -> Decision:
    match command:
        case NotifyClaim():
            return _notify(command, history, at)
        case EndSuspension():
            return _end(command, history, at)
        case EnterContract():
            return _enter(command, history, at)


def _notify(command: NotifyClaim, history: History, at: Instant) -> Decision:
    _state, objections = footing(command, history)
    issued, notified = (
        procedure.a_day(command.issued_on, "issued_on"),
        procedure.a_day(command.notified_on, "notified_on"),
    )
    if not issued <= notified <= london_day(at):
        refuse(
            "claim-days",
            f"a claim issued on {issued} and notified on {notified} came on {london_day(at)}; it is issued first, then"
            " notified, and neither lies ahead",
        )
    claimant = None if command.claimant is None else procedure.provider(command.claimant)
    stamp = procedure.step(command, history, at, objections)
    return Decision(
        event=ClaimNotified(
            **stamp,
            issued_on=command.issued_on,
            notified_on=command.notified_on,
            claimant=sealed("personal", claimant),
        ),
        statement=f"Record that a claim issued on {issued} was notified on {notified}; the claimant stays sealed.",
        second=second_for(stamp["override"]),
    )


def _end(command: EndSuspension, history: History, at: Instant) -> Decision:
    state, objections = footing(command, history)
    if not state.claims:
        refuse("no-claim", "no claim stands in the case, so no suspension can end; record the claim first")
    stamp = procedure.step(command, history, at, objections)
    return Decision(
        event=SuspensionEnded(**stamp, how=command.how),
        statement=f"Record that the suspension ended: {command.how}.",
        second=second_for(stamp["override"]),
    )


def _enter(command: EnterContract, history: History, at: Instant) -> Decision:
    state, objections = footing(command, history)
    today = day(london_day(at))
    entered = command.entered_on or day(london_day(procedure.happened_at(command, at)))
    procedure.a_day(entered, "entered_on")
    if entered > today or (entered != today and not command.is_report):
        refuse(
            "entered-on",
            f"a contract entered on {entered} came on {today}; an act is signed today, an earlier one is reported",
        )
    if state.contract:
        refuse("contract-entered", "the contract is on record already")
    if state.ended:
        objections.add("case-ended", "the case ended without award; begin a new case")
    providers = _parties(command, state)
    _object_to_parties(state, {one.id for one in providers}, objections)
    _object_to_day(state, entered, objections)
    object_to_parent(state, providers, entered, objections)
    stamp = procedure.step(command, history, at, objections)
    value = procedure.pence(command.value, "the contract's value")
    return Decision(
        event=ContractEntered(
            **stamp,
            entered_on=entered,
            providers=sealed("commercial", providers),
            value=sealed("commercial", value),
            document=sealed("commercial", command.document),
        ),
        statement=f"Enter the contract with {listed([one.name for one in providers])} for {procedure.pounds(value)}"
        f" on {entered}.",
        second=second_for(stamp["override"]),
    )


def _parties(command: EnterContract, state: State) -> list[Provider]:
    if command.providers is None:
        found = [bid.provider for bid in state.bids.values() if bid.place in state.awards]
    else:
        found = [
            bid_of(state, one).provider if isinstance(one, str) else procedure.provider(one)
            for one in command.providers
        ]
    if not found:
        refuse("no-provider", "nobody is awarded the contract, and no provider came; name with whom it was signed")
    return found


def _object_to_parties(state: State, providers: set[str], objections: Objections) -> None:
    awarded = {name for name, bid in state.bids.items() if bid.place in state.awards}
    if state.awarded_at < 0:
        objections.add("not-awarded", "no award is decided; award, publish the UK6, then sign")
    elif providers != awarded:
        objections.add(
            "not-awarded",
            f"the contract was to be with {listed(sorted(providers))}; it is awarded to {listed(sorted(awarded))}",
        )


def _object_to_day(state: State, entered: Day, objections: Objections) -> None:
    if needs_award_notice(state) and state.award_notice is None:
        objections.add(
            "no-award-notice", "no contract award notice (UK6) is published; publish it before signing (Act, s. 50)"
        )
    last = last_day(state)
    if last is not None and entered <= last:
        objections.add(
            "standstill", f"the standstill lasts until the end of {last}; the contract may be signed from the day after"
        )
    if is_suspended(state):
        objections.add(
            "suspended",
            "a claim notified in the standstill suspends the award (Act, s. 101); wait for the court to lift it",
        )
