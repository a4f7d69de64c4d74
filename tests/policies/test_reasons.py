"""Reasons and records: RR-01, RR-03, RR-04, RR-05."""

from typing import Any

import pytest

from fairplace.people.events import InterestDecided
from fairplace.procurement.events import AwardWithdrawn, Changed, EndedWithoutAward
from tests.policies.given import (
    EVALUATORS,
    MARKS,
    RESULTS,
    Told,
    awarded,
    check,
    competition,
    fact,
    findings,
    gravest_of,
    moderated,
    notice,
    outcome,
    sheet,
    summaries,
)

# RR-01


def test_three_summaries_sent_at_nine_before_the_notice_at_two_are_met() -> None:
    assert outcome("RR-01", competition()) == "met"


@pytest.mark.parametrize(
    ("last", "expected"), [("2026-04-13T10:00:00.000Z", "met"), ("2026-04-13T10:01:00.000Z", "not-met")]
)
def test_summaries_go_out_at_one_time(last: str, expected: str) -> None:
    assert outcome("RR-01", competition(summaries={"sent": {"03": last}})) == expected


def test_letters_two_days_after_the_notice_are_found() -> None:
    assert outcome("RR-01", competition(summaries={"at": "2026-04-15T09:00:00.000Z"})) == "not-met"
    assert outcome("RR-01", competition(summaries={"at": "2026-04-15T09:00:00.000Z"}).hidden()) == "not-met"
    assert (
        outcome("RR-01", competition(summaries={"at": "2026-04-13T14:00:00.000Z"})) == "not-met"
    )  # at the same moment


def test_a_bidder_without_a_summary_is_found() -> None:
    finding = gravest_of("RR-01", competition(summaries={"places": ("01", "03")}))
    assert finding.outcome == "not-met"
    assert "02" in finding.text


def test_a_bid_that_was_set_aside_is_owed_no_summary() -> None:
    checks = {"02": check(status="disregarded", ground="condition", reason="Not registered")}
    assert outcome("RR-01", competition(checked={"checks": checks}, summaries={"places": ("01", "03")})) == "met"


def test_no_summaries_before_the_notice_or_the_signature_are_found() -> None:
    assert outcome("RR-01", competition(skip=("summaries",))) == "not-met"
    assert outcome("RR-01", competition(skip=("summaries", "notice"))) == "not-met"
    assert outcome("RR-01", competition(until="award")) == "not-applicable"


def test_a_new_award_needs_new_summaries() -> None:
    back = fact(AwardWithdrawn, "2026-04-14T09:00:00.000Z", reason="Sums were wrong")
    again = [back, awarded(at="2026-04-15T09:00:00.000Z")]
    case = competition(after={"notice": again}, until="notice")
    assert outcome("RR-01", case) == "not-applicable"
    case.tell(notice(at="2026-04-16T14:00:00.000Z"))
    assert outcome("RR-01", case) == "not-met"
    case = competition(after={"notice": [*again, summaries(at="2026-04-16T09:00:00.000Z")]}, until="notice")
    case.tell(notice(at="2026-04-16T14:00:00.000Z"))
    assert outcome("RR-01", case) == "met"


@pytest.mark.parametrize("plan", [{"regime": "BELOW"}, {"route": "framework_calloff"}, {"route": "direct_s41"}])
def test_summaries_are_owed_after_a_competition_only(plan: dict[str, Any]) -> None:
    assert outcome("RR-01", competition(planned=plan, skip=("summaries",))) == "not-applicable"


def test_light_touch_bidders_get_summaries_too() -> None:
    assert outcome("RR-01", competition(planned={"light_touch": True}, skip=("summaries",))) == "not-met"


def test_who_got_a_summary_is_never_guessed() -> None:
    assert outcome("RR-01", competition().hidden()) == "cannot-tell"
    assert outcome("RR-01", competition(skip=("planned",))) == "cannot-tell"
    assert outcome("RR-01", competition(until="moderated")) == "not-applicable"


# RR-03


