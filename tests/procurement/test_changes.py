"""After the signature: a contract is changed on a ground, and comes to its end."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairplace.errors import Malformed
from fairplace.procurement.commands import ChangeContract
from fairplace.procurement.events import ContractChanged, ContractEnded
from fairplace.procurement.permitted import covered_in
from fairplace.procurement.state import state_of
from fairplace.terms import Provider
from tests.blocks import blocked, never
from tests.story import (
    ALDER,
    APPROVER,
    BIRCH,
    CEDAR,
    OFFERS,
    Story,
    contract_change,
    contract_end,
    notice,
    open_competition,
)

LARGE = {"value_after": 700_000, "term_days": 120}
"""By more than a tenth of the value (520,000) and of the longest term (730 days)."""


def signed(**planned: Any) -> Story:
    """A contract with Alder for £5,200.00, signed on 24 April 2026."""
    return open_competition(until="contracted", planned={"max_term_days": 730, **planned})


def change(story: Story, **changes: Any) -> ContractChanged:
    event = story.do(contract_change(**changes), by=APPROVER).event
    assert isinstance(event, ContractChanged)
    return event


def test_a_change_has_the_value_before_from_the_record_and_the_next_change_from_it() -> None:
    story = signed()
    first = change(story)
    assert (first.value_before.value, first.value_after.value) == (520_000, 550_000)
    second = change(story, value_after=560_000)
    assert (second.value_before.value, second.value_after.value) == (550_000, 560_000)
    assert [one.id for one in second.providers.value] == [ALDER.id]  # type: ignore[union-attr]


def test_whoever_signs_a_change_reads_what_changes_and_whether_a_notice_is_due() -> None:
    decision = signed().decide(contract_change(**LARGE), by=APPROVER)
    assert decision.statement == (
        "Change the contract from 2026-06-01 on (price): from £5,200.00 to £7,000.00; a contract change notice (UK10) is"
        " due before."
    )


@pytest.mark.parametrize(
    ("changes", "planned", "expected"),
    [
        ({"value_after": 572_000}, {}, "not-due"),  # ten per cent
        ({"value_after": 572_001}, {}, "due"),
        ({"value_after": 468_000}, {}, "not-due"),
        ({"value_after": 467_999}, {}, "due"),
        ({"value_after": 598_000}, {"contract_kind": "works"}, "not-due"),  # fifteen per cent
        ({"value_after": 598_001}, {"contract_kind": "works"}, "due"),
        ({"kind": "modification", "value_after": None, "term_days": 73}, {}, "not-due"),  # a tenth of 730 days
        ({"kind": "modification", "value_after": None, "term_days": -74}, {}, "due"),
        ({"value_after": 700_000, "term_days": 73}, {}, "advised"),  # one small, one large: section 75(2) says "or"
        ({"value_after": 700_000, "term_days": 74}, {}, "due"),
        ({"kind": "modification", "value_after": None}, {}, "advised"),  # moves neither
        ({"kind": "modification", "value_after": None, "term_days": 10}, {"max_term_days": None}, "unknown"),
        ({"value_after": 521_000, "ground": "restructuring"}, {}, "due"),
        ({"value_after": 5_200_000, "ground": "light-touch"}, {"light_touch": True}, "not-due"),
        ({"value_after": 5_200_000}, {"regime": "BELOW"}, "not-due"),
        ({"kind": "extension", "value_after": 1_800_000}, {}, "advised"),  # within the estimate, which counted it
        ({"kind": "extension", "value_after": 1_800_001}, {}, "due"),
    ],
)
def test_whether_a_notice_is_due_follows_from_the_law_and_the_measure(
    changes: dict[str, Any], planned: dict[str, Any], expected: str
) -> None:
    """Procurement Act 2023, section 75(2) and (6)."""
    assert change(signed(**planned), **changes).change_notice == expected


def test_a_change_that_needs_a_notice_may_be_decided_for_a_later_day_and_waits_for_its_notice_on_the_day() -> None:
    story = signed()
    assert change(story, **LARGE).change_notice == "due"
    story.wait_until("2026-07-01T09:00:00.000Z")
    said = blocked(
        story, contract_change(changed_on="2026-07-01", value_after=1_400_000), "no-change-notice", by=APPROVER
    )
    assert "must be published before the change" in said


def test_one_notice_answers_for_one_change() -> None:
    story = signed()
    story.do(notice("UK10"))
    story.wait_until("2026-06-01T09:00:00.000Z")
    first = story.do(contract_change(**LARGE), by=APPROVER)
    assert covered_in(story.history)[first.index] is not None
    story.wait_until("2026-07-01T09:00:00.000Z")
    blocked(story, contract_change(changed_on="2026-07-01", value_after=1_400_000), "no-change-notice", by=APPROVER)


def test_a_notice_of_the_same_day_is_not_before() -> None:
    story = signed()
    story.wait_until("2026-06-01T08:00:00.000Z")
    story.do(notice("UK10"))
    blocked(story, contract_change(**LARGE), "no-change-notice", by=APPROVER)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"ground": None}, "no-ground"),
        ({"ground": "light-touch"}, "not-light-touch"),
        ({"ground": "not-substantial", "term_days": 74}, "substantial"),
        ({"ground": "not-substantial", "scope_changed": True}, "substantial"),
        ({"ground": "not-substantial", "favours_supplier": True}, "substantial"),
        ({"ground": "below-threshold", "value_after": 572_001}, "not-below-threshold"),
        ({"ground": "below-threshold", "scope_changed": True}, "not-below-threshold"),
        ({"ground": "unforeseeable", "value_after": 780_001}, "over-half"),
        ({"ground": "known-risk", "value_after": 780_001}, "over-half"),
        ({"ground": "additional", "value_after": 780_001}, "over-half"),
    ],
)
def test_a_change_that_the_act_does_not_permit_is_decided_by_two_only(changes: dict[str, Any], code: str) -> None:
    blocked(signed(), contract_change(**changes), code, by=APPROVER)


@pytest.mark.parametrize(
    "changes",
    [
        {"ground": "not-substantial", "term_days": 73},
        {"ground": "below-threshold", "value_after": 572_000},
        {"ground": "unforeseeable", "value_after": 780_000},
        {"ground": "urgency", "value_after": 5_000_000},
    ],
)
def test_a_change_within_the_limits_of_its_ground_is_decided_by_one(changes: dict[str, Any]) -> None:
    assert not signed().decide(contract_change(**changes), by=APPROVER).second


def test_a_light_touch_contract_is_changed_without_a_ground() -> None:
    assert not signed(light_touch=True).decide(contract_change(ground=None, **LARGE), by=APPROVER).second


def test_nothing_is_changed_and_nothing_ends_that_is_not_on_record_but_a_report_of_it_is_taken() -> None:
    story = open_competition(until="noticed")
    blocked(story, contract_change(), "no-contract", by=APPROVER, final=True)
    blocked(story, contract_end(ended_on="2026-04-13"), "no-contract", by=APPROVER, final=True)
    told = story.report(contract_change(value_before=400_000)).event
    assert isinstance(told, ContractChanged)
    assert told.value_before.value == 400_000


def test_an_act_changes_the_contract_from_today_on_and_what_was_changed_before_is_reported() -> None:
    story = signed()
    story.wait_until("2026-06-02T09:00:00.000Z")
    assert "is reported" in str(story.refusal(contract_change(), by=APPROVER))
    told = story.report(contract_change(**LARGE), happened_at="2026-06-01T09:00:00.000Z").event
    assert isinstance(told, ContractChanged)
    assert (told.changed_on, told.change_notice) == ("2026-06-01", "due")


def test_what_does_not_add_up_is_no_record() -> None:
    story = signed()
    never(story, contract_change(value_after=520_000), "no-change", by=APPROVER)
    never(story, contract_change(value_after=None), "no-change", by=APPROVER)
    never(story, contract_change(kind="supplier"), "no-change", by=APPROVER)
    never(story, contract_change(kind="supplier", providers=[ALDER]), "no-change", by=APPROVER)
    never(story, contract_change(kind="supplier", providers=[]), "no-change", by=APPROVER)
    never(story, contract_change(value_before=1), "value-before", by=APPROVER)
    never(story, contract_change(value_after=-1), "amount", by=APPROVER)
    never(story, contract_change(value_after=2**53), "amount", by=APPROVER)
    never(story, contract_change(term_days=36_526), "term", by=APPROVER)
    never(story, contract_change(reason=" \u200b"), "empty-text", by=APPROVER)
    never(story, contract_change(kind="supplier", providers=["GB-COH-9"]), "unknown-bid", by=APPROVER)
    with pytest.raises(Malformed):
        story.decide(contract_change(changed_on="2026-02-30"), by=APPROVER)
    reported = contract_change(changed_on="2026-04-23")
    with pytest.raises(Exception, match="it was signed on 2026-04-24"):
        story.report(reported)


def test_a_supplier_that_never_bid_can_take_the_contract_over() -> None:
    story = signed()
    new = Provider(id="GB-COH-09999999", name="Alder Homes (2026)")
    said = story.decide(
        contract_change(kind="supplier", ground="restructuring", value_after=None, providers=[new]), by=APPROVER
    )
    assert "with Alder Homes (2026)" in said.statement
    change(story, kind="supplier", ground="restructuring", value_after=None, providers=[BIRCH.id])
    contract = state_of(story.history).contract
    assert contract is not None
    assert [one.id for one in contract.providers] == [BIRCH.id]
    assert contract.value == OFFERS[0].price
    change(story, kind="supplier", ground="restructuring", value_after=None, providers=[CEDAR])


def test_a_contract_ends_once_with_how_and_why() -> None:
    story = signed()
    decision = story.decide(contract_end(), by=APPROVER)
    assert isinstance(decision.event, ContractEnded)
    assert decision.statement == "Record that the contract ended on 2026-04-24 by termination (agreed)."
    story.do(contract_end())  # an officer records it: expiry is nobody's decision
    never(story, contract_end(), "contract-ended", by=APPROVER)
    blocked(story, contract_change(), "contract-ended", by=APPROVER, final=True)


def test_an_end_lies_between_the_signature_and_today_and_fits_its_cause() -> None:
    story = signed()
    never(story, contract_end(ended_on="2026-04-25"), "ended-on", by=APPROVER)
    never(story, contract_end(ended_on="2026-04-23"), "before-signature", by=APPROVER)
    never(story, contract_end(how="expiry"), "how-and-cause", by=APPROVER)
    never(story, contract_end(how="set-aside", cause="breach"), "how-and-cause", by=APPROVER)
    never(story, contract_end(cause="term-over"), "how-and-cause", by=APPROVER)
    never(story, contract_end(reason=""), "empty-text", by=APPROVER)
    story.do(contract_end(how="expiry", cause="term-over"))


@given(
    before=st.integers(1, 10**9),
    by=st.integers(-(10**9), 10**9),
    term=st.integers(-800, 800),
    works=st.booleans(),
)
def test_a_larger_change_of_one_measure_never_makes_a_notice_less_due(
    before: int, by: int, term: int, works: bool
) -> None:
    from fairplace.procurement.permitted import Change, notice_for
    from tests.policies.given import planned

    plan = planned(contract_kind="works" if works else "services")

    def due(value: int, days: int) -> str:
        made = Change(kind="price", ground="provided-for", term_days=days, scope_changed=False, favours_supplier=False,
                      before=before, after=value)  # fmt: skip
        return notice_for(plan, made)

    after = max(0, before + by)
    order = {"not-due": 0, "advised": 1, "due": 2}
    if after != before:
        further = before + 2 * (after - before) if after > before else max(0, before - 2 * (before - after))
        assert order[due(after, term)] <= order[due(further, term)]
        assert due(after, 0) in ("due", "not-due")
    if term and after != before:
        assert order[due(after, term)] <= order[due(after, 2 * term)]


def test_no_command_says_itself_whether_a_notice_is_due() -> None:
    assert "change_notice" not in ChangeContract.__struct_fields__
