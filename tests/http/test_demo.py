"""Walking through a demo as one of its people: there in a demo, not even an address anywhere else."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from litestar.testing import TestClient

from fairplace.demo import MARKER, PERSONAS, Persona, personas
from fairplace.http.app import HERE, create_app
from fairplace.ledger.note import Signer
from fairplace.on_disk import Register
from fairplace.synthesis import procurements
from fairplace.synthesis.programme import PROGRAMME
from tests.http.conftest import Client
from tests.http.test_pages import text_of
from tests.http.town import Town


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Register]:
    folder = tmp_path_factory.mktemp("demo") / "register"
    procurements.build(folder, seed=7, programme=PROGRAMME[-4:])
    with Register.open(folder) as register:
        register.follow()
        yield register


def test_the_people_of_a_demo_are_of_every_role_and_hold_keys_of_the_register(demo: Register) -> None:
    found = personas(demo.folder, demo.domain)
    roles = [one.role for one in found]
    assert roles == [
        "officer",
        "evaluator",
        "evaluator",
        "evaluator",
        "moderator",
        "approver",
        "monitoring",
        "auditor",
        "auditor",
        "key-admin",
        "provider",
    ]
    enrolled = {standing.vkey.text: standing for standing in demo.reader.register().standings()}
    for one in found:
        name = one.vkey.split("+")[0]
        assert Signer(name, base64.b64decode(one.seed)).vkey.text == one.vkey
        assert {role for _, role in enrolled[one.vkey].roles} == {one.role}


def test_every_word_of_a_decision_as_it_is_served_is_what_the_public_record_says(demo: Register) -> None:
    app = create_app(demo)
    key = demo.settings.log[0].vkeys[0]
    with TestClient(app, base_url=HERE) as client:
        addresses = sorted(set(re.findall(r'href="(/decisions/[0-9a-f-]{36})"', client.get("/decisions").text)))
        assert addresses
        questions = 0
        for address in addresses:
            page = client.get(address).content
            questions += page.count(b"fp-question")
            answer = client.post("/verify", files={"file": ("a.html", page)}, data={"proof": "", "keys": key}).text
            assert "Genuine. 3 of 3 checks passed" in text_of(answer), address
    assert questions


def test_whoever_chooses_somebody_lands_on_their_desk(demo: Register) -> None:
    app = create_app(demo)
    with TestClient(app, base_url=HERE, raise_server_exceptions=False) as client:
        page = client.get("/demo").text
        assert "This register is made up" in page
        for one in personas(demo.folder, demo.domain):
            assert f'id="{one.person}"' in page
            answer = client.post("/demo", data={"person": one.person}, headers={"sec-fetch-site": "same-origin"})
            assert answer.status_code == 200
            assert "My work" in answer.text
            assert re.search(rf"fp-desk-bar__name\">{re.escape(one.name)}<", answer.text) or one.name in answer.text


def test_each_of_them_is_led_to_the_page_that_says_what_to_do(demo: Register) -> None:
    with TestClient(create_app(demo), base_url=HERE, raise_server_exceptions=False) as client:
        page = client.get("/demo").text
        for one in personas(demo.folder, demo.domain):
            [address] = set(re.findall(rf'href="(/demo/how-to/[a-z-]+)">What to do as {re.escape(one.name)}<', page))
            answer = client.get(address)
            assert answer.status_code == 200
            assert "<ol" in answer.text
            assert not re.search(r"<th [^>]*></th>", answer.text)
        assert client.get("/demo/how-to/backups").status_code == 404
        assert client.get("/demo/how-to/..%2F..%2FREADME").status_code == 404


@pytest.mark.parametrize("person", ["", "nobody", "' OR 1=1 --", "\u202e"])
def test_nobody_else_is_let_in(demo: Register, person: str) -> None:
    with TestClient(create_app(demo), base_url=HERE, raise_server_exceptions=False) as client:
        answer = client.post("/demo", data={"person": person}, headers={"sec-fetch-site": "same-origin"})
        assert answer.status_code == 404
        assert client.get("/desk", follow_redirects=False).status_code == 401
        elsewhere = client.post("/demo", data={"person": person}, headers={"sec-fetch-site": "cross-site"})
        assert elsewhere.status_code == 403


def test_in_any_other_register_there_is_no_such_address(client: Client, town: Town) -> None:
    assert client.get("/demo").status_code == 404
    assert client.post("/demo", data={"person": "x"}).status_code in (404, 405)
    assert "/demo" not in {route.path for route in client.app.routes}


def test_neither_a_marker_nor_a_name_alone_makes_a_demo(tmp_path: Path) -> None:
    one = Persona(person="p", name="N", role="officer", vkey="v", seed="s", about="")
    (tmp_path / PERSONAS).write_bytes(msgspec.json.encode([one]))
    assert personas(tmp_path, "northbrook.example") == []
    (tmp_path / MARKER).write_bytes(b'{"seed":1,"worthless":false}')
    assert personas(tmp_path, "northbrook.example") == []
    (tmp_path / MARKER).write_bytes(b'{"seed":1,"worthless":true}')
    assert personas(tmp_path, "northbrook.example") == [one]
    assert personas(tmp_path, "northbrook.gov.uk") == []
    (tmp_path / PERSONAS).write_bytes(b"[{")
    assert personas(tmp_path, "northbrook.example") == []
