"""Offers are looked at, located and judged alike; what they earn for price is worked out, and said by nobody."""

from __future__ import annotations

from typing import Any

import pytest

from fairplace.referral.commands import ConsiderOffers, DecideLateOffer, HoldPanel, LocateOffers, ScoreOffers
from fairplace.referral.events import OfferMadeLate, OffersLocated, OffersScored
from fairplace.referral.judging import price_points
from fairplace.referral.values import Considered, Scored
from fairplace.terms import instant
from tests import homes, needs
from tests.blocks import blocked, never
from tests.homes import ASH, BEECH, CHAIR, a_market
from tests.searches import Homes, a_search, fostered, scores


def answered() -> Homes:
    return a_search(until="answered")


def scoring(story: Homes, **changes: Any) -> ScoreOffers:
    return ScoreOffers(id="test", scores={**scores(story), **changes})


def test_c6_price_earns_its_weight_times_lowest_over_offer() -> None:
    assert price_points(1500, 400_000, 400_000) == 1500
    assert price_points(1500, 400_000, 440_000) == 1364
    assert price_points(1500, 0, 440_000) == 0
    assert price_points(1500, 0, 0) == 1500


def test_points_for_price_are_worked_out_among_those_judged() -> None:
    story = answered()
    event = story.do(scoring(story)).event
    assert isinstance(event, OffersScored)
    by_fee = sorted(one.points["price"] for one in event.scores.get().values())
    assert by_fee == [price_points(1500, ASH.fee, BEECH.fee), 1500]
    assert event.criteria == story.search.criteria_leaf
    first = next(iter(story.search.live))
    wrong = Scored(points={**ASH.points, "price": 3}, failed=[], keeps=[])
    never(story, scoring(story, **{first: wrong}), "price-points")


def test_every_offer_is_judged_by_every_criterion() -> None:
    story = answered()
    first, second = story.search.live
    alone = ScoreOffers(id="test", scores={first: scores(story)[first]})
    assert second in blocked(story, alone, "offer-left-out")
    less = Scored(points={"match": 100, "outcomes": 100}, failed=[], keeps=[])
    assert "locality" in blocked(story, scoring(story, **{first: less}), "criterion-left-out")


@pytest.mark.parametrize(
    ("scored", "code"),
    [
        (Scored(points={**ASH.points, "match": 5001}, failed=[], keeps=[]), "points"),
        (Scored(points={**ASH.points, "match": -1}, failed=[], keeps=[]), "points"),
        (Scored(points={**ASH.points, "charm": 1}, failed=[], keeps=[]), "unknown-criterion"),
        (Scored(points=dict(ASH.points), failed=["garden"], keeps=[]), "unknown-condition"),
        (Scored(points=dict(ASH.points), failed=[], keeps=["c9"]), "unknown-connection"),
    ],
)
def test_points_that_do_not_add_up_are_refused(scored: Scored, code: str) -> None:
    story = answered()
    first = next(iter(story.search.live))
    never(story, scoring(story, **{first: scored}), code)


def test_nothing_is_judged_without_criteria_or_while_answers_may_come() -> None:
    story = a_search(until="published")
    story.do(needs.offer(ASH), by=ASH.actor)
    blocked(story, scoring(story), "tier-running")
    bare = a_search(until="assessed")
    bare.do(needs.opening())
    never(bare, ScoreOffers(id="test", scores={}), "no-criteria")


def test_a_late_offer_is_judged_once_it_takes_part() -> None:
    story = a_search(until="published")
    late = story.do(needs.offer(ASH), by=ASH.actor, at="2026-03-03T12:00:00.000Z").event
    assert isinstance(late, OfferMadeLate)
    judged = ScoreOffers(id="test", scores={late.offer: Scored(points=dict(ASH.points), failed=[], keeps=[])})
    blocked(story, judged, "no-part")
    story.do(DecideLateOffer(id="test", offer=late.offer, admitted=True, reason="The line was down"))
    story.do(judged)


