"""Somebody owns the database file and changes it: every column of every table, rows deleted, moved and added.

Each change is found, and the sentence names the row. The tables are read from the file itself: whoever adds a column
says here what it rests on, or why nothing does.
"""

from __future__ import annotations

import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

import fairplace_verify
from fairplace.errors import FairplaceError
from fairplace.ledger.store.inspection import PRIVATE, faults
from fairplace.ledger.store.sqlite import SqliteStore
from fairplace.ledger.store.sqlite_reads import BITS
from tests.ledger.story import ORIGIN
from tests.ledger.test_publisher import Register
from tests.matrix import every
from tests.office import open_office

BEYOND = {"lost"}
"""Tables that are made later, and are tested where they are made (`tests/test_recovering.py`)."""


class Column(NamedTuple):
    table: str
    name: str
    kind: str
    may_be_null: bool
    keys: tuple[str, ...]

    @property
    def text(self) -> str:
        return f"{self.table}.{self.name}"


def made(folder: Path) -> Path:
    """A log with sealed, public and withdrawn texts, several checkpoints and a node of 256 entries."""
    register = Register(folder)
    index = len(register.log.entries)
    register.fact(sealed=(register.seal("/price", 1), register.seal("/reason", "x")))
    register.fact(sealed=(register.seal("/price", 2),))
    register.disclose(index, "/price", "/reason")
    register.withdraw(index, "/reason")
    register.commit()
    register.publisher().publish()
    register.grow(290)
    register.publisher().publish()
    register.grow(3)
    register.publisher().publish()
    register.store._connections.get().execute("PRAGMA wal_checkpoint(TRUNCATE)")
    register.store.close()
    return folder / "register.sqlite"


