"""What a monitor remembers of one log, in one SQLite file: enough to judge each new entry, and to give any earlier root.

- Whatever is taken in of a new state is taken in whole, with what was found, in one transaction: a kill loses nothing.
- A finding is kept until it was told, and told at least once.
- Leaf hashes are kept, entries are not: a monitor knows what stood where, and holds nobody's words.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from fairplace.errors import Busy, Malformed, Misconfigured
from fairplace.ledger.tiles import WIDTH
from fairplace.ledger.tree import HASH_BYTES, Frontier

FILE = "monitor.sqlite"
APPLICATION = 0x46504D4F  # "FPMO"
FORMAT = 1

_SCHEMA = f"""
CREATE TABLE IF NOT EXISTS log (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    origin TEXT NOT NULL,
    size INTEGER NOT NULL,
    root BLOB NOT NULL,
    note BLOB NOT NULL,
    frontier BLOB NOT NULL,
    grown_at INTEGER NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS seen (
    size INTEGER NOT NULL,
    root BLOB NOT NULL,
    note BLOB NOT NULL,
    seen_at INTEGER NOT NULL,
    PRIMARY KEY (size, root)
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS leaves (block INTEGER PRIMARY KEY, hashes BLOB NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS register (place INTEGER PRIMARY KEY, raw BLOB NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS stream (id TEXT PRIMARY KEY, n INTEGER NOT NULL, leaf BLOB NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS id (id BLOB PRIMARY KEY) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS waiting (name TEXT PRIMARY KEY, since INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS finding (
    number INTEGER PRIMARY KEY,
    at INTEGER NOT NULL,
    kind TEXT NOT NULL,
    grave INTEGER NOT NULL,
    sentence TEXT NOT NULL,
    told INTEGER NOT NULL DEFAULT 0
) STRICT;
PRAGMA user_version = {FORMAT};
PRAGMA application_id = {APPLICATION};
"""


class Last(NamedTuple):
    """The newest state that was found to hold. `grown_at`: when it was first seen, in POSIX seconds."""

    origin: str
    size: int
    root: bytes
    note: bytes
    frontier: Frontier
    grown_at: int


class Finding(NamedTuple):
    """What somebody should know. A grave one says that something is false."""

    kind: str
    sentence: str
    grave: bool = False


class Memory:
    """Opens, or makes, the memory in a folder. One monitor uses it at a time."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.folder = folder
        path = folder / FILE
        try:
            os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
            self._connection = sqlite3.connect(path, timeout=5, isolation_level=None)
            if not self._connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0]:  # new, or broken off
                self._connection.execute("PRAGMA journal_mode = wal")
                self._connection.executescript(f"BEGIN IMMEDIATE; {_SCHEMA} COMMIT;")
            names = ("application_id", "user_version")
            found = [self._connection.execute(f"PRAGMA {name}").fetchone()[0] for name in names]
        except (sqlite3.Error, OSError) as error:
            raise Misconfigured(
                f"{path} cannot be used: {error}; see to its disk, or give another folder with --state"
            ) from error
        if found != [APPLICATION, FORMAT]:
            raise Misconfigured(f"{path} is no memory of a monitor that this program can read; give another folder")
        self._connection.execute("PRAGMA synchronous = FULL")

    def close(self) -> None:
        self._connection.close()

    @contextmanager
    def taking_in(self) -> Iterator[None]:
        """All of what the block writes is kept, or nothing."""
        try:
            self._connection.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError as error:
            raise Busy(f"another monitor uses {self.folder}; give each a folder of its own") from error
        try:
            yield
        except BaseException:
            self._connection.execute("ROLLBACK")
            raise
        self._connection.execute("COMMIT")

    # The log

    def last(self) -> Last | None:
        row = self._connection.execute("SELECT origin, size, root, note, frontier, grown_at FROM log").fetchone()
        if not row:
            return None
        origin, size, root, note, frontier, grown_at = row
        return Last(origin, size, root, note, Frontier.from_bytes(frontier), grown_at)

    def put_last(self, last: Last) -> None:
        row = (*last[:4], last.frontier.to_bytes(), last.grown_at)
        self._connection.execute("INSERT OR REPLACE INTO log VALUES (1, ?, ?, ?, ?, ?, ?)", row)

    def put_seen(self, size: int, root: bytes, note: bytes, at: int) -> None:
        """Keep a signed checkpoint, for the day on which another of its size turns up."""
        self._connection.execute("INSERT OR IGNORE INTO seen VALUES (?, ?, ?, ?)", (size, root, note, at))

    def seen(self, above: int = 0) -> Iterator[tuple[int, bytes, bytes]]:
        """Size, root and note of the checkpoints kept, the largest first."""
        yield from self._connection.execute(
            "SELECT size, root, note FROM seen WHERE size > ? ORDER BY size DESC", (above,)
        )

    def seen_of(self, size: int) -> list[tuple[bytes, bytes]]:
        """Root and note of the checkpoints kept of one size."""
        return self._connection.execute("SELECT root, note FROM seen WHERE size = ?", (size,)).fetchall()

    # What stood where

    def leaves(self, stop: int) -> Iterator[bytes]:
        """The leaf hashes of the first so many entries."""
        rows = self._connection.execute("SELECT hashes FROM leaves ORDER BY block")
        for count, (hashes,) in zip(range(0, stop, WIDTH), rows, strict=False):
            for at in range(min(WIDTH, stop - count)):
                yield hashes[at * HASH_BYTES : (at + 1) * HASH_BYTES]

    def root_at(self, size: int) -> bytes:
        """The root of the tree that was seen, at any size up to the last."""
        frontier = Frontier()
        for leaf in self.leaves(size):
            frontier.append(leaf)
        if frontier.size != size:
            raise Malformed(f"{frontier.size} entries were seen; the root of {size} was asked for")
        return frontier.root()

    def add_leaves(self, start: int, leaves: Iterable[bytes]) -> None:
        place = start
        block: list[bytes] = []
        if start % WIDTH:
            [hashes] = self._connection.execute(
                "SELECT hashes FROM leaves WHERE block = ?", (start // WIDTH,)
            ).fetchone()
            block = [hashes]
        for leaf in leaves:
            block.append(leaf)
            place += 1
            if place % WIDTH == 0:
                self._put_block(place // WIDTH - 1, block)
                block = []
        if block:
            self._put_block(place // WIDTH, block)

    def _put_block(self, number: int, block: list[bytes]) -> None:
        self._connection.execute("INSERT OR REPLACE INTO leaves VALUES (?, ?)", (number, b"".join(block)))

    # What judging needs

    def register_entries(self) -> list[tuple[int, bytes]]:
        return self._connection.execute("SELECT place, raw FROM register ORDER BY place").fetchall()

    def add_register_entry(self, place: int, raw: bytes) -> None:
        self._connection.execute("INSERT INTO register VALUES (?, ?)", (place, raw))

    def stream_end(self, stream: str) -> tuple[int, bytes]:
        """How many events a stream has, and the leaf hash of the last: 0 and nothing when it is new."""
        row = self._connection.execute("SELECT n, leaf FROM stream WHERE id = ?", (stream,)).fetchone()
        return (row[0], row[1]) if row else (0, b"")

    def put_stream_end(self, stream: str, n: int, leaf: bytes) -> None:
        self._connection.execute("INSERT OR REPLACE INTO stream VALUES (?, ?, ?)", (stream, n, leaf))

    def add_id(self, identity: bytes) -> bool:
        """False when an entry with this id was there before."""
        return self._connection.execute("INSERT OR IGNORE INTO id VALUES (?)", (identity,)).rowcount == 1

    def forget_log(self) -> None:
        """Begin the log anew, after a loss that it declared. Checkpoints and findings stay."""
        for table in ("log", "leaves", "register", "stream", "id"):
            self._connection.execute(f"DELETE FROM {table}")  # noqa: S608 - names of our own tables

    def waits(self, name: str, at: int | None) -> int:
        """Since when something that should pass has not. `at` None: it has passed."""
        if at is None:
            self._connection.execute("DELETE FROM waiting WHERE name = ?", (name,))
            return 0
        self._connection.execute("INSERT OR IGNORE INTO waiting VALUES (?, ?)", (name, at))
        since: int = self._connection.execute("SELECT since FROM waiting WHERE name = ?", (name,)).fetchone()[0]
        return since

    # What was found

    def find(self, finding: Finding, at: int) -> None:
        """Keep a finding to be told. The same one is told again after a day, not every minute."""
        self._connection.execute(
            "INSERT INTO finding (at, kind, grave, sentence) SELECT ?, ?, ?, ?"
            " WHERE NOT EXISTS (SELECT 1 FROM finding WHERE sentence = ? AND at > ?)",
            (at, finding.kind, finding.grave, finding.sentence, finding.sentence, at - 86_400),
        )

    def untold(self) -> list[tuple[int, int, Finding]]:
        """Number, moment and finding, in order."""
        rows = self._connection.execute(
            "SELECT number, at, kind, sentence, grave FROM finding WHERE NOT told ORDER BY number"
        )
        return [(number, at, Finding(kind, sentence, bool(grave))) for number, at, kind, sentence, grave in rows]

    def told(self, number: int) -> None:
        self._connection.execute("UPDATE finding SET told = 1 WHERE number = ?", (number,))
