"""Anybody who holds the published files can fold the rows again and compare them with those that are shown."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from fairplace import replay, shelf
from fairplace.openness.events import Slots, Withdrawn
from fairplace.reading_files import FolderReader
from fairplace.replay import Replay
from tests.http.town import Town, build


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    made = build(tmp_path_factory.mktemp("town") / "register")
    yield made
    made.register.close()


def test_the_rows_of_a_real_register_are_those_of_a_rebuild(town: Town) -> None:
    assert town.register.rows.position() == town.register.reader.size
    assert town.register.rows.list("register")[1] > 3
    assert town.register.replay.check() == []


def test_the_rows_that_are_shown_follow_from_the_published_files_alone(town: Town) -> None:
    assert published(town) == list(town.register.replay.stored())


def test_a_text_taken_down_is_in_no_file_of_the_database(town: Town) -> None:
    """The opening stays with the authority, encoded as it was signed; no row, index or journal keeps its words."""
    case, register = town.cases["contract"], town.register
    words = b"Homes for children near their schools"
    assert words in database(town)
    slots = [Slots(entry=town.at[f"{case} planned"], slots=["/title"])]
    town.say(case, Withdrawn(**town.common(case), ground="child", openings=slots, reason=town.text("a name", "child")))
    register.follow()
    assert words not in database(town)
    assert register.rows.search("register", "schools")[1] == 0
    assert register.replay.check() == []
    assert published(town) == list(register.replay.stored())


def published(town: Town) -> list[tuple[str, str, bytes, bytes]]:
    """The rows that the published files give, and nothing else."""
    register = town.register
    code = replay.code_of(register.settings.authority)
    anew = Replay("", FolderReader(register.public), replay.loaded(shelf.projections()), code=code)
    anew.catch_up()
    return list(anew.stored())


def database(town: Town) -> bytes:
    files = [file for file in town.register.folder.glob("register.sqlite*") if not file.name.endswith("-shm")]
    return b"".join(file.read_bytes() for file in files)
