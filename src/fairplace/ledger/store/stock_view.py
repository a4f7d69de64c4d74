"""A view kept by the library's own tracking recorder, for measuring ours beside it; nothing of a register is kept so."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from eventsourcing.persistence import Tracking
from eventsourcing.sqlite import SQLiteDatastore, SQLiteTrackingRecorder


class StockView(SQLiteTrackingRecorder):
    """One row per key; rows and position in one transaction for each event, as the library's projections do it."""

    def __init__(self, path: Path, name: str) -> None:
        super().__init__(SQLiteDatastore(str(path)))
        self._name = name
        self.create_table_statements.append("CREATE TABLE IF NOT EXISTS view(key TEXT PRIMARY KEY, row BLOB)")
        self.create_table()

    def load(self, key: str) -> bytes | None:
        with self.datastore.transaction(commit=False) as cursor:
            cursor.execute("SELECT row FROM view WHERE key = ?", (key,))
            found = cursor.fetchone()
        return None if found is None else bytes(found[0])

    def save(self, rows: Mapping[str, bytes], position: int) -> None:
        with self.datastore.transaction(commit=True) as cursor:
            self._insert_tracking(cursor, Tracking(self._name, position))
            for key, row in rows.items():
                cursor.execute("INSERT OR REPLACE INTO view VALUES (?, ?)", (key, row))

    def close(self) -> None:
        self.datastore.close()
