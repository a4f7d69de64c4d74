"""Feed published entries to projections, follow the log, and rebuild a projection from nothing.

- A row is a function of the entries below the position, of the openings in effect there, and of which signatures are
  contested there: what changes any of that for an earlier entry folds every row that has it again from nothing, so live
  and rebuilt rows are the same bytes.
- Rows and position move in one transaction, compared and set: each entry counts once, whoever follows.
- Nothing of a case that concerns one person reaches a row; what was shown before that was known goes.
- A rebuild is one pass with the openings of its end, so that it never shows what was taken down.
"""

from __future__ import annotations

import hashlib
import sqlite3
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, NamedTuple

from fairplace import projection, trail
from fairplace.errors import Busy, Missing
from fairplace.folding import Source, Step
from fairplace.openness.events import Disclosed, Withdrawn
from fairplace.procurement.events import Imported, Planned
from fairplace.projection import Projection
from fairplace.recorded import Recorded
from fairplace.rows import CONTENT, SCHEMA, connect
from fairplace.shelf import Shelved
from fairplace.terms import CaseId, london_day
from fairplace.urgent.events import Bought

BATCH = 500
"""Entries in one transaction: enough to spare commits, few enough to let writers of the same file pass."""


class Loaded(NamedTuple):
    """A projection and the hash of what it is made of."""

    projection: Projection[Any]
    sha256: str


class Difference(NamedTuple):
    """A row that is not what a fresh rebuild gives."""

    projection: str
    key: str
    what: str


def loaded(shelf: Iterable[Shelved]) -> list[Loaded]:
    """The projections of a shelf. The rows that they share and the allow-list of trails are part of what they are."""
    parts = [Path(trail.__file__), *sorted(Path(projection.__file__).parent.glob("*.py"))]
    shared = hashlib.sha256(b"".join(part.read_bytes() for part in parts)).hexdigest()
    return [
        Loaded(file.module.projection, hashlib.sha256(f"{file.sha256} {shared}".encode()).hexdigest()) for file in shelf
    ]


def code_of(authority: str) -> str:
    """How an authority is called in citations: Northcliffe County Council is NCC."""
    initials = "".join(word[0] for word in authority.split() if word[0].isalpha() and word[0].isupper())
    return initials[:6] or "X"


