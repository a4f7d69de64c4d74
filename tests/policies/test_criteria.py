"""The same published criteria for every bid: ET-06, ET-07, ET-08."""

from typing import Any

import msgspec
import pytest

from fairplace.procurement.events import CriteriaChanged, Criterion, Result
from tests.policies.given import (
    CRITERIA,
    DEADLINE,
    MARKS,
    RESULTS,
    SCALE,
    Told,
    competition,
    fact,
    findings,
    gravest_of,
    outcome,
)

MORE_PRICE = [
    Criterion(id="care", parent=None, kind="quality", weight=1000),
    Criterion(id="staff", parent=None, kind="quality", weight=1000),
    Criterion(id="price", parent=None, kind="price", weight=8000),
]
BEFORE, AFTER = "2026-03-20T09:00:00.000Z", "2026-04-08T09:00:00.000Z"


def changed(at: str, **changes: Any) -> Any:
    fields: dict[str, Any] = {
        "criteria": MORE_PRICE,
        "scale": SCALE,
        "price_formula": "lowest-over-price",
        "republished": False,
        "notified": "all",
        "titles": {},
        "descriptors": {},
        "reason": "Money is short",
    }
    return fact(CriteriaChanged, at, **{**fields, **changes})


def without(place: str, name: str) -> dict[str, dict[str, int]]:
    return {
        one: {key: mark for key, mark in marks.items() if (one, key) != (place, name)} for one, marks in MARKS.items()
    }


# ET-06


def test_three_bids_judged_on_the_published_criteria_are_equal() -> None:
    [finding] = findings("ET-06", competition())
    assert (finding.outcome, finding.process_unequal, finding.outcome_likely_changed) == ("met", "no", "no")


def test_a_bid_without_a_mark_for_a_criterion_is_found() -> None:
    [finding] = findings("ET-06", competition(moderated={"marks": without("03", "staff")}))
    assert (finding.outcome, finding.process_unequal, finding.outcome_likely_changed) == ("not-met", "yes", "unknown")
    assert "03: staff" in finding.text


def test_a_criterion_that_only_the_score_sheets_have_is_found() -> None:
    case = competition(sheets={"criteria": ("care", "staff", "local-reputation")})
    finding = gravest_of("ET-06", case)
    assert (finding.outcome, finding.outcome_likely_changed) == ("not-met", "no")
    assert "local-reputation" in finding.text
    assert outcome("ET-06", case.hidden()) == "not-met"  # the codes are public


def test_points_by_another_weight_than_the_published_one_are_found() -> None:
    by_3000 = {
        "01": Result(points={"care": 2400, "staff": 1200, "price": 3200}, total=6800, rank=1),
        "02": Result(points={"care": 1200, "staff": 1200, "price": 4000}, total=6400, rank=2),
        "03": Result(points={"care": 1800, "staff": 1600, "price": 2500}, total=5900, rank=3),
    }
    [finding] = findings("ET-06", competition(moderated={"results": by_3000}))
    assert (finding.outcome, finding.outcome_likely_changed) == ("not-met", "no")
    assert "care: 3000, not 4000" in finding.text
    assert outcome("ET-12", competition(moderated={"results": by_3000})) == "not-met"


def test_one_wrong_sum_is_no_other_weight() -> None:
    heavy = {**RESULTS, "01": Result(points={"care": 4001, "staff": 1200, "price": 3200}, total=8401, rank=1)}
    assert outcome("ET-06", competition(moderated={"results": heavy})) == "met"
    assert outcome("ET-12", competition(moderated={"results": heavy})) == "not-met"


def test_agreed_marks_are_never_guessed() -> None:
    assert outcome("ET-06", competition().hidden()) == "cannot-tell"
    assert outcome("ET-06", competition(skip=("sheets", "moderated"))) == "cannot-tell"


def test_before_marks_are_agreed_there_is_nothing_to_ask() -> None:
    assert outcome("ET-06", competition(until="sheets")) == "not-applicable"
    assert outcome("ET-06", competition(until="checked")) == "not-applicable"


def test_without_published_criteria_marks_cannot_be_judged() -> None:
    assert outcome("ET-06", competition(skip=("tender",))) == "cannot-tell"
    assert outcome("ET-07", competition(skip=("tender",))) == "cannot-tell"


# ET-07


