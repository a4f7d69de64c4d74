"""A long form on several pages: a list of its parts that says how complete it is, and one page for each part.

- Each part is kept when it is left; what is wrong with it is said there. The whole is checked before it is signed.
- Whoever wants all on one page has it under `?part=all`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from fairplace.forms.fields import Fault, Field, read_all
from fairplace.forms.parts import Part, merged, parts
from fairplace.forms.task import Task

ALL = "all"
LIST = "list"
"""The page that lists the parts, and from which the whole is signed."""


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """Which page of the form: all of it, the list of its parts, or one of them."""

    pages: tuple[Part, ...] = ()
    part: Part | None = None

    @property
    def is_list(self) -> bool:
        return bool(self.pages) and self.part is None

    @property
    def next(self) -> Part | None:
        """The part after this one; null after the last."""
        return next((one for one in self.pages if self.part is not None and one.number > self.part.number), None)


def place(task: Task, fields: Sequence[Field], sent: Mapping[str, Sequence[str]], asked: str) -> Place:
    """The page that was asked for. What is no page of the form is the list of its parts."""
    if not task.in_parts or asked == ALL:
        return Place()
    pages = tuple(parts(task, fields, sent))
    return Place(pages=pages, part=next((one for one in pages if str(one.number) == asked), None))


def together(at: Place, before: Mapping[str, Any], sent: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    """The whole draft, once one page of it was sent."""
    return merged(before, at.part.fields if at.part is not None else (), sent)


def faults(at: Place, sent: Mapping[str, Sequence[str]]) -> tuple[Fault, ...]:
    """What is wrong with the page that was sent."""
    return tuple(read_all(at.part.fields, sent)[1]) if at.part is not None else ()
