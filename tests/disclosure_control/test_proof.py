"""That no hidden number can be found: exact ranges held against enumeration, and releases against other attackers."""

import itertools
from collections.abc import Mapping, Sequence

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from fairplace.disclosure_control import intruder, linked, subtraction, tabulating
from fairplace.disclosure_control.facts import Fact
from fairplace.disclosure_control.network import Network
from fairplace.disclosure_control.opening import Grid
from fairplace.disclosure_control.plan import ALL
from fairplace.disclosure_control.released import Release
from fairplace.disclosure_control.releasing import release
from fairplace.disclosure_control.suppression import OPEN
from fairplace.errors import Refused
from tests.disclosure_control import attackers
from tests.disclosure_control.town import area, fact, plan, table
from tests.matrix import many

LABELS = ("a", "b", "c")
numbers = some.sampled_from((0, 0, 1, 1, 2, 3, 4, 6, 7))
lines = some.lists(numbers, min_size=2, max_size=2)


def grown(counts: Sequence[Sequence[int]], **same: str) -> list[Fact]:
    """Facts of authorities A, B, C … with so many of each label."""
    return [
        fact(f"{place}{label}{number}", authority="ABCDEF"[place], mechanism=label, **same)
        for place, line in enumerate(counts)
        for label, count in zip(LABELS, line, strict=False)
        for number in range(count)
    ]


@given(some.lists(some.lists(some.integers(0, 4), min_size=2, max_size=2), min_size=2, max_size=3), some.data())
def test_the_ends_of_a_range_are_those_of_all_tables_that_agree(counts: list[list[int]], data: some.DataObject) -> None:
    whole = [sum(column) for column in zip(*counts, strict=True)]
    rows = [whole, *counts]
    network = Network([None, *(0 for _ in counts)], rows)
    edges = len(network.flow)
    hidden = data.draw(some.sets(some.integers(0, edges - 1), min_size=1))
    for edge in hidden:
        network.hide(edge, data.draw(some.integers(0, min(1, network.flow[edge]))))
    found: dict[int, set[int]] = {edge: set() for edge in hidden}
    for parts in itertools.product(*(itertools.product(range(sum(line) + 1), repeat=2) for line in counts)):
        flow = [*(sum(column) for column in zip(*parts, strict=True)), *(number for line in parts for number in line)]
        adds_up = all(sum(line) == sum(was) for line, was in zip(parts, counts, strict=True))
        agrees = all(
            flow[edge] >= network.lower[edge] if edge in hidden else flow[edge] == network.flow[edge]
            for edge in range(edges)
        )
        if adds_up and agrees:
            for edge in hidden:
                found[edge].add(flow[edge])
    for edge in hidden:
        network.widen(edge, 10**6, 10**6)
    assert {edge: (network.least[edge], network.most[edge]) for edge in hidden} == {
        edge: (min(values), max(values)) for edge, values in found.items()
    }


@given(some.lists(lines, min_size=1, max_size=3))
def test_no_small_number_is_published_nor_can_be_told_from_all_tables_that_agree(counts: list[list[int]]) -> None:
    facts = grown(counts)
    made = release(plan(table(labels=("a", "b"))), [area(code) for code in "ABC"], facts, until="2026-06-30")
    for stretch in made.tables[0].stretches if made.tables else ():
        shown = [cell.count.number for row in stretch.rows for cell in row.cells if cell.count.number is not None]
        assert not [number for number in shown if 0 < number < 6]
        if stretch.rows[0].cells[0].count.number:
            for (place, label), (least, most) in attackers.possible(stretch.rows).items():
                true = len(
                    [
                        one
                        for one in facts
                        if place in (one.authority, "region:North") and label in (ALL, one.labels["mechanism"])
                    ]
                )
                if true and least <= true <= most:
                    assert most >= 6, (place, label)
                    assert most - least >= 5, (place, label)


@settings(max_examples=many(100), deadline=None)
@given(
    some.lists(
        some.tuples(
            some.sampled_from("ABCDEF"), some.sampled_from("aabc"), some.sampled_from(("x", "y", None)),
            some.sampled_from((2, 5, 5, 8)),
        ),
        max_size=110,
    )
)  # fmt: skip
def test_nothing_small_follows_from_all_tables_and_releases_together(
    drawn: list[tuple[str, str, str | None, int]],
) -> None:
    facts = [
        fact(
            number,
            authority=place,
            day=f"2026-{month:02d}-09",
            mechanism=label,
            urgency=other,
            spot="s" if label == "a" else "n",
        )
        for number, (place, label, other, month) in enumerate(drawn)
    ]
    areas = [area(code, sub_region="Hills" if code in "ABC" else "Coast") for code in "ABCDEF"]
    tables = plan(
        table("spot", "spot", ("s", "n")),
        table("mechanisms", labels=LABELS, within="spot", inside={"a": "s", "b": "n", "c": "n"}),
        table("urgency", "urgency", ("x", "y")),
    )
    made = list[Release]()
    for until in ("2026-03-31", "2026-06-30", "2026-09-30"):
        made.append(release(tables, areas, facts, until=until, earlier=made))
    inside = {code: f"sub-region:{'Hills' if code in 'ABC' else 'Coast'}" for code in "ABCDEF"}
    inside |= {"sub-region:Hills": "region:North", "sub-region:Coast": "region:North"}
    fields = {"spot": "spot", "mechanisms": "mechanism", "urgency": "urgency"}
    assert attackers.small_numbers(made, facts, fields, inside) == []


COUNTS = [[4, 9, 20], [11, 12, 20], [30, 40, 50]]


