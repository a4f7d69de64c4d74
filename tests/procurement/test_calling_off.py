"""A call-off names its framework or dynamic market, and stays within it."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from fairplace import deciders
from fairplace.decision import Decision, History
from fairplace.errors import Malformed, Refused
from fairplace.procurement.commands import NameParent
from fairplace.procurement.events import ParentNamed
from fairplace.terms import Provider, instant
from tests.blocks import blocked, never
from tests.story import (
    ALDER,
    APPROVER,
    BIRCH,
    CEDAR,
    CHANCE,
    MODERATOR,
    OFFERS,
    OFFICER,
    Story,
    award,
    conflicts,
    contract,
    contract_end,
    open_competition,
    parent,
    plan,
    tender,
)

CALL_OFF = {"route": "framework_calloff", "concerns_one_person": False}
ELSEWHERE = "ocds-h6vhtk-04a1b2"


def call_off(**changes: Any) -> Story:
    story = Story(start="2026-05-04T09:00:00.000Z", seed=7)
    story.do(plan(**{**CALL_OFF, **changes}))
    story.do(conflicts())
    return story


def framework(until: str = "released", **planned: Any) -> Story:
    """A framework with Alder, signed on 24 April 2026."""
    return open_competition(until=until, planned={"contract_kind": "framework", "max_term_days": 1461, **planned})


def naming(story: Story, other: Story, **changes: Any) -> Decision:
    """What the desk answers to whoever names a case of the register as the parent."""
    command = NameParent(id="test", case=story.case, parent=other.case, **changes)
    history = History(case=story.case, events=story.events, beside=other.public())
    return deciders.decide(command, history, at=instant(story.now), by=OFFICER, chance=CHANCE)


def refused(story: Story, other: Story, **changes: Any) -> Refused:
    with pytest.raises(Refused) as caught:
        naming(story, other, **changes)
    return caught.value


@pytest.mark.parametrize("route", ["framework_calloff", "flexible_dm"])
def test_a_call_off_without_a_parent_is_not_advertised_and_nothing_overrides_that(route: str) -> None:
    said = blocked(call_off(route=route), tender(deadline="2026-06-01T12:00:00.000Z"), "no-parent", final=True)
    assert said.startswith("a call-off names its framework or dynamic market")


def test_a_call_off_that_named_its_parent_is_advertised() -> None:
    story = call_off()
    story.do(parent())
    story.do(tender(deadline="2026-06-01T12:00:00.000Z"))


def test_an_award_and_a_contract_without_a_parent_are_reported_only() -> None:
    story = open_competition(until="moderated", planned=CALL_OFF)
    for one in [one for one in story.events if isinstance(one.event, ParentNamed)]:
        story._events.remove(one)
    story.wait_until("2026-04-09T09:00:00.000Z")
    blocked(story, award(OFFERS[0]), "no-parent", by=APPROVER, final=True)
    story.report(award(OFFERS[0]), by=APPROVER)
    blocked(story, contract(OFFERS[0]), "no-parent", by=APPROVER, final=True)


def test_of_a_framework_of_this_register_the_rest_is_read_there() -> None:
    other, story = framework(), call_off()
    decision = naming(story, other)
    event = decision.event
    assert isinstance(event, ParentNamed)
    assert (event.parent, event.parent_leaf, event.until) == (other.case, other.history.head.leaf, "2030-04-23")  # type: ignore[union-attr]
    assert event.members.value == [ALDER]
    assert (
        decision.statement
        == f"Name the parent of this call-off: the case {other.case} of this register, with 1 provider."
    )


def test_of_another_case_only_what_is_public_is_read() -> None:
    """Whoever works on a call-off has not asked to see the file of its framework."""
    event = naming(call_off(), framework("contracted")).event
    assert isinstance(event, ParentNamed)
    assert (event.members.value, event.until) == (None, "2030-04-23")


def test_what_whoever_signs_reads_tells_no_name_of_another_case() -> None:
    assert ALDER.name not in naming(call_off(), framework()).statement


def test_a_framework_that_is_over_is_called_off_from_by_two_only() -> None:
    other = framework()
    other.do(contract_end(), by=APPROVER)
    story = call_off()
    said = refused(story, other)
    assert (said.code, said.overridable) == ("parent-over", True)
    event = naming(story, other, override_reason="The new one is signed next week").event
    assert isinstance(event, ParentNamed)
    assert (event.override, event.until) == ("parent-over", "2026-04-24")


@pytest.mark.parametrize(
    ("until", "planned", "code"),
    [
        ("noticed", {}, "parent-not-begun"),
        ("released", {"contract_kind": "services"}, "not-a-framework"),
        ("released", {"max_term_days": 10}, "parent-over"),
    ],
)
def test_what_cannot_be_called_off_from_is_named_by_two_only(until: str, planned: dict[str, Any], code: str) -> None:
    said = refused(call_off(), framework(until, **planned))
    assert (said.code, said.overridable) == (code, True)


def test_a_parent_that_is_none_is_refused() -> None:
    story = call_off()
    assert refused(story, story).code == "parent"
    nobody = Story(seed=9)
    assert refused(story, nobody).code == "unknown-parent"
    assert refused(story, framework(), name="Something else").code == "parent"
    assert refused(story, framework(), members=[BIRCH]).code == "parent"
    never(story, NameParent(id="test"), "parent")
    never(story, parent(parent=framework().case), "parent")
    with pytest.raises(Malformed):
        story.decide(NameParent(id="test", parent="not-a-case"))
    never(story, parent(reference="Alder"), "name")
    never(story, parent(reference="<script>"), "code")
    never(story, parent(name="\u200b"), "empty-text")
    never(story, parent(members=[Provider(id="=cmd()", name="X")]), "code")
    with pytest.raises(Malformed):
        story.decide(parent(until="2026-02-30"))
    never(open_competition(until="planned"), parent(), "no-call-off")


def test_a_parent_is_named_before_the_award() -> None:
    blocked(open_competition(until="awarded", planned=CALL_OFF), parent(), "awarded-already")


def moderated(members: list[Provider] | None, until: str | None = None) -> Story:
    story = open_competition(until="moderated", planned=CALL_OFF)
    story.do(parent(members=members, until=until))
    story.wait_until("2026-04-09T09:00:00.000Z")
    return story


def test_whoever_is_awarded_stands_in_the_parent() -> None:
    said = blocked(moderated([BIRCH, CEDAR]), award(OFFERS[0]), "not-in-parent", by=APPROVER)
    assert ALDER.id in said
    moderated([ALDER]).do(award(OFFERS[0]), by=APPROVER)
    moderated(None).do(award(OFFERS[0]), by=APPROVER)


def test_nothing_is_awarded_after_the_last_day() -> None:
    blocked(moderated([ALDER], "2026-04-08"), award(OFFERS[0]), "parent-over", by=APPROVER)
    moderated([ALDER], "2026-04-09").do(award(OFFERS[0]), by=APPROVER)


def test_whoever_signs_stands_in_the_parent() -> None:
    story = open_competition(until="noticed", planned={**CALL_OFF, "light_touch": True})
    story.wait_until("2026-04-24T09:00:00.000Z")
    refused_ = story.refusal(contract(OFFERS[0], providers=[Provider(id="GB-COH-09999999", name="New")]), by=APPROVER)
    assert refused_.code == "not-awarded"
    story.do(contract(OFFERS[0]), by=APPROVER)


def test_the_parent_named_last_counts() -> None:
    story = moderated([BIRCH])
    story.do(parent(members=[ALDER]))
    story.do(award(OFFERS[0]), by=APPROVER)


def test_a_report_names_a_parent_as_it_was() -> None:
    story = open_competition(until="awarded", planned=CALL_OFF)
    told = story.report(parent(reference=ELSEWHERE))
    assert isinstance(told.event, ParentNamed)
    assert MODERATOR.key not in told.signers


def test_only_naming_a_parent_looks_into_another_case() -> None:
    assert parent(parent="x", reference=None).beside == "x"
    assert msgspec.structs.replace(tender(), case="y").beside is None
