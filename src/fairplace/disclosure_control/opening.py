"""Which places get numbers of their own, and which are only counted in the place around them (R6).

- A place with fewer than six decisions gets none; one whose numbers are rounded, fewer than eight, since six and seven
  would be rounded to five.
- What the places without numbers have together can be worked out from the number around them. So they must be so many
  together that none of them can be told: at least six, and room for each of them to be six (R2).
- Where that is not so, the next smallest place is closed too; where no place is left, zeros are closed with the rest.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from fairplace.disclosure_control.facts import Place
from fairplace.disclosure_control.plan import DEPTH, LEAST

LEAST_ROUNDED = 8
WIDTH = LEAST - 1
"""How wide the range of each hidden number must be at least: six whole numbers are possible, one of them six or more."""


def least(place: Place) -> int:
    return LEAST_ROUNDED if place.is_small else LEAST


def closed_places(tree: Sequence[Place], totals: Mapping[str, int]) -> set[str]:
    """The places that get no numbers, for these totals. The root is open unless it has from one to five."""
    closed = {tree[0].code} if 0 < totals[tree[0].code] < LEAST else set[str]()
    for place in tree:
        parts = [part for part in tree if part.parent == place.code]
        if place.code in closed:
            closed |= {part.code for part in parts}
        elif parts and totals[place.code]:
            closed |= _closed_among(parts, totals)
    return closed


def _closed_among(parts: Sequence[Place], totals: Mapping[str, int]) -> set[str]:
    by_size = sorted((part for part in parts if totals[part.code]), key=lambda part: (totals[part.code], part.code))
    small = [part for part in by_size if totals[part.code] < least(part)]
    rest = [part for part in by_size if part not in small]
    # One place alone would be what is left, to the last decision.
    while small and (len(small) == 1 or sum(totals[part.code] for part in small) < WIDTH + len(small)):
        if not rest:
            return {part.code for part in parts}
        small.append(rest.pop(0))
    return {part.code for part in small}


class Grid(msgspec.Struct, frozen=True, kw_only=True):
    """The rows of a table: places whose total is shown, parents first, and what is left of a place beside its parts.

    `codes[i]` is None for what is left: it is shown nowhere, but can be worked out, and is protected like the rest.
    """

    codes: tuple[str | None, ...]
    above: tuple[int | None, ...]
    numbers: tuple[tuple[int, ...], ...]
    least: tuple[int, ...]


def grid(tree: Sequence[Place], shown: set[str], down_to: int, numbers: Mapping[str, Sequence[int]]) -> Grid:
    """`numbers` are those of each place by label; places deeper than `down_to` are left out."""
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
    cells = [tuple(numbers[place.code]) for place in rows]
    limits = [least(place) for place in rows]
    for row in range(len(rows)):
        parts = [cells[part] for part in range(len(rows)) if above[part] == row]
        left = tuple(whole - sum(part) for whole, *part in zip(cells[row], *parts, strict=True))
        if parts and any(left):
            codes.append(None)
            above.append(row)
            cells.append(left)
            limits.append(LEAST)
    return Grid(codes=tuple(codes), above=tuple(above), numbers=tuple(cells), least=tuple(limits))
