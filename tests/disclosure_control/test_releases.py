"""Releases over time: twelve in a row, nothing twice, withdrawn ones replaced; at the size of a region, in seconds."""

import itertools
import time

import msgspec
import pytest

from fairplace.disclosure_control.facts import Fact
from fairplace.disclosure_control.periods import counted_in, last_closed, quarter_of, span, stretch
from fairplace.disclosure_control.plan import ALL
from fairplace.disclosure_control.released import Release, series, withdraw
from fairplace.disclosure_control.releasing import release
from fairplace.errors import Malformed, Refused
from tests.disclosure_control import attackers
from tests.disclosure_control.town import (
    TWELVE,
    area,
    counts,
    decisions,
    everything,
    fact,
    facts,
    plan,
    row,
    table,
)

ABC = ("a", "b", "c")
FLAT = plan(table(labels=ABC, down_to="region"))
NORTH = "region:North"
QUARTERS = [f"{year}-{day}" for year in (2024, 2025, 2026) for day in ("06-30", "09-30", "12-31")]
QUARTERS = sorted([*QUARTERS, *(f"{year}-03-31" for year in (2025, 2026, 2027))])


def test_quarters_halves_and_years_begin_in_april() -> None:
    assert span(quarter_of("2026-05-05"), quarter_of("2026-05-05")).key == "2026-04/2026-06"
    assert span(*stretch(quarter_of("2026-02-28"), "half-year")).words == "October 2025 to March 2026"
    assert span(*stretch(quarter_of("2026-03-31"), "year")).key == "2025-04/2026-03"
    assert last_closed("2026-06-30") == quarter_of("2026-06-30")
    assert last_closed("2026-06-29") == quarter_of("2026-03-31")


def test_a_fact_is_counted_in_one_release_alone() -> None:
    cutoffs = ["2026-03-31", "2026-06-30"]
    assert counted_in("2026-02-05", "2026-03-31", cutoffs) == quarter_of("2026-02-05")
    assert counted_in("2026-02-05", "2026-04-01", cutoffs) == quarter_of("2026-04-01")
    assert counted_in("2026-02-05", "2026-07-01", cutoffs) is None
    assert counted_in("2026-07-05", "2026-07-05", cutoffs) is None


def monthly(given: list[Fact], local: str) -> list[Release]:
    """A release is asked for at the end of each month, from what is known then."""
    made = list[Release]()
    for year in (2024, 2025):
        for month in range(1, 13):
            until = f"{year}-{month:02d}-{31 if month in (1, 3, 5, 7, 8, 10, 12) else 30 if month != 2 else 28}"
            known = [one for one in given if one.recorded <= until]
            if not "2024-06" <= until < "2025-06":
                continue
            if month % 3 and made:
                with pytest.raises(Refused, match="no quarter has closed"):
                    release(everything(local), TWELVE, known, until=until, earlier=made)
            else:
                made.append(release(everything(local), TWELVE, known, until=until, earlier=made))
    return made


FIELDS = {
    "spot": "spot", "mechanisms": "mechanism", "families": "family", "urgency": "urgency",
}  # fmt: skip
INSIDE = {one.code: f"sub-region:{one.sub_region}" for one in TWELVE}
INSIDE |= {f"sub-region:{name}": NORTH for name in ("Hills", "Coast", "Plain")}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("seed", "count", "local"),
    [
        pytest.param(1, 900, "quarter", marks=pytest.mark.long),
        pytest.param(2, 900, "half-year", marks=pytest.mark.long),
        (3, 150, "quarter"),
    ],
)
def test_nothing_small_is_in_twelve_months_of_releases_nor_follows_from_all_of_them_together(
    seed: int, count: int, local: str
) -> None:
    given = decisions(seed, count, 14)
    made = monthly(given, local)
    assert len(made) == 4
    numbers = [
        cell.count.number
        for one in made
        for each in one.tables
        for stretch in each.stretches
        for line in stretch.rows
        for cell in line.cells
    ]
    assert not [number for number in numbers if number is not None and 0 < number < 6]
    assert sum(number is not None for number in numbers) > 100
    flat = [
        msgspec.structs.replace(one, tables=tuple(each for each in one.tables if each.name in FIELDS)) for one in made
    ]
    assert attackers.small_numbers(flat, given, FIELDS, INSIDE) == []


