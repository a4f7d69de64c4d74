"""How far a home is, and on which side of the boundary: both are kept, because they answer different questions.

- Distance: the straight line on the national grid, in tenths of a mile, as the SSDA903 return reckons it:
  sqrt(dE^2 + dN^2) / 1000 / 1.6093. 9999 (999.9 miles) is not known.
- Boundary class: by the areas of authorities (Care Planning, Placement and Case Review (England) Regulations 2010,
  reg. 11): in the own area, in an adjoining one, beyond, or outside England.
- The child's own point is an argument here and is kept nowhere.
"""

from __future__ import annotations

from collections.abc import Collection
from math import isqrt

from fairplace.market.events import Point
from fairplace.referral.values import BoundaryClass

UNKNOWN = 9999
TWENTY_MILES = 200
"""The line of the published statistics (Department for Education), in tenths of a mile."""

OUTSIDE = "OUTSIDE_ENGLAND"
"""The area of a home that lies in no authority of England."""

_PARTS = 10_000
"""Parts of a metre: 1.6093 km are 16,093,000 of them, a tenth of a mile 1,609,300."""
_TENTH = 1_609_300


def tenths(child: Point | None, home: Point | None) -> int:
    """Tenths of a mile between two points of the grid, rounded; UNKNOWN where one is not known."""
    if child is None or home is None:
        return UNKNOWN
    square = (child.easting - home.easting) ** 2 + (child.northing - home.northing) ** 2
    parts = isqrt(square * _PARTS**2)
    return min((2 * parts + _TENTH) // (2 * _TENTH), UNKNOWN - 1)


def boundary(authority: str, adjoining: Collection[str], area: str) -> BoundaryClass:
    """On which side of the authority's boundary an area lies."""
    if area == OUTSIDE:
        return "OUTSIDE_ENGLAND"
    if area == authority:
        return "IN"
    return "ADJ" if area in adjoining else "DIST"


def over_twenty(found: int | None) -> bool | None:
    """Is it more than 20 miles? Null when the distance is not known."""
    return None if found is None or found >= UNKNOWN else found > TWENTY_MILES
