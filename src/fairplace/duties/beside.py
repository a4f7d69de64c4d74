"""What stands beside the way of a case: findings that the buyer can answer, and purchases that could not wait."""

from __future__ import annotations

from collections.abc import Iterator

from fairplace.checks import Run, merged, with_run
from fairplace.duties.duty import Duty, Past
from fairplace.formats import named_day
from fairplace.openness.events import Assessed, FindingAnswered
from fairplace.urgent.events import Bought, Decided

FOUND = ("not-met", "concern")

WINDOW = "FA-01"
"""The rule that asks for answers, and sets the time for them."""


def to_answer(past: Past) -> Iterator[Duty]:
    """What the rules found in their newest runs, and the buyer has not answered."""
    runs: list[Run] = []
    for recorded, _ in past.history.of(Assessed):
        runs = with_run(runs, recorded)
    answered = {event.rule for _, event in past.history.of(FindingAnswered)}
    for check in merged(runs):
        if check.outcome in FOUND and check.rule != WINDOW and check.rule not in answered:
            first = next(
                one.index for one, event in past.history.of(Assessed) if event.outcomes.get(check.rule) in FOUND
            )
            yield past.duty("answer-finding", f"Answer what {check.rule} found", ["officer", "monitoring"], rule=WINDOW,
                            due=past.due(WINDOW, first), about=check.rule,
                            says="In words that everybody reads beside the finding.")  # fmt: skip


def bought(past: Past) -> Iterator[Duty]:
    """Somebody else decides on what was bought at once."""
    if past.history.last(Decided) is not None:
        return
    for recorded, event in past.history.of(Bought):
        yield past.duty("decide-urgency", "Approve an urgent purchase", ["approver", "monitoring"], rule="DA-08",
                        due=past.due("DA-08", recorded.index), people=frozenset(),
                        says=f"Bought from {named_day(event.from_on, past.today)}, because it could not wait.")  # fmt: skip
