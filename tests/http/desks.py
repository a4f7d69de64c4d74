"""A register with somebody of each role, signed in: for tests of what people see at the desk."""

from __future__ import annotations

import base64
import re
from html import unescape

from httpx import Response
from litestar import Litestar
from litestar.testing import TestClient

from fairplace.accounts.model import Person
from fairplace.accounts.sessions import Sessions
from fairplace.http.app import HERE
from fairplace.http.guard import cookie_name
from fairplace.ledger.note import Signer
from fairplace.on_disk import Register
from fairplace.workroom import Workroom
from tests.http.town import Town

ROLES = ("officer", "evaluator", "moderator", "approver", "monitoring", "key-admin")


class Desk:
    """A register with somebody of each role."""

    def __init__(self, town: Town, site: str = HERE) -> None:
        self._cookies = {cookie_name(HERE), cookie_name(site)}  # the port of the site stands in its name
        self.register: Register = town.register
        room = Workroom(town.register)
        self.accounts, self.sessions = room.accounts, Sessions(room.accounts)
        self.people: dict[str, Person] = {}
        self.keys: dict[str, Signer] = {}
        for number, role in enumerate((*ROLES, "provider")):
            provider = "GB-COH-01234567" if role == "provider" else None
            kind = "provider" if provider else "officer"
            link = self.accounts.invite(name=role, email=f"{role}@council.example", roles=(role,), provider=provider)
            with self.accounts.database.writing() as connection:
                person = self.accounts.accept(connection, self.accounts.invitation(link))
            key = Signer(f"{town.register.domain}/{kind}/matrix{number}", bytes([number + 1]) * 32)
            self.accounts.keep_key(person.id, key.vkey.text, "laptop", (role,))
            town.register.enrol(key.vkey.text, role, holder=f"{role} of the matrix", provider=provider, admin=town.root)
            self.people[role], self.keys[role] = person, key

    def client(self, app: Litestar, role: str | None) -> TestClient[Litestar]:
        client = TestClient(app, base_url=HERE, raise_server_exceptions=False)
        if role is not None:
            secret = self.sessions.begin(self.people[role])
            for name in self._cookies:
                client.cookies.set(name, secret)
        return client

    def token(self, client: TestClient[Litestar]) -> str:
        found = self.sessions.get(client.cookies[cookie_name(HERE)])
        assert found is not None
        return found.csrf

    def post(self, client: TestClient[Litestar], address: str, **fields: str) -> Response:
        """Send a form as a page of this site would."""
        sent = {"token": self.token(client), **fields}
        return client.post(address, data=sent, headers={"sec-fetch-site": "same-origin"}, follow_redirects=False)

    def open_file(self, client: TestClient[Litestar], role: str, case: str) -> None:
        """Sign the request to read a case file, as the script of the page would."""
        page = client.get(f"/desk/cases/{case}").text
        question = re.search(r'name="question" value="([^"]+)"', page)
        text = re.search(r'data-text="([^"]+)"', page)
        assert question is not None
        assert text is not None
        line = self.keys[role].line(base64.b64decode(unescape(text[1]))).rstrip("\n")
        answer = self.post(client, f"/desk/cases/{case}/file", question=unescape(question[1]), line=line)
        assert answer.status_code == 303, answer.text
