"""The whole path of a fair search, from the need to the day on which the child moves in."""

from fairplace import catalogue
from fairplace.placement.events import PlacementAgreed, PlacementStarted
from fairplace.referral.state import Search
from fairplace.searching import Search as Reading
from tests.homes import ASH
from tests.searches import CHAPTERS, a_search


def test_a_fair_search_goes_through_without_an_override() -> None:
    story = a_search()
    assert [one.type for one in story.events][-3:] == [
        "placement.agreed/1",
        "placement.started/1",
        "placement.plan-signed/1",
    ]
    assert all(getattr(one.event, "override", None) is None for one in story.events)
    assert all(one.type in catalogue.PLACEMENTS for one in story.everything)


def test_every_chapter_ends_where_it_says() -> None:
    for chapter in CHAPTERS:
        assert a_search(until=chapter).events


def test_what_is_agreed_is_the_offer_with_most_points() -> None:
    story = a_search()
    agreed = story.history.last(PlacementAgreed)
    assert agreed is not None
    assert agreed[1].terms.get().setting == ASH.setting
    assert agreed[1].frames.get() == ["BE_HEALTHY", "STAY_SAFE", "ENJOY_ACHIEVE"]


def test_the_start_says_where_from_the_list_of_homes_and_from_the_decision() -> None:
    story = a_search()
    found = story.history.last(PlacementStarted)
    assert found is not None
    started = found[1].started.get()
    assert (started.boundary, started.place_code, started.provider_class) == ("IN", "K2", "PR4")
    assert (started.mechanism, started.spot, started.registered) == ("framework_call_off", "under_agreement", True)
    assert started.over_20_miles is False


def test_the_two_readings_of_a_search_agree() -> None:
    """The one that decides and the one that judges are written apart."""
    story = a_search()
    deciding, judging = Search(story.history), Reading(story.history)
    assert deciding.offers.keys() == judging.offers.keys()
    for name, one in judging.offers.items():
        assert deciding.offers[name].terms == one.terms
        assert deciding.distances[name] == one.tenths
        assert deciding.boundaries[name] == one.boundary
        assert deciding.offers[name].takes_part == one.takes_part


def test_placement_events_stand_in_one_stream_of_their_own() -> None:
    story = a_search()
    streams = {one.stream for one in story.events if one.type.startswith("placement.")}
    assert len(streams) == 1
    assert story.case not in streams
