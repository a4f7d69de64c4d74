"""Access to the opportunity: PL-01 to PL-07, each met, of concern, not met and not to be told."""

from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

from fairplace.policy import Finding
from fairplace.referral import events as r
from tests.policies.sought import (
    FACTS,
    IDS,
    OFFERS,
    agreement,
    asked,
    assessment,
    choice,
    fact,
    findings,
    given_fact,
    home,
    m,
    market,
    moment,
    offer,
    outcome,
    provider,
    published,
    search,
    told,
    worst,
)


def answers(finding: Finding) -> tuple[str, str | None, str | None]:
    return finding.outcome, finding.process_unequal, finding.outcome_likely_changed


# PL-01


def test_all_eligible_providers_asked_together_are_asked_alike() -> None:
    assert answers(worst("PL-01", search())) == ("met", "no", "no")


def test_a_provider_that_was_left_out_is_found() -> None:
    """22 eligible, 21 sent at 10:00, one omitted."""
    more = [f"p{n}" for n in range(19)]
    tiers = dict.fromkeys(("alder", "birch", "cedar", *more), "T1")
    wide = market(*map(provider, more), *map(home, more), agreement(tiers=tiers))
    names = [name for name in tiers if name != "p7"]
    found = worst("PL-01", search(market_=wide, t1={"recipients": asked(*names, at="10:00")}))
    assert answers(found) == ("not-met", "yes", "unknown")
    assert "1 of 22 providers in tier 1 whose homes may take such a child was not asked: p7" in found.text


@pytest.mark.parametrize(
    ("first", "expected"),
    [("09:15", "met"), ("09:14", "concern"), ("08:30", "concern"), ("08:29", "not-met"), ("01 15:00", "not-met")],
)
def test_what_is_the_same_time(first: str, expected: str) -> None:
    assert outcome("PL-01", search(t1={"recipients": asked("alder", "birch", "cedar", cedar=first)})) == expected


def test_a_head_start_of_one_that_was_not_chosen_changed_nothing() -> None:
    case = search(t1={"recipients": asked("alder", "birch", "cedar", cedar="01 15:00")})
    assert answers(worst("PL-01", case)) == ("not-met", "yes", "no")
    case = search(t1={"recipients": asked("alder", "birch", "cedar", alder="01 15:00")})
    assert answers(worst("PL-01", case)) == ("not-met", "yes", "unknown")


def test_who_had_to_be_asked_is_never_guessed() -> None:
    case = search().case()
    assert outcome("PL-01", _without_market(case)) == "cannot-tell"
    assert outcome("PL-01", search().hidden()) == "cannot-tell"
    assert outcome("PL-01", search(until="in_house")) == "not-applicable"


def _without_market(case: Any) -> Any:
    return msgspec.structs.replace(case, market=None)


def test_a_home_outside_the_areas_searched_need_not_be_asked() -> None:
    far = market(provider("oak"), home("oak", area="SYN09"), agreement(tiers={"alder": "T1", "birch": "T1", "cedar": "T1", "oak": "T1"}))  # fmt: skip
    assert outcome("PL-01", search(market_=far)) == "not-met"
    assert outcome("PL-01", search(market_=far, t1={"areas": ["SYN01"]})) == "met"


def test_a_provider_found_late_and_asked_an_hour_later_was_not_asked_together() -> None:
    case = search(
        t1={"recipients": asked("alder", "birch")},
        after={"t1": [published(at="10:45", recipients=asked("cedar", at="10:45", until="03 17:00"))]},
    )
    assert outcome("PL-01", case) == "not-met"


# PL-02


def extended(*names: str, at: str = "02 16:00", until: str = "04 17:00") -> Any:
    return fact(r.DeadlineExtended, at, tier="T1", recipients=asked(*names, until=until), reason="More time")


def test_one_closing_time_for_all_is_equal() -> None:
    assert outcome("PL-02", search()) == "met"
    assert outcome("PL-02", search(after={"t1": [extended("alder", "birch", "cedar")]})) == "met"


