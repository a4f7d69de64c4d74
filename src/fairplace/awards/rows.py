"""From the rows of a contracts register to the releases that they become.

- Rows with one reference are one process. Rows alike in all but the supplier are one award to several; others are awards
  of their own, as of lots.
- A cell that cannot be taken is a fault in its row and column, and counts as not stated. A row that has no reference,
  title or supplier is left out, and told.
- The same rows in another order, with other formats or other contact persons, are the same.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import msgspec

from fairplace import formats
from fairplace.awards import cells, kept, suppliers
from fairplace.awards.columns import LABELS, NEEDED, ROLES, Columns, Role, headings, row_of, say_missing
from fairplace.awards.suppliers import Supplier
from fairplace.counted import counted
from fairplace.ocds import packages
from fairplace.terms import Day
from fairplace.workbook.book import Book, Sheet, cell_name

DAYS: tuple[Role, ...] = ("awarded_on", "starts_on", "ends_on", "review_on", "published_on")
_PERIOD: tuple[tuple[str, Role], ...] = (("startDate", "starts_on"), ("endDate", "ends_on"))
_TOLD: tuple[Role, ...] = ("starts_on", "ends_on", "review_on", "department", "category", "procedure", "sme", "vcse")
"""What an entry has no place for: it stands under the description, as the register has it."""

_CAPITALS = re.compile(r"[A-Z]+")
_MANY = 10
"""References in which a code of the council stands at least."""
_CPV = re.compile(r"(?<![0-9])[0-9]{8}(?:-[0-9])?(?![0-9])")


class Fault(msgspec.Struct, frozen=True, kw_only=True):
    """Something wrong in a file: in which row (counted from 1) and column, and what. A row of 0: in the file as a whole."""

    file: str
    sheet: str
    row: int
    column: str
    reference: str
    problem: str


class Award(msgspec.Struct, frozen=True, kw_only=True):
    """What a register says under one reference. `content` is the same as long as it says the same.

    `refused`: a row says that it is not published.
    """

    reference: str
    sheet: str
    rows: list[int]
    release: dict[str, Any]
    raw: list[dict[str, str]]
    content: str
    kept: kept.Judged
    refused: bool
    suppliers: list[str]

    @property
    def title(self) -> str:
        title: str = self.release["tender"]["title"]
        return title

    @property
    def description(self) -> str:
        text: str = self.release["tender"].get("description", "")
        return text

    @property
    def worth(self) -> list[str]:
        """What each of its awards is worth, as people write it; nothing where that is not stated."""
        values = [one["value"]["amount"] for one in self.release["awards"] if "value" in one]
        return [formats.money(round(value * 100)) for value in values[:5]]

    @property
    def shown(self) -> dict[str, Any]:
        """The release as it is recorded: of what is kept back neither codes nor method stand in the open."""
        if not self.kept.why:
            return self.release
        closed = {name: value for name, value in self.release["tender"].items() if name in ("title", "description")}
        return self.release | {"tender": closed}


class Reading(msgspec.Struct, frozen=True, kw_only=True):
    """What a file holds. `rows` counts those under the headings that are not empty."""

    rows: int
    awards: list[Award]
    faults: list[Fault]


class _Row(NamedTuple):
    number: int
    given: dict[Role, str]
    raw: dict[str, str]


Told = list[Fault]


def read(book: Book, columns: Columns, *, authority: str, today: Day) -> Reading:
    """Every award in the sheets that have these columns. `authority` buys where no column says who does."""
    faults: Told = []
    rows: list[tuple[str, _Row]] = []
    for sheet in book.sheets:
        if sheet.hidden or not sheet.rows:
            continue
        heading = 0 if columns.missing() else row_of(sheet, columns)
        if not heading:
            _tell(faults, book, sheet.name, say_missing(sheet, columns))
            continue
        rows += [(sheet.name, row) for row in _rows(book, sheet, columns, heading, faults)]
    groups: dict[str, list[tuple[str, _Row]]] = {}
    for sheet_name, row in rows:
        found = _reference(row.given["reference"])
        if lacking := [LABELS[role].lower() for role in NEEDED if cells.is_nothing(row.given[role])]:
            problem = f"no {' and no '.join(lacking)} stands in the row; it was left out"
            _tell(faults, book, sheet_name, problem, row=row.number, reference=row.given["reference"])
            continue
        groups.setdefault(found, []).append((sheet_name, row))
    reader = _Reader(book, columns, authority, today, faults, [row for _, row in rows])
    awards = [reader.award(group) for group in groups.values()]
    return Reading(rows=len(rows), awards=awards, faults=faults)


def _tell(
    faults: Told, book: Book, sheet: str, problem: str, *, row: int = 0, column: str = "", reference: str = ""
) -> None:
    faults.append(
        Fault(file=book.name, sheet=sheet, row=row, column=column, reference=reference[:200], problem=problem)
    )


def _rows(book: Book, sheet: Sheet, columns: Columns, heading: int, faults: Told) -> Iterator[_Row]:
    texts = headings(sheet, heading)
    place = {role: texts.index(text) for role, text in columns.columns.items() if text in texts}
    for role in sorted(columns.columns.keys() - place.keys()):
        problem = f"there is no column “{columns.columns[role]}” for {role}; it counts as not stated"
        _tell(faults, book, sheet.name, problem, row=heading)
    last = ""
    for number in range(heading, len(sheet.rows)):
        texts_here = sheet.rows[number]
        wrong = {role: sheet.wrong.get(cell_name(number, column)) for role, column in place.items()}
        if not any(texts_here) and not any(wrong.values()):
            continue
        given: dict[Role, str] = dict.fromkeys(ROLES, "")
        given |= {role: texts_here[column] for role, column in place.items() if column < len(texts_here)}
        if columns.fill_down:
            last = given["reference"] = given["reference"] or last
        if len(texts_here) > len(texts) and book.is_text:
            problem = (
                f"the row has {len(texts_here)} cells under {len(texts)} headings; put a text with commas in it between"
                " quotation marks. It was left out"
            )
            _tell(faults, book, sheet.name, problem, row=number + 1, reference=given["reference"])
            continue
        for role, fault in wrong.items():
            if fault:
                _tell(
                    faults,
                    book,
                    sheet.name,
                    fault,
                    row=number + 1,
                    column=columns.columns[role],
                    reference=given["reference"],
                )
        yield _Row(number + 1, given, _as_it_came(texts, texts_here))


def _as_it_came(texts: list[str], row: Sequence[str]) -> dict[str, str]:
    """Every cell by its heading, and by its column's letter where that is not enough."""
    found: dict[str, str] = {}
    for at, text in enumerate(row):
        heading, letter = texts[at] if at < len(texts) else "", cell_name(0, at)[:-1]
        if text:
            found[f"{heading} ({letter})" if not heading or heading in found else heading] = text
    return found


