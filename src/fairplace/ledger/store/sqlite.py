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

from fairplace.errors import Misconfigured, Unproven
from fairplace.ledger.store.connection import Connection, Connections
from fairplace.ledger.store.judging import check, judge
from fairplace.ledger.store.port import Published, Result, Submission
from fairplace.ledger.store.sqlite_locked import Locked, Memory
from fairplace.ledger.store.sqlite_reads import SqliteReads
from fairplace.ledger.store.sqlite_writes import write
from fairplace.sources import SYSTEM, Sources
from fairplace.terms import Instant, instant, moment

CLOCK_SLACK = 60
"""Seconds that the clock may be behind the newest entry (threat model, attack 2)."""

Allowed = Callable[[Connection, int], None]
"""Asked under the lock, with the log's number; raises to stop the whole batch."""


class SqliteStore(SqliteReads):
    """Every log of one file. Safe to use from any number of threads: each gets a connection of its own."""

    def __init__(self, path: Path, sources: Sources = SYSTEM) -> None:
        self._sources = sources
        self._connections = Connections(path)
        self._memory = Memory()
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
            locked = Locked(connection, log, submissions, self._memory, careful=careful)
            locked.now = self._check_clock(self.now(), locked.last_at)
            if allowed is not None:
                allowed(connection, locked.number)
            verdict = judge(submissions, locked)
            if not verdict.accepted:
                connection.execute("ROLLBACK")
                return verdict.results
            frontier = write(connection, log, locked, verdict)
        self._memory.keep(locked, frontier)
        return verdict.results

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

    # Checkpoints

    def put_checkpoint(self, log: str, old: Published | None, new: Published) -> bool:
        with self._connections.writing() as connection:
            _, number, size = self.reading(log)  # this thread's connection: within the transaction
            if new.size > size or (old is not None and new.size < old.size):
                raise Unproven(f"a checkpoint of size {new.size} came; the log has {size} entries")
            last = self.last_checkpoint(log)
            if (last and (last.size, last.root)) != (old and (old.size, old.root)):
                return False
            if last is not None and last.size == new.size and last.root != new.root:
                raise Unproven(f"two roots for the size {new.size}: the log may not show two faces")
            connection.execute(
                "INSERT INTO checkpoint (log, size, root, note) VALUES (?, ?, ?, ?)",
                (number, new.size, new.root, new.note),
            )
        return True
