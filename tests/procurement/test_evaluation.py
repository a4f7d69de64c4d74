import base64

import msgspec
import pytest

from fairplace.errors import Forbidden
from fairplace.ledger import tree
from fairplace.people.commands import DecideInterest, DeclareInterests
from fairplace.people.events import Interest
from fairplace.procurement.commands import Marked, Moderate, OpenBids, WithdrawAward
from fairplace.procurement.events import Changed, Moderated, Result, SheetSigned
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
    Story,
    agreed,
    award,
    bid,
    check,
    checks,
    open_competition,
    sheet,
)

ANN, BOB, CY = EVALUATORS
THREE = OFFERS[:3]


def checked() -> Story:
    return open_competition(until="checked")


def marked() -> Story:
    return open_competition(until="marked")


def without(command: Moderate, **changes: dict[str, object]) -> Moderate:
    """The agreed marks with members of Alder's replaced."""
    alder = msgspec.structs.replace(command.bids[ALDER.id], **changes)
    return msgspec.structs.replace(command, bids={**command.bids, ALDER.id: alder})


def recuse(story: Story, person: str) -> None:
    story.do(DecideInterest(id="test", person=person, outcome="recuse", reason="Married to a bidder"), by=MONITORING)


def test_a_sheet_is_in_a_stream_of_its_own_and_pins_the_case_as_it_was_known() -> None:
    story = checked()
    decision = story.decide(sheet(THREE), by=ANN)
    event = decision.event
    assert isinstance(event, SheetSigned)
    assert decision.stream == "new"
    assert story.history.head is not None
    assert event.seen == story.history.head.leaf
    assert event.criteria == ["care", "staff"]
    assert len(event.bids) == 16
    place = state_of(story.history).bids[BIRCH.id].place
    assert event.bids[place].marks.value == {"care": 6, "staff": 6}
    assert (event.bids[place].marks.basis, event.bids[place].reasons.basis) == ("standstill", "commercial")


def test_only_an_evaluator_marks_and_an_officer_may_report_a_sheet_of_the_portal() -> None:
    story = checked()
    with pytest.raises(Forbidden):
        story.decide(sheet(THREE), by=OFFICER)
    story.report(sheet(THREE), by=OFFICER)
    with pytest.raises(Forbidden):
        story.report(sheet(THREE), by=APPROVER)


def test_who_marks_has_declared_interests_first() -> None:
    assert "declare" in blocked(checked(), sheet(THREE), "no-declaration", by=CY)


def test_who_is_recused_does_not_mark() -> None:
    story = checked()
    recuse(story, ANN.key)
    blocked(story, sheet(THREE), "recused", by=ANN)
    story.do(DecideInterest(id="test", person=ANN.key, outcome="none", reason="A namesake"), by=MONITORING)
    story.do(sheet(THREE), by=ANN)


def test_every_bid_is_checked_before_any_is_marked() -> None:
    story = open_competition(until="opened")
    story.do(DeclareInterests(id="test", acting_as="evaluator"), by=ANN)
    blocked(story, sheet(THREE), "bids-not-checked", by=ANN)


def test_nothing_is_marked_before_the_opening() -> None:
    never(open_competition(until="deposited"), sheet(THREE), "not-opened", by=ANN)


def test_a_mark_off_the_scale_is_refused() -> None:
    sentence = blocked(checked(), sheet(THREE, {BIRCH.id: {"care": 7}}), "off-scale", by=ANN, final=True)
    assert "7" in sentence
    assert "from 0 to 10 in steps of 2" in sentence


def test_a_mark_without_a_reason_is_refused() -> None:
    command = sheet(THREE)
    bare = Marked(marks=command.bids[BIRCH.id].marks, reasons={"care": "Good"})
    blocked(
        checked(),
        msgspec.structs.replace(command, bids={**command.bids, BIRCH.id: bare}),
        "mark-without-reason",
        by=ANN,
        final=True,
    )
    empty = Marked(marks=bare.marks, reasons={"care": "Good", "staff": " "})
    never(checked(), msgspec.structs.replace(command, bids={**command.bids, BIRCH.id: empty}), "empty-text", by=ANN)


def test_no_live_bid_and_no_criterion_is_left_out() -> None:
    blocked(checked(), sheet(OFFERS[:2]), "bid-left-out", by=ANN, final=True)
    partly = [msgspec.structs.replace(offer, marks={"care": 6}) for offer in THREE]
    blocked(checked(), sheet(partly), "criterion-left-out", by=ANN, final=True)


def test_an_evaluator_may_be_given_some_criteria() -> None:
    story = checked()
    partly = [msgspec.structs.replace(offer, marks={"care": 6}) for offer in THREE]
    event = story.do(sheet(partly, criteria=["care"]), by=ANN).event
    assert isinstance(event, SheetSigned)
    assert event.criteria == ["care"]
    blocked(story, sheet(THREE), "second-sheet", by=ANN)
    rest = [msgspec.structs.replace(offer, marks={"staff": 6}) for offer in THREE]
    story.do(sheet(rest, criteria=["staff"]), by=ANN)


