"""Formal faults put right: one invitation, one moment for all, one record of what came."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from fairplace.bidding.commands import Came, Faulty, InviteCorrections, RecordCorrections
from fairplace.bidding.events import CorrectionsInvited, CorrectionsReceived
from fairplace.decision import Actor
from fairplace.errors import Forbidden, Malformed
from fairplace.giving.correcting import invitations
from fairplace.giving.letters import Frame, letter
from fairplace.giving.paper import text
from fairplace.people.commands import DeclareInterests
from fairplace.procurement.commands import CheckBids
from fairplace.procurement.state import state_of
from tests import story
from tests.blocks import blocked, never
from tests.story import ALDER, BIRCH, CEDAR, DOGWOOD, EVALUATORS, OFFERS, Story, open_competition

UNTIL = "2026-04-03T12:00:00.000Z"
IN_TIME = "2026-04-03T09:30:00.000Z"
LATE = "2026-04-03T16:00:00.000Z"
NEXT_DAY = "2026-04-04T09:00:00.000Z"


def opened() -> Story:
    told = open_competition(until="opened")
    told.wait_until("2026-04-02T09:00:00.000Z")
    return told


def fault(*kinds: Any, **changes: Any) -> Faulty:
    return Faulty(kinds=list(kinds or ("signature",)), **changes)


def inviting(until: str = UNTIL, /, **bids: Faulty) -> InviteCorrections:
    return InviteCorrections(id="test", until=until, bids=named(bids))


def recording(**bids: Came) -> RecordCorrections:
    return RecordCorrections(id="test", bids=named(bids))


def named(bids: dict[str, Any]) -> dict[str, Any]:
    ids = {"alder": ALDER.id, "birch": BIRCH.id, "cedar": CEDAR.id, "dogwood": DOGWOOD.id}
    return {ids[name]: one for name, one in bids.items()}


def invited(*names: str) -> Story:
    told = opened()
    told.do(inviting(**{name: fault() for name in names or ("alder", "cedar")}))
    return told


def test_one_act_names_every_bid_with_a_fault_and_one_moment_for_all() -> None:
    told = opened()
    event = told.do(inviting(alder=fault("signature", "form"), cedar=fault(note="The form of tender"))).event
    assert isinstance(event, CorrectionsInvited)
    assert event.until == UNTIL
    state = state_of(told.history)
    faults = {place: bid.faults.value for place, bid in event.bids.items() if bid.faults.value}
    assert {place: one.kinds for place, one in faults.items()} == {
        state.bids[ALDER.id].place: ["signature", "form"],
        state.bids[CEDAR.id].place: ["signature"],
    }
    assert event.bids.keys() == state.places.keys(), "every place has its slot, so that slots count no bids"


def test_what_is_signed_says_how_many_are_invited_and_that_the_others_have_no_fault() -> None:
    statement = opened().decide(inviting(alder=fault(), cedar=fault())).statement
    assert statement == (
        f"Invite 2 bidders to put formal faults right, all until {UNTIL}; 1 other bid has no formal fault."
    )


def test_who_has_the_same_kind_of_fault_gets_the_same_chance() -> None:
    unequal = inviting(alder=fault(), cedar=fault(invited=False, note="It came on paper"))
    assert CEDAR.id in blocked(opened(), unequal, "corrections-unequal")
    other = inviting(alder=fault(), cedar=fault("certificate", invited=False, note="It can no longer be had"))
    assert opened().decide(other).statement
    later = inviting(cedar=fault(invited=False, note="Forgotten"))
    assert state_of(invited("alder").history).corrections
    never(invited("alder"), later, "nobody-invited")
    blocked(
        invited("alder"), inviting(birch=fault("form"), cedar=fault(invited=False, note="No")), "corrections-unequal"
    )


def test_a_second_invitation_for_the_same_kind_of_fault_has_the_same_end() -> None:
    assert invited("alder").decide(inviting(cedar=fault())).statement
    blocked(invited("alder"), inviting("2026-04-05T12:00:00.000Z", cedar=fault()), "corrections-until")


@pytest.mark.parametrize(
    ("command", "code"),
    [
        (inviting(), "nobody-invited"),
        (inviting(alder=fault(invited=False, note="No")), "nobody-invited"),
        (inviting(alder=fault(invited=False)), "no-reason"),
        (inviting(alder=fault(invited=False, note=" \u200b")), "empty-text"),
        (inviting(alder=Faulty(kinds=[])), "kinds"),
        (inviting(alder=fault("form", "form")), "kinds"),
        (inviting(dogwood=fault()), "unknown-bid"),
        (inviting("2026-04-01T12:00:00.000Z", alder=fault()), "until"),
    ],
)
def test_an_invitation_that_does_not_add_up_is_refused(command: InviteCorrections, code: str) -> None:
    never(opened(), command, code)


@pytest.mark.parametrize(
    "until", ["tomorrow", "2026-04-03T12:00:00Z", "2026-02-31T12:00:00.000Z", "9999-99-99T99:99:99.999Z"]
)
def test_a_moment_that_is_none_is_malformed(until: str) -> None:
    with pytest.raises(Malformed, match="until which corrections may come"):
        opened().decide(inviting(until, alder=fault()))


def test_before_the_bids_are_opened_nobody_knows_a_fault() -> None:
    never(open_competition(until="deposited"), inviting(alder=fault()), "not-opened")


def test_only_the_officer_invites_and_records() -> None:
    with pytest.raises(Forbidden):
        opened().decide(inviting(alder=fault()), by=EVALUATORS[0])
    with pytest.raises(Forbidden):
        invited().decide(recording(alder=Came()), by=EVALUATORS[0])


def test_a_correction_in_time_is_recorded_for_all_together() -> None:
    told = invited()
    told.wait_until(NEXT_DAY)
    event = told.do(recording(alder=Came(came_at=IN_TIME, accepted=True), cedar=Came())).event
    assert isinstance(event, CorrectionsReceived)
    state = state_of(told.history)
    assert state.corrected[state.bids[ALDER.id].place].accepted
    assert state.corrected[state.bids[CEDAR.id].place].came_at is None
    assert event.bids.keys() == state.places.keys()


def test_nothing_late_and_nothing_that_changes_the_offer_is_accepted() -> None:
    told = invited()
    told.wait_until(NEXT_DAY)
    nothing = {"cedar": Came()}
    blocked(told, recording(alder=Came(came_at=LATE, accepted=True), **nothing), "correction-late")
    changed = Came(came_at=IN_TIME, accepted=True, changed_offer=True)
    blocked(told, recording(alder=changed, **nothing), "offer-changed")
    refused = Came(came_at=LATE, accepted=False, reason="It came at four; the end was midday")
    assert told.decide(recording(alder=refused, **nothing)).statement
    exactly = Came(came_at=UNTIL, accepted=True)
    assert told.decide(recording(alder=exactly, **nothing)).statement, "at the very moment is in time"


def test_what_came_is_recorded_once_for_everybody_who_was_invited_and_for_nobody_else() -> None:
    told = invited()
    blocked(told, recording(alder=Came(), cedar=Came()), "corrections-open")
    told.wait_until(NEXT_DAY)
    accepted = Came(came_at=IN_TIME, accepted=True)
    blocked(told, recording(alder=accepted), "corrections-left-out")
    blocked(told, recording(alder=accepted, cedar=Came(), birch=accepted), "not-invited")
    told.do(recording(alder=accepted, cedar=Came()))
    blocked(told, recording(alder=Came(), cedar=Came()), "recorded-already")


@pytest.mark.parametrize(
    ("came", "code"),
    [
        (Came(accepted=True), "nothing-came"),
        (Came(changed_offer=True), "nothing-came"),
        (Came(came_at=IN_TIME), "no-reason"),
        (Came(came_at=IN_TIME, reason="   "), "empty-text"),
        (Came(came_at="2027-01-01T00:00:00.000Z", accepted=True), "future"),
    ],
)
def test_a_correction_that_does_not_add_up_is_refused(came: Came, code: str) -> None:
    told = invited("alder")
    told.wait_until(NEXT_DAY)
    never(told, recording(alder=came), code)


def test_nothing_at_all_is_no_record() -> None:
    never(invited(), recording(), "no-correction")


def test_bids_are_checked_once_it_is_known_what_was_put_right() -> None:
    told = invited("alder")
    blocked(told, CheckBids(id="test", bids=story.checks(OFFERS[:3]).bids), "corrections-open")
    told.wait_until(NEXT_DAY)
    told.do(recording(alder=Came(came_at=IN_TIME, accepted=True)))
    assert told.decide(story.checks(OFFERS[:3])).statement


def test_after_marks_are_agreed_nothing_is_put_right() -> None:
    told = open_competition(until="moderated")
    blocked(told, inviting("2026-05-01T12:00:00.000Z", alder=fault()), "moderated")


def test_it_can_be_reported_as_it_happened_elsewhere() -> None:
    told = opened()
    told.wait_until(NEXT_DAY)
    earlier = msgspec.structs.replace(inviting(alder=fault(), cedar=fault(invited=False, note="Forgotten")))
    told.report(earlier, happened_at="2026-04-02T10:00:00.000Z")
    told.report(recording(alder=Came(came_at=LATE, accepted=True)))
    assert state_of(told.history).corrected


# What bidders are told


def test_each_bidder_who_is_invited_gets_a_letter_about_its_own_bid_alone() -> None:
    told = opened()
    told.do(
        inviting(
            alder=fault(note="Page 3 of the form of tender"),
            birch=fault("form", invited=False, note="It has none"),
            cedar=fault(),
        )
    )
    letters = invitations(told.history, "Northbrook Council")
    assert {one.to.name for one in letters} == {"Alder Homes", "Cedar House"}
    alder = next(one for one in letters if one.to == ALDER)
    words = " ".join(text(alder.parts).split())
    assert "a signature is missing" in words
    assert "Page 3 of the form of tender" in words
    assert "until 3 April 2026, 1pm" in words
    assert not [name for name in ("Birch", "Cedar", "It has none") if name in words]


def test_the_letter_with_the_result_says_what_came_of_the_own_bid_and_of_no_other() -> None:
    told = invited()
    told.wait_until(NEXT_DAY)
    told.do(
        recording(
            alder=Came(came_at=IN_TIME, accepted=True), cedar=Came(came_at=LATE, reason="canary: four hours late")
        )
    )
    finish(told)
    frame = Frame(authority="Northbrook Council", origin="log.example/x")
    alder, birch, cedar = (
        " ".join(text(letter(told.history, one.id, frame).parts).split()) for one in (ALDER, BIRCH, CEDAR)
    )
    assert "Your correction came on 3 April 2026, 10:30am. It was accepted." in alder
    assert "It was not accepted: canary: four hours late" in cedar
    assert "Formal faults" not in birch
    assert "canary" not in alder + birch


def finish(told: Story) -> None:
    """The rest of a fair competition, from the checks to the award."""
    declare(told, EVALUATORS[0], "evaluator")
    told.do(story.checks(OFFERS[:3]))
    told.do(story.sheet(OFFERS[:3]), by=EVALUATORS[0])
    told.do(story.agreed(OFFERS[:3]), by=story.MODERATOR)
    declare(told, story.APPROVER, "approver")
    told.do(story.award(OFFERS[0]), by=story.APPROVER)


def declare(told: Story, who: Actor, acting_as: Any) -> None:
    told.do(DeclareInterests(id="test", acting_as=acting_as, bidders_known=True), by=who)
