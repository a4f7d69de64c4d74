"""A lost key comes back by two others who share no machine."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from fairplace.ledger.note import Signer
from fairplace.on_disk import Register
from tests.cli.test_requests import keys, run
from tests.office import open_office
from tests.story import APPROVER, MONITORING, OFFICER

__all__ = ["run"]

FIRST, SECOND = "first", "second"
NEW = Signer(OFFICER.key, b"n" * 32).vkey.text


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    with open_office(tmp_path / "register", real_time=True) as office:
        made = office.folder
    keys(tmp_path, FIRST, MONITORING.key)
    keys(tmp_path, SECOND, APPROVER.key, OFFICER.key)
    return made


def test_two_who_share_no_machine_begin_a_recovery(run: Any, folder: Path, tmp_path: Path) -> None:
    request = tmp_path / "request.json"
    made = run(FIRST, "key", "recover", folder, NEW, "--by", MONITORING.key, "--request", request)
    assert made.code == 0, made.err
    with Register.open(folder) as register:
        assert register.reader.register().recoveries() == (), "one signature begins nothing"
    shown = run(SECOND, "request", "show", request)
    assert "key.recovery-started/1" in shown.out
    assert NEW in shown.out
    assert run(SECOND, "request", "sign", request, "--as", APPROVER.key, "--yes").code == 0
    done = run(FIRST, "request", "record", folder, request)
    assert done.code == 0, done.err
    with Register.open(folder) as register:
        [one] = register.reader.register().recoveries()
        entry = register.reader.entry(json.loads(done.out)["index"])
    assert (one.vkey.text, one.over) == (NEW, None)
    assert [line.name for line in entry.lines] == [MONITORING.key, APPROVER.key]
    early = tmp_path / "early.json"
    refused = run(FIRST, "key", "finish-recovery", folder, OFFICER.key, "--by", MONITORING.key, "--request", early)
    assert (refused.code, "24 hours later at the earliest" in " ".join(refused.err.split())) == (1, True), refused.err
    twice = run(FIRST, "key", "recover", folder, NEW, "--by", MONITORING.key, "--request", early)
    assert (twice.code, "under way" in twice.err) == (1, True), twice.err
    assert not early.exists(), "nobody is sent for a signature that the register would not take"


def test_who_lost_the_key_is_neither_of_the_two(run: Any, folder: Path, tmp_path: Path) -> None:
    request = tmp_path / "request.json"
    assert run(FIRST, "key", "recover", folder, NEW, "--by", MONITORING.key, "--request", request).code == 0
    assert run(SECOND, "request", "sign", request, "--as", OFFICER.key, "--yes").code == 0
    refused = run(FIRST, "request", "record", folder, request)
    assert refused.code == 1
    with Register.open(folder) as register:
        assert register.reader.register().recoveries() == ()


def test_with_a_request_one_signs_here(run: Any, folder: Path, tmp_path: Path) -> None:
    both = ("--by", MONITORING.key, "--by", APPROVER.key)
    refused = run(FIRST, "key", "recover", folder, NEW, *both, "--request", tmp_path / "request.json")
    assert refused.code == 1
    assert "give one" in refused.err
    assert not (tmp_path / "request.json").exists()
