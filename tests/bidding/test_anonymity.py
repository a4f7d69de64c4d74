"""Marking without names: decided before the opening, kept until marks are agreed, and said when a name was seen."""

from __future__ import annotations

from typing import Any

import pytest

from fairplace.bidding.commands import DecideAnonymity, RecordNameSeen
from fairplace.bidding.events import AnonymityDecided, NameSeen
from fairplace.decision import Actor
from fairplace.errors import Forbidden, Missing
from fairplace.ledger.disclosure import opened as values_of
from fairplace.people import roles
from fairplace.people.commands import DeclareInterests
from fairplace.people.sight import Reader, shown
from fairplace.procurement.commands import Marked, OpenBids, SignSheet
from fairplace.procurement.state import state_of
from fairplace.procurement.veil import bid_under, letter, veiled
from fairplace.recorded import Recorded
from tests import story
from tests.blocks import blocked, never
from tests.story import ALDER, APPROVER, EVALUATORS, MODERATOR, MONITORING, OFFERS, OFFICER, Story, open_competition

NAMES = ("Alder", "Birch", "Cedar", "GB-COH")


def deciding(**changes: Any) -> DecideAnonymity:
    return DecideAnonymity(id="test", **changes)


def unnamed() -> Story:
    """Bids lodged, marked without names, opened and checked; two evaluators have declared their interests."""
    told = open_competition(until="deposited")
    told.do(deciding(arrangements="The officer puts each answer in under its letter"))
    told.wait_until("2026-04-02T09:00:00.000Z")
    told.do(OpenBids(id="test", present=[MONITORING.key]))
    for person, acting in ((EVALUATORS[0], "evaluator"), (EVALUATORS[1], "evaluator"), (MODERATOR, "moderator")):
        told.do(DeclareInterests(id="test", acting_as=acting, bidders_known=True), by=person)
    told.do(story.checks(OFFERS[:3], cedar=story.check(reason="Cedar House sent its certificate")))
    return told


def sheet(told: Story, **changes: Any) -> SignSheet:
    """The fair sheet, each bid named by its place."""
    places = {name: bid.place for name, bid in state_of(told.history).bids.items()}
    named = story.sheet(OFFERS[:3])
    bids = {
        places[name]: Marked(marks=given.marks, reasons=dict.fromkeys(given.marks, "Page 4 shows it"))
        for name, given in named.bids.items()
    }
    return SignSheet(id="test", **{"bids": bids, **changes})


def view(told: Story, who: Actor) -> tuple[Recorded, ...]:
    return shown(Reader(key=who.key, roles=who.roles), told.history).events


def said(events: tuple[Recorded, ...]) -> str:
    return repr([values_of(one.event) for one in events])


# The decision


def test_it_is_decided_before_the_opening_and_says_who_knows_the_names() -> None:
    told = open_competition(until="deposited")
    decision = told.decide(deciding())
    assert isinstance(decision.event, AnonymityDecided)
    assert decision.event.known_to == ["approver", "auditor", "moderator", "monitoring", "officer"]
    assert decision.statement == (
        "Decide that bids are marked without names: until marks are agreed, whoever marks sees letters. Which bid is whose"
        " is known to approver, auditor, moderator, monitoring and officer."
    )
    assert "evaluator" not in roles.KNOW_NAMES


def test_once_bids_are_opened_it_is_too_late_and_only_a_report_can_say_that_it_was_so() -> None:
    told = open_competition(until="opened")
    assert "too late" in blocked(told, deciding(), "opened-already", final=True)
    told.report(deciding())
    state = state_of(told.history)
    assert state.anonymity is not None
    assert not state.is_veiled, "names that this register has shown it cannot take back"


def test_it_is_decided_once_and_by_the_officer() -> None:
    told = open_competition(until="deposited")
    told.do(deciding())
    never(told, deciding(), "decided-already")
    with pytest.raises(Forbidden):
        open_competition(until="deposited").decide(deciding(), by=EVALUATORS[0])
    never(open_competition(until="deposited"), deciding(arrangements="  "), "empty-text")


# What whoever marks sees


def test_whoever_marks_reads_no_name_of_a_bidder_before_marks_are_agreed() -> None:
    told = unnamed()
    before = said(view(told, EVALUATORS[0]))
    assert not [name for name in NAMES if name in before]
    assert "Alder" in said(view(told, OFFICER))
    assert "Alder" in said(view(told, MODERATOR))
    for one in EVALUATORS[:2]:
        told.do(sheet(told), by=one)
    assert not [name for name in NAMES if name in said(view(told, EVALUATORS[1]))], "all sheets are in, no marks agreed"
    told.wait_until("2026-04-07T09:00:00.000Z")
    told.do(story.agreed(OFFERS[:3]), by=MODERATOR)
    assert "Alder" in said(view(told, EVALUATORS[0]))


