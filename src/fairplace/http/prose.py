"""The little Markdown that pages about rules and how-to pages are written in: headings, paragraphs, lists, tables, and
blocks kept as they are.

Nothing here makes markup: blocks go to a template, which escapes them. Pictures are left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal

import msgspec

_LINK = re.compile(r"\[([^\]]+)\]\([^)]*\)")
_MARKS = re.compile(r"\*\*|`|(?<!\w)_|_(?!\w)")
_EMPHASIS = re.compile(r"(?<![\w*])\*([^*\n]+)\*(?![\w*])")
CELL = "\x1f"
_ITEM = re.compile(r"\s*(?:[-*]|\d+\.)\s+")


class Block(msgspec.Struct, frozen=True):
    """A paragraph (one line), a list or steps in their order (its items), a table, or text kept as it is (its lines).

    A table's lines are its rows, cells apart by `CELL`; the first is its head.
    """

    kind: Literal["text", "list", "steps", "table", "kept"]
    lines: list[str]


class Section(msgspec.Struct, frozen=True):
    """What stands under one heading."""

    heading: str
    blocks: list[Block]


def sections(source: str) -> list[Section]:
    """The parts of a page under its second-level headings; what stands before the first is under no heading."""
    found: list[Section] = []
    for part in re.split(r"^##\s+", f"\n{source}", flags=re.MULTILINE):
        heading, _, body = part.partition("\n")
        blocks = list(_blocks(re.sub(r"^#.*\n?", "", body, flags=re.MULTILINE)))
        if heading.strip() or blocks:
            found.append(Section(plain(heading.strip()), blocks))
    return found


def plain(text: str) -> str:
    """Text without marks of emphasis, code and links."""
    return _MARKS.sub("", _EMPHASIS.sub(r"\1", _LINK.sub(r"\1", text)))


def _blocks(body: str) -> Iterator[Block]:
    pieces = re.split(r"^```[^\n]*\n(.*?)^```\s*$", body, flags=re.MULTILINE | re.DOTALL)
    for at, piece in enumerate(pieces):
        if at % 2:
            yield Block("kept", [piece.rstrip("\n")])
            continue
        for block in re.split(r"\n\s*\n", piece):
            if block.strip() and not block.lstrip().startswith("!["):
                yield _block(block.strip("\n").split("\n"))


def _block(lines: list[str]) -> Block:
    if lines[0].startswith("|"):
        return _table(lines)
    if not _ITEM.match(lines[0]):
        return Block("text", [plain(" ".join(line.strip() for line in lines))])
    items: list[str] = []
    for line in lines:
        if _ITEM.match(line):
            items.append(_ITEM.sub("", line, count=1))
        else:
            items[-1] += " " + line.strip()
    return Block("steps" if lines[0].lstrip()[0].isdigit() else "list", [plain(item) for item in items])


def _table(lines: list[str]) -> Block:
    rows = [[plain(cell.strip()) for cell in line.strip().strip("|").split("|")] for line in lines]
    return Block("table", [CELL.join(row) for row in rows if not all(set(cell) <= set("-: ") for cell in row)])
