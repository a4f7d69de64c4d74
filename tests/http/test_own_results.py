"""A provider's own results side by side: only those whose links this browser has opened, and nothing of anybody else."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from litestar.testing import TestClient

from fairplace.http import debrief
from fairplace.http.app import HERE
from fairplace.procurement.commands import WithdrawAward
from fairplace.terms import Provider
from fairplace.workroom import Workroom
from tests import story
from tests.http.colleagues import text_of
from tests.http.opened import Client, Desk
from tests.office import CHAPTERS, Office, open_office
from tests.story import ALDER, APPROVER, BIRCH, CEDAR, OFFERS

SAME = {"sec-fetch-site": "same-origin"}
TITLES = ("Short breaks for disabled children", "Nights away from home")


class Both:
    """Two cases whose results are out: Birch lost both, to Alder and to Cedar; only Birch bid in both."""

    def __init__(self, folder: Path) -> None:
        self.office: Office = open_office(folder)
        marks = {"care": 10, "staff": 10}
        better = msgspec.structs.replace(OFFERS[2], price=400_000, marks=marks)
        offers = {"first": OFFERS[:2], "second": (better, OFFERS[1])}
        self.cases = {"first": "", "second": ""}
        for chapter, steps in CHAPTERS.items():
            for which in self.cases:
                self.office.case = self.cases[which]
                if (which, chapter) == ("second", "planned"):
                    self.office.do(story.plan(title=TITLES[1]))
                    self.office.do(story.conflicts())
                else:
                    steps(self.office, offers[which])
                self.cases[which] = self.office.case
        self.room = Workroom(self.office.register)
        self.office.register.follow()
        self.app = Desk(self.office).app

    def link(self, which: str, provider: Provider = BIRCH) -> str:
        return f"/debrief/{self.room.links.make(self.cases[which], provider, 'bea@birch.example')}"

    def browser(self) -> Client:
        return TestClient(self.app, base_url=HERE, raise_server_exceptions=False)


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Both]:
    made = Both(tmp_path_factory.mktemp("results") / "register")
    yield made
    made.office.close()


@pytest.fixture(autouse=True)
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(debrief, "PER_MINUTE", 10_000)


def opened(client: Client, *links: str) -> str:
    """The page that compares, from the first link, once each of these is opened in this browser."""
    for link in links:
        assert client.post(link, headers=SAME, follow_redirects=False).status_code == 303
    answer = client.get(f"{links[0]}/others")
    assert answer.status_code == 200
    return text_of(answer)


def test_results_that_this_browser_has_opened_stand_side_by_side(both: Both) -> None:
    page = opened(both.browser(), both.link("first"), both.link("second"))
    for title in TITLES:
        assert title in page
    assert "Your bid was second of two." in page
    assert "By criterion" in page
    assert page.count("6 of 10") >= 4, "its own mark on care and on staff, in both"
    assert "13 April" not in page, "the day of the decision counts, not that of the letter"
    assert page.count("9 April 2026") >= 2


def test_nothing_of_another_bidder_stands_there(both: Both) -> None:
    page = opened(both.browser(), both.link("first"), both.link("second"))
    for other in ("Alder", "Cedar", "GB-COH-01000001", "GB-COH-01000003", "8 of 10", "10 of 10", "4,000", "5,200"):
        assert other not in page, other


def test_a_link_alone_shows_its_own_case_and_never_that_there_is_another(both: Both) -> None:
    elsewhere = both.browser()
    opened(elsewhere, both.link("second"))
    page = opened(both.browser(), both.link("first"))
    assert "No other result of yours is open in this browser" in page
    assert TITLES[1] not in page
    assert "By criterion" not in page


def test_the_result_of_another_provider_in_the_same_browser_stays_apart(both: Both) -> None:
    page = opened(both.browser(), both.link("first"), both.link("second", CEDAR), both.link("first", ALDER))
    assert TITLES[1] not in page
    assert "won" not in page


def test_a_link_that_was_taken_back_shows_nothing_more(both: Both) -> None:
    client, first, second = both.browser(), both.link("first"), both.link("second")
    assert TITLES[1] in opened(client, first, second)
    token = second.rpartition("/")[2]
    both.room.links.revoke(both.cases["second"], both.room.links.find(token).id)
    assert TITLES[1] not in text_of(client.get(f"{first}/others"))
    assert client.get(f"{second}/others").status_code == 404


def test_before_it_is_opened_and_with_a_planted_cookie_there_is_no_such_page(both: Both) -> None:
    link = both.link("first")
    assert both.browser().get(f"{link}/others").status_code == 404
    planted = both.browser()
    planted.cookies.set(debrief.COOKIE, "x" * 43)
    assert planted.get(f"{link}/others").status_code == 404
    for odd in ("/debrief/nobody/others", "/debrief/%3Cscript%3E/others"):
        answer = both.browser().get(odd)
        assert answer.status_code == 404
        assert "<script>" not in answer.text


def test_the_page_of_a_result_leads_there(both: Both) -> None:
    client, link = both.browser(), both.link("first")
    opened(client, link)
    assert f'href="{link}/others"' in client.get(link).text


def test_each_result_left_an_entry_of_its_own_and_the_comparison_leaves_none(both: Both) -> None:
    def reads() -> int:
        reader = both.office.register.reader
        return sum(one.type == "sealed.read/1" for one in reader.recorded(0, reader.size))

    client, links, before = both.browser(), (both.link("first"), both.link("second")), reads()
    opened(client, *links)
    assert reads() == before + 2
    client.get(f"{links[0]}/others")
    assert reads() == before + 2


def test_a_decision_that_was_taken_back_is_not_compared(tmp_path: Path) -> None:
    made = Both(tmp_path / "register")
    client, first, second = made.browser(), made.link("first"), made.link("second")
    assert TITLES[1] in opened(client, first, second)
    made.office.case = made.cases["second"]
    made.office.do(WithdrawAward(id="test", reason="A criterion was read wrongly"), by=APPROVER)
    made.office.register.follow()
    page = text_of(client.get(f"{first}/others"))
    assert TITLES[1] not in page
    assert client.get(f"{second}/others").status_code == 404
    made.office.close()
