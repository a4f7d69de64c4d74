"""Which column of a contracts register is what: said by somebody, or guessed from the headings.

- A guess is made from usual names alone: those of the Local Government Transparency Code 2015 (paragraph 32), of council
  registers, and of the export of Contracts Finder.
- Nothing is read before a reference, a title and a supplier have their columns.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import zip_longest
from typing import Literal, get_args

import msgspec

from fairplace.errors import Malformed
from fairplace.workbook.book import Sheet
from fairplace.workbook.layout import fullest, plain

Role = Literal[
    "reference", "title", "supplier", "description", "value", "awarded_on", "starts_on", "ends_on", "review_on",
    "company", "charity", "supplier_id", "sme", "vcse", "department", "category", "cpv", "procedure", "buyer",
    "published_on", "notice", "contact",
]  # fmt: skip
ROLES: tuple[Role, ...] = get_args(Role)
NEEDED: tuple[Role, ...] = ("reference", "title", "supplier")

LABELS: Mapping[Role, str] = {
    "reference": "Reference", "title": "Title", "supplier": "Supplier", "description": "Description", "value": "Value",
    "awarded_on": "Date of award", "starts_on": "Start", "ends_on": "End", "review_on": "Review date",
    "company": "Supplier’s company number", "charity": "Supplier’s charity number", "supplier_id": "Supplier’s other id",
    "sme": "Small or medium enterprise", "vcse": "Voluntary or community organisation", "department": "Department",
    "category": "Category", "cpv": "CPV codes", "procedure": "Procedure", "buyer": "Buyer", "published_on": "Published on",
    "notice": "Notice or link", "contact": "Contact person",
}  # fmt: skip

_USUAL: Mapping[Role, tuple[str, ...]] = {
    "published_on": (r"(date )?(first )?published( date| on)?|publication date|date of publication",),
    "notice": (
        r"(contracts finder|find a tender|fts|cf|ojeu)( notice)?( reference| ref| number| no| link| url)?|notice( url| link)|links?|url|web ?link",
        r"notice (reference|ref|number|no)",
    ),
    "company": (r"(supplier s? ?)?(company|companies house|co)( house)?(( registration| reg)?( number| no| id| ref)| registration)",),
    "charity": (r"(supplier s? ?)?(registered )?charity( registration| reg)?( number| no)?",),
    "supplier_id": (r"supplier s? ?(id|number|no|ref|reference|identifier)|vendor (id|number|no|code)",),
    "sme": (r"(?!supplier name address).*\bsmes?\b.*|.*small (and|or|to|&) medium.*",),
    "vcse": (r"(?!supplier name address).*\b(vcses?|vco|vcos|vcs)\b.*|.*voluntary.*",),
    "supplier": (
        r"supplier name address ref type ref number is sme is vcse",
        r"(name of )?(awarded |successful )?(supplier|contractor|provider|vendor)s?( s)?( name)?|suppliers? names?",
        r"awarded to|organisation awarded|company name|company",
    ),
    "reference": (
        r"(contract|agreement|register|procurement|tender|project)? ?(unique )?(reference|ref|id|identifier)( number| no| id)?|contract (number|no)",
        r"(unique )?(reference|ref)( number| no)?|notice identifier|number",
    ),
    "title": (r"(contract|agreement|tender|project|notice)? ?title( of agreement| of contract)?|contract name|title or description", r"name", r".*description.*|subject|purpose"),
    "description": (r".*description.*|goods and( or)? services.*|details|summary|purpose",),
    "value": (
        r"(awarded|award) (value|amount|price)",
        r"(estimated |current |original )?(total|whole life|overall|lifetime) ?(contract)? ?(value|cost|amount|price|sum).*|(estimated )?contract (value|sum|amount|price).*|sum to be paid.*",
        r"(value|amount|sum|cost|price)( of (contract|agreement|award))?( gbp| excl? vat| ex vat| inc vat| exc vat)?",
    ),
    "awarded_on": (r"(contract )?award(ed)? date|date (of )?(contract )?award(ed)?|awarded( on)?|date awarded",),
    "starts_on": (r"contract (start|commencement)( date)?", r"(agreement )?start( date| of contract)?|commencement( date)?|date from|from",),
    "ends_on": (
        r"contract (end|expiry|expiration)( date)?",
        r"(current |agreement )?(end|expiry|expiration)( date| of contract)?|expires( on)?|date to|to",
    ),
    "review_on": (r".*review.*|renewal date",),
    "department": (r".*\b(department|directorate|division|service area|business unit|team|dept)\b.*|service",),
    "cpv": (r"cpv.*|common procurement vocabulary.*",),
    "category": (r".*\bcategor(y|ies)\b.*|proclass.*|thomson code|vendor type",),
    "procedure": (
        r".*\b(procedure|route to market|procurement (process|method|route)|tender (process|type|route)|award method|method)\b.*",
    ),
    "buyer": (r"organisation name|(contracting |buying )?authority|buyer( name)?|local authority( name)?|council",),
    "contact": (r"contact( name| person| officer)?|(contract )?(manager|owner|officer)( name)?|responsible officer",),
}  # fmt: skip
"""How councils call them, the surest name first, compared without case and signs. A column is taken by the first role."""

_LOOKED_AT = 30
"""Rows in which headings are looked for."""
_LONGEST = 200


class Columns(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How a register is laid out. `heading` is the row with the headings, counted from 1; `columns` names them by role.

    `fill_down`: an empty reference means the one above. `published`: somebody says that the whole file is published.
    `care_read`: somebody says to have read the awards of care that become public by it.
    """

    columns: Mapping[Role, str]
    heading: int = 0
    fill_down: bool = False
    published: bool = False
    care_read: bool = False

    def missing(self) -> list[Role]:
        return [role for role in NEEDED if role not in self.columns]


