"""What is agreed is what was decided, has outcomes, adds up, and answers every need or says why not."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from fairplace.placement.commands import AgreePlacement, ChangeFee
from fairplace.placement.events import Deviation, Fee, FeeChanged, PlacementAgreed
from fairplace.referral.commands import EndReferral
from fairplace.referral.values import FeeLine
from tests import needs
from tests.blocks import blocked, never
from tests.homes import ASH, BEECH, BUDGET, SOCIAL_WORKER
from tests.searches import Homes, a_search, agreement


def reasoned() -> Homes:
    return a_search(until="reasoned")


def with_terms(story: Homes, **changes: Any) -> AgreePlacement:
    command = agreement(story)
    return msgspec.structs.replace(command, terms=msgspec.structs.replace(command.terms, **changes))


def test_d3_no_agreement_without_an_outcome() -> None:
    story = reasoned()
    never(story, agreement(story, outcomes=[]), "no-outcomes")
    event = story.do(agreement(story, outcomes=[needs.outcome(1), needs.outcome(2), needs.outcome(3)])).event
    assert isinstance(event, PlacementAgreed)
    assert len(event.outcomes.get()) == 3


@pytest.mark.parametrize(
    ("outcomes", "code"),
    [
        ([needs.outcome(1), needs.outcome(1)], "twice"),
        ([needs.outcome(1, baseline=" ")], "empty-text"),
        ([needs.outcome(1, target="")], "empty-text"),
        ([needs.outcome(1, tool="")], "code"),
    ],
)
def test_an_outcome_says_from_where_to_where_and_how(outcomes: list[Any], code: str) -> None:
    story = reasoned()
    never(story, agreement(story, outcomes=outcomes), code)


def test_a_fee_that_does_not_balance_is_no_agreement() -> None:
    story = reasoned()
    never(story, with_terms(story, weekly_fee=ASH.fee + 1), "fee-lines")
    never(story, with_terms(story, lines=[]), "fee-lines")


def test_the_home_is_the_providers_and_the_one_that_was_chosen() -> None:
    story = reasoned()
    never(story, with_terms(story, provider=BEECH.provider), "other-provider")
    never(story, with_terms(story, setting="home-77"), "unknown-home")
    blocked(story, with_terms(story, provider=BEECH.provider, setting=BEECH.setting), "other-home")


def test_the_fee_is_the_one_that_was_decided() -> None:
    story = reasoned()
    blocked(story, with_terms(story, weekly_fee=480_000, lines=needs.lines(480_000)), "fee-differs")
    blocked(story, agreement(story, fee_version=2), "other-version")


def test_d9_every_need_is_answered_or_it_is_said_why_not() -> None:
    story = reasoned()
    bare = [FeeLine(code="accommodation", amount=ASH.fee, payer="care", needs=["n1", "n2"])]
    assert "n3" in blocked(story, with_terms(story, lines=bare), "unlinked-need")
    never(story, with_terms(story, unlinked={"n9": "No such need"}), "unknown-need")
    never(story, with_terms(story, unlinked={"n3": " "}), "empty-text")
    story.do(with_terms(story, lines=bare, unlinked={"n3": "The health service pays"}))


def test_e18_education_that_is_paid_for_has_an_outcome() -> None:
    story = reasoned()
    blocked(story, agreement(story, outcomes=[needs.outcome(1), needs.outcome(3)]), "no-education-outcome")


def test_practice_and_budget_have_approved_just_that() -> None:
    for until, missing in (("chosen", "practice"),):
        story = a_search(until=until)
        assert missing in blocked(story, agreement(story), "not-approved")
    story = a_search(until="judged")
    command = agreement(a_search(until="chosen"))
    blocked(story, command, "not-chosen")


def test_a_deviation_from_the_standard_has_its_reason() -> None:
    story = reasoned()
    never(story, with_terms(story, deviations=[Deviation(clause="12.1", reason=" ")]), "empty-text")
    never(story, with_terms(story, notice_days=400), "notice")
    story.do(with_terms(story, deviations=[Deviation(clause="12.1", reason="A home on its own")]))


def test_a_placement_is_agreed_once_and_not_when_the_search_has_ended() -> None:
    story = reasoned()
    story.do(agreement(story))
    never(story, agreement(story), "agreed-already")
    ended = reasoned()
    command = agreement(ended)
    ended.do(EndReferral(id="test", how="withdrawn", reason="Stays with an aunt"), by=SOCIAL_WORKER)
    blocked(ended, command, "referral-ended", final=True)


def fee(weekly: int, **changes: Any) -> ChangeFee:
    given = Fee(weekly_fee=weekly, lines=changes.pop("lines", needs.lines(weekly)), from_on="2026-06-01")
    return ChangeFee(id="test", basis="need_changed", fee=given, words="One more hour of therapy")


def test_each_change_of_the_fee_is_a_version_of_its_own() -> None:
    story = a_search()
    for number in (2, 3):
        event = story.do(fee(480_000 + number), by=BUDGET).event
        assert isinstance(event, FeeChanged)
        assert event.fee_version == number
    never(story, fee(480_000, lines=needs.lines(480_001)), "fee-lines", by=BUDGET)
    never(reasoned(), fee(480_000), "not-agreed", by=BUDGET)