def hide_only_the_small(monkeypatch: pytest.MonkeyPatch, least: int) -> None:
    def careless(grid: Grid, *, zero_reveals: bool = False) -> set[tuple[int, int]]:
        cells = ((row, column, len(cell)) for row, line in enumerate(grid.cells) for column, cell in enumerate(line))
        return {(row, column) for row, column, number in cells if 0 < number < least}

    monkeypatch.setattr(tabulating, "hidden_cells", careless)


def test_a_release_that_hides_nothing_is_refused_by_the_intruder(monkeypatch: pytest.MonkeyPatch) -> None:
    hide_only_the_small(monkeypatch, 0)
    with pytest.raises(
        Refused, match="the table mechanisms, Council A, a, April to June 2026: the number itself"
    ) as refused:
        release(plan(table(labels=LABELS)), [area(code) for code in "ABC"], grown(COUNTS), until="2026-06-30")
    assert refused.value.code == "intruder"
    assert "hold this release until the next period" in str(refused.value)


def test_a_release_that_leaves_a_small_rest_is_refused_by_the_intruder(monkeypatch: pytest.MonkeyPatch) -> None:
    hide_only_the_small(monkeypatch, 6)
    with pytest.raises(Refused, match="North, a, April to June 2026: what is left beside the places in it") as refused:
        release(plan(table(labels=LABELS)), [area(code) for code in "ABC"], grown(COUNTS), until="2026-06-30")
    assert refused.value.code == "intruder"


def test_a_release_that_leaves_little_room_is_refused_by_subtraction(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rests of six that are shared by two numbers, neither of them zero: none of them can be six."""
    hide_only_the_small(monkeypatch, 6)
    with pytest.raises(
        Refused, match="the table mechanisms, Council A, a, April to June 2026: the hidden number"
    ) as refused:
        release(
            plan(table(labels=LABELS)),
            [area(code) for code in "AB"],
            grown([[3, 3, 20], [3, 3, 20]]),
            until="2026-06-30",
        )
    assert refused.value.code == "subtraction"


def test_a_table_that_nothing_can_protect_is_left_out_and_the_others_stand(monkeypatch: pytest.MonkeyPatch) -> None:
    protect = tabulating.hidden_cells

    def hopeless(grid: Grid, *, zero_reveals: bool = False) -> set[tuple[int, int]]:
        if len(grid.cells[0]) == 5:
            raise Refused("nothing helps", code=OPEN)
        return protect(grid, zero_reveals=zero_reveals)

    facts = [
        fact(f"{place}{number}", authority=place, spot="s" if number % 2 else "n", mechanism="abcd"[number % 4],
             again="s" if number % 2 else "n", urgency="xy"[number % 2])
        for place in "ABC" for number in range(40)
    ]  # fmt: skip
    tables = plan(
        table("urgency", "urgency", ("x", "y")),
        table("mechanisms", labels="abcd"),
        table("spot", "spot", ("s", "n"), within="mechanisms", inside={"s": "a", "n": "b"}),
    )
    monkeypatch.setattr(tabulating, "check_labels", lambda *_: None)
    monkeypatch.setattr(linked, "check", lambda *_: None)
    areas = [area(code) for code in "ABC"]
    whole = release(plan(tables.tables[0]), areas, facts, until="2026-06-30")
    monkeypatch.setattr(tabulating, "hidden_cells", hopeless)
    made = release(tables, areas, facts, until="2026-06-30")
    assert [one.name for one in made.tables] == ["urgency"]
    assert as_told(made) == as_told(whole)


def test_the_attackers_of_these_tests_do_find_what_is_left_open(monkeypatch: pytest.MonkeyPatch) -> None:
    hide_only_the_small(monkeypatch, 6)
    monkeypatch.setattr(intruder, "check", lambda *_: None)
    monkeypatch.setattr(subtraction, "check", lambda *_: None)
    facts = grown(COUNTS)
    made = release(plan(table(labels=LABELS)), [area(code) for code in "ABC"], facts, until="2026-06-30")
    inside = dict.fromkeys("ABC", "region:North")
    found = attackers.small_numbers([made], facts, {"mechanisms": "mechanism"}, inside)
    assert found == ["mechanisms A a 2026-04/2026-06"]
    assert attackers.possible(made.tables[0].stretches[0].rows)["A", "a"] == (4, 4)


def test_a_square_of_hidden_cells_that_gives_little_room_is_widened() -> None:
    """Four ones in a square: the rows and columns leave no more than two for each, so more must be hidden."""
    made = release(
        plan(table(labels=LABELS)), [area(code) for code in "AB"], grown([[1, 1, 30], [1, 1, 30]]), until="2026-06-30"
    )
    told = {row.place: [str(cell.count) for cell in row.cells[1:4]] for row in made.tables[0].stretches[0].rows}
    assert told == {"region:North": ["c", "c", "c"], "A": ["c", "c", "c"], "B": ["c", "c", "c"]}


def as_told(made: Release) -> Mapping[str, bytes]:
    return {one.name: msgspec.json.encode(one) for one in made.tables}


@settings(max_examples=many(50), deadline=None)
@given(some.lists(lines, min_size=2, max_size=4), some.randoms())
def test_the_order_of_facts_and_areas_changes_nothing(counts: list[list[int]], chance: some.random_module) -> None:
    facts, areas = grown(counts), [area(code) for code in "ABCD"]
    first = release(plan(table(labels=LABELS)), areas, facts, until="2026-06-30")
    chance.shuffle(facts)  # type: ignore[attr-defined]
    chance.shuffle(areas)  # type: ignore[attr-defined]
    assert as_told(release(plan(table(labels=LABELS)), areas, facts, until="2026-06-30")) == as_told(first)
