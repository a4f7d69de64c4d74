"""Writing the story down: events become signed entries, in the order of time, and go into the log in batches.

- Each entry is signed by its author's own key, and judged by the desk as any other: signatures, roles, streams.
- What the desk would ask the store before each entry (the end of its stream, its place) is remembered here instead.
- A value gets the wrapping that its field's tag asks for, so nothing can stand in the clear by mistake.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from functools import cache
from typing import Any

import msgspec

from fairplace import catalogue
from fairplace.desk import Desk
from fairplace.event import Aside, Event, Fact, Step
from fairplace.ledger import disclosure, entry
from fairplace.ledger.disclosure import sealed
from fairplace.ledger.entry import Envelope
from fairplace.ledger.note import Signer, b64
from fairplace.ledger.tree import leaf_hash
from fairplace.on_disk import Register
from fairplace.prepared import Prepared
from fairplace.sources import Sources
from fairplace.synthesis.chance import Clock
from fairplace.tags import agg, party, seal, tags
from fairplace.terms import ACT, Evidence, LeafHash, instant, moment

BATCH = 400
"""Entries that go into the log in one commit."""
LONGEST = timedelta(days=2)
"""What was signed waits no longer than this."""

_WRAPPED: Mapping[str, Callable[[Any], Any]] = {"PUB": lambda value: value, "AGG": agg, "PARTY": party, "SEAL": seal}


class Written(msgspec.Struct, frozen=True):
    """Where an event will stand in the log."""

    index: int
    leaf: LeafHash


@cache
def _tags(kind: type[Fact]) -> dict[str, str]:
    return dict(tags(kind))


def made(
    kind: type[Fact],
    /,
    *,
    case: str,
    at: str,
    evidence: Evidence = ACT,
    seen: LeafHash = "",
    override: str | None = None,
    override_reason: str | None = None,
    **values: Any,
) -> Fact:
    """The event, each value wrapped as its tag says. An override has its reason."""
    members: dict[str, Any] = {
        name: _WRAPPED[tag](values.pop(name)) for name, tag in _tags(kind).items() if name in values
    }
    members |= {"happened_at": at, "evidence": evidence, "exhibit": sealed("personal", None), "case": case}
    if issubclass(kind, Step) or "override" in kind.__struct_fields__:
        members |= {"override": override, "override_reason": party(override_reason)}
    if issubclass(kind, Aside):
        members["seen"] = seen
    return kind(**members, **values)


class Book:
    """Everything that was written and is about to be, for one register."""

    def __init__(self, register: Register, clock: Clock, sources: Sources, signers: Mapping[str, Signer]) -> None:
        self._register = register
        self._clock = clock
        self._sources = sources
        self._signers = signers
        self._desk = Desk(
            register.store, register.reader, sources, signing_window=2 * LONGEST, placements=register.is_of_placements
        )
        self._waiting: list[tuple[Prepared, list[str]]] = []
        self._ends: dict[str, tuple[int, LeafHash]] = {}
        self.size = register.reader.size
        self._keys = register.reader.register().head_leaf
        self.heard: list[Callable[[Fact], None]] = []

    def stream(self) -> str:
        return self._sources.stream_id()

    def end(self, stream: str) -> LeafHash:
        """The newest leaf of a stream."""
        return self._ends[stream][1]

    def write(
        self, event: Event, by: str, *, stream: str | None = None, second: str | None = None, statement: str = ""
    ) -> Written:
        """Sign an event now and put it into the next batch. Without a stream it goes into its case's own."""
        kind = catalogue.NAMES[type(event)]
        stream = stream or event.case
        n, prev = self._ends.get(stream, (0, ""))
        at = instant(self._clock())
        body, slots, openings = disclosure.split(event, self._sources.entropy)
        text = entry.text(
            Envelope(
                actor=by,
                at=at,
                body=body,
                id=self._sources.event_id(moment(at)),
                keys=self._keys,
                log=self._register.origin,
                n=n + 1,
                prev=prev,
                sealed=slots,
                stream=stream,
                type=kind,
            )
        )
        lines = [self._signers[key].line(text) for key in (by, second) if key]
        leaf = b64(leaf_hash(entry.assemble(text, lines)))
        name = f"region-{self.size}"
        self._waiting.append(
            (
                Prepared(
                    key=name,
                    command=hashlib.sha256(name.encode()).hexdigest(),
                    type=kind,
                    text=text,
                    statement=statement or kind,
                    actor=by,
                    second=frozenset(),
                    case=event.case,
                    at=at,
                    openings=tuple(openings),
                    conditions=(),
                    not_before=None,
                    not_after=None,
                ),
                lines,
            )
        )
        self._ends[stream] = n + 1, leaf
        index, self.size = self.size, self.size + 1
        for hear in self.heard:
            hear(event)
        if len(self._waiting) >= BATCH:
            self.flush()
        return Written(index=index, leaf=leaf)

    def reach(self, later: datetime) -> None:
        """Time is about to go on to this moment: commit what would wait too long."""
        if self._waiting and later - moment(self._waiting[0][0].at) > LONGEST:
            self.flush()

    def flush(self) -> None:
        """Commit what waits."""
        if self._waiting:
            waiting, self._waiting = self._waiting, []
            self._desk.append_all(waiting)