def test_twelve_quarterly_releases_never_count_anything_twice() -> None:
    given = decisions(7, 900, 33)
    made = list[Release]()
    for until in QUARTERS:
        made.append(release(everything("quarter"), TWELVE, given, until=until, earlier=made))
    assert len(made) == 12
    spans = [(one.region, one.span) for one in series(made, "spot")]
    assert len(spans) == len(set(spans))
    totals = [counts(one.rows[0])[ALL] for one in series(made, "spot")]
    counted = [one for one in given if counted_in(one.day, one.recorded, QUARTERS) is not None]
    assert sum(int(total) for total in totals) == len(counted), "each decision once, and none lost"
    running = [sum(int(total) for total in totals[:end]) for end in range(1, len(totals) + 1)]
    steps = [after - before for before, after in itertools.pairwise(running)]
    assert not [step for step in steps if 0 < step < 6]


def test_a_region_of_twelve_authorities_and_three_thousand_decisions_is_released_in_seconds() -> None:
    given = decisions(4, 3000, 24)
    began = time.process_time()
    made = release(everything("quarter"), TWELVE, given, until="2026-03-31")
    assert time.process_time() - began < 10
    assert {one.name for one in made.tables} >= {"spot", "mechanisms", "fees"}


def test_what_is_withdrawn_is_replaced_only_by_what_tells_nothing_more() -> None:
    given = facts({"a": 20, "b": 30})
    first = release(FLAT, [area("A")], given, until="2026-06-30")
    with pytest.raises(Refused, match="withdraw it before it is replaced"):
        release(FLAT, [area("A")], given, until="2026-06-30", earlier=[first], replaces=1)
    gone = withdraw(first, day="2026-07-20", why="a file was read twice")
    for changed in (given[3:], [*given[3:], *facts({"b": 3}, start="more")]):
        with pytest.raises(Refused, match=r"the change is from one to five beside release 1, which was withdrawn"):
            release(FLAT, [area("A")], changed, until="2026-06-30", earlier=[gone], replaces=1)
    again = release(FLAT, [area("A")], given[10:], until="2026-06-30", earlier=[gone], replaces=1)
    assert (again.number, again.replaces, counts(row(again, NORTH))["a"]) == (2, 1, "10")
    after = release(FLAT, [area("A")], given[10:], until="2026-09-30", earlier=[gone, again])
    assert [one.span.key for one in after.table("mechanisms").stretches] == ["2026-07/2026-09"]


def test_a_replacement_that_hides_other_cells_is_refused() -> None:
    given = facts({"a": 20, "b": 30, "c": 12})
    gone = withdraw(
        release(FLAT, [area("A")], given, until="2026-06-30"), day="2026-07-20", why="a file was read twice"
    )
    fewer = [one for one in given if one.labels["mechanism"] != "c" or one.id in {"c0", "c1", "c2"}]
    with pytest.raises(Refused, match="a number is hidden in one and shown in the other"):
        release(FLAT, [area("A")], fewer, until="2026-06-30", earlier=[gone], replaces=1)


@pytest.mark.parametrize(
    ("tables", "why"),
    [
        ([table("one", "f", ("x",)), table("two", "f", ("x",))], "the field f is counted in one and in two"),
        ([table("one", "f", ("x",)), table("one", "g", ("x",))], "two tables are named one"),
        ([table("one", "f", ("x",)), table("two", "g", ("x",), grain="year")], "give all of them one grain"),
        ([table("one", "f", ("x",), within="none", inside={"x": "y"})], "which is no other table"),
        ([table("one", "f", ("x",)), table("two", "g", ("y",), within="one", inside={})], "must say of each label"),
        ([table("One", "f", ("x",))], "small letters"),
        ([table("one", "f", ("<script>",))], "small letters"),
        ([table("one", "f", ("all",))], "reserved word"),
        ([table("one", "f")], "comes with its labels"),
        ([table("one", None, measure="share")], "needs a field to count by"),
        ([table("one", "f", ("x",), measure="mean")], "one of an amount"),
        ([table("one", "f", ("x",), round_to=0)], "rounds to a whole number"),
    ],
)
def test_a_plan_whose_tables_could_be_subtracted_from_each_other_is_refused(tables: list[object], why: str) -> None:
    with pytest.raises(Refused, match=why):
        release(plan(*tables), [area("A")], [], until="2026-06-30")  # type: ignore[arg-type]


