"""Each of the twenty-seven rules on placements met, of concern, not met, and not to be told: silence is never a pass.

The fixtures of the paper on placements, section 4, as far as it gives them; where it does not say what is borderline or
missing for a rule, the page of the rule does.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, get_args

import pytest
from msgspec.structs import replace

from fairplace.policy import Outcome
from tests.policies import test_placement_asking as asking
from tests.policies import test_placement_capacity as capacity
from tests.policies import test_placement_fee as fee
from tests.policies import test_placement_judging as judging
from tests.policies import test_placement_lawful as lawful
from tests.policies import test_placement_matching as matching
from tests.policies.sought import (
    LESS,
    OFFERS,
    RULES,
    agreement,
    asked,
    assessment,
    choice,
    declared,
    kept,
    market,
    offer,
    outcome,
    profile,
    reasons_for,
    search,
)

Make = Callable[[], Any]
FOUR = ("met", "concern", "not-met", "cannot-tell")


def hidden() -> Any:
    return search().hidden()


def asked_at(cedar: str) -> Any:
    return search(t1={"recipients": asked("alder", "birch", "cedar", cedar=cedar)})


def told_all(at: str = "14:00") -> Any:
    return search(after={"t1": [asking.settled(*asking.ALL, cedar=at)]})


def changed_criteria(**more: Any) -> Any:
    return search(**{"scored": {"criteria": None}, "after": {"offers": [declared("17:00", criteria=judging.LOCAL)]}, **more})  # fmt: skip


def judged_twice() -> Any:
    again = {"match": 5000, "outcomes": 1500, "locality": 1200, "price": 1364}
    return search(after={"located": judging.sitting(a=again, b=LESS)})


def need_gone() -> Any:
    return fee.fee_after_the_need_changed(("n1",))


def far(name: str, *codes: str) -> Make:
    return lambda: matching.local(name, *codes)


def spoken(a: str, b: str) -> Any:
    return search(offers=asking.waits(a, b), contact=asking.spoken_for())


def chosen_for(*codes: str, **more: Any) -> Any:
    return search(offers=judging.SIX, chosen={"chosen": choice("a", *codes)}, **more)


def unheard() -> Any:
    return search(skip=("voice",))


NEEDED_4 = {"profile": profile(level=4), "assessment": assessment(assessor_class="generic")}
MANY = {**OFFERS, "a": offer("alder", ratio_day=300)}
LATER = "2026-04-23T16:00:00.000Z"

FIXTURES: Mapping[str, tuple[Make, Make, Make, Make]] = {
    "PL-01": (search, lambda: asked_at("09:14"), lambda: asked_at("01 15:00"), hidden),
    "PL-02": (
        search,
        lambda: search(t1={"recipients": asked("alder", "birch", "cedar", until="13:29")}),
        lambda: search(after={"t1": [asking.extended("cedar")]}),
        hidden,
    ),
    "PL-03": (
        told_all,
        lambda: told_all("14:31"),
        lambda: search(after={"t1": [asking.amended("alder")]}),
        lambda: told_all().hidden(),
    ),
    "PL-04": (
        search,
        lambda: spoken("03 18:00", "14:00"),
        lambda: spoken("14:00", "03 09:00"),
        lambda: search(skip=("contact",)),
    ),
    "PL-05": (
        lambda: search(after={"considered": [asking.second("03 09:30")]}),
        lambda: search(after={"offers": [*asking.declines("cedar"), asking.second("15:00")]}),
        lambda: search(after={"t1": [asking.second("14:30")]}),
        lambda: search(after={"t1": [asking.second("14:30")]}).hidden(),
    ),
    "PL-06": (
        search,
        lambda: search(need=asking.facts(31, 44)),
        lambda: search(need=asking.facts(59, 100)),
        lambda: search(need=asking.facts(0, 0)),
    ),
    "PL-07": (
        search,
        lambda: search(in_house=asking.shown(asking.EARLY)),
        lambda: search(in_house={"need_version": 2}),
        lambda: search(skip=("in_house",)),
    ),
    "PL-08": (
        search,
        lambda: search(after={"t1": [declared("10:00", criteria=judging.LOCAL)]}),
        lambda: search(skip=("criteria",)),
        lambda: changed_criteria(skip=("considered",)),
    ),
    "PL-09": (
        search,
        judged_twice,
        lambda: search(offers={**OFFERS, "b": replace(OFFERS["b"], points={"match": 3400})}),
        hidden,
    ),
    "PL-10": (
        search,
        lambda: search(
            market_=market(judging.cost(156_000_000, 1750)),
            offers={
                "a": replace(judging.OURS["a"], terms=replace(judging.OURS["a"].terms, weekly_fee=500_000)),
                "b": offer("birch", points=LESS),
            },
        ),
        lambda: search(offers=judging.OURS),
        hidden,
    ),
    "PL-11": (search, lambda: chosen_for("sibling"), chosen_for, lambda: search(skip=("scored",))),
    "PL-12": (far("b"), far("c", "other"), far("c"), lambda: matching.local("c", skip=("located",))),
    "PL-13": (
        far("b"),
        lambda: matching.in_emergency(matching.moment("12 15:00")),
        far("a"),
        hidden,
    ),
    "PL-14": (search, lambda: matching.dear(alder=2), matching.dear, lambda: matching.dear().hidden()),
    "PL-15": (
        search,
        lambda: search(need=matching.GENERALIST, offers=MANY, as_of=LATER),
        lambda: search(market_=matching.only_ratio()),
        lambda: search(need=matching.GENERALIST, offers={**OFFERS, "a": offer("alder", ratio_day=None)}),
    ),
    "PL-16": (search, lambda: search(need=NEEDED_4), lambda: search(need={"clinical": None}), hidden),
    "PL-17": (search, lambda: search(chosen={"kept": kept(voice=None)}), unheard, hidden),
    "PL-18": (
        search,
        lambda: search(
            offers={
                "a": replace(OFFERS["a"], keeps=[]),
                "b": replace(OFFERS["b"], points=OFFERS["a"].points, keeps=["k1"]),
            },
            chosen=matching.lose(k1="lost"),
        ),
        lambda: search(chosen={"kept": kept(connections={"k1": "kept"})}),
        lambda: search(need={"connections": []}),
    ),
    "PL-19": (
        search,
        lambda: search(reasons={"sent": reasons_for("b", at="12 10:00")}),
        lambda: search(reasons={"sent": reasons_for("b", at="19 10:00")}),
        hidden,
    ),
    "PL-20": (search, need_gone, lambda: fee.made_of(*fee.FIVE, ("management", 16_000)), hidden),
    "PL-21": (
        lambda: fee.paid(517_500),
        lambda: fee.paid(517_501),
        lambda: fee.paid(640_000),
        lambda: fee.paid(640_000, peers=fee.LIKE[:19]),
    ),
    "PL-22": (
        lambda: fee.charged(492_275),
        lambda: search(chosen={"agreement": None, "mechanism": "spot_single"}),
        lambda: fee.charged(530_000),
        lambda: search(market_=market(agreement(rates={}))),
    ),
    "PL-23": (
        lambda: fee.decided(fee.TEN),
        lambda: fee.decided({**fee.TEN, "p10": fee.given(600, hardship=True)}),
        lambda: fee.decided({**fee.TEN, "p10": fee.given(600)}),
        lambda: fee.decided(fee.TEN).hidden(),
    ),
    "PL-24": (
        lambda: capacity.spot(capacity.block(capacity.night(12))),
        lambda: capacity.spot(
            capacity.block(capacity.night(9)), in_house={"unsuitable": {"oak-1": "match_with_resident_children"}}
        ),
        lambda: capacity.spot(capacity.block(capacity.night(9))),
        lambda: capacity.spot(capacity.block()),
    ),
    "PL-25": (
        lambda: capacity.of_authority(newest=(18, 120)),
        lambda: capacity.of_authority(newest=(19, 120)),
        lambda: capacity.of_authority(newest=(31, 120), before=(30, 120), earlier=(29, 120)),
        lambda: capacity.of_authority(newest=(2, 19)),
    ),
    "PL-26": (
        search,
        lambda: lawful.unregistered(("2026-03-17", True), ("2026-03-23", True)),
        lambda: lawful.lives("K3", 16 * 12 - 1),
        hidden,
    ),
    "PL-27": (
        lambda: lawful.outside(lawful.CONSULTED, lawful.BY_DIRECTOR, lawful.told_area()),
        lambda: lawful.outside(lawful.CONSULTED, lawful.BY_DIRECTOR, lawful.told_area(with_assessment=False)),
        lambda: lawful.outside(lawful.CONSULTED, lawful.BY_NOMINATED, lawful.told_area()),
        lambda: search(skip=("located", "started")),
    ),
}


@pytest.mark.parametrize(
    ("code", "expected", "make"),
    [(code, expected, make) for code, makes in FIXTURES.items() for expected, make in zip(FOUR, makes, strict=True)],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_every_rule_gives_each_of_the_four_outcomes(code: str, expected: Outcome, make: Make) -> None:
    assert outcome(code, make()) == expected


def test_there_is_no_rule_without_its_four() -> None:
    assert list(FIXTURES) == list(RULES)
    assert {*FOUR, "not-applicable"} == set(get_args(Outcome.__value__ if hasattr(Outcome, "__value__") else Outcome))
