"""Fill sheets and the decision text: each value is one of the record, and what it lacks is said."""

from __future__ import annotations

from datetime import date

import msgspec
import pytest

from fairplace.errors import Missing, Refused
from fairplace.giving.decision_text import decision_text
from fairplace.giving.notices import FORMS, Sheet, sheet, sheets
from fairplace.procurement.commands import EndWithoutAward, NameGround
from tests.giving.test_letters import FRAME, stating
from tests.story import (
    ALDER,
    APPROVER,
    BIRCH,
    OFFERS,
    Story,
    award,
    contract,
    contract_change,
    contract_end,
    notice,
    open_competition,
    plan,
)

TODAY = date(2026, 4, 13)


def filled(told: Story, code: str) -> Sheet:
    return sheet(told.history, code, FRAME, TODAY)


def values(found: Sheet) -> dict[str, str | None]:
    return {field.label: field.value for section in found.sections for field in section.fields}


def hints(found: Sheet) -> dict[str, str]:
    return {field.label: field.hint for section in found.sections for field in section.fields}


def test_a_tender_notice_is_filled_from_the_plan_and_the_criteria() -> None:
    found = values(filled(open_competition(until="published"), "UK4"))
    assert found["Title"] == "Short breaks for disabled children"
    assert found["Total value (estimated), VAT included, in pounds"] == "18000.00"
    assert found["CPV classifications"] == "85311300"
    assert found["Criterion 1: name"] == "Quality of care"
    assert found["Criterion 3: weighting, per cent"] == "40"
    assert found["Tender submission deadline"] == "1 April 2026, 1pm"
    assert found["Procedure type"] == "Open procedure"
    assert found["Conflicts assessment prepared or revised"] == "Yes"
    assert found["Total value, VAT not included"] is None


def test_an_award_notice_is_filled_from_the_decision() -> None:
    found = values(filled(open_competition(until="noticed"), "UK6"))
    assert found["Supplier: name"] == ALDER.name
    assert found["Supplier: contract value, VAT included, in pounds"] == "5200.00"
    assert found["Award decision date"] == "9 April 2026"
    assert found["Date assessment summaries were sent"] == "13 April 2026"
    assert found["Standstill period: end date"] == "23 April 2026"
    assert found["Earliest date the contract will be signed"] == "24 April 2026"
    assert found["Tenders received"] == "3"
    assert found["Suppliers unsuccessful"] == "2"
    assert found["Supplier: postal and e-mail address"] is None


def test_a_supplier_is_told_by_what_it_stated_and_what_it_did_not_state_is_said() -> None:
    told = open_competition(until="noticed")
    found = values(filled(told, "UK6"))
    assert found["Supplier: Public Procurement Organisation Number"] is None
    assert "Supplier: charity number" not in found
    full = stating(
        ppon="pbzb4962tvlr",
        charity="sc12345",
        address="1 Alder Way",
        email="bids@alder.example",
        size="medium",
        vcse=False,
    )
    frame = msgspec.structs.replace(
        FRAME, stated={ALDER.id: full, BIRCH.id: stating(company=None, size="large", vcse=True)}
    )
    for code in ("UK6", "UK7"):
        made = sheet(told.history, code, frame, TODAY)
        found = values(made)
        assert found["Supplier: Public Procurement Organisation Number"] == "PBZB-4962-TVLR"
        assert found["Supplier: company number"] == "01000001"
        assert found["Supplier: postal and e-mail address"] == "1 Alder Way\nbids@alder.example"
        assert found["Supplier: charity number"] == "SC012345"
        assert found["Supplier: small or medium-sized enterprise"] == "Yes"
        assert found["Supplier: voluntary, community or social enterprise"] == "No"
        assert found["Supplier: name"] == ALDER.name, "as the bid has it"
        assert hints(made)["Supplier: name"] == "It states its legal name as Alder Homes Ltd"
        assert "PL-9" not in str(made), "no papers"
    made = sheet(told.history, "UK6", frame, TODAY)
    assert values(made)["Of them small, medium-sized or voluntary"] is None
    assert "1 of 3 have not stated it" in hints(made)["Of them small, medium-sized or voluntary"]
    every = {one.provider.id: full for one in OFFERS[:3]}
    made = sheet(told.history, "UK6", msgspec.structs.replace(FRAME, stated=every), TODAY)
    assert str(values(made)["Of them small, medium-sized or voluntary"]).startswith(
        "3 small or medium-sized, 0 voluntary"
    )
    made = sheet(told.history, "UK6", msgspec.structs.replace(FRAME, stated={ALDER.id: stating()}), TODAY)
    assert values(made)["Supplier: small or medium-sized enterprise"] is None, "not stated is never no"
    assert hints(made)["Supplier: small or medium-sized enterprise"] == "Its details do not state it"


