"""The command line as scripts meet it: exit codes, one sentence on stderr, one object a line on stdout."""

from __future__ import annotations

import http.client
import json
import shutil
import socket
import sqlite3
import stat
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from fairplace.cli.doctor import LOOKS
from fairplace.on_disk import Register
from fairplace.procurement.commands import EndWithoutAward
from fairplace.workroom import Workroom
from tests import story
from tests.office import ORIGIN, as_json, open_office, signer
from tests.story import ALDER, APPROVER, DOMAIN, EVALUATORS, OFFICER


@pytest.fixture(scope="module")
def pristine(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("pristine") / "register"
    with open_office(folder, real_time=True, keys=True) as office:
        office.register.follow()
    return folder


@pytest.fixture
def folder(pristine: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(pristine, tmp_path / "register"))


CASE = "6a1f5c1e-0b7e-4f0e-9d57-2f6d0a8c1b11"


def plan(**changes: Any) -> dict[str, Any]:
    return {**as_json(story.plan(), case=CASE, id="1"), "as": OFFICER.key, **changes}


def conflicts(number: int, **changes: Any) -> dict[str, Any]:
    return {**as_json(story.conflicts(), case=CASE, id=str(number)), "as": OFFICER.key, **changes}


def end(**changes: Any) -> dict[str, Any]:
    command = EndWithoutAward(id="end", ground="need-changed", reason="Nobody waits any more")
    return {**as_json(command, case=CASE), "as": APPROVER.key, **changes}


def written(path: Path, lines: Sequence[object]) -> Path:
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return path


# A register from nothing


def test_a_register_is_made_used_and_verified_from_nothing(run: Any, tmp_path: Path) -> None:
    folder, out = tmp_path / "new", tmp_path / "out"
    made = run("init", folder, "--authority", "Northbrook Council", "--origin", ORIGIN)
    assert made.code == 0
    keys = made.out.split()
    assert len(keys) == 2
    assert "root key" in run("init", tmp_path / "other", "--authority", "X", "--origin", ORIGIN).err
    assert f"'fairplace key list {folder}'" in run("init", folder, "--authority", "X", "--origin", ORIGIN).sentence
    root = tmp_path / "config/fairplace/keys" / f"{story.DOMAIN}/root.seed"
    assert stat.S_IMODE(root.stat().st_mode) == 0o600

    vkey = run("key", "new", OFFICER.key).out.strip()
    assert run("key", "enrol", folder, vkey, "--role", "officer", "--holder", "A. Officer").code == 0
    approver = run("key", "new", APPROVER.key).out.strip()
    assert run("key", "enrol", folder, approver, "--role", "approver", "--holder", "B. Approver").code == 0
    listed = run("key", "list", folder, "--json").objects
    assert [one["roles"] for one in listed if one.get("vkey") == vkey] == [["officer"]]
    assert f"{vkey}  officer since entry 7" in run("key", "list", folder).out

    recorded = run("record", folder, written(tmp_path / "commands.jsonl", [plan(), end()]))
    assert recorded.code == 0
    assert [one["type"] for one in recorded.objects] == ["procurement.planned/1", "procurement.ended-without-award/1"]
    assert "Recorded 4 new entries" in recorded.err  # the end is assessed in both views

    trusted = [part for key in keys for part in ("--key", key)]
    assert run("verify", folder, *trusted).code == 0
    assert run("verify", folder).code == 3
    assert run("publish", folder, out).code == 0
    assert run("verify", out, *trusted, "--json").code == 0
    assert run("doctor", folder).code == 0

    assert run("key", "revoke", folder, vkey, "--reason", "left").code == 0
    refused = run("record", folder, written(tmp_path / "more.jsonl", [conflicts(9)]))
    assert (refused.code, refused.out) == (1, "")
    assert "line 1: the key of" in refused.sentence
    assert "was revoked at entry" in refused.sentence
    assert "revoked at entry" in run("key", "list", folder).out


def test_a_key_is_made_once_and_with_a_passphrase_worth_its_name(run: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    made = run("key", "new", "a/b")
    assert made.code == 0
    again = run("key", "new", "a/b")
    assert (again.code, "'fairplace key show a/b' prints its public key" in again.sentence) == (4, True)
    assert run("key", "show", "a/b").out == made.out
    assert run("key", "show", "a/c").code == 2
    assert run("key", "new", "../b").code == 2
    monkeypatch.setenv("FAIRPLACE_PASSPHRASE", "short")
    assert run("key", "new", "a/c").code == 2
    monkeypatch.delenv("FAIRPLACE_PASSPHRASE")


def test_enrolling_says_what_is_missing(run: Any, folder: Path) -> None:
    vkey = signer(f"{DOMAIN}/officer/7c").vkey.text
    elsewhere = run("key", "enrol", folder, signer("a/b").vkey.text, "--role", "officer", "--holder", "A")
    assert (elsewhere.code, f"its name must be {DOMAIN}/officer/TOKEN" in elsewhere.sentence) == (1, True)
    assert run("key", "enrol", folder, vkey, "--role", "king", "--holder", "A").code == 2
    assert run("key", "enrol", folder, "a/b", "--role", "officer", "--holder", "A").code == 2
    assert run("key", "enrol", folder, vkey, "--role", "provider", "--holder", "A").code == 2
    assert run("key", "enrol", folder, vkey, "--role", "officer", "--holder", "A", "--as", "no/body").code == 5
    assert run("key", "enrol", folder, vkey, "--role", "officer", "--holder", "A", "--as", OFFICER.key).code == 1
    assert run("key", "revoke", folder, vkey, "--reason", "lost").code == 1
    assert run("key", "enrol", folder, vkey, "--role", "officer", "--holder", "A").code == 0


def test_a_register_that_cannot_be_made_leaves_no_key(run: Any, folder: Path, tmp_path: Path) -> None:
    for arguments in ((folder, "--authority", "X"), (tmp_path / "new", "--authority", " ")):
        assert run("init", *arguments, "--origin", "log.other.example/x").code == 1
    assert not (tmp_path / "config").exists()


def test_a_role_is_given_once(run: Any, folder: Path) -> None:
    vkey = signer(f"{DOMAIN}/officer/7c").vkey.text
    assert run("key", "enrol", folder, vkey, "--role", "officer", "--holder", "A").code == 0
    again = run("key", "enrol", folder, vkey, "--role", "officer", "--holder", "A")
    assert (again.code, "acts as officer already" in again.sentence) == (4, True)


def test_a_key_is_revoked_by_its_name(run: Any, folder: Path) -> None:
    assert run("key", "revoke", folder, EVALUATORS[0].key, "--reason", "left").code == 0
    again = run("key", "revoke", folder, EVALUATORS[0].key, "--reason", "left")
    assert (again.code, "no key that may sign has the name" in again.sentence) == (2, True)


def test_nothing_is_published_among_other_files(run: Any, folder: Path, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "letter.txt").touch()
    refused = run("publish", folder, tmp_path / "other")
    assert (refused.code, "holds other files" in refused.sentence) == (1, True)
    (tmp_path / "way").symlink_to(folder)
    for own in (folder, folder / "secrets" / "out", folder / "documents", tmp_path / "way" / "new"):
        refused = run("publish", folder, own)
        assert (refused.code, "the register's own folder" in refused.sentence) == (1, True), own
        assert not (own / "checkpoint").exists()
    for _ in range(2):
        assert run("publish", folder, tmp_path / "out").code == 0


def test_a_port_in_use_is_said_before_anything_is_built(run: Any, folder: Path, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        for arguments in (("serve", folder), ("demo", tmp_path / "demo")):
            said = run(*arguments, "--port", port)
            assert (said.code, "give another with --port" in said.sentence) == (5, True)
    assert not (tmp_path / "demo").exists()


def test_at_port_0_the_address_that_is_said_is_the_one_that_answers(folder: Path) -> None:
    """Whoever signs in must come from the address that the server takes for its own."""
    command = [sys.executable, "-m", "fairplace", "serve", folder, "--port", "0"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    try:
        assert process.stdout is not None
        said = next(line.strip() for line in process.stdout if "http://localhost:" in line)
        assert not said.endswith(":0/"), said
        connection = http.client.HTTPConnection("127.0.0.1", int(said.rstrip("/").rpartition(":")[2]), timeout=60)
        connection.request("GET", "/")
        assert connection.getresponse().status == 200
        connection.close()
    finally:
        process.terminate()
        process.communicate(timeout=60)


def test_a_demo_can_be_made_here_and_says_what_it_cannot_take(
    run: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The register of placements is called after the folder, and served at the next port."""
    (tmp_path / "here" / "inside").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "here" / "inside")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        for folder in (".", ".."):
            said = run("demo", folder, "--port", taken.getsockname()[1])
            assert (said.code, "give another with --port" in said.sentence) == (5, True)
    for arguments, says in ((("/",), "give a folder in it"), (("demo", "--port", 65535), "give one up to 65534")):
        said = run("demo", *arguments)
        assert (said.code, says in said.sentence) == (2, True)
        assert "Traceback" not in said.err
    assert [path.name for path in (tmp_path / "here").rglob("*")] == ["inside"]


# Recording


def test_recording_stops_at_the_first_refusal_and_goes_on_from_there(run: Any, folder: Path, tmp_path: Path) -> None:
    file = tmp_path / "commands.jsonl"
    written(file, [plan(), conflicts(2), conflicts(3, steps=["  "], conflicts=["  "]), conflicts(4)])
    first = run("record", folder, file)
    assert first.code == 1
    assert "line 3: " in first.sentence
    assert [one["duplicate"] for one in first.objects] == [False, False]
    assert "Recorded 2 new entries." in first.err
    written(file, [plan(), conflicts(2), conflicts(3), conflicts(4)])
    second = run("record", folder, file)
    assert second.code == 0
    assert [one["duplicate"] for one in second.objects] == [True, True, False, False]
    assert [one["index"] for one in second.objects] == list(
        range(first.objects[0]["index"], second.objects[-1]["size"])
    )
    assert set(second.objects[0]) == {"index", "leaf", "size", "case", "type", "statement", "duplicate"}
    assert run("record", folder, file).sentence.endswith("Recorded 0 new entries.")


def test_a_bid_is_lodged_and_its_trade_secrets_are_marked_until_the_bids_are_opened(run: Any, tmp_path: Path) -> None:
    folder, marks = tmp_path / "register", tmp_path / "marks.txt"
    with open_office(folder, keys=True, until="deposited") as office:
        case, size = office.case, office.register.reader.size
    told = ("--case", case, "--provider", ALDER.id)
    assert "there is no file" in run("mark-secrets", folder, marks, *told).sentence
    marks.write_text("Rota, pages 7 to 9: others could copy it\n\nPrice")
    assert "Write line 2 as the part, a colon and the reason" in run("mark-secrets", folder, marks, *told).sentence
    marks.write_bytes(b"\xff\xfe")
    assert "no text in UTF-8" in run("mark-secrets", folder, marks, *told).sentence
    marks.write_text("Rota, pages 7 to 9: others could copy it\n")
    assert (
        "no bid of GB-COH-99" in run("mark-secrets", folder, marks, "--case", case, "--provider", "GB-COH-99").sentence
    )
    assert "there is no case" in run("mark-secrets", folder, marks, "--case", CASE, "--provider", ALDER.id).sentence
    marks.write_text("Rota, pages 7 to 9: Maya, aged 9, of BS3 4QT stands in it\n")
    doubted = run("mark-secrets", folder, marks, *told)
    assert (doubted.code, "“BS3 4QT” looks like a postcode" in doubted.sentence, "mark anew" in doubted.sentence) == (
        0,
        True,
        True,
    )
    marks.write_text("Rota, pages 7 to 9: others could copy it\n")
    assert "Look at" not in run("mark-secrets", folder, marks, *told).sentence
    with Register.open(folder) as register:
        assert register.reader.size == size, "an entry would show that somebody bids"
        kept = Workroom(register).lodgings.marks(case)
    assert {name: [one.part for one in found] for name, found in kept.items()} == {ALDER.id: ["Rota, pages 7 to 9"]}


def test_who_acts_may_be_said_once_for_all_lines(run: Any, folder: Path, tmp_path: Path) -> None:
    line = plan()
    del line["as"]
    file = written(tmp_path / "commands.jsonl", [line])
    unsaid = run("record", folder, file)
    assert (unsaid.code, "give 'as'" in unsaid.sentence) == (2, True)
    assert run("record", folder, file, "--as", EVALUATORS[0].key).code == 1
    assert run("record", folder, file, "--as", OFFICER.key).code == 0


def test_an_id_that_another_command_had_is_a_conflict(run: Any, folder: Path, tmp_path: Path) -> None:
    assert run("record", folder, written(tmp_path / "a.jsonl", [plan()])).code == 0
    again = run("record", folder, written(tmp_path / "b.jsonl", [plan(title="Something else")]))
    assert again.code == 4
    assert "line 1: the id 1 was used for another command" in again.sentence


BAD: dict[str, bytes] = {
    "huge line": b'{"id": "' + b"x" * (2 << 20) + b'"}',
    "duplicate member": b'{"id": "1", "id": "2"}',
    "fraction": b'{"id": 1.5}',
    "utf-16": json.dumps(plan()).encode("utf-16"),
    "utf-16 without a mark": json.dumps(plan()).encode("utf-16-be"),
    "latin-1": '{"id": "é"}'.encode("latin-1"),
    "zero bytes": b"\0" * 100,
    "deep": b"[" * 200_000,
    "unknown member": json.dumps(plan(colour="red")).encode(),
    "unknown do": json.dumps(plan(do="fly")).encode(),
    "truncated": json.dumps(plan()).encode()[:-5],
    "concatenated": json.dumps(plan()).encode() * 2,
    "no object": b'"plan"',
    "surrogate": json.dumps(plan(title="\ud800")).encode(),
    "control character": json.dumps(plan(title="a\0b")).encode(),
    "day on no calendar": json.dumps(plan(commenced_on="2026-02-30")).encode(),
    "huge number": json.dumps(plan(estimated_value=10**400)).encode(),
    "binary": bytes(range(256)),
}


@pytest.mark.parametrize("what", BAD)
def test_bad_input_is_refused_with_what_to_do(run: Any, folder: Path, tmp_path: Path, what: str) -> None:
    file = tmp_path / "commands.jsonl"
    file.write_bytes(BAD[what])
    said = run("record", folder, file)
    assert (said.code, said.out) == (2, "")
    assert said.err.startswith("fairplace: line ")
    assert len(said.err) < 1500
    assert "Recorded 0 new entries." in said.err


def test_a_file_of_a_gigabyte_is_refused_in_bounded_memory(folder: Path, tmp_path: Path) -> None:
    file = tmp_path / "huge.jsonl"
    with file.open("wb") as stream:
        stream.truncate(1 << 30)
    limited = "import resource, sys; resource.setrlimit(resource.RLIMIT_AS, (900 << 20,) * 2);"
    code = f"{limited} from fairplace.cli import main; sys.exit(main(['record', {str(folder)!r}, {str(file)!r}]))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=60)
    assert (done.returncode, "line 1 has more than" in done.stderr) == (2, True)


def test_a_file_that_is_none_is_refused(run: Any, folder: Path, tmp_path: Path) -> None:
    assert run("record", folder, tmp_path / "nowhere.jsonl").code == 2
    assert run("record", folder, tmp_path).code == 2
    (tmp_path / "empty.jsonl").touch()
    assert run("record", folder, tmp_path / "empty.jsonl").code == 0


def test_commands_come_through_a_pipe(folder: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "fairplace", "record", folder, "-"],
        input=json.dumps(plan()).encode(),
        capture_output=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["type"] == "procurement.planned/1"


def test_a_dry_run_says_what_would_be_signed_and_records_nothing(run: Any, folder: Path, tmp_path: Path) -> None:
    before = run("key", "list", folder).out
    file = written(tmp_path / "commands.jsonl", [plan(), plan(id="2", title="Another", case=None)])
    said = run("record", folder, file, "--dry-run")
    assert said.code == 0
    assert [set(one) for one in said.objects] == [{"type", "statement", "actor", "second", "fixes"}] * 2
    assert "Nothing was recorded" in said.err
    assert run("check", folder).sentence.startswith("0 not-met")
    assert run("key", "list", folder).out == before
    refused = run("record", folder, written(file, [conflicts(1)]), "--dry-run")
    assert (refused.code, "line 1: " in refused.sentence) == (2, True)


def test_an_assessment_on_request_is_a_line_like_any_other(run: Any, folder: Path, tmp_path: Path) -> None:
    asked = {"id": "a", "as": OFFICER.key, "do": "assess", "case": CASE}
    said = run("record", folder, written(tmp_path / "c.jsonl", [plan(), asked, asked]))
    assert said.code == 0
    assert [(one["type"], one["duplicate"]) for one in said.objects[1:]] == [
        ("case.assessed/1", False),
        ("case.assessed/1", True),
    ]
    assert run("verify", folder).code == 3


# Checking


MEMBERS = ["case", "rule", "outcome", "process_unequal", "outcome_likely_changed", "evidence", "text", "file_sha256"]


def test_a_check_prints_one_object_a_line_and_always_counts(run: Any, folder: Path, tmp_path: Path) -> None:
    assert run("record", folder, written(tmp_path / "c.jsonl", [plan(), conflicts(2)])).code == 0
    said = run("check", folder, "--json")
    assert said.code == 0
    assert said.objects
    for one in said.objects:
        assert list(one) == MEMBERS
        assert one["case"] == CASE
        assert len(one["file_sha256"]) == 64
        assert all(isinstance(index, int) for index in one["evidence"])
    assert said.sentence.startswith("0 not-met, ")
    outcomes = {one["outcome"] for one in said.objects}
    assert run("check", folder, "--strict").code == (1 if "cannot-tell" in outcomes else 0)
    only = run("check", folder, "--json", "--rule", said.objects[0]["rule"], "--case", CASE)
    assert {one["rule"] for one in only.objects} == {said.objects[0]["rule"]}


def test_a_check_fails_on_what_is_not_met(run: Any, folder: Path, tmp_path: Path) -> None:
    moved = {
        "id": "3", "as": OFFICER.key, "do": "change-deadline", "case": CASE, "deadline": "2100-02-01T12:00:00.000Z",
        "reason": "They asked", "audience": "one", "recipients": [{"id": "GB-COH-1", "name": "One"}],
        "evidence": "stated-by-officer", "happened_at": "2026-01-01T12:00:00.000Z",
    }  # fmt: skip
    tender = as_json(
        story.tender(deadline="2100-01-01T12:00:00.000Z", questions_until=None),
        id="2",
        case=CASE,
        evidence="stated-by-officer",
        happened_at="2026-01-01T10:00:00.000Z",
    )
    lines = [plan(), {**tender, "as": OFFICER.key}, moved]
    assert run("record", folder, written(tmp_path / "c.jsonl", lines)).code == 0
    said = run("check", folder)
    assert said.code == 1
    assert "ET-02  not-met" in said.out
    assert run("check", folder, "--rule", "ET-08").code == 0


def test_published_files_are_checked_with_the_public_view(run: Any, folder: Path, tmp_path: Path) -> None:
    assert run("record", folder, written(tmp_path / "c.jsonl", [plan(), conflicts(2)])).code == 0
    assert run("publish", folder, tmp_path / "a" / "out").code == 0
    said = run("check", tmp_path / "a" / "out", "--json")
    assert said.code == 0
    inside = run("check", folder, "--json", "--view", "public")
    assert [one["outcome"] for one in said.objects] == [one["outcome"] for one in inside.objects]
    assert run("check", tmp_path / "a" / "out", "--view", "authority").code == 2


def test_a_check_of_nothing_says_so(run: Any, folder: Path, tmp_path: Path) -> None:
    assert run("check", folder).code == 0
    assert run("check", folder, "--rule", "XX-99").code == 2
    assert run("check", folder, "--case", CASE).code == 2
    assert run("check", folder, "--view", "secret").code == 2


# Verifying


def test_verify_passes_its_exit_codes_through(run: Any, folder: Path, tmp_path: Path) -> None:
    keys = [part for one in _log_keys(folder) for part in ("--key", one)]
    assert run("verify", folder, *keys).code == 0
    assert run("verify", folder).code == 3
    assert run("verify", tmp_path / "nowhere").code == 2
    assert run("verify", folder, "--nothing-of-the-kind").code == 2
    for bundle in (folder / "public/tile/entries").rglob("*"):
        if bundle.is_file():
            bundle.write_bytes(bundle.read_bytes().replace(b"log.opened/1", b"log.0pened/1", 1))
    assert run("verify", folder, *keys).code == 1


def test_a_world_that_cannot_be_made_up_is_wrong_usage(run: Any, tmp_path: Path) -> None:
    assert run("synthesise", "placements", tmp_path / "made", "--preset", "narnia").code == 2
    assert run("synthesise", "placements", tmp_path / "made", "--preset", "tiny", "--scale", "-1").code == 2
    assert not (tmp_path / "made").exists()


def _log_keys(folder: Path) -> list[str]:
    from fairplace import settings

    return settings.load(folder, {}).log[0].vkeys


# Not a register, a newer one, a busy one


COMMANDS = (
    ["record", "DIR", "FILE"], ["check", "DIR"], ["rebuild", "DIR"], ["publish", "DIR", "OUT"], ["doctor", "DIR"],
    ["key", "list", "DIR"], ["import", "ocds", "DIR", "FILE"], ["serve", "DIR"],
    ["key", "enrol", "DIR", signer("a/b").vkey.text, "--role", "officer", "--holder", "A"],
    ["key", "revoke", "DIR", signer("a/b").vkey.text, "--reason", "lost"],
)  # fmt: skip


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: " ".join(command[:2]))
def test_no_register_is_wrong_usage_and_a_newer_one_is_misconfigured(
    run: Any, folder: Path, tmp_path: Path, command: list[str]
) -> None:
    file = written(tmp_path / "commands.jsonl", [plan()])
    empty = tmp_path / "empty"
    empty.mkdir()
    newer = folder
    settings = newer / "fairplace.toml"
    settings.write_text(settings.read_text().replace("format = 1", "format = 2"))
    for where in (empty, tmp_path / "nowhere", file, newer):
        places = {"DIR": str(where), "FILE": str(file), "OUT": str(tmp_path / "out")}
        said = run(*(places.get(part, part) for part in command))
        assert (said.code, said.out) == (5 if where == newer else 2, "")
        assert said.err.startswith("fairplace: ")
        assert said.err.count("\n") <= 2
    assert list(empty.iterdir()) == []


def test_a_newer_database_is_misconfigured(run: Any, folder: Path) -> None:
    with sqlite3.connect(folder / "register.sqlite") as database:
        database.execute("PRAGMA user_version = 99")
    said = run("check", folder)
    assert (said.code, "has the format 99" in said.sentence) == (5, True)


def test_a_lock_that_is_held_too_long_is_busy(run: Any, folder: Path, tmp_path: Path) -> None:
    file = written(tmp_path / "commands.jsonl", [plan()])
    with sqlite3.connect(folder / "register.sqlite", isolation_level=None) as other:
        other.execute("BEGIN IMMEDIATE")
        began = time.monotonic()
        said = run("record", folder, file)
        other.execute("ROLLBACK")
    assert said.code == 4
    assert "for more than 5 seconds; try again" in said.sentence
    assert time.monotonic() - began < 30
    assert run("record", folder, file).code == 0


def test_a_register_whose_keys_are_lost_says_what_to_restore(run: Any, folder: Path) -> None:
    (folder / "secrets/log.seed").unlink()
    said = run("publish", folder, folder.parent / "out")
    assert (said.code, "restore secrets/ from its backup" in said.sentence) == (5, True)
    said = run("doctor", folder)
    assert (said.code, "restore secrets/ from its backup" in said.sentence) == (5, True)


# The doctor


def test_the_doctor_finds_what_is_wrong_and_says_what_to_do(run: Any, folder: Path, tmp_path: Path) -> None:
    assert run("record", folder, written(tmp_path / "c.jsonl", [plan(), end()])).code == 0
    well = run("doctor", folder)
    assert well.code == 0
    assert well.err.count("in order") == len(LOOKS) - 1  # no witness is asked yet, and that is said

    (folder / "secrets/assessor.seed").chmod(0o644)
    assert "chmod 600" in run("doctor", folder).sentence
    (folder / "secrets/assessor.seed").write_text("00" * 32)
    assert "the seed of the assessor is not that of its registered key" in run("doctor", folder).sentence

    document = next((folder / "documents").iterdir())
    document.write_bytes(document.read_bytes() + b" ")
    with sqlite3.connect(folder / "register.sqlite") as database:
        assert database.execute(
            "UPDATE projection_row SET row = CAST(replace(row, 'ended', 'awarded') AS BLOB)"
        ).rowcount
    (folder / "policies").mkdir(exist_ok=True)
    (folder / "policies/own.py").write_text("1/0")
    (folder / "public/stray").touch()
    ill = run("doctor", folder)
    assert ill.code == 5
    for what in (
        "documents: ",
        "was changed",
        "pages: ",
        "'fairplace rebuild",
        "rules: ",
        "own.py cannot",
        "proofs: ",
        "stray",
    ):
        assert what in ill.sentence
    assert "in order" in ill.err  # what is well is said too

    assert run("rebuild", folder).code == 0
    assert "pages: in order" in run("doctor", folder).sentence
    assert run("rebuild", folder, "nothing-of-the-kind").code == 2


# The last door


def test_a_full_disk_is_a_sentence(run: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device", "register.sqlite")

    monkeypatch.setattr("fairplace.cli.registers.create", full)
    said = run("init", tmp_path / "new", "--authority", "X", "--origin", ORIGIN)
    assert (said.code, "register.sqlite: No space left on device" in said.sentence) == (5, True)


def test_a_fault_of_ours_is_a_sentence_that_can_be_reported(
    run: Any, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise KeyError("what")

    monkeypatch.setattr("fairplace.on_disk.Register.open", broken)
    said = run("check", folder)
    assert said.code == 5
    assert "please report it: KeyError in test_command_line.py, line" in said.sentence


def test_wrong_usage_is_two_and_help_is_nought(run: Any) -> None:
    assert run("--help").code == 0
    assert run("--version").code == 0
    assert run("fly").code == 2
    assert run("record").code == 2
    assert run("bench", "everything").code == 2


# Beside another process


@pytest.fixture
def served(folder: Path) -> Iterator[Path]:
    """A process that publishes and projects as `serve` does, until the test ends."""
    code = (
        "import sys, time\n"
        "from pathlib import Path\n"
        "from fairplace.cli.serving import kept_current\n"
        "from fairplace.on_disk import Register\n"
        "with Register.open(Path(sys.argv[1])) as register, kept_current(register):\n"
        "    print('ready', flush=True)\n"
        "    sys.stdin.read()\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code, folder], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert process.stdout is not None
    assert process.stdout.readline() == b"ready\n"
    yield folder
    _, said = process.communicate(timeout=30)
    assert process.returncode == 0
    assert b"Traceback" not in said


def test_recording_works_while_the_register_is_served(run: Any, served: Path, tmp_path: Path) -> None:
    lines = [plan(), *(conflicts(number) for number in range(2, 30)), end()]
    said = run("record", served, written(tmp_path / "c.jsonl", lines))
    assert said.code == 0, said.err
    assert len(said.objects) == 30
    size = said.objects[-1]["size"] + 2  # assessed in both views
    for _ in range(100):
        if (served / "public/checkpoint").read_bytes().split(b"\n")[1] == b"%d" % size:
            break
        time.sleep(0.1)
    assert run("verify", served).code == 3


def test_no_sign_of_what_was_given_steers_a_terminal(run: Any, tmp_path: Path) -> None:
    said = run("serve", tmp_path / "no\x1b[31mdir")
    assert said.code != 0
    assert "\x1b" not in said.err
    assert "\\x1b" in said.err
