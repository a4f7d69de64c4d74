"""The child moves in: by the codes of that day, into a place that may take them, approved before by who must."""

from __future__ import annotations

from typing import Any

import pytest

from fairplace.market.commands import WithdrawVacancy
from fairplace.placement.commands import RecordUnregisteredUse, ReviewUnregisteredUse
from fairplace.placement.events import PlacementStarted, UnregisteredUse
from fairplace.recorded import Recorded
from fairplace.referral.commands import ConsultArea, EndReferral, LocateOffers
from tests import homes, needs
from tests.blocks import blocked, never
from tests.homes import APPROVER, ASH, BEECH, BUDGET, DIRECTOR, NOMINATED, Seller, a_market
from tests.searches import Homes, a_search, agreement, approval, choice, fostered, start

MOVE = "2026-03-06T14:00:00.000Z"


def agreed(**changes: Any) -> Homes:
    story = a_search(until="agreed", **changes)
    story.wait_until(MOVE)
    return story


def started_as(recorded: Recorded) -> Any:
    assert isinstance(recorded.event, PlacementStarted)
    return recorded.event.started.get()


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"reason": "X"}, "unknown-code"),
        ({"legal_status": "C9"}, "unknown-code"),
        ({"need_code": "N9"}, "unknown-code"),
        ({"place_code": "H5"}, "code-out-of-date"),
        ({"provider_class": "PR9"}, "unknown-code"),
        ({"age_months": 216}, "age"),
        ({"age_months": 100}, "age"),
        ({"urn": "12"}, "urn"),
        ({"started_on": "2026-03-05"}, "days"),
        ({"moved_at": "2026-03-09T12:00:00.000Z"}, "future"),
    ],
)
def test_a_start_that_does_not_add_up_is_refused(changes: dict[str, Any], code: str) -> None:
    story = agreed()
    never(story, start(story, **changes), code)


def test_the_list_of_the_day_counts_for_a_report_of_years_ago() -> None:
    """What happened in 2024 is told by the codes of 2024."""
    story = agreed()
    early = start(story, started_on="2024-06-03", moved_at="2024-06-03T12:00:00.000Z", place_code="H5", age_months=195)
    told = story.report(early, happened_at="2024-06-03T13:00:00.000Z")
    assert started_as(told).place_code == "H5"
    never(story, early, "started-already")


def neighbour(until: str = "approved") -> Homes:
    """A search in which the home in the adjoining authority is the better one."""
    near = Seller(**{name: getattr(BEECH, name) for name in BEECH.__struct_fields__} | {"points": dict(ASH.points)})
    far = Seller(**{name: getattr(ASH, name) for name in ASH.__struct_fields__} | {"points": dict(BEECH.points)})
    homes.BY_PROVIDER.update({near.provider: near, far.provider: far})
    try:
        story = a_search(until=until)
    finally:
        homes.BY_PROVIDER.update({ASH.provider: ASH, BEECH.provider: BEECH})
    return story


def test_regulation_11_outside_the_area_a_nominated_officer_approves_first() -> None:
    story = neighbour("agreed")
    story.wait_until(MOVE)
    assert "nominated officer first" in blocked(story, start(story), "no-nominated-officer")
    story.do(approval("nominated_officer", story), by=NOMINATED)
    assert started_as(story.do(start(story))).boundary == "ADJ"


def far_away(until: str = "agreed") -> Homes:
    """A search in which the one home that is left lies beyond the adjoining authorities."""
    distant = homes.a_seller(1, "Ash House Care", "PR4", homes.FAR, 90_000, tier="T1", fee=470_000, points=ASH.points)
    story = a_search(until=until, market=a_market((homes.OWN, distant, BEECH)), sellers=(distant, BEECH))
    story.wait_until(MOVE)
    return story


