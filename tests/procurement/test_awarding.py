import base64
from typing import Any

import msgspec
import pytest

from fairplace.errors import Forbidden
from fairplace.ledger import tree
from fairplace.people.commands import DecideInterest, DeclareInterests
from fairplace.procurement.commands import Award, EndWithoutAward, WithdrawAward
from fairplace.procurement.events import Awarded, NoticePublished, SummariesSent
from fairplace.procurement.state import state_of
from tests.blocks import blocked, never
from tests.story import (
    ALDER,
    APPROVER,
    BIRCH,
    CEDAR,
    DOGWOOD,
    EVALUATORS,
    MODERATOR,
    MONITORING,
    OFFERS,
    OFFICER,
    RECEIVER,
    STANDSTILL_ENDS,
    Story,
    agreed,
    award,
    bid,
    check,
    checks,
    contract_end,
    notice,
    open_competition,
    sheet,
    summaries,
)

ANN = EVALUATORS[0]
THREE = OFFERS[:3]


def moderated(**changes: Any) -> Story:
    return open_competition(until="moderated", **changes)


def ending() -> EndWithoutAward:
    return EndWithoutAward(id="test", ground="no-suitable-bids", reason="No bid met the need")


def taking_back() -> WithdrawAward:
    return WithdrawAward(id="test", reason="A sheet was misread")


def test_an_award_rests_on_all_sheets_and_moderations() -> None:
    story = moderated()
    decision = story.decide(award(OFFERS[0]), by=APPROVER)
    event = decision.event
    assert isinstance(event, Awarded)
    types = ["evaluation.moderated/1", "evaluation.sheet-signed/1"]
    leaves = [base64.b64decode(one.leaf) for one in story.events if one.type in types]
    assert (event.rests_on.count, event.rests_on.types) == (3, types)
    assert event.rests_on.root == base64.b64encode(tree.root(leaves)).decode()
    assert decision.statement == (
        "Award the contract to Alder Homes for £5,200.00; the reasons are sealed until you release them."
    )
    won = {place: one.award.value for place, one in event.bids.items() if one.award.value is not None}
    assert list(won) == [state_of(story.history).bids[ALDER.id].place]
    assert len(event.bids) == 16


def test_only_an_approver_awards() -> None:
    with pytest.raises(Forbidden):
        moderated().decide(award(OFFERS[0]), by=OFFICER)


def test_who_marked_does_not_approve() -> None:
    story = moderated()
    both = msgspec.structs.replace(ANN, roles=frozenset({"evaluator", "approver"}))
    assert "another approver" in blocked(story, award(OFFERS[0]), "evaluator-approves", by=both)


def test_who_is_recused_does_not_approve() -> None:
    story = moderated()
    story.do(DecideInterest(id="test", person=APPROVER.key, outcome="recuse", reason="A friend bids"), by=MONITORING)
    blocked(story, award(OFFERS[0]), "recused", by=APPROVER)


def test_nothing_is_awarded_before_all_sheets_are_in_and_marks_are_agreed() -> None:
    blocked(open_competition(until="checked"), award(OFFERS[0]), "sheets-missing", by=APPROVER)
    blocked(open_competition(until="marked"), award(OFFERS[0]), "not-moderated", by=APPROVER)


def test_a_sheet_after_moderation_makes_it_stale() -> None:
    story = moderated()
    story.report(sheet(THREE))
    blocked(story, award(OFFERS[0]), "not-moderated", by=APPROVER)


def test_a_recusal_after_moderation_makes_it_stale() -> None:
    story = moderated()
    story.do(DecideInterest(id="test", person=ANN.key, outcome="recuse", reason="Found out"), by=MONITORING)
    assert ANN.key in blocked(story, award(OFFERS[0]), "not-moderated", by=APPROVER)


def test_agreed_marks_are_those_of_the_live_bids() -> None:
    story = moderated()
    out = check(status="disregarded", ground="incomplete", reason="No staffing plan")
    story.do(checks(THREE, cedar=out))
    blocked(story, award(OFFERS[0]), "not-moderated", by=APPROVER)
    story.do(agreed(THREE[:2], override_reason="A bid fell out"), by=MODERATOR)
    story.do(award(OFFERS[0]), by=APPROVER)


