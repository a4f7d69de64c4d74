from typing import Any

import msgspec
import pytest

from fairplace.errors import Forbidden, Malformed, Missing, Refused
from fairplace.procurement.commands import (
    AnswerQuestion,
    AskQuestion,
    ChangeCriteria,
    ChangeDeadline,
    RecordContact,
)
from fairplace.procurement.events import (
    CriteriaChanged,
    Criterion,
    DeadlineChanged,
    Handling,
    Planned,
    QuestionAnswered,
    Receipt,
    Scale,
    TenderPublished,
)
from fairplace.procurement.state import state_of
from tests.blocks import blocked, never
from tests.story import (
    ALDER,
    BIRCH,
    CRITERIA,
    DEADLINE,
    DESCRIPTORS,
    EVALUATORS,
    EXHIBIT,
    RECEIVER,
    SCALE,
    TITLES,
    Story,
    conflicts,
    open_competition,
    plan,
    tender,
)


def planned() -> Story:
    return open_competition(until="planned")


def published() -> Story:
    return open_competition(until="published")


def changed(**changes: Any) -> ChangeCriteria:
    members: dict[str, Any] = {
        "id": "test",
        "criteria": CRITERIA,
        "scale": SCALE,
        "price_formula": "lowest-over-price",
        "titles": TITLES,
        "descriptors": DESCRIPTORS,
        "reason": "A weight was misprinted",
    }
    return ChangeCriteria(**{**members, **changes})


def moved(deadline: str = "2026-04-08T12:00:00.000Z", **changes: Any) -> ChangeDeadline:
    return ChangeDeadline(**{"id": "test", "deadline": deadline, "reason": "The portal was down", **changes})


def answered(**changes: Any) -> AnswerQuestion:
    return AnswerQuestion(**{"id": "test", "question": "Q1", "answer": "Yes", **changes})


def criterion(name: str, weight: int, parent: str | None = None, kind: Any = "quality") -> Criterion:
    return Criterion(id=name, parent=parent, kind=kind, weight=weight)


def test_a_plan_begins_a_case_and_its_words_are_sealed() -> None:
    story = Story()
    event = story.do(plan()).event
    assert isinstance(event, Planned)
    assert (event.regime, event.commenced_on, event.case) == ("PA23", "2026-03-02", story.case)
    assert (event.title.basis, event.estimated_value.basis) == ("standstill", "commercial")
    assert event.is_act
    assert event.happened_at == story.last.at


def test_a_case_is_planned_once() -> None:
    assert "exists already" in never(planned(), plan(), "case-exists")


def test_a_case_is_named_by_a_random_uuid() -> None:
    story = Story(case="child-of-the-smiths")
    with pytest.raises(Malformed, match="random UUID"):
        story.decide(plan())


@pytest.mark.parametrize(
    ("route", "cpv", "expected"),
    [
        ("framework_calloff", "85311300", True),
        ("direct_s41", "80340000", True),
        ("open", "85311300", False),
        ("framework_calloff", "90910000", False),
    ],
)
def test_a_direct_purchase_of_social_care_concerns_one_person_unless_somebody_says_otherwise(
    route: str, cpv: str, expected: bool
) -> None:
    event = Story().do(plan(route=route, cpv=[cpv])).event
    assert isinstance(event, Planned)
    assert event.concerns_one_person is expected
    said = Story().do(plan(route=route, cpv=[cpv], concerns_one_person=not expected)).event
    assert isinstance(said, Planned)
    assert said.concerns_one_person is not expected


def test_words_are_cleaned_and_empty_ones_refused() -> None:
    event = Story().do(plan(title="  Cafe\u0301\r\nhomes ")).event
    assert isinstance(event, Planned)
    assert event.title.value == "Caf\u00e9\nhomes"
    never(Story(), plan(need=" \n "), "empty-text")


def test_a_code_has_no_room_for_free_text() -> None:
    never(Story(), plan(cpv=["ask Mrs Smith of 3 High Street, she knows all about the matter, and more"]), "code")


def test_a_negative_value_is_refused() -> None:
    never(Story(), plan(estimated_value=-1), "amount")