@pytest.mark.parametrize("case", [
    lambda: search(t1={"recipients": asked("alder", "birch", "cedar", late={"cedar": "04 17:00"})}),
    lambda: search(after={"t1": [extended("cedar")]}),
    lambda: search(after={"offers": [extended("alder", "birch", "cedar", at="03 17:30")]}),
])  # fmt: skip
def test_longer_for_some_or_after_the_end_is_unequal(case: Any) -> None:
    found = worst("PL-02", case())
    assert answers(found) == ("not-met", "yes", "no")


def late(admitted: bool, name: str) -> Any:
    return fact(r.LateOfferDecided, "03 18:00", offer=IDS[name], admitted=admitted, reason="It was close")


LATE = {
    **OFFERS,
    "c": offer("cedar", at="03 17:40", late=True, fee=460_000),
    "d": offer("birch", at="03 17:55", late=True),
}


def test_one_late_offer_taken_in_and_another_refused_is_unequal() -> None:
    case = search(offers=LATE, after={"offers": [late(True, "c"), late(False, "d")]})
    assert answers(worst("PL-02", case)) == ("not-met", "yes", "no")
    chosen = search(offers=LATE, chosen={"chosen": choice("c")}, after={"offers": [late(True, "c")]})
    assert answers(worst("PL-02", chosen)) == ("not-met", "yes", "yes")
    assert outcome("PL-02", search(offers=LATE, after={"offers": [late(False, "c"), late(False, "d")]})) == "met"


@pytest.mark.parametrize(("until", "expected"), [("13:30", "met"), ("13:29", "concern")])
def test_less_than_four_working_hours_are_short(until: str, expected: str) -> None:
    case = search(t1={"recipients": asked("alder", "birch", "cedar", until=until)})
    assert outcome("PL-02", case) == expected


def test_an_evening_gives_no_working_hours_and_an_emergency_needs_none() -> None:
    night = {"at": "19:00", "recipients": asked("alder", "birch", "cedar", at="19:00", until="03 08:00")}
    assert outcome("PL-02", search(t1=night)) == "concern"
    assert outcome("PL-02", search(t1=night, opened={"urgency": "emergency"})) == "met"


def test_a_closing_time_that_is_withheld_is_not_guessed() -> None:
    assert outcome("PL-02", search().hidden()) == "cannot-tell"


# PL-03


def amended(*names: str, at: str = "14:00", material: bool = True, **other: str) -> Any:
    return fact(r.ReferralAmended, at, need_version=1, material=material, words="Behaviour", recipients=told(*names, at=at, **other))  # fmt: skip


def settled(*names: str, question: str = "Q1", at: str = "14:00", **other: str) -> Any:
    return fact(r.QuestionSettled, at, question=question, answer="Yes", recipients=told(*names, at=at, **other))


ALL = ("alder", "birch", "cedar")


def test_an_answer_to_all_at_once_is_equal() -> None:
    assert outcome("PL-03", search(after={"t1": [settled(*ALL), amended(*ALL)]})) == "met"


@pytest.mark.parametrize(("last", "expected"), [("14:30", "met"), ("14:31", "concern")])
def test_answers_half_an_hour_apart_are_together(last: str, expected: str) -> None:
    assert outcome("PL-03", search(after={"t1": [settled(*ALL, cedar=last)]})) == expected


def test_news_of_behaviour_sent_to_one_is_found() -> None:
    one = worst("PL-03", search(after={"t1": [amended("alder")]}))
    assert answers(one) == ("not-met", "yes", "unknown")
    assert "never reached 2 of 3" in one.text
    assert answers(worst("PL-03", search(after={"t1": [amended("cedar")]}))) == ("not-met", "yes", "no")


def test_d10_an_answer_to_one_of_twelve_is_found() -> None:
    """D10: two providers ask, and all twelve get the answer at one time; an answer to one of twelve fails."""
    names = [f"p{n}" for n in range(12)]
    for got, expected in ((names, "met"), (names[:1], "not-met")):
        case = search(t1={"recipients": asked(*names)}, after={"t1": [settled(*got), settled(*names, question="Q2")]})
        assert outcome("PL-03", case) == expected


def test_an_answer_given_again_to_the_others_is_one_answer() -> None:
    case = search(after={"t1": [settled("alder"), settled("birch", "cedar", at="14:20")]})
    assert outcome("PL-03", case) == "met"


def test_what_does_not_matter_need_not_reach_all() -> None:
    assert outcome("PL-03", search(after={"t1": [amended("alder", material=False)]})) == "not-applicable"


