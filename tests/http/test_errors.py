"""What goes wrong is one clear sentence with the right status, and never 500."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fairplace.http.app import create_app
from tests.http.conftest import Client
from tests.http.town import Town
from tests.matrix import many

UUID = "00000000-0000-4000-8000-000000000000"

NOT_THERE = [
    "/nothing",
    f"/decisions/{UUID}",
    f"/decisions/{UUID}.json",
    f"/decisions/{UUID.upper()}",
    f"/decisions/{UUID}%00",
    "/decisions/..%2f..%2fsecrets",
    "/decisions/%ff%fe",
    "/decisions/' OR 1=1 --",
    "/decisions/" + "a" * 5000,
    "/decisions/.json",
    f"/challenges/{UUID}",
    "/challenges/1",
    "/providers/nobody",
    "/providers/a%00b",
    "/providers/" + "a" * 300,
    "/providers/..%2f..%2fetc%2fpasswd",
    "/rules/XX-99",
    "/rules/et-01",
    "/rules/ET-01%0d%0aSet-Cookie:x=1",
    "/log/9999999",
    "/log/-1",
    "/log/01",
    "/log/1.5",
    "/log/1e3",
    "/log/" + "9" * 400,
    "/log/²",
    "/log/0.tlog-proofs",
    "/log/x.entry",
    "/static/../fairplace.toml",
    "/static/%2e%2e%2ffairplace.toml",
    "/static/BUILT",
    "/static/nothing.css",
    "/fairplace.toml",
    "/register.sqlite",
    "/secrets/log.seed",
    "/documents/" + "a" * 64,
]


@pytest.mark.parametrize("address", NOT_THERE)
def test_what_is_not_there_is_404(client: Client, address: str) -> None:
    answer = client.get(address, headers={"accept": "text/html"})
    assert answer.status_code == 404, answer.text[:200]
    assert address.endswith(".json") or "There is nothing at this address" in answer.text
    assert client.get(address, headers={"accept": "application/json"}).json()["status"] == 404


REFUSED = [
    "/decisions?page=0",
    "/decisions?page=-1",
    "/decisions?page=x",
    "/decisions?page=99999999999999999999",
    "/decisions?state=%27%3Bdrop",
    "/decisions?q=" + "a" * 201,
    "/challenges?state=A",
    "/challenges?page=1.5",
]


@pytest.mark.parametrize("address", REFUSED)
def test_what_cannot_be_read_is_400(client: Client, address: str) -> None:
    answer = client.get(address)
    assert answer.status_code == 400, answer.text[:200]
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert (problem["type"], problem["title"], problem["status"]) == ("about:blank", "Bad Request", 400)
    assert problem["detail"]


SEARCHES = [
    '"',
    "'",
    "*",
    "NEAR(a b)",
    "a AND",
    "(",
    "%",
    "_",
    "\\",
    "a\x00b",
    "ß",
    "\u202eabc",
    "🏠",
    "-1",
    "a" * 200,
    ":",
    "{}",
]


@pytest.mark.parametrize("words", SEARCHES)
def test_a_search_is_words_and_no_language(client: Client, words: str) -> None:
    answer = client.get(f"/decisions?q={quote(words)}")
    assert answer.status_code == 200
    assert client.get(f"/decisions.json?q={quote(words)}").json()["total"] >= 0


@pytest.mark.parametrize("query", ["q=%ff", "q=%c3%28", "utm_source=x&y[]=1&z", "q=a&q=b", "&&&=", "%00=1"])
def test_odd_and_unknown_parameters_do_no_harm(client: Client, query: str) -> None:
    for page in ("/", "/decisions", "/about", "/log"):
        assert client.get(f"{page}?{query}").status_code == 200


def test_a_browser_gets_a_page_and_a_program_a_problem(client: Client) -> None:
    page = client.get("/nothing", headers={"accept": "text/html,application/xhtml+xml,*/*;q=0.8"})
    assert page.headers["content-type"].startswith("text/html")
    assert (
        client.get("/nothing.json", headers={"accept": "text/html"}).headers["content-type"]
        == "application/problem+json"
    )
    assert client.get("/nothing").headers["content-type"] == "application/problem+json"


def test_a_wrong_method_is_405(client: Client) -> None:
    for method in ("POST", "PUT", "PATCH", "DELETE"):
        assert client.request(method, "/decisions").status_code == 405


FORM = "multipart/form-data; boundary=x"
BODIES = [
    (b"garbage", FORM, 400),
    (b"--x\r\n", FORM, 400),
    (b'--x\r\nContent-Disposition: form-data; name="proof"\r\n\r\n\xff\xfe\r\n--x--\r\n', FORM, 400),
    (b'--x\r\nContent-Disposition: form-data; name="proof"\r\n\r\nhello', FORM, 400),
    (b"garbage", "multipart/form-data", 400),
    (b"{}", "application/json", 400),
    (b"[" * 200_000, "application/json", 400),
    (b"proof=x", "application/x-www-form-urlencoded", 400),
    (b"\x00" * 300, "text/plain", 400),
    (b"a" * 1_100_000, FORM, 400),
]


@pytest.mark.parametrize(("body", "media", "status"), BODIES)
def test_a_malformed_body_is_the_senders_fault(client: Client, body: bytes, media: str, status: int) -> None:
    answer = client.post("/verify", content=body, headers={"content-type": media})
    assert answer.status_code == status, answer.text[:200]
    assert answer.json()["detail"]


def test_a_body_without_end_is_refused_by_its_size(client: Client) -> None:
    sent = 0

    def endless() -> object:
        nonlocal sent
        yield b'--x\r\nContent-Disposition: form-data; name="proof"\r\n\r\n'
        while sent < 70_000_000:
            sent += 1 << 20
            yield b"a" * (1 << 20)

    answer = client.post("/verify", content=endless(), headers={"content-type": FORM})
    assert answer.status_code == 413
    assert re.search(r"more was sent than the [0-9.]+ MB that are taken here", answer.json()["detail"])


def test_what_is_wrong_in_an_address_is_said_in_our_words(client: Client) -> None:
    for page in ("0", "99999", "1.5", "<b>"):
        detail = client.get("/decisions.json", params={"page": page}).json()["detail"]
        assert detail == "a list has the pages 1 to 500; what lies further back is found by a search"
    assert "Validation" not in client.get("/decisions?page=99999", headers={"accept": "text/html"}).text


@settings(max_examples=many(300), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    page=st.sampled_from(
        ["decisions", "challenges", "providers", "rules", "log", "static", "checkpoints", "tile", "disclosures"]
    ),
    rest=st.text(max_size=40),
    query=st.text(max_size=40),
)
def test_no_address_is_our_fault(client: Client, page: str, rest: str, query: str) -> None:
    encoded = quote(rest.encode("utf-8", "surrogatepass"), safe="/.")
    asked = quote(query.encode("utf-8", "surrogatepass"))
    answer = client.get(f"/{page}/{encoded}?q={asked}&from={asked}", follow_redirects=False)
    assert answer.status_code in {200, 400, 404}


async def test_a_line_that_breaks_while_a_form_comes_is_no_fault_of_ours(
    town: Town, capfd: pytest.CaptureFixture[str]
) -> None:
    app = create_app(town.register)
    parts = iter([{"type": "http.request", "body": b"reading=1&", "more_body": True}, {"type": "http.disconnect"}])
    said: list[dict[str, Any]] = []

    async def receive() -> Any:
        return next(parts)

    async def send(message: Any) -> None:
        said.append(message)

    headers = [(b"host", b"testserver.local"), (b"content-type", b"application/x-www-form-urlencoded")]
    headers += [(b"sec-fetch-site", b"same-origin"), (b"content-length", b"100")]
    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "POST", "scheme": "http",
        "path": "/verify", "raw_path": b"/verify", "query_string": b"", "root_path": "", "headers": headers,
        "client": ("127.0.0.1", 1), "server": ("127.0.0.1", 2), "state": {},
    }  # fmt: skip
    await app(scope, receive, send)  # type: ignore[arg-type]  # a scope as a server makes it
    assert said[0]["status"] == 400
    assert "request failed" not in "".join(capfd.readouterr())
