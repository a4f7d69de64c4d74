"""What a panel makes of the offers: points by every criterion, so that whoever should win comes first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction

from fairplace.referral.values import Scored, SearchCriterion
from fairplace.synthesis.region.answers import Bid
from fairplace.synthesis.region.draws import Draws
from fairplace.terms import BasisPoints

WEIGHTS: Mapping[str, Mapping[str, BasisPoints]] = {
    "generalist": {"match": 5_000, "outcomes": 2_000, "locality": 1_500, "price": 1_500},
    "specialist": {"match": 5_500, "outcomes": 2_500, "locality": 1_000, "price": 1_000},
}
HARD = ["registration", "level"]
AHEAD: BasisPoints = 1_200
"""By how much a better match leads when it is the reason for a home further away; ten points are asked for."""

Points = dict[str, BasisPoints]


def criteria(weights: Mapping[str, BasisPoints]) -> list[SearchCriterion]:
    return [SearchCriterion(id=kind, kind=kind, weight=weight) for kind, weight in weights.items()]  # type: ignore[arg-type]  # a word of the list


def price(weight: BasisPoints, fee: int, lowest: int) -> BasisPoints:
    """Weight times lowest over offer, rounded half up."""
    return (weight * Fraction(lowest, fee) + Fraction(1, 2)).__floor__()


def points(
    bids: Sequence[Bid],
    weights: Mapping[str, BasisPoints],
    winner: Bid,
    level: int,
    chance: Draws,
    *,
    lead: BasisPoints,
) -> dict[str, Points]:
    """The winner leads everybody by `lead` at least, in all and by the match."""
    lowest = min(bid.fee for bid in bids)
    found: dict[str, Points] = {}
    for bid in bids:
        share = (0.88, 0.97) if bid is winner else (0.55, 0.80) if bid.suits(level) else (0.20, 0.40)
        found[bid.offer] = {
            "match": round(weights["match"] * chance.evenly(*share)),
            "outcomes": round(weights["outcomes"] * chance.evenly(*share)),
            "locality": round(weights["locality"] * max(0.0, 1 - bid.tenths / 800)),
            "price": price(weights["price"], bid.fee, lowest),
        }
    best = found[winner.offer]
    for bid in bids:
        own = found[bid.offer]
        if bid is winner:
            continue
        over = sum(own.values()) - sum(best.values()) + lead
        own["match"] = max(0, min(own["match"] - max(0, over), best["match"] - lead))
        over = sum(own.values()) - sum(best.values()) + lead
        own["outcomes"] = max(0, own["outcomes"] - max(0, over))
    return found


def sitting(
    bids: Sequence[Bid],
    found: Mapping[str, Points],
    level: int,
    winner: Bid | None,
    connections: Sequence[str],
    chance: Draws,
) -> dict[str, Scored]:
    """Points as they are signed: what fails a condition, and which connections each home would keep."""
    return {
        bid.offer: Scored(
            points=dict(found[bid.offer]),
            failed=[] if bid.suits(level) or bid is winner else ["level"],
            keeps=[
                one for one in connections if bid is winner or (not one.startswith("sibling") and chance.often(0.6))
            ],
        )
        for bid in bids
    }
