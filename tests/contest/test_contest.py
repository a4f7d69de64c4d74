"""A provider asks why, or challenges a search for a home: who may, in which order, and what it never does."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from fairplace.contest.commands import (
    AnswerContest,
    AnswerWhy,
    AskWhy,
    DecideContest,
    LodgeContest,
    RemedyContest,
    WithdrawContest,
)
from fairplace.contest.events import Decided, Lodged, WhyAsked
from fairplace.contest.known import Contest, contests
from fairplace.decision import Actor
from fairplace.errors import Forbidden, Missing, Refused
from fairplace.event import Aside
from fairplace.market.commands import RegisterProvider
from fairplace.recorded import Recorded
from fairplace.referral.commands import PutQuestion
from fairplace.tags import tags
from tests.blocks import blocked, never
from tests.homes import APPROVER, ASH, BEECH, CHERRY, DIRECTOR, MONITORING, OFFICER, made, step_of_market
from tests.searches import Homes, a_search, agreement, start


def challenge(**changes: Any) -> LodgeContest:
    given = {"kind": "complaint", "ground": "scoring", "remedy": "judge-again", "words": "Our days were not counted"}
    return made(LodgeContest, {**given, **changes})


def lodged(story: Homes, **changes: Any) -> str:
    return story.do(challenge(**changes), by=BEECH.actor).stream


def answered(story: Homes) -> str:
    stream = lodged(story)
    story.do(AnswerContest(id="test", contest=stream, answer="Two days are offered, four are needed"))
    return stream


def decision(stream: str, **changes: Any) -> DecideContest:
    return made(
        DecideContest,
        changes,
        contest=stream,
        outcome="upheld",
        reason="The days stand in the offer",
        remedy="judge-again",
    )


def only(story: Homes) -> Contest:
    [found] = contests(story.history)
    return found


def test_a_challenge_goes_from_its_lodging_to_its_remedy() -> None:
    story = a_search(until="reasoned")
    stream = lodged(story)
    assert (only(story).state, only(story).provider, only(story).about) == ("lodged", BEECH.provider, "challenge")
    story.do(AnswerContest(id="test", contest=stream, answer="Two days are offered"))
    assert only(story).state == "answered"
    story.do(decision(stream), by=DIRECTOR)
    assert only(story).state == "owed"
    story.do(RemedyContest(id="test", contest=stream, words="Judged again by two others"))
    assert (only(story).state, only(story).is_open, len(only(story).steps)) == ("over", False, 4)


def test_a_decision_without_a_remedy_ends_it() -> None:
    story = a_search(until="reasoned")
    stream = answered(story)
    event = story.do(decision(stream, outcome="not-upheld", remedy=None), by=MONITORING).event
    assert isinstance(event, Decided)
    assert only(story).state == "over"
    blocked(story, RemedyContest(id="test", contest=stream, words="Done"), "no-remedy", final=True)


def test_each_step_waits_for_the_one_before_and_comes_once() -> None:
    story = a_search(until="reasoned")
    stream = lodged(story)
    answer = AnswerContest(id="test", contest=stream, answer="Two days are offered")
    blocked(story, decision(stream), "not-answered", by=MONITORING, final=True)
    blocked(story, RemedyContest(id="test", contest=stream, words="Done"), "no-remedy", final=True)
    story.do(answer)
    blocked(story, answer, "answered-already", final=True)
    story.do(decision(stream), by=MONITORING)
    for late, who in ((answer, OFFICER), (decision(stream), MONITORING)):
        blocked(story, late, "contest-closed", by=who, final=True)
    with pytest.raises(Missing):
        story.decide(AnswerContest(id="test", contest="0c1b7e52-9a64-4f0e-b6f5-2f7a1d3c8e90", answer="None"))


def test_whoever_chose_or_approved_the_home_does_not_decide_whether_that_was_right() -> None:
    story = a_search(until="reasoned")
    stream = answered(story)
    assert story.refusal(decision(stream), by=APPROVER).code == "own-decision"
    for who in (APPROVER, OFFICER):
        with pytest.raises(Refused, match="nor records that it was decided"):
            story.report(decision(stream, outcome="not-upheld", remedy=None), by=who)
    assert only(story).state == "answered"
    with pytest.raises(Forbidden):
        story.decide(decision(stream), by=OFFICER)
    story.do(decision(stream), by=DIRECTOR)


def test_what_is_empty_is_refused() -> None:
    story = a_search(until="reasoned")
    for words in (" \n ", "\u200b", "\u2060 \u00ad"):
        assert story.refusal(challenge(words=words), by=BEECH.actor).code == "empty-text", ascii(words)
    assert story.refusal(AskWhy(id="test", words=""), by=BEECH.actor).code == "empty-text"
    stream = lodged(story)
    never(story, AnswerContest(id="test", contest=stream, answer="  "), "empty-text")


def test_who_was_not_chosen_or_not_asked_may_and_whose_home_was_chosen_may_not() -> None:
    story = a_search(until="reasoned")
    for command in (challenge(), AskWhy(id="test", words="Why not us?")):
        assert story.refusal(command, by=ASH.actor).code == "chosen"
        assert story.decide(command, by=BEECH.actor).stream == "new"
        assert story.decide(command, by=CHERRY.actor).stream == "new"  # nobody asked it


def test_nobody_challenges_before_anybody_was_asked_nor_with_no_such_home() -> None:
    assert a_search(until="searched").refusal(challenge(), by=CHERRY.actor).code == "nothing-asked"
    story = a_search(until="published")
    story.decide(challenge(), by=CHERRY.actor)
    stranger = Actor(key="x/provider/none", roles=frozenset({"provider"}), provider="GB-COH-09999999")
    assert story.refusal(challenge(), by=stranger).code == "unknown-provider"


def test_a_provider_speaks_for_itself_alone() -> None:
    story = a_search(until="reasoned")
    for command in (challenge(provider=CHERRY.provider), AskWhy(id="test", words="Why?", provider=CHERRY.provider)):
        with pytest.raises(Forbidden):
            story.decide(command, by=BEECH.actor)
    stream = lodged(story)
    with pytest.raises(Forbidden):
        story.decide(WithdrawContest(id="test", contest=stream), by=CHERRY.actor)
    story.do(WithdrawContest(id="test", contest=stream), by=BEECH.actor)
    assert only(story).state == "withdrawn"
    blocked(story, AnswerContest(id="test", contest=stream, answer="Late"), "contest-closed", final=True)


def test_what_came_another_way_is_reported_for_the_provider_that_is_named() -> None:
    story = a_search(until="reasoned")
    story.report(challenge(provider=BEECH.provider))
    assert only(story).provider == BEECH.provider
    with pytest.raises(Refused, match="for which provider"):
        story.report(challenge())
    with pytest.raises(Forbidden):
        story.decide(challenge(provider=BEECH.provider), by=OFFICER)


def test_to_ask_why_is_no_challenge_and_a_challenge_no_question() -> None:
    story = a_search(until="reasoned")
    asked = story.do(AskWhy(id="test", words="Which need could we not meet?"), by=BEECH.actor)
    assert isinstance(asked.event, WhyAsked)
    stream = lodged(story)
    never(story, AnswerContest(id="test", contest=asked.stream, answer="The therapy"), "ask-or-challenge")
    never(story, AnswerWhy(id="test", contest=stream, answer="The therapy"), "ask-or-challenge")
    never(story, decision(asked.stream), "ask-or-challenge", by=MONITORING)
    told = AnswerWhy(id="test", contest=asked.stream, answer="The therapy on site")
    story.do(told)
    blocked(story, told, "answered-already", final=True)
    assert [(one.about, one.state) for one in contests(story.history)] == [("why", "over"), ("challenge", "lodged")]


def test_before_the_decision_those_who_were_asked_ask_so_that_all_hear_it() -> None:
    story = a_search(until="published")
    why = AskWhy(id="test", words="Why so little time?")
    assert story.refusal(why, by=BEECH.actor).code == "not-decided"
    story.decide(why, by=CHERRY.actor)


def test_a_challenge_stops_no_step_and_holds_up_no_child() -> None:
    story = a_search(until="reasoned")
    lodged(story)
    story.do(agreement(story))
    story.wait_until("2026-03-06T14:00:00.000Z")
    story.do(start(story))
    assert only(story).is_open
    story.do(AnswerContest(id="test", contest=only(story).stream, answer="Answered after the start"))


def test_nothing_that_is_said_stands_in_the_clear() -> None:
    story = a_search(until="reasoned")
    stream = answered(story)
    story.do(decision(stream), by=DIRECTOR)
    for recorded in story.events:
        if recorded.type.startswith("contest."):
            assert "PUB" not in tags(type(recorded.event)).values(), recorded.type
            assert isinstance(recorded.event, Aside)


def test_texts_of_either_side_that_tell_who_a_child_is_are_refused() -> None:
    story = a_search(until="reasoned")
    stream = lodged(story)
    for words in (
        "Her NHS number is 943 476 5919",
        "She is 943\u00a0476\u00a05919",
        "It was on 12\u00a0March\u00a02014",
        "She was born 12/03/2014",
        "Ask mum@family.example",
        "At LS1 4AP",
    ):
        assert story.refusal(challenge(words=words), by=BEECH.actor).code.startswith("never-"), words
        assert story.refusal(AskWhy(id="test", words=words), by=BEECH.actor).code.startswith("never-"), words
        assert story.refusal(AnswerContest(id="test", contest=stream, answer=words)).code.startswith("never-"), words
    another = AnswerContest(id="test", contest=stream, answer=f"{ASH.name} was nearer")
    assert story.refusal(another).code == "never-name"


@pytest.mark.parametrize("wish", [challenge(), PutQuestion(id="test", words="x")], ids=["challenge", "question"])
def test_what_a_provider_may_not_write_tells_it_nothing_of_who_else_was_asked(wish: Any) -> None:
    story = a_search(until="published")
    asked, not_asked = ASH.name, CHERRY.name
    said = [
        str(story.refusal(msgspec.structs.replace(wish, words=f"Is it {name} again?"), by=BEECH.actor)).replace(
            name, "X"
        )
        for name in (asked, not_asked)
    ]
    assert said[0] == said[1]
    assert "“X” is the name of a provider" in said[0]


def test_who_is_on_the_list_without_a_home_of_the_kind_could_not_have_been_asked() -> None:
    story = a_search(until="published")
    newcomer = made(RegisterProvider, {}, provider="GB-COH-02000077", provider_class="PR4", size_band="small", name="Elder Homes", authority=None)  # fmt: skip
    recorded = step_of_market(newcomer, story.everything, stream="6a1b2c3d-4e5f-4a6b-8c7d-9e0f1a2b3c4d", at="2026-03-02T10:00:00.000Z")  # fmt: skip
    story._market.append(recorded)
    report = challenge(provider="GB-COH-02000077", evidence="stated-by-officer", happened_at="2026-03-02T09:06:00.000Z")
    assert isinstance(story.decide(report, by=OFFICER).event, Lodged)  # what came is recorded, right or wrong
    actor = made(
        type(CHERRY.actor), {}, key="x/provider/elder", roles=frozenset({"provider"}), provider="GB-COH-02000077"
    )
    assert story.refusal(challenge(), by=actor).code == "not-concerned"


def test_whatever_order_reports_come_in_the_reading_does_not_fall_over() -> None:
    story = a_search(until="reasoned")
    stream = lodged(story)
    story.report(decision(stream, remedy=None), by=MONITORING)
    story.report(WithdrawContest(id="test", contest=stream), by=MONITORING)
    assert only(story).state == "over"
    steps: list[Recorded] = list(only(story).steps)
    assert [one.index for one in steps] == sorted(one.index for one in steps)


def test_a_second_decision_without_a_remedy_takes_nothing_from_what_is_owed() -> None:
    """Decided again can only be what was reported; if it settled the first, a report would do away with a remedy."""
    story = a_search(until="reasoned")
    stream = answered(story)
    story.do(decision(stream), by=MONITORING)
    story.report(decision(stream, outcome="not-upheld", remedy=None), by=MONITORING)
    assert only(story).state == "owed"
    story.do(RemedyContest(id="test", contest=stream, words="Judged again by two others"))
    story.report(decision(stream), by=MONITORING)
    assert only(story).state == "over"
