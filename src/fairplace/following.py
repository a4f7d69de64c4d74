"""What later entries say of earlier ones: what is public of them, and whose signatures on them are contested."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fairplace import catalogue
from fairplace.errors import Malformed
from fairplace.ledger.entry import Entry
from fairplace.ledger.register import KeyRegister
from fairplace.openness.events import Disclosed, Withdrawn
from fairplace.people.events import Reaffirmed
from fairplace.recorded import Contested, Recorded
from fairplace.terms import CaseId

DISCLOSED = "value.disclosed/1"
WITHDRAWN = "value.withdrawn/1"
REAFFIRMED = "signature.reaffirmed/1"
FOLLOWED = (DISCLOSED, WITHDRAWN, REAFFIRMED)
"""The events that change how earlier entries are read."""


class Releases:
    """What was disclosed, taken down or reaffirmed, by the entry that it is about, in log order."""

    def __init__(self) -> None:
        self._acts: dict[int, list[tuple[int, bool, frozenset[str]]]] = {}
        self._again: dict[int, list[tuple[int, str]]] = {}  # of an entry: who reaffirmed it, and where

    def add(self, index: int, entry: Entry) -> None:
        envelope = entry.envelope
        match catalogue.read(envelope.type, envelope.body, envelope.sealed, {}):
            case Disclosed(openings=openings) | Withdrawn(openings=openings):
                public = envelope.type == DISCLOSED
                for one in openings:
                    self._acts.setdefault(one.entry, []).append((index, public, frozenset(one.slots)))
            case Reaffirmed(entries=entries):
                for named in entries:
                    self._again.setdefault(named, []).append((index, envelope.actor))
            case _:
                raise Malformed(f"entry {index}, {envelope.type}, says nothing of earlier entries")

    def again(self, entry: int, upto: int) -> list[tuple[int, str]]:
        """Who reaffirmed their signature on an entry below this size, and where."""
        return [(index, actor) for index, actor in self._again.get(entry, ()) if index < upto]

    def slots(self, entry: int, upto: int) -> frozenset[str]:
        """The slots of an entry that are public at this size: the last act on a slot wins."""
        found: frozenset[str] = frozenset()
        for index, public, slots in self._acts.get(entry, ()):
            if index < upto:
                found = found | slots if public else found - slots
        return found

    def in_effect(self, upto: int) -> dict[int, frozenset[str]]:
        return {entry: found for entry in list(self._acts) if (found := self.slots(entry, upto))}


class Recorder:
    """Entries to recorded events."""

    def __init__(self, register: KeyRegister, releases: Releases, size: int) -> None:
        self._register = register
        self._releases = releases
        self._size = size

    def recorded(self, index: int, entry: Entry, case: CaseId | None, openings: Mapping[str, Any]) -> Recorded:
        envelope = entry.envelope
        return Recorded(
            index=index,
            leaf=entry.leaf_text,
            at=envelope.at,
            actor=envelope.actor,
            signers=tuple(line.name for line in entry.lines),
            roles=self._register.roles_of(envelope.actor, keys=envelope.keys, index=index),
            type=envelope.type,
            stream=envelope.stream,
            n=envelope.n,
            case=case,
            event=catalogue.read(envelope.type, envelope.body, envelope.sealed, openings),
            contested=self._contested(index, entry),
        )

    def _contested(self, index: int, entry: Entry) -> Contested | None:
        found = self._register.contested(index, entry.lines, self._size)
        if not found:
            return None
        again = {
            actor: at
            for at, actor in reversed(self._releases.again(index, self._size))
            if found.get(actor, at) < at  # before it was contested there was nothing to reaffirm
        }
        return Contested(said=min(found.values()), by=tuple(found), again=again)


def spans(register: KeyRegister, start: int, stop: int) -> list[tuple[int, int]]:
    """First and last of the entries that events of the register between `start` and `stop` contest."""
    return [
        (one.first, one.last)
        for standing in register.standings()
        for one in standing.contested
        if start <= one.said < stop
    ]
