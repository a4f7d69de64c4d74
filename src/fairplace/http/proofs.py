"""Receipts and proofs of what is somebody's own: a page to print, a text to keep, and a file that proves it offline."""

from __future__ import annotations

from collections.abc import Collection
from functools import cache
from typing import Any

from litestar import Response
from markupsafe import Markup

from fairplace import receipts
from fairplace.errors import Conflict, Missing
from fairplace.http import asked
from fairplace.http.site import Answer, Site
from fairplace.ledger import paper
from fairplace.publish import paper as pdf
from fairplace.terms import Place

PROOF, TEXT, PDF = ".tlog-proof", ".txt", ".pdf"

STYLE = Markup(
    "<style>@page{size:A4;margin:22mm}body{font-family:'Liberation Sans',Arial,sans-serif;font-size:11pt}"
    "pre{font-family:'Liberation Mono',monospace;font-size:8pt;white-space:pre-wrap;overflow-wrap:anywhere}</style>"
)


@cache
def can_print() -> bool:
    """Can this server make a PDF? Otherwise the page itself is printed."""
    return pdf.can_print()


def lodged(site: Site, name: str, mine: Collection[int], *, template: str | None, **context: Any) -> Answer:
    """The receipt of an entry among those that are theirs: `INDEX`, as `.txt`, `.pdf` or `.tlog-proof`.

    Raises Missing for every other entry, whether there is one or not.
    """
    index = asked.place(name.removesuffix(PROOF).removesuffix(TEXT).removesuffix(PDF))
    if index not in mine:
        raise Missing("there is no receipt of yours at this address")
    if name.endswith(PROOF):
        return download(receipts.receipt(site.register, index), f"{index}{PROOF}")
    if name.endswith(TEXT):
        return download(receipts.page(site.register, index).encode("utf-8"), f"{index}{TEXT}", "text/plain")
    if name.endswith(PDF) and can_print():
        return download(_pdf(site, index), f"{index}{PDF}", "application/pdf")
    if template is None or name.endswith(PDF):
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
        pdf=can_print(),
        came=receipts.came(site.register, index),
        **context,
    )


def _pdf(site: Site, index: int) -> bytes:
    """The receipt on paper, with the proof and the text attached: one file to keep."""
    entry, text = site.register.reader.entry(index), receipts.page(site.register, index)
    at = entry.envelope.at
    page = site.pages.render(
        "receipt_paper.html", style=STYLE, index=index, at=at, code=paper.short_code(index, entry.leaf), text=text,
        came=receipts.came(site.register, index),
    )  # fmt: skip
    attached = {f"{index}{PROOF}": receipts.receipt(site.register, index), f"{index}{TEXT}": text.encode("utf-8")}
    return pdf.paginated(page, attached, at).data


def opening_proof(site: Site, index: int, place: Place) -> bytes:
    """That all bids were opened in one entry, and which deposit had this place: one slot is open, the others are not."""
    return receipts.proof_of(site.register, index, frozenset({f"/bids/{place}/deposit"}))


def download(data: bytes, name: str, media: str = "application/octet-stream") -> Answer:
    return Response(
        data,
        media_type=media,
        headers={"content-disposition": f'attachment; filename="{name}"', "cache-control": "no-store"},
    )
