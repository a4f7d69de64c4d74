"""Arithmetic and the best bid: ET-12, AD-01, and the points that both compute anew."""

from typing import Any

import msgspec
import pytest

from fairplace.points import Terms, standings
from fairplace.procurement.events import AwardWithdrawn, Criterion, Result
from tests.policies.given import CRITERIA, MARKS, PRICES, RESULTS, SCALE, Told, competition, fact, findings, outcome

TERMS = Terms(
    criteria=tuple(CRITERIA), scale=SCALE, price_formula="lowest-over-price", tie_break="highest-quality", winners=1
)


def with_result(place: str, **changes: Any) -> Told:
    results = {**RESULTS, place: msgspec.structs.replace(RESULTS[place], **changes)}
    return competition(moderated={"results": results})


# The arithmetic


def test_points_totals_and_ranks_are_those_of_the_formula() -> None:
    found = standings(TERMS, MARKS, PRICES)
    assert found is not None
    assert {place: (one.points, one.total, one.rank) for place, one in found.items()} == {
        place: (one.points, one.total, one.rank) for place, one in RESULTS.items()
    }


@pytest.mark.parametrize(
    ("formula", "price", "points"),
    [
        ("lowest-over-price", 300, 1333),  # 4000 / 3, rounded
        ("lowest-over-price", 800, 500),
        ("lowest-over-price", 1600, 250),
        ("linear-to-double", 150, 2000),
        ("linear-to-double", 200, 0),
        ("linear-to-double", 900, 0),
    ],
)
def test_a_price_earns_what_the_formula_says(formula: Any, price: int, points: int) -> None:
    terms = msgspec.structs.replace(TERMS, price_formula=formula)
    found = standings(terms, {"01": MARKS["01"], "02": MARKS["02"]}, {"01": 100, "02": price})
    assert found is not None
    assert (found["01"].points["price"], found["02"].points["price"]) == (4000, points)


def test_a_half_is_rounded_up() -> None:
    odd = msgspec.structs.replace(TERMS, criteria=(Criterion(id="care", parent=None, kind="quality", weight=5),))
    found = standings(odd, {"01": {"care": 5}, "02": {"care": 4}, "03": {"care": 3}}, {})
    assert found is not None
    assert [one.total for one in found.values()] == [3, 2, 2]  # 2.5, 2.0, 1.5


def test_a_scale_that_begins_above_zero_counts_from_its_lowest_mark() -> None:
    from_one = msgspec.structs.replace(TERMS, scale=msgspec.structs.replace(SCALE, lowest=1, highest=5))
    found = standings(from_one, {"01": {"care": 3, "staff": 1}}, {"01": 100})
    assert found is not None
    assert found["01"].points == {"care": 2000, "staff": 0, "price": 4000}


def test_sub_criteria_earn_points_and_their_parent_does_not() -> None:
    parts = (
        Criterion(id="quality", parent=None, kind="quality", weight=6000),
        Criterion(id="care", parent="quality", kind="quality", weight=4000),
        Criterion(id="staff", parent="quality", kind="quality", weight=2000),
        CRITERIA[2],
    )
    found = standings(msgspec.structs.replace(TERMS, criteria=parts), MARKS, PRICES)
    assert found is not None
    assert found["01"].points == RESULTS["01"].points


@pytest.mark.parametrize(
    ("tie_break", "ranks", "tied"),
    [("highest-quality", [2, 1], False), ("lowest-price", [1, 2], False), (None, [1, 1], True)],
)
def test_a_tie_is_broken_as_published(tie_break: Any, ranks: list[int], tied: bool) -> None:
    level = (Criterion(id="care", parent=None, kind="quality", weight=5000), CRITERIA[2])
    level = (level[0], msgspec.structs.replace(level[1], weight=5000))
    terms = msgspec.structs.replace(TERMS, criteria=level, tie_break=tie_break)
    found = standings(terms, {"01": {"care": 5}, "02": {"care": 10}}, {"01": 100, "02": 200})
    assert found is not None
    assert [one.total for one in found.values()] == [7500, 7500]
    assert [one.rank for one in found.values()] == ranks
    assert [one.tied for one in found.values()] == [tied, tied]


def test_what_is_missing_cannot_be_computed() -> None:
    assert standings(TERMS, {"01": {"care": 5}}, {"01": 100}) is None
    assert standings(TERMS, {"01": MARKS["01"]}, {}) is None
    assert standings(msgspec.structs.replace(TERMS, price_formula=None), MARKS, PRICES) is None


# ET-12


def test_totals_that_follow_from_the_marks_are_met() -> None:
    [finding] = findings("ET-12", competition())
    assert (finding.outcome, finding.process_unequal, finding.outcome_likely_changed) == ("met", "no", "no")


@pytest.mark.parametrize(
    ("place", "changes"),
    [("02", {"total": 6801}), ("02", {"rank": 3}), ("03", {"points": {"care": 2400, "staff": 1601, "price": 2499}})],
)
def test_a_total_rank_or_point_that_does_not_follow_is_found(place: str, changes: dict[str, Any]) -> None:
    [finding] = findings("ET-12", with_result(place, **changes))
    assert (finding.outcome, finding.process_unequal, finding.outcome_likely_changed) == ("not-met", "yes", "no")
    assert place in finding.text


