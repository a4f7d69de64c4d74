"""Challenges that came by letter: taken in at the desk as what they are, answered like any other, and let go."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from fairplace.challenge.events import Lodged, Withdrawn
from fairplace.decision import History
from fairplace.http import evidence
from fairplace.http.guard import File
from tests.http.opened import Desk
from tests.office import open_office
from tests.story import BIRCH, CEDAR, MONITORING, OFFICER

LETTER = {
    "provider.id": BIRCH.id, "provider.name": "Birch Care", "kind": "complaint", "ground": "scoring", "remedy": "re-score",
    "words": "Page 3 was not read", "name": "Bea Birch, director", "happened_at-day": "13", "happened_at-month": "4",
    "happened_at-year": "2026", "happened_at-time": "09:30", "once": "letter-1",
}  # fmt: skip
LET_GO = {
    "happened_at-day": "14", "happened_at-month": "4", "happened_at-year": "2026", "happened_at-time": "9:00",
}  # fmt: skip


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with open_office(tmp_path / "register", until="awarded") as office:
        office.wait_until("2026-04-14T09:00:00.000Z")
        office.register.follow()
        yield Desk(office)


def past(desk: Desk) -> History:
    return History(case=desk.office.case, events=desk.office.register.reader.case(desk.office.case))


def test_a_letter_is_taken_in_once_with_its_documents_and_let_go(desk: Desk) -> None:
    case = desk.office.case
    officer = desk.opened(OFFICER.key, case)
    address = f"/desk/cases/{case}/take-in-challenge"
    assert f'href="{address}"' in officer.get(f"/desk/cases/{case}").text
    assert "Take in a challenge" in officer.get(address).text
    file = ("letter.txt", b"Page 3 was not read")
    named = evidence.described([File("a\n- b.pdf, 1 bytes\u202etxt.pdf", "application/pdf", b"%PDF-")])
    assert [one.name for one in named] == ["a - b.pdf, 1 bytes[U+202E]txt.pdf"], "a name adds no line, and turns none"
    taken = desk.send(officer, address, **LETTER, files={"evidence": file})
    assert taken.status_code == 303, taken.text
    assert (
        desk.send(officer, address, **LETTER, files={"evidence": file}).headers["location"] == taken.headers["location"]
    )
    other = {**LETTER, "provider.id": CEDAR.id, "provider.name": "Cedar House"}
    after_back = desk.send(officer, address, **other, files={"evidence": file})
    assert after_back.status_code == 409
    assert "what stands here now is not recorded" in after_back.text
    [(recorded, event)] = past(desk).of(Lodged)
    once = re.findall(r'name="once" value="([^"]+)"', after_back.text)[0]
    assert desk.send(officer, address, **{**other, "once": once}, files={"evidence": file}).status_code == 303
    assert len(past(desk).of(Lodged)) == 2
    assert (event.evidence, event.happened_at) == ("stated-by-officer", "2026-04-13T08:30:00.000Z")
    assert "Written by Bea Birch, director." in event.words.get()
    assert "letter.txt, 19 bytes, SHA-256" in event.words.get()
    assert recorded.actor != OFFICER.key
    desk.office.register.follow()
    page = html.unescape(officer.get(taken.headers["location"]).text)
    assert "Birch Care" in page
    assert "letter.txt" in html.unescape(officer.get(f"/desk/cases/{case}/correspondence").text)
    wrong = desk.send(officer, f"{taken.headers['location']}/let-go", **{**LET_GO, "happened_at-year": "2099"})
    assert wrong.status_code == 422
    assert "what has not happened cannot be reported" in html.unescape(wrong.text).lower()
    wrong = desk.send(officer, f"{taken.headers['location']}/let-go", **{**LET_GO, "happened_at-day": "12"})
    assert "The day 12 April 2026 came, and the challenge came on 13 April 2026" in html.unescape(wrong.text)
    done = desk.send(officer, f"{taken.headers['location']}/let-go", **LET_GO)
    assert done.status_code == 303, done.text
    [(_, gone)] = past(desk).of(Withdrawn)
    assert gone.happened_at == "2026-04-14T08:00:00.000Z"
    desk.office.register.follow()
    assert "The challenger let it go" not in officer.get(taken.headers["location"]).text


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"words": ""}, "Answer: what was wrong, point by point?"),
        ({"provider.id": "<script>"}, "a short code"),
        ({"happened_at-year": "2099"}, "what has not happened cannot be reported"),
        ({"happened_at-year": "2016"}, "The day 13 April 2016 came, and the case was begun on 2 March 2026"),
        ({"words": "About Maya Osei, born 4 March 2012"}, "Look at these words once more"),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_comes_back(desk: Desk, changes: dict[str, str], says: str) -> None:
    officer, size = desk.opened(MONITORING.key, desk.office.case), desk.office.register.reader.size
    answer = desk.send(officer, f"/desk/cases/{desk.office.case}/take-in-challenge", **{**LETTER, **changes})
    assert answer.status_code in (400, 422)
    assert says.lower() in html.unescape(re.sub(r"<[^>]+>", "", answer.text)).lower()
    assert "Bea Birch, director" in html.unescape(answer.text)
    assert desk.office.register.reader.size == size
