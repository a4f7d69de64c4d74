"""The SQLite file itself: its settings, its format, its lock, and what other processes do to it."""

import os
import random
import sqlite3
import stat
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from fairplace.errors import Busy, FairplaceError, Misconfigured
from fairplace.ledger import tree
from fairplace.ledger.store import connection
from fairplace.ledger.store.port import Committed
from fairplace.ledger.store.sqlite import SqliteStore
from tests.ledger.store.build import LOG, Streams, leaves, opening

ROOT = Path(__file__).parents[3]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "register.sqlite"


def test_every_connection_writes_ahead_flushes_each_commit_and_wipes_what_it_deletes(path: Path) -> None:
    with SqliteStore(path) as store:
        found: list[list[object]] = []

        def look() -> None:
            here = store._connections.get()
            found.append([here.execute(f"PRAGMA {name}").fetchone()[0] for name in connection._SETTINGS])

        look()
        other = threading.Thread(target=look)
        other.start()
        other.join()
        assert found == [["wal", 2, 1]] * 2
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_file_that_does_not_take_the_settings_is_refused(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # As on a disk where a commit would not be flushed: what is read back is not what is needed.
    monkeypatch.setattr(connection, "_set", lambda _file, name, value: 1 if name == "synchronous" else value)
    with pytest.raises(Misconfigured, match="without which a commit may be lost"):
        SqliteStore(path)


def test_a_newer_format_is_refused(path: Path) -> None:
    SqliteStore(path).close()
    with sqlite3.connect(path) as raw:
        raw.execute("PRAGMA user_version = 3")
    raw.close()
    with pytest.raises(Misconfigured, match="has the format 3, this program reads 2; use the version that wrote it"):
        SqliteStore(path)


def test_another_program_s_database_is_refused_and_left_as_it_was(path: Path) -> None:
    with sqlite3.connect(path) as raw:
        raw.execute("CREATE TABLE theirs (x)")
    raw.close()
    before = path.read_bytes()
    with pytest.raises(Misconfigured, match="a database of another program"):
        SqliteStore(path)
    assert path.read_bytes() == before


def test_a_file_that_is_no_database_is_refused(path: Path) -> None:
    path.write_bytes(b"Dear Sir or Madam, " * 99)
    with pytest.raises(Misconfigured, match="is no store of fairplace: file is not a database"):
        SqliteStore(path)


def test_a_disk_that_takes_nothing_is_not_blamed_on_the_file(path: Path) -> None:
    with SqliteStore(path) as store:
        store.append(LOG, [Streams().one()])
    in_the_way = path.with_name(f"{path.name}-wal")  # so that no journal can be opened, as on a disk that is full
    in_the_way.mkdir()
    with pytest.raises(Misconfigured, match=r"cannot be opened: .*; see whether its disk is full or can only be read"):
        SqliteStore(path)
    in_the_way.rmdir()
    with SqliteStore(path) as store:
        assert store.head(LOG).size == 1


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match="nowhere is not there"):
        SqliteStore(tmp_path / "nowhere" / "register.sqlite")


def test_entries_and_checkpoints_are_neither_changed_nor_deleted(path: Path) -> None:
    with SqliteStore(path) as store:
        store.append(LOG, [Streams().one()])
        raw = store._connections.get()
        raw.execute("INSERT INTO checkpoint (log, size, root, note) VALUES (1, 1, X'00', X'00')")
        for table in ("entry", "checkpoint"):
            column = {"entry": "raw", "checkpoint": "note"}[table]
            with pytest.raises(sqlite3.IntegrityError, match="never changed"):
                raw.execute(f"UPDATE {table} SET {column} = X'01'")  # noqa: S608 - two fixed names
            with pytest.raises(sqlite3.IntegrityError, match="never deleted"):
                raw.execute(f"DELETE FROM {table}")  # noqa: S608 - two fixed names


def test_an_opening_that_was_tampered_with_is_refused(path: Path) -> None:
    with SqliteStore(path) as store:
        store.append(LOG, [Streams().one(openings=(opening("/price"),))])
        for change in ("record = X'01'", "record = zeroblob(80)", "digest = zeroblob(32)"):
            file = store._connections.get()
            file.execute("BEGIN")
            file.execute(f"UPDATE vault SET {change}")  # noqa: S608 - fixed texts
            with pytest.raises(FairplaceError, match="changed from outside"):
                store.openings(LOG, [0])
            file.execute("ROLLBACK")
        assert store.openings(LOG, [0])[0]["/price"].value == "a price"


def test_a_lock_held_too_long_ends_in_a_sentence(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "PATIENCE", 0.3)
    with SqliteStore(path) as store:
        holder = sqlite3.connect(path, isolation_level=None)
        holder.execute("BEGIN IMMEDIATE")
        began = time.monotonic()
        with pytest.raises(Busy, match=r"somebody else has been writing to register\.sqlite for more than 0"):
            store.append(LOG, [Streams().one()])
        assert 0.2 < time.monotonic() - began < 3
        holder.execute("COMMIT")
        holder.close()
        assert isinstance(store.append(LOG, [Streams().one()])[0], Committed)


