"""Receipts: a proof that an entry stands in the log under a published checkpoint, for whoever was promised one."""

from __future__ import annotations

from fairplace.errors import Conflict
from fairplace.ledger import proof
from fairplace.ledger.tree import inclusion_proof
from fairplace.on_disk import Register

LODGED = ("deposit.", "challenge.lodged/")
"""Types whose sealed values are those of whoever lodged: their receipt opens them, and nobody else gets it."""


def receipt(register: Register, index: int) -> bytes:
    """The `.tlog-proof` of an entry (wire format, section 11), under the newest published checkpoint.

    Raises Conflict while the entry is not published yet, and Missing when there is no such entry.
    """
    entry = register.reader.entry(index)
    published = register.store.last_checkpoint(register.origin)
    if published is None or published.size <= index:
        raise Conflict(
            f"entry {index} is not published yet; run 'fairplace publish' or 'fairplace serve' and ask again"
        )
    own = entry.envelope.type.startswith(LODGED)
    openings = register.reader.openings(index) if own else {}
    return proof.make(
        entry.raw,
        [opening.text for _, opening in sorted(openings.items())],
        index,
        inclusion_proof(index, published.size, register.store.node(register.origin)),
        published.note,
    )