def test_a_day_that_the_calendar_lacks_is_no_day() -> None:
    with pytest.raises(Malformed, match="2026-02-30"):
        Story().decide(plan(commenced_on="2026-02-30"))


def test_nothing_happens_in_a_case_that_does_not_exist() -> None:
    with pytest.raises(Missing, match="no case"):
        Story().decide(conflicts())


def test_an_evaluator_does_not_plan() -> None:
    with pytest.raises(Forbidden, match="is for the officer"):
        Story().decide(plan(), by=EVALUATORS[0])


def test_a_report_says_when_it_happened_and_never_in_the_future() -> None:
    story = Story()
    told = {"evidence": "stated-by-officer"}
    assert story.refusal(plan(**told)).code == "no-time"
    assert story.refusal(plan(**told, happened_at="2031-01-01T00:00:00.000Z")).code == "future"
    event = story.do(plan(**told, happened_at="2026-02-20T10:00:00.000Z")).event
    assert (event.happened_at, event.is_act) == ("2026-02-20T10:00:00.000Z", False)


def test_a_portal_export_comes_with_its_document() -> None:
    story = Story()
    told = {"evidence": "portal-export", "happened_at": "2026-02-20T10:00:00.000Z"}
    assert story.refusal(plan(**told)).code == "no-exhibit"
    assert story.do(plan(**told, exhibit=EXHIBIT)).event.exhibit.value == EXHIBIT


def test_an_act_happens_now() -> None:
    assert Story().refusal(plan(happened_at="2026-02-20T10:00:00.000Z")).code == "act-or-report"


def test_an_override_of_nothing_is_refused() -> None:
    assert planned().refusal(tender(override_reason="Just in case")).code == "override"


def test_a_tender_notice_is_published() -> None:
    story = planned()
    event = story.do(tender()).event
    assert isinstance(event, TenderPublished)
    assert (event.deadline, event.places, event.winners) == (DEADLINE, 16, 1)
    assert event.titles.value == TITLES


def test_the_conflicts_assessment_comes_before_the_notice() -> None:
    story = Story()
    story.do(plan())
    assert "assess first" in blocked(story, tender(), "conflicts-not-assessed")


def test_a_deadline_in_the_past_is_refused() -> None:
    blocked(planned(), tender(deadline="2026-03-01T12:00:00.000Z", questions_until=None), "deadline-past")


def test_a_tender_notice_is_published_once() -> None:
    never(published(), tender(), "tender-published")


def test_weights_that_do_not_add_up_are_refused() -> None:
    criteria = [criterion("care", 6000), criterion("price", 3999, kind="price")]
    sentence = never(planned(), tender(criteria=criteria, titles={"care": "c", "price": "p"}), "weights")
    assert "9999" in sentence
    assert "10000" in sentence


def test_the_weights_of_parts_make_that_of_the_whole() -> None:
    criteria = [
        criterion("quality", 6000),
        criterion("care", 3000, "quality"),
        criterion("staff", 3000, "quality"),
        criterion("price", 4000, kind="price"),
    ]
    titles = {one.id: one.id for one in criteria}
    story = planned()
    story.do(tender(criteria=criteria, titles=titles))
    never(planned(), tender(criteria=[criterion("quality", 5000), *criteria[1:]], titles=titles), "weights")


@pytest.mark.parametrize(
    ("criteria", "code"),
    [
        ([], "weights"),
        ([criterion("a", 10_000), criterion("a", 10_000)], "criteria"),
        ([criterion("a", 10_000, "b")], "criteria"),
        ([criterion("a", 5000, "b"), criterion("b", 5000, "a")], "criteria"),
        ([criterion("a", 10_000), criterion("b", 10_000, "a", "price")], "criteria"),
        ([criterion("a", 12_000), criterion("b", -2000)], "weights"),
        ([criterion("a", 5000, kind="price"), criterion("b", 5000, kind="price")], "criteria"),
        ([criterion("has space", 10_000)], "code"),
    ],
)
def test_criteria_that_do_not_fit_together_are_refused(criteria: list[Criterion], code: str) -> None:
    never(planned(), tender(criteria=criteria, titles={one.id: "words" for one in criteria}), code)


