"""A direct award names its ground, whom it goes to and why, before it is decided; the desk takes none without."""

from __future__ import annotations

from typing import Any

import pytest

from fairplace.openness.commands import Release
from fairplace.openness.release import due
from fairplace.people.sight import Reader, shown
from fairplace.procurement.commands import NameGround
from fairplace.procurement.events import Awarded, ContractEntered, GroundNamed
from fairplace.procurement.state import state_of
from tests.story import (
    ALDER,
    APPROVER,
    BIRCH,
    EVALUATORS,
    OFFERS,
    OFFICER,
    Story,
    award,
    check,
    checks,
    conflicts,
    contract,
    notice,
    plan,
)

VALUE = OFFERS[0].price


def planned(**changes: Any) -> Story:
    story = Story()
    story.do(plan(**{"route": "direct_s41", "concerns_one_person": False, **changes}))
    story.do(conflicts())
    return story


def ground(**changes: Any) -> NameGround:
    members = {"ground": "repeat", "provider": ALDER, "reason": "The notice of 2025 foresaw it.", **changes}
    return NameGround(id="test", **members)


def test_a_direct_award_goes_from_its_ground_to_the_contract_without_bids() -> None:
    story = planned()
    named = story.do(ground()).event
    assert isinstance(named, GroundNamed)
    assert (named.ground, named.provider.get()) == ("repeat", ALDER)
    assert due(story.history, "notice") == "the transparency notice (UK5) is not published yet; publish it first"
    story.do(notice("UK5"))
    story.do(Release(id="test", occasion="notice"))
    assert [one.event.provider.get() for one in story.public() if isinstance(one.event, GroundNamed)] == [ALDER]
    story.do(checks(OFFERS[:1], alder=check(conditions={})))
    for one, sees in ((OFFICER, True), (APPROVER, True), (EVALUATORS[0], False)):
        seen = state_of(shown(Reader(key=one.key, roles=one.roles), story.history))
        assert ("01" in seen.checks) is sees, "who checked a direct award sees it on record"
    awarded = story.do(award(OFFERS[0]), by=APPROVER).event
    assert isinstance(awarded, Awarded)
    assert [one.award.get().provider for one in awarded.bids.values()] == [ALDER]  # type: ignore[union-attr]
    story.do(notice("UK6", standstill_ends="2026-03-12"))
    story.wait_until("2026-03-20T09:00:00.000Z")
    signed = story.do(contract(OFFERS[0]), by=APPROVER).event
    assert isinstance(signed, ContractEntered)
    assert signed.providers.get() == [ALDER]


def test_nobody_changes_to_whom_it_went_or_of_whom_the_notice_told() -> None:
    story = planned()
    story.do(ground())
    story.do(notice("UK5"))
    story.do(ground(provider=BIRCH))
    told = story.refusal(award(OFFERS[1]), by=APPROVER)
    assert told.code == "no-transparency-notice", "the notice named another supplier"
    story.do(ground())
    story.do(notice("UK5"))
    story.do(award(OFFERS[0]), by=APPROVER)
    report = {"evidence": "stated-by-officer", "happened_at": story.events[0].at}
    for more in ({}, {"override_reason": "It was so."}, report):
        refused = story.refusal(ground(provider=BIRCH, **more))
        assert (refused.code, refused.overridable) == ("awarded-already", False)
    state = state_of(story.history)
    assert [state.bids[one].provider for one in state.bids] == [ALDER]


def test_without_its_ground_nothing_is_awarded_and_nothing_overrides_that() -> None:
    story = planned()
    for reason in (None, "It could not wait."):
        refused = story.refusal(award(OFFERS[0], override_reason=reason), by=APPROVER)
        assert (refused.code, refused.overridable) == ("no-ground", False)


def test_a_transparency_notice_comes_first_unless_the_person_chose() -> None:
    story = planned()
    story.do(ground())
    refused = story.refusal(award(OFFERS[0]), by=APPROVER)
    assert (refused.code, refused.overridable) == ("no-transparency-notice", True)
    chosen = planned(light_touch=True)
    chosen.do(ground(ground="user-choice"))
    chosen.do(award(OFFERS[0]), by=APPROVER)


@pytest.mark.parametrize(
    ("plan", "changes", "code"),
    [
        ({}, {"ground": "no-suitable-tender"}, "other-section"),
        ({"route": "direct_s43"}, {"ground": "repeat"}, "other-section"),
        ({}, {"ground": "user-choice"}, "not-light-touch"),
        ({"route": "open"}, {}, "no-direct-award"),
        ({}, {"reason": " "}, "words"),
    ],
)
def test_what_is_no_ground_here_is_refused(plan: dict[str, Any], changes: dict[str, Any], code: str) -> None:
    story = planned(**plan)
    if code == "words":
        with pytest.raises(Exception, match="why the ground applies"):
            story.do(ground(**changes))
    else:
        assert story.refusal(ground(**changes)).code == code


def test_only_whoever_was_named_is_awarded_and_an_excluded_one_is_not() -> None:
    story = planned()
    story.do(ground())
    story.do(notice("UK5"))
    assert story.refusal(award(OFFERS[1]), by=APPROVER).code == "unknown-bid"
    story.do(ground(provider=BIRCH))
    story.do(
        checks(
            OFFERS[1:2],
            birch=check(
                conditions={},
                status="disregarded",
                exclusion="excluded",
                ground="excluded",
                reason="On the list",
                heard_on="2026-03-02",
            ),
        )
    )
    assert story.refusal(award(OFFERS[1]), by=APPROVER).code == "not-live"
