"""What holds for every rule: who bids where does not matter, nor the order of what is independent."""

from collections.abc import Callable, Sequence
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fairplace.people.events import InterestsDeclared
from fairplace.points import standings
from fairplace.procurement.events import (
    Criterion,
    DepositReceived,
    LateBidsDecided,
    SheetSigned,
)
from tests.matrix import many
from tests.policies import test_criteria, test_equal_treatment, test_taking_part
from tests.policies.given import (
    ALDER,
    MARKS,
    PLACES,
    PRICES,
    RESULTS,
    RULES,
    SCALE,
    Told,
    check,
    competition,
    findings,
    outcome,
)
from tests.policies.test_award import TERMS

EQUAL_TREATMENT = [code for code in RULES if code.startswith("ET-")]

CASES: dict[str, Callable[[], Told]] = {
    "fair": competition,
    "told one": lambda: test_equal_treatment.with_answer(
        audience="one", recipients=test_equal_treatment.receipts(ALDER)
    ),
    "longer for one": lambda: test_equal_treatment.with_extension(audience="one", recipients=[ALDER]),
    "late": lambda: test_taking_part.late_bids((test_taking_part.late(test_taking_part.FOUR_MINUTES, True),), "reject"),
    "put first": lambda: test_equal_treatment.with_contacts(
        test_equal_treatment.contact(introduced_by="member", priority=True)
    ),
    "no mark": lambda: competition(moderated={"marks": test_criteria.without("03", "staff")}),
    "new weights": lambda: competition(after={"sheets": [test_criteria.changed(test_criteria.AFTER)]}),
    "wrong sum": lambda: competition(
        moderated={"results": {**RESULTS, "02": msgspec.structs.replace(RESULTS["02"], total=9000, rank=1)}},
        award={"place": "02"},
    ),
    "no check": lambda: competition(checked={"checks": {"03": None}}),
    "not heard": lambda: competition(checked={"checks": {"02": check(exclusion="excludable")}}),
}


def moved(case: Told, to: dict[str, str]) -> Told:
    """The same case with every bid at another place."""
    other = Told()
    for recorded in case:
        event: Any = recorded.event
        if isinstance(getattr(event, "bids", None), dict):
            event = msgspec.structs.replace(event, bids={to[place]: bid for place, bid in event.bids.items()})
        elif isinstance(event, LateBidsDecided):
            decisions = [
                msgspec.structs.replace(one, place=to[one.place] if one.place else None)
                for one in event.decisions.get()
            ]
            event = msgspec.structs.replace(event, decisions=msgspec.structs.replace(event.decisions, value=decisions))
        other.append(msgspec.structs.replace(recorded, event=event))
    return other


def said(code: str, case: Told) -> list[tuple[Any, ...]]:
    return sorted(
        (one.outcome, str(one.process_unequal), str(one.outcome_likely_changed), one.evidence)
        for one in findings(code, case)
    )


@pytest.mark.parametrize("name", CASES)
@settings(max_examples=many(20))
@given(order=st.permutations(PLACES))
def test_moving_bids_to_other_places_never_changes_an_equal_treatment_result(name: str, order: Sequence[str]) -> None:
    case = CASES[name]()
    other = moved(case, dict(zip(PLACES, order, strict=True)))
    for code in EQUAL_TREATMENT:
        assert said(code, other) == said(code, case), code


@settings(max_examples=many(15))
@given(order=st.permutations(("01", "02", "03")))
def test_the_order_in_which_bids_came_never_changes_a_result(order: Sequence[str]) -> None:
    for code in RULES:
        assert outcome(code, competition(order=order)) == outcome(code, competition())


@settings(max_examples=many(25))
@given(at=st.integers(0, 59), more=st.booleans())
def test_one_more_bidder_to_a_simultaneous_answer_stays_equal(at: int, more: bool) -> None:
    bidders = ("01", "02", "03") if more else ("01", "02")
    case = competition(order=bidders, answer={"at": f"2026-03-10T10:{at:02d}:00.000Z"}, until="opened")
    assert outcome("ET-01", case) == "met"


@given(
    quality=st.lists(st.integers(0, 10), min_size=6, max_size=6),
    weights=st.lists(st.integers(1, 300), min_size=2, max_size=2),
    factor=st.integers(1, 30),
)
def test_weights_times_a_constant_never_change_ranks(quality: list[int], weights: list[int], factor: int) -> None:
    def ranks(times: int) -> list[int]:
        criteria = tuple(
            Criterion(id=name, parent=None, kind="quality", weight=10 * weight * times)
            for name, weight in zip("ab", weights, strict=True)
        )
        found = standings(
            msgspec.structs.replace(TERMS, criteria=criteria, scale=SCALE),
            {place: {"a": quality[2 * n], "b": quality[2 * n + 1]} for n, place in enumerate(PRICES)},
            PRICES,
        )
        assert found is not None
        return [one.rank for one in found.values()]

    assert ranks(factor) == ranks(1)


@settings(max_examples=many(40))
@given(data=st.data())
def test_the_order_of_independent_events_never_changes_a_finding(data: st.DataObject) -> None:
    case = competition()
    for kind in (InterestsDeclared, SheetSigned, DepositReceived):
        at = [n for n, recorded in enumerate(case) if isinstance(recorded.event, kind)]
        indexes = [case[n].index for n in at]
        shuffled = data.draw(st.permutations([case[n] for n in at]))
        for n, index, recorded in zip(at, indexes, shuffled, strict=True):
            case[n] = msgspec.structs.replace(recorded, index=index)
    for code in RULES:
        assert [(one.outcome, one.text) for one in findings(code, case)] == [
            (one.outcome, one.text) for one in findings(code, competition())
        ], code


@pytest.mark.parametrize("code", RULES)
def test_the_same_case_gives_the_same_findings(code: str) -> None:
    assert findings(code, competition()) == findings(code, competition())


@pytest.mark.parametrize("code", RULES)
def test_an_empty_case_is_never_met(code: str) -> None:
    assert outcome(code, Told()) in ("cannot-tell", "not-applicable")


@pytest.mark.parametrize("code", RULES)
def test_closing_every_sealed_value_never_turns_a_result_to_met(code: str) -> None:
    for make in CASES.values():
        if outcome(code, make()) != "met":
            assert outcome(code, make().hidden()) != "met", code


@pytest.mark.parametrize("code", RULES)
def test_a_fair_competition_is_not_accused(code: str) -> None:
    assert outcome(code, competition()) in ("met", "not-applicable")


@pytest.mark.parametrize("code", RULES)
def test_only_equal_treatment_rules_say_whether_bidders_were_treated_differently(code: str) -> None:
    for make in (*CASES.values(), Told):
        for one in findings(code, make()):
            answers = (one.process_unequal, one.outcome_likely_changed)
            if code.startswith("ET-"):
                assert all(answer in ("yes", "no", "unknown") for answer in answers)
                assert (one.outcome == "not-met") == (one.process_unequal == "yes")
            else:
                assert answers == (None, None)


@pytest.mark.parametrize("code", RULES)
def test_a_finding_never_accuses(code: str) -> None:
    for make in CASES.values():
        for one in findings(code, make()):
            assert not any(word in one.text.lower() for word in ("unlawful", "illegal", "breach", "corrupt"))


def test_marks_and_answers_of_the_builders_agree() -> None:
    found = standings(TERMS, MARKS, PRICES)
    assert found is not None
    assert {place: one.total for place, one in found.items()} == {place: one.total for place, one in RESULTS.items()}
