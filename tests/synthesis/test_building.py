"""A demo register follows from its seed, and is put in place whole or not at all."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from fairplace.errors import Refused
from fairplace.on_disk import Register
from fairplace.synthesis import procurements
from fairplace.synthesis.chance import Chance
from fairplace.synthesis.programme import PROGRAMME

BRIEF = tuple(entry for entry in PROGRAMME if entry[1].slug in {"life-story", "spot-home", "homes-step-down"})
"""Three stories: enough for what is tested here."""

SYNTHESIS = Path(procurements.__file__).parent


def entries(folder: Path) -> list[bytes]:
    with Register.open(folder) as register:
        return [stored.raw for stored in register.store.entries(register.origin)]


def files(folder: Path, name: str) -> dict[str, bytes]:
    """By name, without what the signer remembers (its signatures of one of the two kinds are different each time) and the
    key under which openers' parts are kept, of which nothing in the register follows.
    """
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in (folder / name).rglob("*")
        if path.is_file() and path.name not in ("signed.json", "openers.seed")
    }


HEARD: list[tuple[int, int]] = []
"""How far the building of seven said it was."""


@pytest.fixture(scope="module")
def seven(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """In a folder that was there, and empty."""
    folder = tmp_path_factory.mktemp("seven")
    procurements.build(folder, seed=7, programme=BRIEF, progress=lambda done, total: HEARD.append((done, total)))
    return folder


@pytest.mark.long
def test_the_same_seed_gives_the_same_register(seven: Path, tmp_path: Path) -> None:
    again = tmp_path / "again"
    built = procurements.build(again, seed=7, programme=BRIEF)
    ours, theirs = entries(again), entries(seven)
    differing = [index for index, (one, other) in enumerate(zip(ours, theirs, strict=True)) if one != other]
    assert not differing
    assert len(ours) == built.entries
    assert newest_root(again) == newest_root(seven) == built.root
    for name in ("demo-keys", "secrets"):
        assert files(again, name) == files(seven, name) != {}
    assert documents(again) == documents(seven) > 0
    assert (again / "truth.jsonl").read_bytes() == (seven / "truth.jsonl").read_bytes()


def documents(folder: Path) -> int:
    """How many are kept, none of them spoiled. Each lies under a random key, so the files themselves differ."""
    with Register.open(folder) as register:
        assert list(register.documents.faults()) == []
    return len(files(folder, "documents"))


def newest_root(folder: Path) -> str:
    """The third line of the newest checkpoint."""
    return (folder / "public/checkpoint").read_text("utf-8").splitlines()[2]


def test_another_seed_gives_another_register(seven: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    procurements.build(other, seed=8, programme=BRIEF[:1])
    assert newest_root(other) != newest_root(seven)
    assert not set(entries(other)) & set(entries(seven))
    shared = files(other, "demo-keys").keys() & files(seven, "demo-keys").keys()
    assert shared == {"demo-keys/northbrook.example/root.seed"}


def test_an_interrupted_build_leaves_nothing(tmp_path: Path) -> None:
    def interrupt(done: int, total: int) -> None:
        if done > total // 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        procurements.build(tmp_path / "register", seed=7, programme=BRIEF, progress=interrupt)
    assert list(tmp_path.iterdir()) == []


def test_progress_comes_to_its_end(seven: Path) -> None:
    assert procurements.seed_of(seven) == 7
    assert sorted(HEARD) == HEARD
    assert HEARD[-1][0] == HEARD[-1][1]


def test_an_empty_folder_may_be_filled(seven: Path) -> None:
    assert not [path for path in seven.iterdir() if path.is_dir() and path.name.startswith(".")]
    assert len(entries(seven)) > 100


def test_a_folder_with_something_in_it_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("keep me")
    with pytest.raises(Refused, match="not empty"):
        procurements.build(tmp_path, seed=7, programme=BRIEF)
    assert [path.name for path in tmp_path.iterdir()] == ["letter.txt"]


def test_whoever_plants_faults_does_not_know_how_they_are_judged() -> None:
    judging = {"fairplace.assess", "fairplace.bids", "fairplace.policy", "fairplace.points", "fairplace.searching"}
    for path in SYNTHESIS.rglob("*.py"):
        tree = ast.parse(path.read_text("utf-8"))
        names = {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)} | {
            alias.name if isinstance(node, ast.Import) else f"{node.module}.{alias.name}"
            for node in ast.walk(tree)
            if isinstance(node, ast.Import | ast.ImportFrom)
            for alias in node.names
        }
        # What goes on on the day of a demo reads what is owed there as the desk does; nothing is planted in it.
        assert not names & judging or path.name == "today.py", path.name
        assert not any(name == "policies" or name.startswith("policies.") for name in names), path.name
        # The council and the region name the rules' files by their hashes, in what they invite by.
        assert "fairplace.shelf" not in names or path.name in ("council.py", "world.py")


def test_chance_is_spread_and_follows_from_its_seed() -> None:
    assert Chance("a", 1).bytes(2_000) == Chance("a", 1).bytes(2_000)
    assert Chance("a", 1).bytes(32) != Chance("a", 2).bytes(32)
    drawn = [Chance("spread").between(1, 6), *(chance.between(1, 6) for chance in [Chance("spread", 2)] * 600)]
    assert set(drawn) == {1, 2, 3, 4, 5, 6}
    assert sorted(Chance("some").some(range(10), 10)) == list(range(10))
    with pytest.raises(ValueError, match="11 of 10"):
        Chance("some").some(range(10), 11)
