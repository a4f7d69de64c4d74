"""Formal faults put right on equal terms: one invitation for all bids that have one, one deadline, one record of what came.

- Whoever has the same kind of fault gets the same chance, until the same moment (Procurement Act 2023, section 12(2)).
- What comes late is not accepted, nor what changes the offer: a correction never improves a bid.
- What came is recorded for all together, so that nothing in the log counts bids.
"""

from __future__ import annotations

from collections.abc import Sequence

from fairplace import procedure
from fairplace.bidding.commands import Came, InviteCorrections, RecordCorrections
from fairplace.bidding.events import (
    CorrectedBid,
    Correction,
    CorrectionsInvited,
    CorrectionsReceived,
    FaultyBid,
    FormalFault,
    FormalFaults,
)
from fairplace.counted import counted
from fairplace.decision import Decision, History
from fairplace.ledger.disclosure import sealed
from fairplace.procedure import Objections, listed, maybe_words, refuse, second_for
from fairplace.procurement.footing import bid_of, footing, still_open, tender_of
from fairplace.procurement.state import State
from fairplace.terms import Instant, Place

FAULTS = {"signature": "a missing signature", "form": "a missing form", "certificate": "a missing certificate"}
"""How each kind is called within a sentence."""


def invite(command: InviteCorrections, history: History, *, at: Instant) -> Decision:
    state, objections = footing(command, history)
    tender_of(state)
    still_open(state, objections)
    procedure.an_instant(command.until, "the moment until which corrections may come")
    if command.until <= procedure.happened_at(command, at):
        refuse("until", f"corrections may come until {command.until}, which is past by then; give a later moment")
    named: dict[str, Place] = {}
    found: dict[Place, FormalFaults] = {}
    for name, came in sorted(command.bids.items()):
        place = bid_of(state, name).place
        if not came.kinds or len(set(came.kinds)) != len(came.kinds):
            refuse("kinds", f"name each kind of fault of the bid of {name} once, and at least one; else leave it out")
        note = maybe_words(came.note, f"the note on the bid of {name}")
        if not came.invited and note is None:
            refuse("no-reason", f"the bid of {name} has a formal fault and is not invited to put it right; say why")
        named[name] = place
        found[place] = FormalFaults(kinds=came.kinds, invited=came.invited, note=note)
    if not any(one.invited for one in found.values()):
        refuse("nobody-invited", "nobody is invited to put anything right; name at least one bid and its faults")
    _object_to_unequal(state, named, found, command.until, objections)
    _object_to_late(state, objections)
    stamp = procedure.step(command, history, at, objections)
    invited = sum(one.invited for one in found.values())
    left = len(found) - invited
    return Decision(
        event=CorrectionsInvited(
            **stamp,
            until=command.until,
            bids={place: FaultyBid(faults=sealed("commercial", found.get(place))) for place in sorted(state.places)},
        ),
        statement=f"Invite {counted(invited, 'bidder')} to put formal faults right, all until {command.until};"
        f"{f' {left} more not, with the reason;' if left else ''}"
        f" {counted(len(state.bids) - len(found), 'other bid has', 'other bids have')} no formal fault.",
        unless=frozenset({"procurement.corrections-invited/1", "procurement.late-bids-decided/1"}),
        second=second_for(stamp["override"]),
    )


def _object_to_unequal(
    state: State, named: dict[str, Place], found: dict[Place, FormalFaults], until: Instant, objections: Objections
) -> None:
    """The same kind of fault, the same chance, until the same moment (Act, s. 12(2))."""
    offered = {kind: one.until for one in state.corrections.values() if one.faults.invited for kind in one.faults.kinds}
    now = {kind for one in found.values() if one.invited for kind in one.kinds}
    for name, place in named.items():
        shared = sorted(kind for kind in found[place].kinds if kind in now or kind in offered)
        if shared and not found[place].invited:
            objections.add(
                "corrections-unequal",
                f"the bid of {name} has {called(shared)} like others that may put it right; invite it too",
            )
    other = {kind: before for kind, before in offered.items() if kind in now and before != until}
    if other:
        objections.add(
            "corrections-until",
            f"others could put {called(sorted(other))} right until {min(other.values())}, and now it is {until}; give all"
            " the same time",
        )


