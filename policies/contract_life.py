"""After the signature: changes of a contract and its end. Procurement Act 2023, sections 74-80 and Schedule 8.

Days are days in London. Amounts are in pence, and no finding quotes one.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Literal

from fairplace.counted import counted
from fairplace.policy import Case, Finding, Recorded, rule
from fairplace.procurement.events import ContractChanged, ContractEnded, ContractEntered, Planned
from fairplace.public_contract import WARN_DAYS, notices, public_contract, published_by
from fairplace.terms import Pence, as_date, london_day
from fairplace.working_days import BeyondHorizon, period_days

# From each day on: per cent of the value for goods and services, and for works; per cent of the maximum term.
# Procurement Act 2023 ss. 74(3)(a), 74(4)(a), 75(2), as commenced on 24 February 2025.
SMALL: tuple[tuple[date, tuple[int, int, int]], ...] = ((date(2025, 2, 24), (10, 15, 10)),)
MOST_GROWTH = 50  # per cent: Sch. 8 paras 4(1), 5(1) and 8(1)
TERMINATION_DAYS = 30  # s. 80(1): beginning with the day on which the contract ends

_DAY = timedelta(days=1)

Size = Literal["same", "small", "large", "unknown"]


@rule(
    code="MO-01",
    name="change-permitted",
    source="Procurement Act 2023 s. 74, Sch. 8",
    severity="critical",
    blocks=True,
)
def change_permitted(case: Case) -> Iterator[Finding]:
    """Did each change of the contract stand on a ground that the Act allows, within that ground's limits?"""
    plan = public_contract(case)
    if isinstance(plan, Finding):
        yield plan
        return
    changes = case.of(ContractChanged)
    if not changes:
        yield Finding(outcome="not-applicable", text="no change of the contract is on the record")
    if changes and not case.of(ContractEntered):
        text = (
            "the contract was changed, and its signature is not on the record: what it was changed from cannot be told"
        )
        yield Finding(outcome="cannot-tell", text=text, evidence=tuple(recorded.index for recorded, _ in changes))
    for recorded, change in changes:
        outcome, text = _permitted(plan, change)
        yield Finding(outcome=outcome, text=f"from {change.changed_on}: {text}", evidence=(recorded.index,))


def _permitted(
    plan: Planned, change: ContractChanged
) -> tuple[Literal["met", "concern", "not-met", "cannot-tell"], str]:
    if plan.light_touch:
        return "met", "a light touch contract is changed freely (s. 74(2))"
    value, term = _value(plan, change), _term(plan, change)
    match change.ground:
        case None if term == "large" or change.scope_changed or change.favours_supplier:
            return "not-met", "the change is substantial (s. 74(3)), and no ground for it is stated"
        case None:
            return "concern", "no ground is stated"
        case "light-touch":
            return "not-met", "the ground is that of a light touch contract, which this is not"
        case "not-substantial" if term == "large" or change.scope_changed or change.favours_supplier:
            return (
                "not-met",
                "said to be not substantial; it changes the term by more than a tenth, the scope or the balance",
            )
        case "not-substantial" if term == "unknown":
            return "cannot-tell", "said to be not substantial; the longest term on award is not on the record"
        case "below-threshold" if value == "large" or change.scope_changed:
            return (
                "not-met",
                "said to be below the threshold; it changes the scope, or the value by more than the limit",
            )
        case "below-threshold" if value == "unknown":
            return (
                "cannot-tell",
                "said to be below the threshold; the values that would show it are not public or not known",
            )
        case "unforeseeable" | "known-risk" | "additional":
            return _up_to_half(change)
        case _:
            return "met", f"the ground is stated ({change.ground}) and its limits that can be counted are kept"


