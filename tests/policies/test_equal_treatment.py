"""Information, deadlines and approaches: ET-01, ET-02, ET-04."""

from typing import Any

import pytest

from fairplace.procurement.events import ContactRecorded, DeadlineChanged, DepositReceivedLate, Handling, Receipt
from tests.policies.given import (
    ALDER,
    BIRCH,
    CEDAR,
    Told,
    answered,
    competition,
    fact,
    findings,
    gravest_of,
    outcome,
)

EARLY = "2026-03-10T10:02:00.000Z"
EVERYBODY = (ALDER, BIRCH, CEDAR)


def receipts(*whom: Any, at: str = EARLY) -> list[Receipt]:
    return [Receipt(provider=provider, at=at) for provider in whom]


def with_answer(**changes: Any) -> Told:
    return competition(answer=changes)


# ET-01


def test_an_answer_published_to_all_is_equal() -> None:
    [finding] = findings("ET-01", competition())
    assert (finding.outcome, finding.process_unequal, finding.outcome_likely_changed) == ("met", "no", "no")


def test_an_answer_sent_to_each_bidder_at_once_is_equal() -> None:
    assert outcome("ET-01", with_answer(audience="some", recipients=receipts(*EVERYBODY))) == "met"


def test_one_bidder_told_by_telephone_is_found() -> None:
    case = with_answer(audience="one", recipients=receipts(ALDER))
    [finding] = findings("ET-01", case)
    assert (finding.outcome, finding.process_unequal) == ("not-met", "yes")
    assert finding.outcome_likely_changed == "unknown"  # Alder won: how the others would have bid nobody knows
    assert finding.evidence == (20,)


def test_an_advantage_that_did_not_win_did_not_change_the_outcome() -> None:
    [finding] = findings("ET-01", with_answer(audience="one", recipients=receipts(BIRCH)))
    assert (finding.outcome, finding.outcome_likely_changed) == ("not-met", "no")


def test_an_answer_after_the_deadline_is_no_answer() -> None:
    late = [*receipts(ALDER, BIRCH), *receipts(CEDAR, at="2026-04-01T12:00:01.000Z")]
    assert outcome("ET-01", with_answer(audience="some", recipients=late)) == "not-met"


@pytest.mark.parametrize(
    ("last", "expected"),
    [
        ("2026-03-10T11:02:00.000Z", "met"),  # exactly 60 minutes
        ("2026-03-10T11:03:00.000Z", "concern"),
        ("2026-03-11T10:02:00.000Z", "concern"),  # one working day later: not the same time
        ("2026-03-12T10:02:00.000Z", "concern"),  # more than a working day
    ],
)
def test_answers_apart_in_time_raise_a_concern(last: str, expected: str) -> None:
    apart = [*receipts(ALDER, BIRCH), *receipts(CEDAR, at=last)]
    assert outcome("ET-01", with_answer(audience="some", recipients=apart)) == expected


def test_an_answer_to_one_that_is_then_published_to_all_was_late_for_the_others() -> None:
    first = with_answer(audience="one", recipients=receipts(ALDER))
    case = competition(
        answer={"audience": "one", "recipients": receipts(ALDER)},
        after={"answer": [answered(at="2026-03-13T10:00:00.000Z")]},
    )
    assert outcome("ET-01", first) == "not-met"
    assert outcome("ET-01", case) == "concern"


@pytest.mark.parametrize(
    ("at", "expected"), [("2026-03-25T11:00:00.000Z", "met"), ("2026-03-26T11:00:00.000Z", "concern")]
)
def test_an_answer_needs_five_working_days_before_the_deadline(at: str, expected: str) -> None:
    assert outcome("ET-01", with_answer(at=at)) == expected


def test_an_extension_after_a_late_answer_removes_the_concern() -> None:
    longer = extended(at="2026-03-30T12:00:00.000Z")
    case = competition(answer={"at": "2026-03-30T11:00:00.000Z"}, after={"answer": [longer]})
    assert outcome("ET-01", case) == "met"


