"""How it goes on once the child has moved in: the desk's forms for reviews, outcomes, fees, visits, and the end."""

from __future__ import annotations

from typing import Any

import pytest

from fairplace.http import case_file
from fairplace.people import by_tag
from fairplace.placement import events as lived
from fairplace.referral.events import FeedbackGiven
from tests.homes import BEECH, BUDGET, DIRECTOR, OFFICER, SOCIAL_WORKER
from tests.http.agents import Told
from tests.http.colleagues import text_of
from tests.http.test_seeking import ACT, day, do
from tests.http.test_telling import last

USE = {
    **day("use.began_on", 2026, 3, 2), "reason": "no_registered_home", "approved_by": "director", "use.weekly_cost": "10,500",
    **day("use.review_due_on", 2026, 3, 9), "use.registration_applied": "yes", "use.court": "none",
}  # fmt: skip
END = {
    **day("ending.ended_on", 2026, 3, 9), "reason": "CARPL", "ending.rec": "X1", "planned": "yes",
    "ending.reviewed_first": "yes", "ending.immediate_risk": "no",
}  # fmt: skip


def test_from_the_first_review_to_the_day_on_which_the_child_leaves(told: Told) -> None:
    agents = told("started")
    case = agents.agency.case
    agents.wait(days=5)
    do(agents, SOCIAL_WORKER, case, "review-placement", {
        **day("reviewed_on", 2026, 3, 10), "need_met": "partly", "words": "Sleeps better; school goes well.",
        "ratio_day": "1.5", "added_hours": "14", "hour_rate": "22.00",
    })  # fmt: skip
    event = last(agents)
    assert isinstance(event, lived.PlacementReviewed)
    assert (event.ratio_day.get(), event.added_hours.get(), event.hour_rate.get()) == (150, 14, 2200)

    worker = agents.be(SOCIAL_WORKER)
    worker.open_file(case)
    assert "Stay safe: One night a week at most" in text_of(worker.get(f"/desk/cases/{case}/measure-outcome"))
    do(
        agents,
        SOCIAL_WORKER,
        case,
        "measure-outcome",
        {"outcome": "o1", "attained": "partly", "actual": "Two nights a week."},
    )
    assert isinstance(last(agents), lived.OutcomeMeasured)
    do(
        agents,
        SOCIAL_WORKER,
        case,
        "record-assurance",
        {"kind": "visit", "words": "Rooms are warm, adults know the plan."},
    )
    assert isinstance(last(agents), lived.AssuranceRecorded)
    do(agents, OFFICER, case, "give-feedback", {"mark": "4", "words": "They answered quickly."})
    event = last(agents)
    assert isinstance(event, FeedbackGiven)
    assert (event.by, event.mark.get()) == ("commissioner", 4)
    do(agents, SOCIAL_WORKER, case, "end-placement", END | day("ending.ended_on", 2026, 3, 10))
    event = last(agents)
    assert isinstance(event, lived.PlacementEnded)
    assert event.ending.get().notice_given_on is None
    said = text_of(worker.get(f"/desk/cases/{case}"))
    assert "The child has left" in said


def test_a_fee_changes_in_its_parts_and_each_keeps_its_payer(told: Told) -> None:
    agents = told("started")
    case = agents.agency.case
    agents.wait(days=1)
    budget = agents.be(BUDGET)
    budget.open_file(case)
    form = budget.get(f"/desk/cases/{case}/change-fee").text
    assert "Now £4,700" in form
    assert 'value="376.00"' in form
    parts = {"fee-accommodation": "1,269.00", "fee-care_staffing": "2,350.00", "fee-education": "470.00", "fee-therapy": "476.00",
             "fee-management": "235.00"}  # fmt: skip
    change = {"basis": "need_changed", **day("fee.from_on", 2026, 6, 1), "words": "One more hour of therapy.", **parts}
    wrong = budget.post(f"/desk/cases/{case}/change-fee", **ACT, **change, **{"fee.weekly_fee": "4,700"})
    assert wrong.status_code == 422
    assert "add up to £4,800.00, and the weekly fee is £4,700.00" in text_of(wrong)
    do(agents, BUDGET, case, "change-fee", {**change, "fee.weekly_fee": "4,800", "version": "1"})
    event = last(agents)
    assert isinstance(event, lived.FeeChanged)
    fee = event.fee.get()
    assert (event.fee_version, fee.weekly_fee, fee.from_on) == (2, 480_000, "2026-06-01")
    assert [(one.code, one.payer, one.needs) for one in fee.lines if one.code == "therapy"] == [
        ("therapy", "health", ["n3"])
    ]


