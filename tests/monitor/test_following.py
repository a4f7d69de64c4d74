"""A monitor over real published folders: what grows, what forks, what goes back, and what is killed half way."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from fairplace.errors import Busy, Malformed, Misconfigured, Missing
from fairplace.ledger.checkpoint import Checkpoint
from fairplace.ledger.note import Signer, b64
from fairplace.ledger.register_events import KEY_COMPROMISED, LOSS_DECLARED, RECOVERY_STARTED
from fairplace.ledger.tree import Frontier, leaf_hash
from fairplace.monitor.evidence import BETWEEN
from fairplace.monitor.following import PATIENCE, SILENT, Follower
from fairplace.monitor.memory import Finding, Memory
from fairplace.monitor.source import Source
from tests.ledger.story import EVALUATOR, OFFICER, ORIGIN, ROOT
from tests.ledger.test_publisher import LOG_KEYS, SIGNER, Register

NOW = 1_795_348_800


class Watch:
    """A log, and a monitor of it in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.log = Register(folder / "log")
        self.keys = list(LOG_KEYS)
        self.now = NOW
        self.hashes_alone = False

    def publish(self, count: int = 0) -> None:
        self.log.grow(count)
        self.log.publisher().publish()

    def look(self, at: Path | None = None, **later: float) -> list[Finding]:
        self.now += int(timedelta(**later).total_seconds())
        memory = Memory(self.folder / "state")
        try:
            source = Source(str(at or self.log.public))
            return Follower(source, memory, self.keys, hashes_alone=self.hashes_alone).look(self.now)
        finally:
            memory.close()

    def memory(self) -> Memory:
        return Memory(self.folder / "state")

    def kinds(self, at: Path | None = None, **later: float) -> list[str]:
        return [one.kind for one in self.look(at, **later)]

    def other(self, keep: int, grow: int, *, publish_each: bool = False) -> Path:
        """The public folder of a second history: the first `keep` entries, and then others."""
        twin = Register(self.folder / f"twin-{keep}-{grow}-{publish_each}")
        assert keep >= twin.store.head(ORIGIN).size
        twin.grow(keep - twin.store.head(ORIGIN).size)
        for _ in range(grow):
            twin.fact("case.retold/1")
            twin.commit()
            if publish_each:
                twin.publisher().publish()
        twin.publisher().publish()
        twin.store.close()
        return twin.public


@pytest.fixture
def watch(tmp_path: Path) -> Iterator[Watch]:
    made = Watch(tmp_path)
    made.publish()
    yield made
    made.log.store.close()


def pair(folder: Path) -> list[Checkpoint]:
    """The two states in the one file of evidence, each signed by the log."""
    [path] = (folder / "state/evidence").iterdir()
    return [
        Checkpoint.parse(note if note.endswith(b"\n") else note + b"\n", LOG_KEYS)
        for note in path.read_bytes().split(b"\n" + BETWEEN)
    ]


# Growing


def test_a_memory_whose_making_was_broken_off_is_made_whole(tmp_path: Path) -> None:
    (tmp_path / "monitor.sqlite").touch()
    memory = Memory(tmp_path)
    assert memory.last() is None
    memory.close()


def test_each_new_state_is_taken_in_and_the_key_register_is_told(watch: Watch) -> None:
    size = watch.log.store.head(ORIGIN).size
    first = watch.look()
    assert first[0] == Finding("grown", f"{size} entries, {size} of them new; every one of these was read and holds")
    assert [one.kind for one in first[1:]] == ["key"] * size
    assert f"signed by {ROOT.vkey.name}: root_key {ROOT.vkey.text}" in first[1].sentence
    assert "role officer" in first[-1].sentence
    assert watch.look() == []
    watch.publish(300)
    assert watch.kinds() == ["grown"]
    watch.log.log.enrol(EVALUATOR, "evaluator")
    watch.publish()
    assert [one.kind for one in watch.look()] == ["grown", "key"]


