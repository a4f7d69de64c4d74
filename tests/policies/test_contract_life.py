"""Changes of a contract and its end: MO-01, MO-02, MO-04, TR-08."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairplace.procurement.events import ContractChanged, ContractEnded
from fairplace.procurement.permitted import Change, notice_for
from tests.policies.given import ALDER, Told, competition, fact, findings, gravest_of, notice, outcome, planned

LIGHT = {"light_touch": True}


def changed(on: str = "2026-09-01", at: str = "2026-08-01T09:00:00.000Z", **changes: Any) -> Any:
    """A change by more than a tenth of the value and of the longest term (730 days)."""
    fields = {
        "changed_on": on,
        "kind": "price",
        "ground": "provided-for",
        "term_days": 100,
        "scope_changed": False,
        "favours_supplier": False,
        "change_notice": "due",
        "reason": "Clause 14",
        "value_before": 50_000_000,
        "value_after": 60_000_000,
        "providers": [ALDER],
        "document": None,
    }
    return fact(ContractChanged, at, **{**fields, **changes})


def ended(on: str = "2027-03-31", **changes: Any) -> Any:
    fields = {"ended_on": on, "how": "expiry", "cause": "term-over", "reason": "The term was over"}
    return fact(ContractEnded, f"{on}T09:00:00.000Z", **{**fields, **changes})


def told(*events: Any, as_of: str = "2026-12-01T09:00:00.000Z", plan: dict[str, Any] | None = None) -> Told:
    """A contract of 2026, and what became of it."""
    case = competition(planned=plan or {})
    for event in events:
        case.tell(event)
    case.as_of = as_of
    return case


# MO-01


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, "met"),
        ({"ground": None}, "not-met"),  # substantial by its term
        ({"ground": None, "term_days": 0}, "concern"),
        ({"ground": None, "term_days": 0, "scope_changed": True}, "not-met"),
        ({"ground": "light-touch"}, "not-met"),
        ({"ground": "not-substantial"}, "not-met"),
        ({"ground": "not-substantial", "term_days": 73}, "met"),
        ({"ground": "not-substantial", "term_days": 0, "favours_supplier": True}, "not-met"),
        ({"ground": "below-threshold"}, "not-met"),
        ({"ground": "below-threshold", "value_after": 55_000_000}, "met"),
        ({"ground": "below-threshold", "value_after": None}, "cannot-tell"),
        ({"ground": "unforeseeable", "value_after": 75_000_000}, "met"),
        ({"ground": "additional", "value_after": 75_000_001}, "not-met"),
        ({"ground": "known-risk", "value_before": None}, "cannot-tell"),
    ],
)
def test_a_change_stands_on_a_ground_within_its_limits(changes: dict[str, Any], expected: str) -> None:
    assert outcome("MO-01", told(changed(**changes))) == expected


def test_a_light_touch_contract_is_changed_freely() -> None:
    assert outcome("MO-01", told(changed(ground=None, scope_changed=True), plan=LIGHT)) == "met"


def test_a_change_of_a_contract_that_nobody_recorded_cannot_be_told() -> None:
    case = competition(until="notice")
    case.tell(changed())
    assert outcome("MO-01", case) == "cannot-tell"


# MO-02


@pytest.mark.parametrize(
    ("published", "today", "expected"),
    [
        ("2026-08-31", "2026-12-01", "met"),
        ("2026-09-01", "2026-12-01", "not-met"),  # the same day is not before
        ("2026-10-01", "2026-12-01", "not-met"),
        (None, "2026-12-01", "not-met"),
        (None, "2026-09-01", "not-met"),
        (None, "2026-08-31", "concern"),  # the last day
        (None, "2026-08-21", "concern"),
        (None, "2026-08-20", "not-applicable"),
    ],
)
def test_the_notice_comes_before_the_change(published: str | None, today: str, expected: str) -> None:
    events = [changed(), *([notice("UK10", f"{published}T09:00:00.000Z")] if published else [])]
    found = gravest_of("MO-02", told(*events, as_of=f"{today}T12:00:00.000Z"))
    assert (found.outcome, found.due_on) == (expected, "2026-08-31")


def test_a_change_that_can_be_read_either_way_is_a_concern_and_no_breach() -> None:
    assert outcome("MO-02", told(changed(term_days=10))) == "concern"
    assert outcome("MO-02", told(changed(term_days=0, value_after=50_000_000))) == "concern"


def test_small_changes_and_those_of_light_touch_contracts_need_no_notice() -> None:
    assert outcome("MO-02", told(changed(term_days=0, value_after=55_000_000))) == "not-applicable"
    assert outcome("MO-02", told(changed(), plan=LIGHT)) == "not-applicable"
    assert outcome("MO-02", told(changed(), plan={"regime": "BELOW"})) == "not-applicable"


def test_one_notice_answers_for_one_change() -> None:
    case = told(changed(), notice("UK10", "2026-08-20T09:00:00.000Z"), changed("2026-10-01"))
    assert [one.outcome for one in findings("MO-02", case)] == ["met", "not-met"]


def test_what_was_written_with_the_change_counts_where_the_values_are_not_public() -> None:
    assert outcome("MO-02", told(changed()).hidden()) == "not-met"
    assert (
        outcome("MO-02", told(changed(term_days=0, value_after=55_000_000, change_notice="not-due")).hidden())
        == "cannot-tell"
    )
    assert outcome("MO-02", told(changed(change_notice="advised")).hidden()) == "concern"


# MO-04


def test_a_light_touch_contract_that_grows_by_more_than_half_is_a_concern() -> None:
    first, second = (
        changed(value_after=70_000_000),
        changed("2026-10-01", value_before=70_000_000, value_after=75_000_001),
    )
    assert outcome("MO-04", told(first, plan=LIGHT)) == "met"
    assert outcome("MO-04", told(first, second, plan=LIGHT)) == "concern"
    assert outcome("MO-04", told(changed(scope_changed=True), plan=LIGHT)) == "concern"
    assert outcome("MO-04", told(first, plan=LIGHT).hidden()) == "cannot-tell"
    assert outcome("MO-04", told(first)) == "not-applicable"


# TR-08


@pytest.mark.parametrize(
    ("published", "today", "expected"),
    [
        ("2027-04-29", "2027-06-01", "met"),
        ("2027-04-30", "2027-06-01", "not-met"),
        (None, "2027-04-19", "concern"),
        (None, "2027-04-18", "not-applicable"),
        (None, "2027-04-30", "not-met"),
    ],
)
def test_an_end_is_published_within_thirty_days_of_it(published: str | None, today: str, expected: str) -> None:
    """Procurement Act 2023, section 80: expiry counts."""
    events = [ended(), *([notice("UK11", f"{published}T09:00:00.000Z")] if published else [])]
    [found] = findings("TR-08", told(*events, as_of=f"{today}T12:00:00.000Z"))
    assert (found.outcome, found.due_on) == (expected, "2027-04-29")


def test_user_choice_may_owe_no_notice_of_the_end() -> None:
    plan = {"route": "direct_s41", "light_touch": True, "concerns_one_person": True}
    assert outcome("TR-08", told(ended(), as_of="2027-06-01T09:00:00.000Z", plan=plan)) == "cannot-tell"


# Laws


CODES = ("MO-01", "MO-02", "MO-04", "TR-08")


@pytest.mark.parametrize("code", CODES)
def test_where_nothing_happened_nothing_is_met(code: str) -> None:
    assert outcome(code, competition()) == "not-applicable"
    assert outcome(code, Told()) == "cannot-tell"


AMOUNTS = st.one_of(st.none(), st.integers(0, 2**53 - 1))
CHANGES = st.fixed_dictionaries(
    {
        "kind": st.sampled_from(["modification", "extension", "price", "supplier"]),
        "ground": st.sampled_from([None, "provided-for", "unforeseeable", "restructuring", "not-substantial",
                                   "below-threshold", "light-touch"]),
        "term_days": st.integers(-800, 800),
        "scope_changed": st.booleans(),
        "favours_supplier": st.booleans(),
        "value_before": AMOUNTS,
        "value_after": AMOUNTS,
    }
)  # fmt: skip
PLANS = st.fixed_dictionaries(
    {
        "regime": st.sampled_from(["PA23", "BELOW"]),
        "light_touch": st.booleans(),
        "contract_kind": st.sampled_from(["services", "works"]),
        "max_term_days": st.sampled_from([None, 730]),
        "estimated_value": st.sampled_from([None, 90_000_000]),
    }
)


def decided(plan: dict[str, Any], change: dict[str, Any]) -> str:
    """Whether a notice is due, as the desk says it."""
    weighed = {name: value for name, value in change.items() if not name.startswith("value")}
    return notice_for(planned(**plan), Change(**weighed, before=change["value_before"], after=change["value_after"]))


@given(PLANS, CHANGES)
def test_the_rule_and_the_desk_agree_on_whether_a_notice_is_due(plan: dict[str, Any], change: dict[str, Any]) -> None:
    said = decided(plan, change)
    event = changed(**change, change_notice=said)
    found = outcome("MO-02", told(event, plan=plan))
    assert (
        found == {"due": "not-met", "advised": "concern", "not-due": "not-applicable", "unknown": "cannot-tell"}[said]
    )


@given(PLANS, CHANGES, st.booleans())
def test_closing_what_is_sealed_never_makes_a_change_met(
    plan: dict[str, Any], change: dict[str, Any], noticed: bool
) -> None:
    case = told(
        *([notice("UK10", "2026-08-20T09:00:00.000Z")] if noticed else []),
        changed(**change, change_notice=decided(plan, change)),
        plan=plan,
    )
    for code in CODES:
        if outcome(code, case.hidden()) == "met":
            assert outcome(code, case) == "met"


def test_no_finding_quotes_an_amount() -> None:
    case = told(changed(value_after=99_999_999), ended(), as_of="2027-06-01T09:00:00.000Z")
    said = " ".join(one.text for code in CODES for one in findings(code, case))
    assert "999" not in said
    assert "500" not in said
