"""The store on one SQLite file: several processes may write to it, one commit at a time.

- `BEGIN IMMEDIATE`, then the head is read: what was known before the lock counts for nothing.
- One transaction and one flush for a batch; the log key and the published files are no part of it.
- What may stand once in a log has a unique index. A batch is written in the hope that nothing is repeated;
  when an index objects, it is judged again with every id and digest looked up.
- A clock more than a minute behind the newest entry is refused: deadlines are judged by it.
"""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Self

import msgspec

from fairplace.errors import Misconfigured, Unproven
from fairplace.ledger.disclosure import b64u
from fairplace.ledger.store import sqlite_lost
from fairplace.ledger.store.connection import Connection, Connections
from fairplace.ledger.store.judging import check, judge
from fairplace.ledger.store.keeping import Vault, alone
from fairplace.ledger.store.keys import KeyStore
from fairplace.ledger.store.port import Published, Result, Submission
from fairplace.ledger.store.sqlite_locked import Locked, Memory
from fairplace.ledger.store.sqlite_reads import BITS, SqliteReads
from fairplace.ledger.store.sqlite_writes import write
from fairplace.ledger.store.upgrade import upgrade
from fairplace.sources import SYSTEM, Sources
from fairplace.terms import Instant, instant, moment

CLOCK_SLACK = 60
"""Seconds that the clock may be behind the newest entry (threat model, attack 2)."""

_OF_SUBJECTS = """
    SELECT place, slot, subject, digest FROM vault WHERE subject IN (SELECT value FROM json_each(?))
    AND place >= ? AND place < ? ORDER BY place, slot"""
_FORGET = "DELETE FROM vault WHERE subject IN (SELECT value FROM json_each(?)) AND place >= ? AND place < ?"

Allowed = Callable[[Connection, int], None]
"""Asked under the lock, with the log's number; raises to stop the whole batch."""


class Kept(msgspec.Struct, frozen=True):
    """A sealed value that the vault keeps: where it stands, and under whose key."""

    index: int
    slot: str
    subject: str
    digest: str  # B64U, as the entry has it


class SqliteStore(SqliteReads):
    """Every log of one file. Safe to use from any number of threads: each gets a connection of its own."""

    def __init__(self, path: Path, sources: Sources = SYSTEM, vault: Vault | None = None) -> None:
        """`vault` keeps the openings; without one the store makes its own beside its file."""
        self._sources = sources
        self._vault = vault or alone(path.absolute().parent)
        self._memory = Memory()
        self._filings = {}
        self._connections = Connections(path, upgrade=self._upgrade)
        try:
            self._open_keys()
            self.scrub()
        except BaseException:
            self._connections.close()
            raise
        newest = self._connections.get().execute("SELECT max(last_at) FROM log").fetchone()[0]
        self._check_clock(self.now(), newest)

    def _open_keys(self) -> None:
        """Open the key store; a new one is made for a vault in which nothing is kept yet, and for no other."""
        keys = self._vault.keys
        if not keys.path.exists() and self._holds():
            raise Misconfigured(
                f"{keys.path} is missing, and with it the keys of what is sealed; restore the backup of keys"
            )
        keys.open()

    def _holds(self) -> bool:
        return bool(self._connections.get().execute("SELECT EXISTS (SELECT 1 FROM vault)").fetchone()[0])

    def _upgrade(self, connection: Connection, version: int) -> None:
        self._vault.keys.open()
        upgrade(connection, version, self._vault.keys, self._vault.subject_of)

    def scrub(self) -> bool:
        """Empty the journals of what was deleted, if that is still to be done. False: somebody reads; ask again."""
        connection = self._connections.get()
        if not connection.execute("SELECT 1 FROM chore WHERE name = 'scrub'").fetchone():
            return True
        done = self._connections.scrub() and self._vault.keys.scrub()
        if done:
            with self._connections.writing() as writing:
                writing.execute("DELETE FROM chore WHERE name = 'scrub'")
        return done

    @contextlib.contextmanager
    def chore(self, name: str) -> Iterator[bool]:
        """Is something left to be done to what belongs to this file? It is done when the block ends well."""
        connection = self._connections.get()
        is_due = bool(connection.execute("SELECT 1 FROM chore WHERE name = ?", (name,)).fetchone())
        yield is_due
        if is_due:
            with self._connections.writing() as writing:
                writing.execute("DELETE FROM chore WHERE name = ?", (name,))

    def close(self) -> None:
        self._connections.close()
        self._vault.keys.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def now(self) -> Instant:
        return instant(self._sources.clock())

    def name_for(self, text: str) -> str:
        """What may stand in an entry for a name that could be guessed: always the same, and nobody outside can tell of what."""
        return self._vault.name(text).hex()

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
            locked = Locked(connection, log, submissions, self._memory, self._vault.name, careful=careful)
            locked.filing = self._filing(locked.number, (locked.number << BITS) + locked.size)
            locked.now = self._check_clock(self.now(), locked.last_at)
            if allowed is not None:
                allowed(connection, locked.number)
            verdict = judge(submissions, locked)
            if not verdict.accepted:
                connection.execute("ROLLBACK")
                return verdict.results
            frontier = write(connection, log, locked, verdict, self._vault)
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

    # Erasing

    @property
    def keys(self) -> KeyStore:
        return self._vault.keys

    def kept(self, log: str, subjects: Sequence[str], before: int | None = None) -> list[Kept]:
        """What is kept of these subjects in entries below an index, in log order."""
        start, stop = self._span(log, 0, before)
        rows = self._all(_OF_SUBJECTS, msgspec.json.encode(subjects), start, stop)
        known = self.keys.known(subjects)
        return [
            Kept(place - start, slot, subject, b64u(digest))
            for place, slot, subject, digest in rows
            if place >= known[subject].upto
        ]

    def is_to_erase(self, log: str, subjects: Sequence[str], before: int) -> bool:
        """Is there a key of these subjects from before an index, or a record below it?"""
        start, stop = self._span(log, 0, before)
        return bool(
            self.keys.alive(subjects, stop) or self._all(_OF_SUBJECTS, msgspec.json.encode(subjects), start, stop)
        )

    def erase(self, log: str, subjects: Sequence[str], before: int) -> bool:
        """Destroy the keys of these subjects from before an index, and their records below it.

        Asked again it does what is left. False: it is done, but somebody reads, and the journals will be emptied later.
        """
        with self._connections.writing() as connection:
            start, stop = self._span(log, 0, before)
            named = msgspec.json.encode(subjects)
            places = {place for place, *_ in connection.execute(_OF_SUBJECTS, (named, start, stop)).fetchall()}
            connection.execute("INSERT OR IGNORE INTO chore VALUES ('scrub')")
            self.keys.destroy(subjects, stop)  # first: what follows may fail, and nothing opens the records any more
            connection.execute(_FORGET, (named, start, stop))
            # Whoever knew a command but for what is erased could try until its name fits.
            connection.executemany(
                "UPDATE submission SET command = X'' WHERE log = ? AND ? BETWEEN first AND first + count - 1",
                [(start >> BITS, place - start) for place in sorted(places)],
            )
        self._filings.clear()
        return self.scrub()

    # Checkpoints

    def put_lost(self, log: str, entry: int, checkpoints: Sequence[Published]) -> None:
        with self._connections.writing() as connection:
            _, number, _ = self.reading(log)
            sqlite_lost.keep(connection, number, entry, checkpoints)

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
