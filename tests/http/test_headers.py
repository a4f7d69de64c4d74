"""The same headers on every answer, whatever its status."""

from __future__ import annotations

import pytest
from litestar import Litestar, get
from litestar.testing import TestClient

from fairplace.http import app as app_module
from fairplace.http import headers
from fairplace.http.app import create_app
from tests.http.conftest import Client
from tests.http.town import Town

EXAMPLES = {
    "/decisions/{name:str}": "/decisions/nobody",
    "/decisions/{case:str}/documents/{sha256:str}": "/decisions/nobody/documents/none",
    "/challenges/{name:str}": "/challenges/nobody",
    "/providers/{name:path}": "/providers/nobody",
    "/rules/{name:str}": "/rules/ET-01",
    "/log/{name:str}": "/log/0",
    "/static/{name:str}": "/static/fairplace.css",
    "/scripts/{version:str}/{name:str}": "/scripts/none/verify.js",
    "/checkpoints/{name:str}": "/checkpoints/1",
    "/tile/{rest:path}": "/tile/entries/000",
    "/disclosures/{rest:path}": "/disclosures/000",
    "/lost/{rest:path}": "/lost/1/2",
    "/timestamp/{name:str}": "/timestamp/1.tsr",
    "/welcome/{link:str}": "/welcome/nobody",
    "/desk/sign/{act:str}": "/desk/sign/nothing",
    "/desk/sign/{act:str}/preview": "/desk/sign/nothing/preview",
    "/desk/sign/{act:str}/preview/{name:str}": "/desk/sign/nothing/preview/page",
    "/desk/people/invitations/{invitation:str}": "/desk/people/invitations/nothing",
    "/desk/people/requests/{asked:str}": "/desk/people/requests/nothing",
    "/desk/awards/{name:str}": "/desk/awards/nothing",
    "/desk/cases/{case:str}": "/desk/cases/nothing",
    "/desk/cases/{case:str}/challenges/{challenge:str}": "/desk/cases/nothing/challenges/nothing",
    "/desk/cases/{case:str}/file": "/desk/cases/nothing/file",
    "/desk/cases/{case:str}/workbook": "/desk/cases/nothing/workbook",
    "/desk/cases/{case:str}/names": "/desk/cases/nothing/names",
    "/desk/cases/{case:str}/{code:str}/notice": "/desk/cases/nothing/plan/notice",
    "/desk/cases/{case:str}/{code:str}": "/desk/cases/nothing/plan",
    "/desk/cases/{case:str}/correspondence": "/desk/cases/nothing/correspondence",
    "/desk/cases/{case:str}/correspondence/{message:str}/again": "/desk/cases/nothing/correspondence/nothing/again",
    "/desk/cases/{case:str}/documents": "/desk/cases/nothing/documents",
    "/desk/cases/{case:str}/documents/new": "/desk/cases/nothing/documents/new",
    "/desk/cases/{case:str}/documents/destroy": "/desk/cases/nothing/documents/destroy",
    "/desk/cases/{case:str}/documents/{name:str}": "/desk/cases/nothing/documents/nothing",
    "/desk/cases/{case:str}/documents/{name:str}/{what:str}": "/desk/cases/nothing/documents/nothing/file",
    "/desk/cases/{case:str}/letters": "/desk/cases/nothing/letters",
    "/desk/cases/{case:str}/letters/{name:str}": "/desk/cases/nothing/letters/decision",
    "/desk/cases/{case:str}/notices/{code:str}": "/desk/cases/nothing/notices/UK6",
    "/desk/cases/{case:str}/correspondence/{note:str}/answer": "/desk/cases/nothing/correspondence/nothing/answer",
    "/desk/cases/{case:str}/correspondence/{note:str}/{sha256:str}": "/desk/cases/nothing/correspondence/nothing/00",
    "/desk/cases/{case:str}/debriefs": "/desk/cases/nothing/debriefs",
    "/desk/cases/{case:str}/debriefs/{link:str}/revoke": "/desk/cases/nothing/debriefs/nothing/revoke",
    "/desk/cases/{case:str}/files": "/desk/cases/nothing/files",
    "/desk/cases/{case:str}/files/{sha256:str}": "/desk/cases/nothing/files/00",
    "/desk/openers/cases/{case:str}": "/desk/openers/cases/nothing",
    "/desk/openers/{opener:str}/confirm": "/desk/openers/nothing/confirm",
    "/desk/openers/{opener:str}/remove": "/desk/openers/nothing/remove",
    "/desk/bids/{case:str}/result": "/desk/bids/nothing/result",
    "/desk/bids/{case:str}/offline": "/desk/bids/nothing/offline",
    "/desk/cases/{case:str}/take-in": "/desk/cases/nothing/take-in",
    "/desk/cases/{case:str}/take-in-challenge": "/desk/cases/nothing/take-in-challenge",
    "/desk/cases/{case:str}/challenges/{challenge:str}/let-go": "/desk/cases/nothing/challenges/nothing/let-go",
    "/desk/bids/{case:str}": "/desk/bids/nothing",
    "/desk/bids/{case:str}/challenge": "/desk/bids/nothing/challenge",
    "/desk/bids/{case:str}/question": "/desk/bids/nothing/question",
    "/desk/bids/{case:str}/receipts/{name:str}": "/desk/bids/nothing/receipts/1",
    "/desk/details/receipts/{name:str}": "/desk/details/receipts/nothing",
    "/desk/bids/{case:str}/secrets": "/desk/bids/nothing/secrets",
    "/desk/bids/{case:str}/sign": "/desk/bids/nothing/sign",
    "/desk/bids/{case:str}/withdraw": "/desk/bids/nothing/withdraw",
    "/debrief/{token:str}": "/debrief/nobody",
    "/debrief/{token:str}/ask": "/debrief/nobody/ask",
    "/debrief/{token:str}/others": "/debrief/nobody/others",
    "/debrief/{token:str}/challenge": "/debrief/nobody/challenge",
    "/debrief/{token:str}/proofs/{name:str}": "/debrief/nobody/proofs/bid.tlog-proof",
    "/debrief/{token:str}/receipts/{name:str}": "/debrief/nobody/receipts/1",
    "/desk/people/{person:str}/bar": "/desk/people/nobody/bar",
    "/desk/people/{person:str}/keys": "/desk/people/nothing/keys",
}


