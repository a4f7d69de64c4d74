"""The store on one SQLite file: several processes may write to it, one commit at a time.

- `BEGIN IMMEDIATE`, then the head is read: what was known before the lock counts for nothing.
- One transaction and one flush for a batch; the log key and the published files are no part of it.
- What may stand once in a log has a unique index. A batch is written in the hope that nothing is repeated;
  when an index objects, it is judged again with every id and digest looked up.
- A clock more than a minute behind the newest entry is refused: deadlines are judged by it.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple, Self

import msgspec

from fairplace.errors import Misconfigured, Unproven
from fairplace.ledger.store.connection import Connection, Connections
from fairplace.ledger.store.growth import grow
from fairplace.ledger.store.judging import Known, Verdict, check, judge
from fairplace.ledger.store.port import Duplicate, NewEntry, Published, Result, Submission
from fairplace.ledger.store.sqlite_reads import BITS, SqliteReads, duplicate
from fairplace.sources import SYSTEM, Sources
from fairplace.terms import CaseId, Instant, instant, moment

CLOCK_SLACK = 60
"""Seconds that the clock may be behind the newest entry (threat model, attack 2)."""

Allowed = Callable[[Connection, int], None]
"""Asked under the lock, with the log's number; raises to stop the whole batch."""

_STREAM = "SELECT id, n, leaf, head FROM stream WHERE log = ? AND id = ?"
_STREAMS = "SELECT id, n, leaf, head FROM stream WHERE log = ? AND id IN (SELECT value FROM json_each(?))"
_HAS_ID = "SELECT 1 FROM entry WHERE id = ? AND place >> 40 = ?"
_HAS_LEAF = "SELECT 1 FROM entry WHERE leaf = ? AND place >> 40 = ?"

_json = msgspec.json.encode


class _Row(NamedTuple):
    """A log's head row under the lock; `number` is 0 while the log has no entry."""

    number: int
    size: int
    frontier: bytes
    register_head: int
    register_leaf: str
    last_at: Instant | None


_NEW = _Row(0, 0, bytes(8), -1, "", None)


