"""Asked why, and challenged: what the board says of it, by when it is owed, and that a search over long ago comes back."""

from __future__ import annotations

from typing import Any

import msgspec

from fairplace.contest import events as c
from fairplace.seeking.board import Line, is_open, line, parties_only
from fairplace.seeking.contested import contested, owed
from fairplace.tags import agg, party
from tests.seeking import given
from tests.seeking.given import AFTER, CASE, Past, X

WHY, CHALLENGE = "why-1", "challenge-1"
FRIDAY = "2026-01-16T10:00:00.000Z"


def told() -> Past:
    return given.told(given.approved(given.chosen(), "practice", "budget"), X)


def step(past: Past, kind: type[Any], stream: str, /, at: str = AFTER, **fields: Any) -> Past:
    past.add(kind, at, **fields)
    past.events[-1] = msgspec.structs.replace(past.events[-1], stream=stream)
    return past


def asked(past: Past) -> Past:
    return step(past, c.WhyAsked, WHY, provider=party("cedar"), words=party("WORDS-OF-CEDAR"))


def challenged(past: Past) -> Past:
    return step(
        past, c.Lodged, CHALLENGE, kind=agg("complaint"), ground=agg("scoring"), remedy=party("judge-again"),
        provider=party("cedar"), words=party("WORDS-OF-CEDAR"),
    )  # fmt: skip


def answered(past: Past) -> Past:
    return step(past, c.Answered, CHALLENGE, answer=party("WORDS-OF-OURS"))


def decided(past: Past, remedy: str | None) -> Past:
    return step(
        past, c.Decided, CHALLENGE, outcome=agg("upheld"), remedy=party(remedy), reason=party("WORDS-OF-OURS")
    )  # fmt: skip


def on_board(past: Past, now: str = AFTER) -> Line:
    shown = Past(past.start)
    shown.events = [parties_only(one) for one in past.events]
    return line(CASE, shown.search, now)


def test_a_challenge_is_the_side_state_of_a_search_and_a_question_is_not() -> None:
    assert not on_board(asked(told())).challenged
    assert on_board(challenged(told())).challenged
    assert on_board(decided(answered(challenged(told())), "apology")).challenged, "what was decided is still owed"
    assert not on_board(decided(answered(challenged(told())), None)).challenged
    over = step(decided(answered(challenged(told())), "apology"), c.Remedied, CHALLENGE, words=party("Done"))
    assert not on_board(over).challenged


def test_five_working_days_are_counted_and_no_day_is_made_up_for_the_decision() -> None:
    past = asked(challenged(told()))  # on Tuesday 6 January 2026
    assert [(one.code, one.due) for one in owed(past.search, "2026-01-06")] == [
        ("answer-contest", "2026-01-13"),
        ("answer-why", "2026-01-13"),
    ]
    assert "it was due on 13 January 2026" in owed(past.search, "2026-01-14")[0].says
    assert [(one.code, one.due) for one in owed(answered(challenged(told())).search, "2026-01-06")] == [
        ("decide-contest", None)
    ]
    clocks = {one.says: (one.due, one.state) for one in on_board(past, FRIDAY).clocks}
    assert clocks["Answer to a challenge"] == ("2026-01-13", "over")
    assert clocks["Answer to who asked why"] == ("2026-01-13", "over")


def test_the_board_says_what_is_to_be_done_and_nothing_that_was_written() -> None:
    said = on_board(asked(challenged(told())))
    assert said.beside == ("answer a challenge", "say why to a provider")
    assert said.needs_somebody
    words = msgspec.json.encode(said).decode()
    for word in ("WORDS-OF", "cedar", "scoring", "judge-again"):
        assert word not in words, word


def test_a_search_that_ended_without_a_home_comes_back_to_be_answered_and_with_nothing_else() -> None:
    past = given.asked("alder", "cedar")
    past.add(given.e.ReferralEnded, AFTER, how=agg("not_found"), cause=agg("no_capacity"), reason=party("None"))
    assert not is_open(past.search)
    challenged(past)
    assert is_open(past.search)
    said = on_board(past, AFTER)
    assert (said.stage, said.step) == ("It ended without a home", None)
    assert [one.says for one in said.clocks] == ["Answer to a challenge"]
    assert said.beside == ("answer a challenge",)
    step(past, c.Withdrawn, CHALLENGE)
    assert not is_open(past.search)


def test_what_is_closed_or_erased_is_said_to_be_closed_and_nothing_falls_over() -> None:
    past = decided(answered(challenged(told())), "apology")
    [one] = contested(past.dark.search.contests, "2026-01-06")
    assert one.title == "Challenge: the ground is closed"
    assert one.contest.provider is None
    assert all(not each.words for each in one.steps)
