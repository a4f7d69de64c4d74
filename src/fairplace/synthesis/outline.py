"""What a story is told about: one procurement in outline."""

from __future__ import annotations

from typing import NamedTuple

from fairplace.procurement.events import Criterion, Regime, Scale
from fairplace.synthesis.services import Service
from fairplace.synthesis.themes import DESCRIPTORS, THEMES

SCALES = {"five": Scale(lowest=0, highest=5, step=1), "ten": Scale(lowest=0, highest=10, step=2)}


class Outline(NamedTuple):
    """One procurement. `ago` are working days before the last one; `pounds` the prices that bidders come near to.

    `units` is how many prices make up the contract's whole value: places by weeks, sessions, or years.
    """

    slug: str
    service: Service
    title: str
    need: str
    ago: int
    bids: int
    pounds: tuple[int, int]
    units: int
    winners: int = 1
    evaluators: int = 3
    bidding: int = 26
    questions: int = 3
    framework: bool = False
    regime: Regime = "PA23"
    challenge: str = ""

    @property
    def places(self) -> int:
        return 8 if self.bids <= 7 else 16

    @property
    def value(self) -> int:
        """The most that may be paid, in pence, to the next ten thousand pounds."""
        most = self.pounds[1] * self.units * 100
        return -(-most // 1_000_000) * 1_000_000

    @property
    def criteria(self) -> list[Criterion]:
        return criteria(self.service.weights)

    @property
    def titles(self) -> dict[str, str]:
        return {
            name: self.service.price_title if name == "price" else THEMES[name].title for name in self.service.weights
        }

    @property
    def quality(self) -> list[str]:
        return [name for name in self.service.weights if name != "price"]

    @property
    def scale(self) -> Scale:
        return SCALES[self.service.scale]

    @property
    def descriptors(self) -> dict[str, str]:
        return DESCRIPTORS[self.service.scale]


def criteria(weights: dict[str, int]) -> list[Criterion]:
    return [
        Criterion(id=name, parent=None, kind="price" if name == "price" else "quality", weight=weight)
        for name, weight in weights.items()
    ]
