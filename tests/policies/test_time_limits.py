"""Standstill, notices and suspension: AD-02, AD-03, AD-04, RM-02, TR-04, TR-05."""

from typing import Any

import pytest

from fairplace.procurement.events import AwardWithdrawn, ClaimNotified, SuspensionEnded
from tests.policies.given import Told, awarded, competition, fact, findings, gravest_of, notice, outcome, signed

LIGHT = {"light_touch": True}
MONDAY = "2026-11-23T12:00:00.000Z"


def award_notice(published: str = MONDAY, ends: str | None = None, on: str | None = None, **plan: Any) -> Told:
    """A case from its award notice to its signature."""
    case = competition(until="award", planned=plan)
    case.tell(notice(at=published, ends=ends))
    if on:
        case.tell(signed(on))
    return case


# AD-02


@pytest.mark.parametrize(
    ("published", "last", "next_day"),
    [
        ("2026-03-09", "2026-03-19", "2026-03-20"),
        ("2026-06-08", "2026-06-18", "2026-06-19"),
        ("2026-11-23", "2026-12-03", "2026-12-04"),
        ("2026-11-28", "2026-12-10", "2026-12-11"),
        ("2026-12-18", "2026-12-31", "2027-01-01"),
        ("2026-12-21", "2027-01-05", "2027-01-06"),
        ("2027-03-22", "2027-04-02", "2027-04-03"),
    ],
)
def test_a_contract_is_signed_only_after_eight_working_days_of_the_whole_uk(
    published: str, last: str, next_day: str
) -> None:
    at = f"{published}T12:00:00.000Z"
    assert outcome("AD-02", award_notice(at, on=last)) == "not-met"
    assert outcome("AD-02", award_notice(at, on=next_day)) == "met"


def test_an_unsigned_contract_has_a_first_day() -> None:
    [finding] = findings("AD-02", award_notice())
    assert (finding.outcome, finding.due_on) == ("not-applicable", "2026-12-04")


def test_a_notice_late_in_the_evening_counts_by_the_day_in_london() -> None:
    # 23:30 in UTC on 7 June is 00:30 on 8 June in London.
    assert outcome("AD-02", award_notice("2026-06-07T23:30:00.000Z", on="2026-06-18")) == "not-met"
    assert outcome("AD-02", award_notice("2026-06-07T22:30:00.000Z", on="2026-06-18")) == "not-met"  # Sunday: day zero


def test_a_longer_standstill_that_was_stated_holds() -> None:
    assert outcome("AD-02", award_notice(ends="2026-12-10", on="2026-12-10")) == "not-met"
    assert outcome("AD-02", award_notice(ends="2026-12-10", on="2026-12-11")) == "met"


def test_a_stated_end_before_the_laws_is_found_before_anybody_signs() -> None:
    assert outcome("AD-02", award_notice(ends="2026-12-02")) == "not-met"  # the count with England's holidays
    assert outcome("AD-02", award_notice(ends="2026-12-03")) == "not-applicable"


def test_a_signature_without_an_award_notice_had_no_standstill() -> None:
    assert outcome("AD-02", competition(skip=("notice", "details"))) == "not-met"
    assert outcome("AD-02", competition(until="award")) == "not-applicable"


def test_a_corrected_notice_counts_anew() -> None:
    case = award_notice()
    case.tell(notice(at="2026-11-30T12:00:00.000Z"))
    case.tell(signed("2026-12-04"))
    assert outcome("AD-02", case) == "not-met"


def test_after_an_award_was_taken_back_only_a_new_notice_counts() -> None:
    case = award_notice("2026-11-02T12:00:00.000Z")
    case.tell(fact(AwardWithdrawn, "2026-11-09T09:00:00.000Z", reason="Sums were wrong"))
    case.tell(awarded(at="2026-11-20T09:00:00.000Z"))
    case.tell(signed("2026-12-04"))
    assert outcome("AD-02", case) == "not-met"


@pytest.mark.parametrize("plan", [LIGHT, {"route": "framework_calloff"}, {"route": "flexible_dm"}, {"regime": "BELOW"}])
def test_where_the_law_demands_no_standstill_none_is_asked(plan: dict[str, Any]) -> None:
    assert outcome("AD-02", award_notice(on="2026-11-24", **plan)) == "not-applicable"