@pytest.mark.parametrize("scale", [(5, 5, 1), (0, 10, 3), (0, 10, 0), (-1, 10, 1), (0, 10_001, 1)])
def test_a_scale_that_cannot_be_walked_is_refused(scale: tuple[int, int, int]) -> None:
    lowest, highest, step = scale
    never(planned(), tender(scale=Scale(lowest=lowest, highest=highest, step=step), descriptors={}), "scale")


def test_a_descriptor_of_a_mark_off_the_scale_is_refused() -> None:
    for mark in ("3", "12", "ten", "+2", "02"):
        never(planned(), tender(descriptors={mark: "words"}), "scale")


def test_every_criterion_has_its_words_and_nothing_else_has() -> None:
    never(planned(), tender(titles={"care": "c"}), "titles")
    never(planned(), tender(titles={**TITLES, "reputation": "r"}), "titles")


def test_price_has_a_formula_and_only_price_has() -> None:
    never(planned(), tender(price_formula=None), "formula")
    never(planned(), tender(criteria=[criterion("care", 10_000)], titles={"care": "c"}), "formula")


def test_odd_numbers_in_a_notice_are_refused() -> None:
    never(planned(), tender(places=5), "places")
    never(planned(), tender(winners=0), "winners")
    never(planned(), tender(questions_until="2026-04-02T12:00:00.000Z"), "questions")
    never(planned(), tender(policies={"reasons.py": "not a digest"}), "code")
    with pytest.raises(Malformed, match="deadline"):
        planned().decide(tender(deadline="2026-02-31T12:00:00.000Z"))


def test_criteria_may_change_before_the_deadline_when_everybody_is_told() -> None:
    story = published()
    heavier = [criterion("care", 6000), criterion("price", 4000, kind="price")]
    decision = story.decide(changed(criteria=heavier, titles={"care": "c", "price": "p"}))
    assert decision.not_after == DEADLINE
    event = story.do(changed(criteria=heavier, titles={"care": "c", "price": "p"})).event
    assert isinstance(event, CriteriaChanged)
    assert state_of(story.history).criteria == tuple(heavier)


def test_criteria_do_not_change_once_bids_are_in_or_opened() -> None:
    story = open_competition(until="deposited")
    story.wait_until("2026-04-01T13:00:00.000Z")
    blocked(story, changed(), "criteria-frozen")
    assert "opened" in blocked(open_competition(until="opened"), changed(), "criteria-frozen")


def test_a_change_of_criteria_is_published_again_for_all() -> None:
    blocked(published(), changed(republished=False), "not-republished")
    blocked(published(), changed(notified="some"), "not-republished")


def test_changed_criteria_must_add_up_too() -> None:
    never(published(), changed(criteria=[criterion("care", 9000)], titles={"care": "c"}, price_formula=None), "weights")
    never(published(), changed(reason=" "), "empty-text")


def test_a_deadline_moves_for_all() -> None:
    story = published()
    assert story.decide(moved()).not_after == DEADLINE
    event = story.do(moved()).event
    assert isinstance(event, DeadlineChanged)
    assert state_of(story.history).deadline == "2026-04-08T12:00:00.000Z"


def test_a_deadline_that_moves_for_some_is_refused_and_as_a_report_counts_for_them_alone() -> None:
    story = published()
    unequal = moved(audience="some", recipients=[BIRCH])
    blocked(story, unequal, "unequal-deadline")
    story.report(unequal)
    state = state_of(story.history)
    assert (state.deadline_of(BIRCH.id), state.deadline_of(ALDER.id)) == ("2026-04-08T12:00:00.000Z", DEADLINE)
    assert state.last_deadline == "2026-04-08T12:00:00.000Z"


def test_recipients_are_named_when_and_only_when_it_was_not_for_all() -> None:
    never(published(), moved(audience="some"), "recipients")
    never(published(), moved(recipients=[BIRCH]), "recipients")
    story = open_competition(until="asked")
    never(story, answered(audience="one"), "recipients")
    never(story, answered(recipients=[Receipt(provider=BIRCH, at=DEADLINE)]), "recipients")