def test_only_the_top_ranked_live_bid_wins() -> None:
    sentence = blocked(moderated(), award(OFFERS[1]), "not-top-ranked", by=APPROVER)
    assert ALDER.id in sentence
    two = award(OFFERS[0], awards={ALDER.id: 1, BIRCH.id: 1})
    blocked(moderated(), two, "not-top-ranked", by=APPROVER)


def test_a_framework_has_as_many_winners_as_its_notice_says() -> None:
    story = moderated(published={"winners": 2})
    blocked(story, award(OFFERS[0]), "not-top-ranked", by=APPROVER)
    story.do(award(OFFERS[0], awards={ALDER.id: 520_000, BIRCH.id: 480_000}), by=APPROVER)
    assert len(state_of(story.history).awards) == 2


def test_a_bid_that_is_not_live_cannot_win() -> None:
    story = moderated()
    out = check(status="disregarded", ground="incomplete", reason="No staffing plan")
    story.do(checks(THREE, alder=out))
    blocked(story, award(OFFERS[0]), "not-live", by=APPROVER, final=True)


def test_a_tie_without_a_published_tie_break_is_no_ranking() -> None:
    twins = [OFFERS[0], msgspec.structs.replace(OFFERS[0], provider=BIRCH)]
    story = moderated(offers=twins, published={"tie_break": None})
    blocked(story, award(OFFERS[0]), "tie", by=APPROVER)


def test_an_award_has_reasons_a_winner_and_a_clause() -> None:
    blocked(moderated(), award(OFFERS[0], reasons=[]), "no-reasons", by=APPROVER, final=True)
    never(moderated(), award(OFFERS[0], reasons=[" "]), "empty-text", by=APPROVER)
    never(moderated(), award(OFFERS[0], awards={}), "no-winner", by=APPROVER)
    never(moderated(), award(OFFERS[0], awards={ALDER.id: -1}), "amount", by=APPROVER)
    never(moderated(), award(OFFERS[0], delegation=""), "code", by=APPROVER)


def test_no_digest_that_could_be_guessed_stands_in_an_award() -> None:
    never(moderated(), award(OFFERS[0], pre_award_findings="0" * 64), "guessable", by=APPROVER)


def test_an_award_goes_to_a_bid() -> None:
    never(
        moderated(), Award(id="t", awards={DOGWOOD.id: 1}, reasons=["r"], delegation="4.2"), "unknown-bid", by=APPROVER
    )
    never(open_competition(until="deposited"), award(OFFERS[0]), "not-opened", by=APPROVER)
    never(open_competition(until="planned"), award(OFFERS[0]), "no-tender", by=APPROVER)


def test_an_award_is_decided_once() -> None:
    blocked(open_competition(until="awarded"), award(OFFERS[0]), "awarded-already", by=APPROVER)


def test_late_bids_are_decided_on_before_the_award() -> None:
    story = moderated()
    story.do(bid(OFFERS[3]), by=RECEIVER)
    blocked(story, award(OFFERS[0]), "late-undecided", by=APPROVER)


def test_several_objections_are_overridden_together_and_all_are_named() -> None:
    story = open_competition(until="marked")
    late = bid(OFFERS[3])
    story.do(late, by=RECEIVER)
    event = story.do(award(OFFERS[1], override_reason="The need is urgent"), by=APPROVER).event
    assert isinstance(event, Awarded)
    assert event.override == "late-undecided+not-moderated"
    assert story.last.signers == (APPROVER.key, MONITORING.key)


def test_summaries_go_to_every_assessed_bidder_after_the_award() -> None:
    blocked(moderated(), summaries(THREE), "not-awarded")
    sentence = blocked(open_competition(until="awarded"), summaries(OFFERS[:2]), "summary-left-out")
    assert CEDAR.id in sentence
    never(open_competition(until="awarded"), summaries(OFFERS[:4]), "unknown-bid")


def test_a_summary_was_sent_when_the_command_happened_unless_it_says_otherwise() -> None:
    story = open_competition(until="awarded")
    event = story.do(summaries(THREE)).event
    assert isinstance(event, SummariesSent)
    sent = [one.summary.value for one in event.bids.values() if one.summary.value is not None]
    assert {one.sent_at for one in sent if not isinstance(one, msgspec.UnsetType)} == {event.happened_at}


