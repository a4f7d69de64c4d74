"""Sealed values at the command line: opened with an entry left first, erased by two, held, backed up."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from fairplace.on_disk import Register
from fairplace.procurement.commands import AskQuestion, EndWithoutAward
from tests import story
from tests.office import open_office, person
from tests.story import ALDER, APPROVER, EVALUATORS, MONITORING, OFFERS, OFFICER

AUDITOR = "northbrook.gov.example/officer/au77"


@pytest.fixture(scope="module")
def pristine(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A case that is over, with a question; and one with a bid before its deadline."""
    from fairplace import keyring
    from tests.office import seed_of

    folder = tmp_path_factory.mktemp("pristine") / "register"
    with open_office(folder, real_time=True, keys=True) as office:
        office.enrol(AUDITOR, "auditor")
        keyring.keep_worthless(folder / "demo-keys", AUDITOR, seed_of(AUDITOR))
        office.do(story.plan())
        office.do(story.conflicts())
        office.do(story.tender(deadline="2199-04-01T12:00:00.000Z", questions_until="2199-03-01T12:00:00.000Z"))
        office.do(AskQuestion(id="test", words="May my aunt visit?", asked_by=ALDER), by=person(ALDER))
        office.do(story.bid(OFFERS[0]), by=person(ALDER))
        (folder.parent / "at.json").write_text(json.dumps({**office.at, "case": office.case}))
        office.do(EndWithoutAward(id="test", ground="need-changed", reason="The need went away"), by=APPROVER)
        office.register.follow()
    return folder


@pytest.fixture
def folder(pristine: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(pristine, tmp_path / "register"))


