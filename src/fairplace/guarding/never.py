"""What no entry of a log of placements may hold: who the child is, where they live, how to reach them.

- Looked for in every text and every code of a command, at the door, before anything is decided.
- A pattern misses names. So the child's name is asked for nowhere, and texts stay sealed all the same.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from datetime import timedelta
from functools import cache
from typing import Any

import msgspec
from msgspec import inspect

from fairplace.decision import Command
from fairplace.errors import Malformed, Refused
from fairplace.guarding.marks import Kind, find, plain_letters
from fairplace.terms import Day, as_date

INSTEAD: dict[Kind, str] = {
    "postcode": "name the authority, or the distance in miles",
    "birth": "give the age in months, where it is asked for",
    "age": "leave the name out; the age in months stands where it is asked for",
    "nhs-number": "leave it out; the case is known by its pseudonym",
    "upn": "leave it out; the case is known by its pseudonym",
    "telephone": "leave it out; messages go by the register",
    "e-mail": "leave it out; messages go by the register",
    "name": "write the provider, the home or the young person instead",
    "address": "name the authority, or the distance in miles",
}

_DAY = re.compile(
    r"(?<![\d/.-])(?:(?P<d>\d{1,2})[/.-](?P<m>\d{1,2})[/.-](?P<y>\d{4}|\d{2})|(?P<iso>\d{4}-\d\d-\d\d)|"
    r"(?P<dd>\d{1,2})(?:st|nd|rd|th)? (?P<month>Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*\.?,? (?P<yy>\d{4}))"
    r"(?![\d/.-])",
    re.IGNORECASE,
)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_OLDEST = timedelta(days=366 * 22)
_RECENT = timedelta(days=366)
"""A day in the last year may be that of a meeting; an older one is taken for a birthday."""


class Found(msgspec.Struct, frozen=True):
    """Something that may not stand there: which kind of thing, what it is, and what to write instead."""

    kind: Kind
    sentence: str
    instead: str


def found_in(text: str, names: Collection[str], on: Day, *, named: str = "") -> Iterator[Found]:
    """What in a text tells who a child is, or has one of the names: those of the case, or what `named` says of them."""
    text = plain_letters(text)
    marks = find(text, _near(text, names))
    for mark in marks:
        said = f"“{mark.words}” {named}" if named and mark.kind == "name" else mark.sentence
        yield Found(mark.kind, said, INSTEAD[mark.kind])
    for words in _birthdays(text, on):
        if any(mark.kind == "birth" and " ".join(words.split()) in mark.words for mark in marks):
            continue  # it is told already
        yield Found("birth", f"“{words}” may be a date of birth", "write the month and the year, or the age")


def check(command: Command, names: Collection[str], on: Day, *, named: str = "") -> None:
    """Raises Refused for a command that holds what may never be recorded. `names`: those that the case knows, or as `named`
    says.
    """
    for place, text in strings(command):
        for one in found_in(text, names, on, named=named):
            raise Refused(f"{place}: {one.sentence}; no entry may hold that: {one.instead}", code=f"never-{one.kind}")


def strings(command: Command) -> Iterator[tuple[str, str]]:
    """Every string that somebody wrote, with its member; what can only be a moment, a day or one of a few words is not."""
    kind = _shape(type(command))
    for field in kind.fields:
        if field.name not in _ENVELOPE:
            yield from _strings(getattr(command, field.name), field.type, field.encode_name)


_ENVELOPE = frozenset({"as_", "second", "case", "evidence", "happened_at"})


@cache
def _shape(kind: type[Command]) -> inspect.StructType:
    found = inspect.type_info(kind)
    assert isinstance(found, inspect.StructType)
    return found


def _strings(value: Any, kind: inspect.Type, place: str) -> Iterator[tuple[str, str]]:
    match kind:
        case inspect.Metadata(type=inner):
            yield from _strings(value, inner, place)
        case inspect.UnionType(types=types) if value is not None:
            for one in types:
                if _fits(value, one):
                    yield from _strings(value, one, place)
        case inspect.StrType(pattern=None):
            yield place, value
        case inspect.StructType(fields=fields):
            for field in fields:
                yield from _strings(getattr(value, field.name), field.type, f"{place}.{field.encode_name}")
        case inspect.ListType(item_type=item):
            for one in value:
                yield from _strings(one, item, place)
        case inspect.DictType(key_type=key, value_type=item):
            for name, one in value.items():
                yield from _strings(name, key, place)
                yield from _strings(one, item, f"{place}.{name}")
        case _:
            pass


def _fits(value: Any, kind: inspect.Type) -> bool:
    match kind:
        case inspect.Metadata(type=inner):
            return _fits(value, inner)
        case inspect.StrType():
            return isinstance(value, str)
        case inspect.StructType(cls=cls):
            return isinstance(value, cls)
        case inspect.ListType():
            return isinstance(value, list)
        case inspect.DictType():
            return isinstance(value, dict)
        case _:
            return False


def _near(text: str, names: Collection[str]) -> list[str]:
    """The names of which the first word stands in the text: the others need no closer look."""
    small = text.casefold()
    return [name for name in map(plain_letters, names) if name.split() and name.split()[0].casefold() in small]


def _birthdays(text: str, on: Day) -> Iterator[str]:
    today = as_date(on)
    for found in _DAY.finditer(text):
        try:
            day = as_date(found["iso"] or _spelt(found))
        except (Malformed, ValueError):
            continue
        if _RECENT < today - day < _OLDEST:
            yield found[0]


def _spelt(found: re.Match[str]) -> str:
    if found["month"]:
        return f"{found['yy']}-{_MONTHS.index(found['month'].lower()) + 1:02d}-{int(found['dd']):02d}"
    year = found["y"] if len(found["y"]) == 4 else f"20{found['y']}"
    return f"{year}-{int(found['m']):02d}-{int(found['d']):02d}"