class SqliteStore(SqliteReads):
    """Every log of one file. Safe to use from any number of threads: each gets a connection of its own."""

    def __init__(self, path: Path, sources: Sources = SYSTEM) -> None:
        self._sources = sources
        self._connections = Connections(path)
        self._types: dict[str, int] = {}
        self._cases: dict[tuple[int, CaseId], int] = {}
        newest = self._connections.get().execute("SELECT max(last_at) FROM log").fetchone()[0]
        self._check_clock(self.now(), newest)

    def close(self) -> None:
        self._connections.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def now(self) -> Instant:
        return instant(self._sources.clock())

    # Writing

    def append(self, log: str, submissions: Sequence[Submission]) -> list[Result]:
        return self.append_if(log, submissions, None)

    def append_if(self, log: str, submissions: Sequence[Submission], allowed: Allowed | None) -> list[Result]:
        """As `append`; `allowed` is asked under the lock, with the log's number, and may raise to stop it all."""
        check(submissions)
        if not submissions:
            return []
        try:
            return self._append(log, submissions, allowed, careful=False)
        except sqlite3.IntegrityError:
            return self._append(log, submissions, allowed, careful=True)

    def _append(
        self,
        log: str,
        submissions: Sequence[Submission],
        allowed: Allowed | None,
        *,
        careful: bool,
    ) -> list[Result]:
        with self._connections.writing() as connection:
            row = self._row(connection, log)
            now = self._check_clock(self.now(), row.last_at)
            if allowed is not None:
                allowed(connection, row.number)
            verdict = judge(submissions, self._known(connection, row, now, submissions, careful=careful))
            if not verdict.accepted:
                connection.execute("ROLLBACK")
                return verdict.results
            number, types, cases = self._write(connection, log, row, now, verdict)
        # Numbers are remembered only once they are durable.
        self._types.update(types)
        if len(self._cases) > 100_000:
            self._cases.clear()
        self._cases.update({(number, case): at for case, at in cases.items()})
        return verdict.results

    def _row(self, connection: Connection, log: str) -> _Row:
        found = connection.execute(
            "SELECT number, size, frontier, register_head, register_leaf, last_at FROM log WHERE origin = ?", (log,)
        ).fetchone()
        return _Row(*found) if found else _NEW

    def _check_clock(self, now: Instant, newest: Instant | None) -> Instant:
        """The later of the two: recorded time never goes back."""
        if newest is None or now >= newest:
            return now
        behind = (moment(newest) - moment(now)).total_seconds()
        if behind > CLOCK_SLACK:
            raise Misconfigured(
                f"the clock says {now}, but an entry was recorded at {newest}, {behind:.0f} seconds later;"
                " set the clock right before anything is recorded"
            )
        return newest

    def _known(
        self, connection: Connection, row: _Row, now: Instant, submissions: Sequence[Submission], *, careful: bool
    ) -> Known:
        number, base = row.number, row.number << BITS

        def newest(case: CaseId, name: str) -> int:
            if not number:
                return -1
            kind, file = self._types.get(name), self._cases.get((number, case))
            if kind is None or file is None:
                look = "SELECT (SELECT number FROM type WHERE name = ?), (SELECT number FROM cases WHERE log = ? AND id = ?)"
                kind, file = connection.execute(look, (name, number, case)).fetchone()
            place = connection.execute(
                "SELECT max(place) FROM entry WHERE type = ? AND case_number = ?", (kind, file)
            ).fetchone()[0]
            return -1 if place is None else place - base

        def before(key: str) -> tuple[str, Duplicate] | None:
            found = connection.execute(
                "SELECT command, first, count FROM submission WHERE log = ? AND key = ?", (number, key)
            ).fetchone()
            return (found[0], duplicate(connection, number, *found[1:])) if found else None

        def taken(entry: NewEntry, digests: Sequence[bytes]) -> str | None:
            for what, sql, value in (("the id", _HAS_ID, entry.id), ("the leaf", _HAS_LEAF, entry.leaf)):
                if connection.execute(sql, (value, number)).fetchone():
                    return what
            for digest in digests:
                if connection.execute("SELECT 1 FROM digest WHERE log = ? AND digest = ?", (number, digest)).fetchone():
                    return "a sealed digest"
            return None

        streams = {entry.stream for submission in submissions for entry in submission.entries}
        if len(streams) == 1:
            ends = connection.execute(_STREAM, (number, *streams))
        else:
            ends = connection.execute(_STREAMS, (number, _json(sorted(streams))))
        return Known(
            size=row.size,
            register_head=row.register_head,
            register_leaf=row.register_leaf,
            now=now,
            streams={stream: (n, leaf, head) for stream, n, leaf, head in ends.fetchall()},
            newest=newest,
            before=before,
            taken=taken,
            careful=careful,
        )

    def _write(
        self, connection: Connection, log: str, row: _Row, now: Instant, verdict: Verdict
    ) -> tuple[int, dict[str, int], dict[CaseId, int]]:
        """Everything of the accepted submissions; returns the numbers of their log, types and cases."""
        number = row.number
        if not number:
            number = self._number(
                connection, "SELECT number FROM log WHERE origin = ?", "INSERT INTO log (origin) VALUES (?)", log
            )
        first = (number << BITS) + row.size
        types, cases = self._numbers(connection, number, verdict.entries)
        connection.executemany(
            "INSERT INTO entry VALUES (?, ?, ?, ?, ?, ?, ?)",
            [
                (
                    place,
                    entry.leaf,
                    entry.id,
                    types[entry.type],
                    None if entry.case is None else cases[entry.case],
                    now,
                    entry.raw,
                )
                for place, entry in enumerate(verdict.entries, first)
            ],
        )
        if verdict.digests:
            connection.executemany(
                "INSERT INTO disclosure VALUES (?, ?, ?)",
                [
                    (place, opening.slot, opening.text)
                    for place, entry in enumerate(verdict.entries, first)
                    for opening in entry.openings
                ],
            )
            connection.executemany(
                "INSERT INTO digest VALUES (?, ?)", [(number, digest) for digest in sorted(verdict.digests)]
            )
        if tags := [(tag, place) for place, entry in enumerate(verdict.entries, first) for tag in set(entry.tags)]:
            connection.executemany("INSERT INTO tag VALUES (?, ?)", tags)
        connection.executemany(
            "INSERT INTO submission VALUES (?, ?, ?, ?, ?)",
            [
                (number, submission.key, submission.command, start, len(submission.entries))
                for submission, start in verdict.accepted
            ],
        )
        connection.executemany(
            "INSERT OR REPLACE INTO stream VALUES (?, ?, ?, ?, ?)",
            [(number, stream, *end) for stream, end in verdict.streams.items()],
        )
        frontier, root, kept = grow(row.frontier, [entry.leaf for entry in verdict.entries])
        if kept:
            connection.executemany("INSERT INTO node VALUES (?, ?, ?, ?)", [(number, *node) for node in kept])
        connection.execute(
            "UPDATE log SET size = ?, frontier = ?, root = ?, register_head = ?, register_leaf = ?, last_at = ?"
            " WHERE number = ?",
            (
                row.size + len(verdict.entries),
                frontier,
                root,
                verdict.register_head,
                verdict.register_leaf,
                now,
                number,
            ),
        )
        return number, types, cases

    def _numbers(
        self, connection: Connection, log: int, entries: Sequence[NewEntry]
    ) -> tuple[dict[str, int], dict[CaseId, int]]:
        """The numbers of these entries' types and cases, given where they are new."""
        types: dict[str, int] = {}
        cases: dict[CaseId, int] = {}
        for entry in entries:
            name, case = entry.type, entry.case
            if name not in types:
                types[name] = self._types.get(name) or self._number(
                    connection, "SELECT number FROM type WHERE name = ?", "INSERT INTO type (name) VALUES (?)", name
                )
            if case is not None and case not in cases:
                cases[case] = self._cases.get((log, case)) or self._number(
                    connection,
                    "SELECT number FROM cases WHERE log = ? AND id = ?",
                    "INSERT INTO cases (log, id) VALUES (?, ?)",
                    log,
                    case,
                )
        return types, cases

    @staticmethod
    def _number(connection: Connection, look: str, insert: str, *values: object) -> int:
        found: tuple[int] | None = connection.execute(look, values).fetchone()
        return found[0] if found else connection.execute(insert, values).lastrowid or 0

    # Checkpoints

    def put_checkpoint(self, log: str, old: Published | None, new: Published) -> bool:
        with self._connections.writing() as connection:
            row = self._row(connection, log)
            if new.size > row.size or (old is not None and new.size < old.size):
                raise Unproven(f"a checkpoint of size {new.size} came; the log has {row.size} entries")
            last = self.last_checkpoint(log)  # this thread's connection: within the transaction
            if (last and (last.size, last.root)) != (old and (old.size, old.root)):
                return False
            if last is not None and last.size == new.size and last.root != new.root:
                raise Unproven(f"two roots for the size {new.size}: the log may not show two faces")
            connection.execute(
                "INSERT INTO checkpoint (log, size, root, note) VALUES (?, ?, ?, ?)",
                (row.number, new.size, new.root, new.note),
            )
        return True
