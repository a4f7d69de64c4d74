"""Documents of a case that are public: those that a value names which is released now, as the tender documents are.

- What is taken down names nothing any more, so its document is gone from here with the next request.
- A document is downloaded, and never shown by the site.
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
from litestar import Response
from litestar.params import FromPath

from fairplace.errors import Missing
from fairplace.filing import kinds
from fairplace.http import asked
from fairplace.http.routing import public
from fairplace.http.site import OPEN, Answer, Site, TheSite
from fairplace.publish.editions import documents_in
from fairplace.terms import CaseId, Document


class Released(msgspec.Struct, frozen=True):
    """A document, and the step that names it."""

    step: int
    document: Document

    @property
    def kind(self) -> str:
        return kinds.NAMES.get(self.document.media, "file")


def released(site: Site, case: CaseId) -> list[Released]:
    """Each once, in the order of the steps; those that are not kept here any more are left out."""
    found = {one.document.sha256: one for one in reversed(list(_named(site, case)))}
    return [one for one in reversed(found.values()) if site.documents.is_here(one.document.sha256)]


def _named(site: Site, case: CaseId) -> Iterator[Released]:
    for recorded in site.register.reader.case(case, "public"):
        for slot, opening in site.register.reader.openings(recorded.index, "public").items():
            if slot.endswith("/documents"):
                yield from (Released(recorded.index, one) for one in documents_in(opening.value))


@public("/decisions/{case:str}/documents/{sha256:str}")
def document(site: TheSite, case: FromPath[str], sha256: FromPath[str]) -> Answer:
    """One of them, as it was released."""
    found = asked.identifier(case)
    if site.rows.get("decision-record", found) is None:
        raise Missing("there is no decision record at this address")
    one = next((one.document for one in released(site, found) if one.document.sha256 == sha256), None)
    if one is None:
        raise Missing("there is no such public document in this case; it may have been taken down")
    name = f"{sha256[:12]}.{kinds.ENDINGS.get(one.media, 'bin')}"
    return Response(
        site.documents.get(sha256),
        media_type="application/octet-stream",
        headers={"content-disposition": f'attachment; filename="{name}"', "cache-control": "no-cache", **OPEN},
    )


HANDLERS = (document,)
