"""One small register for all tests of the pages, and its application."""

from collections.abc import Iterator

import pytest
from litestar import Litestar
from litestar.testing import TestClient

from fairplace.http.app import create_app
from tests.http.town import Town, build

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
