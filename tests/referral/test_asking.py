"""Everybody is asked alike: at one time, to one moment, with the same answers. Who asks otherwise says so under two names."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import msgspec
import pytest

from fairplace.referral.commands import (
    AmendReferral,
    DeclareEmergency,
    ExtendDeadline,
    PublishReferral,
    PutQuestion,
    RecordApproach,
    SettleQuestion,
)
from fairplace.referral.events import ReferralPublished
from fairplace.referral.values import Recipient
from fairplace.terms import Instant, instant
from tests import needs
from tests.blocks import REASON, blocked, never
from tests.homes import ASH, BEECH, CHERRY, DAMSON, Seller, made
from tests.searches import Homes, a_search
from tests.story import EXHIBIT

AT: Instant = "2026-03-02T10:00:00.000Z"
LATER: Instant = "2026-03-03T12:00:00.000Z"
PAIR = (ASH, BEECH)


def asking(sellers: tuple[Seller, ...] = PAIR, **changes: Any) -> PublishReferral:
    recipients = needs.asked(
        sellers, changes.pop("sent_at", "2026-03-02T09:59:00.000Z"), changes.pop("deadline", LATER)
    )
    return made(PublishReferral, changes, tier="T1", recipients=recipients)


def searched() -> Homes:
    return a_search(until="searched")


def test_a_tier_is_opened_with_everybody_in_one_event() -> None:
    recorded = searched().do(asking(), at=AT)
    assert isinstance(recorded.event, ReferralPublished)
    assert [one.provider for one in recorded.event.recipients.get()] == [ASH.provider, BEECH.provider]


def test_what_waited_too_long_for_its_second_signature_asks_nobody_whose_time_is_over() -> None:
    first, *others = asking().recipients
    soonest = msgspec.structs.replace(first, deadline="2026-03-03T09:00:00.000Z")
    unequal = asking(recipients=[soonest, *others])
    decision = searched().decide(msgspec.structs.replace(unequal, override_reason=REASON), at=AT)
    assert decision.second is not None
    assert decision.not_after == "2026-03-03T09:00:00.000Z"
    told = msgspec.structs.replace(unequal, evidence="portal-export", happened_at=AT, exhibit=EXHIBIT)
    assert searched().decide(told, at="2026-03-09T10:00:00.000Z").not_after is None, (
        "a report of it comes when it comes"
    )


def test_who_could_take_such_a_child_is_not_left_out() -> None:
    sentence = blocked(searched(), asking((ASH,)), "left-out", at=AT)
    assert BEECH.provider in sentence
    assert "say why not" in sentence


def test_an_area_may_be_searched_alone() -> None:
    searched().do(asking((ASH,), areas=["SYN01"]), at=AT)


def test_a1_nobody_is_asked_before_the_others_or_given_more_time() -> None:
    early = [
        Recipient(provider=ASH.provider, sent_at="2026-03-01T15:00:00.000Z", deadline=LATER),
        Recipient(provider=BEECH.provider, sent_at="2026-03-02T09:00:00.000Z", deadline=LATER),
    ]
    blocked(searched(), asking(recipients=early), "unequal-access", at=AT)
    longer = [
        Recipient(provider=ASH.provider, sent_at="2026-03-02T09:00:00.000Z", deadline=LATER),
        Recipient(provider=BEECH.provider, sent_at="2026-03-02T09:00:00.000Z", deadline="2026-03-04T12:00:00.000Z"),
    ]
    blocked(searched(), asking(recipients=longer), "unequal-deadline", at=AT)


@pytest.mark.parametrize(
    ("recipients", "code"),
    [
        ([], "recipients"),
        (needs.asked((ASH, ASH), AT, LATER), "twice"),
        (needs.asked((ASH,), "2026-03-09T09:00:00.000Z", "2026-03-10T09:00:00.000Z"), "future"),
        (needs.asked((ASH,), AT, AT), "no-time"),
        ([Recipient(provider="GB-COH-77", sent_at=AT, deadline=LATER)], "unknown-provider"),
    ],
)
def test_recipients_that_do_not_add_up_are_refused(recipients: list[Recipient], code: str) -> None:
    never(searched(), asking(recipients=recipients), code, at=AT)


def test_criteria_and_opening_come_first() -> None:
    story = a_search(until="assessed")
    blocked(story, asking(), "not-opened", at=AT)
    story.do(needs.opening())
    blocked(story, asking(), "no-criteria", at=AT)


def test_e12_own_homes_are_searched_first_where_a_policy_says_so() -> None:
    blocked(a_search(until="opened"), asking(), "in-house-first", at=AT)
    free = a_search(until="opened", criteria={"in_house_policy": None})
    free.do(asking(), at=AT)


def test_tiers_are_opened_in_their_order_when_the_time_of_the_last_is_over() -> None:
    story = searched()
    second = asking((CHERRY,), tier="T2")
    assert "tier 1" in blocked(story, second, "tier-order", at=AT)
    story.do(asking(), at=AT)
    blocked(story, asking((CHERRY,), tier="T2", sent_at=AT, deadline="2026-03-04T09:00:00.000Z"), "tier-running",
            at="2026-03-02T11:00:00.000Z")  # fmt: skip
    blocked(story, asking(), "tier-open", at="2026-03-02T11:00:00.000Z")
    later = "2026-03-03T13:00:00.000Z"
    story.do(asking((CHERRY,), tier="T2", sent_at=later, deadline="2026-03-05T13:00:00.000Z"), at=later)
    blocked(
        story,
        asking((DAMSON,), tier="OFF", sent_at=later, deadline="2026-03-05T13:00:00.000Z"),
        "tier-running",
        at="2026-03-03T14:00:00.000Z",
    )


def test_a_tier_whose_answers_are_all_in_runs_no_more() -> None:
    story = a_search(until="answered")
    now = instant(story.now + timedelta(minutes=1))
    story.do(asking((CHERRY,), tier="T2", sent_at=now, deadline=instant(story.now + timedelta(hours=30))), at=now)


def test_the_window_of_a_tier_is_given_whole() -> None:
    blocked(searched(), asking(deadline="2026-03-03T09:00:00.000Z"), "window-short", at=AT)


def test_in_an_emergency_the_order_changes_and_the_same_time_for_all_stays() -> None:
    story = a_search(until="opened")
    story.do(DeclareEmergency(id="test", expires_at="2026-03-04T09:00:00.000Z", reason="breakdown"))
    unequal = [
        Recipient(provider=ASH.provider, sent_at="2026-03-02T09:59:00.000Z", deadline="2026-03-02T12:00:00.000Z"),
        Recipient(provider=BEECH.provider, sent_at="2026-03-02T09:59:00.000Z", deadline="2026-03-02T13:00:00.000Z"),
    ]
    blocked(story, asking(recipients=unequal), "unequal-deadline", at=AT)
    story.do(asking(deadline="2026-03-02T12:00:00.000Z"), at=AT)


def published() -> Homes:
    return a_search(until="published")


def told(story: Homes, sellers: tuple[Seller, ...] = PAIR) -> list[Any]:
    return needs.told(sellers, instant(story.now))


def put(story: Homes) -> None:
    story.do(PutQuestion(id="test", words="Is the school place kept?"), by=ASH.actor)


def test_d10_an_answer_goes_to_all_who_were_asked() -> None:
    story = published()
    put(story)
    some = SettleQuestion(id="test", question="Q1", answer="Yes", recipients=told(story, (ASH,)))
    assert BEECH.provider in blocked(story, some, "not-to-all")
    never(story, SettleQuestion(id="test", question="Q9", answer="Yes", recipients=told(story)), "question")
    never(
        story, SettleQuestion(id="test", question="Q1", answer="Yes", recipients=told(story, (CHERRY,))), "not-invited"
    )
    never(story, SettleQuestion(id="test", question="Q1", answer="Yes", recipients=[]), "recipients")
    story.do(SettleQuestion(id="test", question="Q1", answer="Yes", recipients=told(story)))
    assert story.search.questions == {"Q1": True}


def test_who_declined_need_not_be_told_any_more() -> None:
    story = published()
    put(story)
    story.do(needs.decline(BEECH), by=BEECH.actor)
    story.do(SettleQuestion(id="test", question="Q1", answer="Yes", recipients=told(story, (ASH,))))


def test_only_who_was_asked_can_ask_back() -> None:
    story = published()
    blocked(story, PutQuestion(id="test", words="May we?", provider=CHERRY.provider), "not-invited", by=CHERRY.actor,
            final=True)  # fmt: skip
    put(story)
    never(story, PutQuestion(id="test", words="Again?", question="Q1", provider=ASH.provider), "question", by=ASH.actor)
    never(story, PutQuestion(id="test", words="Again?", question="1", provider=ASH.provider), "question", by=ASH.actor)


def test_a_change_of_what_was_asked_goes_to_all() -> None:
    story = published()
    change = AmendReferral(id="test", words="The move can be a week later", recipients=told(story, (ASH,)))
    blocked(story, change, "not-to-all")
    story.do(AmendReferral(id="test", words="The move can be a week later", recipients=told(story)))
    never(searched(), change, "not-published")


def test_more_time_is_for_all_and_only_more() -> None:
    story = published()
    now = instant(story.now)

    def more(sellers: tuple[Seller, ...], deadline: Instant, tier: Any = "T1") -> ExtendDeadline:
        recipients = needs.asked(sellers, now, deadline)
        return ExtendDeadline(id="test", tier=tier, recipients=recipients, reason="The answer came late")

    blocked(story, more((ASH,), "2026-03-05T12:00:00.000Z"), "unequal-deadline")
    blocked(story, more(PAIR, "2026-03-02T12:00:00.000Z"), "deadline-shortened")
    never(story, more((CHERRY,), "2026-03-05T12:00:00.000Z"), "not-invited")
    never(story, more(PAIR, "2026-03-05T12:00:00.000Z", "T2"), "not-published")
    story.do(more(PAIR, "2026-03-05T12:00:00.000Z"))
    assert story.search.deadline_of(ASH.provider) == "2026-03-05T12:00:00.000Z"


def test_who_spoke_for_a_provider_is_recorded() -> None:
    story = published()
    approach = RecordApproach(
        id="test", provider=ASH.provider, introducer="member", channel="telephone", note="Was told that all are alike"
    )
    assert story.do(approach).type == "referral.contact-recorded/1"
    never(story, made(RecordApproach, {}, provider="X-1", introducer="member", channel="meeting", note="-"),
          "unknown-provider")  # fmt: skip
