"""What can happen to sealed values: somebody reads them, they are erased, they are held and let go again.

They belong to no case in the open: that somebody looked into a case, or had something erased from it, would tell of it.
"""

from __future__ import annotations

from typing import Literal

from fairplace.event import Fact
from fairplace.ledger.disclosure import Sealed
from fairplace.terms import CaseId, KeyName, LeafHash, Text

Purpose = Literal["procedure", "challenge", "audit", "court", "information-request", "subject-request", "own"]
"""What somebody reads sealed values for; published, and counted by the month."""

ErasureBasis = Literal["retention-ended", "erasure-request", "court-order", "error"]
HoldReason = Literal["litigation", "investigation", "audit", "information-request"]


class Affair(Fact, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A fact about sealed values, of no case in the open."""


class ValuesRead(Affair, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Somebody was about to be shown sealed values: written before, once per person, case, purpose and session.

    In a stream of its own. `of_case` is null for what belongs to no case, such as whose a key is.
    """

    purpose: Purpose
    of_case: Sealed[CaseId | None]
    reader: Sealed[KeyName]
    request: Sealed[Text]  # the reader's own signed note; or, for an e-mailed link, which one was used, unsigned


class ValuesErased(Affair, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The keys of sealed values were ordered destroyed, by two persons; from here on nobody can open them.

    In the one stream of erasures and holds. The digests stay where they are; which they are is sealed, because the list
    would tie together what the log keeps apart.
    """

    basis: ErasureBasis
    count: int  # of the values erased
    subjects: Sealed[list[str]]  # whose keys were destroyed
    digests: Sealed[list[str]]  # of the values erased
    reason: Sealed[Text]


class HoldPlaced(Affair, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Something may be needed by a court or an auditor: until the hold is lifted, nothing of it is erased.

    In the one stream of erasures and holds.
    """

    reason: HoldReason
    subjects: Sealed[list[str]]  # as the holder named them, such as `case:<id>`


class HoldLifted(Affair, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A hold ended, by two persons: what it kept may be erased."""

    hold: LeafHash  # of the entry that placed it
    reason: Sealed[Text]


READ, ERASED, PLACED, LIFTED = "sealed.read/1", "sealed.erased/1", "hold.placed/1", "hold.lifted/1"

TYPES: dict[str, type[Fact]] = {
    READ: ValuesRead,
    ERASED: ValuesErased,
    PLACED: HoldPlaced,
    LIFTED: HoldLifted,
}
