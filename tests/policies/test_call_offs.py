"""Calling off from a framework: SC-04 and AD-07."""

from typing import Any

import pytest

from fairplace.procurement.events import ParentNamed
from tests.policies.given import ALDER, BIRCH, CEDAR, Told, competition, fact, findings, outcome

EARLY, LATE = "2026-03-03T09:00:00.000Z", "2026-06-01T09:00:00.000Z"
CODES = ("SC-04", "AD-07")


def named(at: str = EARLY, **changes: Any) -> Any:
    fields = {
        "parent": None, "parent_leaf": None, "reference": "ocds-h6vhtk-04a1b2", "until": "2029-03-31", "name": "Homes",
        "members": [ALDER, BIRCH, CEDAR],
    }  # fmt: skip
    return fact(ParentNamed, at, **{**fields, **changes})


def call_off(*events: Any, route: str = "framework_calloff", **telling: Any) -> Told:
    case = competition(planned={"route": route}, after={"planned": list(events)}, **telling)
    case.as_of = "2026-07-01T09:00:00.000Z"
    return case


@pytest.mark.parametrize("route", ["framework_calloff", "flexible_dm"])
def test_a_call_off_within_its_framework_is_met(route: str) -> None:
    case = call_off(named(), route=route)
    assert [outcome(code, case) for code in CODES] == ["met", "met"]


@pytest.mark.parametrize("route", ["open", "flexible", "direct_s41", "direct_s43"])
def test_other_routes_are_not_asked(route: str) -> None:
    assert [outcome(code, call_off(route=route)) for code in CODES] == ["not-applicable", "not-applicable"]


def test_a_call_off_that_names_nothing_is_found() -> None:
    case = call_off()
    assert [outcome(code, case) for code in CODES] == ["not-met", "cannot-tell"]
    assert outcome("SC-04", case.hidden()) == "not-met"


def test_a_call_off_that_has_not_begun_owes_no_name_yet() -> None:
    case = competition(planned={"route": "framework_calloff"}, until="planned")
    assert [outcome(code, case) for code in CODES] == ["not-applicable", "not-applicable"]


def test_a_name_that_came_late_is_a_concern() -> None:
    case = call_off()
    case.tell(named(LATE))
    assert outcome("SC-04", case) == "concern"
    assert outcome("AD-07", case) == "cannot-tell"


def test_a_supplier_that_stands_not_in_the_framework_is_found() -> None:
    found = findings("AD-07", call_off(named(members=[BIRCH, CEDAR])))
    assert {one.outcome for one in found} == {"not-met"}
    assert all(ALDER.id not in one.text and "Alder" not in one.text for one in found)


def test_the_framework_as_it_was_named_last_before_the_award_counts() -> None:
    assert outcome("AD-07", call_off(named(members=[BIRCH]), named("2026-03-03T10:00:00.000Z"))) == "met"


@pytest.mark.parametrize(("until", "expected"), [("2026-04-01", "not-met"), (None, "met"), ("2029-03-31", "met")])
def test_a_call_off_after_the_last_day_is_found(until: str | None, expected: str) -> None:
    assert outcome("AD-07", call_off(named(until=until))) == expected


def test_what_is_not_known_cannot_be_told() -> None:
    assert outcome("AD-07", call_off(named(members=None))) == "cannot-tell"
    assert outcome("AD-07", call_off(named()).hidden()) == "cannot-tell"
    assert [outcome(code, Told()) for code in CODES] == ["cannot-tell", "cannot-tell"]
