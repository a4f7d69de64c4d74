"""A register of placements with several searches in it, each about another child: for tests of what is counted."""

from __future__ import annotations

from typing import Any

from tests import needs
from tests.homes import ASH, BEECH, DAMSON, Seller
from tests.placement_office import Live, PlacementOffice
from tests.searches import CHAPTERS, Telling

UNDER: dict[str, Any] = {}
OFF_TERMS: dict[str, Any] = {"mechanism": "framework_call_off", "agreement": None}
SPOT: dict[str, Any] = {"mechanism": "spot_competed", "agreement": None}


def pseudonym(number: int) -> str:
    return f"{number:032x}"


def search(
    office: PlacementOffice,
    number: int,
    *,
    until: str = "reasoned",
    sellers: tuple[Seller, ...] = (ASH, BEECH),
    chosen: dict[str, Any] | None = None,
    opened: dict[str, Any] | None = None,
) -> str:
    """One more search, of the child with this number; the id of its case."""
    office.case = ""
    live = Live(office)
    assert office.clock is not None
    live.now = office.clock.now
    changes = {
        "assessed": {"child": needs.child(pseudonym=pseudonym(number))},
        "chosen": chosen or {},
        "opened": opened or {},
    }
    telling = Telling(live, changes, sellers)
    for chapter, steps in CHAPTERS.items():
        steps(telling)
        if chapter == until:
            return office.case
    raise KeyError(until)


DAMSON_ALONE = (DAMSON, BEECH)
