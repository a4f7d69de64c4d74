"""The children who have moved in: since when, when it was last looked at, and what is still owed to them.

- Made of what is public and what the parties know alone, as the board is: nothing of the child comes in.
"""

from __future__ import annotations

import msgspec

from fairplace.formats import date
from fairplace.searching import Search
from fairplace.seeking.case_word import case_word
from fairplace.terms import CaseId, Day, Instant, day, london_day
from fairplace.working_days import BeyondHorizon, working_days_after

PLAN_DAYS = 5
"""Working days after the start in which the placement plan is signed at the latest (2010 Regulations, reg. 9)."""


class Owed(msgspec.Struct, frozen=True, kw_only=True):
    """Something that is to be done: its form in the file of the search, in words, and by when, where there is a day."""

    code: str
    says: str
    due: Day | None = None


class Lived(msgspec.Struct, frozen=True, kw_only=True):
    """A placement that runs, or a place that must be registered and is not."""

    case: CaseId
    word: str
    since: Instant | None
    reviewed_on: Day | None
    owed: tuple[Owed, ...]  # what has a day first

    @property
    def due(self) -> Day | None:
        """The first day by which something is owed."""
        return self.owed[0].due if self.owed else None

    @property
    def order(self) -> tuple[str, str, str]:
        return (self.due or "9999", self.since or "", self.case)


def lives(search: Search) -> bool:
    """Does a child live there by this record, in a home that was found or in a place that is not registered?"""
    return (search.started is not None and search.ended is None) or use_of(search) is not None


def use_of(search: Search) -> Day | None:
    """The day by which the use of a place that is not registered is looked at again; null when none is in use."""
    if not search.unregistered or search.ended is not None:
        return None
    recorded, event = search.unregistered[-1]
    use = event.use.get(None)
    due = use.review_due_on if use is not None else None
    for again, review in search.unregistered_reviews:
        if again.index > recorded.index:
            due = review.next_on.get(None) if review.goes_on else None
    return due


def lived(case: CaseId, search: Search, today: Day) -> Lived:
    owed: list[Owed] = []
    if (due := use_of(search)) is not None:
        says = f"look at the unregistered use again {said_by(due, today)}"
        owed.append(Owed(code="review-unregistered-use", says=says, due=due))
    started = search.started
    since = started[1].moved_at.get(None) if started is not None else None
    if started is not None and search.plan is None:
        plan = _plan_by(since)
        says = f"record the placement plan {said_by(plan, today)}" if plan else "record the placement plan"
        owed.append(Owed(code="sign-plan", says=says, due=plan))
    if started is not None and not search.editions:
        owed.append(Owed(code="give-child-edition", says="give the young person the decision"))
    reviews = [event.reviewed_on.get(None) for _, event in search.reviews]
    return Lived(
        case=case,
        word=case_word(case),
        since=since,
        reviewed_on=max((one for one in reviews if one is not None), default=None),
        owed=tuple(sorted(owed, key=lambda one: one.due or "9999")),
    )


def said_by(due: Day, today: Day) -> str:
    """`by 6 March 2026`, `today`, or that it was due."""
    return f"(it was due on {date(due)})" if due < today else "today" if due == today else f"by {date(due)}"


def _plan_by(since: Instant | None) -> Day | None:
    if since is None:
        return None
    try:
        return day(working_days_after(london_day(since), PLAN_DAYS, "ENG"))
    except BeyondHorizon:
        return None
