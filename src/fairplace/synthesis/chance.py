"""Chance that follows from a seed: the same seed draws the same on every machine.

It looks random and is worthless: it must never make a key that protects anything.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from fairplace.sources import Sources

T = TypeVar("T")

_BLOCK = 1024


class Chance:
    """A stream of bytes: SHAKE-256 over the seed and a counter, and draws from it."""

    def __init__(self, *seed: str | int) -> None:
        self._seed = "\0".join(str(part) for part in seed).encode("utf-8")
        self._blocks = 0
        self._left = b""

    def bytes(self, count: int) -> bytes:
        while len(self._left) < count:
            counted = self._seed + b"\0" + self._blocks.to_bytes(8)
            self._left += hashlib.shake_256(counted).digest(_BLOCK)
            self._blocks += 1
        drawn, self._left = self._left[:count], self._left[count:]
        return drawn

    def below(self, limit: int) -> int:
        return int.from_bytes(self.bytes(8)) % limit

    def between(self, low: int, high: int) -> int:
        """A whole number from low to high, both included."""
        return low + self.below(high - low + 1)

    def happens(self, percent: int) -> bool:
        return self.below(100) < percent

    def pick(self, items: Sequence[T]) -> T:
        return items[self.below(len(items))]

    def some(self, items: Sequence[T], count: int) -> list[T]:
        """So many different ones, in the order drawn."""
        left = list(items)
        if count > len(left):
            raise ValueError(f"{count} of {len(left)} were asked for")
        return [left.pop(self.below(len(left))) for _ in range(count)]


class Clock:
    """A clock that a story sets. It never goes back."""

    def __init__(self, start: datetime) -> None:
        self._now = start

    def __call__(self) -> datetime:
        return self._now

    def reach(self, moment: datetime) -> None:
        self._now = max(self._now, moment.astimezone(UTC))

    def pass_by(self, seconds: int) -> None:
        self._now += timedelta(seconds=seconds)


def sources(clock: Clock, chance: Chance) -> Sources:
    return Sources(clock=clock, entropy=chance.bytes)
