"""What every event has; the events themselves stand with their subject."""

from __future__ import annotations

import msgspec

from fairplace.ledger.disclosure import Sealed
from fairplace.terms import ACT, CaseId, Document, Evidence, Instant, LeafHash, Text


class Fact(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Something that happened. Who, when recorded and in which stream are the envelope's to say.

    `happened_at` is in UTC; `exhibit` is the document that a report rests on (null for an act).
    """

    happened_at: Instant
    evidence: Evidence
    exhibit: Sealed[Document | None]

    @property
    def is_act(self) -> bool:
        """Was it done here (and so held to procedure beforehand)? Otherwise it is a report of what happened elsewhere."""
        return self.evidence == ACT


class Event(Fact, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A fact of one case, in the case's own stream."""

    case: CaseId


class Step(Event, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An event that procedure may forbid.

    `override` is the code of the refusal that was overridden, or null; the reason is published with the award,
    and an override stands under two signatures.
    """

    override: str | None
    override_reason: Sealed[Text | None]


class Aside(Event, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An event of a case in a stream of its own author.

    `seen` is the leaf hash of an entry of the case's stream: the case as the author knew it, which also pins the criteria.
    """

    seen: LeafHash


class RestsOn(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A commitment to all earlier entries of the case of these types: drop one and the root differs.

    `root` is the RFC 6962 root, base64, over their leaf hashes in index order.
    """

    count: int
    root: str
    types: list[str]
