import base64
from typing import Any

import msgspec
import pytest

from fairplace.errors import Malformed, Refused
from fairplace.ledger import tree
from fairplace.policy import Case
from fairplace.procurement.commands import CheckBids, DecideLateBids, LateBid, OpenBids, RecordPrices, WithdrawBid
from fairplace.procurement.events import BidsChecked, BidsOpened, LateBidsDecided, PricesOpened
from fairplace.procurement.footing import places, shuffled
from fairplace.procurement.state import state_of
from fairplace.terms import Provider
from tests.blocks import blocked, never
from tests.story import (
    ALDER,
    BIRCH,
    CEDAR,
    DEADLINE,
    DOGWOOD,
    MONITORING,
    OFFERS,
    OFFICER,
    RECEIVER,
    Offer,
    Story,
    bid,
    check,
    checks,
    open_competition,
)

AFTER = "2026-04-01T12:05:00.000Z"


def deposited(bids: int = 3, **changes: Any) -> Story:
    story = open_competition(until="deposited", bids=bids, **changes)
    story.wait_until("2026-04-02T09:00:00.000Z")
    return story


def opening(**changes: Any) -> OpenBids:
    return OpenBids(**{"id": "test", **changes})


def opened(story: Story) -> BidsOpened:
    event = story.do(opening()).event
    assert isinstance(event, BidsOpened)
    return event


def with_late(*offers: Offer, policy: str = "discretion") -> Story:
    """Alder, Birch and Cedar in time, the others late, all opened."""
    story = deposited(published={"late_policy": policy})
    for offer in offers:
        story.do(bid(offer), by=RECEIVER)
    opened(story)
    return story


def late(admitted: bool, cause: Any = "authority-system", reason: str = "The portal was down for an hour") -> LateBid:
    return LateBid(admitted=admitted, cause=cause, reason=reason)


def deciding(**bids: LateBid) -> DecideLateBids:
    names = {"alder": ALDER.id, "dogwood": DOGWOOD.id, "elder": OFFERS[4].provider.id}
    return DecideLateBids(id="test", bids={names[name]: one for name, one in bids.items()})


def test_all_bids_are_opened_together_in_places_that_only_chance_gives() -> None:
    event = opened(deposited())
    leaves = {bid.deposit.value for bid in event.bids.values()} - {None}
    assert len(event.bids) == 16
    assert len(leaves) == 3
    assert list(event.bids) == places(16)


def test_the_opening_commits_to_every_deposit_of_the_case() -> None:
    story = deposited()
    gone = story.events[-1]
    story.do(WithdrawBid(id="test", provider=CEDAR.id), by=RECEIVER, at=DEADLINE)
    event = opened(story)
    leaves = [base64.b64decode(one.leaf) for one in story.events if one.type.startswith("deposit.")]
    rests_on = event.rests_on.value
    assert not isinstance(rests_on, msgspec.UnsetType)
    assert rests_on.count == len(leaves) == 4
    assert rests_on.root == base64.b64encode(tree.root(leaves)).decode()
    assert rests_on.types == ["deposit.received/1", "deposit.withdrawn/1"]
    assert gone.leaf not in {bid.deposit.value for bid in event.bids.values()}


def test_chance_decides_the_places_and_the_order_of_bids_does_not_matter() -> None:
    everything = places(8)
    assert sorted(shuffled(everything, bytes(32))) == everything
    assert shuffled(everything, bytes(32)) == shuffled(everything[::-1], bytes(32))
    assert shuffled(everything, bytes(32)) != shuffled(everything, bytes(31) + b"\1")
    with pytest.raises(Malformed, match="32"):
        shuffled(everything, bytes(16))


def test_places_grow_when_more_bids_come_than_were_foreseen() -> None:
    many = [Offer(provider=Provider(id=f"GB-COH-{n:08d}", name=f"Home {n}"), price=n, marks={}) for n in range(1, 18)]
    story = open_competition(until="deposited", offers=many, published={"places": 8})
    story.wait_until("2026-04-02T09:00:00.000Z")
    assert len(opened(story).bids) == 32


def test_more_bids_than_any_case_has_places_for_are_refused() -> None:
    many = [Offer(provider=Provider(id=f"GB-COH-{n:08d}", name=f"Home {n}"), price=n, marks={}) for n in range(1, 66)]
    story = open_competition(until="deposited", offers=many)
    story.wait_until("2026-04-02T09:00:00.000Z")
    never(story, opening(), "too-many-bids")


def test_an_opening_without_bids_is_an_opening() -> None:
    assert {one.deposit.value for one in opened(deposited(bids=0)).bids.values()} == {None}