def test_a_child_in_a_place_that_is_not_on_the_list_moves_in_at_the_desk(told: Told) -> None:
    agents = told("opened")
    case = agents.agency.case
    officer = agents.be(OFFICER)
    officer.open_file(case)
    assert "Record that the child has moved in" not in text_of(officer.get(f"/desk/cases/{case}"))
    do(agents, OFFICER, case, "record-unregistered-use", USE)
    assert "A place that is not registered is used" in text_of(officer.get(f"/desk/cases/{case}"))
    form = officer.get(f"/desk/cases/{case}/start-placement").text
    assert "If the place is not on the list of homes" in form
    moved = {**day("moved_at", 2026, 3, 2), "moved_at-time": "09:00", "reason": "P"}
    short = officer.post(f"/desk/cases/{case}/start-placement", **ACT, **moved)
    assert short.status_code == 422
    assert "Choose what kind of place it is" in text_of(short)
    place = {"place_code": "Z14", "provider_class": "PR4", "boundary": "IN", "urn": ""}
    named = officer.post(
        f"/desk/cases/{case}/start-placement", **ACT, **moved, **{**place, "urn": "12 Elm Road", "version": "1"}
    )
    assert named.status_code == 422
    agents.wait(hours=2)
    do(agents, OFFICER, case, "start-placement", {**moved, **place, "version": "2"})
    event = last(agents)
    assert isinstance(event, lived.PlacementStarted)
    began, started = event.began.get(), event.started.get()
    assert began.setting is not None
    assert began.setting.startswith("unlisted-")
    assert (started.place_code, started.provider_class, started.boundary, started.registered) == (
        "Z14",
        "PR4",
        "IN",
        False,
    )


def test_a_place_that_is_not_registered_is_recorded_and_looked_at_again(told: Told) -> None:
    agents = told("opened")
    case = agents.agency.case
    do(agents, OFFICER, case, "record-unregistered-use", USE)
    event = last(agents)
    assert isinstance(event, lived.UnregisteredUseRecorded)
    assert (event.use.get().weekly_cost, event.approved_by) == (1_050_000, "director")
    agents.wait(days=6)
    director = agents.be(DIRECTOR)
    director.open_file(case)
    assert "Look at that use again" in text_of(director.get(f"/desk/cases/{case}"))
    do(agents, DIRECTOR, case, "review-unregistered-use", {**day("reviewed_on", 2026, 3, 8), "goes_on": "no"})
    event = last(agents)
    assert isinstance(event, lived.UnregisteredUseReviewed)
    assert not event.goes_on
    director.open_file(case)
    assert "Look at that use again" not in text_of(director.get(f"/desk/cases/{case}"))


