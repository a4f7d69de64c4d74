"""An office on disk whose people have accounts, and its pages."""

from __future__ import annotations

import base64
import re
from html import unescape

from httpx import Response
from litestar import Litestar
from litestar.testing import TestClient

from fairplace.accounts.sessions import Sessions
from fairplace.http.app import HERE, create_app
from fairplace.http.guard import cookie_name
from fairplace.workroom import Workroom
from tests.office import Office, signer
from tests.story import APPROVER, EVALUATORS, MODERATOR, MONITORING, OFFICER


class Building:
    """An office whose people have accounts, and its pages."""

    def __init__(self, office: Office) -> None:
        self.office = office
        self.accounts = Workroom(office.register).accounts
        self.app = create_app(office.register)
        self.people = {}
        for actor, name in ((OFFICER, "Olga"), (EVALUATORS[0], "Eva"), (EVALUATORS[1], "Priya"), (MODERATOR, "Mo"),
                            (APPROVER, "Asha"), (MONITORING, "Lin")):  # fmt: skip
            link = self.accounts.invite(name=name, email=f"{name}@council.example", roles=tuple(actor.roles))
            with self.accounts.database.writing() as connection:
                person = self.accounts.accept(connection, self.accounts.invitation(link))
            self.accounts.keep_key(person.id, signer(actor.key).vkey.text, "laptop", tuple(actor.roles))
            for asked in self.accounts.requests():
                self.accounts.decide(asked.id, "console", "confirmed")
            self.people[actor.key] = person

    def client(self, key: str) -> TestClient[Litestar]:
        client = TestClient(self.app, base_url=HERE, raise_server_exceptions=False)
        client.cookies.set(cookie_name(HERE), Sessions(self.accounts).begin(self.people[key]))
        return client

    def post(self, client: TestClient[Litestar], address: str, **fields: str) -> Response:
        """Send a form as a page of this site would."""
        session = Sessions(self.accounts).get(client.cookies[cookie_name(HERE)])
        assert session is not None
        sent = {"token": session.csrf, **fields}
        return client.post(address, data=sent, headers={"sec-fetch-site": "same-origin"}, follow_redirects=False)

    def opened(self, key: str) -> TestClient[Litestar]:
        """A client whose session has opened the file of the case."""
        client, address = self.client(key), f"/desk/cases/{self.office.case}"
        answer = self.signed_request(client, client.get(address).text)
        assert answer.status_code == 303, answer.text
        return client

    def signed_request(self, client: TestClient[Litestar], page: str, **fields: str) -> Response:
        """Sign the request to read that a page carries, as its script would."""
        [question] = re.findall(r'name="question" value="([^"]+)"', page)
        [text] = re.findall(r'data-text="([^"]+)"', page)
        [key] = re.findall(r'data-sign="([^+"]+)', page)
        line = signer(key).line(base64.b64decode(unescape(text))).rstrip("\n")
        sent = {"question": unescape(question), "line": line, **fields}
        return self.post(client, f"/desk/cases/{self.office.case}/file", **sent)
