"""What a release tells beside a withdrawn one, whose numbers whoever copied them still holds (R4).

Where one takes the place of the other, every number, and every rest that a line leaves beside its published parts, may
have changed by nothing, or by six and more: across, down, and in the labels that lie in a label of the table above. So
may the totals, whichever tables tell them, and what came late. A mean or a median changes only with six decisions.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from fairplace.disclosure_control import subtraction
from fairplace.disclosure_control.measuring import ROUNDED_TO
from fairplace.disclosure_control.periods import Span
from fairplace.disclosure_control.plan import ALL, LEAST
from fairplace.disclosure_control.released import Cell, Release, Row, Shown
from fairplace.disclosure_control.subtraction import Inside, Key
from fairplace.errors import Refused

Cells = Mapping[Key, tuple[Cell, Row]]
HIDING = "a number is hidden in one and shown in the other"
FEW = "the change is from one to five"


def check(made: Release, earlier: Sequence[Release], inside: Mapping[str, Inside]) -> None:
    """Raises Refused, naming the place, when a withdrawn release gives away what came to it or went from it since.

    `inside` gives, by table and label, the table and label above it, as the plan has them.
    """
    for old in earlier:
        if old.withdrawn is None:
            continue
        _check_totals(made, old, [one for one in earlier if one is not old])
        if is_in_place_of(made, old):
            _check_tables(made, old, inside)
            _check_beside(made, old)


def is_in_place_of(made: Release, old: Release) -> bool:
    """Is the old release the withdrawn one, or another withdrawn one that had taken its place?"""
    return made.replaces is not None and made.replaces in (old.number, old.replaces) and old.withdrawn is not None


# Tables that stand in both


def _check_tables(made: Release, old: Release, inside: Mapping[str, Inside]) -> None:
    after_all, before_all = _by_stretch(made), _by_stretch(old)
    is_middle = {table.name for table in made.tables if table.measure in ("mean", "median")}
    for (region, span), tables in after_all.items():
        known = before_all.get((region, span), {})
        shared = {name: rows for name, rows in tables.items() if name in known}
        before, after = _cells({name: known[name] for name in shared}), _cells(shared)
        for group in _groups(shared, inside):
            name, label = group[-1][0], group[0][2]
            if problem := _change(before, after, group):
                _refuse(f"the table {name}, {after[group[0]][1].name}, {label}, {span.words}: {problem}", old)
            if len(group) == 1 and name in is_middle and _is_another(before[group[0]][0], after[group[0]][0]):
                _refuse(
                    f"the table {name}, {after[group[0]][1].name}, {label}, {span.words}: the value is another, and the "
                    "count changed by less than six,",
                    old,
                )


def _by_stretch(release: Release) -> dict[tuple[str, Span], dict[str, Sequence[Row]]]:
    found: dict[tuple[str, Span], dict[str, Sequence[Row]]] = {}
    for table in release.tables:
        for stretch in table.stretches:
            found.setdefault((stretch.region, stretch.span), {})[table.name] = stretch.rows
    return found


def _cells(tables: Mapping[str, Sequence[Row]]) -> Cells:
    return {
        (name, row.place, cell.label): (cell, row)
        for name, rows in tables.items()
        for row in rows
        for cell in row.cells
    }


def _groups(tables: Mapping[str, Sequence[Row]], inside: Mapping[str, Inside]) -> Iterator[list[Key]]:
    """Each number alone, and each number with the parts that add up to it."""
    for name, rows in tables.items():
        yield from ([(name, row.place, cell.label)] for row in rows for cell in row.cells)
        sums = [*subtraction.across(name, rows), *subtraction.down(name, rows)]
        above = inside.get(name, {})
        if all(table in tables for table, _ in above.values()):
            sums += subtraction.between(name, rows, tables, above)
        yield from ([whole, *parts] for whole, parts in sums)


def _change(before: Cells, after: Cells, group: Sequence[Key]) -> str | None:
    """What a number, or the rest that a line leaves beside its published parts, tells by having changed."""
    if any(key not in before or key not in after for key in group):
        return "it has cells that were not there"
    if any((before[key][0].count.number is None) != (after[key][0].count.number is None) for key in group):
        return HIDING
    whole, *parts = group
    if after[whole][0].count.number is None:
        return None
    if not parts:
        return _few(_number(before, whole), _number(after, whole))
    exact = [key for key in group if _is_exact(*before[key]) and _is_exact(*after[key])]
    if whole not in exact:
        return None  # a rest of a rounded number tells less than that number
    rests = [
        _number(cells, whole)[0] - sum(_number(cells, key)[0] for key in parts if key in exact)
        for cells in (before, after)
    ]
    return _few((rests[0], True), (rests[1], True))


def _number(cells: Cells, key: Key) -> tuple[int, bool]:
    """The number, and whether it is that very number; hidden ones are nobody's."""
    return cells[key][0].count.number or 0, _is_exact(*cells[key])


