"""Clocks and answers when a decision is challenged: RM-01, RM-04."""

from typing import Any

import pytest

from fairplace.challenge.events import Acknowledged, Answered, Lodged, Withdrawn
from fairplace.procurement.events import ClaimNotified
from tests.policies.given import Told, competition, fact, findings, gravest_of, notice, outcome, signed, summaries


def lodged(at: str) -> Any:
    return fact(
        Lodged,
        at,
        kind="pre-action-letter",
        ground="scoring",
        remedy="re-score",
        about=None,
        challenger=None,
        words="Why six?",
        challenger_signature=None,
    )


def told_on(day: str, plan: dict[str, Any] | None = None, ends: str | None = None) -> Told:
    case = competition(until="award", planned=plan or {})
    case.tell(summaries(at=f"{day}T09:00:00.000Z"))
    case.tell(notice(at=f"{day}T14:00:00.000Z", ends=ends))
    return case


# RM-01


@pytest.mark.parametrize(
    ("issued", "expected", "words"),
    [
        ("2027-01-01", "met", "2027-01-01"),
        ("2027-01-02", "concern", "a court may extend"),
        ("2027-03-02", "concern", "a court may extend"),
        ("2027-03-03", "concern", "no court may extend"),
    ],
)
def test_a_claim_has_thirty_days_from_when_the_award_was_told(issued: str, expected: str, words: str) -> None:
    case = told_on("2026-12-03")
    case.tell(fact(ClaimNotified, f"{issued}T12:00:00.000Z", issued_on=issued, notified_on=issued, claimant=None))
    [finding] = findings("RM-01", case)
    assert (finding.outcome, finding.due_on) == (expected, "2027-01-01")
    assert words in finding.text


def test_a_challenge_shows_its_clock() -> None:
    case = told_on("2026-12-03")
    case.tell(lodged("2026-12-07T10:00:00.000Z"), stream="challenge/1")
    case.as_of = "2026-12-08T10:00:00.000Z"
    [finding] = findings("RM-01", case)
    assert (finding.outcome, finding.due_on) == ("not-applicable", "2027-01-01")
    case.as_of = "2027-01-02T10:00:00.000Z"
    assert findings("RM-01", case)[0].text.startswith("ran out on 2027-01-01")


def test_a_challenge_before_any_award_counts_from_its_own_day() -> None:
    case = competition(until="opened")
    case.tell(lodged("2026-12-01T10:00:00.000Z"), stream="challenge/1")
    assert findings("RM-01", case)[0].due_on == "2026-12-30"


def test_a_contract_without_a_details_notice_caps_the_time_at_six_months() -> None:
    case = told_on("2026-12-03")
    case.tell(signed("2026-06-10"))  # told long after the signature
    case.tell(lodged("2026-12-04T10:00:00.000Z"), stream="challenge/1")
    assert findings("RM-01", case)[0].due_on == "2026-12-09"
    case.tell(notice("UK7", "2026-12-05T10:00:00.000Z"))
    assert findings("RM-01", case)[0].due_on == "2027-01-01"


def test_when_the_claimant_knew_is_never_guessed() -> None:
    case = competition(until="award")
    case.tell(
        fact(ClaimNotified, "2026-12-02T12:00:00.000Z", issued_on="2026-12-02", notified_on="2026-12-02", claimant=None)
    )
    assert outcome("RM-01", case) == "cannot-tell"
    assert outcome("RM-01", competition()) == "not-applicable"


# RM-04


def challenge(
    *,
    acknowledged: str | None = "2026-11-25",
    answered: str | None = "2026-11-27",
    on: str | None = None,
    as_of: str = "2026-12-31T12:00:00.000Z",
    plan: dict[str, Any] | None = None,
    ends: str | None = None,
) -> Told:
    """Lodged on Tuesday 24 November 2026; the standstill runs from 23 November to 3 December."""
    case = told_on("2026-11-23", plan, ends)
    case.tell(lodged("2026-11-24T10:00:00.000Z"), stream="challenge/1")
    if acknowledged:
        case.tell(fact(Acknowledged, f"{acknowledged}T10:00:00.000Z"), stream="challenge/1")
    if answered:
        case.tell(fact(Answered, f"{answered}T10:00:00.000Z", answer="Because"), stream="challenge/1")
    if on:
        case.tell(signed(on))
    case.as_of = as_of
    return case


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ({}, "met"),  # answered on day four
        ({"acknowledged": "2026-11-26"}, "met"),  # the second working day
        ({"acknowledged": "2026-11-27", "answered": "2026-11-30"}, "concern"),
        ({"acknowledged": None}, "concern"),  # the answer on the third working day is the first word
        ({"acknowledged": None, "answered": "2026-11-25"}, "met"),  # an answer acknowledges
        ({"answered": "2026-12-03"}, "met"),
        ({"answered": "2026-12-04"}, "concern"),
        ({"answered": None}, "concern"),
        ({"answered": None, "as_of": "2026-12-03T12:00:00.000Z"}, "not-applicable"),
        ({"plan": {"light_touch": True}, "answered": "2026-12-07"}, "met"),  # no standstill, not signed
        ({"plan": {"light_touch": True}, "answered": "2026-12-07", "on": "2026-12-04"}, "concern"),
        ({"plan": {"light_touch": True}, "ends": "2026-12-10", "answered": "2026-12-07"}, "met"),
    ],
)
def test_a_challenge_is_answered_while_it_can_be_acted_upon(told: dict[str, Any], expected: str) -> None:
    assert outcome("RM-04", challenge(**told)) == expected


def test_a_longer_standstill_gives_more_time_to_answer() -> None:
    case = challenge(answered=None)
    case.tell(notice(at="2026-12-03T12:00:00.000Z", ends="2026-12-18"))
    case.tell(fact(Answered, "2026-12-10T10:00:00.000Z", answer="Because"), stream="challenge/1")
    assert outcome("RM-04", case) == "met"


def test_an_answer_to_another_challenge_is_no_answer() -> None:
    case = challenge(acknowledged=None, answered=None)
    case.tell(fact(Answered, "2026-11-25T10:00:00.000Z", answer="Because"), stream="challenge/2")
    assert outcome("RM-04", case) == "concern"


def test_an_open_challenge_shows_what_is_due() -> None:
    case = challenge(acknowledged=None, answered=None, as_of="2026-11-25T12:00:00.000Z")
    assert (gravest_of("RM-04", case).outcome, gravest_of("RM-04", case).due_on) == ("not-applicable", "2026-11-26")


def test_a_challenge_that_was_let_go_needs_no_answer() -> None:
    case = challenge(acknowledged=None, answered=None)
    case.tell(fact(Withdrawn, "2026-11-25T10:00:00.000Z"), stream="challenge/1")
    assert outcome("RM-04", case) == "not-applicable"


def test_without_a_challenge_there_is_nothing_to_answer() -> None:
    assert outcome("RM-04", competition()) == "not-applicable"


def test_beyond_the_known_bank_holidays_nothing_is_guessed() -> None:
    case = competition(until="award")
    case.tell(lodged("2028-12-29T10:00:00.000Z"), stream="challenge/1")
    assert outcome("RM-04", case) == "cannot-tell"
