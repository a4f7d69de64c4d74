"""Those concerned are told, and told alike; a search that finds no home ends with its cause."""

from __future__ import annotations

from typing import Any

from fairplace.referral.commands import (
    ConsultArea,
    EndReferral,
    GiveChildEdition,
    GiveFeedback,
    NotifyArea,
    SendReasons,
)
from fairplace.referral.events import FeedbackGiven, ReferralEnded
from fairplace.referral.values import ReasonsGiven
from fairplace.terms import instant
from tests.blocks import blocked, never
from tests.homes import ASH, BEECH, CHERRY, SOCIAL_WORKER
from tests.searches import Homes, a_search


def approved() -> Homes:
    return a_search(until="approved")


def reasons(story: Homes, code: str = "lower_match_score", offer: str | None = None, **changes: Any) -> SendReasons:
    second = offer or next(name for name in story.search.live if name != story.search.chosen.offer)  # type: ignore[union-attr]
    at = changes.pop("at", instant(story.now))
    return SendReasons(id="test", sent=[ReasonsGiven(offer=second, at=at, code=code, comparison=True)])


def test_everybody_who_was_not_chosen_is_told_why_by_the_reason_decided() -> None:
    story = approved()
    chosen = story.search.chosen
    assert chosen is not None
    never(story, SendReasons(id="test", sent=[]), "no-offers")
    never(story, reasons(story, offer=chosen.offer), "both")
    never(story, reasons(story, offer="00000000"), "unknown-offer")
    never(story, reasons(story, code="whim"), "unknown-code")
    never(story, reasons(story, at="2026-05-01T09:00:00.000Z"), "future")
    blocked(story, reasons(story, code="distance"), "other-reason")
    story.do(reasons(story))
    assert len(story.search.reasons_sent) == 1


def test_reasons_come_after_the_decision() -> None:
    story = a_search(until="judged")
    first = next(iter(story.search.live))
    blocked(story, reasons(story, offer=first), "not-chosen")


def test_where_no_home_was_found_those_who_offered_one_are_told_why_after_the_end() -> None:
    story = a_search(until="judged")
    first, second = story.search.live
    story.do(EndReferral(id="test", how="not_found", cause="no_capacity", reason="Neither home could meet the need"))
    at = instant(story.now)
    sent = [ReasonsGiven(offer=name, at=at, code="hard_criterion_unmet", comparison=True) for name in (first, second)]
    blocked(story, SendReasons(id="test", sent=sent[:1]), "not-to-all")
    story.do(SendReasons(id="test", sent=sent))
    assert story.search.reasons_sent == {first, second}


def test_the_other_authority_is_asked_and_told() -> None:
    story = approved()
    story.do(ConsultArea(id="test", area="SYN09", care_plan_given=True))
    assert story.search.consulted == {"SYN09"}
    story.do(NotifyArea(id="test", area="SYN09", notified_on="2026-03-03", with_assessment=True))
    never(story, NotifyArea(id="test", area="SYN09", notified_on="2026-03-09", with_assessment=True), "future")
    never(story, ConsultArea(id="test", area="the town by the sea, where", care_plan_given=True), "code")


def test_the_young_person_gets_a_decision_that_there_is() -> None:
    given = GiveChildEdition(id="test", format="braille")
    blocked(a_search(until="judged"), given, "not-chosen", by=SOCIAL_WORKER, final=True)
    approved().do(given, by=SOCIAL_WORKER)


def test_each_side_marks_the_other_from_one_to_five() -> None:
    story = approved()
    for mark in (0, 6):
        never(story, GiveFeedback(id="test", mark=mark), "mark")
    theirs = story.do(GiveFeedback(id="test", mark=4), by=ASH.actor).event
    ours = story.do(GiveFeedback(id="test", mark=5)).event
    assert isinstance(theirs, FeedbackGiven)
    assert isinstance(ours, FeedbackGiven)
    assert (theirs.by, ours.by) == ("provider", "commissioner")
    assert story.refusal(GiveFeedback(id="test", mark=4), by=CHERRY.actor).code == "not-invited"


def test_a_search_ends_without_a_home_once_and_with_its_cause() -> None:
    story = a_search(until="published")
    never(story, EndReferral(id="test", how="not_found", reason="Nobody had room"), "cause")
    never(story, EndReferral(id="test", how="withdrawn", cause="no_capacity", reason="Stays with an aunt"), "cause")
    found_none = EndReferral(id="test", how="not_found", cause="no_capacity", reason="Nobody had room")
    blocked(story, found_none, "tier-running")
    story.wait_until("2026-03-04T09:00:00.000Z")
    ended = story.do(found_none).event
    assert isinstance(ended, ReferralEnded)
    blocked(story, EndReferral(id="test", how="withdrawn", reason="Again"), "referral-ended", final=True)


def test_a_search_is_over_when_the_child_has_moved_in() -> None:
    story = a_search()
    blocked(story, EndReferral(id="test", how="withdrawn", reason="Late"), "referral-ended", final=True)
    assert story.refusal(GiveFeedback(id="test", mark=9), by=BEECH.actor).code == "mark"
