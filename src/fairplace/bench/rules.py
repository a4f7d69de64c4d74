"""Judging cases by every rule on the shelf: how many a minute, and whether time grows with the entries and no faster.

- A case with a plan, a tender notice, questions and answers to all: what makes real cases long.
- Reading from a store is no part of it; `bench rows` and `bench store` measure that.
"""

from __future__ import annotations

import base64
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from statistics import median
from typing import Any

from fairplace import assess, catalogue, shelf
from fairplace.assess import Asked
from fairplace.event import Fact
from fairplace.ledger.disclosure import Sealed, sealed
from fairplace.policy import Case
from fairplace.procurement.events import Criterion, Planned, QuestionAnswered, QuestionAsked, Scale, TenderPublished
from fairplace.recorded import Recorded
from fairplace.terms import ACT, instant, moment

GATE_CASES = 10_000 / 2
"""Cases of 200 entries a minute on one core; the goal is 10,000 on two."""
GATE_GROWTH = 2.0
"""Time per entry in a case eight times as long, beside that in a short one."""
ENTRIES = 200
ROUNDS = 5

_ID = "6a1f5c1e-0b7e-4f0e-9d57-2f6d0a8c1b11"
_START = moment("2026-03-02T09:00:00.000Z")
_OFFICER = "bench.example/officer"

Line = Callable[..., object]


def run(line: Line, entries: int = 5_000, folder: Path | None = None) -> bool:
    """Measure and print; True when every gate holds. `entries` are how many are judged in each round."""
    asked = assess.rules(shelf.policies())
    short, long = case(ENTRIES), case(8 * ENTRIES)
    times = [(_seconds(short, asked, entries), _seconds(long, asked, entries)) for _ in range(ROUNDS)]
    each, each_long = (median(taken) for taken in zip(*times, strict=True))
    rate, growth = float(60 / (each * ENTRIES)), float(each_long / each)
    line(f"judging: {len(asked)} rules, cases of {ENTRIES} entries")
    line(f"  {'cases a minute, one core':<34}{rate:>10,.0f}")
    line(f"  gate: at least {GATE_CASES:,.0f}: {'held' if rate >= GATE_CASES else 'MISSED'}")
    line(f"  {'per entry, a case 8 times as long':<34}{growth:>10.2f} times a short one's")
    line(f"  gate: at most {GATE_GROWTH}: {'held' if growth <= GATE_GROWTH else 'MISSED'}")
    return rate >= GATE_CASES and growth <= GATE_GROWTH


def _seconds(one: Case, asked: Sequence[Asked], entries: int) -> float:
    """For one entry, over as many cases as make up so many entries."""
    count = max(1, entries // len(one.events))
    cases = [Case(id=one.id, as_of=one.as_of, view=one.view, events=one.events) for _ in range(count)]
    began = time.perf_counter()
    for each in cases:
        assess.assess(each, asked)
    return (time.perf_counter() - began) / (count * len(one.events))


def case(length: int) -> Case:
    """A case of so many entries, an hour apart."""
    events = tuple(_recorded(index, event) for index, event in zip(range(length), _events(), strict=False))
    return Case(id=_ID, as_of=instant(_START + timedelta(hours=length)), view="authority", events=events)


def _events() -> Iterator[Fact]:
    step: dict[str, Any] = {
        "case": _ID, "happened_at": instant(_START), "evidence": ACT, "exhibit": _closed(None), "override": None,
        "override_reason": _closed(None),
    }  # fmt: skip
    yield Planned(
        **step, regime="PA23", commenced_on="2026-01-05", contract_kind="services", route="open", light_touch=False,
        cpv=["85311300"], concerns_one_person=False, value_estimable=True, max_term_days=None, related=[],
        title=_closed("Homes for children"), need=_closed("Ten beds."), authority=_closed("Bench Council"),
        estimated_value=_closed(100_000_000), lots_reason=_closed(None), split_reason=_closed(None),
    )  # fmt: skip
    yield TenderPublished(
        **step, notice_reference=None, criteria=[Criterion(id="care", parent=None, kind="quality", weight=10_000)],
        scale=Scale(lowest=0, highest=10, step=1), price_formula=None, tie_break="highest-quality", winners=1,
        deadline="2027-03-02T12:00:00.000Z", questions_until=None, late_policy="reject", conditions=[], places=8,
        conflicts_confirmed=True, policies={}, titles=_closed({"care": "Care"}), descriptors=_closed({}),
        documents=_closed([]),
    )  # fmt: skip
    number = 0
    while True:
        number += 1
        words = _closed("May all who bid visit the homes before they write?")
        yield QuestionAsked(**step, question=f"Q{number}", words=words, asked_by=_closed(None))
        yield QuestionAnswered(
            **step, question=f"Q{number}", audience="all", material=True, confidential_reason=None, words=words,
            answer=_closed("Yes: on 3 February, all together."), recipients=_closed([]),
        )  # fmt: skip


def _closed(value: Any) -> Sealed[Any]:
    return sealed("commercial", value)


def _recorded(index: int, event: Fact) -> Recorded:
    return Recorded(
        index=index,
        leaf=base64.b64encode(index.to_bytes(32)).decode("ascii"),
        at=instant(_START + timedelta(hours=index)),
        actor=_OFFICER,
        signers=(_OFFICER,),
        roles=frozenset({"officer"}),
        type=catalogue.NAMES[type(event)],
        stream=_ID,
        n=index + 1,
        case=_ID,
        event=event,
    )