def test_the_answer_on_a_bidders_own_solution_may_stay_with_it() -> None:
    own = with_answer(audience="one", recipients=receipts(ALDER), confidential_reason="own-solution")
    assert outcome("ET-01", own) == "met"


def test_an_answer_that_does_not_help_to_bid_is_not_asked_about() -> None:
    assert outcome("ET-01", with_answer(material=False, audience="one")) == "not-applicable"
    assert outcome("ET-01", competition(skip=("answer",))) == "not-applicable"


def test_who_got_an_answer_is_never_guessed() -> None:
    hidden = with_answer(audience="some", recipients=receipts(ALDER)).hidden()
    [finding] = findings("ET-01", hidden)
    assert (finding.outcome, finding.process_unequal) == ("cannot-tell", "unknown")
    assert "withheld" in finding.text


def test_before_bids_are_in_an_answer_to_some_is_a_concern_only() -> None:
    case = competition(answer={"audience": "one", "recipients": receipts(ALDER)}, until="answer")
    assert outcome("ET-01", case) == "concern"


# ET-02


def extended(at: str = "2026-03-30T12:00:00.000Z", **changes: Any) -> Any:
    fields: dict[str, Any] = {
        "deadline": "2026-04-08T12:00:00.000Z",
        "audience": "all",
        "resubmission_allowed": True,
        "recipients": [],
        "reason": "The portal was down",
    }
    return fact(DeadlineChanged, at, **{**fields, **changes})


def with_extension(**changes: Any) -> Told:
    at = "2026-04-08T12:05:00.000Z"
    return competition(after={"answer": [extended(**changes)]}, opened={"at": at}, checked={"at": at})


def test_one_deadline_for_all_is_equal() -> None:
    assert outcome("ET-02", competition()) == "met"
    assert outcome("ET-02", competition().hidden()) == "met"


def test_a_portal_outage_that_moves_the_deadline_for_all_is_equal() -> None:
    assert outcome("ET-02", with_extension()) == "met"


def test_bids_opened_before_the_deadline_are_found() -> None:
    early = competition(opened={"at": "2026-03-30T09:00:00.000Z"})
    for case in (early, early.hidden()):
        finding = gravest_of("ET-02", case)
        assert (finding.outcome, finding.process_unequal) == ("not-met", "yes")
        assert "opened before the deadline" in finding.text
    moved = competition(after={"answer": [extended()]})
    assert "opened before the deadline 2026-04-08T12:00:00.000Z" in gravest_of("ET-02", moved).text
    after = competition(after={"opened": [extended("2026-04-03T09:00:00.000Z")]})
    assert all("opened before" not in finding.text for finding in findings("ET-02", after))


def test_a_deadline_moved_for_one_is_found() -> None:
    [finding] = findings("ET-02", with_extension(audience="one", recipients=[BIRCH]))
    assert (finding.outcome, finding.process_unequal) == ("not-met", "yes")
    assert finding.outcome_likely_changed == "no"  # Birch bid in the common time, and did not win


def test_a_bid_that_needed_a_private_extension_and_won_changed_the_outcome() -> None:
    case = competition(
        after={"answer": [extended(audience="one", recipients=[ALDER])]},
        deposits={"01": {"at": "2026-04-02T09:00:00.000Z"}},
    )
    assert gravest_of("ET-02", case).outcome_likely_changed == "yes"


def test_a_bid_that_needed_a_private_extension_and_lost_did_not() -> None:
    case = competition(
        after={"answer": [extended(audience="one", recipients=[CEDAR])]},
        deposits={"03": {"at": "2026-04-02T09:00:00.000Z"}},
    )
    assert gravest_of("ET-02", case).outcome_likely_changed == "no"


def test_a_private_extension_is_found_without_knowing_for_whom() -> None:
    [finding] = findings("ET-02", with_extension(audience="one", recipients=[BIRCH]).hidden())
    assert (finding.outcome, finding.outcome_likely_changed) == ("not-met", "unknown")


