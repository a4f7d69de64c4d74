"""Which tables are published: what is counted by what, how deep, how often; what no plan may ask for is refused.

- Each field is counted in one table alone, and each table has one grain of time. Two tables over the same numbers
  can be subtracted from each other; numbers that are not there cannot.
- All tables that go below the region share one grain. Tables of the region alone may each have their own.
- A table whose labels tell those of another says so (`within`); both are then protected together.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Literal

import msgspec

from fairplace.disclosure_control.facts import NEVER, Level
from fairplace.disclosure_control.periods import Grain
from fairplace.errors import Refused

Measure = Literal["count", "share", "mean", "median", "rate"]

LEAST = 6
"""R1, R3, R6: no published number rests on fewer decisions."""

LEAST_NAMED = 20
"""R3: comparisons of named providers and correlations need this many."""

MONEY_DELAY = 2
"""R11: fees come out two quarters after the period has closed."""

MONEY_BY = (None, "level", "family", "level-and-family", "fee-level")
SENSITIVE = ("secure", "dol", "deprivation", "uasc", "asylum", "disab", "pregnan", "offend", "exploit")
"""R8: a field or label that has one of these in its name is published for the region and the year alone."""

NOT_RECORDED = "not-recorded"
ALL = "all"
DEPTH: dict[Level, int] = {"region": 0, "sub-region": 1, "authority": 2}
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")


class Table(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is counted by what.

    `by` is a field of the facts, and `labels` are all values it may have; `of` an amount of the facts, for a mean or a
    median; `pair` is the amount that is always shown with it, in `pair_words`. `outside` are labels that no share counts (`not-applicable`). `inside` gives, for each label, the label of
    the table `within` that it belongs to. `zero_reveals`: to learn that *all* decisions of a place have one label tells
    something about each child, so such a line is hidden whole (R1). `nothing` are labels whose amount is nothing by what
    they mean: the amounts of all are those of the others, and as little shown. `round_to` is in units of the amount;
    `decimals` how many decimal places a mean, a share or a rate has. `wait` is how many quarters after its period the
    table comes out, for what shows only later. `text` says in plain words what is counted, and how.
    """

    name: str
    title: str
    text: str
    by: str | None = None
    labels: tuple[str, ...] = ()
    words: Mapping[str, str] = {}
    measure: Measure = "count"
    of: str | None = None
    unit: str = "decisions"
    pair: str | None = None
    pair_words: str = ""
    outside: tuple[str, ...] = ()
    down_to: Level = "authority"
    grain: Grain = "year"
    within: str | None = None
    inside: Mapping[str, str] = {}
    zero_reveals: bool = False
    nothing: tuple[str, ...] = ()
    sensitive: bool = False
    named_providers: bool = False
    money: bool = False
    public_interest_test: str = ""
    round_to: int = 1
    decimals: int = 1
    wait: int = 0

    @property
    def delay(self) -> int:
        """How many quarters the table waits after its period has closed."""
        return max(self.wait, MONEY_DELAY if self.money else 0)

    @property
    def least_for_values(self) -> int:
        return LEAST_NAMED if self.named_providers else LEAST

    @property
    def beside(self) -> tuple[str, ...]:
        """Labels that say that the question does not arise, or was not answered."""
        return (*self.outside, NOT_RECORDED)

    @property
    def every_label(self) -> tuple[str, ...]:
        return (*self.labels, NOT_RECORDED)


