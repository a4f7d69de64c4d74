"""Who may read what is sealed in a log of placements, by the tag of each field: money is decided without the child."""

from __future__ import annotations

from collections.abc import Iterator

import fairplace.contest.events
import fairplace.counting.events
import fairplace.market.events
import fairplace.placement.events
import fairplace.referral.events
from fairplace import tags

KNOWS = "officer social-worker approver moderator nominated-officer director monitoring auditor"
TEAM = f"{KNOWS} evaluator budget-holder"

TYPES = {
    **fairplace.market.events.TYPES,
    **fairplace.referral.events.TYPES,
    **fairplace.placement.events.TYPES,
    **fairplace.contest.events.TYPES,
    **fairplace.counting.events.TYPES,
}


def rows() -> Iterator[tuple[str, str, str, str]]:
    """Type, slots, roles, and why they."""
    for name, kind in TYPES.items():
        found = tags.tags(kind)
        for who, why, wanted in (
            (KNOWS, "whoever works for this child", ("SEAL",)),
            (TEAM, "whoever seeks, pays for or approves the home", ("AGG", "PARTY")),
        ):
            if slots := " ".join(f"/{field}" for field, tag in found.items() if tag in wanted):
                yield name, slots, who, why
        stamped = " ".join(f"/{field}" for field in ("exhibit", "override_reason") if field in kind.__struct_fields__)
        yield name, stamped, TEAM, "whoever seeks, pays for or approves the home"
