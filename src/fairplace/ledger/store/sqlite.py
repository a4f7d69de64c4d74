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
from typing import Self

import msgspec

from fairplace.errors import Misconfigured, Unproven
from fairplace.ledger.store.connection import Connection, Connections
from fairplace.ledger.store.judging import Known, StreamEnd, check, judge
from fairplace.ledger.store.port import Duplicate, NewEntry, Published, Result, Submission
from fairplace.ledger.store.sqlite_reads import BITS, SqliteReads, duplicate
from fairplace.ledger.store.sqlite_writes import NEW_LOG, HeadRow, Numbers, write
from fairplace.sources import SYSTEM, Sources
from fairplace.terms import CaseId, Instant, instant, moment

CLOCK_SLACK = 60
"""Seconds that the clock may be behind the newest entry (threat model, attack 2)."""

Allowed = Callable[[Connection, int], None]
"""Asked under the lock, with the log's number; raises to stop the whole batch."""

_NEWEST = "SELECT max(place) FROM entry WHERE type = ? AND case_number = ?"
_NEWEST_BY_NAME = """
    SELECT max(place) FROM entry WHERE type = (SELECT number FROM type WHERE name = ?)
    AND case_number = (SELECT number FROM cases WHERE log = ? AND id = ?)"""
_HEAD = "SELECT number, size, frontier, register_head, register_leaf, last_at FROM log WHERE origin = ?"
_HEAD_AND_STREAM = """
    SELECT number, size, frontier, register_head, register_leaf, last_at, n, leaf, head
    FROM log LEFT JOIN stream ON stream.log = log.number AND stream.id = ? WHERE origin = ?"""
_STREAMS = "SELECT id, n, leaf, head FROM stream WHERE log = ? AND id IN (SELECT value FROM json_each(?))"
_HAS_ID = "SELECT 1 FROM entry WHERE id = ? AND place >> 40 = ?"
_HAS_LEAF = "SELECT 1 FROM entry WHERE leaf = ? AND place >> 40 = ?"

_json = msgspec.json.encode


class SqliteStore(SqliteReads):
    """Every log of one file. Safe to use from any number of threads: each gets a connection of its own."""

    def __init__(self, path: Path, sources: Sources = SYSTEM) -> None:
        self._sources = sources
        self._connections = Connections(path)
        self._numbers = Numbers()
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
            row, streams = self._look(connection, log, submissions)
            now = self._check_clock(self.now(), row.last_at)
            if allowed is not None:
                allowed(connection, row.number)
            verdict = judge(submissions, self._known(connection, row, now, streams, careful=careful))
            if not verdict.accepted:
                connection.execute("ROLLBACK")
                return verdict.results
            fresh = write(connection, log, row, now, verdict, self._numbers)
        self._numbers.keep(fresh)
        return verdict.results

    def _look(
        self, connection: Connection, log: str, submissions: Sequence[Submission]
    ) -> tuple[HeadRow, dict[str, StreamEnd]]:
        """The head, and the ends of the streams that the batch extends."""
        first = submissions[0].entries[0].stream
        if len(submissions) == 1 and len(submissions[0].entries) == 1:
            found = connection.execute(_HEAD_AND_STREAM, (first, log)).fetchone()
            if found is None:
                return NEW_LOG, {}
            return HeadRow(*found[:6]), {} if found[6] is None else {first: found[6:]}
        row = self._row(connection, log)
        names = sorted({entry.stream for submission in submissions for entry in submission.entries})
        ends = connection.execute(_STREAMS, (row.number, _json(names)))
        return row, {stream: (n, leaf, head) for stream, n, leaf, head in ends.fetchall()}

    @staticmethod
    def _row(connection: Connection, log: str) -> HeadRow:
        found = connection.execute(_HEAD, (log,)).fetchone()
        return HeadRow(*found) if found else NEW_LOG

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
        self, connection: Connection, row: HeadRow, now: Instant, streams: dict[str, StreamEnd], *, careful: bool
    ) -> Known:
        number, base = row.number, row.number << BITS

        def newest(case: CaseId, name: str) -> int:
            kind, file = self._numbers.types.get(name), self._numbers.cases.get((number, case))
            if kind is None or file is None:
                found = connection.execute(_NEWEST_BY_NAME, (name, number, case))
            else:
                found = connection.execute(_NEWEST, (kind, file))
            place = found.fetchone()[0]
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

        return Known(
            size=row.size,
            register_head=row.register_head,
            register_leaf=row.register_leaf,
            now=now,
            streams=streams,
            newest=newest,
            before=before,
            taken=taken,
            careful=careful,
        )

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
