"""What would stand after a step that is prepared and not signed: nothing is recorded, stored or kept.

- The public page is folded by the projection that makes the real one, over the public past and the prepared event, all
  of its sealed values closed.
- A release opens what it names, as far as whoever looks may see it; the rest stays a placeholder here.
- What follows a step by itself, such as what the rules say of a released award, is no part of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import msgspec

from fairplace import assess, catalogue, replay, shelf
from fairplace.decision import Actor, History
from fairplace.errors import Missing
from fairplace.event import Fact
from fairplace.ledger import entry
from fairplace.ledger.disclosure import closed, opened, slots_of
from fairplace.openness.events import Disclosed, Withdrawn
from fairplace.policy import Case
from fairplace.prepared import Prepared
from fairplace.procurement.events import Imported, Planned
from fairplace.projection import Projection
from fairplace.recorded import Recorded
from fairplace.terms import CaseId

_NO_LEAF = "A" * 43 + "="
"""In the place of a leaf hash, which only a signed entry has: 32 zeros."""

Slots = Callable[[int], frozenset[str]]
"""The slots of an entry, by its index."""


def is_shown(prepared: Prepared) -> bool:
    """Does it belong to a case? Steps of the key register have no page."""
    return entry.read_envelope(prepared.text[len(entry.HEADER) : -1]).type in catalogue.TYPES


def event_of(prepared: Prepared) -> Fact:
    """The prepared event, its sealed values open. Raises Missing for what is no step of a case."""
    envelope = entry.read_envelope(prepared.text[len(entry.HEADER) : -1])
    if envelope.type not in catalogue.TYPES:
        raise Missing("there is no preview of this: it is no step of a case")
    values = {opening.slot: opening.value for opening in prepared.openings}
    return catalogue.read(envelope.type, envelope.body, envelope.sealed, values)


def with_step(past: History, prepared: Prepared, by: Actor, *, size: int) -> History:
    """The past with the prepared event at its end, its sealed values open. Raises Missing for what is no step of a case.

    `size`: of the log now; the step would stand there.
    """
    event = event_of(prepared)
    envelope = entry.read_envelope(prepared.text[len(entry.HEADER) : -1])
    case = Case(id=prepared.case or envelope.stream, as_of=prepared.at, view="authority", events=past.events)
    draft = assess.drafted(case, event, by=by, stream=envelope.stream)
    return History(case=case.id, events=(*past.events, msgspec.structs.replace(draft, index=size, leaf=_NO_LEAF)))


def public_page(after: History, public: Slots, may_see: Slots) -> Any:
    """The row of the decision record after the step; None where the case has no public page."""
    if any(isinstance(one.event, Planned | Imported) and one.event.concerns_one_person for one in after.events):
        return None
    projection = _projection()
    row = projection.empty(after.case, None)
    for recorded in seen_by_all(after, public, may_see):
        row = projection.fold(row, recorded)
    row = msgspec.json.decode(msgspec.json.encode(row, order="sorted"), type=projection.row)  # as rows are stored
    *trail, last = row.trail
    return msgspec.structs.replace(row, trail=[*trail, msgspec.structs.replace(last, leaf="none before it is signed")])


def seen_by_all(after: History, public: Slots, may_see: Slots) -> Iterable[Recorded]:
    """The case as the public would see it; what names no case in the open is not among it."""
    *past, draft = after.events
    more: dict[int, frozenset[str]] = {}
    less: dict[int, frozenset[str]] = {}
    if isinstance(draft.event, Disclosed | Withdrawn):
        named = more if isinstance(draft.event, Disclosed) else less
        for one in draft.event.openings:
            named[one.entry] = named.get(one.entry, frozenset()) | frozenset(one.slots)
    for recorded in (*past, draft):
        index = recorded.index
        kept = (public(index) | (more.get(index, frozenset()) & may_see(index))) - less.get(index, frozenset())
        event = closed(recorded.event, kept)
        if "/case" not in slots_of(event) or "/case" in opened(event):
            yield msgspec.structs.replace(recorded, event=event)


def _projection() -> Projection[Any]:
    return next(
        one.projection for one in replay.loaded(shelf.projections()) if one.projection.name == "decision-record"
    )


def case_of(prepared: Prepared) -> CaseId:
    """The case of a step; of one that opens a case, the one that it will be."""
    return prepared.case or entry.read_envelope(prepared.text[len(entry.HEADER) : -1]).stream
