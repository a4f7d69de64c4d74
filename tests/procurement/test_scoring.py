from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairplace.procurement.events import Criterion, PriceFormula, Result, Scale
from fairplace.procurement.scoring import (
    Scored,
    TieBreak,
    half_up,
    leaves,
    on_scale,
    price_points,
    quality_points,
    results,
    top,
)

SCALE = Scale(lowest=0, highest=10, step=2)


def quality(name: str, weight: int, parent: str | None = None) -> Criterion:
    return Criterion(id=name, parent=parent, kind="quality", weight=weight)


def price(weight: int) -> Criterion:
    return Criterion(id="price", parent=None, kind="price", weight=weight)


CRITERIA = [quality("care", 4000), quality("staff", 2000), price(4000)]


def scored(care: int, staff: int, amount: int | None) -> Scored:
    return Scored(marks={"care": care, "staff": staff}, price=amount)


def ranked(bids: dict[str, Scored], tie_break: TieBreak | None = None, weights: int = 1) -> dict[str, Result]:
    criteria = [Criterion(id=c.id, parent=c.parent, kind=c.kind, weight=c.weight * weights) for c in CRITERIA]
    return results(criteria, SCALE, "lowest-over-price", tie_break, bids)


MARKS = st.sampled_from([0, 2, 4, 6, 8, 10])
BIDS = st.dictionaries(
    st.sampled_from("abcdefgh"), st.builds(scored, MARKS, MARKS, st.integers(1, 10_000_000)), min_size=1
)


def test_a_half_goes_up() -> None:
    assert [half_up(Fraction(n, 4)) for n in (0, 1, 2, 3, 4, 6)] == [0, 0, 1, 1, 1, 2]


def test_a_mark_earns_its_share_of_the_weight() -> None:
    assert quality_points(4000, 8, SCALE) == 3200
    assert quality_points(1001, 5, Scale(lowest=0, highest=10, step=1)) == 501  # 500.5 goes up
    assert quality_points(3000, 3, Scale(lowest=1, highest=5, step=1)) == 1500
    assert quality_points(3000, 1, Scale(lowest=1, highest=5, step=1)) == 0


@pytest.mark.parametrize(
    ("formula", "amount", "points"),
    [
        ("lowest-over-price", 480_000, 4000),
        ("lowest-over-price", 520_000, 3692),  # 4000 × 480/520 = 3692.3
        ("lowest-over-price", 960_000, 2000),
        ("linear-to-double", 480_000, 4000),
        ("linear-to-double", 520_000, 3667),  # 4000 × (2 − 520/480) = 3666.7
        ("linear-to-double", 960_000, 0),
        ("linear-to-double", 5_000_000, 0),
    ],
)
def test_price_earns_by_the_published_formula(formula: PriceFormula, amount: int, points: int) -> None:
    assert price_points(4000, amount, 480_000, formula) == points


def test_a_price_of_nothing_divides_nothing() -> None:
    for formula in ("lowest-over-price", "linear-to-double"):
        assert price_points(4000, 0, 0, formula) == 4000
        assert price_points(4000, 1, 0, formula) == 0


def test_a_worked_example() -> None:
    outcome = ranked({"alder": scored(8, 6, 520_000), "birch": scored(6, 6, 480_000), "cedar": scored(6, 8, 610_000)})
    assert outcome == {
        "alder": Result(points={"care": 3200, "staff": 1200, "price": 3692}, total=8092, rank=1),
        "birch": Result(points={"care": 2400, "staff": 1200, "price": 4000}, total=7600, rank=2),
        "cedar": Result(points={"care": 2400, "staff": 1600, "price": 3148}, total=7148, rank=3),
    }


def test_only_leaves_earn_points() -> None:
    criteria = [quality("whole", 6000), quality("a", 2000, "whole"), quality("b", 4000, "whole"), price(4000)]
    assert [one.id for one in leaves(criteria)] == ["a", "b", "price"]
    outcome = results(criteria, SCALE, "lowest-over-price", None, {"x": Scored(marks={"a": 10, "b": 10}, price=1)})
    assert outcome["x"].total == 10_000


def test_equal_totals_share_a_rank_unless_the_tie_break_parts_them() -> None:
    # 0.1 of the weight of price makes up for one step of care: 4000 × 400/500 = 3200 and 800 of care.
    tied = {"a": scored(10, 4, 500), "b": scored(8, 4, 400), "c": scored(0, 0, 500)}
    assert {name: one.rank for name, one in ranked(tied).items()} == {"a": 1, "b": 1, "c": 3}
    assert {name: one.rank for name, one in ranked(tied, "highest-quality").items()} == {"a": 1, "b": 2, "c": 3}
    assert {name: one.rank for name, one in ranked(tied, "lowest-price").items()} == {"a": 2, "b": 1, "c": 3}


def test_a_bid_without_a_mark_or_a_price_has_no_result() -> None:
    outcome = ranked({"a": Scored(marks={"care": 10}, price=5), "b": scored(0, 0, None), "c": scored(2, 2, 9)})
    assert outcome.keys() == {"c"}
    assert outcome["c"].points["price"] == 4000


def test_the_scale_is_walked_in_steps() -> None:
    assert [mark for mark in range(-2, 13) if on_scale(mark, SCALE)] == [0, 2, 4, 6, 8, 10]


def test_the_top_bids_win_and_a_tie_across_the_line_is_no_answer() -> None:
    assert top({"a": 1, "b": 2, "c": 3}, 1) == {"a"}
    assert top({"a": 1, "b": 2, "c": 3}, 5) == {"a", "b", "c"}
    assert top({"a": 1, "b": 1, "c": 3}, 1) is None
    assert top({"a": 1, "b": 1, "c": 3}, 2) == {"a", "b"}
    assert top({"a": 1, "b": 2, "c": 2}, 2) is None


@given(BIDS, st.randoms())
def test_the_order_of_bidders_changes_nothing(bids: dict[str, Scored], chance: object) -> None:
    names = list(bids)
    chance.shuffle(names)  # type: ignore[attr-defined]  # a random.Random of hypothesis
    assert ranked({name: bids[name] for name in names}, "lowest-price") == ranked(bids, "lowest-price")


@given(BIDS, st.integers(2, 50))
def test_weights_multiplied_by_one_number_change_no_rank_beyond_rounding(bids: dict[str, Scored], times: int) -> None:
    plain, scaled = ranked(bids), ranked(bids, weights=times)
    for one in bids:
        for other in bids:
            # Each criterion is rounded by less than one basis point, and there are three of them.
            if plain[one].total - plain[other].total > 3:
                assert scaled[one].rank < scaled[other].rank


@given(BIDS)
def test_ranks_follow_totals_and_totals_are_sums(bids: dict[str, Scored]) -> None:
    outcome = ranked(bids)
    for one in outcome.values():
        assert one.total == sum(one.points.values())
        assert one.rank == 1 + sum(other.total > one.total for other in outcome.values())
        assert 0 <= one.total <= 10_000


@given(BIDS, st.sampled_from("abcdefgh"))
def test_a_better_mark_never_lowers_a_rank(bids: dict[str, Scored], name: str) -> None:
    if name in bids and bids[name].marks["care"] < 10:
        marks = {**bids[name].marks, "care": bids[name].marks["care"] + 2}
        better = {**bids, name: Scored(marks=marks, price=bids[name].price)}
        assert ranked(better)[name].rank <= ranked(bids)[name].rank