def test_a_key_that_was_let_in_by_nobody_one_knows_is_told(watch: Watch) -> None:
    """T-19: whoever holds a key sees what is done in their name."""
    watch.look()
    rogue = Signer(OFFICER.vkey.name.replace("1a", "9f"), b"\x66" * 32)
    watch.log.log.enrol(rogue, "approver")
    watch.publish()
    said = watch.look()[1].sentence
    assert (rogue.vkey.text in said, "role approver" in said, "key.added/1" in said) == (True, True, True)


def test_contested_keys_and_recoveries_are_told_with_what_they_mean(watch: Watch) -> None:
    watch.publish(4)
    watch.look()
    log, next_key = watch.log.log, Signer(OFFICER.vkey.name, b"\x77" * 32)
    third = Signer("council.example/officer/3c", b"\x78" * 32)
    for one, role in ((EVALUATOR, "evaluator"), (third, "key-admin")):
        log.enrol(one, role)
    began = {"replaces": OFFICER.vkey.text, "vkey": next_key.vkey.text}
    log.add(RECOVERY_STARTED, began, EVALUATOR, third)
    log.add(KEY_COMPROMISED, {"from": 5, "until": 7, "vkey": OFFICER.vkey.text}, ROOT)
    watch.publish()
    *_, recovery, contested = watch.look()
    assert "has a day to stop this" in recovery.sentence
    assert f"from 5, until 7, vkey {OFFICER.vkey.text}; whatever this key signed in these" in contested.sentence


def test_the_root_at_every_earlier_size_can_be_given(watch: Watch) -> None:
    watch.publish(40)
    watch.look()
    watch.publish(250)
    watch.look()
    watch.publish(300)
    watch.look()
    memory, frontier = watch.memory(), Frontier()
    for size, one in enumerate(watch.log.log.entries, 1):
        frontier.append(leaf_hash(one.raw))
        if size in (1, 2, 255, 256, 257, 290, 511, 512, 513, len(watch.log.log.entries)):
            assert memory.root_at(size) == frontier.root(), size
    with pytest.raises(Malformed):
        memory.root_at(10_000)
    memory.close()


def test_a_state_that_is_signed_by_no_key_that_was_brought_is_not_taken_in(watch: Watch) -> None:
    watch.keys = [Signer(ORIGIN, b"\x55" * 32).vkey]
    [found] = watch.look()
    assert (found.kind, found.grave) == ("false", True)
    assert "neither signed nor opened by a key that you gave" in found.sentence
    watch.keys = [ROOT.vkey]
    assert watch.kinds()[0] == "grown", "the key that opened the log will do"
    watch.keys = []
    watch.publish(1)
    assert watch.kinds() == ["grown"]


def test_a_log_that_signs_nothing_for_more_than_a_day_is_silent(watch: Watch) -> None:
    watch.look()
    assert watch.kinds(seconds=SILENT) == []
    found = watch.look(seconds=1)
    assert [one.kind for one in found] == ["silent"]
    assert not found[0].grave


# Falsehoods


def flip(path: Path, at: int) -> None:
    data = bytearray(path.read_bytes())
    data[at] ^= 1
    path.write_bytes(data)


@pytest.mark.parametrize(
    ("file", "at"),
    [("tile/entries/000.p/{n}", 600), ("tile/entries/000.p/{n}", 1), ("checkpoint", 60), ("checkpoint", -30)],
)
def test_a_byte_that_was_changed_is_found_and_nothing_is_taken_in(watch: Watch, file: str, at: int) -> None:
    path = watch.log.public / file.format(n=watch.log.store.head(ORIGIN).size)
    whole = path.read_bytes()
    flip(path, at)
    [found] = watch.look()
    assert found.grave, found
    memory = watch.memory()
    assert memory.last() is None
    memory.close()
    path.write_bytes(whole)
    assert watch.kinds()[0] == "grown"


