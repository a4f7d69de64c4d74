"""After the signature: the contract is changed, and comes to its end.

- Nothing is changed or ended that is not on record; a report of it passes, and the rules find what was wrong.
- A change that the Act does not permit, or that has no notice though one is due, is decided in spite of it by two.
- What a change makes of the value is the record's to say: the value before is the contract's, with its earlier changes.
"""

from __future__ import annotations

from datetime import date

from fairplace import procedure
from fairplace.decision import Decision, History
from fairplace.ledger.disclosure import sealed
from fairplace.procedure import Objections, listed, pounds, refuse, second_for, words
from fairplace.procurement.commands import ChangeContract, EndContract
from fairplace.procurement.events import ChangeNotice, ContractChanged, ContractEnded, EndedCause, EndedHow
from fairplace.procurement.footing import bid_of, footing
from fairplace.procurement.permitted import Change, has_notice, notice_for, why_not
from fairplace.procurement.state import State
from fairplace.terms import Instant, Pence, Provider, as_date, london_day

MOST_DAYS = 36_525
"""A hundred years: no term grows or shrinks by more."""

NOTICE: dict[ChangeNotice, str] = {
    "due": "a contract change notice (UK10) is due before",
    "advised": "the Act can be read so that a contract change notice (UK10) is due before",
    "not-due": "no contract change notice is due",
    "unknown": "whether a contract change notice is due cannot be told from the record",
}


def change(command: ChangeContract, history: History, *, at: Instant) -> Decision:
    state, objections = footing(command, history)
    today = london_day(at)
    begins = procedure.a_day(command.changed_on, "changed_on")
    if begins < today and not command.is_report:
        refuse(
            "changed-on",
            f"a change from {begins} on came on {today}; an act changes the contract from today or a later day on, and"
            " what was changed before is reported",
        )
    _object_to_contract(state, objections)
    _after_signature(state, begins, "changed")
    if not -MOST_DAYS <= command.term_days <= MOST_DAYS:
        refuse("term", f"{command.term_days} days came; a term grows or shrinks by {MOST_DAYS} days at most")
    before = _before(command, state)
    after = before if command.value_after is None else procedure.pence(command.value_after, "the value after")
    providers = _parties(command, state)
    _really_changes(command, state, before, after, providers)
    made = Change(
        kind=command.kind,
        ground=command.ground,
        term_days=command.term_days,
        scope_changed=command.scope_changed,
        favours_supplier=command.favours_supplier,
        before=before,
        after=after,
    )
    notice = notice_for(state.planned, made)
    if (found := why_not(state.planned, made)) is not None:
        objections.add(*found)
    if notice == "due" and begins <= today and not has_notice(history, command.changed_on):
        objections.add(
            "no-change-notice",
            f"a contract change notice (UK10) must be published before the change (Act, s. 75), and the change is to hold"
            f" from {begins} on; let it begin later, and publish the notice first",
        )
    stamp = procedure.step(command, history, at, objections)
    values = f": from {pounds(before)} to {pounds(after)}" if before is not None and after is not None else ""
    whom = f", with {listed([one.name for one in providers])}" if command.kind == "supplier" else ""
    return Decision(
        event=ContractChanged(
            **stamp,
            changed_on=command.changed_on,
            kind=command.kind,
            ground=command.ground,
            term_days=command.term_days,
            scope_changed=command.scope_changed,
            favours_supplier=command.favours_supplier,
            change_notice=notice,
            reason=sealed("standstill", words(command.reason, "the reason for the change")),
            value_before=sealed("commercial", before),
            value_after=sealed("commercial", after),
            providers=sealed("commercial", providers),
            document=sealed("commercial", command.document),
        ),
        statement=f"Change the contract from {begins} on ({command.kind}){whom}{values}; {NOTICE[notice]}.",
        second=second_for(stamp["override"]),
    )


def end(command: EndContract, history: History, *, at: Instant) -> Decision:
    state, objections = footing(command, history)
    today = london_day(at)
    ended = procedure.a_day(command.ended_on, "ended_on")
    if ended > today:
        refuse("ended-on", f"an end on {ended} came on {today}; a contract's end is recorded when it has come")
    if state.contract is not None and state.contract.ended_on is not None:
        refuse("contract-ended", f"the contract's end on {state.contract.ended_on} is on record already")
    _object_to_contract(state, objections)
    _after_signature(state, ended, "ended")
    if (wanted := _CAUSES.get(command.how)) is not None and command.cause != wanted:
        refuse(
            "how-and-cause",
            f"a contract that ended by {command.how.replace('-', ' ')} came with the cause {command.cause}; its cause is"
            f" {wanted}",
        )
    if command.cause in _CAUSES.values() and command.cause != wanted:
        refuse(
            "how-and-cause",
            f"the cause {command.cause} came with {command.how.replace('-', ' ')}; say how the contract ended, or choose"
            " another cause",
        )
    stamp = procedure.step(command, history, at, objections)
    return Decision(
        event=ContractEnded(
            **stamp,
            ended_on=command.ended_on,
            how=command.how,
            cause=command.cause,
            reason=sealed("standstill", words(command.reason, "the reason for the end")),
        ),
        statement=f"Record that the contract ended on {ended} by {command.how.replace('-', ' ')}"
        f" ({command.cause.replace('-', ' ')}).",
        second=second_for(stamp["override"]),
    )


_CAUSES: dict[EndedHow, EndedCause] = {"expiry": "term-over", "set-aside": "court-order"}
"""Ways to end that have one cause."""


def _object_to_contract(state: State, objections: Objections) -> None:
    if state.contract is None:
        objections.add(
            "no-contract",
            "no contract is on record that could be changed or end; record its signature first",
            final=True,
        )
    elif state.contract.ended_on is not None:
        objections.add(
            "contract-ended",
            f"the contract ended on {state.contract.ended_on}; nothing of it changes any more",
            final=True,
        )


def _after_signature(state: State, on: date, what: str) -> None:
    if state.contract is not None and on < as_date(state.contract.entered_on):
        refuse(
            "before-signature",
            f"a contract {what} on {on} came; it was signed on {state.contract.entered_on}: give that day or a later one",
        )


def _before(command: ChangeContract, state: State) -> Pence | None:
    came = None if command.value_before is None else procedure.pence(command.value_before, "the value before")
    known = state.contract.value if state.contract is not None else None
    if known is not None and came is not None and came != known:
        refuse(
            "value-before",
            f"{pounds(came)} came as the value before; the contract stands at {pounds(known)}: leave the value out",
        )
    return came if known is None else known


def _parties(command: ChangeContract, state: State) -> list[Provider]:
    if command.providers is None:
        return list(state.contract.providers) if state.contract is not None else []
    return [
        bid_of(state, one).provider if isinstance(one, str) else procedure.provider(one) for one in command.providers
    ]


def _really_changes(
    command: ChangeContract, state: State, before: Pence | None, after: Pence | None, providers: list[Provider]
) -> None:
    if command.kind == "price" and before == after:
        refuse("no-change", "a change of price came without another value; give the value after")
    if command.kind == "supplier":
        had = {one.id for one in state.contract.providers} if state.contract is not None else set[str]()
        if not providers or {one.id for one in providers} == had:
            refuse("no-change", "a change of supplier came without another supplier; name who it is with from then on")
