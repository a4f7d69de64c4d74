"""A text that was wrong is corrected by a further step; the first is never lost, and both are shown."""

from __future__ import annotations

import pytest

from fairplace.openness.commands import Correct, Release
from fairplace.openness.events import Corrected, Disclosed
from fairplace.procurement.commands import AskQuestion
from tests.story import APPROVER, EVALUATORS, OFFICER, RECEIVER, Story, open_competition


def fix(story: Story, of: str = "procurement.awarded/1", slot: str = "/reasons", **more: str) -> Correct:
    entry = [one.index for one in story.events if one.type == of][-1]
    members = {"words": "Alder offered the strongest care, at £5,200.", "reason": "The price was left out.", **more}
    return Correct(id="test", entry=entry, slot=slot, **members)


@pytest.fixture
def story() -> Story:
    return open_competition(until="released")


def test_a_correction_stands_beside_the_first_and_is_released_where_that_is_public(story: Story) -> None:
    wanted = fix(story)
    event = story.do(wanted, by=APPROVER).event
    assert isinstance(event, Corrected)
    assert (event.entry, event.slot, event.words.get()) == (wanted.entry, "/reasons", wanted.words)
    released = story.do(Release(id="test", occasion="correction")).event
    assert isinstance(released, Disclosed)
    assert [one.slots for one in released.openings] == [["/reason", "/words"]]
    shown = {one.index: one.event for one in story.public()}
    assert shown[wanted.entry].reasons.get() == ["Alder Homes offered the strongest care"]  # type: ignore[attr-defined]
    assert [one.words.get() for one in shown.values() if isinstance(one, Corrected)] == [wanted.words]


def test_a_correction_of_what_is_sealed_stays_sealed(story: Story) -> None:
    story.do(fix(story, "procurement.conflicts-assessed/1", "/steps"))
    assert story.refusal(Release(id="test", occasion="correction")).code == "nothing-to-release"
    assert open_competition(until="awarded").refusal(Release(id="test", occasion="correction")).code == "too-early"


@pytest.mark.parametrize(
    ("of", "slot", "more", "code"),
    [
        ("procurement.awarded/1", "/nothing", {}, "no-words"),
        ("procurement.awarded/1", "/override_reason", {}, "no-words"),
        ("procurement.awarded/1", "/reasons", {"words": " "}, "empty-text"),
        ("procurement.awarded/1", "/reasons", {"reason": " "}, "empty-text"),
        ("procurement.planned/1", "/need", {"words": "Forty families wait for short breaks"}, "same-words"),
        ("evaluation.sheet-signed/1", "/bids/01/reasons", {}, "not-ours"),
        ("deposit.received/1", "/price", {}, "not-ours"),
    ],
)
def test_what_cannot_be_corrected_says_why(story: Story, of: str, slot: str, more: dict[str, str], code: str) -> None:
    assert story.refusal(fix(story, of, slot, **more)).code == code


def test_what_a_provider_asked_is_not_the_authoritys_to_correct() -> None:
    told = open_competition(until="published")
    for by in (OFFICER, RECEIVER):  # who signs what a provider asked here
        asked = told.do(AskQuestion(id="test", words="Are nights costed apart?"), by=by)
        wanted = Correct(id="test", entry=asked.index, slot="/words", words="Are days?", reason="A slip")
        if by is OFFICER:
            told.do(wanted)
    assert told.refusal(wanted).code == "not-ours"


def test_only_the_authority_corrects_and_only_what_is_of_the_case(story: Story) -> None:
    assert story.refusal(Correct(id="test", entry=9_999, slot="/need", words="x", reason="y")).code == "unknown-entry"
    with pytest.raises(Exception, match="this is for"):
        story.do(fix(story), by=EVALUATORS[0])
