"""Every event type by its name in the log, and the reading of an entry's body as its event."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import fairplace.bidding.events
import fairplace.challenge.events
import fairplace.contest.events
import fairplace.counting.events
import fairplace.custody.events
import fairplace.market.events
import fairplace.openness.events
import fairplace.people.events
import fairplace.placement.events
import fairplace.procurement.events
import fairplace.provider.events
import fairplace.referral.events
import fairplace.urgent.events
from fairplace.errors import Malformed
from fairplace.event import Fact
from fairplace.ledger import disclosure

PLACEMENTS: dict[str, type[Fact]] = {
    **fairplace.market.events.TYPES,
    **fairplace.referral.events.TYPES,
    **fairplace.placement.events.TYPES,
    **fairplace.contest.events.TYPES,
    **fairplace.counting.events.TYPES,
}
"""What stands in a log of placements only; nothing of it is ever public by itself."""

OF_EITHER: frozenset[str] = frozenset({
    "case.assessed/1",
    "hold.lifted/1",
    "hold.placed/1",
    "sealed.erased/1",
    "sealed.read/1",
    "signature.reaffirmed/1",
})  # fmt: skip
"""What stands in a log of either kind."""

TYPES: dict[str, type[Fact]] = {
    **fairplace.procurement.events.TYPES,
    **fairplace.bidding.events.TYPES,
    **fairplace.people.events.TYPES,
    **fairplace.challenge.events.TYPES,
    **fairplace.openness.events.TYPES,
    **fairplace.custody.events.TYPES,
    **fairplace.urgent.events.TYPES,
    **fairplace.provider.events.TYPES,
    **PLACEMENTS,
}

NAMES: dict[type[Fact], str] = {kind: name for name, kind in TYPES.items()}


def read(name: str, body: Mapping[str, Any], slots: Mapping[str, disclosure.Slot], openings: Mapping[str, Any]) -> Fact:
    """The event of an entry: its class by the envelope's type, with the slots open that `openings` has.

    Raises Malformed for a type that this version does not know, and for members that are not the type's.
    """
    kind = TYPES.get(name)
    if kind is None:
        raise Malformed(f"an event of type {name} came, which this version of fairplace does not know; a newer one may")
    return disclosure.join(kind, body, slots, openings)