def with_marks(inputs: tuple[int, int, int], final: int, reason: str | None = None) -> Told:
    """What three evaluators gave Alder for care, and what was agreed."""

    def marks(care: int) -> dict[str, dict[str, int]]:
        return {**MARKS, "01": {"care": care, "staff": 6}}

    case = competition(until="checked")
    for n, mark in enumerate(inputs):
        case.tell(sheet(marks(mark)), by=f"nb.example/officer/p{n}", stream=f"sheet/{n}")
    change = {"01": {"care": Changed(inputs=sorted(inputs), reason=reason)}} if reason is not None else None
    case.tell(moderated(marks(final), RESULTS, change))
    return case


@pytest.mark.parametrize(
    ("inputs", "final", "reason", "expected"),
    [
        ((4, 6, 6), 6, "risk protocol at p.11 missed by first scorer", "met"),
        ((4, 6, 6), 6, None, "not-met"),  # an input two steps away
        ((2, 8, 6), 6, None, "not-met"),
        ((2, 8, 6), 6, "", "not-met"),
        ((5, 6, 6), 6, None, "met"),  # the mode, one step away
        ((5, 6, 6), 5, None, "not-met"),  # neither mode nor mean
        ((5, 6, 7), 6, None, "met"),  # the mean
        ((6, 6, 6), 7, None, "not-met"),
        ((6, 6, 6), 7, "page 9 was overlooked by all", "met"),
    ],
)
def test_a_changed_mark_needs_a_reason(
    inputs: tuple[int, int, int], final: int, reason: str | None, expected: str
) -> None:
    assert outcome("RR-03", with_marks(inputs, final, reason)) == expected


def test_a_moderation_that_names_other_marks_than_were_signed_is_found() -> None:
    change = {"01": {"care": Changed(inputs=[8, 9], reason="Agreed")}}
    assert outcome("RR-03", competition(moderated={"changes": change})) == "not-met"


def test_an_agreed_mark_without_a_reason_or_anybody_present_is_found() -> None:
    assert outcome("RR-03", competition(moderated={"reason": " "})) == "not-met"
    assert outcome("RR-03", competition(moderated={"present": []})) == "not-met"


def test_an_award_without_moderation_is_found() -> None:
    assert outcome("RR-03", competition(skip=("moderated",))) == "not-met"
    assert outcome("RR-03", competition(until="sheets")) == "not-applicable"


def test_one_evaluator_has_nobody_to_agree_with() -> None:
    case = competition(until="checked")
    case.tell(sheet(), by=EVALUATORS[0], stream="sheet/1")
    case.tell(moderated())
    assert outcome("RR-03", case) == "not-applicable"


def test_a_second_sheet_of_one_evaluator_replaces_the_first() -> None:
    case = competition(until="checked")
    for mark in (2, 8):
        marks = {**MARKS, "01": {"care": mark, "staff": 6}}
        case.tell(sheet(marks), by=EVALUATORS[0], stream=f"sheet/{mark}")
    case.tell(sheet(), by=EVALUATORS[1], stream="sheet/other")
    case.tell(moderated())
    assert outcome("RR-03", case) == "met"


def test_the_marks_of_somebody_who_had_to_stay_out_do_not_count() -> None:
    out = fact(
        InterestDecided,
        "2026-04-02T12:00:00.000Z",
        person="nb.example/officer/kin",
        outcome="recuse",
        reason="A brother",
    )
    case = competition(until="sheets", after={"checked": [out]})
    case.tell(sheet({**MARKS, "01": {"care": 1, "staff": 6}}), by="nb.example/officer/kin", stream="sheet/kin")
    case.tell(moderated())
    assert outcome("RR-03", case) == "met"


def test_reported_sheets_are_each_an_evaluators_own() -> None:
    case = competition(until="checked")
    for mark in (2, 8):
        marks = {**MARKS, "01": {"care": mark, "staff": 6}}
        case.tell(sheet(marks, evidence="portal-export"), stream=f"sheet/{mark}")
    case.tell(moderated())
    assert outcome("RR-03", case) == "not-met"


