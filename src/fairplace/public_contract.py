"""What several rules ask of a contract under the Procurement Act 2023: whether it is one, and whether a notice was late.

Days are days in London.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Literal

from fairplace.counted import counted
from fairplace.policy import Case, Finding, Recorded
from fairplace.procurement.events import NoticePublished, Planned
from fairplace.terms import london_day

WARN_DAYS = 10  # configured: how long before a clock runs out a reader is told


def public_contract(case: Case) -> Planned | Finding:
    """The plan of a contract under the Act, or why the Act's rules do not ask."""
    plans = case.of(Planned)
    if not plans:
        return Finding(outcome="cannot-tell", text="which law applies is not on the record")
    if len({plan.regime for _, plan in plans}) > 1:
        return Finding(outcome="not-applicable", text="regime-unresolved: two laws are claimed for this case")
    plan = plans[-1][1]
    if plan.regime != "PA23":
        return Finding(outcome="not-applicable", text=f"not a public contract under the Act ({plan.regime})")
    return plan


def perhaps_user_choice(plan: Planned) -> bool:
    """Schedule 5, paras 15-17: a light touch direct award for one person may owe no notice at all."""
    return plan.route == "direct_s41" and plan.light_touch and plan.concerns_one_person


def notices(case: Case, code: str, since: int = -1) -> list[tuple[date, int]]:
    """The days on which notices of this code were published, with their entries, of those after entry `since`."""
    return [
        (london_day(notice.happened_at), recorded.index)
        for recorded, notice in case.of(NoticePublished)
        if notice.notice == code and recorded.index > since
    ]


def published_by(
    case: Case, plan: Planned, code: str, due: date, owed: Recorded, *, start: str = "", clock: str
) -> Finding:
    """Whether a notice that an entry makes due was published in time. `clock` says in words how `due` was counted."""
    published = notices(case, code)
    today = london_day(case.as_of)
    outcome: Literal["met", "concern", "not-met", "cannot-tell", "not-applicable"]
    evidence: tuple[int, ...] = (owed.index,)
    if published:
        on, index = min(published)
        outcome = "met" if on <= due else "not-met"
        text = f"{start}due by {due}, published on {on}"
        evidence = tuple(sorted((index, owed.index)))
    elif today > due and perhaps_user_choice(plan):
        outcome = "cannot-tell"
        text = f"nothing was published by {due}; none is owed by user choice, and the ground is not on the record"
    elif today > due:
        outcome, text = "not-met", f"{start}due by {due} ({clock}), not published"
    elif due - today <= timedelta(days=WARN_DAYS):
        left = counted((due - today).days, "day is", "days are")
        outcome, text = "concern", f"due by {due}, not published yet; {left} left"
    else:
        outcome, text = "not-applicable", f"due by {due}, not published yet"
    return Finding(outcome=outcome, text=text, evidence=evidence, due_on=due.isoformat())