def _is_exact(cell: Cell, row: Row) -> bool:
    return row.rounded_to == 1 or cell.count.number == 0


def _few(before: tuple[int, bool], after: tuple[int, bool]) -> str | None:
    """Where one of the two is rounded, it may be off by two."""
    slack = ROUNDED_TO // 2 if before[1] != after[1] else 0
    return FEW if slack < abs(after[0] - before[0]) < LEAST + slack else None


def _is_another(before: Cell, after: Cell) -> bool:
    """Did a value change, or what stands beside it, though fewer than six decisions came or went?"""
    changed = abs((after.count.number or 0) - (before.count.number or 0))
    return changed < LEAST and (before.value, before.beside) != (after.value, after.beside)


# Totals, whichever tables tell them


Told = tuple[int | None, bool]  # the number, and whether it is that very number
Totals = Mapping[tuple[str, str], Mapping[Span, Told]]  # region and place


def _check_totals(made: Release, old: Release, others: Sequence[Release]) -> None:
    """The total of each place is held against that of the same period, or of shorter ones that fill it.

    Periods that the withdrawn release alone does not fill are filled from the `others`.
    """
    after_all, before_all, beside = _totals(made), _totals(old), [_totals(one) for one in others]
    for place, own in before_all.items():
        after = after_all.get(place, {})
        known = {span: told for one in beside for span, told in one.get(place, {}).items()} | dict(own)
        for span, told in after.items():
            if any(part in own for part in _filling(span, known)):
                _check_total(place, span, _over(span, known), told, old)
        for span, told in own.items():
            if span not in after:
                _check_total(place, span, told, _over(span, after), old)


def _totals(release: Release) -> Totals:
    found: dict[tuple[str, str], dict[Span, Told]] = {}
    for (region, span), tables in _by_stretch(release).items():
        for rows in tables.values():
            for row in rows:
                [cell] = [cell for cell in row.cells if cell.label == ALL]
                found.setdefault((region, row.place), {})[span] = cell.count.number, _is_exact(cell, row)
    return found


def _filling(span: Span, known: Mapping[Span, Told]) -> list[Span]:
    return [span] if span in known else subtraction.tiles(span, known)


def _over(span: Span, known: Mapping[Span, Told]) -> Told | None:
    parts = [known[part] for part in _filling(span, known)]
    if len(parts) == 1:
        return parts[0]
    if not parts or not all(is_exact for _, is_exact in parts):
        return None
    numbers = [number for number, _ in parts]
    return (None if None in numbers else sum(number or 0 for number in numbers)), True


def _check_total(place: tuple[str, str], span: Span, before: Told | None, after: Told | None, old: Release) -> None:
    if before is None or after is None:
        return
    problem = HIDING if (before[0] is None) != (after[0] is None) else None
    if before[0] is not None and after[0] is not None:
        problem = _few((before[0], before[1]), (after[0], after[1]))
    if problem:
        _refuse(f"the total of {place[1]}, {span.words}: {problem}", old)


# What stands beside the tables


def _check_beside(made: Release, old: Release) -> None:
    for what, before, after in (
        ("what came late", old.late, made.late),
        ("the single records that are withheld", old.records_withheld, made.records_withheld),
    ):
        if problem := _change_of(before, after):
            _refuse(f"{what}: {problem}", old)
    if set(made.held) != set(old.held):
        _refuse("a region is held in one and not in the other: that shows a change of few", old)
    was, now = Counter(old.records), Counter(made.records)
    if any(0 < sum(more.values()) < LEAST for more in (was - now, now - was)):
        _refuse(f"single records: {FEW}", old)


def _change_of(before: Shown, after: Shown) -> str | None:
    if (before.number is None) != (after.number is None):
        return HIDING
    return _few((before.number or 0, True), (after.number or 0, True))


def _refuse(what: str, old: Release) -> None:
    raise Refused(
        f"{what} beside release {old.number}, which was withdrawn but may have been copied; hold it until the next period "
        "(R4)",
        code="subtraction",
    )
