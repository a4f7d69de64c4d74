"""Until when a contract may not be signed: the standstill, and a claim that suspends it.

- A procurement that is no light touch contract, call-off or dynamic market award stands still (Act, s. 51(1)-(3)).
- A standstill that is offered where none is due is kept all the same (s. 51(4)-(5)).
- A claim issued and notified by the last day of a standstill suspends the award until the court lifts it (s. 101).
"""

from __future__ import annotations

from fairplace.procurement.events import Planned
from fairplace.procurement.state import State
from fairplace.terms import Day, as_date, day
from fairplace.working_days import pa_standstill_last, psr_standstill_last


def is_mandatory(state: State) -> bool:
    planned = state.planned
    return (
        planned is not None
        and planned.regime == "PA23"
        and not planned.light_touch
        and planned.route not in ("framework_calloff", "flexible_dm")
    )


def summaries_due(planned: Planned | None) -> bool:
    """Assessment summaries go with a competitive award under the Act (s. 50(3)), not with a call-off or direct award."""
    return planned is not None and planned.regime == "PA23" and planned.route in ("open", "flexible", "flexible_dm")


def needs_award_notice(state: State) -> bool:
    """A public contract is entered only after its award notice (Act, s. 50(1))."""
    return state.planned is not None and state.planned.regime == "PA23"


def least_last_day(state: State, published: Day) -> Day | None:
    """The earliest last day that a standstill given by a notice of this day may have; null where no rule sets one."""
    match state.planned.regime if state.planned is not None else None:
        case "PA23":
            return day(pa_standstill_last(as_date(published)))
        case "PSR":
            return day(psr_standstill_last(as_date(published)))
        case _:
            return None


def last_day(state: State) -> Day | None:
    """The last day of the standstill in force, or null where there is none."""
    notice = state.award_notice
    if notice is None:
        return None
    days = [notice.standstill_ends] if notice.standstill_ends else []
    if is_mandatory(state) and (least := least_last_day(state, notice.published_on)):
        days.append(least)
    return max(days, default=None)


def is_suspended(state: State) -> bool:
    """Does a claim notified in time hold the contract back? Before the award notice every claim is in time."""
    if not state.claims:
        return False
    last = last_day(state)
    if state.award_notice is None:
        return is_mandatory(state)
    return last is not None and any(claim.issued_on <= last and claim.notified_on <= last for claim in state.claims)
