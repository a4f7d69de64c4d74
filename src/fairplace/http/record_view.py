"""What the page of a decision record shows that depends on the day, or is a picture of the row: nothing is judged here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Literal

import msgspec

from fairplace.http.findings import FoundHere
from fairplace.http.rulebook import Rulebook, RulePage
from fairplace.points import quality_points

Banner = Literal["standstill", "suspended", "challenged", "withdrawn", "taken-down", "imported", "listed", ""]

ORDER = ("not-met", "concern", "met", "cannot-tell", "not-applicable")

Kept = Literal["", "of-those-that-lost", "of-all"]
"""Whose points for price and totals are kept back, because the price of a bid that lost could be worked out from them."""


class Bar(msgspec.Struct, frozen=True, kw_only=True):
    """One bar of a chart, in basis points."""

    label: str
    value: int
    first: bool


class Score(msgspec.Struct, frozen=True, kw_only=True):
    """What a bid earned for quality: as recorded where that is public, else what follows from marks and weights.

    `quality` is their sum, None while a mark is not public.
    """

    points: dict[str, int]
    quality: int | None


class Scores(msgspec.Struct, frozen=True, kw_only=True):
    """The bids side by side, by place; `most` is what quality can earn, `lead` the winner's lead there over all others."""

    by_place: dict[str, Score]
    bars: list[Bar]
    most: int
    lead: int | None
    kept: Kept


class Check(msgspec.Struct, frozen=True, kw_only=True):
    """What one rule said, with the rule as this register publishes it now (null when it is no longer on the shelf).

    `repeatable`: it was judged on public facts alone, so anybody can ask again. `found`: what it found there.
    """

    code: str
    outcome: str
    index: int
    repeatable: bool
    rule: RulePage | None
    found: list[FoundHere] = []


class Checks(msgspec.Struct, frozen=True, kw_only=True):
    """The checks by what a reader wants to know first; `silent` are those that could not be judged."""

    told: list[Check]
    silent: list[Check]
    idle: list[Check]
    public: int | None
    """Where in the log the newest run on public facts stands."""
    own: int | None
    """Where the newest run of the authority on all its facts stands."""

    @property
    def all(self) -> int:
        return len(self.told) + len(self.silent) + len(self.idle)

    @property
    def to_answer(self) -> int:
        return sum(check.outcome == "not-met" for check in self.told)

    @property
    def repeatable(self) -> int:
        """How many of the answers rest on public facts alone."""
        return sum(check.repeatable for check in (*self.told, *self.idle))

    @property
    def unrepeatable(self) -> int:
        return len(self.told) + len(self.idle) - self.repeatable

    @property
    def mostly_silent(self) -> bool:
        return 2 * len(self.silent) > self.all


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """What is kept back under one name and on one basis, in how many places, and where it would stand."""

    type: str
    slot: str
    basis: str
    withdrawn: bool
    ground: str | None
    count: int
    indexes: list[int]


class Run(msgspec.Struct, frozen=True, kw_only=True):
    """Steps of one kind that came one after another and say nothing of their own: a panel that declares its interests."""

    items: list[Any]

    @property
    def first(self) -> Any:
        return self.items[0]

    @property
    def last(self) -> Any:
        return self.items[-1]

    @property
    def roles(self) -> list[str | None]:
        return list(dict.fromkeys(item.role for item in self.items))


class RecordView(msgspec.Struct, frozen=True, kw_only=True):
    banner: Banner
    scores: Scores
    checks: Checks
    withheld: list[Part]
    names: dict[str, str]


def record_view(row: Any, rulebook: Rulebook, today: date, found: Sequence[FoundHere] = ()) -> RecordView:
    return RecordView(
        banner=_banner(row, today),
        scores=scores(row),
        checks=checks(row, rulebook, found),
        withheld=parts(row.withheld),
        names={criterion.id: criterion.title or criterion.id for criterion in row.criteria},
    )


def _name(bid: Any) -> str:
    return f"{bid.provider_name}" if bid.provider_name else f"Bidder {bid.label}"


def _banner(row: Any, today: date) -> Banner:
    """What changes how the page should be read; the gravest alone."""
    if row.state == "suspended":
        return "suspended"
    if row.state == "award-withdrawn":
        return "withdrawn"
    if any(challenge.state in {"received", "acknowledged", "answered"} for challenge in row.challenges):
        return "challenged"
    if row.state == "standstill" and row.standstill_ends and today.isoformat() <= row.standstill_ends:
        return "standstill"
    if any(part.withdrawn for part in row.withheld):
        return "taken-down"
    return row.state if row.state in ("imported", "listed") else ""


