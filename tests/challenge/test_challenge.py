import json
from typing import Any

import pytest

from fairplace.challenge.commands import (
    AcknowledgeChallenge,
    AnswerChallenge,
    AnyCommand,
    DecideChallenge,
    LodgeChallenge,
    WithdrawChallenge,
)
from fairplace.challenge.events import Answered, Decided, Lodged
from fairplace.decision import Actor
from fairplace.errors import Forbidden, Missing
from fairplace.ledger import disclosure
from tests.blocks import never
from tests.story import ALDER, APPROVER, CEDAR, EXHIBIT, MONITORING, OFFICER, RECEIVER, Story, open_competition


def lodging(**changes: Any) -> LodgeChallenge:
    members: dict[str, Any] = {
        "id": "test",
        "kind": "complaint",
        "ground": "scoring",
        "remedy": "re-score",
        "words": "Our staffing plan on page 9 was not read",
        "challenger": CEDAR,
        "signature": "a note",
    }
    return LodgeChallenge(**{**members, **changes})


def lodged() -> tuple[Story, str]:
    story = open_competition(until="noticed")
    return story, story.do(lodging(), by=RECEIVER).stream


def acknowledging(challenge: str) -> AcknowledgeChallenge:
    return AcknowledgeChallenge(id="test", challenge=challenge)


def answering(challenge: str, answer: str = "It was read; see the agreed reasons") -> AnswerChallenge:
    return AnswerChallenge(id="test", challenge=challenge, answer=answer)


def deciding(challenge: str, reason: str = "The marks follow from the plan") -> DecideChallenge:
    return DecideChallenge(id="test", challenge=challenge, outcome="not-upheld", reason=reason)


def withdrawing(challenge: str) -> WithdrawChallenge:
    return WithdrawChallenge(id="test", challenge=challenge)


def too_soon(story: Story, command: AnyCommand, code: str, by: Actor) -> None:
    """The act is refused for good, the report of what happened elsewhere passes."""
    refused = story.refusal(command, by=by)
    assert (refused.code, refused.overridable) == (code, False)
    story.report(command, by=by)


def test_a_challenge_goes_its_whole_way_in_a_stream_of_its_own() -> None:
    story, challenge = lodged()
    story.do(acknowledging(challenge))
    story.do(answering(challenge), by=MONITORING)
    decided = story.do(deciding(challenge), by=APPROVER)
    assert challenge != story.case
    assert (decided.stream, decided.n) == (challenge, 4)
    assert isinstance(decided.event, Decided)
    assert decided.event.reason.basis == "standstill"


def test_nothing_in_the_open_says_who_challenged_or_in_which_words() -> None:
    story, _ = lodged()
    body, slots, _ = disclosure.split(story.last.event, bytes)
    shown = json.dumps(body)
    assert "Cedar" not in shown
    assert "staffing" not in shown
    assert story.last.actor == RECEIVER.key
    assert {slots[path].basis for path in ("/challenger", "/words", "/challenger_signature")} == {"personal"}


def test_a_member_of_the_public_may_challenge_without_a_name() -> None:
    story = open_competition(until="noticed")
    event = story.do(lodging(challenger=None, signature=None), by=RECEIVER).event
    assert isinstance(event, Lodged)
    assert event.challenger.value is None


def test_a_challenge_is_about_an_entry_of_the_case() -> None:
    story = open_competition(until="noticed", index=40)
    event = story.do(lodging(about=story.last.index), by=RECEIVER).event
    assert isinstance(event, Lodged)
    assert event.about == event.about == story.events[-2].index
    never(story, lodging(about=39), "unknown-entry", by=RECEIVER)


def test_a_challenge_has_words() -> None:
    story, challenge = lodged()
    never(story, lodging(words="  "), "empty-text", by=RECEIVER)
    never(story, answering(challenge, ""), "empty-text")
    never(story, deciding(challenge, ""), "empty-text", by=APPROVER)


def test_only_the_receiver_signs_a_lodging() -> None:
    with pytest.raises(Forbidden):
        open_competition(until="noticed").decide(lodging(), by=OFFICER)


def test_a_challenge_is_acknowledged_then_answered_then_decided() -> None:
    story, challenge = lodged()
    too_soon(story, answering(challenge), "not-acknowledged", OFFICER)
    story, challenge = lodged()
    story.do(acknowledging(challenge))
    too_soon(story, acknowledging(challenge), "acknowledged-already", OFFICER)
    too_soon(story, deciding(challenge), "not-answered", APPROVER)
    story, challenge = lodged()
    story.do(acknowledging(challenge))
    story.do(answering(challenge))
    too_soon(story, answering(challenge), "answered-already", OFFICER)


def test_a_challenge_that_is_closed_stays_closed() -> None:
    story, challenge = lodged()
    story.do(withdrawing(challenge), by=RECEIVER)
    for command, by in (
        (acknowledging(challenge), OFFICER),
        (answering(challenge), OFFICER),
        (deciding(challenge), APPROVER),
        (withdrawing(challenge), RECEIVER),
    ):
        assert story.refusal(command, by=by).code == "challenge-closed"


def test_a_challenge_is_withdrawn_with_the_key_that_lodged_it() -> None:
    story = open_competition(until="noticed")
    note = "fairplace/lodging/v1\n{}\n\n\u2014 a/provider/cedar AAAA\n"
    stream = story.do(lodging(signature=note), by=RECEIVER).stream
    too_soon(story, withdrawing(stream), "not-yours", RECEIVER)
    story = open_competition(until="noticed")
    stream = story.do(lodging(signature=note), by=RECEIVER).stream
    story.do(WithdrawChallenge(id="test", challenge=stream, signature=note), by=RECEIVER)


def test_a_challenge_that_does_not_exist_is_missing_in_reports_too() -> None:
    story, _ = lodged()
    for command in (acknowledging("elsewhere"), answering(story.case), acknowledging(story.events[-2].stream)):
        with pytest.raises(Missing):
            story.decide(command)
    told = AcknowledgeChallenge(
        id="t", challenge="elsewhere", evidence="portal-export", exhibit=EXHIBIT, happened_at=story.last.at
    )
    with pytest.raises(Missing):
        story.decide(told)


def test_a_challenge_belongs_to_a_case_that_exists() -> None:
    with pytest.raises(Missing):
        Story().decide(lodging(), by=RECEIVER)


def test_an_approver_may_answer_and_the_rules_may_say_that_somebody_else_should() -> None:
    story, challenge = lodged()
    story.do(acknowledging(challenge))
    assert isinstance(story.do(answering(challenge), by=APPROVER).event, Answered)


def test_there_is_no_override_in_a_challenge() -> None:
    story, challenge = lodged()
    refused = story.refusal(
        AnswerChallenge(id="t", challenge=challenge, answer="No", override_reason="In a hurry"), by=OFFICER
    )
    assert (refused.code, refused.overridable) == ("not-acknowledged", False)


def test_the_challengers_signature_is_over_all_that_it_lodges() -> None:
    assert lodging(case="c", challenger=ALDER).lodged() == {
        "about": None,
        "case": "c",
        "challenger": {"id": ALDER.id, "name": ALDER.name},
        "do": "lodge-challenge",
        "ground": "scoring",
        "kind": "complaint",
        "remedy": "re-score",
        "words": "Our staffing plan on page 9 was not read",
    }
    assert WithdrawChallenge(id="t", case="c", challenge="s").lodged() == {
        "case": "c",
        "challenge": "s",
        "do": "withdraw-challenge",
    }
