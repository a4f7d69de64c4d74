"""The events of reads, erasures and holds, ready to be prepared: each is an act, of this moment, resting on no document."""

from __future__ import annotations

from collections.abc import Sequence

from fairplace.custody.events import (
    ErasureBasis,
    HoldLifted,
    HoldPlaced,
    HoldReason,
    Purpose,
    ValuesErased,
    ValuesRead,
)
from fairplace.ledger.disclosure import sealed
from fairplace.terms import ACT, CaseId, Instant, KeyName, LeafHash, Text


def read(at: Instant, *, purpose: Purpose, case: CaseId | None, reader: KeyName, request: Text) -> ValuesRead:
    return ValuesRead(
        happened_at=at,
        evidence=ACT,
        exhibit=sealed("personal", None),
        purpose=purpose,
        of_case=sealed("personal", case),
        reader=sealed("personal", reader),
        request=sealed("personal", request),
    )


def erased(
    at: Instant, *, basis: ErasureBasis, subjects: Sequence[str], digests: Sequence[str], reason: Text
) -> ValuesErased:
    return ValuesErased(
        happened_at=at,
        evidence=ACT,
        exhibit=sealed("personal", None),
        basis=basis,
        count=len(digests),
        subjects=sealed("personal", sorted(subjects)),
        digests=sealed("personal", sorted(digests)),
        reason=sealed("personal", reason),
    )


def placed(at: Instant, *, reason: HoldReason, subjects: Sequence[str]) -> HoldPlaced:
    return HoldPlaced(
        happened_at=at,
        evidence=ACT,
        exhibit=sealed("personal", None),
        reason=reason,
        subjects=sealed("personal", sorted(subjects)),
    )


def lifted(at: Instant, *, hold: LeafHash, reason: Text) -> HoldLifted:
    return HoldLifted(
        happened_at=at,
        evidence=ACT,
        exhibit=sealed("personal", None),
        hold=hold,
        reason=sealed("personal", reason),
    )