class Replay:
    """Rows of these projections, kept in step with a log.

    `code` is how the log's authority is called in citations. Safe to share between threads.
    """

    def __init__(
        self, database: str | Path, source: Source, projections: Sequence[Loaded], *, code: str, batch: int = BATCH
    ) -> None:
        self._source = source
        self._projections = {one.projection.name: one for one in projections}
        self._code = code
        self._batch = batch
        self._lock = threading.Lock()
        self._connection = connect(str(database))
        self._connection.executescript(SCHEMA)

    def close(self) -> None:
        self._connection.close()

    def catch_up(self, size: int | None = None) -> int:
        """Take in every entry below `size`, the size of the newest checkpoint. How many entries were read."""
        size = self._source.size if size is None else size
        read = 0
        with self._lock:
            self._begin(size)
            while group := self._behind(size):
                read += self._advance(group, size)
            if self._connection.execute("SELECT 1 FROM projection_chore WHERE name = 'scrub'").fetchone():
                self._scrub()
        return read

    def rebuild(self, names: Iterable[str] = (), size: int | None = None) -> int:
        """Forget the rows of these projections (of all when none is named) and build them from nothing."""
        chosen = list(names) or list(self._projections)
        if unknown := sorted(set(chosen) - set(self._projections)):
            raise Missing(f"there is no projection {unknown[0]}; there are {', '.join(sorted(self._projections))}")
        size = self._source.size if size is None else size
        with self._lock, self._transaction():
            for name in chosen:
                self._forget(name, size)
        return self.catch_up(size)

    def check(self, size: int | None = None) -> list[Difference]:
        """Catch up, then compare every row with a fresh rebuild. An empty answer: all the same, byte for byte."""
        self.catch_up(size)
        [(size,)] = self._connection.execute("SELECT max(position) FROM projection_position")
        fresh = Replay("", self._source, list(self._projections.values()), code=self._code, batch=self._batch)
        try:
            fresh.catch_up(size)
            return list(_differences(fresh.stored(), self.stored()))
        finally:
            fresh.close()

    def stored(self) -> Iterator[tuple[str, str, bytes, bytes]]:
        """Every row and its columns, by projection and key."""
        yield from self._connection.execute(
            "SELECT projection, key, row, columns FROM projection_row WHERE row IS NOT NULL ORDER BY projection, key"
        )

    # Positions

    def _begin(self, size: int) -> None:
        """Start what is new or changed from nothing, and drop rows of projections that are no more."""
        known = {
            name: (version, sha256)
            for name, version, sha256 in self._connection.execute(
                "SELECT projection, version, sha256 FROM projection_position"
            )
        }
        wanted = {name: self._mark(name) for name in self._projections}
        if known == wanted:
            return
        with self._transaction():
            for name in sorted(known.keys() - wanted.keys()):
                self._forget(name, None)
            for name, mark in wanted.items():
                if known.get(name) != mark:
                    self._forget(name, size)

    def _mark(self, name: str) -> tuple[int, str]:
        one = self._projections[name]
        return one.projection.version, hashlib.sha256(f"{one.sha256} {self._code}".encode()).hexdigest()

    def _forget(self, name: str, size: int | None) -> None:
        """Delete the rows of a projection; with a size, let it start again towards it."""
        execute = self._connection.execute
        execute("DELETE FROM projection_column WHERE projection = ?", (name,))
        execute(
            "DELETE FROM projection_source WHERE row IN (SELECT id FROM projection_row WHERE projection = ?)", (name,)
        )
        execute("DELETE FROM projection_row WHERE projection = ?", (name,))
        execute("DELETE FROM projection_position WHERE projection = ?", (name,))
        if size is not None:
            execute("INSERT INTO projection_position VALUES (?, ?, ?, 0, ?)", (name, *self._mark(name), size))

    def _behind(self, size: int) -> _Group | None:
        """The projections that are furthest behind, together."""
        found = self._connection.execute(
            "SELECT position, opened, projection FROM projection_position WHERE position < max(?, opened)"
            " ORDER BY position, opened, projection",
            (size,),
        ).fetchall()
        if not found:
            return None
        position, opened = found[0][:2]
        return _Group(position, opened, tuple(name for *place, name in found if place == [position, opened]))

    # One batch

    def _advance(self, group: _Group, size: int) -> int:
        """Take the group one batch further. Nothing happens when somebody else was first."""
        start = group.position
        rebuilding = start < group.opened
        stop = min(start + self._batch, group.opened if rebuilding else size)
        opened = group.opened if rebuilding else stop
        records = list(self._source.recorded(start, stop, "public", opened))
        contested = frozenset(self._source.contested(start, stop))
        with self._transaction():
            if self._behind(size) != group:
                return 0
            hidden = self._cases(records)
            for name in group.names:
                step = Step(self._connection, self._source, self._projections[name].projection, self._code)
                step.take(
                    records, start=start, opened=opened, rebuilding=rebuilding, hidden=hidden, contested=contested
                )
            self._connection.executemany(
                "UPDATE projection_position SET position = ?, opened = ? WHERE projection = ?",
                [(stop, opened, name) for name in group.names],
            )
            if any(map(_leaves_copies, records)):
                self._connection.execute("INSERT OR IGNORE INTO projection_chore VALUES ('scrub')")
        return stop - start

    def _cases(self, records: Sequence[Recorded]) -> set[CaseId]:
        """Number the cases that begin here, and note what the acts on openings name. The cases that hide from here."""
        execute = self._connection.execute
        hidden: set[CaseId] = set()
        for recorded in records:
            event = recorded.event
            if recorded.n == 1 and recorded.stream == recorded.case:
                execute(
                    "INSERT OR IGNORE INTO projection_case(case_id, entry, year, number) SELECT ?, ?, ?,"
                    " 1 + coalesce((SELECT max(number) FROM projection_case WHERE year = ?), 0)",
                    (recorded.case, recorded.index, year := london_day(recorded.at).year, year),
                )
            if (
                isinstance(event, Planned | Imported | Bought)
                and event.concerns_one_person
                and recorded.case is not None
            ):
                hidden.add(recorded.case)
                execute("UPDATE projection_case SET hidden = 1 WHERE case_id = ?", (recorded.case,))
            elif isinstance(event, Disclosed | Withdrawn):
                self._connection.executemany(
                    "INSERT OR IGNORE INTO projection_act(entry, act) VALUES (?, ?)",
                    [(part.entry, recorded.index) for part in event.openings],
                )
        return hidden

    def _scrub(self) -> None:
        """Leave no copy of what was taken down: rows on fresh pages, the write-ahead log folded into the file and emptied.

        What is deleted is overwritten, and so is a page that is let go. But a page that is laid out anew can keep a copy
        of a row between its cells, and old pages stay in the write-ahead log until it is emptied. Whoever is stopped on the
        way, or finds a reader in it, leaves the chore to whoever follows next, in whatever process.
        """
        with suppress(Busy, sqlite3.OperationalError):
            with self._transaction():
                for table in CONTENT:
                    self._on_fresh_pages(table)
            busy, *_ = self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            if not busy:
                self._connection.execute("DELETE FROM projection_chore WHERE name = 'scrub'")

    def _on_fresh_pages(self, table: str) -> None:
        execute = self._connection.execute
        made = [
            sql
            for (sql,) in execute(
                "SELECT sql FROM sqlite_schema WHERE tbl_name = ? AND sql IS NOT NULL ORDER BY type DESC", (table,)
            )
        ]
        execute(f"ALTER TABLE {table} RENAME TO {table}_before")
        execute(made[0])
        execute(f"INSERT INTO {table} SELECT * FROM {table}_before ORDER BY 1, 2, 3, 4")  # noqa: S608 - our own names
        execute(f"DROP TABLE {table}_before")
        for index in made[1:]:
            execute(index)

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        try:
            self._connection.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError as error:
            raise Busy(f"the register is locked by another writer: {error}; try again") from error
        try:
            yield
            self._connection.execute("COMMIT")
        except BaseException as error:
            if self._connection.in_transaction:  # on a full disk SQLite has rolled back by itself
                self._connection.execute("ROLLBACK")
            if isinstance(error, sqlite3.OperationalError) and "locked" in str(error):
                raise Busy("the register is being read by somebody who holds it; try again") from error
            raise


def _leaves_copies(one: Recorded) -> bool:
    """Does it take away what was shown? Of a case that begins as one of one person nothing ever was."""
    hides = isinstance(one.event, Planned | Imported | Bought) and one.event.concerns_one_person
    return isinstance(one.event, Withdrawn) or (hides and not (one.n == 1 and one.stream == one.case))


class _Group(NamedTuple):
    """Projections at the same position, showing the openings of the same size."""

    position: int
    opened: int
    names: tuple[str, ...]


def _differences(
    fresh: Iterator[tuple[str, str, bytes, bytes]], kept: Iterator[tuple[str, str, bytes, bytes]]
) -> Iterator[Difference]:
    """Both sides in the order of projection and key, side by side."""
    left, right = next(fresh, None), next(kept, None)
    while left is not None or right is not None:
        if right is None or (left is not None and left[:2] < right[:2]):
            assert left is not None
            yield Difference(left[0], left[1], "is missing")
            left = next(fresh, None)
        elif left is None or right[:2] < left[:2]:
            yield Difference(right[0], right[1], "should not be there")
            right = next(kept, None)
        else:
            if left[2:] != right[2:]:
                yield Difference(left[0], left[1], "is not what a rebuild gives")
            left, right = next(fresh, None), next(kept, None)
