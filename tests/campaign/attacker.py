"""Somebody who wants to find a child in published numbers: reads the files as anybody does, and shares no code with them.

Nothing of the program is imported here, nothing of its disclosure control, counting or releases. What is held is the
bytes of every release, and, for the intruder, what a neighbour may know of each child: the authority, the day, the
period in which it was counted, and what was decided.

- Small: a published count from one to five.
- Subtraction: all published numbers of a plan and a period, from all its releases, as one system of equations over all
  tables; exact elimination in fractions, then the least and the most of each hidden number by every equation.
- Differences: two releases that speak of one period, or periods that overlap; the count of what came late.
- Copies: a release that took the place of a withdrawn one, beside a copy of that.
- Candidates: for every child, every published number that the child is in, and every rest that can be worked out.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import pairwise
from typing import Any, NamedTuple

LEAST = 6
ROUNDS = 200
MANY = 10**7

Cell = tuple[str, str, str]  # table, place, label
Period = tuple[str, str, str, str]  # plan, region, first and last month
Line = dict[Cell, Fraction]
Within = Mapping[str, Mapping[str, tuple[str, str]]]


class Told(NamedTuple):
    """One number as it was published: its text is all that is left where it is hidden."""

    count: int | None
    symbol: str
    exact: bool


class Known(NamedTuple):
    """What an intruder may know of one counted row: to whom it belongs, where, when, and its labels by table."""

    child: str
    place: str
    counted: str  # the last month of the quarter in which it was counted
    labels: Mapping[str, str]


class Published:
    """All releases of all plans, read from their bytes."""

    def __init__(self, files: Iterable[bytes]) -> None:
        self.releases: list[dict[str, Any]] = [json.loads(data) for data in files]
        self.cells: dict[Period, dict[Cell, Told]] = defaultdict(dict)
        self.parent: dict[tuple[str, str], str | None] = {}
        self.within: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
        self.twice: list[str] = []
        for release in self.releases:
            for table in release.get("tables", ()):
                for part in table["stretches"]:
                    self._read(release, table, part)

    def _read(self, release: Mapping[str, Any], table: Mapping[str, Any], part: Mapping[str, Any]) -> None:
        period = (release["plan"], part["region"], part["span"]["first"], part["span"]["last"])
        found = self.cells[period]
        for row in part["rows"]:
            self.parent[part["region"], row["place"]] = row["parent"]
            for cell in row["cells"]:
                name = (table["name"], row["place"], cell["label"])
                if name in found:
                    self.twice.append(f"{name} of {period} stands in release {release['number']} again")
                found[name] = Told(cell["count"]["number"], cell["count"]["symbol"], row["rounded_to"] == 1)

    def numbers(self) -> int:
        return sum(one.count is not None for cells in self.cells.values() for one in cells.values())

    def hidden(self) -> int:
        return sum(one.symbol == "c" for cells in self.cells.values() for one in cells.values())


def small(published: Published) -> list[str]:
    """Published counts of one to five, in any table, and in what is said of decisions that came late."""
    found = [
        f"{table} {place} {label} {period}: {one.count}"
        for period, cells in published.cells.items()
        for (table, place, label), one in cells.items()
        if one.count is not None and 0 < one.count < LEAST
    ]
    for release in published.releases:
        for name in ("late", "records_withheld"):
            number = (release.get(name) or {}).get("number")
            if number is not None and 0 < number < LEAST:
                found.append(f"{name} of release {release['number']} of {release['plan']}: {number}")
    return found


def differences(published: Published) -> list[str]:
    """Periods of one table, region and plan that stand twice or overlap: their difference would be a new number."""
    found = list(published.twice)
    spans: dict[tuple[str, str, str], set[tuple[str, str]]] = defaultdict(set)
    for (plan, region, first, last), cells in published.cells.items():
        for table in {table for table, _, _ in cells}:
            spans[plan, region, table].add((first, last))
    for name, periods in spans.items():
        ordered = sorted(periods)
        for (_, last), (first, _) in pairwise(ordered):
            if first <= last:
                found.append(f"{name}: {first} begins before {last} is over")
    grains: dict[tuple[str, str], set[tuple[str, str]]] = defaultdict(set)
    for (plan, region, _), periods in spans.items():
        grains[plan, region] |= periods
    for name, periods in grains.items():
        ordered = sorted(periods)
        for (_, last), (first, _) in pairwise(ordered):
            if first <= last:
                found.append(f"{name}: tables with other periods, {first} and {last}")
    return found


def copied(before: bytes, after: bytes, within: Within) -> list[str]:
    """What two releases of one period give away to whoever copied the first before it was withdrawn.

    Every number, every total of a place in any table, and every rest beside published parts, that changed by one to five
    between them, or is hidden in one alone; and means and medians that moved though fewer than six decisions came or went.
    """
    old, new = Published([before]), Published([after])
    found = list[str]()
    for period, cells in new.cells.items():
        known = old.cells.get(period)
        if known is None:
            continue
        pairs = [(" ".join(cell), known[cell], one) for cell, one in cells.items() if cell in known]
        pairs += [
            (f"the total of {place}", one, cells[table, place, "all"])
            for (_, place, label), one in known.items()
            if label == "all"
            for table in {name for name, at, whole in cells if (at, whole) == (place, "all")}
        ]
        for name, was, one in pairs:
            if (was.count is None) != (one.count is None):
                found.append(f"{name}: hidden in one alone")
            elif was.count is not None and one.count is not None and 0 < abs(one.count - was.count) < LEAST:
                found.append(f"{one.count - was.count:+} in {name}")
        rests = {frozenset(parts.items()): total for parts, total in _sums(known, old, period[1], within)}
        for parts, total in _sums(cells, new, period[1], within):
            change = total - rests.get(frozenset(parts.items()), total)
            if 0 < abs(change) < LEAST:
                found.append(f"{int(change):+} in {' and '.join(' '.join(cell) for cell in sorted(parts))} together")
    return found + _moved(before, after)


def _moved(before: bytes, after: bytes) -> list[str]:
    """Means and medians, and what stands beside them, that moved without six decisions."""
    was, now = _values(before), _values(after)
    return [
        f"{' '.join(name)}: the value moved with {abs(count - was[name][0])} decisions"
        for name, (count, told) in now.items()
        if name in was and was[name][1] != told and abs(count - was[name][0]) < LEAST
    ]


def _values(data: bytes) -> dict[tuple[str, ...], tuple[int, str]]:
    return {
        (table["name"], part["region"], part["span"]["first"], row["place"], cell["label"]): (
            cell["count"]["number"],
            json.dumps([cell.get("value"), cell.get("beside")], sort_keys=True),
        )
        for table in json.loads(data).get("tables", ())
        if table.get("measure") in ("mean", "median")
        for part in table["stretches"]
        for row in part["rows"]
        for cell in row["cells"]
        if cell["count"]["number"] is not None
    }


class Claim(NamedTuple):
    """What an attacker says of some hidden numbers together: that they are from the least to the most."""

    period: Period
    cells: tuple[Cell, ...]
    least: int
    most: int

    def __str__(self) -> str:
        plan, _, first, last = self.period
        what = " and ".join(" ".join(cell) for cell in self.cells)
        how = f"is {self.least}" if self.least == self.most else f"is from {self.least} to {self.most}"
        return f"{plan}, {first} to {last}: {what}{' together' * (len(self.cells) > 1)} {how}"


def subtraction(published: Published, within: Within) -> list[Claim]:
    """Hidden numbers, and rests of lines and places, that follow from what is published and are one to five.

    `within` says, by table and label, in which label of which other table it lies: the words of each table say so.
    """
    return [
        Claim(period, *claim)
        for period, cells in published.cells.items()
        for claim in _worked_out(cells, published, period[1], within)
    ]


def _worked_out(
    cells: Mapping[Cell, Told], published: Published, region: str, within: Within
) -> Iterator[tuple[tuple[Cell, ...], int, int]]:
    sums = list(_sums(cells, published, region, within))
    solved = Solved()
    for parts, total in sums:
        solved.learn(parts, total)
    for cell, one in cells.items():
        if one.symbol == "c" and (value := solved.value({cell: Fraction(1)})) is not None and 0 < value < LEAST:
            yield (cell,), int(value), int(value)
    for parts, total in sums:
        if 0 < total < LEAST and all(number == 1 for number in parts.values()):
            yield tuple(sorted(parts)), int(total), int(total)
    for cell, (least, most) in bounds(cells, sums, within).items():
        if 0 < least <= most < LEAST:
            yield (cell,), least, most


def _sums(
    cells: Mapping[Cell, Told], published: Published, region: str, within: Within
) -> Iterator[tuple[Line, Fraction]]:
    """Every equation: what is left of a published number when the published ones of its parts are taken away."""
    places = {place for _, place, _ in cells}
    below: dict[str, list[str]] = defaultdict(list)
    for place in sorted(places):
        if (above := published.parent[region, place]) is not None:
            below[above].append(place)
    by_table: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for table, place, label in cells:
        by_table[table][place].append(label)
    whole = {place: next(f for f in by_table if (f, place, "all") in cells) for place in places}
    for table, rows in by_table.items():
        for place, labels in rows.items():
            inside = [(table, place, label) for label in labels if label != "all"]
            top = (whole[place], place, "all")
            if inside:
                yield from _sum(cells, top, inside)
            if (table, place, "all") != top:
                yield from _sum(cells, top, [(table, place, "all")])
            for label in labels:
                parts = [(table, part, label) for part in below[place] if (table, part, label) in cells]
                if parts and len(parts) == len(below[place]):
                    yield from _sum(cells, (table, place, label), parts)
            groups: dict[tuple[str, str], list[Cell]] = defaultdict(list)
            for label in labels:
                if isinstance(around := _around(within, table, label), tuple):
                    groups[around].append((table, place, label))
            for (above_table, above_label), inner in groups.items():
                if (above_table, place, above_label) in cells:
                    yield from _sum(cells, (above_table, place, above_label), inner)


def _sum(cells: Mapping[Cell, Told], top: Cell, parts: Sequence[Cell]) -> Iterator[tuple[Line, Fraction]]:
    """Rounded numbers are left out: nothing exact follows from them."""
    line: Line = defaultdict(Fraction)
    total = Fraction(0)
    for cell, sign in [(top, -1), *((part, 1) for part in parts)]:
        one = cells[cell]
        if one.symbol == "missing" or one.count == 0:
            continue
        if one.count is None:
            line[cell] += sign
        elif one.exact:
            total -= sign * one.count
        else:
            return
    line = {cell: number for cell, number in line.items() if number}
    if line and all(number == -1 for number in line.values()):
        line, total = {cell: -number for cell, number in line.items()}, -total
    if line:
        yield line, total
    elif total:
        raise AssertionError(f"the published numbers contradict each other at {top}: {total}")


def _around(within: Within, table: str, label: str) -> tuple[str, str] | str:
    """The table and label above; or that there is none, or that it is a total."""
    return "all" if label == "all" else within.get(table, {}).get(label.removesuffix(".no-amount"), "")


class Solved:
    """What a list of equations pins down, by elimination in fractions."""

    def __init__(self) -> None:
        self._lines: dict[Cell, tuple[Line, Fraction]] = {}

    def learn(self, parts: Line, total: Fraction) -> None:
        line, value = self._reduced(dict(parts), total)
        if not line:
            if value:
                raise AssertionError("the published numbers contradict each other")
            return
        pivot, factor = next(iter(line.items()))
        self._lines[pivot] = {cell: number / factor for cell, number in line.items()}, value / factor

    def value(self, parts: Line) -> Fraction | None:
        """The sum of these hidden numbers, where it follows."""
        line, value = self._reduced(dict(parts), Fraction(0))
        return None if line else -value

    def _reduced(self, line: Line, value: Fraction) -> tuple[Line, Fraction]:
        while pivot := next((cell for cell in line if cell in self._lines), None):
            other, known = self._lines[pivot]
            factor = line[pivot]
            value -= factor * known
            for cell, number in other.items():
                line[cell] = line.get(cell, Fraction(0)) - factor * number
                if not line[cell]:
                    del line[cell]
        return line, value


def bounds(
    cells: Mapping[Cell, Told], sums: Sequence[tuple[Line, Fraction]], within: Within
) -> dict[Cell, tuple[int, int]]:
    """The least and the most of each hidden number, by every equation, again and again until nothing moves.

    Zeros are shown, so a hidden number beside shown ones of its kind is taken for at least one. That is a guess: where
    nothing else helps, zeros are hidden too.
    """
    kinds: dict[tuple[str, str, object], list[Cell]] = defaultdict(list)
    for table, place, label in cells:
        kinds[table, place, _around(within, table, label)].append((table, place, label))
    found: dict[Cell, tuple[int, int]] = {}
    for (_, _, kind), inside in kinds.items():
        shown = kind != "all" and any(cells[cell].count is not None for cell in inside)
        found |= {cell: (int(shown), MANY) for cell in inside if cells[cell].symbol == "c"}
    whole = [(int(total), [(cell, int(sign)) for cell, sign in line.items()]) for line, total in sums]
    for _ in range(ROUNDS):
        before = dict(found)
        for total, line in whole:
            low = sum(found[cell][0] if sign > 0 else -found[cell][1] for cell, sign in line)
            high = sum(found[cell][1] if sign > 0 else -found[cell][0] for cell, sign in line)
            for cell, sign in line:
                least, most = found[cell]
                if sign > 0:
                    found[cell] = max(least, total - high + most), min(most, total - low + least)
                else:
                    found[cell] = max(least, low + most - total), min(most, high + least - total)
        if found == before:
            break
    return found


class Found(NamedTuple):
    """Groups below six children, the smallest group, how often a child was looked for, and where counts are wrong."""

    groups: list[str]
    smallest: int
    looked: int
    wrong: list[str]


def inside(published: Published, period: Period, known: Iterable[Known]) -> dict[str, list[Known]]:
    """The rows that are counted in a period, by each place in which they lie."""
    _, region, first, last = period
    found: dict[str, list[Known]] = defaultdict(list)
    for row in known:
        at: str | None = row.place if first <= row.counted <= last else None
        while at is not None:
            found[at].append(row)
            at = published.parent.get((region, at))
    return found


def right(claims: Iterable[Claim], published: Published, known: Mapping[str, Sequence[Known]]) -> list[Claim]:
    """The claims that are true: whoever guesses wrongly has found nothing."""
    rows: dict[Period, dict[str, list[Known]]] = {}
    found = list[Claim]()
    for claim in claims:
        counted = rows.setdefault(claim.period, inside(published, claim.period, known.get(claim.period[0], ())))
        number = sum(
            label in ("all", row.labels.get(table)) for table, place, label in claim.cells for row in counted[place]
        )
        if number > 0 and claim.least <= number <= claim.most:
            found.append(claim)
    return found


def candidates(published: Published, known: Mapping[str, Sequence[Known]]) -> Found:
    """For each published number: the children that it counts, and those that are left when its parts are taken away.

    `known` are the counted rows of each plan. Whoever knows a child knows to which of these groups it belongs.
    """
    found, wrong, smallest, looked = list[str](), list[str](), MANY, 0
    for period, cells in published.cells.items():
        plan, region, first, last = period
        counted = inside(published, period, known.get(plan, ()))
        labels: dict[tuple[str, str], list[str]] = defaultdict(list)
        places: dict[tuple[str, str, str | None], list[str]] = defaultdict(list)
        for (table, place, label), one in cells.items():
            if one.count is not None:
                labels[table, place].append(label)
                places[table, label, published.parent[region, place]].append(place)
        for (table, place, label), one in cells.items():
            if one.count is None:
                continue
            name = f"{plan}, {table}, {place}, {label}, {first} to {last}"
            group = [row for row in counted[place] if label in ("all", row.labels.get(table))]
            rests = {"the number itself": group}
            if label == "all" and len(labels[table, place]) > 1:
                shown = set(labels[table, place])
                rests["beside its labels"] = [row for row in group if row.labels.get(table) not in shown]
            if parts := places[table, label, place]:
                theirs = {id(row) for part in parts for row in counted[part]}
                rests["beside its places"] = [row for row in group if id(row) not in theirs]
            for which, rest in rests.items():
                children = len({row.child for row in rest})
                looked += children
                smallest = min(smallest, children or MANY)
                if 0 < children < LEAST:
                    found.append(f"{name}, {which}: {children} children")
            if (one.exact or not one.count) and len(group) != one.count:
                wrong.append(f"{name}: {one.count} published, {len(group)} counted")
    return Found(found, smallest, looked, wrong)