def test_an_older_need_is_judged_for_nobody() -> None:
    story = answered()
    story.do(needs.need(), by=homes.SOCIAL_WORKER)
    first = scoring(story)
    blocked(story, ScoreOffers(id="test", scores=first.scores, need_version=1), "stale-need")


def test_when_an_offer_was_looked_at_is_in_the_past() -> None:
    story = answered()
    first = next(iter(story.search.live))
    never(story, ConsiderOffers(id="test", offers={}), "no-offers")
    never(story, ConsiderOffers(id="test", offers={first: Considered(at="2026-04-01T09:00:00.000Z", priority=None)}),
          "future")  # fmt: skip
    never(story, ConsiderOffers(id="test", offers={"00000000": Considered(at=instant(story.now), priority=None)}),
          "unknown-offer")  # fmt: skip


def test_distance_and_boundary_are_both_kept_and_the_boundary_follows_from_the_areas() -> None:
    story = answered()
    first, second = story.search.live
    event = story.do(LocateOffers(id="test", distance={first: 50, second: 9999})).event
    assert isinstance(event, OffersLocated)
    assert event.boundary.get() == {first: "IN", second: "ADJ"}
    assert {name: one.tenths for name, one in event.distance.get().items()} == {first: 50, second: 9999}
    never(story, LocateOffers(id="test", distance={first: 10_000}), "distance")
    never(story, LocateOffers(id="test", distance={first: -1}), "distance")
    never(story, LocateOffers(id="test", distance={first: 50}, boundary={first: "DIST"}), "boundary")
    never(story, LocateOffers(id="test", distance={first: 50}, boundary={second: "ADJ"}), "distance")
    never(story, LocateOffers(id="test", distance={}), "no-offers")


def test_a_home_outside_england_lies_there() -> None:
    away = homes.a_seller(2, "Beech Trust", "PR5", "OUTSIDE_ENGLAND", 90_000, tier="T1")
    story = a_search(until="published", market=a_market((homes.OWN, ASH, away)), sellers=(ASH, away))
    story.do(needs.offer(away), by=away.actor)
    [name] = story.search.live
    event = story.do(LocateOffers(id="test", distance={name: 559})).event
    assert isinstance(event, OffersLocated)
    assert event.boundary.get() == {name: "OUTSIDE_ENGLAND"}


def test_a_foster_carer_lives_where_it_is_said_and_by_the_service_only_while_nothing_is_said() -> None:
    """Carers live around their service, in areas of their own: regulation 11 asks where the child will live."""
    story = fostered()
    name = next(iter(story.search.live))

    def side(**given: Any) -> str:
        event = story.decide(LocateOffers(id="test", distance={name: 80}, boundary=given)).event
        assert isinstance(event, OffersLocated)
        return str(event.boundary.get()[name])

    assert (side(), side(**{name: "ADJ"}), side(**{name: "DIST"})) == ("IN", "ADJ", "DIST")


def panel(story: Homes, **changes: Any) -> HoldPanel:
    return homes.made(
        HoldPanel,
        changes,
        attended=["chair", "social_worker"],
        ranking=list(story.search.live),
        note="Both could meet the need",
    )


def test_a_panel_weighs_every_judged_offer_before_the_child_moves() -> None:
    story = answered()
    blocked(story, panel(story), "not-scored", by=CHAIR)
    story.do(scoring(story))
    first = next(iter(story.search.live))
    blocked(story, panel(story, ranking=[first]), "offer-left-out", by=CHAIR)
    blocked(story, panel(story, before_start=False), "panel-after", by=CHAIR)
    never(story, panel(story, attended=[]), "panel", by=CHAIR)
    never(story, panel(story, ranking=[first, first]), "twice", by=CHAIR)
    never(story, panel(story, ranking=["00000000"]), "unknown-offer", by=CHAIR)
    never(story, panel(story, note=" "), "empty-text", by=CHAIR)
    story.do(panel(story), by=CHAIR)
