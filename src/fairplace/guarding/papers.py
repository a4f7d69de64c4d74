"""Looks through the words of a document that goes to others: what in it tells who a child is, where, and what to do.

- What is found in a document of a search is taken out of it; nobody may state it away, as with a text of an entry.
- A tender pack or a contract is about no child, and can hold a day or a number that looks like one: somebody looks at it.
- What could not be read is not taken for clean: somebody looks at it, and says so.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

from fairplace.filing.passages import Looked, Words
from fairplace.guarding.marks import Kind, find
from fairplace.guarding.never import found_in
from fairplace.terms import Day

MOST_SAID = 8
"""Findings that are said one by one; a document is mended once, and looked through again."""


OF_A_PERSON: frozenset[Kind] = frozenset({"age", "birth", "name", "nhs-number", "upn"})
"""What in a document for everybody is somebody's own. Telephone numbers and addresses of an authority stand in each."""


def look(words: Words, names: Collection[str], on: Day) -> Looked:
    """Look through a document. `names`: those that the case knows; `on`: the day, from which a birthday is told."""
    found: dict[tuple[str, str], str] = {}
    for passage in words.passages:
        for one in found_in(passage.words, names, on):
            found.setdefault((one.kind, one.sentence), f"{passage.place}: {one.sentence} ({one.instead})")
    return Looked(found=_said(found.values()), unread=words.unread)


def look_before_all_read(words: Words, names: Collection[str]) -> Looked:
    """Look through a document that everybody is to read. `names`: those that the case is looked through for."""
    found = {
        (mark.kind, mark.words): f"{passage.place}: {mark.sentence}"
        for passage in words.passages
        for mark in find(passage.words, names)
        if mark.kind in OF_A_PERSON
    }
    return Looked(doubtful=_said(found.values()), unread=words.unread)


def _said(sentences: Iterable[str]) -> tuple[str, ...]:
    said = list(sentences)
    more = len(said) - MOST_SAID
    return (*said[:MOST_SAID], f"and {more} more like these") if more > 0 else tuple(said)
