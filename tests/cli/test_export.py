"""`fairplace export`: what it prints, and what it says when it refuses, with nothing half-written left behind."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from fairplace.cli import main
from fairplace.receipts import receipt
from tests.office import open_office
from tests.story import ALDER, APPROVER, MONITORING, OFFICER


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A register with one planned case, and the case."""
    folder = tmp_path_factory.mktemp("export") / "register"
    with open_office(folder, real_time=True, keys=True, until="planned") as office:
        office.register.follow()
        (folder.parent / "receipt.tlog-proof").write_bytes(receipt(office.register, 0))
        return folder, office.case


def export(made: tuple[Path, str], *arguments: str, case: str = "") -> int:
    return main(["export", str(made[0]), "bundle", case or made[1], "--no-pdf", *arguments])


def test_it_prints_what_it_wrote_as_one_object(
    made: tuple[Path, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "case.fpbundle"
    tied = str(made[0].parent / "receipt.tlog-proof")
    by = ("--as", MONITORING.key, "--purpose", "court")
    assert export(made, "--edition", "court", *by, "--receipt", tied, "--out", str(out)) == 0
    said = capsys.readouterr()
    told = json.loads(said.out)
    assert told["file"] == str(out)
    assert told["sha256"] == hashlib.sha256(out.read_bytes()).hexdigest()
    assert (told["bytes"], told["entries"], told["withheld"]) == (out.stat().st_size, 2, 0)
    assert "2 entries" in said.err


def test_without_a_name_it_is_named_for_the_case_and_the_edition(
    made: tuple[Path, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert export(made, "--edition", "public") == 0
    assert [path.name for path in tmp_path.iterdir()] == [f"{made[1]}-public.fpbundle"]


COURT = ("--edition", "court", "--purpose", "court", "--as")


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (("--edition", "court"), 2, "say who takes it, and what for"),
        (("--edition", "court", "--as", MONITORING.key), 2, "give --as and --purpose"),
        (("--edition", "court", "--as", MONITORING.key, "--purpose", "curiosity"), 2, "it is one of procedure"),
        ((*COURT, OFFICER.key), 1, "the court edition is for monitoring"),
        ((*COURT, APPROVER.key), 1, "the court edition is for monitoring"),
        ((*COURT, "northbrook.gov.example/officer/nobody"), 2, "nobody"),
        (("--edition", "public", "--for", ALDER.id), 2, "for the edition of a bidder"),
        (("--edition", "bidder", "--as", OFFICER.key, "--purpose", "own"), 2, "for the edition of a bidder"),
        (("--edition", "public", "--receipt", "no-such-file"), 2, "there is no file no-such-file"),
        (("--edition", "public", "--receipt", "/"), 2, "cannot be read"),
        (("--edition", "public", "--receipt", __file__), 2, "no proof file"),
        (("--edition", "secret"), 2, "secret"),
    ],
)
def test_what_is_refused_says_why_in_a_sentence_and_leaves_nothing(
    made: tuple[Path, str],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    arguments: tuple[str, ...],
    code: int,
    says: str,
) -> None:
    assert export(made, *arguments, "--out", str(tmp_path / "case.fpbundle")) == code
    said = capsys.readouterr()
    assert says in " ".join(said.err.split())
    assert said.out == ""
    assert list(tmp_path.iterdir()) == []


def test_a_case_that_is_not_there_is_said_so(
    made: tuple[Path, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for case in ("11111111-2222-4333-8444-555555555555", "../../etc/passwd", "FP-NC [2026] 1", "\udcff"):
        assert export(made, "--edition", "public", "--out", str(tmp_path / "x"), case=case) == 2
        assert "no case" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_no_register_is_said_so(tmp_path: Path) -> None:
    assert main(["export", str(tmp_path), "bundle", "x", "--edition", "public"]) == 2
