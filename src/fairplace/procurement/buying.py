"""Buying together: several authorities in one procurement, each a party of its own.

- Exactly one leads; nobody stands there twice, by id or by name.
- An id that is not known is null and said to be unknown; it is never made up.
- The newest naming stands, and the earlier ones stay in the record. It can be named anew while a contract runs: authorities
  are merged and divided, and the notices of a change or an end name who buys then.
"""

from __future__ import annotations

import re
from contextlib import suppress

from fairplace import procedure
from fairplace.decision import Decision, History
from fairplace.errors import Malformed
from fairplace.identifiers import of_provider, ppon
from fairplace.ledger.disclosure import sealed
from fairplace.procedure import listed, refuse, second_for, words
from fairplace.procurement.commands import NameBuyers
from fairplace.procurement.events import Buyer, BuyersNamed
from fairplace.procurement.footing import footing
from fairplace.terms import Instant

BUYER_ID = re.compile(r"(?=.{3,100}\Z)[A-Za-z0-9]+-[A-Za-z0-9][A-Za-z0-9._/:-]*")
"""`<scheme>-<id>` as in OCDS: GB-PPON (Find a Tender), GB-LAE (English councils), GB-COH (companies), …"""


def name_buyers(command: NameBuyers, history: History, at: Instant) -> Decision:
    _, objections = footing(command, history)
    buyers = [_buyer(one) for one in command.buyers]
    leads = [one.name for one in buyers if one.role == "leads"]
    if len(leads) != 1:
        refuse(
            "one-leads",
            f"{listed(leads) if leads else 'nobody'} came as leading, and just one buyer leads; say of the others that they"
            " buy jointly, or are bought for",
        )
    _refuse_twice(buyers)
    stamp = procedure.step(command, history, at, objections)
    others = [one.name for one in buyers if one.role != "leads"]
    together = f", with {listed(others)}" if others else " alone"
    return Decision(
        event=BuyersNamed(**stamp, buyers=sealed("standstill", sorted(buyers, key=lambda one: one.role != "leads"))),
        statement=f"Name who buys: {leads[0]} leads{together}.",
        second=second_for(stamp["override"]),
    )


def _buyer(came: Buyer) -> Buyer:
    name = words(came.name, "a buyer's name")
    return Buyer(id=None if came.id is None else _identifier(came.id, name), name=name, role=came.role)


def _identifier(came: str, name: str) -> str:
    """The id in the one form that it has, where it is of a list that is known here; else as it came."""
    found = of_provider(came)
    with suppress(Malformed):
        found = found or ppon(came)
    if found is not None:
        return f"{found.scheme}-{found.id}"
    if not BUYER_ID.fullmatch(came):
        refuse(
            "buyer-id",
            f"the id of {name[:80]} must be a scheme, a hyphen and a number, such as GB-LAE-BIR; {came[:80]!r} came;"
            " leave it empty (null) where it is not known",
        )
    return came


def _refuse_twice(buyers: list[Buyer]) -> None:
    seen: set[str] = set()
    for one in buyers:
        own = {" ".join(one.name.casefold().split())} | ({one.id.casefold()} if one.id is not None else set())
        if not seen.isdisjoint(own):
            refuse("buyer-twice", f"{one.name[:80]} came twice, by name or by id; name each buyer once, in one role")
        seen |= own
