"""What is published of a made-up register withstands an attacker who shares no code with it; and he finds what is open."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
import pytest

from fairplace.synthesis.region.days import OPENS
from fairplace.synthesis.region.presets import preset
from tests.campaign import attacker
from tests.campaign.attacker import Known, Published
from tests.campaign.disclosure import Attacked, counted, months, report, run
from tests.disclosure_control.town import fact
from tests.matrix import WHOLE

SMALL = msgspec.structs.replace(
    preset("small_cells"),
    authorities=4,
    referrals=90,
    residential=24,
    foster=12,
    supported=8,
    blocks=4,
    tiers={"residential": (6, 4), "foster": (3, 3), "supported": (2, 2)},
)
MONTHS = 24 if WHOLE else 12
Rows = Mapping[str, Mapping[str, int | None]]


@pytest.fixture(scope="module")
def one(tmp_path_factory: pytest.TempPathFactory) -> Attacked:
    return run(SMALL, 5, months(OPENS, MONTHS), tmp_path_factory.mktemp("disclosure") / "register")


@pytest.mark.long
def test_nothing_is_found_in_the_releases_of_a_year_or_two(one: Attacked) -> None:
    assert one.holds, "\n".join(report("small", one))
    assert one.candidates.smallest >= 6


@pytest.mark.long
def test_the_attack_had_something_to_attack(one: Attacked) -> None:
    assert one.tried == 4 * MONTHS
    assert one.releases == 4 * (9 if WHOLE else 5), (
        "one each quarter, of each plan, and an empty one before the first was over"
    )
    assert sum(one.held.values()) == one.tried - one.releases
    assert one.numbers > 200
    assert one.hidden > 200
    assert one.candidates.looked > 1000
    tried, made = one.replaced
    assert 4 <= made < tried, "those that change nothing, at least; and not those that change few"


# The attacker finds what is left open.


def release(rows: Rows, *, number: int = 1, span: str = "2025-04 2025-09", late: int | None = None) -> bytes:
    """A release with one table, whose places below the first lie in it."""
    first, last = span.split()
    whole = next(iter(rows))
    told = [
        {
            "place": place,
            "parent": None if place == whole else whole,
            "rounded_to": 1,
            "cells": [{"label": label, "count": _shown(count)} for label, count in cells.items()],
        }
        for place, cells in rows.items()
    ]
    part = {"region": "North", "span": {"first": first, "last": last}, "rows": told}
    table = {"name": "mechanisms", "stretches": [part]}
    return json.dumps({"number": number, "plan": "decisions", "late": _shown(late), "tables": [table]}).encode()


def _shown(count: int | None) -> dict[str, Any]:
    return {"number": count, "symbol": "c" if count is None else ""}


def line(*counts: int | None) -> dict[str, int | None]:
    return dict(zip(("all", "a", "b", "c"), counts, strict=False))


@pytest.mark.parametrize(
    ("rows", "found"),
    [
        ({"N": line(23, None, 7, 12)}, ["mechanisms N a", "is 4"]),
        ({"N": line(60, 30, 30), "A": line(30, None, 20), "B": line(30, 20, None)}, ["mechanisms A a", "is 10"]),
        ({"N": line(34, 17, 17), "A": line(16, None, None), "B": line(18, 13, 5)}, ["mechanisms A a", "is 4"]),
        ({"N": line(50, None, None, 47)}, ["mechanisms N a and mechanisms N b", "together is 3"]),
        ({"N": line(64, 32, 32), "A": line(32, None, None), "B": line(32, 29, None)}, ["mechanisms A a", "is 3"]),
    ],
    ids=["line", "large", "column", "two", "chain"],
)
def test_what_can_be_subtracted_is_worked_out(rows: Rows, found: Sequence[str]) -> None:
    told = "; ".join(map(str, attacker.subtraction(Published([release(rows)]), {})))
    assert ("is 10" not in found) == all(word in told for word in found), "only numbers below six are told"


def test_a_range_below_six_is_worked_out_where_no_number_is() -> None:
    """Two lines share rests of three and three: each hidden number is one or two."""
    rows = {
        "N": line(63, 3, 3, 57),
        "A": line(33, None, None, 30),
        "B": line(30, None, None, 27),
    }
    told = "; ".join(map(str, attacker.subtraction(Published([release(rows)]), {})))
    assert "mechanisms A a" in told
    assert "is from 1 to 2" in told


def test_a_label_within_another_table_is_subtracted_from_it() -> None:
    outer, inner = (json.loads(release({"N": line(20, count, 10)})) for count in (10, None))
    inner["tables"][0]["name"] = "inner"
    inner["tables"][0]["stretches"][0]["rows"][0]["cells"].append({"label": "d", "count": _shown(7)})
    outer["tables"] += inner["tables"]
    within = {"inner": {"a": ("mechanisms", "a"), "d": ("mechanisms", "a"), "b": ("mechanisms", "b")}}
    told = attacker.subtraction(Published([json.dumps(outer).encode()]), within)
    assert any("inner N a" in str(one) and "is 3" in str(one) for one in told)


def test_a_wrong_guess_is_no_find() -> None:
    """A hidden zero that is taken for a one."""
    published = Published([release({"N": line(20, None, None, 18)})])
    claims = attacker.subtraction(published, {})
    assert {str(one).split(": ")[1] for one in claims} == {
        "mechanisms N a and mechanisms N b together is 2",
        "mechanisms N a is 1",
        "mechanisms N b is 1",
    }
    found = attacker.right(claims, published, {"decisions": [*people(18, "N", "c"), *people(7, "N", "b")[:2]]})
    assert [str(one).split(": ")[1] for one in found] == ["mechanisms N a and mechanisms N b together is 2"]


def test_numbers_that_contradict_each_other_are_no_release() -> None:
    with pytest.raises(AssertionError, match="contradict"):
        attacker.subtraction(Published([release({"N": line(23, 4, 7, 13)})]), {})


def test_a_small_number_is_seen_and_so_is_a_small_number_that_came_late() -> None:
    found = attacker.small(Published([release({"N": line(16, 4, 12)}, late=2)]))
    assert [one.rsplit(": ")[-1] for one in found] == ["4", "2"]


@pytest.mark.parametrize("span", ["2025-04 2025-09", "2025-07 2025-12", "2025-04 2025-06"])
def test_periods_that_overlap_are_seen(span: str) -> None:
    first = release({"N": line(31, 20, 11)})
    assert attacker.differences(Published([first, release({"N": line(34, 23, 11)}, number=2, span=span)])) != []
    apart = release({"N": line(34, 23, 11)}, number=2, span="2025-10 2026-03")
    assert attacker.differences(Published([first, apart])) == []


def people(children: int, place: str, label: str) -> list[Known]:
    return [
        Known(child=f"{place}{label}{number % children}", place=place, counted="2025-06", labels={"mechanisms": label})
        for number in range(max(children, 7))
    ]


@pytest.mark.parametrize(
    ("rows", "known", "which"),
    [
        ({"N": line(7, 7)}, {("N", "a"): 5}, "the number itself: 5"),
        ({"N": line(14, 7, None)}, {("N", "a"): 7, ("N", "b"): 5}, "beside its labels: 5"),
        ({"N": line(14), "A": line(7), "B": line(None)}, {("A", "a"): 7, ("B", "a"): 3}, "beside its places: 3"),
    ],
)
def test_a_group_of_too_few_children_is_found(rows: Rows, known: Mapping[tuple[str, str], int], which: str) -> None:
    told = [one for (place, label), children in known.items() for one in people(children, place, label)]
    found = attacker.candidates(Published([release(rows)]), {"decisions": told})
    assert any(which in group for group in found.groups), found
    assert found.smallest < 6
    assert found.wrong == []


def test_a_number_that_is_not_that_of_the_register_is_found() -> None:
    found = attacker.candidates(Published([release({"N": line(8, 8)})]), {"decisions": people(7, "N", "a")})
    assert "8 published, 7 counted" in found.wrong[0]


@pytest.mark.parametrize(
    ("day", "recorded", "month"),
    [
        ("2025-05-04", "2025-05-04", "2025-06"),
        ("2025-06-30", "2025-06-30", "2025-06"),
        ("2025-05-04", "2025-07-02", "2025-09"),
        ("2025-05-04", "2025-12-31", "2025-12"),
        ("2025-12-31", "2025-12-31", "2025-12"),
        ("2025-12-31", "2026-01-01", None),
        ("2026-01-01", "2026-01-01", None),
    ],
)
def test_a_row_is_counted_in_the_first_quarter_that_was_not_out(day: str, recorded: str, month: str | None) -> None:
    assert counted(fact(1, day=day, recorded=recorded), ["2025-06-30", "2025-09-30", "2025-12-31"]) == month