def test_who_got_an_answer_is_never_guessed() -> None:
    assert outcome("PL-03", search(after={"t1": [settled("alder")]}).hidden()) == "cannot-tell"


# PL-04


def spoken_for(**changes: Any) -> Any:
    return {"introducer": "member", "provider": "alder", **changes}


def waits(a: str, b: str, priority: str | None = None, other: str | None = None) -> Any:
    return {
        "a": replace(OFFERS["a"], waited=a, priority=priority),
        "b": replace(OFFERS["b"], waited=b, priority=other),
    }


def test_an_offer_that_waited_as_long_as_others_had_no_head_start() -> None:
    assert outcome("PL-04", search(contact=spoken_for())) == "met"
    assert outcome("PL-04", search()) == "met"


def test_two_hours_against_twenty_is_a_head_start() -> None:
    case = search(offers=waits("14:00", "03 09:00"), contact=spoken_for())
    found = worst("PL-04", case)
    assert answers(found) == ("not-met", "yes", "unknown")
    assert "waited 2 hours, others 20 hours" in found.text
    other = search(offers=waits("03 08:00", "15:00"), contact=spoken_for(provider="birch"))
    assert answers(worst("PL-04", other)) == ("not-met", "yes", "no")


def test_a_reason_that_held_for_every_offer_is_none_that_favours() -> None:
    tonight = "child_safety_tonight"
    assert outcome("PL-04", search(offers=waits("14:00", "03 09:00", tonight, tonight), contact=spoken_for())) == "met"
    assert outcome("PL-04", search(offers=waits("14:00", "03 09:00", tonight), contact=spoken_for())) == "not-met"


def test_to_be_kept_waiting_for_an_introduction_is_a_concern() -> None:
    assert outcome("PL-04", search(offers=waits("03 18:00", "14:00"), contact=spoken_for())) == "concern"


def test_without_a_log_of_contacts_nobody_can_tell() -> None:
    assert outcome("PL-04", search(skip=("contact",))) == "cannot-tell"
    assert outcome("PL-04", search(skip=("considered",), contact=spoken_for())) == "cannot-tell"
    assert outcome("PL-04", search(contact=spoken_for()).hidden()) == "cannot-tell"


# PL-05


def second(at: str, **changes: Any) -> Any:
    return published(at=at, tier="T2", recipients=asked("elm", at=at, until="04 12:00"), **changes)


def declines(*names: str, at: str = "11:00") -> list[Any]:
    return [
        fact(r.Declined, at, tier="T1", provider=name, reason="no_vacancy", had_vacancy=False, words=None)
        for name in names
    ]


def test_the_next_tier_after_the_time_of_the_first_is_in_order() -> None:
    assert outcome("PL-05", search(after={"considered": [second("03 09:30")]})) == "met"


def test_the_next_tier_after_five_hours_with_nine_unanswered_is_early() -> None:
    names = [f"p{n}" for n in range(14)]
    early = [*declines(*names[:5]), second("14:30")]
    found = worst("PL-05", search(t1={"recipients": asked(*names)}, after={"t1": early}))
    assert answers(found) == ("not-met", "yes", "no")
    assert "tier 2 was asked after 5 hours of 24 while 9 of 14 providers in tier 1 had not answered" in found.text


def test_the_next_tier_at_once_when_all_declined_is_in_order() -> None:
    case = search(offers={}, skip=("chosen", "scored", "considered", "located", "reasons"), until="t1", after={"t1": [*declines(*ALL), second("12:00")]})  # fmt: skip
    assert outcome("PL-05", case) == "met"


def test_all_answered_but_an_offer_not_judged_is_a_concern() -> None:
    case = search(after={"offers": [*declines("cedar"), second("15:00")]})
    assert outcome("PL-05", case) == "concern"


def test_a_tier_that_was_left_out_is_found_and_an_empty_one_is_none() -> None:
    skipped = search(t1={"tier": "T2", "recipients": asked("elm")}, offers={}, until="t1")
    assert outcome("PL-05", skipped) == "not-met"
    older = [given_fact(m.SettingChanged, "2026-01-01T09:00:00.000Z", setting=f"{name}-1", status="suspended", reason="suspension", registration=m.Registration(urn=None, age_from=10, age_to=17, sexes=["female"]), places=4) for name in ALL]  # fmt: skip
    empty = search(market_=market(*older), t1={"tier": "T2", "recipients": asked("elm")}, offers={}, until="t1")
    assert outcome("PL-05", empty) == "met"