def test_the_award_notice_follows_the_award_and_the_summaries() -> None:
    blocked(moderated(), notice(standstill_ends=STANDSTILL_ENDS), "not-awarded")
    story = open_competition(until="awarded")
    story.wait_until("2026-04-13T09:00:00.000Z")
    assert ALDER.id in blocked(story, notice(standstill_ends=STANDSTILL_ENDS), "summaries-missing")


def test_a_call_off_needs_no_summaries() -> None:
    story = open_competition(until="awarded", planned={"route": "framework_calloff", "concerns_one_person": False})
    story.do(notice())


@pytest.mark.parametrize(("ends", "refused"), [("2026-04-21", True), ("2026-04-22", False), ("2026-04-30", False)])
def test_a_standstill_lasts_at_least_eight_working_days(ends: str, refused: bool) -> None:
    story = open_competition(until="summarised")
    command = notice(standstill_ends=ends)
    if refused:
        assert "2026-04-22" in blocked(story, command, "standstill-short")
    else:
        event = story.do(command).event
        assert isinstance(event, NoticePublished)
        assert event.standstill_ends == ends


def test_bank_holidays_anywhere_in_the_kingdom_lengthen_it() -> None:
    story = open_competition(until="summarised")
    story.wait_until("2026-11-23T09:00:00.000Z")
    assert "2026-12-03" in blocked(story, notice(standstill_ends="2026-12-02"), "standstill-short")


def test_a_standstill_that_is_due_is_stated_and_one_that_is_only_offered_is_whole() -> None:
    blocked(open_competition(until="summarised"), notice(), "standstill-missing")
    light = open_competition(until="summarised", planned={"light_touch": True})
    light.decide(notice())
    blocked(light, notice(standstill_ends="2026-04-17"), "standstill-short")


def test_only_an_award_notice_gives_a_standstill() -> None:
    never(open_competition(until="contracted"), notice("UK7", standstill_ends=STANDSTILL_ENDS), "standstill")
    never(open_competition(until="contracted"), notice("UK7", reference=""), "code")


def test_notices_about_a_contract_follow_it() -> None:
    for code in ("UK7", "UK9", "UK10", "UK11"):
        blocked(open_competition(until="noticed"), notice(code), "no-contract")
    story = open_competition(until="contracted")
    blocked(story, notice("UK11"), "contract-runs")
    story.do(contract_end(), by=APPROVER)
    story.do(notice("UK11"))
    blocked(story, notice(standstill_ends="2026-05-30"), "case-ended")


def test_a_case_ends_without_award_and_then_says_so() -> None:
    story = moderated()
    blocked(story, notice("UK12"), "not-ended")
    story.do(ending(), by=APPROVER)
    story.do(notice("UK12"))
    blocked(story, award(OFFERS[0]), "case-ended", by=APPROVER)


def test_a_decided_award_is_withdrawn_before_the_case_ends_without_one() -> None:
    story = open_competition(until="awarded")
    blocked(story, ending(), "awarded-already", by=APPROVER)
    story.do(taking_back(), by=APPROVER)
    story.do(ending(), by=APPROVER)
    blocked(story, ending(), "case-ended", by=APPROVER)
    never(moderated(), EndWithoutAward(id="t", ground="other", reason=""), "empty-text", by=APPROVER)


def test_a_withdrawn_award_needs_new_summaries_and_a_new_notice() -> None:
    story = open_competition(until="noticed")
    story.do(taking_back(), by=APPROVER)
    state = state_of(story.history)
    assert (state.awarded_at, state.summaries, state.award_notice) == (-1, frozenset(), None)
    story.do(award(OFFERS[0]), by=APPROVER)
    blocked(story, notice(standstill_ends="2026-05-30"), "summaries-missing")


def test_only_a_standing_award_is_withdrawn_and_not_after_the_contract() -> None:
    never(moderated(), taking_back(), "not-awarded", by=APPROVER)
    blocked(open_competition(until="contracted"), taking_back(), "contract-entered", by=APPROVER, final=True)


def test_declaring_as_evaluator_makes_a_sheet_expected() -> None:
    story = moderated()
    story.do(DeclareInterests(id="test", acting_as="evaluator"), by=EVALUATORS[2])
    assert EVALUATORS[2].key in blocked(story, award(OFFERS[0]), "sheets-missing", by=APPROVER)
