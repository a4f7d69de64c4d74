"""Draws that a region needs beside those of `chance`: shares, weights, bell and waiting-time shapes, decks of cards."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TypeVar

from fairplace.synthesis.chance import Chance

T = TypeVar("T")
_ONE = 1 << 53


class Draws(Chance):
    """Chance with the shapes of section 5.3 of the paper on placements."""

    def part(self) -> float:
        """Evenly between 0 (included) and 1 (excluded)."""
        return self.below(_ONE) / _ONE

    def often(self, share: float) -> bool:
        return self.part() < share

    def evenly(self, low: float, high: float) -> float:
        return low + (high - low) * self.part()

    def weighted(self, weights: Mapping[T, float]) -> T:
        """One of the keys, each as often as its weight says."""
        left = self.part() * sum(weights.values())
        for item, weight in weights.items():
            left -= weight
            if left < 0:
                return item
        return item

    def bell(self, middle: float, spread: float) -> float:
        """Normal: the sum of twelve even draws (Irwin-Hall), the same on every machine."""
        return middle + spread * (sum(self.part() for _ in range(12)) - 6)

    def wait(self, mean: float) -> float:
        """Exponential."""
        return -mean * math.log(1 - self.part())

    def weibull(self, shape: float, scale: float) -> float:
        return float(scale * (-math.log(1 - self.part())) ** (1 / shape))

    def beta(self, low: int, high: int) -> float:
        """Beta with whole parameters: the `low`-th smallest of so many even draws."""
        return sorted(self.part() for _ in range(low + high - 1))[low - 1]

    def shuffled(self, items: Sequence[T]) -> list[T]:
        return self.some(items, len(items))


class Deck:
    """Cards in fixed shares, shuffled and dealt until none is left: long runs keep the shares almost exactly."""

    def __init__(self, chance: Draws, shares: Mapping[str, float], size: int = 200) -> None:
        self._chance = chance
        self._shares = dict(shares)
        self._size = size
        self._owed = dict.fromkeys(shares, 0.0)
        self._cards: list[str] = []

    def deal(self) -> str:
        if not self._cards:
            total = sum(self._shares.values())
            for name, share in self._shares.items():
                self._owed[name] += self._size * share / total
                whole = int(self._owed[name])
                self._owed[name] -= whole
                self._cards += [name] * whole
            self._cards = self._chance.shuffled(self._cards)
        return self._cards.pop()
