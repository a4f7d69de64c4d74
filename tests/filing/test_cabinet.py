"""The cabinet keeps documents of cases; whoever else keeps something meanwhile is not held up."""

from __future__ import annotations

from pathlib import Path

import pytest

from fairplace.filing import kinds
from fairplace.filing.passages import Looked
from fairplace.workroom import Workroom
from tests.placement_office import open_placements


def test_while_a_long_file_is_looked_through_others_put_theirs_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("fairplace.private_file.PATIENCE", 0.05)
    with open_placements(tmp_path / "register").tell("opened") as office:
        cabinet = Workroom(office.register).cabinet
        case = office.case

        def look(_: bytes, media: str) -> Looked:
            assert media == kinds.TEXT
            cabinet.take_in(case, "other.txt", "note", b"of somebody else\n", by="b")
            return Looked()

        kept = cabinet.take_in(case, "long.txt", "referral", b"of one\n", by="a", look=look)
        assert kept.held is not None
        assert kept.held.copy is not None
        assert {one.held.name for one in cabinet.of(case) if one.held} == {"long.txt", "other.txt"}
