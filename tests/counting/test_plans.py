"""What the tables say of made-up decisions whose numbers can be worked out by hand."""

from __future__ import annotations

import msgspec
import pytest

from fairplace import assess, shelf
from fairplace.counting import findings, rows
from fairplace.counting import plans as published
from fairplace.counting.answers import ANSWERS, REASONS
from fairplace.counting.plans import DECISIONS, FEES, PLANS
from fairplace.disclosure_control import plan as plans
from fairplace.disclosure_control.facts import Area, Fact
from fairplace.disclosure_control.released import Release, Row
from fairplace.disclosure_control.releasing import release
from fairplace.errors import Malformed, Refused
from fairplace.referral import codes

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


def test_no_table_tells_a_fee_unasked_or_a_place_where_a_child_lives() -> None:
    for table in (*DECISIONS.tables, *ANSWERS.tables):
        assert not table.money
        assert not table.named_providers
        assert table.grain == "half-year"


def test_the_rules_that_are_counted_are_those_of_the_shelf_by_their_names() -> None:
    asked = {one.rule.code: one.rule.name for one in assess.rules(shelf.policies(None, "placements"))}
    for code, name in findings.RULES.items():
        assert name.replace("'", "").replace(" ", "-") == asked[code]
    told_elsewhere = {*rows.ACCESS_RULES, "PL-13", "PL-19", "PL-25"}
    assert told_elsewhere | findings.RULES.keys() == asked.keys()
    assert not told_elsewhere & findings.RULES.keys()


def test_every_reason_for_declining_that_ever_was_a_code_has_a_line() -> None:
    assert {one.code.replace("_", "-") for one in codes.LISTS["decline_reason"]} == REASONS.keys()


def test_a_table_that_is_left_out_takes_along_what_stands_within_it() -> None:
    left = published.without(DECISIONS, ["unregistered", "spot"])
    names = {table.name for table in left.tables}
    assert {table.name for table in DECISIONS.tables} - names == {
        "unregistered", "unregistered-nights", "outcomes", "findings", "spot", "mechanisms", "connections",
    }  # fmt: skip
    plans.check(left)
    with pytest.raises(Malformed, match="there is no table '=cmd"):
        published.without(DECISIONS, ["=cmd()"])


def test_fees_come_with_a_test_of_the_public_interest_and_beside_the_match() -> None:
    """R11 and A13: no cost without how appropriate the home is."""
    plans.check(published.with_fees(DECISIONS, "Weighed on 3 March 2026: public money, and no home can be told."))
    assert FEES.pair == "match"
    with pytest.raises(Refused, match="public-interest test"):
        plans.check(published.with_fees(DECISIONS, " "))
    with pytest.raises(Malformed, match="fees belong to the plan decisions"):
        published.with_fees(ANSWERS, "Weighed.")


def test_the_fee_and_the_match_stand_together_two_quarters_later() -> None:
    found = [
        msgspec.structs.replace(
            one,
            amounts={"weekly-fee": 4_000 + 100 * number, "match": 60 + number} if number < 20 else {},
            provider=f"P{number % 4}",
        )
        for number, one in enumerate(facts(40, level="level-3", fee_level="level-3"))
    ]
    plan = published.with_fees(DECISIONS, "Weighed on 3 March 2026.")
    soon = release(plan, [AREA], found, until="2026-09-30")
    assert {"levels", "fees"} & {table.name for table in soon.tables} == set()
    later = release(plan, [AREA], found, until="2027-03-31", earlier=[soon])
    [cell] = [one for one in row(later, "fees").cells if one.label == "level-3"]
    assert (str(cell.count), str(cell.value), str(cell.beside)) == ("20", "4,950", "70")
    assert "Weighed on 3 March 2026." in later.table("fees").method


