"""Contracts registers as councils keep them, all invented."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from fairplace.awards.columns import Columns, guess
from fairplace.awards.rows import Reading, read
from fairplace.workbook.files import read as workbook
from fairplace.workbook.layout import first
from tests.workbook.written import comma_separated

HEAD = (
    "Contract ref", "Contract title", "Description", "Supplier name", "Company number", "Contract value", "Start date",
    "End date", "Department", "Procurement route", "Date of award", "Published on",
)  # fmt: skip


def row(reference: str = "C-001", **changes: str) -> tuple[str, ...]:
    """Mowing, bought openly and published."""
    usual = {
        "title": "Grounds maintenance", "description": "Mowing of verges", "supplier": "Green Ltd", "company": "01234567",
        "value": "£1,234,567.89", "starts": "01/04/2024", "ends": "31/03/2027", "department": "Parks",
        "procedure": "Open procedure", "awarded": "15/03/2024", "published": "20/03/2024",
    }  # fmt: skip
    assert changes.keys() <= usual.keys()
    return (reference, *(usual | changes).values())


def placement(reference: str = "C-900", **changes: str) -> tuple[str, ...]:
    """A home for one child, bought directly."""
    usual = {
        "title": "Residential placement, J.S.", "description": "", "supplier": "Oak Homes Ltd",
        "department": "Children’s Services", "procedure": "Direct award",
    }  # fmt: skip
    return row(reference, **(usual | changes))


def register(*rows: Sequence[str], head: Sequence[str] = HEAD, mark: str = ",", coding: str = "utf-8") -> bytes:
    return comma_separated([head, *rows], mark=mark, coding=coding)


def looked(data: bytes, columns: Columns | None = None, *, published: bool = False, care_read: bool = False) -> Reading:
    book = workbook("register.csv", data)
    said = columns or guess(first(book))
    said = msgspec.structs.replace(said, published=published, care_read=care_read)
    return read(book, said, authority="Borough of Example", today="2026-11-29")


def problems(reading: Reading) -> list[tuple[int, str, str]]:
    """Each fault's row and column, and how its sentence begins."""
    return [(one.row, one.column, " ".join(one.problem.split()[:4])) for one in reading.faults]