def test_entries_that_nobody_might_sign_are_found_and_named(watch: Watch) -> None:
    watch.look()
    stranger = Signer(OFFICER.vkey.name, b"\x55" * 32)
    log = watch.log.log
    log.entries.append(log.sign(log.prepare("case.noted/1", {"case": "x"}, stranger), stranger))
    watch.publish()
    [found] = watch.look()
    assert found.grave
    assert f"entry {len(log.entries) - 1}: " in found.sentence
    assert "is not registered" in found.sentence


# Two histories


def test_one_size_and_two_roots_are_evidence_that_anybody_can_check(watch: Watch) -> None:
    watch.publish(10)
    watch.look()
    size = watch.log.store.head(ORIGIN).size
    [found] = watch.look(watch.other(size - 4, 4))
    assert (found.kind, found.grave) == ("fork", True)
    one, other = pair(watch.folder)
    assert (one.size, other.size) == (size, size)
    assert one.root != other.root


def test_a_larger_second_history_is_located_and_an_equal_size_is_looked_for(watch: Watch) -> None:
    for _ in range(6):
        watch.publish(2)
        watch.look()
    size = watch.log.store.head(ORIGIN).size
    [found] = watch.look(watch.other(size - 5, 20, publish_each=True))
    assert (found.kind, found.grave) == ("fork", True)
    assert f"from entry {size - 5} on" in found.sentence
    one, other = pair(watch.folder)
    assert one.size == other.size <= size
    assert one.root != other.root
    assert watch.memory().last().size == size  # type: ignore[union-attr]


def test_without_an_equal_size_the_two_states_are_kept_all_the_same(watch: Watch) -> None:
    watch.publish(10)
    watch.look()
    size = watch.log.store.head(ORIGIN).size
    [found] = watch.look(watch.other(size - 4, 30))
    assert "of different sizes" in found.sentence
    assert [one.size for one in pair(watch.folder)] == [size, size + 26]


def test_a_smaller_second_history_is_found_too(watch: Watch) -> None:
    watch.publish(10)
    watch.look()
    size = watch.log.store.head(ORIGIN).size
    [found] = watch.look(watch.other(size - 8, 4))
    assert found.kind == "fork"


def test_the_monitor_stays_with_what_it_saw_first(watch: Watch) -> None:
    watch.publish(10)
    watch.look()
    size = watch.log.store.head(ORIGIN).size
    other = watch.other(size - 4, 30)
    assert watch.kinds(other) == watch.kinds(other) == ["fork"]
    assert watch.kinds() == []
    watch.publish(3)
    assert watch.kinds() == ["grown"]


def test_an_older_state_is_given_ten_minutes_and_is_then_reported(watch: Watch) -> None:
    watch.publish(5)
    old = shutil.copytree(watch.log.public, watch.folder / "old")
    watch.publish(5)
    watch.look()
    assert watch.look(old, seconds=PATIENCE) == []
    [found] = watch.look(old, seconds=1)
    assert (found.kind, found.grave) == ("back", True)


def test_another_log_at_the_same_address_is_not_taken_for_it(watch: Watch, tmp_path: Path) -> None:
    watch.look()
    path = watch.log.public / "checkpoint"
    other = Checkpoint("log.other.example/a", 3, bytes(32)).sign(Signer("log.other.example/a", b"\x01" * 32), None, 1)
    path.write_bytes(other.note)
    [found] = watch.look()
    assert "shows the log log.other.example/a now" in found.sentence


# A declared loss


def declared(watch: Watch, keep: int, **lost: Any) -> Path:
    """The public folder of a log that went back to `keep` entries and says what it lost."""
    twin = Register(watch.folder / "recovered")
    twin.grow(keep - twin.store.head(ORIGIN).size)
    watch_root, size = watch.log.store.head(ORIGIN).root, watch.log.store.head(ORIGIN).size
    kept = twin.store.head(ORIGIN)
    body = {
        "kept": {"root": b64(kept.root), "size": kept.size},
        "lost": {"root": b64(watch_root), "size": size} | lost,
        "reason": "the disk failed",
    }
    twin.log.add(LOSS_DECLARED, body, ROOT)
    twin.grow(20)
    twin.publisher().publish()
    twin.store.close()
    return twin.public


