"""No page of a register of placements shows a code where a person reads: each is in words, from one place."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from fairplace import home_words, shelf
from fairplace.decision import Actor
from fairplace.formats import dated
from fairplace.forms import tasks
from fairplace.seeking.case_word import case_word
from tests.homes import APPROVER, ASH, BEECH, BUDGET, CHAIR, CHERRY, DIRECTOR, MONITORING, OFFICER, OWN, SOCIAL_WORKER
from tests.http.agents import Agents, Told
from tests.http.colleagues import Colleague, text_of
from tests.http.spelled import codes, spelled
from tests.http.test_seeking import do

OFFICE = (OFFICER, SOCIAL_WORKER, CHAIR, APPROVER, BUDGET, DIRECTOR, MONITORING)
SELLERS = (OWN, ASH, BEECH, CHERRY)


def test_the_finder_finds_codes_and_no_words() -> None:
    assert len(codes()) > 120
    said = "It was called off a framework (framework_call_off), in T1; OUTSIDE_ENGLAND, need_above_capability."
    assert spelled(said) == ["OUTSIDE_ENGLAND", "T1", "framework_call_off", "need_above_capability"]
    assert spelled("Called off a framework in tier 1: a children’s home, in our area. K2 (Children's home)") == []
    assert spelled("/desk/cases/x/search-in-house emergency_direct.html block education_plan") == []


def pages(agents: Agents, who: Actor) -> Iterator[tuple[str, str]]:
    """Every page that somebody of the office may read of a search, the market and themselves."""
    one, case = agents.be(who), agents.agency.case
    one.open_file(case)
    streams = dict.fromkeys(
        f"/desk/market/{step.stream}"
        for step in agents.register.reader.of_types(
            ["market.setting-registered/1", "market.agreement-concluded/1"], 0, 999
        )
    )
    forms = [f"/desk/cases/{case}/{task.code}" for task in tasks.SEARCH]
    board = [f"/desk/searches/{case}{part}" for part in ("/offers", "/letters", "/challenges", "/tonight")]
    for path in ("/desk", "/desk/searches", "/desk/searches/living", "/desk/market", f"/desk/cases/{case}", *board, *streams, *forms):  # fmt: skip
        yield from seen(one, path)


def seen(one: Colleague, path: str) -> Iterator[tuple[str, str]]:
    answer = one.get(path)
    if answer.status_code == 200 and "html" in answer.headers["content-type"]:
        yield path, text_of(answer)


@pytest.mark.parametrize("until", [pytest.param("judged", marks=pytest.mark.long), "started"])
def test_no_page_of_the_office_shows_a_code(told: Told, until: str) -> None:
    agents, looked = told(until), 0
    for who in OFFICE:
        for path, page in pages(agents, who):
            looked += 1
            assert spelled(page) == [], f"{who.key} {path}"
    assert looked > 100


@pytest.mark.parametrize("until", ["published", "reasoned"])
def test_no_page_of_a_provider_shows_a_code(told: Told, until: str) -> None:
    agents, looked = told(until), 0
    place = f"/desk/referrals/{agents.agency.case}"
    for seller in SELLERS:
        one = agents.be(seller.actor)
        homes = [f"/desk/homes/{seller.setting}/{what}" for what in ("declare", "withdraw", "wrong", "vacancy", "gone")]
        for path in ("/desk", "/desk/referrals", "/desk/homes", *homes, place, *(f"{place}/{what}" for what in (
            "offer", "decline", "question", "withdraw", "feedback", "challenges", "why", "challenge"
        ))):  # fmt: skip
            for _, page in seen(one, path):
                looked += 1
                assert spelled(page) == [], f"{seller.provider} {path}"
    assert looked > 15


def test_what_somebody_signs_is_in_words_amounts_and_days(told: Told) -> None:
    """Every sign page that other tests come by is looked at in `do`; here is what it says instead of codes."""
    agents = told("approved")
    case = agents.agency.case
    said = do(agents, SOCIAL_WORKER, case, "give-child-edition", {"format": "large_print"})
    assert "Record that the young person got the decision in large print." in said


def test_an_offer_is_signed_in_words_amounts_and_days(told: Told) -> None:
    agents = told("published")
    beech = agents.be(BEECH.actor)
    answer = beech.post(
        f"/desk/referrals/{agents.agency.case}/offer", setting=BEECH.setting, **{"available_on-day": "5", "available_on-month": "3"},
        **{"available_on-year": "2026", "weekly_fee": "4,850", "agreed_rate": "yes", "fee-accommodation": "2,000"},
        **{"fee-care_staffing": "2,850", "needs": "n1", "do": "sign"},
    )  # fmt: skip
    said = text_of(answer)
    assert "/desk/sign/" in str(answer.url), said
    for words in ("£4,850.00 a week, from 5 March 2026", "tier 1", "£4,850", "care and staffing", "5 March 2026"):
        assert words in said, words
    for raw in ("485000", "2026-03-05", "care_staffing"):
        assert raw not in said, raw
    assert f"In the search {case_word(agents.agency.case)}" in said
    page = beech.post(f"/desk/homes/{BEECH.setting}/gone", why="filled")
    assert "In the search" not in text_of(page), "a home of the list belongs to no search"
    assert "search it belongs to" not in text_of(page)


def test_days_and_moments_of_a_sentence_are_dated_and_what_somebody_wrote_stays() -> None:
    said = dated("Ask tier 1: the authority's 2 providers, until 2026-03-03T15:00:00.000Z, about 'Plan 2026-03-09'.")
    assert said == "Ask tier 1: the authority's 2 providers, until 3 March 2026, 3pm, about 'Plan 2026-03-09'."
    assert dated("Needed by 2026-07-01; not 2026-13-45 or AB-2026-07-01") == (
        "Needed by 1 July 2026; not 2026-13-45 or AB-2026-07-01"
    )


def test_words_for_codes_stand_in_one_place() -> None:
    template = (shelf.root("web") / "templates" / "words_of_homes.html").read_text("utf-8")
    assert "home_words.VALUE" in template
    again = [code for code in home_words.VALUE if code in codes() and f'"{code}":' in template]
    assert again == []
