"""What a provider sees of a search: its own, and nothing of another or of the child."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from fairplace.placement.events import Ending, PlacementEnded
from fairplace.referral import events as e
from fairplace.referral import values as v
from fairplace.seeking.own import asked, not_asked
from fairplace.tags import agg, party, seal
from tests.seeking import given
from tests.seeking.given import AFTER, CASE, CLOSING, NOON, Past, X, Y


def seen(past: Past, provider: str = "alder", now: str = AFTER) -> Any:
    return asked(CASE, past.search, provider, now)


def whole() -> Past:
    past = given.told(given.approved(given.chosen(), "practice", "budget"), X)
    past.add(e.QuestionPut, question="Q1", provider=party("cedar"), words=party("CEDAR-ASKS"))
    past.add(
        e.QuestionSettled, question="Q1", answer=party("Two miles"),
        recipients=party([v.Told(provider=one, at=AFTER) for one in ("alder", "cedar")]),
    )  # fmt: skip
    return past


def test_nothing_of_another_and_nothing_of_the_child_is_in_it() -> None:
    shown = msgspec.json.encode(seen(whole())).decode()
    for word in ("cedar", "CEDAR", "440000", "4400.00", "SECRET", "male", "108", '"0000000b"', "WORDS-OF-cedar"):
        assert word not in shown, word
    assert "WORDS-OF-alder" in shown


def test_points_for_price_are_never_shown_because_they_tell_the_lowest_fee() -> None:
    priced = given.scored(
        given.judged(),
        o0000000a={"match": 3400, "outcomes": 1200, "near": 900, "price": 1500},
        o0000000b={"match": 4400, "outcomes": 1500, "near": 1200, "price": 1364},
    )
    for provider, offer in (("alder", X), ("cedar", Y)):
        past = given.told(given.chosen(priced), X)
        [own] = seen(past, provider).offers
        assert own.offer == offer
        assert "price" not in {*own.points, *own.won}
        assert own.points


def test_why_not_chosen_is_told_once_it_was_sent_and_not_before() -> None:
    before = seen(given.chosen()).offers[0]
    assert before.state == "The search is decided; you will be told why"
    assert (before.why, before.code, before.points, before.won) == (None, None, {}, {})
    after = seen(given.told(given.chosen(), X)).offers[0]
    assert after.state == "It was not chosen"
    assert (after.code, after.why, after.behind) == ("lower_score", "Less experience of such a need", ("match",))
    assert after.points == {"match": 3400, "outcomes": 1200, "near": 900}
    assert after.won == {"match": 4400, "outcomes": 1500, "near": 1200}
    alone = seen(given.told(given.chosen(), X, comparison=False)).offers[0]
    assert alone.won == {}


def test_whoever_was_not_asked_sees_no_referral() -> None:
    assert seen(given.asked("alder"), "cedar") is None
    assert seen(given.asked("alder").dark, "alder") is None


@pytest.mark.parametrize(
    ("past", "now", "state"),
    [
        (given.asked("alder"), NOON, "open"),
        (given.asked("alder"), CLOSING, "silent"),
        (given.judged(), NOON, "offered"),
        (given.chosen(given.scored(given.offer(given.asked("alder", "cedar"), Y, "cedar", 440_000))), AFTER, "closed"),
    ],
)
def test_it_says_how_it_stands_with_the_answer(past: Past, now: str, state: str) -> None:
    assert seen(past, now=now).state == state


@pytest.mark.parametrize(
    ("past", "now", "to"),
    [
        (given.asked("alder", "cedar"), NOON, {"alder", "cedar"}),
        (given.asked("alder", "cedar"), CLOSING, set()),
        (given.judged(), AFTER, {"alder", "cedar"}),
        (given.chosen(), AFTER, {"cedar"}),
        (given.told(given.chosen(), X), AFTER, {"cedar"}),
        (
            given.judged().add(e.ReferralEnded, how=agg("not_found"), cause=agg(None), reason=party("None")),
            AFTER,
            set(),
        ),
    ],
    ids=["open", "closed", "judged", "chosen", "told", "ended"],
)
def test_the_referral_itself_is_given_to_whoever_still_has_a_use_for_it(past: Past, now: str, to: set[str]) -> None:
    assert {one for one in ("alder", "cedar") if seen(past, one, now).gives} == to


def test_whose_home_was_chosen_is_given_the_referral_until_the_child_leaves() -> None:
    past = given.chosen().add(e.Declined, AFTER, tier="T1", provider=party("alder"), reason=agg("distance"),
                              had_vacancy=party(True), words=party(None))  # fmt: skip
    assert not seen(past).gives
    assert seen(past, "cedar").gives
    past.add(PlacementEnded, reason=agg("CHILD"), planned=agg(False), ending=seal(Ending(
        ended_on="2026-02-01", rec="X1", reviewed_first=True, immediate_risk=False, notice_given_on=None,
    )))  # fmt: skip
    assert not seen(past, "cedar").gives


def test_whose_home_was_chosen_reads_that_nothing_moves_before_it_is_approved() -> None:
    past = given.chosen()
    assert seen(past).result == "A home was chosen."
    assert "moves in once it is approved" in seen(past, "cedar").result
    past.add(e.Approved, AFTER, capacity="budget", need_version=1, fee_version=1, approved=False, reason=party("Dear"))
    assert "that is not approved" in seen(past, "cedar").result
    assert "Dear" not in repr(seen(past, "cedar"))
    assert "moves in once it is approved" in seen(given.approved(past, "budget"), "cedar").result


def test_a_decline_is_its_own_answer() -> None:
    past = given.asked("alder").add(
        e.Declined, NOON, tier="T1", provider=party("alder"), reason=agg("distance"), had_vacancy=party(True),
        words=party(None),
    )  # fmt: skip
    assert seen(past).state == "declined"
    assert seen(past).declines[0].reason == "distance"


def test_more_time_and_changes_reach_it() -> None:
    later = "2026-01-07T09:00:00.000Z"
    past = given.asked("alder").add(
        e.DeadlineExtended, tier="T1", reason=party("More to say"),
        recipients=party([v.Recipient(provider="alder", sent_at=NOON, deadline=later)]),
    )  # fmt: skip
    past.add(
        e.ReferralAmended, need_version=1, material=True, words=party("One more fact"),
        recipients=party([v.Told(provider="alder", at=NOON)]),
    )  # fmt: skip
    found = seen(past)
    assert found.deadline == later
    assert [one.words for one in found.thread] == ["One more fact"]


def test_why_it_was_not_asked_is_said_of_its_own_home_and_never_of_the_child() -> None:
    [found] = not_asked(CASE, given.asked("alder").search, given.market(), "birch")
    assert found.why == (("birch-1", "its registered age range here says 12 to 17", "ages"),)
    assert "9" not in found.why[0][1]
    [other] = not_asked(CASE, given.asked("alder").search, given.market(), "cedar")
    assert other.why == ((None, "you stand in another tier of the agreement, or in none", "agreement"),)


def test_who_was_left_out_against_the_list_is_told_so() -> None:
    [found] = not_asked(CASE, given.asked("birch").search, given.market(), "alder")
    assert found.why == ((None, "by the list you should have been asked; tell us", "other"),)


def test_who_was_asked_in_one_tier_is_not_told_of_others() -> None:
    past = given.asked("cedar", past=given.asked("alder"), tier="T2")
    assert not_asked(CASE, past.search, given.market(), "alder") == []
    assert not_asked(CASE, given.asked("alder").dark.search, given.market(), "birch") == []


def test_a_search_is_named_once_and_for_the_tier_in_which_a_provider_stands() -> None:
    past = given.asked("alder", past=given.asked("alder"), tier="T2")
    [found] = not_asked(CASE, past.search, given.market(), "birch")
    assert (found.tier, found.why[0][0]) == ("T1", "birch-1")
    twice = given.asked("alder", past=given.asked("alder"), tier="T3")
    [once] = not_asked(CASE, twice.search, given.market(), "cedar")
    assert once.why == ((None, "you stand in another tier of the agreement, or in none", "agreement"),)


def test_the_authoritys_own_homes_are_told_of_their_own_tier_alone() -> None:
    assert not_asked(CASE, given.asked("alder").search, given.market(), "own") == []
    [left_out] = not_asked(CASE, given.asked("alder", tier="IN_HOUSE").search, given.market(), "own")
    assert left_out.why == ((None, "by the list you should have been asked; tell us", "other"),)