def test_a_loss_that_the_log_declares_is_told_and_the_log_is_read_anew(watch: Watch) -> None:
    watch.publish(10)
    watch.look()
    size = watch.log.store.head(ORIGIN).size
    recovered = declared(watch, size - 4)
    [found] = watch.look(recovered)
    assert (found.kind, found.grave) == ("loss", True)
    assert f"THE LOG DECLARES A LOSS, at entry {size - 4}: {size} entries had been signed" in found.sentence
    assert not (watch.folder / "state/evidence").exists()
    assert watch.look(recovered) == []


@pytest.mark.parametrize("lost", [{"size": 12}, {"root": b64(bytes(32))}])
def test_a_loss_that_does_not_cover_what_was_seen_is_a_second_history(watch: Watch, lost: dict[str, Any]) -> None:
    watch.publish(10)
    watch.look()
    size = watch.log.store.head(ORIGIN).size
    assert size > 12
    assert watch.kinds(declared(watch, size - 4, **lost)) == ["fork"]
    memory = watch.memory()
    assert memory.last().size == size  # type: ignore[union-attr]
    memory.close()


# Killed half way


@pytest.mark.parametrize("name", ["add_leaves", "put_last", "put_seen", "add_register_entry", "find"])
def test_a_kill_in_the_middle_loses_nothing(watch: Watch, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    watch.look()
    drained(watch)
    watch.log.log.enrol(EVALUATOR, "evaluator")
    watch.publish(5)

    class Killed(BaseException):
        pass

    def kill(*_: object) -> None:
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(Memory, name, kill)
        with pytest.raises(Killed):
            watch.look()
    watch.look()
    assert [one.kind for one in drained(watch)] == ["grown", "key"]
    watch.look()
    assert drained(watch) == []


def drained(watch: Watch) -> list[Finding]:
    memory = watch.memory()
    try:
        found = memory.untold()
        for number, _, _ in found:
            memory.told(number)
        return [one for _, _, one in found]
    finally:
        memory.close()


def test_the_same_finding_is_told_once_a_day(watch: Watch) -> None:
    watch.publish(10)
    watch.look()
    drained(watch)
    other = watch.other(watch.log.store.head(ORIGIN).size - 4, 4)
    for _ in range(5):
        watch.look(other, seconds=60)
    assert len(drained(watch)) == 1
    watch.look(other, days=1)
    assert len(drained(watch)) == 1


def test_two_monitors_do_not_share_a_memory(watch: Watch) -> None:
    watch.look()
    memory = watch.memory()
    watch.publish(1)
    with memory.taking_in(), pytest.raises(Busy, match="another monitor uses"):
        watch.look()
    memory.close()


# What is no log


def test_what_is_no_log_is_said_to_be_none(watch: Watch, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    [found] = watch.look(tmp_path / "empty")
    assert (found.kind, "shows no checkpoint" in found.sentence) == ("unreadable", True)
    (tmp_path / "empty/checkpoint").write_text("hello\n")
    assert watch.kinds(tmp_path / "empty") == ["unreadable"]
    with pytest.raises(Missing):
        Source(str(tmp_path / "nothing"))
    (tmp_path / "state/monitor.sqlite").write_bytes(b"something else")
    with pytest.raises(Misconfigured):
        Memory(tmp_path / "state")


def test_a_state_with_missing_tiles_is_unreadable(watch: Watch) -> None:
    watch.look()
    watch.publish(5)
    shutil.rmtree(watch.log.public / "tile")
    assert watch.kinds() == ["unreadable"]
    assert SIGNER.vkey in LOG_KEYS