def test_with_another_role_that_knows_names_a_person_sees_them_and_may_not_mark() -> None:
    told = unnamed()
    both = Actor(key=EVALUATORS[0].key, roles=frozenset({"evaluator", "officer"}))
    assert "Alder" in said(view(told, both))
    blocked(told, sheet(told), "knows-names", by=both)


def test_a_case_that_is_marked_with_names_is_seen_as_before() -> None:
    assert "Alder" in said(view(open_competition(until="checked"), EVALUATORS[0]))


def test_behind_the_veil_stands_nothing_but_letters_and_whether_a_bid_takes_part() -> None:
    state = state_of(unnamed().history)
    bare = repr(veiled(state).bids)
    assert not [word for word in (*NAMES, "certificate", "520", "registered") if word in bare]
    assert {bid.provider.name for bid in veiled(state).bids.values()} == {
        bid_under(bid.place) for bid in state.bids.values()
    }
    assert [letter(place) for place in ("01", "02", "26", "27", "52", "53")] == ["A", "B", "Z", "AA", "AZ", "BA"]


# The sheet


def test_a_sheet_names_bids_by_their_places() -> None:
    told = unnamed()
    event: Any = told.do(sheet(told), by=EVALUATORS[0]).event
    assert {place for place, bid in event.bids.items() if bid.marks.value} == {
        bid.place for bid in state_of(told.history).bids.values()
    }


def test_a_sheet_that_names_a_bidder_is_refused_and_no_refusal_names_one() -> None:
    told = unnamed()
    refused = told.refusal(story.sheet(OFFERS[:3]), by=EVALUATORS[0])
    assert refused.code == "anonymous"
    bids = sheet(told).bids
    first = min(bids)
    for odd in (
        {one: given for one, given in bids.items() if one != first},
        {**bids, "99": bids[first]},
        {**bids, first: Marked(marks={**bids[first].marks, "care": 99}, reasons=bids[first].reasons)},
        {**bids, first: Marked(marks=bids[first].marks, reasons={})},
    ):
        sentence = str(told.refusal(sheet(told, bids=odd), by=EVALUATORS[0]))
        assert not [name for name in NAMES if name in sentence], sentence


def test_a_report_of_a_sheet_names_bidders_as_the_portal_did() -> None:
    told = unnamed()
    assert told.report(story.sheet(OFFERS[:3])).type == "evaluation.sheet-signed/1"


# That a name was seen


def test_whoever_marks_says_that_they_learned_a_name_and_which_bid_stays_sealed() -> None:
    told = unnamed()
    place = state_of(told.history).bids[ALDER.id].place
    event = told.do(RecordNameSeen(id="test", how="answer", bid=place, note="The letterhead"), by=EVALUATORS[0]).event
    assert isinstance(event, NameSeen)
    assert (event.person, event.how) == (EVALUATORS[0].key, "answer")
    assert event.bid.value == place
    assert "letterhead" in said(view(told, MONITORING))
    assert "letterhead" in said(view(told, EVALUATORS[0])), "their own words"
    assert "letterhead" not in said(view(told, EVALUATORS[1]))


def test_it_is_never_refused_for_procedure_and_can_be_said_of_another() -> None:
    told = unnamed()
    seen = told.do(RecordNameSeen(id="test", how="told", person=EVALUATORS[1].key)).event
    assert isinstance(seen, NameSeen)
    assert seen.person == EVALUATORS[1].key
    assert told.decide(RecordNameSeen(id="test", how="other"), by=EVALUATORS[1]).stream == "new"


def test_where_names_are_known_there_is_nothing_to_see() -> None:
    never(open_competition(until="opened"), RecordNameSeen(id="test", how="told"), "not-anonymous")
    told = unnamed()
    empty = next(place for place, leaf in state_of(told.history).places.items() if leaf is None)
    for bid in (empty, "99", "x" * 100):
        never(told, RecordNameSeen(id="test", how="told", bid=bid), "unknown-bid")
    with pytest.raises(Forbidden):
        told.decide(RecordNameSeen(id="test", how="told"), by=APPROVER)
    with pytest.raises(Missing):
        Story().decide(deciding())