def test_regulation_11_at_a_distance_the_director_approves_first_and_the_area_is_consulted() -> None:
    story = far_away()
    story.do(approval("nominated_officer", story), by=NOMINATED)
    assert "director of children's services" in blocked(story, start(story), "no-director")
    story.do(approval("director", story), by=DIRECTOR)
    assert homes.FAR in blocked(story, start(story), "not-consulted")
    story.do(ConsultArea(id="test", area=homes.FAR, care_plan_given=True))
    started = started_as(story.do(start(story)))
    assert (started.boundary, started.over_20_miles) == ("DIST", True)


def test_foster_carers_who_live_in_another_area_than_their_service_are_approved_for_where_they_live() -> None:
    story = fostered("answered")
    name = next(iter(story.search.live))
    story.wait_until("2026-03-03T15:00:00.000Z")
    story.do(LocateOffers(id="test", distance={name: 310}, boundary={name: "DIST"}))
    story.report(choice(story, name, residential=None))
    story.wait_until(MOVE)
    for capacity, actor in (("practice", APPROVER), ("budget", BUDGET)):
        story.do(approval(capacity, story), by=actor)
    story.report(agreement(story))
    assert "director of children's services" in blocked(story, start(story), "no-director")
    assert "located as DIST" in never(story, start(story, boundary="IN"), "boundary"), "nobody's word goes before it"
    story.do(approval("director", story), by=DIRECTOR)
    assert "where the carers live" in blocked(story, start(story), "not-consulted")
    story.do(ConsultArea(id="test", area=homes.FAR, care_plan_given=True))
    assert started_as(story.do(start(story))).boundary == "DIST"


def use(approved_by: str) -> RecordUnregisteredUse:
    return RecordUnregisteredUse(
        id="test",
        reason="no_registered_home",
        approved_by=approved_by,  # type: ignore[arg-type]
        use=UnregisteredUse(
            began_on="2026-03-06", weekly_cost=1_050_000, review_due_on="2026-03-13", registration_applied=True, court="none"
        ),
    )  # fmt: skip


def test_a_child_in_a_place_that_is_not_registered_is_on_record_though_no_home_was_chosen() -> None:
    """What the law does not allow happens all the same; a record that cannot hold it would hide it."""
    story = a_search(until="published")
    story.wait_until("2026-03-05T09:00:00.000Z")
    story.do(EndReferral(id="test", how="not_found", cause="no_capacity", reason="Nobody had room"))
    story.wait_until(MOVE)
    place: dict[str, Any] = {"setting": "lodge-1", "place_code": "Z14", "provider_class": "PR4", "boundary": "IN"}
    never(story, start(story, **place), "not-chosen")
    used = story.do(use("director"), by=DIRECTOR)
    recorded = story.do(start(story, **place))
    started = started_as(recorded)
    assert recorded.stream == used.stream, "the life in one place is one stream"
    assert (started.registered, started.mechanism, started.spot) == (False, "spot_single", "spot")
    assert started.over_20_miles is None


def test_a_use_on_record_lets_nobody_start_a_placement_in_a_registered_home() -> None:
    """Only the place that is not registered needs no decision; a home on the list, or one with a URN, is chosen first."""
    story = a_search(until="answered")
    story.wait_until(MOVE)
    story.do(use("director"))
    assert "not registered" in never(story, start(story, setting=homes.OWN.setting), "not-chosen")
    never(story, start(story, setting=homes.OWN.setting, place_code="Z14"), "not-chosen")
    place: dict[str, Any] = {"setting": "lodge-1", "place_code": "K2", "provider_class": "PR4", "boundary": "IN"}
    never(story, start(story, urn="SC123456", **place), "not-chosen")


@pytest.mark.parametrize(("over_on", "allowed"), [("2026-03-05", False), ("2026-03-06", True)])
def test_a_use_that_was_over_before_the_child_moved_in_stands_for_no_decision(over_on: str, allowed: bool) -> None:
    story = a_search(until="published")
    story.wait_until(MOVE)
    story.do(use("director"), by=DIRECTOR)
    story.do(ReviewUnregisteredUse(id="test", reviewed_on=over_on, goes_on=False), by=DIRECTOR)
    place: dict[str, Any] = {"setting": "lodge-1", "place_code": "Z14", "provider_class": "PR4", "boundary": "IN"}
    if allowed:
        assert not started_as(story.do(start(story, **place))).registered
    else:
        never(story, start(story, **place), "not-chosen")
    story.report(use("director"), happened_at=MOVE)
    if not allowed:
        assert not started_as(story.do(start(story, **place))).registered, "a use that was recorded since goes on"


