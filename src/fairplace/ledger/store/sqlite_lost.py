"""What was signed of a log and is lost, kept as evidence: a table that is made when a loss is first declared."""

from __future__ import annotations

from collections.abc import Iterable

from fairplace.ledger.store.connection import Connection
from fairplace.ledger.store.port import Lost, Published

_MADE = "SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'lost'"
_MAKE = """
    CREATE TABLE IF NOT EXISTS lost (
        log INTEGER NOT NULL,
        entry INTEGER NOT NULL,  -- index of the entry that declares it
        size INTEGER NOT NULL,
        root BLOB NOT NULL,
        note BLOB NOT NULL,
        PRIMARY KEY (log, entry, size)
    ) STRICT, WITHOUT ROWID"""
_CLEAR = "DELETE FROM lost WHERE log = ? AND entry = ?"
_KEEP = "INSERT OR REPLACE INTO lost VALUES (?, ?, ?, ?, ?)"
_LOST = """
    SELECT entry, size, root, note FROM lost WHERE log = (SELECT number FROM log WHERE origin = ?)
    ORDER BY entry, size"""


def is_made(connection: Connection) -> bool:
    return connection.execute(_MADE).fetchone() is not None


def keep(connection: Connection, number: int, entry: int, notes: Iterable[Published]) -> None:
    """These and no others are the evidence of the loss that this entry declares."""
    connection.execute(_MAKE)
    connection.execute(_CLEAR, (number, entry))
    connection.executemany(_KEEP, [(number, entry, one.size, one.root, one.note) for one in notes])


def lost(connection: Connection, log: str) -> list[Lost]:
    if not is_made(connection):
        return []
    rows = connection.execute(_LOST, (log,)).fetchall()
    return [Lost(entry, Published(size=size, root=root, note=note)) for entry, size, root, note in rows]
