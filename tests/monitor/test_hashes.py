"""A log that shows hashes alone, as a register of placements does: a stranger follows it, and nobody can rewrite it unseen."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from fairplace.cli import main
from fairplace.ledger.note import Signer
from fairplace.on_disk import Register
from fairplace.synthesis.region.presets import preset
from fairplace.synthesis.region.register import build
from tests.monitor.test_following import Watch


def hashes_of(public: Path, to: Path) -> Path:
    """What is public of a log, without its entries."""
    shutil.copytree(public, to, ignore=shutil.ignore_patterns("entries"), dirs_exist_ok=True)
    return to


@pytest.fixture
def watch(tmp_path: Path) -> Watch:
    found = Watch(tmp_path)
    found.hashes_alone = True
    found.publish(300)
    return found


def shown(watch: Watch, public: Path | None = None) -> Path:
    return hashes_of(public or watch.log.public, watch.folder / "shown")


def test_a_log_of_hashes_is_followed_as_it_grows(watch: Watch) -> None:
    first, then = watch.look(shown(watch)), []
    watch.publish(250)
    then = watch.look(shown(watch))
    assert [one.kind for one in (*first, *then)] == ["grown", "grown"]
    assert "250 of them new, shown as hashes alone" in then[0].sentence
    assert not any(one.grave for one in (*first, *then))
    assert watch.look(shown(watch)) == []


def test_a_hash_that_was_changed_is_found(watch: Watch) -> None:
    public = shown(watch)
    tile = next(path for path in (public / "tile/0").rglob("*") if path.is_file())
    tile.write_bytes(bytes(32) + tile.read_bytes()[32:])
    [found] = watch.look(public)
    assert (found.kind, found.grave) == ("false", True)


def test_a_second_history_is_found_though_no_entry_is_shown(watch: Watch) -> None:
    watch.look(shown(watch))
    other = hashes_of(watch.other(200, 150), watch.folder / "other")
    [found] = watch.look(other)
    assert (found.kind, found.grave) == ("fork", True)


def test_a_state_that_no_key_of_ours_signed_is_not_taken_in(watch: Watch) -> None:
    watch.keys = [Signer(watch.keys[0].name, bytes(31) + b"\x07").vkey]
    [found] = watch.look(shown(watch))
    assert found.kind == "false"
    assert "not signed by a key that you gave" in found.sentence


def test_nobody_takes_the_first_sight_of_hidden_entries_for_a_register_of_placements(watch: Watch) -> None:
    """The reader says that it is one, once; the log that hides them would say so too."""
    watch.hashes_alone = False
    [found] = watch.look(shown(watch))
    assert (found.kind, found.grave) == ("unreadable", True)
    assert "hides what it recorded" in found.sentence
    assert "--hashes-alone" in found.sentence
    watch.hashes_alone = True
    assert [one.kind for one in watch.look(shown(watch))] == ["grown"]
    watch.hashes_alone = False
    watch.publish(5)
    assert [one.kind for one in watch.look(shown(watch))] == ["grown"], "the memory knows it from then on"


def test_a_log_whose_entries_were_read_is_not_followed_by_hashes_alone_later(watch: Watch) -> None:
    """Else whoever wants to hide what comes next need only stop showing it."""
    watch.look()
    watch.publish(20)
    [found] = watch.look(shown(watch))
    assert (found.kind, found.grave) == ("unreadable", True)


def test_a_stranger_and_an_insider_of_a_register_of_placements(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "tiny"
    build(folder, preset("tiny"), seed=3, twin=True)
    with Register.open(folder) as register:
        key = next(text for text in register.settings.log[0].vkeys if "+A" in text)

    def ran(*arguments: object) -> tuple[int, str]:
        capfd.readouterr()
        code = main([str(one) for one in arguments])
        said = capfd.readouterr()
        return code, said.out + said.err

    code, said = ran("monitor", folder / "public", "--state", tmp_path / "z", "--once", "--key", key)
    assert (code, "--hashes-alone" in said) == (2, True), said
    alone = "--hashes-alone"
    code, said = ran("monitor", folder / "public", "--state", tmp_path / "a", "--once", alone, "--key", key)
    assert (code, "shown as hashes alone" in said) == (0, True), said
    assert ran("monitor", folder / "public", "--state", tmp_path / "b", "--once", alone)[0] == 3, (
        "without a key of their own"
    )
    code, said = ran("monitor", folder / "inside", "--state", tmp_path / "c", "--once", "--key", key)
    assert (code, "every one of these was read and holds" in said) == (0, True), said
    code, said = ran("check", folder / "public")
    assert (code, "its entries are kept within" in said) == (2, True), said
    code, said = ran("check", folder / "inside", "--json")
    assert code == 0
    assert '"rule":"PL-01"' in said.replace(" ", "")
    assert '"rule":"ET-01"' not in said.replace(" ", ""), "rules on competitions are not asked of a search for a home"
    code, said = ran("verify", folder / "public", "--key", key)
    assert (code, "its entries are not public" in said) == (3, True), said
    assert ran("verify", folder / "inside", "--key", key)[0] in (0, 3)
