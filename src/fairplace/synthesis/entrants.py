"""The bids of one story: who bids, at what price, and what each is worth; drawn so that no two come out level."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from fairplace.procurement.events import Result
from fairplace.procurement.scoring import Scored, results
from fairplace.synthesis.chance import Chance
from fairplace.synthesis.outline import Outline
from fairplace.synthesis.providers import Firm
from fairplace.terms import Mark, Pence, Provider

Marks = dict[str, Mark]


class Entrant(NamedTuple):
    """One bid as a fair panel would agree to see it."""

    firm: Firm
    price: Pence
    marks: Marks

    @property
    def id(self) -> str:
        return self.firm.provider.id

    @property
    def provider(self) -> Provider:
        return self.firm.provider


def drawn(outline: Outline, firms: Sequence[Firm], chance: Chance) -> list[Entrant]:
    """The bids, by the total that they earn, the best first."""
    bidders = chance.some([firm for firm in firms if firm.trade == outline.service.trade], outline.bids)
    while True:
        bids = [_bid(outline, firm, chance) for firm in bidders]
        told = outcome(outline, bids)
        if len({result.total for result in told.values()}) == len(bids):
            return sorted(bids, key=lambda bid: told[bid.id].rank)


def outcome(outline: Outline, bids: Sequence[Entrant]) -> dict[str, Result]:
    """What the published criteria make of these bids, by provider."""
    return results(
        outline.criteria,
        outline.scale,
        outline.service.formula,
        "highest-quality",
        {bid.id: Scored(marks=bid.marks, price=bid.price) for bid in bids},
    )


def _bid(outline: Outline, firm: Firm, chance: Chance) -> Entrant:
    low, high = outline.pounds
    good = chance.between(45, 90)
    steps = outline.scale.highest // outline.scale.step
    marks = {}
    for name in outline.quality:
        worth = min(100, max(20, good + chance.between(-22, 22)))
        marks[name] = round(steps * worth / 100) * outline.scale.step
    return Entrant(firm, chance.between(low * 20, high * 20) * 5, marks)


def given(agreed: Marks, outline: Outline, chance: Chance) -> Marks:
    """What one evaluator makes of a bid: mostly the mark that will be agreed, sometimes a step beside it."""
    marks = {}
    for name, mark in agreed.items():
        beside = mark + chance.pick((-1, 1)) * outline.scale.step
        fits = outline.scale.lowest < beside <= outline.scale.highest
        marks[name] = beside if fits and chance.happens(25) else mark
    return marks
