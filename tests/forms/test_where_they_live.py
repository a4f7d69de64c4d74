"""Of foster carers the desk takes down where they live: their service's area does not say it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from fairplace.forms import matching
from fairplace.forms.fields import Field
from fairplace.forms.task import File
from fairplace.policy import Case
from fairplace.procurement.state import State
from tests.homes import OFFICER
from tests.searches import Homes, a_search, fostered


def sides(story: Homes) -> list[Field]:
    """The fields of the form in which it is said where each home lies."""
    past = Case(id=story.case, as_of=story.search.history.events[-1].at, view="authority", events=story.events)
    file = File(
        case=story.case, state=State(), me=OFFICER.key, titles={}, people={}, challenges=(), search=past.search,
        market=story.market,
    )  # fmt: skip
    task = next(one for one in matching.TASKS if one.code == "locate-offers")
    return [one for one in task.fields(file) if one.name.endswith("-side")]


@pytest.mark.parametrize(
    ("told", "label", "optional"),
    [
        (fostered, "Where the carers live", False),
        (lambda: a_search(until="answered"), "Where it lies, if the list does not say", True),
    ],
)
def test_where_foster_carers_live_is_asked_and_cannot_be_left_empty(
    told: Callable[[], Homes], label: str, optional: bool
) -> None:
    found = sides(told())
    assert len(found) == 2
    assert {(one.label, one.optional) for one in found} == {(label, optional)}
