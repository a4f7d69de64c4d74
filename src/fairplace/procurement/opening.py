"""From sealed bids to live ones: opening, late bids, and the checks of every bid."""

from __future__ import annotations

import msgspec

from fairplace import procedure
from fairplace.counted import counted
from fairplace.decision import Actor, Decision, History
from fairplace.ledger.disclosure import sealed
from fairplace.procedure import Objections, listed, refuse, second_for, words
from fairplace.procurement.commands import CheckBids, DecideLateBids, LateBid, OpenBids, RecordPrices
from fairplace.procurement.events import (
    BidCheck,
    BidsChecked,
    BidsOpened,
    CheckedBid,
    LateBidsDecided,
    LateDecision,
    OpenedBid,
    OpenedPrice,
    PricesOpened,
)
from fairplace.procurement.footing import (
    bid_of,
    footing,
    places,
    rests_on,
    shuffled,
    size_for,
    still_open,
    tender_of,
)
from fairplace.procurement.state import State, awards_directly
from fairplace.terms import Instant, Place

DEPOSITS = ("deposit.received/1", "deposit.withdrawn/1")

_HEARING = frozenset({"excluded", "abnormally-low"})
"""Grounds on which a supplier must be heard first (Act, ss. 19(4)-(5), 26(3))."""


def open_bids(command: OpenBids, history: History, *, at: Instant, by: Actor, chance: bytes) -> Decision:
    state, objections = footing(command, history)
    tender = tender_of(state)
    still_open(state, objections)
    if state.opened:
        refuse("opened-already", "the bids of the case are opened already; decide on late ones, then check them")
    deadline = state.last_deadline
    if deadline is not None and at < deadline:
        objections.add(
            "before-deadline", f"bids are opened together after the deadline {deadline}; it is {at}: wait", final=True
        )
    in_time = [one.leaf for one in state.deposits.values() if not one.late and not one.withdrawn]
    late = [one.leaf for one in state.deposits.values() if one.late]
    size = size_for(len(in_time) + len(late), tender.places)
    drawn = dict(zip(shuffled(places(size), chance), sorted(in_time), strict=False))
    stamp = procedure.step(command, history, at, objections)
    present = sorted({procedure.key_name(one, "somebody present") for one in command.present} | {by.key})
    return Decision(
        event=BidsOpened(
            **stamp,
            bids={place: OpenedBid(deposit=sealed("standstill", drawn.get(place))) for place in places(size)},
            rests_on=sealed("standstill", rests_on(history, DEPOSITS)),
            late=sealed("standstill", late),
            present=present,
        ),
        statement=f"Open the bids together: {len(in_time)} in time, {len(late)} late; present: {listed(present)}.",
        unless=frozenset({*DEPOSITS, "deposit.received-late/1"}),
        second=second_for(stamp["override"]),
        not_before=None if command.is_report else deadline,
    )


