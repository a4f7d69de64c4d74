"""The reader in Go reads a register of placements as the authority's checkers do, with a challenge among its entries."""

from __future__ import annotations

from pathlib import Path

import pytest

from fairplace.contest.commands import LodgeContest
from tests.homes import BEECH
from tests.interop.readers import Go
from tests.placement_office import open_placements

pytestmark = pytest.mark.needs_go


def test_a_register_with_a_challenge_is_genuine_and_not_with_a_byte_of_it_changed(
    tmp_path: Path, checker: Path
) -> None:
    challenge = LodgeContest(id="test", kind="complaint", ground="other", remedy="apology", words="Nobody rang back")
    with open_placements(tmp_path / "register").tell("published") as office:
        office.record(challenge, by=BEECH.actor)
        register = office.register
        register.follow()
        inside = register.folder / "inside"
        files = {one.relative_to(inside).as_posix(): one.read_bytes() for one in inside.rglob("*") if one.is_file()}
        keys = register.settings.log[0].vkeys
        office.close()
    assert Go(checker).read(files, keys).verdict == "genuine"
    [name] = [name for name, data in files.items() if b"contest.lodged/1" in data]
    changed = files | {name: files[name].replace(b"contest.lodged/1", b"contest.lodged/2")}
    assert Go(checker).read(changed, keys).verdict == "not genuine"
