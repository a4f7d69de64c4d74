"""The whole case once, for all tests of bundles, and what its bundles were at each stage."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.office import Office, open_office
from tests.publish.case import OWN, bundled, opened, tell

Stages = dict[str, dict[str, bytes]]


@pytest.fixture(scope="session")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Office, Stages]]:
    """The register at the end of the story, and the members of a bidder's bundle at each stage before."""
    stages: Stages = {}
    with open_office(tmp_path_factory.mktemp("bundles") / "register") as office:
        for stage in tell(office):
            office.register.follow()
            data, _ = bundled(office.register, office.case, "bidder", provider=OWN.id, by="provider")
            stages[stage] = opened(data)
        yield office, stages


@pytest.fixture(scope="session")
def office(told: tuple[Office, Stages]) -> Office:
    return told[0]


@pytest.fixture(scope="session")
def stages(told: tuple[Office, Stages]) -> Stages:
    return told[1]
