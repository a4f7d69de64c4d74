"""Trade secrets: which parts bidders mark and why, what the buyer says to each, and who reads it when."""

from __future__ import annotations

from typing import Any

import pytest

from fairplace.bidding.commands import DecideSecrets, MarkSecrets
from fairplace.bidding.events import Ruling, SecretMark, SecretsMarked
from fairplace.errors import Forbidden
from fairplace.giving.letters import Frame, letter
from fairplace.giving.paper import text
from fairplace.openness.release import releasable
from fairplace.people.sight import of_bidder
from fairplace.procurement.state import state_of
from tests import story
from tests.blocks import blocked, never
from tests.story import (
    ALDER,
    APPROVER,
    BIRCH,
    CEDAR,
    EVALUATORS,
    MODERATOR,
    MONITORING,
    OFFERS,
    Story,
    open_competition,
)

ROTA, PLAN = "Rota, pages 7 to 9", "Plan for nights"


def mark(part: str = ROTA, reason: str = "Competitors could copy it") -> SecretMark:
    return SecretMark(part=part, reason=reason)


def marking(**bids: list[SecretMark]) -> MarkSecrets:
    return MarkSecrets(id="test", bids=named(bids))


def ruling(part: str = ROTA, accepted: bool = True, reason: str = "It is not known outside") -> Ruling:
    return Ruling(part=part, accepted=accepted, reason=reason)


def deciding(**bids: list[Ruling]) -> DecideSecrets:
    return DecideSecrets(id="test", bids=named(bids))


def named(bids: dict[str, Any]) -> dict[str, Any]:
    ids = {"alder": ALDER.id, "birch": BIRCH.id, "cedar": CEDAR.id, "nobody": "GB-COH-1"}
    return {ids[name]: one for name, one in bids.items()}


def marked() -> Story:
    told = open_competition(until="opened")
    told.do(marking(alder=[mark(), mark(PLAN, "It took us years")], birch=[mark(reason="Birch alone works so")]))
    return told


def test_what_bidders_mark_stands_by_place_with_a_slot_for_every_place() -> None:
    told = open_competition(until="opened")
    decision = told.decide(marking(alder=[mark(), mark(PLAN)], birch=[mark()]))
    assert isinstance(decision.event, SecretsMarked)
    assert decision.event.bids.keys() == state_of(told.history).places.keys(), "slots count no bids"
    assert decision.statement == "Record that 2 bids mark 3 parts as a trade secret, each with its reason."


@pytest.mark.parametrize(
    ("command", "code"),
    [
        (marking(), "no-mark"),
        (marking(alder=[]), "marks"),
        (marking(alder=[mark(f"Page {n}") for n in range(51)]), "marks"),
        (marking(alder=[mark(reason=" ")]), "empty-text"),
        (marking(alder=[mark(part="")]), "empty-text"),
        (marking(alder=[mark(), mark(ROTA.upper())]), "twice"),
        (marking(nobody=[mark()]), "unknown-bid"),
        (deciding(), "no-ruling"),
        (deciding(alder=[ruling("Page 99")]), "unknown-part"),
        (deciding(cedar=[ruling()]), "unknown-part"),
        (deciding(alder=[ruling(), ruling()]), "twice"),
        (deciding(alder=[ruling(reason=""), ruling(PLAN)]), "empty-text"),
    ],
)
def test_what_does_not_add_up_is_refused(command: Any, code: str) -> None:
    never(marked(), command, code)


def test_before_the_opening_nobody_knows_what_is_marked() -> None:
    never(open_competition(until="deposited"), marking(alder=[mark()]), "not-opened")


def test_all_parts_of_a_bid_are_decided_on_together() -> None:
    told = marked()
    assert PLAN in blocked(told, deciding(alder=[ruling()]), "part-left-out")
    done = told.decide(deciding(alder=[ruling(), ruling(PLAN, accepted=False, reason="It stands on your web site")]))
    assert done.statement == "Decide on 2 parts that bidders mark as a trade secret: 1 accepted, 1 not."
    assert told.decide(deciding(birch=[ruling()]), by=MONITORING).event.evidence == "signed-by-party"


def test_who_marks_bids_records_and_decides_nothing_of_it() -> None:
    for command in (marking(alder=[mark()]), deciding(alder=[ruling(), ruling(PLAN)])):
        with pytest.raises(Forbidden):
            marked().decide(command, by=EVALUATORS[0])


def decided() -> Story:
    """To the award: Alder wins."""
    told = marked()
    told.do(
        deciding(alder=[ruling(), ruling(PLAN, accepted=False, reason="It stands on your web site")], birch=[ruling()])
    )
    for person, acting in ((EVALUATORS[0], "evaluator"), (APPROVER, "approver")):
        told.do(story.DeclareInterests(id="test", acting_as=acting, bidders_known=True), by=person)
    told.do(story.checks(OFFERS[:3]))
    told.do(story.sheet(OFFERS[:3]), by=EVALUATORS[0])
    told.do(story.agreed(OFFERS[:3]), by=MODERATOR)
    told.do(story.award(OFFERS[0]), by=APPROVER)
    told.do(story.summaries(OFFERS[:3]))
    return told


def test_with_the_award_everybody_reads_the_winner_s_marks_and_answers_and_nobody_else_s() -> None:
    told = decided()
    place = state_of(told.history).bids[ALDER.id].place
    free = releasable(told.history, "award")
    slots = {slot for one in told.events for slot in free.get(one.index, ()) if "secrets" in one.type}
    assert slots == {f"/bids/{place}/secrets", f"/bids/{place}/rulings"}
    early = releasable(marked().history, "request")
    assert not [one for one in marked().events if "secrets" in one.type and early.get(one.index)]


def test_a_bidder_reads_its_own_marks_and_answers_and_no_other_s() -> None:
    told = decided()
    own = {one.index: one.type for one in told.events if one.type.startswith("procurement.secrets")}
    place = state_of(told.history).bids[BIRCH.id].place
    seen = {slot for index, slots in of_bidder(told.history, BIRCH.id).items() if index in own for slot in slots}
    assert seen == {f"/bids/{place}/secrets", f"/bids/{place}/rulings"}
    frame = Frame(authority="Northbrook Council", origin="log.example/x")
    birch, cedar = (" ".join(text(letter(told.history, one.id, frame).parts).split()) for one in (BIRCH, CEDAR))
    assert "Birch alone works so" in birch
    assert "Accepted: It is not known outside" in birch
    assert "It took us years" not in birch
    assert "Trade secrets" not in cedar
