"""What each provider answered, counted once for each search."""

from __future__ import annotations

from collections import Counter

import msgspec
import pytest

from fairplace.counting.answers import ANSWERS, answers
from fairplace.counting.naming import Hidden
from fairplace.disclosure_control import plan as plans
from fairplace.disclosure_control.facts import NEVER, Fact
from fairplace.searching import Search
from tests import needs
from tests.searches import Homes, a_search

HIDDEN = Hidden(case="drawn at random", child="of the first search")


def rows_of(story: Homes) -> list[Fact]:
    return list(answers(story.case, Search(story.history), HIDDEN))


def kinds(story: Homes) -> Counter[str | None]:
    return Counter(one.labels["kind"] for one in rows_of(story))


def test_everybody_who_was_asked_has_one_row() -> None:
    story = a_search(until="chosen")
    search = Search(story.history)
    assert search.invited is not None
    assert len(rows_of(story)) == len(search.invited)
    offered = {one.provider for one in search.offers.values()}
    assert kinds(story)["offered"] == len(offered) > 0
    assert kinds(story).total() == len(search.invited)


@pytest.mark.parametrize("until", ["assessed", "judged"])
def test_while_a_search_goes_on_nothing_is_counted(until: str) -> None:
    assert rows_of(a_search(until=until)) == []


def test_every_label_is_one_of_its_table_and_lies_where_the_plan_says() -> None:
    [outer, inner] = ANSWERS.tables
    plans.check(ANSWERS)
    for one in rows_of(a_search(until="reasoned")):
        assert one.labels["kind"] in outer.labels
        assert inner.inside[str(one.labels["answer"])] == one.labels["kind"]


def test_a_row_names_no_case_no_child_and_no_provider() -> None:
    story = a_search(until="chosen")
    text = msgspec.json.encode(rows_of(story)).decode()
    assert story.case not in text
    assert needs.PSEUDONYM not in text
    assert not any(str(one.provider) in text for one in Search(story.history).offers.values())
    assert not NEVER & {name for one in rows_of(story) for name in one.labels}


def test_two_answers_about_one_child_are_about_one_child() -> None:
    assert len({one.child for one in rows_of(a_search(until="chosen"))}) == 1
