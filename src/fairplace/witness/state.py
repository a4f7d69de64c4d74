"""What a witness remembers, in one small SQLite file: whom it watches, the newest tree that it signed of each, and losses.

- Looking at the stored size, judging, signing and storing are one transaction: two requests at once cannot roll it back.
- A commit is on the disk before an answer leaves (synchronous = FULL).
- What it signed is replaced by something larger only, or by an explicit act of its operator, which is kept for good.
"""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from fairplace.errors import Busy, Misconfigured
from fairplace.ledger.note import Vkey

FILE = "witness.sqlite"
APPLICATION = 0x46505749  # "FPWI"
FORMAT = 1
PATIENCE = 5.0
"""Seconds that one request waits for another."""

MOST_EVIDENCE = 1000
"""Pairs of contradicting checkpoints that are kept of one log: each further one proves nothing new."""

_SCHEMA = """
CREATE TABLE log (
    origin TEXT PRIMARY KEY,
    size INTEGER NOT NULL,
    root BLOB NOT NULL,
    note BLOB NOT NULL,
    signed_at INTEGER NOT NULL
) STRICT;
CREATE TABLE trusted (
    vkey TEXT PRIMARY KEY,
    origin TEXT NOT NULL,
    added_at INTEGER NOT NULL
) STRICT;
CREATE TABLE loss (
    number INTEGER PRIMARY KEY,
    origin TEXT NOT NULL,
    accepted_at INTEGER NOT NULL,
    lost BLOB NOT NULL,
    declaration BLOB NOT NULL
) STRICT;
CREATE TABLE evidence (
    number INTEGER PRIMARY KEY,
    origin TEXT NOT NULL,
    size INTEGER NOT NULL,
    root BLOB NOT NULL,
    seen_at INTEGER NOT NULL,
    pair BLOB NOT NULL,
    UNIQUE (origin, size, root)
) STRICT;
CREATE TRIGGER loss_stays BEFORE UPDATE ON loss BEGIN SELECT raise(ABORT, 'an accepted loss is never changed'); END;
CREATE TRIGGER loss_remains BEFORE DELETE ON loss BEGIN SELECT raise(ABORT, 'an accepted loss is never deleted'); END;
CREATE TRIGGER evidence_stays BEFORE UPDATE ON evidence BEGIN SELECT raise(ABORT, 'evidence is never changed'); END;
CREATE TRIGGER evidence_remains BEFORE DELETE ON evidence BEGIN SELECT raise(ABORT, 'evidence is never deleted'); END;
"""


class Latest(NamedTuple):
    """The newest tree that was signed of a log. Size 0 and no note: none yet."""

    size: int
    root: bytes
    note: bytes
    signed_at: int


class Loss(NamedTuple):
    """A loss that the operator accepted: what had been signed before, and the log's own declaration."""

    origin: str
    accepted_at: int
    lost: bytes
    declaration: bytes


