"""People at the desk of a real register, with their files open: each signed in, and with a key that the register knows."""

from __future__ import annotations

import base64
import html
import re
from typing import Any

from httpx import Response
from litestar import Litestar
from litestar.testing import TestClient

from fairplace.accounts.model import Person
from fairplace.accounts.sessions import Sessions
from fairplace.http.app import HERE, create_app
from fairplace.http.guard import cookie_name
from fairplace.ledger.note import Signer
from fairplace.workroom import Workroom
from tests.office import Office, signer

Client = TestClient[Litestar]


class Desk:
    """The desk of an office: whoever has a key there can sit down at it."""

    def __init__(self, office: Office) -> None:
        self.office = office
        room = Workroom(office.register)
        self.accounts, self.sessions = room.accounts, Sessions(room.accounts)
        self.app = create_app(office.register)
        self._people: dict[str, Person] = {}

    def client(self, key: str) -> Client:
        """Somebody signed in, with this key; the file of no case is open yet."""
        made = TestClient(self.app, base_url=HERE, raise_server_exceptions=False)
        made.cookies.set(cookie_name(HERE), self.sessions.begin(self._person(key)))
        return made

    def opened(self, key: str, case: str) -> Client:
        """The same with the file of a case open, by a signed request."""
        made = self.client(key)
        page = made.get(f"/desk/cases/{case}").text
        text = base64.b64decode(html.unescape(found(r'data-text="([^"]+)"', page)))
        question = found(r'name="question" value="([^"]+)"', page)
        line = self.signer(key).line(text).removesuffix("\n")
        answer = self.send(made, f"/desk/cases/{case}/file", question=question, line=line)
        assert answer.status_code == 303, answer.text
        return made

    def send(self, client: Client, path: str, files: Any = None, **fields: str) -> Response:
        """A form of a page, with the token of the session."""
        session = self.sessions.get(client.cookies[cookie_name(HERE)])
        assert session is not None
        headers = {"sec-fetch-site": "same-origin", "accept": "text/html"}
        sent = {"token": session.csrf, **fields}
        return client.post(path, data=sent, files=files, headers=headers, follow_redirects=False)

    def signer(self, key: str) -> Signer:
        return signer(key)

    def _person(self, key: str) -> Person:
        if key not in self._people:
            name = key.rsplit("/", 1)[-1]
            link = self.accounts.invite(name=f"Person {name}", email=f"{name}@council.example", roles=("officer",))
            with self.accounts.database.writing() as connection:
                self._people[key] = self.accounts.accept(connection, self.accounts.invitation(link))
            self.accounts.keep_key(self._people[key].id, signer(key).vkey.text, "laptop", ())
        return self._people[key]


def found(pattern: str, page: str) -> str:
    match = re.search(pattern, page)
    assert match is not None, page
    return match[1]