def decide_late(command: DecideLateBids, history: History, *, at: Instant, chance: bytes) -> Decision:
    state, objections = footing(command, history)
    tender = tender_of(state)
    still_open(state, objections)
    if not state.opened:
        refuse("not-opened", "late bids are decided on once the others are opened; open them first")
    waiting = state.undecided_late
    if unknown := sorted(command.bids.keys() - waiting.keys()):
        refuse("unknown-bid", f"no late bid of {listed(unknown)[:200]} waits for a decision; name those that do")
    if not command.bids:
        refuse("unknown-bid", "no decision on a late bid came; name each late bid in 'bids'")
    for name in sorted(command.bids.keys() & state.bids.keys()):
        if command.bids[name].admitted and state.bids[name].is_live:
            refuse("two-bids", f"{name} has a live bid already; one provider has one bid: do not admit the late one")
    _object_to_late(command.bids, waiting.keys() - command.bids.keys(), tender.late_policy, objections)
    if state.moderated_at > state.reopened_at:
        objections.add(
            "moderated", "marks are agreed already: a bid admitted now could not be assessed like the others"
        )
    admitted = [name for name, one in command.bids.items() if one.admitted]
    free = [place for place, leaf in state.places.items() if leaf is None]
    if len(admitted) > len(free):
        refuse("too-many-bids", f"{len(admitted)} late bids were to be admitted and {len(free)} places are free")
    drawn = dict(zip(sorted(admitted), shuffled(free, chance), strict=False))
    stamp = procedure.step(command, history, at, objections)
    decisions = [
        LateDecision(
            deposit=waiting[name].leaf,
            place=drawn.get(name),
            admitted=one.admitted,
            cause=one.cause,
            reason=words(one.reason, f"the reason on the late bid of {name}"),
        )
        for name, one in sorted(command.bids.items())
    ]
    return Decision(
        event=LateBidsDecided(**stamp, decisions=sealed("commercial", decisions)),
        statement=f"Decide on {len(decisions)} late bids: admit {listed([waiting[name].provider.name for name in admitted])}.",
        unless=frozenset({"deposit.received-late/1"}),
        second=procedure.SECOND if admitted and not command.is_report else second_for(stamp["override"]),
    )


def _object_to_late(bids: dict[str, LateBid], left: set[str], policy: str, objections: Objections) -> None:
    """One rule for all: that of the notice (Act, ss. 12, 19(3)(d))."""
    if left:
        objections.add("late-left-out", f"the late bids of {listed(sorted(left))} are left out; decide on all together")
    admitted = [name for name, one in bids.items() if one.admitted]
    if admitted and policy == "reject":
        objections.add("late-policy", "the notice says that late bids are rejected; do not admit any")
    if by_bidder := [name for name in admitted if bids[name].cause == "bidder"]:
        objections.add(
            "late-cause", f"the bid of {listed(by_bidder)} was late by the bidder's own doing; do not admit it"
        )
    for cause in sorted({one.cause for one in bids.values()}):
        if len({one.admitted for one in bids.values() if one.cause == cause}) > 1:
            objections.add("late-unequal", f"bids that were late for one cause ({cause}) are to be treated differently")


def record_prices(command: RecordPrices, history: History, *, at: Instant) -> Decision:
    """The prices that stood inside sealed bids. A price that is known already stays what it was."""
    state, objections = footing(command, history)
    still_open(state, objections)
    if not state.opened:
        refuse("not-opened", "a price inside a sealed bid is known once the bids are opened; open them first")
    if not command.bids:
        refuse("no-price", "no price came; name each bid that was sealed, and what it asks")
    prices: dict[Place, int] = {}
    for name, price in sorted(command.bids.items()):
        bid = bid_of(state, name)
        if bid.price is not None:
            refuse("price-known", f"the price of {name} is known already: {procedure.pounds(bid.price)}; leave it out")
        prices[bid.place] = procedure.pence(price, f"the price of {name}")
    if state.moderated_at > state.reopened_at:
        objections.add("moderated", "marks are agreed already: points for a price that comes now stand in none of them")
    if left := sorted(name for name, bid in state.bids.items() if bid.price is None and name not in command.bids):
        objections.add(
            "prices-left-out",
            f"the prices of {listed(left)} are left out; record them together, or the first known helps to guess the others",
        )
    stamp = procedure.step(command, history, at, objections)
    return Decision(
        event=PricesOpened(
            **stamp,
            bids={place: OpenedPrice(price=sealed("commercial", prices.get(place))) for place in sorted(state.places)},
        ),
        statement=f"Record {counted(len(prices), 'price')} that stood inside sealed bids.",
        unless=frozenset({"procurement.prices-opened/1", "procurement.late-bids-decided/1"}),
        second=second_for(stamp["override"]),
    )


