"""Who buys, as a notice has it: one organisation or several, and which of them leads."""

from __future__ import annotations

from collections.abc import Iterator

from fairplace.ocds.part import Part

LEADS = ("leadBuyer", "procuringEntity")
"""Roles of whoever leads: the lead of a group of buyers (OCDS for eForms), else whoever manages the procurement (OCDS)."""


def several(whole: Part) -> list[Part]:
    """The parties that buy, where there are several; whoever leads is the first of them."""
    found = _in_roles(whole, "buyer", "leadBuyer")
    lead = leading(whole)
    first = [party for party in found if lead is not None and party.where == lead.where]
    return [*first, *(party for party in found if party not in first)] if len(found) > 1 else []


def leading(whole: Part) -> Part | None:
    """Whoever leads, where the notice says so."""
    return next((party for role in LEADS for party in _in_roles(whole, role)), None)


def _in_roles(whole: Part, *roles: str) -> list[Part]:
    return [party for party in _parties(whole) if any(role in party.items("roles") for role in roles)]


def _parties(whole: Part) -> Iterator[Part]:
    """The parties, without a word on what is wrong with them: another reading says that."""
    return Part(whole.value, "", _unheard).parts("parties")


def _unheard(path: str, problem: str) -> None:
    """What is wrong with a party is said where it is taken."""
