"""A provider's side over HTTP: its own referrals and answers, its homes, and nothing of anybody else."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from fairplace.market.events import EntryDisputed, VacancyDeclared
from fairplace.referral.events import Declined, OfferMade, QuestionPut
from fairplace.seeking.case_word import case_word
from tests.homes import ASH, BEECH, CHERRY, DAMSON, OFFICER, OWN
from tests.http.agents import Agents
from tests.http.colleagues import text_of
from tests.placement_office import open_placements

OFFER = {
    "setting": ASH.setting,
    "available_on-day": "5",
    "available_on-month": "3",
    "available_on-year": "2026",
    "weekly_fee": "4,700",
    "agreed_rate": "yes",
    "fee-accommodation": "2,000",
    "fee-care_staffing": "2,500",
    "fee-therapy": "300",
    "fee-discount": "100",
    "needs": "n1, n3",
    "payer": "health",
    "ratio_day": "1.5",
    "words": "Two adults sleep in.",
}


@pytest.fixture
def agents(tmp_path: Path) -> Iterator[Agents]:
    agency = open_placements(tmp_path / "register", until="published")
    yield Agents(agency)
    agency.close()


def signed(agents: Agents, seller: Any, address: str, **fields: str) -> str:
    """Fill in a form of a provider's and sign it; the words of the page afterwards."""
    one = agents.be(seller.actor)
    page = one.post(address, **fields)
    assert "/desk/sign/" in str(page.url), text_of(page)
    return text_of(one.sign(page))


def test_an_offer_is_made_in_parts_and_signed(agents: Agents) -> None:
    place = f"/desk/referrals/{agents.agency.case}"
    listed = text_of(agents.be(ASH.actor).get("/desk/referrals"))
    assert case_word(agents.agency.case) in listed
    signed(agents, ASH, f"{place}/offer", **OFFER)
    recorded = agents.register.reader.case(agents.agency.case)[-1]
    assert isinstance(recorded.event, OfferMade)
    terms = recorded.event.terms.get()
    assert (terms.provider, terms.weekly_fee, terms.ratio_day) == (ASH.provider, 470_000, 150)
    assert [(line.code, line.amount, line.payer, line.needs) for line in terms.lines] == [
        ("accommodation", 200_000, "care", []),
        ("care_staffing", 250_000, "care", ["n1", "n3"]),
        ("therapy", 30_000, "health", ["n1", "n3"]),
        ("discount", -10_000, "care", []),
    ]
    said = text_of(agents.be(ASH.actor).get(place))
    for words in ("You offered a home", "£4,700", "It takes part", "Two adults sleep in.", "Take it back"):
        assert words in said, words


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"weekly_fee": "4,850"}, "The parts come to £4,700 and the fee is £4,850: £150 less than it"),
        ({"weekly_fee": "lots"}, "Write an amount in pounds"),
        ({"weekly_fee": "1e9"}, "Write an amount in pounds"),
        ({"ratio_day": "=cmd()"}, "Write a number with at most two places"),
        ({"available_on-month": "13"}, "Write a day of the calendar"),
        ({"setting": BEECH.setting}, "Choose one of the answers"),
        ({"needs": "n9"}, "n9"),
        ({"agreed_rate": ""}, "Answer yes or no"),
    ],
)
def test_what_is_wrong_comes_back_with_all_that_was_typed(agents: Agents, changes: dict[str, str], says: str) -> None:
    size = agents.register.reader.size
    answer = agents.be(ASH.actor).post(
        f"/desk/referrals/{agents.agency.case}/offer", **{**OFFER, "words": "<script>alert(1)</script>", **changes}
    )
    assert answer.status_code >= 400
    assert says in text_of(answer)
    assert "<script>alert" not in answer.text
    assert "&lt;script&gt;alert(1)" in answer.text
    added = agents.register.reader.recorded(size, agents.register.reader.size)
    assert [one.type for one in added] == ["sealed.read/1"], "the referral was opened, and nothing else happened"


def test_half_an_offer_is_kept_for_later_unchecked_and_seen_by_whoever_wrote_it_alone(agents: Agents) -> None:
    """From a phone, between two other things: a long form need not be finished at once."""
    ash, place = agents.be(ASH.actor), f"/desk/referrals/{agents.agency.case}/offer"
    size = agents.register.reader.size
    half = {"setting": ASH.setting, "weekly_fee": "about <b>4,700</b>", "words": "Two adults sleep in."}
    page = ash.post(place, **half, do="save")
    assert page.status_code == 200
    assert str(page.url).endswith("/offer"), "nothing is asked, and nothing is said to be wrong"
    later = ash.get(place)
    assert "Your draft of" in text_of(later)
    assert "There is a problem" not in text_of(later)
    for typed in ("Two adults sleep in.", "about &lt;b&gt;4,700&lt;/b&gt;"):
        assert typed in later.text
    added = agents.register.reader.recorded(size, agents.register.reader.size)
    assert {one.type for one in added} == {"sealed.read/1"}, "a draft is no offer"
    beech = agents.be(BEECH.actor).get(place)
    assert "Your draft of" not in beech.text
    assert "Two adults" not in beech.text
    signed(agents, ASH, place, **OFFER)
    assert "You offered a home" in text_of(ash.get(place.removesuffix("/offer")))


