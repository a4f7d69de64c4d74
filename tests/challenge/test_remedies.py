"""A remedy that was decided on is carried out, and the record says by which steps."""

from __future__ import annotations

import msgspec
import pytest

from fairplace import assess
from fairplace.challenge.commands import (
    AcknowledgeChallenge,
    AnswerChallenge,
    CarryOutRemedy,
    DecideChallenge,
    LodgeChallenge,
    TakeChallengeFurther,
    WithdrawChallenge,
)
from fairplace.challenge.events import Remedied, Remedy, TakenFurther
from fairplace.duties.challenged import challenged
from fairplace.duties.duty import Past
from fairplace.errors import Forbidden, Missing
from fairplace.http.case_file import _challenges
from fairplace.policy import Case, Finding
from fairplace.procurement.commands import WithdrawAward
from fairplace.shelf import policies
from fairplace.terms import Instant, instant, london_day
from tests.story import APPROVER, EVALUATORS, MONITORING, OFFICER, RECEIVER, Story, open_competition

[CHALLENGES] = [file.module for file in policies() if file.name == "challenges.py"]


def upheld(remedy: Remedy | None = "apology") -> tuple[Story, str]:
    told = open_competition(until="noticed")
    lodged = LodgeChallenge(
        id="test", kind="complaint", ground="scoring", remedy="re-score", words="Annex C was not read"
    )
    stream = told.do(lodged, by=RECEIVER).stream
    told.do(AcknowledgeChallenge(id="test", challenge=stream))
    told.do(AnswerChallenge(id="test", challenge=stream, answer="You are right"), by=MONITORING)
    told.do(
        DecideChallenge(id="test", challenge=stream, outcome="upheld", reason="Not read", remedy=remedy), by=MONITORING
    )
    return told, stream


def done(stream: str, *entries: int) -> CarryOutRemedy:
    return CarryOutRemedy(id="test", challenge=stream, words="We wrote to everybody", entries=list(entries))


def judged(told: Story, as_of: Instant | None = None) -> list[Finding]:
    case = Case(id=told.case, as_of=as_of or instant(told.now), view="authority", events=told.events)
    return list(CHALLENGES.remedy_carried_out.findings(case))


@pytest.mark.parametrize("by", [OFFICER, APPROVER, MONITORING])
def test_a_remedy_stands_in_the_trail_of_its_challenge(by: object) -> None:
    told, stream = upheld()
    recorded = told.do(done(stream), by=by)  # type: ignore[arg-type]
    event = recorded.event
    assert isinstance(event, Remedied)
    assert (recorded.stream, event.remedy, event.entries) == (stream, "apology", [])
    assert event.words.get() == "We wrote to everybody"


def test_a_remedy_that_the_case_shows_names_the_step_that_did_it() -> None:
    told, stream = upheld("withdraw-award")
    assert told.refusal(done(stream)).code == "not-carried-out"
    assert told.refusal(done(stream, 1)).code == "unknown-entry"
    step = told.do(WithdrawAward(id="test", reason="An annex was not read"), by=APPROVER)
    assert told.do(done(stream, step.index, step.index)).event.entries == [step.index]  # type: ignore[attr-defined]


def test_only_what_was_decided_is_carried_out_and_once() -> None:
    told, stream = upheld(None)
    assert told.refusal(done(stream)).code == "no-remedy"
    told, stream = upheld()
    told.do(done(stream))
    assert told.refusal(done(stream)).code == "remedied-already"
    with pytest.raises(Missing):
        told.do(done(told.case))
    with pytest.raises(Forbidden):
        told.do(done(stream), by=EVALUATORS[0])


def test_before_the_decision_there_is_no_remedy() -> None:
    told = open_competition(until="noticed")
    lodged = LodgeChallenge(id="test", kind="query", ground="scoring", remedy="explanation", words="Why?")
    stream = told.do(lodged, by=RECEIVER).stream
    assert told.refusal(done(stream)).code == "no-remedy"
    told.do(WithdrawChallenge(id="test", challenge=stream), by=RECEIVER)
    assert told.refusal(done(stream)).code == "challenge-closed"


def test_the_rule_asks_whether_it_was_carried_out_in_twenty_working_days() -> None:
    assert [one.outcome for one in judged(open_competition())] == ["not-applicable"]
    told, stream = upheld()
    [waiting] = judged(told)
    assert (waiting.outcome, waiting.due_on) == ("not-applicable", "2026-05-12")
    assert judged(told, "2026-05-12T22:00:00.000Z")[0].outcome == "not-applicable"
    assert judged(told, "2026-05-13T09:00:00.000Z")[0].outcome == "concern"
    told.do(done(stream))
    assert [one.outcome for one in judged(told, "2026-06-30T09:00:00.000Z")] == ["met"]
    told, stream = upheld()
    told.wait_until("2026-05-20T09:00:00.000Z")
    told.do(done(stream))
    assert [one.outcome for one in judged(told)] == ["concern"]


def test_without_a_remedy_nothing_is_owed() -> None:
    assert [one.outcome for one in judged(upheld(None)[0])] == ["not-applicable"]


def test_a_second_decision_without_a_remedy_takes_nothing_from_what_is_owed() -> None:
    """Decided again can only be what was reported; if it settled the first, a report would do away with a remedy."""
    told, stream = upheld()
    again = DecideChallenge(id="test", challenge=stream, outcome="not-upheld", reason="After all", remedy=None)
    told.report(again, by=MONITORING)
    rules = {one.rule.code: one.rule for one in assess.rules(policies())}
    now = instant(told.now)
    past = Past(history=told.history, now=now, today=london_day(now), rules=rules)
    assert [one.title for one in challenged(past)] == ["Carry out a remedy"]
    [shown] = _challenges(told.history)
    assert (shown.state, shown.remedy) == ("owed", "apology")
    told.do(done(stream))
    told.report(msgspec.structs.replace(again, remedy="apology"), by=MONITORING)
    assert list(challenged(msgspec.structs.replace(past, history=told.history))) == []
    assert [one.state for one in _challenges(told.history)] == ["closed"]


def further(stream: str, **changes: object) -> TakeChallengeFurther:
    said = {"id": "test", "challenge": stream, "to": "court", "taken_on": "2026-04-10", "reference": " HT-2026-000123 "}
    return msgspec.convert({"do": "take-challenge-further", **said, **changes}, TakeChallengeFurther)


def test_a_challenge_that_was_decided_or_let_go_can_be_taken_further_to_several_bodies() -> None:
    told, stream = upheld(None)
    event = told.do(further(stream), by=MONITORING).event
    assert isinstance(event, TakenFurther)
    assert (event.to, event.taken_on, event.reference.get()) == ("court", "2026-04-10", "HT-2026-000123")
    assert told.do(further(stream, to="ombudsman", reference=None)).event.reference.get() is None  # type: ignore[attr-defined]
    assert told.refusal(further(stream, taken_on="2199-01-01")).code == "not-yet"
    with pytest.raises(Missing):
        told.do(further("00000000-0000-4000-8000-000000000000"))
    with pytest.raises(Forbidden):
        told.do(further(stream), by=EVALUATORS[0])
    [shown] = _challenges(told.history)
    assert shown.state == "closed", "it stands as it stood"
