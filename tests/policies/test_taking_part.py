"""Late bids and exclusion: ET-03, ET-14."""

from collections.abc import Sequence
from typing import Any

import pytest

from fairplace.procurement.events import DepositReceivedLate, LateBidsDecided, LateDecision
from tests.policies.given import (
    CEDAR,
    Told,
    check,
    competition,
    deposited,
    fact,
    findings,
    gravest_of,
    leaf_of,
    outcome,
)

# The late bids are told right after the three in time: their indexes, and so their leaves, are known.
FOUR_MINUTES, TWENTY_MINUTES = leaf_of(32), leaf_of(35)


def late_bids(decisions: Sequence[LateDecision] | None, policy: str = "discretion", **changes: Any) -> Told:
    bids = [
        (deposited("03", at="2026-04-01T12:04:00.000Z", kind=DepositReceivedLate), {"stream": "late/1"}),
        (deposited("02", at="2026-04-01T12:20:00.000Z", kind=DepositReceivedLate), {"stream": "late/2"}),
    ]
    after: dict[str, list[Any]] = {"deposits": bids}
    if decisions is not None:
        after["opened"] = [fact(LateBidsDecided, "2026-04-01T14:00:00.000Z", decisions=list(decisions))]
    return competition(tender={"late_policy": policy}, after=after, **changes)


def late(deposit: str, admitted: bool, cause: str = "third-party", reason: str = "As stated", place: str = "04") -> Any:
    return LateDecision(
        deposit=deposit,
        place=place if admitted else None,
        admitted=admitted,
        cause=cause,  # type: ignore[arg-type]  # a plain string is easier to give in a table
        reason=reason,
    )


BOTH_OUT = (late(FOUR_MINUTES, False), late(TWENTY_MINUTES, False))


# ET-03


def test_the_late_bids_are_where_the_decisions_say() -> None:
    case = late_bids(None, until="deposits")
    assert [entry.leaf for entry in case if isinstance(entry.event, DepositReceivedLate)] == [
        FOUR_MINUTES,
        TWENTY_MINUTES,
    ]


@pytest.mark.parametrize("policy", ["reject", "discretion"])
def test_late_bids_rejected_alike_are_equal(policy: str) -> None:
    finding = gravest_of("ET-03", late_bids(BOTH_OUT, policy))
    assert (finding.outcome, finding.process_unequal, finding.outcome_likely_changed) == ("met", "no", "no")


def test_both_bids_blocked_by_the_same_portal_fault_and_admitted_are_equal() -> None:
    both = (late(FOUR_MINUTES, True, "authority-system"), late(TWENTY_MINUTES, True, "authority-system", place="03"))
    assert outcome("ET-03", late_bids(both)) == "met"


def test_the_earlier_rejected_and_the_later_admitted_is_found() -> None:
    case = late_bids((late(FOUR_MINUTES, False), late(TWENTY_MINUTES, True)))
    found = gravest_of("ET-03", case)
    assert (found.outcome, found.process_unequal) == ("not-met", "yes")
    assert "decided differently" in found.text


def test_a_late_bid_admitted_against_the_rule_is_found() -> None:
    case = late_bids((late(FOUR_MINUTES, False), late(TWENTY_MINUTES, True, "authority-system")), "reject")
    assert gravest_of("ET-03", case).outcome == "not-met"


def test_a_late_bid_admitted_against_the_rule_that_won_changed_the_outcome() -> None:
    case = late_bids((late(FOUR_MINUTES, False), late(TWENTY_MINUTES, True, place="01")), "reject")
    assert gravest_of("ET-03", case).outcome_likely_changed == "yes"


def test_a_late_bid_admitted_against_the_rule_that_lost_did_not() -> None:
    case = late_bids((late(FOUR_MINUTES, False), late(TWENTY_MINUTES, True, place="02")), "reject")
    assert gravest_of("ET-03", case).outcome_likely_changed == "no"


def test_a_late_bid_whose_bidder_was_slow_is_never_admitted() -> None:
    assert (
        outcome("ET-03", late_bids((late(TWENTY_MINUTES, True, "bidder"), late(FOUR_MINUTES, True, "bidder"))))
        == "not-met"
    )


def test_a_bid_that_the_authority_delayed_and_rejected_is_a_concern() -> None:
    out = (late(FOUR_MINUTES, False, "authority-system"), late(TWENTY_MINUTES, False, "authority-system"))
    assert outcome("ET-03", late_bids(out)) == "concern"
    assert outcome("ET-03", late_bids(out, "reject")) == "met"


