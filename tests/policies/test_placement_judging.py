"""Judging offers of a home: PL-08 to PL-11 and PL-19."""

from typing import Any

import pytest
from msgspec.structs import replace

from tests.policies.sought import (
    CRITERIA,
    DIRECTOR,
    IDS,
    LESS,
    OFFERS,
    choice,
    criterion,
    declared,
    fact,
    findings,
    given_fact,
    m,
    market,
    offer,
    outcome,
    r,
    reasons_for,
    search,
    v,
    worst,
)
from tests.policies.test_placement_asking import answers

# PL-08

LOCAL = [
    criterion("match", "match", 4000),
    criterion("outcomes", "outcomes", 1500),
    criterion("locality", "locality", 3000),
    criterion("price", "price", 1500),
]


def two(y: dict[str, int], z: dict[str, int]) -> dict[str, Any]:
    return {"a": replace(OFFERS["a"], points=y), "b": replace(OFFERS["b"], points=z)}


def test_criteria_declared_first_and_kept_are_met() -> None:
    assert answers(worst("PL-08", search())) == ("met", "no", "no")


def test_a_weight_doubled_after_an_offer_was_looked_at_turns_the_choice() -> None:
    """Locality from 15 to 30 after the opening; the winner flips from Y to Z."""
    by_new = two(
        {"match": 3200, "outcomes": 1200, "locality": 1000, "price": 1300},  # 67.00; by the old weights 73.00
        {"match": 2800, "outcomes": 1000, "locality": 2800, "price": 1000},  # 76.00; by the old weights 72.33
    )
    case = search(
        offers=by_new,
        scored={"criteria": None},
        chosen={"chosen": choice("b", fee=440_000)},
        after={"considered": [declared("03 19:00", criteria=LOCAL)]},
    )
    found = worst("PL-08", case)
    assert answers(found) == ("not-met", "yes", "yes")
    assert "locality: 15 %, then 30 %" in found.text


def test_a_change_that_makes_no_difference_to_who_is_first_is_not_met_all_the_same() -> None:
    case = search(scored={"criteria": None}, after={"considered": [declared("03 19:00", criteria=LOCAL)]})
    assert answers(worst("PL-08", case)) == ("not-met", "yes", "no")


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"hard": ["siblings"]}, "what an offer must have: sole_placement, then siblings"),
        ({"price_cut_off": True}, "offers above a price: none falls out, then some fall out"),
        (
            {"criteria": [criterion("match", "outcomes", 5000), *CRITERIA[1:]]},
            "what match is about: match, then outcomes",
        ),
    ],
)
def test_another_condition_under_the_same_weights_is_a_change_of_criteria(change: dict[str, Any], says: str) -> None:
    case = search(scored={"criteria": None}, after={"considered": [declared("03 19:00", **change)]})
    found = worst("PL-08", case)
    assert answers(found) == ("not-met", "yes", "unknown")
    assert says in found.text


def test_a_change_before_an_offer_was_looked_at_is_a_concern() -> None:
    assert outcome("PL-08", search(after={"t1": [declared("10:00", criteria=LOCAL)]})) == "concern"


def changed_at(at: str, **more: Any) -> Any:
    """The weights change after both offers came; what was looked at and when is told afterwards."""
    return search(scored={"criteria": None}, after={"offers": [declared(at, criteria=LOCAL)]}, **more)


def test_whether_anybody_had_seen_an_offer_is_never_assumed() -> None:
    assert outcome("PL-08", changed_at("02 17:00")) == "concern"  # both were looked at the next day
    found = worst("PL-08", changed_at("02 17:00", skip=("considered",)))
    assert answers(found) == ("cannot-tell", "unknown", "unknown")
    assert "whether anybody had looked at one is not on the record" in found.text


def test_a_look_that_is_told_of_later_counts_from_when_it_was() -> None:
    found = worst("PL-08", changed_at("03 12:00"))  # alder's offer was looked at on the third at eight
    assert answers(found) == ("not-met", "yes", "no")
    hidden = changed_at("03 12:00").hidden()
    assert {one.outcome for one in findings("PL-08", hidden)} == {"cannot-tell"}


def test_whoever_judges_or_chooses_has_looked() -> None:
    late = declared("04 10:30", criteria=LOCAL)
    assert outcome("PL-08", search(skip=("considered",), after={"scored": [late]})) == "not-met"


def test_no_criteria_before_the_referral_is_the_defect_itself() -> None:
    assert outcome("PL-08", search(skip=("criteria",))) == "not-met"
    assert outcome("PL-08", search(skip=("criteria",), after={"t1": [declared("10:00")]})) == "not-met"


def test_weights_that_do_not_add_up_are_found() -> None:
    assert (
        "95 %" in worst("PL-08", search(criteria={"criteria": [*CRITERIA[:3], criterion("price", "price", 1000)]})).text
    )