def test_a_criterion_that_was_not_published_is_refused() -> None:
    hidden = [msgspec.structs.replace(offer, marks={**offer.marks, "reputation": 8}) for offer in THREE]
    blocked(checked(), sheet(hidden), "hidden-criterion", by=ANN, final=True)
    blocked(checked(), sheet(hidden, criteria=["care", "staff", "reputation"]), "hidden-criterion", by=ANN, final=True)
    never(checked(), sheet(THREE, criteria=["care", "care"]), "criteria", by=ANN)
    never(checked(), sheet(THREE, criteria=["what we hear about them"]), "code", by=ANN)


def test_a_bid_that_is_not_live_gets_no_marks() -> None:
    story = checked()
    out = check(status="disregarded", ground="incomplete", reason="No staffing plan")
    story.do(checks(THREE, cedar=out))
    blocked(story, sheet(THREE), "bid-not-live", by=ANN, final=True)
    story.do(sheet(THREE[:2]), by=ANN)


def test_an_unknown_bid_gets_no_marks_even_in_a_report() -> None:
    never(checked(), sheet(OFFERS[:4]), "unknown-bid", by=ANN)


def test_a_sheet_is_signed_once_and_not_after_moderation() -> None:
    blocked(marked(), sheet(THREE), "second-sheet", by=ANN)
    story = open_competition(until="moderated")
    story.do(DeclareInterests(id="test", acting_as="evaluator"), by=CY)
    blocked(story, sheet(THREE), "moderated", by=CY)


def test_an_agreed_mark_rests_on_every_sheet() -> None:
    story = marked()
    decision = story.decide(agreed(THREE), by=MODERATOR)
    event = decision.event
    assert isinstance(event, Moderated)
    sheets = [base64.b64decode(one.leaf) for one in story.events if one.type == "evaluation.sheet-signed/1"]
    assert (event.rests_on.count, event.rests_on.types) == (2, ["evaluation.sheet-signed/1"])
    assert event.rests_on.root == base64.b64encode(tree.root(sheets)).decode()
    assert decision.unless == {"evaluation.sheet-signed/1"}
    assert event.present == [MODERATOR.key]


def test_totals_and_ranks_follow_from_marks_prices_and_weights() -> None:
    story = open_competition(until="moderated")
    state = state_of(story.history)
    assert state.results[state.bids[ALDER.id].place] == Result(
        points={"care": 3200, "staff": 1200, "price": 3692}, total=8092, rank=1
    )
    assert {state.results[one.place].rank for one in state.live.values()} == {1, 2, 3}


def test_marks_are_agreed_when_all_expected_sheets_are_in() -> None:
    story = checked()
    story.do(sheet(THREE), by=ANN)
    assert BOB.key in blocked(story, agreed(THREE), "sheets-missing", by=MODERATOR)
    recuse(story, BOB.key)
    story.do(agreed(THREE), by=MODERATOR)


def test_every_criterion_has_been_marked_by_somebody() -> None:
    story = open_competition(until="checked", evaluators=1)
    partly = [msgspec.structs.replace(offer, marks={"care": offer.marks["care"]}) for offer in THREE]
    story.do(sheet(partly, criteria=["care"]), by=ANN)
    assert "staff" in blocked(story, agreed(THREE), "sheets-missing", by=MODERATOR)


def test_the_marks_of_the_recused_do_not_count() -> None:
    story = checked()
    story.do(sheet(THREE, {BIRCH.id: {"care": 0}}), by=ANN)
    story.do(sheet(THREE), by=BOB)
    recuse(story, ANN.key)
    event = story.do(agreed(THREE), by=MODERATOR).event
    assert isinstance(event, Moderated)
    assert event.bids[state_of(story.history).bids[BIRCH.id].place].changes.value == {}


def test_where_evaluators_differ_the_agreed_mark_needs_a_reason() -> None:
    story = checked()
    story.do(sheet(THREE, {ALDER.id: {"care": 4}}), by=ANN)
    story.do(sheet(THREE), by=BOB)
    sentence = blocked(story, agreed(THREE), "change-without-reason", by=MODERATOR, final=True)
    assert "4 and 8" in sentence
    event = story.do(without(agreed(THREE), changes={"care": "Page 11 was missed at first"}), by=MODERATOR).event
    assert isinstance(event, Moderated)
    place = state_of(story.history).bids[ALDER.id].place
    assert event.bids[place].changes.value == {"care": Changed(inputs=[4, 8], reason="Page 11 was missed at first")}