def test_a_direct_award_depends_on_a_ground_that_is_not_recorded() -> None:
    assert outcome("AD-02", award_notice(on="2026-11-24", route="direct_s41")) == "cannot-tell"
    assert outcome("AD-02", award_notice(on="2026-12-04", route="direct_s41")) == "met"


def test_beyond_the_known_bank_holidays_nothing_is_guessed() -> None:
    finding = gravest_of("AD-02", award_notice("2028-12-27T12:00:00.000Z"))
    assert finding.outcome == "cannot-tell"
    assert "calendar-horizon" in finding.text


def test_a_case_without_a_plan_or_with_two_laws_is_not_judged() -> None:
    assert outcome("AD-02", competition(skip=("planned",))) == "cannot-tell"
    from tests.policies.given import planned

    two = competition(after={"planned": [planned(regime="PSR")]})
    assert findings("AD-02", two)[0].text.startswith("regime-unresolved")


# AD-03


@pytest.mark.parametrize(
    ("ends", "on", "expected"),
    [
        ("2026-12-03", "2026-12-04", "met"),
        ("2026-12-03", "2026-12-03", "not-met"),
        ("2026-12-02", "2026-12-04", "not-met"),  # seven working days
        ("2026-11-30", None, "not-met"),  # "5 day standstill"
        ("2026-12-03", None, "not-applicable"),
        (None, "2026-11-24", "concern"),
        (None, None, "concern"),
    ],
)
def test_a_standstill_that_is_offered_is_full_and_kept(ends: str | None, on: str | None, expected: str) -> None:
    assert outcome("AD-03", award_notice(ends=ends, on=on, **LIGHT)) == expected


def test_an_offered_standstill_tells_the_first_day_to_sign() -> None:
    [finding] = findings("AD-03", award_notice(ends="2026-12-03", **LIGHT))
    assert finding.due_on == "2026-12-04"


def test_a_mandatory_standstill_is_not_voluntary() -> None:
    assert outcome("AD-03", award_notice(ends="2026-11-25", on="2026-11-26")) == "not-applicable"
    assert outcome("AD-03", competition(planned=LIGHT, until="award")) == "not-applicable"
    assert outcome("AD-03", competition(skip=("planned",))) == "cannot-tell"


# AD-04 and RM-02


def claimed(
    notified: str = "2026-12-02", ends: str | None = None, on: str | None = None, ended: str | None = None, **plan: Any
) -> Told:
    case = award_notice(ends=ends, **plan)
    case.tell(fact(ClaimNotified, f"{notified}T12:00:00.000Z", issued_on=notified, notified_on=notified, claimant=None))
    if ended:
        case.tell(fact(SuspensionEnded, f"{ended}T12:00:00.000Z", how="lifted"))
    if on:
        case.tell(signed(on))
    return case


@pytest.mark.parametrize("code", ["AD-04", "RM-02"])
@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ({}, "met"),
        ({"on": "2026-12-04"}, "not-met"),
        ({"notified": "2026-12-03", "on": "2026-12-04"}, "not-met"),  # the last day counts
        ({"notified": "2026-12-04"}, "concern"),
        ({"notified": "2026-12-04", "on": "2026-12-07"}, "concern"),
        ({"ended": "2026-12-20", "on": "2026-12-21"}, "met"),
        ({"ended": "2026-12-20", "on": "2026-12-20"}, "met"),  # lifted first, signed the same day
        ({"light_touch": True}, "concern"),  # no standstill was offered
        ({"light_touch": True, "ends": "2026-12-03"}, "met"),
        ({"light_touch": True, "ends": "2026-12-03", "on": "2026-12-10"}, "not-met"),
        ({"regime": "BELOW", "on": "2026-12-04"}, "not-applicable"),
    ],
)
def test_a_claim_in_the_standstill_stops_the_signature(code: str, told: dict[str, Any], expected: str) -> None:
    assert outcome(code, claimed(**told)) == expected


def test_a_signature_before_the_order_is_found_though_the_order_came() -> None:
    case = claimed(on="2026-12-18")
    case.tell(fact(SuspensionEnded, "2026-12-20T12:00:00.000Z", how="lifted"))
    assert outcome("RM-02", case) == "not-met"