def test_bids_are_not_opened_before_the_deadline() -> None:
    story = open_competition(until="deposited")
    assert DEADLINE in blocked(story, opening(), "before-deadline", final=True)
    decision = story.decide(opening(), at=DEADLINE)
    assert decision.not_before == DEADLINE
    assert decision.unless == {"deposit.received/1", "deposit.withdrawn/1", "deposit.received-late/1"}


def test_bids_are_opened_once() -> None:
    never(open_competition(until="opened"), opening(), "opened-already")


def test_whoever_signs_the_opening_was_present() -> None:
    story = deposited()
    event = story.do(opening(present=[MONITORING.key])).event
    assert isinstance(event, BidsOpened)
    assert event.present == sorted([OFFICER.key, MONITORING.key])
    never(deposited(), opening(present=["Mrs Smith"]), "code")


def test_late_bids_stay_out_until_somebody_decides() -> None:
    story = with_late(OFFERS[3])
    state = state_of(story.history)
    assert DOGWOOD.id not in state.bids
    assert list(state.undecided_late) == [DOGWOOD.id]
    assert story.last.event.late.value == [state.undecided_late[DOGWOOD.id].leaf]  # type: ignore[attr-defined]  # a BidsOpened


def test_an_admitted_late_bid_gets_a_free_place_and_needs_two_signatures() -> None:
    story = with_late(OFFERS[3])
    taken = {one.place for one in state_of(story.history).bids.values()}
    decision = story.decide(deciding(dogwood=late(True)))
    assert decision.second == {"approver", "monitoring"}
    event = story.do(deciding(dogwood=late(True))).event
    assert isinstance(event, LateBidsDecided)
    assert len(story.last.signers) == 2
    assert state_of(story.history).bids[DOGWOOD.id].place not in taken
    assert not state_of(story.history).undecided_late


def test_a_rejected_late_bid_gets_no_place_and_one_signature_is_enough() -> None:
    story = with_late(OFFERS[3], policy="reject")
    assert not story.decide(deciding(dogwood=late(False))).second
    story.do(deciding(dogwood=late(False)))
    assert DOGWOOD.id not in state_of(story.history).bids


def test_the_notice_decides_how_late_bids_are_treated() -> None:
    blocked(with_late(OFFERS[3], policy="reject"), deciding(dogwood=late(True)), "late-policy")
    blocked(with_late(OFFERS[3]), deciding(dogwood=late(True, "bidder")), "late-cause")


def test_bids_late_for_one_cause_are_treated_alike_and_decided_together() -> None:
    story = with_late(OFFERS[3], OFFERS[4])
    blocked(story, deciding(dogwood=late(True), elder=late(False)), "late-unequal")
    blocked(story, deciding(dogwood=late(True)), "late-left-out")


def test_a_decision_on_a_late_bid_has_a_late_bid_and_a_reason() -> None:
    story = with_late(OFFERS[3])
    never(story, deciding(elder=late(False)), "unknown-bid")
    never(story, deciding(), "unknown-bid")
    never(story, deciding(dogwood=late(False, reason=" ")), "empty-text")
    never(deposited(), deciding(dogwood=late(False)), "not-opened")


def test_one_provider_has_one_live_bid() -> None:
    story = with_late(OFFERS[0])
    never(story, deciding(alder=late(True)), "two-bids")
    story.do(deciding(alder=late(False)))


def test_no_bid_is_admitted_once_marks_are_agreed() -> None:
    story = open_competition(until="moderated", published={"late_policy": "discretion"})
    story.do(bid(OFFERS[3]), by=RECEIVER)
    blocked(story, deciding(dogwood=late(True)), "moderated")


def test_the_checks_settle_which_bids_are_live() -> None:
    story = open_competition(until="opened")
    out = check(status="disregarded", conditions={"registered": False}, ground="condition", reason="Not registered")
    event = story.do(checks(OFFERS[:3], birch=out)).event
    assert isinstance(event, BidsChecked)
    assert len(event.bids) == 16
    assert list(state_of(story.history).live) != list(state_of(story.history).bids)
    assert set(state_of(story.history).live) == {ALDER.id, CEDAR.id}


def test_every_bid_is_checked_on_the_same_conditions() -> None:
    story = open_competition(until="opened")
    blocked(story, checks(OFFERS[:2]), "bid-left-out")
    blocked(story, checks(OFFERS[:3], birch=check(conditions={})), "unequal-checks")
    blocked(story, checks(OFFERS[:3], birch=check(conditions={"registered": True, "local": True})), "unequal-checks")


def test_what_shows_a_condition_stands_with_the_check_and_of_no_other() -> None:
    story = open_competition(until="opened")
    never(story, checks(OFFERS[:3], birch=check(shown={"local": "A map"})), "stray-evidence")
    event = story.do(checks(OFFERS[:3], birch=check(shown={"registered": " The certificate on page 3 "}))).event
    assert isinstance(event, BidsChecked)
    found = [one.check.get() for one in event.bids.values()]
    assert [one.shown for one in found if one and one.shown] == [{"registered": "The certificate on page 3"}]


