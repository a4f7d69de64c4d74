"""What each phase stands on: a case that is open, bids that have a place, and the entries that a decision rests on."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Collection, Iterable

from fairplace import procedure
from fairplace.decision import Command, History
from fairplace.errors import Malformed
from fairplace.event import RestsOn
from fairplace.ledger import tree
from fairplace.procedure import Objections
from fairplace.procurement.events import TenderPublished
from fairplace.procurement.state import Bid, State, state_of
from fairplace.terms import PLACES, Place


def footing(command: Command, history: History, *, overridable: bool = True) -> tuple[State, Objections]:
    """The state of a case that exists, and objections to start with. Raises Missing when there is no such case."""
    procedure.head_of(history)
    state, objections = state_of(history), Objections(command, overridable=overridable)
    if state.planned is None:
        objections.add("not-planned", "the case has no plan on record; plan the procurement first", final=True)
    return state, objections


def still_open(state: State, objections: Objections) -> None:
    """Object when the case has come to its end."""
    if state.ended:
        objections.add("case-ended", "the case ended without award; begin a new case")
    if state.contract:
        objections.add("case-ended", "the contract was signed, which ended the case; begin a new case")


def tender_of(state: State) -> TenderPublished:
    if state.tender is None:
        procedure.refuse("no-tender", "no tender notice is on record for the case; publish it first")
    return state.tender


def bid_of(state: State, provider: str) -> Bid:
    """The bid of this provider that has a place."""
    if not state.opened:
        procedure.refuse("not-opened", "the bids of the case are not opened; open them first")
    if (bid := state.bids.get(provider)) is None:
        procedure.refuse(
            "unknown-bid", f"{provider[:100]} has no opened bid in the case; name a provider whose bid was opened"
        )
    return bid


def rests_on(history: History, types: Collection[str]) -> RestsOn:
    """The commitment to all entries of these types in the case so far."""
    leaves = [base64.b64decode(one.leaf) for one in history.events if one.type in types]
    return RestsOn(count=len(leaves), root=base64.b64encode(tree.root(leaves)).decode("ascii"), types=sorted(types))


def places(size: int) -> list[Place]:
    return [f"{number:02d}" for number in range(1, size + 1)]


def size_for(bids: int, declared: int) -> int:
    """The smallest number of places that was declared or more, and holds the bids."""
    if bids > PLACES[-1]:
        procedure.refuse(
            "too-many-bids", f"{bids} bids came; a case has at most {PLACES[-1]} places: divide it into lots"
        )
    return next(size for size in PLACES if size >= max(bids, declared))


def shuffled(free: Iterable[Place], chance: bytes) -> list[Place]:
    """The places in an order that only chance decides."""
    if len(chance) < 32:
        raise Malformed(f"{len(chance)} bytes of chance came; places are drawn with 32")
    return sorted(free, key=lambda place: hashlib.sha256(chance + place.encode("ascii")).digest())
