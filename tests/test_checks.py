"""One answer for each rule, from the newest run on public facts and the newest on all facts."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairplace.checks import GRAVITY, Check, Run, merged, with_run
from fairplace.ledger.disclosure import sealed
from fairplace.openness.events import Assessed
from tests.story import ASSESSOR, Story, open_competition

OUTCOMES = st.sampled_from(sorted(GRAVITY))


def run(view: str, index: int, **outcomes: str) -> Run:
    named = {name.replace("_", "-"): outcome.replace("_", "-") for name, outcome in outcomes.items()}
    return Run(view=view, upto=index, index=index, outcomes=named)


def test_what_the_public_run_can_tell_is_the_publics_to_tell() -> None:
    runs = [run("public", 11, ET_01="met", ET_12="cannot-tell"), run("authority", 10, ET_01="met", ET_12="not-met")]
    assert merged(runs) == [
        Check(rule="ET-01", outcome="met", index=11, view="public"),
        Check(rule="ET-12", outcome="not-met", index=10, view="authority"),
    ]


def test_where_neither_can_tell_the_public_run_says_so() -> None:
    [check] = merged([run("public", 2, ET_12="cannot-tell"), run("authority", 1, ET_12="cannot-tell")])
    assert (check.outcome, check.view) == ("cannot-tell", "public")


@pytest.mark.parametrize("rules", [("ET_01", "ET_02"), ("ET_02", "ET_01")])
def test_a_rule_that_only_one_run_asked_is_there_too(rules: tuple[str, str]) -> None:
    runs = [run("public", 2, **{rules[0]: "met"}), run("authority", 1, **{rules[1]: "concern"})]
    assert [check.rule for check in merged(runs)] == ["ET-01", "ET-02"]


@given(public=OUTCOMES, own=OUTCOMES)
def test_the_milder_of_two_answers_is_never_shown(public: str, own: str) -> None:
    [check] = merged([run("public", 2, ET_01=public), run("authority", 1, ET_01=own)])
    told = {outcome for outcome in (public, own) if outcome != "cannot-tell"}
    assert check.outcome == next((one for one in GRAVITY if one in told), "cannot-tell")
    assert (check.view == "public") == (check.outcome == public)


def assessed(story: Story, view: Any, outcome: Any) -> Any:
    event = Assessed(
        case=story.case, happened_at=story.last.at, evidence="signed-by-party", exhibit=sealed("personal", None),
        seen=story.events[0].leaf, view=view, occasion="request", upto=story.last.index, outcomes={"ET-01": outcome},
        findings="f" * 64, policies={}, engine="1", holidays="d" * 64,
    )  # fmt: skip
    return story.record(event, by=ASSESSOR, stream="new")


def test_of_several_runs_of_one_view_the_newest_counts() -> None:
    story = open_competition(until="planned")
    runs: list[Run] = []
    for view, outcome in (("authority", "not-met"), ("public", "cannot-tell"), ("authority", "met")):
        runs = with_run(runs, assessed(story, view, outcome))
    assert [(one.view, one.outcomes) for one in runs] == [
        ("public", {"ET-01": "cannot-tell"}),
        ("authority", {"ET-01": "met"}),
    ]
    assert [(check.outcome, check.view) for check in merged(runs)] == [("met", "authority")]
