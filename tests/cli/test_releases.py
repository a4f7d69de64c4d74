"""Numbers about placements at the command line: looked at, signed by two, listed, taken back."""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from fairplace import keyring, settings
from fairplace.on_disk import Register
from tests.counting.many import search
from tests.homes import APPROVER, MONITORING, OFFICER
from tests.office import seed_of
from tests.placement_office import open_placements


@pytest.fixture(scope="module")
def pristine(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("pristine") / "register"
    with open_placements(folder) as office:
        for actor in (OFFICER, MONITORING, APPROVER):
            keyring.keep_worthless(folder / "demo-keys", actor.key, seed_of(actor.key))
        for number in range(6):
            search(office, number)
        office.register.follow()
    return folder


@pytest.fixture
def folder(pristine: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(pristine, tmp_path / "register"))


def size(folder: Path) -> int:
    with Register.open(folder) as register:
        return register.reader.size


def test_a_release_is_looked_at_then_signed_by_two_then_listed_then_taken_back(run: Any, folder: Path) -> None:
    before = size(folder)
    looked = run("release", "make", folder, "--until", "2025-09-30", "--dry-run")
    assert looked.code == 0
    assert json.loads(looked.out)["until"] == "2025-09-30"
    assert "No attack found a group below six children" in looked.err
    assert size(folder) == before

    done = run("release", "make", folder, "--until", "2025-09-30", "--as", OFFICER.key, "--second", MONITORING.key)
    assert done.code == 0, done.err
    assert json.loads(done.out) == {"entry": before, "type": "placements.released/1", "release": 1}

    [line] = run("release", "list", folder, "--json").objects
    assert line["sha256"] == hashlib.sha256(looked.out.encode()).hexdigest()
    assert (line["entry"], line["withdrawn"]) == (before, None)

    again = run("release", "make", folder, "--until", "2025-09-30", "--as", OFFICER.key, "--second", MONITORING.key)
    assert again.code == 1
    assert "no quarter has closed since release 1" in again.err

    out = folder.parent / "numbers"
    written = run("release", "folder", folder, out)
    assert written.code == 0, written.err
    assert (out / "decisions-1.json").read_bytes() == looked.out.encode()
    assert run("release", "folder", folder, folder).code == 1, "the register itself is never replaced"

    gone = run("release", "withdraw", folder, "1", "--why", "Counted twice", "--as", APPROVER.key)
    assert gone.code == 0
    [line] = run("release", "list", folder, "--json").objects
    assert line["withdrawn"] is not None
    anew = run("release", "make", folder, "--replaces", "1", "--dry-run")
    assert anew.code == 0, anew.err
    assert json.loads(anew.out)["replaces"] == 1

    keys = (part for key in settings.load(folder).log[0].vkeys for part in ("--key", key))
    checked = run("verify", folder, *keys)
    assert (checked.code, checked.out.splitlines()[-1][:7]) == (0, "GENUINE"), checked.out


@pytest.mark.parametrize(
    ("arguments", "code", "sentence"),
    [
        (["make"], 2, "a release needs two persons"),
        (["make", "--as", OFFICER.key], 2, "a release needs two persons"),
        (["make", "--as", OFFICER.key, "--second", OFFICER.key], 2, "came twice"),
        (["make", "--dry-run", "--until", "2199-03-31"], 1, "is not over yet"),
        (["make", "--dry-run", "--until", "1.5"], 2, "1.5"),
        (["make", "--dry-run", "--plan", "=cmd()"], 2, "there is no plan"),
        (["make", "--dry-run", "--replaces", "7"], 2, "there is no release 7"),
        (["make", "--dry-run", "--without", "=cmd()"], 2, "there is no table"),
        (["make", "--dry-run", "--fees-because", " "], 2, "is needed, in words"),
        (["withdraw", "1", "--why", "Wrong", "--as", OFFICER.key], 2, "there is no release 1"),
        (["withdraw", "0", "--why", "Wrong", "--as", OFFICER.key], 2, "0"),
    ],
    ids=lambda value: " ".join(value)[:40] if isinstance(value, list) else None,
)
def test_what_cannot_be_done_is_said_in_a_sentence_and_records_nothing(
    run: Any, folder: Path, arguments: list[str], code: int, sentence: str
) -> None:
    before = size(folder)
    said = run("release", arguments[0], folder, *arguments[1:])
    assert (said.code, sentence in " ".join(said.err.split())) == (code, True), said.err
    assert said.out == ""
    assert size(folder) == before
