"""A made-up region for tests of disclosure control: areas, facts, plans."""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta

from fairplace.disclosure_control.facts import Area, Fact
from fairplace.disclosure_control.plan import Plan, Table
from fairplace.disclosure_control.released import Release, ReleasedTable, Row

MECHANISMS = (
    "in-house", "block", "soft-block", "framework-call-off", "dynamic-market", "mini-competition", "spot-competed",
    "spot-single", "user-choice-direct", "emergency-direct", "statutory-direction",
)  # fmt: skip
IS_SPOT = {name: "spot" if name.startswith("spot") else "not-spot" for name in MECHANISMS}


def area(code: str, *, region: str = "North", sub_region: str | None = None, looked_after: int | None = 400) -> Area:
    return Area(code=code, name=f"Council {code}", region=region, sub_region=sub_region, looked_after=looked_after)


def fact(number: int | str, authority: str = "A", day: str = "2026-05-04", **given: object) -> Fact:
    """A fact; words are labels, whole numbers amounts."""
    recorded = str(given.pop("recorded", day))
    provider, child = given.pop("provider", None), given.pop("child", None)
    return Fact(
        id=str(number),
        authority=authority,
        day=day,
        recorded=recorded,
        labels={name.replace("_", "-"): value for name, value in given.items() if value is None or type(value) is str},
        amounts={name: value for name, value in given.items() if type(value) is int},
        provider=None if provider is None else str(provider),
        child=None if child is None else str(child),
    )


def facts(counts: Mapping[str, int], field: str = "mechanism", **same: object) -> list[Fact]:
    """So many facts with each label."""
    start = str(same.pop("start", ""))
    return [
        fact(f"{start}{label}{number}", **{field: label}, **same)
        for label, count in counts.items()
        for number in range(count)
    ]


def table(name: str = "mechanisms", by: str | None = "mechanism", labels: Iterable[str] = (), **more: object) -> Table:
    plain: dict[str, object] = {"title": name, "text": "Counted by the day of the decision.", "grain": "quarter"}
    return Table(**{"name": name, "by": by, "labels": tuple(labels), **plain, **more})  # type: ignore[arg-type]


def plan(*tables: Table, **more: object) -> Plan:
    return Plan(name="decisions", tables=tables, **more)  # type: ignore[arg-type]


def row(released: Release | ReleasedTable, place: str, name: str = "", at: int = 0) -> Row:
    found = released.table(name or released.tables[0].name) if isinstance(released, Release) else released
    return next(one for one in found.stretches[at].rows if one.place == place)


def counts(one: Row) -> dict[str, str]:
    return {cell.label: str(cell.count) for cell in one.cells}


def values(one: Row) -> dict[str, str]:
    return {cell.label: str(cell.value) for cell in one.cells}


TWELVE = [
    area(
        f"E{number:02d}",
        sub_region=("Hills", "Coast", "Plain")[number % 3],
        looked_after=(80, 250, 600)[number % 2 + 1],
    )
    if number
    else area("E00", sub_region="Hills", looked_after=60)
    for number in range(12)
]


def decisions(
    seed: int, count: int, months: int, areas: Sequence[Area] = TWELVE, first: str = "2024-04-01"
) -> list[Fact]:
    """Uneven, as decisions are: large and small authorities, common and rare mechanisms, some known late."""
    chance = random.Random(seed)
    weight = [chance.choice((1, 2, 4, 8)) for _ in areas]
    start, found = date.fromisoformat(first), list[Fact]()
    for number in range(count):
        day = start + timedelta(days=chance.randrange(months * 365 // 12))
        lag = chance.choice((0, 0, 0, 1, 5, 40, 100))
        mechanism = chance.choices(MECHANISMS, (30, 12, 3, 40, 6, 9, 20, 14, 2, 7, 1))[0]
        found.append(
            Fact(
                id=str(number),
                authority=chance.choices(areas, weight)[0].code,
                day=day.isoformat(),
                recorded=(day + timedelta(days=lag)).isoformat(),
                labels={
                    "mechanism": mechanism,
                    "spot": IS_SPOT[mechanism],
                    "family": chance.choices(("foster", "residential", "supported", None), (60, 25, 14, 1))[0],
                    "age-band": chance.choice(("0-4", "5-9", "10-15", "16-17")),
                    "urgency": chance.choices(("emergency", "same-day", "within-7d", "planned"), (5, 10, 30, 55))[0],
                    "boundary": chance.choices(("in", "adjoining", "distant", "outside-england"), (60, 25, 14, 1))[0],
                    "reasons-on-time": chance.choice(("yes", "yes", "no", "not-applicable")),
                    "category": chance.choices(("generalist", "specialist"), (80, 20))[0],
                    "tier": chance.choice(("in-house", "t1", "t2", "t3", "off")),
                    "level": chance.choices(("1", "2", "3", "4"), (40, 30, 20, 10))[0],
                },
                amounts={
                    "days": chance.choices((chance.randrange(40), None), (95, 5))[0],
                    "fee": 80_000 + chance.randrange(700_000),
                    "match": 40 + chance.randrange(60),
                    "invited": chance.randrange(30),
                    "offers": chance.randrange(6),
                },
                child=chance.choices((None, f"child {chance.randrange(1 + count // 4)}"), (60, 40))[0],
                provider=f"P{min(chance.randrange(30), chance.randrange(30))}",
            )
        )
    return found


def everything(local: str = "half-year") -> Plan:
    """A plan such as the public pages have: nested, shared, timed and in pounds, deep and flat."""
    yes_no = ("yes", "no", "not-applicable")
    return plan(
        table("spot", "spot", ("spot", "not-spot"), measure="share", grain=local),
        table("mechanisms", "mechanism", MECHANISMS, within="spot", inside=IS_SPOT, grain=local),
        table("families", "family", ("foster", "residential", "supported"), grain=local),
        table("urgency", "urgency", ("emergency", "same-day", "within-7d", "planned"), measure="rate", grain=local),
        table("ages", "age-band", ("0-4", "5-9", "10-15", "16-17"), grain=local, down_to="sub-region"),
        table("boundary", "boundary", ("in", "adjoining", "distant", "outside-england"), measure="share", grain=local),
        table("reasons", "reasons-on-time", yes_no, measure="share", outside=("not-applicable",), grain=local),
        table("days", "category", ("generalist", "specialist"), measure="median", of="days", unit="days", grain=local),
        table("tiers", "tier", ("in-house", "t1", "t2", "t3", "off"), down_to="region", grain="quarter"),
        table(
            "fees", "level", ("1", "2", "3", "4"), measure="median", of="fee", unit="£ a week", money=True, decimals=0,
            round_to=5000, public_interest_test="Recorded on 3 March 2026.", down_to="region", grain="quarter",
            pair="match", pair_words="the median points for the match",
        ),
    )  # fmt: skip