def read_mapping(data: bytes) -> Columns:
    """A mapping that somebody wrote as JSON: `{"columns": {"reference": "Contract no.", …}}`."""
    try:
        found = msgspec.json.decode(data, type=Columns)
    except msgspec.MsgspecError as error:
        raise Malformed(
            f'the mapping cannot be read: {error}; write {{"columns": {{"reference": "Contract no.", …}}}} with the roles'
            f" {', '.join(ROLES)}"
        ) from error
    if found.care_read:
        raise Malformed(
            "the mapping says “care_read”, and nobody has read a file before it is there; give '--care-read'"
        )
    return found


def headings(sheet: Sheet, row: int) -> list[str]:
    """The headings in a row, counted from 1. An empty one, or one that stands there twice, has the text above it too.

    Where cells are merged, a text above counts for the empty cells to its right.
    """
    if not 0 < row <= len(sheet.rows):
        return []
    both = list(_with_above(sheet, row))
    texts = [text for text, _, _ in both]
    return [f"{over} {text}" if text and over and texts.count(text) > 1 else text or own for text, own, over in both]


def _with_above(sheet: Sheet, row: int) -> Iterator[tuple[str, str, str]]:
    """Each text of a row, what stands above it, and the nearest that stands above it or to the left of that."""
    texts, above = _texts(sheet, row), _texts(sheet, row - 1)
    if sum(map(bool, above)) < 2:  # a title over the table heads no column
        above = []
    last = ""
    for text, own in zip_longest(texts, above, fillvalue=""):
        last = own or last
        yield text, own, last


def _texts(sheet: Sheet, row: int) -> list[str]:
    return [" ".join(text.split())[:_LONGEST] for text in sheet.rows[row - 1]] if row else []


def guess_in(sheet: Sheet, row: int) -> dict[Role, str]:
    """What the headings in this row, counted from 1, speak for."""
    texts = headings(sheet, row)
    return _guessed(texts, [f"{over} {text}" for text, _, over in _with_above(sheet, row)]) if texts else {}


def guess(sheet: Sheet) -> Columns:
    """What the headings speak for: of the first rows the one in which most columns are known."""
    best = Columns(columns={})
    for row in range(1, min(len(sheet.rows), _LOOKED_AT) + 1):
        found = guess_in(sheet, row)
        if len(found) > len(best.columns):
            best = Columns(columns=found, heading=row)
    return best if len(best.columns) > 1 else Columns(columns={})


def _guessed(texts: Sequence[str], over: Sequence[str]) -> dict[Role, str]:
    """`over`: the same texts with what stands above them."""
    known = {text: (plain(text), plain(longer)) for text, longer in zip(texts, over, strict=True) if text}
    found: dict[Role, str] = {}
    for role, names in _USUAL.items():
        for name in names:
            left = {one: bare for one, bare in known.items() if one not in found.values()}
            fits = [one for one, bare in left.items() if any(re.fullmatch(name, each) for each in bare)]
            if fits:
                found[role] = fits[0]
                break
    return {role: found[role] for role in ROLES if role in found}


def row_of(sheet: Sheet, columns: Columns) -> int:
    """The row in which the headings of these columns stand, counted from 1; 0 when they stand nowhere.

    The row that was said comes first; another sheet may have them in another row.
    """
    wanted = {columns.columns[role] for role in NEEDED if role in columns.columns}
    rows = [columns.heading, *range(1, min(len(sheet.rows), _LOOKED_AT) + 1)]
    return next((row for row in rows if wanted <= set(headings(sheet, row))), 0)


def key(sheet: Sheet, row: int) -> str:
    """What two files have in common whose columns are the same."""
    return "\n".join(["contracts register", *sorted({plain(text) for text in headings(sheet, row)} - {""})])


def say_missing(sheet: Sheet, columns: Columns) -> str:
    """Which column is missing, and which there are."""
    if not columns.columns and not columns.heading:
        return (
            f"no row with headings was found in the first {_LOOKED_AT} rows of {sheet.name}: put one on top, such as"
            f" Reference, Title, Supplier, Value, or say which column is what; there are {_named(sheet, fullest(sheet))}"
        )
    lacking = [f"“{columns.columns[role]}” for {role}" if role in columns.columns else role for role in NEEDED]
    missing = columns.missing()
    if missing:
        lacking = [f"the {LABELS[role].lower()} ({role})" for role in missing]
    there = _named(sheet, columns.heading or 1)
    return f"{sheet.name} has no column for {' and '.join(lacking)}; there are {there}: say which is meant"


def _named(sheet: Sheet, row: int) -> str:
    return ", ".join(f"“{text[:40]}”" for text in headings(sheet, row)[:30] if text) or "none"
