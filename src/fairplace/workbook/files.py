"""Reads a workbook out of a file that somebody sent.

- What came is judged by its bytes, never by its name.
- Nothing in it is run, fetched or followed: no formula, macro or link to another file.
- What is too large is refused before it is unpacked.
"""

from __future__ import annotations

import csv
import io

from fairplace.errors import Malformed
from fairplace.workbook.book import MARKS, Book, Limits, Page, Sheet
from fairplace.workbook.xlsx import read_xlsx

MOST_BYTES = MARKS.bytes
"""Bytes of a file that is read at all."""

_ZIP, _OLD = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
_BOMS = {b"\xef\xbb\xbf": "utf-8-sig", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}


def read(name: str, data: bytes, limits: Limits = MARKS) -> Book:
    """The workbook in a file. Raises Malformed with what to do instead."""
    if not data:
        raise Malformed(f"the file is empty; choose the workbook with the {limits.what} in it")
    if len(data) > limits.bytes:
        raise Malformed(f"the file has {len(data) >> 20} MB and {limits.bytes >> 20} MB are read; leave pictures out")
    if data.startswith(_OLD):
        raise Malformed("this is a workbook with a password, or of the old kind (.xls); save it as .xlsx without one")
    if data[:1024].lstrip().startswith(b"%PDF"):
        raise Malformed("this is no spreadsheet, it is a PDF; choose a file that a spreadsheet saved as .xlsx or .csv")
    book = read_xlsx(name, data, limits) if data.startswith(_ZIP) else _csv(name, data, limits)
    if not any(sheet.rows for sheet in book.sheets):
        raise Malformed(f"there is nothing in this workbook; choose the one with the {limits.what} in it")
    return book


def _csv(name: str, data: bytes, limits: Limits) -> Book:
    text, notes = _text(data), []
    if "\x00" in text:
        raise Malformed("this is no workbook; choose a file that a spreadsheet saved as .xlsx or .csv")
    sheet = _rows(text, _mark(text), Page(name, limits=limits))
    if not any(data.startswith(bom) for bom in _BOMS) and not _is_utf8(data):
        notes.append("It is written in Windows’ own letters (cp1252). Look at names with accents.")
    return Book(name=name, sheets=(sheet,), notes=tuple(notes), is_text=True)


def _mark(text: str) -> str:
    """What cells are parted by: that which cuts the first line of several cells into most. Reasons have commas too."""
    for line in text.splitlines()[:50]:
        width, mark = max((line.count(mark), mark) for mark in "\t,;")
        if width:
            return mark
    return ","


def _text(data: bytes) -> str:
    coding = next((coding for bom, coding in _BOMS.items() if data.startswith(bom)), "utf-8")
    try:
        return data.decode(coding)
    except UnicodeDecodeError:
        return data.decode("cp1252" if coding == "utf-8" else coding, "replace")


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _rows(text: str, mark: str, page: Page) -> Sheet:
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=mark)
    try:
        for row in lines:
            page.add([(cell, "") for cell in row])
    except csv.Error as error:
        raise Malformed(f"line {lines.line_num} cannot be read: {error}; save it as .xlsx instead") from error
    return page.done()
