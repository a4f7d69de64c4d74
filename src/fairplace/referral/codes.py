"""Which codes there are, and which of them may be used on a day.

- The list of the day of the event counts, not today's: lists change with each collection year.
- A code that no list has, or that the list of the day does not have, is refused in acts and in reports alike.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from fairplace.errors import Refused
from fairplace.referral.lists import ours, ssda903
from fairplace.referral.lists.code import Code
from fairplace.terms import Day, as_date

ListName = Literal[
    "place",
    "place_provider",
    "legal_status",
    "need",
    "new_episode",
    "placement_change",
    "episode_end",
    "review",
    "grade",
    "decline_reason",
    "reject_reason",
    "unsuitable_reason",
    "withdraw_reason",
]

LISTS: Mapping[ListName, tuple[Code, ...]] = {
    "place": ssda903.PLACE,
    "place_provider": ssda903.PLACE_PROVIDER,
    "legal_status": ssda903.LEGAL_STATUS,
    "need": ssda903.NEED,
    "new_episode": ssda903.NEW_EPISODE,
    "placement_change": ssda903.PLACEMENT_CHANGE,
    "episode_end": ssda903.EPISODE_END,
    "review": ssda903.REVIEW,
    "grade": ours.GRADE,
    "decline_reason": ours.DECLINE_REASON,
    "reject_reason": ours.REJECT_REASON,
    "unsuitable_reason": ours.UNSUITABLE_REASON,
    "withdraw_reason": ours.WITHDRAW_REASON,
}

TITLES: Mapping[ListName, str] = {
    "place": "placement type (SSDA903 PLACE)",
    "place_provider": "provider class (SSDA903 PLACE_PROVIDER)",
    "legal_status": "legal status (SSDA903 LS)",
    "need": "category of need (SSDA903 CIN)",
    "new_episode": "reason for a new episode (SSDA903 RNE)",
    "placement_change": "reason for a placement change (SSDA903)",
    "episode_end": "reason why an episode ended (SSDA903 REC)",
    "review": "part that the child took in a review (SSDA903)",
    "grade": "inspection grade",
    "decline_reason": "reason for declining",
    "reject_reason": "reason for not taking an offer",
    "unsuitable_reason": "reason why a home does not suit",
    "withdraw_reason": "reason for withdrawing an offer",
}


def codes_on(name: ListName, day: Day) -> list[Code]:
    """The codes of a list that may be used on this day, in the list's order."""
    return [one for one in LISTS[name] if one.is_valid(day)]


def valid(name: ListName, code: str, day: Day) -> bool:
    """May this code be used for what happened on this day?"""
    return any(one.code == code and one.is_valid(day) for one in LISTS[name])


def label(name: ListName, code: str) -> str:
    """What a code stands for; the code itself when no list has it."""
    return next((one.label for one in LISTS[name] if one.code == code), code)


def check(name: ListName, code: str, day: Day) -> str:
    """The code, when the list of the day has it. Raises Refused with the codes that it has."""
    if valid(name, code, day):
        return code
    now = ", ".join(one.code for one in codes_on(name, day))
    was = next((one for one in LISTS[name] if one.code == code), None)
    if was is None:
        raise Refused(
            f"{code[:40]!r} is no {TITLES[name]}; on {day} there are {now}: give one of these", code="unknown-code"
        )
    raise Refused(
        f"{code} ({was.label}) belongs to the list {_span(was)}, and this happened on {day};"
        f" the {TITLES[name]} is then one of {now}",
        code="code-out-of-date",
    )


def collection_year(day: Day) -> str:
    """The year of the return in which a day falls, as `2025-26`: from 1 April to 31 March."""
    date = as_date(day)
    first = date.year if (date.month, date.day) >= (4, 1) else date.year - 1
    return f"{first}-{(first + 1) % 100:02d}"


def _span(code: Code) -> str:
    first = f"from {code.valid_from}" if code.valid_from else ""
    last = f"until {code.valid_to}" if code.valid_to else ""
    return " ".join(filter(None, (first, last)))
