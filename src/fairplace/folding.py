"""One projection takes in one batch of entries, inside a transaction.

- Which rows an entry belongs to is the projection's to say, from what is open of it; `projection_source` remembers it.
- An act on openings also belongs to the rows of the entries that it names.
- A row whose entries or openings changed, or an entry of which is contested or reaffirmed since, is folded again from nothing; any other only takes the steps that are new.
"""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple, Protocol

import msgspec

from fairplace.event import Fact
from fairplace.openness.events import Disclosed, Withdrawn
from fairplace.people.events import Reaffirmed
from fairplace.projection import Citation, Projection
from fairplace.recorded import Recorded
from fairplace.rows import WORDS, terms
from fairplace.terms import CaseId

GAP = 16
"""Entries that may be read in vain between two that are wanted."""


ACTS = (Disclosed, Withdrawn)
"""What opens and closes: it belongs to the rows of the entries that it names, too."""


class Source(Protocol):
    """Where entries come from: the part of a reader that replay needs."""

    @property
    def size(self) -> int: ...

    def recorded(self, start: int, stop: int, view: Any = ..., upto: int | None = None) -> Iterator[Recorded]: ...

    def contested(self, start: int, stop: int) -> Iterable[int]:
        """The entries that are contested from somewhere between `start` and `stop` on."""
        ...


