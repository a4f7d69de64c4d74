"""When each fact is counted: once, in one batch, and never again (R4, R5).

- A fact is counted in the quarter in which it happened, or, when that is out already, in the next one.
- A quarter in which a region has from one to five decisions is not released. They are counted with the next quarter:
  31 in March and 34 in April is no new number; 39 in June is.
- Halves and years are made of whole batches, so that no subtraction of a quarter from a year leaves a rest.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

import msgspec

from fairplace.disclosure_control.facts import Fact, children
from fairplace.disclosure_control.periods import Grain, Span, counted_in, last_closed, quarter_of, span, stretch
from fairplace.disclosure_control.plan import LEAST
from fairplace.terms import Day


class Batch(msgspec.Struct, frozen=True, kw_only=True):
    """What one region counts from the first quarter to the last: nothing, or six and more."""

    first: int
    last: int
    facts: tuple[Fact, ...]

    @property
    def span(self) -> Span:
        return span(self.first, self.last)


class Counted(msgspec.Struct, frozen=True, kw_only=True):
    """The batches of each region, oldest first, and the regions whose newest decisions are held.

    `late` are the facts of the newest batches that became known too late for their own, `others` the rest of them.
    """

    batches: Mapping[str, tuple[Batch, ...]]
    held: tuple[str, ...]
    late: tuple[Fact, ...]
    others: tuple[Fact, ...]


def batches(facts: Iterable[Fact], region_of: Mapping[str, str], cutoffs: Sequence[Day]) -> Counted:
    """`cutoffs` are the last days of all releases, the one in the making last."""
    closed = last_closed(cutoffs[-1])
    first_closed = last_closed(cutoffs[0])
    before = last_closed(cutoffs[-2]) if len(cutoffs) > 1 else None
    by_region: dict[str, dict[int, list[Fact]]] = {region: defaultdict(list) for region in set(region_of.values())}
    late, others = list[Fact](), list[Fact]()
    for fact in facts:
        quarter = counted_in(fact.day, fact.recorded, cutoffs)
        if quarter is None:
            continue
        by_region[region_of[fact.authority]][quarter].append(fact)
        if before is None or quarter > before:
            (late if quarter > quarter_of(fact.day) else others).append(fact)
    found, held = {}, []
    for region, quarters in sorted(by_region.items()):
        found[region], is_held = _gathered(quarters, min([*quarters, first_closed]), closed)
        if is_held:
            held.append(region)
    return Counted(batches=found, held=tuple(held), late=tuple(late), others=tuple(others))


def as_counted(known: Sequence[tuple[Day, Sequence[Fact]]]) -> list[Fact]:
    """The facts as they must be handed in, so that no released total is counted otherwise later on.

    `known` gives, for each release and for the one in the making, its last day and the facts as they were known then.
    A fact that was counted keeps its authority, its days and its child; labels and amounts are the newest. One that is
    gone since, because it was erased, stays as it was counted. What ties a child's facts together may have another name
    by then: a fact that is new takes the one by which another of the same child was counted.
    """
    found: dict[str, Fact] = {}
    cutoffs = [cutoff for cutoff, _ in known]
    for end, (_, facts) in enumerate(known, start=1):
        called = {
            fact.child: old.child
            for fact in facts
            if (old := found.get(fact.id)) and None not in (fact.child, old.child)
        }
        for fact in facts:
            if (old := found.get(fact.id)) is not None:
                found[fact.id] = msgspec.structs.replace(
                    fact, authority=old.authority, day=old.day, recorded=old.recorded, child=old.child
                )
            elif counted_in(fact.day, fact.recorded, cutoffs[:end]) is not None or end == len(known):
                found[fact.id] = msgspec.structs.replace(fact, child=called.get(fact.child, fact.child))
    return list(found.values())


def _gathered(quarters: Mapping[int, Sequence[Fact]], first: int, closed: int) -> tuple[tuple[Batch, ...], bool]:
    found, waiting = list[Batch](), list[Fact]()
    begins = first
    for quarter in range(first, closed + 1):
        waiting += quarters.get(quarter, ())
        if not waiting or children(waiting) >= LEAST:
            found.append(Batch(first=begins, last=quarter, facts=tuple(waiting)))
            waiting, begins = [], quarter + 1
    return tuple(found), bool(waiting)


def joined(parts: Sequence[Batch], grain: Grain, after: int | None, up_to: int) -> list[Batch]:
    """The batches of each quarter, half or year that is over by `up_to` and was not by `after`."""
    by_end: dict[int, list[Batch]] = defaultdict(list)
    for part in parts:
        end = stretch(part.last, grain)[1]
        if (after is None or end > after) and end <= up_to:
            by_end[end].append(part)
    return [
        Batch(
            first=min(part.first for part in group),
            last=max(part.last for part in group),
            facts=tuple(fact for part in group for fact in part.facts),
        )
        for _, group in sorted(by_end.items())
    ]
