"""Everything that has to be done in one case now."""

from __future__ import annotations

from fairplace.duties.after_award import after_award, after_contract, after_end
from fairplace.duties.before_award import before_award
from fairplace.duties.beside import bought, to_answer
from fairplace.duties.challenged import challenged
from fairplace.duties.duty import Duty, Past


def of_case(past: Past) -> list[Duty]:
    """The duties of a case. One that was taken in from elsewhere is not run here: only what was found is answered."""
    state = past.state
    beside = [*bought(past), *to_answer(past)]
    if state.planned is None:
        return beside
    found = [*challenged(past), *beside]
    if state.ended:
        return [*found, *after_end(past)]
    if state.contract:
        return [*found, *after_contract(past)]
    return [*found, *(after_award(past) if state.awarded_at >= 0 else before_award(past))]
