"""A lost key at the desk: who asks, who begins, who waits, who ends it, and who stops it; and nobody else does."""

from __future__ import annotations

import base64
import re
from datetime import UTC, datetime, timedelta
from html import unescape
from pathlib import Path
from types import SimpleNamespace

import pytest
from httpx import Response
from litestar.testing import TestClient

from fairplace.founding import create
from fairplace.http.app import create_app
from fairplace.ledger.note import Signer
from fairplace.sources import SYSTEM, Sources
from tests.http.desks import Desk
from tests.http.test_my_keys import SITE, Asked
from tests.verifier.passkeys import Passkey

LOST = "monitoring"
DAY = timedelta(hours=24)


class Office:
    """A register of its own, with somebody of each role, and a clock that tests move on."""

    def __init__(self, folder: Path) -> None:
        self.later = timedelta()
        root = Signer("council.example/root", b"r" * 32)
        sources = Sources(lambda: datetime.now(UTC) + self.later, SYSTEM.entropy)
        register = create(folder, authority="Council", origin="log.council.example/c", root=root, sources=sources)
        self.desk = Desk(SimpleNamespace(register=register, root=root), SITE)  # type: ignore[arg-type]
        self.register = register
        self.app = create_app(register, address=SITE)

    def client(self, role: str) -> TestClient:  # type: ignore[type-arg]
        return self.desk.client(self.app, role)

    def post(self, role: str, address: str, **fields: str) -> Response:
        return self.desk.post(self.client(role), address, **fields)

    def ask(self, role: str = LOST, seed: int = 120, **more: str) -> Passkey:
        """They lost their key, and make a new one."""
        client = self.client(role)
        asked = Asked(client)
        key = Passkey(asked.name, seed, site=SITE)
        fields = {
            "question": asked.question, "label": "phone", "kind": "passkey", "old": "lost",
            "credential": base64.urlsafe_b64encode(bytes(20)).decode(), "public": base64.b64encode(key.point).decode(),
            "signature": base64.b64encode(key.assertion(asked.text)).decode(),
        }  # fmt: skip
        assert self.desk.post(client, "/desk/keys", **fields | more).headers["location"] == "/desk/keys"
        return key

    def act(self, role: str, **fields: str) -> str:
        """Begin something; the page on which it is signed."""
        answer = self.post(role, "/desk/recoveries", **fields)
        assert answer.status_code == 303, answer.text
        return answer.headers["location"]

    def sign(self, role: str, act: str, by: Signer | None = None) -> Response:
        client = self.client(role)
        page = client.get(act)
        text = re.search(r'data-text="([^"]+)"', page.text)
        if text is None:
            return page
        line = (by or self.desk.keys[role]).line(base64.b64decode(unescape(text[1])))
        return self.desk.post(client, act, line=line.rstrip("\n"))

    def both(self, act: str, first: str = "officer", second: str = "approver") -> Response:
        self.sign(first, act)
        return self.sign(second, act)

    def started(self, key: Passkey) -> None:
        assert self.both(self.act("officer", do="start", vkey=key.vkey)).status_code == 303
        assert self.kinds()[-1] == "key.recovery-started/1"

    def kinds(self) -> list[str]:
        return [self.register.reader.entry(i).envelope.type for i in range(self.register.reader.size)]


@pytest.fixture
def office(tmp_path: Path) -> Office:
    return Office(tmp_path / "register")


def test_two_colleagues_give_a_lost_key_its_successor_a_day_later(office: Office) -> None:
    key = office.ask()
    assert "Your lost key is to be replaced" in office.client(LOST).get("/desk/keys").text
    assert "monitoring lost a key" in office.client("evaluator").get("/desk").text
    page = office.client("officer").get("/desk/recoveries").text
    assert f"a passkey, which signs at {SITE}" in page
    assert "on a number that you know" in page
    office.started(key)

    for address in ("/desk", "/desk/keys"):
        assert "Your signing key is being replaced" in office.client(LOST).get(address).text
    assert "is being recovered" in office.client("evaluator").get("/desk").text
    assert "Your signing key" not in office.client("evaluator").get("/desk").text
    assert "A lost key is being replaced" in published(office)
    office.later = DAY - timedelta(minutes=1)
    assert "take its place</button>" not in office.client("officer").get("/desk/recoveries").text.replace("\n", "")
    early = office.post("officer", "/desk/recoveries", do="finish", name=key.name)
    assert early.status_code == 422
    assert "24 hours later at the earliest" in early.text

    office.later = DAY + timedelta(minutes=1)
    ended = office.both(office.act("evaluator", do="finish", name=key.name), "evaluator", "officer")
    assert ended.status_code == 303
    standing = office.register.reader.register().standing(key.name, key.keyid)
    assert standing is not None
    assert {role for _, role in standing.roles} == {LOST}
    assert office.desk.accounts.recoveries() == []
    assert office.kinds()[-2:] == ["key.recovery-started/1", "key.recovered/1"]


def published(office: Office) -> str:
    office.register.publisher.publish()
    text: str = office.client("officer").get("/keys").text
    return text