def test_who_would_have_come_first_is_never_guessed() -> None:
    case = search(scored={"criteria": None}, after={"considered": [declared("03 19:00", criteria=LOCAL)]})
    [hidden] = [one for one in findings("PL-08", case.hidden()) if one.outcome == "not-met"]
    assert hidden.outcome_likely_changed == "unknown"
    assert outcome("PL-08", search(until="criteria")) == "not-applicable"


# PL-09


def test_a_full_matrix_is_met() -> None:
    assert outcome("PL-09", search()) == "met"


def test_eleven_of_twelve_points_are_found() -> None:
    gap = {name: LESS[name] for name in ("match", "outcomes", "locality")}
    case = search(offers={**OFFERS, "c": offer("cedar", fee=460_000, points=gap)})
    assert "11 of 12 points are given (3 offers, 4 criteria)" in worst("PL-09", case).text


def test_an_offer_that_fails_a_condition_needs_no_points() -> None:
    failed = offer("cedar", fee=460_000, points={}, failed=["sole_placement"])
    assert outcome("PL-09", search(offers={**OFFERS, "c": failed})) == "met"


@pytest.mark.parametrize("points", [{**LESS, "charm": 100}, {**LESS, "match": 5001}, {**LESS, "match": -1}])
def test_points_for_what_was_not_declared_or_beyond_the_weight_are_found(points: dict[str, int]) -> None:
    assert outcome("PL-09", search(offers={**OFFERS, "b": replace(OFFERS["b"], points=points)})) == "not-met"


def test_points_that_are_withheld_are_not_called_missing() -> None:
    assert outcome("PL-09", search().hidden()) == "cannot-tell"
    assert outcome("PL-09", search(skip=("criteria",))) == "cannot-tell"


def test_an_offer_that_fails_what_was_not_declared_is_found() -> None:
    failed = offer("cedar", fee=460_000, points={}, failed=["charm"])
    texts = [one.text for one in findings("PL-09", search(offers={**OFFERS, "c": failed}))]
    assert any("8 of 12 points are given" in text for text in texts), "and it excuses no points"
    assert any("failed for what was not declared as a condition: charm" in text for text in texts)


def sitting(criteria: Any = None, **points: dict[str, int]) -> list[Any]:
    """One more sitting before the one of the fixture."""
    scores = {IDS[name]: v.Scored(points=given, failed=[], keeps=[]) for name, given in points.items()}
    return [fact(r.OffersScored, "04 09:30", need_version=1, criteria=criteria, scores=scores)]


BEFORE = dict(OFFERS["a"].points or {})


def test_points_that_were_given_and_later_changed_are_a_concern() -> None:
    moved = {**BEFORE, "match": BEFORE["match"] - 500}
    found = worst("PL-09", search(after={"located": sitting(a=moved, b=LESS)}))
    assert answers(found) == ("concern", "unknown", "unknown")
    assert found.text == "points of 1 offer were given and later changed, by the same criteria; say why"


def test_points_move_with_the_lowest_fee_and_with_other_criteria_without_anybody_asking() -> None:
    cheaper = {**BEFORE, "price": BEFORE["price"] - 100}
    assert outcome("PL-09", search(after={"located": sitting(a=cheaper, b=LESS)})) == "met"
    moved = {**BEFORE, "match": BEFORE["match"] - 500}
    anew = [*sitting(a=moved, b=LESS), declared("04 09:40")]
    assert outcome("PL-09", search(after={"located": anew})) == "met"
    assert outcome("PL-09", search(after={"located": sitting(a=BEFORE)})) == "met"


# PL-10

OURS = {
    "a": replace(offer("own", fee=624_000), points={"match": 4200, "outcomes": 1400, "locality": 1200, "price": 1000}),
    "b": replace(OFFERS["b"], points={"match": 4400, "outcomes": 1500, "locality": 1000, "price": 1200}),
}  # 78.00 and 81.00


def test_a_home_of_ones_own_that_was_judged_as_others_is_met() -> None:
    assert outcome("PL-10", search()) == "met"
    assert outcome("PL-10", search(offers=OURS, chosen={"chosen": choice("b")})) == "met"


def test_78_chosen_before_81_needs_a_reason() -> None:
    found = worst("PL-10", search(offers=OURS))
    assert answers(found) == ("not-met", "yes", "yes")
    assert "78.00 points was chosen before one with 81.00 points" in found.text
    assert outcome("PL-10", search(offers=OURS, chosen={"chosen": choice("a", "child_view")})) == "met"


def test_a_home_chosen_without_points_is_found_whoever_runs_it() -> None:
    for name in ("own", "alder"):
        unscored = {"a": replace(offer(name), points=None), "b": OFFERS["b"]}
        assert outcome("PL-10", search(offers=unscored)) == "not-met"


def cost(pence: int, used: int) -> Any:
    return given_fact(m.FullCostDeclared, "2026-01-05T09:00:00.000Z", setting="own-1", year=2025, cost=pence, nights_used=used, nights_possible=6 * 364)  # fmt: skip


