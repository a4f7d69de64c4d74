"""Conflicts of interest: CI-01, CI-02, CI-03."""

from typing import Any

import pytest

from fairplace.people.events import Interest, InterestDecided
from tests.policies.given import (
    ALDER,
    BIRCH,
    EVALUATORS,
    OFFICER,
    Told,
    competition,
    declared,
    fact,
    gravest_of,
    notice,
    outcome,
    sheet,
)

SPOUSE = Interest(kind="family", provider=BIRCH, note="My spouse works there")

# CI-01


def test_everybody_who_met_the_bids_had_declared() -> None:
    assert outcome("CI-01", competition()) == "met"
    assert outcome("CI-01", competition().hidden()) == "met"  # who declared is public, what they declared is not


def test_declared_on_1_march_and_bids_opened_on_9_march_is_met() -> None:
    case = competition(
        declared={"at": "2026-03-01T09:00:00.000Z"}, opened={"at": "2026-03-09T09:00:00.000Z"}, until="opened"
    )
    assert outcome("CI-01", case) == "met"


def test_somebody_present_who_never_declared_is_found() -> None:
    finding = gravest_of("CI-01", competition(opened={"present": [OFFICER, "nb.example/officer/adviser"]}))
    assert finding.outcome == "not-met"
    assert "adviser" in finding.text


def test_an_evaluator_who_declared_after_marking_is_found() -> None:
    case = competition(skip=("declared-again",))
    case.tell(declared("2026-04-20T09:00:00.000Z", known=True), by=EVALUATORS[0], stream="declares/late")
    assert EVALUATORS[0] in gravest_of("CI-01", case).text
    assert outcome("CI-01", case) == "not-met"


def test_a_declaration_not_renewed_once_bidders_were_known_is_a_concern() -> None:
    case = competition(until="opened")
    case.tell(declared("2026-03-03T09:00:00.000Z"), by=EVALUATORS[0], stream="declares/early")
    case.tell(sheet(), by=EVALUATORS[0], stream="sheet/1")
    assert outcome("CI-01", case) == "concern"


@pytest.mark.parametrize(
    ("at", "expected"), [("2025-04-02T09:00:00.000Z", "met"), ("2025-04-01T09:00:00.000Z", "concern")]
)
def test_a_declaration_is_current_for_twelve_months(at: str, expected: str) -> None:
    assert outcome("CI-01", competition(declared={"at": at}, until="opened")) == expected


def test_who_acted_elsewhere_is_not_on_the_record() -> None:
    case = competition(until="deposits")
    case.tell(sheet(evidence="portal-export"), stream="sheet/1")
    assert outcome("CI-01", case) == "cannot-tell"
    assert outcome("CI-01", competition(until="deposits")) == "not-applicable"


# CI-02


def decided(at: str = "2026-04-02T08:00:00.000Z", person: str = EVALUATORS[0], **changes: Any) -> Any:
    fields: dict[str, Any] = {"person": person, "outcome": "monitor", "reason": "Far from the bid"}
    return fact(InterestDecided, at, **{**fields, **changes})


def with_interest(*decisions: Any, interests: Any = (SPOUSE,), **changes: Any) -> Told:
    """The first evaluator declares an interest when the bidders are known, before marking."""
    told = (
        declared("2026-04-01T16:00:00.000Z", known=True, interests=interests),
        {"by": EVALUATORS[0], "stream": "d/1"},
    )
    return competition(after={"declared-again": [told, *decisions]}, **changes)


def test_an_interest_with_a_decision_is_met() -> None:
    assert outcome("CI-02", with_interest(decided())) == "met"


def test_an_interest_that_nobody_decided_on_is_found() -> None:
    assert outcome("CI-02", with_interest()) == "not-met"
    assert outcome("CI-02", with_interest(until="declared-again")) == "not-applicable"  # nobody acted yet


