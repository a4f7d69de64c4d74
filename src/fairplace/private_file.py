"""A private SQLite file beside the log: opened for one piece of work at a time, readable by its owner alone.

What stands in one is no evidence and can be erased: accounts, drafts, acts that wait for a signature.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from fairplace.errors import Busy, Misconfigured

PATIENCE = 5.0
"""Seconds that a writer waits for its turn."""


class PrivateFile:
    """One file of one schema. Few people write few things: a connection for each piece of work is quick enough.

    `application` is the number in the file's header that tells it from other programs' files.
    """

    def __init__(self, path: Path, schema: Path, *, application: int, form: int = 1) -> None:
        self._path = path
        self._expected = application, form
        try:
            os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
            with self.writing() as connection:
                self._prepare(connection, schema)
        except sqlite3.OperationalError as error:  # of the machine, not of what is in the file
            why = "see whether its disk is full or can only be read; what is in it need not be damaged"
            raise Misconfigured(f"{path} cannot be opened: {error}; {why}") from error
        except sqlite3.DatabaseError as error:
            raise Misconfigured(f"{path} cannot be read: {error}; restore it from its backup") from error
        except OSError as error:
            raise Misconfigured(f"{path} cannot be opened: {error.strerror}; see whose file it is") from error

    @contextlib.contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        connection = self._connect()
        try:
            yield connection
        finally:
            connection.close()

    @contextlib.contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """Alone until the block ends: all of it is kept, or nothing. Raises Busy when others write for too long."""
        connection = self._connect()
        try:
            try:
                connection.execute("BEGIN IMMEDIATE")
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode & 0xFF not in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
                    raise
                raise Busy(f"somebody else has been writing to {self._path.name} for too long; try again") from error
            try:
                yield connection
            except BaseException:
                if connection.in_transaction:  # a disk that is full has ended it
                    connection.execute("ROLLBACK")
                raise
            connection.execute("COMMIT")
        finally:
            connection.close()

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self._path, timeout=PATIENCE, isolation_level=None)
        connection.row_factory = sqlite3.Row
        for setting in ("foreign_keys = ON", "secure_delete = ON", "synchronous = FULL"):
            connection.execute(f"PRAGMA {setting}")
        return connection

    def _prepare(self, connection: sqlite3.Connection, schema: Path) -> None:
        application, form = self._expected
        found = connection.execute("PRAGMA application_id").fetchone()[0]
        if found == 0 and connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0] == 0:
            for statement in _statements(schema.read_text("utf-8")):
                connection.execute(statement)
            connection.execute(f"PRAGMA user_version = {form}")
            connection.execute(f"PRAGMA application_id = {application}")
            return
        version = connection.execute("PRAGMA user_version").fetchone()[0]
        if (found, version) != self._expected:
            raise Misconfigured(
                f"{self._path} is a file of another program, or of format {version}; this program reads format {form}"
            )


def _statements(script: str) -> Iterator[str]:
    """`executescript` would commit what was begun."""
    text = ""
    for line in script.splitlines():
        text += line + "\n"
        if sqlite3.complete_statement(text):
            yield text
            text = ""
