"""Documents of a case that are public: those that a value names which is released now, as the tender documents are.

- What is taken down names nothing any more, so its document is gone from here with the next request.
- A document is downloaded, and never shown by the site.
"""

from __future__ import annotations

from typing import Any

import msgspec
from litestar import Response
from litestar.params import FromPath

from fairplace.errors import Missing
from fairplace.filing import kinds
from fairplace.http import asked
from fairplace.http.routing import public
from fairplace.http.site import OPEN, Answer, Site, TheSite
from fairplace.publish.editions import documents_in
from fairplace.terms import Document

NAMING = frozenset({"procurement.tender-published/1"})
"""Steps that name documents which are released (`openness.release`)."""


class Released(msgspec.Struct, frozen=True):
    """A document, and the step that names it."""

    step: int
    document: Document

    @property
    def kind(self) -> str:
        return kinds.NAMES.get(self.document.media, "file")


def released(site: Site, row: Any) -> list[Released]:
    """Each once, in the order of the steps; those that are not kept here any more are left out. `row` is the record.

    Only published files are read for it, so an answer takes as long whatever is sealed.
    """
    steps = [step.index for step in row.trail if step.type in NAMING]
    found = {one.document.sha256: one for index in reversed(steps) for one in _named(site, index)}
    return [one for one in reversed(found.values()) if site.documents.is_here(one.document.sha256)]


def _named(site: Site, index: int) -> list[Released]:
    opening = site.published.openings(index).get("/documents")
    return [] if opening is None else [Released(index, one) for one in documents_in(opening.value)]


@public("/decisions/{case:str}/documents/{sha256:str}")
def document(site: TheSite, case: FromPath[str], sha256: FromPath[str]) -> Answer:
    """One of them, as it was released."""
    row = site.rows.get("decision-record", asked.identifier(case))
    if row is None:
        raise Missing("there is no decision record at this address")
    one = next((one.document for one in released(site, row) if one.document.sha256 == sha256), None)
    if one is None:
        raise Missing("there is no such public document in this case; it may have been taken down")
    name = f"{sha256[:12]}.{kinds.ENDINGS.get(one.media, 'bin')}"
    return Response(
        site.documents.get(sha256),
        media_type="application/octet-stream",
        headers={"content-disposition": f'attachment; filename="{name}"', "cache-control": "no-cache", **OPEN},
    )


HANDLERS = (document,)
