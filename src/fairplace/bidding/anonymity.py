"""Marking without names: decided before the bids are opened, and said when a name was seen all the same.

- Who knows which bid is whose is stated in what is signed, and is what the register holds to.
- Names come back for everybody on the panel once marks are agreed, for which every sheet is in.
"""

from __future__ import annotations

from fairplace import procedure
from fairplace.bidding.commands import DecideAnonymity, RecordNameSeen
from fairplace.bidding.events import AnonymityDecided, NameSeen
from fairplace.decision import Actor, Decision, History
from fairplace.ledger.disclosure import sealed
from fairplace.people.roles import KNOW_NAMES
from fairplace.procedure import listed, maybe_words, refuse, second_for
from fairplace.procurement.footing import footing, still_open
from fairplace.terms import Instant


def decide_anonymity(command: DecideAnonymity, history: History, *, at: Instant) -> Decision:
    state, objections = footing(command, history)
    still_open(state, objections)
    if state.anonymity is not None:
        refuse("decided-already", "it is decided already that bids are marked without names; nothing more is needed")
    if state.opened and not command.is_report:
        objections.add(
            "opened-already", "the bids are opened, so names may be known already; it is too late to leave them out", final=True
        )  # fmt: skip
    arrangements = maybe_words(command.arrangements, "who takes the names out, and how")
    stamp = procedure.step(command, history, at, objections)
    known_to = sorted(KNOW_NAMES)
    return Decision(
        event=AnonymityDecided(**stamp, known_to=known_to, arrangements=sealed("standstill", arrangements)),
        statement="Decide that bids are marked without names: until marks are agreed, whoever marks sees letters. Which bid"
        f" is whose is known to {listed(known_to)}.",
        unless=frozenset({"procurement.bids-opened/1", "evaluation.anonymity-decided/1"}),
        second=second_for(stamp["override"]),
    )


def record_name_seen(command: RecordNameSeen, history: History, *, at: Instant, by: Actor) -> Decision:
    """That somebody who marks learned whose a bid is: never refused for procedure, for it is bad news."""
    state, _ = footing(command, history)
    if state.anonymity is None:
        refuse("not-anonymous", "bids are not marked without names in this case; nothing was to stay unknown")
    person = by.key if command.person is None else procedure.key_name(command.person, "who learned it")
    if command.bid is not None and state.places.get(command.bid) is None:
        refuse("unknown-bid", f"no bid has the place {command.bid[:20]!r}; name one that has, or leave it open")
    note = maybe_words(command.note, "the note")
    who = "you" if person == by.key else person
    return Decision(
        event=NameSeen(
            **procedure.aside(command, history, at),
            person=person,
            how=command.how,
            bid=sealed("standstill", command.bid),
            note=sealed("personal", note),
        ),
        statement=f"Record that {who} learned whose bid one is, though bids are marked without names.",
        stream="new",
    )