def test_discretion_without_a_decision_or_a_reason_is_found() -> None:
    assert outcome("ET-03", late_bids(None)) == "not-met"
    assert (
        outcome("ET-03", late_bids((late(FOUR_MINUTES, False, reason=" "), late(TWENTY_MINUTES, False)))) == "not-met"
    )


def test_a_late_bid_waits_for_its_decision_until_bids_are_checked() -> None:
    assert outcome("ET-03", late_bids(None, until="opened")) != "not-met"


def test_a_bid_at_the_deadline_is_in_time_and_one_later_is_not() -> None:
    def at(when: str) -> Told:
        return competition(deposits={"03": {"at": when}})

    assert outcome("ET-03", at("2026-04-01T12:00:00.000Z")) == "not-applicable"
    finding = gravest_of("ET-03", at("2026-04-01T12:00:00.001Z"))
    assert (finding.outcome, finding.outcome_likely_changed) == ("not-met", "no")


def test_whether_a_bid_was_late_is_never_guessed() -> None:
    assert outcome("ET-03", competition()) == "not-applicable"
    assert outcome("ET-03", competition().hidden()) == "cannot-tell"
    assert outcome("ET-03", late_bids(BOTH_OUT).hidden()) == "cannot-tell"


def test_a_late_bid_without_a_tender_cannot_be_judged() -> None:
    case = late_bids(None, skip=("tender",), until="deposits")
    assert outcome("ET-03", case) == "cannot-tell"


# ET-14


def with_checks(**checks: Any) -> Told:
    return competition(checked={"checks": {f"0{name[-1]}": one for name, one in checks.items()}})


def test_every_bidder_checked_is_equal() -> None:
    [finding] = findings("ET-14", competition())
    assert (finding.outcome, finding.process_unequal) == ("met", "no")


def test_a_bid_judged_without_a_check_is_found() -> None:
    assert outcome("ET-14", with_checks(p3=None)) == "not-met"
    assert outcome("ET-14", competition(skip=("checked",))) == "not-met"


def test_a_debarment_list_not_looked_up_in_time_is_found() -> None:
    assert outcome("ET-14", with_checks(p3=check(debarment_checked_on=None))) == "not-met"
    assert outcome("ET-14", with_checks(p3=check(debarment_checked_on="2026-04-03"))) == "not-met"


def test_a_supplier_excluded_on_a_press_report_without_a_hearing_is_found() -> None:
    out = check(exclusion="excluded", status="disregarded", ground="excluded", reason="Press report")
    finding = gravest_of("ET-14", with_checks(p2=out))
    assert (finding.outcome, finding.outcome_likely_changed) == ("not-met", "unknown")
    assert "heard" in finding.text


def test_a_supplier_heard_before_it_was_excluded_is_met() -> None:
    out = check(exclusion="excluded", status="disregarded", ground="excluded", reason="Debarred", heard_on="2026-04-01")
    case = competition(checked={"checks": {"02": out}}, moderated={"marks": {}, "results": {}})
    assert outcome("ET-14", case) == "met"


def test_an_excluded_supplier_that_won_changed_the_outcome() -> None:
    won = check(exclusion="excluded", heard_on="2026-04-01", reason="Debarred")
    finding = next(one for one in findings("ET-14", with_checks(p1=won)) if "excluded" in one.text)
    assert (finding.outcome, finding.outcome_likely_changed) == ("not-met", "yes")


def test_like_suppliers_treated_differently_without_reasons_are_a_concern() -> None:
    kept = check(exclusion="excludable", heard_on="2026-04-01")
    out = check(exclusion="excludable", heard_on="2026-04-01", status="disregarded", ground="excluded")
    assert outcome("ET-14", with_checks(p2=out, p3=kept)) == "concern"


def test_checks_are_never_guessed() -> None:
    [finding] = findings("ET-14", competition().hidden())
    assert (finding.outcome, finding.process_unequal) == ("cannot-tell", "unknown")


def test_before_checks_there_is_nothing_to_ask() -> None:
    assert outcome("ET-14", competition(until="opened")) == "not-applicable"


def test_a_finding_names_places_and_no_provider() -> None:
    found = findings("ET-14", with_checks(p3=None))
    assert any("03" in one.text for one in found)
    assert all(CEDAR.name not in one.text and CEDAR.id not in one.text for one in found)
