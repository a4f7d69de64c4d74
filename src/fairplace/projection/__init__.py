"""What a projection file may use: a fold from recorded events to one row per key.

- A projection has no clock, no database and no network; it never decides and never judges.
- A row is a function of the entries of its key and the openings in effect: when a text is disclosed or taken down,
  the row is folded again from nothing, so live and rebuilt rows are the same bytes.
- A row is built member by member from what the public view has open: no projection copies an event.
- Cases that concern one person never come here: `replay` holds back all their events.
- A release or a take-down goes to its own case's row and to every row that has an entry that it names.
- Bump `version` when the shape or the meaning of a row changes: that is what triggers a rebuild.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Generic, TypeVar

import msgspec

from fairplace.checks import Check, Run, merged, with_run
from fairplace.recorded import Recorded
from fairplace.trail import TrailItem, Withheld, collapsed, taken_down, trail_item

__all__ = [
    "Check",
    "Citation",
    "Projection",
    "Recorded",
    "Run",
    "TrailItem",
    "Withheld",
    "collapsed",
    "merged",
    "taken_down",
    "trail_item",
    "with_run",
]

R = TypeVar("R", bound=msgspec.Struct)


class Citation(msgspec.Struct, frozen=True):
    """How a case is cited: `FP-NCC [2026] 142` is the 142nd case that this log began in 2026.

    Cases without a page are counted too, so that a citation never changes.
    """

    code: str
    year: int
    number: int

    def __str__(self) -> str:
        return f"FP-{self.code} [{self.year}] {self.number}"


class Projection(msgspec.Struct, Generic[R], frozen=True, kw_only=True):
    """A read model: what a reader can look up, named for what they hold in their hand.

    `keys` says which rows an event belongs to (with what is open of it in the public view); `empty` starts the row of
    a key, with the citation of the case whose event starts it; `fold` takes one step, in log order; `columns` names
    what lists may filter and sort by. The column `words` is not a value but a text: its words can be searched.
    """

    name: str
    version: int
    keys: Callable[[Recorded], Iterable[str]]
    empty: Callable[[str, Citation | None], R]
    fold: Callable[[R, Recorded], R]
    columns: Callable[[R], Mapping[str, str | int | None]]
    row: type[R]
