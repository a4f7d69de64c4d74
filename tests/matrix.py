"""Long matrices of tests: `make test` runs a part of each that stands for it, `make matrices` runs every cell.

    some(ALL, "home", "log")        the rows that stand for the others
    every(29, cells)                each 29th cell: a step that is prime meets every column sooner or later
    many(6000)                      how many cases of a random kind

A test with the mark `long` tells a long story that shorter tests cover in parts: `make stories` and `make matrices` tell it, and whoever
names its file to pytest. A test that asks here bears the mark `matrix`, so that `make matrices` finds it. Tests of hypothesis and of browsers bear it
without being asked: `tests/conftest.py` says how many examples a law gets.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")

ASKED = os.environ.get("FAIRPLACE_MATRICES", "")
WHOLE = ASKED == "whole"
PART = ASKED == "part"
"""As `make test` asks: without the long stories."""

SHARE = 12
"""One case in so many stands for a random kind."""


def some(cells: Sequence[T], *chosen: T) -> Sequence[T]:
    """All cells, or those that stand for them. Raises ValueError for one that is none of them."""
    if strange := [one for one in chosen if one not in cells]:
        raise ValueError(f"{strange} is none of {list(cells)}")
    return cells if WHOLE else chosen


def every(step: int, cells: Sequence[T]) -> Sequence[T]:
    """All cells, or each of so many, the last one always."""
    return cells if WHOLE or not cells else [*cells[:-1:step], cells[-1]]


def many(count: int) -> int:
    return count if WHOLE else max(1, count // SHARE)
