"""What is released of bids that lost does not depend on what they asked: nobody can work a loser's price out."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from fairplace.openness.commands import Release
from fairplace.openness.events import Disclosed
from fairplace.openness.release import RELEASES, in_effect, releasable
from fairplace.procurement.commands import Award
from fairplace.procurement.events import Criterion, Moderated, Result
from fairplace.procurement.scoring import price_points
from fairplace.procurement.state import state_of
from tests.matrix import many
from tests.story import APPROVER, MODERATOR, OFFERS, Offer, Story, agreed, award, open_competition, summaries

ALDER, BIRCH, CEDAR = OFFERS[:3]
CHEAPEST = msgspec.structs.replace(ALDER, price=470_000)
UNPRICED = {
    "criteria": [
        Criterion(id="care", parent=None, kind="quality", weight=7000),
        Criterion(id="staff", parent=None, kind="quality", weight=3000),
    ],
    "titles": {"care": "Quality of care", "staff": "Staffing and training"},
    "price_formula": None,
}


def told(offers: Sequence[Offer], **published: object) -> Story:
    return open_competition(until="released", bids=len(offers), offers=offers, published=published, covers=True)


def results(story: Story) -> dict[str, Result]:
    """The results that the public sees, by place."""
    event = next(one.event for one in story.public() if isinstance(one.event, Moderated))
    return {place: found for place, bid in event.bids.items() if (found := bid.result.get()) is not None}


def place_of(story: Story, offer: Offer) -> str:
    return state_of(story.history).bids[offer.provider.id].place


def test_no_points_of_a_bid_that_lost_are_released_where_price_counts() -> None:
    story = told([CHEAPEST, BIRCH, CEDAR])
    assert set(results(story)) == {place_of(story, CHEAPEST)}
    assert results(story)[place_of(story, CHEAPEST)].rank == 1


def test_a_winner_that_was_not_the_cheapest_would_tell_the_lowest_price() -> None:
    """Its price is public: 4,000 points times the lowest price over its own can be solved for the lowest."""
    story = told([ALDER, BIRCH, CEDAR])
    recorded = state_of(story.history).results[place_of(story, ALDER)]
    solved = recorded.points["price"] * ALDER.price / 4000
    assert solved == pytest.approx(BIRCH.price, rel=1e-4)
    assert results(story) == {}


def test_winners_of_a_framework_are_told_when_the_cheapest_is_one_of_them() -> None:
    story = open_competition(until="moderated", offers=[ALDER, BIRCH, CEDAR], published={"winners": 2})
    both = {ALDER.provider.id: ALDER.price, BIRCH.provider.id: BIRCH.price}
    finish(story, award(ALDER, awards=both))
    assert set(results(story)) == {place_of(story, ALDER), place_of(story, BIRCH)}


def finish(story: Story, decided: Award) -> None:
    story.do(decided, by=APPROVER)
    story.do(summaries(OFFERS[:3]))
    story.do(Release(id="test", occasion="award"))


def test_points_that_do_not_follow_from_the_winners_own_facts_stay_closed() -> None:
    """A portal's totals may have been made in any way, from anybody's price."""
    offers = [CHEAPEST, BIRCH, CEDAR]
    story = open_competition(until="marked", offers=offers)
    odd = Result(points={"care": 3200, "staff": 1200, "price": 3900}, total=8300, rank=1)
    other = Result(points={"care": 2400, "staff": 1200, "price": 3800}, total=7400, rank=2)
    third = Result(points={"care": 2400, "staff": 1600, "price": 3000}, total=7000, rank=3)
    given_by = {offer.provider.id: one for offer, one in zip(offers, (odd, other, third), strict=True)}
    story.report(msgspec.structs.replace(agreed(offers), results=given_by), by=MODERATOR)
    finish(story, award(CHEAPEST))
    assert results(story) == {}


def test_where_no_criterion_is_about_price_all_results_are_released() -> None:
    story = told([ALDER, BIRCH, CEDAR], **UNPRICED)
    assert {place: one.total for place, one in results(story).items()} == {
        place_of(story, ALDER): 5600 + 1800,
        place_of(story, BIRCH): 4200 + 1800,
        place_of(story, CEDAR): 4200 + 2400,
    }


def test_where_only_the_tie_break_is_about_price_no_rank_of_a_loser_is_released() -> None:
    story = told([ALDER, BIRCH, CEDAR], **UNPRICED, tie_break="lowest-price")
    assert set(results(story)) == {place_of(story, ALDER)}


def test_marks_on_quality_stay_public_for_every_bid() -> None:
    story = told([ALDER, BIRCH, CEDAR])
    event = next(one.event for one in story.public() if isinstance(one.event, Moderated))
    assert sum(bid.marks.get() is not None for bid in event.bids.values()) == 3
    assert all(bid.marks.is_open for bid in event.bids.values())


def test_a_price_is_granted_only_where_a_bid_won() -> None:
    for grants in RELEASES.values():
        for grant in grants:
            bought = grant.type == "urgent.bought/1"  # no bid: what was paid where nobody else was asked
            assert "/price" not in grant.slots or grant.which == "winner" or bought
            assert "/bids/*/result" not in grant.slots or grant.provided == "price-counts-for-nothing"


prices = st.integers(min_value=470_001, max_value=2_000_000)


@given(first=prices, second=prices, cheapest=st.booleans())
@settings(max_examples=many(50), deadline=None)
def test_whatever_the_losers_asked_the_public_sees_the_same(first: int, second: int, *, cheapest: bool) -> None:
    """Every released slot and every opened value, byte for byte, whatever the two losing prices were.

    Left as they are: who wins, and whether the winner is the cheapest (that one bit shows: its points are there or not).
    """
    winner = CHEAPEST if cheapest else msgspec.structs.replace(ALDER, price=2_000_001)
    strong = msgspec.structs.replace(winner, marks={"care": 10, "staff": 10})
    usual = [strong, msgspec.structs.replace(BIRCH, price=471_000), msgspec.structs.replace(CEDAR, price=471_001)]
    other = [strong, msgspec.structs.replace(BIRCH, price=first), msgspec.structs.replace(CEDAR, price=second)]
    assume(all(wins(offers) for offers in (usual, other)))
    assert seen(told(usual)) == seen(told(other))


def wins(offers: Sequence[Offer]) -> bool:
    """Does the first bid still come out first?"""
    lowest = min(offer.price for offer in offers)
    totals = [
        offer.marks["care"] * 400
        + offer.marks["staff"] * 200
        + price_points(4000, offer.price, lowest, "lowest-over-price")
        for offer in offers
    ]
    return totals[0] > max(totals[1:])


def seen(story: Story) -> tuple[bytes, object]:
    """All that a member of the public holds, digests of what stays closed aside (they are salted), and what may come."""
    openings = [event.openings for _, event in story.history.of(Disclosed)]
    due = {name: releasable(story.history, name) for name in RELEASES}
    return msgspec.json.encode([one.event for one in story.public()], order="sorted"), (
        openings, due, in_effect(story.history),
    )  # fmt: skip


def test_the_check_would_notice() -> None:
    """With another winner's price, what is public differs: the comparison does look at prices."""
    dearer = msgspec.structs.replace(CHEAPEST, price=469_999)
    assert seen(told([CHEAPEST, BIRCH, CEDAR])) != seen(told([dearer, BIRCH, CEDAR]))
