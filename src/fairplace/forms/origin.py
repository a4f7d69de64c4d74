"""Where a value of a draft came from, when nobody typed it: kept beside the draft, and shown until somebody changes it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

KEPT = "@from"
"""The member of a draft that remembers it; no field of a form begins with this sign."""

Values = Sequence[str]


class Filled(msgspec.Struct, frozen=True, kw_only=True):
    """A draft with values filled in; how many were, and how many stayed as somebody had written them."""

    written: dict[str, Any]
    filled: int
    left: int


def fill(written: Mapping[str, Any], values: Mapping[str, tuple[Values, str]]) -> Filled:
    """Fill in values by field, each with a word on where it is from. What somebody wrote themselves stays."""
    made, origins = dict(written), dict(written.get(KEPT, {}))
    filled = left = 0
    for name, (value, source) in values.items():
        there = list(written.get(name, []))
        if any(there) and there != list(value) and not _untouched(written, name):
            left += 1
            continue
        made[name] = list(value)
        origins[name] = [source, list(value)]
        filled += 1
    return Filled(written={**made, KEPT: origins}, filled=filled, left=left)


def without(written: Mapping[str, Any], source: str) -> dict[str, Any]:
    """A draft without what came from such a source and nobody has touched: another takes its place whole."""
    gone = {name for name, said in sources(written).items() if said.startswith(source)}
    origins = {name: one for name, one in written.get(KEPT, {}).items() if name not in gone}
    return {**{name: value for name, value in written.items() if name not in gone}, KEPT: origins}


def carried(written: Mapping[str, Any] | None) -> dict[str, Any]:
    """What a draft keeps of itself when its form is sent again."""
    return {name: value for name, value in (written or {}).items() if name.startswith("@")}


def sources(written: Mapping[str, Any]) -> dict[str, str]:
    """Where each value is from that still stands as it was filled in."""
    return {name: source for name, (source, _) in written.get(KEPT, {}).items() if _untouched(written, name)}


def _untouched(written: Mapping[str, Any], name: str) -> bool:
    kept = written.get(KEPT, {}).get(name)
    return kept is not None and [_plain(one) for one in written.get(name, [])] == [_plain(one) for one in kept[1]]


def _plain(text: str) -> str:
    """A browser sends line ends and white space in its own way."""
    return text.replace("\r\n", "\n").strip()
