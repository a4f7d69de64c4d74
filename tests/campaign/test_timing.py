"""The measure of time finds what is there, and nothing where there is nothing; how fast a machine is, no test judges."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from tests.campaign import timing


def test_a_difference_is_found_beside_noise_and_none_where_there_is_none() -> None:
    same = [5000.0, 5040, 4980, 5100, 4950]
    apart = timing.Compared("x", same, [one + 300 for one in same])
    assert (apart.apart, apart.is_found) == (pytest.approx(300), True)
    assert apart.parted == pytest.approx(2 / 252)
    alike = timing.Compared("x", same, [5010.0, 5090, 4960, 5030, 4990])
    assert not alike.is_found
    assert alike.parted > 0.5


@pytest.mark.slow
def test_everything_is_asked_of_every_register(tmp_path: Path) -> None:
    with timing.built(tmp_path, 2) as (same, other):
        found = list(timing.measure(same, other, 2, random.Random(1)))
    assert [one.asked for one in found][-1] == timing.CONTROL
    assert len(found) == 7
    assert all(len(one.same) == len(one.other) == 2 and min(*one.same, *one.other) > 0 for one in found)
