"""Connections to an SQLite file, each with the settings without which a commit is not durable.

- One connection per thread: readers never wait for one another, nor for a writer.
- Settings are read back after they are set; a file that will not take them is refused.
- A file of another program, or of a newer format, is refused before anything is written to it; one of an older format
  is brought up to date in one transaction, or stays as it is.
"""

from __future__ import annotations

import os
import sqlite3
import threading
import time
import weakref
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from fairplace.errors import Busy, Misconfigured

FORMAT = 2
PATIENCE = 5.0
"""Seconds that a writer waits for its turn."""

_OLDEST = (3, 37, 0)  # STRICT tables
_SETTINGS: dict[str, str | int] = {"journal_mode": "wal", "synchronous": 2, "secure_delete": 1}
"""Synchronous 2 is FULL: a commit is on the disk before it is acknowledged."""


class Form(NamedTuple):
    """What a file must be. `application` stands in its header: what `file` and a careful operator see."""

    name: str
    application: int
    version: int
    schema: Path


STORE = Form(name="store", application=0x46504C52, version=FORMAT, schema=Path(__file__).with_name("schema.sql"))

Upgrade = Callable[["Connection", int], None]
"""Brings a file of an older version up to date, within a transaction. Raises Misconfigured when it cannot."""


class Connection(sqlite3.Connection):
    """A connection that can be closed from the thread that closes the store."""


class Connections:
    """One connection per thread to one file; writers of this process take turns before they meet those of others."""

    def __init__(self, path: Path, form: Form = STORE, upgrade: Upgrade | None = None) -> None:
        self.path = path.absolute()
        self._form = form
        self._local = threading.local()
        self._all: weakref.WeakSet[Connection] = weakref.WeakSet()
        self._turn = threading.Lock()
        self._closed = False
        if sqlite3.sqlite_version_info < _OLDEST:
            raise Misconfigured(f"SQLite {sqlite3.sqlite_version} came; fairplace needs {'.'.join(map(str, _OLDEST))}")
        self._prepare(upgrade)

    def get(self) -> Connection:
        """This thread's connection."""
        connection: Connection | None = getattr(self._local, "connection", None)
        if self._closed:
            raise Misconfigured(f"the store {self.path} was closed")
        if connection is None:
            connection = self._local.connection = self._connect()
            self._all.add(connection)
        return connection

    def writing(self) -> Writing:
        """This thread's connection, alone: nobody else writes until the block ends. Commits, or leaves nothing."""
        return Writing(self)

    def begin(self) -> Connection:
        """Wait for a turn and take it."""
        waited = 0.0 if self._turn.acquire(blocking=False) else self._wait()
        try:
            connection = self.get()
            if waited > 0.1:
                connection.execute(f"PRAGMA busy_timeout = {max(1, int((PATIENCE - waited) * 1000))}")
            try:
                connection.execute("BEGIN IMMEDIATE")
            except sqlite3.OperationalError as error:
                raise self._busy() if _is_busy(error) else self.broken(error) from error
            finally:
                if waited > 0.1:
                    connection.execute(f"PRAGMA busy_timeout = {int(PATIENCE * 1000)}")
        except BaseException:
            self._turn.release()
            raise
        return connection

    def _wait(self) -> float:
        """For this process's other writers; the seconds that it took."""
        started = time.monotonic()
        if not self._turn.acquire(timeout=PATIENCE):
            raise self._busy()
        return time.monotonic() - started

    def end(self, connection: Connection, *, commit: bool) -> None:
        """Give the turn back, with what was written durable or gone."""
        try:
            if commit and connection.in_transaction:
                connection.execute("COMMIT")
        except sqlite3.OperationalError as error:
            raise self.broken(error) from error
        finally:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            self._turn.release()

    def close(self) -> None:
        self._closed = True
        for connection in list(self._all):
            connection.close()

    def _busy(self) -> Busy:
        return Busy(
            f"somebody else has been writing to {self.path.name} for more than {PATIENCE:.0f} seconds; try again"
        )

    def broken(self, error: sqlite3.Error) -> Misconfigured:
        return Misconfigured(f"{self.path} cannot be written: {error}; whether the last command stands, ask by its id")

    def scrub(self) -> bool:
        """Fold the journal into the file and empty it: its old pages may hold what was deleted. False: somebody reads."""
        try:
            busy, *_ = self.get().execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        except sqlite3.OperationalError:
            return False
        return not busy

    # Opening

    def _prepare(self, upgrade: Upgrade | None) -> None:
        if not self.path.parent.is_dir():
            raise Misconfigured(f"the folder {self.path.parent} is not there; the store cannot be made in it")
        try:
            # Openings are private: nobody else on the machine reads this file or its journal.
            os.close(os.open(self.path, os.O_CREAT | os.O_RDWR, 0o600))
            if self._is_new():
                self._create()
            version = self._version()
            if upgrade is not None and 0 < version < self._form.version:
                version = self._upgraded(upgrade)
        except sqlite3.DatabaseError as error:
            if _is_busy(error):
                raise self._busy() from error
            if isinstance(error, sqlite3.OperationalError):  # of the machine, not of what is in the file
                why = "see whether its disk is full or can only be read; what is in it need not be damaged"
                raise Misconfigured(f"{self.path} cannot be opened: {error}; {why}") from error
            raise Misconfigured(f"{self.path} is no {self._form.name} of fairplace: {error}") from error
        except OSError as error:
            raise Misconfigured(f"{self.path} cannot be opened: {error}") from error
        if version != self._form.version:
            raise Misconfigured(
                f"{self.path} has the format {version}, this program reads {self._form.version}; use the version that"
                " wrote it"
            )

    def _version(self) -> int:
        found: int = self.get().execute("PRAGMA user_version").fetchone()[0]
        return found

    def _upgraded(self, upgrade: Upgrade) -> int:
        """Bring the file up to date, all of it or nothing, unless another process was first."""
        with self.writing() as connection:
            if (version := self._version()) < self._form.version:
                upgrade(connection, version)
                connection.execute(f"PRAGMA user_version = {self._form.version}")
        return self._version()

    def _is_new(self) -> bool:
        """Look before anything is written: another program's file keeps even its journal mode."""
        connection = sqlite3.connect(self.path, timeout=PATIENCE, isolation_level=None)
        try:
            connection.execute("BEGIN")  # one state for both questions: another process may be making the file
            application = connection.execute("PRAGMA application_id").fetchone()[0]
            if application == self._form.application:
                return False
            if application or connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0]:
                raise Misconfigured(f"{self.path} is a database of another program; give a new file")
            return True
        finally:
            connection.close()

    def _create(self) -> None:
        with self.writing() as connection:
            if connection.execute("PRAGMA application_id").fetchone()[0] == self._form.application:
                return  # another process was first
            for statement in statements(self._form.schema.read_text("utf-8")):
                connection.execute(statement)
            connection.execute(f"PRAGMA user_version = {self._form.version}")
            connection.execute(f"PRAGMA application_id = {self._form.application}")

    def _connect(self) -> Connection:
        connection = sqlite3.connect(
            self.path,
            timeout=PATIENCE,
            isolation_level=None,
            check_same_thread=False,  # closed by whoever closes the store; used by one thread only
            cached_statements=256,
            factory=Connection,
        )
        found = {name: _set(connection, name, value) for name, value in _SETTINGS.items()}
        if found != _SETTINGS:
            connection.close()
            raise Misconfigured(
                f"{self.path} works with {found} where {_SETTINGS} is needed, without which a commit may be lost;"
                " put it on a local disk"
            )
        connection.execute("PRAGMA cache_size = -32768")
        # A larger journal spares copying back the same pages, a smaller one is sooner written over instead of grown,
        # which makes a flush twice as quick: 8 MiB is where batches and single commits both gain.
        connection.execute("PRAGMA wal_autocheckpoint = 2000")
        return connection


