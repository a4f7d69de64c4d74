"""Single-decision records (R7): off unless a plan turns them on, coarse, and only where at least six others are alike.

They are outside the proof of the tables: whoever counts the records gets small numbers of mechanisms or reasons.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

import msgspec

from fairplace.disclosure_control.batches import Counted, joined
from fairplace.disclosure_control.facts import Fact, children
from fairplace.disclosure_control.periods import last_closed
from fairplace.disclosure_control.plan import LEAST, NOT_RECORDED, SENSITIVE
from fairplace.disclosure_control.released import Record, Release, Shown
from fairplace.terms import Day


def invited(number: int | None) -> str:
    if number is None or number < 1:
        return NOT_RECORDED
    return next((f"{low}–{high}" for low, high in ((1, 5), (6, 10), (11, 20)) if low <= number <= high), "21+")


def offers(number: int | None) -> str:
    if number is None or number < 0:
        return NOT_RECORDED
    return str(number) if number < 2 else "2–3" if number < 4 else "4+"


def single_records(made: Release, counted: Counted, cutoffs: Sequence[Day]) -> Release:
    """The release with the records of each half-year that has closed, and how many were withheld."""
    before = last_closed(cutoffs[-2]) if len(cutoffs) > 1 else None
    found, withheld = list[Record](), 0
    for region, parts in counted.batches.items():
        for batch in joined(parts, "half-year", before, last_closed(cutoffs[-1])):
            groups: dict[tuple[str | None, str | None], list[Fact]] = defaultdict(list)
            for fact in batch.facts:
                groups[fact.labels.get("family"), fact.labels.get("category")].append(fact)
            for alike, facts in groups.items():
                if children(facts) > LEAST and None not in alike and not _is_sensitive(facts):
                    found += [_record(region, batch.span.key, fact) for fact in facts]
                else:
                    withheld += len(facts)
    shown = Shown(withheld) if withheld == 0 or withheld >= LEAST else Shown(symbol="k")
    # In the order of what they say: the order in which they happened would tell when.
    found.sort(key=msgspec.json.encode)
    return msgspec.structs.replace(made, records=tuple(found), records_withheld=shown)


def _record(region: str, half_year: str, fact: Fact) -> Record:
    def code(name: str) -> str:
        return fact.labels.get(name) or NOT_RECORDED

    def codes(name: str) -> tuple[str, ...]:
        """A field that holds several codes with spaces between them."""
        return tuple(sorted(set((fact.labels.get(name) or "").split())))

    return Record(
        region=region,
        half_year=half_year,
        invited=invited(fact.amounts.get("invited")),
        offers=offers(fact.amounts.get("offers")),
        family=code("family"),
        category=code("category"),
        mechanism=code("mechanism"),
        tier=code("tier"),
        reasons=codes("reasons"),
        findings=codes("findings"),
        approvals=codes("approvals"),
        challenge=code("challenge"),
    )


def _is_sensitive(facts: Sequence[Fact]) -> bool:
    """R8: what is sensitive is published for the region and the year alone."""
    said = " ".join(str(label) for fact in facts for label in fact.labels.values()).casefold()
    return any(word in said for word in SENSITIVE)
