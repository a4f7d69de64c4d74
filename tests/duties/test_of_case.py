"""What has to be done in a case, by whom and until when: from its public facts, by the rules' own clocks."""

from __future__ import annotations

from datetime import date

import msgspec
import pytest

from fairplace import assess, shelf
from fairplace.challenge.commands import (
    AcknowledgeChallenge,
    AnswerChallenge,
    CarryOutRemedy,
    DecideChallenge,
    LodgeChallenge,
)
from fairplace.decision import History
from fairplace.duties.clocks import CLAIM_DAYS, bank_holidays
from fairplace.duties.duty import Duty, Past
from fairplace.duties.of_case import of_case
from fairplace.openness.commands import AnswerFinding, Release
from fairplace.people.commands import DecideInterest, DeclareInterests
from fairplace.policy import Case
from fairplace.procurement.commands import EndWithoutAward, NameGround, NotifyClaim, OpenBids, WithdrawAward
from fairplace.terms import Instant, instant, london_day
from fairplace.urgent.commands import DecideUrgency
from tests import story
from tests.openness.test_answering import assessed
from tests.story import APPROVER, EVALUATORS, MONITORING, OFFICER, RECEIVER, Story, closed, open_competition
from tests.urgent.test_urgent import bought

RULES = {one.rule.code: one.rule for one in assess.rules(shelf.policies())}


def at(told: Story, now: Instant | None = None) -> dict[str, Duty]:
    """The duties of the case by their titles, from its events with every sealed value closed."""
    when = now or instant(told.now)
    blind = tuple(msgspec.structs.replace(one, event=closed(one.event, set())) for one in told.events
                  if not one.type.startswith("deposit."))  # fmt: skip
    past = Past(history=History(case=told.case, events=blind), now=when, today=london_day(when), rules=RULES)
    found = of_case(past)
    assert len({one.title for one in found}) == len(found)
    return {one.title: one for one in found}


def test_every_chapter_has_its_next_step_and_who_takes_it() -> None:
    steps = {
        "planned": ("Publish the tender notice", OFFICER),
        "opened": ("Check the bids", OFFICER),
        "moderated": ("Decide the award", APPROVER),
        "awarded": ("Send the assessment summaries", OFFICER),
        "summarised": ("Publish the contract award notice", OFFICER),
    }
    for chapter, (title, who) in steps.items():
        found = at(open_competition(until=chapter))[title]
        assert (found.state, who.key in found.people) == ("now", True), chapter


def test_a_direct_award_has_its_ground_its_notice_and_then_its_decision() -> None:
    told = Story()
    told.do(story.plan(route="direct_s41", concerns_one_person=False))
    for title, step in (
        ("Name the ground of the direct award", NameGround(id="test", ground="repeat", provider=story.ALDER, reason="As foreseen.")),
        ("Publish the transparency notice", story.notice("UK5")),
    ):  # fmt: skip
        assert [*at(told)] == [title]
        assert OFFICER.key in at(told)[title].people
        told.do(step)
    assert [*at(told)] == ["Decide the award", "Release what the notice makes public"]


def test_what_an_occasion_makes_public_waits_until_somebody_releases_it() -> None:
    told = Story()
    told.do(story.plan())
    told.do(story.conflicts())
    assert not any(one.task == "release" for one in at(told).values())
    told.do(story.tender())
    release = "Release what the notice makes public"
    found = at(told)[release]
    assert (found.state, found.task, found.who) == ("now", "release", {"officer", "monitoring"})
    assert OFFICER.key in found.people
    assert found.says.startswith("Not public yet: the title, the need, who buys")
    told.do(Release(id="test", occasion="notice"))
    assert release not in at(told)
    assert not any(one.task == "release" for one in at(open_competition(until="awarded")).values())
    told = open_competition(until="contracted")
    for title, occasion in (("award", "award"), ("contract", "contract")):
        assert f"Release what the {title} makes public" in at(told)
        told.do(Release(id="test", occasion=occasion))
        assert f"Release what the {title} makes public" not in at(told)


def test_nothing_of_a_case_that_concerns_one_person_waits_to_be_released() -> None:
    told = Story()
    told.do(story.plan(route="direct_s41", concerns_one_person=True))
    told.do(NameGround(id="test", ground="repeat", provider=story.ALDER, reason="As foreseen."))
    told.do(story.notice("UK5"))
    assert not any(one.task == "release" for one in at(told).values())