def test_a_provider_sees_nothing_of_another(agents: Agents) -> None:
    place = f"/desk/referrals/{agents.agency.case}"
    signed(agents, ASH, f"{place}/offer", **OFFER)
    beech = agents.be(BEECH.actor)
    shown = beech.get(place).text + beech.get("/desk/referrals").text + beech.get("/desk/homes").text
    for word in (ASH.name, ASH.provider, ASH.setting, "4,700", "2 asked", "Two adults", "Adults who stay calm"):
        assert word not in shown, word


def test_who_was_not_asked_finds_no_referral_and_is_told_why(agents: Agents) -> None:
    case = agents.agency.case
    cherry = agents.be(CHERRY.actor)
    for what in ("", "/offer", "/decline", "/question", "/withdraw"):
        assert cherry.get(f"/desk/referrals/{case}{what}").status_code == 404, what
    said = text_of(cherry.get("/desk/referrals"))
    assert "You stand in another tier of the agreement" in said
    assert "Nothing needs you today." in said


def test_declining_and_asking_are_answers(agents: Agents) -> None:
    place = f"/desk/referrals/{agents.agency.case}"
    signed(agents, BEECH, f"{place}/question", words="Is the school place kept?")
    signed(agents, BEECH, f"{place}/decline", reason="distance", had_vacancy="yes", words="")
    kinds = [type(one.event) for one in agents.register.reader.case(agents.agency.case)[-2:]]
    assert kinds == [QuestionPut, Declined]
    said = text_of(agents.be(BEECH.actor).get(place))
    assert "You declined" in said
    assert "Is the school place kept?" in said
    assert "Is the school place kept?" not in agents.be(ASH.actor).get(place).text


def test_room_is_declared_and_said_to_be_available_or_why_not(agents: Agents) -> None:
    place = f"/desk/homes/{ASH.setting}/vacancy"
    ash = agents.be(ASH.actor)
    room = {
        "vacancy.places": "2",
        "vacancy.from_on-day": "1",
        "vacancy.from_on-month": "3",
        "vacancy.from_on-year": "2026",
    }
    missing = ash.post(place, **{**room, "vacancy.available": "no"})
    assert "Choose why no child could come now" in text_of(missing)
    signed(agents, ASH, place, **room, **{"vacancy.available": "no", "vacancy.reason_not": "staffing"})
    said = text_of(ash.get("/desk/homes"))
    assert "Not available for matching: you said that no child could come now: staffing does not allow it" in said
    signed(agents, ASH, place, **room, **{"vacancy.available": "yes", "vacancy.reason_not": ""})
    assert "Available for matching." in text_of(ash.get("/desk/homes"))
    assert isinstance(list(agents.register.reader.recorded(0, agents.register.reader.size))[-1].event, VacancyDeclared)


def test_a_wrong_entry_is_disputed_with_the_search_it_kept_somebody_out_of(agents: Agents) -> None:
    place = f"/desk/homes/{CHERRY.setting}/correct?search={agents.agency.case}&wrong=ages"
    cherry = agents.be(CHERRY.actor)
    page = cherry.get(place)
    assert 'value="ages" checked' in page.text
    signed(agents, CHERRY, place, field="ages", words="Since May we take children from six.")
    event = list(agents.register.reader.recorded(0, agents.register.reader.size))[-1].event
    assert isinstance(event, EntryDisputed)
    assert (event.setting, event.field) == (CHERRY.setting, "ages")
    assert event.referral.get() == agents.agency.case


def test_the_homes_of_others_are_not_there(agents: Agents) -> None:
    cherry = agents.be(CHERRY.actor)
    for home in (ASH.setting, OWN.setting, "nothing", "%00", "../keys"):
        for what in ("vacancy", "gone", "correct", "award"):
            assert cherry.get(f"/desk/homes/{home}/{what}").status_code in (404, 422), (home, what)


def test_staff_have_no_provider_pages(agents: Agents) -> None:
    officer = agents.be(OFFICER)
    for address in ("/desk/referrals", f"/desk/referrals/{agents.agency.case}", "/desk/homes"):
        answer = officer.get(address)
        assert answer.status_code == 403, address


def test_a_home_of_no_tier_is_told_about_the_search_off_the_agreement_only_when_it_is_its_turn(agents: Agents) -> None:
    said = text_of(agents.be(DAMSON.actor).get("/desk/referrals"))
    assert "You stand in another tier of the agreement, or in none" in said
