"""A workbook as it is read: sheets of cells, each a text, and what is wrong with a cell whose value cannot be taken."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from fairplace.errors import Malformed

MOST_SHEETS = 40
MOST_ROWS = 5_000
MOST_COLUMNS = 100
MOST_TEXT = 20_000
"""Characters of one cell: an entry has room for no more."""
MOST_TEXTS = 4_000_000
"""Characters of all cells together: one text can be meant by many cells."""


class Sheet(msgspec.Struct, frozen=True, kw_only=True):
    """One sheet: its rows as texts, and what is wrong by the name of the cell. `hidden`: its owner does not show it."""

    name: str
    rows: tuple[tuple[str, ...], ...]
    wrong: Mapping[str, str] = {}
    hidden: bool = False


class Book(msgspec.Struct, frozen=True, kw_only=True):
    """A workbook. `notes` are what its reader should know of all of it."""

    name: str
    sheets: tuple[Sheet, ...]
    notes: tuple[str, ...] = ()


def cell_name(row: int, column: int) -> str:
    """How a spreadsheet names a cell, from its place counted from 0: `B7`."""
    letters, rest = "", column + 1
    while rest:
        rest, last = divmod(rest - 1, 26)
        letters = chr(ord("A") + last) + letters
    return f"{letters}{row + 1}"


class Page:
    """A sheet while it is read, row by row."""

    def __init__(self, name: str, *, hidden: bool = False) -> None:
        self._name = name
        self._hidden = hidden
        self._rows: list[tuple[str, ...]] = []
        self._wrong: dict[str, str] = {}
        self._length = 0

    def add(self, cells: Sequence[tuple[str, str]]) -> None:
        """One more row: the text of each cell, and what is wrong with it, if anything."""
        number, texts = len(self._rows), []
        for column, (raw, fault) in enumerate(cells):
            text = _cleaned(raw)
            if column >= MOST_COLUMNS and text:
                raise Malformed(f"{self._name} has more than {MOST_COLUMNS} columns; leave in those with marks only")
            if len(text) > MOST_TEXT:
                self._wrong[cell_name(number, column)] = f"it has {len(text):,} characters and {MOST_TEXT:,} fit"
                text = ""
            elif fault:
                self._wrong[cell_name(number, column)] = fault
            texts.append(text)
        while texts and not texts[-1]:
            texts.pop()
        if number >= MOST_ROWS and texts:
            raise Malformed(f"{self._name} has more than {MOST_ROWS:,} rows; leave in those with marks only")
        self._length += sum(map(len, texts))
        if self._length > MOST_TEXTS:
            raise Malformed(f"{self._name} has more than {MOST_TEXTS:,} characters; leave in the marks only")
        self._rows.append(tuple(texts))

    def done(self) -> Sheet:
        while self._rows and not self._rows[-1]:
            self._rows.pop()
        return Sheet(name=self._name, rows=tuple(self._rows), wrong=self._wrong, hidden=self._hidden)


def _cleaned(text: str) -> str:
    """A cell's text without white space around it, nor what no page can show."""
    return "".join(letter for letter in text.replace("\r\n", "\n") if letter >= " " or letter in "\n\t").strip()
