"""Sealed bids on their way in: nobody can read who bid, for what, or how many for one case."""

from __future__ import annotations

from typing import Any, Literal

from fairplace import procedure
from fairplace.decision import Decision, History
from fairplace.ledger.disclosure import Sealed, sealed
from fairplace.procedure import FactStamp, refuse
from fairplace.procurement.commands import LodgeBid, WithdrawBid
from fairplace.procurement.events import DepositReceived, DepositReceivedLate, DepositWithdrawn
from fairplace.procurement.footing import footing, still_open, tender_of
from fairplace.terms import ACT, CaseId, Document, Evidence, Instant, LeafHash, Pence, Provider, Text

_RACE = frozenset({
    "deposit.received/1",
    "deposit.received-late/1",
    "deposit.withdrawn/1",
    "procurement.bids-opened/1",
    "procurement.deadline-changed/1",
    "procurement.ended-without-award/1",
})  # fmt: skip
"""What must not have happened in between: another bid of the provider, the opening, a move of the deadline."""


class _Lodged(FactStamp):
    case: Sealed[CaseId | None]
    seen: Sealed[LeafHash | None]
    provider: Sealed[Provider | None]
    document: Sealed[Document | None]
    price: Sealed[Pence | None]
    provider_signature: Sealed[Text | None]


def lodge(command: LodgeBid, history: History, at: Instant) -> Decision:
    """A deposit in time, or a late one. The store's clock decides: when the deadline passes meanwhile, ask again."""
    state, objections = footing(command, history, overridable=False)
    tender_of(state)
    still_open(state, objections)
    provider = procedure.provider(command.provider)
    price = None if command.price is None else procedure.pence(command.price, "the price")
    happened = procedure.happened_at(command, at)
    deadline = state.deadline_of(provider.id)
    objections.weigh()
    members = _Lodged(
        **procedure.fact(command, at),
        case=sealed("standstill", history.case),
        seen=sealed("standstill", procedure.head_of(history)),
        provider=sealed("commercial", provider),
        document=sealed("commercial", command.document),
        price=sealed("commercial", price),
        provider_signature=sealed("commercial", command.signature),
    )
    if deadline is not None and happened > deadline:
        if provider.id in state.undecided_late:
            refuse("two-bids", f"a late bid of {provider.id} waits for a decision already; decide on it first")
        return Decision(
            event=DepositReceivedLate(**members),
            statement=f"Take in a late bid from {provider.name}: the deadline was {deadline}, it came at {happened}.",
            stream="new",
            unless=_RACE,
        )
    if state.in_time(provider.id) is not None:
        refuse("two-bids", f"a bid of {provider.id} is in already; withdraw it before another is lodged")
    return Decision(
        event=DepositReceived(**members),
        statement=f"Take in the sealed bid of {provider.name}.",
        stream="new",
        unless=_RACE,
        not_after=None if command.is_report else deadline,
    )


def withdraw(command: WithdrawBid, history: History, at: Instant) -> Decision:
    state, objections = footing(command, history, overridable=False)
    tender_of(state)
    deposit = state.in_time(command.provider)
    if deposit is None:
        refuse("unknown-bid", f"no bid of {command.provider[:100]} is in; there is nothing to withdraw")
    deadline = state.deadline_of(command.provider)
    if state.opened or (deadline is not None and at > deadline):
        objections.add(
            "deadline-passed",
            f"a bid can be withdrawn until the deadline {deadline}; afterwards the officer marks it withdrawn in the checks",
        )
    if deposit.signed_by is not None and procedure.signed_by(command.signature) != deposit.signed_by:
        # Not even as a report: nobody's word takes back what a provider signed.
        refuse("not-yours", "the bid was lodged with another key; whoever lodged it withdraws it with that key")
    objections.weigh()
    return Decision(
        event=DepositWithdrawn(
            **procedure.fact(command, at),
            case=sealed("standstill", history.case),
            seen=sealed("standstill", procedure.head_of(history)),
            deposit=sealed("standstill", deposit.leaf),
            provider_signature=sealed("commercial", command.signature),
        ),
        statement=f"Give back the sealed bid of {deposit.provider.name}.",
        stream="new",
        unless=_RACE,
        not_after=None if command.is_report else deadline,
    )


CoverKind = Literal["deposit.received/1", "deposit.received-late/1", "deposit.withdrawn/1"]


def cover_deposit(
    kind: CoverKind = "deposit.received/1", *, at: Instant, evidence: Evidence = ACT
) -> DepositReceived | DepositReceivedLate | DepositWithdrawn:
    """A deposit of nothing, or the taking back of nothing, so that deposits in the log do not count bids.

    `at` and `evidence` are those of the real one beside it: what stands in the open must not part them.
    """
    nothing: dict[str, Any] = {
        "happened_at": at,
        "evidence": evidence,
        "exhibit": sealed("personal", None),
        "case": sealed("standstill", None),
        "seen": sealed("standstill", None),
        "provider_signature": sealed("commercial", None),
    }
    if kind == "deposit.withdrawn/1":
        return DepositWithdrawn(**nothing, deposit=sealed("standstill", None))
    lodged = DepositReceived if kind == "deposit.received/1" else DepositReceivedLate
    return lodged(
        **nothing,
        provider=sealed("commercial", None),
        document=sealed("commercial", None),
        price=sealed("commercial", None),
    )
