"""What goes wrong for people who did nothing wrong: each page says what happened and what to do, and keeps what they typed."""

from __future__ import annotations

import base64
import html
import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from litestar.testing import TestClient

from fairplace.accounts.sessions import Sessions
from fairplace.http.app import HERE
from fairplace.http.guard import cookie_name
from fairplace.terms import instant
from fairplace.workroom import Workroom
from tests.filing import made
from tests.http.opened import Client, Desk
from tests.http.test_bids import Market, market
from tests.office import ROOT, Office, open_office, signer
from tests.story import BIRCH, OFFICER

__all__ = ["market"]

WORDS = 'It is needed no more. <script>alert(1)</script> "Maya\u202e" & more'
END = {"do": "save", "ground": "other", "reason": WORDS}


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with open_office(tmp_path / "register", until="asked") as office:
        office.register.follow()
        yield Desk(office)


def again(desk: Desk, client: Client, page: Any) -> Any:
    """Send what the page gives back, as its button does."""
    [form] = re.findall(r'<form action="([^"]+)" method="post">\s*(<input.*?)<button', page.text, re.DOTALL)
    sent: dict[str, list[str]] = {}
    for name, value in re.findall(r'name="([^"]+)" value="([^"]*)"', form[1]):
        sent.setdefault(name, []).append(html.unescape(value))
    headers = {"sec-fetch-site": "same-origin", "accept": "text/html"}
    return client.post(form[0], data=sent, headers=headers, follow_redirects=False)


def end(desk: Desk, key: str) -> None:
    """Their session ends, wherever they are signed in."""
    desk.sessions.end_all(desk._people[key].id)


def sign_in(desk: Desk, client: Client, key: str) -> None:
    """In another tab of the same browser."""
    client.cookies.set(cookie_name(HERE), desk.sessions.begin(desk._people[key]))


def test_words_outlive_a_session_and_a_file_that_closed(desk: Desk) -> None:
    case, key = desk.office.case, OFFICER.key
    client, address = desk.opened(key, case), f"/desk/cases/{case}/end"
    session = desk.sessions.get(client.cookies[cookie_name(HERE)])
    assert session is not None
    end(desk, key)
    sent = {"token": session.csrf, **END}
    headers = {"sec-fetch-site": "same-origin", "accept": "text/html"}
    page = client.post(address, data=sent, headers=headers, follow_redirects=False)
    assert page.status_code == 401
    assert "You were signed out" in page.text
    assert f'href="/sign-in?next={address}"' in page.text
    assert "<script>alert" not in page.text
    assert page.headers["cache-control"] == "no-store"
    assert again(desk, client, page).status_code == 401, "nobody has signed in yet"
    sign_in(desk, client, key)
    page = again(desk, client, page)
    assert (page.status_code, "This page was open too long" in page.text) == (403, True)
    page = again(desk, client, page)
    assert (page.status_code, "The file was closed" in page.text) == (403, True)
    assert f'href="/desk/cases/{case}"' in page.text
    client = opened_again(desk, client, case)
    assert again(desk, client, page).headers["location"] == f"/desk/cases/{case}"
    draft = Workroom(desk.office.register).drafts.get(case, "end")
    assert draft is not None
    assert draft.written["reason"] == [WORDS]


def opened_again(desk: Desk, client: Client, case: str) -> Client:
    """The file, opened in another tab of the same session."""
    other = desk.opened(OFFICER.key, case)  # it begins a session of its own
    secret = other.cookies[cookie_name(HERE)]
    session, old = desk.sessions.get(secret), desk.sessions.get(client.cookies[cookie_name(HERE)])
    assert session is not None
    assert old is not None
    client.cookies.set(cookie_name(HERE), secret)
    return Again(client, old.csrf, session.csrf)  # type: ignore[return-value]


class Again:
    """A browser in which the page that was loaded before has the token of the session that is there now."""

    def __init__(self, client: Client, old: str, new: str) -> None:
        self._client, self._old, self._new = client, old, new

    def post(self, address: str, *, data: dict[str, Any], **more: Any) -> Any:
        data = {name: [self._new if one == self._old else one for one in values] for name, values in data.items()}
        return self._client.post(address, data=data, **more)


