"""What the page of a decision makes of its row: scores that may be compared, and whose answer each check is."""

from __future__ import annotations

from datetime import date
from typing import Any

import msgspec
import pytest

from fairplace import shelf
from fairplace.http.record_view import record_view
from fairplace.http.rulebook import Rulebook
from fairplace.replay import loaded

ROW = next(one.projection.row for one in loaded(shelf.projections()) if one.projection.name == "decision-record")
CRITERIA = [
    {"id": "quality", "parent": None, "kind": "quality", "weight": 6000, "title": None},
    {"id": "care", "parent": "quality", "kind": "quality", "weight": 3500, "title": "Care"},
    {"id": "staff", "parent": "quality", "kind": "quality", "weight": 2500, "title": "Staff"},
    {"id": "price", "parent": None, "kind": "price", "weight": 4000, "title": "Price"},
]
SCALE = {"lowest": 1, "highest": 4, "step": 1, "descriptors": None}


def bid(place: str, marks: dict[str, int] | None, *, winner: bool = False, **members: Any) -> dict[str, Any]:
    return {"place": place, "label": place[-1], "marks": marks, "winner": winner, **members}


def row(*bids: dict[str, Any], **members: Any) -> Any:
    usual = {"case": "c", "citation": None, "criteria": CRITERIA, "scale": SCALE, "bids": list(bids)}
    return msgspec.convert(usual | members, ROW)


def view(given: Any) -> Any:
    return record_view(given, Rulebook(shelf.policies()), date(2026, 11, 22))


WON = bid("03", {"care": 4, "staff": 3}, winner=True)
LOST = bid("01", {"care": 2, "staff": 2})
RESULT = {"points": {"care": 3500, "staff": 1667, "price": 4000}, "total": 9167, "rank": 1}


def test_points_for_quality_follow_from_marks_and_weights_rounded_half_up() -> None:
    scores = view(row(WON, LOST)).scores
    assert scores.by_place["03"].points == {"care": 3500, "staff": 1667}
    assert scores.by_place["01"].points == {"care": 1167, "staff": 833}
    assert [(bar.value, bar.first) for bar in scores.bars] == [(5167, True), (2000, False)]
    assert (scores.most, scores.lead) == (6000, 3167)


def test_recorded_points_are_shown_as_recorded_where_they_are_public() -> None:
    """Even when they do not follow: the rules say so, the page does not mend them."""
    odd = RESULT | {"points": {"care": 3400, "staff": 1667, "price": 4000}}
    assert view(row(WON | odd, LOST)).scores.by_place["03"].points == {"care": 3400, "staff": 1667}


@pytest.mark.parametrize(
    ("bids", "kept"),
    [
        ((WON, LOST), "of-all"),
        ((WON | RESULT, LOST), "of-those-that-lost"),
        ((WON | RESULT, LOST | RESULT), ""),
        ((WON | RESULT,), ""),
        ((WON | RESULT, bid("02", {})), ""),
        ((bid("03", None, winner=True), bid("01", None)), ""),
    ],
)
def test_what_is_kept_back_for_the_sake_of_prices_is_said(bids: tuple[dict[str, Any], ...], kept: str) -> None:
    assert view(row(*bids)).scores.kept == kept


def test_where_price_does_not_count_nothing_is_kept_back_for_its_sake() -> None:
    assert view(row(WON, LOST, criteria=CRITERIA[:3])).scores.kept == ""


@pytest.mark.parametrize(
    "others",
    [
        [],
        [bid("01", {"care": 4, "staff": 4})],
        [bid("01", {"care": 4, "staff": 3})],
        [LOST, bid("02", None)],
        [bid("01", {"care": 2, "staff": 2}, winner=True)],
    ],
)
def test_a_lead_is_claimed_only_over_all_others(others: list[dict[str, Any]]) -> None:
    assert view(row(WON, *others)).scores.lead is None


def test_a_bid_that_was_not_marked_has_no_bar_and_hinders_no_lead() -> None:
    scores = view(row(WON, LOST, bid("02", {}))).scores
    assert (len(scores.bars), scores.lead) == (2, 3167)


def test_a_scale_of_one_step_and_unknown_marks_give_no_points() -> None:
    flat = row(WON, LOST, scale=SCALE | {"highest": 1})
    assert [score.quality for score in view(flat).scores.by_place.values()] == [None, None]
    assert view(row(bid("03", {"care": 4}), LOST)).scores.by_place["03"].quality is None


def test_checks_stand_gravest_first_with_whose_they_are() -> None:
    def check(rule: str, outcome: str, index: int, by: str) -> dict[str, Any]:
        return {"rule": rule, "outcome": outcome, "index": index, "view": by}

    runs = [
        {"view": "public", "upto": 8, "index": 9, "outcomes": {}},
        {"view": "authority", "upto": 8, "index": 8, "outcomes": {}},
    ]
    found = [
        check("AD-01", "met", 9, "public"),
        check("ET-12", "not-met", 8, "authority"),
        check("ET-01", "concern", 9, "public"),
        check("RR-01", "cannot-tell", 9, "public"),
        check("TR-04", "not-applicable", 8, "authority"),
    ]
    checks = view(row(checks=found, runs=runs)).checks
    assert [(one.code, one.repeatable) for one in checks.told] == [("ET-12", False), ("ET-01", True), ("AD-01", True)]
    assert (checks.repeatable, checks.unrepeatable, checks.public, checks.own) == (2, 2, 9, 8)
