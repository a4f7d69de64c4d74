"""Who buys, as a notice has it: one organisation or several, and which of them leads.

- A party with the role `leadBuyer` (OCDS for eForms) leads; else whoever manages the procurement (OCDS, `procuringEntity`).
- Where whoever leads buys, too, the others buy jointly; where it does not, it buys on their behalf.
- Of several buyers without either role nobody is guessed to lead.
"""

from __future__ import annotations

from collections.abc import Iterator

from fairplace.ocds.part import Part
from fairplace.procurement.events import BuyerRole

LEADS = ("leadBuyer", "procuringEntity")
BUYS = ("buyer", "leadBuyer")


def several(whole: Part) -> list[Part]:
    """The parties that buy, where there are several; whoever leads is the first of them."""
    found = [party for party, role in buying(whole) if role != "leads" or _is(party, *BUYS)]
    return found if len(found) > 1 else []


def buying(whole: Part) -> list[tuple[Part, BuyerRole | None]]:
    """The parties that buy or lead, with their roles as far as the notice says them; whoever leads is the first."""
    buyers = [party for party in _parties(whole) if _is(party, *BUYS)]
    lead = next((party for role in LEADS for party in _parties(whole) if _is(party, role)), None)
    if lead is None:
        return [(party, "leads" if len(buyers) == 1 else None) for party in buyers]
    others = [party for party in buyers if party.where != lead.where]
    return [(lead, "leads"), *((party, "buys" if _is(lead, *BUYS) else "bought-for") for party in others)]


def _is(party: Part, *roles: str) -> bool:
    return any(role in party.items("roles") for role in roles)


def _parties(whole: Part) -> Iterator[Part]:
    """The parties, without a word on what is wrong with them: another reading says that."""
    return Part(whole.value, "", _unheard).parts("parties")


def _unheard(path: str, problem: str) -> None:
    """What is wrong with a party is said where it is taken."""
