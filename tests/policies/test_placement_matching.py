"""Matching a child with a home: PL-12 to PL-18."""

from typing import Any

import pytest
from msgspec.structs import replace

from tests.policies.sought import (
    LESS,
    OFFERS,
    SCHOOL,
    SIBLING,
    assessment,
    choice,
    fact,
    home,
    kept,
    market,
    moment,
    offer,
    outcome,
    p,
    profile,
    provider,
    r,
    search,
    shows,
    v,
    worst,
)

BEST = OFFERS["a"].points
GENERALIST = {"profile": profile(category="generalist"), "clinical": None}


# PL-12

THREE = {
    "a": offer("alder", tenths=50, points=LESS),  # five miles, level 1
    "b": offer("birch", fee=440_000, tenths=180, points=LESS),
    "c": offer("cedar", fee=460_000, tenths=620, points=LESS),
}


def local(name: str, *codes: str, reasons: Any = ("top_score",), offers: Any = THREE, **more: Any) -> Any:
    """A9: level 3 is needed; A is 5 miles away and shows 1, B 18 and C 62 miles away and both show 3."""
    taken = {"chosen": choice(name, *codes, reasons=reasons)}
    return search(market_=market(alder=1), offers=offers, chosen=taken, **more)


def test_the_nearest_suitable_home_is_met() -> None:
    assert outcome("PL-12", local("b")) == "met"


def test_44_miles_farther_without_a_reason_is_found() -> None:
    found = worst("PL-12", local("c"))
    assert found.outcome == "not-met"
    assert found.text == "the nearest suitable home is 44 miles nearer; say why, or choose it"


@pytest.mark.parametrize("code", ["sibling", "school", "safety_distance", "child_view"])
def test_a_reason_that_the_law_names_is_met_wherever_it_is_given(code: str) -> None:
    assert outcome("PL-12", local("c", code)) == "met"
    assert outcome("PL-12", local("c", reasons=("top_score", code))) == "met"


def test_another_reason_is_a_concern() -> None:
    assert outcome("PL-12", local("c", "other")) == "concern"


@pytest.mark.parametrize(("more", "expected"), [(1000, "met"), (999, "not-met")])
def test_ten_points_of_match_outweigh_miles(more: int, expected: str) -> None:
    better = {**THREE, "c": replace(THREE["c"], points={**LESS, "match": LESS["match"] + more})}
    assert outcome("PL-12", local("c", offers=better)) == expected


@pytest.mark.parametrize(("tenths", "expected"), [(281, "not-met"), (280, "concern"), (180, "met"), (9999, "cannot-tell")])  # fmt: skip
def test_how_much_farther_counts(tenths: int, expected: str) -> None:
    assert outcome("PL-12", local("c", offers={**THREE, "c": replace(THREE["c"], tenths=tenths)})) == expected


def test_a_home_that_fails_a_condition_is_not_suitable() -> None:
    assert outcome("PL-12", local("c", offers={**THREE, "b": replace(THREE["b"], failed=["sole_placement"])})) == "met"


def test_how_far_a_home_is_is_never_guessed() -> None:
    assert outcome("PL-12", local("c").hidden()) == "cannot-tell"
    assert outcome("PL-12", local("c", skip=("located",))) == "cannot-tell"


# PL-13


def test_a_home_that_shows_what_is_needed_is_met() -> None:
    assert outcome("PL-13", local("b")) == "met"


def test_level_3_in_a_home_of_level_1_is_found() -> None:
    found = worst("PL-13", local("a"))
    assert (found.outcome, found.text[:63]) == (
        "not-met",
        "the need is level 3, and the chosen home shows level 1 only; ch",
    )


EMERGENCY = fact(r.EmergencyDeclared, "09:20", expires_at=moment("05 09:20"), reason="breakdown")


def in_emergency(as_of: str, **more: Any) -> Any:
    return local("a", after={"in_house": [EMERGENCY], **more}, as_of=as_of)


def test_an_emergency_excuses_72_hours_and_not_40_days() -> None:
    assert outcome("PL-13", in_emergency(moment("12 15:00"))) == "concern"
    found = worst("PL-13", in_emergency("2026-04-18T16:00:00.000Z"))
    assert found.outcome == "not-met"
    assert "for 40 days; an emergency excuses 72 hours" in found.text


