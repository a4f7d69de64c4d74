"""Letters to bidders: what regulation 31 asks for, from recorded events alone, and nothing that is somebody else's."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from fairplace.errors import Missing, Refused
from fairplace.giving.letters import Frame, Letter, bidders, letter, letters
from fairplace.giving.paper import Table, text
from fairplace.procurement.commands import EndWithoutAward, WithdrawAward
from fairplace.provider.decide import numbers_of
from fairplace.provider.events import Facts, Paper
from fairplace.provider.known import Stated
from tests import story
from tests.story import ALDER, APPROVER, BIRCH, CEDAR, OFFERS, Story, open_competition

FRAME = Frame(
    authority="Northbrook Council",
    origin="log.northbrook.gov.example/commissioning",
    page="https://records.northbrook.gov.example/decisions/1",
    checkpoint="fairplace checkpoint 1\nlog.northbrook.gov.example/commissioning\nsize 40\n",
    size=40,
)


def stating(**changes: Any) -> Stated:
    facts = {"name": "Alder Homes Ltd", "company": "1000001", "ppon": None, "charity": None, "ofsted": None,
             "address": None, "email": None, "size": None,
             "vcse": None, "papers": [Paper(kind="insurance", what="Liability", by="X", number="PL-9", until=None)]}  # fmt: skip
    made = Facts(**{**facts, **changes})
    return Stated(index=1, at="2026-03-02T09:00:00.000Z", facts=made, identifiers=tuple(numbers_of(made)))


def words(told: Story, provider: str) -> str:
    return " ".join(text(letter(told.history, provider, FRAME).parts).split())


def to(told: Story, provider: str) -> Letter:
    return letter(told.history, provider, FRAME)


def test_who_lost_reads_its_own_marks_and_reasons_and_those_of_the_winner() -> None:
    """Procurement Regulations 2024, regulation 31(2) and (3)."""
    told = words(open_competition(until="awarded"), CEDAR.id)
    for part in (
        "Your bid was not successful",
        "award the contract to Alder Homes",
        "71.48 of 100 points",
        "Criterion: Quality of care; Weight: 40%",
        "Marks from 0 to 10",
        "Why: Agreed for Cedar House on care",
        "Why: Agreed for Alder Homes on staff",
        "Criterion: Total; Points: 80.92; Of: 100",
        "9.44 more than yours",
        "Your price: £6,100",
        "Identifier: GB-COH-01000001",
    ):
        assert part in told


def test_who_won_reads_of_no_other_bid_but_how_many_there_were() -> None:
    told = words(open_competition(until="awarded"), ALDER.id)
    assert "Your bid was successful" in told
    assert "3 bids were opened" in told
    assert not [name for name in ("Birch", "Cedar", "01000002", "01000003") if name in told]


@pytest.mark.parametrize("reader", [ALDER, BIRCH, CEDAR], ids=lambda one: one.name)
def test_no_letter_tells_what_is_another_bidder_s_alone(reader: object) -> None:
    """Every loser's price, reasons and name are canaries; of the winner, the price and the alternatives."""
    offers = [msgspec.structs.replace(one, price=one.price + 7) for one in OFFERS[:3]]
    told = open_competition(until="marked", offers=offers)
    agreed = story.agreed(offers)
    for name, bid in agreed.bids.items():
        own = {criterion: f"canary-{name}-{criterion}" for criterion in bid.reasons}
        agreed.bids[name] = msgspec.structs.replace(bid, reasons=own)
    told.wait_until("2026-04-07T09:00:00.000Z")
    told.do(agreed, by=story.MODERATOR)
    told.wait_until("2026-04-09T09:00:00.000Z")
    told.do(
        story.award(offers[0], reasons=["canary-of-the-decision"], alternatives=["canary-alternative"]), by=APPROVER
    )
    assert isinstance(reader, type(ALDER))
    given = words(told, reader.id)
    assert f"canary-{reader.id}-care" in given
    others = {ALDER.id, BIRCH.id, CEDAR.id} - {reader.id, ALDER.id}
    assert not [one for one in others if one in given]
    assert "canary-alternative" not in given
    assert "canary-of-the-decision" not in given
    prices = {one.provider.id: f"£{one.price // 100:,}.{one.price % 100:02d}" for one in offers}
    assert [one for one, price in prices.items() if price in given] == [reader.id]
    if reader != ALDER:
        assert f"canary-{ALDER.id}-care" in given, "regulation 31(2)(e) gives the winner's reasons"
    assert not [one.key for one in (*story.EVALUATORS, story.MODERATOR, story.APPROVER) if one.key in given]


def test_a_reason_that_names_another_bidder_is_pointed_out_before_the_letter_goes() -> None:
    told = open_competition(until="marked")
    agreed = story.agreed(OFFERS[:3])
    bid = agreed.bids[ALDER.id]
    agreed.bids[ALDER.id] = msgspec.structs.replace(bid, reasons={**bid.reasons, "care": "Better than cedar house"})
    told.do(agreed, by=story.MODERATOR)
    told.wait_until("2026-04-09T09:00:00.000Z")
    told.do(story.award(OFFERS[0]), by=APPROVER)
    assert to(told, BIRCH.id).names == ("Cedar House",)
    assert to(told, CEDAR.id).names == ()


