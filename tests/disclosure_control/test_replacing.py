"""What takes the place of a withdrawn release tells nothing beside it, for whoever kept a copy: in no table, by no value."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from fairplace.disclosure_control import replacing, writing
from fairplace.disclosure_control.facts import Fact
from fairplace.disclosure_control.plan import Plan
from fairplace.disclosure_control.released import Release, withdraw
from fairplace.disclosure_control.releasing import release
from fairplace.errors import Refused
from tests.campaign import attacker
from tests.disclosure_control.town import area, fact, facts, plan, table

UNTIL = "2026-06-30"
SPOT = table("spot", "spot", ("spot", "under"), down_to="region")
ACCESS = table("access", "access", ("met", "not-met"), down_to="region")
INSIDE = {"one": "spot", "two": "spot", "three": "spot", "four": "under", "five": "under", "six": "under"}
MECHANISMS = table(labels=tuple(INSIDE), within="spot", inside=INSIDE, down_to="region")
DAYS = table("days", None, measure="mean", of="days", unit="days", down_to="region")
FEES = table(
    "fees", "level", ("1", "2"), measure="median", of="fee", unit="£ a week", money=True, round_to=5000, decimals=0,
    public_interest_test="Weighed.", pair="match", pair_words="points", down_to="region",
)  # fmt: skip


def some(spot: int, under: int, days: Sequence[int] | None = None) -> list[Fact]:
    return [
        fact(number, spot="spot" if number < spot else "under", access="met" if number % 2 else "not-met",
             **({} if days is None else {"days": days[number]}))
        for number in range(spot + under)
    ]  # fmt: skip


def by(**counts: int) -> list[Fact]:
    return [
        one
        for name, count in counts.items()
        for one in facts({name: count}, spot=INSIDE[name])
    ]  # fmt: skip


def made(of: Plan, given: Sequence[Fact], *earlier: Release, until: str = UNTIL, **more: Any) -> Release:
    return release(of, [area("A")], given, until=until, earlier=earlier, **more)


def gone(one: Release) -> Release:
    return withdraw(one, day="2026-07-20", why="a file was read twice")


def again(first: Plan, before: Sequence[Fact], then: Plan, after: Sequence[Fact], until: str = UNTIL) -> Release:
    """The release that takes the place of a withdrawn one."""
    earlier = []
    if until != UNTIL:  # what is delayed is in the second release
        earlier = [made(first, before)]
    old = made(first, before, *earlier, until=until)
    return made(then, after, *earlier, gone(old), until=until, replaces=old.number)


def test_other_tables_do_not_get_round_the_total() -> None:
    with pytest.raises(Refused, match=r"the total of region:North.*from one to five beside release 1"):
        again(plan(SPOT), some(30, 30), plan(ACCESS), some(30, 29))
    assert again(plan(SPOT), some(30, 30), plan(ACCESS), some(24, 30)).tables
    assert again(plan(SPOT), some(30, 30), plan(ACCESS), some(30, 30)).tables


def test_a_total_that_fills_other_periods_is_held_against_them_too() -> None:
    """Two quarters are withdrawn, and their half-year comes in another table, one decision short."""
    quarters = plan(SPOT)
    given = [*some(20, 20), *(fact(f"late{n}", spot="spot", access="met", day="2026-08-04") for n in range(20))]
    first = made(quarters, given)
    second = made(quarters, given, first, until="2026-09-30")
    half = plan(table("access", "access", ("met", "not-met"), down_to="region", grain="half-year"))
    for left, refused in ((given[1:], True), (given[6:], False)):
        old = [gone(first), gone(second)]
        if refused:
            with pytest.raises(Refused, match=r"the total of region:North, April to September 2026.*from one to five"):
                made(half, left, *old, until="2026-09-30", replaces=2)
        else:
            assert made(half, left, *old, until="2026-09-30", replaces=2).tables


def test_a_mean_does_not_move_where_the_count_stands() -> None:
    days = [50] * 6
    with pytest.raises(Refused, match="the value is another, and the count changed by less than six"):
        again(plan(DAYS), some(6, 0, days), plan(DAYS), some(6, 0, [0, 0, *days[2:]]))
    assert again(plan(DAYS), some(6, 0, days), plan(DAYS), some(6, 0, days)).tables
    more = [*days, *[80] * 6]
    assert again(plan(DAYS), some(6, 0, days), plan(DAYS), some(12, 0, more)).tables


def test_a_fee_does_not_move_nor_what_stands_beside_it() -> None:
    def paid(fee: int, match: int) -> list[Fact]:
        return [
            fact(number, level="1", fee=fee if number < 10 else 400_000, match=match if number < 10 else 70,
                 provider=f"P{number}", day="2025-10-04")
            for number in range(16)
        ]  # fmt: skip

    before = paid(300_000, 60)
    for fee, match in ((300_000, 50), (200_000, 60)):
        with pytest.raises(Refused, match="the value is another"):
            again(plan(FEES), before, plan(FEES), paid(fee, match))
    assert again(plan(FEES), before, plan(FEES), before).tables


def test_the_rest_that_a_label_of_the_table_above_leaves_does_not_change_by_few() -> None:
    both = plan(SPOT, MECHANISMS)
    before = by(one=20, two=5, three=5, four=20, five=5, six=5)
    after = by(one=27, two=4, three=5, four=13, five=5, six=6)
    with pytest.raises(Refused, match=r"the table mechanisms, North, spot, .*: the change is from one to five"):
        again(both, before, both, after)
    assert again(both, before, both, by(one=26, two=5, three=5, four=20, five=5, six=5)).tables


def test_what_came_late_does_not_change_by_few() -> None:
    given = some(30, 30)
    late = [fact(f"late{n}", spot="spot", access="met", day="2026-06-04", recorded="2026-07-04") for n in range(8)]
    now = [fact(f"now{n}", spot="spot", access="met", day="2026-07-05") for n in range(20)]
    first = made(plan(SPOT), given)
    second = made(plan(SPOT), [*given, *late, *now], first, until="2026-09-30")
    assert str(second.late) == "8"
    other = [fact("late0", spot="spot", access="met", day="2026-07-04")]
    with pytest.raises(Refused, match="what came late: the change is from one to five"):
        made(
            plan(SPOT), [*given, *other, *late[1:], *now], first, gone(second), until="2026-09-30", replaces=2
        )  # fmt: skip


# The attacker of the campaign finds each of these, when nothing stops it.

OPEN: dict[str, tuple[Plan, list[Fact], Plan, list[Fact], str]] = {
    "another table": (plan(SPOT), some(30, 30), plan(ACCESS), some(30, 29), "-1 in the total of region:North"),
    "a mean": (
        plan(DAYS), some(6, 0, [50] * 6), plan(DAYS), some(6, 0, [0, 0, 50, 50, 50, 50]), "the value moved with 0",
    ),
    "the rest of a label": (
        plan(SPOT, MECHANISMS), by(one=20, two=5, three=5, four=20, five=5, six=5),
        plan(SPOT, MECHANISMS), by(one=27, two=4, three=5, four=13, five=5, six=6), "-1 in mechanisms region:North three and mechanisms region:North two together",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", OPEN)
def test_the_attacker_finds_what_a_replacement_would_give_away(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    first, before, then, after, told = OPEN[name]
    within = {"mechanisms": {**{label: ("spot", above) for label, above in INSIDE.items()}, "not-recorded": ("spot", "not-recorded")}}  # fmt: skip
    old = made(first, before)
    assert attacker.copied(writing.as_json(old), writing.as_json(old), within) == []
    monkeypatch.setattr(replacing, "check", lambda *_: None)
    new = made(then, after, gone(old), replaces=1)
    found = attacker.copied(writing.as_json(old), writing.as_json(new), within)
    assert any(told in one for one in found), found
