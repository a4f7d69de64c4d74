"""Replay: each entry counts once, and live rows are the bytes of a fresh rebuild (invariant I11)."""

from __future__ import annotations

import random
import sqlite3
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fairplace.challenge import events as challenge
from fairplace.errors import Busy, Missing
from fairplace.ledger.disclosure import sealed
from fairplace.procurement import events as e
from fairplace.projection import Citation, Projection, Recorded
from fairplace.replay import Loaded, Replay, code_of
from fairplace.rows import Rows
from tests.matrix import many
from tests.projections.story import (
    PROJECTIONS,
    Log,
    awarded,
    case_id,
    common,
    competition,
    deposit,
    imported,
    leaf,
    planned,
    provider,
    step,
)

CASE = case_id(1)


def replayed(log: Log, database: str | Path = ":memory:", **members: Any) -> Replay:
    return Replay(database, log, members.pop("projections", PROJECTIONS), code="NCC", **members)


def bytes_of(replay: Replay) -> dict[tuple[str, str], tuple[bytes, bytes]]:
    return {(projection, key): (row, columns) for projection, key, row, columns in replay.stored()}


# Live is rebuilt

Act = Callable[[Log, random.Random], object]


def _case(chance: random.Random) -> str:
    return case_id(chance.randrange(1, 4))


def _lodge(log: Log, chance: random.Random) -> object:
    case = _case(chance)
    lodged = challenge.Lodged(
        **common(case),
        seen=leaf(0),
        kind="query",
        ground="award",
        remedy="explanation",
        about=None,
        challenger=sealed("personal", provider(9)),
        words=sealed("personal", f"why {chance.random()}"),
        challenger_signature=sealed("personal", None),
    )
    return log.add(lodged, stream=case_id(100 + chance.randrange(3)))


def _release(log: Log, chance: random.Random) -> object:
    """Any slots of any earlier entries, even of another case: replay must hold whatever comes."""
    chosen = sorted(chance.sample(range(log.size), min(log.size, chance.randrange(1, 5))))
    slots = {slot for index in chosen for slot in log.slots(index) if chance.random() < 0.7}
    act = log.disclose if chance.random() < 0.6 else log.take_down
    return act(_case(chance), *chosen, slots=sorted(slots))


ACTS: tuple[Act, ...] = (
    lambda log, chance: log.add(planned(_case(chance), title=f"Title {chance.randrange(9)}")),
    lambda log, chance: log.add(deposit(_case(chance), provider(chance.randrange(5)), chance.randrange(1, 10**6))),
    lambda log, chance: log.add(deposit(None, None, None)),
    lambda log, chance: log.add(
        awarded(_case(chance), {f"0{chance.randrange(1, 9)}": (provider(chance.randrange(4)), 7)})
    ),
    lambda log, chance: log.add(imported(_case(chance), concerns_one_person=chance.random() < 0.2)),
    lambda log, chance: log.add(e.AwardWithdrawn(**step(_case(chance)), reason=sealed("standstill", "an error"))),
    _lodge,
    _release,
    _release,
    _release,
)


@settings(max_examples=many(75), deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.integers(0, 2**32), st.integers(1, 9), st.lists(st.integers(0, 12), max_size=30))
def test_followed_in_any_steps_the_rows_are_those_of_a_rebuild(seed: int, batch: int, pauses: list[int]) -> None:
    chance = random.Random(seed)
    log = Log()
    for number in (1, 2, 3):
        log.add(planned(case_id(number)))
    replay = replayed(log, batch=batch)
    for pause in pauses:
        for _ in range(pause):
            chance.choice(ACTS)(log, chance)
        replay.catch_up(max(0, log.size - chance.randrange(3)))
    replay.catch_up()
    assert replay.check() == []
    fresh = replayed(log, batch=1000)
    fresh.catch_up()
    assert bytes_of(replay) == bytes_of(fresh)
    fresh.rebuild()
    assert bytes_of(replay) == bytes_of(fresh)


def test_rows_show_only_what_the_size_given_covers() -> None:
    log = Log()
    at = competition(log, CASE)
    act = log.disclose(CASE, at["awarded"])
    replay = replayed(log)
    replay.catch_up(act)
    assert ("provider", provider(2).id) not in bytes_of(replay)
    replay.catch_up(act + 1)
    assert ("provider", provider(2).id) in bytes_of(replay)


def test_an_award_taken_down_takes_the_providers_row_with_it() -> None:
    log = Log()
    at = competition(log, CASE)
    log.disclose(CASE, at["awarded"])
    replay = replayed(log)
    replay.catch_up()
    log.take_down(CASE, at["awarded"])
    replay.catch_up()
    assert [key for key in bytes_of(replay) if key[0] == "provider"] == []
    assert replay.check() == []


