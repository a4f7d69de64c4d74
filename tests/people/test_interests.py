import json

import pytest

from fairplace.errors import Forbidden, Missing
from fairplace.ledger import disclosure
from fairplace.people import roles
from fairplace.people.commands import DecideInterest, DeclareInterests
from fairplace.people.events import Interest, InterestDecided, InterestsDeclared
from tests.blocks import blocked, never
from tests.story import APPROVER, BIRCH, EVALUATORS, MONITORING, RECEIVER, Story, open_competition

ANN = EVALUATORS[0]
MARRIED = Interest(kind="family", provider=BIRCH, note="Married to the manager")


def declaring(*interests: Interest, bidders_known: bool | None = None) -> DeclareInterests:
    return DeclareInterests(id="test", acting_as="evaluator", interests=list(interests), bidders_known=bidders_known)


def deciding(outcome: str = "recuse", person: str = ANN.key, reason: str = "Married") -> DecideInterest:
    return DecideInterest(id="test", person=person, outcome=outcome, reason=reason)  # type: ignore[arg-type]  # parametrised


def test_a_declaration_is_sealed_also_when_it_is_empty() -> None:
    story = open_competition(until="opened")
    shapes = []
    for interests in ((), (MARRIED,)):
        body, slots, _ = disclosure.split(story.decide(declaring(*interests), by=ANN).event, bytes)
        shapes.append((body.keys(), {path: slot.basis for path, slot in slots.items()}))
        assert "Birch" not in json.dumps(body)
    assert shapes[0] == shapes[1]
    assert shapes[0][1]["/interests"] == "personal"


def test_everyone_has_one_stream_of_declarations_in_a_case() -> None:
    story = open_competition(until="opened")
    first = story.do(declaring(), by=ANN)
    second = story.do(declaring(MARRIED), by=ANN)
    other = story.do(declaring(), by=EVALUATORS[1])
    assert (second.stream, second.n) == (first.stream, 2)
    assert other.stream != first.stream
    assert isinstance(first.event, InterestsDeclared)
    assert first.event.seen == [one for one in story.events if one.stream == story.case][-1].leaf


def test_bidders_are_known_from_the_opening_on() -> None:
    early, late = open_competition(until="deposited"), open_competition(until="opened")
    for story, known in ((early, False), (late, True)):
        event = story.do(declaring(), by=ANN).event
        assert isinstance(event, InterestsDeclared)
        assert event.bidders_known is known
    said = late.do(declaring(bidders_known=False), by=ANN).event
    assert isinstance(said, InterestsDeclared)
    assert not said.bidders_known


def test_an_interest_says_with_whom_and_why() -> None:
    story = open_competition(until="opened")
    never(story, declaring(Interest(kind="friend", provider=BIRCH, note=" ")), "empty-text", by=ANN)


def test_services_have_no_interests() -> None:
    with pytest.raises(Forbidden):
        open_competition(until="opened").decide(declaring(), by=RECEIVER)


def test_somebody_else_decides_what_follows_from_an_interest() -> None:
    story = open_competition(until="opened")
    event = story.do(deciding(), by=MONITORING).event
    assert isinstance(event, InterestDecided)
    assert (event.person, event.outcome, event.reason.basis) == (ANN.key, "recuse", "personal")
    assert story.last.stream == story.case
    assert roles.recused(story.history) == {ANN.key}
    blocked(story, deciding(person=APPROVER.key), "own-interest", by=APPROVER)


def test_the_last_decision_on_a_person_counts() -> None:
    story = open_competition(until="opened")
    for outcome in ("recuse", "monitor"):
        story.do(deciding(outcome), by=MONITORING)
    assert roles.recused(story.history) == frozenset()


def test_a_decision_names_a_key_and_gives_a_reason() -> None:
    story = open_competition(until="opened")
    never(story, deciding(person="Ann Smith"), "code", by=MONITORING)
    never(story, deciding(reason=""), "empty-text", by=MONITORING)


def test_interests_belong_to_a_case_that_exists() -> None:
    for command in (declaring(), deciding()):
        with pytest.raises(Missing):
            Story().decide(command, by=MONITORING)
