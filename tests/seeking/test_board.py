"""One line of the board: clocks, answers, what blocks, and nothing of the child."""

from __future__ import annotations

import msgspec
import pytest

from fairplace.ledger.disclosure import opened as openings
from fairplace.referral import events as e
from fairplace.seeking.board import is_open, line, parties_only
from fairplace.seeking.case_word import case_word
from fairplace.tags import agg, party, tags
from tests.seeking import given
from tests.seeking.given import AFTER, CASE, CLOSING, MORNING, NOON, Past, X, Y


def at(past: Past, now: str = NOON) -> object:
    shown = Past(past.start)
    shown.events = [parties_only(one) for one in past.events]
    return line(CASE, shown.search, now)


def clocks(past: Past, now: str = NOON) -> dict[str, tuple[str, str]]:
    return {one.says: (one.due, one.state) for one in at(past, now).clocks}  # type: ignore[attr-defined]


def test_nothing_that_is_the_childs_reaches_the_board() -> None:
    past = given.told(given.approved(given.chosen(), "practice", "budget"), X)
    for recorded in past.events:
        own = tags(type(recorded.event))
        shown = openings(parties_only(recorded).event)
        assert {name[1:] for name in shown if name[1:] in own} <= {name for name, tag in own.items() if tag == "PARTY"}
    words = msgspec.json.encode(at(past)).decode()
    assert "SECRET" not in words
    assert "WORDS-OF" not in words
    for name in ("alder", "cedar", "440000", "residential"):
        assert name not in words


@pytest.mark.parametrize(
    ("past", "code", "waits"),
    [
        (given.assessed(), "open-referral", ""),
        (given.opened(), "criteria-of-search", ""),
        (given.declared(), "search-in-house", ""),
        (given.searched(), "publish-referral", ""),
        (given.asked("alder"), "score-offers", "waits for answers"),
        (given.offer(given.asked("alder"), X, "alder", 400_000), "score-offers", ""),
        (given.judged(), "hold-panel", ""),
        (given.chosen(), "approve-home", "waits for the approval of practice and budget"),
        (given.approved(given.chosen(), "practice"), "approve-home", "waits for the approval of budget"),
        (given.approved(given.chosen(), "practice", "budget"), "send-reasons", ""),
        (given.told(given.approved(given.chosen(), "practice", "budget"), X), "agree-placement", ""),
    ],
)
def test_every_stage_has_its_next_step_and_what_it_waits_for(past: Past, code: str, waits: str) -> None:
    found = at(past).step  # type: ignore[attr-defined]
    assert (found.code, found.waits) == (code, waits)


def test_an_approval_of_another_version_is_none() -> None:
    past = given.approved(given.approved(given.chosen(), "practice"), "budget", need=2)
    assert at(past).step.waits == "waits for the approval of budget"  # type: ignore[attr-defined]


def test_clocks_run_and_are_over() -> None:
    past = given.asked("alder", "birch")
    assert clocks(past) == {
        "Answers from tier 1": (CLOSING, "runs"),
        "A home is needed by": ("2026-01-12", "runs"),
    }
    assert clocks(past, AFTER)["Answers from tier 1"] == (CLOSING, "over")
    assert clocks(past, "2026-01-06T08:00:00.000Z")["Answers from tier 1"] == (CLOSING, "today")
    missed = past.add(e.ResponsesMissed, AFTER, tier="T1", providers=party(["alder", "birch"]))
    assert "Answers from tier 1" not in clocks(missed, AFTER)


def test_an_emergency_ends_and_its_approval_with_it() -> None:
    past = given.opened(urgency="emergency").add(
        e.EmergencyDeclared, expires_at="2026-01-08T09:00:00.000Z", reason=agg("breakdown")
    )
    assert at(past).emergency  # type: ignore[attr-defined]
    assert clocks(past)["The emergency ends"] == ("2026-01-08T09:00:00.000Z", "runs")
    assert not at(past, "2026-01-08T09:00:00.000Z").emergency  # type: ignore[attr-defined]
    assert clocks(past)["Approval of the emergency"] == ("2026-01-08T09:00:00.000Z", "runs")
    assert clocks(given.chosen(past))["Approvals"] == ("2026-01-08T09:00:00.000Z", "runs")


def test_reasons_are_due_in_five_working_days() -> None:
    assert clocks(given.chosen())["Reasons to everybody not chosen"] == ("2026-01-13", "runs")
    assert "Reasons to everybody not chosen" not in clocks(given.told(given.chosen(), X))


def test_answers_and_silence_are_counted() -> None:
    past = given.offer(given.asked("alder", "birch", "cedar"), X, "alder", 400_000)
    past.add(
        e.Declined, NOON, tier="T1", provider=party("birch"), reason=agg("distance"), had_vacancy=party(None),
        words=party(None),
    )  # fmt: skip
    found = at(past).answers  # type: ignore[attr-defined]
    assert (found.asked, found.offers, found.declines) == (3, 1, 1)
    assert (found.waiting, found.silent) == (1, 0), "cedar still has time to answer"
    over = at(past, CLOSING).answers  # type: ignore[attr-defined]
    assert (over.waiting, over.silent) == (0, 1)
    late = at(given.offer(past, Y, "cedar", 410_000, at=AFTER), AFTER)
    assert late.answers.late == 1  # type: ignore[attr-defined]
    assert late.beside == ("1 late offer to decide on",)  # type: ignore[attr-defined]


def test_what_is_closed_is_not_counted_as_nothing() -> None:
    found = line(CASE, given.asked("alder").dark.search, NOON).answers
    assert (found.asked, found.silent) == (None, None)


def test_how_complete_it_is_stands_on_the_line() -> None:
    found = at(given.opened())
    assert (found.per_cent, found.enough) == (66, False)  # type: ignore[attr-defined]


def test_the_most_urgent_comes_first() -> None:
    soon, later = at(given.asked("alder")), at(given.opened())
    assert soon.order < later.order  # type: ignore[attr-defined]


def test_a_search_that_ended_is_on_no_board() -> None:
    past = given.opened()
    assert is_open(past.search)
    past.add(e.ReferralEnded, how=agg("withdrawn"), cause=agg(None), reason=party("Went home"))
    assert not is_open(past.search)


def test_the_word_of_a_case_is_the_same_everywhere_and_made_of_its_number_alone() -> None:
    assert case_word(CASE) == case_word(CASE)
    assert len({case_word(f"case {number}") for number in range(200)}) > 150
    assert len(case_word(CASE).split()) == 2


def test_a_question_waits_beside_the_way() -> None:
    past = given.asked("alder").add(e.QuestionPut, question="Q1", provider=party("alder"), words=party("How far?"))
    assert at(past).beside == ("1 question to answer",)  # type: ignore[attr-defined]
    past.add(e.QuestionSettled, question="Q1", answer=party("Two miles"), recipients=party([]))
    assert at(past).beside == ()  # type: ignore[attr-defined]
    assert MORNING < NOON