def test_a_case_found_to_concern_one_person_goes_with_its_providers() -> None:
    log = Log()
    at = competition(log, CASE)
    log.disclose(CASE, at["awarded"])
    competition(log, case_id(2))
    replay = replayed(log)
    replay.catch_up()
    assert len(bytes_of(replay)) == 5
    log.add(imported(CASE, concerns_one_person=True))
    replay.catch_up()
    assert sorted(key for _, key in bytes_of(replay)) == [case_id(2), case_id(2)]
    assert replay.check() == []


# Exactly once


def test_a_fold_that_fails_leaves_rows_and_position_as_they_were(tmp_path: Path) -> None:
    log = Log()
    competition(log, CASE)
    replay = replayed(log, tmp_path / "r.sqlite")
    replay.catch_up(4)
    before = bytes_of(replay)
    replay.close()

    fold = next(one.projection.fold for one in PROJECTIONS if one.projection.name == "decision-record")

    def broken(row: Any, recorded: Recorded) -> Any:
        if recorded.index == 9:
            raise ZeroDivisionError
        return fold(row, recorded)

    failing = [
        Loaded(msgspec.structs.replace(one.projection, fold=broken), one.sha256)
        if one.projection.name == "decision-record"
        else one
        for one in PROJECTIONS
    ]
    stopped = replayed(log, tmp_path / "r.sqlite", projections=failing)
    with pytest.raises(ZeroDivisionError):
        stopped.catch_up()
    assert bytes_of(stopped) == before
    stopped.close()
    healed = replayed(log, tmp_path / "r.sqlite")
    healed.catch_up()
    assert healed.check() == []


def test_two_that_follow_one_log_count_each_entry_once(tmp_path: Path) -> None:
    log = Log()
    for number in range(1, 30):
        log.disclose(case_id(number), *competition(log, case_id(number)).values(), slots=["/title", "/reasons"])
    replays = [replayed(log, tmp_path / "r.sqlite", batch=5) for _ in range(4)]
    failures: list[BaseException] = []

    def follow(replay: Replay) -> None:
        try:
            for size in range(1, log.size + 1, 3):
                replay.catch_up(size)
            replay.catch_up()
        except BaseException as error:  # noqa: BLE001 - shown by the assertion below
            failures.append(error)

    threads = [threading.Thread(target=follow, args=(replay,)) for replay in replays]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert replays[0].check() == []
    assert sum(key[0] == "register" for key in bytes_of(replays[0])) == 29


