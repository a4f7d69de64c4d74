"""A value of an event as people can read it."""

from __future__ import annotations

from typing import Any

from fairplace.publish.wording import Wording


def said(value: Any) -> list[str]:
    """A value as people can read it, line by line; none for an empty one."""
    if value in (None, "", [], {}):
        return []
    if isinstance(value, dict):
        found = {name: said(item) for name, item in value.items()}
        return [f"{name.replace('_', ' ')}: {'; '.join(lines)}" for name, lines in found.items() if lines]
    if isinstance(value, list):
        return ["; ".join(said(item)) for item in value]
    if isinstance(value, bool):
        return ["yes" if value else "no"]
    return [str(value)]


def in_words(value: Any, name: str, words: Wording) -> list[str]:
    """The same, with every code, amount and day as on papers; `name` is the member that it stands in."""
    if not (lines := said(value)):
        return []
    node = words.node(value, name)
    match node.kind:
        case "text":
            return [node.text] if node.text else lines
        case "pairs":
            return [f"{part}: {words.line(one)}" for part, one in node.pairs]
        case "items":
            return [words.line(one) for one in node.items]
        case "table":
            return [
                "; ".join(f"{part}: {cell}" for part, cell in zip(node.head, row, strict=True)) for row in node.rows
            ]
