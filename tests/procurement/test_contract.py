from typing import Any

import pytest

from fairplace.errors import Malformed
from fairplace.procurement.commands import EndSuspension, EndWithoutAward, NotifyClaim, WithdrawAward
from fairplace.procurement.events import ContractEntered
from fairplace.procurement.standstill import is_suspended, last_day
from fairplace.procurement.state import state_of
from tests.blocks import blocked, never
from tests.story import (
    ALDER,
    APPROVER,
    BIRCH,
    DOGWOOD,
    EXHIBIT,
    MONITORING,
    OFFERS,
    STANDSTILL_ENDS,
    Story,
    contract,
    notice,
    open_competition,
)

SIGNING_DAY = "2026-04-24T09:00:00.000Z"


def noticed(**changes: Any) -> Story:
    story = open_competition(until="noticed", **changes)
    story.wait_until(SIGNING_DAY)
    return story


def claim(issued: str = "2026-04-20", notified: str = "2026-04-21") -> NotifyClaim:
    return NotifyClaim(id="test", issued_on=issued, notified_on=notified, claimant=BIRCH)


def lifted() -> EndSuspension:
    return EndSuspension(id="test", how="lifted")


def test_a_contract_is_signed_with_the_winner_after_the_standstill() -> None:
    story = noticed()
    decision = story.decide(contract(OFFERS[0]), by=APPROVER)
    event = decision.event
    assert isinstance(event, ContractEntered)
    assert (event.entered_on, event.providers.value, event.value.value) == ("2026-04-24", [ALDER], 520_000)
    assert decision.statement == "Enter the contract with Alder Homes for £5,200.00 on 2026-04-24."


def test_a_contract_waits_for_the_end_of_a_mandatory_standstill() -> None:
    story = open_competition(until="noticed")
    story.wait_until("2026-04-22T09:00:00.000Z")
    assert STANDSTILL_ENDS in blocked(story, contract(OFFERS[0]), "standstill", by=APPROVER)


def test_a_mandatory_standstill_is_kept_whole_whatever_the_notice_said() -> None:
    story = open_competition(until="summarised")
    story.report(notice(standstill_ends="2026-04-15"))
    story.wait_until("2026-04-22T09:00:00.000Z")
    assert last_day(state_of(story.history)) == "2026-04-22"
    blocked(story, contract(OFFERS[0]), "standstill", by=APPROVER)
    story.do(contract(OFFERS[0]), by=APPROVER, at="2026-04-22T23:00:00.000Z")  # midnight in London: the 23rd


def test_a_light_touch_contract_keeps_the_standstill_that_it_offered_and_no_other() -> None:
    story = open_competition(until="summarised", planned={"light_touch": True})
    story.do(notice(standstill_ends=STANDSTILL_ENDS))
    blocked(story, contract(OFFERS[0]), "standstill", by=APPROVER)
    plain = open_competition(until="noticed", planned={"light_touch": True})
    plain.do(contract(OFFERS[0]), by=APPROVER)


def test_a_call_off_stands_still_only_if_it_said_so() -> None:
    story = open_competition(until="awarded", planned={"route": "framework_calloff", "concerns_one_person": False})
    blocked(story, contract(OFFERS[0]), "no-award-notice", by=APPROVER)
    story.do(notice())
    story.do(contract(OFFERS[0]), by=APPROVER)


def test_below_the_threshold_no_award_notice_is_due() -> None:
    open_competition(until="awarded", planned={"regime": "BELOW"}).do(contract(OFFERS[0]), by=APPROVER)


def test_a_public_contract_follows_its_award_notice() -> None:
    story = open_competition(until="summarised")
    blocked(story, contract(OFFERS[0]), "no-award-notice", by=APPROVER)


def test_a_claim_notified_in_the_standstill_suspends_the_award_until_the_court_lifts_it() -> None:
    story = noticed()
    story.do(claim(), by=MONITORING)
    assert is_suspended(state_of(story.history))
    assert "court" in blocked(story, contract(OFFERS[0]), "suspended", by=APPROVER)
    story.do(lifted(), by=MONITORING)
    story.do(contract(OFFERS[0]), by=APPROVER)


