"""The kinds of field that a form has: how each is read from what was sent, and what it says when it cannot be.

- A field's name is its member in the command; a dot goes into a member: `provider.id`.
- What was sent is never lost: it is shown again beside what is wrong with it.
- Times are Europe/London's, as people write them; the command gets UTC.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import date, datetime
from typing import Any, Literal

import msgspec

from fairplace.terms import LONDON, YEARS, instant

Kind = Literal["line", "words", "lines", "choice", "several", "yes", "money", "number", "decimal", "day", "moment"]

Sent = Mapping[str, Sequence[str]]
"""What a form sent: the values of each field."""

MOST_WORDS = 20_000
"""Characters of one text: an entry has room for no more."""

_MONEY = re.compile(r"£?\s*([0-9]{1,3}(?:,[0-9]{3})+|[0-9]{1,13})(?:\.([0-9]{2}))?")
_NUMBER = re.compile(r"-?[0-9]{1,15}")
_DECIMAL = re.compile(r"([0-9]{1,6})(?:\.([0-9]{1,2}))?\s*%?")
_OF_DAY = ("day", "month", "year", "time")
_CLOCK = re.compile(r"([0-9]{1,2})[:.]([0-9]{2})\s*(am|pm)?", re.IGNORECASE)


class Wrong(ValueError):
    """What came cannot be read; the sentence says what to write."""


class Option(msgspec.Struct, frozen=True):
    """One of the answers to choose from."""

    value: str
    label: str
    hint: str = ""


class Field(msgspec.Struct, frozen=True, kw_only=True):
    """One thing to fill in. `public`: everybody sees it once it is signed; otherwise it is sealed."""

    name: str
    label: str
    kind: Kind
    hint: str = ""
    options: tuple[Option, ...] = ()
    optional: bool = False
    public: bool = False
    group: str = ""  # a heading that several fields share
    page: str = ""  # the part of a long form on which it stands, where several headings share one
    path: tuple[str, ...] = ()  # where it goes in the command, when its name does not say
    check: Callable[[Any], str] = lambda _: ""  # what is wrong with a value that could be read, in a sentence
    into: Callable[[Any], Any] = lambda value: value  # how a value that is good stands in the command
    theirs: bool = False  # the writer's own address: nobody looks in it for what may tell of a child
    row: str = ""  # of one row all that is not optional is filled in, or nothing at all
    beside: bool = False  # alone it begins no row: a radio that was chosen once cannot be emptied

    @property
    def may_be_left(self) -> bool:
        """May it be left empty, as far as it is asked alone?"""
        return self.optional or bool(self.row)

    @property
    def names(self) -> list[str]:
        """What it is sent as: a day comes in parts."""
        return [f"{self.name}-{part}" for part in _OF_DAY] if self.kind in ("day", "moment") else [self.name]

    def is_filled(self, sent: Sent) -> bool:
        """Was anything written, right or wrong?"""
        return any(value.strip() for name in self.names for value in sent.get(name, ()))

    def read(self, sent: Sent, begun: AbstractSet[str] = frozenset()) -> Any:
        """The value for the command; None when nothing was filled in. `begun`: the rows that hold something. Raises Wrong."""
        value = _READERS[self.kind](self, sent)
        if value in (None, [], "") and not self.optional and (not self.row or self.row in begun):
            raise Wrong(_missing(self))
        if value not in (None, [], "") and (wrong := self.check(value)):
            raise Wrong(wrong)
        return None if value == "" else value if value in (None, []) else self.into(value)


def _one(field: Field, sent: Sent) -> str:
    return next(iter(sent.get(field.name, ())), "").strip()


def _line(field: Field, sent: Sent) -> str:
    return " ".join(_words(field, sent).split())


def _words(field: Field, sent: Sent) -> str:
    value = _one(field, sent)
    if len(value) > MOST_WORDS:
        raise Wrong(f"Shorten this to {MOST_WORDS:,} characters; it has {len(value):,}. Attach what is longer")
    return value


def _lines(field: Field, sent: Sent) -> list[str]:
    return [line.strip() for line in _words(field, sent).splitlines() if line.strip()]


def _choice(field: Field, sent: Sent) -> str | None:
    value = _one(field, sent)
    if value and value not in {option.value for option in field.options}:
        raise Wrong("Choose one of the answers")
    return value or None


def _several(field: Field, sent: Sent) -> list[str]:
    values = [value for value in sent.get(field.name, ()) if value]
    known = [option.value for option in field.options]
    if set(values) - set(known):
        raise Wrong("Choose from the answers")
    return [value for value in known if value in values]


def _yes(field: Field, sent: Sent) -> bool | None:
    return {"yes": True, "no": False}.get(_one(field, sent))


def _money(field: Field, sent: Sent) -> int | None:
    value = _one(field, sent)
    if not value:
        return None
    if not (found := _MONEY.fullmatch(value)):
        raise Wrong("Write an amount in pounds, like 1,250.00")
    return int(found[1].replace(",", "")) * 100 + int(found[2] or 0)


def _number(field: Field, sent: Sent) -> int | None:
    value = _one(field, sent)
    if not value:
        return None
    if not _NUMBER.fullmatch(value):
        raise Wrong("Write a whole number")
    return int(value)


def _decimal(field: Field, sent: Sent) -> int | None:
    """In hundredths: `1.5` is 150."""
    value = _one(field, sent)
    if not value:
        return None
    if not (found := _DECIMAL.fullmatch(value)):
        raise Wrong("Write a number with at most two places after the point, like 12.5")
    return int(found[1]) * 100 + int((found[2] or "").ljust(2, "0"))


def _day(field: Field, sent: Sent) -> str | None:
    found = _date(field.name, sent)
    return None if found is None else found.isoformat()


def _date(name: str, sent: Sent) -> date | None:
    parts = [next(iter(sent.get(f"{name}-{part}", ())), "").strip() for part in ("year", "month", "day")]
    if not any(parts):
        return None
    try:
        found = date(*(int(part) for part in parts))
    except (ValueError, OverflowError) as error:
        raise Wrong("Write a day of the calendar, like 27 3 2026") from error
    if found.year not in YEARS:
        raise Wrong(f"Write a year from {YEARS[0]} to {YEARS[-1]}")
    return found


def _moment(field: Field, sent: Sent) -> str | None:
    day = _date(field.name, sent)
    clock = next(iter(sent.get(f"{field.name}-time", ())), "").strip()
    if day is None and not clock:
        return None
    found = _CLOCK.fullmatch(clock)
    if day is None or found is None:
        raise Wrong("Write a day and a time, like 27 3 2026 and 12:00")
    hour, minute = int(found[1]), int(found[2])
    if found[3]:
        hour = hour % 12 + (12 if found[3].lower() == "pm" else 0)
    if not (hour < 24 and minute < 60):
        raise Wrong("Write a time of the day, like 09:30 or 2:15pm")
    local = datetime(day.year, day.month, day.day, hour, minute, tzinfo=LONDON)
    if not _exists(local):
        raise Wrong("This time does not exist: the clocks go forward that night. Write a later one")
    return instant(local)


def _exists(local: datetime) -> bool:
    """Is there such a time in London, on the night in March when an hour is left out?"""
    there_and_back = datetime.fromtimestamp(local.timestamp(), LONDON)
    return (there_and_back.hour, there_and_back.minute) == (local.hour, local.minute)


_READERS: dict[Kind, Callable[[Field, Sent], Any]] = {
    "line": _line,
    "words": _words,
    "lines": _lines,
    "choice": _choice,
    "several": _several,
    "yes": _yes,
    "money": _money,
    "number": _number,
    "decimal": _decimal,
    "day": _day,
    "moment": _moment,
}

_MISSING: dict[Kind, str] = {
    "choice": "Choose",
    "several": "Choose",
    "yes": "Answer yes or no:",
    "number": "Write a number:",
    "day": "Write the day:",
    "moment": "Write the day and time:",
}


def _missing(field: Field) -> str:
    """What to do with a field that was left empty; a question is answered, anything else is chosen or written."""
    asked = "Answer:" if field.label.endswith("?") and field.kind != "yes" else _MISSING.get(field.kind, "Write")
    return f"{asked} {_lowered(field.label)}"


def _lowered(label: str) -> str:
    """A label within a sentence; one that begins with an abbreviation keeps it."""
    return label if label[1:2].isupper() else label[:1].lower() + label[1:]


def differing(fields: Sequence[Field], mine: Sent, theirs: Sent) -> list[tuple[Field, str]]:
    """The fields in which another writing of the same form says something else, with its words."""
    return [(field, there) for field in fields if (there := _told(field, theirs)) != _told(field, mine)]


def _told(field: Field, sent: Sent) -> str:
    """What a form says in a field, as a person reads it; empty for nothing."""
    names = [field.name, *(f"{field.name}-{part}" for part in ("day", "month", "year", "time"))]
    labels = {option.value: option.label for option in field.options} | (
        {"yes": "Yes", "no": "No"} if field.kind == "yes" else {}
    )
    values = [
        labels.get(value.strip(), value.strip()) for name in names for value in sent.get(name, ()) if value.strip()
    ]
    return (", " if field.options else " ").join(values)


class Fault(msgspec.Struct, frozen=True):
    """What is wrong with one field."""

    name: str
    sentence: str


def read_all(fields: Sequence[Field], sent: Sent) -> tuple[dict[str, Any], list[Fault]]:
    """The members of the command, nested, and what is wrong. Optional members that are empty are left out."""
    members: dict[str, Any] = {}
    faults: list[Fault] = []
    begun = {field.row for field in fields if field.row and not field.beside and field.is_filled(sent)}
    for field in fields:
        if field.beside and field.row and field.row not in begun:
            continue
        try:
            value = field.read(sent, begun)
        except Wrong as wrong:
            faults.append(Fault(field.name, str(wrong)))
            continue
        if value is None or (value == [] and field.may_be_left):
            continue
        node = members
        *parents, last = field.path or field.name.split(".")
        for parent in parents:
            node = node.setdefault(parent, {})
        node[last] = value
    return members, faults
