"""A stretch of a document's words with its place, what could not be read, and what came of looking through them."""

from __future__ import annotations

from collections.abc import Callable

import msgspec


class Passage(msgspec.Struct, frozen=True, kw_only=True):
    """Words that stand together. `place` is where a reader finds them: “page 2”, “sheet Costs, row 4”."""

    place: str
    words: str


LEAST_SIDE, LEAST_LENGTH = 8, 40
"""Pixels: what is lower or narrower, or short both ways, is a line, a dot or a bullet, and holds no words."""


def may_hold_words(width: float, height: float) -> bool:
    """Could somebody read words in a picture of this size? One line of them is long and not high."""
    return min(width, height) >= LEAST_SIDE and max(width, height) >= LEAST_LENGTH


class Unread(msgspec.Struct, frozen=True, kw_only=True):
    """Something that was not read, named so that somebody can look at it: “a picture on page 3”."""

    what: str


class Words(msgspec.Struct, frozen=True, kw_only=True):
    """What was read of a document. `unread` says in words what was not."""

    passages: tuple[Passage, ...]
    unread: tuple[str, ...]


class Looked(msgspec.Struct, frozen=True, kw_only=True):
    """What came of looking through a document: what was `found`, as sentences with their places, and what was not read.

    `doubtful` is what may be found and need not: somebody looks at it, as at what was not read.
    """

    found: tuple[str, ...] = ()
    doubtful: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()

    @property
    def refusal(self) -> str:
        """Why the document cannot go out as it is; empty when nothing was found."""
        if not self.found:
            return ""
        return f"{'; '.join(self.found)}. Take that out of your document and put it in again; then it can be sent"


Look = Callable[[bytes, str], Looked]
"""Looks through a file of a media type."""