def test_what_comes_before_is_said_to_block() -> None:
    told = Story()
    told.do(story.plan())
    assert at(told)["Publish the tender notice"].blocked == "waits for the assessment of conflicts of interest"
    assert at(open_competition(until="awarded"))["Publish the contract award notice"].state == "waits"


def test_a_call_off_names_its_framework_before_anything_else() -> None:
    told = Story()
    told.do(story.plan(route="framework_calloff", concerns_one_person=False))
    found = at(told)
    assert found["Name the framework or dynamic market"].task == "parent"
    assert found["Publish the tender notice"].blocked == "waits for the name of the framework or dynamic market"
    told.do(story.parent())
    assert "Name the framework or dynamic market" not in at(told)


def test_bids_can_come_until_the_deadline_and_are_opened_after_it() -> None:
    told = open_competition(until="deposited")
    [runs] = at(told).values()
    assert (runs.state, runs.due) == ("runs", "2026-04-01")
    assert runs.says == "Until 1pm on Wednesday 1 April. Nobody sees a bid before all are opened together."
    [late] = at(told, "2026-04-02T08:00:00.000Z").values()
    assert (late.title, late.task, late.due) == ("Open the bids", "open", "2026-04-01")
    assert late.is_overdue("2026-04-02")
    assert not late.is_overdue("2026-04-01")


def test_evaluators_are_asked_for_their_interests_until_the_first_sheet_is_in() -> None:
    told = open_competition(until="opened")
    asked = at(told)["Declare your interests"]
    assert (asked.first, asked.who, asked.people) == (True, frozenset({"evaluator"}), frozenset())
    told = open_competition(until="checked")
    assert "Declare your interests" in at(told)
    told.do(story.sheet(story.OFFERS[:3]), by=EVALUATORS[0])
    assert "Declare your interests" not in at(told)


def test_whose_marks_are_missing_is_said_and_no_mark() -> None:
    told = open_competition(until="checked")
    told.do(story.sheet(story.OFFERS[:3]), by=EVALUATORS[0])
    found = at(told)
    assert found["Give your marks"].people == {EVALUATORS[1].key}
    assert (found["Agree the marks"].state, found["Agree the marks"].waits_for) == ("waits", (EVALUATORS[1].key,))
    told.do(story.sheet(story.OFFERS[:3]), by=EVALUATORS[1])
    assert at(told)["Agree the marks"].state == "now"
    assert "Give your marks" not in at(told)


def test_who_is_recused_is_not_waited_for() -> None:
    told = open_competition(until="checked")
    told.do(story.sheet(story.OFFERS[:3]), by=EVALUATORS[0])
    told.do(DecideInterest(id="test", person=EVALUATORS[1].key, outcome="recuse", reason="Worked there"), by=MONITORING)
    found = at(told)
    assert found["Agree the marks"].state == "now"
    assert all(EVALUATORS[1].key not in one.people for one in found.values())


def test_who_declared_before_the_bidders_were_known_declares_again() -> None:
    again = at(open_competition(until="opened"))["Declare your interests again"]
    assert (again.people, again.rule, again.state) == ({OFFICER.key}, "CI-01", "now")
    told = open_competition(until="deposited")
    told.do(DeclareInterests(id="test", acting_as="evaluator"), by=EVALUATORS[0])
    told.wait_until("2026-04-02T09:00:00.000Z")
    told.do(OpenBids(id="test"))
    told.do(story.checks(story.OFFERS[:3]))
    told.do(story.sheet(story.OFFERS[:3]), by=EVALUATORS[0])
    agree = at(told)["Agree the marks"]
    assert (agree.blocked, agree.waits_for) == ("waits for the declaration of", (EVALUATORS[0].key,))
    told.do(DeclareInterests(id="test", acting_as="evaluator"), by=EVALUATORS[0])
    assert at(told)["Agree the marks"].state == "now"


