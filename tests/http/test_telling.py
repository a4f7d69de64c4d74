"""What those who were asked are told meanwhile, answers that came another way, and who else is told: the desk's forms."""

from __future__ import annotations

import pytest

from fairplace.referral import events as sought
from tests.homes import ASH, BEECH, FAR, OFFICER, SOCIAL_WORKER
from tests.http.agents import Agents, Told
from tests.http.colleagues import text_of
from tests.http.test_seeking import ACT, day, do
from tests.needs import need

REPORT = {"evidence": "stated-by-officer", "do": "sign"}


def last(agents: Agents) -> object:
    return agents.register.reader.case(agents.agency.case)[-1].event


def test_a_change_goes_to_everybody_who_was_asked(told: Told) -> None:
    agents = told("published")
    case = agents.agency.case
    agents.agency.do(need(), by=SOCIAL_WORKER)
    officer = agents.be(OFFICER)
    officer.open_file(case)
    assert "They do not know version 2 of the need yet" in text_of(officer.get(f"/desk/cases/{case}"))
    form = text_of(officer.get(f"/desk/cases/{case}/amend-referral"))
    assert f"Goes to {ASH.name}, {BEECH.name}, at one time" in form
    do(agents, OFFICER, case, "amend-referral", {"words": "The move can be a week later.", "material": "yes"})
    event = last(agents)
    assert isinstance(event, sought.ReferralAmended)
    assert ({one.provider for one in event.recipients.get()}, event.need_version) == ({ASH.provider, BEECH.provider}, 2)
    assert "The move can be a week later." in text_of(agents.be(BEECH.actor).get(f"/desk/referrals/{case}"))
    assert "They do not know version 2" not in text_of(officer.get(f"/desk/cases/{case}"))


def test_more_time_goes_to_the_whole_tier_and_never_shortens(told: Told) -> None:
    agents = told("published")
    case = agents.agency.case
    officer = agents.be(OFFICER)
    officer.open_file(case)
    form = officer.get(f"/desk/cases/{case}/extend-deadline")
    assert "Now: tier 1 until 3 March 2026" in text_of(form)
    sent = {"tier": "T1", "deadline-time": "12:00", "reason": "The question came late."}
    short = officer.post(f"/desk/cases/{case}/extend-deadline", **ACT, **sent, **day("deadline", 2026, 3, 2))
    assert short.status_code == 422
    assert "time is only extended" in text_of(short)
    assert "The question came late." in short.text
    again = {"version": short.text.split('name="version" value="')[1].split('"')[0]}
    do(agents, OFFICER, case, "extend-deadline", {**sent, **day("deadline", 2026, 3, 4), **again})
    event = last(agents)
    assert isinstance(event, sought.DeadlineExtended)
    assert {one.provider: one.deadline for one in event.recipients.get()} == {
        ASH.provider: "2026-03-04T12:00:00.000Z",
        BEECH.provider: "2026-03-04T12:00:00.000Z",
    }


def test_who_spoke_for_a_provider_is_written_down(told: Told) -> None:
    agents = told("opened")
    case = agents.agency.case
    do(agents, OFFICER, case, "record-approach", {
        "provider": ASH.provider, "introducer": "member", "channel": "telephone", "note": "Was told that all are asked alike.",
    })  # fmt: skip
    event = last(agents)
    assert isinstance(event, sought.ContactRecorded)
    assert (event.provider.get(), event.introducer.get()) == (ASH.provider, "member")


def test_an_offer_that_came_by_telephone_is_a_report_and_stands_on_the_providers_page(told: Told) -> None:
    agents = told("published")
    case = agents.agency.case
    agents.agency.pass_by(hours=2)
    came = {**day("happened_at", 2026, 3, 2), "happened_at-time": "10:30"}
    fee = {"setting": BEECH.setting, **day("available_on", 2026, 3, 5), "weekly_fee": "4,850", "agreed_rate": "yes",
           "fee-accommodation": "2,000", "fee-care_staffing": "2,800", "needs": "n1"}  # fmt: skip
    officer = agents.be(OFFICER)
    officer.open_file(case)
    wrong = officer.post(f"/desk/cases/{case}/offer-received", **REPORT, **came, **fee)
    assert wrong.status_code == 422
    assert "add up to £4,800.00, and the weekly fee is £4,850.00" in text_of(wrong)
    version = officer.get(f"/desk/cases/{case}/offer-received").text.split('name="version" value="')[1].split('"')[0]
    page = officer.post(
        f"/desk/cases/{case}/offer-received",
        **{**REPORT, **came, **fee, "fee-care_staffing": "2,850", "version": version},
    )
    assert "/desk/sign/" in str(page.url), text_of(page)
    officer.sign(page)
    event = last(agents)
    assert isinstance(event, sought.OfferMade)
    assert event.terms.get().provider == BEECH.provider
    assert not event.is_act
    assert "You offered a home" in text_of(agents.be(BEECH.actor).get(f"/desk/referrals/{case}"))
    assert "You offered a home" not in text_of(agents.be(ASH.actor).get(f"/desk/referrals/{case}"))
    page = officer.post(
        f"/desk/cases/{case}/decline-received", **REPORT, **came, provider=ASH.provider, reason="no_vacancy"
    )
    officer.sign(page)
    assert isinstance(last(agents), sought.Declined)


