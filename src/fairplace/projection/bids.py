"""The bids of a case, as far as they are released: rows, and what each entry adds to them. Only a winner is named."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec
from msgspec.structs import replace

from fairplace.bidding.events import SecretsDecided, SecretsMarked
from fairplace.procurement.events import DepositReceived, DepositReceivedLate, Moderated
from fairplace.recorded import Recorded
from fairplace.terms import LeafHash, Pence, Place, Text

Known = Mapping[Place, Mapping[str, Any]]
"""What became known of bids, by place: members of `BidRow`."""


class BidRow(msgspec.Struct, frozen=True, kw_only=True):
    """A bid as far as it is released. Only a winner is named; `label` means nothing outside this record.

    `marks` are empty where it is released that none were given.
    """

    place: Place
    label: str = ""
    winner: bool = False
    provider_id: str | None = None
    provider_name: Text | None = None
    status: str | None = None
    ground: str | None = None
    marks: dict[str, int] | None = None
    reasons: dict[str, Text] | None = None
    points: dict[str, int] | None = None
    total: int | None = None
    rank: int | None = None
    price: Pence | None = None
    deposit: LeafHash | None = None


class SecretRow(msgspec.Struct, frozen=True, kw_only=True):
    """A part of a winner's bid that is marked as a trade secret. `accepted` is null until it is decided."""

    place: Place
    part: Text
    reason: Text
    accepted: bool | None = None
    why: Text | None = None


class DepositRow(msgspec.Struct, frozen=True, kw_only=True):
    """A deposit that was released: only a receipt connects it with a provider."""

    leaf: LeafHash
    index: int
    late: bool
    price: Pence | None


class ModerationChange(msgspec.Struct, frozen=True, kw_only=True):
    place: Place
    label: str = ""
    criterion: str
    inputs: list[int]
    agreed: int | None
    reason: Text


def counted(before: int | None, slots: Iterable[Any]) -> int | None:
    """How many bids there are: known when the slot is released for every place. A bid that dropped out counts."""
    slots = list(slots)
    if not all(slot.is_open for slot in slots):
        return before
    return max(before or 0, sum(slot.value is not None for slot in slots))


def with_known(bids: Sequence[BidRow], known: Known) -> list[BidRow]:
    """The bids with what became known of them, labelled and in order anew: winners first, then by rank and place."""
    rows = {bid.place: bid for bid in bids}
    for place, facts in known.items():
        rows[place] = replace(rows.get(place) or BidRow(place=place), **facts)
    labelled = [
        replace(bid, label=_label(at))
        for at, bid in enumerate(sorted(rows.values(), key=lambda bid: (not bid.winner, bid.place)))
    ]
    return sorted(labelled, key=lambda bid: (not bid.winner, bid.rank is None, bid.rank or 0, bid.place))


def labelled(changes: Sequence[ModerationChange], bids: Sequence[BidRow]) -> list[ModerationChange]:
    """The moderator's changes under the labels that their bids bear now."""
    label = {bid.place: bid.label for bid in bids}
    return [replace(change, label=label.get(change.place, "")) for change in changes]


def _label(at: int) -> str:
    """A, B, … Z, AA, AB, …"""
    head, tail = divmod(at, 26)
    return (_label(head - 1) if head else "") + chr(ord("A") + tail)


def deposit(recorded: Recorded, event: DepositReceived | DepositReceivedLate) -> DepositRow:
    late = isinstance(event, DepositReceivedLate)
    return DepositRow(leaf=recorded.leaf, index=recorded.index, late=late, price=event.price.get())


def placed(deposits: Sequence[DepositRow], leaves: Mapping[Place, LeafHash]) -> Known:
    """A deposit that was released: its price then stands beside the bid in its place."""
    price = {one.leaf: one.price for one in reversed(deposits)}
    return {place: {"deposit": leaf, "price": price.get(leaf)} for place, leaf in leaves.items()}


def marked(event: Moderated, places: Iterable[Place]) -> Known:
    """The agreed marks, reasons and results; no marks where it is released that a bid in these places got none."""
    known_places = set(places)
    bids: dict[Place, dict[str, Any]] = {}
    for place, bid in event.bids.items():
        known: dict[str, Any] = {}
        marks, result = bid.marks.get(), bid.result.get()
        if marks is not None:
            known["marks"] = marks
        elif bid.marks.is_open and place in known_places:
            known["marks"] = {}
        if (reasons := bid.reasons.get()) is not None:
            known["reasons"] = reasons
        if result is not None:
            known |= {"points": result.points, "total": result.total, "rank": result.rank}
        if known:
            bids[place] = known
    return bids


def changed(event: Moderated) -> list[ModerationChange]:
    """Where the moderator changed what evaluators gave, by place and criterion."""
    changes = [
        ModerationChange(
            place=place,
            criterion=criterion,
            inputs=change.inputs,
            agreed=(bid.marks.get() or {}).get(criterion),
            reason=change.reason,
        )
        for place, bid in event.bids.items()
        for criterion, change in (bid.changes.get() or {}).items()
    ]
    return sorted(changes, key=lambda change: (change.place, change.criterion))


def with_secrets(secrets: Sequence[SecretRow], event: SecretsMarked) -> list[SecretRow]:
    """The newest marks of a bid take the place of older ones."""
    known = {place: marks for place, bid in sorted(event.bids.items()) if (marks := bid.secrets.get()) is not None}
    kept = [one for one in secrets if one.place not in known]
    added = [
        SecretRow(place=place, part=one.part, reason=one.reason) for place, marks in known.items() for one in marks
    ]
    return [*kept, *added]


def with_rulings(secrets: Sequence[SecretRow], event: SecretsDecided) -> list[SecretRow]:
    """What was decided of each part that was marked."""
    said = {(place, one.part): one for place, bid in event.bids.items() for one in bid.rulings.get() or ()}
    return [
        one
        if (ruling := said.get((one.place, one.part))) is None
        else replace(one, accepted=ruling.accepted, why=ruling.reason)
        for one in secrets
    ]
