"""To which stage of the commissioning cycle each event belongs: analyse, plan, do, review (D6)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Literal, get_args

Stage = Literal["analyse", "plan", "do", "review"]
STAGES: tuple[Stage, ...] = get_args(Stage)

ENOUGH = 20  # configured: so many events of other stages, and a stage without any is a gap

_REVIEW = frozenset(
    [
        "referral.feedback-given/1",
        "placement.reviewed/1",
        "placement.outcome-measured/1",
        "placement.assurance-recorded/1",
        "placement.unregistered-use-reviewed/1",
        "placement.ended/1",
        "market.setting-rated/1",
        "market.entry-disputed/1",
        "contest.why-asked/1",
        "contest.why-answered/1",
        "contest.lodged/1",
        "contest.answered/1",
        "contest.decided/1",
        "contest.remedied/1",
        "contest.withdrawn/1",
        "market.block-occupancy-recorded/1",
        "placements.released/1",
        "placements.release-withdrawn/1",
    ]
)
_ANALYSE = frozenset(
    [
        "referral.need-assessed/1",
        "referral.voice-recorded/1",
        "market.capability-evidenced/1",
        "market.vacancy-declared/1",
        "market.vacancy-withdrawn/1",
        "market.full-cost-declared/1",
    ]
)
_PLAN = frozenset(
    [
        "referral.opened/1",
        "referral.criteria-declared/1",
        "market.agreement-concluded/1",
        "market.in-house-policy-declared/1",
        "market.uplift-decided/1",
    ]
)
_KEPT = ("market.", "referral.", "placement.", "contest.")


def stage(kind: str) -> Stage | None:
    """The stage of a type of event; null for what is not of placements."""
    if kind in _REVIEW:
        return "review"
    if kind in _ANALYSE:
        return "analyse"
    if kind in _PLAN:
        return "plan"
    return "do" if kind.startswith(_KEPT) else None


def stages(kinds: Iterable[str]) -> dict[Stage, int]:
    """How many events of each stage there are."""
    found = Counter(filter(None, map(stage, kinds)))
    return {name: found[name] for name in STAGES}


def gaps(counts: dict[Stage, int]) -> list[str]:
    """What is missing, in a sentence each: a year of doing without a look back teaches nothing."""
    if sum(counts.values()) < ENOUGH:
        return []
    return [f"no {name} stage" for name in STAGES if not counts[name]]
