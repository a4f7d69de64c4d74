"""A register of placements answers from an allow-list, and nothing of a case is in any answer to an outsider."""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace
from typing import TYPE_CHECKING, cast

import pytest
from litestar import Litestar
from litestar.routes import HTTPRoute
from litestar.testing import TestClient

from fairplace.http import of_placements
from fairplace.http.app import create_app
from fairplace.receipts import proof_of
from tests.http.desks import Desk
from tests.office import ROOT, signer
from tests.placement_office import PlacementOffice, open_placements
from tests.test_of_placements import secrets_of

if TYPE_CHECKING:
    from tests.http.town import Town


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PlacementOffice]:
    with open_placements(tmp_path_factory.mktemp("placements") / "register", until="answered") as office:
        office.register.follow()
        yield office


@pytest.fixture(scope="module")
def app(office: PlacementOffice) -> Litestar:
    return create_app(office.register)


def addresses(app: Litestar) -> dict[str, str]:
    """Each address with for whom it is."""
    return {
        route.path: str(handler.opt.get("audience"))
        for route in app.routes
        if isinstance(route, HTTPRoute)
        for method, (handler, _) in route.route_handler_map.items()
        if method != "OPTIONS"
    }


def test_outsiders_have_the_addresses_of_the_list_and_no_other(app: Litestar) -> None:
    outside = {path for path, audience in addresses(app).items() if audience not in ("signed-in", "acting")}
    assert outside == {*of_placements.ALLOWED, "/"}


def test_those_who_signed_in_have_no_page_of_a_procurement(app: Litestar) -> None:
    inside = {path for path, audience in addresses(app).items() if audience in ("signed-in", "acting")}
    assert {"/desk", "/desk/keys", "/desk/people", "/desk/searches", "/desk/referrals"} <= inside
    assert inside >= of_placements.CASE
    assert not [
        path
        for path in inside - of_placements.CASE
        if path.startswith(("/desk/cases", "/desk/bids", "/desk/openers", "/desk/urgent", "/desk/awards"))
    ]


@pytest.mark.parametrize(
    "path",
    [
        "/decisions",
        "/decisions.json",
        "/index.json",
        "/log",
        "/log.json",
        "/log.zip",
        "/log/3",
        "/log/register.json",
        "/keys",
        "/providers/GB-COH-02000001",
        "/challenges",
        "/disclosures/000",
        "/tile/entries/000",
        "/tile/entries/000.p/40",
        "/desk/cases",
    ],
)
def test_what_would_tell_of_a_case_is_not_there(app: Litestar, path: str) -> None:
    with TestClient(app) as client:
        assert client.get(path).status_code == 404, path


def test_what_proves_the_log_is_there(app: Litestar, office: PlacementOffice) -> None:
    size = office.register.reader.size
    with TestClient(app) as client:
        assert client.get("/checkpoint").text.splitlines()[1] == str(size)
        assert len(client.get(f"/tile/0/000.p/{size}").content) == 32 * size
        assert client.get("/policy").text.startswith("log ")


def test_what_somebody_was_given_can_be_checked_here_and_nothing_of_the_log_comes_with_it(
    app: Litestar, office: PlacementOffice
) -> None:
    register = office.register
    index = next(one.index for one in register.reader.case(office.case) if one.type == "referral.opened/1")
    register.follow()
    proof, key = proof_of(register, index, frozenset()), register.settings.log[0].vkeys[0]
    with TestClient(app) as client:
        page = client.get("/verify").text
        assert "Nothing of a child is published here" in page
        assert "/log.zip" not in page
        told = client.post("/verify", files={"file": ("a.tlog-proof", proof)}, data={"keys": key}).text
        assert "Genuine. 5 of 5 checks passed" in told
        alone = client.post("/verify", files={"file": ("a.tlog-proof", proof)}, data={"keys": ""}).text
        assert "Partly checked" in alone
        saved = b'<!doctype html><html data-made-from="{}"><body>A page</body></html>'
        answer = client.post("/verify", files={"file": ("a.html", saved)}, data={"keys": ""})
    assert answer.status_code == 200
    assert "This is not a record that can be checked here" in answer.text
    assert "A proof comes with each receipt" in answer.text
    assert "at the foot of every page" not in answer.text


def test_no_public_page_holds_a_word_or_a_code_of_a_case(app: Litestar, office: PlacementOffice) -> None:
    secrets = secrets_of(office)
    assert len(secrets) > 30
    examples = {"/rules/{name:str}": "/rules/ET-01", "/checkpoints/{name:str}": "/checkpoints/1"}
    looked_at = 0
    with TestClient(app) as client:
        for path in sorted({*of_placements.ALLOWED, "/"}):
            answer = client.get(examples.get(path, path))
            looked_at += answer.status_code == 200
            assert answer.status_code < 500, path
            assert [secret for secret in secrets if secret in answer.content] == [], path
    assert looked_at >= 8


def test_the_rules_on_placements_are_public_and_no_others_are_asked(app: Litestar) -> None:
    with TestClient(app) as client:
        listed = client.get("/rules").text
        page = client.get("/rules/PL-12").text
        assert client.get("/rules/ET-01").status_code == 404
    assert all(f'href="/rules/PL-{n:02d}"' in listed for n in range(1, 28))
    assert "ET-01" not in listed
    assert "Was the nearest suitable home chosen" in page
    assert "the nearest suitable home is 44 miles nearer" in page, "the worked example of its page"


def test_the_front_page_says_what_is_public_and_links_to_nothing_that_is_not_there(app: Litestar) -> None:
    with TestClient(app) as client:
        page = client.get("/").text
    assert "Nothing of a child, of a home or of a single search is public" in page
    assert "Register of placements of" in page
    assert "Public register of" not in page, "nor on paper"
    for gone in ("/decisions", "/challenges", "/log", "/log.zip"):
        assert f'href="{gone}"' not in page


def test_the_desk_of_those_who_signed_in_answers_without_a_fault(app: Litestar, office: PlacementOffice) -> None:
    desk = Desk(cast("Town", SimpleNamespace(register=office.register, root=signer(ROOT))))
    for role in ("officer", "key-admin", "provider"):
        client = desk.client(app, role)
        assert client.get("/desk").status_code == 200, role
        for path, audience in addresses(app).items():
            if audience in ("signed-in", "acting") and "{" not in path:
                assert client.get(path).status_code in (200, 403, 405), (role, path)


def test_what_is_said_of_the_register_is_of_this_kind_of_register(app: Litestar) -> None:
    with TestClient(app) as client:
        for path in ("/about", "/rules", "/accessibility"):
            page = client.get(path).text
            assert "No step of this log is public" in page, path
            for untrue in ("Winners are named", "mark sheet", "are published", "This page is made from signed steps"):
                assert untrue not in page, (path, untrue)
