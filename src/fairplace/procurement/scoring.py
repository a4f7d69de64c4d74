"""Points, totals and ranks: what follows from marks, prices and the published criteria.

- Exact fractions throughout; each criterion's points are rounded half up to a whole basis point, once.
- The order of bids never matters, nor does multiplying every weight by one number change a rank (rounding aside).
- Equal totals that the published tie-break does not part share a rank; the next rank counts them all.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import Literal

import msgspec

from fairplace.procurement.events import Criterion, PriceFormula, Result, Scale
from fairplace.terms import BasisPoints, Mark, Pence

TieBreak = Literal["highest-quality", "lowest-price"]

WHOLE: BasisPoints = 10_000


class Scored(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of one live bid: its agreed marks, by criterion, and its price."""

    marks: Mapping[str, Mark]
    price: Pence | None


def leaves(criteria: Iterable[Criterion]) -> list[Criterion]:
    """The criteria that bids are scored on: those that no other names as its parent."""
    criteria = list(criteria)
    parents = {criterion.parent for criterion in criteria}
    return [criterion for criterion in criteria if criterion.id not in parents]


def quality_leaves(criteria: Iterable[Criterion]) -> list[str]:
    return [criterion.id for criterion in leaves(criteria) if criterion.kind == "quality"]


def on_scale(mark: Mark, scale: Scale) -> bool:
    return scale.lowest <= mark <= scale.highest and (mark - scale.lowest) % scale.step == 0


def half_up(value: Fraction) -> BasisPoints:
    """To the nearest whole basis point; a half goes up."""
    return (value + Fraction(1, 2)).__floor__()


def quality_points(weight: BasisPoints, mark: Mark, scale: Scale) -> BasisPoints:
    return half_up(weight * Fraction(mark - scale.lowest, scale.highest - scale.lowest))


def price_points(weight: BasisPoints, price: Pence, lowest: Pence, formula: PriceFormula) -> BasisPoints:
    """The lowest price earns the whole weight. Where the lowest is nothing, no other price is comparable to it."""
    if price == lowest:
        return weight
    if lowest == 0:
        return 0
    match formula:
        case "lowest-over-price":
            return half_up(weight * Fraction(lowest, price))
        case "linear-to-double":
            return half_up(max(Fraction(0), weight * (2 - Fraction(price, lowest))))


def results(
    criteria: Iterable[Criterion],
    scale: Scale,
    formula: PriceFormula | None,
    tie_break: TieBreak | None,
    bids: Mapping[str, Scored],
) -> dict[str, Result]:
    """The result of each bid, under the name it came with. Bids that lack a mark or a needed price are left out."""
    scored_on = leaves(criteria)
    complete = {name: bid for name, bid in bids.items() if _is_complete(bid, scored_on)}
    prices = [bid.price for bid in complete.values() if bid.price is not None]
    points = {
        name: {
            criterion.id: quality_points(criterion.weight, bid.marks[criterion.id], scale)
            if criterion.kind == "quality"
            else price_points(criterion.weight, bid.price or 0, min(prices), formula or "lowest-over-price")
            for criterion in scored_on
        }
        for name, bid in complete.items()
    }
    quality = {criterion.id for criterion in scored_on if criterion.kind == "quality"}
    # The greatest key is the best bid. A tie-break by price needs prices; a bid without one stays behind.
    key = {
        name: (
            sum(earned.values()),
            _tie(tie_break, sum(earned[one] for one in quality), complete[name].price),
        )
        for name, earned in points.items()
    }
    return {
        name: Result(
            points=earned,
            total=sum(earned.values()),
            rank=1 + sum(other > key[name] for other in key.values()),
        )
        for name, earned in points.items()
    }


def _is_complete(bid: Scored, scored_on: Iterable[Criterion]) -> bool:
    return all(
        bid.price is not None if criterion.kind == "price" else criterion.id in bid.marks for criterion in scored_on
    )


def _tie(tie_break: TieBreak | None, quality: BasisPoints, price: Pence | None) -> tuple[int, int]:
    match tie_break:
        case "highest-quality":
            return (1, quality)
        case "lowest-price":
            return (0, 0) if price is None else (1, -price)
        case None:
            return (0, 0)


def top(ranks: Mapping[str, int], winners: int) -> set[str] | None:
    """The bids that win, or None when a tie leaves open which."""
    best = {name for name, rank in ranks.items() if rank <= winners}
    return best if len(best) == min(winners, len(ranks)) else None
