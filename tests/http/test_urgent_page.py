"""Bought at once over HTTP: one short page, one signature, and somebody else's decision; nothing typed is lost."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import pytest
from litestar import Litestar
from litestar.testing import TestClient

from tests.http.building import Building
from tests.office import open_office, signer
from tests.story import APPROVER, EVALUATORS, MONITORING, OFFICER

FILLED = {
    "need": "A bed for tonight, <script>alert(1)</script>",
    "provider": "Alder Homes, GB-COH-01000001",
    "price": "9,800",
    "why": "The placement broke down at 22:00; three homes were asked.",
    "from_on-day": "2",
    "from_on-month": "3",
    "from_on-year": "2026",
    "concerns_one_person": "no",
}


@pytest.fixture
def building(tmp_path: Path) -> Iterator[Building]:
    office = open_office(tmp_path / "register", until="planned")
    office.register.follow()
    yield Building(office)
    office.close()


def sign(building: Building, client: TestClient[Litestar], act: str, key: str) -> None:
    [text] = re.findall(r'data-text="([^"]+)"', client.get(act).text)
    line = signer(key).line(base64.b64decode(unescape(text))).rstrip("\n")
    assert building.post(client, act, line=line).status_code == 303


def buy(building: Building, **changes: str) -> str:
    """The case of a purchase that was filled in and signed."""
    client = building.client(OFFICER.key)
    act = building.post(client, "/desk/urgent", **{**FILLED, **changes}).headers["location"]
    sign(building, client, act, OFFICER.key)
    building.office.register.follow()
    return building.office.register.reader.cases()[-1]


def test_one_page_and_one_signature_record_it(building: Building) -> None:
    case = buy(building)
    [recorded] = building.office.register.reader.case(case)
    event = recorded.event
    assert (recorded.type, recorded.actor, recorded.signers) == ("urgent.bought/1", OFFICER.key, (OFFICER.key,))
    assert event.provider.get().id == "GB-COH-01000001"  # type: ignore[attr-defined]
    assert event.price.get() == 980_000  # type: ignore[attr-defined]
    assert "A bed" not in building.client(OFFICER.key).get("/desk/urgent").text  # the draft is gone


def test_a_provider_without_a_number_is_named_as_such(building: Building) -> None:
    [recorded] = building.office.register.reader.case(buy(building, provider="Grüne Häuser e. V., Leeds"))
    assert recorded.event.provider.get().id == "name:gr-ne-h-user-e-v-leeds"  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("field", "value", "says"),
    [
        ("price", "lots", "Write an amount in pounds"),
        ("price", "1e9", "Write an amount in pounds"),
        ("from_on-day", "31", "Write a day of the calendar"),
        ("need", "", "Write what is needed"),
        ("provider", "⸘", "Write the provider’s name in letters"),
        ("concerns_one_person", "", "Answer yes or no"),
    ],
)
def test_what_is_wrong_comes_back_with_all_that_was_typed(
    building: Building, field: str, value: str, says: str
) -> None:
    changes = {field: value} | ({"from_on-month": "2"} if field == "from_on-day" else {})
    client = building.client(OFFICER.key)
    answer = building.post(client, "/desk/urgent", **{**FILLED, **changes})
    assert answer.status_code == 422
    assert says in answer.text
    assert "<script>alert" not in answer.text
    assert "three homes were asked" in answer.text
    assert "three homes were asked" in client.get("/desk/urgent").text
    assert building.office.register.reader.cases() == [building.office.case]


def test_the_approver_finds_it_on_their_work_and_decides(building: Building) -> None:
    case = buy(building)
    approver = building.client(APPROVER.key)
    listed = approver.get("/desk").text
    assert "Approve an urgent purchase" in listed
    assert "/rules/DA-08" in listed
    for word in ("A bed", "Alder", "9,800"):
        assert word not in listed
    assert "Approve an urgent purchase" not in building.client(EVALUATORS[0].key).get("/desk").text
    building.office.case = case
    opened = building.opened(APPROVER.key)
    page = opened.get(f"/desk/cases/{case}/decide-urgency").text
    assert "Alder Homes; £9,800; The placement broke down" in page
    assert f'action="/desk/cases/{case}/decide-urgency"' in page
    sent = {"evidence": "signed-by-party", "outcome": "approved", "reason": "Nobody could wait", "do": "sign"}
    act = building.post(opened, f"/desk/cases/{case}/decide-urgency", **sent).headers["location"]
    sign(building, opened, act, APPROVER.key)
    assert [one.type for one in building.office.register.reader.case(case)] == ["urgent.bought/1", "urgent.decided/1"]
    assert "Approve an urgent purchase" not in approver.get("/desk").text
    assert "Decide on an urgent purchase" in opened.get(f"/desk/cases/{case}").text


def test_its_public_page_shows_what_was_released_and_of_one_person_there_is_none(building: Building) -> None:
    office = building.office
    case, private = buy(building), buy(building, concerns_one_person="yes")
    client = building.client(MONITORING.key)
    text = client.get(f"/decisions/{case}").text
    assert "Bought at once" in text
    for word in ("Alder", "9,800", "placement broke"):
        assert word not in text
    assert client.get(f"/decisions/{private}").status_code == 404
    office.case = case
    from fairplace.openness.commands import Release
    from fairplace.urgent.commands import DecideUrgency

    office.do(DecideUrgency(id="test", outcome="approved", reason="Nobody could wait"), by=APPROVER)
    office.do(Release(id="test", occasion="urgent"))
    office.register.follow()
    text = client.get(f"/decisions/{case}").text
    assert "Bought at once, approved" in text
    for word in ("Alder Homes", "£9,800", "placement broke down", "Nobody could wait", "&lt;script&gt;"):
        assert word in text, word
    assert "<script>alert" not in text
