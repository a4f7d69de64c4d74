"""The row of one search, from what its record says; and the rows of earlier releases."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import msgspec
import pytest

from fairplace.counting import rows
from fairplace.counting.naming import Hidden
from fairplace.counting.plans import DECISIONS, with_fees
from fairplace.disclosure_control.facts import NEVER, Fact
from fairplace.errors import Malformed
from fairplace.searching import Search
from fairplace.terms import instant
from tests import needs
from tests.searches import Homes, a_search

HIDDEN = Hidden(case="drawn at random", child="of the first search")

ALIKE = dict.fromkeys(rows.ACCESS_RULES, "met")


def row_of(story: Homes, outcomes: Mapping[str, str] = ALIKE, **later: float) -> Fact:
    found = rows.row(
        story.case, Search(story.history), story.market, outcomes, HIDDEN, as_of=instant(story.now + timedelta(**later))
    )
    assert found is not None
    return found


def labels(**changes: Any) -> Mapping[str, str | None]:
    return row_of(a_search(until="reasoned", **changes)).labels


def test_a_fair_search_gives_a_row_of_coarse_codes() -> None:
    found = row_of(a_search())
    assert found.labels == {
        "spot": "under-agreement",
        "mechanism": "framework-call-off",
        "access": "met",
        "answer": "within-4-hours",
        "quadrant": "local-matched",
        "emergency": "not-emergency",
        "urgency": "within-7d",
        "reasons": "on-time",
        "connections": "under-agreement",
        "family": "residential",
        "residential": "positive-choice",
        "category": "generalist",
        "level": "level-3",
        "fee-level": "level-3",
        "unregistered": "not-used",
        "unregistered-nights": "not-used",
        "outcome": "cannot-tell",
        "finding": "cannot-tell",
        "first-time-right": None,
    }
    assert (found.authority, found.day) == ("SYN01", "2026-03-03")
    assert found.amounts == {"lead-days": 7, "connections-kept": 67, "nights": 0, "weekly-fee": 4700, "match": 44}


def test_every_label_of_a_row_is_one_of_its_table() -> None:
    by = {table.by: table for table in with_fees(DECISIONS, "Weighed.").tables}
    found = row_of(a_search())
    assert found.labels.keys() == by.keys()
    assert all(value is None or value in by[name].labels for name, value in found.labels.items())


def test_a_row_names_no_case_and_no_child() -> None:
    story = a_search()
    text = msgspec.json.encode(row_of(story)).decode()
    assert story.case not in text
    assert needs.PSEUDONYM not in text
    assert not NEVER & {*row_of(story).labels, *row_of(story).amounts}


def test_two_searches_for_one_child_are_about_one_child() -> None:
    first, second = row_of(a_search(until="chosen")), row_of(a_search(until="chosen", seed=2))
    assert first.id != second.id
    assert first.child == second.child


def test_before_a_home_is_chosen_there_is_nothing_to_count() -> None:
    story = a_search(until="judged")
    assert rows.row(story.case, Search(story.history), story.market, ALIKE, HIDDEN, as_of=instant(story.now)) is None


def test_a_provider_of_an_agreement_off_its_terms_is_spot_on_a_line_of_its_own() -> None:
    found = labels(chosen={"mechanism": "spot_competed", "agreement": None})
    assert (found["spot"], found["mechanism"]) == ("spot", "off-terms")


@pytest.mark.parametrize(
    ("known_on", "label"),
    [("2026-02-15", "avoidable"), ("2026-02-16", "not-avoidable"), ("2026-03-02", "not-avoidable")],
)
def test_an_emergency_is_avoidable_when_it_was_known_for_more_than_fourteen_days(known_on: str, label: str) -> None:
    found = labels(opened={"urgency": "same_day", "known_on": known_on})
    assert (found["emergency"], found["urgency"]) == ("emergency", label)


@pytest.mark.parametrize(
    ("outcomes", "label"),
    [
        (("met", "met", "met"), "met"),
        (("met", "concern", "cannot-tell"), "concern"),
        (("concern", "not-met", "met"), "not-met"),
        (("met", "cannot-tell", "not-applicable"), "cannot-tell"),
        (("not-applicable",) * 3, "not-applicable"),
    ],
)
def test_equal_access_is_the_gravest_of_three_rules(outcomes: tuple[str, ...], label: str) -> None:
    said = dict(zip(rows.ACCESS_RULES, outcomes, strict=True))
    assert row_of(a_search(until="reasoned"), said).labels["access"] == label


def test_reasons_are_late_only_when_their_five_working_days_are_over() -> None:
    story = a_search(until="approved")
    assert row_of(story).labels["reasons"] is None
    assert row_of(story, days=6).labels["reasons"] is None
    assert row_of(story, days=8).labels["reasons"] == "late-or-never"


def test_what_was_counted_keeps_its_place_and_stays_when_its_case_is_erased() -> None:
    cutoffs = ["2026-03-31", "2026-06-30"]
    first = [msgspec.structs.replace(row_of(a_search()), id=name) for name in ("a", "b")]
    kept = rows.read(rows.kept(first, cutoffs[:1]))
    assert {(one.day, one.recorded) for one in kept} == {("2026-01-01", "2026-03-31")}
    moved = msgspec.structs.replace(first[0], day="2026-05-01", recorded="2026-05-01", labels={"spot": "spot"})
    now = rows.as_before([moved], cutoffs, kept)
    assert {one.id: (one.day, one.labels["spot"]) for one in now} == {
        "a": ("2026-01-01", "spot"),
        "b": ("2026-01-01", "under-agreement"),
    }


def test_what_no_release_has_counted_is_not_kept() -> None:
    assert rows.read(rows.kept([row_of(a_search())], ["2025-12-31"])) == []


@pytest.mark.parametrize("data", [b"", b"{}", b"\xff", b'[{"id":1}]', b"[" * 100_000])
def test_unreadable_rows_of_an_earlier_release_are_said_to_be_so(data: bytes) -> None:
    with pytest.raises(Malformed, match="earlier release"):
        rows.read(data)


def test_a_row_that_was_kept_before_nights_were_counted_says_what_it_said_of_the_use() -> None:
    """Else what an earlier release counted could not be held beside what is counted now."""
    new = row_of(a_search())
    old = msgspec.structs.replace(
        new, labels={name: label for name, label in new.labels.items() if name != "unregistered-nights"}, amounts={}
    )
    [read] = rows.read(rows.kept([old], ["2030-12-31"]))
    assert read.labels == new.labels
    assert read.amounts.get("nights") is None
