"""What the tables say of made-up decisions whose numbers can be worked out by hand."""

from __future__ import annotations

import pytest

from fairplace.counting.plans import DECISIONS, PLANS
from fairplace.disclosure_control import plan as plans
from fairplace.disclosure_control.facts import Area, Fact
from fairplace.disclosure_control.released import Release, Row
from fairplace.disclosure_control.releasing import release
from fairplace.errors import Malformed

AREA = Area(code="A", name="Council A", region="North", looked_after=400)


def facts(count: int, start: int = 0, **labels: str | None) -> list[Fact]:
    """So many decisions of one half-year with these labels; everything else is not recorded."""
    return [
        Fact(
            id=str(number),
            authority="A",
            day="2026-05-04",
            recorded="2026-05-04",
            labels={name.replace("_", "-"): value for name, value in labels.items()},
        )
        for number in range(start, start + count)
    ]


def made(found: list[Fact], until: str = "2026-09-30") -> Release:
    return release(DECISIONS, [AREA], found, until=until)


def row(released: Release, table: str) -> Row:
    return next(one for one in released.table(table).stretches[0].rows if one.place == "A")


def values(one: Row) -> dict[str, str]:
    return {cell.label: f"{cell.count} {cell.value}" for cell in one.cells}


@pytest.mark.parametrize("plan", PLANS.values(), ids=list(PLANS))
def test_every_plan_keeps_the_rules(plan: plans.Plan) -> None:
    plans.check(plan)
    assert all(table.text.endswith((".", "?", ".)")) and table.title for table in plan.tables)


def test_no_table_tells_a_fee_or_a_place_where_a_child_lives() -> None:
    for table in DECISIONS.tables:
        assert not table.money
        assert not table.named_providers
        assert table.grain == "half-year"


def test_the_spot_share_of_400_outside_homes_is_that_of_the_paper() -> None:
    """E6: 340 of 400 outside homes are spot, 20 of them with providers of an agreement off its terms: 85.0 % and 5.0 %."""
    found = [
        *facts(320, spot="spot", mechanism="spot-competed"),
        *facts(20, 320, spot="spot", mechanism="off-terms"),
        *facts(60, 340, spot="under-agreement", mechanism="framework-call-off"),
        *facts(50, 400, spot="in-house", mechanism="in-house"),
    ]
    released = made(found)
    spot, mechanisms = values(row(released, "spot")), values(row(released, "mechanisms"))
    assert spot["spot"] == "340 85.0"
    assert spot["under-agreement"] == "60 15.0"
    assert spot["in-house"] == "50 z"
    assert mechanisms["off-terms"] == "20 5.0"
    assert mechanisms["spot-competed"] == "320 80.0"


def test_avoidable_emergencies_are_shown_within_all_emergencies() -> None:
    """PL-25: 18 of 120 for the same day are 15.0 %; 7 of the 18 were known of for more than 14 days."""
    found = [
        *facts(7, emergency="emergency", urgency="avoidable"),
        *facts(11, 7, emergency="emergency", urgency="not-avoidable"),
        *facts(102, 18, emergency="not-emergency", urgency="planned"),
    ]
    released = made(found)
    assert values(row(released, "emergencies"))["emergency"] == "18 15.0"
    assert values(row(released, "urgency"))["avoidable"] == "7 5.8"


def test_what_is_not_recorded_is_shown_as_missing_and_not_as_none() -> None:
    released = made([*facts(20, category="generalist"), *facts(10, 20)])
    assert values(row(released, "categories")) == {
        "all": "30 100.0",
        "generalist": "20 100.0",
        "specialist": "0 0.0",
        "not-recorded": "10 z",
    }


def test_whether_a_placement_lasted_comes_out_three_quarters_later() -> None:
    found = [*facts(30, first_time_right="yes"), *facts(10, 30, first_time_right="no")]
    assert "first-time-right" not in [table.name for table in made(found).tables]
    later = made(found, until="2027-06-30")
    assert values(row(later, "first-time-right"))["yes"] == "30 75.0"


def test_a_mechanism_that_belies_how_a_home_was_bought_is_refused() -> None:
    with pytest.raises(Malformed, match="the plan says otherwise"):
        made(facts(20, spot="in-house", mechanism="spot-single"))
