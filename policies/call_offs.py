"""Calling off from a framework or a dynamic market: Procurement Act 2023, sections 11, 34, 45 and 47."""

from collections.abc import Iterator

from fairplace.counted import counted
from fairplace.policy import Case, Finding, Recorded, rule
from fairplace.procurement.events import Awarded, ContractEntered, ParentNamed, Planned, TenderPublished
from fairplace.terms import Day, Provider, london_day

CALL_OFFS = ("framework_calloff", "flexible_dm")


@rule(
    code="SC-04",
    name="lawful-route",
    source="Procurement Act 2023 ss. 11, 34, 45",
    severity="critical",
    blocks=True,
)
def lawful_route(case: Case) -> Iterator[Finding]:
    """Does a call-off name, before bids are asked for, the framework or dynamic market that it is made from?"""
    plan = _call_off(case)
    if isinstance(plan, Finding):
        yield plan
        return
    named = case.of(ParentNamed)
    steps = [recorded for recorded in case if isinstance(recorded.event, TenderPublished | Awarded | ContractEntered)]
    if not named:
        if steps:
            text = "the call-off was advertised, awarded or signed, and no framework or dynamic market is named"
            yield Finding(outcome="not-met", text=text, evidence=tuple(recorded.index for recorded in steps))
        else:
            yield Finding(outcome="not-applicable", text="nothing has been called off yet, and no parent is named")
        return
    first, parent = named[0]
    if steps and _moment(steps[0]) < _moment(first):
        text = "the framework or dynamic market was named only after the call-off was advertised, awarded or signed"
        yield Finding(outcome="concern", text=text, evidence=tuple(sorted((first.index, steps[0].index))))
        return
    where = "a case of this register" if parent.parent is not None else f"known elsewhere as {parent.reference}"
    yield Finding(outcome="met", text=f"called off from {where}", evidence=(first.index,))


@rule(
    code="AD-07",
    name="framework-limits",
    source="Procurement Act 2023 ss. 34, 45, 47",
    severity="high",
    blocks=True,
)
def framework_limits(case: Case) -> Iterator[Finding]:
    """Was the call-off awarded to suppliers that stand in its framework or dynamic market, while it ran?"""
    plan = _call_off(case)
    if isinstance(plan, Finding):
        yield plan
        return
    made = list(_made(case))
    if not made:
        yield Finding(outcome="not-applicable", text="nothing has been awarded or signed")
    for recorded, on, suppliers in made:
        before = [one for one in case.of(ParentNamed) if _moment(one[0]) <= _moment(recorded)]
        if not before:
            text = "no framework or dynamic market was named by then: who stands in it is not on the record"
            yield Finding(outcome="cannot-tell", text=text, evidence=(recorded.index,))
            continue
        entry, parent = before[-1]
        evidence = (entry.index, recorded.index)
        over = parent.until is not None and parent.until < on
        if over:
            text = f"done on {on}; the framework or dynamic market could be called off from until {parent.until}"
            yield Finding(outcome="not-met", text=text, evidence=evidence)
        members = parent.members.get()
        if members is None or suppliers is None:
            text = "who stands in the framework or dynamic market, or who was chosen, is not known here"
            yield Finding(outcome="cannot-tell", text=text, evidence=evidence)
        elif strangers := {one.id for one in suppliers} - {one.id for one in members}:
            said = counted(len(strangers), "supplier that was chosen was", "suppliers that were chosen were")
            text = f"{said} not in the framework or dynamic market when it was named"
            yield Finding(outcome="not-met", text=text, evidence=evidence)
        elif not over and parent.until is None:
            text = "whoever was chosen stands in the framework or dynamic market; its last day is not on the record"
            yield Finding(outcome="met", text=text, evidence=evidence)
        elif not over:
            text = f"whoever was chosen stands in the framework or dynamic market, which runs to {parent.until}"
            yield Finding(outcome="met", text=text, evidence=evidence)


def _made(case: Case) -> Iterator[tuple[Recorded, Day, list[Provider] | None]]:
    """Each award and signature, with its day and whom it chose: null where a part of that is closed."""
    for recorded in case:
        match recorded.event:
            case Awarded() as event:
                awards = [bid.award for bid in event.bids.values()]
                chosen = [one.get().provider for one in awards if one.get() is not None]
                known = all(one.is_open for one in awards)
                yield recorded, london_day(event.happened_at).isoformat(), chosen if known else None
            case ContractEntered() as event:
                yield recorded, event.entered_on, event.providers.get()
            case _:
                pass


def _moment(recorded: Recorded) -> tuple[str, int]:
    return (recorded.event.happened_at, recorded.index)


def _call_off(case: Case) -> Planned | Finding:
    """The plan of a call-off, or why the rules of this file do not ask."""
    plans = case.of(Planned)
    if not plans:
        return Finding(outcome="cannot-tell", text="by which route this is bought is not on the record")
    plan = plans[-1][1]
    if plan.route not in CALL_OFFS:
        return Finding(outcome="not-applicable", text="this is no call-off from a framework or dynamic market")
    return plan
