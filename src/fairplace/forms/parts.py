"""A long form in parts, one on a page: what each part asks, how much of it is answered, and where a field stands.

- A part keeps only its own fields: what was written in the others stays as it was.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec

from fairplace.forms.fields import Field, Sent
from fairplace.forms.task import Task


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """One page of a form. `missing`: fields that must be answered and are not."""

    number: int
    title: str
    fields: tuple[Field, ...]
    answered: int
    missing: int

    @property
    def says(self) -> str:
        """How complete it is, in words."""
        if self.missing:
            return f"{self.missing} still to answer"
        return "Answered" if self.answered == len(self.fields) else f"{self.answered} of {len(self.fields)} answered"


def parts(task: Task, fields: Sequence[Field], sent: Sent) -> list[Part]:
    """The parts of a form in their order; fields of one page stand together, wherever they are."""
    pages: dict[str, list[Field]] = {}
    for field in fields:
        pages.setdefault(field.page or field.group or task.in_parts, []).append(field)
    return [
        Part(
            number=number,
            title=title,
            fields=tuple(them),
            answered=sum(one.is_filled(sent) for one in them),
            missing=sum(not one.may_be_left and not one.is_filled(sent) for one in them),
        )
        for number, (title, them) in enumerate(pages.items(), 1)
    ]


def merged(before: Mapping[str, Any], part: Iterable[Field], sent: Sent) -> dict[str, Any]:
    """What was written so far, with one part as it was sent now."""
    own = {name for field in part for name in field.names}
    return {name: value for name, value in before.items() if name not in own} | dict(sent)


def part_of(name: str, pages: Iterable[Part]) -> int | None:
    """The number of the part on which a field stands."""
    return next((one.number for one in pages if any(name == field.name for field in one.fields)), None)