def test_an_emergency_that_ended_in_time_stays_a_concern() -> None:
    ending = p.Ending(ended_on="2026-03-11", rec="X1", reviewed_first=True, immediate_risk=False, notice_given_on=None)
    ended = fact(p.PlacementEnded, "11 15:00", reason="CARPL", planned=True, ending=ending)
    assert outcome("PL-13", in_emergency("2026-06-01T12:00:00.000Z", started=[ended])) == "concern"


def test_what_a_home_only_claims_shows_nothing() -> None:
    unknown = market(provider("oak"), home("oak"))
    case = search(market_=unknown, offers={"a": offer("oak"), "b": OFFERS["b"]})
    assert outcome("PL-13", case) == "cannot-tell"
    assert outcome("PL-13", search().hidden()) == "cannot-tell"
    assert outcome("PL-13", search(until="scored")) == "not-applicable"


# PL-14

LOW = {
    "a": offer("alder", fee=590_000),
    "b": offer("birch", fee=410_000, points=LESS),
}
ONE = {"profile": profile(level=1, category="generalist"), "clinical": None}


def dear(*codes: str, alder: int = 3, birch: int = 1) -> Any:
    taken = {"chosen": choice("a", *codes, fee=590_000)}
    return search(market_=market(alder=alder, birch=birch), need=ONE, offers=LOW, chosen=taken)


def test_level_1_in_a_home_of_level_3_is_found_with_what_it_costs() -> None:
    found = worst("PL-14", dear())
    assert found.outcome == "not-met"
    assert "costs £1,800 a week less: £93,600 a year" in found.text


def test_one_level_more_where_the_needed_one_was_offered_is_a_concern() -> None:
    assert outcome("PL-14", dear(alder=2)) == "concern"
    assert outcome("PL-14", dear(alder=2, birch=2)) == "met"  # nobody offered the level that was needed
    assert outcome("PL-14", dear("specialism")) == "concern"


def test_the_level_that_is_needed_is_met_and_what_is_withheld_is_not_guessed() -> None:
    assert outcome("PL-14", search()) == "met"
    assert outcome("PL-14", dear().hidden()) == "cannot-tell"


# PL-15


def only_ratio() -> Any:
    return market(shows("alder", 1, "ratio", claimed=3))


def test_staff_alone_are_no_specialism() -> None:
    assert outcome("PL-15", search()) == "met"
    assert outcome("PL-15", search(market_=only_ratio())) == "not-met"
    assert outcome("PL-15", search(market_=market(shows("alder", 3, "ratio", "clinical-staff")))) == "met"


def test_three_adults_for_45_days_in_a_generalist_home_ask_for_a_new_assessment() -> None:
    many = {**OFFERS, "a": offer("alder", ratio_day=300)}
    found = worst("PL-15", search(need=GENERALIST, offers=many, as_of="2026-04-23T16:00:00.000Z"))
    assert found.outcome == "concern"
    assert "3 adults to the child for 45 days; assess the need again" in found.text
    assert outcome("PL-15", search(need=GENERALIST, offers=many, as_of="2026-04-06T12:00:00.000Z")) == "met"


def test_adults_that_came_later_count_and_what_nobody_says_cannot_be_told() -> None:
    later = fact(p.PlacementReviewed, "20 10:00", reviewed_on="2026-03-20", need_met="partly", ratio_day=200, ratio_night=100, added_hours=112, hour_rate=2200, words="So")  # fmt: skip
    case = search(need=GENERALIST, after={"started": [later]}, as_of="2026-04-23T16:00:00.000Z")
    assert outcome("PL-15", case) == "concern"
    unknown = {**OFFERS, "a": offer("alder", ratio_day=None)}
    assert outcome("PL-15", search(need=GENERALIST, offers=unknown)) == "cannot-tell"
    assert outcome("PL-15", search().hidden()) == "cannot-tell"


# PL-16


def test_a_formulation_with_somebody_who_leads_it_is_met() -> None:
    assert outcome("PL-16", search()) == "met"
    assert outcome("PL-16", search(need=GENERALIST)) == "not-applicable"


def test_a_specialist_match_without_a_formulation_is_found() -> None:
    assert outcome("PL-16", search(need={"clinical": None})) == "not-met"


def test_of_twelve_specialist_choices_two_without_are_found() -> None:
    cases = [search(need={"clinical": None} if n < 2 else {}) for n in range(12)]
    assert [outcome("PL-16", case) for case in cases].count("not-met") == 2