def test_a_report_without_the_reason_shows_the_gap() -> None:
    story = checked()
    story.do(sheet(THREE, {ALDER.id: {"care": 4}}), by=ANN)
    story.do(sheet(THREE), by=BOB)
    event = story.report(agreed(THREE), by=MODERATOR).event
    assert isinstance(event, Moderated)
    place = state_of(story.history).bids[ALDER.id].place
    assert event.bids[place].changes.value == {"care": Changed(inputs=[4, 8], reason="")}


def test_an_agreed_mark_that_nobody_gave_needs_a_reason_too() -> None:
    story = marked()
    blocked(story, agreed(THREE, {ALDER.id: {"care": 10}}), "change-without-reason", by=MODERATOR, final=True)


def test_an_agreed_mark_is_on_the_scale_with_a_reason_for_every_live_bid() -> None:
    story = marked()
    off = without(agreed(THREE, {ALDER.id: {"care": 9}}), changes={"care": "Between"})
    blocked(story, off, "off-scale", by=MODERATOR, final=True)
    blocked(story, agreed(OFFERS[:2]), "bid-left-out", by=MODERATOR, final=True)
    bare = without(agreed(THREE), reasons={"care": "Agreed"})
    blocked(story, bare, "mark-without-reason", by=MODERATOR, final=True)
    never(story, agreed(OFFERS[:4]), "unknown-bid", by=MODERATOR)


def test_a_reason_for_a_change_belongs_to_an_agreed_mark() -> None:
    odd = without(agreed(THREE), changes={"reputation": "We hear good things"})
    never(marked(), odd, "unknown-criterion", by=MODERATOR)


def test_a_bid_without_a_price_cannot_be_ranked() -> None:
    unpriced = [bid(offer, price=None if offer.provider == CEDAR else offer.price) for offer in THREE]
    story = open_competition(until="deposited", bids=0)
    for command in unpriced:
        story.do(command, by=RECEIVER)
    story.wait_until("2026-04-02T09:00:00.000Z")
    story.do(OpenBids(id="test"))
    story.do(DeclareInterests(id="test", acting_as="evaluator"), by=ANN)
    story.do(checks(THREE))
    story.do(sheet(THREE), by=ANN)
    assert story.refusal(agreed(THREE), by=MODERATOR).code == "no-price"
    event = story.report(agreed(THREE), by=MODERATOR).event
    assert isinstance(event, Moderated)
    assert sum(one.result.value is not None for one in event.bids.values()) == 2


def test_results_of_the_portal_are_recorded_as_they_came_and_an_act_computes_its_own() -> None:
    story = marked()
    wrong = {
        name: Result(points={"care": 1, "staff": 1, "price": 1}, total=3, rank=rank)
        for rank, name in enumerate((BIRCH.id, ALDER.id, CEDAR.id), start=1)
    }
    blocked(story, agreed(THREE, results=wrong), "arithmetic", by=MODERATOR, final=True)
    story.report(agreed(THREE, results=wrong), by=MODERATOR)
    state = state_of(story.history)
    assert state.results[state.bids[BIRCH.id].place].rank == 1
    stranger = {DOGWOOD.id: wrong[ALDER.id]}
    never(marked(), agreed(THREE, results=stranger), "unknown-bid", by=MODERATOR)


def test_the_recused_do_not_moderate_and_marks_are_agreed_once() -> None:
    story = marked()
    recuse(story, MODERATOR.key)
    blocked(story, agreed(THREE), "recused", by=MODERATOR)
    blocked(open_competition(until="moderated"), agreed(THREE), "moderated", by=MODERATOR)


def test_a_withdrawn_award_opens_the_assessment_again() -> None:
    story = open_competition(until="awarded")
    story.do(WithdrawAward(id="test", reason="A sheet was misread"), by=APPROVER)
    story.do(sheet(THREE, {BIRCH.id: {"care": 10}}), by=ANN)
    story.do(sheet(THREE, {BIRCH.id: {"care": 10}}), by=BOB)
    story.do(agreed(THREE, {BIRCH.id: {"care": 10}}), by=MODERATOR)
    state = state_of(story.history)
    assert state.results[state.bids[BIRCH.id].place].rank == 1
    story.do(award(OFFERS[1]), by=APPROVER)


def test_nobody_marks_or_agrees_after_the_end() -> None:
    story = open_competition(until="contracted")
    assert story.refusal(sheet(THREE), by=ANN).code == "case-ended"
    assert story.refusal(agreed(THREE), by=MODERATOR).code == "case-ended"


def test_an_evaluator_with_an_interest_still_decides_nothing_about_it() -> None:
    story = checked()
    interest = Interest(kind="family", provider=BIRCH, note="My sister works there")
    story.do(DeclareInterests(id="test", acting_as="evaluator", interests=[interest]), by=ANN)
    with pytest.raises(Forbidden):
        story.do(DecideInterest(id="test", person=ANN.key, outcome="none", reason="Fine"), by=ANN)
