"""What goes wrong in a search for a home, at the desk: refused or recorded as what it is, with what to do, and nothing lost."""

from __future__ import annotations

from typing import Any

import pytest

from fairplace.decision import Actor
from fairplace.referral import events as sought
from tests.homes import APPROVER, ASH, BEECH, BUDGET, CHAIR, CHERRY, DIRECTOR, OFFICER, SOCIAL_WORKER
from tests.http.agents import Agents, Told
from tests.http.colleagues import text_of
from tests.http.spelled import spelled
from tests.http.test_referrals import OFFER, signed
from tests.http.test_seeking import ACT, NEED, do
from tests.placement_office import Live
from tests.searches import CHAPTERS, Telling

TYPED = "Most points, and the school stays as it is."


def refused(agents: Agents, who: Actor, code: str, says: str, **fields: Any) -> None:
    """A task that is not taken: it says why and what to do, in words, gives back what was typed, and records nothing."""
    one, case = agents.be(who), agents.agency.case
    one.open_file(case)
    size = agents.register.reader.size
    answer = one.post(f"/desk/cases/{case}/{code}", **ACT, **fields)
    said = text_of(answer)
    assert answer.status_code in (403, 422), said
    assert says in said, said
    assert spelled(said) == []
    for typed in (words for words in fields.values() if isinstance(words, str) and " " in words):
        assert typed in answer.text, typed
    assert agents.register.reader.size == size


def chosen(agents: Agents, n: int = 0, **more: Any) -> dict[str, Any]:
    """The form in which a home is chosen, as it is filled in for the offer with this number."""
    other = 1 - n
    return {
        "offer": list(agents.search.live)[n], "why-code": "top_score", "why-words": TYPED,
        "mechanism": "framework_call_off", "legal_basis": "Children Act 1989 s.22C", "regime": "PA23",
        f"not{other}-code": "lower_match_score", f"not{other}-criteria": ["match"], f"not{other}-words": "The other has more experience.",
        "kept-c1": "kept", "kept-c2": "kept", "kept-c3": "kept", "voice": "followed", "residential": "positive_choice", **more,
    }  # fmt: skip


# Codes out of date


def test_a_code_of_another_year_is_not_offered_and_is_refused_with_those_of_the_day(told: Told) -> None:
    agents = told("opened")
    refused(agents, SOCIAL_WORKER, "need", "Choose one of the answers", **{**NEED, "child.legal_status": "D2"})
    officer = agents.be(OFFICER)
    [stream] = [
        one.stream
        for one in agents.register.reader.of_types(["market.setting-registered/1"], 0, 999)
        if one.event.setting == ASH.setting  # type: ignore[attr-defined]
    ]
    form = officer.get(f"/desk/market/{stream}/home")
    assert 'value="K2"' in form.text
    assert 'value="H5"' not in form.text, "semi-independent living stands in the list of the years before"


# Offers after closing


def test_an_offer_after_the_closing_time_is_recorded_as_late_and_somebody_decides_on_it(told: Told) -> None:
    agents = told("published")
    case, place = agents.agency.case, f"/desk/referrals/{agents.agency.case}"
    agents.wait(hours=27)
    ash = agents.be(ASH.actor)
    assert "Offer a home late" in text_of(ash.get(place))
    signed(agents, ASH, f"{place}/offer", **OFFER)
    event = agents.register.reader.case(case)[-1].event
    assert isinstance(event, sought.OfferMadeLate)
    assert "It came after the closing time; whether it takes part is not decided" in text_of(ash.get(place))
    agents.agency.pass_by(minutes=1)
    do(
        agents,
        OFFICER,
        case,
        "late-offer",
        {"offer": event.offer, "admitted": "no", "reason": "All were told when."},
    )
    assert "It came after the closing time, and takes no part" in text_of(ash.get(place))


# A home at capacity, and two authorities after one vacancy