def test_a_decision_without_a_reason_is_found() -> None:
    assert outcome("CI-02", with_interest(decided(reason=" "))) == "not-met"


def test_somebody_recused_who_stays_out_is_met() -> None:
    case = with_interest(decided(outcome="recuse"), skip=("sheets", "moderated", "award"))
    case.tell(sheet(), by=EVALUATORS[1], stream="sheet/1")
    assert outcome("CI-02", case) == "met"


def test_somebody_recused_who_marks_or_attends_is_found() -> None:
    marks = with_interest(decided(outcome="recuse"))
    finding = gravest_of("CI-02", marks)
    assert (finding.outcome, finding.text) == ("not-met", "somebody who had to stay out took part")
    assert outcome("CI-02", with_interest(decided(outcome="recuse"), skip=("sheets",))) == "not-met"  # present
    assert outcome("CI-02", marks.hidden()) == "not-met"  # who was recused is public


def test_a_later_decision_lets_somebody_back_in() -> None:
    back = decided("2026-04-02T12:00:00.000Z", outcome="none")
    assert outcome("CI-02", with_interest(decided(outcome="recuse"), back)) == "met"


def test_an_interest_declared_again_was_decided_the_first_time() -> None:
    again = (
        declared("2026-04-02T16:00:00.000Z", known=True, interests=[SPOUSE]),
        {"by": EVALUATORS[0], "stream": "d/2"},
    )
    other = Interest(kind="friend", provider=ALDER, note="Went to school together")
    new = (declared("2026-04-02T16:00:00.000Z", known=True, interests=[other]), {"by": EVALUATORS[0], "stream": "d/2"})
    assert outcome("CI-02", with_interest(decided(), again)) == "met"
    assert outcome("CI-02", with_interest(decided(), new)) == "not-met"


def test_interests_are_never_guessed() -> None:
    assert outcome("CI-02", competition().hidden()) == "cannot-tell"
    assert outcome("CI-02", competition(skip=("declared", "declared-again"))) == "cannot-tell"
    assert outcome("CI-02", competition()) == "not-applicable"
    assert outcome("CI-02", competition(skip=("declared",), until="tender")) == "not-applicable"


# CI-03


def test_an_assessment_before_the_tender_notice_is_met() -> None:
    assert outcome("CI-03", competition()) == "met"


def test_an_assessment_done_after_bids_or_never_is_found() -> None:
    assert outcome("CI-03", competition(skip=("conflicts",))) == "not-met"
    assert outcome("CI-03", competition(conflicts={"at": "2026-04-02T09:00:00.000Z"})) == "not-met"
    assert outcome("CI-03", competition(conflicts={"at": "2026-04-02T09:00:00.000Z"}).hidden()) == "not-met"


def test_an_assessment_before_a_transparency_notice_is_met() -> None:
    case = competition(planned={"route": "direct_s41"}, until="planned")
    case.tell(notice("UK5", "2026-03-05T09:00:00.000Z"))
    assert outcome("CI-03", case) == "not-met"
    case = competition(planned={"route": "direct_s41"}, until="conflicts")
    case.tell(notice("UK5", "2026-03-05T09:00:00.000Z"))
    assert outcome("CI-03", case) == "met"


def test_conflicts_without_steps_are_found() -> None:
    assert outcome("CI-03", competition(conflicts={"steps": []})) == "not-met"
    assert outcome("CI-03", competition(conflicts={"conflicts": [], "steps": []})) == "met"


def test_what_an_assessment_says_is_never_guessed() -> None:
    assert outcome("CI-03", competition().hidden()) == "cannot-tell"
    assert outcome("CI-03", competition(skip=("planned",))) == "cannot-tell"


def test_only_public_contracts_with_a_notice_need_an_assessment() -> None:
    assert outcome("CI-03", competition(planned={"regime": "BELOW"})) == "not-applicable"
    assert outcome("CI-03", competition(until="declared")) == "not-applicable"