def test_a_wrong_sum_that_made_another_bid_win_changed_the_outcome() -> None:
    results = {
        **RESULTS,
        "01": msgspec.structs.replace(RESULTS["01"], rank=2),
        "02": msgspec.structs.replace(RESULTS["02"], total=8600, rank=1),
    }
    case = competition(moderated={"results": results}, award={"place": "02"})
    [finding] = findings("ET-12", case)
    assert (finding.outcome, finding.outcome_likely_changed) == ("not-met", "yes")


def level_bids(ranks: tuple[int, int], tie_break: str | None, winners: int = 1) -> Told:
    """Two bids alike in everything, and a third behind them."""
    marks = {**MARKS, "02": MARKS["01"]}
    results = {
        "01": Result(points={"care": 3200, "staff": 1200, "price": 4000}, total=8400, rank=ranks[0]),
        "02": Result(points={"care": 3200, "staff": 1200, "price": 4000}, total=8400, rank=ranks[1]),
        "03": Result(points={"care": 2400, "staff": 1600, "price": 3125}, total=7125, rank=3),
    }
    return competition(
        tender={"tie_break": tie_break, "winners": winners},
        deposits={"02": {"price": PRICES["01"]}},
        sheets={"marks": marks},
        moderated={"marks": marks, "results": results},
    )


def test_a_tie_over_the_line_between_winning_and_losing_is_found() -> None:
    assert outcome("ET-12", level_bids((1, 1), None)) == "not-met"
    assert outcome("ET-12", level_bids((1, 2), None)) == "not-met"
    assert outcome("ET-12", level_bids((1, 1), "highest-quality")) == "not-met"  # it does not part them


def test_a_tie_that_decides_nothing_is_met_when_the_rank_is_shared() -> None:
    assert outcome("ET-12", level_bids((1, 1), None, winners=2)) == "met"
    assert outcome("ET-12", level_bids((1, 2), None, winners=2)) == "not-met"


def test_totals_are_never_guessed() -> None:
    assert outcome("ET-12", competition().hidden()) == "cannot-tell"
    assert outcome("ET-12", competition(tender={"price_formula": None})) == "cannot-tell"
    assert outcome("ET-12", competition(deposits={"02": {"price": None}})) == "cannot-tell"
    assert outcome("ET-12", competition(moderated={"results": {"01": RESULTS["01"]}})) == "cannot-tell"
    assert outcome("ET-12", competition(skip=("moderated",))) == "cannot-tell"


def test_before_totals_there_is_nothing_to_compute() -> None:
    assert outcome("ET-12", competition(until="sheets")) == "not-applicable"


# AD-01


def test_rank_one_of_three_may_win() -> None:
    [finding] = findings("AD-01", competition())
    assert (finding.outcome, finding.process_unequal, finding.outcome_likely_changed) == ("met", None, None)


def test_rank_two_that_wins_as_safer_is_found() -> None:
    [finding] = findings("AD-01", competition(award={"place": "02"}))
    assert finding.outcome == "not-met"
    assert finding.evidence == (59, 62)


def test_ranks_are_computed_anew() -> None:
    swapped = {
        **RESULTS,
        "01": msgspec.structs.replace(RESULTS["01"], rank=2),
        "02": msgspec.structs.replace(RESULTS["02"], rank=1),
    }
    case = competition(moderated={"results": swapped}, award={"place": "02"})
    assert outcome("AD-01", case) == "not-met"


def test_a_framework_takes_the_best_bids() -> None:
    def award(place: str, also: str) -> Told:
        return competition(tender={"winners": 2}, award={"place": place, "also": (also,)})

    assert outcome("AD-01", award("01", "02")) == "met"
    assert outcome("AD-01", award("01", "03")) == "not-met"
    assert outcome("AD-01", competition(award={"place": "01", "also": ("02",)})) == "not-met"  # one may win


def test_a_bid_that_was_set_aside_may_not_win() -> None:
    from tests.policies.given import check

    out = {"01": check(status="disregarded", ground="condition", reason="Not registered")}
    assert outcome("AD-01", competition(checked={"checks": out})) == "not-met"


@pytest.mark.parametrize("plan", [{"regime": "BELOW"}, {"route": "framework_calloff"}, {"route": "direct_s41"}])
def test_only_competitions_under_section_19_are_asked(plan: dict[str, Any]) -> None:
    assert outcome("AD-01", competition(planned=plan, award={"place": "03"})) == "not-applicable"


def test_an_award_that_was_taken_back_is_not_judged() -> None:
    back = fact(AwardWithdrawn, "2026-04-11T09:00:00.000Z", reason="Sums were wrong")
    assert (
        outcome("AD-01", competition(award={"place": "02"}, after={"award": [back]}, until="award")) == "not-applicable"
    )


def test_who_won_is_never_guessed() -> None:
    assert outcome("AD-01", competition().hidden()) == "cannot-tell"
    assert outcome("AD-01", competition(skip=("planned",))) == "cannot-tell"
    assert outcome("AD-01", competition(skip=("moderated",))) == "cannot-tell"
