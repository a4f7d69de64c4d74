"""Drafts are kept, shared or not, encrypted, and never overwritten unseen."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from fairplace.drafting.cipher import Cipher
from fairplace.drafting.drafts import APPLICATION, SCHEMA, Drafts
from fairplace.errors import Conflict, Misconfigured
from fairplace.private_file import PrivateFile
from fairplace.sources import Sources

KEY = b"k" * 32
CASE, TASK = "00000000-0000-4000-8000-000000000001", "award"


class Clock:
    moment = datetime(2026, 11, 28, 9, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.moment


@pytest.fixture
def clock() -> Clock:
    return Clock()


def drafts(folder: Path, clock: Clock, key: bytes = KEY) -> Drafts:
    file = PrivateFile(folder / "drafts.sqlite", SCHEMA, application=APPLICATION)
    return Drafts(file, Cipher(key), Sources(clock, bytes))


def test_what_was_written_is_there_again(tmp_path: Path, clock: Clock) -> None:
    one = drafts(tmp_path, clock)
    assert one.get(CASE, TASK) is None
    assert one.save(CASE, TASK, {"reason": "Best on “care”"}, by="ada", version=0) == 1
    found = drafts(tmp_path, clock).get(CASE, TASK)
    assert found is not None
    assert (found.written, found.version, found.changed_by) == ({"reason": "Best on “care”"}, 1, "ada")
    one.drop(CASE, TASK)
    assert one.get(CASE, TASK) is None


def test_the_later_save_of_an_older_version_is_refused_and_nothing_is_overwritten(tmp_path: Path, clock: Clock) -> None:
    one = drafts(tmp_path, clock)
    one.save(CASE, TASK, {"reason": "first"}, by="ada", version=0)
    one.save(CASE, TASK, {"reason": "second"}, by="bel", version=1)
    with pytest.raises(Conflict, match="somebody else saved this draft") as caught:
        one.save(CASE, TASK, {"reason": "mine"}, by="ada", version=1)
    assert caught.value.kind == "draft"
    found = one.get(CASE, TASK)
    assert found is not None
    assert found.written == {"reason": "second"}


def test_a_draft_of_ones_own_is_nobody_elses(tmp_path: Path, clock: Clock) -> None:
    one = drafts(tmp_path, clock)
    one.save(CASE, "sheet", {"marks": "7"}, by="eva", version=0, owner="eva")
    assert one.get(CASE, "sheet") is None
    assert one.get(CASE, "sheet", owner="ada") is None
    assert one.of(CASE, "eva").keys() == {"sheet"}
    assert one.of(CASE, "ada") == {}


def test_people_on_one_draft_see_each_other_for_a_while(tmp_path: Path, clock: Clock) -> None:
    one = drafts(tmp_path, clock)
    assert one.look(CASE, TASK, "ada") == []
    assert one.look(CASE, TASK, "bel") == ["ada"]
    assert one.look(CASE, "other", "bel") == []
    clock.moment += timedelta(minutes=3)
    assert one.look(CASE, TASK, "bel") == []


def test_no_word_of_a_draft_stands_in_the_file(tmp_path: Path, clock: Clock) -> None:
    one = drafts(tmp_path, clock)
    one.save(CASE, TASK, {"reason": "a canary in the mine"}, by="ada", version=0)
    one.save(CASE, TASK, {"reason": "another canary"}, by="ada", version=1)
    for file in tmp_path.iterdir():
        assert b"canary" not in file.read_bytes()


def test_another_key_and_another_place_open_nothing(tmp_path: Path, clock: Clock) -> None:
    drafts(tmp_path, clock).save(CASE, TASK, {"reason": "x"}, by="ada", version=0)
    with pytest.raises(Misconfigured, match="restore both"):
        drafts(tmp_path, clock, key=b"q" * 32).get(CASE, TASK)
    cipher = Cipher(KEY)
    sealed = cipher.seal(b"value", "here")
    assert cipher.open(sealed, "here") == b"value"
    for broken in (sealed[:-1], b"\x02" + sealed[1:], sealed[:13], b"", bytes([sealed[0]]) + sealed[2:]):
        with pytest.raises(Misconfigured):
            cipher.open(broken, "here")
    with pytest.raises(Misconfigured):
        cipher.open(sealed, "there")
