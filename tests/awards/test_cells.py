"""Cells of a register: what is an amount or a day, and what is refused rather than guessed."""

from __future__ import annotations

import pytest

from fairplace.awards import cells


@pytest.mark.parametrize(
    ("text", "pounds"),
    [
        ("£1,234,567.89", "1234567.89"), ("1234567.89", "1234567.89"), ("£ 12 000", "12000.00"), ("1,000", "1000.00"),
        ("GBP 5", "5.00"), ("0", "0.00"), ("1000.0", "1000.00"), ("0.125", "0.125"),
    ],
)  # fmt: skip
def test_an_amount_in_figures_is_taken(text: str, pounds: str) -> None:
    found, wrong = cells.amount(text)
    assert (str(found), wrong) == (pounds, "")


@pytest.mark.parametrize(
    "text",
    ["1.2m", "£1.2M", "500k", "10,00", "1.234.567,89", "1,23,456", "100-200", "c. 5000", "£500 per annum", "1.2E+06", "TBC", "nan", "٣"],
)  # fmt: skip
def test_what_needs_a_guess_is_no_amount(text: str) -> None:
    found, wrong = cells.amount(text)
    assert found is None
    assert f"“{text}” is no amount" in wrong


@pytest.mark.parametrize(
    ("text", "why"), [("-5", "less than nothing"), ("(500)", "less than nothing"), ("€5", "pounds")]
)
def test_what_is_no_sum_in_pounds_says_why(text: str, why: str) -> None:
    assert cells.amount(text)[0] is None
    assert why in cells.amount(text)[1]


def test_an_empty_cell_is_no_amount_and_no_fault() -> None:
    assert cells.amount("") == cells.amount("-") == (None, "")
    assert cells.day("") == cells.day("n/a") == cells.day("TBC") == (None, "")


@pytest.mark.parametrize(
    "text",
    [
        "05/03/2024", "5/3/2024", "05-03-2024", "05.03.2024", "5/3/24", "2024-03-05", "2024-03-05 00:00:00",
        "2024-03-05T09:00:00Z", "5 March 2024", "05-Mar-24", "5th March 2024", "Tue 5 Mar 2024", "45356", "45356.0",
    ],
)  # fmt: skip
def test_a_day_is_read_as_spreadsheets_write_it(text: str) -> None:
    assert cells.day(text) == ("2024-03-05", "")


@pytest.mark.parametrize(
    "text", ["31/13/2025", "30/02/2024", "3/2024", "2024", "soon", "01/01/85", "0001-01-01", "99999"]
)
def test_what_is_no_day_is_refused(text: str) -> None:
    found, wrong = cells.day(text)
    assert found is None
    assert f"“{text}” is no day" in wrong


def test_a_column_with_months_first_is_not_read_as_days_first() -> None:
    """One cell that can be read in no other way makes all others doubtful."""
    american = cells.month_first(["04/03/2024", "12/31/2024"])
    assert american == "12/31/2024"
    found, wrong = cells.day("04/03/2024", month_first=american)
    assert found is None
    assert "month first" in wrong
    assert cells.day("2024-03-04", month_first=american) == ("2024-03-04", "")
    assert cells.month_first(["04/03/2024", "31/12/2024"]) == ""


def test_only_sure_words_are_a_method() -> None:
    assert cells.method("Open procedure") == "open"
    assert cells.method("Restricted") == "selective"
    assert cells.method("Direct award (waiver)") == "limited"
    assert cells.method("Mini-competition under a framework") is None
    assert cells.method("") is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Published on Contracts Finder", "yes"),
        ("published on the council website in May", "yes"),
        ("https://www.contractsfinder.service.gov.uk/notice/9", "yes"),
        ("CF-0012345", "yes"),
        ("2024/S 000-012345", "yes"),
        ("ja", "yes"),
        ("Not yet published", "no"),
        ("nein", "no"),
        ("To be published on Contracts Finder", ""),
        ("Published on request", ""),
        ("01/01/2040", ""),
        ("N/A", ""),
    ],
)
def test_what_says_that_something_was_published(text: str, expected: str) -> None:
    assert cells.said(text) == expected
