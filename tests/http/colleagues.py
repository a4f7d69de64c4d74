"""Somebody of an authority at their desk, over HTTP: signed in, with the key on their device in the test's hand."""

from __future__ import annotations

import base64
import html
import re
from typing import Any

from litestar import Litestar
from litestar.testing import TestClient

from fairplace.accounts.sessions import Sessions
from fairplace.decision import Actor
from fairplace.http.app import HERE
from fairplace.http.guard import cookie_name
from fairplace.workroom import Workroom
from tests.office import Office, signer

SAME = {"sec-fetch-site": "same-origin"}


class Colleague:
    """One of the office's people, with an account of their own."""

    def __init__(self, office: Office, app: Litestar, who: Actor, name: str) -> None:
        room = Workroom(office.register)
        link = room.accounts.invite(
            name=name, email=f"{name.split(maxsplit=1)[0].lower()}@council.example", roles=tuple(who.roles)
        )
        with room.accounts.database.writing() as connection:
            self.person = room.accounts.accept(connection, room.accounts.invitation(link))
        room.accounts.keep_key(self.person.id, signer(who.key).vkey.text, "laptop", tuple(who.roles))
        self.drafts, self.room = room.drafts, room
        self.signer = signer(who.key)
        self._sessions = Sessions(room.accounts)
        self.begin(app)

    def begin(self, app: Litestar) -> None:
        """Sign in, in a browser of their own."""
        self.client = TestClient(app, base_url=HERE, raise_server_exceptions=False)
        self.client.cookies.set(cookie_name(HERE), self._sessions.begin(self.person))

    @property
    def token(self) -> str:
        found = self._sessions.get(self.client.cookies[cookie_name(HERE)])
        assert found is not None
        return found.csrf

    def get(self, address: str) -> Any:
        return self.client.get(address)

    def post(self, address: str, *, files: Any = None, **fields: Any) -> Any:
        """Send a form; where it leads is followed."""
        return self.client.post(address, data={"token": self.token, **fields}, files=files, headers=SAME)

    def open_file(self, case: str) -> None:
        """Sign the request to read it."""
        page = self.get(f"/desk/cases/{case}").text
        question = _value(page, r'name="question" value="([^"]*)"')
        text = base64.b64decode(_value(page, r'data-text="([^"]*)"'))
        answer = self.post(f"/desk/cases/{case}/file", question=question, line=self.signer.line(text).strip())
        assert "Open this case file" not in answer.text

    def sign(self, page: Any) -> Any:
        """Sign what this page shows."""
        text = base64.b64decode(_value(page.text, r'data-text="([^"]*)"'))
        done = self.post(page.url.path, line=self.signer.line(text).strip())
        assert "Signed and recorded" in done.text, text_of(done)
        return done


def text_of(page: Any) -> str:
    """The words of a page, without its markup."""
    main = page.text.rpartition("<main")[2].partition("</main>")[0]
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", main)).split())


def _value(page: str, pattern: str) -> str:
    found = re.search(pattern, page)
    assert found is not None, pattern
    return html.unescape(found[1])
