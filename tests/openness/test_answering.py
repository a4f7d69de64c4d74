"""The buyer answers what a rule found, in words that are public once they are released, within a window."""

from __future__ import annotations

import pytest

from fairplace.errors import Forbidden
from fairplace.openness.commands import AnswerFinding, Release
from fairplace.openness.events import Assessed, Disclosed, FindingAnswered
from fairplace.openness.release import in_effect
from fairplace.policy import Case, Finding
from fairplace.shelf import policies
from fairplace.terms import Instant, instant
from tests.story import APPROVER, ASSESSOR, OFFICER, Story, open_competition

[REPLIES] = [file.module for file in policies() if file.name == "replies.py"]


def assessed(told: Story, **outcomes: str) -> int:
    """The rules spoke: the index of their assessment."""
    when = instant(told.now)
    event = Assessed(
        case=told.case, happened_at=when, evidence="signed-by-party", exhibit=told.events[0].event.exhibit, seen=told.events[0].leaf,
        view="public", occasion="award", upto=told.last.index + 1, outcomes={code.replace("_", "-"): one for code, one in outcomes.items()},
        findings="0" * 64, policies={}, engine="test", holidays="0" * 64,
    )  # type: ignore[arg-type]  # fmt: skip
    return told.record(event, stream="new", by=ASSESSOR).index


def answer(rule: str = "ET-01", **more: object) -> AnswerFinding:
    return AnswerFinding(id="test", rule=rule, words="It went to one bidder by mistake", **more)  # type: ignore[arg-type]


def judged(told: Story, as_of: Instant | None = None) -> list[Finding]:
    case = Case(id=told.case, as_of=as_of or instant(told.now), view="public", events=told.events)
    return list(REPLIES.findings_answered.findings(case))


def test_an_answer_names_the_rule_and_the_run_that_found_it() -> None:
    told = open_competition(until="noticed")
    run = assessed(told, ET_01="not-met", AD_02="met")
    event = told.do(answer(entries=[3, 1, 3])).event
    assert isinstance(event, FindingAnswered)
    assert (event.rule, event.run, event.entries) == ("ET-01", run, [1, 3])


def test_only_what_was_found_is_answered() -> None:
    told = open_competition(until="noticed")
    assert told.refusal(answer()).code == "no-finding"
    run = assessed(told, ET_01="not-met", AD_02="met")
    assert told.refusal(answer("AD-02")).code == "no-finding"
    assert told.refusal(answer(run=run + 1)).code == "no-finding"
    assert told.refusal(answer(run=1)).code == "no-finding"
    assert told.refusal(answer("<script>")).code == "code"
    assert told.refusal(answer(entries=[9999])).code == "unknown-entry"
    assert told.refusal(AnswerFinding(id="test", rule="ET-01", words=" \n ")).code == "empty-text"
    with pytest.raises(Forbidden):
        told.do(answer(), by=APPROVER)


def test_an_answer_is_given_here_and_not_reported() -> None:
    told = open_competition(until="noticed")
    assessed(told, ET_01="concern")
    reported = AnswerFinding(
        id="test", rule="ET-01", words="So", evidence="stated-by-officer", happened_at="2026-04-13T09:00:00.000Z"
    )
    assert told.refusal(reported).code == "report"


def test_the_words_are_public_once_they_are_released_and_not_before() -> None:
    told = open_competition(until="noticed")
    assessed(told, ET_01="concern")
    assert told.refusal(Release(id="test", occasion="finding")).code == "too-early"
    index = told.do(answer()).index
    assert index not in in_effect(told.history)[0]
    released = told.do(Release(id="test", occasion="finding"), by=OFFICER).event
    assert isinstance(released, Disclosed)
    assert in_effect(told.history)[0][index] == {"/words"}


def test_the_rule_gives_ten_working_days_from_the_first_run_that_found_it() -> None:
    told = open_competition(until="noticed")
    assert [one.outcome for one in judged(told)] == ["not-applicable"]
    told.wait_until("2026-04-13T10:00:00.000Z")
    run = assessed(told, ET_01="not-met", RR_05="concern", AD_02="met")
    told.wait_until("2026-04-20T10:00:00.000Z")
    assessed(told, ET_01="not-met", RR_05="met", AD_02="met", FA_01="concern")
    [waiting] = judged(told)
    assert (waiting.outcome, waiting.evidence, waiting.due_on) == ("not-applicable", (run,), "2026-04-27")
    assert judged(told, "2026-04-28T09:00:00.000Z")[0].outcome == "concern"
    told.do(answer())
    assert [one.outcome for one in judged(told, "2026-06-01T09:00:00.000Z")] == ["met"]


def test_a_late_answer_is_a_concern_still() -> None:
    told = open_competition(until="noticed")
    assessed(told, ET_01="not-met")
    told.wait_until("2026-05-20T10:00:00.000Z")
    told.do(answer())
    [late] = judged(told)
    assert late.outcome == "concern"
    assert "ended on" in late.text