@pytest.fixture(scope="module")
def pristine(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made(tmp_path_factory.mktemp("log"))


def columns(path: Path) -> list[Column]:
    found = []
    with sqlite3.connect(path) as raw:
        tables = [name for (name,) in raw.execute("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name")]
        for table in tables:
            rows = raw.execute(f"PRAGMA table_info({table})").fetchall()
            keys = tuple(name for _, name, _, _, _, key in rows if key)
            found += [Column(table, name, kind, not needed and not key, keys) for _, name, kind, needed, _, key in rows]
    return [one for one in found if one.table not in BEYOND]


def opened(path: Path) -> sqlite3.Connection:
    """With an owner's rights: no trigger, no check stands in the way."""
    raw = sqlite3.connect(path, isolation_level=None)
    for (trigger,) in raw.execute("SELECT name FROM sqlite_schema WHERE type = 'trigger'").fetchall():
        raw.execute(f"DROP TRIGGER {trigger}")
    for (index,) in raw.execute("SELECT name FROM sqlite_schema WHERE type = 'index' AND sql NOT NULL").fetchall():
        raw.execute(f"DROP INDEX {index}")
    return raw


def looked_at(path: Path) -> list[str]:
    """What the look over the rows says; what it cannot even read is a finding, too."""
    try:
        with SqliteStore(path) as store:
            return list(faults(store, ORIGIN))
    except (FairplaceError, sqlite3.Error) as error:
        return [str(error)]


def edits(value: Any, other: Any, column: Column) -> Iterator[Any]:
    """Changes that fit the type: what a thoughtful forger would try, and what a clumsy one would."""
    if column.may_be_null and value is not None:
        yield None
    if isinstance(value, int):
        yield from (value + 1, value - 1, value ^ 1 << 20)
    elif isinstance(value, bytes):
        yield from (value[:-1], value + b"\0", b"", bytes(len(value)))
        if value:
            for at in {0, len(value) // 2, len(value) - 1}:
                yield value[:at] + bytes([value[at] ^ 1]) + value[at + 1 :]
    elif isinstance(value, str):
        yield from (value + " ", value[:-1], value.swapcase(), "", value.replace("o", "\u043e", 1), f"x{value}")
    if other != value and other is not None:
        yield other


def named(column: Column, row: dict[str, Any]) -> tuple[str, ...]:
    """Words of which one must stand in the sentence: the row by the name that people have for it."""
    match column.table:
        case "entry" | "vault":
            return (f"entry {row['place'] & ((1 << BITS) - 1)}",)
        case "node":
            return (f"node {row['level']}/{row['number']}",)
        case "stream":
            return (f"stream {row['id']}",)
        case "submission":
            return tuple(f"entry {row['first'] + at}" for at in (-1, 0, 1))
        case "digest":
            return (row["digest"].hex(),)
        case "checkpoint":
            return (f"size {row['size']}",)
        case "cases":
            return (f"case {row['id']}", row["id"])
        case "type":
            return (row["name"],)
        case "log":
            return ("head", "log", "entry", "moment", str(row["size"]))
        case other:
            raise LookupError(f"nobody has said how a row of {other} is named")


def rows_of(path: Path, table: str) -> list[dict[str, Any]]:
    with sqlite3.connect(path) as raw:
        raw.row_factory = sqlite3.Row
        return [dict(row) for row in raw.execute(f"SELECT * FROM {table}")]  # noqa: S608 - our own names


def some(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The first, the last, and some between."""
    wanted = sorted(
        {0, *every(3, [1, 4, 5, 6, 7, len(rows) // 2, len(rows) - 2, len(rows) - 1])} & set(range(len(rows)))
    )
    return [rows[at] for at in wanted]


Change = Callable[[sqlite3.Connection], object]


def changed(pristine: Path, folder: Path, change: Change) -> tuple[Path, bool]:
    """A copy of the file with this change, and whether the file itself allowed it."""
    path = folder / "register.sqlite"
    for old in folder.glob("*.s*"):
        old.unlink()
    for source in (pristine, *pristine.parent.glob("keys.sqlite*"), pristine.with_name("vault.seed")):
        shutil.copy(source, folder)
    raw = opened(path)
    try:
        change(raw)
    except sqlite3.IntegrityError:
        return path, False
    finally:
        raw.close()
    return path, True


def all_columns() -> list[Column]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "register.sqlite"
        SqliteStore(path).close()
        return columns(path)


COLUMNS = all_columns()


def test_the_file_that_is_changed_below_is_in_order(pristine: Path) -> None:
    assert looked_at(pristine) == []
    assert len(rows_of(pristine, "node")) == 1
    assert len(rows_of(pristine, "checkpoint")) == 3


def test_a_whole_procurement_is_in_order(tmp_path: Path) -> None:
    with open_office(tmp_path / "register", until="released") as office:
        office.register.follow()
        assert list(faults(office.register.store, office.register.origin)) == []


@pytest.mark.matrix
@pytest.mark.parametrize("column", COLUMNS, ids=lambda column: column.text)
def test_every_edit_of_every_column_is_found_and_the_row_is_named(
    pristine: Path, tmp_path: Path, column: Column
) -> None:
    rows = rows_of(pristine, column.table)
    tried, unseen, unnamed = 0, [], []
    for row in some(rows):
        others = [one[column.name] for one in rows if one[column.name] != row[column.name]]
        tries = {*edits(row[column.name], others[0] if others else None, column)} - {row[column.name]}
        for value in every(3, sorted(tries, key=repr)):
            where = " AND ".join(f"{key} = ?" for key in column.keys)

            def change(
                raw: sqlite3.Connection, row: dict[str, Any] = row, value: Any = value, where: str = where
            ) -> None:
                sql = f"UPDATE {column.table} SET {column.name} = ? WHERE {where}"  # noqa: S608 - our own names
                assert raw.execute(sql, (value, *(row[key] for key in column.keys))).rowcount == 1

            path, allowed = changed(pristine, tmp_path, change)
            if not allowed:
                continue
            tried += 1
            said = looked_at(path)
            if not said:
                unseen.append((row, value))
            elif not any(word in sentence for sentence in said for word in named(column, row)):
                unnamed.append((row, value, said[:3]))
    if column.text in PRIVATE:
        assert len(PRIVATE[column.text]) > 20, "a reason, in words"
        return
    assert tried or not rows, f"no edit of {column.text} was allowed"
    assert not unseen, f"{len(unseen)} of {tried} edits unseen: {unseen[:3]}"
    assert not unnamed, f"{len(unnamed)} of {tried} edits not located: {unnamed[:3]}"


def test_what_is_private_is_a_column_of_the_file() -> None:
    assert PRIVATE.keys() <= {column.text for column in COLUMNS}


@pytest.mark.matrix
@pytest.mark.parametrize("table", sorted({column.table for column in COLUMNS} - {"tag", "chore"}))
def test_every_deleted_row_is_found_and_named(pristine: Path, tmp_path: Path, table: str) -> None:
    [column, *_] = [one for one in COLUMNS if one.table == table]
    rows = rows_of(pristine, table)
    assert rows
    for row in some(rows):
        where = " AND ".join(f"{key} = ?" for key in column.keys)

        def change(raw: sqlite3.Connection, row: dict[str, Any] = row, where: str = where) -> None:
            raw.execute(f"DELETE FROM {table} WHERE {where}", [row[key] for key in column.keys])  # noqa: S608 - as above

        path, allowed = changed(pristine, tmp_path, change)
        assert allowed
        said = looked_at(path)
        if table == "log":
            continue  # there is no log of this name any more: nothing opens
        if table == "checkpoint" and not said:
            continue  # what was published of it tells: the next test but three
        assert said, row
        words = (*named(column, row), f"entry {row['place'] & 0xFFFF}" if "place" in row else "\n")
        assert any(word in sentence for sentence in said for word in words), (row, said[:3])


SWEEPS: dict[str, tuple[str, str]] = {
    "two entries change places": (
        # SQLite checks a key row by row: by way of a free place.
        """
        UPDATE entry SET place = {290} + 99999 WHERE place = {5};
        UPDATE entry SET place = {5} WHERE place = {6};
        UPDATE entry SET place = {6} WHERE place = {290} + 99999""",
        "entry 5",
    ),
    "the newest entries are cut off": ("DELETE FROM entry WHERE place >= {290}", "entry 290 is missing"),
    "the newest entries are cut off and the head with them": (
        "DELETE FROM entry WHERE place >= {290}; UPDATE log SET size = 290",
        "head's root",
    ),
    "an entry is taken out of the middle": ("DELETE FROM entry WHERE place = {100}", "entry 100 is missing"),
    "an entry stands twice": (
        "INSERT INTO entry SELECT place + 20, leaf, id, type, case_number, recorded_at, raw FROM entry WHERE place = {290}",
        "entry 310 stands beyond the head",
    ),
    "all openings are gone": ("DELETE FROM vault", "entry 4: the text of /price, /reason is not held"),
    "an opening is moved to another slot": (
        "UPDATE vault SET slot = '/other' WHERE slot = '/reason'",
        "'/other'",
    ),
    "a stream of another log is added": ("INSERT INTO stream VALUES (1, 'x', 1, 'y', 0)", "stream x"),
    "a node too many": ("INSERT INTO node VALUES (1, 8, 7, zeroblob(32))", "node 8/7"),
    "a command of no entry": ("INSERT INTO submission VALUES (1, X'00', X'00', 297, 1)", "entry 297"),
    "a type of no entry": ("INSERT INTO type (name) VALUES ('case.invented/1')", "case.invented/1"),
    "a case of no entry": ("INSERT INTO cases (log, id) VALUES (1, 'invented')", "invented"),
}


@pytest.mark.parametrize("what", SWEEPS)
def test_rows_that_are_moved_cut_off_or_added_are_found(pristine: Path, tmp_path: Path, what: str) -> None:
    sql, says = SWEEPS[what]
    base = 1 << BITS
    for index in (5, 6, 100, 290):
        sql = sql.replace(f"{{{index}}}", str(base + index))
    path, allowed = changed(pristine, tmp_path, lambda raw: raw.executescript(sql))
    assert allowed
    said = looked_at(path)
    assert any(says in sentence for sentence in said), said[:5]


def test_a_deleted_checkpoint_is_told_by_the_folder_that_shows_it(pristine: Path, tmp_path: Path) -> None:
    """The row is not missed by its neighbours; what was published of it is, by the publisher and the doctor."""
    shutil.copytree(pristine.parent, tmp_path / "log")
    path = tmp_path / "log/register.sqlite"
    raw = opened(path)
    raw.execute("DELETE FROM checkpoint WHERE size = (SELECT min(size) FROM checkpoint)")
    raw.close()
    shown = {int(one.name) for one in (tmp_path / "log/public/checkpoints").iterdir()}
    with SqliteStore(path) as store:
        stored = {one.size for one in store.checkpoints(ORIGIN)}
    assert len(shown - stored) == 1


def test_the_checker_finds_and_places_what_reaches_the_published_files(
    pristine: Path, tmp_path: Path, capsys: Any
) -> None:
    """A forger who has the log's key too, and signs what he changed: entry by entry, the authors' signatures tell."""
    shutil.copytree(pristine.parent, tmp_path / "log")
    bundle = next((tmp_path / "log/public/tile/entries").glob("000*"))
    for index in (7, 40, 200):
        data = bytearray(bundle.read_bytes())
        at = 0
        for _ in range(index):
            at += 2 + int.from_bytes(data[at : at + 2])
        data[at + 40] ^= 1
        bundle.write_bytes(data)
        assert fairplace_verify.main([str(tmp_path / "log/public")]) == 1
        assert f"entry {index}" in capsys.readouterr().out
        data[at + 40] ^= 1
        bundle.write_bytes(data)