def test_losers_are_named_in_an_award_notice_above_five_million_alone() -> None:
    """Procurement Regulations 2024, regulation 27: names above £5 million, numbers below."""
    assert BIRCH.name not in str(filled(open_competition(until="noticed"), "UK6"))
    dear = [type(one)(provider=one.provider, price=one.price * 1000, marks=one.marks) for one in OFFERS[:3]]
    found = values(filled(open_competition(until="noticed", offers=dear), "UK6"))
    assert found["Unsuccessful suppliers, by name"] is not None
    assert BIRCH.name in found["Unsuccessful suppliers, by name"]


def test_before_the_notice_the_end_of_the_standstill_is_a_hint_and_no_value() -> None:
    found = filled(open_competition(until="summarised"), "UK6")
    assert values(found)["Standstill period: end date"] is None
    assert "published on 13 April 2026, it would end on 22 April 2026" in hints(found)["Standstill period: end date"]


def test_a_details_notice_has_its_last_day() -> None:
    found = filled(open_competition(until="contracted"), "UK7")
    assert values(found)["Date signed"] == "24 April 2026"
    assert found.need.state == "published"
    told = open_competition(until="noticed")
    told.wait_until("2026-04-24T09:00:00.000Z")
    told.do(contract(OFFERS[0]), by=APPROVER)
    assert filled(told, "UK7").need.sentence.startswith("Needed by 23 May 2026: 30 days")


@pytest.mark.parametrize(
    ("until", "code", "state"),
    [
        ("planned", "UK4", "now"),
        ("published", "UK4", "published"),
        ("published", "UK5", "none"),
        ("moderated", "UK6", "later"),
        ("awarded", "UK6", "later"),
        ("summarised", "UK6", "now"),
        ("noticed", "UK6", "published"),
        ("noticed", "UK7", "later"),
        ("noticed", "UK12", "none"),
    ],
)
def test_each_sheet_says_whether_the_notice_is_needed_now(until: str, code: str, state: str) -> None:
    assert filled(open_competition(until=until), code).need.state == state


def test_an_open_procedure_is_told_plainly_that_it_needs_no_transparency_notice() -> None:
    said = filled(open_competition(until="published"), "UK5").need.sentence
    assert said == "This is an open procedure, not a direct award: it needs no transparency notice."


def test_an_ended_procedure_needs_a_termination_notice_with_its_reason() -> None:
    told = open_competition(until="checked")
    told.do(EndWithoutAward(id="test", ground="funding", reason="The grant was withdrawn."), by=APPROVER)
    found = filled(told, "UK12")
    assert found.need.state == "now"
    reason = values(found)["Reason the procurement was terminated"]
    assert reason == "There is no funding for it. The grant was withdrawn."


@pytest.mark.parametrize("until", ["planned", "published", "opened", "moderated", "awarded", "contracted"])
def test_every_field_has_a_value_or_says_what_is_missing(until: str) -> None:
    for found in sheets(open_competition(until=until).history, FRAME, TODAY):
        for section in found.sections:
            for field in section.fields:
                assert field.value or field.missing, (found.code, field.label)
                assert field.value != "None"


@pytest.mark.parametrize("code", ["UK8", "uk4", "", "<script>"])
def test_a_notice_without_a_sheet_is_said_to_have_none(code: str) -> None:
    with pytest.raises(Missing, match=", ".join(FORMS)):
        filled(open_competition(until="planned"), code)


def test_a_day_beyond_the_known_holidays_is_no_fault() -> None:
    found = sheet(open_competition(until="summarised").history, "UK6", FRAME, date(2031, 1, 1))
    assert hints(found)["Standstill period: end date"] == ""


def test_the_decision_text_has_what_regulation_7_asks_for() -> None:
    text = decision_text(open_competition(until="awarded").history, FRAME, {APPROVER.key: "Asha Rahman"})
    for part in (
        "Date of the decision: 9 April 2026",
        "Decided by: Asha Rahman",
        "Power: 4.2",
        "To award the contract to Alder Homes (GB-COH-01000001) for £5,200.",
        "1. Alder Homes offered the strongest care",
        "1. Bringing the service in house: too slow",
        "Members: not in the record: whether a member",
        "Officers: 5 people declared whether they had an interest. Kept out of the case: 0.",
    ):
        assert part in text
    assert "<" not in text


