"""Where no home was found, those who offered one are told why, as those are who came second."""

from __future__ import annotations

import msgspec

from fairplace.forms import choosing
from fairplace.forms.task import File, Task
from fairplace.policy import Case
from fairplace.procurement.state import State
from fairplace.referral.commands import EndReferral, SendReasons
from fairplace.seeking.board import is_open, line
from fairplace.terms import instant
from tests.homes import OFFICER
from tests.searches import Homes, a_search

TASK: Task = next(one for one in choosing.TASKS if one.code == "send-reasons")


def file_of(story: Homes) -> File:
    past = Case(id=story.case, as_of=story.search.history.events[-1].at, view="authority", events=story.events)
    return File(
        case=story.case, state=State(), me=OFFICER.key, titles={}, people={}, challenges=(), search=past.search,
        market=story.market, now=instant(story.now),
    )  # fmt: skip


def ended() -> Homes:
    story = a_search(until="answered")
    story.wait_until("2026-03-05T09:00:00.000Z")
    story.do(EndReferral(id="test", how="not_found", cause="fee_not_agreed", reason="No fee was agreed"))
    return story


def test_a_search_that_ended_without_a_home_owes_its_reasons_and_has_the_form_for_them() -> None:
    story = ended()
    file = file_of(story)
    assert file.search is not None
    assert is_open(file.search)
    found = line(story.case, file.search, instant(story.now))
    assert (found.stage, found.beside) == ("It ended without a home", ("reasons to send",))
    assert ("Reasons to everybody not chosen", "2026-03-12") in [(one.says, one.due) for one in found.clocks]
    assert TASK.stage(file).state == "now"
    fields = TASK.fields(file)
    assert [one.name for one in fields] == [f"why-{offer}" for offer in story.search.live]
    assert all(one.kind == "choice" and not one.optional for one in fields)

    members = TASK.members({one.name: "fee_over_benchmark" for one in fields}, file)
    command = msgspec.convert({**members, "id": "test", "do": "send-reasons"}, SendReasons)
    assert "2 providers were told why the search ended without a home" in story.decide(command).statement
    story.do(command)
    file = file_of(story)
    assert file.search is not None
    assert {one.code for _, event in file.search.reasons_sent for one in event.sent.get()} == {"fee_over_benchmark"}
    assert not is_open(file.search)
    assert TASK.stage(file).state == "done"


def test_after_a_choice_each_is_told_that_another_was_chosen() -> None:
    story = a_search(until="chosen")
    file = file_of(story)
    members = TASK.members({"comparison": True}, file)
    command = msgspec.convert({**members, "id": "test", "do": "send-reasons"}, SendReasons)
    assert "told why another was chosen" in story.decide(command).statement


def test_while_the_search_goes_on_nobody_is_told_and_who_offered_nothing_is_owed_nothing() -> None:
    assert TASK.stage(file_of(a_search(until="answered"))).state == "waits"
    story = a_search(until="published")
    story.wait_until("2026-03-05T09:00:00.000Z")
    story.do(EndReferral(id="test", how="not_found", cause="no_capacity", reason="Nobody had room"))
    file = file_of(story)
    assert TASK.stage(file).state == "away"
    assert file.search is not None
    assert not is_open(file.search)