def test_a_deadline_moved_after_a_bid_was_late_is_found() -> None:
    late = fact(
        DepositReceivedLate,
        "2026-04-01T12:04:00.000Z",
        case="c",
        seen=None,
        provider=CEDAR,
        document=None,
        price=None,
        provider_signature=None,
    )
    case = competition(until="deposits", after={"deposits": [late, extended(at="2026-04-01T13:00:00.000Z")]})
    assert outcome("ET-02", case) == "not-met"


def test_a_deadline_moved_after_it_passed_is_a_concern_where_no_bid_was_late() -> None:
    case = competition(until="deposits", after={"deposits": [extended(at="2026-04-01T13:00:00.000Z")]})
    assert outcome("ET-02", case) == "concern"
    assert outcome("ET-02", case.hidden()) == "cannot-tell"


@pytest.mark.parametrize(
    ("at", "again", "expected"),
    [
        ("2026-03-31T13:00:00.000Z", True, "met"),
        ("2026-03-31T13:00:00.000Z", False, "concern"),
        ("2026-03-31T12:00:00.000Z", False, "met"),  # exactly 24 hours
    ],
)
def test_a_late_extension_lets_early_bidders_bid_again(at: str, again: bool, expected: str) -> None:
    assert outcome("ET-02", with_extension(at=at, resubmission_allowed=again)) == expected


def test_without_a_tender_there_is_no_deadline() -> None:
    assert outcome("ET-02", competition(until="declared")) == "not-applicable"


# ET-04


def contact(provider: Any = ALDER, n: int = 0, **changes: Any) -> Any:
    fields: dict[str, Any] = {
        "channel": "email",
        "introduced_by": "nobody",
        "priority": False,
        "priority_basis": None,
        "first_response_minutes": None,
        "interest_noted": True,
    }
    handling = Handling(**{**fields, **changes})
    return fact(ContactRecorded, f"2026-03-11T10:{n:02d}:00.000Z", handling=handling, provider=provider, note="Rang")


def with_contacts(*contacts: Any) -> Told:
    return competition(after={"answer": contacts})


def test_a_provider_put_first_because_somebody_asked_is_found() -> None:
    [finding] = findings("ET-04", with_contacts(contact(introduced_by="member", priority=True)))
    assert (finding.outcome, finding.process_unequal) == ("not-met", "yes")
    assert finding.outcome_likely_changed == "unknown"  # it would have won anyway: that never turns not-met into met


def test_a_provider_put_first_that_lost_did_not_change_the_outcome() -> None:
    [finding] = findings("ET-04", with_contacts(contact(BIRCH, introduced_by="member-of-parliament", priority=True)))
    assert (finding.outcome, finding.outcome_likely_changed) == ("not-met", "no")


def test_priority_on_a_published_basis_is_equal() -> None:
    assert outcome("ET-04", with_contacts(contact(priority=True, priority_basis="registration"))) == "met"


def test_priority_on_no_basis_without_an_introducer_is_a_concern() -> None:
    assert outcome("ET-04", with_contacts(contact(channel="portal", priority=True))) == "concern"


def test_an_introducer_whose_interest_is_not_noted_is_a_concern() -> None:
    assert outcome("ET-04", with_contacts(contact(introduced_by="senior-officer", interest_noted=False))) == "concern"


@pytest.mark.parametrize(("minutes", "expected"), [(29, "concern"), (30, "met")])
def test_referred_approaches_answered_in_less_than_half_the_time_are_a_concern(minutes: int, expected: str) -> None:
    contacts = [contact(n=n, introduced_by="other-official", first_response_minutes=minutes) for n in range(5)]
    contacts += [contact(n=n + 5, first_response_minutes=60) for n in range(5)]
    assert outcome("ET-04", with_contacts(*contacts)) == expected
    assert outcome("ET-04", with_contacts(*contacts[1:])) == "met"  # four are too few to compare


def test_how_an_approach_was_handled_is_never_guessed() -> None:
    [finding] = findings("ET-04", with_contacts(contact(priority=True)).hidden())
    assert finding.outcome == "cannot-tell"


def test_without_an_approach_there_is_nothing_to_ask() -> None:
    assert outcome("ET-04", competition()) == "not-applicable"