def scores(row: Any) -> Scores:
    """What may be compared of the bids: quality, of all whose marks are public."""
    parents = {criterion.parent for criterion in row.criteria}
    leaves = [criterion for criterion in row.criteria if criterion.id not in parents]
    weights = {criterion.id: criterion.weight for criterion in leaves if criterion.kind == "quality"}
    by_place = {bid.place: _score(bid, weights, row.scale) for bid in row.bids}
    known = [(bid, quality) for bid in row.bids if (quality := by_place[bid.place].quality) is not None]
    return Scores(
        by_place=by_place,
        bars=[Bar(label=_name(bid), value=quality, first=bid.winner) for bid, quality in known],
        most=sum(weights.values()),
        lead=_lead(known, row.bids),
        kept=_kept(row.bids) if len(weights) < len(leaves) else "",
    )


def _score(bid: Any, weights: Mapping[str, int], scale: Any) -> Score:
    points = {}
    for name, weight in weights.items():
        if bid.points is not None and name in bid.points:
            points[name] = bid.points[name]
        elif bid.marks and name in bid.marks and scale is not None and scale.highest > scale.lowest:
            points[name] = quality_points(weight, bid.marks[name], scale.lowest, scale.highest)
    return Score(points=points, quality=sum(points.values()) if points and points.keys() == weights.keys() else None)


def _lead(known: Sequence[tuple[Any, int]], bids: Sequence[Any]) -> int | None:
    """By how much the one winner leads all others on quality, when the marks of all that were marked are public."""
    won = [quality for bid, quality in known if bid.winner]
    lost = [quality for bid, quality in known if not bid.winner]
    if len(won) != 1 or not lost or len(known) < sum(bid.marks != {} for bid in bids):
        return None
    return won[0] - max(lost) if won[0] > max(lost) else None


def _kept(bids: Sequence[Any]) -> Kept:
    marked = [bid for bid in bids if bid.marks]
    if not any(bid.winner for bid in marked) or all(bid.points is not None for bid in marked):
        return ""
    return "of-those-that-lost" if any(bid.points is not None for bid in marked) else "of-all"


def checks(row: Any, rulebook: Rulebook, found: Sequence[FoundHere] = ()) -> Checks:
    """The newest answers, the gravest first."""
    made = [
        Check(
            code=one.rule,
            outcome=one.outcome,
            index=one.index,
            repeatable=one.view == "public",
            rule=rulebook.get(one.rule),
            found=[words for words in found if words.rule == one.rule and one.view == "public"],
        )
        for one in sorted(row.checks, key=lambda one: (ORDER.index(one.outcome), one.rule))
    ]
    runs = {run.view: run.index for run in row.runs}
    return Checks(
        told=[check for check in made if check.outcome in {"not-met", "concern", "met"}],
        silent=[check for check in made if check.outcome == "cannot-tell"],
        idle=[check for check in made if check.outcome == "not-applicable"],
        public=runs.get("public"),
        own=runs.get("authority"),
    )


def parts(rows: Sequence[Any]) -> list[Part]:
    """Withheld values taken together by what they are; what was taken down stands first."""
    found: dict[tuple[Any, ...], list[Any]] = {}
    for row in rows:
        found.setdefault((not row.withdrawn, row.type, row.slot, row.basis, row.ground), []).append(row)
    return [
        Part(
            type=type_,
            slot=slot,
            basis=basis,
            withdrawn=not kept,
            ground=ground,
            count=sum(row.count for row in group),
            indexes=[row.index for row in group],
        )
        for (kept, type_, slot, basis, ground), group in sorted(found.items(), key=lambda item: item[0][0])
    ]


def runs(trail: Sequence[Any]) -> list[Run]:
    """The trail, with steps taken together that differ in nothing a reader looks for first."""
    found: list[list[Any]] = []
    for item in trail:
        before = found[-1][-1] if found else None
        if before is not None and _alone(before) == _alone(item) is not None:
            found[-1].append(item)
        else:
            found.append([item])
    return [Run(items=items) for items in found]


def _alone(item: Any) -> tuple[Any, ...] | None:
    """What two steps must share to stand together; None for one that must stand alone."""
    if item.words or item.override or item.facts.get("notice"):
        return None
    return (item.type, item.evidence, item.has_exhibit, item.contested, item.reaffirmed)
