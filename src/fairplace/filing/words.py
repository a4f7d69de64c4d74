"""The words of a document, with where each stands, so that they can be looked through; and what of it was not read.

- Only what is written as text is read: a picture of words is none, and is said to be unread.
- Everything is bounded: pages, cells and letters. What lies past a bound is said to be unread, never taken for empty.
- Letters are made plain before anybody looks: full-width digits, soft hyphens and long dashes hide nothing.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator

from fairplace.errors import Malformed
from fairplace.filing import kinds, mail, office_words, pdf_words
from fairplace.filing.passages import Passage, Unread, Words
from fairplace.guarding.marks import plain_letters

MOST_LETTERS = 2_000_000
"""Letters of one document that are looked at."""
MOST_UNREAD = 12
"""Sentences about what was not read; the rest is counted."""


def words_of(data: bytes, media: str) -> Words:
    """The words of a file that `kinds.media_of` has told the kind of. What cannot be read is said, and never raised."""
    passages: list[Passage] = []
    unread: dict[str, None] = {}
    left = MOST_LETTERS
    try:
        for one in _read(data, media):
            match one:
                case Unread(what=what):
                    unread[what] = None
                case Passage(place=place, words=words):
                    plain = plainly(words[:left])
                    if (cut := plain[:left]).strip():
                        passages.append(Passage(place=place, words=cut))
                    left -= max(len(words), len(plain))  # one letter can stand for many
            if left < 0:
                unread[f"what comes after the first {MOST_LETTERS:,} letters"] = None
                break
    except (Malformed, *kinds.DAMAGE):
        unread["it is damaged, and not all of it could be read"] = None
    if not passages and not unread:
        unread["no words were found in it"] = None
    return Words(passages=tuple(passages), unread=_few(list(unread)))


def plainly(words: str) -> str:
    """In plain letters, without signs that steer a printer; what is s p a c e d is put together."""
    kept = "".join(one for one in plain_letters(words) if one in "\n\t" or unicodedata.category(one) != "Cc")
    return _GAPS.sub(" ", _SPACED.sub(lambda found: found[0].replace(" ", ""), kept))


_SPACED = re.compile(r"(?<!\S)\S(?: \S){2,}(?!\S)")
_GAPS = re.compile(r" {2,}")


def _few(unread: list[str]) -> tuple[str, ...]:
    more = len(unread) - MOST_UNREAD
    return (*unread[:MOST_UNREAD], f"{more} more of the kind") if more > 0 else tuple(unread)


def _read(data: bytes, media: str) -> Iterable[Passage | Unread]:
    match media:
        case kinds.PDF:
            return pdf_words.passages(data)
        case kinds.DOCX | kinds.XLSX | kinds.ODT:
            return office_words.passages(data, media)
        case kinds.CSV | kinds.TEXT:
            return _lines(data.decode("utf-8-sig", "replace"))
        case kinds.MAIL:
            return _mail(data)
        case kinds.PNG | kinds.JPEG:
            return (Unread(what="it is a picture, and pictures are not read"),)
        case _:
            return (Unread(what="it is of a kind that is not read"),)


def _lines(text: str) -> Iterator[Passage]:
    for number, line in enumerate(text.splitlines(), 1):
        if line.strip():
            yield Passage(place=f"line {number}", words=line)


def _mail(data: bytes) -> Iterator[Passage | Unread]:
    written = mail.everything(data)
    for place, line in written.lines:
        if line.strip():
            yield Passage(place=place, words=line)
    if written.cut:
        yield Unread(what=f"what comes after the first {mail.MOST_MARKUP:,} letters of the formatted text")
    for one in mail.read(data).attached:
        yield Passage(place="the name of what is attached", words=one.name)
        yield Unread(what=f"what is attached: {one.name}")
