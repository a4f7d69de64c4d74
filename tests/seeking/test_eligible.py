"""Whom a tier asks, who is left out and why, and how complete a referral is."""

from __future__ import annotations

import pytest

from fairplace.seeking.completeness import GROUPS, completeness
from fairplace.seeking.eligible import eligible, tiers
from tests.market.test_known import BOY_OF_NINE
from tests.seeking.given import market


def test_who_is_asked_and_who_is_left_out_and_why() -> None:
    found = eligible(market(), BOY_OF_NINE, "T1", authority="SYN01", agreement="NW-RES")
    assert [one.provider for one in found.asked] == ["alder"]
    assert [(one.provider, one.why) for one in found.left_out] == [
        ("birch", ("birch-1: the ages that it is registered for",))
    ]
    assert found.is_known


def test_tiers_come_in_their_order() -> None:
    assert tiers(market(), "NW-RES") == ["IN_HOUSE", "T1", "T2", "OFF"]
    assert tiers(market(), None) == ["IN_HOUSE", "OFF"]


def test_completeness_is_present_of_applicable_by_group() -> None:
    found = completeness(
        {"health.allergies": False, "health.medication": True, "risk.fire": None, "odd.thing": True, "odd_one": False}
    )
    assert [(part.label, part.present, part.applicable, part.missing) for part in found.parts] == [
        ("Health", 1, 2, ("Allergies",)),
        ("Odd", 1, 1, ()),
        ("Odd one", 0, 1, ("odd one",)),
    ]
    assert (found.present, found.applicable, found.percent) == (2, 4, 50)


@pytest.mark.parametrize(("present", "percent", "enough"), [(35, 79, False), (36, 81, True), (31, 70, False)])
def test_it_is_enough_from_four_fifths(present: int, percent: int, enough: bool) -> None:
    found = completeness({f"risk.{number}": number < present for number in range(44)})
    assert (found.percent, found.is_enough) == (percent, enough)


def test_nothing_that_applies_is_no_percentage() -> None:
    assert completeness({}).percent is None
    assert completeness({"risk.fire": None}).percent is None


def test_no_two_groups_or_facts_have_one_code() -> None:
    names = [f"{group.code}.{fact}" for group in GROUPS for fact in group.facts]
    assert len(names) == len(set(names)) == 40
