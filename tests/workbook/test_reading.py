"""Workbooks: read cell by cell whatever wrote them, and refused in one sentence when they cannot be."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from typing import Any

import openpyxl
import pytest

from fairplace.errors import Malformed
from fairplace.workbook.book import Book, cell_name
from fairplace.workbook.files import MOST_BYTES, read
from fairplace.workbook.layout import Layout, first, guess, key, plain
from fairplace.workbook.marks import AGREED, Names, Reading, read_marks
from tests.workbook.written import Marks, comma_separated, long, saved, wide, xlsx

BIDDERS = {"GB-1": ["Alder Homes"], "GB-2": ["Birch & Sons Ltd"]}
CRITERIA = {"care": ["Quality of care"], "staff": ["Staffing"]}
PEOPLE = {"p1": ["Eva Jones", "eva@council.example"], "p2": ["Emil Novák"]}
EVERYBODY = frozenset({*PEOPLE, AGREED})

MARKS: Marks = {
    ("Eva Jones", "Alder Homes", "Quality of care"): (4, "Page 3; clear, with evidence"),
    ("Eva Jones", "Birch & Sons Ltd", "Quality of care"): (3, "Page 7"),
    ("Emil Novák", "Alder Homes", "Staffing"): (5, "A rota, and “cover”"),
    ("Emil Novák", "Birch & Sons Ltd", "Staffing"): (0, "Nothing said"),
}


def names(**changes: Any) -> Names:
    usual = {"bidder": BIDDERS, "criterion": CRITERIA, "evaluator": PEOPLE, "only": EVERYBODY}
    return Names(**{**usual, **changes})


def looked(data: bytes, layout: Layout | None = None, **changes: Any) -> Reading:
    book = read("marks", data)
    found = layout or guessed(book)
    assert found is not None
    return read_marks(book, found, names(**changes), range(6))


def guessed(book: Book) -> Layout | None:
    return guess(book, ["GB-1", "Alder Homes", "Birch & Sons Ltd"], ["care", "Quality of care", "Staffing"])


def taken(reading: Reading) -> set[tuple[str, str, str, int, str]]:
    return {(one.evaluator, one.bidder, one.criterion, one.mark, one.reason) for one in reading.marks}


EXPECTED = {
    ("p1", "GB-1", "care", 4, "Page 3; clear, with evidence"),
    ("p1", "GB-2", "care", 3, "Page 7"),
    ("p2", "GB-1", "staff", 5, "A rota, and “cover”"),
    ("p2", "GB-2", "staff", 0, "Nothing said"),
}


@pytest.mark.parametrize("mark", [",", ";", "\t"])
@pytest.mark.parametrize("coding", ["utf-8", "utf-8-sig", "utf-16"])
def test_the_same_marks_come_out_of_every_kind_of_csv(mark: str, coding: str) -> None:
    reading = looked(comma_separated(long(MARKS), mark=mark, coding=coding))
    assert (taken(reading), reading.questions) == (EXPECTED, ())


def test_windows_own_letters_are_read_and_said() -> None:
    marks = {("Eva Jones", "Alder Homes", "Quality of care"): (4, "A café – “good”")}
    data = comma_separated(long(marks), mark=";", coding="cp1252")
    assert "cp1252" in read("x.csv", data).notes[0]
    assert taken(looked(data)) == {("p1", "GB-1", "care", 4, "A café – “good”")}


def test_a_row_for_each_mark_is_read() -> None:
    reading = looked(xlsx({"Scores": long(MARKS)}))
    assert (taken(reading), reading.questions) == (EXPECTED, ())
    assert {(one.sheet, one.cell) for one in reading.marks} == {("Scores", f"D{row}") for row in (2, 3, 4, 5)}


def test_a_sheet_for_each_evaluator_is_read() -> None:
    reading = looked(xlsx({who: wide(MARKS, who) for who in ("Eva Jones", "Emil Novák")}))
    assert (taken(reading), reading.questions) == (EXPECTED, ())


def test_a_table_the_other_way_round_is_read() -> None:
    rows = [
        ["Supplier", "1. Quality of care", "Reasons"],
        ["Alder Homes", 4, "Page 3"],
        ["Birch & Sons Ltd", 2, "Page 9"],
    ]
    reading = looked(
        xlsx({"Eva Jones": rows}), guess(read("x", xlsx({"e": rows})), ["Alder Homes"], ["Quality of care"])
    )
    assert taken(reading) == {("p1", "GB-1", "care", 4, "Page 3"), ("p1", "GB-2", "care", 2, "Page 9")}


@pytest.mark.parametrize("first", [("", "Criterion"), ("Criterion", None)], ids=["below", "merged down"])
def test_headings_in_two_rows_with_merged_names_are_read(first: tuple[str, str | None]) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "Eva Jones"
    for row in ([first[0], "Alder Homes", None, "Birch & Sons Ltd", None], [first[1], "Score", "Comment", "Score", "Comment"],
                ["Quality of care", 4, "Page 3", 2, "Page 9"]):  # fmt: skip
        sheet.append(row)
    sheet.merge_cells("B1:C1")
    sheet.merge_cells("D1:E1")
    assert taken(looked(saved(book))) == {("p1", "GB-1", "care", 4, "Page 3"), ("p1", "GB-2", "care", 2, "Page 9")}


def test_merged_names_mean_the_one_above_when_somebody_says_so() -> None:
    rows = [LONG_HEAD, ["Alder Homes", "Quality of care", "Eva Jones", 4, "a"], ["", "Staffing", "", 3, "b"]]
    data = xlsx({"s": rows})
    assert [one.sentence for one in looked(data).questions] == ["no evaluator stands beside this mark"]
    layout = guessed(read("x", data))
    assert layout is not None
    filled = Layout(shape=layout.shape, heading=layout.heading, columns=layout.columns, fill_down=True)
    assert len(looked(data, filled).marks) == 2


LONG_HEAD = ["Supplier", "Criterion", "Evaluator", "Score", "Comments"]


def test_each_cell_that_cannot_be_taken_is_asked_about_by_its_name() -> None:
    rows = [
        LONG_HEAD,
        ["Nobody Ltd", "Quality of care", "Eva Jones", 4, "a"],
        ["Alder Homes", "Cost", "Eva Jones", 4, "a"],
        ["Alder Homes", "Staffing", "Somebody", 4, "a"],
        ["Alder Homes", "Staffing", "Eva Jones", 7, "a"],
        ["Alder Homes", "Quality of care", "Eva Jones", 3.5, "a"],
        ["Alder Homes", "Staffing", "Emil Novák", None, "a"],
        ["Birch & Sons Ltd", "Staffing", "Emil Novák", 4, ""],
        ["Birch & Sons Ltd", "Staffing", "Eva Jones", 4, "a"],
        ["Birch & Sons Ltd", "Staffing", "Eva Jones", 2, "b"],
    ]
    reading = looked(xlsx({"Scores": rows}))
    assert [(one.sheet, one.cell, one.sentence) for one in reading.questions] == [
        ("Scores", "D2", "“Nobody Ltd” is no bidder of this case"),
        ("Scores", "D3", "“Cost” is no criterion of this case"),
        ("Scores", "D4", "“Somebody” is no evaluator of this case"),
        ("Scores", "D5", "“7” is not on the scale from 0 to 5"),
        ("Scores", "D6", "“3.5” is not on the scale from 0 to 5"),
        ("Scores", "D7", "there is no mark here"),
        ("Scores", "D8", "the mark 4 has no reason; write it in the workbook, or on the sheet"),
        (
            "Scores",
            "D10",
            "a mark for the same bid, criterion and evaluator stands in Scores, D9 too; take one out",
        ),
    ]
    assert taken(reading) == {("p2", "GB-2", "staff", 4, "")}
    assert reading.names == ["bidder:Nobody Ltd", "criterion:Cost", "evaluator:Somebody"]


def test_a_name_that_somebody_answers_is_read_so() -> None:
    data = xlsx({"s": [LONG_HEAD, ["Alder", "Staffing", "EJ", 4, "a"], ["Total", "Staffing", "EJ", 9, ""]]})
    reading = looked(data, answers={"bidder:Alder": "GB-1", "bidder:Total": "-", "evaluator:EJ": "p1"})
    assert taken(reading) == {("p1", "GB-1", "staff", 4, "a")}
    assert (reading.questions, reading.left_out) == ((), 1)


def test_marks_of_others_are_left_out() -> None:
    reading = looked(xlsx({"Scores": long(MARKS)}), only=frozenset({"p2"}))
    assert ({one.evaluator for one in reading.marks}, reading.left_out) == ({"p2"}, 2)


def test_agreed_marks_are_told_from_those_of_evaluators() -> None:
    rows = [[*LONG_HEAD, "Why changed"], ["Alder Homes", "Staffing", "Consensus", 4, "a", "The rota was overlooked"]]
    [one] = looked(xlsx({"s": rows})).marks
    assert (one.evaluator, one.change) == (AGREED, "The rota was overlooked")


def test_a_formula_counts_as_its_saved_value_and_without_one_is_asked_about() -> None:
    rows = [LONG_HEAD, ["Alder Homes", "Staffing", "Eva Jones", "=2+2", "a"]]
    [question] = looked(xlsx({"s": rows})).questions
    assert (question.cell, question.sentence.split(";")[0]) == ("D2", "the formula has no saved value")
    data = xlsx({"s": [LONG_HEAD, ["Alder Homes", "Staffing", "Eva Jones", 4, "a"]]})
    with_value = changed(data, "xl/worksheets/sheet1.xml", lambda xml: xml.replace(b"<v>4</v>", b"<f>2+2</f><v>4</v>"))
    assert [one.mark for one in looked(with_value).marks] == [4]
    broken = changed(
        data, "xl/worksheets/sheet1.xml", lambda xml: xml.replace(b't="n"><v>4</v>', b't="e"><v>#REF!</v>')
    )
    assert looked(broken).questions[0].sentence == "the formula gives #REF!; put it right in the workbook"


def test_the_layout_of_two_cases_is_the_same_though_their_bidders_differ() -> None:
    one, other = (read("x", xlsx({"Eva": wide({("e", who, "Staffing"): (1, "a")}, "e")})) for who in ("Alder", "Birch"))
    found = [key(first(book), 3, [who, "Staffing"]) for book, who in ((one, "Alder"), (other, "Birch"))]
    assert found == ["question", "question"]


@pytest.mark.parametrize("text", ["1. Staffing", "Q2: Staffing", " staffing ", "1.2) Staffing", "STAFFING"])
def test_a_name_is_known_in_spite_of_its_numbering(text: str) -> None:
    assert plain(text) == plain("Staffing")


def test_cells_are_named_as_spreadsheets_do() -> None:
    assert [cell_name(row, column) for row, column in ((0, 0), (6, 25), (0, 26), (9, 701), (0, 702))] == [
        "A1", "Z7", "AA1", "ZZ10", "AAA1",
    ]  # fmt: skip


# What is no workbook


def changed(data: bytes, part: str, change: Callable[[bytes], bytes]) -> bytes:
    """The same packed workbook with one part changed, or added."""
    made = io.BytesIO()
    packed = zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED, compresslevel=1)
    with zipfile.ZipFile(io.BytesIO(data)) as source, packed as target:
        for one in source.infolist():
            if one.filename != part:
                target.writestr(one, source.read(one))
        target.writestr(part, change(source.read(part) if part in source.namelist() else b""))
    return made.getvalue()


GOOD = xlsx({"s": long(MARKS)})
BOMB = changed(GOOD, "xl/media/picture.png", lambda _: b"\0" * (97 << 20))
PACKED = io.BytesIO()
with zipfile.ZipFile(PACKED, "w") as _packed:
    _packed.writestr("readme.txt", "no workbook")


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "the file is empty"),
        (b"\n\n,,\n", "there is nothing in this workbook"),
        (xlsx({"s": []}), "there is nothing in this workbook"),
        (b"x" * (MOST_BYTES + 1), "the file has 16 MB"),
        (b"\xd0\xcf\x11\xe0 old", "with a password, or of the old kind"),
        (b"%PDF-1.7\x00\x01", "this is no spreadsheet, it is a PDF"),
        (PACKED.getvalue(), "packed folder, no workbook"),
        (GOOD[: len(GOOD) // 2], "damaged, or no workbook"),
        (b"PK\x03\x04" + b"\xff" * 400, "damaged, or no workbook"),
        (BOMB, "unpacks to more than 96 MB"),
        (changed(GOOD, "xl/vbaProject.bin", lambda _: b"macro"), "has macros; save it as .xlsx"),
        (changed(GOOD, "xl/worksheets/sheet1.xml", lambda xml: b'<!DOCTYPE x [<!ENTITY a "b">]>' + xml), "document type"),
        (changed(GOOD, "xl/worksheets/sheet1.xml", lambda _: b"<not-closed"), "damaged, or no workbook"),
        (changed(GOOD, "xl/workbook.xml", lambda _: b""), "damaged, or no workbook"),
        (comma_separated([["a"] * 101]), "more than 100 columns"),
        (comma_separated([["a", "b"]] * 5_001), "more than 5,000 rows"),
        (xlsx({"s": [["a"]] * 5_001}), "more than 5,000 rows"),
        (b'a,"' + b"x" * 140_000, "cannot be read"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_says_so_in_one_sentence(data: bytes, sentence: str) -> None:
    with pytest.raises(Malformed) as found:
        read("marks.xlsx", data)
    assert sentence in str(found.value)
    assert "\n" not in str(found.value)


def test_one_far_cell_does_not_make_a_sheet_long() -> None:
    book = openpyxl.load_workbook(io.BytesIO(GOOD))
    book["s"]["XFD1048576"] = "far"
    assert len(read("x", saved(book)).sheets[0].rows) == 5


def test_links_to_other_workbooks_are_said_and_not_followed() -> None:
    data = changed(GOOD, "xl/externalLinks/externalLink1.xml", lambda _: b"<externalLink/>")
    assert "1 other workbook" in read("x", data).notes[0]


def test_hidden_sheets_are_not_read() -> None:
    book = openpyxl.load_workbook(io.BytesIO(GOOD))
    book.create_sheet("other")
    book["s"].sheet_state = "hidden"
    assert looked(saved(book), Layout(shape="rows", heading=1, columns={"bidder": "Supplier", "criterion": "Criterion", "mark": "Score"})).marks == ()  # fmt: skip


@pytest.mark.parametrize(
    "text", ["<script>alert(1)</script>", "=cmd|' /C calc'!A0", "\u202eevil", "a\x0bb", "x" * 30_000]
)
def test_hostile_text_stays_text(text: str) -> None:
    data = comma_separated([LONG_HEAD, ["Alder Homes", "Staffing", "Eva Jones", text, text]])
    reading = looked(data)
    assert reading.marks == ()
    assert len(reading.questions) == 1