def _up_to_half(change: ContractChanged) -> tuple[Literal["met", "not-met", "cannot-tell"], str]:
    before, after = change.value_before.get(), change.value_after.get()
    if before is None or after is None:
        return "cannot-tell", f"the ground {change.ground} has a limit, and the values that would show it are not known"
    if (after - before) * 100 > before * MOST_GROWTH:
        return (
            "not-met",
            f"the value grows by more than {MOST_GROWTH} %, which the ground {change.ground} does not allow",
        )
    return "met", f"the ground is stated ({change.ground}) and the value grows by at most {MOST_GROWTH} %"


@rule(
    code="MO-02",
    name="change-notice-first",
    source="Procurement Act 2023 s. 75; Procurement Regulations 2024 reg. 40",
    severity="high",
)
def change_notice_first(case: Case) -> Iterator[Finding]:
    """Was a contract change notice published before each change of the contract that needs one?"""
    plan = public_contract(case)
    if isinstance(plan, Finding):
        yield plan
        return
    changes = sorted(case.of(ContractChanged), key=lambda one: (one[1].changed_on, one[0].index))
    if not changes:
        yield Finding(outcome="not-applicable", text="no change of the contract is on the record")
    published = sorted(notices(case, "UK10"))
    today = london_day(case.as_of)
    for recorded, change in changes:
        needed = _needed(plan, change)
        start = f"the change from {change.changed_on}"
        if needed == "no":
            why = "of a light touch contract" if plan.light_touch else "is within the limits of s. 75(2) and"
            yield Finding(outcome="not-applicable", text=f"{start} {why} needs no notice", evidence=(recorded.index,))
        elif needed == "unknown":
            text = f"{start} may need a notice: the values or the longest term that would show it are not known here"
            yield Finding(outcome="cannot-tell", text=text, evidence=(recorded.index,))
        else:
            before = [one for one in published if one[0] < as_date(change.changed_on)]
            if before:
                published.remove(before[-1])
            yield _noticed(change, recorded, before[-1] if before else None, needed, today, published)


def _noticed(
    change: ContractChanged,
    recorded: Recorded,
    before: tuple[date, int] | None,
    needed: Literal["yes", "perhaps"],
    today: date,
    later: list[tuple[date, int]],
) -> Finding:
    begins = as_date(change.changed_on)
    due = begins - _DAY
    if before is not None:
        text = f"the notice was published on {before[0]}, before the change from {begins}"
        evidence = tuple(sorted((before[1], recorded.index)))
        return Finding(outcome="met", text=text, evidence=evidence, due_on=due.isoformat())
    if today < begins:
        text = f"the change is to hold from {begins}; its notice is not published yet"
        outcome: Literal["concern", "not-applicable"] = (
            "concern" if due - today <= timedelta(days=WARN_DAYS) and needed == "yes" else "not-applicable"
        )
        return Finding(outcome=outcome, text=text, evidence=(recorded.index,), due_on=due.isoformat())
    late = [one for one in later if one[0] >= begins]
    said = f"its notice was published on {late[0][0]}" if late else "no notice of it is on the record"
    text = f"the contract was changed from {begins}; {said}"
    if needed == "perhaps":
        text += "; the Act can be read so that none was needed (s. 75(2))"
    return Finding(
        outcome="not-met" if needed == "yes" else "concern",
        text=text,
        evidence=tuple(sorted({recorded.index, *(index for _, index in late[:1])})),
        due_on=due.isoformat(),
    )


def _needed(plan: Planned, change: ContractChanged) -> Literal["yes", "perhaps", "no", "unknown"]:
    """By what this view shows. Where it shows too little, what was written with the change counts, if it asks for one."""
    if plan.light_touch:
        return "no"
    if change.ground == "restructuring":
        return "yes"
    moved = {one for one in (_value(plan, change), _term(plan, change)) if one != "same"}
    if "unknown" in moved:
        match change.change_notice:
            case "due":
                return "yes"
            case "advised":
                return "perhaps"
            case _:
                return "unknown"
    if len(moved) != 1:
        return "perhaps"
    return "no" if moved == {"small"} else "yes"


