"""Which law applies, and whether the value was estimated honestly: SC-01, SC-03."""

from typing import Any

import pytest

from tests.policies.given import DOCUMENT, Told, competition, outcome, planned

BELOW = {"regime": "BELOW", "light_touch": True}


def plan(**changes: Any) -> Told:
    return competition(planned=changes, until="planned")


# SC-01


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"estimated_value": 3_800_000_000, "light_touch": True}, "met"),
        ({"estimated_value": 66_354_000, "light_touch": True}, "met"),  # not less than the threshold
        ({"estimated_value": 66_353_999, "light_touch": True}, "concern"),
        ({"estimated_value": 66_353_999, **BELOW}, "met"),
        ({"estimated_value": 66_354_000, **BELOW}, "not-met"),
        ({"estimated_value": 20_772_000, "regime": "BELOW"}, "not-met"),
        ({"estimated_value": 20_771_999, "regime": "BELOW"}, "met"),
        # The threshold is that of the day on which the procurement began.
        ({"estimated_value": 21_000_000, "regime": "BELOW", "commenced_on": "2025-12-31"}, "met"),
        ({"estimated_value": 21_000_000, "regime": "BELOW", "commenced_on": "2026-01-01"}, "not-met"),
        (
            {"estimated_value": 530_000_000, "regime": "BELOW", "contract_kind": "concession", "light_touch": True},
            "met",
        ),
        ({"estimated_value": 530_000_000, "regime": "BELOW", "contract_kind": "concession"}, "not-met"),
        ({"estimated_value": 500_000_000, "regime": "BELOW", "contract_kind": "works"}, "met"),
        # Begun before the Act, or claimed under the law before it.
        ({"commenced_on": "2025-02-23"}, "not-met"),
        ({"commenced_on": "2025-02-24"}, "met"),
        ({"regime": "PCR15", "commenced_on": "2025-02-23"}, "met"),
        ({"regime": "PCR15", "commenced_on": "2025-02-24"}, "not-met"),
        ({"regime": "PCR15", "route": "framework_calloff"}, "cannot-tell"),
        ({"route": "framework_calloff"}, "cannot-tell"),
        ({"regime": "PSR"}, "cannot-tell"),
        ({"regime": "EXEMPT"}, "concern"),
        ({"regime": "EXEMPT", "exhibit": DOCUMENT}, "cannot-tell"),
        # An unknown length counts as above the threshold.
        ({"value_estimable": False, "estimated_value": None}, "met"),
        ({"value_estimable": False, "estimated_value": None, **BELOW}, "not-met"),
        ({"estimated_value": None}, "cannot-tell"),
        ({"commenced_on": "2028-01-01"}, "cannot-tell"),
    ],
)
def test_the_law_follows_from_day_value_and_route(changes: dict[str, Any], expected: str) -> None:
    assert outcome("SC-01", plan(**changes)) == expected


def test_two_laws_for_one_case_are_found() -> None:
    case = plan()
    case.tell(planned(regime="PSR"))
    assert outcome("SC-01", case) == "not-met"


def test_a_withheld_value_is_never_guessed() -> None:
    assert outcome("SC-01", plan().hidden()) == "cannot-tell"
    assert outcome("SC-03", plan().hidden()) == "cannot-tell"
    assert outcome("SC-01", Told()) == "cannot-tell"
    assert outcome("SC-03", Told()) == "cannot-tell"


# SC-03


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, "met"),
        ({"estimated_value": 54_080_000, "max_term_days": 728, **BELOW}, "met"),  # 5,200 pounds a week, 104 weeks
        ({"value_estimable": False, "estimated_value": None, **BELOW}, "not-met"),  # open-ended
        ({"value_estimable": False, "estimated_value": None}, "met"),
        ({"max_term_days": None, "estimated_value": 10_000_000, **BELOW}, "concern"),
        ({"estimated_value": 59_718_600, **BELOW}, "concern"),  # exactly nine tenths
        ({"estimated_value": 59_718_599, **BELOW}, "met"),
        ({"estimated_value": 10_000_000, "related": ["other"], "split_reason": "Another child", **BELOW}, "met"),
        ({"estimated_value": 10_000_000, "related": ["other"], **BELOW}, "cannot-tell"),
        ({"related": ["other"]}, "met"),
        ({"regime": "PSR"}, "not-applicable"),
        ({"estimated_value": None}, "cannot-tell"),
    ],
)
def test_a_value_is_the_most_that_may_be_paid(changes: dict[str, Any], expected: str) -> None:
    assert outcome("SC-03", plan(**changes)) == expected
