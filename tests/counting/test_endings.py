"""Searches that ended without a home, nights in unregistered places, and who introduced a provider: counted once each."""

from __future__ import annotations

from collections import Counter
from typing import get_args

import msgspec
import pytest

from fairplace.counting.endings import CAUSES, ENDINGS, row
from fairplace.counting.introductions import INTRODUCTIONS, ROLES, introductions
from fairplace.counting.naming import Hidden
from fairplace.counting.plans import DECISIONS, NOTHING, PLANS, TITLES
from fairplace.disclosure_control.facts import NEVER, Area, Fact
from fairplace.disclosure_control.plan import Plan
from fairplace.disclosure_control.releasing import release
from fairplace.referral.commands import EndReferral, RecordApproach
from fairplace.referral.values import EndCause
from fairplace.searching import Search
from tests import needs
from tests.homes import ASH, DIRECTOR
from tests.placement.test_starting import MOVE, start, use
from tests.searches import a_search

HIDDEN = Hidden(case="drawn at random", child="of the first search")

AS_OF = "2026-12-01T09:00:00.000Z"
AREAS = [Area(code=code, name=f"Council {code}", region="North", looked_after=400) for code in "AB"]


def of(how: str, cause: str | None, until: str = "answered") -> Fact:
    story = a_search(until=until)
    story.do(EndReferral(id="test", how=how, cause=cause, reason="Nobody had room"))  # type: ignore[arg-type]
    found = row(story.case, Search(story.history), HIDDEN, as_of=AS_OF)
    assert found is not None
    return found


def facts(count: int, start: int = 0, *, authority: str = "A", **labels: str) -> list[Fact]:
    return [
        Fact(
            id=str(number),
            authority=authority,
            day="2026-05-04",
            recorded="2026-05-04",
            labels={"how": "not-found", "cause": "no-capacity", "unregistered": "not-used"} | labels,
            amounts={"nights": 14 if labels.get("unregistered") == "used" else 0},
        )
        for number in range(start, start + count)
    ]


def cells(found: list[Fact], table: str, place: str = "A") -> dict[str, str]:
    made = release(ENDINGS, AREAS, found, until="2026-09-30")
    part = next(one for one in made.table(table).stretches[0].rows if one.place == place)
    return {cell.label: f"{cell.count} {cell.value}" for cell in part.cells}


@pytest.mark.parametrize("until", ["assessed", "judged", "chosen", "reasoned"])
def test_a_search_that_goes_on_or_found_a_home_is_not_among_them(until: str) -> None:
    story = a_search(until=until)
    assert row(story.case, Search(story.history), HIDDEN, as_of=AS_OF) is None


def test_a_search_that_ended_is_counted_by_how_and_why() -> None:
    assert (found := of("not_found", "fee_not_agreed")).labels == {
        "how": "not-found", "cause": "fee-not-agreed", "unregistered": "not-used",
    }  # fmt: skip
    assert found.amounts == {"nights": 0}
    withdrawn = of("withdrawn", None, "opened").labels
    assert (withdrawn["how"], withdrawn["cause"]) == ("withdrawn", "withdrawn")
    assert needs.PSEUDONYM not in msgspec.json.encode(found).decode()
    assert not NEVER & found.labels.keys()


def test_a_child_who_moved_in_without_a_choice_is_among_those_for_whom_none_was_found() -> None:
    """With the nights where nobody may live; and nothing beside the others tells them apart."""
    story = a_search(until="answered")
    story.wait_until(MOVE)
    story.do(use("director"), by=DIRECTOR)
    assert row(story.case, Search(story.history), HIDDEN, as_of=AS_OF) is None, "the search goes on"
    story.do(start(story, setting="lodge-1", place_code="Z14", provider_class="PR4", boundary="IN"))
    found = row(story.case, Search(story.history), HIDDEN, as_of=AS_OF)
    assert found is not None
    assert found.labels == {"how": "not-found", "cause": "cause-not-said", "unregistered": "used"}
    assert (found.day, found.amounts["nights"]) == ("2026-03-06", 270)
    assert "choice" in ENDINGS.table("endings").text


