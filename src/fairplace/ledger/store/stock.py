"""The library's own SQLite recorder, for measuring ours beside it; nothing of a register goes through it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from uuid import UUID

from eventsourcing.persistence import StoredEvent
from eventsourcing.sqlite import SQLiteApplicationRecorder, SQLiteDatastore

from fairplace.ledger.store.port import Submission


def stock_append(path: Path) -> tuple[Callable[[Sequence[Submission]], object], Callable[[], None]]:
    """An append of the same bytes by the library's recorder, which knows nothing of signatures, and its `close`."""
    datastore = SQLiteDatastore(str(path))
    recorder = SQLiteApplicationRecorder(datastore)
    recorder.create_table()

    def append(submissions: Sequence[Submission]) -> object:
        return recorder.insert_events(
            [
                StoredEvent(UUID(entry.stream), entry.n, entry.type, entry.raw)
                for submission in submissions
                for entry in submission.entries
            ]
        )

    return append, datastore.close
