"""How private each field of a placement event is, said by its type.

- `Pub`: anybody may see it, for ever; it stands in the clear in the leaf.
- `Agg`: it may count in a safe aggregate, and be seen by itself by nobody outside.
- `Party`: for the authority and for the providers whom it concerns.
- `Seal`: the child's; whoever opens it leaves a read entry first.
- NEVER has no type, because no field may hold it: names, dates of birth, NHS numbers, UPNs, postcodes, the child's own
  address. What looks like one in a text is refused at intake (`fairplace.guarding`).
- What a Term holds has the tag of the field in which the Term stands.
"""

from __future__ import annotations

from typing import Annotated, Literal, TypeVar, get_args, get_origin, get_type_hints

import msgspec

from fairplace.event import Aside, Step
from fairplace.ledger.disclosure import Sealed, sealed

Name = Literal["PUB", "AGG", "PARTY", "SEAL"]

T = TypeVar("T")


class Tag(msgspec.Struct, frozen=True):
    """Who may see a field."""

    name: Name


Pub = Annotated[T, Tag("PUB")]
Agg = Annotated[Sealed[T], Tag("AGG")]
Party = Annotated[Sealed[T], Tag("PARTY")]
Seal = Annotated[Sealed[T], Tag("SEAL")]

STAMPED = frozenset((*Step.__struct_fields__, *Aside.__struct_fields__))
"""The fields that every event has, whatever its subject."""


def agg(value: T) -> Sealed[T]:
    return sealed("child", value)


def party(value: T) -> Sealed[T]:
    return sealed("commercial", value)


def seal(value: T) -> Sealed[T]:
    return sealed("child", value)


def tags(kind: type[msgspec.Struct]) -> dict[str, Name]:
    """The tag of every field that this type of event adds. Raises TypeError for a field that has none."""
    found: dict[str, Name] = {}
    for name, hint in get_type_hints(kind, include_extras=True).items():
        if name in STAMPED:
            continue
        marks = [part for part in get_args(hint)[1:] if isinstance(part, Tag)] if get_origin(hint) is Annotated else []
        if len(marks) != 1:
            raise TypeError(f"{kind.__name__}.{name} must be Pub, Agg, Party or Seal")
        found[name] = marks[0].name
    return found
