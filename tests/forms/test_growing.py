"""Rows of a form: one in which nothing is written is empty, and a form that has all its rows says so."""

from __future__ import annotations

import pytest

from fairplace.forms import growing, our_details
from fairplace.forms.task import File
from fairplace.forms.tasks import task
from fairplace.procurement.state import State
from fairplace.provider.commands import MOST_PAPERS

ROW = {"r1-kind": ["insurance"]}


def faults(sent: dict[str, list[str]]) -> list[str]:
    return [one.name for one in our_details.read(our_details.fields(sent), sent)[1]]


def test_a_row_with_nothing_but_a_radio_is_empty_and_one_with_a_word_is_asked_about() -> None:
    named = {"name": ["Alder Ltd"]}
    assert faults(named | ROW) == []
    assert our_details.read(our_details.fields(named | ROW), named | ROW)[0]["facts"]["papers"] == []
    assert faults(named | {"r1-what": ["Public liability"]}) == ["r1-kind", "r1-by"]
    assert faults(named | ROW | {"r1-until-year": ["2027"]}) == ["r1-what", "r1-by", "r1-until"]


@pytest.mark.parametrize(("code", "radio"), [("buyers", "b2-role"), ("criteria", "c2-kind")])
def test_so_it_is_with_buyers_and_criteria(code: str, radio: str) -> None:
    fields = task(code).fields(File(case="", state=State(), me="", titles={}, people={}, challenges=()))
    assert [one.name for one in fields if one.beside and one.name == radio] == [radio]
    assert any(one.hint == growing.EMPTY for one in fields)


def test_a_form_that_has_all_its_rows_says_how_many_there_can_be() -> None:
    assert growing.full(our_details.fields(ROW), MOST_PAPERS) == 0
    last = {f"r{MOST_PAPERS - 1}-what": ["Public liability"]}
    assert growing.full(our_details.fields(last), MOST_PAPERS) == MOST_PAPERS