class State:
    """One witness's memory, with a connection for each thread; several processes may use the same file."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / FILE
        self._local = threading.local()
        if not self.path.is_file():
            raise Misconfigured(f"{folder} is no witness: it has no {FILE}; make one with 'fairplace witness init'")

    @classmethod
    def create(cls, folder: Path) -> State:
        path = folder / FILE
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
        connection = sqlite3.connect(path, isolation_level=None)
        try:
            connection.execute("PRAGMA journal_mode = wal")
            connection.executescript(_SCHEMA)
            connection.execute(f"PRAGMA user_version = {FORMAT}")
            connection.execute(f"PRAGMA application_id = {APPLICATION}")
        finally:
            connection.close()
        return cls(folder)

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """Alone with the file until the block ends; then what was written is on the disk, or nothing was written."""
        with self._open() as connection:
            try:
                connection.execute("BEGIN IMMEDIATE")
            except sqlite3.OperationalError as error:
                raise Busy(f"{self.path.name} is in use for more than {PATIENCE:.0f} seconds; try again") from error
            try:
                yield connection
            except BaseException:
                connection.execute("ROLLBACK")
                raise
            connection.execute("COMMIT")

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        """This thread's connection. It stays open: closing the last one would copy the journal back each time."""
        connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
        try:
            if connection is None:
                connection = self._local.connection = self._connect()
            yield connection
        except sqlite3.DatabaseError as error:
            raise Misconfigured(f"{self.path} cannot be used: {error}; restore nothing, ask for help first") from error

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self.path, timeout=PATIENCE, isolation_level=None, check_same_thread=False)
        found = [connection.execute(f"PRAGMA {name}").fetchone()[0] for name in ("application_id", "user_version")]
        if found != [APPLICATION, FORMAT]:
            connection.close()
            raise Misconfigured(f"{self.path} is no memory of a witness that this program can read")
        connection.execute("PRAGMA synchronous = FULL")
        return connection

    # Whom it watches

    def trust(self, key: Vkey, at: int) -> bool:
        """Watch the log of this key. False when it was trusted before."""
        with self.writing() as connection:
            done = connection.execute(
                "INSERT OR IGNORE INTO trusted (vkey, origin, added_at) VALUES (?, ?, ?)", (key.text, key.name, at)
            )
            return done.rowcount == 1

    def trusted(self) -> dict[str, list[Vkey]]:
        """The keys of each log, in the order in which they were added."""
        with self._open() as connection:
            found: dict[str, list[Vkey]] = {}
            for origin, vkey in connection.execute("SELECT origin, vkey FROM trusted ORDER BY rowid"):
                found.setdefault(origin, []).append(Vkey.parse(vkey))
            return found

    def keys_of(self, origin: str) -> list[Vkey]:
        with self._open() as connection:
            rows = connection.execute("SELECT vkey FROM trusted WHERE origin = ? ORDER BY rowid", (origin,))
            return [Vkey.parse(vkey) for (vkey,) in rows]

    # What it signed

    def latest(self, origin: str) -> Latest:
        with self._open() as connection:
            return latest_in(connection, origin)

    # What it keeps for good

    def evidence(self, origin: str) -> list[bytes]:
        """Pairs of checkpoints of one size and two roots, both signed by the log (wire format, section 12)."""
        with self._open() as connection:
            rows = connection.execute("SELECT pair FROM evidence WHERE origin = ? ORDER BY number", (origin,))
            return [pair for (pair,) in rows]

    def losses(self, origin: str) -> list[Loss]:
        with self._open() as connection:
            rows = connection.execute(
                "SELECT origin, accepted_at, lost, declaration FROM loss WHERE origin = ? ORDER BY number", (origin,)
            )
            return [Loss(*row) for row in rows]


def latest_in(connection: sqlite3.Connection, origin: str) -> Latest:
    """The newest tree of a log, within a transaction."""
    row = connection.execute("SELECT size, root, note, signed_at FROM log WHERE origin = ?", (origin,)).fetchone()
    return Latest(*row) if row else Latest(0, b"", b"", 0)


def put_latest(connection: sqlite3.Connection, origin: str, latest: Latest) -> None:
    connection.execute("INSERT OR REPLACE INTO log VALUES (?, ?, ?, ?, ?)", (origin, *latest))


def put_evidence(connection: sqlite3.Connection, origin: str, size: int, root: bytes, pair: bytes, at: int) -> bool:
    """Keep a pair of checkpoints that contradict each other. False when it is known, or when there is plenty."""
    [count] = connection.execute("SELECT count(*) FROM evidence WHERE origin = ?", (origin,)).fetchone()
    if count >= MOST_EVIDENCE:
        return False
    done = connection.execute(
        "INSERT OR IGNORE INTO evidence (origin, size, root, seen_at, pair) VALUES (?, ?, ?, ?, ?)",
        (origin, size, root, at, pair),
    )
    return done.rowcount == 1


def put_loss(connection: sqlite3.Connection, loss: Loss) -> None:
    connection.execute("INSERT INTO loss (origin, accepted_at, lost, declaration) VALUES (?, ?, ?, ?)", loss)
