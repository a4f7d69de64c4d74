"""The task list of a case says what is done, also of what can be done again."""

from __future__ import annotations

import html
import re
from pathlib import Path

from fairplace.http.app import create_app
from fairplace.people.commands import DeclareInterests
from fairplace.procurement.commands import EndWithoutAward
from tests.http.colleagues import Colleague, text_of
from tests.http.opened import Desk
from tests.office import CHAPTERS, open_office
from tests.story import APPROVER, EVALUATORS, OFFERS, OFFICER


def page(desk: Desk, key: str) -> str:
    """The case as somebody sees it who signs in anew: sessions end while days go by."""
    desk.office.register.follow()
    case = desk.office.case
    return desk.opened(key, case).get(f"/desk/cases/{case}").text


def status(desk: Desk, key: str, task: str) -> str:
    found = re.search(rf'id="{task}-status">(.*?)</div>', page(desk, key), re.DOTALL)
    assert found is not None, task
    return re.sub(r"<[^>]+>", "", found[1]).strip()


def tell(desk: Desk, *chapters: str) -> None:
    for one in chapters:
        CHAPTERS[one](desk.office, OFFERS[:3])


def is_offered(desk: Desk, key: str, task: str) -> bool:
    return f'href="/desk/cases/{desk.office.case}/{task}"' in page(desk, key)


def test_what_is_done_says_so_and_can_be_done_again(tmp_path: Path) -> None:
    with open_office(tmp_path / "register", until="opened") as office:
        desk = Desk(office)
        assert status(desk, OFFICER.key, "checks") == "To do"
        assert "For you now: Check the bids" in re.sub(r"<[^>]+>", "", page(desk, OFFICER.key))
        assert status(desk, OFFICER.key, "summaries") == "Cannot start yet"
        tell(desk, "marked")
        assert status(desk, OFFICER.key, "checks") == "Done"
        assert is_offered(desk, OFFICER.key, "checks")
        tell(desk, "moderated", "awarded")
        assert status(desk, OFFICER.key, "summaries") == "To do"
        tell(desk, "released")
        assert status(desk, OFFICER.key, "summaries") == "Done"
        assert is_offered(desk, OFFICER.key, "summaries")
        assert status(desk, APPROVER.key, "contract") == "Cannot start yet"
        told = html.unescape(re.sub(r"<[^>]+>", "", page(desk, APPROVER.key)))
        assert "Waits for the standstill. Standstill runs to the end of" in told
        assert status(desk, OFFICER.key, "criteria") == "Too late"


def test_of_many_marks_that_are_missing_each_is_named(tmp_path: Path) -> None:
    with open_office(tmp_path / "register", until="opened") as office:
        one = EVALUATORS[0]
        office.do(DeclareInterests(id="test", acting_as="evaluator"), by=one)
        office.register.follow()
        desk = Desk(office)
        answer = desk.send(desk.opened(one.key, office.case), f"/desk/cases/{office.case}/sheet", do="sign")
    assert answer.status_code == 422
    listed = re.findall(r"<a href=\"#[^\"]+\">([^<]+: [^<]+: [^<]+)</a>", html.unescape(answer.text))
    assert "Alder Homes: Quality of care: choose mark" in listed
    assert "Birch Care: Staffing and training: write reason" in listed
    assert len(listed) == len(set(listed)) == 12, "three bids, two criteria, a mark and a reason each"


def test_who_has_declared_is_told_so_until_it_is_known_who_bids(tmp_path: Path) -> None:
    with open_office(tmp_path / "register", until="published") as office:
        desk = Desk(office)
        assert status(desk, APPROVER.key, "interests") == "To do"
        office.do(DeclareInterests(id="test", acting_as="approver"), by=APPROVER)
        assert status(desk, APPROVER.key, "interests") == "Done"
        tell(desk, "deposited", "opened")
        assert status(desk, APPROVER.key, "interests") == "To do", "they can know who bids now"
        office.do(DeclareInterests(id="test", acting_as="approver"), by=APPROVER)
        assert status(desk, APPROVER.key, "interests") == "Done"


def test_bids_are_not_to_be_opened_while_they_can_come_in(tmp_path: Path) -> None:
    with open_office(tmp_path / "register", until="published") as office:
        desk = Desk(office)
        assert status(desk, OFFICER.key, "open") == "Cannot start yet"
        told = html.unescape(re.sub(r"<[^>]+>", "", page(desk, OFFICER.key)))
        assert "Bids can come in until 1pm on Wednesday 1 April" in told
        assert "open the bids" not in told.partition("For you now:")[2].partition("Plan")[0].casefold()
        office.wait_until("2026-04-01T12:00:00.001Z")
        assert status(desk, OFFICER.key, "open") == "by 1 April 2026"


def test_what_waits_to_be_released_is_said_in_the_file_and_after_a_signature(tmp_path: Path) -> None:
    with open_office(tmp_path / "register", until="planned") as office:
        office.do(EndWithoutAward(id="test", ground="funding", reason="No money"), by=APPROVER)
        office.register.follow()
        olga = Colleague(office, create_app(office.register), OFFICER, "Olga Smith")
        olga.open_file(office.case)
        file = f"/desk/cases/{office.case}"
        waits = "Not public yet: the title, the need, who buys, the estimated value and the reason."
        told = text_of(olga.get(file))
        assert waits in told
        assert "release what may be public" in told.partition("For you now:")[2].partition(".")[0].lower()
        sent = {"version": "0", "evidence": "signed-by-party", "do": "sign"}
        notice = olga.sign(olga.post(f"{file}/notice", **sent, notice="UK12", conflicts_confirmed="yes"))
        assert f"{waits} Nothing becomes public by itself. Release what the end of the procedure makes public" in (
            text_of(notice)
        )
        ready = olga.post(f"{file}/release", **sent, occasion="ended")
        assert "because it ended without an award" in text_of(ready)
        assert "No money" in text_of(ready).partition("What becomes public")[2]
        assert "Not public yet" not in text_of(olga.sign(ready))
        assert "Not public yet" not in text_of(olga.get(file))