def called(kinds: Sequence[FormalFault]) -> str:
    return listed([FAULTS.get(kind, "another formal fault") for kind in kinds])


def _object_to_late(state: State, objections: Objections) -> None:
    if state.moderated_at > state.reopened_at:
        objections.add(
            "moderated", "marks are agreed already: a bid that is put right now can no longer be judged alike"
        )


def record(command: RecordCorrections, history: History, *, at: Instant) -> Decision:
    state, objections = footing(command, history)
    still_open(state, objections)
    if not command.bids:
        refuse("no-correction", "nothing was said of any correction; name each bid that was invited, and what came")
    by_place: dict[Place, Correction] = {}
    for name, came in sorted(command.bids.items()):
        place = bid_of(state, name).place
        by_place[place] = _cleaned(name, came, procedure.happened_at(command, at))
        _object_to_came(state, name, place, by_place[place], objections)
    invited = {place for place, one in state.corrections.items() if one.faults.invited}
    if invited - by_place.keys() - state.corrected.keys():
        objections.add(
            "corrections-left-out", "not every bid that was invited is named; record what came of all of them together"
        )
    open_until = max((state.corrections[place].until for place in invited & by_place.keys()), default="")
    if at < open_until and any(one.came_at is None for one in by_place.values()):
        objections.add("corrections-open", f"corrections may come until {open_until}; wait, then record what came")
    _object_to_late(state, objections)
    stamp = procedure.step(command, history, at, objections)
    accepted = sum(one.accepted for one in by_place.values())
    return Decision(
        event=CorrectionsReceived(
            **stamp,
            bids={
                place: CorrectedBid(correction=sealed("commercial", by_place.get(place)))
                for place in sorted(state.places)
            },
        ),
        statement=f"Record what came of {counted(len(by_place), 'invitation')} to put formal faults right: {accepted} accepted.",
        unless=frozenset({"procurement.corrections-invited/1", "procurement.corrections-received/1"}),
        second=second_for(stamp["override"]),
    )


def _cleaned(name: str, came: Came, at: Instant) -> Correction:
    """What came, cleaned: nothing is accepted that did not come, and what is turned down needs a reason."""
    reason = maybe_words(came.reason, f"the reason on the correction of {name}")
    if came.came_at is None:
        if came.accepted or came.changed_offer:
            refuse(
                "nothing-came", f"no moment is given at which {name} sent a correction; give it, or say nothing came"
            )
    else:
        procedure.an_instant(came.came_at, f"when the correction of {name} came")
        if came.came_at > at:
            refuse("future", f"the correction of {name} is to have come at {came.came_at}, and it is {at}; look again")
        if not came.accepted and reason is None:
            refuse("no-reason", f"the correction of {name} came and is not accepted; say why")
    return Correction(came_at=came.came_at, accepted=came.accepted, changed_offer=came.changed_offer, reason=reason)


def _object_to_came(state: State, name: str, place: Place, came: Correction, objections: Objections) -> None:
    invitation = state.corrections.get(place)
    if invitation is None or not invitation.faults.invited:
        objections.add(
            "not-invited", f"{name} was not invited to put anything right; invite all that have such a fault first"
        )
    elif came.accepted and came.came_at is not None and came.came_at > invitation.until:
        objections.add(
            "correction-late",
            f"the correction of {name} came at {came.came_at}, after {invitation.until}; do not accept it",
        )
    if place in state.corrected:
        objections.add("recorded-already", f"what came of the invitation of {name} is on record already; leave it out")
    if came.accepted and came.changed_offer:
        objections.add(
            "offer-changed", f"the correction of {name} changes what it offers; only formal faults may be put right"
        )