def test_the_authority_of_the_area_is_asked_and_told(told: Told) -> None:
    agents = told("approved")
    case = agents.agency.case
    do(agents, SOCIAL_WORKER, case, "consult-area", {"area": FAR, "care_plan_given": "yes"})
    do(
        agents,
        SOCIAL_WORKER,
        case,
        "notify-area",
        {"area": FAR, **day("notified_on", 2026, 3, 3), "with_assessment": "yes"},
    )
    event = last(agents)
    assert isinstance(event, sought.AreaNotified)
    assert (event.area.get(), event.notified_on.get()) == (FAR, "2026-03-03")


def test_the_young_person_gets_the_decision_and_each_side_says_how_it_was(told: Told) -> None:
    agents = told("approved")
    case = agents.agency.case
    do(agents, SOCIAL_WORKER, case, "give-child-edition", {"format": "symbols"})
    event = last(agents)
    assert isinstance(event, sought.ChildEditionGiven)
    assert event.format.get() == "symbols"


@pytest.mark.parametrize(
    ("code", "fields", "says"),
    [
        ("amend-referral", {"words": "Call 07700 900123", "material": "no"}, "telephone"),
        ("amend-referral", {"words": "", "material": "no"}, "Write what has changed"),
        ("extend-deadline", {"tier": "T9", "reason": "x"}, "Choose one of the answers"),
        (
            "record-approach",
            {"provider": "GB-COH-1", "introducer": "member", "channel": "email", "note": "x"},
            "Choose one",
        ),
        ("decline-received", {"provider": ASH.provider, "reason": "=cmd()"}, "Choose one of the answers"),
    ],
)
def test_what_cannot_be_is_said_and_nothing_is_recorded(
    told: Told, code: str, fields: dict[str, str], says: str
) -> None:
    agents = told("published")
    size = agents.register.reader.size
    officer = agents.be(OFFICER)
    officer.open_file(agents.agency.case)
    before = agents.register.reader.size
    answer = officer.post(f"/desk/cases/{agents.agency.case}/{code}", **ACT, **fields)
    assert answer.status_code == 422
    assert says in text_of(answer)
    assert agents.register.reader.size == before > size


def test_before_anybody_is_asked_there_is_nobody_to_tell(told: Told) -> None:
    agents = told("opened")
    officer = agents.be(OFFICER)
    officer.open_file(agents.agency.case)
    said = text_of(officer.get(f"/desk/cases/{agents.agency.case}"))
    for title in (
        "Tell everybody what has changed",
        "Give more time to answer",
        "Record an offer that came another way",
    ):
        assert title not in said
    assert "Record that somebody spoke for a provider" in said


def test_a_search_is_withdrawn_while_answers_come_and_everybody_asked_sees_it(told: Told) -> None:
    agents = told("published")
    case = agents.agency.case
    beech = agents.be(BEECH.actor)
    fields = {"reason": "match_with_resident_children", "had_vacancy": "yes", "words": "A draft that is not lost."}
    begun = beech.post(f"/desk/referrals/{case}/decline", **fields)
    assert "/desk/sign/" in str(begun.url)
    officer = agents.be(OFFICER)
    officer.open_file(case)
    mixed = {"how": "withdrawn", "cause": "no_capacity", "reason": "The child goes home."}
    refused = officer.post(f"/desk/cases/{case}/end-referral", **ACT, **mixed)
    assert refused.status_code == 422
    assert "one that was withdrawn has none" in text_of(refused)
    assert "The child goes home." in refused.text
    do(agents, OFFICER, case, "end-referral", {"how": "withdrawn", "reason": "The child goes home.", "version": "1"})
    event = last(agents)
    assert isinstance(event, sought.ReferralEnded)
    assert (event.how.get(), event.cause.get()) == ("withdrawn", None)
    late = beech.post(f"/desk/referrals/{case}/decline", **fields)
    assert late.status_code == 422
    assert "the search is over" in text_of(late).lower()
    assert "A draft that is not lost." in late.text
    again = beech.get(f"/desk/referrals/{case}/decline")
    assert "The search is over: nothing more can be asked or offered." in text_of(again)
    assert "A draft that is not lost." in again.text
    said = text_of(officer.get(f"/desk/cases/{case}"))
    assert "Tell everybody what has changed" not in said


def test_a_search_that_found_no_home_says_why_once_everybody_had_their_time(told: Told) -> None:
    agents = told("published")
    case = agents.agency.case
    officer = agents.be(OFFICER)
    officer.open_file(case)
    none = {"how": "not_found", "cause": "no_capacity", "reason": "Nobody in any tier had room."}
    early = officer.post(f"/desk/cases/{case}/end-referral", **ACT, **none)
    assert early.status_code == 422
    assert "the time of tier 1 is not over" in text_of(early).replace("The", "the")
    agents.wait(hours=30)
    do(agents, OFFICER, case, "end-referral", {**none, "version": "1"})
    event = last(agents)
    assert isinstance(event, sought.ReferralEnded)
    assert event.cause.get() == "no_capacity"
