"""The library's own tests for a recorder with dynamic consistency boundaries, on our tables."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from eventsourcing.dcb.api import DCBAppendCondition, DCBEvent, DCBQuery, DCBQueryItem
from eventsourcing.dcb.tests import DCBRecorderTestCase
from eventsourcing.persistence import IntegrityError, ProgrammingError

from fairplace.ledger.store.dcb import SqliteDcbRecorder
from fairplace.ledger.store.sqlite import SqliteStore


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqliteStore]:
    with SqliteStore(tmp_path / "register.sqlite") as made:
        yield made


def test_the_library_s_suite_for_append_and_read_passes(store: SqliteStore) -> None:
    DCBRecorderTestCase()._test_append_read(SqliteDcbRecorder(store, "log.example/a"))


def test_the_library_s_suite_for_subscriptions_passes(store: SqliteStore) -> None:
    DCBRecorderTestCase()._test_append_subscribe(SqliteDcbRecorder(store, "log.example/a"))


def test_the_suite_passes_in_a_second_log_of_the_same_file(store: SqliteStore) -> None:
    SqliteDcbRecorder(store, "log.example/a").append([DCBEvent("type1", b"data1", ["tagX"])])
    DCBRecorderTestCase()._test_append_read(SqliteDcbRecorder(store, "log.example/b"))


def test_an_append_needs_an_event(store: SqliteStore) -> None:
    with pytest.raises(ProgrammingError, match="one event at least"):
        SqliteDcbRecorder(store, "log.example/a").append([])


def test_of_writers_with_one_condition_exactly_one_wins(store: SqliteStore) -> None:
    recorder = SqliteDcbRecorder(store, "log.example/a")
    once = DCBAppendCondition(DCBQuery([DCBQueryItem(types=["Opened"], tags=["case-1"])]))
    won: list[int] = []
    lost: list[Exception] = []

    def write() -> None:
        try:
            won.append(recorder.append([DCBEvent("Opened", b"", ["case-1"])], once))
        except IntegrityError as error:
            lost.append(error)

    writers = [threading.Thread(target=write) for _ in range(8)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert (won, len(lost)) == ([1], 7)


def test_a_stopped_subscription_ends(store: SqliteStore) -> None:
    recorder = SqliteDcbRecorder(store, "log.example/a")
    recorder.append([DCBEvent("Opened", b"1", [])])
    with recorder.subscribe() as subscription:
        assert next(subscription).position == 1
        threading.Timer(0.1, subscription.stop).start()
        assert list(subscription) == []
