"""What a provider stated as it stood at a place of the log, and what of it runs out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec

from fairplace.identifiers import Identifier, Kind, kind_of, shown
from fairplace.provider.events import Facts, FactsStated, Paper
from fairplace.recorded import Recorded
from fairplace.terms import Day, Instant, Text


class Stated(msgspec.Struct, frozen=True, kw_only=True):
    """One statement: where and when, what it says, and when another took its place (null: none did)."""

    index: int
    at: Instant
    facts: Facts
    identifiers: tuple[Identifier, ...]
    changed: Instant | None = None

    def typed(self, kind: Kind) -> Text | None:
        """A number as it was typed."""
        typed: Text | None = getattr(self.facts, kind)
        return typed

    def shown(self, kind: Kind) -> str:
        """A number in the form of its list; empty where none is stated."""
        return next((shown(one) for one in self.identifiers if kind_of(one) == kind), "")

    def papers(self, kind: str) -> list[Paper]:
        return [one for one in self.facts.papers if one.kind == kind]

    def out(self, on: Day) -> list[Paper]:
        """What has run out by this day: its last day is over."""
        return [one for one in self.facts.papers if one.until is not None and one.until < on]

    def running_out(self, on: Day, by: Day) -> list[Paper]:
        """What is good on this day, and no longer by that."""
        return [one for one in self.facts.papers if one.until is not None and on <= one.until < by]


class Places(msgspec.Struct):
    """Which entries are whose statements, in log order: nothing of what they say."""

    of: dict[str, list[int]] = {}

    def add(self, recorded: Recorded) -> None:
        if isinstance(event := recorded.event, FactsStated) and (provider := event.provider.get()) is not None:
            self.of.setdefault(provider, []).append(recorded.index)

    def upto(self, provider: str, index: int | None = None) -> list[int]:
        """A provider's statements before this entry; all of them without one."""
        return [one for one in self.of.get(provider, ()) if index is None or one < index]


def stated(recorded: Iterable[Recorded], changed: Instant | None = None) -> Stated | None:
    """The newest of these statements, as far as it is open."""
    found: Sequence[Recorded] = [one for one in recorded if isinstance(one.event, FactsStated)]
    if not found:
        return None
    last, event = found[-1], found[-1].event
    assert isinstance(event, FactsStated)
    facts = event.facts.get()
    if facts is None:
        return None
    return Stated(
        index=last.index, at=last.at, facts=facts, identifiers=tuple(event.identifiers.get([])), changed=changed
    )
