"""Built in memory or beside its folder: what comes to stand there is the same, and whole or nothing."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from fairplace.synthesis import aside

MARKER = "whole.json"
NOWHERE = Path("/nowhere")


@pytest.fixture
def disk() -> Iterator[Path]:
    """A folder that is not in memory."""
    with tempfile.TemporaryDirectory(dir="/var/tmp") as folder:
        yield Path(folder)


def build(folder: Path, memory: Path, room: int = 0) -> Path:
    """Where it was built."""
    with aside.built_aside(folder, "the register", MARKER, room=room, memory=memory) as whole:
        (whole / "secrets").mkdir(parents=True, mode=0o700)
        (whole / "secrets" / "key").write_bytes(b"secret")
        (whole / "secrets" / "key").chmod(0o600)
        (whole / MARKER).write_bytes(b"{}")
        assert not (folder / MARKER).exists()
    return whole


@pytest.mark.parametrize("memory", [aside.MEMORY, NOWHERE])
@pytest.mark.parametrize("there", [False, True], ids=["a new folder", "an empty folder"])
def test_the_same_stands_there_and_nothing_elsewhere(disk: Path, memory: Path, there: bool) -> None:
    folder = disk / "register"
    if there:
        folder.mkdir()
    made = build(folder, memory)
    assert {path.relative_to(folder).as_posix(): path.stat().st_mode & 0o777 for path in folder.rglob("*")} == {
        MARKER: (folder / MARKER).stat().st_mode & 0o777, "secrets": 0o700, "secrets/key": 0o600,
    }  # fmt: skip
    assert (folder / "secrets" / "key").read_bytes() == b"secret"
    assert list(disk.iterdir()) == [folder]
    assert not made.parent.exists()


def test_it_is_built_in_memory_where_there_is_room(disk: Path) -> None:
    if aside.MEMORY.is_dir() and aside.MEMORY.stat().st_dev != disk.stat().st_dev:
        assert build(disk / "one", aside.MEMORY).is_relative_to(aside.MEMORY)
    assert build(disk / "two", aside.MEMORY, room=1 << 60).is_relative_to(disk)


@pytest.mark.parametrize("memory", [aside.MEMORY, NOWHERE])
def test_what_breaks_off_leaves_nothing(disk: Path, memory: Path) -> None:
    begun: list[Path] = []

    def broken_off() -> None:
        with aside.built_aside(disk / "register", "the register", MARKER, room=0, memory=memory) as whole:
            begun.append(whole)
            whole.mkdir(parents=True)
            (whole / "half").write_bytes(b"half")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        broken_off()
    assert list(disk.iterdir()) == []
    assert not begun[0].parent.exists()
