"""A log through the library's interface for dynamic consistency boundaries: same tables, same lock, same head.

- Positions begin at 1 here, and nowhere else: position = index + 1.
- Type, tags and data stand together in the stored bytes, so the tree covers all three.
- A condition is judged under the head lock, against the database.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence

import msgspec
from eventsourcing.dcb.api import (
    DCBAppendCondition,
    DCBEvent,
    DCBQuery,
    DCBReadResponse,
    DCBRecorder,
    DCBSequencedEvent,
    DCBSubscription,
)
from eventsourcing.persistence import IntegrityError, ProgrammingError

from fairplace.ledger.note import b64
from fairplace.ledger.store.connection import Connection
from fairplace.ledger.store.port import Committed, NewEntry, Submission
from fairplace.ledger.store.sqlite import SqliteStore
from fairplace.ledger.store.sqlite_reads import BITS
from fairplace.ledger.tree import leaf_hash
from fairplace.sources import SYSTEM, Sources

POLL = 0.05
"""Seconds between two looks of a subscription that has read everything."""

_PAGE = 500
_EVERYTHING = (1 << BITS) - 1

# One row for each item of a query: its types and its tags as JSON arrays; an empty one asks for nothing.
_MATCHING = """
    SELECT place, raw FROM entry WHERE place > ? AND place <= ? AND (? = 0 OR EXISTS (
        SELECT 1 FROM json_each(?) AS item WHERE
        (json_array_length(item.value, '$.types') = 0 OR (SELECT name FROM type WHERE number = entry.type) IN (
            SELECT value FROM json_each(item.value, '$.types')))
        AND NOT EXISTS (
            SELECT 1 FROM json_each(item.value, '$.tags') AS wanted WHERE NOT EXISTS (
                SELECT 1 FROM tag WHERE tag.tag = wanted.value AND tag.place = entry.place))
    )) ORDER BY place LIMIT ?"""


class _Record(msgspec.Struct, frozen=True):
    """What is stored: `id` makes equal events different leaves."""

    data: bytes
    id: str
    tags: list[str]
    type: str


_encode = msgspec.json.Encoder(order="sorted").encode
_decode = msgspec.json.Decoder(_Record).decode


class SqliteDcbRecorder(DCBRecorder):
    def __init__(self, store: SqliteStore, log: str, sources: Sources = SYSTEM) -> None:
        self._store = store
        self._log = log
        self._sources = sources

    def read(
        self, query: DCBQuery | None = None, *, after: int | None = None, limit: int | None = None
    ) -> DCBReadResponse:
        connection, number, size = self._store.reading(self._log)
        events = self._matching(connection, number, query, after or 0, size, limit)
        if limit is None:
            return _Response(events, size or None)
        return _Response(events, events[-1].position if events else None)

    def append(self, events: Sequence[DCBEvent], condition: DCBAppendCondition | None = None) -> int:
        if not events:
            raise ProgrammingError("an append needs one event at least")
        stream = self._sources.stream_id()
        entries: list[NewEntry] = []
        for n, event in enumerate(events, 1):
            record = _Record(data=event.data, id=self._sources.event_id(), tags=list(event.tags), type=event.type)
            raw = _encode(record)
            entries.append(
                NewEntry(
                    raw=raw,
                    leaf=leaf_hash(raw),
                    id=record.id,
                    type=event.type,
                    stream=stream,
                    n=n,
                    prev=b64(entries[-1].leaf) if entries else "",
                    case=None,
                    tags=tuple(event.tags),
                )
            )

        def allowed(connection: Connection, number: int) -> None:
            if condition is not None and self._matching(
                connection, number, condition.fail_if_events_match, condition.after or 0, _EVERYTHING, 1
            ):
                raise IntegrityError(condition)

        submission = Submission(entries=tuple(entries), key=stream, command="dcb", register_head=-1)
        [result] = self._store.append_if(self._log, [submission], allowed)
        if not isinstance(result, Committed):
            raise IntegrityError(result)
        return result.size

    def subscribe(
        self, query: DCBQuery | None = None, *, after: int | None = None
    ) -> DCBSubscription[SqliteDcbRecorder]:
        return _Subscription(self, query, after)

    def _matching(
        self, connection: Connection, number: int, query: DCBQuery | None, after: int, upto: int, limit: int | None
    ) -> list[DCBSequencedEvent]:
        items = [{"types": item.types, "tags": item.tags} for item in (query.items if query else ())]
        # The entry at position p has the index p - 1, so "after p" is "from index p on".
        base = (number << BITS) - 1
        rows = connection.execute(
            _MATCHING, (base + after, base + upto, len(items), _encode(items), -1 if limit is None else limit)
        ).fetchall()
        return [_sequenced(place - base, raw) for place, raw in rows]


class _Response(DCBReadResponse):
    def __init__(self, events: Sequence[DCBSequencedEvent], head: int | None) -> None:
        self._events: Iterator[DCBSequencedEvent] = iter(events)
        self._head = head

    @property
    def head(self) -> int | None:
        return self._head

    def __next__(self) -> DCBSequencedEvent:
        return next(self._events)


class _Subscription(DCBSubscription[SqliteDcbRecorder]):
    """Looks again and again: several processes write, and SQLite tells none of them."""

    def __init__(self, recorder: SqliteDcbRecorder, query: DCBQuery | None, after: int | None) -> None:
        super().__init__(recorder, query, after)
        self._stopped = threading.Event()
        self._waiting: list[DCBSequencedEvent] = []

    def stop(self) -> None:
        super().stop()
        self._stopped.set()

    def __next__(self) -> DCBSequencedEvent:
        while not self._stopped.is_set():
            if not self._waiting:
                self._waiting = list(self._recorder.read(self._query, after=self._last_position, limit=_PAGE))[::-1]
            if self._waiting:
                event = self._waiting.pop()
                self._last_position = event.position
                return event
            self._stopped.wait(POLL)
        raise StopIteration


def _sequenced(position: int, raw: bytes) -> DCBSequencedEvent:
    record = _decode(raw)
    return DCBSequencedEvent(event=DCBEvent(type=record.type, data=record.data, tags=record.tags), position=position)
