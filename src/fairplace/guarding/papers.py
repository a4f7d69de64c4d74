"""Looks through the words of a document that goes to others: what in it tells who a child is, where, and what to do.

- What is found is taken out of the document; nobody may state it away, as with a text of an entry.
- What could not be read is not taken for clean: somebody looks at it, and says so.
"""

from __future__ import annotations

from collections.abc import Collection

from fairplace.filing.passages import Looked, Words
from fairplace.guarding.never import found_in
from fairplace.terms import Day

MOST_SAID = 8
"""Findings that are said one by one; a document is mended once, and looked through again."""


def look(words: Words, names: Collection[str], on: Day) -> Looked:
    """Look through a document. `names`: those that the case knows; `on`: the day, from which a birthday is told."""
    found: dict[tuple[str, str], str] = {}
    for passage in words.passages:
        for one in found_in(passage.words, names, on):
            found.setdefault((one.kind, one.sentence), f"{passage.place}: {one.sentence} ({one.instead})")
    said = list(found.values())
    more = len(said) - MOST_SAID
    if more > 0:
        said = [*said[:MOST_SAID], f"and {more} more like these"]
    return Looked(found=tuple(said), unread=words.unread)
