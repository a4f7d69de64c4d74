"""What an answer cost, counted and not timed: the same on any machine, and in any run.

Counted are the statements put to every database, each by its words; the steps that SQLite took for them; the rows and the
bytes that came back; the files opened; every call of a function of this program and of a template; and every value
that was decrypted, with its length. Time follows from these; a clock only adds noise.
"""

from __future__ import annotations

import sqlite3
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

import pytest

Work = Counter[str]

_work: Work = Counter()
_on = threading.Event()


def _returned(rows: list[Any]) -> list[Any]:
    if _on.is_set():
        _work["rows"] += len(rows)
        for row in rows:
            _work["bytes read"] += sum(len(value) for value in tuple(row) if isinstance(value, (str, bytes)))
    return rows


class _Cursor(sqlite3.Cursor):
    def execute(self, statement: str, *rest: Any) -> Any:
        if _on.is_set():
            _work[f"statement: {statement}"] += 1
        return super().execute(statement, *rest)

    def fetchone(self) -> Any:
        row = super().fetchone()
        return _returned([] if row is None else [row])[0] if row is not None else None

    def fetchall(self) -> list[Any]:
        return _returned(super().fetchall())

    def __next__(self) -> Any:
        return _returned([super().__next__()])[0]


def _execute(self: sqlite3.Connection, statement: str, *rest: Any) -> sqlite3.Cursor:
    return self.cursor(_Cursor).execute(statement, *rest)  # type: ignore[no-any-return]


def _step() -> int:
    if _on.is_set():
        _work["steps of SQLite"] += 1
    return 0


@contextmanager
def instruments(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Put them on every database that is opened and every thread that begins, until the block ends."""
    connect = sqlite3.connect

    def counted(*given: Any, factory: type[sqlite3.Connection] = sqlite3.Connection, **more: Any) -> sqlite3.Connection:
        kind = type(factory.__name__, (factory,), {"execute": _execute})
        connection = connect(*given, factory=kind, **more)
        connection.set_progress_handler(_step, 1)
        return connection

    monkeypatch.setattr(sqlite3, "connect", counted)
    threading.setprofile(_profile)
    try:
        yield
    finally:
        threading.setprofile(None)  # type: ignore[arg-type]  # typeshed knows no way to take it off


def _profile(frame: FrameType, event: str, what: Any) -> None:
    if not _on.is_set():
        return
    if event == "c_call":
        name = getattr(what, "__name__", "")
        if name == "decrypt" or what is open:
            _work[name] += 1
    elif event == "call":
        file = frame.f_code.co_filename
        if file.endswith(".html") or "/fairplace/" in file:
            _work[f"call: {file.rpartition('/')[2]} {frame.f_code.co_qualname}"] += 1


@contextmanager
def counting() -> Iterator[Work]:
    """What is done while the block runs, by whichever thread."""
    _work.clear()
    _on.set()
    found: Work = Counter()
    try:
        yield found
    finally:
        _on.clear()
        found.update(_work)
