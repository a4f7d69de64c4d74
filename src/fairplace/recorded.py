"""One entry of the log as policies and projections meet it."""

from __future__ import annotations

import msgspec

from fairplace.event import Fact
from fairplace.terms import CaseId, Instant, KeyName


class Contested(msgspec.Struct, frozen=True, kw_only=True):
    """The keys `by` signed, and were reported stolen by the entry `said`: somebody else may have signed.

    `again`: whose owner stands by it with a new key, and the entry that says so.
    """

    said: int
    by: tuple[KeyName, ...]
    again: dict[KeyName, int] = {}

    @property
    def reaffirmed(self) -> int | None:
        """The entry by which every owner stands by it; null while one does not."""
        return max(self.again.values()) if self.again.keys() >= set(self.by) else None


class Recorded(msgspec.Struct, frozen=True, kw_only=True):
    """An event with the facts of its envelope.

    `index` is the 0-based place in the log, `leaf` the base64 leaf hash, `at` the claimed time (UTC),
    `case` the case it belongs to as far as this view knows (null: a deposit that is still sealed),
    `actor` the key that signed first, `signers` all of them, `roles` the roles of the actor's key at that place.
    Sealed fields of `event` are open or closed according to the view. `contested`: a signature on it is in doubt.
    """

    index: int
    leaf: str
    at: Instant
    actor: KeyName
    signers: tuple[KeyName, ...]
    roles: frozenset[str]
    type: str
    stream: str
    n: int
    case: CaseId | None
    event: Fact
    contested: Contested | None = None