@pytest.fixture
def at(pristine: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((pristine.parent / "at.json").read_text())
    return found


def size(folder: Path) -> int:
    with Register.open(folder) as register:
        return register.reader.size


def test_a_sealed_value_is_shown_after_the_log_says_so(run: Any, folder: Path, at: dict[str, Any]) -> None:
    question = at["procurement.question-asked/1"]
    before = size(folder)
    shown = run("open", folder, question, "--as", AUDITOR, "--purpose", "audit")
    assert shown.code == 0
    assert {one["slot"]: one["value"] for one in shown.objects}["/words"] == "May my aunt visit?"
    assert size(folder) == before + 1
    only = run("open", folder, question, "--slot", "/asked_by", "--as", AUDITOR, "--purpose", "audit")
    assert [one["value"]["name"] for one in only.objects] == [ALDER.name]


def test_who_may_not_see_it_is_refused_and_leaves_nothing(run: Any, folder: Path, at: dict[str, Any]) -> None:
    before = size(folder)
    question, deposit = at["procurement.question-asked/1"], at["deposit.received/1"]
    for arguments, code, says in (
        ((question, "--slot", "/asked_by", "--as", OFFICER.key, "--purpose", "procedure"), 1, "may be shown nothing"),
        ((deposit, "--as", AUDITOR, "--purpose", "audit"), 1, "may be shown nothing"),
        ((deposit, "--as", MONITORING.key, "--purpose", "audit"), 1, "may be shown nothing"),
        ((question, "--slot", "/price", "--as", AUDITOR, "--purpose", "audit"), 2, "has no slot"),
        ((99999, "--as", AUDITOR, "--purpose", "audit"), 2, "there is no entry"),
        ((question, "--as", "nobody/officer/x", "--purpose", "audit"), 2, "not on this machine"),
        ((question, "--as", AUDITOR, "--purpose", "audit", "--session", "mine"), 2, "random letters"),
    ):
        said = run("open", folder, *arguments)
        assert (said.code, says in said.sentence) == (code, True), said
        assert said.out == ""
    assert run("open", folder, question, "--as", AUDITOR, "--purpose", "curiosity").code == 2
    assert size(folder) == before


def test_a_cover_and_a_bid_are_refused_alike(run: Any, folder: Path) -> None:
    with Register.open(folder) as register:
        cases = {
            one.index: one.case
            for one in register.store.of_types(register.origin, ("deposit.received/1", "deposit.withdrawn/1"))
        }
    said = {index: run("open", folder, index, "--as", OFFICER.key, "--purpose", "procedure") for index in cases}
    assert {one.code for one in said.values()} == {1}
    assert {one.out for one in said.values()} == {""}


def test_how_often_is_told_to_anybody_and_who_to_those_who_may_know(run: Any, folder: Path, at: dict[str, Any]) -> None:
    assert "Nobody has read" in run("reads", folder).err
    question = at["procurement.question-asked/1"]
    assert run("open", folder, question, "--as", AUDITOR, "--purpose", "court").code == 0
    [line] = run("reads", folder, "--json").objects
    assert (line["purpose"], line["reads"], len(line["month"])) == ("court", 1, 7)
    looked = run("reads", folder, "--as", MONITORING.key, "--json").objects
    assert next((one["reader"], one["case"], one["purpose"]) for one in looked) == (AUDITOR, at["case"], "court")
    assert run("reads", folder, "--as", MONITORING.key, "--case", at["case"], "--json").objects[0]["reader"] == AUDITOR
    refused = run("reads", folder, "--as", EVALUATORS[0].key)
    assert (refused.code, refused.out) == (1, "")
    assert run("reads", folder, "--case", at["case"]).code == 2


def test_a_question_is_erased_by_two_and_not_under_a_hold(run: Any, folder: Path, at: dict[str, Any]) -> None:
    name = f"entry:{at['procurement.question-asked/1']}"
    erase = ("erase", folder, name, "--basis", "erasure-request", "--reason", "She asked", "--as", OFFICER.key)
    alone = run(*erase)
    assert (alone.code, "second signature" in alone.sentence) == (1, True)
    twice = run(*erase, "--second", OFFICER.key)
    assert (twice.code, "came twice" in twice.sentence) == (1, True)
    wrong = run(*erase, "--second", EVALUATORS[0].key)
    assert (wrong.code, "may not sign" in wrong.sentence) == (1, True)

    placed = run("hold", "place", folder, name, "--reason", "litigation", "--as", MONITORING.key)
    assert placed.code == 0
    held = run(*erase, "--second", MONITORING.key)
    assert (held.code, "the hold at entry" in held.sentence) == (1, True)
    [listed] = run("hold", "list", folder, "--as", MONITORING.key, "--json").objects
    assert (listed["subjects"], listed["reason"]) == ([name], "litigation")
    assert run("hold", "list", folder, "--as", EVALUATORS[0].key).code == 1
    lift = ("hold", "lift", folder, listed["entry"], "--reason", "Settled", "--as", MONITORING.key)
    assert run(*lift).code == 1
    assert run(*lift, "--second", APPROVER.key).code == 0

    done = run(*erase, "--second", MONITORING.key)
    assert done.code == 0
    assert done.objects[0]["type"] == "sealed.erased/1"
    assert "cannot be called back" in done.err
    again = run(*erase, "--second", MONITORING.key)
    assert (again.code, "erased already" in again.sentence) == (1, True)
    gone = run("open", folder, at["procurement.question-asked/1"], "--as", AUDITOR, "--purpose", "audit")
    assert not [one for one in gone.objects if one["slot"] in ("/words", "/asked_by")]
    assert run("doctor", folder).code == 0
    assert run("verify", folder).code == 3


@pytest.mark.parametrize(
    ("name", "code"),
    [("case:none", 2), ("bid:none:x", 2), ("person:none", 2), ("entry:x", 2), ("entry:99999", 2), ("x", 2)],
)
def test_an_unknown_subject_is_refused(run: Any, folder: Path, name: str, code: int) -> None:
    said = run(
        "erase", folder, name, "--basis", "error", "--reason", "R", "--as", OFFICER.key, "--second", MONITORING.key
    )
    assert (said.code, said.out) == (code, "")
    assert run("hold", "place", folder, name, "--reason", "audit", "--as", OFFICER.key).code == code


@pytest.mark.parametrize("gone", ["keys.sqlite", "secrets/vault.seed", "both", "wrong"])
def test_without_its_keys_a_register_says_what_to_restore(
    run: Any, folder: Path, at: dict[str, Any], gone: str
) -> None:
    before = (folder / "register.sqlite").read_bytes()
    if gone == "wrong":
        (folder / "secrets/vault.seed").write_text("11" * 32 + "\n")
    if gone in ("keys.sqlite", "both"):
        for path in folder.glob("keys.sqlite*"):
            path.unlink()
    if gone in ("secrets/vault.seed", "both"):
        (folder / "secrets/vault.seed").unlink()
    name = f"entry:{at['procurement.question-asked/1']}"
    for arguments in (
        ("open", folder, at["procurement.question-asked/1"], "--as", AUDITOR, "--purpose", "audit"),
        ("erase", folder, name, "--basis", "error", "--reason", "R", "--as", OFFICER.key, "--second", MONITORING.key),
        ("hold", "place", folder, name, "--reason", "audit", "--as", OFFICER.key),
        ("backup", folder, "keys", folder.parent / "out"),
        ("doctor", folder),
    ):
        said = run(*arguments)
        assert (said.code, said.out) == (5, ""), said
        assert "restore" in said.sentence
    assert (folder / "register.sqlite").read_bytes() == before
    assert gone in {"secrets/vault.seed", "wrong"} or not (folder / "keys.sqlite").exists()


def test_records_and_keys_are_backed_up_apart(run: Any, folder: Path, tmp_path: Path) -> None:
    records = run("backup", folder, "records", tmp_path / "safe")
    keys = run("backup", folder, "keys", tmp_path / "vault")
    assert (records.code, keys.code) == (0, 0)
    assert {path.name for path in Path(records.out.strip()).iterdir()} >= {
        "register.sqlite",
        "public",
        "fairplace.toml",
    }
    assert {path.name for path in Path(keys.out.strip()).iterdir()} == {"keys.sqlite", "secrets"}
    assert run("backup", folder, "keys", folder / "inside").code == 1
    again = tmp_path / "again"
    for one in (records, keys):
        shutil.copytree(one.out.strip(), again, dirs_exist_ok=True)
    assert run("doctor", again).code == 0
