"""One field of a notice: what the record answers, or what is wanted."""

from __future__ import annotations

import msgspec


class Field(msgspec.Struct, frozen=True, kw_only=True):
    """One field. `value` is null when no event tells it; `missing` then says what is wanted, `hint` what is known of it."""

    label: str
    value: str | None = None
    missing: str = ""
    hint: str = ""


class Section(msgspec.Struct, frozen=True):
    title: str
    fields: tuple[Field, ...]


def field(label: str, value: str | None, hint: str = "") -> Field:
    """A field that the record may know."""
    return Field(label=label, value=value or None, missing=label[:1].lower() + label[1:], hint=hint)


def absent(label: str, what: str, hint: str = "") -> Field:
    """A field that no event of this register tells."""
    return Field(label=label, missing=what, hint=hint)
