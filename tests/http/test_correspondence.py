"""The correspondence of a case: seen by those who answer for it, once the file is open, and never with a link in it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from litestar import Litestar

from fairplace.http.app import create_app
from fairplace.post.letter import MARK, letter
from fairplace.workroom import Workroom
from tests.http.desks import Desk
from tests.http.town import build

HOSTILE = "Your bid <script>alert(1)</script>"


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    town = build(tmp_path_factory.mktemp("correspondence") / "register")
    yield Desk(town)
    town.register.close()


@pytest.fixture(scope="module")
def app(desk: Desk) -> Litestar:
    return create_app(desk.register)


def test_messages_stand_in_the_file_of_their_case_with_what_became_of_them(desk: Desk, app: Litestar) -> None:
    case, other = desk.register.reader.cases()[:2]
    outbox = Workroom(desk.register).outbox
    outbox.put(case, "debrief", letter("ada@provider.example", f"{HOSTILE}\n\nRead it: {MARK}"), link="canary-link")
    address = f"/desk/cases/{case}/correspondence"
    for role in ("evaluator", "moderator", "key-admin", "provider"):
        assert desk.client(app, role).get(address).status_code == 403, role
    client = desk.client(app, "officer")
    closed = client.get(address).text
    assert "Open this case file" in closed
    assert "ada@provider.example" not in closed
    desk.open_file(client, "officer", case)
    shown = client.get(address)
    assert "Waiting" in shown.text
    assert "ada@provider.example" in shown.text
    assert "names no mail server" in shown.text
    assert "the link, which is not kept here" in shown.text
    assert "<script>alert" not in shown.text
    assert "canary-link" not in shown.text
    assert shown.headers["cache-control"] == "no-store"
    desk.open_file(client, "officer", other)
    assert "ada@provider.example" not in client.get(f"/desk/cases/{other}/correspondence").text

    taken = outbox.take()
    assert taken is not None
    outbox.hindered(taken.message, "550 no <such> person", for_good=True)
    assert "550 no &lt;such&gt; person" in client.get(address).text
    for wrong in (f"{address}/nothing/again", f"/desk/cases/{other}/correspondence/{taken.message.id}/again"):
        assert desk.post(client, wrong).status_code == 404
    assert desk.post(client, f"{address}/{taken.message.id}/again").status_code == 303
    assert outbox.is_due()
