"""Whose the keys of a register are: what their enrolments seal. The authority's own knowledge, never public."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import msgspec

from fairplace.ledger import disclosure, entry
from fairplace.ledger.note import Vkey
from fairplace.ledger.store.port import Store
from fairplace.reading import StoreReader


class Holder(NamedTuple):
    """One enrolment: a key in one role. `name` and `provider` are null when the text is not held."""

    vkey: Vkey
    role: str
    name: str | None
    provider: str | None


def holders(store: Store, reader: StoreReader, key_name: str | None = None) -> Iterator[Holder]:
    """Every enrolment, in log order; those of keys revoked since, too. Or those of one key name alone."""
    written = b"" if key_name is None else msgspec.json.encode(key_name)[1:-1]
    added = {
        stored.index: envelope
        for stored in store.of_types(reader.origin, ["key.added/1"])
        if written in stored.raw  # most entries are somebody else's, and need not be read
        for envelope in [entry.parsed(stored.raw).envelope]
        if key_name is None or Vkey.parse(envelope.body["vkey"]).name == key_name
    }
    openings = store.openings(reader.origin, list(added))
    for index, envelope in added.items():
        held = {"name": None, "provider_id": None}
        if opening := openings.get(index, {}).get("/holder"):
            disclosure.check(envelope.sealed, opening)
            held = opening.value
        yield Holder(Vkey.parse(envelope.body["vkey"]), envelope.body["role"], held["name"], held["provider_id"])


def names_of(store: Store, reader: StoreReader) -> dict[str, str]:
    """The holder of each key name, as its first enrolment seals it; whoever it is passes it on to their next key."""
    found: dict[str, str] = {}
    for one in holders(store, reader):
        if one.name is not None:
            found.setdefault(one.vkey.name, one.name)
    return found


def provider_of(store: Store, reader: StoreReader, key_name: str) -> str | None:
    """The provider for which a key was enrolled; null for everybody else's."""
    found = [one.provider for one in holders(store, reader, key_name) if one.provider is not None]
    return found[-1] if found else None