def test_why_a_childrens_home_was_chosen_is_a_share_of_childrens_homes() -> None:
    """E1: of 80, 28 were a positive choice: 35 %."""
    found = [
        *facts(28, family="residential", residential="positive-choice"),
        *facts(22, 28, family="residential", residential="after-failed-fostering"),
        *facts(30, 50, family="residential", residential="no-fostering-available"),
        *facts(40, 80, family="foster", residential="foster"),
    ]
    assert values(row(made(found), "residential"))["positive-choice"] == "28 35.0"


def test_connections_are_a_mean_over_those_who_have_some_listed() -> None:
    """A8: 3 of 5 kept are 60 %."""
    found = [
        msgspec.structs.replace(one, amounts={"connections-kept": 60 if number < 10 else None})
        for number, one in enumerate(facts(20, spot="spot", connections="spot", mechanism="spot-single"))
    ]
    told = values(row(made(found), "connections"))
    assert (told["spot"], told["spot.no-amount"]) == ("10 60.0", "10 z")


def test_findings_are_shown_by_rule_within_whether_anything_was_found() -> None:
    same = {"unregistered": "not-used", "unregistered_nights": "not-used"}
    used = {"unregistered": "used", "unregistered_nights": "used"}
    found = [
        *facts(50, **same, outcome="nothing-found", finding="nothing-found"),
        *facts(8, 50, **same, outcome="found", finding="pl-12"),
        *facts(7, 58, **same, outcome="found", finding="several-rules"),
        *facts(35, 65, **used, outcome="unregistered-use", finding="unregistered-use"),
    ]
    released = made(found)
    assert values(row(released, "outcomes"))["found"] == "15 15.0"
    assert values(row(released, "findings"))["pl-12"] == "8 8.0"
    assert released.table("findings").labels["pl-12"] == "PL-12, nearest suitable"


@pytest.mark.parametrize(
    ("outcomes", "unregistered", "told"),
    [
        ({}, False, ("nothing-found", "nothing-found")),
        ({"PL-12": "concern"}, False, ("found", "pl-12")),
        ({"PL-12": "concern", "PL-20": "not-met"}, False, ("found", "several-rules")),
        ({"PL-12": "not-met", "PL-20": "cannot-tell"}, False, ("found", "pl-12")),
        ({"PL-20": "cannot-tell"}, False, ("cannot-tell", "cannot-tell")),
        ({"PL-12": "not-met"}, True, ("unregistered-use", "unregistered-use")),
        (
            {"PL-01": "not-met", "PL-13": "not-met", "PL-19": "not-met", "PL-25": "concern"},
            False,
            ("nothing-found", "nothing-found"),
        ),
    ],
)
def test_a_decision_counts_once_among_the_findings(
    outcomes: dict[str, str], unregistered: bool, told: tuple[str, str]
) -> None:
    said = dict.fromkeys(findings.RULES, "met") | outcomes
    assert findings.labels(said, unregistered=unregistered) == told


def test_a_rule_that_was_not_asked_is_not_taken_for_met() -> None:
    assert findings.labels({"PL-12": "met"}, unregistered=False) == ("cannot-tell", "cannot-tell")


def test_the_spot_share_of_400_outside_homes_is_that_of_the_paper() -> None:
    """E6: 340 of 400 outside homes are spot, 20 of them with providers of an agreement off its terms: 85.0 % and 5.0 %."""
    found = [
        *facts(320, spot="spot", connections="spot", mechanism="spot-competed"),
        *facts(20, 320, spot="spot", connections="spot", mechanism="off-terms"),
        *facts(60, 340, spot="under-agreement", connections="under-agreement", mechanism="framework-call-off"),
        *facts(50, 400, spot="in-house", connections="in-house", mechanism="in-house"),
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
    released = made([*facts(20, quadrant="local-matched"), *facts(10, 20)])
    assert values(row(released, "localness")) == {
        "all": "30 100.0",
        "local-matched": "20 100.0",
        "local-mismatched": "0 0.0",
        "distant-matched": "0 0.0",
        "distant-mismatched": "0 0.0",
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