def test_where_nothing_was_typed_one_signs_in_and_goes_on(desk: Desk) -> None:
    client = TestClient(desk.app, base_url=HERE, raise_server_exceptions=False)
    for fields, site in (({}, "same-origin"), ({"token": "x", "do": "save"}, "same-origin"), (END, "cross-site")):
        headers = {"sec-fetch-site": site, "accept": "text/html"}
        answer = client.post(
            f"/desk/cases/{desk.office.case}/end", data=fields, headers=headers, follow_redirects=False
        )
        assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in?next=/desk"), fields
        assert "needed no more" not in answer.text
    for address in ("/desk/keys", "/desk/sign/x", "/desk/recoveries"):
        headers = {"sec-fetch-site": "same-origin", "accept": "text/html"}
        answer = client.post(address, data={"line": "made by a script"}, headers=headers, follow_redirects=False)
        assert answer.status_code == 303, address


def test_a_bid_that_was_typed_while_the_session_ended_comes_back_without_its_file(market: Market) -> None:
    client = market.provider(BIRCH)
    session = market.desk.sessions.get(next(iter(client.cookies.values())))
    assert session is not None
    market.desk.sessions.end_all(session.person.id)
    headers = {"sec-fetch-site": "same-origin", "accept": "text/html"}
    files = {"document": ("bid.pdf", b"%PDF-1.7", "application/pdf")}
    sent = {"token": session.csrf, "provider_name": "Birch Care", "price": "4,800"}
    page = client.post(market.address, data=sent, files=files, headers=headers, follow_redirects=False)
    assert page.status_code == 401
    assert 'name="price" value="4,800"' in page.text
    assert "Choose the file again" in page.text


def test_a_key_that_is_revoked_in_mid_work_signs_nothing_and_the_draft_stays(desk: Desk) -> None:
    case = desk.office.case
    client = desk.opened(OFFICER.key, case)
    sent = {"do": "sign", "evidence": "signed-by-party", "conflicts": "None seen since.", "steps": "All declare."}
    filled = desk.send(client, f"/desk/cases/{case}/conflicts", **sent)
    assert filled.status_code == 303, filled.text
    act = filled.headers["location"]
    text = re.search(r'data-text="([^"]+)"', client.get(act).text)
    assert text is not None
    desk.office.register.revoke(signer(OFFICER.key).vkey.text, reason="lost", admin=signer(ROOT))
    size = desk.office.register.reader.size
    page = client.get(act)
    assert page.status_code == 403
    assert "was revoked at entry" in page.text
    assert "have it recovered, or enrol another" in page.text
    line = signer(OFFICER.key).line(base64.b64decode(html.unescape(text[1]))).rstrip("\n")
    assert desk.send(client, act, line=line).status_code == 403
    assert desk.office.register.reader.size == size
    assert "lost" in client.get("/desk/keys").text
    draft = Workroom(desk.office.register).drafts.get(case, "conflicts")
    assert draft is not None
    assert draft.written["conflicts"] == ["None seen since."]


def test_of_two_tabs_the_second_to_save_is_told_and_loses_nothing(desk: Desk) -> None:
    case = desk.office.case
    client, address = desk.opened(OFFICER.key, case), f"/desk/cases/{case}/end"
    version = re.search(r'name="version" value="(\d+)"', client.get(address).text)
    assert version is not None
    assert desk.send(client, address, **END, version=version[1]).status_code == 303
    second = desk.send(client, address, **{**END, "reason": "Typed in the other tab."}, version=version[1])
    assert second.status_code == 409
    assert "Typed in the other tab." in second.text
    assert "This draft was saved meanwhile by you, in another window" in second.text
    assert "What was saved meanwhile." in second.text
    assert WORDS in html.unescape(second.text)
    newer = re.search(r'name="version" value="(\d+)"', second.text)
    assert newer is not None
    assert desk.send(client, address, **{**END, "reason": "Both."}, version=newer[1]).status_code == 303
    assert "Both." in client.get(address).text
    Workroom(desk.office.register).drafts.drop(case, "end")
    gone = desk.send(client, address, **END, version="3")
    assert (gone.status_code, "signed or put away meanwhile" in gone.text, WORDS in html.unescape(gone.text)) == (
        409,
        True,
        True,
    )


def test_a_time_that_is_still_to_come_is_no_report_and_the_words_stay(desk: Desk) -> None:
    """Somebody's own clock is wrong, or they mistook the day."""
    case = desk.office.case
    client = desk.opened(OFFICER.key, case)
    sent = {**END, "reason": "It is needed no more.", "do": "sign", "evidence": "portal-export"}
    when = {"happened_at-day": "1", "happened_at-month": "1", "happened_at-year": "2030", "happened_at-time": "09:00"}
    page = desk.send(client, f"/desk/cases/{case}/end", **sent, **when)
    assert page.status_code == 422
    assert "There is a problem" in page.text
    assert "It is needed no more." in page.text
    assert 'value="2030"' in page.text


