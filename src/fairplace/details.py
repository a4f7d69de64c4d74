"""A provider's details as they may be shown: to itself, and beside a case to those who may know that it bids there.

- Beside a case stand the details of its bidders alone, once whoever looks may know who they are (`people.sight`): what they
  state before tells nobody that they bid.
- They are those that stood when the bid was lodged, and whether others took their place since; for a notice the newest.
- A provider reads its own without an entry that says so: on the form of a bid the entry would tell who is about to bid.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from fairplace.decision import History
from fairplace.ledger.disclosure import closed
from fairplace.people.sight import Reader, shown, visible
from fairplace.procurement.state import state_of
from fairplace.provider.commands import StateFacts
from fairplace.provider.decide import checked, numbers_of
from fairplace.provider.known import Stated, stated
from fairplace.reading import StoreReader
from fairplace.recorded import Recorded
from fairplace.terms import Instant


def own(reader: StoreReader, provider: str) -> Stated | None:
    """What a provider states of itself now; for its own people alone."""
    places = reader.statements().upto(provider)
    return stated(reader.recorded(places[-1], places[-1] + 1)) if places else None


def drafted(command: StateFacts, now: Instant) -> Stated:
    """What they are about to sign, as it will be shown."""
    facts = checked(command.facts)
    return Stated(index=-1, at=now, facts=facts, identifiers=tuple(numbers_of(facts)))


def beside(
    reader: StoreReader, past: History, who: Reader, now: Instant, *, newest: bool = False
) -> dict[str, Stated | None]:
    """Of each bidder that whoever looks may know in this case, what it stated; null for one that stated nothing by then.

    `past` is the case as the authority knows it; `newest` gives what is stated now.
    """
    seen = state_of(shown(who, past, now))
    lodged = {one.leaf: one.index for one in past.events}
    found: dict[str, Stated | None] = {}
    for name, bid in seen.bids.items():
        upto = None if newest else lodged[seen.places[bid.place] or ""]
        every, before = reader.statements().upto(name), reader.statements().upto(name, upto)
        if not before:
            found[name] = None
            continue
        changed = None if every[-1] == before[-1] else _read(reader, every[-1]).at
        found[name] = stated(_visible(who, past, _read(reader, before[-1]), now), changed=changed)
    return found


def _read(reader: StoreReader, index: int) -> Recorded:
    return next(iter(reader.recorded(index, index + 1)))


def _visible(who: Reader, past: History, one: Recorded, now: Instant) -> Sequence[Recorded]:
    """The statement as it may be shown at this stage of the case."""
    slots = visible(who, msgspec.structs.replace(past, events=(one, *past.events)), now).get(one.index, set())
    return [msgspec.structs.replace(one, event=closed(one.event, frozenset(slots)))]
