"""What the page of a decision record shows that depends on the day, or is a picture of the row: nothing is judged here."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, Literal

import msgspec

from fairplace.http.rulebook import Rulebook, RulePage

Banner = Literal["standstill", "suspended", "challenged", "withdrawn", "taken-down", "imported", ""]

ORDER = ("not-met", "concern", "met", "cannot-tell", "not-applicable")


class Bar(msgspec.Struct, frozen=True, kw_only=True):
    """One bar of a chart, in basis points of the longest that there can be."""

    label: str
    value: int
    first: bool


class Check(msgspec.Struct, frozen=True, kw_only=True):
    """What one rule said, with the rule as this register publishes it now (null when it is no longer on the shelf)."""

    code: str
    outcome: str
    index: int
    rule: RulePage | None


class Checks(msgspec.Struct, frozen=True, kw_only=True):
    """The checks by what a reader wants to know first; `silent` are those that could not be judged."""

    told: list[Check]
    silent: list[Check]
    idle: list[Check]

    @property
    def all(self) -> int:
        return len(self.told) + len(self.silent) + len(self.idle)

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
    bars: list[Bar]
    lead: int | None
    checks: Checks
    withheld: list[Part]
    names: dict[str, str]


def record_view(row: Any, rulebook: Rulebook, today: date) -> RecordView:
    bars = [Bar(label=_name(bid), value=bid.total, first=bid.winner) for bid in row.bids if bid.total is not None]
    return RecordView(
        banner=_banner(row, today),
        bars=bars,
        lead=_lead(row.bids),
        checks=checks(row.checks, rulebook),
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
    return "imported" if row.state == "imported" else ""


def _lead(bids: Sequence[Any]) -> int | None:
    """By how much the first bid leads the second, when all totals are known."""
    totals = sorted((bid.total for bid in bids if bid.total is not None), reverse=True)
    if len(totals) < 2 or any(bid.total is None and bid.status == "live" for bid in bids):
        return None
    return int(totals[0] - totals[1])


def checks(rows: Sequence[Any], rulebook: Rulebook) -> Checks:
    made = [
        Check(code=row.rule, outcome=row.outcome, index=row.index, rule=rulebook.get(row.rule))
        for row in sorted(rows, key=lambda row: (ORDER.index(row.outcome), row.rule))
    ]
    return Checks(
        told=[check for check in made if check.outcome in {"not-met", "concern", "met"}],
        silent=[check for check in made if check.outcome == "cannot-tell"],
        idle=[check for check in made if check.outcome == "not-applicable"],
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
    return (item.type, item.evidence, item.has_exhibit)
