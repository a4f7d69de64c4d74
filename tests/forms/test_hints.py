"""Marks that stand apart and reasons used twice are pointed out, and nothing else is."""

from __future__ import annotations

import time

import pytest

from fairplace.forms.hints import Given, hints


def given(evaluator: str, place: str, mark: int, reason: str = "", criterion: str = "care") -> Given:
    return Given(evaluator=evaluator, place=place, criterion=criterion, mark=mark, reason=reason)


@pytest.mark.parametrize(
    ("marks", "step", "apart"),
    [
        ((3, 3, 5), 1, [5]),
        ((3, 4, 5), 1, []),
        ((1, 5, 5), 1, [1]),
        ((0, 2), 1, [0, 2]),
        ((2, 6), 2, [2, 6]),
        ((4, 6, 6), 2, []),
        ((5,), 1, []),
        ((), 1, []),
        ((1, 2, 4, 5), 1, [1, 2, 4, 5]),
    ],
)
def test_a_mark_two_steps_from_the_median_of_the_others_stands_apart(
    marks: tuple[int, ...], step: int, apart: list[int]
) -> None:
    found = hints([given(f"e{number}", "01", mark) for number, mark in enumerate(marks)], step)
    assert [one.mark for one in found.outliers] == apart


def test_marks_are_compared_for_the_same_bid_and_criterion_only() -> None:
    found = hints([given("e1", "01", 0), given("e2", "02", 5), given("e2", "01", 5, criterion="staff")], 1)
    assert found.outliers == ()


SAME = "The rota keeps two permanent staff on every shift, with a named deputy."


def test_a_sentence_of_two_evaluators_is_pointed_out_once() -> None:
    one = given("e1", "01", 3, f"Good. {SAME} I looked at page four.")
    other = given("e2", "01", 3, f"{SAME.upper()} Nothing on leave.")
    [copied] = hints([one, other], 1).copied
    assert (copied.sentence, copied.where, copied.evaluators) == (SAME.rstrip("."), (one, other), 2)


def test_a_sentence_that_only_changes_the_bidder_is_the_same() -> None:
    one = given("e1", "01", 3, "Alder Homes shows how a first night is prepared and who sits with the child")
    other = given("e1", "02", 3, "Birch Care shows how a first night is prepared and who sits with the child")
    assert hints([one, other], 1).copied != ()
    [copied] = hints([one, other], 1, ["Alder Homes", "Birch Care"]).copied
    assert copied.where == (one, other)


def test_one_word_changed_is_nearly_the_same_and_another_sentence_is_not() -> None:
    words = "each young person has a named key worker with four protected hours in every single week of the year"
    near = words.replace("four", "three")
    far = "each young person can choose meals and a bedtime which the manager reviews with them once in a month"
    found = hints([given("e1", "01", 3, words), given("e2", "01", 3, near), given("e3", "01", 3, far)], 1)
    assert [[one.evaluator for one in copied.where] for copied in found.copied] == [["e1", "e2"]]


def test_what_one_evaluator_says_twice_of_one_bid_and_what_anybody_says_is_left_alone() -> None:
    again = [given("e1", "01", 3, SAME), given("e1", "01", 3, SAME, criterion="staff")]
    short = [given("e1", "02", 3, "No evidence was given."), given("e2", "02", 3, "No evidence was given.")]
    assert hints([*again, *short], 1).copied == ()


def test_a_thousand_reasons_are_compared_at_once() -> None:
    reasons = [given(f"e{n % 5}", f"{n % 8:02d}", 3, f"{SAME} " * 3, criterion=f"c{n}") for n in range(1_000)]
    start = time.process_time()
    [copied] = hints(reasons, 1).copied
    assert len(copied.where) == 1_000
    assert time.process_time() - start < 5


@pytest.mark.parametrize(
    "reason", ["", " ", ". . .", "a" * 20_000, "w " * 10_000, "<script>alert(1)</script> and more words here"]
)
def test_odd_reasons_are_read(reason: str) -> None:
    hints([given("e1", "01", 3, reason), given("e2", "01", 3, reason)], 1)
