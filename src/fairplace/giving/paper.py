"""A paper as parts in their order: whoever prints it as a page, as a Word file or as plain text prints the same words."""

from __future__ import annotations

import textwrap
from typing import ClassVar, Literal

import msgspec

Row = tuple[str, ...]


class Heading(msgspec.Struct, frozen=True):
    """A heading; the title of the paper is level 1."""

    kind: ClassVar[str] = "heading"
    words: str
    level: Literal[1, 2, 3] = 2


class Words(msgspec.Struct, frozen=True):
    """A paragraph. Line ends in it are kept."""

    kind: ClassVar[str] = "words"
    words: str


class Table(msgspec.Struct, frozen=True):
    """A small table: its caption, the headings of its columns, its rows. `numbers`: columns that hold numbers."""

    kind: ClassVar[str] = "table"
    caption: str
    columns: Row
    rows: tuple[Row, ...]
    numbers: frozenset[int] = frozenset()


class Exact(msgspec.Struct, frozen=True):
    """Lines whose every character counts, such as a checkpoint on paper."""

    kind: ClassVar[str] = "exact"
    lines: tuple[str, ...]


Part = Heading | Words | Table | Exact
Parts = tuple[Part, ...]

WIDTH = 78
"""Characters of a line of plain text."""


def text(parts: Parts) -> str:
    """The paper as plain text: for an e-mail, or a field of another system."""
    return "\n\n".join("\n".join(_lines(part)) for part in parts) + "\n"


def _lines(part: Part) -> list[str]:
    match part:
        case Heading(words=words, level=level):
            return [words, "=" * min(len(words), WIDTH)] if level == 1 else [words, "-" * min(len(words), WIDTH)]
        case Words(words=words):
            return [line for one in words.split("\n") for line in textwrap.wrap(one, WIDTH) or [""]]
        case Exact(lines=lines):
            return list(lines)
        case Table(caption=caption, columns=columns, rows=rows):
            told = ["; ".join(f"{name}: {value}" for name, value in zip(columns, row, strict=True)) for row in rows]
            return [f"{caption}:", *(line for one in told for line in textwrap.wrap(f"- {one}", WIDTH))]