def test_use_of_an_unregistered_place_that_nobody_approved_stops_the_start() -> None:
    story = a_search(until="published")
    story.wait_until(MOVE)
    story.do(use("nobody"), by=DIRECTOR)
    place: dict[str, Any] = {"setting": "lodge-1", "place_code": "Z14", "provider_class": "PR4", "boundary": "IN"}
    assert "ask the director" in blocked(story, start(story, **place), "not-approved")


def test_an_approval_that_came_late_is_recorded_as_it_was() -> None:
    story = far_away()
    story.report(start(story))
    late = story.do(approval("director", story), by=DIRECTOR)
    assert late.index > story.history.of(PlacementStarted)[0][0].index


def test_an_approval_of_another_version_is_none() -> None:
    story = a_search(until="chosen")
    story.do(approval("practice", story), by=APPROVER)
    story.do(approval("budget", story), by=BUDGET)
    assert story.search.approved("practice", since=story.search.choice)
    story.report(needs.need(), by=homes.OFFICER)
    again = story.report(
        homes.made(type(approval("practice", story)), {}, capacity="practice", need_version=2, fee_version=1)
    )
    assert again
    assert not story.search.approved("practice", since=story.search.choice)


def test_nobody_under_16_is_placed_in_supported_accommodation() -> None:
    story = agreed()
    assert "under 16" in blocked(story, start(story, place_code="K3"), "under-16")
    blocked(story, start(story, place_code="K3", age_months=191), "under-16")
    assert started_as(story.do(start(story, place_code="K3", age_months=192))).place_code == "K3"


def test_a_place_that_must_be_registered_has_an_urn() -> None:
    closed = homes.home(ASH, registration=homes.registration(urn=None))
    market = a_market((homes.OWN, BEECH))
    stream = homes.step_of_market(homes.provider(ASH), market, stream=None, at="2025-07-01T09:00:00.000Z")
    market.append(stream)
    for command in (closed, homes.capability(ASH), homes.rating(ASH), homes.vacancy(ASH)):
        market.append(homes.step_of_market(command, market, stream=stream.stream, at="2025-07-01T10:00:00.000Z"))
    story = a_search(until="agreed", market=market, sellers=(ASH, BEECH), criteria={"agreement": None},
                     published={"tier": "OFF"}, chosen={"mechanism": "spot_competed", "agreement": None})  # fmt: skip
    story.wait_until(MOVE)
    blocked(story, start(story), "unregistered")
    started = started_as(story.do(start(story, urn="SC123456")))
    assert (started.registered, started.spot) == (True, "spot")


def test_e6_a_member_off_its_terms_is_shown_apart_from_spot() -> None:
    story = agreed(chosen={"mechanism": "spot_competed", "agreement": None})
    assert started_as(story.do(start(story))).spot == "off_terms"


def test_a_home_without_room_does_not_take_the_child_unseen() -> None:
    story = agreed()
    story.sell(WithdrawVacancy(id="test", setting=ASH.setting, why="filled"), ASH)
    blocked(story, start(story), "at-capacity")


def test_it_is_agreed_before_the_child_moves_in_and_the_home_is_the_one_agreed() -> None:
    story = a_search(until="reasoned")
    story.wait_until(MOVE)
    blocked(story, start(story), "not-agreed")
    open_still = a_search(until="judged")
    open_still.wait_until(MOVE)
    never(open_still, start(open_still), "no-home")
    blocked(agreed(), start(story, setting=BEECH.setting, boundary="ADJ"), "other-home")


def test_a_child_moves_in_once() -> None:
    story = a_search()
    never(story, start(story), "started-already")
