"""Reading a log from an SQLite file: entries, streams, cases, openings, nodes and checkpoints.

- Pages, never open cursors: a cursor left open holds back the journal and every later write of its thread.
- A log that has no entry yet reads as empty.
"""

from __future__ import annotations

import binascii
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Any

import msgspec

from fairplace.errors import Unproven
from fairplace.ledger import entry
from fairplace.ledger.disclosure import Opening
from fairplace.ledger.note import b64
from fairplace.ledger.store import sqlite_lost
from fairplace.ledger.store.connection import Connection, Connections
from fairplace.ledger.store.filing import Filing
from fairplace.ledger.store.growth import nodes
from fairplace.ledger.store.keeping import Vault
from fairplace.ledger.store.port import Duplicate, Head, Lost, Published, Stored, StreamHead
from fairplace.ledger.tree import EMPTY_ROOT, Node
from fairplace.terms import CaseId

BITS = 40
"""An entry's place is its log's number, shifted so far, plus its index."""

_MASK = (1 << BITS) - 1
_PAGE = 500
_IN_SPAN = "SELECT * FROM stored WHERE place >= ? AND place < ? ORDER BY place"
_AT_PLACES = "SELECT * FROM stored WHERE place IN (SELECT value FROM json_each(?)) ORDER BY place"
_OF_CASE = """
    SELECT * FROM stored WHERE place IN (
        SELECT place FROM entry INDEXED BY entry_type WHERE type IN (SELECT number FROM type) AND place < ?
        AND case_number = (SELECT number FROM cases WHERE log = ? AND id = ?)
        UNION SELECT value FROM json_each(?)
    ) ORDER BY place"""
_CASE_RECORD = """
    SELECT slot, subject, digest, record, id FROM vault JOIN entry ON entry.place = vault.place
    WHERE vault.place = ? AND slot = '/case'"""
_HELD = """
    SELECT vault.place, slot, subject, digest, record, id FROM vault JOIN entry ON entry.place = vault.place
    WHERE vault.place IN (SELECT value FROM json_each(?)) ORDER BY vault.place, slot"""
_OF_LEAF = """
    SELECT * FROM stored WHERE place = (
        SELECT place FROM entry WHERE leaf = ? AND place >> 40 = (SELECT number FROM log WHERE origin = ?)
    )"""
# A follower asks for what is new: few entries, found by place. Whoever asks for all of them is served by type.
_NEW_OF_TYPES = """
    SELECT place FROM entry NOT INDEXED WHERE place >= ? AND place < ?
    AND type IN (SELECT number FROM type WHERE name IN (SELECT value FROM json_each(?)))"""
_ALL_OF_TYPES = """
    SELECT place FROM entry INDEXED BY entry_type WHERE place >= ? AND place < ?
    AND type IN (SELECT number FROM type WHERE name IN (SELECT value FROM json_each(?)))"""
_CASES_WITH = """
    SELECT DISTINCT cases.id FROM entry INDEXED BY entry_type JOIN cases ON cases.number = entry.case_number
    WHERE entry.type = (SELECT number FROM type WHERE name = ?)
    AND cases.log = (SELECT number FROM log WHERE origin = ?)"""
_CHECKPOINTS = """
    SELECT size, root, note FROM checkpoint WHERE log = (SELECT number FROM log WHERE origin = ?){}
    ORDER BY size, number"""
_LAST_CHECKPOINT = """
    SELECT size, root, note FROM checkpoint WHERE log = (SELECT number FROM log WHERE origin = ?){}
    ORDER BY size DESC, number DESC LIMIT 1"""
_NOT_LOST = """ AND NOT EXISTS (
    SELECT 1 FROM lost WHERE lost.log = checkpoint.log AND lost.size = checkpoint.size AND lost.root = checkpoint.root
    )"""

_json = msgspec.json.encode
_decode = msgspec.json.Decoder().decode
_STANDARD = bytes.maketrans(b"-_", b"+/")


