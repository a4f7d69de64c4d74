"""Attackers that share no code with the engine: exact linear algebra over everything that was ever published, and
enumeration of all tables that agree with one.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction

from fairplace.disclosure_control.facts import Fact
from fairplace.disclosure_control.plan import ALL, NOT_RECORDED
from fairplace.disclosure_control.released import Cell, Release, Row

Vector = dict[object, Fraction]


class Algebra:
    """What a list of sums pins down: Gauss and Jordan, in fractions."""

    def __init__(self) -> None:
        self._lines: dict[object, tuple[Vector, Fraction]] = {}

    def learn(self, parts: Iterable[object], total: int) -> None:
        line, value = self._reduced(dict.fromkeys(parts, Fraction(1)), Fraction(total))
        if not line:
            assert value == 0, "the published numbers contradict each other"
            return
        pivot, factor = next(iter(line.items()))
        line = {key: number / factor for key, number in line.items()}
        self._lines[pivot] = (line, value / factor)

    def value(self, parts: Iterable[object]) -> Fraction | None:
        """The number of these parts together, if it follows from what was learnt."""
        line, value = self._reduced(dict.fromkeys(parts, Fraction(1)), Fraction(0))
        return None if line else -value

    def _reduced(self, line: Vector, value: Fraction) -> tuple[Vector, Fraction]:
        while pivot := next((key for key in line if key in self._lines), None):
            other, known = self._lines[pivot]
            factor = line[pivot]
            value -= factor * known
            for key, number in other.items():
                line[key] = line.get(key, Fraction(0)) - factor * number
                if not line[key]:
                    del line[key]
        return line, value


Atom = tuple[object, ...]


def small_numbers(
    released: Iterable[Release], facts: Sequence[Fact], fields: Mapping[str, str], inside: Mapping[str, str]
) -> list[str]:
    """Hidden numbers, and rests beside published ones, of one to five that all releases together pin down.

    The unknowns are how many decisions there are of each kind, in each authority and period, by all fields at once. So
    every table, and every release, speaks of the same unknowns: whatever can be worked out across tables is found.
    Numbers that were rounded are left out. `fields` gives the field that each table counts by.
    """
    found = list[str]()
    for span, region in {
        (each.span, each.region) for one in released for table in one.tables for each in table.stretches
    }:
        algebra = Algebra()
        hidden: list[tuple[str, list[Atom]]] = []
        kinds = _kinds(facts, tuple(fields.values()))
        for one in released:
            for table in one.tables:
                for stretch in table.stretches:
                    if (stretch.span, stretch.region) != (span, region):
                        continue
                    below = _authorities(stretch.rows, inside)
                    for row in stretch.rows:
                        for cell in row.cells:
                            atoms = _atoms(below[row.place], kinds, fields, table.name, cell)
                            if cell.count.number is None:
                                hidden.append((f"{table.name} {row.place} {cell.label} {span.key}", atoms))
                            elif row.rounded_to == 1 or not cell.count.number:
                                algebra.learn(atoms, cell.count.number)
                                if not cell.count.number:
                                    for atom in atoms:
                                        algebra.learn([atom], 0)
        found += [name for name, atoms in hidden if (value := algebra.value(atoms)) is not None and 0 < value < 6]
    return found


def _kinds(facts: Sequence[Fact], fields: Sequence[str]) -> list[tuple[str, ...]]:
    return sorted({tuple(fact.labels.get(field) or NOT_RECORDED for field in fields) for fact in facts})


def _authorities(rows: Sequence[Row], inside: Mapping[str, str]) -> dict[str, list[str]]:
    """The authorities of each place; `inside` gives the place around each place."""
    found: dict[str, list[str]] = {row.place: [] for row in rows}
    for code in inside:
        if code in inside.values():
            continue
        at: str | None = code
        while at is not None:
            found.setdefault(at, []).append(code)
            at = inside.get(at)
    return found


def _atoms(
    places: Iterable[str], kinds: Iterable[tuple[str, ...]], fields: Mapping[str, str], table: str, cell: Cell
) -> list[Atom]:
    at = list(fields).index(table)
    return [(place, *kind) for place in places for kind in kinds if cell.label in (ALL, kind[at])]


def possible(rows: Sequence[Row]) -> dict[tuple[str, str], tuple[int, int]]:
    """The least and the most of each hidden number over all tables that agree with these rows: one region, its
    authorities, no area between. A `c` beside a shown number of its line is taken for one that is not zero.
    """
    region, *authorities = rows
    labels = [cell.label for cell in region.cells if cell.label != ALL]
    whole = _numbers(region)
    top = whole[ALL]
    assert top is not None
    # The state after some authorities: the sums of their labels; for each, the ends of each hidden number so far.
    states: dict[tuple[int, ...], dict[tuple[str, str], tuple[int, int]]] = {(0,) * len(labels): {}}
    least = int(any(_numbers(one)[ALL] is not None for one in authorities))
    for row in authorities:
        after: dict[tuple[int, ...], dict[tuple[str, str], tuple[int, int]]] = {}
        for line in _lines(row, labels, whole, least):
            for sums, ends in states.items():
                total = tuple(a + b for a, b in zip(sums, line, strict=True))
                if sum(total) > top or any(
                    (number := whole[label]) is not None and value > number
                    for label, value in zip(labels, total, strict=True)
                ):
                    continue
                new = ends | {(row.place, label): (value, value) for label, value in zip(labels, line, strict=True)}
                new[row.place, ALL] = (sum(line), sum(line))
                after[total] = _joined(after.get(total), new)
        states = after
    ends = None
    for sums, found in states.items():
        shown = [(whole[label], value) for label, value in zip(labels, sums, strict=True)]
        if sum(sums) == top and all(number is None or number == value for number, value in shown):
            mine = {(region.place, label): (value, value) for label, value in zip(labels, sums, strict=True)}
            ends = _joined(ends, found | mine)
    assert ends is not None
    shown_cells = {(row.place, cell.label) for row in rows for cell in row.cells if cell.count.number is not None}
    return {key: end for key, end in ends.items() if key not in shown_cells}


def _joined(
    one: dict[tuple[str, str], tuple[int, int]] | None, other: dict[tuple[str, str], tuple[int, int]]
) -> dict[tuple[str, str], tuple[int, int]]:
    if one is None:
        return other
    return {key: (min(low, one[key][0]), max(high, one[key][1])) for key, (low, high) in other.items()}


def _numbers(row: Row) -> dict[str, int | None]:
    return {cell.label: cell.count.number for cell in row.cells}


def _lines(row: Row, labels: Sequence[str], whole: Mapping[str, int | None], least: int) -> Iterable[tuple[int, ...]]:
    """Every line that agrees with what is shown of it."""
    shown = _numbers(row)
    total, one, top = shown[ALL], int(any(shown[label] is not None for label in labels)), whole[ALL] or 0

    def choice(label: str) -> Iterable[int]:
        if (number := shown[label]) is not None:
            return (number,)
        most = [number for number in (total, whole[label], top) if number is not None]
        return range(one, min(most) + 1)

    choices = [choice(label) for label in labels]
    for line in itertools.product(*choices):
        if sum(line) == total if total is not None else least <= sum(line) <= top:
            yield line
