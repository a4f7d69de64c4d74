"""Looks through the file of a referral before it goes to those who are asked, whichever way it was named."""

from __future__ import annotations

from collections.abc import Callable

from fairplace.decision import History
from fairplace.documents import Documents
from fairplace.errors import Malformed, Refused
from fairplace.filing import kinds
from fairplace.filing.passages import Look
from fairplace.filing.words import words_of
from fairplace.guarding.papers import look
from fairplace.referral.state import names_of
from fairplace.terms import Document, Instant, day, london_day


def look_for(history: History, at: Instant) -> Look:
    """How a document of this search is looked through, with the names that it knows."""
    names, on = names_of(history), day(london_day(at))
    return lambda data, media: look(words_of(data, media), names, on)


def before_it_goes(documents: Documents) -> Callable[[Document, History, Instant], None]:
    """Raises Refused for a document that tells who a child is. What is not kept here cannot be looked through."""

    def through(document: Document, history: History, at: Instant) -> None:
        if documents.is_here(document.sha256):
            data = documents.get(document.sha256)
            looked = look_for(history, at)(data, _media(data, document.media))
            if looked.found:
                raise Refused(
                    f"the referral itself would tell who the child is. {looked.refusal}", code="never-document"
                )

    return through


def _media(data: bytes, said: str) -> str:
    """What the bytes are; what somebody said that they are, only where that is nothing known."""
    try:
        return kinds.media_of(data)
    except Malformed:
        return said