def test_threads_of_one_store_take_turns(path: Path) -> None:
    with SqliteStore(path) as store:

        def write(name: str) -> None:
            streams = Streams()
            for _ in range(25):
                [result] = store.append(LOG, [streams.one(name)])
                assert isinstance(result, Committed)

        threads = [threading.Thread(target=write, args=(f"stream-{i}",)) for i in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert_whole(store, 150)


def test_a_closed_store_says_so(path: Path) -> None:
    store = SqliteStore(path)
    store.close()
    with pytest.raises(Misconfigured, match="was closed"):
        store.head(LOG)


WRITER = """
import sys
from pathlib import Path
from fairplace.ledger.store.port import Committed
from fairplace.ledger.store.sqlite import SqliteStore
from tests.ledger.store.build import LOG, Streams, opening, submission

name, count = sys.argv[2], int(sys.argv[3])
store, streams = SqliteStore(Path(sys.argv[1])), Streams()
print("ready", flush=True)
for i in range(count):
    key = f"{name} {i}"
    entry = streams.entry(name, raw=key.encode(), id=key, openings=(opening("/a", key),))
    [result] = store.append(LOG, [submission(entry, key=key, command=key)])
    assert type(result) is Committed, result
    print(*result.indexes, flush=True)
"""


def writer(path: Path, name: str, count: int) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-c", WRITER, str(path), name, str(count)],
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}"},
    )


def assert_whole(store: SqliteStore, size: int) -> None:
    """Gapless, and the head is that of the rows."""
    rows = list(store.entries(LOG))
    assert [row.index for row in rows] == list(range(size))
    assert all(tree.leaf_hash(row.raw) == row.leaf for row in rows)
    head = store.head(LOG)
    assert (head.size, head.root) == (size, tree.root(row.leaf for row in rows))
    for index in {0, size // 2, size - 1}:
        proof = tree.inclusion_proof(index, size, store.node(LOG))
        tree.verify_inclusion(rows[index].leaf, index, size, proof, head.root)


def test_processes_that_race_leave_no_gap_and_lose_nothing(path: Path) -> None:
    SqliteStore(path).close()
    count = 150
    processes = [writer(path, f"stream-{i}", count) for i in range(2)]
    told = [process.communicate(timeout=60)[0].split()[1:] for process in processes]
    assert [process.returncode for process in processes] == [0, 0]
    assert sorted(int(index) for indexes in told for index in indexes) == list(range(2 * count))
    with SqliteStore(path) as store:
        assert_whole(store, 2 * count)
        raws = [row.raw.decode() for row in store.entries(LOG)]
        for name, indexes in zip(("stream-0", "stream-1"), told, strict=True):
            assert [raws[int(index)] for index in indexes] == [f"{name} {i}" for i in range(count)]


def test_processes_that_make_the_same_new_file_agree(tmp_path: Path) -> None:
    for round_ in range(3):
        path = tmp_path / f"{round_}.sqlite"
        processes = [writer(path, f"stream-{i}", 3) for i in range(3)]
        for process in processes:
            process.communicate(timeout=60)
        assert [process.returncode for process in processes] == [0, 0, 0]
        with SqliteStore(path) as store:
            assert_whole(store, 9)


def test_what_was_acknowledged_survives_kill_9(path: Path) -> None:
    SqliteStore(path).close()
    chance = random.Random(9)
    acknowledged: dict[int, str] = {}
    for number in range(20):
        process = writer(path, f"stream-{number}", 100_000)
        assert process.stdout is not None
        lines = [process.stdout.readline() for _ in range(chance.randrange(1, 12))]
        time.sleep(chance.random() / 100)
        process.kill()
        lines += process.stdout.readlines()
        whole = [int(line) for line in lines[1:] if line.endswith("\n")]  # the last line may be cut off
        acknowledged |= {index: f"stream-{number} {i}" for i, index in enumerate(whole)}
        process.stdout.close()
        process.wait(timeout=10)
    with SqliteStore(path) as store:
        assert len(acknowledged) > 50
        size = store.head(LOG).size
        # At most one entry of each killed process was committed and not acknowledged.
        assert len(acknowledged) <= size <= len(acknowledged) + 20
        assert_whole(store, size)
        raws = {row.index: row.raw.decode() for row in store.entries(LOG)}
        assert {index: raws[index] for index in acknowledged} == acknowledged
        assert len(store.openings(LOG, range(size))) == size
        fresh = Streams().one("after")
        assert isinstance(store.append(LOG, [fresh])[0], Committed)
        assert store.head(LOG).root == tree.root([*(row.leaf for row in store.entries(LOG))])
        assert leaves([fresh]) == [row.leaf for row in store.entries(LOG, size)]