def test_a_contract_signed_before_the_claim_was_not_signed_while_suspended() -> None:
    case = award_notice(on="2026-12-01")
    case.tell(
        fact(ClaimNotified, "2026-12-02T12:00:00.000Z", issued_on="2026-12-02", notified_on="2026-12-02", claimant=None)
    )
    assert outcome("RM-02", case) == "met"
    assert outcome("AD-02", case) == "not-met"


def test_issued_in_time_and_notified_late_suspends_nothing() -> None:
    case = award_notice()
    case.tell(
        fact(ClaimNotified, "2026-12-04T12:00:00.000Z", issued_on="2026-12-03", notified_on="2026-12-04", claimant=None)
    )
    assert outcome("RM-02", case) == "concern"


def test_without_a_claim_nothing_is_suspended() -> None:
    assert outcome("RM-02", award_notice()) == "not-applicable"
    assert outcome("RM-02", competition(skip=("planned",))) == "cannot-tell"


# TR-04


@pytest.mark.parametrize(
    ("on", "expected"), [("2026-12-04", "met"), ("2026-11-23", "not-met"), ("2026-11-20", "not-met")]
)
def test_the_award_notice_comes_before_the_day_of_signature(on: str, expected: str) -> None:
    assert outcome("TR-04", award_notice(on=on)) == expected


@pytest.mark.parametrize("plan", [{}, LIGHT, {"route": "framework_calloff"}])
def test_a_contract_signed_with_no_award_notice_is_found(plan: dict[str, Any]) -> None:
    assert outcome("TR-04", competition(planned=plan, skip=("notice",))) == "not-met"


def test_a_direct_award_for_one_person_may_owe_no_notice() -> None:
    plan = {"route": "direct_s41", "light_touch": True, "concerns_one_person": True}
    case = competition(planned=plan, skip=("notice", "details"))
    assert outcome("TR-04", case) == "cannot-tell"
    assert outcome("TR-05", case) == "cannot-tell" or case.as_of < "2026-08-21"


def test_the_award_notice_is_asked_of_signed_public_contracts() -> None:
    assert outcome("TR-04", competition(until="notice")) == "not-applicable"
    assert outcome("TR-04", competition(planned={"regime": "BELOW"}, skip=("notice",))) == "not-applicable"
    assert outcome("TR-04", competition(skip=("planned",))) == "cannot-tell"


# TR-05


def details(published: str | None, as_of: str = "2027-06-01T12:00:00.000Z", **plan: Any) -> Told:
    case = competition(planned=plan, until="award")
    case.tell(signed("2026-12-01"))
    if published:
        case.tell(notice("UK7", f"{published}T12:00:00.000Z"))
    case.as_of = as_of
    return case


@pytest.mark.parametrize(
    ("published", "plan", "expected"),
    [
        ("2027-03-30", LIGHT, "met"),
        ("2027-03-31", LIGHT, "not-met"),
        ("2026-12-30", {}, "met"),
        ("2026-12-31", {}, "not-met"),
        (None, LIGHT, "not-met"),
        (None, {"regime": "BELOW"}, "not-applicable"),
    ],
)
def test_contract_details_are_due_in_120_or_30_days(published: str | None, plan: dict[str, Any], expected: str) -> None:
    assert outcome("TR-05", details(published, **plan)) == expected


@pytest.mark.parametrize(
    ("today", "expected"),
    [
        ("2027-03-19", "not-applicable"),
        ("2027-03-20", "concern"),  # ten days are left
        ("2027-03-30", "concern"),  # the last day
        ("2027-03-31", "not-met"),
    ],
)
def test_the_clock_warns_before_it_runs_out(today: str, expected: str) -> None:
    [finding] = findings("TR-05", details(None, f"{today}T09:00:00.000Z", **LIGHT))
    assert (finding.outcome, finding.due_on) == (expected, "2027-03-30")


def test_a_direct_award_for_one_person_may_owe_no_details() -> None:
    plan = {"route": "direct_s41", "light_touch": True, "concerns_one_person": True}
    assert outcome("TR-05", details(None, **plan)) == "cannot-tell"


def test_details_are_asked_of_signed_contracts() -> None:
    assert outcome("TR-05", competition(until="notice")) == "not-applicable"
    assert outcome("TR-05", competition(skip=("planned",))) == "cannot-tell"
