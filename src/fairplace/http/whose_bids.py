"""Who may know which bid is whose: letters for those who may not, and what bidders marked for those who may."""

from __future__ import annotations

import msgspec

from fairplace.decision import History
from fairplace.forms.task import File
from fairplace.http.guard import Visitor
from fairplace.http.site import Site
from fairplace.people.roles import KNOW_NAMES
from fairplace.people.sight import are_open
from fairplace.procurement.state import state_of
from fairplace.procurement.veil import veiled


def names_kept_from(site: Site, past: History, visitor: Visitor) -> bool:
    """Are bids marked without names now, and is this somebody who may not know them?"""
    return KNOW_NAMES.isdisjoint(visitor.roles) and state_of(past).is_veiled and are_open(past, site.now())


def under_letters(site: Site, past: History, made: File, visitor: Visitor) -> File:
    """For whoever marks without names: the bids under their letters, and who bids, in an order that tells nothing."""
    if not names_kept_from(site, past, visitor):
        return made
    whole = state_of(past)
    letters = veiled(whole)
    state = msgspec.structs.replace(
        made.state, deposits=letters.deposits, places=letters.places, checks=letters.checks,
        late_decided=letters.late_decided,
    )  # fmt: skip
    names = sorted({bid.provider.name for bid in whole.bids.values()}, key=str.casefold)
    return msgspec.structs.replace(made, state=state, bidders=tuple(names))


def marked(site: Site, past: History, made: File, visitor: Visitor) -> dict[str, tuple[tuple[str, str], ...]]:
    """What bidders marked in their bids as a trade secret, for who may know which bid is whose once bids are opened."""
    if KNOW_NAMES.isdisjoint(visitor.roles) or not made.bids or not are_open(past, site.now()):
        return {}
    marks = site.lodgings.marks(past.case)
    return {name: tuple((one.part, one.reason) for one in marks[name]) for name in made.bids if marks.get(name)}
