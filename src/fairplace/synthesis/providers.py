"""Sixty providers that do not exist: names from made-up places, numbers that no register of companies gives."""

from __future__ import annotations

from typing import NamedTuple

from fairplace.synthesis.chance import Chance
from fairplace.terms import Provider

_PLACE = (
    "Aver", "Brack", "Corvel", "Dunner", "Eskel", "Farrow", "Garrow", "Harl", "Ister", "Jessel", "Kelder", "Lorrim",
    "Morrow", "Nessel", "Orrin", "Pellow", "Quill", "Rossen", "Scarrow", "Tamber", "Ulver", "Venn", "Warrel", "Yarrim",
)  # fmt: skip
_ENDING = ("thwaite", "garth", "holt", "mere", "combe", "stead", "wyke", "fold", "scar", "lund")

_TRADE: dict[str, tuple[str, ...]] = {
    "homes": ("Children's Homes", "Residential Care", "Therapeutic Homes", "Care"),
    "fostering": ("Fostering", "Foster Families", "Family Placement"),
    "supported": ("Supported Living", "Next Step Housing", "Pathways"),
    "breaks": ("Short Breaks", "Play and Respite", "Family Support"),
    "systems": ("Systems", "Software"),
    "travel": ("Travel", "Passenger Services"),
}

_HOW_MANY = {"homes": 20, "fostering": 11, "supported": 11, "breaks": 8, "systems": 5, "travel": 5}

_FORM = ("Ltd", "Ltd", "Ltd", "CIC", "LLP")


class Firm(NamedTuple):
    """A provider, what it offers, and its key."""

    provider: Provider
    trade: str
    key: str


def firms(domain: str, chance: Chance) -> tuple[Firm, ...]:
    """Numbers that begin with 99 are given to no company."""
    count = sum(_HOW_MANY.values())
    places = chance.some([place + ending for place in _PLACE for ending in _ENDING], count)
    numbers = chance.some(range(1, 1_000_000), count)
    trades = [trade for trade, many in _HOW_MANY.items() for _ in range(many)]
    return tuple(
        Firm(
            provider=Provider(
                id=f"GB-COH-99{number:06d}", name=f"{place} {chance.pick(_TRADE[trade])} {chance.pick(_FORM)}"
            ),
            trade=trade,
            key=f"{domain}/provider/{chance.bytes(5).hex()}",
        )
        for place, number, trade in zip(places, numbers, trades, strict=True)
    )
