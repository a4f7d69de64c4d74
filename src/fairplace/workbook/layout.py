"""How a workbook of marks is laid out: said once, kept for the authority, and offered again for the same headings.

rows      a row for each mark: columns for the bidder, the criterion, the evaluator, the mark, the reason
bidders   a row for each criterion, a column for each bidder, with the reasons in columns beside them
criteria  a row for each bidder, a column for each criterion, with the reasons in columns beside them
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Literal

import msgspec

from fairplace.workbook.book import Book, Sheet

Shape = Literal["rows", "bidders", "criteria"]
Role = Literal["bidder", "criterion", "evaluator", "mark", "reason", "change"]
ROLES: Mapping[Shape, tuple[Role, ...]] = {
    "rows": ("bidder", "criterion", "evaluator", "mark", "reason", "change"),
    "bidders": ("criterion", "evaluator"),
    "criteria": ("bidder", "evaluator"),
}
"""What a column of its own can be, in each shape."""

_LONGEST = 200
"""Characters of a heading that are looked at."""
_LOOKED_AT = 30
"""Rows in which headings are looked for."""

_WORDS: Mapping[Role, str] = {
    "bidder": r"bidders?|suppliers?|providers?|tenderers?|organi[sz]ations?|company",
    "criterion": r"criteri(on|a)|questions?|sub-?criteri(on|a)",
    "evaluator": r"evaluators?|assessors?|scorers?|scored by|marked by|marker",
    "mark": r"marks?|scores?|points?",
    "reason": r"reasons?|comments?|rationale|justification|feedback|notes?",
    "change": r"(why|reasons? for) (it )?(was )?change[ds]?|change",
}
_PART = re.compile(rf"^(?P<name>.*?)[\s:–—\-(]*\b(?P<word>{_WORDS['mark']}|{_WORDS['reason']})\)?$", re.IGNORECASE)
_IS_REASON = re.compile(_WORDS["reason"], re.IGNORECASE)


class Layout(msgspec.Struct, frozen=True, kw_only=True):
    """One way to lay out marks. `heading` is the row with the headings, counted from 1; `columns` names them by role.

    Without a column for the evaluator each sheet is one evaluator's. `fill_down`: an empty name means the one above.
    """

    shape: Shape
    heading: int
    columns: Mapping[Role, str]
    fill_down: bool = False


def plain(text: str) -> str:
    """A name as it is compared: without case, numbering in front, and signs."""
    bare = re.sub(r"^\s*(?:[A-Za-z]?\d+(?:\.\d+)*[.):]?\s+)(?=\S)", "", text)
    return " ".join(re.sub(r"[^\w]+", " ", bare.casefold()).split())


def headings(sheet: Sheet, row: int) -> list[str]:
    """The headings in a row, counted from 1. A bare *Score* or *Comment* belongs to the name in the row above it; beside
    such, an empty cell is the lower half of the one above: the two were merged.
    """
    if not 0 < row <= len(sheet.rows):
        return []
    texts = [text[:_LONGEST] for text in sheet.rows[row - 1]]
    if {"bidder", "criterion"} <= _columns(texts).keys():
        return texts
    above, found, last = sheet.rows[row - 2] if row > 1 else (), [], ""
    for column, text in enumerate(texts):
        last = above[column] if column < len(above) and above[column] else last
        part = _PART.match(text)
        found.append(f"{last} {text}" if part and not part["name"] and len(above) > 1 and last else text)
    if found != texts:
        found = [text or (above[column] if column < len(above) else "") for column, text in enumerate(found)]
    return found


def part_of(heading: str) -> tuple[str, bool]:
    """The name in a heading such as *Alder Homes: reasons*, and whether it is about reasons."""
    found = _PART.match(heading)
    if found is None:
        return heading, False
    return found["name"], _IS_REASON.fullmatch(found["word"]) is not None


def key(sheet: Sheet, row: int, names: Iterable[str]) -> str:
    """What two workbooks have in common whose layout is the same; names of bids and criteria are left out."""
    known = {plain(name) for name in names}
    rest = {plain(text) for text in headings(sheet, row) if plain(part_of(text)[0]) not in known}
    return "\n".join(sorted(rest - {""}))


def keys(book: Book, names: Iterable[str]) -> Iterator[tuple[int, str]]:
    """Each row that may hold the headings, with what it would have in common with others."""
    sheet, known = first(book), list(names)
    for row in range(1, min(len(sheet.rows), _LOOKED_AT) + 1):
        if found := key(sheet, row, known):
            yield row, found


def guess(book: Book, bids: Iterable[str], criteria: Iterable[str]) -> Layout | None:
    """The layout that the headings speak for; None when they say nothing."""
    sheet = first(book)
    known = {"bidders": {plain(one) for one in bids}, "criteria": {plain(one) for one in criteria}}
    for row in range(1, min(len(sheet.rows), _LOOKED_AT) + 1):
        texts = headings(sheet, row)
        columns = _columns(texts)
        if {"bidder", "criterion", "mark"} <= columns.keys():
            return Layout(shape="rows", heading=row, columns=columns)
        for shape, names in known.items():
            if _named(texts, names) < min(2, len(names)):
                continue
            below = headings(sheet, row + 1)  # names over *Score* and *Comment*
            at, texts = (row + 1, below) if _named(below, names) >= _named(texts, names) else (row, texts)
            role: Role = "criterion" if shape == "bidders" else "bidder"
            found = _columns(texts)
            kept: dict[Role, str] = {role: found.get(role) or next((text for text in texts if text), "")}
            if "evaluator" in found:
                kept["evaluator"] = found["evaluator"]
            return Layout(shape="bidders" if shape == "bidders" else "criteria", heading=at, columns=kept)
    return None


def _named(texts: list[str], names: set[str]) -> int:
    """How many of these headings begin with one of the names."""
    return sum(plain(part_of(text)[0]) in names for text in texts)


def first(book: Book) -> Sheet:
    """The sheet by which a layout is judged: the first that is shown and not empty."""
    filled = [sheet for sheet in book.sheets if sheet.rows]
    return next((sheet for sheet in filled if not sheet.hidden), filled[0])


class Glance(msgspec.Struct, frozen=True, kw_only=True):
    """What stands in a sheet at first sight: how many rows, and the texts of the row that looks most like headings."""

    name: str
    rows: int
    row: int
    texts: list[str]
    hidden: bool


def glance(sheet: Sheet) -> Glance:
    at = fullest(sheet)
    texts = [text for text in sheet.rows[at - 1] if text] if sheet.rows else []
    return Glance(name=sheet.name, rows=sum(map(any, sheet.rows)), row=at, texts=texts, hidden=sheet.hidden)


def fullest(sheet: Sheet) -> int:
    """The row that looks most like headings: the first with the most cells filled, counted from 1."""
    filled = [sum(map(bool, texts)) for texts in sheet.rows[:_LOOKED_AT]]
    return filled.index(max(filled)) + 1 if filled else 1


def _columns(texts: list[str]) -> dict[Role, str]:
    found: dict[Role, str] = {}
    for role in ("change", "bidder", "criterion", "evaluator", "mark", "reason"):
        taken = set(found.values())
        for text in texts:
            if text not in taken and re.fullmatch(
                rf"(?:the |name of )?(?:{_WORDS[role]})(?: name)?", text.strip(), re.IGNORECASE
            ):
                found[role] = text
                break
    return found
