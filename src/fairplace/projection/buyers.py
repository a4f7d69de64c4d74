"""Who buys together, as rows show it."""

from __future__ import annotations

import msgspec

from fairplace.procurement.events import BuyersNamed
from fairplace.terms import Text


class BuyerRow(msgspec.Struct, frozen=True, kw_only=True):
    """A buyer with its role in the procedure; `id` is null where it is not known."""

    id: str | None
    name: Text
    role: str


def named(event: BuyersNamed) -> list[BuyerRow]:
    """The buyers, whoever leads first; none while they are not public."""
    return [BuyerRow(id=one.id, name=one.name, role=one.role) for one in event.buyers.get(())]


def words(buyers: list[BuyerRow]) -> list[str]:
    """What somebody may search for who looks for what one of them buys."""
    return [part for one in buyers for part in (one.name, one.id) if part is not None]
