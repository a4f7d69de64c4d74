"""Distance and boundary class: two different questions, both by the formulas of their sources."""

import pytest

from fairplace.market.events import Point
from fairplace.referral import distance

HERE = Point(easting=400_000, northing=300_000)


def at(east: int, north: int) -> Point:
    return Point(easting=HERE.easting + east, northing=HERE.northing + north)


@pytest.mark.parametrize(
    ("east", "north", "tenths"),
    [
        (22_000, 18_000, 177),
        (0, 0, 0),
        (-22_000, -18_000, 177),
        (1609, 0, 10),
        (32_186, 0, 200),
        (80, 0, 0),
        (81, 0, 1),
    ],
)
def test_the_straight_line_in_tenths_of_a_mile(east: int, north: int, tenths: int) -> None:
    assert distance.tenths(HERE, at(east, north)) == tenths


def test_what_is_not_known_is_9999_and_never_reached_by_a_known_distance() -> None:
    assert distance.tenths(None, HERE) == distance.tenths(HERE, None) == 9999
    assert distance.tenths(Point(easting=0, northing=0), Point(easting=10**9, northing=10**9)) == 9998


def test_twenty_miles_are_not_over_twenty() -> None:
    assert distance.over_twenty(200) is False
    assert distance.over_twenty(201) is True
    assert distance.over_twenty(9999) is None
    assert distance.over_twenty(None) is None


@pytest.mark.parametrize(
    ("area", "side"), [("A", "IN"), ("B", "ADJ"), ("C", "DIST"), ("OUTSIDE_ENGLAND", "OUTSIDE_ENGLAND")]
)
def test_the_side_of_the_boundary_goes_by_areas(area: str, side: str) -> None:
    assert distance.boundary("A", ["B"], area) == side
