"""What is counted: one plain row for each decision or placement, and the areas in which they lie.

- A row never leaves this room: only numbers over many rows do.
- It carries coarse codes alone. Fields by which a child, a carer or a home could be told are refused (R10, R12).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Literal

import msgspec

from fairplace.errors import Malformed, Refused
from fairplace.terms import Day, as_date

Level = Literal["region", "sub-region", "authority"]

NEVER = frozenset(
    {
        "address", "case", "carer", "child", "coordinates", "court", "dob", "ethnicity", "home", "home_post",
        "legal_status", "language", "name", "nhs_number", "order", "pl_post", "postcode", "religion", "school",
        "setting", "sex", "upn", "urn",
    }
)  # fmt: skip
"""Names of fields that are refused whatever they hold: R10 (where a child lives), R12 (courts), section 3.5 of the
domain notes (what never enters)."""

SMALL_POPULATION = 100
"""R6: an authority with fewer looked-after children has its numbers rounded to the nearest five."""


class Fact(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One decision or placement. `id` only tells rows apart; it is never published.

    `day` is when it happened, `recorded` when the register learnt of it. A label or an amount that is None, or not
    there, was not recorded. Amounts are whole numbers: pence, days, tenths of a mile. `provider` serves only to tell
    whether one provider stands for most of a sum (R3). `child` is any name that all facts about one child share: six
    decisions about one child are one child. None: no other fact is about the same child.
    """

    id: str
    authority: str
    day: Day
    recorded: Day
    labels: Mapping[str, str | None] = {}
    amounts: Mapping[str, int | None] = {}
    provider: str | None = None
    child: str | None = None

    @property
    def whose(self) -> tuple[str, str]:
        return ("child", self.child) if self.child is not None else ("fact", self.id)


def children(facts: Iterable[Fact]) -> int:
    """How many children the facts are about."""
    return len({fact.whose for fact in facts})


class Area(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One authority, where it lies, and since and until when it keeps this register (None: always).

    `looked_after` is its number of looked-after children as published elsewhere; None, not known, counts as small.
    """

    code: str
    name: str
    region: str
    sub_region: str | None = None
    looked_after: int | None = None
    since: Day | None = None
    until: Day | None = None

    @property
    def is_small(self) -> bool:
        return self.looked_after is None or self.looked_after < SMALL_POPULATION


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """A node of the tree of areas: the region, a part of it, or an authority."""

    code: str
    name: str
    level: Level
    parent: str | None
    is_small: bool = False


def places(areas: Sequence[Area]) -> dict[str, list[Place]]:
    """The tree of each region, parents before children. Raises Malformed when two areas share a code."""
    found: dict[str, dict[str, Place]] = {}
    homes: dict[str, str] = {}
    for area in sorted(areas, key=lambda one: one.code):
        tree = found.setdefault(area.region, {})
        tree.setdefault(
            f"region:{area.region}",
            Place(code=f"region:{area.region}", name=area.region, level="region", parent=None),
        )
        above = f"region:{area.region}"
        if area.sub_region is not None:
            part = f"sub-region:{area.sub_region}"
            tree.setdefault(part, Place(code=part, name=area.sub_region, level="sub-region", parent=above))
            above = part
        for code in {above, area.code}:
            if homes.setdefault(code, area.region) != area.region or area.code in tree:
                raise Malformed(f"the code {code[:60]} stands for two places; give each place a code of its own")
        tree[area.code] = Place(code=area.code, name=area.name, level="authority", parent=above, is_small=area.is_small)
    order = {"region": 0, "sub-region": 1, "authority": 2}
    return {region: sorted(tree.values(), key=lambda one: order[one.level]) for region, tree in sorted(found.items())}


def check(facts: Iterable[Fact], areas: Sequence[Area]) -> None:
    """Raises Malformed or Refused when a row cannot be counted, or carries what it must not."""
    codes, seen = {area.code for area in areas}, set[str]()
    for fact in facts:
        if fact.id in seen:
            raise Malformed("two facts have the same id; give each decision one row")
        seen.add(fact.id)
        if fact.authority not in codes:
            raise Malformed(f"a fact of the authority {fact.authority[:40]!r} came, which is not among the areas")
        if as_date(fact.recorded) < as_date(fact.day):
            raise Malformed(f"a fact of {fact.day} came as recorded on {fact.recorded}, before it happened")
        if told := NEVER & {name.casefold() for name in (*fact.labels, *fact.amounts)}:
            raise Refused(f"a fact carries the field {min(told)!r}, by which a child could be found; leave it out")
        for name, amount in fact.amounts.items():
            if amount is not None and (type(amount) is not int or abs(amount) > 10**12):
                raise Malformed(f"the amount {name} is {str(amount)[:40]}; expected a whole number below 10^12")
