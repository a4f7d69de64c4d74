"""One small register for all tests of the pages, and its application."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from litestar import Litestar
from litestar.testing import TestClient

from fairplace.http.app import create_app
from tests.http.agents import Agents, Told
from tests.http.town import Town, build
from tests.placement_office import open_placements

Client = TestClient[Litestar]


@pytest.fixture(scope="session")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    made = build(tmp_path_factory.mktemp("town") / "register")
    yield made
    made.register.close()


@pytest.fixture(scope="session")
def client(town: Town) -> Iterator[Client]:
    with TestClient(create_app(town.register), raise_server_exceptions=False) as made:
        yield made


@pytest.fixture
def told(tmp_path: Path) -> Iterator[Told]:
    """A search told as far as a step, and the people at their desks."""
    offices = []

    def agents(until: str) -> Agents:
        offices.append(open_placements(tmp_path / "register", until=until))
        return Agents(offices[-1])

    yield agents
    for one in offices:
        one.close()