def test_a_disregarded_bid_reads_why_and_no_marks() -> None:
    told = open_competition(until="opened")
    out = story.check(
        status="disregarded", conditions={"registered": False}, ground="condition", heard_on="2026-04-02",
        shown={"registered": "The register of March does not list it"},
        reason="The registration lapsed in March.",
    )  # fmt: skip
    telling = story._Telling(told, OFFERS[:3], story.EVALUATORS[:2])
    for chapter in ("checked", "marked", "moderated", "awarded"):
        if chapter == "checked":
            telling.checked()
            told.do(story.checks(OFFERS[:3], cedar=out))
            telling.offers = OFFERS[:2]
        else:
            story.CHAPTERS[chapter](telling)
    given = words(told, CEDAR.id)
    for part in ("it was disregarded", "a condition of participation was not met", "registered", "lapsed in March", "2 April 2026", "On registered: The register of March does not list it"):  # fmt: skip
        assert part in given
    assert "Mark:" not in given
    assert "Birch" not in given
    assert not given.startswith("Assessment summary")


def test_standstill_and_time_limits_are_those_of_the_record() -> None:
    before = words(open_competition(until="awarded"), BIRCH.id)
    assert "not published yet" in before
    assert "eight working days" in before
    assert "reckoned from that day" not in before
    after = words(open_competition(until="noticed"), BIRCH.id)
    assert "The standstill runs to the end of 23 April 2026" in after
    assert "may be signed from 24 April 2026" in after
    assert "sent on 13 April 2026; reckoned from that day the last one is 12 May 2026" in after


def test_a_light_touch_case_is_told_that_no_standstill_is_due() -> None:
    told = open_competition(until="awarded", planned={"light_touch": True})
    assert "The law asks for no standstill here" in words(told, BIRCH.id)


def test_the_checkpoint_and_the_entry_stand_in_the_letter() -> None:
    told = open_competition(until="awarded")
    given = text(to(told, BIRCH.id).parts)
    assert "size 40" in given
    assert f"entry {told.last.index} of the log" in given
    assert "older than the decision" not in given
    early = msgspec.structs.replace(FRAME, size=told.last.index)
    assert "older than the decision" in text(letter(told.history, BIRCH.id, early).parts)
    bare = letter(told.history, BIRCH.id, Frame(authority="A", origin="log.a.example/b"))
    assert "five lines" not in text(bare.parts)


def test_what_no_event_tells_is_said_to_be_missing_and_listed() -> None:
    given = to(open_competition(until="awarded"), BIRCH.id)
    assert given.gaps == ("postal and e-mail address of Birch Care", "postal and e-mail address of Alder Homes")


def test_addresses_are_those_that_bidders_stated_and_of_the_others_it_reads_the_winners_alone() -> None:
    told = open_competition(until="noticed")
    stated = {one.id: stating(address=f"1 {one.name} Way", email=None) for one in (ALDER, CEDAR)}
    given = letter(told.history, BIRCH.id, msgspec.structs.replace(FRAME, stated=stated))
    assert given.gaps == ("postal and e-mail address of Birch Care",)
    assert "Contact address: 1 Alder Homes Way" in text(given.parts)
    assert "Cedar House Way" not in text(given.parts)


def test_all_letters_at_once_are_those_that_each_bidder_gets() -> None:
    told = open_competition(until="noticed")
    assert letters(told.history, FRAME) == [to(told, one.id) for one in bidders(told.history)]
    assert letters(open_competition(until="moderated").history, FRAME) == []


def test_before_a_decision_there_are_no_letters() -> None:
    told = open_competition(until="moderated")
    assert bidders(told.history) == []
    with pytest.raises(Refused, match="no award is decided yet"):
        to(told, ALDER.id)


def test_an_award_that_is_taken_back_takes_its_letters_back() -> None:
    told = open_competition(until="awarded")
    told.do(WithdrawAward(id="test", reason="A mark was added up wrongly."), by=APPROVER)
    assert bidders(told.history) == []


@pytest.mark.parametrize("who", ["", "GB-COH-01000005", "<script>", "x" * 5000])
def test_whoever_has_no_bid_has_no_letter(who: str) -> None:
    with pytest.raises(Missing, match="has no bid in this case"):
        to(open_competition(until="awarded"), who)


def test_a_procedure_that_ended_is_told_to_everybody_who_bid() -> None:
    told = open_competition(until="checked")
    told.do(EndWithoutAward(id="test", ground="funding", reason="The grant was withdrawn."), by=APPROVER)
    assert [one.id for one in bidders(told.history)] != []
    given = words(told, BIRCH.id)
    assert "ended without an award" in given
    assert "there is no funding for it (The grant was withdrawn.)" in given
    assert "Standstill" not in given


def test_criteria_with_parts_are_named_under_what_they_are_part_of() -> None:
    criteria = [
        story.Criterion(id="quality", parent=None, kind="quality", weight=6000),
        story.Criterion(id="care", parent="quality", kind="quality", weight=4000),
        story.Criterion(id="staff", parent="quality", kind="quality", weight=2000),
        story.Criterion(id="price", parent=None, kind="price", weight=4000),
    ]
    told = open_competition(
        until="awarded", published={"criteria": criteria, "titles": {**story.TITLES, "quality": "Quality"}}
    )
    tables = [part for part in to(told, BIRCH.id).parts if isinstance(part, Table)]
    assert [row[0] for row in tables[0].rows] == [
        "Quality: Quality of care",
        "Quality: Staffing and training",
        "Weekly price",
    ]
