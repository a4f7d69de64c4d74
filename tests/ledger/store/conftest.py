"""Every engine that keeps the contract of a store is put through the same tests."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from fairplace.ledger.store.port import Store
from fairplace.ledger.store.sqlite import SqliteStore
from fairplace.sources import Sources
from tests.ledger.store.build import Clock

MakeStore = Callable[[Sources], Store]


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(params=["sqlite"])
def make_store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[MakeStore]:
    """Opens one and the same store as often as it is called: as another process would."""
    opened: list[Store] = []

    def make(sources: Sources) -> Store:
        opened.append(SqliteStore(tmp_path / "register.sqlite", sources))
        return opened[-1]

    yield make
    for store in opened:
        store.close()


@pytest.fixture
def store(make_store: MakeStore, clock: Clock) -> Store:
    return make_store(clock.sources)
