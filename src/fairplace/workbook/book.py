"""A workbook as it is read: sheets of cells, each a text, and what is wrong with a cell whose value cannot be taken."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NoReturn

import msgspec

from fairplace.errors import Malformed

MOST_SHEETS = 40
MOST_COLUMNS = 100
MOST_TEXT = 20_000
"""Characters of one cell: an entry has room for no more."""


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """How much of a workbook is read. `what` is looked for in it, as its reader calls it.

    `texts` are characters of all cells together (one text can be meant by many cells), `unpacked` bytes of all parts.
    """

    what: str = "marks"
    rows: int = 5_000
    texts: int = 4_000_000
    bytes: int = 16 << 20
    unpacked: int = 96 << 20


MARKS = Limits()


class Sheet(msgspec.Struct, frozen=True, kw_only=True):
    """One sheet: its rows as texts, and what is wrong by the name of the cell. `hidden`: its owner does not show it."""

    name: str
    rows: tuple[tuple[str, ...], ...]
    wrong: Mapping[str, str] = {}
    hidden: bool = False


class Book(msgspec.Struct, frozen=True, kw_only=True):
    """A workbook. `notes` are what its reader should know of all of it. `is_text`: its cells were parted by commas or the like."""

    name: str
    sheets: tuple[Sheet, ...]
    notes: tuple[str, ...] = ()
    is_text: bool = False


def cell_name(row: int, column: int) -> str:
    """How a spreadsheet names a cell, from its place counted from 0: `B7`."""
    letters, rest = "", column + 1
    while rest:
        rest, last = divmod(rest - 1, 26)
        letters = chr(ord("A") + last) + letters
    return f"{letters}{row + 1}"


class Page:
    """A sheet while it is read, row by row."""

    def __init__(self, name: str, *, hidden: bool = False, limits: Limits = MARKS) -> None:
        self._name = name
        self._hidden = hidden
        self._limits = limits
        self._rows: list[tuple[str, ...]] = []
        self._wrong: dict[str, str] = {}
        self._length = 0

    def add(self, cells: Sequence[tuple[str, str]]) -> None:
        """One more row: the text of each cell, and what is wrong with it, if anything."""
        number, texts = len(self._rows), []
        for column, (raw, fault) in enumerate(cells):
            text = _cleaned(raw)
            if column >= MOST_COLUMNS and text:
                self._refuse(f"{MOST_COLUMNS} columns", f"those with {self._limits.what}")
            if len(text) > MOST_TEXT:
                self._wrong[cell_name(number, column)] = f"it has {len(text):,} characters and {MOST_TEXT:,} fit"
                text = ""
            elif fault:
                self._wrong[cell_name(number, column)] = fault
            texts.append(text)
        while texts and not texts[-1]:
            texts.pop()
        if number >= self._limits.rows and texts:
            self._refuse(f"{self._limits.rows:,} rows", f"those with {self._limits.what}")
        self._length += sum(map(len, texts))
        if self._length > self._limits.texts:
            self._refuse(f"{self._limits.texts:,} characters", f"the {self._limits.what}")
        self._rows.append(tuple(texts))

    def _refuse(self, most: str, rest: str) -> NoReturn:
        raise Malformed(f"{self._name} has more than {most}; leave in {rest} only")

    def done(self) -> Sheet:
        while self._rows and not self._rows[-1]:
            self._rows.pop()
        return Sheet(name=self._name, rows=tuple(self._rows), wrong=self._wrong, hidden=self._hidden)


def _cleaned(text: str) -> str:
    """A cell's text without white space around it, nor what no page can show."""
    return "".join(letter for letter in text.replace("\r\n", "\n") if letter >= " " or letter in "\n\t").strip()
