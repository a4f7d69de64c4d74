"""What the desk keeps of all searches: each is read once a day for those who have moved in, however often they are looked at."""

from __future__ import annotations

import pytest

from fairplace import erasing
from fairplace.http import living, market_list
from fairplace.http.search_table import Searches
from fairplace.seeking.case_word import case_word
from tests.homes import ASH, MONITORING, OFFICER, OWN, SELLERS
from tests.http.agents import Told
from tests.http.colleagues import text_of
from tests.office import signer


def nothing_under_way() -> bool:
    return False


def test_a_search_in_which_nobody_moved_in_is_read_once(told: Told) -> None:
    agents = told("agreed")
    searches = Searches(agents.register.reader, nothing_under_way)
    assert searches.living("2026-03-05") == []
    for _ in range(5):
        searches.living("2026-03-05")
    assert searches.folded == 1
    searches.living("2026-03-06")
    assert searches.folded == 1, "of a search in which nobody moved in the day changes nothing"


def test_who_lives_somewhere_is_read_once_a_day(told: Told) -> None:
    started = told("started")
    searches = Searches(started.register.reader, nothing_under_way)
    [line] = searches.living("2026-03-06")
    assert searches.living("2026-03-06") == [line]
    assert searches.folded == 1
    late = searches.living("2026-04-30")
    assert searches.folded == 2, "what is owed may be over on another day"
    assert late[0].case == line.case
    before = searches.folded
    started.be(OFFICER).open_file(started.agency.case)  # an entry of no case
    searches.living("2026-04-30")
    assert searches.folded == before


def test_the_list_of_homes_and_the_children_who_moved_in_come_a_page_at_a_time(
    told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    agents = told("started")
    officer = agents.be(OFFICER)
    monkeypatch.setattr(market_list, "PAGE", 2)
    pages = [officer.get(f"/desk/market?page={number}").text for number in (1, 2, 3)]
    assert all(f"{len(SELLERS)} providers" in page for page in pages)
    assert [sum(one.name in page for one in SELLERS) for page in pages] == [2, 2, 1]
    assert ASH.name in pages[0]
    assert OWN.name in pages[2]
    assert 'href="/desk/market?page=2"' in pages[0]
    assert "Page 3 of 3" in text_of(officer.get("/desk/market?page=3"))
    assert "No more providers on this page." in officer.get("/desk/market?page=9").text
    assert officer.get("/desk/market?page=0").status_code == 400
    monkeypatch.setattr(living, "PAGE", 1)
    first = officer.get("/desk/searches/living").text
    assert "1 placement" in first
    assert "Page 1 of" not in first
    assert "No more of them on this page." in officer.get("/desk/searches/living?page=2").text


def test_what_is_erased_is_kept_for_no_page(told: Told) -> None:
    """A server that has read a search gives up what it read of it, and reads again while an erasure is under way."""
    agents = told("published")
    register, case = agents.register, agents.agency.case
    under_way = [False, True]  # taken from the end
    searches = Searches(register.reader, under_way.pop)
    searches.lines(register.store.now())
    [(_, before)] = searches.all()
    ash = agents.be(ASH.actor)
    assert case_word(case) in ash.get("/desk/referrals").text
    assert before.invited
    both = [signer(OFFICER.key), signer(MONITORING.key)]
    erasing.erase(register, [f"case:{case}"], "court-order", "The court said so.", both)
    [(_, after)] = searches.all()
    assert after.invited is None
    [_] = searches.all()
    assert under_way == []
    assert case_word(case) not in ash.get("/desk/referrals").text
    officer = agents.be(OFFICER)
    officer.open_file(case)
    assert "What was sealed in this search was erased on 2 March 2026" in text_of(officer.get(f"/desk/cases/{case}"))
    others = register.reader.others()
    assert others is not None
    assert not others._offered
