"""The children who have moved in: since when, when it was last looked at, and what is still owed to them.

- Made of what is public and what the parties know alone, as the board is: nothing of the child comes in.
"""

from __future__ import annotations

from datetime import timedelta

import msgspec

from fairplace import formats
from fairplace.searching import Search
from fairplace.seeking.case_word import case_word
from fairplace.terms import CaseId, Day, Instant, as_date, day, london_day
from fairplace.working_days import BeyondHorizon, months_beginning, working_days_after

PLAN_DAYS = 5
"""Working days after the start in which the placement plan is signed at the latest (2010 Regulations, reg. 9)."""
FIRST_REVIEW_DAYS = 20
"""Working days after the start in which it is reviewed first (reg. 33: of whoever is looked after from then on)."""
SECOND_MONTHS, LATER_MONTHS = 3, 6
"""Months from the first review to the second, and between all later ones, at the most (reg. 33)."""
ONE_DAY = timedelta(days=1)
UNDATED = timedelta(days=14)
"""What has no day counts as if it were due so many days from now: before a review months away."""


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
    owed: tuple[Owed, ...]  # by their days
    counts_from: Day  # that of the first of them

    @property
    def order(self) -> tuple[str, str, str]:
        return (self.counts_from, self.since or "", self.case)


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
        plan = _working_days(since, PLAN_DAYS)
        says = f"record the placement plan {said_by(plan, today)}" if plan else "record the placement plan"
        owed.append(Owed(code="sign-plan", says=says, due=plan))
    if started is not None and not search.editions:
        owed.append(Owed(code="give-child-edition", says="give the young person the decision"))
    reviews = [event.reviewed_on.get(None) for _, event in search.reviews]
    known = sorted(one for one in reviews if one is not None)
    if started is not None and len(known) == len(reviews) and (due := _review_by(since, known)) is not None:
        owed.append(Owed(code="review-placement", says=f"review how it goes {said_by(due, today)}", due=due))
    undated = day(as_date(today) + UNDATED)
    owed.sort(key=lambda one: one.due or undated)
    return Lived(
        case=case,
        word=case_word(case),
        since=since,
        reviewed_on=known[-1] if known else None,
        owed=tuple(owed),
        counts_from=(owed[0].due or undated) if owed else "9999",
    )


def said_by(due: Day, today: Day) -> str:
    """`by 6 March 2026`, `today`, or that it was due."""
    said = formats.date(due)
    return f"(it was due on {said})" if due < today else "today" if due == today else f"by {said}"


def _review_by(since: Instant | None, reviews: list[Day]) -> Day | None:
    """The last day for the next review; null where nobody can open when the child moved in.

    It is counted from the start here and from reviews on this record: of a child who was looked after before, earlier
    ones are elsewhere.
    """
    if not reviews:
        return _working_days(since, FIRST_REVIEW_DAYS)
    last, months = as_date(reviews[-1]), SECOND_MONTHS if len(reviews) == 1 else LATER_MONTHS
    # The same day of a later month; where that month has no such day, its last one.
    return day(min(months_beginning(last + ONE_DAY, months), months_beginning(last, months) + ONE_DAY))


def _working_days(since: Instant | None, days: int) -> Day | None:
    if since is None:
        return None
    try:
        return day(working_days_after(london_day(since), days, "ENG"))
    except BeyondHorizon:
        return None
