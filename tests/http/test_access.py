"""Who may come where: every address says for whom it is, and lets nobody else in."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from litestar import Litestar
from litestar.testing import TestClient

from fairplace.http.app import HERE, create_app
from fairplace.http.guard import cookie_name
from tests.http import access_table
from tests.http.access_table import handlers
from tests.http.desks import ROLES, Desk
from tests.http.test_headers import EXAMPLES
from tests.http.town import build

AUDIENCES = {"public", "from-page", "signed-in", "acting"}
ANYBODY_SENDS = {"/verify"}


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    town = build(tmp_path_factory.mktemp("desk") / "register")
    yield Desk(town)
    town.register.close()


@pytest.fixture(scope="module")
def app(desk: Desk) -> Litestar:
    return create_app(desk.register)


def test_every_address_says_for_whom_it_is(app: Litestar) -> None:
    undeclared = [
        (path, method)
        for path, method, handler in handlers(app)
        if handler.opt.get("audience") not in AUDIENCES and path not in ANYBODY_SENDS
    ]
    assert undeclared == []
    sent = {path for path, method, handler in handlers(app) if method == "POST"}
    assert {path for path in sent if path.startswith("/desk")} == {
        path
        for path, method, handler in handlers(app)
        if method == "POST" and handler.opt.get("audience") == "acting" and path.startswith("/desk")
    }


def test_every_private_address_has_a_row_in_the_matrix_and_every_row_an_address(app: Litestar) -> None:
    assert access_table.private(app) == access_table.TABLE.keys()


def private(app: Litestar) -> list[tuple[str, str]]:
    """Private addresses, with examples of nothing in them, and their methods."""
    return sorted((EXAMPLES.get(path, path), method) for method, path in access_table.private(app))


def test_nobody_comes_to_the_desk_without_signing_in(desk: Desk, app: Litestar) -> None:
    client = desk.client(app, None)
    assert len(private(app)) >= 10
    for path, method in private(app):
        page = client.request(method, path, headers={"accept": "text/html"}, follow_redirects=False)
        assert page.status_code == 303, (method, path)
        assert page.headers["location"].startswith("/sign-in?next=/"), (method, path)
        data = client.request(method, path, headers={"accept": "application/json"})
        assert data.status_code == 401, (method, path)
        assert data.json()["detail"] == "sign in to see this page"
        for answer in (page, data):
            assert answer.headers["cache-control"] == "no-store", (method, path)


@pytest.mark.parametrize("secret", ["", "made-up", "x" * 5000])
def test_a_made_up_cookie_signs_nobody_in(desk: Desk, app: Litestar, secret: str) -> None:
    client = desk.client(app, None)
    client.cookies.set(cookie_name(HERE), secret)
    assert client.get("/desk", headers={"accept": "application/json"}).status_code == 401


@pytest.mark.parametrize("role", [*ROLES, "provider"])
def test_a_role_opens_its_own_places_and_no_others(desk: Desk, app: Litestar, role: str) -> None:
    client = desk.client(app, role)
    for (method, address), who in sorted(access_table.TABLE.items()):
        path, shut = EXAMPLES.get(address, address), role not in who
        if method == "GET":
            answer = client.get(path)
            expected = {403} if shut else {404} if "nothing" in path else {200}
            assert answer.status_code in expected, (role, path, answer.status_code)
        else:
            answer = client.post(path, data={"token": desk.token(client)}, headers={"sec-fetch-site": "same-origin"})
            assert answer.status_code < 500, (role, path)
            assert (answer.status_code == 403) >= shut, (role, path)
        if shut:
            assert "ask whoever looks after the register" in answer.text
        if path == "/desk/sign-out":
            client = desk.client(app, role)


def test_what_changes_something_needs_the_token_of_this_session(desk: Desk, app: Litestar) -> None:
    client = desk.client(app, "key-admin")
    other = desk.token(desk.client(app, "officer"))
    for path, method in private(app):
        if method != "POST":
            continue
        for token in ("", "made up", other):
            answer = client.post(path, data={"token": token}, headers={"sec-fetch-site": "same-origin"})
            assert answer.status_code == 403, (path, token)
            assert "load it again" in answer.text


@pytest.mark.parametrize(
    "headers",
    [
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"sec-fetch-site": "cross-site", "origin": HERE},
    ],
)
def test_nothing_is_taken_from_a_page_of_another_site(desk: Desk, app: Litestar, headers: dict[str, str]) -> None:
    client = desk.client(app, "key-admin")
    sent = {path for path, method, _ in handlers(app) if method == "POST"} - ANYBODY_SENDS
    for path in sorted(sent):
        answer = client.post(EXAMPLES.get(path, path), data={"token": desk.token(client)}, headers=headers)
        assert answer.status_code == 403, path
        assert "another site" in answer.text


@pytest.mark.parametrize(
    ("next_", "to"),
    [
        ("/desk/keys", "/desk/keys"),
        ("https://evil.example/", "/desk"),
        ("//evil.example/", "/desk"),
        ("/\\evil.example/", "/desk"),
        ("javascript:alert(1)", "/desk"),
        ("/desk\r\nx: y", "/desk"),
        ("", "/desk"),
    ],
)
def test_signing_in_leads_to_a_page_of_this_site_only(desk: Desk, app: Litestar, next_: str, to: str) -> None:
    client = desk.client(app, "officer")
    answer = client.get("/sign-in", params={"next": next_}, follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, to)


def test_the_cookie_is_for_this_host_and_no_script(desk: Desk) -> None:
    safe = create_app(desk.register, address="https://records.council.example")
    client = TestClient(safe, base_url="https://records.council.example")
    client.cookies.set("__Host-fairplace", desk.sessions.begin(desk.people["officer"]))
    token = desk.sessions.get(client.cookies["__Host-fairplace"])
    assert token is not None
    answer = client.post("/desk/sign-out", data={"token": token.csrf}, follow_redirects=False)
    said = answer.headers["set-cookie"].lower()
    assert answer.headers["location"] == "/sign-in"
    for part in ("__host-fairplace=", "secure", "httponly", "samesite=lax", "path=/", "max-age=0"):
        assert part in said
    assert "domain=" not in said


def test_too_many_tries_are_stopped_for_a_while(desk: Desk) -> None:
    client = desk.client(create_app(desk.register), None)
    codes = [client.post("/sign-in", data={"question": "x", "answer": "{}"}).status_code for _ in range(65)]
    assert codes[0] == 422
    assert codes[-1] == 429


def test_tries_with_one_invitation_are_counted_apart_from_those_of_a_whole_office(desk: Desk) -> None:
    client = desk.client(create_app(desk.register), None)
    sent = {"question": "x", "answer": "{}", "label": "laptop"}
    codes = [client.post(f"/welcome/link-{number}", data=sent).status_code for number in range(15)]
    assert 429 not in codes
    codes = [client.post("/welcome/link-0", data=sent).status_code for _ in range(24)]
    assert 429 in codes  # whenever the minute turns that is counted by


def test_a_case_file_is_closed_until_a_signed_request_is_in_the_log(desk: Desk, app: Litestar) -> None:
    """What is sealed stands in no page before; and what somebody else opened is not open for another."""
    client = desk.client(app, "officer")
    sealed = {"Forty families", "Larchfield", "Harbour House"}
    size = desk.register.reader.size
    for case in desk.register.reader.cases():
        for path in (f"/desk/cases/{case}", f"/desk/cases/{case}/award", f"/desk/cases/{case}/checks"):
            answer = client.get(path)
            assert answer.status_code == 200, path
            assert "Open this case file" in answer.text, path
            assert not [word for word in sealed if word in answer.text], path
        token = {"token": desk.token(client)}
        for line in ("", "nonsense", "— a b"):
            sent = {**token, "question": "made up", "line": line}
            answer = client.post(f"/desk/cases/{case}/file", data=sent, headers={"sec-fetch-site": "same-origin"})
            assert answer.status_code == 422, path
        filled = client.post(
            f"/desk/cases/{case}/award", data={**token, "do": "sign"}, headers={"sec-fetch-site": "same-origin"}
        )
        assert "Open this case file" in filled.text
    assert desk.register.reader.size == size