def test_a_lock_held_too_long_is_busy_and_changes_nothing(tmp_path: Path) -> None:
    log = Log()
    log.add(planned(CASE))
    replay = replayed(log, tmp_path / "r.sqlite")
    replay._connection.execute("PRAGMA busy_timeout = 50")
    holder = sqlite3.connect(tmp_path / "r.sqlite", isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    with pytest.raises(Busy, match="try again"):
        replay.catch_up()
    holder.execute("ROLLBACK")
    assert replay.catch_up() == 1


# From nothing


class Count(msgspec.Struct, frozen=True):
    entries: int = 0


def counting(version: int, name: str = "count") -> Loaded:
    def empty(key: str, citation: Citation | None) -> Count:
        return Count()

    def fold(row: Count, recorded: Recorded) -> Count:
        return Count(row.entries + version)

    projection = Projection[Count](
        name=name,
        version=version,
        keys=lambda recorded: ["all"],
        empty=empty,
        fold=fold,
        columns=lambda row: {"entries": row.entries},
        row=Count,
    )
    return Loaded(projection, "same")


def test_a_new_version_builds_its_rows_from_nothing_and_only_its_own(tmp_path: Path) -> None:
    log = Log()
    competition(log, CASE)
    replayed(log, tmp_path / "r.sqlite", projections=[counting(1), counting(1, "other")]).catch_up()
    newer = replayed(log, tmp_path / "r.sqlite", projections=[counting(2), counting(1, "other")])
    assert newer.catch_up() == log.size
    assert bytes_of(newer) == {
        ("count", "all"): (b'{"entries":22}', b'{"entries":22}'),
        ("other", "all"): (b'{"entries":11}', b'{"entries":11}'),
    }


def test_another_file_or_another_code_builds_again(tmp_path: Path) -> None:
    log = Log()
    competition(log, CASE)
    replayed(log, tmp_path / "r.sqlite").catch_up()
    assert replayed(log, tmp_path / "r.sqlite").catch_up() == 0
    changed = [Loaded(one.projection, "changed" if at == 0 else one.sha256) for at, one in enumerate(PROJECTIONS)]
    assert replayed(log, tmp_path / "r.sqlite", projections=changed).catch_up() == log.size
    assert Replay(tmp_path / "r.sqlite", log, changed, code="OTHER").catch_up() == log.size


def test_rows_of_a_projection_that_is_no_more_are_dropped(tmp_path: Path) -> None:
    log = Log()
    log.add(planned(CASE))
    replayed(log, tmp_path / "r.sqlite", projections=[counting(1), counting(1, "gone")]).catch_up()
    left = replayed(log, tmp_path / "r.sqlite", projections=[counting(1)])
    left.catch_up()
    assert list(bytes_of(left)) == [("count", "all")]


def test_a_rebuild_that_was_interrupted_goes_on_with_the_openings_of_its_end(tmp_path: Path) -> None:
    log = Log()
    at = competition(log, CASE)
    log.disclose(CASE, *at.values())
    log.take_down(CASE, at["planned"], slots=["/title"])
    replay = replayed(log, tmp_path / "r.sqlite", batch=2)
    replay._begin(log.size)
    group = replay._behind(log.size)
    assert group is not None
    replay._advance(group, log.size)
    assert b"Homes for children" not in b"".join(row for row, _ in bytes_of(replay).values())
    assert b"ten beds" in b"".join(row for row, _ in bytes_of(replay).values())
    log.add(planned(case_id(2)))
    log.disclose(CASE, at["planned"], slots=["/title"])
    resumed = replayed(log, tmp_path / "r.sqlite")
    resumed.catch_up()
    assert resumed.check() == []


def test_only_a_projection_that_is_known_can_be_rebuilt() -> None:
    log = Log()
    log.add(planned(CASE))
    replay = replayed(log)
    with pytest.raises(Missing, match="there is no projection nonsense"):
        replay.rebuild(["nonsense"])
    assert replay.rebuild(["register"]) == 1
    assert replay.check() == []


def test_a_row_that_somebody_changed_is_found() -> None:
    log = Log()
    competition(log, CASE)
    replay = replayed(log)
    replay.catch_up()
    changed = "UPDATE projection_row SET row = replace(row, 'planned', 'awarded') WHERE projection = 'register'"
    replay._connection.execute(changed.replace("'planned', 'awarded'", "'open', 'shut'"))
    assert [one[:2] for one in replay.check()] == [("register", CASE)]
    replay._connection.execute("DELETE FROM projection_row WHERE projection = 'register'")
    assert [one.what for one in replay.check()] == ["is missing"]
    replay._connection.execute(
        "INSERT INTO projection_row(projection, key, row, columns) VALUES ('provider', 'x', '{}', '{}')"
    )
    assert [one.what for one in replay.check()] == ["should not be there", "is missing"]


@pytest.mark.parametrize(
    ("authority", "code"),
    [("Northcliffe County Council", "NCC"), ("London Borough of Ash", "LBA"), ("aspire", "X"), ("", "X")],
)
def test_an_authority_is_cited_by_its_initials(authority: str, code: str) -> None:
    assert code_of(authority) == code


# Looking up


@pytest.fixture
def rows(tmp_path: Path) -> Rows:
    log = Log()
    for number in range(1, 13):
        case = case_id(number)
        at = competition(log, case)
        log.disclose(case, at["planned"])
        if number % 3 == 0:
            log.disclose(case, at["awarded"])
    log.disclose(CASE, log.add(planned(case_id(13), title="Cartref i blant – Pontcysyllte")))
    replay = replayed(log, tmp_path / "r.sqlite")
    replay.catch_up()
    replay.close()
    return Rows(tmp_path / "r.sqlite", [one.projection for one in PROJECTIONS])


def test_a_row_comes_by_its_key(rows: Rows) -> None:
    assert rows.get("register", case_id(3)).citation == "FP-NCC [2026] 3"
    assert rows.get("register", "nobody") is None
    assert list(rows.many("register", [case_id(5), "nobody", case_id(4)])) == [case_id(4), case_id(5)]
    assert (rows.raw("register", case_id(3)) or b"").startswith(b'{"authority":')
    assert rows.position() > 100
    with pytest.raises(Missing):
        rows.get("nonsense", "x")


def test_a_list_is_ordered_counted_and_cut(rows: Rows) -> None:
    found, total = rows.list("register", order="-number", limit=2, offset=1)
    assert ([row.number for row in found], total) == ([12, 11], 13)
    found, total = rows.list("register", order="decided_at", limit=100)
    assert total == 13
    assert [row.case for row in rows.list("register", order="no-such-column", limit=1)[0]] == [case_id(1)]
    assert rows.list("register", limit=0) == ([], 13)
    assert rows.list("register", limit=-5, offset=-5)[0] == []


def test_filters_take_a_value_several_or_none(rows: Rows) -> None:
    assert rows.list("register", filters={"state": "awarded"})[1] == 12
    assert rows.list("register", filters={"state": ["awarded", "planned"], "year": "2026"})[1] == 13
    assert rows.list("register", filters={"ocid": None})[1] == 13
    assert rows.list("register", filters={"state": None})[1] == 0
    assert rows.list("register", filters={"state": []})[1] == 0
    assert rows.counts("register", "state") == {"awarded": 12, "planned": 1}


def test_a_search_finds_whole_and_begun_words_whatever_their_case_and_accents(rows: Rows) -> None:
    assert rows.search("register", "homes CHILD")[1] == 12
    assert rows.search("register", "PROVIDER 2 ltd")[1] == 4
    assert [row.number for row in rows.search("register", "FP-NCC [2026] 7")[0]] == [7]
    assert rows.search("register", "pontcysyllte")[1] == 1
    assert rows.search("register", "  ")[1] == 13
    assert rows.search("provider", provider(2).id)[1] == 1
    assert rows.search("register", "homes", filters={"state": "planned"})[1] == 0


@pytest.mark.parametrize(
    "words",
    [
        '"', "'", "%", "_", "*", "'; DROP TABLE projection_row; --", '"a" OR x NEAR/2 c', "^a", "a:b", "\x00", "\ud800",
        "(" * 5000, "NOT", "AND AND", "\U0010ffff", "x" * 100_000, " ".join(str(n) for n in range(5000)),
    ],
)  # fmt: skip
def test_hostile_words_find_nothing_and_break_nothing(rows: Rows, words: str) -> None:
    found, total = rows.search("register", words, order=words)
    assert (len(found), total) == (0, 0)
    assert rows.list("register", order=words, limit=3)[1] == 13
    assert rows.list("register", filters={words: words})[1] == 0
    assert rows.get("register", words) is None
    assert rows.search("register", "homes")[1] == 12


def test_a_reader_cannot_write(rows: Rows) -> None:
    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        rows._connection().execute("DELETE FROM projection_row")


def test_taken_down_words_are_found_no_more(tmp_path: Path) -> None:
    log = Log()
    index = log.add(planned(CASE, title="Home for Xanthippe"))
    log.disclose(CASE, index)
    replay = replayed(log, tmp_path / "r.sqlite")
    rows = Rows(tmp_path / "r.sqlite", [one.projection for one in PROJECTIONS])
    replay.catch_up()
    assert rows.search("register", "xanthippe")[1] == 1
    log.take_down(CASE, index, slots=["/title"])
    replay.catch_up()
    assert rows.search("register", "xanthippe")[1] == 0
    assert b"anthippe" not in (tmp_path / "r.sqlite").read_bytes()


def test_whoever_was_stopped_before_the_copies_were_gone_leaves_that_to_the_next(tmp_path: Path) -> None:
    log = Log()
    index = log.add(planned(CASE, title="Home for Xanthippe"))
    log.disclose(CASE, index)
    replay = replayed(log, tmp_path / "r.sqlite")
    replay._connection.execute("PRAGMA journal_mode = WAL")
    replay._connection.execute("PRAGMA busy_timeout = 50")
    replay.catch_up()
    reader = sqlite3.connect(tmp_path / "r.sqlite", isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM projection_row").fetchone()
    log.take_down(CASE, index, slots=["/title"])
    replay.catch_up()
    assert b"anthippe" in everything(tmp_path), "somebody still reads it"
    replay.close()  # and it was never tried again by this process
    reader.close()
    before = where(tmp_path)
    again = replayed(log, tmp_path / "r.sqlite")
    assert again.catch_up() == 0
    assert b"anthippe" not in everything(tmp_path)
    assert (moved := where(tmp_path)) != before
    again.catch_up()
    assert where(tmp_path) == moved, "once is enough"


def test_a_case_that_begins_as_one_of_one_person_moves_no_rows(tmp_path: Path) -> None:
    log = Log()
    log.add(planned(CASE))
    replay = replayed(log, tmp_path / "r.sqlite")
    replay.catch_up()
    before = where(tmp_path)
    log.add(planned(case_id(2), concerns_one_person=True))
    replay.catch_up()
    assert where(tmp_path) == before


def where(folder: Path) -> int:
    """The page of the file at which the rows begin."""
    connection = sqlite3.connect(folder / "r.sqlite")
    [(page,)] = connection.execute("SELECT rootpage FROM sqlite_schema WHERE name = 'projection_row'").fetchall()
    connection.close()
    return int(page)


def everything(folder: Path) -> bytes:
    return b"".join(file.read_bytes() for file in folder.glob("r.sqlite*") if not file.name.endswith("-shm"))