def _reference(text: str) -> str:
    return " ".join(text.casefold().split())


class _Reader:
    """Makes awards of rows with one reference each."""

    def __init__(
        self, book: Book, columns: Columns, authority: str, today: Day, faults: Told, rows: Iterable[_Row]
    ) -> None:
        self._book = book
        self._columns = columns
        self._authority = authority
        self._today = today
        self._faults = faults
        self._codes = _common(row.given["reference"] for row in rows)
        self._month_first = {role: cells.month_first(row.given[role] for row in rows) for role in DAYS}

    def award(self, group: list[tuple[str, _Row]]) -> Award:
        sheet, first = group[0]
        reference = " ".join(first.given["reference"].split())
        awards: dict[str, dict[str, Any]] = {}
        names: dict[str, list[str]] = {}
        seen: dict[tuple[str, ...], int] = {}
        stated: set[bool] = set()
        for name, row in group:
            if (earlier := seen.setdefault(tuple(row.given[role] for role in ROLES), row.number)) != row.number:
                self._tell(name, row, None, f"it is the same as row {earlier}; it was counted once")
                continue
            lot, days = self._lot(name, row)
            stated.add(self._is_published(name, row, days))
            key = packages.as_bytes(lot | {"alike": _alike(row)}).decode()
            award = awards.setdefault(key, lot | {"suppliers": []})
            for supplier in self._suppliers(name, row):
                if supplier not in award["suppliers"]:
                    award["suppliers"].append(supplier)
                    names.setdefault(key, []).append(supplier["name"])
        self._tell_titles(group)
        tender = self._tender(group)
        listed = list(awards.values())
        won = [one for found in names.values() for one in found]
        judged = self._judged(group, tender, won, published=stated == {True})
        for number, award in enumerate(listed, 1):
            award["id"] = reference if len(listed) == 1 else f"{reference}/{number}"
        release = {
            "tag": ["award"],
            "buyer": {"name": next((row.given["buyer"] for _, row in group if row.given["buyer"]), self._authority)},
            "tender": tender,
            "awards": listed,
        }
        contacts = {row.given["contact"] for _, row in group} - {""}
        content = _digest(release)
        if contacts:  # read by nobody but to be taken out of the words
            release["parties"] = [{"contactPoint": {"name": one}} for one in sorted(contacts)]
        return Award(
            reference=reference,
            sheet=sheet,
            rows=[row.number for _, row in group],
            release=release,
            raw=[row.raw for _, row in group],
            content=content,
            kept=judged,
            refused=any(_says_no(row) for _, row in group),
            suppliers=won,
        )

    def _lot(self, sheet: str, row: _Row) -> tuple[dict[str, Any], dict[Role, Day | None]]:
        """An award but for its suppliers."""
        days = {role: self._day(sheet, row, role) for role in DAYS}
        found, wrong = cells.amount(row.given["value"])
        if wrong:
            self._tell(sheet, row, "value", wrong)
        lot: dict[str, Any] = {
            "date": days["awarded_on"],
            "datePublished": days["published_on"],
            "value": None if found is None else {"amount": found, "currency": "GBP"},
            "contractPeriod": {name: days[role] for name, role in _PERIOD if days[role] is not None},
        }
        if days["starts_on"] and days["ends_on"] and days["ends_on"] < days["starts_on"]:
            self._tell(sheet, row, "ends_on", f"it ends on {days['ends_on']}, before it starts on {days['starts_on']}")
        return {name: value for name, value in lot.items() if value}, days

    def _day(self, sheet: str, row: _Row, role: Role) -> Day | None:
        text = row.given[role]
        if role == "published_on" and cells.said(text):
            return None
        found, wrong = cells.day(text, month_first=self._month_first[role])
        if wrong:
            self._tell(sheet, row, role, wrong)
        if found and role in ("awarded_on", "published_on") and found > self._today:
            self._tell(sheet, row, role, f"{found} is still to come; it counts as not stated")
            return None
        return found

    def _is_published(self, sheet: str, row: _Row, days: Mapping[Role, Day | None]) -> bool:
        """Does the row say that it was published, or somebody for all of the file? A no of the row counts."""
        texts = (row.given["published_on"], row.given["notice"])
        words = {cells.said(text) for text in texts}
        if _says_no(row):
            return False
        notice = row.given["notice"]
        names_one = bool(re.search(r"[0-9]|https?://", notice)) and not cells.is_nothing(notice)
        return self._columns.published or days["published_on"] is not None or "yes" in words or names_one

    def _suppliers(self, sheet: str, row: _Row) -> list[Supplier]:
        found, wrong = suppliers.read(row.given)
        for role, problem in wrong:
            self._tell(sheet, row, role, problem)
        return found

    def _tender(self, group: list[tuple[str, _Row]]) -> dict[str, Any]:
        first = group[0][1].given
        codes = list(dict.fromkeys(code for _, row in group for code in _CPV.findall(row.given["cpv"])))
        told = [
            f"{LABELS[role]}: {self._as_told(role, first[role])}"
            for role in _TOLD
            # Where rows differ, each says its own; that stands in the kept rows.
            if not cells.is_nothing(first[role]) and len({row.given[role] for _, row in group}) == 1
        ]
        description = "\n\n".join(part for part in (first["description"], "\n".join(told)) if part)
        items = [{"classification": {"scheme": "CPV", "id": code}} for code in codes]
        tender = {
            "title": " ".join(first["title"].split()),
            "description": description,
            "procurementMethod": cells.method(first["procedure"]),
            "procurementMethodDetails": first["procedure"],
            "items": items,
        }
        return {name: value for name, value in tender.items() if value}

    def _as_told(self, role: Role, text: str) -> str:
        day = cells.day(text, month_first=self._month_first[role])[0] if role in DAYS else None
        return formats.date(day) if day else " ".join(text.split())

    def _judged(
        self, group: list[tuple[str, _Row]], tender: Mapping[str, Any], suppliers: Iterable[str], *, published: bool
    ) -> kept.Judged:
        said = [row.given for _, row in group]
        methods = {cells.method(one["procedure"]) for one in said}
        return kept.judge(
            published=published,
            care_read=self._columns.care_read,
            codes=[item["classification"]["id"] for item in tender.get("items", ())],
            method=next(iter(methods)) if len(methods) == 1 else None,
            kinds=[one[role] for one in said for role in _KINDS if not cells.is_nothing(one[role])],
            titles=[one["title"] for one in said],
            texts=[one[role] for one in said for role in _TEXTS if one[role]],
            reference=_CAPITALS.sub(lambda found: "" if found[0] in self._codes else found[0], said[0]["reference"]),
            suppliers=suppliers,
        )

    def _tell_titles(self, group: list[tuple[str, _Row]]) -> None:
        titles = {plain for _, row in group if (plain := _reference(row.given["title"]))}
        if len(titles) > 1:
            sheet, row = group[0]
            problem = (
                f"{counted(len(group), 'row')} with this reference have {len(titles)} titles; the first stands for all"
            )
            self._tell(sheet, row, "title", problem)

    def _tell(self, sheet: str, row: _Row, role: Role | None, problem: str) -> None:
        column = self._columns.columns.get(role, "") if role else ""
        _tell(self._faults, self._book, sheet, problem, row=row.number, column=column, reference=row.given["reference"])


_KINDS: tuple[Role, ...] = ("category", "department")
_TEXTS: tuple[Role, ...] = ("description", "procedure", "cpv")


def _says_no(row: _Row) -> bool:
    return "no" in (cells.said(row.given["published_on"]), cells.said(row.given["notice"]))


def _common(references: Iterable[str]) -> set[str]:
    """Capitals that stand in so many references that they are a code of the council, and nobody's initials."""
    runs = Counter(run for one in set(references) for run in set(_CAPITALS.findall(one)))
    return {run for run, count in runs.items() if count >= _MANY}


def _alike(row: _Row) -> list[str]:
    """What rows have in common that are one award to several suppliers, besides days and value."""
    return [_reference(row.given[role]) for role in ("title", "description")]


def _digest(release: Mapping[str, Any]) -> str:
    """The same for what says the same: awards in any order, and whatever their places are called."""
    awards = sorted(packages.as_bytes({**award, "id": ""}) for award in release["awards"])
    rest = packages.as_bytes({**release, "awards": []})
    return hashlib.sha256(b"\n".join([rest, *awards])).hexdigest()