class Writing:
    """A turn to write, for a `with`."""

    __slots__ = ("_connection", "_connections")

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def __enter__(self) -> Connection:
        self._connection = self._connections.begin()
        return self._connection

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: object) -> None:
        self._connections.end(self._connection, commit=kind is None)
        if isinstance(error, sqlite3.OperationalError):
            raise self._connections.broken(error) from error


def format_of(path: Path) -> int:
    """The format of a store's file; 0 for what is none."""
    try:
        connection = sqlite3.connect(path.absolute().as_uri() + "?mode=rw", timeout=PATIENCE, uri=True)
    except sqlite3.Error:
        return 0
    try:
        is_store = connection.execute("PRAGMA application_id").fetchone()[0] == STORE.application
        return int(connection.execute("PRAGMA user_version").fetchone()[0]) if is_store else 0
    except sqlite3.Error:
        return 0
    finally:
        connection.close()


def _set(connection: Connection, name: str, value: str | int) -> str | int:
    """Set it where it is not so yet, and read back what it is now."""
    deadline = time.monotonic() + PATIENCE
    while (found := connection.execute(f"PRAGMA {name}").fetchone()[0]) != value:
        try:
            connection.execute(f"PRAGMA {name} = {value}")
        except sqlite3.OperationalError as error:
            # The change to WAL needs the file alone and does not wait for it by itself.
            if not _is_busy(error) or time.monotonic() > deadline:
                raise
            time.sleep(0.01)
        else:
            found = connection.execute(f"PRAGMA {name}").fetchone()[0]
            break
    result: str | int = found
    return result


def statements(script: str) -> Iterator[str]:
    """One by one: `executescript` would commit the transaction that they belong to."""
    part = ""
    for line in script.splitlines(keepends=True):
        part += line
        if sqlite3.complete_statement(part):
            yield part
            part = ""


def _is_busy(error: sqlite3.Error) -> bool:
    return getattr(error, "sqlite_errorcode", 0) & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
