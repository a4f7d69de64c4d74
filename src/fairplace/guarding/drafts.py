"""Looks through a draft: what in it may tell of a child, in which field, and whether everybody would read it.

- In what becomes public it is taken out, or somebody states why it is not about a child.
- In what stays sealed it is a warning: shown once, and signed all the same if somebody wants.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence

import msgspec

from fairplace.forms.fields import Field, Sent
from fairplace.guarding.marks import Kind, find
from fairplace.openness.release import ever_public

TEXTS = ("line", "words", "lines")
"""Kinds of field in which somebody writes."""

SEEN = "seen-warnings"
"""The field that says which warnings somebody has seen."""

_ALSO = {("procurement.question-asked/1", "/words")}
"""Published again by a later step: a question goes out with its answer."""


class Hit(msgspec.Struct, frozen=True, kw_only=True):
    """Something in one field. `public`: everybody reads that field, now or once it is released."""

    field: str
    label: str
    group: str
    kind: Kind
    words: str
    sentence: str
    public: bool

    @property
    def name(self) -> str:
        """The field in which somebody states why this is not about a child."""
        digest = hashlib.sha256(f"{self.field}\n{self.kind}\n{self.words}".encode("utf-8", "replace")).hexdigest()
        return f"not-a-child-{digest[:16]}"


class Looked(msgspec.Struct, frozen=True, kw_only=True):
    """What was found in a draft: `stops` it until it is answered; `warns`; `stated` is answered."""

    stops: tuple[Hit, ...] = ()
    warns: tuple[Hit, ...] = ()
    stated: tuple[Hit, ...] = ()

    @property
    def warnings(self) -> str:
        """Which warnings these are: sent back by whoever has seen them."""
        return hashlib.sha256("\n".join(hit.name for hit in self.warns).encode()).hexdigest()[:16] if self.warns else ""


def look(gives: str, fields: Sequence[Field], sent: Sent, names: Iterable[str], *, released: bool = True) -> Looked:
    """Look through every text of a form. `gives`: the type of event that it becomes; `names`: those of the case.

    `released`: may anything sealed of this case become public at all? Nothing of one that concerns one person.
    """
    known = list(names)
    stops: list[Hit] = []
    warns: list[Hit] = []
    stated: list[Hit] = []
    for field in fields:
        text = "\n".join(sent.get(field.name, ())) if field.kind in TEXTS and not field.theirs else ""
        public = field.public or (released and becomes_public(gives, field))
        for mark in find(text, known):
            hit = Hit(
                field=field.name,
                label=field.label,
                group=field.group,
                kind=mark.kind,
                words=mark.words,
                sentence=mark.sentence,
                public=public,
            )
            if not public:
                warns.append(hit)
            elif len(next(iter(sent.get(hit.name, ())), "").strip()) >= SHORTEST:
                stated.append(hit)
            else:
                stops.append(hit)
    return Looked(stops=tuple(stops), warns=tuple(warns), stated=tuple(stated))


SHORTEST = 5
"""Characters of a statement: a full stop states nothing."""


def becomes_public(gives: str, field: Field) -> bool:
    """Does everybody read this field at some time? At once, or by a release that the allow-list knows."""
    slot = slot_of(field)
    return field.public or (gives, slot) in _ALSO or ever_public(gives, slot)


def slot_of(field: Field) -> str:
    """Where the field's value stands in the event."""
    path = field.path or tuple(field.name.split("."))
    if path[0] == "bids" and len(path) > 2:
        return f"/bids/*/{path[2]}"
    if path[0][:1] == "c" and path[0].endswith("-title"):
        return "/titles"  # a row of criteria
    return f"/{path[0]}"
