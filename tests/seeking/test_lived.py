"""The children who have moved in: what is owed, by when, and nothing of the child."""

from __future__ import annotations

from fairplace.placement.commands import EndPlacement, RecordUnregisteredUse, ReviewPlacement, ReviewUnregisteredUse
from fairplace.placement.events import Ending, UnregisteredUse
from fairplace.searching import Search
from fairplace.seeking.lived import lived, lives, use_of
from tests.homes import DIRECTOR, OFFICER, SOCIAL_WORKER, made
from tests.searches import Homes, a_search


def read(story: Homes) -> Search:
    return Search(story.history)


def use(**changes: object) -> RecordUnregisteredUse:
    return made(
        RecordUnregisteredUse,
        changes,
        reason="emergency",
        approved_by="director",
        use=UnregisteredUse(
            began_on="2026-03-02",
            weekly_cost=1_050_000,
            review_due_on="2026-03-09",
            registration_applied=False,
            court="none",
        ),
    )


def test_a_child_who_moved_in_is_owed_the_plan_and_the_decision_in_their_own_words() -> None:
    story = a_search(until="agreed")
    assert not lives(read(story))
    story = a_search(until="started")
    search = read(story)
    assert lives(search)
    assert [one.says for one in lived(story.case, search, "2026-03-10").owed] == ["review how it goes by 7 April 2026"]
    bare = [
        one
        for one in story.history.events
        if one.type not in ("placement.plan-signed/1", "referral.child-edition-given/1")
    ]
    line = lived(story.case, Search(type(story.history)(case=story.case, events=tuple(bare))), "2026-03-10")
    assert [one.says for one in line.owed] == [
        "record the placement plan by 13 March 2026",
        "give the young person the decision",
        "review how it goes by 7 April 2026",
    ]
    assert (line.owed[0].due, line.since) == ("2026-03-13", "2026-03-06T12:00:00.000Z")


def test_the_next_review_is_owed_after_three_months_and_then_after_six() -> None:
    """The first within 20 working days of 6 March: two of them, 3 and 6 April, are holidays."""
    story = a_search(until="started")
    for on, expected in (
        ("2026-04-01", "review how it goes by 1 July 2026"),
        ("2026-06-30", "review how it goes by 30 December 2026"),
        ("2026-12-31", "review how it goes by 30 June 2027"),
    ):
        story.wait_until(f"{on}T12:00:00.000Z")
        story.do(made(ReviewPlacement, {}, reviewed_on=on, need_met="yes", words="So"), by=SOCIAL_WORKER)
        [review] = lived(story.case, read(story), on).owed
        assert review.says == expected
    [late] = lived(story.case, read(story), "2027-07-01").owed
    assert late.says == "review how it goes (it was due on 30 June 2027)"


def test_who_has_left_is_not_on_the_list() -> None:
    story = a_search(until="started")
    ending = Ending(ended_on="2026-03-06", rec="X1", reviewed_first=True, immediate_risk=False, notice_given_on=None)
    story.do(made(EndPlacement, {}, reason="CARPL", planned=True, ending=ending), by=SOCIAL_WORKER)
    assert not lives(read(story))


def test_an_unregistered_place_is_looked_at_again_until_it_ends() -> None:
    story = a_search(until="opened")
    story.do(use(), by=OFFICER)
    assert (lives(read(story)), use_of(read(story))) == (True, "2026-03-09")
    [late] = lived(story.case, read(story), "2026-03-11").owed
    assert late.says == "look at the unregistered use again (it was due on 9 March 2026)"
    story.wait_until("2026-03-09T12:00:00.000Z")
    story.do(made(ReviewUnregisteredUse, {}, reviewed_on="2026-03-09", goes_on=True, next_on="2026-03-16"), by=DIRECTOR)
    assert use_of(read(story)) == "2026-03-16"
    story.wait_until("2026-03-16T12:00:00.000Z")
    story.do(made(ReviewUnregisteredUse, {}, reviewed_on="2026-03-16", goes_on=False), by=DIRECTOR)
    assert (lives(read(story)), use_of(read(story))) == (False, None)
