"""The subtraction attack: what can be worked out from published numbers alone, inside a release and between releases.

The attack holds nothing but what is public: numbers, symbols, and how lines add up. For each hidden number it keeps the
least and the most that it can be, and narrows both along each line, across and down, until nothing moves. It finds
everything that follows from one line at a time, however long the chain; it shares no code with the way cells are hidden.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from fairplace.disclosure_control.intruder import Line
from fairplace.disclosure_control.opening import WIDTH
from fairplace.disclosure_control.periods import Span
from fairplace.disclosure_control.plan import ALL, LEAST
from fairplace.disclosure_control.released import Release, Row, Shown
from fairplace.errors import Refused

Key = tuple[str, str, str]  # table, place, label
Bounds = dict[Key, tuple[int, int]]
Sums = list[tuple[Key, list[Key]]]
Inside = Mapping[str, tuple[str, str]]
"""For each label of a table, the table and label above it."""
ROUNDS = 40
"""How often all lines are gone over. More could narrow bounds further, but every bound holds at any time."""


def bounds(
    tables: Mapping[str, Sequence[Row]],
    inside: Mapping[str, Inside],
    parts_of: Mapping[str, int],
) -> Bounds:
    """What whoever sees the tables of one region and period knows of each number: the least and the most.

    `inside` gives, by table and label, the table and label above it; `parts_of` how many places lie in each. They take a `c` for a number that is not zero,
    since zeros are shown; but not where a line is hidden whole, since then its zeros are hidden too.
    """
    known: Bounds = {}
    top = sum(cell.count.number or 0 for rows in tables.values() for row in rows for cell in row.cells) + 10**6
    sums: Sums = []
    for name, rows in tables.items():
        for row in rows:
            for cell in row.cells:
                least = _least(cell.label, row, rows, inside.get(name, {}))
                known[name, row.place, cell.label] = _at_first(cell.count, row.rounded_to, least, top)
        sums += [*across(name, rows), *down(name, rows, parts_of)]
        sums += between(name, rows, tables, inside.get(name, {}))
    for _ in range(ROUNDS):
        before = dict(known)
        for whole, parts in sums:
            _narrow(known, whole, parts)
        if known == before:
            break
    return known


def _least(label: str, row: Row, rows: Sequence[Row], inside: Inside) -> int:
    """What a `c` is at least: one, where any number of the same kind is shown beside it."""
    if label == ALL:
        beside = [part.cells[0].count for part in rows if part.parent == row.parent]
    else:
        above = inside.get(label)
        beside = [cell.count for cell in row.cells if cell.label != ALL and inside.get(cell.label) == above]
    return int(any(shown.number is not None for shown in beside))


def _at_first(shown: Shown, rounded_to: int, least: int, top: int) -> tuple[int, int]:
    if shown.symbol == "missing":
        return 0, 0
    if shown.number is None:
        return least, top
    slack = rounded_to // 2 if shown.number else 0
    return shown.number - slack, shown.number + slack


def across(name: str, rows: Iterable[Row]) -> Sums:
    """Each total and its labels."""
    lines = [(row, [(name, row.place, cell.label) for cell in row.cells if cell.label != ALL]) for row in rows]
    return [((name, row.place, ALL), parts) for row, parts in lines if parts]


def down(name: str, rows: Sequence[Row], parts_of: Mapping[str, int] | None = None) -> Sums:
    """Each number of a place and those of the places in it, where the table has all of them."""
    found: Sums = []
    for row in rows:
        below = [part.place for part in rows if part.parent == row.place]
        is_whole = parts_of is None or len(below) == parts_of.get(row.place)
        for cell in row.cells if below and is_whole else ():
            found.append(((name, row.place, cell.label), [(name, place, cell.label) for place in below]))
    return found


def between(name: str, rows: Sequence[Row], tables: Mapping[str, Sequence[Row]], inside: Inside) -> Sums:
    """Each label of a table above and the labels that lie in it; and each total in the first table that has it."""
    found: Sums = []
    first = next(iter(tables))
    places = {row.place for row in tables[first]}
    for row in rows:
        if name != first and row.place in places:
            found.append(((first, row.place, ALL), [(name, row.place, ALL)]))
        for above in sorted(set(inside.values())):
            parts = [(name, row.place, label) for label, place in inside.items() if place == above]
            found.append(((above[0], row.place, above[1]), parts))
    return found


def _narrow(known: Bounds, whole: Key, parts: Sequence[Key]) -> None:
    low, high = sum(known[part][0] for part in parts), sum(known[part][1] for part in parts)
    least, most = known[whole]
    least, most = max(least, low), min(most, high)
    known[whole] = (least, most)
    for part in parts:
        at_least, at_most = known[part]
        known[part] = (max(at_least, least - (high - at_most)), min(at_most, most - (low - at_least)))


def check(made: Release, lines: Iterable[Line]) -> None:
    """Raises Refused, naming the cell, when a hidden number can be told, or shown to be below six."""
    together: dict[tuple[str, Span], list[Line]] = defaultdict(list)
    for line in lines:
        together[line.region, line.span].append(line)
    for group in together.values():
        tables = {line.table: line.rows for line in group}
        known = bounds(tables, {line.table: line.inside for line in group}, group[0].parts)
        for line in group:
            for row in line.rows:
                for cell in row.cells:
                    number = len(line.facts(row.place, cell.label))
                    least, most = known[line.table, row.place, cell.label]
                    is_right = cell.count.symbol == "c" and number > 0 and least <= number <= most
                    if is_right and (most < LEAST or most - least < WIDTH):
                        raise Refused(
                            f"the table {line.table}, {row.name}, {cell.label}, {line.span.words}: the hidden number "
                            f"could be worked out from those around it in release {made.number}; hold it until the "
                            "next period",
                            code="subtraction",
                        )


def check_against(made: Release, earlier: Sequence[Release], again: Sequence[Release] = ()) -> None:
    """Raises Refused when this release speaks of a period that an earlier one spoke of, or its totals are others (R4).

    `again` are the withdrawn ones whose place it takes: they may be spoken of anew.
    """
    for old in earlier:
        for table in made.tables:
            before = _by_region(old, table.name)
            for stretch in table.stretches:
                for was in before.get(stretch.region, ()):
                    if _overlap(was, stretch.span):
                        _compare(table.name, old, was, stretch.span, is_again=old in again)
    _check_totals(made, earlier)


def _by_region(release: Release, name: str) -> Mapping[str, list[Span]]:
    found: dict[str, list[Span]] = defaultdict(list)
    for table in release.tables:
        for stretch in table.stretches if table.name == name else ():
            found[stretch.region].append(stretch.span)
    return found


def _overlap(one: Span, other: Span) -> bool:
    return one.first <= other.last and other.first <= one.last


def _compare(name: str, old: Release, was: Span, now: Span, *, is_again: bool) -> None:
    if was != now or not is_again:
        raise Refused(
            f"the table {name}, {now.words}: release {old.number} counted {was.words} already; a period is released "
            "once, and again only in place of a withdrawn release",
            code="subtraction",
        )


def _check_totals(made: Release, earlier: Sequence[Release]) -> None:
    """How many decisions a region had in a period is the same in each table and release, and adds up over time."""
    totals: dict[str, dict[Span, int]] = defaultdict(dict)
    for release in (*earlier, made):
        if release.withdrawn is not None:
            continue
        for table in release.tables:
            for stretch in table.stretches:
                number = stretch.rows[0].cells[0].count.number
                if number is not None and totals[stretch.region].setdefault(stretch.span, number) != number:
                    _differs(table.name, stretch.region, stretch.span)
    for region, by_span in totals.items():
        for whole, number in by_span.items():
            if (parts := tiles(whole, by_span)) and number != sum(by_span[part] for part in parts):
                _differs("of all", region, whole)


def tiles(whole: Span, spans: Iterable[Span]) -> list[Span]:
    """The shorter periods that fill a longer one without a gap; nothing when they do not."""
    found, at = list[Span](), whole.first
    inside = sorted(one for one in spans if one != whole and whole.first <= one.first and one.last <= whole.last)
    for one in inside:
        if one.first == at:
            found.append(one)
            at = _next_month(one.last)
    return found if found and found[-1].last == whole.last else []


def _next_month(month: str) -> str:
    year, number = divmod(int(month[:4]) * 12 + int(month[5:]), 12)
    return f"{year:04d}-{number + 1:02d}"


def _differs(table: str, region: str, span: Span) -> None:
    raise Refused(
        f"the table {table}, {region}, {span.words}: the total is not the one released before; count the facts of a "
        "released period as they were counted then, and later changes in a later period (R4)",
        code="subtraction",
    )
