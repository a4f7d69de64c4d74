"""An invented plane: twelve square areas in four columns and three rows, and the distances on it."""

from __future__ import annotations

from collections.abc import Sequence
from math import isqrt

from fairplace.market.events import Point
from fairplace.referral.values import BoundaryClass
from fairplace.synthesis.region.draws import Draws

SIDE = 22_000
"""Metres along one side of an area."""
COLUMNS = 4
_EAST, _NORTH = 300_000, 400_000


def codes(count: int) -> list[str]:
    return [f"SYN{number:02d}" for number in range(1, count + 1)]


def _cell(code: str) -> tuple[int, int]:
    number = int(code[3:]) - 1
    return number % COLUMNS, number // COLUMNS


def adjoining(code: str, known: Sequence[str]) -> list[str]:
    """Those that share a side or a corner."""
    column, row = _cell(code)
    return [
        other
        for other in known
        if other != code and abs(_cell(other)[0] - column) <= 1 and abs(_cell(other)[1] - row) <= 1
    ]


def somewhere(code: str, chance: Draws) -> Point:
    """A point in this area."""
    column, row = _cell(code)
    return Point(easting=_EAST + column * SIDE + chance.below(SIDE), northing=_NORTH + row * SIDE + chance.below(SIDE))


def tenths(one: Point, other: Point) -> int:
    """Tenths of a mile in a straight line, as the yearly return reckons it: 1.6093 km to the mile, rounded."""
    square = (one.easting - other.easting) ** 2 + (one.northing - other.northing) ** 2
    return (2 * isqrt(square * 10_000**2) + 1_609_300) // (2 * 1_609_300)


def boundary(code: str, area: str, known: Sequence[str]) -> BoundaryClass:
    if area == code:
        return "IN"
    return "ADJ" if area in adjoining(code, known) else "DIST"


def within(code: str, miles: int, known: Sequence[str]) -> list[str]:
    """The areas whose middle is no further away than this."""
    column, row = _cell(code)
    most = (miles * 1_609) ** 2
    return [
        other for other in known if ((_cell(other)[0] - column) ** 2 + (_cell(other)[1] - row) ** 2) * SIDE**2 <= most
    ]
