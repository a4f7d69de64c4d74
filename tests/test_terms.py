"""Texts made fit for the log, whatever was pasted into them."""

from __future__ import annotations

import pytest

from fairplace.errors import Malformed
from fairplace.rows import terms
from fairplace.terms import MOST_MARKS, text, with_few_marks

MANY = "\u0345\u0301" * 50_000
"""Marks of one letter in a wrong order: to sort them takes the square of their number."""


@pytest.mark.parametrize("many", [MANY, "\u0f73" * 100_000, "\u0344" * 100_000])
def test_a_letter_with_very_many_accents_is_refused_and_holds_nobody_up(many: str) -> None:
    with pytest.raises(Malformed, match="more than 30 accents on one letter"):
        text(f"e{many}")
    assert terms(f"e{many} x")[-1] == "x"


def test_writing_as_it_is_keeps_its_accents() -> None:
    for words in (
        "café",
        "cafe\u0301",
        "Z\u0335\u0301\u0302\u0323algo",
        "हिन्दी",
        "ภาษาไทย",
        "ශ්‍රී",
        "👩🏽‍🚒",
        "e" + "\u0301" * MOST_MARKS,
    ):
        assert with_few_marks(words) == words
        text(words)
    assert with_few_marks("e" + "\u0301" * 40 + "f\u0301") == "e" + "\u0301" * MOST_MARKS + "f\u0301"
