"""Bids under neutral letters: what those who mark see of a case in which bids are marked without names.

- A letter follows from the place, which chance gave; it stays the same whatever becomes of other bids.
- Behind the veil there is no name, no id, no price, no signature, and of the checks only whether a bid takes part.
"""

from __future__ import annotations

from msgspec.structs import replace

from fairplace.procurement.events import BidCheck
from fairplace.procurement.state import Deposit, State
from fairplace.terms import Place, Provider


def letter(place: Place) -> str:
    """`A` for place 01, `Z` for 26, `AA` for 27."""
    number, found = int(place), ""
    while number > 0:
        number, rest = divmod(number - 1, 26)
        found = chr(ord("A") + rest) + found
    return found


def bid_under(place: Place) -> str:
    """How a bid is called: by its letter, and by the place that is signed."""
    return f"Bid {letter(place)} (place {place})"


def veiled(state: State) -> State:
    """The state in which each bid is named by its place, and nothing in it tells whose it is."""
    places = {leaf: place for place, leaf in state.places.items() if leaf is not None}
    deposits = {
        leaf: Deposit(
            leaf=leaf,
            provider=Provider(id=places[leaf], name=bid_under(places[leaf])),
            price=None,
            signed_by=None,
            late=one.late,
            withdrawn=one.withdrawn,
        )
        for leaf, one in state.deposits.items()
        if leaf in places
    }
    return replace(
        state,
        deposits=deposits,
        checks={place: _bare(check) for place, check in state.checks.items()},
        prices={},
        corrections={},
        corrected={},
        secrets={},
        rulings={},
        deadline_for={},
    )


def _bare(check: BidCheck) -> BidCheck:
    return BidCheck(
        status=check.status,
        conditions={},
        exclusion="clear",
        debarment_checked_on=None,
        heard_on=None,
        ground=None,
        reason=None,
    )
