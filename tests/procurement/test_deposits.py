import msgspec
import pytest

from fairplace.errors import Forbidden
from fairplace.ledger import disclosure
from fairplace.procurement.commands import ChangeDeadline, EndWithoutAward, LodgeBid, WithdrawBid
from fairplace.procurement.deposits import cover_deposit
from fairplace.procurement.events import DepositReceived, DepositReceivedLate, DepositWithdrawn
from fairplace.procurement.state import state_of
from tests.blocks import never
from tests.story import (
    ALDER,
    APPROVER,
    BIRCH,
    DEADLINE,
    EXHIBIT,
    OFFERS,
    OFFICER,
    RECEIVER,
    Story,
    bid,
    open_competition,
)

AFTER = "2026-04-01T12:00:00.001Z"


def published() -> Story:
    return open_competition(until="asked")


def back(provider: str = ALDER.id) -> WithdrawBid:
    return WithdrawBid(id="test", provider=provider, signature="a note")


def test_a_bid_goes_into_a_stream_of_its_own_with_everything_sealed() -> None:
    story = published()
    decision = story.decide(bid(OFFERS[0], signature="a note"), by=RECEIVER)
    assert (decision.stream, decision.not_after) == ("new", DEADLINE)
    assert isinstance(decision.event, DepositReceived)
    assert decision.event.provider.value == ALDER
    assert decision.event.case.value == story.case
    assert decision.event.provider_signature.value == "a note"
    assert story.history.head is not None
    assert decision.event.seen.value == story.history.head.leaf
    body, _, _ = disclosure.split(decision.event, bytes)
    assert body.keys() == {"happened_at", "evidence"}


def test_another_bid_or_the_opening_in_between_voids_a_deposit() -> None:
    decision = published().decide(bid(OFFERS[0]), by=RECEIVER)
    assert decision.unless >= {"deposit.received/1", "procurement.bids-opened/1", "procurement.deadline-changed/1"}


def test_only_the_receiver_signs_a_deposit() -> None:
    with pytest.raises(Forbidden):
        published().decide(bid(OFFERS[0]), by=OFFICER)


def test_a_bid_at_the_deadline_is_in_time_and_a_moment_after_it_is_late() -> None:
    story = published()
    assert isinstance(story.do(bid(OFFERS[0]), by=RECEIVER, at=DEADLINE).event, DepositReceived)
    late = story.decide(bid(OFFERS[1]), by=RECEIVER, at=AFTER)
    assert isinstance(late.event, DepositReceivedLate)
    assert late.not_after is None
    assert DEADLINE in late.statement


def test_a_reported_bid_is_judged_by_when_it_came_on_the_portal() -> None:
    story = published()
    story.wait_until("2026-04-03T09:00:00.000Z")
    in_time = story.report(bid(OFFERS[0]), by=RECEIVER, happened_at="2026-03-31T10:00:00.000Z")
    late = story.report(bid(OFFERS[1]), by=RECEIVER, happened_at=AFTER)
    assert isinstance(in_time.event, DepositReceived)
    assert isinstance(late.event, DepositReceivedLate)
    assert (
        story.decide(
            bid(OFFERS[2], evidence="portal-export", exhibit=EXHIBIT, happened_at="2026-03-31T10:00:00.000Z"),
            by=RECEIVER,
        ).not_after
        is None
    )


def test_a_deadline_for_one_bidder_alone_counts_for_that_bidder() -> None:
    story = published()
    later = "2026-04-08T12:00:00.000Z"
    told = ChangeDeadline(id="test", deadline=later, reason="Asked nicely", audience="one", recipients=[BIRCH])
    story.report(told)
    assert isinstance(story.decide(bid(OFFERS[0]), by=RECEIVER, at=AFTER).event, DepositReceivedLate)
    favoured = story.decide(bid(OFFERS[1]), by=RECEIVER, at=AFTER)
    assert isinstance(favoured.event, DepositReceived)
    assert favoured.not_after == later


def test_a_second_bid_is_refused_until_the_first_is_withdrawn() -> None:
    story = published()
    first = story.do(bid(OFFERS[0]), by=RECEIVER)
    assert "withdraw it" in never(story, bid(OFFERS[0]), "two-bids", by=RECEIVER)
    gone = story.do(back(), by=RECEIVER)
    assert isinstance(gone.event, DepositWithdrawn)
    assert (gone.n, gone.event.deposit.value) == (1, first.leaf)
    assert gone.stream != first.stream, "beside another entry of its stream a deposit would be known as real"
    again = story.do(bid(OFFERS[0], price=500_000), by=RECEIVER)
    deposit = state_of(story.history).in_time(ALDER.id)
    assert deposit is not None
    assert (deposit.leaf, deposit.price) == (again.leaf, 500_000)


