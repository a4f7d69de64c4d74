"""What sealed bids ask, once two of their openers opened them: for whoever may know a price before the award."""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Set as AbstractSet

from fairplace.decision import History
from fairplace.http.site import Site
from fairplace.people.sight import are_open
from fairplace.procurement.events import DepositReceived, DepositReceivedLate
from fairplace.procurement.state import state_of
from fairplace.sealing.container import MEDIA
from fairplace.terms import Document, Pence, Provider

KNOW = frozenset({"officer", "moderator", "approver", "monitoring", "auditor"})
"""Who may know a price before the award: whoever does not mark (`people/sight.py`)."""


def asked(site: Site, past: History, seen: History, roles: AbstractSet[str]) -> dict[str, Pence]:
    """By provider, as far as they are opened; `past` is the case as it is, `seen` as whoever looks may see it."""
    if KNOW.isdisjoint(roles) or not are_open(past, site.register.store.now()):
        return {}
    found: dict[str, Pence] = {}
    for provider, document in lodged(past, seen):
        inside = site.openers.inside(document.sha256) if document.media == MEDIA else None
        if inside is not None and inside.manifest.price is not None:
            found[provider.id] = inside.manifest.price
    return found


def lodged(past: History, seen: History) -> Iterator[tuple[Provider, Document]]:
    """Who lodged each bid that has a place, and its file, as far as whoever looks may see both."""
    placed = set(state_of(past).places.values())
    for recorded in seen.events:
        if isinstance(recorded.event, DepositReceived | DepositReceivedLate) and recorded.leaf in placed:
            document, provider = recorded.event.document.get(None), recorded.event.provider.get(None)
            if document is not None and provider is not None:
                yield provider, document