class Step:
    """One projection takes in one batch, inside a transaction."""

    def __init__(self, connection: sqlite3.Connection, source: Source, projection: Projection[Any], code: str) -> None:
        self._connection = connection
        self._source = source
        self._projection = projection
        self._code = code
        self._decode = msgspec.json.Decoder(projection.row).decode
        self._encode = msgspec.json.Encoder(order="sorted").encode
        self._shown: dict[CaseId, bool] = {}
        self._fresh: dict[int, frozenset[str]] = {}
        self._known: dict[int, Recorded] = {}

    def take(
        self,
        records: Sequence[Recorded],
        *,
        start: int,
        opened: int,
        rebuilding: bool,
        hidden: set[CaseId],
        contested: Iterable[int] = (),
    ) -> None:
        self._opened = opened
        self._start = start
        self._known = {recorded.index: recorded for recorded in records}
        affected = {index for case in hidden for index in self._entries_of(case)}
        if not rebuilding:
            touched = (index for one in records for index in (*named(one.event), *reaffirmed(one.event)))
            affected |= {index for index in (*touched, *contested) if index < start}
        again = self._rekey(affected)
        more: dict[str, list[Recorded]] = defaultdict(list)
        for recorded in records:
            keys = self._keys(recorded)
            self._fresh[recorded.index] = keys
            for key in keys:
                more[key].append(recorded)
        self._connection.executemany(
            "INSERT OR IGNORE INTO projection_row(projection, key) VALUES (?, ?)",
            [(self._projection.name, key) for key in sorted(more)],
        )
        rows = self._rows(more.keys() | again)
        self._connection.executemany(
            "INSERT OR IGNORE INTO projection_source(row, entry) VALUES (?, ?)",
            [(rows[key].id, one.index) for key, found in more.items() for one in found],
        )
        self._read(index for key in again & rows.keys() for index in self._entries(rows[key].id))
        for key, row in sorted(rows.items()):
            if key in again:
                self._write(key, row, None, [self._known[index] for index in self._entries(row.id)])
            else:
                self._write(key, row, row.raw, more[key])

    # Which rows

    def _keys(self, recorded: Recorded) -> frozenset[str]:
        """The rows of an entry; an act on openings also belongs to the rows of the entries that it names."""
        if recorded.case is not None and not self._is_shown(recorded.case):
            return frozenset()
        keys = frozenset(self._projection.keys(recorded))
        for index in named(recorded.event):
            keys |= self._keys_of(index)
        return keys

    def _keys_of(self, index: int) -> frozenset[str]:
        """The rows that have this entry now."""
        if index in self._fresh:
            return self._fresh[index]
        found = self._connection.execute(
            "SELECT r.key FROM projection_source s JOIN projection_row r ON r.id = s.row"
            " WHERE s.entry = ? AND r.projection = ?",
            (index, self._projection.name),
        )
        return frozenset(key for (key,) in found)

    def _rekey(self, affected: set[int]) -> set[str]:
        """Settle anew which rows these earlier entries belong to. The rows to be folded again from nothing.

        Acts that name them follow them, from the lowest index up: an act names lower indexes only.
        """
        again: set[str] = set()
        waiting = set(affected)
        seen: set[int] = set()
        while waiting:
            index = min(waiting)
            waiting.discard(index)
            seen.add(index)
            before = self._keys_of(index)
            self._read([index])
            recorded = self._known.get(index)
            after = frozenset[str]() if recorded is None else self._keys(recorded)
            if before == after and index not in affected:
                continue
            again |= before | after
            self._fresh[index] = after
            self._move(index, before, after)
            waiting |= {act for act in self._acts(index) if act < self._start and act not in seen}
        return again

    def _move(self, index: int, before: frozenset[str], after: frozenset[str]) -> None:
        name = self._projection.name
        self._connection.executemany(
            "DELETE FROM projection_source WHERE entry = ?"
            " AND row = (SELECT id FROM projection_row WHERE projection = ? AND key = ?)",
            [(index, name, key) for key in before - after],
        )
        for key in sorted(after - before):
            self._connection.execute("INSERT OR IGNORE INTO projection_row(projection, key) VALUES (?, ?)", (name, key))
            self._connection.execute(
                "INSERT OR IGNORE INTO projection_source(row, entry)"
                " SELECT id, ? FROM projection_row WHERE projection = ? AND key = ?",
                (index, name, key),
            )

    def _acts(self, index: int) -> list[int]:
        found = self._connection.execute("SELECT act FROM projection_act WHERE entry = ? ORDER BY act", (index,))
        return [act for (act,) in found]

    def _entries_of(self, case: CaseId) -> list[int]:
        """Earlier entries of a case that has rows."""
        found = self._connection.execute(
            "SELECT DISTINCT s.entry FROM projection_source s JOIN projection_row r ON r.id = s.row"
            " WHERE r.projection = ? AND s.entry < ? AND s.entry >="
            " (SELECT entry FROM projection_case WHERE case_id = ?)",
            (self._projection.name, self._start, case),
        )
        indexes = [index for (index,) in found]
        self._read(indexes)
        return [index for index in indexes if self._known[index].case == case]

    def _is_shown(self, case: CaseId) -> bool:
        if case not in self._shown:
            found = self._connection.execute("SELECT hidden FROM projection_case WHERE case_id = ?", (case,)).fetchone()
            self._shown[case] = found is None or not found[0]
        return self._shown[case]

    # The rows themselves

    def _rows(self, keys: Iterable[str]) -> dict[str, _Row]:
        found: dict[str, _Row] = {}
        wanted = sorted(keys)
        for at in range(0, len(wanted), 500):
            part = wanted[at : at + 500]
            marks = ", ".join("?" * len(part))
            sql = f"SELECT key, id, row, columns FROM projection_row WHERE projection = ? AND key IN ({marks})"  # noqa: S608 - question marks only
            for key, row, raw, columns in self._connection.execute(sql, (self._projection.name, *part)):
                found[key] = _Row(row, raw, columns)
        return found

    def _entries(self, row: int) -> list[int]:
        return [
            index
            for (index,) in self._connection.execute(
                "SELECT entry FROM projection_source WHERE row = ? ORDER BY entry", (row,)
            )
        ]

    def _read(self, indexes: Iterable[int]) -> None:
        """Read these entries with the openings in effect, as far as they are not at hand; neighbours in one go."""
        wanted = sorted(set(indexes) - self._known.keys())
        run: list[int] = []
        for index in [*wanted, None]:
            if run and (index is None or index - run[-1] > GAP):
                for recorded in self._source.recorded(run[0], run[-1] + 1, "public", self._opened):
                    self._known[recorded.index] = recorded
                run = []
            if index is not None:
                run.append(index)

    def _write(self, key: str, row: _Row, raw: bytes | None, records: Sequence[Recorded]) -> None:
        """Fold these entries onto the row, or onto nothing, and store it; a row without entries goes."""
        if not records:
            self._connection.execute("DELETE FROM projection_column WHERE row = ?", (row.id,))
            self._connection.execute("DELETE FROM projection_row WHERE id = ?", (row.id,))
            return
        value = self._projection.empty(key, self._citation(records[0].case)) if raw is None else self._decode(raw)
        for recorded in records:
            value = self._projection.fold(value, recorded)
        columns = self._projection.columns(value)
        known = self._encode(columns)
        self._connection.execute(
            "UPDATE projection_row SET row = ?, columns = ? WHERE id = ?", (self._encode(value), known, row.id)
        )
        if known != row.columns:
            self._connection.execute("DELETE FROM projection_column WHERE row = ?", (row.id,))
            self._connection.executemany(
                "INSERT OR IGNORE INTO projection_column(projection, name, value, row) VALUES (?, ?, ?, ?)",
                [(self._projection.name, name, one, row.id) for name, one in _found_by(columns)],
            )

    def _citation(self, case: CaseId | None) -> Citation | None:
        found = self._connection.execute(
            "SELECT year, number FROM projection_case WHERE case_id = ?", (case,)
        ).fetchone()
        return None if found is None else Citation(self._code, *found)


class _Row(NamedTuple):
    """A stored row: null while it is new."""

    id: int
    raw: bytes | None
    columns: bytes | None


def named(event: Fact) -> Sequence[int]:
    """The entries that an act on openings names."""
    return [part.entry for part in event.openings] if isinstance(event, ACTS) else ()


def reaffirmed(event: Fact) -> Sequence[int]:
    """The entries of which somebody stands by a contested signature."""
    return event.entries if isinstance(event, Reaffirmed) else ()


def _found_by(columns: Mapping[str, str | int | None]) -> Iterator[tuple[str, str | int]]:
    for name, value in columns.items():
        if name == WORDS:
            yield from ((name, term) for term in sorted(set(terms(str(value or "")))))
        elif value is not None:
            yield name, value
