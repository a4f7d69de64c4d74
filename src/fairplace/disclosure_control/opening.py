"""Which places get numbers of their own, and which are only counted in the place around them (R6).

- A place with decisions about fewer than six children gets none; one whose numbers are rounded, with fewer than eight
  decisions, since six and seven would be rounded to five.
- What the places without numbers have together can be worked out from the number around them. So they must be so many
  together that none of them can be told: at least six, and room for each of them to be six (R2).
- Where that is not so, the next smallest place is closed too; where no place is left, zeros are closed with the rest.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from fairplace.disclosure_control.facts import Fact, Place, children
from fairplace.disclosure_control.plan import DEPTH, LEAST

LEAST_ROUNDED = 8
WIDTH = LEAST - 1
"""How wide the range of each hidden number must be at least: six whole numbers are possible, one of them six or more."""


def least(place: Place) -> int:
    return LEAST_ROUNDED if place.is_small else LEAST


def closed_places(tree: Sequence[Place], facts: Mapping[str, Sequence[Fact]]) -> set[str]:
    """The places that get no numbers, for the facts in each. The root is open unless it has from one to five."""
    closed = {tree[0].code} if is_small(facts[tree[0].code]) else set[str]()
    for place in tree:
        parts = [part for part in tree if part.parent == place.code]
        if place.code in closed:
            closed |= {part.code for part in parts}
        elif parts and facts[place.code]:
            closed |= _closed_among(parts, facts)
    return closed


def is_small(facts: Sequence[Fact]) -> bool:
    """Are there facts, but about fewer than six children?"""
    return len(facts) > 0 and children(facts) < LEAST


def _closed_among(parts: Sequence[Place], facts: Mapping[str, Sequence[Fact]]) -> set[str]:
    by_size = sorted((part for part in parts if facts[part.code]), key=lambda part: (len(facts[part.code]), part.code))
    small = [part for part in by_size if len(facts[part.code]) < least(part) or is_small(facts[part.code])]
    rest = [part for part in by_size if part not in small]
    while small and _can_be_told(small, facts):
        if not rest:
            return {part.code for part in parts}
        small.append(rest.pop(0))
    return {part.code for part in small}


def _can_be_told(small: Sequence[Place], facts: Mapping[str, Sequence[Fact]]) -> bool:
    together = [fact for part in small for fact in facts[part.code]]
    # One place alone would be what is left, to the last decision.
    return len(small) == 1 or len(together) < WIDTH + len(small) or is_small(together)


class Grid(msgspec.Struct, frozen=True, kw_only=True):
    """The rows of a table: places whose total is shown, parents first, and what is left of a place beside its parts.

    `codes[i]` is None for what is left: it is shown nowhere, but can be worked out, and is protected like the rest.
    """

    codes: tuple[str | None, ...]
    above: tuple[int | None, ...]
    cells: tuple[tuple[Sequence[Fact], ...], ...]
    least: tuple[int, ...]
    beside: frozenset[int] = frozenset()
    """Columns of what was not recorded or does not apply: hidden for others' sake only when nothing else helps."""

    @property
    def numbers(self) -> list[list[int]]:
        return [[len(cell) for cell in row] for row in self.cells]


def grid(
    tree: Sequence[Place],
    shown: set[str],
    down_to: int,
    cells: Mapping[str, Sequence[Sequence[Fact]]],
    beside: frozenset[int],
) -> Grid:
    """`cells` are the facts of each place by label; places deeper than `down_to` are left out."""
    parent = {place.code: place.parent for place in tree}
    rows = [place for place in tree if place.code in shown and DEPTH[place.level] <= down_to]
    index = {place.code: row for row, place in enumerate(rows)}
    above = list[int | None]()
    for place in rows:
        at = place.parent
        while at is not None and at not in index:
            at = parent[at]
        above.append(None if at is None else index[at])
    codes: list[str | None] = [place.code for place in rows]
    found = [tuple(cells[place.code]) for place in rows]
    limits = [least(place) for place in rows]
    for row in range(len(rows)):
        parts = [found[part] for part in range(len(rows)) if above[part] == row]
        left = tuple(_left(whole, inside) for whole, *inside in zip(found[row], *parts, strict=True))
        if parts and any(left):
            codes.append(None)
            above.append(row)
            found.append(left)
            limits.append(LEAST)
    return Grid(codes=tuple(codes), above=tuple(above), cells=tuple(found), least=tuple(limits), beside=beside)


def _left(whole: Sequence[Fact], parts: Sequence[Sequence[Fact]]) -> list[Fact]:
    inside = {fact.id for part in parts for fact in part}
    return [fact for fact in whole if fact.id not in inside]
