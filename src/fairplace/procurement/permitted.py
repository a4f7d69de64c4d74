"""What the Act says of a change of contract: whether it is permitted (s. 74, Sch. 8), and whether a notice comes first (s. 75).

- A light touch contract is changed freely and without a notice (ss. 74(2), 75(6)(b)). So is what is no public contract.
- A change that moves the value or the term by little needs no notice; of one that moves neither, or one of them by little
  and the other by much, the Act can be read either way.
"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from fairplace.decision import History
from fairplace.procurement.events import (
    ChangeGround,
    ChangeKind,
    ChangeNotice,
    ContractChanged,
    NoticePublished,
    Planned,
)
from fairplace.terms import Day, Pence, london_day

SMALL, SMALL_WORKS = 10, 15  # per cent of the value: Act, ss. 74(4)(a), 75(2)(a)
SMALL_TERM = 10  # per cent of the maximum term on award: Act, ss. 74(3)(a), 75(2)(b)
MOST = 50  # per cent: Act, Sch. 8 paras 4(1)(d), 5(1)(d) and 8(1)(c)

UP_TO_HALF: frozenset[ChangeGround] = frozenset({"unforeseeable", "known-risk", "additional"})


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """A change as it is weighed. The values are null where the record does not have them."""

    kind: ChangeKind
    ground: ChangeGround | None
    term_days: int
    scope_changed: bool
    favours_supplier: bool
    before: Pence | None
    after: Pence | None


def is_free(planned: Planned | None) -> bool:
    """May such a contract be changed without a ground and without a notice?"""
    return planned is not None and (planned.regime != "PA23" or planned.light_touch)


def notice_for(planned: Planned | None, change: Change) -> ChangeNotice:
    """Whether a contract change notice has to come first."""
    if planned is None:
        return "unknown"
    if is_free(planned):
        return "not-due"
    if change.ground == "restructuring":
        return "due"
    moved = [one for one in (_value_is_small(planned, change), _term_is_small(planned, change)) if one != "same"]
    if "unknown" in moved:
        return "unknown"
    if not moved or len(set(moved)) > 1:
        return "advised"
    return "not-due" if moved[0] == "small" else "due"


def why_not(planned: Planned | None, change: Change) -> tuple[str, str] | None:
    """Why the Act does not permit the change on its ground: a code and a sentence. Null where nothing known stands against it."""
    if planned is None or is_free(planned):
        return None
    value, term = _value_is_small(planned, change), _term_is_small(planned, change)
    match change.ground:
        case None:
            return (
                "no-ground",
                "a public contract is changed on a ground of the Act only (s. 74), and none came; name it",
            )
        case "light-touch":
            return ("not-light-touch", "the contract is no light touch contract; name another ground (Act, s. 74)")
        case "not-substantial" if term == "large" or change.scope_changed or change.favours_supplier:
            return (
                "substantial",
                f"a change of scope or balance, or of the term by over {SMALL_TERM} %, is substantial (Act, s. 74(3)); buy anew",
            )
        case "below-threshold" if value == "large" or change.scope_changed:
            return (
                "not-below-threshold",
                f"a change of scope, or of the value by over {_limit(planned)} %, is not below the threshold (Act, s. 74(4)); buy anew",
            )
        case "unforeseeable" | "known-risk" | "additional" if _over_half(change):
            return (
                "over-half",
                f"the value would grow by more than {MOST} %, which this ground does not allow (Act, Sch. 8); buy anew",
            )
        case _:
            return None


def covered(
    changes: Iterable[tuple[int, ContractChanged]], notices: Iterable[tuple[int, Day]]
) -> dict[int, int | None]:
    """For each change that asks for a notice, which notice came before it. One notice answers for one change."""
    left = sorted(notices, key=lambda one: (one[1], one[0]))
    found: dict[int, int | None] = {}
    for index, change in sorted(changes, key=lambda one: (one[1].changed_on, one[0])):
        if change.change_notice not in ("due", "advised"):
            continue
        before = [one for one in left if one[1] < change.changed_on]
        if before:
            left.remove(before[-1])
        found[index] = before[-1][0] if before else None
    return found


def covered_in(history: History) -> dict[int, int | None]:
    """The same of a case, by the indexes of its entries."""
    changes = [(recorded.index, event) for recorded, event in history.of(ContractChanged)]
    return covered(changes, _change_notices(history))


def has_notice(history: History, changed_on: Day) -> bool:
    """Was a contract change notice published before this day that no other change of the case had?"""
    taken = set(covered_in(history).values())
    return any(index not in taken and published < changed_on for index, published in _change_notices(history))


def _change_notices(history: History) -> list[tuple[int, Day]]:
    return [
        (recorded.index, london_day(event.happened_at).isoformat())
        for recorded, event in history.of(NoticePublished)
        if event.notice == "UK10"
    ]


def _limit(planned: Planned) -> int:
    return SMALL_WORKS if planned.contract_kind == "works" else SMALL


def _value_is_small(planned: Planned, change: Change) -> str:
    """An option used as foreseen moves nothing while the whole stays within the estimate, which counted it (Sch. 3)."""
    if change.before is None or change.after is None:
        return "unknown"
    estimate = planned.estimated_value.get()
    if change.before == change.after or (
        change.kind == "extension" and estimate is not None and change.before < change.after <= estimate
    ):
        return "same"
    return "small" if abs(change.after - change.before) * 100 <= change.before * _limit(planned) else "large"


def _term_is_small(planned: Planned, change: Change) -> str:
    if change.term_days == 0:
        return "same"
    if planned.max_term_days is None:
        return "unknown"
    return "small" if abs(change.term_days) * 100 <= planned.max_term_days * SMALL_TERM else "large"


def _over_half(change: Change) -> bool:
    return (
        change.before is not None
        and change.after is not None
        and (change.after - change.before) * 100 > change.before * MOST
    )
