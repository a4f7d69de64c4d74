"""Two who sign on two machines, by a file between them: what is recorded is what waits, and a changed file is no use."""

from __future__ import annotations

import base64
import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from fairplace import keyring
from fairplace.ledger.disclosure import b64u, digest
from fairplace.on_disk import Register
from fairplace.people.commands import DeclareInterests
from fairplace.workroom import Workroom
from tests import story
from tests.cli.said import WORDS, Said, called
from tests.office import as_json, open_office, seed_of
from tests.story import MONITORING, OFFICER


@pytest.fixture
def run(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Any:
    monkeypatch.setenv("FAIRPLACE_PASSPHRASE", WORDS)

    def ran(machine: str, *arguments: object) -> Said:
        monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / machine))
        return called(capfd, *arguments)

    return ran


def keys(tmp_path: Path, machine: str, *names: str) -> None:
    for name in names:
        keyring.keep(tmp_path / machine / "fairplace/keys", name, seed_of(name), WORDS)


@pytest.fixture(scope="module")
def planned(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A case in which nobody has assessed conflicts: to invite bids now is an override."""
    folder = tmp_path_factory.mktemp("two") / "register"
    with open_office(folder, real_time=True) as office:
        office.do(story.plan())
        office.do(DeclareInterests(id="test", acting_as="officer"))
        office.register.follow()
        wish = story.tender(
            deadline="2199-04-01T12:00:00.000Z",
            questions_until="2199-03-01T12:00:00.000Z",
            override_reason="A child needs it tonight",
        )
        return folder, json.dumps(as_json(office.named(wish)))


@pytest.fixture
def folder(planned: tuple[Path, str], tmp_path: Path) -> Path:
    copy = tmp_path / "register"
    shutil.copytree(planned[0], copy)
    (tmp_path / "wish.json").write_text(planned[1])
    keys(tmp_path, "first", OFFICER.key)
    keys(tmp_path, "second", MONITORING.key)
    return copy


def test_an_override_is_signed_by_two_who_share_no_machine(run: Any, folder: Path, tmp_path: Path) -> None:
    request = tmp_path / "request.json"
    made = run("first", "request", "make", folder, tmp_path / "wish.json", "--out", request)
    assert (made.code, "signed first" in made.err) == (0, True), made.err
    assert request.stat().st_mode & 0o077 == 0
    early = run("first", "request", "record", folder, request)
    assert (early.code, "second signature is missing" in early.err) == (1, True)
    shown = run("second", "request", "show", request)
    assert "A child needs it tonight" in shown.out
    assert "SHA-256: " in shown.out
    assert run("first", "request", "sign", request, "--as", OFFICER.key, "--yes").code == 1
    signed = run("second", "request", "sign", request, "--as", MONITORING.key, "--yes")
    assert signed.code == 0, signed.err
    done = run("first", "request", "record", folder, request)
    assert done.code == 0, done.err
    with Register.open(folder) as register:
        entry = register.reader.entry(json.loads(done.out)["index"])
    assert entry.envelope.type == "procurement.tender-published/1"
    assert [line.name for line in entry.lines] == [OFFICER.key, MONITORING.key]
    again = run("first", "request", "record", folder, request)
    assert (again.code, "recorded before" in again.err) == (0, True)


def waiting(folder: Path) -> int:
    with Register.open(folder) as register:
        return len(Workroom(register).acts.waiting_for([MONITORING.key], MONITORING.roles))


def test_a_request_that_cannot_be_made_leaves_nothing_that_waits(run: Any, folder: Path, tmp_path: Path) -> None:
    wish = tmp_path / "wish.json"
    assert run("second", "request", "make", folder, wish, "--out", tmp_path / "r.json").code in (1, 2, 5), "no key"
    assert run("first", "request", "make", folder, wish, "--out", tmp_path / "nowhere/r.json").code == 5
    assert waiting(folder) == 0
    assert run("first", "request", "make", folder, wish, "--out", tmp_path / "r.json").code == 0
    assert waiting(folder) == 1


def test_only_its_owner_reads_a_request_whoever_could_read_what_was_there(
    run: Any, folder: Path, tmp_path: Path
) -> None:
    request = tmp_path / "request.json"
    request.write_text("an old one")
    request.chmod(0o644)
    assert run("first", "request", "make", folder, tmp_path / "wish.json", "--out", request).code == 0
    assert request.stat().st_mode & 0o077 == 0
    request.chmod(0o644)  # as it comes from a stick
    before = request.read_bytes()
    assert run("second", "request", "sign", request, "--as", MONITORING.key, "--yes").code == 0
    assert request.read_bytes() != before
    assert request.stat().st_mode & 0o077 == 0
    assert [one.name for one in tmp_path.iterdir() if one.name.startswith(".request")] == []


MADE = [b64u(text) for text in (b"[1]", b'{"a":1}', b"[]", b"7", b"", b'["x","/y",1]', b"[" * 9_000, b"\xff")]
MADE += ["!!!", "A", "A=", " ", b64u(json.dumps(["A" * 43, "/elsewhere", "mild"], separators=(",", ":")).encode())]
"""Texts that are no disclosure, or one of another slot."""


def sealing(signed: bytes, opening: dict[str, Any], made: str) -> str:
    """The same text with the digest of another disclosure in the place of this one's."""
    return base64.b64encode(signed.replace(digest(opening["text"]).encode(), digest(made).encode())).decode()


def test_what_was_changed_on_the_way_is_shown_to_nobody_and_recorded_by_nobody(
    run: Any, folder: Path, tmp_path: Path
) -> None:
    request = tmp_path / "request.json"
    assert run("first", "request", "make", folder, tmp_path / "wish.json", "--out", request).code == 0
    whole = json.loads(request.read_bytes())
    opening = whole["openings"][0]
    for change in (
        {"openings": [{**opening, "value": "something milder"}, *whole["openings"][1:]]},
        {"openings": whole["openings"][1:]},
        {"log": "log.else.example/x"},
        {"text": base64.b64encode(b"fairplace/event/v1\n{}\n").decode()},
        {"text": "%%"},
        {"format": "fairplace request 2"},
        {"openings": [{**opening, "text": "\u00e9"}, *whole["openings"][1:]]},
    ):
        request.write_text(json.dumps({**whole, **change}))
        said = run("second", "request", "sign", request, "--as", MONITORING.key, "--yes")
        assert said.code in (1, 2), (change, said.err)
        assert "signed. Give" not in said.err
    signed = base64.b64decode(whole["text"])
    for text in (signed + b"x", signed[:-1], signed[:-1] + b"x"):
        request.write_text(json.dumps({**whole, "text": base64.b64encode(text).decode()}))
        assert run("second", "request", "show", request).code == 2
    for made in MADE:
        put = {"text": sealing(signed, opening, made), "openings": [{**opening, "text": made}, *whole["openings"][1:]]}
        request.write_text(json.dumps({**whole, **put}))
        assert run("second", "request", "show", request).code == 1, made
    for data in (b"", b"[]", b"{", b"\xff", b"x" * 2_000_000):
        request.write_bytes(data)
        assert run("second", "request", "show", request).code == 2
    assert run("second", "request", "show", tmp_path / "nowhere").code == 2

    # A line over other bytes, or by a key that nobody knows, is no signature
    request.write_text(json.dumps({**whole, "line": "\u2014 a.example/officer/x AAAA\n"}))
    refused = run("first", "request", "record", folder, request)
    assert refused.code in (1, 2), refused.err
    with Register.open(folder) as register:
        before = register.reader.size
        assert all(register.reader.entry(at).envelope.type != "procurement.tender-published/1" for at in range(before))


def test_what_needs_one_signature_is_no_request(run: Any, folder: Path, tmp_path: Path) -> None:
    wish = json.loads((tmp_path / "wish.json").read_bytes())
    (tmp_path / "one.json").write_text(
        json.dumps({"do": "record-notice", "id": "n", "as": OFFICER.key, "case": wish["case"], "notice": "UK7"})
    )
    said = run("first", "request", "make", folder, tmp_path / "one.json", "--out", tmp_path / "r.json")
    assert said.code in (1, 2)
    assert not (tmp_path / "r.json").exists()
    (tmp_path / "two.json").write_text(
        (tmp_path / "wish.json").read_text() + "\n" + (tmp_path / "wish.json").read_text()
    )
    assert run("first", "request", "make", folder, tmp_path / "two.json", "--out", tmp_path / "r.json").code == 2