@pytest.mark.parametrize(
    ("until", "code", "fields", "says"),
    [
        ("started", "review-placement", {**day("reviewed_on", 2027, 3, 10), "need_met": "yes", "words": "Well."}, "still to come"),
        ("started", "review-placement", {**day("reviewed_on", 2026, 3, 6), "need_met": "yes", "words": "Well.", "added_hours": "3"}, "give both, or neither"),
        ("started", "review-placement", {**day("reviewed_on", 2026, 3, 6), "need_met": "yes", "words": "Lives at LS1 4AP"}, "postcode"),
        ("started", "end-placement", END | day("ending.ended_on", 2026, 3, 1), "it began on 6 March 2026"),
        ("started", "end-placement", END | {"reason": "NOPE"}, "Choose one of the answers"),
        ("opened", "record-unregistered-use", USE | day("use.review_due_on", 2026, 3, 20), "within 7 days"),
        ("opened", "record-unregistered-use", USE | {"use.weekly_cost": "1e9"}, "Write an amount in pounds"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_said_and_nothing_typed_is_lost(
    told: Told, until: str, code: str, fields: dict[str, Any], says: str
) -> None:
    agents = told(until)
    agents.wait(hours=1)
    one = agents.be(OFFICER)
    one.open_file(agents.agency.case)
    before = agents.register.reader.size
    answer = one.post(f"/desk/cases/{agents.agency.case}/{code}", **ACT, **fields)
    assert answer.status_code in (409, 422), text_of(answer)
    assert says in text_of(answer)
    assert agents.register.reader.size == before
    draft = one.get(f"/desk/cases/{agents.agency.case}/{code}").text
    assert 'value="2026"' in draft or 'value="2027"' in draft


def test_the_list_of_those_who_moved_in_says_what_is_owed_and_nothing_of_the_child(told: Told) -> None:
    agents = told("started")
    agents.wait(days=1)
    said = text_of(agents.be(OFFICER).get("/desk/searches/living"))
    assert "Review how it goes by 7 April 2026" in said
    assert "6 March 2026" in said
    for words in ("female", "Adults who stay calm", "home-01", "Ash"):
        assert words not in said, words
    work = agents.be(SOCIAL_WORKER)
    assert "Review how it goes" not in text_of(work.get("/desk")), "it is a month away"
    agents.wait(days=20)
    assert "Review how it goes" in text_of(work.get("/desk"))


def test_what_is_owed_to_a_child_stands_in_the_work_of_whoever_can_do_it(told: Told) -> None:
    agents = told("opened")
    do(agents, OFFICER, agents.agency.case, "record-unregistered-use", USE)
    owed = "Look at the unregistered use again by 9 March 2026"
    director = agents.be(DIRECTOR)
    assert owed in text_of(director.get("/desk"))
    assert f'href="/desk/cases/{agents.agency.case}/review-unregistered-use"' in director.get("/desk").text
    assert owed not in text_of(agents.be(BUDGET).get("/desk"))
    assert owed in text_of(agents.be(BUDGET).get("/desk/searches/living"))


def test_the_decision_for_the_young_person_is_made_at_the_desk_once_the_file_is_open(told: Told) -> None:
    agents = told("approved")
    place = f"/desk/searches/{agents.agency.case}/young-person"
    worker = agents.be(SOCIAL_WORKER)
    assert "Open this case file" in worker.get(f"{place}/plain").text
    worker.open_file(agents.agency.case)
    plain = worker.get(f"{place}/plain")
    assert "attachment" in plain.headers["content-disposition"]
    for words in ("What we looked for", "a children&#39;s home", "Why this home"):
        assert words in plain.text, words
    assert "£" not in plain.text
    assert b"\n" in worker.get(f"{place}/braille").content
    assert worker.get(f"{place}/nothing").status_code == 404
    assert agents.be(BUDGET).get(f"{place}/plain").status_code == 403


def test_before_a_home_is_chosen_there_is_no_decision_to_give(told: Told) -> None:
    agents = told("opened")
    worker = agents.be(SOCIAL_WORKER)
    worker.open_file(agents.agency.case)
    answer = worker.get(f"/desk/searches/{agents.agency.case}/young-person/plain")
    assert answer.status_code == 404
    assert "decide first, then tell the child" in answer.text


def test_a_provider_says_how_it_was_with_the_authority(told: Told) -> None:
    agents = told("reasoned")
    beech = agents.be(BEECH.actor)
    place = f"/desk/referrals/{agents.agency.case}"
    assert "Say how it was with us" in beech.get(place).text
    beech.sign(beech.post(f"{place}/feedback", mark="2", words="The reasons came late."))
    event = last(agents)
    assert isinstance(event, FeedbackGiven)
    assert (event.by, event.mark.get()) == ("provider", 2)


def test_who_may_read_what_is_the_childs_own_is_the_same_at_the_desk_and_by_tag() -> None:
    assert set(by_tag.KNOWS.split()) == case_file.KNOW_THE_CHILD
    assert set(by_tag.TEAM.split()) == case_file.SEEKERS
