"""Trade secrets: which parts of a bid its bidder marks as one, for what reason, and what the buyer says to it.

- A mark is a name for a part and a reason, never the part itself.
- Of the bid that wins, marks and answers become public with the award; of others they stay with their bidder.
"""

from __future__ import annotations

from fairplace import procedure
from fairplace.bidding.commands import MOST_PARTS, DecideSecrets, MarkSecrets
from fairplace.bidding.events import MarkedBid, RuledBid, Ruling, SecretMark, SecretsDecided, SecretsMarked
from fairplace.counted import counted
from fairplace.decision import Decision, History
from fairplace.ledger.disclosure import sealed
from fairplace.procedure import refuse, second_for, words
from fairplace.procurement.footing import bid_of, footing, still_open
from fairplace.terms import Instant, Place


def mark(command: MarkSecrets, history: History, *, at: Instant) -> Decision:
    state, objections = footing(command, history)
    still_open(state, objections)
    if not command.bids:
        refuse("no-mark", "no bid came that marks anything; name at least one, and its parts")
    found: dict[Place, list[SecretMark]] = {}
    for name, marks in sorted(command.bids.items()):
        place = bid_of(state, name).place
        if not 1 <= len(marks) <= MOST_PARTS:
            refuse(
                "marks", f"{len(marks)} parts of the bid of {name} came; name from 1 to {MOST_PARTS}, or leave it out"
            )
        cleaned = [
            SecretMark(
                part=words(one.part, f"the name of a part of the bid of {name}"),
                reason=words(one.reason, f"why “{one.part[:60]}” of the bid of {name} is a trade secret"),
            )
            for one in marks
        ]
        if len({one.part.casefold() for one in cleaned}) < len(cleaned):
            refuse("twice", f"a part of the bid of {name} is named twice; name each once")
        found[place] = cleaned
    stamp = procedure.step(command, history, at, objections)
    count = sum(map(len, found.values()))
    return Decision(
        event=SecretsMarked(
            **stamp,
            bids={place: MarkedBid(secrets=sealed("commercial", found.get(place))) for place in sorted(state.places)},
        ),
        statement=f"Record that {counted(len(found), 'bid marks', 'bids mark')} {counted(count, 'part')} as a trade secret, each with"
        " its reason.",
        unless=frozenset({"procurement.secrets-marked/1", "procurement.late-bids-decided/1"}),
        second=second_for(stamp["override"]),
    )


def decide_secrets(command: DecideSecrets, history: History, *, at: Instant) -> Decision:
    state, objections = footing(command, history)
    if not command.bids:
        refuse("no-ruling", "no decision on a part came; name each part that is marked, and say why")
    found: dict[Place, list[Ruling]] = {}
    for name, rulings in sorted(command.bids.items()):
        place = bid_of(state, name).place
        marked = [one.part for one in state.secrets.get(place, ())]
        for one in rulings:
            if one.part not in marked:
                refuse("unknown-part", f"“{one.part[:60]}” is not marked in the bid of {name}; name a part that is")
        if len({one.part for one in rulings}) < len(rulings):
            refuse("twice", f"a part of the bid of {name} is decided on twice; say one thing of each")
        if left := [part for part in marked if part not in {one.part for one in rulings}]:
            objections.add(
                "part-left-out", f"“{left[0][:60]}” of the bid of {name} is left out; decide on all its parts"
            )
        found[place] = [
            Ruling(
                part=one.part,
                accepted=one.accepted,
                reason=words(one.reason, f"why “{one.part[:60]}” of the bid of {name} is decided so"),
            )
            for one in rulings
        ]
    stamp = procedure.step(command, history, at, objections)
    every = [one for rulings in found.values() for one in rulings]
    accepted = sum(one.accepted for one in every)
    return Decision(
        event=SecretsDecided(
            **stamp,
            bids={place: RuledBid(rulings=sealed("commercial", found.get(place))) for place in sorted(state.places)},
        ),
        statement=f"Decide on {counted(len(every), 'part')} that bidders mark as a trade secret: {accepted} accepted,"
        f" {len(every) - accepted} not.",
        unless=frozenset({"procurement.secrets-marked/1", "procurement.secrets-decided/1"}),
        second=second_for(stamp["override"]),
    )
