"""Whether the labels of one table tell those of another, as far as the facts show it.

Where a label of one table stands for exactly the same decisions as a label of another, or several for several, a number
that is hidden in one could be read in the other. Such tables must both stand within a table that counts what they share.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Hashable, Mapping, Sequence
from itertools import combinations

from fairplace.disclosure_control.facts import Fact
from fairplace.disclosure_control.plan import LEAST, NOT_RECORDED, Plan, Table
from fairplace.errors import Refused

ENOUGH = 100
"""With fewer facts, labels that always come together may do so by chance."""


def check(plan: Plan, facts: Sequence[Fact]) -> None:
    """Raises Refused when two tables share more than their totals and the plan does not say so.

    Labels that say that a question did not arise or was not answered often come together; they are let pass, and are
    not hidden for the sake of others.
    """
    counted = [table for table in plan.tables if table.by is not None]
    for one, other in combinations(counted, 2):
        if one.name in plan.above(other) or other.name in plan.above(one):
            continue
        shared = next((name for name in plan.above(one) if name in plan.above(other)), None)
        groups: dict[str, Counter[tuple[str, str]]] = defaultdict(Counter)
        for fact in facts:
            group = _label(fact, plan.table(shared)) if shared else ""
            groups[group][_label(fact, one), _label(fact, other)] += 1
        for pairs in groups.values():
            if pairs.total() >= ENOUGH and (told := _told(one, other, pairs)):
                raise Refused(
                    f"{told[0]} in {one.name} are the same decisions as {told[1]} in {other.name}, so one table could be "
                    "subtracted from the other; leave one out, or let both stand within a table of what they share"
                )


def _label(fact: Fact, table: Table) -> str:
    return fact.labels.get(table.by or "") or NOT_RECORDED


def _told(one: Table, other: Table, pairs: Mapping[tuple[str, str], int]) -> tuple[str, str] | None:
    """The smallest set of labels that stands for the same decisions in both, when there is more than one such set."""
    joined: dict[Hashable, Hashable] = {}

    def root(label: Hashable) -> Hashable:
        while (up := joined.setdefault(label, label)) != label:
            label = up
        return label

    for left, right in pairs:
        joined[root((1, left))] = root((2, right))
    sets: dict[Hashable, list[tuple[str, str]]] = defaultdict(list)
    for left, right in pairs:
        sets[root((1, left))].append((left, right))
    telling = [
        (sum(pairs[pair] for pair in found), found)
        for found in sets.values()
        if not all(left in one.beside and right in other.beside for left, right in found)
    ]
    telling = [(many, found) for many, found in telling if many >= LEAST]
    if len(telling) < 2:
        return None
    _, found = min(telling)
    return ", ".join(sorted({left for left, _ in found})), ", ".join(sorted({right for _, right in found}))