def test_an_emergency_may_change_the_order() -> None:
    emergency = fact(r.EmergencyDeclared, "09:20", expires_at=moment("04 09:20"), reason="breakdown")
    case = search(after={"in_house": [emergency], "t1": [second("10:00")]}, until="t1")
    assert outcome("PL-05", case) == "met"  # T1 in its turn, T2 in an emergency
    assert {one.outcome for one in findings("PL-05", case)} == {"met", "not-applicable"}


def test_who_had_answered_is_never_guessed() -> None:
    assert outcome("PL-05", search(after={"t1": [second("14:30")]}).hidden()) == "cannot-tell"


# PL-06


def facts(given: int, of: int) -> dict[str, Any]:
    return {"assessment": assessment(facts={f"f{n}": n < given for n in range(of)} | {"not_here": None})}


@pytest.mark.parametrize(
    ("given", "of", "expected"),
    [(44, 44, "met"), (8, 10, "met"), (31, 44, "concern"), (6, 10, "concern"), (59, 100, "not-met")],
)
def test_how_complete_a_referral_is(given: int, of: int, expected: str) -> None:
    assert outcome("PL-06", search(need=facts(given, of))) == expected


def test_31_of_44_facts_are_seventy_percent() -> None:
    assert "31 of 44 facts were given: 70 %" in worst("PL-06", search(need=facts(31, 44))).text


def test_a_referral_of_which_no_facts_are_on_record_cannot_be_told() -> None:
    assert outcome("PL-06", search(need={"assessment": assessment(facts={})})) == "cannot-tell"
    assert outcome("PL-06", search(need={"assessment": assessment(facts=dict.fromkeys(FACTS))})) == "cannot-tell"
    assert outcome("PL-06", search().hidden()) == "cannot-tell"


# PL-07


def shown(at: str, **changes: Any) -> dict[str, Any]:
    return {"shown_at": moment(at), **changes}


def first(hours: int = 72) -> Any:
    return given_fact(m.InHousePolicyDeclared, "2026-01-05T09:00:00.000Z", authority="SYN01", policy="OWN-FIRST", family="residential", head_start_hours=hours, from_on="2026-01-05", reason="Ours first")  # fmt: skip


EARLY = "2026-02-27T09:30:00.000Z"  # 72 hours before others


def test_the_same_request_at_nearly_the_same_time_is_equal() -> None:
    assert outcome("PL-07", search()) == "met"


def test_seventy_two_hours_by_a_declared_policy_is_met_and_says_so() -> None:
    found = worst("PL-07", search(market_=market(first()), criteria={"in_house_policy": "OWN-FIRST"}, in_house=shown(EARLY)))  # fmt: skip
    assert found.outcome == "met"
    assert "72 hours before others, by the declared policy OWN-FIRST" in found.text


def test_seventy_two_hours_without_a_policy_is_a_concern() -> None:
    assert outcome("PL-07", search(in_house=shown(EARLY))) == "concern"
    longer = search(market_=market(first(48)), criteria={"in_house_policy": "OWN-FIRST"}, in_house=shown(EARLY))
    assert outcome("PL-07", longer) == "concern"


def test_a_home_of_ones_own_chosen_without_a_search_is_found() -> None:
    ours = {"a": offer("own"), "b": OFFERS["b"]}
    assert outcome("PL-07", search(offers=ours, skip=("in_house",))) == "not-met"


def test_another_need_or_other_criteria_are_another_request() -> None:
    assert outcome("PL-07", search(in_house={"need_version": 2})) == "not-met"
    assert outcome("PL-07", search(in_house={"criteria": "z" * 44})) == "not-met"


def test_no_search_of_own_homes_when_another_is_chosen_cannot_be_told() -> None:
    assert outcome("PL-07", search(skip=("in_house",))) == "cannot-tell"
    assert outcome("PL-07", search(in_house={"criteria": None})) == "cannot-tell"
    assert outcome("PL-07", search().hidden()) == "cannot-tell"
