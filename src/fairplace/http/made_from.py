"""What a page says it was made from, so that it can be checked later, even as a saved file (published format, section 16).

- Each step by its place in the log and its leaf hash; a leaf pins everything that the step sealed.
- The state of the log that was the newest then, with the first signature line, which is the log's own.
- It stands in an attribute: a script inside the page is dropped by some browsers when they save it.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec

from fairplace.http.published import Published
from fairplace.ledger.entry import parse

FORMAT = "fairplace/page/1"


def made_from(published: Published, page: str, steps: Iterable[tuple[int, str]]) -> str | None:
    """The text of the attribute `data-made-from`; None before anything is published, or for a page without steps."""
    note = published.checkpoint()
    found = sorted({index: leaf for index, leaf in steps if index >= 0}.items())
    if note is None or not found:
        return None
    text, lines = note.split(b"\n\n", 1)
    said: dict[str, Any] = {
        "checkpoint": (text + b"\n\n" + lines.split(b"\n", 1)[0] + b"\n").decode("utf-8"),
        "format": FORMAT,
        "page": page,
        "steps": found,
    }
    return msgspec.json.encode(said).decode("utf-8")


def of_rows(*rows: Any) -> list[tuple[int, str]]:
    """The newest step of each row, and every step of its trail."""
    return [
        (one.index, one.leaf)
        for row in rows
        for one in (row, *getattr(row, "trail", ()))
        if isinstance(one.index, int) and one.leaf
    ]


def of_places(published: Published, places: Iterable[int]) -> list[tuple[int, str]]:
    """Steps that a row names by their place alone."""
    size = published.size()
    return [(index, parse(published.entry(index)).leaf_text) for index in sorted(set(places)) if 0 <= index < size]
