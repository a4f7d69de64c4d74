"""Marks out of a workbook: each with the cell it stood in, and a question for each cell that cannot be taken as it is."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

import msgspec

from fairplace.workbook.book import Book, Sheet, cell_name
from fairplace.workbook.layout import Layout, Role, headings, part_of, plain

AGREED = "agreed"
"""In the place of an evaluator: what the panel agreed on."""
LEFT_OUT = "-"
"""The answer for a name that is nobody's: its rows are left out."""

_AGREED = re.compile(r"(agreed|consensus|moderat(ed|ion)|panel|final)( marks?| scores?)?")
_WHOLE = re.compile(r"[0-9]{1,9}")


_NAMED: tuple[Role, ...] = ("evaluator", "bidder", "criterion")


def named(role: Role, text: str) -> str:
    """How a name in a workbook is asked about and answered: on one line."""
    return f"{role}:{' '.join(text.split())[:200]}"


class Names(msgspec.Struct, frozen=True, kw_only=True):
    """Who and what there is in the case: for each the names by which a workbook may call it, by its id."""

    bidder: Mapping[str, Sequence[str]]
    criterion: Mapping[str, Sequence[str]]
    evaluator: Mapping[str, Sequence[str]]
    answers: Mapping[str, str] = {}
    """What somebody said a name means: `bidder:Alder` is an id, or LEFT_OUT."""
    only: frozenset[str]
    """Whose marks are read: those of others are left out."""

    def find(self, role: Role, text: str) -> str | None:
        found = self._find(role, text)
        return LEFT_OUT if role == "evaluator" and found is not None and found not in self.only else found

    def _find(self, role: Role, text: str) -> str | None:
        if (said := self.answers.get(named(role, text))) is not None:
            return said
        if role == "evaluator" and _AGREED.fullmatch(plain(text)):
            return AGREED
        known: Mapping[str, Sequence[str]] = getattr(self, role)
        found = {id_ for id_, names in known.items() if plain(text) in {plain(name) for name in (id_, *names)}}
        return found.pop() if len(found) == 1 else None


class Read(msgspec.Struct, frozen=True, kw_only=True):
    """One mark, and the cell in which it stood. `evaluator` is AGREED for one that the panel agreed on."""

    evaluator: str
    bidder: str
    criterion: str
    mark: int
    reason: str
    change: str
    sheet: str
    cell: str


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """Something to answer: in which cell, and what is asked. `name` is a name that can be answered here."""

    sheet: str
    cell: str
    sentence: str
    name: str = ""


class Reading(msgspec.Struct, frozen=True, kw_only=True):
    marks: tuple[Read, ...]
    questions: tuple[Question, ...]
    left_out: int

    @property
    def names(self) -> list[str]:
        """Names to be answered, each once: `bidder:Alder`."""
        return list(dict.fromkeys(one.name for one in self.questions if one.name))

    def of(self, evaluator: str) -> list[Read]:
        return [one for one in self.marks if one.evaluator == evaluator]


class _Cell(msgspec.Struct, frozen=True, kw_only=True):
    """One mark as it stands in the sheet, before anything is known of it. Places are counted from 0."""

    row: int
    column: int
    evaluator: str
    bidder: str
    criterion: str
    mark: str
    reason: str = ""
    change: str = ""


def read_marks(book: Book, layout: Layout, names: Names, scale: Sequence[int]) -> Reading:
    """Every mark of every sheet that has the headings. `scale` is every mark that can be given."""
    reading = _Reading(names, scale)
    for sheet in book.sheets:
        if not sheet.hidden:
            _read_sheet(sheet, layout, reading)
    return reading.done()


def _read_sheet(sheet: Sheet, layout: Layout, reading: _Reading) -> None:
    texts = headings(sheet, layout.heading)
    for cell in _CELLS[layout.shape](sheet, layout, texts, reading.names):
        reading.take(sheet, cell)


def _rows(sheet: Sheet, layout: Layout, texts: list[str], _: Names) -> Iterator[_Cell]:
    place = {role: texts.index(text) for role, text in layout.columns.items() if text in texts}
    if not {"bidder", "criterion", "mark"} <= place.keys():
        return
    last: dict[Role, str] = {}
    for row in range(layout.heading, len(sheet.rows)):
        given = {role: _at(sheet, row, column) for role, column in place.items()}
        if not any(given.values()) and not any(cell_name(row, column) in sheet.wrong for column in place.values()):
            continue
        if layout.fill_down:
            given |= {role: given.get(role) or last.get(role, "") for role in _NAMED if role in place}
            last = given
        yield _Cell(
            row=row,
            column=place["mark"],
            evaluator=given.get("evaluator", "") if "evaluator" in place else sheet.name,
            bidder=given["bidder"],
            criterion=given["criterion"],
            mark=given["mark"],
            reason=given.get("reason", ""),
            change=given.get("change", ""),
        )


def _bidders(sheet: Sheet, layout: Layout, texts: list[str], names: Names) -> Iterator[_Cell]:
    return _across(sheet, layout, texts, names, down="criterion", across="bidder")