class SqliteReads:
    """What can be asked of the file without its lock."""

    _connections: Connections
    _vault: Vault
    _filings: dict[int, Filing]

    def head(self, log: str) -> Head:
        found = self._one("SELECT size, root, register_head, register_leaf, last_at FROM log WHERE origin = ?", log)
        size, root, register_head, register_leaf, last_at = found or (0, EMPTY_ROOT, -1, "", None)
        return Head(size=size, root=root, register_head=register_head, register_leaf=register_leaf, last_at=last_at)

    def stream_head(self, log: str, stream: str) -> StreamHead | None:
        found = self._one(
            "SELECT n, leaf, head FROM stream WHERE log = (SELECT number FROM log WHERE origin = ?) AND id = ?",
            log,
            stream,
        )
        return StreamHead(n=found[0], leaf=found[1], index=found[2]) if found else None

    def by_key(self, log: str, key: str) -> Duplicate | None:
        found = self._one(
            "SELECT log, first, count FROM submission WHERE log = (SELECT number FROM log WHERE origin = ?) AND key = ?",
            log,
            self._vault.name(key),
        )
        return duplicate(self._connections.get(), *found) if found else None

    def entries(self, log: str, start: int = 0, stop: int | None = None) -> Iterator[Stored]:
        at, end = self._span(log, start, stop)
        while at < end:
            yield from self._stored(_IN_SPAN, at, min(at + _PAGE, end))
            at += _PAGE

    def case_entries(self, log: str, case: CaseId, stop: int | None = None) -> list[Stored]:
        at, end = self._span(log, 0, stop)
        sealed = self._filing(at >> BITS, end).places(case, end)
        return self._stored(_OF_CASE, end, at >> BITS, case, _json(sealed))

    def cases(self, log: str) -> list[CaseId]:
        rows = self._all(
            "SELECT id FROM cases WHERE log = (SELECT number FROM log WHERE origin = ?) ORDER BY number", log
        )
        return [case for (case,) in rows]

    def cases_with(self, log: str, kind: str) -> list[CaseId]:
        """The cases that have an entry of this type."""
        return [case for (case,) in self._all(_CASES_WITH, kind, log)]

    def of_types(self, log: str, types: Sequence[str], start: int = 0, stop: int | None = None) -> Iterator[Stored]:
        at, end = self._span(log, start, stop)
        if at >= end:
            return
        query = _NEW_OF_TYPES if end - at <= _PAGE else _ALL_OF_TYPES
        places = sorted(place for (place,) in self._all(query, at, end, _json(list(types))))
        for i in range(0, len(places), _PAGE):
            yield from self._stored(_AT_PLACES, _json(places[i : i + _PAGE]))

    def by_leaf(self, log: str, leaf: bytes) -> Stored | None:
        found = self._stored(_OF_LEAF, leaf, log)
        return found[0] if found else None

    def openings(
        self, log: str, indexes: Sequence[int], only: Mapping[int, AbstractSet[str]] | None = None
    ) -> Mapping[int, Mapping[str, Opening]]:
        base = self._base(log)
        wanted = [base + index for index in indexes if only is None or only.get(index)]
        held: dict[int, dict[str, Opening]] = {}
        rows = [row for row in self._all(_HELD, _json(wanted)) if only is None or row[1] in only[row[0] & _MASK]]
        known = self._vault.keys.known({subject for _, _, subject, *_ in rows})
        for place, slot, subject, *row in rows:
            text = self._vault.disclosure(log, place, slot, subject, *row, known=known[subject])
            if text is not None:
                held.setdefault(place & _MASK, {})[slot] = _opening(slot, text)
        return held

    def node(self, log: str) -> Node:
        base = self._base(log)

        def fetch(level: int, start: int, stop: int) -> list[bytes]:
            if level:
                rows = self._all(
                    "SELECT hash FROM node WHERE log = ? AND level = ? AND number >= ? AND number < ? ORDER BY number",
                    base >> BITS,
                    level,
                    start,
                    stop,
                )
            else:
                rows = self._all(
                    "SELECT leaf FROM entry WHERE place >= ? AND place < ? ORDER BY place", base + start, base + stop
                )
            return [value for (value,) in rows]

        return nodes(fetch)

    def checkpoints(self, log: str) -> list[Published]:
        return [_published(row) for row in self._all(self._kept(_CHECKPOINTS), log)]

    def last_checkpoint(self, log: str) -> Published | None:
        row = self._one(self._kept(_LAST_CHECKPOINT), log)
        return _published(row) if row else None

    def is_erased(self, stored: Stored, slot: str) -> bool:
        """Was the key of this value destroyed, and a mark left that says so?"""
        envelope = entry.parsed(stored.raw).envelope
        vault, (number,) = self._vault, self._one("SELECT number FROM log WHERE origin = ?", envelope.log) or (0,)
        subject = vault.subject_of(envelope.type, envelope.id, envelope.stream, stored.case, slot)
        upto: int = vault.keys.erased_upto(subject)
        place: int = (number << BITS) + stored.index
        return place < upto

    def lost(self, log: str) -> list[Lost]:
        return sqlite_lost.lost(self._connections.get(), log)

    def _kept(self, query: str) -> str:
        """The query without what was declared lost."""
        return query.format(_NOT_LOST if sqlite_lost.is_made(self._connections.get()) else "")

    def reading(self, log: str) -> tuple[Connection, int, int]:
        """This thread's connection, the log's number and its size: for the views of the log that stand beside this one."""
        number, size = self._one("SELECT number, size FROM log WHERE origin = ?", log) or (0, 0)
        return self._connections.get(), number, size

    def _stored(self, sql: str, *values: object) -> list[Stored]:
        """Entries by a query, each with its case: the one that it names, or the one that it seals."""
        rows = self._all(sql, *values)
        if not rows:
            return []
        last = rows[-1][0]
        filing = self._filing(last >> BITS, last + 1)
        return [
            Stored(
                index=place & _MASK,
                raw=raw,
                leaf=leaf,
                case=filing.case_of(place) or case,  # what is sealed is signed; the column is not
                recorded_at=recorded_at,
            )
            for place, raw, leaf, case, recorded_at in rows
        ]

    def _filing(self, number: int, stop: int) -> Filing:
        """The sealed cases of a log, at least up to this place."""
        filing = self._filings.setdefault(number, Filing())
        filing.follow(self._connections.get(), number << BITS, stop, self._sealed_case)
        return filing

    def _sealed_case(self, place: int) -> object:
        try:
            [(slot, *row)] = self._all(_CASE_RECORD, place)
            [(log,)] = self._all("SELECT origin FROM log WHERE number = ?", place >> BITS)
            text = self._vault.disclosure(log, place, slot, *row)
            return None if text is None else _opening(slot, text).value
        except Unproven:
            return None  # whoever asks for this opening is told

    def _base(self, log: str) -> int:
        """The place of the log's entry 0; of a log without entries, a place that nothing has."""
        found = self._one("SELECT number FROM log WHERE origin = ?", log)
        return (found[0] if found else 0) << BITS

    def _span(self, log: str, start: int, stop: int | None) -> tuple[int, int]:
        _, number, size = self.reading(log)
        base = number << BITS
        return base + max(start, 0), base + (size if stop is None else max(min(stop, size), 0))

    def _one(self, sql: str, *values: object) -> tuple[Any, ...] | None:
        rows = self._all(sql, *values)
        return rows[0] if rows else None

    def _all(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        return self._connections.get().execute(sql, values).fetchall()


def duplicate(connection: Connection, number: int, first: int, count: int) -> Duplicate:
    """What a command was committed as, in the log of this number."""
    start = (number << BITS) + first
    leaves: list[tuple[bytes]] = connection.execute(
        "SELECT leaf FROM entry WHERE place >= ? AND place < ? ORDER BY place", (start, start + count)
    ).fetchall()
    return Duplicate(
        indexes=tuple(range(first, first + count)), leaves=tuple(b64(leaf) for (leaf,) in leaves), size=first + count
    )


def _published(row: tuple[int, bytes, bytes]) -> Published:
    size, root, note = row
    return Published(size=size, root=root, note=note)


def _opening(slot: str, text: str) -> Opening:
    """Decoded for reading; that it fits the signed digest is for whoever shows it to check."""
    try:
        standard = text.encode("ascii").translate(_STANDARD) + b"=" * (-len(text) % 4)
        _salt, _slot, value = _decode(binascii.a2b_base64(standard))
    except (ValueError, binascii.Error, msgspec.DecodeError) as error:
        raise Unproven(f"the stored opening of {slot} cannot be read: the store was changed from outside") from error
    return Opening(slot, value, text)