def test_criteria_known_before_the_deadline_are_not_hidden() -> None:
    assert outcome("ET-07", competition()) == "met"


def test_weights_split_after_the_deadline_are_found() -> None:
    split = [
        msgspec.structs.replace(CRITERIA[0], weight=2500),
        msgspec.structs.replace(CRITERIA[1], weight=3500),
        CRITERIA[2],
    ]
    case = competition(after={"opened": [changed(AFTER, criteria=split)]})
    finding = gravest_of("ET-07", case)
    assert (finding.outcome, finding.process_unequal, finding.outcome_likely_changed) == ("not-met", "yes", "no")


def test_a_hidden_criterion_is_found() -> None:
    case = competition(sheets={"criteria": ("care", "staff", "dedicated-manager")})
    assert outcome("ET-07", case) == "not-met"


@pytest.mark.parametrize(
    ("at", "notified", "republished", "expected"),
    [
        (BEFORE, "all", False, "met"),
        (BEFORE, "one", True, "met"),
        (BEFORE, "one", False, "not-met"),
        (DEADLINE, "all", True, "not-met"),  # before the deadline, not at it
    ],
)
def test_a_change_counts_when_everybody_knew_it_before_the_deadline(
    at: str, notified: str, republished: bool, expected: str
) -> None:
    change = changed(at, notified=notified, republished=republished)
    assert outcome("ET-07", competition(after={"answer": [change]})) == expected


def test_a_change_of_the_formula_alone_is_a_hidden_rule() -> None:
    case = competition(after={"opened": [changed(AFTER, criteria=CRITERIA, price_formula="linear-to-double")]})
    assert outcome("ET-07", case) == "not-met"


def test_what_points_were_given_for_is_never_guessed() -> None:
    assert outcome("ET-07", competition().hidden()) == "cannot-tell"
    assert outcome("ET-07", competition(until="checked")) == "not-applicable"


# ET-08


def test_criteria_that_stand_as_published_are_frozen() -> None:
    assert outcome("ET-08", competition()) == "met"
    assert outcome("ET-08", competition().hidden()) == "met"


def test_weights_moved_on_moderation_day_are_found_and_the_outcome_is_computed() -> None:
    by_new_weights = {
        "01": Result(points={"care": 800, "staff": 600, "price": 6400}, total=7800, rank=2),
        "02": Result(points={"care": 400, "staff": 600, "price": 8000}, total=9000, rank=1),
        "03": Result(points={"care": 600, "staff": 800, "price": 5000}, total=6400, rank=3),
    }
    case = competition(after={"sheets": [changed(AFTER)]}, moderated={"results": by_new_weights}, award={"place": "02"})
    finding = gravest_of("ET-08", case)
    assert (finding.outcome, finding.process_unequal, finding.outcome_likely_changed) == ("not-met", "yes", "yes")
    assert outcome("ET-12", case) == "met"  # the sums are right, by the wrong weights
    assert outcome("ET-08", case.hidden()) == "not-met"
    assert gravest_of("ET-08", case.hidden()).outcome_likely_changed == "unknown"


@pytest.mark.parametrize(
    ("plan", "notified", "republished", "expected"),
    [
        ({}, "all", True, "met"),
        ({}, "all", False, "not-met"),  # an open procedure needs the notice again
        ({"light_touch": True}, "all", False, "met"),
        ({"route": "flexible"}, "all", False, "met"),
        ({"route": "flexible"}, "some", False, "not-met"),
    ],
)
def test_a_change_before_bids_are_opened_must_reach_everybody(
    plan: dict[str, Any], notified: str, republished: bool, expected: str
) -> None:
    change = changed(BEFORE, notified=notified, republished=republished)
    assert outcome("ET-08", competition(planned=plan, after={"answer": [change]})) == expected


def test_without_a_tender_nothing_is_frozen() -> None:
    assert outcome("ET-08", competition(until="declared")) == "not-applicable"


def test_a_report_is_judged_like_an_act_and_an_override_is_still_found() -> None:
    for case in (
        told_with(changed(AFTER, evidence="portal-export")),
        told_with(changed(AFTER, override="criteria-frozen", override_reason="Agreed by both")),
    ):
        assert outcome("ET-08", case) == "not-met"


def told_with(change: Any) -> Told:
    return competition(after={"opened": [change]})
