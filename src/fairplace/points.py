"""What marks and prices come to: points, totals and ranks by the published formula.

- Exact: whole numbers only; each criterion is rounded half up to a whole basis point, the total is their sum.
- It shares no line with the deciders, so that a rule can contradict them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

import msgspec

from fairplace.procurement.events import Criterion, PriceFormula, Scale
from fairplace.terms import BasisPoints, Mark, Pence, Place


class Terms(msgspec.Struct, frozen=True, kw_only=True):
    """How bids are judged: the published criteria and what makes a number of them."""

    criteria: tuple[Criterion, ...]
    scale: Scale
    price_formula: PriceFormula | None
    tie_break: str | None
    winners: int

    @property
    def leaves(self) -> tuple[Criterion, ...]:
        """The criteria that earn points: those that no other names as its parent."""
        parents = {criterion.parent for criterion in self.criteria}
        return tuple(criterion for criterion in self.criteria if criterion.id not in parents)


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """What a bid comes to. `tied`: the published tie-break leaves it level with another."""

    points: dict[str, BasisPoints]
    total: BasisPoints
    rank: int
    tied: bool


def standings(
    by: Terms, marks: Mapping[Place, Mapping[str, Mark] | None], prices: Mapping[Place, Pence | None]
) -> dict[Place, Standing] | None:
    """Where each place that `marks` has comes out; None where a mark, a price or a part of the formula is missing."""
    scale = by.scale.highest - by.scale.lowest
    known = [price for place in marks if (price := prices.get(place)) is not None]
    price_matters = any(leaf.kind == "price" for leaf in by.leaves)
    if scale <= 0 or (price_matters and (by.price_formula is None or len(known) < len(marks))):
        return None
    points: dict[Place, dict[str, BasisPoints]] = {}
    for place, given in marks.items():
        earned = points[place] = {}
        for leaf in by.leaves:
            if leaf.kind == "price":
                earned[leaf.id] = _price_points(leaf.weight, prices[place] or 0, min(known), by.price_formula)
            elif given is None or leaf.id not in given:
                return None
            else:
                earned[leaf.id] = quality_points(leaf.weight, given[leaf.id], by.scale.lowest, by.scale.highest)
    return _ranked(points, prices, by)


def quality_points(weight: BasisPoints, mark: Mark, lowest: Mark, highest: Mark) -> BasisPoints:
    """What a mark on a scale earns: the weight in proportion."""
    return _half_up(weight * (mark - lowest), highest - lowest)


def _price_points(weight: BasisPoints, price: Pence, lowest: Pence, formula: PriceFormula | None) -> BasisPoints:
    if price == lowest:
        return weight
    if lowest <= 0:
        return 0
    if formula == "lowest-over-price":
        return _half_up(weight * lowest, price)
    return max(0, _half_up(weight * (2 * lowest - price), lowest))


def _half_up(numerator: int, denominator: int) -> int:
    """The fraction rounded to a whole number, a half upwards."""
    return (2 * numerator + denominator) // (2 * denominator)


def _ranked(
    points: Mapping[Place, dict[str, BasisPoints]], prices: Mapping[Place, Pence | None], by: Terms
) -> dict[Place, Standing]:
    quality = [leaf.id for leaf in by.leaves if leaf.kind == "quality"]
    keys: dict[Place, tuple[int, int]] = {}
    for place, earned in points.items():
        level = 0
        if by.tie_break == "highest-quality":
            level = -sum(earned[name] for name in quality)
        elif by.tie_break == "lowest-price":
            level = prices.get(place) or 0
        keys[place] = (-sum(earned.values()), level)
    order = sorted(keys.values())
    same = Counter(order)
    return {
        place: Standing(points=points[place], total=-key[0], rank=order.index(key) + 1, tied=same[key] > 1)
        for place, key in keys.items()
    }
