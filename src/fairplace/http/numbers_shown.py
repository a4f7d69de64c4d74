"""A release as people read it: its tables with their charts, and how the main shares went over time."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec

from fairplace.counting.plans import SPOT_2007
from fairplace.disclosure_control.released import Cell, Release, ReleasedTable, Row, Shown, series

_BASIS_POINTS = {0: 100, 1: 10, 2: 1}
"""Per cent with so many decimals, in hundredths of a per cent."""

PERCENT = "\N{NO-BREAK SPACE}%"
"""A share stays on one line, also on a telephone."""

DATED = {"spot": SPOT_2007}
"""A dated figure of elsewhere beside the chart of a table."""

HEADLINES = (
    ("decisions", "spot", "spot", "Bought on the spot"),
    ("decisions", "access", "met", "Providers asked alike"),
    ("decisions", "answers", "within-4-hours", "First answer within four hours"),
    ("decisions", "localness", "local-matched", "Local, and able to meet the need"),
    ("decisions", "first-time-right", "yes", "Right the first time"),
    ("decisions", "reasons", "on-time", "Reasons given on time"),
    ("decisions", "emergencies", "emergency", "Emergencies"),
    ("decisions", "urgency", "avoidable", "Emergencies that could have been foreseen"),
    ("decisions", "unregistered", "used", "Unregistered homes"),
    ("decisions", "outcomes", "found", "Decisions in which a rule found something"),
    ("answers", "kinds", "offered", "Answers that were an offer"),
)
"""What is shown over time: plan, table, label, and in words."""


class Bar(msgspec.Struct, frozen=True):
    """A share for the chart, in hundredths of a per cent."""

    label: str
    value: int
    first: bool


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """One label of one place: its number and what is measured, as they are printed."""

    label: str
    count: str
    value: str
    beside: str
    bar: int | None


class Of(msgspec.Struct, frozen=True, kw_only=True):
    """One place in one period."""

    id: str
    name: str
    counted_with: str | None
    rounded: bool
    lines: list[Line]


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """A region in one period: itself, its chart, and the places in it."""

    id: str
    region: str
    words: str
    whole: Of
    bars: list[Bar]
    places: list[Of]


class Shelf(msgspec.Struct, frozen=True, kw_only=True):
    """One table, its method, and its periods, the newest first."""

    name: str
    title: str
    method: str
    value: str | None
    beside: str
    parts: list[Part]


class Course(msgspec.Struct, frozen=True, kw_only=True):
    """One share of one region, half-year by half-year, the oldest first."""

    id: str
    title: str
    region: str
    lines: list[Line]
    bars: list[Bar]
    dated: tuple[str, int] | None


def tables(release: Release) -> list[Shelf]:
    return [] if release.withdrawn else [_table(table) for table in release.tables]


def courses(releases: Iterable[Release]) -> list[Course]:
    """How the main shares went, from the releases that stand; nothing where a table is in none of them."""
    releases, found = list(releases), []
    for plan, name, label, title in HEADLINES:
        by_region: dict[str, list[tuple[str, Cell]]] = {}
        for stretch in series([one for one in releases if one.plan == plan], name):
            for cell in stretch.rows[0].cells:
                if cell.label == label:
                    by_region.setdefault(stretch.region, []).append((stretch.span.words, cell))
        for number, (region, cells) in enumerate(sorted(by_region.items())):
            found.append(_course(f"{plan}-{name}-{number}", title, region, cells, DATED.get(name)))
    return found


def _course(
    key: str, title: str, region: str, cells: Sequence[tuple[str, Cell]], dated: tuple[str, int] | None
) -> Course:
    lines = [
        Line(
            label=words,
            count=str(cell.count),
            value=_printed(cell.value, PERCENT),
            beside="",
            bar=_hundredths(cell.value),
        )
        for words, cell in cells
    ]
    # A hidden share has no bar: one of no length would say that there was none.
    bars = [Bar(line.label, line.bar, number == 0) for number, line in enumerate(lines) if line.bar is not None]
    return Course(id=key, title=title, region=region, lines=lines, bars=_with_dated(bars, dated), dated=dated)


def _with_dated(bars: list[Bar], dated: tuple[str, int] | None) -> list[Bar]:
    return [*bars, Bar(dated[0], dated[1], False)] if bars and dated else bars


def _table(table: ReleasedTable) -> Shelf:
    names = {row.place: row.name for part in table.stretches for row in part.rows}
    parts = []
    for number, stretch in enumerate(sorted(table.stretches, key=lambda one: one.span, reverse=True)):
        key = f"{table.name}-{number}"
        rows = [_of(f"{key}-{at}", table, row, names) for at, row in enumerate(stretch.rows)]
        parts.append(
            Part(
                id=key,
                region=stretch.region,
                words=stretch.span.words,
                whole=rows[0],
                bars=_bars(table, stretch.rows[0]),
                places=rows[1:],
            )
        )
    value = {"share": "Share", "median": f"Median ({table.unit})", "mean": f"Mean ({table.unit})", "rate": "Rate"}
    return Shelf(
        name=table.name,
        title=table.title,
        method=table.method,
        value=value.get(table.measure),
        beside=table.beside[:1].upper() + table.beside[1:],
        parts=parts,
    )


def _of(key: str, table: ReleasedTable, row: Row, names: dict[str, str]) -> Of:
    percent = PERCENT if table.measure in ("share", "rate") else ""
    return Of(
        id=key,
        name=row.name,
        counted_with=names.get(row.counted_with, row.counted_with) if row.counted_with else None,
        rounded=row.rounded_to > 1,
        lines=[
            Line(
                label=_words(table, cell),
                count=str(cell.count),
                value=_printed(cell.value, percent),
                beside=_printed(cell.beside, ""),
                bar=_hundredths(cell.value) if percent else None,
            )
            for cell in row.cells
        ],
    )


def _bars(table: ReleasedTable, row: Row) -> list[Bar]:
    """A chart only where every share of the region is shown: a hidden one would look like none."""
    if table.measure != "share":
        return []
    cells = [cell for cell in row.cells if cell.label != "all" and (cell.value is None or cell.value.symbol != "z")]
    found = [(_words(table, cell), _hundredths(cell.value)) for cell in cells]
    if not found or any(value is None for _, value in found):
        return []
    bars = [Bar(label, value or 0, number == 0) for number, (label, value) in enumerate(found)]
    return _with_dated(bars, DATED.get(table.name))


def _words(table: ReleasedTable, cell: Cell) -> str:
    said = table.labels[cell.label]
    return said[:1].upper() + said[1:]


def _printed(value: Shown | None, percent: str) -> str:
    if value is None:
        return ""
    return str(value) + (percent if value.number is not None else "")


def _hundredths(value: Shown | None) -> int | None:
    if value is None or value.number is None or value.decimals not in _BASIS_POINTS:
        return None
    return value.number * _BASIS_POINTS[value.decimals]
