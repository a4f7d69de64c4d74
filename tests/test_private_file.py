"""A file of its own for a few people's things: what the disk does is not blamed on the file, nor on somebody else."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from fairplace.errors import Busy, Misconfigured
from fairplace.private_file import PrivateFile

NUMBER = 0x66707466


def opened(folder: Path) -> PrivateFile:
    schema = folder / "schema.sql"
    schema.write_text("CREATE TABLE things (words TEXT NOT NULL) STRICT;\n", "utf-8")
    return PrivateFile(folder / "things.sqlite", schema, application=NUMBER)


def things(file: PrivateFile) -> list[str]:
    with file.reading() as connection:
        return [words for (words,) in connection.execute("SELECT words FROM things")]


def test_a_disk_that_takes_nothing_is_not_blamed_on_the_file(tmp_path: Path) -> None:
    file = opened(tmp_path)
    with file.writing() as connection:
        connection.execute("INSERT INTO things VALUES ('kept')")
    in_the_way = tmp_path / "things.sqlite-journal"  # so that no journal can be opened
    in_the_way.mkdir()
    with pytest.raises(Misconfigured, match=r"cannot be opened: .*; see whether its disk is full or can only be read"):
        opened(tmp_path)
    in_the_way.rmdir()
    assert things(opened(tmp_path)) == ["kept"]


def test_a_disk_that_is_full_in_the_middle_says_so_and_nothing_is_half_there(tmp_path: Path) -> None:
    file = opened(tmp_path)

    def filled() -> None:
        with file.writing() as connection:
            connection.execute("PRAGMA max_page_count = 3")
            connection.execute("INSERT INTO things VALUES ('half')")
            connection.execute("INSERT INTO things VALUES (?)", ("w" * 100_000,))

    with pytest.raises(sqlite3.OperationalError, match="full"):
        filled()
    assert things(file) == []


def test_what_is_no_database_is_to_be_restored(tmp_path: Path) -> None:
    (tmp_path / "things.sqlite").write_bytes(b"Dear Sir or Madam, " * 99)
    with pytest.raises(Misconfigured, match="file is not a database; restore it from its backup"):
        opened(tmp_path)


def test_somebody_else_who_writes_is_waited_for_and_then_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fairplace.private_file.PATIENCE", 0.05)
    file = opened(tmp_path)
    with file.writing(), pytest.raises(Busy, match=r"somebody else has been writing to things\.sqlite"), file.writing():
        pass