def test_room_that_went_to_another_child_meanwhile_is_not_chosen_and_what_was_typed_stays(told: Told) -> None:
    """Whoever gets the room says so; who still has the form open is told, whoever's search it was that took it."""
    agents = told("judged")
    officer = agents.be(OFFICER)
    officer.open_file(agents.agency.case)
    assert "It has room" in text_of(officer.get(f"/desk/searches/{agents.agency.case}/offers"))
    first = next(one for one in agents.search.live.values() if one.terms and one.terms.setting == ASH.setting)
    signed(agents, ASH, f"/desk/homes/{ASH.setting}/gone", why="filled")
    n = list(agents.search.live).index(first.offer)
    refused(
        agents,
        OFFICER,
        "choose-home",
        "has no room on record; have it declared, or choose another",
        **chosen(agents, n),
    )


def test_two_searches_after_one_vacancy_are_told_of_each_other_and_what_to_do(told: Told) -> None:
    """One search chose the one place; another, of whatever authority, is offered it, and reads so before it chooses."""
    agents = told("chosen")
    first, office = agents.agency.case, agents.agency
    winner = agents.search.offers[agents.search.chosen.offer].terms  # type: ignore[union-attr]
    assert winner is not None
    office.case = ""
    second = Telling(Live(office), {}, (ASH, BEECH))
    second.story.now = agents.register.sources.clock()
    for chapter in ("assessed", "opened", "searched", "published", "answered"):
        CHAPTERS[chapter](second)
    officer = agents.be(OFFICER)
    for case, expected in ((office.case, True), (first, False)):
        officer.open_file(case)
        said = text_of(officer.get(f"/desk/searches/{case}/offers"))
        assert ("1 other search has chosen it since: ask whom it takes" in said) is expected
    again = {
        "vacancy.places": "2",
        "vacancy.from_on-day": "1",
        "vacancy.from_on-month": "3",
        "vacancy.from_on-year": "2026",
    }
    seller = next(one for one in (ASH, BEECH) if one.provider == winner.provider)
    signed(agents, seller, f"/desk/homes/{seller.setting}/vacancy", **again, **{"vacancy.available": "yes"})
    officer.open_file(office.case)
    assert "chosen it since" not in text_of(officer.get(f"/desk/searches/{office.case}/offers"))


# A fee that does not balance


def test_a_fee_that_its_parts_do_not_make_is_refused_with_the_difference(told: Told) -> None:
    agents = told("published")
    size = agents.register.reader.size
    ash, place = agents.be(ASH.actor), f"/desk/referrals/{agents.agency.case}/offer"
    ash.get(place)
    size = agents.register.reader.size
    answer = ash.post(place, **{**OFFER, "weekly_fee": "4,760", "words": "Two adults sleep in."})
    assert answer.status_code == 422
    assert "The parts come to £4,700 and the fee is £4,760: £60 less than it. Correct either" in text_of(answer)
    assert "Two adults sleep in." in answer.text
    assert agents.register.reader.size == size


# Approvals by the wrong role


@pytest.mark.parametrize(
    ("who", "capacity"),
    [(BUDGET, "practice"), (APPROVER, "director"), (BUDGET, "nominated_officer"), (DIRECTOR, "budget")],
)
def test_nobody_approves_in_a_capacity_that_is_not_theirs(told: Told, who: Actor, capacity: str) -> None:
    agents = told("chosen")
    one = agents.be(who)
    one.open_file(agents.agency.case)
    size = agents.register.reader.size
    answer = one.post(f"/desk/cases/{agents.agency.case}/approve-home", **ACT, capacity=capacity, approved="yes")
    assert answer.status_code == 422, text_of(answer)
    assert spelled(text_of(answer)) == []
    assert agents.register.reader.size == size
    assert "Choose one of the answers" in text_of(answer) or "ask somebody with that role" in text_of(answer)


@pytest.mark.parametrize("who", [OFFICER, SOCIAL_WORKER])
def test_who_approves_nothing_is_told_who_does(told: Told, who: Actor) -> None:
    agents = told("chosen")
    refused(
        agents,
        who,
        "approve-home",
        "for the approver, the budget holder, the director or",
        capacity="practice",
        approved="yes",
    )


# Distances unknown


def judge(agents: Agents, first: str, second: str) -> None:
    do(agents, OFFICER, agents.agency.case, "score-offers", {
        "o0-match": first, "o0-outcomes": "16", "o0-locality": "14", "o1-match": second, "o1-outcomes": "15", "o1-locality": "10.5",
    })  # fmt: skip