def test_marks_are_never_guessed() -> None:
    assert outcome("RR-03", competition().hidden()) == "cannot-tell"
    assert outcome("RR-03", competition(skip=("sheets", "moderated"))) == "cannot-tell"
    assert outcome("RR-03", competition(until="checked")) == "not-applicable"


# RR-04


def test_a_reason_saved_with_the_mark_is_met() -> None:
    assert outcome("RR-04", competition()) == "met"


def test_a_mark_without_a_reason_is_found() -> None:
    assert outcome("RR-04", competition(sheets={"reasons": {"02": {"care": ""}}})) == "not-met"


def test_a_reason_in_the_words_of_the_scale_is_a_concern() -> None:
    copied = "A convincing answer in nearly every respect"
    assert outcome("RR-04", competition(sheets={"reasons": {"01": {"care": copied}}})) == "concern"
    # Eight of thirteen words are 61 %, eight of fourteen are not more than 60 %.
    longer = f"{copied} evidence; page nine covers missing children"
    assert outcome("RR-04", competition(sheets={"reasons": {"01": {"care": longer}}})) == "concern"
    assert outcome("RR-04", competition(sheets={"reasons": {"01": {"care": longer + " well"}}})) == "met"


def test_reasons_typed_after_a_challenge_letter_are_a_concern() -> None:
    case = competition(skip=("sheets",))
    case.tell(sheet(at="2026-04-20T09:00:00.000Z"), by=EVALUATORS[0], stream="sheet/late")
    assert outcome("RR-04", case) == "concern"


def test_marks_given_anew_after_an_award_was_taken_back_are_not_late() -> None:
    case = competition(until="notice")
    case.tell(fact(AwardWithdrawn, "2026-04-14T09:00:00.000Z", reason="Sums were wrong"))
    case.tell(sheet(at="2026-04-20T09:00:00.000Z"), by=EVALUATORS[0], stream="sheet/anew")
    assert outcome("RR-04", case) == "met"


@pytest.mark.parametrize(
    ("written", "expected"),
    [("2026-04-08T16:00:00.000Z", "met"), ("2026-04-09T07:00:00.000Z", "concern")],  # Easter lies between
)
def test_marks_are_written_down_within_two_working_days(written: str, expected: str) -> None:
    case = competition(until="checked")
    case.tell(sheet(at="2026-04-02T09:00:00.000Z", evidence="stated-by-officer"), at=written, stream="sheet/1")
    assert outcome("RR-04", case) == expected


def test_reasons_are_never_guessed() -> None:
    assert outcome("RR-04", competition().hidden()) == "cannot-tell"
    assert outcome("RR-04", competition(skip=("sheets", "moderated"))) == "cannot-tell"
    assert outcome("RR-04", competition(until="checked")) == "not-applicable"


# RR-05


def test_decisions_with_reasons_are_kept_for_three_years() -> None:
    [finding] = findings("RR-05", competition(contract={"on": "2026-12-01"}))
    assert finding.outcome == "met"
    assert "2029-11-30" in finding.text


def test_a_decision_without_a_reason_is_found() -> None:
    assert outcome("RR-05", competition(award={"reasons": []})) == "not-met"
    ended = fact(EndedWithoutAward, "2026-04-10T09:00:00.000Z", ground="funding", reason=" ")
    assert outcome("RR-05", competition(until="checked", after={"checked": [ended]})) == "not-met"
    out = {"02": check(status="disregarded", ground="condition")}
    assert outcome("RR-05", competition(checked={"checks": out})) == "not-met"


def test_the_reasons_of_decisions_are_never_guessed() -> None:
    assert outcome("RR-05", competition().hidden()) == "cannot-tell"
    assert outcome("RR-05", competition(skip=("planned",))) == "cannot-tell"


def test_only_the_act_asks_for_records_here() -> None:
    assert outcome("RR-05", competition(planned={"regime": "BELOW"})) == "not-applicable"
    assert outcome("RR-05", competition(until="answer")) == "not-applicable"