def test_before_a_decision_there_is_no_decision_text() -> None:
    with pytest.raises(Refused, match="no decision is recorded yet"):
        decision_text(open_competition(until="moderated").history, FRAME, {})


def changed(**changes: object) -> Story:
    told = open_competition(until="contracted", planned={"max_term_days": 730})
    told.do(contract_change(**{"value_after": 700_000, "term_days": 120, **changes}), by=APPROVER)
    return told


def test_a_change_notice_is_filled_from_the_change_and_needed_before_it() -> None:
    told = changed()
    found = filled(told, "UK10")
    assert (found.need.state, found.need.sentence) == (
        "now", "Needed before 1 June 2026, from which day on the contract is changed.",
    )  # fmt: skip
    fields = values(found)
    assert fields["Ground of the modification"] == "Provided for in the contract (Schedule 8, paragraph 1)"
    assert fields["Description and reason"] == "Clause 14 ties the price to the index of wages"
    assert fields["Contract value before, VAT included, in pounds"] == "5200.00"
    assert fields["Contract value after, VAT included, in pounds"] == "7000.00"
    assert fields["Change of the value, per cent"] == "34.62"
    assert fields["Date of the change"] == "1 June 2026"
    assert fields["Supplier: name"] == ALDER.name
    assert fields["Standstill"] is None
    told.do(notice("UK10"))
    assert filled(told, "UK10").need.sentence == "A notice was published before the change of 1 June 2026."


def test_a_change_notice_is_of_the_change_that_waits_for_one() -> None:
    told = changed()
    told.do(notice("UK10"))
    told.do(contract_change(changed_on="2026-07-01", value_after=1_400_000), by=APPROVER)
    found = filled(told, "UK10")
    assert found.need.state == "now"
    assert values(found)["Date of the change"] == "1 July 2026"


@pytest.mark.parametrize(
    ("changes", "planned", "state"),
    [
        ({"value_after": 700_000}, {"light_touch": True}, "none"),
        ({"value_after": 530_000, "term_days": 0}, {}, "none"),
        ({"value_after": 700_000, "term_days": 10}, {}, "now"),
        ({"value_after": 530_000, "term_days": 10}, {"max_term_days": None}, "now"),
    ],
)
def test_a_change_that_needs_no_notice_says_so(
    changes: dict[str, object], planned: dict[str, object], state: str
) -> None:
    told = open_competition(until="contracted", planned={"max_term_days": 730, **planned})
    assert filled(told, "UK10").need.state == ("none" if planned.get("light_touch") else "later")
    told.do(contract_change(**changes), by=APPROVER)
    assert filled(told, "UK10").need.state == state


def test_a_termination_notice_has_its_reason_and_its_last_day() -> None:
    told = open_competition(until="contracted")
    assert filled(told, "UK11").need.state == "later"
    told.do(contract_end(cause="breach", reason="Staff were not there on nine nights"), by=APPROVER)
    found = filled(told, "UK11")
    assert found.need.sentence == "Needed by 23 May 2026: 30 days beginning with the day on which the contract ended."
    fields = values(found)
    assert (
        fields["Reason for termination"]
        == "Termination by a party: a breach of contract. Staff were not there on nine nights"
    )
    assert fields["Date of termination"] == "24 April 2026"
    assert "Section 71(5)" in fields
    told.do(notice("UK11"))
    assert filled(told, "UK11").need.state == "published"


def test_what_does_not_end_by_breach_is_asked_nothing_of_a_breach() -> None:
    told = open_competition(until="contracted")
    told.do(contract_end(), by=APPROVER)
    assert "Section 71(5)" not in values(filled(told, "UK11"))


def test_a_direct_award_of_two_authorities_says_its_ground_and_who_buys_before_it_is_decided() -> None:
    told = Story()
    told.do(plan(route="direct_s41", concerns_one_person=False, authority="Northbrook Council and Southbrook Council"))
    told.do(NameGround(id="test", ground="repeat", provider=ALDER, reason="The notice of 2025 foresaw it."))
    found = values(filled(told, "UK5"))
    assert found["Ground"] == "Repeat of what was competed for (Schedule 5, paragraph 8)"
    assert found["Direct award justification"] == "The notice of 2025 foresaw it."
    assert found["Supplier: name"] == ALDER.name
    assert found["Buying together"] == "Northbrook Council and Southbrook Council"
    told.do(notice("UK5"))
    told.do(award(OFFERS[0]), by=APPROVER)
    text = decision_text(told.history, FRAME, {})
    assert "Buying together: Northbrook Council and Southbrook Council" in text
    assert "Without a competition, on the ground: Repeat of what was competed for" in text