def check_bids(command: CheckBids, history: History, *, at: Instant) -> Decision:
    state, objections = footing(command, history)
    conditions = [] if awards_directly(state.planned) else tender_of(state).conditions
    still_open(state, objections)
    checks: dict[Place, BidCheck] = {}
    for name, came in sorted(command.bids.items()):
        bid = bid_of(state, name)
        check = _checked(name, came)
        _object_to_check(name, check, conditions, objections)
        checks[bid.place] = check
    if left := sorted(state.bids.keys() - command.bids.keys()):
        objections.add("bid-left-out", f"the bids of {listed(left)} are not checked; check every bid alike")
    if waiting := state.undecided_late:
        objections.add(
            "late-undecided", f"nobody has decided on the late bids of {listed(sorted(waiting))}; decide first"
        )
    if any(one.faults.invited and place not in state.corrected for place, one in state.corrections.items()):
        objections.add(
            "corrections-open", "bidders were invited to put formal faults right; record what came of it, then check"
        )
    stamp = procedure.step(command, history, at, objections)
    live = sum(check.status == "live" for check in checks.values())
    return Decision(
        event=BidsChecked(
            **stamp,
            bids={place: CheckedBid(check=sealed("commercial", checks.get(place))) for place in sorted(state.places)},
        ),
        statement=f"Record the checks of {counted(len(checks), 'bid')}: {counted(live, 'takes', 'take')} part in the assessment.",
        unless=frozenset({"deposit.received-late/1"}),
        second=second_for(stamp["override"]),
    )


def _checked(name: str, came: BidCheck) -> BidCheck:
    """The check, cleaned; a bid that is put aside needs its ground and reason."""
    for condition in came.conditions:
        procedure.code(condition, "a condition of participation", procedure.CRITERION)
    for value, what in ((came.debarment_checked_on, "debarment_checked_on"), (came.heard_on, "heard_on")):
        if value is not None:
            procedure.a_day(value, what)
    if came.status == "disregarded" and (came.ground is None or not (came.reason or "").strip()):
        refuse("no-reason", f"the bid of {name} is disregarded without ground or reason; give both")
    if came.status == "live" and came.ground is not None:
        refuse("check", f"the bid of {name} is live, yet the ground {came.ground} came for disregarding it; choose one")
    if stray := sorted(came.shown.keys() - came.conditions.keys()):
        refuse(
            "stray-evidence",
            f"of the bid of {name} {listed(stray)} is shown, and was not tested; give what shows a condition",
        )
    return msgspec.structs.replace(
        came,
        reason=None if came.reason is None else words(came.reason, "the reason"),
        shown={one: words(found, f"what shows {one}") for one, found in came.shown.items()},
    )


def _object_to_check(name: str, check: BidCheck, conditions: list[str], objections: Objections) -> None:
    if check.conditions.keys() != set(conditions):
        objections.add(
            "unequal-checks",
            f"the bid of {name} was tested on {listed(sorted(check.conditions)) if check.conditions else 'no condition'}, but"
            f" the notice sets {listed(sorted(conditions)) if conditions else 'none'}; test every bid on just these",
        )
    failed = sorted(one for one, passed in check.conditions.items() if not passed)
    if failed and check.status == "live":
        objections.add(
            "condition-failed", f"the bid of {name} failed {listed(failed)}; it cannot stay live (Act, s. 22)"
        )
    if check.ground == "condition" and not failed:
        objections.add(
            "condition-passed", f"the bid of {name} passed every condition; it cannot be disregarded for one"
        )
    if check.exclusion == "excluded" and check.status == "live":
        objections.add("excluded-live", f"the supplier {name} is excluded; its bid cannot stay live (Act, s. 26)")
    if check.status == "disregarded" and check.ground in _HEARING and check.heard_on is None:
        objections.add(
            "not-heard",
            f"the supplier {name} was not heard before its bid was disregarded; hear it, then give 'heard_on'",
        )


def unchecked(state: State) -> list[str]:
    """Providers whose bids have a place and no check."""
    return [name for name, bid in state.bids.items() if bid.check is None]
