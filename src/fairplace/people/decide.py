"""Interests: everybody who acts declares their own, and somebody else decides what follows. And what one signed oneself."""

from __future__ import annotations

from fairplace import procedure
from fairplace.decision import Actor, Decision, History
from fairplace.ledger.disclosure import sealed
from fairplace.people import roles
from fairplace.people.commands import AnyCommand, DecideInterest, DeclareInterests, ReaffirmSignatures
from fairplace.people.events import Interest, InterestDecided, InterestsDeclared, Reaffirmed
from fairplace.procedure import Objections
from fairplace.procurement.events import BidsOpened
from fairplace.terms import Instant

_OUTCOMES = {
    "none": "nothing further is needed",
    "monitor": "they go on and are watched",
    "recuse": "they stay out of this case",
    "exclude-supplier": "the supplier is excluded",
}


def decide(command: AnyCommand, history: History, *, at: Instant, by: Actor, chance: bytes = b"") -> Decision:
    """The one event that the command gives, or a refusal."""
    roles.require(by, command.gives, report=command.is_report)
    match command:
        case DeclareInterests():
            return _declare(command, history, at, by)
        case DecideInterest():
            return _decide(command, history, at, by)
        case ReaffirmSignatures():
            return _reaffirm(command, history, at, by)


def _declare(command: DeclareInterests, history: History, at: Instant, by: Actor) -> Decision:
    procedure.Objections(command, overridable=False).weigh()
    interests = [
        Interest(
            kind=interest.kind,
            provider=procedure.provider(interest.provider),
            note=procedure.words(interest.note, "the note on an interest"),
        )
        for interest in command.interests
    ]
    known = command.bidders_known
    earlier = [recorded.stream for recorded, _ in history.of(InterestsDeclared) if recorded.actor == by.key]
    says = (
        f"the interests in {procedure.listed([one.provider.name for one in interests])}" if interests else "no interest"
    )
    return Decision(
        event=InterestsDeclared(
            **procedure.aside(command, history, at),
            acting_as=command.acting_as,
            bidders_known=history.last(BidsOpened) is not None if known is None else known,
            interests=sealed("personal", interests),
        ),
        statement=f"Declare, acting as {command.acting_as}, {says}; the list stays sealed.",
        stream=earlier[0] if earlier else "new",
    )


def _decide(command: DecideInterest, history: History, at: Instant, by: Actor) -> Decision:
    person = procedure.key_name(command.person, "the person")
    reason = procedure.words(command.reason, "the reason for the decision on an interest")
    procedure.head_of(history)
    objections = Objections(command)
    if person == by.key:
        objections.add(
            "own-interest",
            f"{person} would decide on their own interest; somebody else with the role approver or monitoring must",
        )
    stamp = procedure.step(command, history, at, objections)
    return Decision(
        event=InterestDecided(**stamp, person=person, outcome=command.outcome, reason=sealed("personal", reason)),
        statement=f"Decide on the interests of {person}: {_OUTCOMES[command.outcome]}.",
        second=procedure.second_for(stamp["override"]),
    )


def _reaffirm(command: ReaffirmSignatures, history: History, at: Instant, by: Actor) -> Decision:
    procedure.head_of(history)
    if command.is_report:
        procedure.refuse("report", "nobody reports that another stands by a signature; leave 'evidence' out")
    Objections(command, overridable=False).weigh()
    entries = sorted(set(command.entries))
    if not entries:
        procedure.refuse("no-entries", "no entries came; name those that you stand by in 'entries'")
    known = {recorded.index: recorded for recorded in history.events}
    for index in entries:
        if index not in known:
            procedure.refuse("unknown-entry", f"entry {index} is not in this case; name entries that are")
        contested = known[index].contested
        if contested is None or by.key not in contested.by:
            procedure.refuse("not-contested", f"entry {index} has no contested signature of {by.key}; leave it out")
        if by.key in contested.again:
            procedure.refuse(
                "reaffirmed-already",
                f"{by.key} stood by entry {index} at entry {contested.again[by.key]}; leave it out",
            )
    return Decision(
        event=Reaffirmed(**procedure.event(command, history, at), entries=entries),
        statement=f"Stand by my signature on {'entry' if len(entries) == 1 else 'entries'}"
        f" {procedure.listed([str(index) for index in entries])}.",
    )
