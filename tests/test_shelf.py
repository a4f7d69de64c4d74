"""Shelves: found, loaded by path, and cited by the hash of their bytes."""

from __future__ import annotations

import hashlib
import os
import sys
from pathlib import Path

import pytest

from fairplace import shelf
from fairplace.errors import Misconfigured


def test_every_file_is_cited_by_the_hash_of_its_bytes() -> None:
    found = [*shelf.policies(), *shelf.projections()]
    assert found
    for one in found:
        assert one.sha256 == hashlib.sha256(one.path.read_bytes()).hexdigest()
        assert one.name == one.path.name
    assert [one.name for one in shelf.policies()] == sorted(one.name for one in shelf.policies())


def test_the_same_bytes_are_loaded_once_and_others_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Even in the same second and of the same length, by which Python tells whether compiled code is still good."""
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    path = tmp_path / "own.py"
    path.write_text("A = 1\n")
    os.utime(path, (1_700_000_000, 1_700_000_000))
    first = shelf.load(path, "policies")
    assert shelf.load(path, "policies").module is first.module
    path.write_text("A = 2\n")
    os.utime(path, (1_700_000_000, 1_700_000_000))
    second = shelf.load(path, "policies")
    assert (first.module.A, second.module.A) == (1, 2)
    assert first.sha256 != second.sha256


def test_a_registers_own_policies_stand_beside_the_others(tmp_path: Path) -> None:
    (tmp_path / "own_rules.py").write_text('"""Ours."""\n')
    assert "own_rules.py" in [one.name for one in shelf.policies(tmp_path)]
    assert shelf.policies(tmp_path / "nowhere") == shelf.policies()


def test_each_kind_of_register_has_the_rules_that_judge_it(tmp_path: Path) -> None:
    (tmp_path / "own_rules.py").write_text('"""Ours."""\n')
    placements = {one.name for one in shelf.policies(kind="placements")}
    assert placements
    assert placements.isdisjoint(one.name for one in shelf.policies())
    assert {one.kind for one in shelf.policies(kind="placements")} == {"placements"}
    assert "own_rules.py" in [one.name for one in shelf.policies(tmp_path, "placements")], "its own judge any"


def test_a_registers_own_file_does_not_take_the_place_of_another(tmp_path: Path) -> None:
    (tmp_path / shelf.policies()[0].name).write_text('"""Ours."""\n')
    with pytest.raises(Misconfigured, match="give the register's own file another name"):
        shelf.policies(tmp_path)


@pytest.mark.parametrize(
    "source", [b"def", b"1/0", b"import nothing_of_the_kind", b"\xff\xfe", b"a\0b", b"raise SystemExit(0)"]
)
def test_a_file_that_cannot_be_loaded_gets_a_sentence(tmp_path: Path, source: bytes) -> None:
    path = tmp_path / "own.py"
    path.write_bytes(source)
    for _ in range(2):  # not loaded by half the first time
        with pytest.raises(Misconfigured, match=r"own\.py cannot be loaded: \w+"):
            shelf.load(path, "policies")


def test_a_file_that_is_not_there_gets_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match="cannot be read"):
        shelf.load(tmp_path / "own.py", "policies")
    with pytest.raises(Misconfigured, match="install fairplace again"):
        shelf.root("nothing_of_the_kind")