@pytest.mark.parametrize("state", ["never", "cut", "used", "old", "foreign", "back"])
def test_an_invitation_that_opens_nothing_says_what_to_do(desk: Desk, state: str, tmp_path: Path) -> None:
    accounts = desk.accounts
    link = accounts.invite(name="Nia", email="nia@council.example", roles=("officer",))
    says = "open it again from the message"
    if state == "used":
        with accounts.database.writing() as connection:
            accounts.accept(connection, accounts.invitation(link))
        says = "used already; sign in, or ask whoever invited you"
    elif state == "old":
        assert desk.office.clock is not None
        desk.office.clock.now += timedelta(days=60)
        says = "too old; ask whoever invited you for a new one"
    elif state == "back":
        accounts.take_back_invitation(accounts.invitation(link).handle, by=None)
        says = "his link was taken back; ask whoever invited you"
    elif state == "foreign":
        with open_office(tmp_path / "other") as other:
            link = Workroom(other.register).accounts.invite(name="Nia", email="nia@b.example", roles=("officer",))
    elif state == "cut":
        link = link[:-3]
    else:
        link = "never"
    client = TestClient(desk.app, base_url=HERE, raise_server_exceptions=False)
    page = client.get(f"/welcome/{link}", headers={"accept": "text/html"})
    assert page.status_code == 404
    assert says in page.text
    assert "Nia" not in page.text
    assert page.headers["cache-control"] == "no-store"


FILES = {
    "empty": ("bid.pdf", b""),
    "disguised": ("bid.pdf", b"MZ\x90\x00 a program"),
    "macros": ("bid.docx", made.changed(made.docx(), {"word/vbaProject.bin": b"x"})),
    "cut": ("bid.docx", made.docx()[:-40]),
    "page": ("bid.pdf", b"<html><script>alert(1)</script>"),
}
"""Files that nobody takes in, by what is wrong with them."""


@pytest.mark.parametrize("what", FILES)
def test_a_file_that_is_none_is_refused_in_one_sentence_and_the_words_stay(market: Market, what: str) -> None:
    name, data = FILES[what]
    bidder, officer = market.provider(BIRCH), market.desk.opened(OFFICER.key, market.case)
    size = market.office.register.reader.size
    case = f"/desk/cases/{market.case}"
    challenge = {"kind": "complaint", "ground": "time-limits", "words": "Kept words", "remedy": "re-run", "name": "Bea"}
    for client, address, field, fields in (
        (bidder, market.address, "document", {"provider_name": "Kept words"}),
        (bidder, f"{market.address}/challenge", "evidence", challenge),
        (officer, f"{case}/take-in", "document", {"provider_name": "Kept words", "provider_id": "GB-COH-1"}),
        (officer, f"{case}/documents/new", "file", {"kind": "note"}),
        (officer, f"{case}/plan/notice", "file", {"do": "choose"}),
    ):
        answer = market.desk.send(client, address, files={field: (name, data)}, **fields)
        told = (what, address, answer.status_code)
        assert answer.status_code in (400, 422), told
        assert "There is a problem" in answer.text, told
        assert "<script>alert" not in answer.text, told
        assert "Traceback" not in answer.text, told
        assert ("Kept words" in answer.text) == ("Kept words" in fields.values()), told
    assert market.office.register.reader.size == size


def test_a_file_past_the_limit_is_cut_off_and_says_how_much_is_taken(market: Market) -> None:
    most = market.office.register.settings.limits.document
    for client, address, field in (
        (market.provider(BIRCH), market.address, "document"),
        (market.desk.opened(OFFICER.key, market.case), f"/desk/cases/{market.case}/documents/new", "file"),
        (market.desk.opened(OFFICER.key, market.case), f"/desk/cases/{market.case}/workbook", "workbook"),
    ):
        data = b"%PDF-1.7" + bytes(most + 2_000_000)
        answer = market.desk.send(client, address, files={field: ("large.pdf", data)}, kind="note")
        assert answer.status_code in (413, 422), address
        assert "send less, or in parts" in answer.text or "at most" in answer.text or "smaller" in answer.text, address


def test_sessions_end_for_everybody_by_the_registers_clock_and_not_by_ones_own(desk: Desk) -> None:
    office: Office = desk.office
    client = desk.client(OFFICER.key)
    assert office.clock is not None
    assert "My work" in client.get("/desk", headers={"date": "Thu, 01 Jan 1970 00:00:00 GMT"}).text
    office.clock.now += timedelta(minutes=31)
    assert client.get("/desk", follow_redirects=False, headers={"accept": "text/html"}).status_code == 303
    assert instant(office.clock.now) > "2026"
    assert isinstance(desk.sessions, Sessions)
