"""Where projected rows are kept, and how they are looked up.

- A row is canonical JSON; the same bytes whether it was followed live or rebuilt.
- What a row can be found by stands in a plain table, one line for each value or word, and goes with the row: a
  full-text index keeps deleted words in its segments until they are merged, and taken-down text must be gone.
- A search is a list of words, bound as values: nothing that a visitor types is read as a query language.
"""

from __future__ import annotations

import re
import sqlite3
import threading
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from fairplace.errors import Missing
from fairplace.projection import Projection
from fairplace.terms import with_few_marks

Value = str | int | None
Filters = Mapping[str, Value | Sequence[str | int]]

SCHEMA = """
CREATE TABLE IF NOT EXISTS projection_position(
    projection TEXT PRIMARY KEY, version INTEGER NOT NULL, sha256 TEXT NOT NULL,
    position INTEGER NOT NULL, opened INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS projection_row(
    id INTEGER PRIMARY KEY, projection TEXT NOT NULL, key TEXT NOT NULL, row BLOB, columns BLOB,
    UNIQUE(projection, key));
CREATE TABLE IF NOT EXISTS projection_column(
    projection TEXT NOT NULL, name TEXT NOT NULL, value NOT NULL, row INTEGER NOT NULL,
    PRIMARY KEY(projection, name, value, row)) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS projection_column_row ON projection_column(row, name);
CREATE TABLE IF NOT EXISTS projection_source(
    row INTEGER NOT NULL, entry INTEGER NOT NULL, PRIMARY KEY(row, entry)) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS projection_source_entry ON projection_source(entry, row);
CREATE TABLE IF NOT EXISTS projection_act(
    entry INTEGER NOT NULL, act INTEGER NOT NULL, PRIMARY KEY(entry, act)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS projection_case(
    case_id TEXT PRIMARY KEY, entry INTEGER NOT NULL, year INTEGER NOT NULL, number INTEGER NOT NULL,
    hidden INTEGER NOT NULL DEFAULT 0, UNIQUE(year, number)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS projection_chore(name TEXT PRIMARY KEY) WITHOUT ROWID;
"""
"""`opened`: the size whose openings the rows show; ahead of `position` only while a rebuild is under way.
`projection_act` says which releases and take-downs name an entry; `projection_case` numbers the cases in log order.
`projection_chore` holds what is still to be done after what is committed, whoever comes to do it."""

CONTENT = ("projection_row", "projection_column")
"""The tables that hold text which may have to disappear."""

WORDS = "words"
MAX_TERMS = 12
MAX_TERM = 64
_TERM = re.compile(r"\w+")


def terms(text: str) -> list[str]:
    """The words of a text as they are searched: no accents, no case, letters and digits only, in order."""
    few = with_few_marks(text)
    plain = "".join(letter for letter in unicodedata.normalize("NFKD", few) if not unicodedata.combining(letter))
    return [term[:MAX_TERM] for term in _TERM.findall(plain.casefold().replace("_", " "))]


def has_terms(text: str, words: str) -> bool:
    """Has a text every one of these words, or a word that begins so?"""
    there, wanted = terms(text), terms(words)
    return bool(wanted) and all(any(term.startswith(one) for term in there) for one in wanted)


