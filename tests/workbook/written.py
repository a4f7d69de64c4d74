"""Workbooks as councils keep them, written by the tests: marks with reasons, laid out in each way that is read."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence

import openpyxl

Marks = Mapping[tuple[str, str, str], tuple[object, str]]
"""By evaluator, bidder and criterion: the mark and its reason."""

LONG = ("Supplier", "Criterion", "Evaluator", "Score", "Comments")


def xlsx(sheets: Mapping[str, Iterable[Sequence[object]]]) -> bytes:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(list(row))
    return saved(book)


def saved(book: openpyxl.Workbook) -> bytes:
    data = io.BytesIO()
    book.save(data)
    return data.getvalue()


def long(marks: Marks) -> list[Sequence[object]]:
    """A row for each mark."""
    return [LONG, *((bidder, criterion, who, mark, why) for (who, bidder, criterion), (mark, why) in marks.items())]


def wide(marks: Marks, who: str) -> list[Sequence[object]]:
    """One evaluator's sheet: a row for each criterion, two columns for each bidder."""
    bidders = list(dict.fromkeys(bidder for _, bidder, _ in marks))
    criteria = list(dict.fromkeys(criterion for _, _, criterion in marks))
    head = ["Question", *(text for bidder in bidders for text in (bidder, f"{bidder} – comments"))]
    rows = [
        [criterion, *(part for bidder in bidders for part in marks.get((who, bidder, criterion), ("", "")))]
        for criterion in criteria
    ]
    return [["Tender evaluation"], [], head, *rows]


def comma_separated(rows: Iterable[Sequence[object]], *, mark: str = ",", coding: str = "utf-8") -> bytes:
    text = io.StringIO()
    csv.writer(text, delimiter=mark).writerows(rows)
    return text.getvalue().encode(coding)
