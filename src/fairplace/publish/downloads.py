"""The public edition of any case, for whoever asks a server for it: made once for each checkpoint, and kept in memory.

- It has no PDF, which takes long, and leaves large documents out; whoever keeps the register can make it with both.
- What was taken down or erased since the checkpoint is in no bundle that is given out from then on.
- Bundles are made one at a time: many at once would take the machine from those who read.
"""

from __future__ import annotations

import hashlib
import io
import threading
from typing import NamedTuple

from fairplace.custody.events import ERASED
from fairplace.errors import Busy, Missing
from fairplace.ledger.in_effect import WITHDRAWN
from fairplace.ledger.store.port import Published
from fairplace.on_disk import Register
from fairplace.publish.bundle import Wish, write
from fairplace.publish.held import newest_form
from fairplace.terms import CaseId

MOST_DOCUMENTS = 8_000_000
"""Bytes of documents that go along in all."""
MOST_KEPT = 64_000_000
"""Bytes of bundles that are kept."""

PER_PROOF = 1_200
"""Bytes that a proof has beside its entry and its checkpoint: the path, the headers of the container twice."""
PER_ENTRY = 4_500
"""Bytes that an entry takes up on the pages for people."""


class Download(NamedTuple):
    data: bytes
    sha256: str


class PublicBundles:
    """Makes and keeps the public bundles of one register. Safe to share between threads."""

    def __init__(self, register: Register, patience: float = 20.0) -> None:
        self._register = register
        self._patience = patience
        self._turn = threading.Lock()
        self._kept: dict[CaseId, tuple[object, Download]] = {}

    def get(self, case: CaseId) -> Download:
        """The bundle under the newest checkpoint. Raises Busy when others are being made for too long."""
        token = self._token(self._published())
        if (found := self._at_hand(case, token)) is not None:
            return found
        if not self._turn.acquire(timeout=self._patience):
            raise Busy("other bundles are being made just now; try again in a moment")
        try:
            if (found := self._at_hand(case, token)) is not None:
                return found
            target = io.BytesIO()
            wish = Wish(case=case, edition="public", most_documents=MOST_DOCUMENTS, pdf=False)
            made = write(self._register, wish, target)
            download = Download(target.getvalue(), made.sha256)
            self._keep(case, token, download)
            return download
        finally:
            self._turn.release()

    def size(self, case: CaseId) -> int:
        """About how many bytes the bundle has: what it had when it was made last, else an estimate. Nothing is made."""
        if (kept := self._kept.get(case)) is not None:
            return len(kept[1].data)
        published = self._published()
        entries = self._register.store.case_entries(self._register.origin, case, published.size)
        head = self._register.reader.register().head_index
        proofs = len(entries) + self._register.reader.entry(head).envelope.n
        signed = sum(len(one.raw) for one in entries) * 4 // 3  # as base64
        return signed + proofs * (len(published.note) + PER_PROOF) + len(entries) * PER_ENTRY

    def _published(self) -> Published:
        published = self._register.store.last_checkpoint(self._register.origin)
        if published is None:
            raise Missing("nothing is published yet")
        return published

    def _token(self, published: Published) -> object:
        """What a bundle rests on beside the case: the checkpoint, and what was closed since."""
        closed = self._register.store.of_types(self._register.origin, (ERASED, WITHDRAWN), published.size)
        note = newest_form(self._register, published)
        return hashlib.sha256(note).hexdigest(), tuple(one.index for one in closed)

    def _at_hand(self, case: CaseId, token: object) -> Download | None:
        found = self._kept.get(case)
        return found[1] if found is not None and found[0] == token else None

    def _keep(self, case: CaseId, token: object, download: Download) -> None:
        """Keep it, the newest last; what is of another checkpoint goes, and the oldest where there are too many bytes."""
        kept = {name: one for name, one in self._kept.items() if name != case and one[0] == token}
        kept[case] = (token, download)
        while len(kept) > 1 and sum(len(one.data) for _, one in kept.values()) > MOST_KEPT:
            del kept[next(iter(kept))]
        self._kept = kept
