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


class Lived(msgspec.Struct, frozen=True, kw_only=True):
    """A placement that runs, or a place that must be registered and is not. `owed`: what is to be done, in words."""

    case: CaseId
    word: str
    since: Instant | None
    reviewed_on: Day | None
    owed: tuple[str, ...]
    due: Day | None  # the first day by which something is owed

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
    owed: list[tuple[Day, str]] = []
    if (due := use_of(search)) is not None:
        owed.append((due, f"look at the unregistered use again {_by(due, today)}"))
    started = search.started
    since = started[1].moved_at.get(None) if started is not None else None
    if started is not None and search.plan is None:
        plan = _plan_by(since)
        owed.append((plan or "9999", f"record the placement plan{' ' + _by(plan, today) if plan else ''}"))
    if started is not None and not search.editions:
        owed.append(("9999", "give the young person the decision"))
    reviews = [event.reviewed_on.get(None) for _, event in search.reviews]
    return Lived(
        case=case,
        word=case_word(case),
        since=since,
        reviewed_on=max((one for one in reviews if one is not None), default=None),
        owed=tuple(says for _, says in sorted(owed)),
        due=min((on for on, _ in owed if on != "9999"), default=None),
    )


def _by(due: Day, today: Day) -> str:
    return f"(it was due on {date(due)})" if due < today else "today" if due == today else f"by {date(due)}"


def _plan_by(since: Instant | None) -> Day | None:
    if since is None:
        return None
    try:
        return day(working_days_after(london_day(since), PLAN_DAYS, "ENG"))
    except BeyondHorizon:
        return None
