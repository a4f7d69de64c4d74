"""What the rules said of a case, taken together from the newest run on public facts and the newest on all facts.

- A rule that can tell from what is public says so there: anybody can ask it again.
- What it cannot tell there, the authority's own run tells; that is marked, because nobody outside can ask it again.
- Where both tell and differ the graver stands: a reader is never shown the milder of two answers.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from fairplace.openness.events import Assessed
from fairplace.recorded import Recorded

GRAVITY = ("not-met", "concern", "met", "not-applicable", "cannot-tell")
"""From the gravest; that nothing can be told is no answer, so any other stands before it."""

VIEWS = ("public", "authority")


class Run(msgspec.Struct, frozen=True, kw_only=True):
    """One assessment: how much of the case it saw, up to which size of the log, and what each rule said."""

    view: str
    upto: int
    index: int
    outcomes: dict[str, str]


class Check(msgspec.Struct, frozen=True, kw_only=True):
    """What one rule says: its outcome, and the run that said it by its view and its place in the log."""

    rule: str
    outcome: str
    index: int
    view: str


def with_run(runs: Sequence[Run], recorded: Recorded) -> list[Run]:
    """The newest run of each view, this one among them; the public one first."""
    event = recorded.event
    assert isinstance(event, Assessed)
    run = Run(view=event.view, upto=event.upto, index=recorded.index, outcomes=dict(sorted(event.outcomes.items())))
    newest = {one.view: one for one in (*runs, run)}
    return [newest[view] for view in VIEWS if view in newest]


def merged(runs: Sequence[Run]) -> list[Check]:
    """One outcome for each rule, in the order of their codes."""
    found: dict[str, Check] = {}
    for run in runs:
        for rule, outcome in run.outcomes.items():
            known = found.get(rule)
            if known is None or GRAVITY.index(outcome) < GRAVITY.index(known.outcome):
                found[rule] = Check(rule=rule, outcome=outcome, index=run.index, view=run.view)
    return [found[rule] for rule in sorted(found)]
