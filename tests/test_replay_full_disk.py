"""Rows when the disk is full: what went wrong is said, and nothing is half there."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from tests.projections.story import Log, case_id, planned
from tests.test_replay import bytes_of, replayed


def test_a_full_disk_is_what_is_told_and_it_goes_on_when_there_is_room(tmp_path: Path) -> None:
    log = Log()
    replay = replayed(log, tmp_path / "rows.sqlite")
    replay.catch_up()
    for number in range(60):
        log.add(planned(case_id(number)))
    [[pages]] = replay._connection.execute("PRAGMA page_count")
    replay._connection.execute(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(sqlite3.OperationalError, match="full"):
        replay.catch_up()
    assert bytes_of(replay) == {}
    replay._connection.execute("PRAGMA max_page_count = 1000000")
    assert replay.catch_up() == 60
    assert replay.check() == []