def test_level_4_assessed_by_nobody_in_particular_is_a_concern() -> None:
    highest = {"profile": profile(level=4), "assessment": assessment(assessor_class="generic")}
    assert outcome("PL-16", search(need=highest)) == "concern"
    highest["assessment"] = assessment(assessor_class="camhs")
    assert outcome("PL-16", search(need=highest)) == "met"


def test_a_formulation_that_is_withheld_is_not_called_missing() -> None:
    assert outcome("PL-16", search(need={"clinical": None}).hidden()) == "cannot-tell"


# PL-17


def heard(**voice: Any) -> Any:
    return search(voice=voice)


def test_a_child_who_was_asked_and_followed_is_met() -> None:
    assert outcome("PL-17", search()) == "met"
    assert outcome("PL-17", search(chosen={"kept": kept(voice="not", voice_reason="No room there")})) == "met"


@pytest.mark.parametrize("why", ["too_young", "too_urgent", "declined"])
def test_a_child_may_not_have_been_asked_for_a_reason(why: str) -> None:
    assert outcome("PL-17", heard(how="not_taken", reason_not=why, heard=None)) == "met"


def test_a_child_who_was_not_asked_is_found() -> None:
    assert outcome("PL-17", search(skip=("voice",))) == "not-met"
    assert outcome("PL-17", heard(how="not_taken", heard=None)) == "not-met"


def test_of_ninety_choices_nine_unrecorded_are_nine_found() -> None:
    found = [outcome("PL-17", search(skip=("voice",) if n < 9 else (), until="chosen")) for n in range(90)]
    assert found.count("not-met") == 9


def test_an_effect_that_nobody_says_is_a_concern() -> None:
    assert outcome("PL-17", search(chosen={"kept": kept(voice=None)})) == "concern"
    assert outcome("PL-17", search(chosen={"kept": kept(voice="not")})) == "concern"
    late = fact(r.VoiceRecorded, "05 10:00", how="in_person", reason_not=None, heard="Near Sam")
    assert outcome("PL-17", search(skip=("voice",), after={"chosen": [late]})) == "concern"


def test_a_child_who_is_heard_again_afterwards_was_heard_before_all_the_same() -> None:
    again = fact(r.VoiceRecorded, "05 10:00", how="in_person", reason_not=None, heard="It is fine here")
    assert outcome("PL-17", search(after={"chosen": [again]})) == "met"


def test_a_voice_that_is_withheld_is_not_guessed() -> None:
    assert outcome("PL-17", search().hidden()) == "cannot-tell"


# PL-18


def lose(**status: str) -> dict[str, Any]:
    return {"kept": kept(connections={"k1": "kept", "k2": "kept", **status})}


def test_connections_each_with_what_becomes_of_it_are_met() -> None:
    assert outcome("PL-18", search()) == "met"
    assert outcome("PL-18", search(chosen=lose(k2="lost"))) == "met"


def test_a_connection_of_which_nothing_is_said_is_found() -> None:
    assert outcome("PL-18", search(chosen={"kept": kept(connections={"k1": "kept"})})) == "not-met"


def test_a_sibling_lost_where_another_home_three_points_behind_kept_them_is_a_concern() -> None:
    near = {name: points - 75 for name, points in (BEST or {}).items()}
    other = {"a": replace(OFFERS["a"], keeps=[]), "b": replace(OFFERS["b"], points=near, keeps=["k1"])}
    found = worst("PL-18", search(offers=other, chosen=lose(k1="lost")))
    assert found.outcome == "concern"
    assert "3 points behind" in found.text
    nobody = {name: replace(one, keeps=[]) for name, one in OFFERS.items()}
    assert outcome("PL-18", search(offers=nobody, chosen=lose(k1="lost"))) == "met"


def test_connections_that_nobody_wrote_down_cannot_be_told() -> None:
    assert outcome("PL-18", search(need={"connections": []})) == "cannot-tell"
    assert outcome("PL-18", search().hidden()) == "cannot-tell"


def test_five_connections_three_kept_one_by_plan_one_lost() -> None:
    """A8: kept 3 of 5, one lost that was not planned."""
    five = [SIBLING, SCHOOL, *(v.Connection(id=f"k{n}", kind="family") for n in (3, 4, 5))]
    status = {"k1": "kept", "k2": "kept", "k3": "kept", "k4": "changed_by_plan", "k5": "lost"}
    found = worst("PL-18", search(need={"connections": five}, chosen={"kept": kept(connections=status)}))
    assert found.text == "3 of 5 connections are kept, 1 lost without a plan"
