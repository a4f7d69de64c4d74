"""Everything that has to be done in one case now."""

from __future__ import annotations

from fairplace.duties.after_award import after_award, after_contract, after_end
from fairplace.duties.before_award import before_award
from fairplace.duties.beside import bought, to_answer
from fairplace.duties.challenged import challenged
from fairplace.duties.duty import Duty, Past
from fairplace.duties.to_release import to_release


def of_case(past: Past) -> list[Duty]:
    """The duties of a case. One that was taken in from elsewhere is not run here: only what was found is answered."""
    state = past.state
    beside = [*bought(past), *to_answer(past)]
    if state.planned is None:
        return beside
    found = [*challenged(past), *beside]
    if state.ended:
        found += after_end(past)
    elif state.contract:
        found += after_contract(past)
    else:
        found += after_award(past) if state.awarded_at >= 0 else before_award(past)
    return [*found, *to_release(past)]
