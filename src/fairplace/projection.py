"""What a projection file may use: a fold from recorded events to one row per key.

- A projection has no clock, no database and no network; it never decides and never judges.
- A row is a function of the entries of its key and the openings in effect: when a text is disclosed or taken down,
  the row is folded again from nothing, so live and rebuilt rows are the same bytes.
- Bump `version` when the shape or the meaning of a row changes: that is what triggers a rebuild.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Generic, TypeVar

import msgspec

from fairplace.recorded import Recorded

__all__ = ["Projection", "Recorded"]

R = TypeVar("R", bound=msgspec.Struct)


class Projection(msgspec.Struct, Generic[R], frozen=True, kw_only=True):
    """A read model: what a reader can look up, named for what they hold in their hand.

    `keys` says which rows an event belongs to (with what is open of it in the public view); `empty` starts the row of
    a key; `fold` takes one step, in log order; `columns` names what lists and searches may filter and sort by.
    A row that is None is not shown to anybody.
    """

    name: str
    version: int
    keys: Callable[[Recorded], Iterable[str]]
    empty: Callable[[str], R]
    fold: Callable[[R, Recorded], R]
    columns: Callable[[R], Mapping[str, str | int | None]]
    row: type[R]
