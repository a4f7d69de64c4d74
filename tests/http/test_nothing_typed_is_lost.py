"""Every form of the desk gives back what was typed into it when its page can be taken no more: all of them, by the routes.

The list is that of the application: a form that is new is held to it without a line here, or says here why it is not.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from typing import Any

import pytest
from litestar.handlers import HTTPRouteHandler
from litestar.testing import TestClient

from fairplace.http import case_documents, demo, of_placements, verify
from fairplace.http.app import HANDLERS, HERE, SEEKING
from tests import homes, story
from tests.http.access_table import handlers
from tests.http.agents import Agents
from tests.http.opened import Client, Desk
from tests.office import open_office
from tests.placement_office import open_placements

WORDS = 'Typed with care. <script>alert(1)</script> "Maya\u202e" & more'
BROWSER = {"sec-fetch-site": "same-origin", "accept": "text/html"}

WITHOUT_WORDS = {
    "/desk/cases/{case:str}/file": "the signed request that opens the file",
    "/desk/bids/{case:str}/sign": "a signature; the bid itself is a draft by then",
    "/desk/details/sign": "a signature; the details themselves are a draft by then",
    "/desk/keys": "a key that the browser just made, and cannot send twice",
    "/desk/keys/passkeys": "what a passkey made, and cannot be sent twice",
    "/desk/keys/recovery": "a button",
    "/desk/keys/revocation": "a button and one of three reasons",
    "/desk/keys/roles": "boxes that are ticked",
    "/desk/openers": "an opener's key that the browser just made",
    "/desk/openers/cases/{case:str}": "shares that the browser opened",
    "/desk/openers/{opener:str}/confirm": "a button",
    "/desk/openers/{opener:str}/remove": "a button",
    "/desk/people/invitations/{invitation:str}": "a button",
    "/desk/recoveries": "buttons, and one of three reasons",
    "/desk/sign-out": "a button",
    "/desk/sign/{act:str}": "a signature",
}
"""Addresses to which nobody sends words of their own, and what is sent there."""

FROM_PAGE = {
    "/debrief/{token:str}": "a button",
    "/debrief/{token:str}/ask": "held to it in test_debrief.py: nobody is signed in there",
    "/debrief/{token:str}/challenge": "the same",
    "/sign-in": "what a passkey answered",
    "/welcome/{link:str}": "the same",
}


def posts(*found: HTTPRouteHandler) -> set[tuple[str, str]]:
    """The addresses to which forms are sent, each with its audience."""
    return {
        (path, str(handler.opt.get("audience")))
        for handler in found
        if "POST" in handler.http_methods
        for path in handler.paths
    }


ALL = posts(*HANDLERS, *SEEKING, *of_placements.HANDLERS, *case_documents.LARGE, *verify.CHECKING)
FORMS = sorted(path for path, audience in ALL if audience == "acting" and path not in WITHOUT_WORDS)
OF_A_FILE = [path for path in FORMS if path.startswith(("/desk/cases/{case:str}", "/desk/searches/{case:str}"))]


class Both:
    """A register of each kind, and its officer."""

    def __init__(self, desk: Desk, agents: Agents) -> None:
        self.desk, self.agents = desk, agents
        self._of_searches = {path for path, _, _ in handlers(agents.app)}
        self._of_cases = {path for path, _, _ in handlers(desk.app)}

    @property
    def addresses(self) -> set[str]:
        apps = (self.desk.app, self.agents.app)
        return {path for app in apps for path, method, _ in handlers(app) if method == "POST"}

    def officer(self, path: str) -> tuple[Client, str, str]:
        """Whoever sends the form of this address, the token of their session, and the address of a real case."""
        if path in self._of_cases:
            client, case, code = self.desk.client(story.OFFICER.key), self.desk.office.case, "tender"
            session = self.desk.sessions.get(next(iter(client.cookies.values())))
            assert session is not None
            return client, session.csrf, filled(path, case, code)
        one = self.agents.be(homes.OFFICER)
        one.begin(self.agents.app)
        return one.client, one.token, filled(path, self.agents.agency.case, "offers")

    def nobody(self, path: str) -> Client:
        app = self.desk.app if path in self._of_cases else self.agents.app
        return TestClient(app, base_url=HERE, raise_server_exceptions=False)


def filled(path: str, case: str, code: str) -> str:
    known = path.replace("{case:str}", case).replace("{code:str}", code)
    return re.sub(r"\{\w+:str\}", "nothing", known)


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Both]:
    folder = tmp_path_factory.mktemp("both")
    with open_office(folder / "cases") as office:
        office.tell("asked")
        office.register.follow()
        agency = open_placements(folder / "searches").tell("published")
        yield Both(Desk(office), Agents(agency))
        agency.close()


def given_back(page: Any, address: str) -> dict[str, list[str]]:
    """What the page would send once more, and where to."""
    assert "<script>alert" not in page.text
    [form] = re.findall(r'<form action="([^"]+)" method="post">(.*?)</form>', page.text, re.DOTALL)
    assert html.unescape(form[0]) == address
    sent: dict[str, list[str]] = {}
    for name, value in re.findall(r'name="([^"]+)" value="([^"]*)"', form[1]):
        sent.setdefault(name, []).append(html.unescape(value))
    return sent


def test_the_list_is_that_of_both_applications(both: Both) -> None:
    assert both.addresses == {path for path, _ in ALL}
    assert posts(*demo.HANDLERS) == {("/demo", "from-page")}, "a button"
    assert {path for path, audience in ALL if audience == "from-page"} == FROM_PAGE.keys()
    assert {path for path, audience in ALL if audience not in ("acting", "from-page")} == {"/verify"}, "kept nowhere"
    assert {path for path, _ in ALL} >= WITHOUT_WORDS.keys()
    assert len(OF_A_FILE) > 10


@pytest.mark.parametrize("path", FORMS)
def test_what_was_typed_comes_back_when_the_session_ended(both: Both, path: str) -> None:
    _, token, address = both.officer(path)
    page = both.nobody(path).post(address, data={"token": token, "words": WORDS, "do": "save"}, headers=BROWSER)
    assert page.status_code == 401
    assert "You were signed out" in page.text
    sent = given_back(page, address)
    assert (sent["words"], sent["do"], sent["token"]) == ([WORDS], ["save"], [""])


@pytest.mark.parametrize("path", FORMS)
def test_what_was_typed_comes_back_when_the_page_is_of_an_earlier_session(both: Both, path: str) -> None:
    """And says as whom it would be sent: another person may have signed in in this browser meanwhile."""
    client, token, address = both.officer(path)
    page = client.post(address, data={"token": "of a session that ended", "words": WORDS}, headers=BROWSER)
    assert page.status_code == 403
    assert "This page was open too long" in page.text
    assert "who is signed in here now" in page.text
    assert re.search(r'as <strong class="fp-break">Person \w+</strong>', page.text)
    sent = given_back(page, address)
    assert (sent["words"], sent["token"]) == ([WORDS], [token])


@pytest.mark.parametrize("path", OF_A_FILE)
def test_what_was_typed_comes_back_when_the_file_closed_meanwhile(both: Both, path: str) -> None:
    client, token, address = both.officer(path)
    page = client.post(address, data={"token": token, "words": WORDS, "do": "save"}, headers=BROWSER)
    assert page.status_code == 403, page.text
    assert "The file was closed" in page.text
    assert "Open the file again" in page.text
    sent = given_back(page, address)
    assert (sent["words"], sent["do"], sent["token"]) == ([WORDS], ["save"], [token])
