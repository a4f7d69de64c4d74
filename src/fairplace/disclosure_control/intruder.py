"""The motivated intruder (R9): somebody who knows a child well enough to place it, and looks for it in the numbers.

They know the child's authority, the week in which it moved, its age band and its family of placement, perhaps more.
From a release they can tell to which published number the child belongs, and, by subtraction, to which of the rests
beside published numbers. Each such group must hold six children or none.

This test counts the groups anew from the facts, one by one. It shares nothing with the room's way of hiding cells.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NoReturn

import msgspec

from fairplace.disclosure_control.facts import Fact
from fairplace.disclosure_control.periods import Span
from fairplace.disclosure_control.plan import ALL, LEAST
from fairplace.disclosure_control.released import Release, Row, Shown
from fairplace.errors import Refused


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """The rows of one table in one region and period, beside the facts behind them. It never leaves the engine."""

    table: str
    region: str
    span: Span
    rows: tuple[Row, ...]
    inside: Mapping[str, tuple[str, str]] = {}
    """For each label the table above, and the label there, in which it lies."""
    parts: Mapping[str, int] = {}
    """How many places lie directly in each, whether or not this table has rows for them."""
    total: Mapping[str, Sequence[Fact]]
    cells: Mapping[str, Mapping[str, Sequence[Fact]]]

    def facts(self, place: str, label: str) -> Sequence[Fact]:
        return self.total[place] if label == ALL else self.cells[place][label]


def check(made: Release, lines: Iterable[Line]) -> None:
    """Raises Refused, naming the table and the cell, when any group is smaller than six."""
    lines = list(lines)
    by_name = {(line.table, line.region, line.span): line for line in lines}
    for line in lines:
        if _months(line.span) < 3:
            _refuse(line, line.rows[0], ALL, "the period is shorter than a quarter, so a week tells too much")
        for row in line.rows:
            _check_row(line, row)
        _check_inside(line, by_name)
    for record in made.records:
        alike = sum(
            (one.region, one.half_year, one.family) == (record.region, record.half_year, record.family)
            for one in made.records
        )
        if alike <= LEAST:
            raise Refused(
                f"a single-decision record of {record.region}, {record.half_year}, {record.family} has fewer than "
                f"{LEAST} others beside it; leave single records out of this release (R7)"
            )


def _check_row(line: Line, row: Row) -> None:
    ids = {cell.label: {fact.id: fact for fact in line.facts(row.place, cell.label)} for cell in row.cells}
    shown = {cell.label: cell.count for cell in row.cells if cell.count.number is not None}
    for label, number in shown.items():
        if not _agrees(number, len(ids[label]), row.rounded_to):
            _refuse(line, row, label, "the number is not that of the facts")
        _check_group(line, row, label, ids[label], "the number itself")
        parts = [part for part in line.rows if part.parent == row.place and label in _shown(part)]
        inside = {fact.id for part in parts for fact in line.facts(part.place, label)}
        if parts:
            _check_group(line, row, label, _without(ids[label], inside), "what is left beside the places in it")
    if ALL in shown and len(shown) > 1:
        inside = {one for label in shown if label != ALL for one in ids[label]}
        _check_group(line, row, ALL, _without(ids[ALL], inside), "what is left beside its labels")


def _check_inside(line: Line, by_name: Mapping[tuple[str, str, Span], Line]) -> None:
    """What is left of a label of the table above beside the labels that lie in it."""
    for name, label in set(line.inside.values()):
        above = by_name[name, line.region, line.span]
        parts = {part for part, place in line.inside.items() if place == (name, label)}
        for row in line.rows:
            if any(one.place == row.place and label in _shown(one) for one in above.rows):
                inside = {fact.id for part in parts & _shown(row) for fact in line.facts(row.place, part)}
                whole = {fact.id: fact for fact in above.facts(row.place, label)}
                _check_group(above, row, label, _without(whole, inside), f"what is left beside the table {line.table}")


def _without(whole: Mapping[str, Fact], inside: set[str]) -> dict[str, Fact]:
    return {name: fact for name, fact in whole.items() if name not in inside}


def _check_group(line: Line, row: Row, label: str, group: Mapping[str, Fact], which: str) -> None:
    if group and len({fact.whose for fact in group.values()}) < LEAST:
        _refuse(line, row, label, f"{which} would leave an intruder fewer than {LEAST} candidates")


def _agrees(number: Shown, counted: int, rounded_to: int) -> bool:
    assert number.number is not None
    return 2 * abs(number.number - counted) <= rounded_to - (rounded_to == 1)


def _shown(row: Row) -> set[str]:
    return {cell.label for cell in row.cells if cell.count.number is not None}


def _months(span: Span) -> int:
    (first_year, first), (last_year, last) = span.first.split("-"), span.last.split("-")
    return (int(last_year) - int(first_year)) * 12 + int(last) - int(first) + 1


def _refuse(line: Line, row: Row, label: str, why: str) -> NoReturn:
    raise Refused(
        f"the table {line.table}, {row.name}, {label}, {line.span.words}: {why}; hold this release until the next "
        "period, or take the table out of the plan (R9)",
        code="intruder",
    )
