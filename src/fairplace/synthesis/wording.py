"""What officers write: in plans, conflicts assessments, awards, letters and the documents beside the log."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from fairplace.procurement.events import Result
from fairplace.synthesis.chance import Chance
from fairplace.synthesis.entrants import Entrant
from fairplace.synthesis.outline import Outline
from fairplace.synthesis.themes import THEMES

CONFLICTS = (
    "Two evaluators manage present contracts in this market and know several of the likely bidders.",
    "The market is small: staff have moved between the council and providers in the last three years.",
    "A present provider helped to describe the service in the market engagement of last spring.",
    "One likely bidder also runs training for the council's own staff.",
)

STEPS = (
    "Everybody who acts declares interests before bids are opened and again once the bidders are known.",
    "Contract managers give facts when asked and do not mark.",
    "The monitoring officer decides within two working days on each interest that is declared.",
    "The notes of the market engagement went to all providers with the tender pack.",
    "Bids are marked without prices in sight; prices are opened to the panel after moderation.",
)

LOTS = (
    "One lot: the service is one team and one rota, and parts of it could not be run apart.",
    "One lot: smaller lots were tried in 2021 and three of them had no bid.",
    "Lots by district were considered; the numbers in each would be too small to plan for.",
    "Lots by level of need are cases of their own, named here as related where they exist.",
)

ALTERNATIVES = (
    "Extending the present contract: it has no extension left.",
    "Providing the service in house: the homes and staff for it could not be ready within a year.",
    "Joining the neighbouring council's contract: its scope leaves out this service.",
    "Buying place by place: prices over the last two years were higher by a fifth on average.",
    "Waiting for the regional arrangement: its start is not settled.",
)


def award_reasons(
    outline: Outline, winners: Sequence[Entrant], results: Mapping[str, Result], chance: Chance
) -> list[str]:
    """Why these bids won: their place, what they earned for quality, the criterion that weighs most, and the price.

    Never a total: beside the prices of the winners, which are public, it would tell what others asked.
    """
    quality = sorted((_quality(results[bid.id]) for bid in winners), reverse=True)
    count, most = len(results), _points(sum(outline.service.weights[name] for name in outline.quality))
    highest, lowest = _points(quality[0]), _points(quality[-1])
    if len(winners) == 1:
        first = (
            f"The winning bid has the highest total of the {count} that took part. It earned {highest} of {most} points"
            " for quality."
        )
    else:
        first = (
            f"The {len(winners)} best totals of the {count} bids that took part win. They earned between {lowest} and"
            f" {highest} of {most} points for quality."
        )
    reasons = [first]
    heaviest = max(outline.quality, key=lambda name: outline.service.weights[name])
    theme = THEMES[heaviest]
    best = "the bid" if len(winners) == 1 else "the first of them"
    reasons.append(
        f"On {theme.title.lower()}, which weighs most, {best} convinced the panel: {chance.pick(theme.strengths)}."
    )
    cheapest = min(results, key=lambda name: -results[name].points["price"])
    if any(bid.id == cheapest for bid in winners):
        reasons.append("Its price is the lowest of all." if len(winners) == 1 else "The lowest price is among them.")
    else:
        reasons.append(
            "A lower price was offered; it did not make up for the difference in quality under the published weights."
        )
    return reasons


def _quality(result: Result) -> int:
    return sum(points for name, points in result.points.items() if name != "price")


def _points(total: int) -> str:
    return f"{total // 100}.{total % 100:02d}"


def tender_pack(outline: Outline) -> str:
    weights = "\n".join(
        f"{outline.titles[name]}: {weight / 100:g} %" for name, weight in outline.service.weights.items()
    )
    return f"Tender pack\n{outline.title}\n\n{outline.need}\n\n{weights}\n"


def bid_text(outline: Outline, provider: str, price: int) -> str:
    return (
        f"Bid of {provider}\n{outline.title}\n\n{outline.service.price_title}:"
        f" £{price // 100:,}.{price % 100:02d}\n\nThe method statements follow in the annexes.\n"
    )


def contract_text(outline: Outline, providers: Sequence[str]) -> str:
    return f"Contract\n{outline.title}\nbetween Northbrook Council and {', '.join(providers)}\n"
