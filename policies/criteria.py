"""The same published criteria for every bid: Procurement Act 2023, sections 19, 23, 24 and 31.

`outcome_likely_changed` is judged by computing the totals anew with the criteria as published before the change, or
with the marks that are there: `yes` when another bid wins so, `no` when the same one does, `unknown` when a mark or a
price that is needed is not in view.
"""

from collections.abc import Iterator
from fractions import Fraction
from functools import partial

from fairplace.counted import counted, every
from fairplace.policy import Answer, Case, Finding, Recorded, Terms, rule, terms
from fairplace.procurement.events import (
    Awarded,
    BidsOpened,
    CriteriaChanged,
    Criterion,
    Moderated,
    Planned,
    SheetSigned,
    TenderPublished,
)

EQUAL = partial(Finding, outcome="met", process_unequal="no", outcome_likely_changed="no")
UNEQUAL = partial(Finding, outcome="not-met", process_unequal="yes")
UNTOLD = partial(Finding, outcome="cannot-tell", process_unequal="unknown", outcome_likely_changed="unknown")
NOT_ASKED = partial(Finding, outcome="not-applicable", process_unequal="unknown", outcome_likely_changed="unknown")


@rule(
    code="ET-06",
    name="same-criteria-for-all",
    source="Procurement Act 2023 s. 19(2), s. 23(3)",
    severity="critical",
    blocks=True,
)
def same_criteria_for_all(case: Case) -> Iterator[Finding]:
    """Was every bid that takes part judged on every published criterion by the published weights, and on nothing else?"""
    moderated = case.last(Moderated)
    sheets = case.of(SheetSigned)
    if moderated is None and not sheets:
        yield _nothing_judged(case)
        return
    bids = case.bids
    if bids.terms is None:
        yield UNTOLD(text="the published criteria are not on the record")
        return
    weights = {leaf.id: leaf.weight for leaf in bids.terms.leaves}
    foreign = {recorded.index: sorted(set(sheet.criteria) - weights.keys()) for recorded, sheet in sheets}
    if extra := sorted({name for names in foreign.values() for name in names}):
        yield UNEQUAL(
            text=f"bids were marked on what was not published: {', '.join(extra)}",
            evidence=tuple(index for index, names in foreign.items() if names),
            outcome_likely_changed=_differs(case, bids.would_win()),
        )
    if moderated is None:
        if not extra:
            yield NOT_ASKED(
                text="the marks are not agreed yet", evidence=tuple(recorded.index for recorded, _ in sheets)
            )
        return
    evidence = (moderated[0].index,)
    if bids.live is None or any(
        bid.place in moderated[1].bids and not moderated[1].bids[bid.place].marks.is_open for bid in bids.live
    ):
        yield UNTOLD(text="the agreed marks are withheld in this view", evidence=evidence)
        return
    quality = {leaf.id for leaf in bids.terms.leaves if leaf.kind == "quality"}
    gaps = sorted(f"{bid.place}: {name}" for bid in bids.live for name in quality - (bid.marks or {}).keys())
    over = sorted(
        f"{bid.place}: {name}"
        for bid in bids.live
        for name in {*(bid.marks or {}), *(bid.result.points if bid.result else {})} - weights.keys()
    )
    other = [
        f"{leaf.id}: {weight}, not {leaf.weight}"
        for leaf in bids.terms.leaves
        if (weight := _weight_used(case, leaf)) is not None
    ]
    for text, found in (
        ("a bid has no mark for a published criterion", gaps),
        ("a bid has marks or points for what was not published", over),
        ("every bid's points follow from another weight than the published one", other),
    ):
        if found:
            changed = _differs(case, bids.would_win())
            yield UNEQUAL(text=f"{text} ({_some(found)})", evidence=evidence, outcome_likely_changed=changed)
    if not (extra or gaps or over or other):
        text = f"{counted(len(bids.live), 'bid was', 'bids were')} judged on {every(len(weights), 'published criterion', 'published criteria')}"
        yield EQUAL(text=text, evidence=evidence)


@rule(
    code="ET-07",
    name="no-hidden-criteria",
    source="Procurement Act 2023 s. 21(5), s. 23(2)-(3); Lianakis C-532/06; Letting International v Newham [2008] EWHC"
    " 1583 (QB)",
    severity="critical",
)
def no_hidden_criteria(case: Case) -> Iterator[Finding]:
    """Did bidders know each criterion, weight and mark that was used before the deadline to bid?"""
    used: dict[str, int] = {}
    for recorded, sheet in case.of(SheetSigned):
        for name in sheet.criteria:
            used.setdefault(name, recorded.index)
    for recorded, moderation in case.of(Moderated):
        for bid in moderation.bids.values():
            result = bid.result.get()
            for name in (*(bid.marks.get() or ()), *(result.points if result else ())):
                used.setdefault(name, recorded.index)
    tender = case.last(TenderPublished)
    if not used:
        yield _nothing_judged(case)
        return
    if tender is None:
        yield UNTOLD(text="what bidders were told is not on the record", evidence=tuple(sorted(set(used.values()))))
        return
    told: dict[str, Criterion] = {criterion.id: criterion for criterion in tender[1].criteria}
    how = (tender[1].scale, tender[1].price_formula)
    deadline = tender[1].deadline
    hidden: list[Recorded] = []
    for recorded, change in case.of(CriteriaChanged):
        new = {criterion.id: criterion for criterion in change.criteria}
        in_time = change.happened_at < deadline and (change.republished or change.notified == "all")
        if in_time:
            told, how = new, (change.scale, change.price_formula)
        elif new != told or (change.scale, change.price_formula) != how:
            hidden.append(recorded)
    if hidden:
        yield UNEQUAL(
            text="criteria, weights or scale were set that not every bidder knew before the deadline",
            evidence=tuple(recorded.index for recorded in hidden),
            outcome_likely_changed=_by_earlier_terms(case, hidden[0]),
        )
    if unknown := sorted(used.keys() - told.keys()):
        yield UNEQUAL(
            text=f"bids were marked on what bidders were not told before the deadline: {', '.join(unknown)}",
            evidence=tuple(sorted({used[name] for name in unknown})),
            outcome_likely_changed=_differs(case, case.bids.would_win()),
        )
    elif not hidden and _closed(case):
        yield UNTOLD(text="what bids earned points for is withheld in this view", evidence=(tender[0].index,))
    elif not hidden:
        text = f"bidders knew {every(len(used), 'criterion that was', 'criteria that were')} used before the deadline"
        yield EQUAL(text=text, evidence=(tender[0].index, *sorted(set(used.values()))))


