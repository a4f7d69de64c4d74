"""Forms with rows: as many as were written, and room for a few more. Nothing that stands already is left out of a form."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from fairplace.forms.fields import Field
from fairplace.forms.task import File

MOST = 60
"""Rows of one form; more than any notice that was seen."""


def rows(file: File, letter: str, *, least: int, spare: int) -> range:
    """The rows of a form whose fields are named by a letter and the number of their row, as `c3-title`."""
    return typed_rows(file.typed, letter, least=least, spare=spare)


def typed_rows(typed: Mapping[str, Sequence[str]], letter: str, *, least: int, spare: int, most: int = MOST) -> range:
    """The same for what was typed into a form that is of no case."""
    named = re.compile(rf"{letter}([0-9]{{1,2}})-.+")
    written = [
        int(found[1]) for name, values in typed.items() if any(values) and (found := named.fullmatch(name)) is not None
    ]
    return range(min(most, max(least, max(written, default=-1) + 1 + spare)))


def after_first(letter: str, row: int) -> str:
    """The row that a field belongs to: the first is always asked, a further one as a whole or not at all."""
    return f"{letter}{row}" if row else ""


EMPTY = "A row in which nothing is written does not count, whatever is chosen in it"


def full(fields: Sequence[Field], most: int = MOST) -> int:
    """How many rows there can be, once a form has them all; 0 while there is room for more."""
    numbers = [int(found[0]) for one in fields if one.row and (found := re.search(r"[0-9]+\Z", one.row))]
    return most if max(numbers, default=-1) + 1 >= most else 0
