"""The tables of one region in one period: counted, with the cells hidden that must be, and written as rows."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence

import msgspec

from fairplace.disclosure_control import measuring
from fairplace.disclosure_control.batches import Batch
from fairplace.disclosure_control.facts import Area, Fact, Place
from fairplace.disclosure_control.opening import closed_places, grid
from fairplace.disclosure_control.periods import last_day, quarter_of
from fairplace.disclosure_control.plan import ALL, DEPTH, NOT_RECORDED, Table
from fairplace.disclosure_control.released import Cell, Row, Shown
from fairplace.disclosure_control.suppression import hidden_cells
from fairplace.errors import Malformed

WITH_AMOUNT, NO_AMOUNT = "with-amount", "no-amount"
Cells = Mapping[str, Mapping[str, Sequence[Fact]]]  # place, column: the facts in it


class Region(msgspec.Struct, frozen=True, kw_only=True):
    """The tree of a region in one period: what is in each place, which places are closed, and which kept no register."""

    tree: tuple[Place, ...]
    facts: dict[str, list[Fact]]
    closed: frozenset[str]
    missing: frozenset[str]
    populations: dict[str, int | None]

    def place(self, code: str) -> Place:
        return next(place for place in self.tree if place.code == code)


def region(tree: Sequence[Place], areas: Iterable[Area], batch: Batch) -> Region:
    by_code = {area.code: area for area in areas}
    tree = _with_only_parts(tree, {code for code, area in by_code.items() if _kept(area, batch)}, batch)
    parent = {place.code: place.parent for place in tree}
    facts: dict[str, list[Fact]] = {place.code: [] for place in tree}
    for fact in batch.facts:
        for code in _up(fact.authority, parent):
            facts[code].append(fact)
    populations: dict[str, int | None] = {}
    silent = set[str]()
    for place in reversed(tree):
        if place.level == "authority":
            populations[place.code] = by_code[place.code].looked_after
            if not facts[place.code] and not _kept(by_code[place.code], batch):
                silent.add(place.code)
        else:
            parts = [part.code for part in tree if part.parent == place.code]
            known = [populations[part] for part in parts]
            populations[place.code] = None if None in known else sum(one or 0 for one in known)
            if all(part in silent for part in parts):
                silent.add(place.code)
    closed = closed_places(tree, facts)
    return Region(
        tree=tuple(tree), facts=facts, closed=frozenset(closed), missing=frozenset(silent), populations=populations
    )


def _with_only_parts(tree: Sequence[Place], kept: set[str], batch: Batch) -> list[Place]:
    """The tree, with no rounding where an authority is all that there is of the place around it: that one tells it."""
    kept = kept | {fact.authority for fact in batch.facts}
    parent = {place.code: place.parent for place in tree}
    many = Counter(code for authority in kept for code in _up(authority, parent))
    return [
        msgspec.structs.replace(place, is_small=False) if place.is_small and many[place.parent or ""] == 1 else place
        for place in tree
    ]


def _up(code: str | None, parent: Mapping[str, str | None]) -> Iterable[str]:
    while code is not None:
        yield code
        code = parent[code]


def _kept(area: Area, batch: Batch) -> bool:
    """Did the authority keep the register on some day of the period?"""
    began = area.since is None or quarter_of(area.since) <= batch.last
    return began and (area.until is None or area.until > last_day(batch.first - 1).isoformat())


def columns(table: Table) -> list[str]:
    """The cells of a line beside its total. Decisions whose amount was not recorded have cells of their own."""
    if table.of is None:
        return list(table.every_label) if table.by else []
    if table.by is None:
        return [WITH_AMOUNT, NO_AMOUNT]
    return [column for label in table.every_label for column in (label, f"{label}.{NO_AMOUNT}")]


def column(table: Table, fact: Fact) -> str:
    """In which cell of its line a fact is counted."""
    amount = None if table.of is None else fact.amounts.get(table.of)
    if table.pair is not None and fact.amounts.get(table.pair) is None:
        amount = None
    if table.by is None:
        return WITH_AMOUNT if amount is not None else NO_AMOUNT
    label = fact.labels.get(table.by)
    if label is None:
        label = NOT_RECORDED
    elif label not in table.labels:
        raise Malformed(f"the {table.by} {label[:40]!r} came; the table {table.name} knows {', '.join(table.labels)}")
    return label if table.of is None or amount is not None else f"{label}.{NO_AMOUNT}"


def sorted_out(table: Table, found: Region) -> dict[str, dict[str, list[Fact]]]:
    cells = {code: {name: list[Fact]() for name in columns(table)} for code in found.facts}
    if not columns(table):
        return cells
    parent = {place.code: place.parent for place in found.tree}
    for place in found.tree:
        if place.level == "authority":
            for fact in found.facts[place.code]:
                name = column(table, fact)
                for code in _up(place.code, parent):
                    cells[code][name].append(fact)
    return cells


def hidden(
    table: Table, above: Table | None, found: Region, cells: Cells, taken: set[tuple[str, str]]
) -> set[tuple[str, str]]:
    """Place and column of each cell that is not shown; `taken` are the hidden cells of the table above."""
    names, depth = columns(table), DEPTH[table.down_to]
    if not names:
        return set()
    gone = {(code, name) for code in found.closed for name in names}
    groups: dict[str, list[str]] = {ALL: names} if above is None else defaultdict(list)
    if above is not None:
        for name in names:
            groups[label_above(table, name)].append(name)
    for label, group in groups.items():
        if above is not None and len(group) == 1:
            # The same decisions as in the table above: what is hidden there is hidden here, and nothing more is told.
            gone |= {(code, group[0]) for code, hidden_label in taken if hidden_label == label}
            continue
        shown = set[str]()
        for place in found.tree:
            if place.code in found.closed or DEPTH[place.level] > depth:
                continue
            if above is not None and (place.code, label) in taken:
                gone |= {(place.code, name) for name in group}
            elif any(cells[place.code][name] for name in group):
                shown.add(place.code)
        inside = {code: [cells[code][name] for name in group] for code in shown}
        beside = frozenset(
            at for at, name in enumerate(group) if name.split(".")[0] in table.beside or NO_AMOUNT in name
        )
        lines = grid(found.tree, shown, depth, inside, beside)
        for row, at in hidden_cells(lines, zero_reveals=table.zero_reveals):
            if (code := lines.codes[row]) is not None:
                gone.add((code, group[at]))
    return gone


def label_above(table: Table, name: str) -> str:
    """In which label of the table above a column lies, decisions without an amount too."""
    label = name.removesuffix(f".{NO_AMOUNT}")
    return NOT_RECORDED if label == NOT_RECORDED else table.inside[label]


def check_labels(table: Table, above: Table | None, facts: Iterable[Fact]) -> None:
    """Raises Malformed when a fact has an unknown label, or one that does not lie in its label of the table above."""
    for fact in facts:
        column(table, fact)
        if above is None:
            continue
        label, other = fact.labels.get(table.by or ""), fact.labels.get(above.by or "")
        if (table.inside.get(label) if label is not None else None) != other:
            raise Malformed(f"a fact with the {table.by} {label} has the {above.by} {other}; the plan says otherwise")


def rows(table: Table, found: Region, cells: Cells, gone: set[tuple[str, str]]) -> tuple[Row, ...]:
    """The lines of the table, parents first."""
    parent = {place.code: place.parent for place in found.tree}
    result = list[Row]()
    for place in found.tree:
        if DEPTH[place.level] > DEPTH[table.down_to]:
            continue
        is_closed = place.code in found.closed and place.code not in found.missing
        with_whom = next((code for code in _up(place.code, parent) if code not in found.closed), None)
        result.append(
            Row(
                place=place.code,
                name=place.name,
                level=place.level,
                parent=place.parent,
                cells=_line(table, found, place, cells[place.code], gone),
                counted_with=with_whom if is_closed else None,
                rounded_to=measuring.ROUNDED_TO if place.is_small else 1,
            )
        )
    return tuple(result)


def _line(
    table: Table, found: Region, place: Place, line: Mapping[str, Sequence[Fact]], gone: set[tuple[str, str]]
) -> tuple[Cell, ...]:
    if place.code in found.missing:
        value = None if table.measure == "count" else measuring.MISSING
        beside = None if table.pair is None else measuring.MISSING
        return tuple(Cell(name, measuring.MISSING, value, beside) for name in (ALL, *line))
    whole = found.facts[place.code]
    total = measuring.HIDDEN if place.code in found.closed else measuring.count(len(whole), place)
    counts = {ALL: total} | {
        name: measuring.HIDDEN if (place.code, name) in gone else measuring.count(len(inside), place)
        for name, inside in line.items()
    }
    everything = {ALL: whole, **line}
    cells = []
    for name, shown in counts.items():
        value = _value(table, found, place, name, counts, everything)
        # Neither is shown without the other.
        beside = value
        if table.pair is not None and value is not None and value.number is not None:
            beside = measuring.middle(everything[name], table, table.pair)
            value = value if beside.number is not None else beside
        cells.append(Cell(name, shown, value, None if table.pair is None else beside))
    return tuple(cells)


def _value(
    table: Table,
    found: Region,
    place: Place,
    name: str,
    counts: dict[str, Shown],
    inside: Mapping[str, Sequence[Fact]],
) -> Shown | None:
    shown = counts[name]
    if table.measure == "count":
        return None
    if table.measure == "share":
        return measuring.share(name, counts, table, (*table.outside, NOT_RECORDED))
    if table.measure == "rate":
        return measuring.rate(shown, found.populations[place.code], table)
    without = [one for one in counts if one.endswith(NO_AMOUNT)]
    if name in without:
        return measuring.NOT_APPLICABLE
    others = [one for one in (*table.labels, NOT_RECORDED) if one not in table.nothing] if table.nothing else []
    if shown.number is None or (name == ALL and any(counts[one].number is None for one in (*without, *others))):
        return measuring.HIDDEN
    return measuring.middle(inside[name], table, table.of)
