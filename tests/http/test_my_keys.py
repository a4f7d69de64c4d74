"""A new signing key, as a browser sends it: only one that signed the question, at this site, for whoever asked."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from html import unescape
from typing import Any

import pytest
from httpx import Response
from litestar import Litestar
from litestar.testing import TestClient

from fairplace.accounts.model import Person
from fairplace.errors import Conflict
from fairplace.http.app import create_app
from fairplace.ledger.note import Signer, Vkey
from tests.http.colleagues import text_of
from tests.http.desks import Desk
from tests.http.town import build
from tests.verifier.passkeys import BENT, ES256_BENT, Passkey

SITE = "http://localhost:8000"
ID = base64.urlsafe_b64encode(bytes(range(20))).decode().rstrip("=")


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    town = build(tmp_path_factory.mktemp("keys") / "register")
    yield Desk(town, SITE)
    town.register.close()


@pytest.fixture(scope="module")
def app(desk: Desk) -> Litestar:
    return create_app(desk.register, address=SITE)


def newcomer(desk: Desk, name: str) -> Person:
    accounts = desk.accounts
    link = accounts.invite(name=name, email="one@council.example", roles=("officer",))
    with accounts.database.writing() as connection:
        return accounts.accept(connection, accounts.invitation(link))


@pytest.fixture
def client(desk: Desk, app: Litestar, request: pytest.FixtureRequest) -> TestClient[Litestar]:
    """Somebody new, signed in."""
    name = request.node.name[:60]
    desk.people[name] = newcomer(desk, name)
    return desk.client(app, name)


class Asked:
    """What the page asks a new key to sign."""

    def __init__(self, client: TestClient[Litestar]) -> None:
        page = client.get("/desk/keys").text
        found = {part: re.search(rf'{part}="([^"]+)"', page) for part in ("data-name", "data-text")}
        question = re.search(r'name="question" value="([^"]+)"', page)
        assert question
        self.question = unescape(question[1])
        self.name, text = (unescape(one[1]) for one in found.values() if one)
        self.text = text.encode()


def sent(
    desk: Desk, client: TestClient[Litestar], asked: Asked, public: bytes, signature: bytes, /, **more: str
) -> Response:
    fields = {
        "question": asked.question, "label": "phone", "kind": "passkey", "credential": ID,
        "public": base64.b64encode(public).decode(), "signature": base64.b64encode(signature).decode(),
    }  # fmt: skip
    return desk.post(client, "/desk/keys", **fields | more)


@pytest.mark.parametrize("eddsa", [True, False])
def test_a_passkey_that_signed_the_question_waits_for_a_second_person(
    desk: Desk, client: TestClient[Litestar], eddsa: bool
) -> None:
    asked = Asked(client)
    key = Passkey(asked.name, 90 + eddsa, eddsa=eddsa, site=SITE)
    assert sent(desk, client, asked, key.point, key.assertion(asked.text)).headers["location"] == "/desk/keys?made=yes"
    [waiting] = [one for one in desk.accounts.requests() if one.vkey == key.vkey]
    assert waiting.role == "officer"
    assert desk.accounts.key(key.vkey).credential == bytes(range(20))
    assert SITE in client.get("/desk/keys").text
    admin = desk.client(client.app, "key-admin")
    assert f"a passkey, which signs at {SITE}" in admin.get("/desk/people").text


def nothing_came_of_it(desk: Desk, answer: Response, client: TestClient[Litestar]) -> None:
    assert answer.status_code in (400, 409, 422), answer.text
    assert "There is a problem" in answer.text
    person = desk.sessions.get(next(iter(client.cookies.values())))
    assert person is not None
    assert desk.accounts.keys_of(person.person.id) == []


@pytest.mark.parametrize("how", [*BENT, *ES256_BENT])
def test_a_bent_answer_of_a_passkey_makes_no_key(desk: Desk, client: TestClient[Litestar], how: str) -> None:
    asked = Asked(client)
    key = Passkey(asked.name, 92, site=SITE)
    try:
        signature = key.assertion(asked.text, **(BENT | ES256_BENT)[how])
    except AssertionError:  # this way of bending is about another site's name
        signature = Passkey(asked.name, 92).assertion(asked.text)
    nothing_came_of_it(desk, sent(desk, client, asked, key.point, signature), client)


@pytest.mark.parametrize(
    "more",
    [
        {"public": "", "signature": ""},
        {"public": "not base64!"},
        {"signature": "AAAA"},
        {"public": base64.b64encode(bytes(65)).decode()},
        {"public": base64.b64encode(b"\4" + bytes(64)).decode()},
        {"public": base64.b64encode(b"\4" * 66).decode()},
        {"credential": ""},
        {"credential": "AAAA"},
        {"credential": "A" * 4000},
        {"credential": "é" * 40},
        {"question": "made up"},
        {"kind": "device"},
    ],
)
def test_what_is_no_passkey_is_refused_with_a_reason(
    desk: Desk, client: TestClient[Litestar], more: dict[str, Any]
) -> None:
    asked = Asked(client)
    key = Passkey(asked.name, 93, site=SITE)
    nothing_came_of_it(desk, sent(desk, client, asked, key.point, key.assertion(asked.text), **more), client)


def test_a_passkey_of_another_site_makes_no_key(desk: Desk, client: TestClient[Litestar]) -> None:
    asked = Asked(client)
    key = Passkey(asked.name, 94, site="http://localhost:8001")
    nothing_came_of_it(desk, sent(desk, client, asked, key.point, key.assertion(asked.text)), client)


def test_a_first_key_made_anew_takes_the_place_of_the_one_that_waits(desk: Desk, client: TestClient[Litestar]) -> None:
    keys = []
    for seed in (101, 102):
        asked = Asked(client)
        keys.append(Passkey(asked.name, seed, site=SITE))
        assert sent(desk, client, asked, keys[-1].point, keys[-1].assertion(asked.text)).status_code == 303
    [waiting] = [one for one in desk.accounts.requests() if one.vkey in {key.vkey for key in keys}]
    assert waiting.vkey == keys[1].vkey
    [held] = desk.accounts.keys_of(waiting.person)
    assert held.vkey == keys[1].vkey
    admin = desk.client(client.app, "key-admin")
    act = desk.post(admin, f"/desk/people/requests/{waiting.id}", decision="confirm").headers["location"]
    desk.accounts.take_back(waiting.person)
    text = base64.b64decode(unescape(re.search(r'data-text="([^"]+)"', admin.get(act).text)[1]))  # type: ignore[index]
    late = desk.post(admin, act, line=desk.keys["key-admin"].line(text).rstrip("\n"))
    assert (late.status_code, "decided already" in late.text) == (404, True), "what was taken back is not conferred"


def test_a_further_role_is_asked_for_by_its_holder_and_confirmed_by_another(desk: Desk, app: Litestar) -> None:
    asker, admin = desk.client(app, "approver"), desk.client(app, "key-admin")
    for wrong in ("approver", "root", "social-worker", ""):
        assert desk.post(asker, "/desk/keys/roles", role=wrong).status_code == 422
    assert desk.post(asker, "/desk/keys/roles", role="officer").status_code == 303
    person = desk.people["approver"].id
    [asked] = [one for one in desk.accounts.requests() if (one.person, one.role) == (person, "officer")]
    assert "Waiting for a second person: approver, officer." in asker.get("/desk/keys").text
    assert desk.post(asker, f"/desk/people/requests/{asked.id}", decision="confirm").status_code == 403
    act = desk.post(admin, f"/desk/people/requests/{asked.id}", decision="confirm").headers["location"]
    before = desk.post(admin, f"/desk/people/requests/{asked.id}", decision="confirm").headers["location"]
    early = desk.post(admin, act)
    assert (early.status_code, "press the button again" in early.text) == (422, True)
    text = base64.b64decode(unescape(re.search(r'data-text="([^"]+)"', admin.get(act).text)[1]))  # type: ignore[index]
    assert desk.post(admin, act, line=desk.keys["key-admin"].line(text).rstrip("\n")).status_code == 303
    assert desk.register.desk.roles_of(desk.keys["approver"].vkey.name) == {"approver", "officer"}
    assert admin.get(before).status_code == 404, "it was begun twice, and is signed once"
    assert "approver, officer" in admin.get("/desk/people").text
    assert asker.get("/desk/keys").status_code != 200, "whoever's roles changed signs in anew"


def test_nothing_typed_into_an_invitation_is_lost_and_nobody_gets_two_accounts(desk: Desk, app: Litestar) -> None:
    admin = desk.client(app, "key-admin")
    empty = desk.post(admin, "/desk/people/invite", name="Ben Marsh", email="ben@council.example")
    assert (empty.status_code, 'value="Ben Marsh"' in empty.text, 'value="ben@council.example"' in empty.text) == (
        400,
        True,
        True,
    )
    again = desk.post(admin, "/desk/people/invite", name="Ben Marsh", email="OFFICER@council.example", role="evaluator")
    assert again.status_code == 422
    assert "has an account with the address officer@council.example" in again.text
    assert re.search(r'value="evaluator"[^>]* checked', again.text)


def test_an_open_invitation_is_listed_without_its_link_and_taken_back(desk: Desk, app: Litestar) -> None:
    admin = desk.client(app, "key-admin")
    made = {}
    for name, wanted in (("Bea Holt", {"role": "evaluator"}), ("Cy <Dale>", {"provider": "GB-COH-01234567"})):
        page = desk.post(admin, "/desk/people/invite", name=name, email="new@council.example", **wanted).text
        [made[name]] = re.findall(r"/welcome/([\w-]+)", page)
    held = desk.people["officer"]
    again = desk.accounts.invite(name=held.name, email=held.email, roles=(), person=held.id)
    shown = admin.get("/desk/people").text
    assert f"{held.email}: has an account, and is to make a further passkey.<br>Invited <time" in shown
    assert again not in shown
    desk.accounts.take_back_invitation(desk.accounts.invitation(again).handle, by=None)
    assert re.search(r"Bea Holt</bdi></strong>, new@council.example: as evaluator\.<br>Invited <time", shown)
    assert "Cy &lt;Dale&gt;</bdi></strong>, new@council.example: for the provider GB-COH-01234567." in shown
    assert "/welcome/" not in shown
    assert not any(secret in shown for secret in made.values())
    began = desk.accounts.invitation(made["Bea Holt"])
    address = f"/desk/people/invitations/{began.handle}"
    assert address in shown
    assert desk.post(desk.client(app, "officer"), address).status_code == 403
    assert app_answers(app, made["Bea Holt"]) == (200, False)
    assert desk.post(admin, address).headers["location"] == "/desk/people"
    assert app_answers(app, made["Bea Holt"]) == (404, True)
    assert app_answers(app, made["Cy <Dale>"]) == (200, False), "the other one stays open"
    page = admin.get("/desk/people")
    after, told = page.text, text_of(page)
    assert ("Bea Holt" in after, "Cy &lt;Dale&gt;" in after) == (False, True)
    assert "2 invitations were taken back" in told
    assert re.search(rf"by {desk.people['key-admin'].name}; taken back [^;]* by {desk.people['key-admin'].name}", told)
    assert re.search(r"at the console; taken back [^;]* at the console", told)
    with pytest.raises(Conflict, match="taken back"), desk.accounts.database.writing() as connection:
        desk.accounts.accept(connection, began)
    joined = desk.accounts.invitation(made["Cy <Dale>"])
    with desk.accounts.database.writing() as connection:
        desk.accounts.accept(connection, joined)
    for handle in (began.handle, joined.handle, "nothing"):
        late = desk.post(admin, f"/desk/people/invitations/{handle}")
        assert (late.status_code, "look at the list again" in late.text) == (404, True)
    assert "Take this invitation back" not in admin.get("/desk/people").text, "one that was used is open no more"


def app_answers(app: Litestar, link: str) -> tuple[int, bool]:
    """What somebody with the link is answered, and whether they are told that it was taken back, and whom to ask."""
    page = TestClient(app, base_url=SITE).get(f"/welcome/{link}", headers={"accept": "text/html"})
    return page.status_code, "his link was taken back; ask whoever invited you" in page.text


def test_a_question_is_answered_once_and_by_whom_it_was_put(desk: Desk, app: Litestar) -> None:
    for name in ("one who asks", "one who answers"):
        desk.people[name] = newcomer(desk, name)
    first, second = (desk.client(app, name) for name in ("one who asks", "one who answers"))
    asked = Asked(first)
    key = Passkey(asked.name, 95, site=SITE)
    nothing_came_of_it(desk, sent(desk, second, asked, key.point, key.assertion(asked.text)), second)
    assert sent(desk, first, asked, key.point, key.assertion(asked.text)).status_code == 422, "it was answered before"


def test_a_site_without_https_offers_no_passkey_and_says_so(desk: Desk) -> None:
    """On any other machine than this one no browser would keep one."""
    client = desk.client(create_app(desk.register, address="http://register.council.example"), "officer")
    page = client.get("/desk/keys").text
    assert 'value="passkey"' not in page
    assert "needs its https address" in page


def test_a_person_with_a_key_gets_the_next_one_under_both_keys_and_a_second_person(desk: Desk, app: Litestar) -> None:
    client, admin = desk.client(app, "monitoring"), desk.client(app, "key-admin")
    old = desk.keys["monitoring"]
    asked = Asked(client)
    assert asked.name == old.vkey.name
    new = Passkey(asked.name, 96, site=SITE)
    answer = sent(desk, client, asked, new.point, new.assertion(asked.text))
    act = answer.headers["location"]
    assert act.startswith("/desk/sign/")
    text = base64.b64decode(unescape(re.search(r'data-text="([^"]+)"', client.get(act).text)[1]))  # type: ignore[index]

    def signed(by: TestClient[Litestar], line: bytes) -> Response:
        return desk.post(by, act, line=line.decode().rstrip("\n"))

    assert signed(client, new.note(text)).status_code == 403, "the new key signs nothing yet"
    assert signed(admin, desk.keys["key-admin"].line(text).encode()).status_code == 403, "the old key signs first"
    assert signed(client, old.line(text).encode()).status_code == 303
    assert signed(client, old.line(text).encode()).status_code == 403, "nobody signs twice"
    assert signed(admin, desk.keys["key-admin"].line(text).encode()).status_code == 303
    standing = desk.register.reader.register().standing(new.name, new.keyid)
    assert standing is not None
    assert standing.replaces == old.vkey
    assert {role for _, role in standing.roles} == {"monitoring"}
    assert "Replaced" in client.get("/desk/keys").text


def test_a_new_key_that_is_not_signed_for_is_forgotten(desk: Desk, app: Litestar) -> None:
    client = desk.client(app, "officer")
    asked = Asked(client)
    new = Signer(asked.name, bytes([97]) * 32)
    public = Vkey.parse(new.vkey.text).public
    signature = base64.b64decode(new.line(asked.text).split()[2])[4:]
    act = sent(desk, client, asked, public, signature, kind="device").headers["location"]
    person = desk.people["officer"].id
    assert [key.vkey for key in desk.accounts.keys_of(person)] == [desk.keys["officer"].vkey.text, new.vkey.text]
    assert desk.post(client, act, withdraw="yes").status_code == 303
    assert [key.vkey for key in desk.accounts.keys_of(person)] == [desk.keys["officer"].vkey.text]
