"""How it goes on: reviews, outcomes, unregistered use looked at each week, and an end with its reason."""

from __future__ import annotations

from typing import Any

import pytest

from fairplace.placement.commands import (
    EndPlacement,
    MeasureOutcome,
    RecordAssurance,
    RecordUnregisteredUse,
    ReviewPlacement,
    ReviewUnregisteredUse,
    SignPlan,
)
from fairplace.placement.events import Ending, OutcomeMeasured, PlacementEnded, UnregisteredUse
from tests import homes
from tests.blocks import blocked, never
from tests.homes import APPROVER, DIRECTOR, SOCIAL_WORKER
from tests.searches import Homes, a_search


def living() -> Homes:
    story = a_search()
    story.wait_until("2026-04-10T09:00:00.000Z")
    return story


def review(**changes: Any) -> ReviewPlacement:
    return homes.made(ReviewPlacement, changes, reviewed_on="2026-04-02", need_met="yes", words="Sleeps better")


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"reviewed_on": "2026-04-11"}, "future"),
        ({"words": " "}, "empty-text"),
        ({"ratio_day": 1001}, "ratio"),
        ({"added_hours": 14}, "hours"),
        ({"hour_rate": 2200}, "hours"),
        ({"added_hours": 10_000, "hour_rate": 2200}, "hours"),
        ({"added_hours": 14, "hour_rate": -1}, "amount"),
    ],
)
def test_a_review_that_does_not_add_up_is_refused(changes: dict[str, Any], code: str) -> None:
    never(living(), review(**changes), code, by=SOCIAL_WORKER)


def test_added_hours_are_recorded_with_their_rate() -> None:
    living().do(review(added_hours=112, hour_rate=2200, ratio_day=200), by=SOCIAL_WORKER)


def test_nothing_goes_on_before_it_began() -> None:
    story = a_search(until="agreed")
    never(story, review(reviewed_on="2026-03-03"), "not-started", by=SOCIAL_WORKER)
    never(story, RecordAssurance(id="test", kind="visit", words="Warm"), "not-started", by=SOCIAL_WORKER)
    plan = SignPlan(id="test", signed_on="2026-03-02")
    blocked(a_search(until="assessed"), plan, "not-chosen", by=SOCIAL_WORKER, final=True)
    never(living(), SignPlan(id="test", signed_on="2026-05-02"), "future", by=SOCIAL_WORKER)


def test_an_outcome_that_was_agreed_is_looked_at_again() -> None:
    story = living()
    seen = story.do(
        MeasureOutcome(id="test", outcome="o2", attained="partly", actual="Two days"), by=SOCIAL_WORKER
    ).event
    assert isinstance(seen, OutcomeMeasured)
    assert seen.frame.get() == "ENJOY_ACHIEVE"
    other = MeasureOutcome(id="test", outcome="o9", attained="yes", actual="Five days")
    assert "o1, o2 and o3" in never(story, other, "unknown-outcome", by=SOCIAL_WORKER)
    never(a_search(until="chosen"), other, "not-agreed", by=SOCIAL_WORKER)


def use(due: str, began: str = "2026-04-01") -> RecordUnregisteredUse:
    return RecordUnregisteredUse(
        id="test",
        reason="no_registered_home",
        approved_by="director",
        use=UnregisteredUse(
            began_on=began, weekly_cost=1_050_000, review_due_on=due, registration_applied=True, court="none"
        ),
    )


def test_a21_unregistered_use_is_looked_at_within_seven_days() -> None:
    story = living()
    assert "within 7 days" in blocked(story, use("2026-04-09"), "review-late", by=DIRECTOR, final=True)
    never(story, use("2026-03-31"), "days", by=DIRECTOR)
    never(story, use("2026-05-02", began="2026-05-01"), "future", by=DIRECTOR)
    story.do(use("2026-04-08"), by=DIRECTOR)


def test_each_look_at_unregistered_use_says_when_the_next_is_or_that_it_ended() -> None:
    story = living()
    again: dict[str, Any] = {"id": "test", "reviewed_on": "2026-04-08"}
    never(story, ReviewUnregisteredUse(**again, goes_on=False), "no-use", by=APPROVER)
    story.do(use("2026-04-08"), by=DIRECTOR)
    never(story, ReviewUnregisteredUse(**again, goes_on=True), "next-review", by=APPROVER)
    never(story, ReviewUnregisteredUse(**again, goes_on=False, next_on="2026-04-15"), "next-review", by=APPROVER)
    late = ReviewUnregisteredUse(**again, goes_on=True, next_on="2026-04-16")
    blocked(story, late, "review-late", by=APPROVER, final=True)
    story.do(ReviewUnregisteredUse(**again, goes_on=True, next_on="2026-04-15"), by=APPROVER)
    story.do(ReviewUnregisteredUse(**again, goes_on=False), by=APPROVER)


def end(reason: str = "CARPL", **changes: Any) -> EndPlacement:
    ending = homes.made(
        Ending,
        changes,
        ended_on="2026-04-09",
        rec="X1",
        reviewed_first=True,
        immediate_risk=False,
        notice_given_on="2026-03-20",
    )
    return EndPlacement(id="test", reason=reason, planned=True, ending=ending)


def test_an_end_has_codes_of_its_day_and_comes_after_the_start() -> None:
    story = living()
    never(story, end("WHIM"), "unknown-code")
    never(story, end(rec="E99"), "unknown-code")
    never(story, end(ended_on="2026-03-05"), "days")
    never(story, end(ended_on="2026-04-11"), "future")
    never(a_search(until="agreed"), end(ended_on="2026-03-02"), "not-started")
    ended = story.do(end()).event
    assert isinstance(ended, PlacementEnded)
    never(story, end(), "ended")


def test_regulation_14_the_authority_ends_it_after_a_review_unless_there_is_risk() -> None:
    story = living()
    blocked(story, end("LAREQ", reviewed_first=False), "no-review", final=True)
    story.do(end("LAREQ", reviewed_first=False, immediate_risk=True))


def test_all_of_a_placement_stands_in_the_stream_of_its_agreement() -> None:
    story = living()
    story.do(review(), by=SOCIAL_WORKER)
    story.do(end())
    assert len({one.stream for one in story.events if one.type.startswith("placement.")}) == 1