@pytest.mark.parametrize(
    ("issued", "notified", "suspends"),
    [
        ("2026-04-23", "2026-04-23", True),
        ("2026-04-23", "2026-04-24", False),
        ("2026-04-24", "2026-04-24", False),
        ("2026-04-10", "2026-04-12", True),
    ],
)
def test_a_claim_counts_when_issued_and_notified_by_the_last_day(issued: str, notified: str, suspends: bool) -> None:
    story = noticed()
    story.do(claim(issued, notified), by=MONITORING)
    assert is_suspended(state_of(story.history)) is suspends


def test_without_a_standstill_no_claim_suspends() -> None:
    story = noticed(planned={"light_touch": True})
    story.do(claim(), by=MONITORING)
    story.do(contract(OFFERS[0]), by=APPROVER)


def test_a_claim_is_issued_then_notified_and_neither_lies_ahead() -> None:
    never(noticed(), claim("2026-04-21", "2026-04-20"), "claim-days", by=MONITORING)
    never(noticed(), claim("2026-04-21", "2026-05-20"), "claim-days", by=MONITORING)


def test_a_claim_is_recorded_even_after_the_end() -> None:
    open_competition(until="contracted").do(claim(), by=MONITORING)
    never(noticed(), lifted(), "no-claim", by=MONITORING)


def test_a_contract_is_with_whom_it_was_awarded_to() -> None:
    blocked(noticed(), contract(OFFERS[0], providers=[BIRCH.id]), "not-awarded", by=APPROVER)
    blocked(open_competition(until="moderated"), contract(OFFERS[0], providers=[ALDER.id]), "not-awarded", by=APPROVER)


def test_a_report_may_name_somebody_who_never_bid() -> None:
    story = noticed()
    blocked(story, contract(OFFERS[0], providers=[DOGWOOD]), "not-awarded", by=APPROVER)
    never(story, contract(OFFERS[0], providers=[DOGWOOD.id]), "unknown-bid", by=APPROVER)
    event = story.report(contract(OFFERS[0], providers=[DOGWOOD])).event
    assert isinstance(event, ContractEntered)
    assert event.providers.value == [DOGWOOD]


def test_a_contract_with_nobody_is_none() -> None:
    never(open_competition(until="moderated"), contract(OFFERS[0]), "no-provider", by=APPROVER)


def test_an_act_is_signed_today_and_an_earlier_signature_is_reported() -> None:
    story = open_competition(until="noticed")
    story.wait_until("2026-04-27T09:00:00.000Z")
    assert story.refusal(contract(OFFERS[0], entered_on="2026-04-24"), by=APPROVER).code == "entered-on"
    told = contract(
        OFFERS[0],
        entered_on="2026-04-14",
        evidence="stated-by-officer",
        happened_at="2026-04-14T15:00:00.000Z",
    )
    event = story.do(told).event
    assert isinstance(event, ContractEntered)
    assert (event.entered_on, event.override) == ("2026-04-14", None)
    never(noticed(), contract(OFFERS[0], entered_on="2031-01-01"), "entered-on", by=APPROVER)
    with pytest.raises(Malformed):
        noticed().decide(contract(OFFERS[0], entered_on="2026-13-01"), by=APPROVER)


def test_a_contract_is_signed_once_and_not_for_nothing_or_less() -> None:
    never(open_competition(until="contracted"), contract(OFFERS[0]), "contract-entered", by=APPROVER)
    never(noticed(), contract(OFFERS[0], value=-5), "amount", by=APPROVER)


def test_a_case_that_ended_has_no_contract() -> None:
    story = open_competition(until="awarded")
    story.do(WithdrawAward(id="test", reason="The need is gone"), by=APPROVER)
    story.do(EndWithoutAward(id="test", ground="need-changed", reason="The need is gone"), by=APPROVER)
    refused = story.refusal(contract(OFFERS[0], providers=[ALDER.id]), by=APPROVER)
    assert (refused.code, refused.overridable) == ("case-ended", True)


def test_a_contract_signed_too_early_is_published_as_an_override_with_two_signatures() -> None:
    story = open_competition(until="noticed")
    story.do(claim("2026-04-13", "2026-04-13"), by=MONITORING)
    event = story.do(contract(OFFERS[0], override_reason="Children would be without a home"), by=APPROVER).event
    assert isinstance(event, ContractEntered)
    assert event.override == "standstill+suspended"
    assert story.last.signers == (APPROVER.key, MONITORING.key)


def test_a_report_rests_on_its_document() -> None:
    story = noticed()
    assert story.report(contract(OFFERS[0])).event.exhibit.value == EXHIBIT
