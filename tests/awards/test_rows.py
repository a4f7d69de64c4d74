"""Rows of a register: which become awards, what is kept back, and every fault with its row and column."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import openpyxl
import pytest

from fairplace.awards.columns import Columns, guess, read_mapping
from fairplace.awards.rows import Reading
from fairplace.errors import Malformed
from fairplace.workbook.files import read as workbook
from fairplace.workbook.layout import first
from tests.awards.registers import HEAD, looked, placement, problems, register, row
from tests.workbook.written import comma_separated, saved, xlsx


def test_a_row_becomes_a_release() -> None:
    [award] = looked(register(row())).awards
    assert award.release == {
        "tag": ["award"],
        "buyer": {"name": "Borough of Example"},
        "tender": {
            "title": "Grounds maintenance",
            "description": "Mowing of verges\n\nStart: 1 April 2024\nEnd: 31 March 2027\nDepartment: Parks\nProcedure: Open procedure",
            "procurementMethod": "open",
            "procurementMethodDetails": "Open procedure",
        },
        "awards": [
            {
                "id": "C-001",
                "date": "2024-03-15",
                "datePublished": "2024-03-20",
                "value": {"amount": Decimal("1234567.89"), "currency": "GBP"},
                "contractPeriod": {"startDate": "2024-04-01", "endDate": "2027-03-31"},
                "suppliers": [{"name": "Green Ltd", "id": "GB-COH-01234567"}],
            }
        ],
    }
    assert (award.rows, award.kept.why, award.raw[0]["Contract value"]) == ([2], "", "£1,234,567.89")


EXPORTED: dict[str, bytes] = {
    "UTF-8": register(row()),
    "UTF-8 with its mark": b"\xef\xbb\xbf" + register(row()),
    "UTF-16": register(row(), coding="utf-16"),
    "Windows-1252": register(row(title="Café at the park"), coding="cp1252"),
    "semicolons": register(row(), mark=";"),
    "tabs": register(row(), mark="\t"),
    "two lines above": comma_separated([["Contracts register of Example"], [], HEAD, row()]),
    "Excel": xlsx({"Register": [HEAD, row()]}),
}


@pytest.mark.parametrize("data", EXPORTED.values(), ids=EXPORTED)
def test_the_same_register_is_read_however_it_was_saved(data: bytes) -> None:
    reading = looked(data)
    [award] = reading.awards
    assert reading.faults == []
    assert award.reference == "C-001"
    assert award.release["awards"][0]["suppliers"] == [{"name": "Green Ltd", "id": "GB-COH-01234567"}]


def test_dates_and_numbers_of_excel_are_those_of_the_export() -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(HEAD)
    cells: list[Any] = list(row())
    cells[4], cells[5], cells[6], cells[10] = 1234567, 1234567.89, "=DATE(2024,4,1)", 45366
    sheet.append(cells)
    reading = looked(saved(book))
    [award] = reading.awards
    assert award.release["awards"][0]["date"] == "2024-03-15"
    assert award.release["awards"][0]["suppliers"] == [{"name": "Green Ltd", "id": "GB-COH-01234567"}]
    assert problems(reading) == [(2, "Start date", "the formula has no")]  # it was never calculated


def test_merged_references_count_for_the_rows_below_when_somebody_says_so() -> None:
    data = register(row(supplier="Green Ltd"), row("", supplier="Leaf Ltd", company=""))
    assert problems(looked(data)) == [(3, "", "no reference stands in")]
    said = guess(first(workbook("register.csv", data)))
    [award] = looked(data, Columns(columns=said.columns, heading=1, fill_down=True)).awards
    assert award.suppliers == ["Green Ltd", "Leaf Ltd"]
    assert len(award.release["awards"]) == 1


def test_headings_in_two_lines_are_read_together() -> None:
    above = ["", "Contract", "", "Supplier", "", "", "Dates", ""]
    head = ["Ref", "Title", "Description", "Name", "Company number", "Value", "Start", "End"]
    data = comma_separated([above, head, ["C-1", "Mowing", "", "Green Ltd", "", "5", "01/04/2024", ""]])
    said = guess(first(workbook("r", data)))
    assert said.heading == 2
    assert said.columns == {
        "reference": "Ref", "title": "Title", "supplier": "Name", "description": "Description", "value": "Value",
        "starts_on": "Start", "ends_on": "End", "company": "Company number",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([["C-1", "Mowing", "Green Ltd", "5"]], "no row with headings"),
        ([["Contract ref", "Value", "End date"], ["C-1", "5", ""]], "no column for the title (title) and the supplier (supplier); there are “Contract ref”, “Value”, “End date”"),
    ],
)  # fmt: skip
def test_a_file_without_its_columns_says_which_are_missing(rows: list[list[str]], expected: str) -> None:
    reading = looked(comma_separated(rows))
    assert reading.awards == []
    assert expected in reading.faults[0].problem


def test_a_mapping_names_the_columns_that_nobody_would_guess() -> None:
    data = comma_separated([["Nr", "What", "Who"], ["7", "Mowing", "Green Ltd"]])
    said = read_mapping(b'{"columns": {"reference": "Nr", "title": "What", "supplier": "Who"}, "published": true}')
    [award] = looked(data, said).awards
    assert (award.reference, award.title, award.suppliers) == ("7", "Mowing", ["Green Ltd"])
    wrong = looked(data, read_mapping(b'{"columns": {"reference": "No", "title": "What", "supplier": "Who"}}'))
    assert "no column for “No” for reference" in wrong.faults[0].problem
    with pytest.raises(Malformed, match="the mapping cannot be read"):
        read_mapping(b'{"columns": {"price": "Who"}}')


def test_the_columns_of_contracts_finder_are_known() -> None:
    head = [
        "Notice Identifier",
        "Notice Type",
        "Organisation Name",
        "Status",
        "Published Date",
        "Title",
        "Description",
        "Nationwide",
        "Postcode",
        "Region",
        "Cpv Codes",
        "Contact Name",
        "Start Date",
        "End Date",
        "Closing Date",
        "Value Low",
        "Value High",
        "OJEU Procedure Type",
        "Awarded Date",
        "Awarded Value",
        "Supplier [Name|Address|Ref type|Ref Number|Is SME|Is VCSE]",
        "Contract start date",
        "Contract end date",
    ]
    cells = dict.fromkeys(head, "") | {
        "Notice Identifier": "CF-9", "Organisation Name": "Town of Example", "Published Date": "2024-03-20T09:00:00Z",
        "Title": "Mowing", "Description": "Ask Ann Other.", "Cpv Codes": "77310000 77313000", "Contact Name": "Ann Other",
        "Start Date": "01/04/2024", "OJEU Procedure Type": "Open", "Awarded Date": "15/03/2024", "Awarded Value": "5",
        head[-3]: "[Green Ltd|1 Elm Way|COMPANIES_HOUSE|1234567|Yes|No][Leaf Ltd|2 Elm Way|NONE||No|No]",
        "Contract start date": "02/04/2024",
    }  # fmt: skip
    [award] = looked(comma_separated([head, list(cells.values())])).awards
    assert award.release["buyer"] == {"name": "Town of Example"}
    assert award.release["awards"][0]["suppliers"] == [
        {"name": "Green Ltd", "id": "GB-COH-01234567"},
        {"name": "Leaf Ltd"},
    ]
    assert award.release["awards"][0]["contractPeriod"] == {"startDate": "2024-04-02"}
    assert [one["classification"]["id"] for one in award.release["tender"]["items"]] == ["77310000", "77313000"]
    assert award.release["parties"] == [{"contactPoint": {"name": "Ann Other"}}]
    assert award.kept.why == ""


def test_each_sheet_has_its_headings_where_they_stand() -> None:
    reading = looked(xlsx({"2024": [["Our contracts"], [], HEAD, row()], "2025": [HEAD, row("C-2")]}))
    assert ([award.reference for award in reading.awards], reading.faults) == (["C-001", "C-2"], [])


# What rows have in common


def test_rows_alike_in_all_but_the_supplier_are_one_award_and_others_are_lots() -> None:
    reading = looked(
        register(
            row(value="10", title="Roads"),
            row("c-001 ", value="10", title="Roads", supplier="Leaf Ltd", company=""),
            row(value="20", title="Roads, lot 2"),
            row(value="20", title="Roads, lot 2"),
        )
    )
    [award] = reading.awards
    assert [(one["id"], len(one["suppliers"])) for one in award.release["awards"]] == [("C-001/1", 2), ("C-001/2", 1)]
    assert award.rows == [2, 3, 4, 5]
    assert problems(reading) == [(5, "", "it is the same"), (2, "Contract title", "4 rows with this")]


def test_the_same_rows_in_another_order_or_form_are_the_same() -> None:
    one, other = row(value="10"), row(value="20", title="Lot 2")
    [before] = looked(register(one, other)).awards
    [after] = looked(register(row(value="£20.00", title="Lot 2 ", awarded="2024-03-15"), one)).awards
    assert before.title != after.title  # the first row speaks for all
    [same] = looked(register(one, row(value="£20.00", title="Lot 2", awarded="15 March 2024"))).awards
    assert same.content == before.content
    [changed] = looked(register(one, row(value="21", title="Lot 2"))).awards
    assert changed.content != before.content


def test_a_row_that_cannot_be_an_award_is_left_out_and_told() -> None:
    reading = looked(
        register(
            row("n/a"),
            row("C-2", supplier="TBC"),
            row("C-3", title=""),
            ("C-4",),
            (*row("C-5"), "one", "more"),
            row("C-6"),
        )
    )
    assert [award.reference for award in reading.awards] == ["C-6"]
    assert problems(reading) == [
        (6, "", "the row has 14"),
        (2, "", "no reference stands in"),
        (3, "", "no supplier stands in"),
        (4, "", "no title stands in"),
        (5, "", "no title and no"),
    ]


def test_a_cell_that_cannot_be_taken_is_told_and_the_row_is_taken() -> None:
    reading = looked(register(row(value="1.2m", ends="31/13/2025", company="not one", awarded="01/01/2040")))
    [award] = reading.awards
    assert problems(reading) == [
        (2, "Date of award", "2040-01-01 is still to"),
        (2, "End date", "“31/13/2025” is no day;"),
        (2, "Contract value", "“1.2m” is no amount;"),
        (2, "Company number", "the company number 'not"),
    ]
    assert award.release["awards"][0].keys() == {"id", "datePublished", "contractPeriod", "suppliers"}


def test_what_looks_like_a_formula_is_a_text() -> None:
    [award] = looked(register(row(title='=HYPERLINK("http://evil.example","Mowing")'))).awards
    assert award.title == '=HYPERLINK("http://evil.example","Mowing")'


# What may become public


def why(reading: Reading) -> list[tuple[str, bool]]:
    return [(award.kept.why, award.kept.one_person) for award in reading.awards]


@pytest.mark.parametrize("published", ["", "No", "n/a", "Not published", "TBC", "01/01/2040"])
def test_nothing_is_public_that_nothing_says_was_published(published: str) -> None:
    assert why(looked(register(row(published=published)))) == [("not-published", False)]


def test_the_whole_file_can_be_said_to_be_published_but_a_no_stays_one() -> None:
    data = register(row(published=""), row("C-2", published="No"), row("C-3", published="yes"))
    assert why(looked(data, published=True)) == [("", False), ("not-published", False), ("", False)]


def test_a_notice_or_a_link_says_that_it_was_published() -> None:
    head = (*HEAD[:-1], "Contracts Finder link")
    rows = [
        row(str(number), published=text)
        for number, text in enumerate(("https://cf.example/9", "CF-0012345", "N/A", "pending"))
    ]
    assert why(looked(register(*rows, head=head))) == [
        ("", False),
        ("", False),
        ("not-published", False),
        ("not-published", False),
    ]


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (placement(), ("one-person", True)),
        (placement(title="Foster care", department="", procedure="Spot purchase"), ("one-person", True)),
        (placement(title="Service", department="SEND", procedure="Call-off"), ("care", False)),
        (placement(title="Support", department="Fostering", procedure="Call-off"), ("one-person", True)),
        (placement(title="Case management system for children’s services"), ("care", False)),
        (placement(title="Refurbishment of St Anne’s children’s centre"), ("care", False)),
        (placement(procedure=""), ("care", False)),
        (row(procedure="Direct award", description="Monitors for the care of patients"), ("care", False)),
        (placement(procedure="Mini-competition"), ("care", False)),
        (placement(procedure="Open", description="One of our framework"), ("care", False)),
        (placement(procedure="Open", title="Short breaks for families"), ("care", False)),
        (placement(procedure="Open", title="Short breaks (JS)"), ("names", False)),
        (row(department=""), ("unsaid", False)),
        (row(department="N/A"), ("unsaid", False)),
        (row(title="Ramp for Ada, aged 9"), ("names", False)),
        (row(description="At 12 Elm Road, LS1 4AP"), ("names", False)),
        (row(supplier="Mrs A Other"), ("names", False)),
        (row(procedure="Direct award"), ("", False)),
        (row(title="Equipment for Tyler, 9"), ("names", False)),
        (row(title="Wheelchair (Tyler, 9)"), ("names", False)),
        (row(title="Ramp for Zaphod (9)"), ("names", False)),
        (row(title="Supply of Laptops (9)"), ("", False)),
        (row(title="Laptop for Tyler (9)"), ("names", False)),
        (row(title="Taxi for T.M."), ("names", False)),
        (row(title="Laptop for a 15-year-old"), ("names", False)),
        (row(title="Stairlift for Mrs Jones"), ("names", False)),
        (row(title="Paving in York, 20 streets"), ("", False)),
        (row(title="U.K. tourism, lot (3)"), ("", False)),
    ],
)  # fmt: skip
def test_what_may_tell_of_one_person_is_kept_back_though_it_was_published(
    given: tuple[str, ...], expected: tuple[str, bool]
) -> None:
    assert why(looked(register(given), published=True)) == [expected]


def test_of_what_is_kept_back_no_code_stands_in_the_open() -> None:
    head = (*HEAD, "CPV")
    [kept, shown] = looked(register((*placement(), "85311300"), (*row(), "77310000"), head=head)).awards
    assert kept.shown["tender"].keys() == {"title", "description"} - ({"description"} - kept.release["tender"].keys())
    assert shown.shown == shown.release


def test_care_is_kept_back_however_it_was_bought_until_somebody_has_read_it() -> None:
    data = register(
        placement(procedure="Open", title="Short breaks for families"),
        placement("C-2", procedure="", title="Short breaks for families"),
        placement("C-3", procedure="Open", title="Short breaks for families", published=""),
        row("C-4"),
    )
    unread, read = looked(data).awards, looked(data, care_read=True).awards
    assert [award.kept.why for award in unread] == ["care", "care", "care", ""]
    assert [award.kept.why for award in read] == ["", "care", "not-published", ""]
    assert (
        [award.kept.to_read for award in unread]
        == [award.kept.to_read for award in read]
        == [True, False, False, False]
    )


@pytest.mark.parametrize(
    "title",
    [
        "Respite placement for JS 648", "Placement - JS", "RESIDENTIAL PLACEMENT FOR JS", "Care package (AB)", "Fostering J.S.",
        "Support for J", "Transport to school re: T", "Child B, a placement", "Residential placement for Tyler",
        "Home to school travel, TB", "Tuition for KLM", "placement of Mia", "Therapy AB/CD",
        "Residential placement Tyler", "Children's home for Tyler", "Foster placement, Tyler", "Counselling for Ben, 12",
        "SEN place Jack B.", "LAC placement ref 12345 - Mia", "Fostering: the Smith children", "FOSTER CARE, TYLER",
        "Short breaks for the Quillfeather family", "Nursing for Zainab’s stay",
    ],
)  # fmt: skip
def test_initials_and_whoever_one_placement_is_for_keep_care_back(title: str) -> None:
    care = register(placement(procedure="Open", title=title))
    assert why(looked(care, published=True, care_read=True)) == [("names", False)]


@pytest.mark.parametrize(
    "title",
    [
        "Supported living for adults", "Framework for children’s homes, lot A", "SEND transport", "SEN tuition",
        "NHS and ICB advocacy", "Short breaks for CYP", "RESPITE CARE FOR THE ELDERLY", "Fostering (IFA) agencies",
        "Residential placements, Lot B", "Care for 12 adults", "Placements for children looked after",
        "Children’s home at St Mary’s", "Support for the Disabled Children team", "Summer short breaks in May",
    ],
)  # fmt: skip
def test_words_of_the_trade_are_no_initials(title: str) -> None:
    [(found, _)] = why(looked(register(placement(procedure="Open", title=title)), published=True))
    assert found != "names"


def test_a_code_that_many_references_have_is_nobodys_initials() -> None:
    care = {"procedure": "Open", "title": "Short breaks for families"}
    many = [placement(f"SC-{number:04}", **care) for number in range(9)]
    assert set(why(looked(register(*many), published=True, care_read=True))) == {("names", False)}
    more = [*many, placement("SC-1000", **care), placement("JS-2024", **care)]
    assert why(looked(register(*more), published=True, care_read=True)) == [("", False)] * 10 + [("names", False)]
    [order] = looked(register(row("4505577104")), published=True).awards  # it would do as a patient's number
    assert order.kept.why == ""