def test_a_field_that_tells_another_must_be_said_to() -> None:
    given = [
        fact(number, mechanism=label, spot="s" if label == "a" else "n") for number, label in enumerate("abc" * 40)
    ]
    loose = plan(table("spot", "spot", ("s", "n")), table(labels=ABC))
    with pytest.raises(Refused, match="s in spot are the same decisions as a in mechanisms"):
        release(loose, [area("A")], given, until="2026-06-30")
    nested = table(labels=ABC, within="spot", inside={"a": "s", "b": "n", "c": "n"})
    assert release(plan(table("spot", "spot", ("s", "n")), nested), [area("A")], given, until="2026-06-30").tables
    wrong = table(labels=ABC, within="spot", inside={"a": "n", "b": "n", "c": "n"})
    with pytest.raises(Malformed, match="the plan says otherwise"):
        release(plan(table("spot", "spot", ("s", "n")), wrong), [area("A")], given, until="2026-06-30")


def test_labels_of_two_tables_that_are_the_same_decisions_must_stand_within_what_they_share() -> None:
    """Emergencies are one mechanism and one urgency: hidden in one table, their number could be read in the other."""
    given = [
        fact(number, mechanism="abc"[number % 3], urgency="now" if number % 3 == 0 else ("soon", "later")[number % 2])
        for number in range(120)
    ]
    urgency = table("urgency", "urgency", ("now", "soon", "later"))
    with pytest.raises(Refused, match="a in mechanisms are the same decisions as now in urgency"):
        release(plan(table(labels=ABC), urgency), [area("A")], given, until="2026-06-30")
    shared = [
        msgspec.structs.replace(
            one, labels={**one.labels, "emergency": "yes" if one.labels["urgency"] == "now" else "no"}
        )
        for one in given
    ]
    within = plan(
        table("emergencies", "emergency", ("yes", "no")),
        table(labels=ABC, within="emergencies", inside={"a": "yes", "b": "no", "c": "no"}),
        table(
            "urgency",
            "urgency",
            ("now", "soon", "later"),
            within="emergencies",
            inside={"now": "yes", "soon": "no", "later": "no"},
        ),
    )
    assert len(release(within, [area("A")], shared, until="2026-06-30").tables) == 3


def test_what_was_not_recorded_anywhere_is_let_pass_and_stays_in_sight() -> None:
    given = [
        *(fact(number, mechanism="abc"[number % 3], urgency="xy"[number % 2]) for number in range(97)),
        *(fact(f"none{number}") for number in range(7)),
        *facts({"a": 3}, urgency="z", start="few"),
    ]
    both = plan(table(labels=ABC), table("urgency", "urgency", ("x", "y", "z")))
    made = release(both, [area("A")], given, until="2026-06-30")
    assert counts(row(made, NORTH, "urgency")) == {ALL: "107", "x": "49", "y": "c", "z": "c", "not-recorded": "7"}


@pytest.mark.parametrize(
    ("bad", "why"),
    [
        (fact(1, authority="Z"), "which is not among the areas"),
        (fact(1, day="2026-02-30"), "on no calendar"),
        (fact(1, day="2026-05-05", recorded="2026-05-04"), "before it happened"),
        (fact(1, mechanism="<script>"), "the table mechanisms knows a, b, c"),
        (Fact(id="1", authority="A", day="2026-05-04", recorded="2026-05-04", amounts={"days": 1.5}), "a whole number"),  # type: ignore[dict-item]
        (fact(1, days=10**15), "a whole number below"),
    ],
)
def test_a_row_that_cannot_be_counted_is_refused(bad: Fact, why: str) -> None:
    with pytest.raises(Malformed, match=why):
        release(FLAT, [area("A")], [bad], until="2026-06-30")


def test_two_rows_of_one_decision_are_refused() -> None:
    with pytest.raises(Malformed, match="the same id"):
        release(FLAT, [area("A")], [fact(1), fact(1)], until="2026-06-30")


def test_two_places_of_one_code_are_refused() -> None:
    with pytest.raises(Malformed, match="stands for two places"):
        release(FLAT, [area("A"), area("A")], [], until="2026-06-30")
    with pytest.raises(Malformed, match="stands for two places"):
        release(FLAT, [area("A", sub_region="X"), area("B", region="South", sub_region="X")], [], until="2026-06-30")


def test_releases_of_another_plan_are_no_help() -> None:
    first = release(FLAT, [area("A")], [], until="2026-03-31")
    other = msgspec.structs.replace(first, plan="offers")
    with pytest.raises(Refused, match="bring releases of one plan"):
        release(FLAT, [area("A")], [], until="2026-06-30", earlier=[other])


def test_no_areas_and_no_facts_are_no_tables() -> None:
    assert release(FLAT, [], [], until="2026-06-30").tables == ()
