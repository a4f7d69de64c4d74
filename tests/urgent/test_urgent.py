"""What was bought at once: recorded with one signature, decided on by somebody else, judged by what is on record."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from fairplace.decision import Actor
from fairplace.errors import Forbidden, Malformed, Refused
from fairplace.openness.commands import Release
from fairplace.openness.release import releasable
from fairplace.people.sight import Reader, visible
from fairplace.policy import Case, Finding
from fairplace.shelf import policies
from fairplace.terms import Instant, Provider, instant
from fairplace.urgent.commands import BuyUrgently, DecideUrgency
from fairplace.urgent.events import Bought, Decided
from tests.story import ALDER, APPROVER, EVALUATORS, MONITORING, OFFICER, Story

[URGENT] = [file.module for file in policies() if file.name == "urgent.py"]


def buying(**changes: Any) -> BuyUrgently:
    members: dict[str, Any] = {
        "id": "test", "need": "A bed for tonight", "provider": ALDER, "price": 980_000, "why": "The placement broke down at 22:00",
        "from_on": "2026-11-27",
    }  # fmt: skip
    return BuyUrgently(**{**members, **changes})


def bought(**changes: Any) -> Story:
    told = Story(start="2026-11-27T22:30:00.000Z")
    told.do(buying(**changes))
    return told


def approving(outcome: Any = "approved") -> DecideUrgency:
    return DecideUrgency(id="test", outcome=outcome, reason="Nobody could have waited")


def judged(told: Story, rule: str, as_of: Instant | None = None) -> Finding:
    case = Case(id=told.case, as_of=as_of or instant(told.now), view="authority", events=told.events)
    [finding] = getattr(URGENT, rule).findings(case)
    return finding  # type: ignore[no-any-return]


def test_it_begins_a_case_of_its_own_and_seals_what_may_tell_of_a_child() -> None:
    told = bought()
    event = told.last.event
    assert isinstance(event, Bought)
    assert (told.last.stream, event.concerns_one_person, event.attributable) == (told.case, True, None)
    assert (event.need.basis, event.why.basis, event.price.get()) == ("child", "child", 980_000)
    assert told.refusal(buying()).code == "case-exists"


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"need": "  "}, Refused),
        ({"why": " \n "}, Refused),
        ({"price": -1}, Refused),
        ({"price": 2**60}, Refused),
        ({"from_on": "27 November"}, Malformed),
        ({"from_on": "2026-02-30"}, Malformed),
        ({"provider": Provider(id="=cmd()", name="Alder")}, Refused),
    ],
)
def test_what_cannot_be_recorded_is_refused_with_a_sentence(changes: dict[str, Any], error: type[Exception]) -> None:
    with pytest.raises(error) as refused:
        bought(**changes)
    assert str(refused.value)


@pytest.mark.parametrize("by", [EVALUATORS[0], APPROVER])
def test_an_officer_buys_and_nobody_else(by: Actor) -> None:
    with pytest.raises(Forbidden):
        Story().do(buying(), by=by)


def test_somebody_else_decides_and_once() -> None:
    told = bought()
    both = Actor(key=OFFICER.key, roles=frozenset({"officer", "approver"}))
    assert told.refusal(approving(), by=both).code == "own-purchase"
    with pytest.raises(Forbidden):
        told.do(approving())
    event = told.do(approving("refused"), by=MONITORING).event
    assert isinstance(event, Decided)
    assert event.outcome == "refused"
    assert told.refusal(approving(), by=APPROVER).code == "decided-already"
    assert Story().refusal(approving(), by=APPROVER).code == "no-purchase"


def test_of_one_person_nothing_is_ever_public_and_else_what_the_allow_list_has() -> None:
    told = bought()
    told.do(approving(), by=APPROVER)
    assert releasable(told.history, "urgent") == {}
    assert told.refusal(Release(id="test", occasion="urgent")).code == "one-person"
    told = bought(concerns_one_person=False)
    assert told.refusal(Release(id="test", occasion="urgent")).code == "too-early"
    told.do(approving(), by=APPROVER)
    assert releasable(told.history, "urgent") == {0: {"/need", "/provider", "/price", "/why"}, 1: {"/reason"}}


def test_an_evaluator_sees_nothing_of_it() -> None:
    told = bought()
    assert visible(Reader(key=EVALUATORS[0].key, roles=frozenset({"evaluator"})), told.history) == {}
    assert "/price" in visible(Reader(key=APPROVER.key, roles=frozenset({"approver"})), told.history)[0]


@pytest.mark.parametrize(
    ("said", "outcome"),
    [
        ({}, "cannot-tell"),
        ({"attributable": False}, "cannot-tell"),
        ({"attributable": False, "foreseeable": False}, "met"),
        ({"attributable": True}, "not-met"),
        ({"foreseeable": True}, "not-met"),
    ],
)
def test_what_is_not_said_of_the_urgency_is_not_guessed(said: dict[str, bool], outcome: str) -> None:
    assert judged(bought(**said), "urgency_real").outcome == outcome


def test_approval_is_due_in_five_working_days_and_a_bank_holiday_in_scotland_is_none() -> None:
    told = bought()  # a Friday night; Monday 30 November is Saint Andrew's day
    waiting = judged(told, "urgent_purchase_approved")
    assert (waiting.outcome, waiting.due_on) == ("not-applicable", "2026-12-07")
    assert judged(told, "urgent_purchase_approved", "2026-12-08T09:00:00.000Z").outcome == "not-met"
    told.do(approving(), by=APPROVER)
    assert judged(told, "urgent_purchase_approved").outcome == "met"


def test_a_refusal_and_a_late_approval_are_told_apart() -> None:
    told = bought()
    told.do(approving("refused"), by=APPROVER)
    assert judged(told, "urgent_purchase_approved").outcome == "not-met"
    told = bought()
    told.wait_until("2026-12-20T09:00:00.000Z")
    told.do(approving(), by=APPROVER)
    assert judged(told, "urgent_purchase_approved").outcome == "concern"
    assert datetime.fromisoformat(told.last.event.happened_at) > datetime.fromisoformat("2026-12-07T00:00:00Z")