def test_nobody_recovers_their_own_key_nor_anybody_alone(office: Office) -> None:
    key = office.ask()
    own = office.post(LOST, "/desk/recoveries", do="start", vkey=key.vkey)
    assert own.status_code == 422
    assert "nobody does it for themselves" in own.text
    act = office.act("officer", do="start", vkey=key.vkey)
    assert office.sign("officer", act).status_code == 303
    assert office.sign("officer", act, office.desk.keys["officer"]).status_code == 200, (
        "there is nothing to sign for them"
    )
    assert office.client(LOST).get(act).status_code == 403, "nor for whose key it is"
    assert 'href="/desk/sign' not in office.client(LOST).get("/desk").text
    assert office.client("provider").get(act).status_code == 403
    assert "key.recovery-started/1" not in office.kinds()
    assert office.sign("key-admin", act).status_code == 303
    assert office.kinds()[-1] == "key.recovery-started/1"


def test_the_holder_stops_it_with_the_old_key(office: Office) -> None:
    key = office.ask()
    office.started(key)
    page = office.client(LOST).get("/desk").text
    assert "Stop the recovery" in page
    answer = office.post(LOST, "/desk/keys/recovery", do="stop", name=key.name, reason="found")
    assert office.sign(LOST, answer.headers["location"]).status_code == 303
    last = office.register.reader.entry(office.register.reader.size - 1).envelope
    assert (last.type, last.body["reason"]) == ("key.recovery-stopped/1", "the old key was found again")
    assert office.desk.accounts.recoveries() == []
    assert "being replaced" not in office.client(LOST).get("/desk").text


def test_whoever_keeps_the_keys_stops_it_and_nobody_else_does(office: Office) -> None:
    key = office.ask()
    office.started(key)
    for role in ("officer", "evaluator"):
        answer = office.post(role, "/desk/recoveries", do="stop", name=key.name, reason="not-lost")
        assert answer.status_code == 403, role
        assert office.post(role, "/desk/keys/recovery", do="stop", name=key.name, reason="not-lost").status_code == 403
        assert "Stop the recovery" not in office.client(role).get("/desk/recoveries").text
    assert "Stop the recovery" in office.client("key-admin").get("/desk/recoveries").text
    for reason in ("", "<script>", "Ms Lee was ill"):
        assert office.post("key-admin", "/desk/recoveries", do="stop", name=key.name, reason=reason).status_code == 400
    act = office.act("key-admin", do="stop", name=key.name, reason="not-lost")
    assert office.sign("key-admin", act).status_code == 303
    assert office.kinds()[-1] == "key.recovery-stopped/1"
    office.later = DAY * 2
    again = office.post("officer", "/desk/recoveries", do="finish", name=key.name)
    assert again.status_code == 422
    assert "No recovery of" in again.text


def test_what_was_asked_for_is_taken_back_or_refused(office: Office) -> None:
    key = office.ask()
    assert office.post("officer", "/desk/recoveries", do="refuse", vkey=key.vkey).status_code == 403
    assert office.post("officer", "/desk/keys/recovery", do="withdraw", vkey=key.vkey).status_code == 422
    assert office.post(LOST, "/desk/keys/recovery", do="withdraw", vkey=key.vkey).status_code == 303
    assert office.desk.accounts.recoveries() == []
    second = office.ask(seed=121)
    third = office.ask(seed=122)
    assert [one.vkey for one in office.desk.accounts.recoveries()] == [third.vkey], "a person asks for one at a time"
    assert office.post("key-admin", "/desk/recoveries", do="refuse", vkey=second.vkey).status_code == 422
    assert office.post("key-admin", "/desk/recoveries", do="refuse", vkey=third.vkey).status_code == 303
    person = office.desk.people[LOST].id
    assert [one.vkey for one in office.desk.accounts.keys_of(person)] == [office.desk.keys[LOST].vkey.text]


def test_a_key_that_was_revoked_as_lost_comes_back_only_by_recovery(office: Office) -> None:
    old = office.desk.keys[LOST]
    root = Signer("council.example/root", b"r" * 32)
    office.register.revoke(old.vkey.text, reason="lost", admin=root)
    page = office.client(LOST).get("/desk/keys").text
    assert "Your old key is lost" in page
    assert "you make another" in office.client(LOST).get("/desk").text
    key = office.ask(old="here")
    assert "until the one that you made takes its place" in office.client(LOST).get("/desk").text
    assert key.name == old.vkey.name, "to the record they stay the same person"
    assert [one.vkey for one in office.desk.accounts.recoveries()] == [key.vkey]
    assert office.desk.accounts.requests() == [one for one in office.desk.accounts.requests() if one.vkey != key.vkey]


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"do": "<script>alert(1)</script>"},
        {"do": "start"},
        {"do": "start", "vkey": "made up"},
        {"do": "finish"},
        {"do": "finish", "name": "council.example/officer/nobody"},
        {"do": "finish", "name": "x" * 100_000},
        {"do": "stop", "name": "\u202e", "reason": "found"},
        {"do": "refuse", "vkey": "=cmd()"},
    ],
)
def test_what_nobody_can_mean_is_refused_with_a_reason(office: Office, fields: dict[str, str]) -> None:
    answer = office.post("key-admin", "/desk/recoveries", **fields)
    assert answer.status_code in (400, 403, 422)
    assert "<script>alert" not in answer.text
    assert office.post("key-admin", "/desk/keys/recovery", **fields).status_code in (400, 403, 422)
