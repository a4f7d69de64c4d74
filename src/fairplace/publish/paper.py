"""The pages of a bundle as a PDF: tagged, bookmarked, numbered, in the form of PDF/A-3a, with the proofs attached.

- The same pages give the same bytes: every date in it is that of the record, and its identifier follows from them.
- Nothing is fetched while it is made: no address is ever asked for.
"""

from __future__ import annotations

import io
import logging
from collections.abc import Mapping
from typing import Any

import msgspec

from fairplace.errors import Misconfigured
from fairplace.terms import Instant, moment

FORM: Mapping[str, Any] = {"pdf_variant": "pdf/a-3a", "pdf_tags": True}
HOW = (
    "install it with 'pip install \"fairplace[pdf]\"' and Debian's libpango-1.0-0, libpangoft2-1.0-0,"
    " libharfbuzz-subset0 and fonts-liberation, or ask for the bundle with --no-pdf"
)


class Printed(msgspec.Struct, frozen=True):
    """A PDF, how many pages it has, and on which of them each anchor stands."""

    data: bytes
    pages: int
    anchors: dict[str, int]


def paginated(page: str, attached: Mapping[str, bytes], as_of: Instant) -> Printed:
    """The PDF of a page. Raises Misconfigured where none can be made."""
    weasyprint = _maker()
    document = weasyprint.HTML(string=page, url_fetcher=_fetches_nothing(weasyprint)).render(**FORM)
    anchors: dict[str, int] = {}
    for number, one in enumerate(document.pages, start=1):
        for anchor in one.anchors:
            anchors.setdefault(anchor, number)
    when = moment(as_of)
    document.metadata.attachments = [
        weasyprint.Attachment(file_obj=io.BytesIO(data), name=name, created=when, modified=when, relationship="Source")
        for name, data in sorted(attached.items())
    ]
    return Printed(document.write_pdf(**FORM), len(document.pages), anchors)


def can_print() -> bool:
    """Are WeasyPrint and what it draws with here?"""
    try:
        _maker()
    except Misconfigured:
        return False
    return True


def _fetches_nothing(weasyprint: Any) -> Any:
    """No address of any kind is allowed, not even one of a file."""
    return weasyprint.URLFetcher(allowed_protocols=())


def _maker() -> Any:
    """WeasyPrint, when it and the libraries that it draws with are there."""
    try:
        import weasyprint
    except (ImportError, OSError) as error:
        raise Misconfigured(
            f"a PDF needs WeasyPrint and Pango, which are not here ({_first_line(error)}); {HOW}"
        ) from error
    for name in ("weasyprint", "weasyprint.progress", "fontTools"):
        logging.getLogger(name).setLevel(logging.CRITICAL)  # it tells its own progress, and what a browser would hide
    return weasyprint


def _first_line(error: BaseException) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0][:120]