def test_a_standstill_names_the_bank_holiday_that_lengthens_it() -> None:
    assert bank_holidays(date(2026, 11, 23), date(2026, 12, 3), "UK") == (
        "30 November is a bank holiday in Scotland and counts here"
    )
    assert bank_holidays(date(2026, 11, 23), date(2026, 12, 3), "ENG") == ""
    assert bank_holidays(date(2026, 12, 24), date(2026, 12, 29), "UK") == (
        "25 December and 28 December are bank holidays and count here"
    )
    told = open_competition(until="awarded")
    told.wait_until("2026-11-23T09:00:00.000Z")
    told.do(story.summaries(story.OFFERS[:3]))
    told.do(story.notice("UK6", standstill_ends="2026-12-03"))
    sign = at(told)["Sign the contract"]
    assert sign.says == (
        "Standstill runs to the end of Thursday 3 December: 30 November is a bank holiday in Scotland and counts here;"
        " you can sign from Friday 4 December."
    )
    assert (sign.state, sign.opens, sign.rule, sign.blocked) == (
        "waits",
        "2026-12-04",
        "AD-02",
        "waits for the standstill",
    )
    assert at(told, "2026-12-03T23:59:59.000Z")["Sign the contract"].state == "waits"
    assert at(told, "2026-12-04T00:00:00.000Z")["Sign the contract"].state == "now"


def test_the_desk_and_the_rule_name_the_same_day_for_a_standstill() -> None:
    told = open_competition(until="noticed")
    [finding] = RULES["AD-02"].findings(
        Case(id=told.case, as_of=instant(told.now), view="public", events=told.public())
    )
    assert at(told)["Sign the contract"].opens == finding.due_on


def test_a_claim_stops_the_signature_and_says_so() -> None:
    told = open_competition(until="noticed")
    told.do(NotifyClaim(id="test", issued_on="2026-04-13", notified_on="2026-04-13"), by=MONITORING)
    sign = at(told, "2026-05-20T09:00:00.000Z")["Sign the contract"]
    assert (sign.state, sign.rule) == ("waits", "RM-02")
    assert sign.blocked == "waits for the court: a claim suspends the award"


def test_the_time_to_claim_is_the_rules_own() -> None:
    policies = {file.name: file.module for file in shelf.policies()}
    [days] = {module.CLAIM_DAYS for module in policies.values() if hasattr(module, "CLAIM_DAYS")}
    assert days == CLAIM_DAYS
    runs = at(open_competition(until="noticed"))["A claim can be brought"]
    assert (runs.state, runs.due) == ("runs", "2026-05-12")
    assert "A claim can be brought" not in at(open_competition(until="noticed"), "2026-05-13T09:00:00.000Z")


def test_the_details_notice_is_due_when_its_rule_says() -> None:
    told = open_competition(until="noticed")
    told.wait_until("2026-04-24T09:00:00.000Z")
    told.do(story.contract(story.OFFERS[0]), by=APPROVER)
    late = at(told, "2026-06-01T09:00:00.000Z")["Publish the contract details notice"]
    assert (late.due, late.rule) == ("2026-05-23", "TR-05")
    assert late.is_overdue("2026-06-01")
    told.do(story.notice("UK7"))
    assert "Publish the contract details notice" not in at(told)


def test_a_change_that_needs_a_notice_has_it_before_its_day() -> None:
    told = open_competition(until="contracted", planned={"max_term_days": 730})
    told.do(story.contract_change(value_after=700_000, term_days=120), by=APPROVER)
    title = "Publish the notice of the contract change of Monday 1 June"
    duty = at(told)[title]
    assert (duty.due, duty.rule, duty.task, duty.state) == ("2026-05-31", "MO-02", "notice", "now")
    assert OFFICER.key in duty.people
    assert at(told, "2026-06-01T09:00:00.000Z")[title].is_overdue("2026-06-01")
    told.do(story.notice("UK10"))
    assert title not in at(told)


def test_a_small_change_asks_for_nothing() -> None:
    told = open_competition(until="contracted", planned={"max_term_days": 730})
    told.do(story.contract_change(), by=APPROVER)
    assert not [title for title in at(told) if "change" in title]


def test_the_end_of_a_contract_is_noticed_by_the_day_that_its_rule_says() -> None:
    told = open_competition(until="contracted")
    assert "Publish the contract termination notice" not in at(told)
    told.do(story.contract_end(), by=APPROVER)
    duty = at(told)["Publish the contract termination notice"]
    assert (duty.due, duty.rule) == ("2026-05-23", "TR-08")
    told.do(story.notice("UK11"))
    assert "Publish the contract termination notice" not in at(told)


