"""Whoever breaks off the making of a witness, a signer, a register or a key does it again; two do not make one at once."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from fairplace.begun import MARK, appear, begun
from fairplace.errors import Busy, Refused
from tests.matrix import WHOLE

ROOT = Path(__file__).parents[2]
STRIDES = {
    "witness": 13,
    "signer": 5,
    "register": 83,
    "apart": 83,
    "log-keys": 41,
    "second-pair": 3,
    "key": 4,
    "monitor": 7,
}
"""Each so many steps stand for all of them."""


@pytest.mark.matrix
@pytest.mark.parametrize("kind", STRIDES)
def test_what_was_killed_while_it_was_made_is_made_by_doing_it_again(kind: str) -> None:
    """A process of its own: it forks, and this one may have threads."""
    stride = 1 if WHOLE else STRIDES[kind]
    command = [sys.executable, "-m", "tests.campaign.makings", kind, "--stride", str(stride)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert int(done.stdout.split("killed at ")[1].split()[0]) > 2


def test_a_disk_without_hard_links_will_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr("os.link", refused)
    appear(tmp_path / "key", "one")
    with pytest.raises(FileExistsError):
        appear(tmp_path / "key", "two")
    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [("key", "one")]


def test_nothing_is_taken_away_that_a_making_did_not_leave(tmp_path: Path) -> None:
    def make(folder: Path) -> None:
        with begun(folder, "witness", "last") as stands:
            assert not stands
            (folder / "first").write_text("1")
            with pytest.raises(Busy, match="another process is making the witness"), begun(folder, "witness", "last"):
                pass
            (folder / "last").write_text("2")

    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / "letter").write_text("dear")
    with pytest.raises(Refused, match="is not empty"):
        make(mine)
    assert [path.name for path in mine.iterdir()] == ["letter"]
    (tmp_path / "new").mkdir()
    (tmp_path / "new" / MARK).touch()
    (tmp_path / "new" / "half").write_text("half")
    make(tmp_path / "new")
    assert sorted(path.name for path in (tmp_path / "new").iterdir()) == ["first", "last"]
    (tmp_path / "new" / MARK).touch()  # killed at the very end
    with pytest.raises(ZeroDivisionError), begun(tmp_path / "new", "witness", "last") as stands:
        int(stands) / 0
    assert (tmp_path / "new" / "first").read_text() == "1", "what is whole stays, whatever fails afterwards"