@rule(code="ET-08", name="criteria-frozen", source="Procurement Act 2023 ss. 24, 31", severity="critical")
def criteria_frozen(case: Case) -> Iterator[Finding]:
    """Did criteria, weights and scale stay as published from the moment that bids could be seen?"""
    tender = case.last(TenderPublished)
    if tender is None:
        yield NOT_ASKED(text="no criteria were published")
        return
    plan, opened = case.last(Planned), case.last(BidsOpened)
    flexible = bool(plan and (plan[1].light_touch or plan[1].route in ("flexible", "flexible_dm")))
    fair: list[int] = []
    for recorded, change in case.of(CriteriaChanged):
        when = (change.happened_at, recorded.index)
        if opened and when > (opened[1].happened_at, opened[0].index):
            yield UNEQUAL(
                text="criteria, weights or scale were changed after bids had been opened",
                evidence=(opened[0].index, recorded.index),
                outcome_likely_changed=_by_earlier_terms(case, recorded),
            )
        elif (change.happened_at < tender[1].deadline and change.republished) or (
            flexible and change.notified == "all"
        ):
            fair.append(recorded.index)
        else:
            yield UNEQUAL(
                text="criteria, weights or scale were changed and the change did not reach every bidder in time",
                evidence=(recorded.index,),
                outcome_likely_changed=_by_earlier_terms(case, recorded),
            )
    if fair:
        yield EQUAL(text="criteria changed only before bids were opened, and for all", evidence=tuple(fair))
    elif not case.of(CriteriaChanged):
        yield EQUAL(text="criteria, weights and scale stand as published", evidence=(tender[0].index,))


def _weight_used(case: Case, leaf: Criterion) -> int | None:
    """The weight, other than the published one, from which all points of a criterion follow; None without such.

    Points of one bid alone that do not follow from the published weight are a wrong sum, which ET-12 finds.
    """
    by, fresh, live = case.bids.terms, case.bids.standings(), case.bids.live
    if by is None or fresh is None or live is None:
        return None
    recorded = {bid.place: bid.result.points.get(leaf.id) for bid in live if bid.result}
    ought = {place: standing.points[leaf.id] for place, standing in fresh.items()}
    best = max(ought, key=lambda place: ought[place], default="")
    most = recorded.get(best)
    if len(recorded) < len(live) or most is None or sum(recorded[one] != ought[one] for one in ought) < 2:
        return None
    about = round(Fraction(leaf.weight * most, ought[best])) if ought[best] else 0
    for weight in (about, about - 1, about + 1):  # rounded points leave a basis point open
        criteria = tuple(
            Criterion(id=c.id, parent=c.parent, kind=c.kind, weight=weight) if c == leaf else c for c in by.criteria
        )
        other = Terms(
            criteria=criteria,
            scale=by.scale,
            price_formula=by.price_formula,
            tie_break=by.tie_break,
            winners=by.winners,
        )
        again = case.bids.standings(other)
        if again and all(again[place].points[leaf.id] == points for place, points in recorded.items()):
            return weight
    return None


def _closed(case: Case) -> bool:
    """Is it withheld what a bid earned points for?"""
    moderated = case.last(Moderated)
    places = case.bids.by_place.keys() | case.bids.dark
    return bool(moderated) and any(
        not bid.marks.is_open or not bid.result.is_open
        for place, bid in (moderated[1].bids.items() if moderated else ())
        if place in places
    )


def _by_earlier_terms(case: Case, change: Recorded) -> Answer:
    earlier: Terms | None = terms(case, before=change.index)
    return _differs(case, case.bids.would_win(earlier) if earlier else None)


def _differs(case: Case, would: frozenset[str] | None) -> Answer:
    if would is None or case.bids.winners is None:
        return "unknown"
    return "no" if would == case.bids.winners else "yes"


def _nothing_judged(case: Case) -> Finding:
    if award := case.last(Awarded):
        return UNTOLD(text="an award was made and no marks are on the record", evidence=(award[0].index,))
    return NOT_ASKED(text="no bid has been marked yet")


def _some(names: list[str], most: int = 8) -> str:
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return "; ".join(names[:most]) + more