@rule(
    code="MO-04",
    name="light-touch-change-recorded",
    source="Procurement Act 2023 ss. 12, 74(2)",
    severity="low",
)
def light_touch_change_recorded(case: Case) -> Iterator[Finding]:
    """Do the changes of a light touch contract stay within what was bought, each with its reason?"""
    plan = public_contract(case)
    if isinstance(plan, Finding):
        yield plan
        return
    changes = case.of(ContractChanged)
    if not plan.light_touch or not changes:
        why = "no change of the contract is on the record" if plan.light_touch else "this is no light touch contract"
        yield Finding(outcome="not-applicable", text=why)
        return
    evidence = tuple(recorded.index for recorded, _ in changes)
    if scope := [recorded.index for recorded, change in changes if change.scope_changed]:
        text = "the scope was changed materially: the Act allows it, and others who might have bid were not asked"
        yield Finding(outcome="concern", text=text, evidence=tuple(scope))
    first, last = changes[0][1].value_before.get(), changes[-1][1].value_after.get()
    if first is None or last is None:
        yield Finding(
            outcome="cannot-tell", text="by how much the value changed in all is not known here", evidence=evidence
        )
    elif (last - first) * 100 > first * MOST_GROWTH:
        text = f"in all the value grew by more than {MOST_GROWTH} %: consider a new procurement"
        yield Finding(outcome="concern", text=text, evidence=evidence)
    elif not scope:
        said = counted(len(changes), "change is", "changes are")
        yield Finding(
            outcome="met",
            text=f"{said} on the record with a reason, and the value grew by at most half",
            evidence=evidence,
        )


@rule(
    code="TR-08",
    name="contract-end-notice",
    source="Procurement Act 2023 s. 80; Procurement Regulations 2024 reg. 41",
    severity="medium",
)
def contract_end_notice(case: Case) -> Iterator[Finding]:
    """Was it published in time that the contract had ended?"""
    plan = public_contract(case)
    if isinstance(plan, Finding):
        yield plan
        return
    ends = case.of(ContractEnded)
    if not ends:
        yield Finding(outcome="not-applicable", text="no end of a contract is on the record")
        return
    for recorded, end in ends:
        try:
            due = period_days(as_date(end.ended_on), TERMINATION_DAYS)
        except BeyondHorizon as error:
            yield Finding(outcome="cannot-tell", text=f"calendar-horizon: {error}", evidence=(recorded.index,))
            continue
        clock = f"{TERMINATION_DAYS} days beginning with that day"
        yield published_by(case, plan, "UK11", due, recorded, start=f"ended on {end.ended_on}: ", clock=clock)


def _small(change: ContractChanged) -> tuple[int, int, int]:
    """The limits on the day of the change; before the first, the first."""
    on = as_date(change.changed_on)
    return next((limits for since, limits in reversed(SMALL) if since <= on), SMALL[0][1])


def _value(plan: Planned, change: ContractChanged) -> Size:
    """An option used as foreseen moves nothing while the whole stays within the estimate, which counted it (Sch. 3)."""
    before: Pence | None = change.value_before.get()
    after: Pence | None = change.value_after.get()
    if before is None or after is None:
        return "unknown"
    estimate: Pence | None = plan.estimated_value.get()
    if change.kind == "extension" and not plan.estimated_value.is_open:
        return "unknown"
    if before == after or (change.kind == "extension" and estimate is not None and before < after <= estimate):
        return "same"
    services, works, _ = _small(change)
    limit = works if plan.contract_kind == "works" else services
    return "small" if abs(after - before) * 100 <= before * limit else "large"


def _term(plan: Planned, change: ContractChanged) -> Size:
    if change.term_days == 0:
        return "same"
    if plan.max_term_days is None:
        return "unknown"
    return "small" if abs(change.term_days) * 100 <= plan.max_term_days * _small(change)[2] else "large"