def test_a_failed_condition_puts_a_bid_out_and_a_passed_one_does_not() -> None:
    story = open_competition(until="opened")
    blocked(story, checks(OFFERS[:3], birch=check(conditions={"registered": False})), "condition-failed")
    out = check(status="disregarded", ground="condition", reason="Too new")
    blocked(story, checks(OFFERS[:3], birch=out), "condition-passed")


def test_an_excluded_supplier_does_not_stay_and_is_heard_first() -> None:
    story = open_competition(until="opened")
    blocked(story, checks(OFFERS[:3], birch=check(exclusion="excluded")), "excluded-live")
    for ground in ("excluded", "abnormally-low"):
        out = check(status="disregarded", ground=ground, reason="See the file")
        blocked(story, checks(OFFERS[:3], birch=out), "not-heard")
        story.decide(checks(OFFERS[:3], birch=msgspec.structs.replace(out, heard_on="2026-04-02")))


def test_a_bid_is_put_aside_with_ground_and_reason() -> None:
    story = open_competition(until="opened")
    never(story, checks(OFFERS[:3], birch=check(status="disregarded", ground="incomplete")), "no-reason")
    never(story, checks(OFFERS[:3], birch=check(status="disregarded", reason="Incomplete")), "no-reason")
    never(story, checks(OFFERS[:3], birch=check(ground="incomplete")), "check")


def test_only_opened_bids_are_checked() -> None:
    story = open_competition(until="opened")
    never(story, CheckBids(id="test", bids={DOGWOOD.id: check()}), "unknown-bid")
    never(deposited(), checks(OFFERS[:3]), "not-opened")


def test_late_bids_are_decided_on_before_the_checks() -> None:
    blocked(with_late(OFFERS[3]), checks(OFFERS[:3]), "late-undecided")


def test_nothing_is_opened_or_checked_after_the_end() -> None:
    story = open_competition(until="contracted")
    blocked(story, checks(OFFERS[:3]), "case-ended")
    assert BIRCH.id in state_of(story.history).bids


def sealed_bids() -> Story:
    """Alder names no price beside its sealed file; Birch and Cedar do; all are opened."""
    story = open_competition(until="published")
    story.wait_until("2026-03-30T09:00:00.000Z")
    for offer in OFFERS[:3]:
        price = None if offer.provider == ALDER else offer.price
        story.do(msgspec.structs.replace(bid(offer), price=price), by=RECEIVER)
    story.wait_until("2026-04-02T09:00:00.000Z")
    opened(story)
    return story


def prices(**asked: int) -> RecordPrices:
    return RecordPrices(
        id="test", bids={{"alder": ALDER.id, "birch": BIRCH.id}[name]: one for name, one in asked.items()}
    )


def test_a_price_from_a_sealed_file_stands_by_its_place_and_counts_like_any_other() -> None:
    story = sealed_bids()
    before = state_of(story.history).bids[ALDER.id]
    assert before.price is None
    event = story.do(prices(alder=481_234)).event
    assert isinstance(event, PricesOpened)
    assert {place: one.price.value for place, one in event.bids.items() if one.price.value} == {before.place: 481_234}
    assert state_of(story.history).bids[ALDER.id].price == 481_234
    case = Case(id=story.history.case, as_of=AFTER, view="authority", events=story.history.events)
    assert case.bids.by_place[before.place].price == 481_234
    assert len(event.bids) == len(opened_places(story)), "every place has its slot, so that slots count no bids"


def opened_places(story: Story) -> list[str]:
    found = story.history.last(BidsOpened)
    assert found is not None
    return list(found[1].bids)


def test_a_price_that_is_known_stays_what_it_was() -> None:
    with pytest.raises(Refused, match="known already"):
        sealed_bids().do(prices(alder=1, birch=2))


def test_prices_become_known_together_and_before_marks_are_agreed() -> None:
    with pytest.raises(Refused, match="no price came"):
        sealed_bids().do(prices())
    story = open_competition(until="published")
    story.wait_until("2026-03-30T09:00:00.000Z")
    for offer in OFFERS[:2]:
        story.do(msgspec.structs.replace(bid(offer), price=None), by=RECEIVER)
    story.wait_until("2026-04-02T09:00:00.000Z")
    with pytest.raises(Refused, match="once the bids are opened"):
        story.do(prices(alder=1))
    opened(story)
    with pytest.raises(Refused, match="left out; record them together"):
        story.do(prices(alder=481_234))
    story.do(prices(alder=481_234, birch=470_000))
    assert {one.price for one in state_of(story.history).bids.values()} == {481_234, 470_000}