def test_every_route_sends_the_headers(client: Client) -> None:
    paths = sorted(route.path for route in client.app.routes)
    assert len(paths) > 20
    for path in paths:
        assert "{" not in path or path in EXAMPLES, f"give an example address for {path}"
        for method in ("GET", "HEAD", "OPTIONS", "POST", "DELETE"):
            answer = client.request(method, EXAMPLES.get(path, path))
            assert answer.status_code < 500, (method, path)
            for name, value in headers.HEADERS.items():
                assert answer.headers.get(name) == value, (method, path, name)


@pytest.mark.parametrize("address", ["/nothing", "/log/-1", "/decisions?page=0", "/tile/%2e%2e/policy"])
@pytest.mark.parametrize("accept", ["text/html", "application/json", "*/*", ""])
def test_errors_send_the_headers_too(client: Client, address: str, accept: str) -> None:
    answer = client.get(address, headers={"accept": accept})
    assert answer.status_code in {400, 404}
    assert answer.headers["content-security-policy"] == headers.POLICY
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_a_fault_of_ours_sends_the_headers_and_tells_nothing(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    # Routes of its own: those that a process reads once are those of every other test.
    monkeypatch.setattr(app_module, "_routed", app_module._routed.__wrapped__)

    @get("/broken", sync_to_thread=False)
    def broken() -> None:
        raise ZeroDivisionError("a secret of the inside")

    app: Litestar = create_app(town.register)
    app.register(broken)
    with TestClient(app, raise_server_exceptions=False) as client:
        for accept in ("text/html", "application/json"):
            answer = client.get("/broken", headers={"accept": accept})
            assert answer.status_code == 500
            assert answer.headers["content-security-policy"] == headers.POLICY
            assert "secret" not in answer.text
            assert "Traceback" not in answer.text


def test_no_inline_script_or_style_is_allowed() -> None:
    assert "unsafe" not in headers.POLICY
    assert headers.POLICY.startswith("default-src 'none'; ")
    for directive in ("style-src 'self'", "script-src 'self'", "base-uri 'none'", "frame-ancestors 'none'"):
        assert directive in headers.POLICY


def test_over_tls_the_browser_is_told_to_stay_there(town: Town) -> None:
    with TestClient(create_app(town.register), base_url="https://register.example") as client:
        assert client.get("/about").headers["strict-transport-security"] == headers.HSTS