def test_a_distance_that_nobody_knows_is_recorded_as_unknown_and_never_as_near(told: Told) -> None:
    agents = told("answered")
    case = agents.agency.case
    agents.wait(hours=30)
    do(agents, OFFICER, case, "consider-offers", {"offers": list(agents.search.live)})
    do(agents, OFFICER, case, "locate-offers", {"o0-miles": "", "o1-miles": "18.2"})
    event = agents.register.reader.case(case)[-1].event
    assert isinstance(event, sought.OffersLocated)
    assert sorted(one.tenths for one in event.distance.get().values()) == [182, 9999]
    judge(agents, "44", "40")
    officer = agents.be(OFFICER)
    officer.open_file(case)
    said = text_of(officer.get(f"/desk/searches/{case}/offers"))
    assert "18.2 miles" in said
    assert "999.9" not in said
    assert "not known" in said


# Before it is signed: a farther home


def test_a_home_44_miles_farther_is_named_before_it_is_signed_and_cannot_be_without_a_reason(told: Told) -> None:
    agents = told("answered")
    case = agents.agency.case
    agents.wait(hours=30)
    do(agents, OFFICER, case, "consider-offers", {"offers": list(agents.search.live)})
    do(agents, OFFICER, case, "locate-offers", {"o0-miles": "62", "o1-miles": "18"})
    judge(agents, "44", "40")
    do(agents, CHAIR, case, "hold-panel", {
        "attended": ["chair", "social_worker"], "before_start": "yes", "rank-0": "1", "rank-1": "2", "note": "Both could do.",
    })  # fmt: skip
    officer = agents.be(OFFICER)
    officer.open_file(case)
    page = officer.post(f"/desk/cases/{case}/choose-home", **ACT, **chosen(agents))
    said = text_of(page)
    assert "/desk/sign/" in str(page.url), said
    assert "The nearest suitable home is 44 miles nearer; say why, or choose it." in said
    assert "As it is, it cannot be signed." in said
    with_reason = {"departs-code": "school", "departs-words": "Her school is there.", "version": "1"}
    page = officer.post(f"/desk/cases/{case}/choose-home", **ACT, **chosen(agents, **with_reason))
    assert "miles nearer" not in text_of(page)
    size = agents.register.reader.size
    officer.sign(page)
    assert agents.register.reader.size == size + 1


# A text full of identifiers


FULL = (
    "NHS number 943 476 5919, born 3 February 2012, LS1 4AP, call 07700 900123 or mum@home.example, UPN A123456789012"
)


def test_a_text_full_of_identifiers_is_refused_and_comes_back_to_be_changed(told: Told) -> None:
    agents = told("published")
    refused(agents, OFFICER, "amend-referral", "NHS number", words=FULL, material="no")
    ash, place = agents.be(ASH.actor), f"/desk/referrals/{agents.agency.case}/decline"
    ash.get(place)
    size = agents.register.reader.size
    answer = ash.post(place, reason="no_vacancy", had_vacancy="no", words=FULL)
    assert answer.status_code == 422
    said = text_of(answer)
    assert "is an NHS number: its check digit is right; no entry may hold that: leave it out" in said
    assert "or go on to sign" not in said, "nobody can"
    assert said.count("date of birth") == 1
    assert "943 476 5919" in answer.text, "what was typed is there to be changed"
    assert agents.register.reader.size == size


def test_a_name_to_look_out_for_is_refused_in_a_search_and_no_provider_learns_of_it(told: Told) -> None:
    agents = told("published")
    officer, case = agents.be(OFFICER), agents.agency.case
    officer.open_file(case)
    officer.post(f"/desk/cases/{case}/names", names="Tamsin", version="0")
    words = "Tamsin can share a room."
    refused(
        agents, OFFICER, "amend-referral", "is a name of this case; no entry may hold that", words=words, material="no"
    )
    answer = agents.be(ASH.actor).post(f"/desk/referrals/{case}/question", words=words)
    assert "/desk/sign/" in str(answer.url), text_of(answer)


def test_who_was_not_asked_can_answer_nothing(told: Told) -> None:
    agents = told("published")
    cherry = agents.be(CHERRY.actor)
    for what in ("offer", "decline", "question"):
        assert cherry.post(f"/desk/referrals/{agents.agency.case}/{what}", words="We have room").status_code == 404