@pytest.mark.parametrize(("fee", "expected"), [(624_000, "met"), (500_000, "concern")])
def test_a_home_of_ones_own_is_compared_at_its_full_cost(fee: int, expected: str) -> None:
    """C1: £1,560,000 a year over 1,750 bed-nights are £6,240 a week, not the £5,000 of full occupancy."""
    ours = {"a": replace(OURS["a"], terms=replace(OURS["a"].terms, weekly_fee=fee)), "b": offer("birch", points=LESS)}
    found = worst("PL-10", search(market_=market(cost(156_000_000, 1750)), offers=ours))
    assert found.outcome == expected
    if expected == "concern":
        assert "£5,000 a week; its full cost, as it is used, is £6,240" in found.text


def test_what_was_chosen_is_never_guessed() -> None:
    assert outcome("PL-10", search().hidden()) == "cannot-tell"


# PL-11

SIX = {
    "a": offer("alder", fee=400_000, points={"match": 3400, "outcomes": 1200, "locality": 900, "price": 1500}),
    "b": offer("birch", fee=440_000, points={"match": 4400, "outcomes": 1500, "locality": 1200, "price": 1364}),
}  # 70.00 and 84.64


def test_the_most_points_are_met() -> None:
    assert "84.64" in worst("PL-11", search()).text
    assert outcome("PL-11", search()) == "met"


def test_lowest_fee_counts_twice_where_price_has_points() -> None:
    found = worst("PL-11", search(offers=SIX, chosen={"chosen": choice("a", "lowest_fee"), "signers": (DIRECTOR,)}))
    assert answers(found) == ("not-met", "yes", "yes")
    assert "84.64 points was beaten by 70.00 points (£400 a week less)" in found.text


def test_a_coded_reason_under_a_second_signature_is_a_concern_and_without_is_found() -> None:
    sibling = {"chosen": choice("a", "sibling")}
    assert outcome("PL-11", search(offers=SIX, chosen={**sibling, "signers": (DIRECTOR,)})) == "concern"
    assert outcome("PL-11", search(offers=SIX, chosen=sibling)) == "concern"  # practice approved it
    assert outcome("PL-11", search(offers=SIX, chosen=sibling, skip=("practice",))) == "not-met"
    assert outcome("PL-11", search(offers=SIX, chosen={"chosen": choice("a")})) == "not-met"


def test_a_home_that_fails_a_condition_is_never_the_best() -> None:
    assert (
        outcome("PL-11", search(offers={**OFFERS, "a": replace(OFFERS["a"], failed=["sole_placement"])})) == "not-met"
    )


def test_points_that_are_withheld_are_never_added_up() -> None:
    assert outcome("PL-11", search().hidden()) == "cannot-tell"
    assert outcome("PL-11", search(skip=("scored",))) == "cannot-tell"


# PL-19


def nine(*sent: Any) -> Any:
    """Ten offers, one taken."""
    names = "abcdefghij"
    offers = {name: offer("alder") if name == "a" else offer("birch", points=LESS) for name in names}
    return search(offers=offers, skip=("reasons",), after={"budget": [_sent(one) for one in sent]})


def _sent(reasons: Any) -> Any:
    return fact(r.ReasonsSent, "06 10:00", sent=reasons)


def test_reasons_by_criterion_within_five_working_days_are_met() -> None:
    assert outcome("PL-19", nine(reasons_for(*"bcdefghij", at="11 10:00"))) == "met"


def test_eight_of_nine_in_three_days_and_one_never_is_found() -> None:
    found = worst("PL-19", nine(reasons_for(*"bcdefghi", at="09 10:00")))
    assert found.outcome == "not-met"
    assert "1 of 9 providers" in found.text
    assert found.due_on == "2026-03-11"


@pytest.mark.parametrize(("at", "expected"), [("11 23:00", "met"), ("12 10:00", "concern"), ("18 10:00", "concern"), ("19 10:00", "not-met")])  # fmt: skip
def test_how_late_reasons_may_be(at: str, expected: str) -> None:
    assert outcome("PL-19", search(reasons={"sent": reasons_for("b", at=at)})) == expected


def test_a_reason_without_a_comparison_is_a_concern() -> None:
    assert outcome("PL-19", search(reasons={"sent": reasons_for("b", comparison=False)})) == "concern"


def test_before_the_time_is_over_nothing_is_late() -> None:
    case = search(skip=("reasons",), until="budget")
    for as_of, expected in (
        ("2026-03-11T12:00:00.000Z", "not-applicable"),
        ("2026-03-12T12:00:00.000Z", "concern"),
        ("2026-03-19T12:00:00.000Z", "not-met"),
    ):
        assert outcome("PL-19", case.case(as_of=as_of)) == expected


def test_who_was_told_is_never_guessed() -> None:
    assert outcome("PL-19", search().hidden()) == "cannot-tell"
    assert outcome("PL-19", search(offers={"a": OFFERS["a"]})) == "not-applicable"
