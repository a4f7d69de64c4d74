"""Finds codes as only the log spells them in what people read: `framework_call_off`, `T1`, `OUTSIDE_ENGLAND`."""

from __future__ import annotations

import re
from functools import cache

from fairplace.catalogue import PLACEMENTS
from fairplace.referral.codes import LISTS, ListName
from fairplace.seeking.completeness import GROUPS
from tests.publish.test_words_of_homes import codes_of

RETURN: tuple[ListName, ...] = (
    "place", "place_provider", "legal_status", "need", "new_episode", "placement_change", "episode_end",
)  # fmt: skip
BESIDE = {(one.code, one.label) for name in RETURN for one in LISTS[name]}
"""Codes of the yearly return: whoever fills it in looks for them, so they stand beside their words."""


@cache
def codes() -> frozenset[str]:
    """Every code that no person would write: two words in one, or letters that mean nothing by themselves."""
    known: set[type] = set()
    found = {code for kind in PLACEMENTS.values() for code, _ in codes_of(kind, "", known)}
    found |= {one.code for listed in LISTS.values() for one in listed} - {code for code, _ in BESIDE}
    found |= {f"{group.code}.{fact}" for group in GROUPS for fact in group.facts}
    spelled = {one for one in found if re.search(r"[a-z0-9][_.][a-z0-9]|[A-Z]{2,}", one)}
    return frozenset(spelled | {"T1", "T2", "T3"}) - {"IN", "OFF"}


def spelled(text: str) -> list[str]:
    """The codes that stand in a text as words of their own; file names and addresses are none."""
    for code, label in BESIDE:
        text = text.replace(f"{code} {label}", label)
    words = re.findall(r"(?<![\w./-])[A-Za-z][\w.]*\w(?![\w/-])", text)
    return sorted({one for one in words if one in codes()})