def _criteria(sheet: Sheet, layout: Layout, texts: list[str], names: Names) -> Iterator[_Cell]:
    return _across(sheet, layout, texts, names, down="bidder", across="criterion")


_CELLS = {"rows": _rows, "bidders": _bidders, "criteria": _criteria}


def _across(
    sheet: Sheet, layout: Layout, texts: list[str], names: Names, *, down: Role, across: Role
) -> Iterator[_Cell]:
    """A table: `down` names the rows, `across` the columns."""
    if layout.columns.get(down, "") not in texts:
        return
    named = texts.index(layout.columns[down])
    who = texts.index(layout.columns["evaluator"]) if layout.columns.get("evaluator") in texts else None
    marks = _columns(texts, names, across, {named, who})
    last = ""
    for row in range(layout.heading, len(sheet.rows)):
        name = _at(sheet, row, named)
        if layout.fill_down and not name:
            name = last
        last = name
        for text, column, reason in marks:
            mark, why = _at(sheet, row, column), "" if reason is None else _at(sheet, row, reason)
            if not mark and not why and cell_name(row, column) not in sheet.wrong:
                continue
            given = {down: name, across: text}
            yield _Cell(
                row=row,
                column=column,
                evaluator=sheet.name if who is None else _at(sheet, row, who),
                bidder=given["bidder"],
                criterion=given["criterion"],
                mark=mark,
                reason=why,
            )


def _columns(
    texts: list[str], names: Names, across: Role, others: set[int | None]
) -> list[tuple[str, int, int | None]]:
    """The columns of marks: the name over each, its place, and the place of its reasons: under the same name, or next."""
    marks: list[tuple[str, int]] = []
    reasons: dict[str, int] = {}
    for column, text in enumerate(texts):
        name, about_reasons = part_of(text)
        if column in others or not text:
            continue
        if about_reasons:
            reasons[plain(name) or plain(marks[-1][0] if marks else "")] = column
        elif names.find(across, text) is not None:
            marks.append((text, column))
        else:
            marks.append((name or text, column))
    return [(name, column, reasons.get(plain(name))) for name, column in marks]


def _at(sheet: Sheet, row: int, column: int) -> str:
    return sheet.rows[row][column] if column < len(sheet.rows[row]) else ""


class _Reading:
    """What was read so far."""

    def __init__(self, names: Names, scale: Sequence[int]) -> None:
        self.names = names
        self._scale = scale
        self._marks: dict[tuple[str, str, str], Read] = {}
        self._twice: set[tuple[str, str, str]] = set()
        self._questions: list[Question] = []
        self._left_out = 0

    def take(self, sheet: Sheet, cell: _Cell) -> None:
        place = cell_name(cell.row, cell.column)
        found: dict[str, str] = {}
        for role in _NAMED:
            text = getattr(cell, role)
            known = self.names.find(role, text)
            if known is None:
                self._ask_name(sheet, place, role, text)
                return
            found[role] = known
        if LEFT_OUT in found.values():
            self._left_out += 1
            return
        if (mark := self._mark(sheet, place, cell)) is None:
            return
        read = Read(**found, mark=mark, reason=cell.reason, change=cell.change, sheet=sheet.name, cell=place)
        which = (read.evaluator, read.bidder, read.criterion)
        if (earlier := self._marks.get(which)) is not None:
            self._twice.add(which)
            self._ask(
                sheet, place, f"a mark for the same bid, criterion and evaluator stands in {earlier.sheet}, {earlier.cell} too; take one out"
            )  # fmt: skip
            return
        self._marks[which] = read
        if not read.reason:
            self._ask(sheet, place, f"the mark {mark} has no reason; write it in the workbook, or on the sheet")

    def done(self) -> Reading:
        """Where two marks stand for one, neither is taken."""
        marks = tuple(one for which, one in self._marks.items() if which not in self._twice)
        return Reading(marks=marks, questions=tuple(self._questions), left_out=self._left_out)

    def _mark(self, sheet: Sheet, place: str, cell: _Cell) -> int | None:
        if fault := sheet.wrong.get(place):
            self._ask(sheet, place, fault)
        elif not cell.mark:
            self._ask(sheet, place, "there is no mark here")
        elif not _WHOLE.fullmatch(cell.mark) or int(cell.mark) not in self._scale:
            lowest, highest = self._scale[0], self._scale[-1]
            self._ask(sheet, place, f"“{cell.mark[:40]}” is not on the scale from {lowest} to {highest}")
        else:
            return int(cell.mark)
        return None

    def _ask_name(self, sheet: Sheet, place: str, role: Role, text: str) -> None:
        if not text:
            self._ask(sheet, place, f"no {role} stands beside this mark")
            return
        self._ask(sheet, place, f"“{text[:80]}” is no {role} of this case", name=named(role, text))

    def _ask(self, sheet: Sheet, cell: str, sentence: str, name: str = "") -> None:
        self._questions.append(Question(sheet=sheet.name, cell=cell, sentence=sentence, name=name))
