"""The search board, the file of a search and the table of offers over HTTP: who sees what, and what is asked."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from fairplace.seeking.case_word import case_word
from tests.homes import APPROVER, ASH, BEECH, BUDGET, DIRECTOR, MONITORING, OFFICER, SOCIAL_WORKER
from tests.http.agents import Agents
from tests.http.colleagues import text_of
from tests.placement_office import open_placements

CHILDS = ("Adults who stay calm", "same school", "Therapy once", "female", "C2")


@pytest.fixture(scope="module")
def agents(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Agents]:
    agency = open_placements(tmp_path_factory.mktemp("agency") / "register", until="answered")
    yield Agents(agency)
    agency.close()


def test_the_board_shows_clocks_and_counts_and_nothing_of_the_child_or_of_an_offer(agents: Agents) -> None:
    page = agents.be(OFFICER).get("/desk/searches")
    said = text_of(page)
    assert case_word(agents.agency.case) in said
    assert "Answers from tier 1" not in said, "everybody has answered: nothing is waited for"
    for words in ("A home is needed by", "2 asked", "2 offers, 0 declined", "nobody silent"):
        assert words in said, words
    for word in (*CHILDS, ASH.name, BEECH.name, ASH.setting, "4,700", "residential"):
        assert word not in said, word


@pytest.mark.parametrize("who", [OFFICER, SOCIAL_WORKER, APPROVER, BUDGET, DIRECTOR, MONITORING])
def test_whoever_works_on_searches_sees_the_board(agents: Agents, who: object) -> None:
    assert agents.be(who).get("/desk/searches").status_code == 200  # type: ignore[arg-type]


def test_a_provider_sees_no_board_and_no_file(agents: Agents) -> None:
    ash = agents.be(ASH.actor)
    for address in (
        "/desk/searches",
        f"/desk/searches/{agents.agency.case}/offers",
        f"/desk/cases/{agents.agency.case}",
    ):
        assert ash.get(address).status_code == 403, address


def test_what_is_sealed_waits_for_the_signed_request(agents: Agents) -> None:
    case = agents.agency.case
    officer = agents.be(OFFICER)
    officer.begin(agents.app)
    for address in (f"/desk/cases/{case}", f"/desk/searches/{case}/offers", f"/desk/cases/{case}/need"):
        page = officer.get(address)
        assert "Open this case file" in page.text, address
        assert not [word for word in (*CHILDS[:3], ASH.name) if word in page.text], address
    officer.open_file(case)
    said = text_of(officer.get(f"/desk/cases/{case}"))
    assert "Adults who stay calm at night" in said
    assert "level 3" in said
    assert "100% complete: 5 of 5 facts that apply" in said
    for title in ("Assess the need", "Ask a tier", "Judge the offers", "Choose a home", "Approve", "Send the reasons"):
        assert title in said, title


def test_the_table_has_every_offer_in_the_same_columns(agents: Agents) -> None:
    officer = agents.be(OFFICER)
    officer.open_file(agents.agency.case)
    said = text_of(officer.get(f"/desk/searches/{agents.agency.case}/offers"))
    for words in (
        ASH.name,
        BEECH.name,
        "£4,700",
        "£4,850",
        "Full value: place",
        "Price alone: place",
        "Level shown (needed: 3)",
    ):
        assert words in said, words
    assert "Not every offer is judged by every criterion yet" in said


def test_whoever_holds_the_budget_reads_the_fees_and_not_the_child(agents: Agents) -> None:
    case, budget = agents.agency.case, agents.be(BUDGET)
    budget.open_file(case)
    page = budget.get(f"/desk/cases/{case}").text + budget.get(f"/desk/searches/{case}/offers").text
    assert "£4,700" in page
    assert "Adults who stay calm" not in page


def test_what_is_of_procurement_is_not_there(agents: Agents) -> None:
    officer = agents.be(OFFICER)
    officer.open_file(agents.agency.case)
    for code in ("award", "tender", "open"):
        assert officer.get(f"/desk/cases/{agents.agency.case}/{code}").status_code == 404, code
    assert officer.get("/desk/cases/new/plan").status_code == 404


def test_a_case_that_there_is_not_is_not_found(agents: Agents) -> None:
    officer = agents.be(OFFICER)
    for case in ("nothing", "%3Cscript%3E", "0" * 40):
        answer = officer.get(f"/desk/searches/{case}/offers")
        assert answer.status_code == 404, case
        assert "<script>" not in answer.text, case


def test_nothing_needs_anybody_when_no_search_is_open(tmp_path: Path) -> None:
    agency = open_placements(tmp_path / "register")
    said = text_of(Agents(agency).be(OFFICER).get("/desk/searches"))
    assert "Nothing needs you today." in said
    assert "No search is open." in said
    agency.close()