def test_every_code_of_the_events_has_a_label_and_a_line() -> None:
    assert {one.replace("_", "-") for one in get_args(EndCause)} | {"cause-not-said"} == CAUSES.keys()
    roles = get_args(RecordApproach.__annotations__["introducer"]) or get_args(
        msgspec.structs.fields(RecordApproach)[
            [f.name for f in msgspec.structs.fields(RecordApproach)].index("introducer")
        ].type
    )
    assert {one.replace("_", "-") for one in roles} == ROLES.keys()
    assert PLANS.keys() == TITLES.keys() == NOTHING.keys()


def test_why_searches_ended_and_how_many_nights_children_waited_where_they_should_not() -> None:
    found = [
        *facts(9),
        *facts(6, 9, unregistered="used"),
        *facts(6, 15, cause="fee-not-agreed"),
        *facts(8, 21, how="withdrawn", cause="withdrawn"),
    ]
    assert cells(found, "endings") == {
        "all": "29 100.0", "not-found": "21 72.4", "withdrawn": "8 27.6", "not-recorded": "0 z",
    }  # fmt: skip
    causes = cells(found, "causes")
    assert (causes["no-capacity"], causes["fee-not-agreed"], causes["withdrawn"]) == ("15 71.4", "6 28.6", "8 z")
    assert cells(found, "unregistered-without-a-home")["used"] == "6 14.0"


def test_one_child_among_many_is_hidden_and_so_is_what_would_tell_of_it() -> None:
    found = [*facts(20), *facts(1, 20, unregistered="used"), *facts(9, 21, authority="B")]
    shown = cells(found, "unregistered-without-a-home")
    assert (shown["used"], shown["not-used"]) == ("c c", "c c")
    assert shown["all"] == "21 c", "the others have no nights, so the mean of all would be those of the one child"
    assert cells(found, "unregistered-without-a-home", "B")["all"] == "9 0.0"


@pytest.mark.parametrize("plan", [ENDINGS, DECISIONS])
def test_whose_amount_is_nothing_by_its_label_is_said_of_every_table_of_nights(plan: Plan) -> None:
    tables = [one for one in plan.tables if one.of == "nights"]
    assert tables
    assert all(one.nothing == ("not-used",) for one in tables)


def test_fewer_than_six_wait_for_the_next_quarter() -> None:
    made = release(ENDINGS, AREAS, facts(5), until="2026-09-30")
    assert (made.held, made.tables) == (("North",), ())


def test_introductions_are_counted_by_who_spoke() -> None:
    story = a_search(until="published")
    for introducer in ("member", "member", "senior_officer"):
        story.do(
            RecordApproach(
                id="test",
                case=story.case,
                introducer=introducer,
                channel="email",
                provider=ASH.provider,
                note="Asked for them.",
            )
        )
    found = list(introductions(story.case, Search(story.history), HIDDEN))
    assert Counter(one.labels["introducer"] for one in found) == {"member": 2, "senior-officer": 1}
    assert len({one.id for one in found}) == 3
    assert len({one.child for one in found}) == 1, "three introductions for one child are about one child"
    text = msgspec.json.encode(found).decode()
    assert story.case not in text
    assert needs.PSEUDONYM not in text
    assert not NEVER & {name for one in found for name in one.labels}


def test_decisions_and_endings_share_no_row() -> None:
    """So that none of the one can be subtracted from the other."""
    assert DECISIONS.table("unregistered-nights").within == "unregistered"
    for until in ("chosen", "reasoned"):
        story = a_search(until=until)
        assert row(story.case, Search(story.history), HIDDEN, as_of=AS_OF) is None
    assert INTRODUCTIONS.table("introducers").unit == "introductions"