class Rows:
    """Rows, for readers. One connection for each thread; every look-up is of one committed state."""

    def __init__(self, database: str | Path, projections: Iterable[Projection[Any]]) -> None:
        self._database = str(database)
        self._decoders = {one.name: msgspec.json.Decoder(one.row) for one in projections}
        self._local = threading.local()

    def position(self) -> int:
        """How many entries of the log every projection has taken in."""
        [(position,)] = self._query("SELECT min(position) FROM projection_position", ())
        return int(position or 0)

    def raw(self, projection: str, key: str) -> bytes | None:
        """The canonical bytes of a row."""
        found = self._query("SELECT row FROM projection_row WHERE projection = ? AND key = ?", (projection, key))
        return bytes(found[0][0]) if found else None

    def get(self, projection: str, key: str) -> Any:
        """The row, or None when there is none to be shown."""
        decoder = self._decoder(projection)
        raw = self.raw(projection, key)
        return None if raw is None else decoder.decode(raw)

    def many(self, projection: str, keys: Iterable[str]) -> dict[str, Any]:
        """The rows of these keys that there are."""
        decoder = self._decoder(projection)
        found: dict[str, Any] = {}
        wanted = tuple(dict.fromkeys(keys))
        for at in range(0, len(wanted), 500):
            part = wanted[at : at + 500]
            sql = f"SELECT key, row FROM projection_row WHERE projection = ? AND key IN ({_marks(part)})"  # noqa: S608 - question marks only
            found |= {key: decoder.decode(row) for key, row in self._query(sql, (projection, *part))}
        return found

    def list(
        self, projection: str, *, limit: int = 50, offset: int = 0, order: str = "", filters: Filters | None = None
    ) -> tuple[Sequence[Any], int]:
        """Rows and how many there are in all, by a column (`-name` for descending), unknown values last."""
        return self._select(projection, [], filters, order, limit, offset)

    def search(
        self,
        projection: str,
        words: str,
        *,
        limit: int = 50,
        offset: int = 0,
        order: str = "",
        filters: Filters | None = None,
    ) -> tuple[Sequence[Any], int]:
        """As `list`, of rows that have every one of these words or a word that begins so."""
        wanted = tuple(dict.fromkeys(terms(words)))[:MAX_TERMS]
        if words.strip() and not wanted:
            return [], 0
        return self._select(projection, wanted, filters, order, limit, offset)

    def counts(self, projection: str, column: str, filters: Filters | None = None) -> dict[str | int, int]:
        """How many rows have each value of a column."""
        where, values = _where(projection, [], filters)
        sql = (
            "SELECT c.value, count(*) FROM projection_column c JOIN projection_row r ON r.id = c.row"  # noqa: S608 - fixed text
            f" WHERE c.projection = ? AND c.name = ? AND {where} GROUP BY c.value ORDER BY c.value"
        )
        return dict(self._query(sql, (projection, column, *values)))

    def close(self) -> None:
        """Close this thread's connection; the others go with their threads."""
        connection = self._local.__dict__.pop("connection", None)
        if connection is not None:
            connection.close()

    def _select(
        self, projection: str, wanted: Sequence[str], filters: Filters | None, order: str, limit: int, offset: int
    ) -> tuple[Sequence[Any], int]:
        decoder = self._decoder(projection)
        where, values = _where(projection, wanted, filters)
        name, down = order.lstrip("-"), " DESC" if order.startswith("-") else ""
        # Only fixed text and question marks are put together here; every value is bound.
        total = self._query(f"SELECT count(*) FROM projection_row r WHERE {where}", values)[0][0]  # noqa: S608
        sql = (
            "SELECT r.row FROM projection_row r"  # noqa: S608
            " LEFT JOIN projection_column o ON o.row = r.id AND o.name = ? AND o.name <> 'words'"
            f" WHERE {where} ORDER BY o.value IS NULL, o.value{down}, r.key LIMIT ? OFFSET ?"
        )
        found = self._query(sql, (name, *values, max(0, min(limit, 1_000_000)), max(0, min(offset, 1 << 62))))
        return [decoder.decode(row) for (row,) in found], int(total)

    def _decoder(self, projection: str) -> msgspec.json.Decoder[Any]:
        decoder = self._decoders.get(projection)
        if decoder is None:
            raise Missing(f"there is no projection {projection}")
        return decoder

    def _query(self, sql: str, values: Sequence[Any]) -> Sequence[Any]:
        # A lone surrogate, which no row can have, would stop the driver.
        sound = [one.encode("utf-8", "replace").decode() if isinstance(one, str) else one for one in values]
        return self._connection().execute(sql, sound).fetchall()

    def _connection(self) -> sqlite3.Connection:
        connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if connection is None:
            connection = connect(self._database)
            connection.execute("PRAGMA query_only = ON")
            self._local.connection = connection
        return connection


def connect(database: str) -> sqlite3.Connection:
    """A connection on which what is deleted is overwritten with zeros."""
    connection = sqlite3.connect(database, timeout=5.0, isolation_level=None, check_same_thread=False)
    connection.execute("PRAGMA secure_delete = ON")
    connection.execute("PRAGMA synchronous = NORMAL")  # rows can be built again; entries are the store's to flush
    return connection


def _where(projection: str, wanted: Sequence[str], filters: Filters | None) -> tuple[str, list[Any]]:
    """A condition on `r` made of fixed text, and the values bound to it."""
    parts = ["r.projection = ?", "r.row IS NOT NULL"]
    values: list[Any] = [projection]
    some = "r.id IN (SELECT row FROM projection_column WHERE projection = ? AND name = ? AND "
    for term in wanted:
        parts.append(some + "value >= ? AND value < ?)")
        values += [projection, WORDS, term, term + "\U0010ffff"]
    for name, value in (filters or {}).items():
        if value is None:
            parts.append("r.id NOT IN (SELECT row FROM projection_column WHERE projection = ? AND name = ?)")
            values += [projection, name]
            continue
        options = _options([value] if isinstance(value, str | int) else value)
        parts.append(some + f"value IN ({_marks(options)}))")
        values += [projection, name, *options]
    return " AND ".join(parts), values


def _options(values: Iterable[str | int]) -> list[str | int]:
    """The values to look for. An address has only text in it: digits mean the number too."""
    found: list[str | int] = []
    for value in values:
        found.append(value)
        if isinstance(value, str) and re.fullmatch(r"[0-9]{1,18}", value):
            found.append(int(value))
    return found


def _marks(values: Sequence[Any]) -> str:
    return ", ".join("?" * len(values))
