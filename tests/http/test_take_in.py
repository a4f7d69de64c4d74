"""When the site is down: a page that seals without it, and bids that an officer takes in and reports as what they are."""

from __future__ import annotations

import base64
import hashlib
import html
import re
from collections.abc import Iterator

import pytest
from httpx import Response

from fairplace.http import proofs
from tests.http.opened import Client
from tests.http.test_openers import Vault
from tests.office import key_of, open_office
from tests.sealing.sealer import key, seal
from tests.story import APPROVER, BIRCH, CEDAR, EVALUATORS, MONITORING, OFFICER

FORM = {
    "provider_id": BIRCH.id, "provider_name": "Birch Care", "price": "4,800", "happened_at-day": "30",
    "happened_at-month": "3", "happened_at-year": "2026", "happened_at-time": "09:30",
}  # fmt: skip


@pytest.fixture
def vault(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Vault]:
    with open_office(tmp_path_factory.mktemp("vault") / "register", until="published") as office:
        office.wait_until("2026-03-30T09:00:00.000Z")
        yield Vault(office)


def test_the_page_to_keep_asks_for_nothing_and_sends_nothing(vault: Vault) -> None:
    answer = vault.provider(BIRCH).get(f"{vault.address}/offline")
    assert answer.headers["content-disposition"] == 'attachment; filename="seal-a-bid.html"'
    page = answer.text
    policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]+)"', page)
    script = re.search(r'<script type="module">(.*?)</script>', page, re.DOTALL)
    assert policy is not None
    assert script is not None
    digest = base64.b64encode(hashlib.sha256(script[1].encode()).digest()).decode()
    assert html.unescape(policy[1]) == (
        f"default-src 'none'; script-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    )
    assert page.count("<script") == 1
    assert not re.search(r"\b(import|export) ", script[1])
    assert not re.search(r"https?://|src=|href=\"", page)
    assert not re.search(r"fetch|XMLHttpRequest|sendBeacon|WebSocket", script[1])
    assert b"data-offline=" in answer.content
    assert vault.case in html.unescape(page)


def send(vault: Vault, client: Client, file: object, **changes: str) -> Response:
    session = vault.desk.sessions.get(next(iter(client.cookies.values())))
    assert session is not None
    return client.post(
        f"/desk/cases/{vault.case}/take-in", data={"token": session.csrf, **FORM, **changes},
        files={"document": file} if file else None,  # type: ignore[dict-item]
        headers={"sec-fetch-site": "same-origin"}, follow_redirects=False,
    )  # fmt: skip


def test_an_officer_takes_in_a_sealed_file_and_says_when_it_came(vault: Vault) -> None:
    officer = vault.desk.opened(OFFICER.key, vault.case)
    assert "Take in a bid that came" in officer.get(f"/desk/cases/{vault.case}/files").text
    size = vault.office.register.reader.size
    file = vault.sealed(b"%PDF a canary of a bid by post")
    stranger = ("bid.sealed", seal(b"x", [key(), key()], case=vault.case), "")
    for wrong, changes, says in (
        (None, {}, "Choose the file"),
        (file, {"provider_id": ""}, "id"),
        (file, {"provider_id": "<script>"}, "a short code"),
        (file, {"happened_at-year": "2099"}, "what has not happened cannot be reported"),
        (file, {"happened_at-time": ""}, "Write a day and a time"),
        (vault.sealed(b"x", case="00000000-0000-4000-8000-000000000009"), {}, "another tender"),
        (stranger, {}, "never openers here"),
        (("x.exe", b"MZ", ""), {}, "cannot be taken in"),
    ):
        refused = send(vault, officer, wrong, **changes)
        assert refused.status_code in {400, 422}, says
        assert says in html.unescape(refused.text), says
        assert "Birch Care" in refused.text
    assert vault.office.register.reader.size == size
    taken = send(vault, officer, file)
    assert taken.status_code == 200, taken.text
    found = re.search(r"The bid is entry (\d+) of the log, short code ([0-9A-F-]+)\.", taken.text)
    assert found is not None
    entry = vault.office.register.reader.entry(int(found[1]))
    assert (entry.envelope.type, entry.envelope.body["evidence"]) == ("deposit.received/1", "stated-by-officer")
    assert entry.envelope.body["happened_at"] == "2026-03-30T08:30:00.000Z"
    assert "Birch" not in entry.raw.decode()
    again = send(vault, officer, file)
    assert again.status_code == 422
    assert "is in already" in again.text
    bea = vault.provider(BIRCH)
    assert f"receipts/{found[1]}" in bea.get("/desk/bids").text
    vault.open_bids()
    assert vault.give(APPROVER.key).status_code == 303
    assert vault.give(MONITORING.key).status_code == 303
    officer = vault.desk.opened(OFFICER.key, vault.case)
    assert "bid.pdf" in officer.get(f"/desk/cases/{vault.case}/files").text


def test_what_came_after_the_deadline_is_taken_in_as_late(vault: Vault) -> None:
    vault.office.wait_until("2026-04-01T13:00:00.000Z")
    officer = vault.desk.opened(OFFICER.key, vault.case)
    changes = {"happened_at-day": "1", "happened_at-month": "4", "happened_at-time": "13:30"}
    taken = send(vault, officer, vault.sealed(b"late"), **changes)
    found = re.search(r"entry (\d+) of the log", taken.text)
    assert found is not None, taken.text
    assert vault.office.register.reader.entry(int(found[1])).envelope.type == "deposit.received-late/1"


def test_nobody_else_takes_bids_in_or_gets_the_page(vault: Vault) -> None:
    for name in (APPROVER.key, EVALUATORS[0].key, key_of(CEDAR)):
        client = vault.desk.client(name) if name != key_of(CEDAR) else vault.provider(CEDAR)
        assert client.get(f"/desk/cases/{vault.case}/take-in").status_code == 403
        assert send(vault, client, None).status_code == 403
    assert vault.desk.client(OFFICER.key).get(f"{vault.address}/offline").status_code == 403
    closed = vault.desk.client(OFFICER.key)
    assert "Open this case file" in closed.get(f"/desk/cases/{vault.case}/take-in").text
    answer = send(vault, closed, vault.sealed(b"x"))
    assert answer.status_code == 403
    assert "Open the file again" in answer.text


def test_without_a_printer_a_receipt_is_a_page(vault: Vault, monkeypatch: pytest.MonkeyPatch) -> None:
    client = vault.provider(BIRCH)
    index = vault.lodge_sealed()
    vault.office.register.follow()
    monkeypatch.setattr(proofs, "can_print", lambda: False)
    receipt = f"{vault.address}/receipts/{index}"
    assert "as a PDF" not in client.get(receipt).text
    assert client.get(f"{receipt}.pdf").status_code == 404
