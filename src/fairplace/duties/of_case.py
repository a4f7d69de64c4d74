"""Everything that has to be done in one case now."""

from __future__ import annotations

from fairplace.duties.after_award import after_award, after_contract
from fairplace.duties.before_award import before_award
from fairplace.duties.challenged import challenged
from fairplace.duties.duty import Duty, Past


def of_case(past: Past) -> list[Duty]:
    """The duties of a case; none of one that was taken in from elsewhere and is not run here."""
    state = past.state
    if state.planned is None:
        return []
    found = list(challenged(past))
    if state.ended:
        return found
    if state.contract:
        return [*found, *after_contract(past)]
    return [*found, *(after_award(past) if state.awarded_at >= 0 else before_award(past))]