def test_a_challenge_is_acknowledged_answered_and_decided_in_its_time() -> None:
    told = open_competition(until="noticed")
    lodged = told.do(
        LodgeChallenge(id="test", kind="complaint", ground="scoring", remedy="re-score", words="Why?"), by=RECEIVER
    )
    stream = lodged.stream
    first = at(told)["Acknowledge a challenge"]
    assert (first.due, first.rule) == ("2026-04-15", "RM-04")
    assert at(told, "2026-04-20T09:00:00.000Z")["Acknowledge a challenge"].is_overdue("2026-04-20")
    told.do(AcknowledgeChallenge(id="test", challenge=stream))
    assert at(told, "2026-05-20T09:00:00.000Z")["Answer a challenge"].due == "2026-04-23"
    told.do(AnswerChallenge(id="test", challenge=stream, answer="Because"), by=MONITORING)
    assert OFFICER.key not in at(told)["Decide a challenge"].people
    told.do(DecideChallenge(id="test", challenge=stream, outcome="not-upheld", reason="It stands"), by=MONITORING)
    assert not any("challenge" in title for title in at(told))


def test_a_remedy_is_owed_until_it_is_carried_out() -> None:
    told = open_competition(until="noticed")
    stream = told.do(
        LodgeChallenge(id="test", kind="complaint", ground="scoring", remedy="apology", words="?"), by=RECEIVER
    ).stream
    told.do(AcknowledgeChallenge(id="test", challenge=stream))
    told.do(AnswerChallenge(id="test", challenge=stream, answer="Yes"), by=MONITORING)
    told.do(
        DecideChallenge(id="test", challenge=stream, outcome="upheld", reason="So", remedy="apology"), by=MONITORING
    )
    owed = at(told)["Carry out a remedy"]
    assert (owed.due, owed.rule, owed.task, owed.says) == ("2026-05-12", "RM-05", "remedy", "Decided: apology.")
    told.do(CarryOutRemedy(id="test", challenge=stream, words="We wrote"))
    assert "Carry out a remedy" not in at(told)


def test_what_a_rule_found_is_answered_in_its_window() -> None:
    told = open_competition(until="noticed")
    assessed(told, ET_01="not-met", AD_02="met", FA_01="concern")
    found = at(told, "2026-05-01T09:00:00.000Z")["Answer what ET-01 found"]
    assert (found.due, found.rule, found.about) == ("2026-04-27", "FA-01", "ET-01")
    assert found.is_overdue("2026-05-01")
    assert "Answer what FA-01 found" not in at(told)
    told.do(AnswerFinding(id="test", rule="ET-01", words="A mistake"))
    assert "Answer what ET-01 found" not in at(told)


def test_an_urgent_purchase_waits_for_somebody_else() -> None:
    told = bought()
    assert [(title, one.due, one.rule) for title, one in at(told).items()] == [
        ("Approve an urgent purchase", "2026-12-07", "DA-08")
    ]
    told.do(DecideUrgency(id="test", outcome="approved", reason="Right"), by=APPROVER)
    assert at(told) == {}


def test_after_an_award_is_taken_back_it_is_told_anew() -> None:
    told = open_competition(until="noticed")
    told.do(WithdrawAward(id="test", reason="An annex was not read"), by=APPROVER)
    assert "Decide the award" in at(told)
    told.do(story.award(story.OFFERS[0]), by=APPROVER)
    assert at(told)["Send the assessment summaries"].state == "now"


def test_a_case_that_ended_needs_its_notice_and_then_nothing() -> None:
    told = open_competition(until="opened")
    told.do(EndWithoutAward(id="test", ground="no-bids", reason="Nobody bid"), by=APPROVER)
    release = "Release what the end of the procedure makes public"
    assert [*at(told)] == ["Publish the procurement termination notice", release]
    told.do(story.notice("UK12"))
    assert [*at(told)] == [release]
    told.do(Release(id="test", occasion="ended"))
    assert at(told) == {}


@pytest.mark.parametrize("chapter", list(story.CHAPTERS))
def test_no_sealed_word_stands_in_any_duty(chapter: str) -> None:
    told = open_competition(until=chapter)
    said = repr(at(told))
    for word in ("Forty families", "Alder", "Birch", "520000", "5,200", "waking nights", "strongest"):
        assert word not in said
