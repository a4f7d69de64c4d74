"""What is published: tables of numbers and symbols, in one shape for the page, JSON, CSV and feeds.

- Nothing in it tells whether a hidden number is small or only protects a small one.
- A withdrawn release leaves a tombstone: that it was there, until when it counted, and why it is gone (R13).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal

import msgspec

from fairplace.disclosure_control.facts import Level
from fairplace.disclosure_control.periods import Grain, Span
from fairplace.disclosure_control.plan import Measure
from fairplace.errors import Refused
from fairplace.terms import Day

RULES = "fairplace-disclosure/1"
"""The version of the suppression rules. What they do changes only together with this."""

Symbol = Literal["", "c", "k", "z", "missing"]

SYMBOLS: dict[Symbol, str] = {
    "c": "Confidential: not shown, so that no number from one to five can be seen or worked out.",
    "k": "Rounds to zero, but is not zero.",
    "z": "Not applicable: there is nothing to divide by.",
    "missing": "Not known: the register did not hold it for this place and period.",
}


class Shown(msgspec.Struct, frozen=True):
    """A number as it is published, or the symbol that stands in its place.

    With `decimals` of 1, `number` counts tenths: 853 is 85.3. Exactly one of number and symbol is given.
    """

    number: int | None = None
    symbol: Symbol = ""
    decimals: int = 0

    def __str__(self) -> str:
        if self.number is None:
            return self.symbol
        if not self.decimals:
            return f"{self.number:,}"
        whole, rest = divmod(abs(self.number), 10**self.decimals)
        return f"{'-' if self.number < 0 else ''}{whole:,}.{rest:0{self.decimals}d}"


class Cell(msgspec.Struct, frozen=True):
    """How many decisions, what the table measures of them, and what is always shown with that.

    Each is None in no other sense than `Shown` gives.
    """

    label: str
    count: Shown
    value: Shown | None = None
    beside: Shown | None = None


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One place in one period. `counted_with` names the place in whose numbers it is counted when it has none (R6)."""

    place: str
    name: str
    level: Level
    parent: str | None
    cells: tuple[Cell, ...]
    counted_with: str | None = None
    rounded_to: int = 1


class Stretch(msgspec.Struct, frozen=True, kw_only=True):
    """All places of one region in one period."""

    region: str
    span: Span
    rows: tuple[Row, ...]


class ReleasedTable(msgspec.Struct, frozen=True, kw_only=True):
    name: str
    title: str
    text: str
    method: str
    measure: Measure
    unit: str
    grain: Grain
    labels: dict[str, str]
    beside: str = ""
    """What is shown beside each value, in words; empty where nothing is."""
    stretches: tuple[Stretch, ...]


class Tombstone(msgspec.Struct, frozen=True, kw_only=True):
    """What stays of a withdrawn release."""

    day: Day
    why: str


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """A single decision, as coarse as R7 has it."""

    region: str
    half_year: str
    family: str
    category: str
    mechanism: str
    tier: str
    invited: str
    offers: str
    reasons: tuple[str, ...]
    findings: tuple[str, ...]
    approvals: tuple[str, ...]
    challenge: str


class Release(msgspec.Struct, frozen=True, kw_only=True):
    """One batch: what became safe to publish since the batch before (R5).

    `late`: how many decisions became known only after the numbers of their period were out, and are counted here.
    `held`: regions of which too few decisions had come; those are counted in the next batch (R4).
    """

    number: int
    plan: str
    until: Day
    tables: tuple[ReleasedTable, ...]
    late: Shown
    held: tuple[str, ...] = ()
    records: tuple[Record, ...] = ()
    records_withheld: Shown = Shown(symbol="z")
    rules: str = RULES
    replaces: int | None = None
    withdrawn: Tombstone | None = None

    def table(self, name: str) -> ReleasedTable:
        return next(one for one in self.tables if one.name == name)


def withdraw(release: Release, *, day: Day, why: str) -> Release:
    """The release with a tombstone: whoever publishes it shows nothing else. Its numbers stay known to the engine.

    They must: whoever copied them can subtract them from whatever comes later.
    """
    if release.withdrawn is not None:
        raise Refused(f"release {release.number} was withdrawn on {release.withdrawn.day} already")
    if not why.strip():
        raise Refused("a withdrawal needs a reason: it is published")
    return msgspec.structs.replace(release, withdrawn=Tombstone(day=day, why=why.strip()))


def series(releases: Iterable[Release], name: str) -> list[Stretch]:
    """All that stands of one table over all releases, by region and time."""
    found = [
        stretch
        for release in standing(releases)
        for table in release.tables
        if table.name == name
        for stretch in table.stretches
    ]
    return sorted(found, key=lambda one: (one.region, one.span))


def standing(releases: Iterable[Release]) -> Sequence[Release]:
    return [one for one in releases if one.withdrawn is None]
