"""Receipts and proofs of what is somebody's own: a page to print, a text to keep, and a file that proves it offline."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from litestar import Response

from fairplace import receipts
from fairplace.errors import Conflict, Missing
from fairplace.http import asked
from fairplace.http.site import Answer, Site
from fairplace.ledger import paper
from fairplace.terms import Place

PROOF, TEXT = ".tlog-proof", ".txt"


def lodged(site: Site, name: str, mine: Collection[int], *, template: str | None, **context: Any) -> Answer:
    """The receipt of an entry among those that are theirs: `INDEX`, `INDEX.txt` or `INDEX.tlog-proof`.

    Raises Missing for every other entry, whether there is one or not.
    """
    index = asked.place(name.removesuffix(PROOF).removesuffix(TEXT))
    if index not in mine:
        raise Missing("there is no receipt of yours at this address")
    if name.endswith(PROOF):
        return download(receipts.receipt(site.register, index), f"{index}{PROOF}")
    if name.endswith(TEXT):
        return download(receipts.page(site.register, index).encode("utf-8"), f"{index}{TEXT}", "text/plain")
    if template is None:
        raise Missing("there is no receipt of yours at this address")
    entry = site.register.reader.entry(index)
    try:
        text = receipts.page(site.register, index)
    except Conflict:
        text = ""  # published within a second or so; the page says to load it again
    return site.page(
        template,
        index=index,
        at=entry.envelope.at,
        type=entry.envelope.type,
        code=paper.short_code(index, entry.leaf),
        text=text,
        **context,
    )


def opening_proof(site: Site, index: int, place: Place) -> bytes:
    """That all bids were opened in one entry, and which deposit had this place: one slot is open, the others are not."""
    return receipts.proof_of(site.register, index, frozenset({f"/bids/{place}/deposit"}))


def download(data: bytes, name: str, media: str = "application/octet-stream") -> Answer:
    return Response(
        data,
        media_type=media,
        headers={"content-disposition": f'attachment; filename="{name}"', "cache-control": "no-store"},
    )
