"""Reads an `.xlsx` workbook (ECMA-376) for its values alone.

- Its parts are counted and measured before one is unpacked; a part is unpacked no further than it says it is long.
- A part with a document type declaration is refused: no workbook needs one, and entities can be made to swell.
- A formula counts as the value that was saved with it; without one its cell is wrong.
"""

from __future__ import annotations

import io
import struct
import warnings
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from typing import Any

import openpyxl
from openpyxl.utils.exceptions import InvalidFileException

from fairplace.errors import Malformed
from fairplace.workbook.book import MARKS, MOST_COLUMNS, MOST_SHEETS, Book, Limits, Page, Sheet

MOST_PARTS = 2_000

# What a spoiled workbook makes openpyxl, the parsers of XML (a SyntaxError each) and the standard library raise.
_SPOILED = (
    AttributeError, EOFError, IndexError, InvalidFileException, KeyError, NotImplementedError, OSError, OverflowError,
    RuntimeError, SyntaxError, TypeError, ValueError, struct.error, zipfile.BadZipFile, zlib.error,
)  # fmt: skip

warnings.filterwarnings("ignore", module="openpyxl")  # they name cells, and no operator can act on them


def read_xlsx(name: str, data: bytes, limits: Limits = MARKS) -> Book:
    """Raises Malformed for whatever is no workbook, or not one that can be read safely."""
    try:
        links = _checked(data, limits)
        values = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)
        formulas = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=False, keep_links=False)
        if len(values.worksheets) > MOST_SHEETS:
            raise Malformed(
                f"there are {len(values.worksheets)} sheets and {MOST_SHEETS} are read; leave the others out"
            )
        sheets = tuple(
            _sheet(one, other, limits) for one, other in zip(values.worksheets, formulas.worksheets, strict=True)
        )
    except _SPOILED as error:
        raise Malformed(
            "this workbook is damaged, or no workbook; open it in a spreadsheet, save it as .xlsx and choose that"
        ) from error
    notes = []
    if links:
        notes.append(
            f"It takes values from {links} other workbook{'s' if links > 1 else ''}. They are read as they were when this"
            " one was last saved; nothing is fetched."
        )
    return Book(name=name, sheets=sheets, notes=tuple(notes))


def _checked(data: bytes, limits: Limits) -> int:
    """Look through the parts before they are read; how many other workbooks it is linked to."""
    with zipfile.ZipFile(io.BytesIO(data)) as packed:
        parts = packed.infolist()
        if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > limits.unpacked:
            raise Malformed(
                f"this workbook unpacks to more than {limits.unpacked >> 20} MB or {MOST_PARTS:,} parts; copy the"
                f" {limits.what} alone into a new one"
            )
        names = {part.filename for part in parts}
        if "xl/workbook.xml" not in names and "[Content_Types].xml" not in names:
            raise Malformed("this is a packed folder, no workbook; choose a file that a spreadsheet saved as .xlsx")
        if any(name.endswith("vbaProject.bin") for name in names):
            raise Malformed("this workbook has macros; save it as .xlsx, which has none, and choose that")
        for part in parts:
            if part.filename.endswith((".xml", ".rels")) and b"<!DOCTYPE" in packed.read(part):
                raise Malformed("this workbook declares a document type, which none needs; save it anew as .xlsx")
        return sum(name.startswith("xl/externalLinks/externalLink") for name in names)


def _sheet(values: Any, formulas: Any, limits: Limits) -> Sheet:
    """`values` and `formulas` are the same sheet, read both ways."""
    page = Page(values.title, hidden=values.sheet_state != "visible", limits=limits)
    for row, source in zip(_rows(values, limits), _rows(formulas, limits), strict=True):
        page.add([(_text(cell), _fault(cell, written)) for cell, written in zip(row, source, strict=True)])
    return page.done()


def _rows(sheet: Any, limits: Limits) -> Iterator[Iterable[Any]]:
    sheet.reset_dimensions()  # what it says of its own size may be false
    rows: Iterator[Iterable[Any]] = sheet.iter_rows(max_row=limits.rows + 1, max_col=MOST_COLUMNS + 1)
    return rows


def _fault(cell: Any, written: Any) -> str:
    if cell.data_type == "e":
        return f"the formula gives {cell.value}; put it right in the workbook"
    if written.data_type == "f" and cell.value is None:
        return "the formula has no saved value; open the workbook in a spreadsheet, save it, and choose it again"
    return ""


def _text(cell: Any) -> str:
    value = cell.value
    if value is None or cell.data_type == "e":
        return ""
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return str(value)