def test_two_late_bids_of_one_provider_do_not_wait_at_once() -> None:
    story = published()
    story.do(bid(OFFERS[0]), by=RECEIVER, at=AFTER)
    assert story.refusal(bid(OFFERS[0]), by=RECEIVER).code == "two-bids"


def test_a_bid_is_withdrawn_only_before_the_deadline() -> None:
    story = published()
    story.do(bid(OFFERS[0]), by=RECEIVER)
    assert story.decide(back(), by=RECEIVER).not_after == DEADLINE
    refused = story.refusal(back(), by=RECEIVER, at=AFTER)
    assert (refused.code, refused.overridable) == ("deadline-passed", False)
    story.wait_until("2026-04-03T09:00:00.000Z")
    told = WithdrawBid(
        id="test",
        provider=ALDER.id,
        evidence="portal-export",
        exhibit=EXHIBIT,
        happened_at="2026-03-31T10:00:00.000Z",
    )
    story.do(told, by=RECEIVER)
    assert state_of(story.history).in_time(ALDER.id) is None


def test_a_bid_is_withdrawn_with_the_key_that_lodged_it() -> None:
    story = published()
    story.do(bid(OFFERS[0], signature="fairplace/lodging/v1\n{}\n\n\u2014 a/provider/alder AAAA\n"), by=RECEIVER)
    for note in (None, "fairplace/lodging/v1\n{}\n\n\u2014 a/provider/birch AAAA\n"):
        refused = story.refusal(WithdrawBid(id="test", provider=ALDER.id, signature=note), by=RECEIVER)
        assert (refused.code, refused.overridable) == ("not-yours", False)
    told = WithdrawBid(
        id="test", provider=ALDER.id, evidence="stated-by-officer", happened_at="2026-03-03T10:00:00.000Z"
    )
    assert story.refusal(told, by=RECEIVER).code == "not-yours", "nobody's word takes back what a provider signed"
    own = "fairplace/lodging/v1\n{}\n\n\u2014 a/provider/alder BBBB\n"
    story.do(WithdrawBid(id="test", provider=ALDER.id, signature=own), by=RECEIVER)


def test_what_was_never_lodged_cannot_be_withdrawn() -> None:
    never(published(), back(), "unknown-bid", by=RECEIVER)


@pytest.mark.parametrize("letter", ["\u202e", "\u2066", "\n", "\u2028"])
def test_no_name_turns_what_stands_behind_it(letter: str) -> None:
    named = msgspec.structs.replace(ALDER, name=f"Alder{letter} Homes")
    refused = published().refusal(bid(msgspec.structs.replace(OFFERS[0], provider=named)), by=RECEIVER)
    assert refused.code == "name"
    assert f"U+{ord(letter):04X} came" in str(refused)


def test_a_bid_that_does_not_add_up_is_refused() -> None:
    story = published()
    never(story, bid(OFFERS[0], price=-1), "amount", by=RECEIVER)
    never(story, bid(OFFERS[0], provider=ALDER.__class__(id="?", name="Alder")), "code", by=RECEIVER)
    never(story, bid(OFFERS[0], provider=ALDER.__class__(id=ALDER.id, name="")), "empty-text", by=RECEIVER)
    never(open_competition(until="planned"), bid(OFFERS[0]), "no-tender", by=RECEIVER)


def test_no_bid_comes_in_after_the_case_ended_unless_it_is_reported() -> None:
    story = published()
    story.do(EndWithoutAward(id="test", ground="funding", reason="The grant was cut"), by=APPROVER)
    refused = story.refusal(bid(OFFERS[0]), by=RECEIVER)
    assert (refused.code, refused.overridable) == ("case-ended", False)
    story.report(bid(OFFERS[0]), by=RECEIVER)


def test_a_cover_deposit_cannot_be_told_from_a_real_one() -> None:
    story = published()
    real = story.do(bid(OFFERS[0]), by=RECEIVER).event
    cover = cover_deposit(at=real.happened_at)
    body, slots, openings = disclosure.split(cover, bytes)
    real_body, real_slots, _ = disclosure.split(real, bytes)
    assert body == real_body
    assert {path: slot.basis for path, slot in slots.items()} == {p: slot.basis for p, slot in real_slots.items()}
    assert {opening.value for opening in openings} == {None}


def test_a_cover_deposit_is_no_bid() -> None:
    story = open_competition(until="deposited", covers=True)
    assert len(state_of(story.history).deposits) == 3
    assert len(story.everything) == len(story.events) + 3


def test_the_providers_own_signature_is_over_all_that_it_lodges() -> None:
    command = LodgeBid(id="test", case="c", provider=ALDER, price=5)
    assert command.lodged() == {
        "case": "c",
        "do": "lodge-bid",
        "document": None,
        "price": 5,
        "provider": {"id": ALDER.id, "name": ALDER.name},
    }
