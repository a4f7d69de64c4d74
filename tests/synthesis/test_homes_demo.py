"""The demo of placements: people of every role with something to do, providers with time to answer, and numbers to read."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from litestar import Litestar
from litestar.testing import TestClient

import fairplace_verify
from fairplace import issuing
from fairplace.demo import Persona, personas
from fairplace.http.app import HERE, create_app
from fairplace.ledger.note import Signer
from fairplace.on_disk import Register
from fairplace.sources import SYSTEM, Sources
from fairplace.synthesis import homes_demo, procurements

NOW = datetime(2026, 11, 28, 15, 0, tzinfo=UTC)
"""A Saturday."""


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Register]:
    folder = tmp_path_factory.mktemp("demo") / "homes"
    homes_demo.build(folder, seed=2026, now=NOW)
    later = Sources(lambda: NOW + timedelta(minutes=5), SYSTEM.entropy)
    with Register.open(folder, sources=later) as register:
        register.follow()
        yield register


@pytest.fixture
def client(demo: Register) -> Iterator[TestClient[Litestar]]:
    with TestClient(create_app(demo), base_url=HERE, raise_server_exceptions=False) as client:
        yield client


def people(demo: Register) -> dict[str, Persona]:
    found = personas(demo.folder, demo.domain)
    return {one.role if one.role != "provider" else one.about.split(".")[0]: one for one in found}


def test_everybody_of_a_search_can_be_walked_through_with_a_key_of_the_register(demo: Register) -> None:
    found = personas(demo.folder, demo.domain)
    assert [one.role for one in found] == [*homes_demo.STAFF, "provider", "provider", "provider"]
    enrolled = {standing.vkey.text: standing for standing in demo.reader.register().standings()}
    for one in found:
        assert Signer(one.vkey.split("+")[0], base64.b64decode(one.seed)).vkey.text == one.vkey
        assert {role for _, role in enrolled[one.vkey].roles} == {one.role}


def said(page: str, one: Persona) -> str:
    """What the door says of somebody."""
    return page[page.index(f'id="{one.person}"') :].split("</form>", maxsplit=1)[0]


def test_each_lands_on_a_desk_and_those_who_decide_have_something_to_do(
    demo: Register, client: TestClient[Litestar]
) -> None:
    page = client.get("/demo").text
    assert 'href="/homes"' in page
    busy = set()
    for one in personas(demo.folder, demo.domain):
        desk = client.post("/demo", data={"person": one.person}, headers={"sec-fetch-site": "same-origin"})
        assert desk.status_code == 200
        waits = "On their desk" in said(page, one)
        assert ("Searches for homes" in desk.text) is waits, one.role
        busy |= {one.role} if waits else set()
    assert busy >= {"officer", "evaluator", "moderator", "approver", "budget-holder", "nominated-officer", "director"}


def test_a_provider_of_older_children_s_homes_reads_why_it_was_not_asked(
    demo: Register, client: TestClient[Litestar]
) -> None:
    [narrow] = [one for one in personas(demo.folder, demo.domain) if "13 and over" in one.about]
    client.post("/demo", data={"person": narrow.person}, headers={"sec-fetch-site": "same-origin"})
    page = client.get("/desk/referrals").text.split("Why you were not asked", maxsplit=1)[1]
    assert "its registered age range here says 13 to 17" in page
    [challenge, *_] = re.findall(r'href="(/desk/referrals/[0-9a-f-]+/challenges)"', page)
    assert client.get(challenge).status_code == 200


def test_an_independent_provider_can_still_answer(demo: Register, client: TestClient[Litestar]) -> None:
    independent = people(demo)["An independent provider of homes"]
    [waiting] = re.findall(r"(\d+) referrals? waits? for their answer", said(client.get("/demo").text, independent))
    desk = client.post("/demo", data={"person": independent.person}, headers={"sec-fetch-site": "same-origin"}).text
    assert "Referrals to answer" in desk
    assert "Nothing needs you today" not in desk
    assert client.get("/desk/referrals").text.count('href="/desk/referrals/') >= int(waiting) > 0
    own = people(demo)["The authority's own homes"]
    client.post("/demo", data={"person": own.person}, headers={"sec-fetch-site": "same-origin"})
    assert client.get("/desk/homes").status_code == 200
    [waiting] = re.findall(r"(\d+) referrals? waits? for their answer", said(client.get("/demo").text, own))
    assert int(waiting) > 0, "own homes are asked as everybody is"
    [first, *_] = re.findall(r'href="(/desk/referrals/[0-9a-f-]{36})"', client.get("/desk/referrals").text)
    assert "Offer a home" in client.get(first).text


def test_a_reader_finds_numbers_signed_by_two(demo: Register, client: TestClient[Litestar]) -> None:
    [made] = issuing.issued(demo)
    assert len(demo.reader.entry(made.index).lines) == 2
    assert f"/homes/decisions-{made.number}" in client.get("/homes").text


def test_it_is_a_demo_of_its_seed_and_holds(demo: Register) -> None:
    assert procurements.seed_of(demo.folder) == 2026
    report = fairplace_verify.verify_register(demo.folder, demo.settings.log[0].vkeys)
    assert report.verdict.startswith("GENUINE"), report.verdict


@pytest.mark.long
def test_a_demo_made_beyond_the_known_bank_holidays_is_made_all_the_same(tmp_path: Path) -> None:
    assert homes_demo.build(tmp_path / "late", seed=1, now=datetime(2031, 5, 1, 12, tzinfo=UTC)) > 1000