def test_a_deadline_does_not_move_after_it_passed() -> None:
    story = open_competition(until="deposited")
    story.wait_until("2026-04-01T13:00:00.000Z")
    blocked(story, moved(), "deadline-passed")
    blocked(open_competition(until="opened"), moved("2026-04-09T12:00:00.000Z"), "bids-opened")


def test_a_deadline_is_only_extended() -> None:
    blocked(published(), moved("2026-03-20T12:00:00.000Z"), "deadline-shortened")


def test_a_question_gets_the_next_number_and_its_asker_stays_sealed() -> None:
    story = published()
    story.do(AskQuestion(id="test", words="How many?", asked_by=ALDER), by=RECEIVER)
    story.do(AskQuestion(id="test", words="By when?"), by=RECEIVER)
    assert list(state_of(story.history).questions) == ["Q1", "Q2"]
    never(story, AskQuestion(id="test", question="Q1", words="Again?"), "question-exists")


def test_questions_end_when_the_notice_says() -> None:
    story = published()
    story.wait_until("2026-03-21T12:00:00.000Z")
    blocked(story, AskQuestion(id="test", words="Too late?"), "questions-closed")


def test_an_answer_repeats_the_question_as_it_may_be_given_out() -> None:
    story = open_competition(until="asked")
    event = story.last.event if isinstance(story.last.event, QuestionAnswered) else story.events[-2].event
    assert isinstance(event, QuestionAnswered)
    assert event.words.value == "Are waking nights costed apart?"
    redacted = story.do(answered(words="Are nights apart?")).event
    assert isinstance(redacted, QuestionAnswered)
    assert redacted.words.value == "Are nights apart?"


def test_an_answer_that_helps_one_bidder_alone_is_refused() -> None:
    story = open_competition(until="asked")
    alone = answered(audience="one", recipients=[Receipt(provider=ALDER, at="2026-03-10T10:00:00.000Z")])
    assert "give it to all" in blocked(story, alone, "unequal-answer")
    story.do(msgspec.structs.replace(alone, confidential_reason="own-solution"))
    story.do(msgspec.structs.replace(alone, material=False))


def test_an_answer_after_the_deadline_helps_nobody() -> None:
    story = open_competition(until="deposited")
    story.wait_until("2026-04-01T13:00:00.000Z")
    blocked(story, answered(), "answered-late")


def test_an_answer_needs_a_question_and_words() -> None:
    story = open_competition(until="asked")
    never(story, answered(question="Q9"), "unknown-question")
    never(story, answered(answer=""), "empty-text")


def test_a_contact_is_recorded_whenever_it_comes() -> None:
    handling = Handling(
        channel="telephone",
        introduced_by="member",
        priority=True,
        priority_basis=None,
        first_response_minutes=4,
        interest_noted=False,
    )
    contact = RecordContact(id="test", handling=handling, provider=ALDER, note="The Leader's office rang")
    for chapter in ("planned", "deposited", "contracted"):
        open_competition(until=chapter).do(contact)
    worse = msgspec.structs.replace(handling, first_response_minutes=-1)
    never(published(), msgspec.structs.replace(contact, handling=worse), "minutes")


def test_changes_and_questions_need_a_notice() -> None:
    for command in (changed(), moved(), AskQuestion(id="test", words="What?"), answered()):
        never(planned(), command, "no-tender")


def test_nothing_changes_after_the_case_ended() -> None:
    story = open_competition(until="contracted")
    for command in (changed(), moved("2026-05-09T12:00:00.000Z"), AskQuestion(id="test", words="Why?"), answered()):
        refused = story.refusal(command)
        assert (refused.code, refused.overridable) == ("case-ended", True)
        story.report(command)


def test_a_case_without_a_plan_takes_reports_only() -> None:
    story = Story()
    story.record(open_competition(until="planned").events[1].event)
    refused = story.refusal(conflicts())
    assert (refused.code, refused.overridable) == ("not-planned", False)
    story.report(conflicts())


def test_a_refusal_says_what_came_what_was_expected_and_what_to_do() -> None:
    with pytest.raises(Refused) as refused:
        planned().decide(tender(places=7))
    assert str(refused.value) == "7 places came; choose one of 8, 16, 32 and 64"
