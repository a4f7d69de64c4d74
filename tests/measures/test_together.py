"""The seeds' numbers once more, as `fairplace measure` prints them: taken together, each beside what it is out of."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from fairplace.cli import main
from fairplace.measures.together import Measure, measures, staffing_trend
from fairplace.on_disk import Register
from fairplace.synthesis.region.presets import preset
from fairplace.synthesis.region.register import build
from tests.measures.test_seeds import ended, read
from tests.office import open_office
from tests.policies.sought import IDS, OFFERS, Sought, agreement, fact, kept, market, offer, p, profile, search, v
from tests.policies.test_placement_capacity import ON_THE_SPOT
from tests.policies.test_placement_judging import SIX, cost
from tests.policies.test_placement_lawful import unregistered
from tests.policies.test_placement_matching import GENERALIST

NOW = "2026-12-01T12:00:00.000Z"


def taken(*cases: tuple[Sought, int], market_: Any = None, kinds: Sequence[str] = ()) -> dict[str, Measure]:
    """Every measure over so many of each case, by its name."""
    searches = [read(case) for case, n in cases for _ in range(n)]
    return {one.name: one for one in measures(searches, market_ or market(), kinds, NOW)}


def test_a4_the_mechanisms_of_197_decisions_are_the_whole() -> None:
    spot = search(chosen={"agreement": None, "mechanism": "spot_single"})
    found = taken((search(), 150), (spot, 47))
    shares = [one for name, one in found.items() if name.startswith("mechanism-")]
    assert {one.name: one.count for one in shares} == {"mechanism-framework_call_off": 150, "mechanism-spot_single": 47}
    assert sum(one.count or 0 for one in shares) == shares[0].of == 197


def test_a7_local_but_mismatched_is_its_own_number() -> None:
    stands = market(alder=1)
    near = search(market_=stands, offers={**OFFERS, "a": offer("alder", tenths=200)})
    far = search(market_=stands, offers={**OFFERS, "a": offer("alder", tenths=201)})
    unknown = search(market_=stands, offers={**OFFERS, "a": offer("alder", tenths=9999)})
    found = taken((near, 14), (far, 11), (unknown, 2), market_=stands)
    assert (found["local-mismatched"].count, found["distant-mismatched"].count) == (14, 11)
    assert (found["local-mismatched"].of, found["local-mismatched"].unknown) == (25, 2)


def test_a8_three_of_five_connections_are_60_percent() -> None:
    five = [v.Connection(id=f"k{n}", kind="family") for n in range(1, 6)]
    status = {"k1": "kept", "k2": "kept", "k3": "kept", "k4": "changed_by_plan", "k5": "lost"}
    found = taken((search(need={"connections": five}, chosen={"kept": kept(connections=status)}), 1))
    assert (found["connections-kept"].percent, found["connections-lost"].count) == ("60.0", 1)


def test_a12_96_of_120_are_right_the_first_time_and_18_of_30_specialists() -> None:
    broke = {"started": [ended("CREQB", False, "2026-05-01")]}
    found = taken(
        (search(need=GENERALIST), 78), (search(need=GENERALIST, after=broke), 12), (search(), 18), (search(after=broke), 12)
    )  # fmt: skip
    assert (found["right-first-time"].percent, found["right-first-time"].of) == ("80.0", 120)
    assert (found["right-first-time-specialist"].percent, found["right-first-time-specialist"].of) == ("60.0", 30)


def test_a13_no_cost_stands_without_the_match() -> None:
    found = taken((search(), 1))["fee-beside-match-residential"]
    assert found.amount == 485_000
    assert "at 44.00 points for the match" in found.says
    unscored = search(offers={name: v_without_match(one) for name, one in OFFERS.items()})
    assert not any(name.startswith("fee-beside-match") for name in taken((unscored, 3)))


def v_without_match(one: Any) -> Any:
    return offer(one.terms.provider, fee=one.terms.weekly_fee, points={"price": 100})


def test_a17_endings_with_and_without_money_for_getting_to_know_each_other_stand_side_by_side() -> None:
    """3 of 30 are 10 %, 12 of 40 are 30 %."""
    failed = {"started": [ended("CREQB", False, "2026-05-01")]}
    without = [v.FeeLine(code="care_staffing", amount=485_000, payer="care", needs=["n1"])]
    bare = {"offers": {**OFFERS, "a": offer("alder", lines=without)}, "skip": ("agreed",)}
    found = taken((search(after=failed), 3), (search(), 27), (search(after=failed, **bare), 12), (search(**bare), 28))
    assert (found["failed-with-matching"].percent, found["failed-with-matching"].of) == ("10.0", 30)
    assert (found["failed-without-matching"].percent, found["failed-without-matching"].of) == ("30.0", 40)


def test_a20_added_staff_for_general_needs_cost_14784_a_week() -> None:
    more = fact(p.PlacementReviewed, "20 10:00", reviewed_on="2026-03-20", need_met="partly", ratio_day=200, ratio_night=100, added_hours=112, hour_rate=2200, words="So")  # fmt: skip
    found = taken((search(need=GENERALIST, after={"started": [more]}), 6), (search(need=GENERALIST), 18), (search(), 5))
    assert (found["doubled-staff"].percent, found["doubled-staff"].of) == ("25.0", 24)
    assert found["doubled-staff-costs"].amount == 1_478_400


def test_a20_a_share_that_rises_from_15_to_25_percent_is_told() -> None:
    """Specialist need met by staffing up."""
    today = date(2026, 12, 1)

    def told(now: int, then: int) -> dict[str, Measure]:
        last, before = date(2026, 3, 3), date(2025, 6, 1)
        doubled = [(last, n < now) for n in range(24)] + [(before, n < then) for n in range(20)]
        return {one.name: one for one in staffing_trend([*doubled, (date(2020, 1, 1), True), (last, None)], today)}

    found = told(6, 3)
    assert (found["doubled-staff-now"].percent, found["doubled-staff-before"].percent) == ("25.0", "15.0")
    assert found["doubled-staff-now"].unknown == 1
    assert "met by staffing up" in found["staffing-up"].says
    assert "staffing-up" not in told(5, 3), "from 15.0 to 20.8"
    assert "staffing-up" not in told(3, 6)
    assert "staffing-up" not in {one.name for one in staffing_trend([(today, True)], today)}, (
        "nothing to hold it against"
    )


def test_a20_what_is_counted_for_a_year_is_what_was_chosen_in_it() -> None:
    found = taken((search(need=GENERALIST), 4))
    assert (found["doubled-staff-now"].of, found["doubled-staff-before"].of) == (4, 0)


def test_a21_seven_children_are_210_nights_and_315000_pounds() -> None:
    found = taken((unregistered(("2026-04-08", False)), 7), (search(), 3))
    assert [found[name].amount for name in ("unregistered", "unregistered-nights", "unregistered-costs")] == [
        7, 210, 31_500_000,
    ]  # fmt: skip


def test_c1_a_home_of_ones_own_stands_at_both_costs() -> None:
    found = taken(market_=market(cost(156_000_000, 1750)))
    assert (found["full-cost-own-1"].amount, found["cost-when-full-own-1"].amount) == (624_000, 500_000)


def test_c6_full_value_costs_400_more_than_price_alone() -> None:
    found = taken((search(offers=SIX, chosen={"chosen": _second()}), 1), (search(), 1))
    assert (found["price-alone-differs"].count, found["price-alone-differs"].of) == (2, 2)
    assert found["full-value-costs"].amount == 40_000 + (485_000 - 440_000)


def _second() -> Any:
    return v.Chosen(offer=IDS["b"], reasons=[], departures=[], weekly_fee=440_000)


def test_d6_a_year_of_doing_without_a_review_is_told() -> None:
    found = taken(kinds=["referral.published/1"] * 400)
    assert (found["cycle-do"].count, found["cycle-review"].count) == (400, 0)
    assert "cycle-gap" in found
    assert "cycle-gap" not in taken(kinds=["placement.reviewed/1"])


def test_d13_90_decisions_81_heard_60_followed() -> None:
    not_followed = search(chosen={"kept": kept(voice="not", voice_reason="Far")})
    found = taken((search(), 60), (not_followed, 21), (search(skip=("voice",)), 9))
    assert (found["voice-recorded"].percent, found["voice-followed"].percent) == ("90.0", "74.1")


def test_e1_35_percent_are_a_positive_choice() -> None:
    codes = {"positive_choice": 28, "after_failed_fostering": 22, "no_fostering_available": 30}
    found = taken(*((search(chosen={"residential": code}), n) for code, n in codes.items()))
    assert (found["residential-positive"].percent, found["residential-positive"].of) == ("35.0", 80)


def test_e6_340_of_400_are_spot_and_20_of_them_off_terms() -> None:
    stands = market(agreement(tiers=dict.fromkeys(["alder", "birch", "cedar"], "T1")))
    outside = search(market_=stands, offers={**OFFERS, "a": offer("elm")}, chosen=ON_THE_SPOT)
    off = search(chosen={"agreement": None, "mechanism": "spot_single"})
    found = taken((search(), 60), (outside, 320), (off, 20), market_=stands)
    assert (found["spot"].percent, found["off-terms"].percent, found["spot"].of) == ("85.0", "5.0", 400)


def test_e9_the_lead_is_three_days_in_the_middle_and_the_same_day_for_two_of_seven() -> None:
    days = ["2026-03-02", "2026-03-02", "2026-03-03", "2026-03-05", "2026-03-09", "2026-03-16", "2026-03-23"]
    found = taken(*((search(opened={"needed_by": on}, until="opened"), 1) for on in days))
    assert (found["lead-days"].amount, found["same-day"].percent) == (3, "28.6")


def test_what_is_closed_counts_in_no_share_and_is_said_to_be_missing() -> None:
    hidden = search().hidden().search
    found = {one.name: one for one in measures([hidden, read(search())], market(), (), NOW)}
    assert (found["connections-kept"].unknown, found["needs-evidenced"].unknown) == (1, 1)
    assert (found["spot"].of, found["spot"].unknown) == (1, 1)


def test_d3_d7_d9_e13_what_an_agreement_and_a_need_rest_on() -> None:
    three = [p.Outcome(id=f"o{n}", frame="STAY_SAFE", tool="BERRI", baseline="a", target="b", due_on="2026-06-01") for n in range(3)]  # fmt: skip
    looks = [
        fact(p.OutcomeMeasured, f"2{n} 10:00", outcome=f"o{n}", frame="STAY_SAFE", attained=said, actual="So")
        for n, said in enumerate(("yes", "yes", "no"))
    ]
    needs = [v.NeedLine(id=f"n{n}", words="x", evidence="school" if n < 6 else None, evidenced_on="2026-02-01" if n < 6 else None) for n in range(8)]  # fmt: skip
    package = [
        v.FeeLine(code="care_staffing", amount=454_000, payer="care", needs=[f"n{n}" for n in range(7)]),
        v.FeeLine(code="therapy", amount=31_000, payer="health", needs=[]),
    ]
    offers = {**OFFERS, "a": offer("alder", lines=package)}
    found = taken(
        (search(need={"lines": needs}, offers=offers, skip=("agreed",)), 1),
        (search(agreed={"outcomes": three, "frames": ["STAY_SAFE"]}, after={"started": looks}), 1),
    )
    assert (found["outcomes-attained"].count, found["outcomes-attained"].of) == (2, 3)
    assert (found["five-outcomes"].count, found["five-outcomes"].of) == (0, 1)
    assert found["spent-on-no-need"].amount == 31_000
    eight = taken((search(need={"lines": needs, "profile": profile()}, offers=offers, skip=("agreed",)), 1))
    assert (eight["needs-evidenced"].percent, eight["needs-answered"].percent) == ("75.0", "87.5")


def test_the_measures_of_a_register_are_printed_for_people_and_for_programs(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    build(tmp_path / "tiny", preset("tiny"), seed=3)
    with Register.open(tmp_path / "tiny") as register:
        officer = next(
            one.vkey.name for one in register.reader.register().standings()
            if one.revoked is None and "officer" in register.desk.roles_of(one.vkey.name)
        )  # fmt: skip
        cases, before = len(register.reader.cases()), register.reader.size
    who = ["--as", officer, "--purpose", "audit"]
    assert main(["measure", str(tmp_path / "tiny"), *who, "--json"]) == 0
    said = capfd.readouterr()
    rows = {row["name"]: row for row in map(json.loads, said.out.splitlines())}
    shares = [row["count"] for name, row in rows.items() if name.startswith("mechanism-")]
    assert sum(shares) == rows["approved"]["of"] > 10
    assert "small ones point to a child" in said.err
    with Register.open(tmp_path / "tiny") as register:
        left = [register.reader.entry(index).envelope for index in range(before, register.reader.size)]
        assert [one.type for one in left] == ["sealed.read/1"] * cases, "one for each search that was read"
        assert {one.body["purpose"] for one in left} == {"audit"}
    assert main(["measure", str(tmp_path / "tiny"), *who]) == 0
    plain = capfd.readouterr().out
    assert f"{rows['spot']['percent']} % ({rows['spot']['count']} of {rows['spot']['of']})" in plain
    assert "Synthetic" not in plain


def test_a_register_of_competitions_has_no_such_measures(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    with open_office(tmp_path / "register"):
        pass
    assert main(["measure", str(tmp_path / "register")]) == 2
    assert main(["measure", str(tmp_path / "register"), "--as", "a/officer/b", "--purpose", "audit"]) == 1
    assert "is a register of competitions" in capfd.readouterr().err
