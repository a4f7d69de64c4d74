"""The panel's table: both rankings, our own homes in the same columns, and nothing ranked on a guess."""

from __future__ import annotations

from fairplace.market.events import FullCostDeclared, VacancyDeclared, VacancyWithdrawn
from fairplace.market.events import Vacancy as Room
from fairplace.market.known import Market
from fairplace.others import Others
from fairplace.referral import events as e
from fairplace.referral.values import FeeLine
from fairplace.seeking.offers import comparison, price_points
from fairplace.tags import agg, party
from tests.market.test_known import recorded, stamp
from tests.seeking import given
from tests.seeking.given import CASE, MARKET, X, Y, Z


def test_c6_both_rankings_and_the_difference_in_pounds() -> None:
    found = comparison(given.judged().search, given.market())
    assert {one.offer: one.total for one in found.columns} == {X: 7000, Y: 8464}
    assert [one.offer for one in found.columns] == [Y, X]
    assert {one.offer: (one.by_value, one.by_price) for one in found.columns} == {Y: (1, 2), X: (2, 1)}
    assert found.difference == 40_000
    assert found.sentence == (
        "cedar comes first by full value; by price alone it would be alder."
        " The difference is £400 a week, £20,800 a year."
    )


def test_c1_our_own_home_stands_in_the_same_columns_with_its_full_cost() -> None:
    cost = FullCostDeclared(
        **stamp(),
        setting="own-1",
        year=2025,
        cost=party(156_000_000),
        nights_used=party(1750),
        nights_possible=party(2184),
    )
    market = Market.of(recorded(index, event) for index, event in enumerate((*MARKET, cost)))
    past = given.offer(given.judged(), Z, "own", 624_000)
    column = next(one for one in comparison(past.search, market).columns if one.offer == Z)
    assert column.own
    assert column.cost is not None
    assert (column.cost.used, column.cost.full) == (624_000, 500_000)
    assert column.total is None, "nobody has judged it yet"


def test_nothing_is_ranked_while_one_offer_is_not_judged() -> None:
    found = comparison(given.offer(given.judged(), Z, "own", 300_000).search, given.market())
    assert {one.by_value for one in found.columns} == {None}
    assert found.difference is None
    assert "Not every offer is judged" in found.sentence


def test_who_is_first_by_both_is_said_so() -> None:
    past = given.scored(given.judged(), o0000000a={"match": 5000, "outcomes": 2000, "near": 1500})
    found = comparison(past.search, given.market())
    assert found.sentence == "alder comes first by full value and by price alone."
    assert found.difference == 0


def test_what_is_closed_ranks_nobody() -> None:
    found = comparison(given.judged().dark.search, given.market())
    assert [one.fee for one in found.columns] == [None, None]
    assert found.sentence == "The fees are not all open to you, so nothing is ranked by price."
    assert comparison(given.asked("alder").search, None).sentence == "Nobody has offered a home yet."


def test_a_fee_that_its_lines_do_not_make_shows_the_gap() -> None:
    lines = [FeeLine(code="accommodation", amount=479_000, payer="care", needs=[])]
    past = given.offer(given.asked("alder"), X, "alder", 485_000, lines=lines)
    [column] = comparison(past.search, given.market()).columns
    assert column.unbalanced == 6_000


def test_a_late_offer_stands_apart_and_is_not_ranked() -> None:
    past = given.offer(given.judged(), Z, "own", 100, at=given.AFTER)
    found = comparison(past.search, given.market())
    assert found.columns[-1].standing == "late, not decided on"
    assert found.columns[-1].by_price is None
    assert found.difference == 40_000


def test_e8_a_room_that_went_since_the_offer_is_said() -> None:
    room = VacancyDeclared(
        **stamp(), setting="alder-1",
        vacancy=party(Room(places=1, from_on="2026-01-05", available=True, reason_not=None)),
    )  # fmt: skip
    before = Market.of(recorded(index, event) for index, event in enumerate((*MARKET[:-1], room, MARKET[-1])))
    past = given.offer(given.asked("alder"), X, "alder", 400_000)
    assert comparison(past.search, before).columns[0].room == "It has room"
    before.add(recorded(99, VacancyWithdrawn(**stamp(), setting="alder-1", why="filled")))
    assert comparison(past.search, before).columns[0].room == "The room was filled or taken back since the offer"


def test_points_for_price_are_exact_and_hold_for_any_fee() -> None:
    assert price_points(1500, 440_000, 400_000) == 1364
    assert price_points(1500, 400_000, 400_000) == 1500
    assert price_points(1500, 0, 0) == 0
    assert price_points(1500, 10**15, 1) == 0


def test_a_search_that_chose_a_home_and_was_withdrawn_is_after_its_room_no_more() -> None:
    past = given.chosen()
    assert Others.of(past.events).chose("cedar-1", since=0, but="another") == 1
    assert Others.of(past.events).chose("cedar-1", since=0, but=CASE) == 0
    past.add(e.ReferralEnded, how=agg("withdrawn"), cause=agg(None), reason=party("Family can care"))
    assert Others.of(past.events).chose("cedar-1", since=0, but="another") == 0