class Plan(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """All tables over one population of facts. `single_records` (R7) is off unless somebody decides otherwise."""

    name: str
    tables: tuple[Table, ...]
    single_records: bool = False

    def table(self, name: str) -> Table:
        return next(one for one in self.tables if one.name == name)

    def above(self, table: Table) -> list[str]:
        """The tables within which this one stands, the nearest first."""
        found = list[str]()
        while table.within is not None:
            found.append(table.within)
            table = self.table(table.within)
        return found


def check(plan: Plan) -> None:
    """Raises Refused, with the name of the table and what to change, when the plan asks for what R1-R12 forbid."""
    names, fields = set[str](), dict[str, str]()
    for table in plan.tables:
        _check_alone(table)
        if table.name in names:
            raise Refused(f"two tables are named {table.name}; give each a name of its own")
        names.add(table.name)
        if table.by is not None and table.by in fields:
            raise Refused(
                f"the field {table.by} is counted in {fields[table.by]} and in {table.name}, which could be subtracted "
                "from each other; keep one of them"
            )
        if table.by is not None:
            fields[table.by] = table.name
    deep = {table.grain for table in plan.tables if table.down_to != "region"}
    if len(deep) > 1:
        raise Refused(
            f"tables below the region come by {' and by '.join(sorted(deep))}, which could be subtracted from each "
            "other; give all of them one grain"
        )
    for table in plan.tables:
        if table.within is not None:
            _check_within(plan, table, names)


def _check_alone(table: Table) -> None:
    def refuse(why: str) -> None:
        raise Refused(f"the table {table.name[:64]}: {why}")

    if not _NAME.fullmatch(table.name):
        refuse("a table is named by small letters, digits and hyphens")
    for label in table.labels:
        if not _NAME.fullmatch(label) or label in (ALL, NOT_RECORDED):
            refuse(
                f"the label {label[:40]!r} came; expected small letters, digits and hyphens, and not a reserved word"
            )
    if len(set(table.labels)) != len(table.labels) or not set(table.outside) <= set(table.labels):
        refuse("each label stands once, and labels outside the shares are among them")
    if (table.by is None) != (not table.labels):
        refuse("a field to count by comes with its labels, and labels with their field")
    if told := {name.casefold() for name in (table.by, table.of, table.pair) if name} & NEVER:
        refuse(f"it counts by {min(told)}, by which a child could be found (R10, R12)")
    if table.by is None and (table.measure in ("share", "rate") or table.within is not None):
        refuse(f"a {table.measure} needs a field to count by")
    if (table.of is not None) != (table.measure in ("mean", "median")):
        refuse("a mean or a median is one of an amount, and nothing else is")
    if table.pair is not None and (table.of is None or not table.pair_words.strip()):
        refuse("an amount stands beside a mean or a median only, and has words of its own")
    if not (1 <= table.round_to <= 10**9 and 0 <= table.decimals <= 3 and 0 <= table.wait <= 40):
        refuse("it rounds to a whole number of units, with at most three decimals, and waits at most forty quarters")
    named = " ".join((table.by or "", *table.labels)).casefold()
    if not table.sensitive and (word := next((word for word in SENSITIVE if word in named), None)):
        refuse(f"it counts what is sensitive ({word}); mark it so, for the region and the year alone (R8)")
    if (table.sensitive or table.named_providers) and (table.grain, table.down_to) != ("year", "region"):
        refuse("sensitive cells and named providers are published for the region and the year alone (R8, R10)")
    if not table.named_providers and "provider" in (table.by or "") and "class" not in (table.by or ""):
        refuse("it counts by provider; mark it as one that names them (R10)")
    _check_money(table, refuse)


def _check_money(table: Table, refuse: object) -> None:
    is_money = "£" in table.unit or any(word in (table.of or "") for word in ("fee", "price", "cost", "pence"))
    why = None
    if is_money and not table.money:
        why = "it tells of money; mark it so, with a recorded public-interest test (R11)"
    elif table.money and table.measure != "median":
        why = f"a {table.measure} of fees came; fees are published as medians (R11)"
    elif table.money and table.by not in MONEY_BY:
        why = f"fees by {table.by} came; fees are published by level of need and family (R11)"
    elif table.money and table.pair is None:
        why = "what homes cost stands only beside how well they match; give the amount that is shown with it"
    elif table.money and not table.public_interest_test.strip():
        why = "fees need a recorded public-interest test (R11); say where it is recorded"
    if why:
        assert callable(refuse)
        refuse(why)


def _check_within(plan: Plan, table: Table, names: set[str]) -> None:
    chain, at = [table.name], table
    while at.within is not None:
        if at.within not in names or at.within in chain:
            raise Refused(f"the table {table.name} is within {at.within}, which is no other table of the plan")
        chain.append(at.within)
        at = plan.table(at.within)
    above = plan.table(table.within or "")
    if (above.grain, above.delay) != (table.grain, table.delay) or DEPTH[above.down_to] < DEPTH[table.down_to]:
        raise Refused(
            f"the table {table.name} goes deeper than {above.name}, within which it stands, or comes at another time"
        )
    if above.of is not None or above.by is None:
        raise Refused(f"the table {table.name} is within {above.name}, which does not count by a field")
    if set(table.inside) != set(table.labels) or not set(table.inside.values()) <= set(above.labels):
        raise Refused(f"the table {table.name} must say of each label in which label of {above.name} it lies")
