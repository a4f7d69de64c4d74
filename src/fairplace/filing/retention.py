"""Until when a document is kept: its class, and the last day that follows from the record or was set by a person.

- *record*: part of the record of a procurement. Procurement Act 2023, section 98(5) and (6): three years, beginning
  with the day on which the contract is entered into. Where nothing was awarded the Act sets no period; the same three
  years from the decision are kept here, which is a choice of this register and no law.
  In a search for a home: part of the child's case record, which is kept until the 75th anniversary of the child's birth
  (Care Planning, Placement and Case Review (England) Regulations 2010, regulation 50). The day of birth stands nowhere
  here: from the age in months follows a day that is at most a month later.
- *contract*: goes with the contract. Limitation Act 1980, section 5: six years from a breach, so six years beginning
  with the day after the contract ends; a person says which day that is.
- *other*: a day and a reason that a person gives.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Literal

import msgspec

from fairplace.decision import History
from fairplace.procurement.events import ContractEntered, EndedWithoutAward
from fairplace.referral.events import NeedAssessed
from fairplace.terms import Day, as_date, day, london_day
from fairplace.working_days import months_beginning

Class = Literal["record", "contract", "other"]
CLASSES: dict[str, str] = {
    "record": "Part of the record: three years from the contract",
    "contract": "Goes with the contract: six years after it ends",
    "other": "Something else: until a day that I set",
}

CLASSES_OF_SEARCH: dict[str, str] = {
    "record": "Part of the child’s case record: until 75 years after birth",
    "contract": "Goes with the agreement: six years after the placement ends",
    "other": "Something else: until a day that I set",
}

RECORD_MONTHS, CONTRACT_MONTHS, CHILD_MONTHS = 36, 72, 75 * 12


class Retention(msgspec.Struct, frozen=True, kw_only=True):
    """A class, and what a person said for it: the last day of the contract, or the last day of all, and why."""

    kind: Class = "record"
    said: Day | None = None
    reason: str = ""


def last_day(retention: Retention, history: History) -> Day | None:
    """The last day on which it is kept; null while that cannot be said yet."""
    match retention.kind:
        case "record":
            if (need := history.last(NeedAssessed)) is not None:
                child = need[1].child.get(None)
                after = london_day(need[1].happened_at) + timedelta(days=1)  # the anniversary itself is kept, too
                return None if child is None else day(months_beginning(after, CHILD_MONTHS - child.age_months))
            over = _over(history)
            return None if over is None else day(months_beginning(over, RECORD_MONTHS))
        case "contract":
            ends = retention.said
            return None if ends is None else day(months_beginning(as_date(ends) + timedelta(days=1), CONTRACT_MONTHS))
        case "other":
            return retention.said


def _over(history: History) -> date | None:
    """The day from which the record is kept: of the contract, else of the decision not to award."""
    if (entered := history.last(ContractEntered)) is not None:
        return as_date(entered[1].entered_on)
    if (ended := history.last(EndedWithoutAward)) is not None:
        return london_day(ended[1].happened_at)
    return None
