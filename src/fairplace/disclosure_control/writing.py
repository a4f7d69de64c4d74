"""A release as JSON and as CSV: the same cells as on the page, none more; and read again from its JSON."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

from fairplace import spreadsheet
from fairplace.disclosure_control.released import SYMBOLS, Release, Shown
from fairplace.errors import Malformed

FORMAT = "fairplace-release/1"
HEAD = (
    "Table", "Region", "From", "To", "Level", "Place", "Name", "Counted with", "Rounded to", "Label", "Words",
    "Count", "Count symbol", "Measure", "Value", "Value symbol", "Unit", "Beside", "Beside symbol", "Release", "Rules",
)  # fmt: skip


def as_json(release: Release) -> bytes:
    """One object, keys in order, numbers as whole numbers beside how many decimals they have; the same bytes each time.

    These are the bytes to sign (R13). A withdrawn release is its tombstone and nothing else.
    """
    shown: dict[str, Any] = {"format": FORMAT, "symbols": SYMBOLS}
    if release.withdrawn is not None:
        kept = {name: getattr(release, name) for name in ("number", "plan", "until", "rules", "withdrawn")}
        return msgspec.json.encode(shown | kept, order="sorted") + b"\n"
    whole = msgspec.to_builtins(release)
    whole.pop("withdrawn")
    return msgspec.json.encode(shown | whole, order="sorted") + b"\n"


def from_json(data: bytes) -> Release:
    """The release that `as_json` wrote, to be compared with later ones. Raises Malformed for anything else.

    A tombstone has no numbers left: keep what was published, and its tombstone beside it.
    """
    try:
        said = msgspec.json.decode(data)
        if not isinstance(said, dict) or said.get("format") != FORMAT:
            raise Malformed(f"this is no release of the format {FORMAT}")
        return msgspec.convert(said, Release)
    except msgspec.MsgspecError as error:
        raise Malformed(f"this is no release as it was published: {error}") from error
    except (UnicodeDecodeError, RecursionError) as error:
        raise Malformed("this is no release as it was published: it is not JSON in UTF-8") from error


def as_csv(release: Release) -> bytes:
    """RFC 4180, one line for each cell, in UTF-8 with the mark by which a spreadsheet knows it."""
    lines = (
        [HEAD, *_lines(release)]
        if release.withdrawn is None
        else [
            ("Release", "Withdrawn", "Why", "Rules"),
            (str(release.number), release.withdrawn.day, release.withdrawn.why, release.rules),
        ]
    )
    return spreadsheet.written(lines)


def _lines(release: Release) -> Iterator[tuple[str, ...]]:
    for table in release.tables:
        for stretch in table.stretches:
            for row in stretch.rows:
                for cell in row.cells:
                    value, beside = cell.value or Shown(), cell.beside or Shown()
                    yield (
                        table.name, stretch.region, stretch.span.first, stretch.span.last, row.level, row.place, row.name,
                        row.counted_with or "", str(row.rounded_to), cell.label, table.labels[cell.label],
                        _plain(cell.count), cell.count.symbol,
                        table.measure, _plain(value), value.symbol, table.unit, _plain(beside), beside.symbol,
                        str(release.number), release.rules,
                    )  # fmt: skip


def _plain(shown: Shown) -> str:
    """A number without separators of thousands, for machines."""
    return "" if shown.number is None else str(shown).replace(",", "")
