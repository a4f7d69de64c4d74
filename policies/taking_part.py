"""Who takes part: late bids and exclusion, Procurement Act 2023, sections 19(3) and 26-28.

`outcome_likely_changed` is judged so: for a bid that should not have been judged, `yes` when it won, or when the totals
computed anew without it have another winner, and `no` when the same bid wins without it; for a bid that was wrongly
shut out, and wherever marks, prices or the award are not in view, `unknown`.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import partial

from fairplace.counted import every
from fairplace.policy import Case, Finding, Recorded, deadline, rule
from fairplace.procurement.events import (
    Awarded,
    BidCheck,
    BidsChecked,
    BidsOpened,
    DepositReceived,
    DepositReceivedLate,
    LateBidsDecided,
    LateDecision,
    Moderated,
    SheetSigned,
    TenderPublished,
)
from fairplace.terms import Place, london_day

EQUAL = partial(Finding, outcome="met", process_unequal="no", outcome_likely_changed="no")
DOUBT = partial(Finding, outcome="concern", process_unequal="unknown", outcome_likely_changed="unknown")
UNEQUAL = partial(Finding, outcome="not-met", process_unequal="yes")
UNTOLD = partial(Finding, outcome="cannot-tell", process_unequal="unknown", outcome_likely_changed="unknown")
NOT_ASKED = partial(Finding, outcome="not-applicable", process_unequal="unknown", outcome_likely_changed="unknown")


@rule(
    code="ET-03",
    name="late-bids-consistent",
    source="Procurement Act 2023 s. 12, s. 19(3)(d); Leadbitter v Devon [2009] EWHC 930 (Ch)",
    severity="high",
)
def late_bids_consistent(case: Case) -> Iterator[Finding]:
    """Was the stated rule on late bids applied to each late bid in the same way?"""
    tender = case.last(TenderPublished)
    late = {recorded.leaf: recorded for recorded, _ in case.of(DepositReceivedLate)}
    for recorded, bid in case.of(DepositReceived):
        provider = bid.provider.get()
        allowed = deadline(case, provider.id if provider else None)
        if allowed and bid.happened_at > allowed:
            late[recorded.leaf] = recorded
    if any(not decided.decisions.is_open for _, decided in case.of(LateBidsDecided)):
        evidence = tuple(recorded.index for recorded, _ in case.of(LateBidsDecided))
        yield UNTOLD(text="what was decided on late bids is withheld in this view", evidence=evidence)
        return
    decided = [(recorded, one) for recorded, event in case.of(LateBidsDecided) for one in event.decisions.get()]
    if not late and not decided:
        opened = case.last(BidsOpened)
        if opened and not opened[1].late.is_open:
            yield UNTOLD(text="whether a bid was late is withheld in this view", evidence=(opened[0].index,))
        else:
            yield NOT_ASKED(text="no late bid is on the record")
        return
    if tender is None:
        evidence = tuple(sorted(recorded.index for recorded in late.values()))
        yield UNTOLD(text="a bid was late, and the rule on late bids is not on the record", evidence=evidence)
        return
    yield from _late_decisions(case, tender[1].late_policy == "reject", late, decided)


def _late_decisions(
    case: Case, reject: bool, late: dict[str, Recorded], decided: list[tuple[Recorded, LateDecision]]
) -> Iterator[Finding]:
    fair: list[int] = []
    for leaf, recorded in late.items():
        found = [(entry, one) for entry, one in decided if one.deposit == leaf]
        admitted = isinstance(recorded.event, DepositReceived) and leaf in _taken_in(case)
        if not found and admitted:
            text = "a bid that came after the deadline was taken in without a decision"
            changed = case.bids.changed_by(_place_of(case, leaf))
            yield UNEQUAL(text=text, evidence=(recorded.index,), outcome_likely_changed=changed)
        elif (
            not found
            and not reject
            and any(isinstance(entry.event, BidsChecked | Moderated | Awarded) for entry in case)
        ):
            text = "nobody decided whether a late bid is admitted"
            yield UNEQUAL(text=text, evidence=(recorded.index,), outcome_likely_changed="unknown")
        elif not found:
            fair.append(recorded.index)
    by_cause: dict[str, list[tuple[Recorded, LateDecision]]] = defaultdict(list)
    for entry, one in decided:
        by_cause[one.cause].append((entry, one))
        evidence = (*([late[one.deposit].index] if one.deposit in late else []), entry.index)
        places = {one.place} if one.place else _place_of(case, one.deposit)
        if one.admitted and (reject or one.cause == "bidder"):
            text = "a late bid was admitted though " + (
                "late bids are rejected" if reject else "its bidder caused the delay"
            )
            changed = case.bids.changed_by(places)
            yield UNEQUAL(text=text, evidence=evidence, outcome_likely_changed=changed)
        elif not one.reason.strip():
            text = "it was decided on a late bid without a reason"
            yield UNEQUAL(text=text, evidence=evidence, outcome_likely_changed="unknown")
        elif not reject and not one.admitted and one.cause == "authority-system":
            yield DOUBT(text="a bid was rejected that the authority's own system delayed", evidence=evidence)
        else:
            fair += evidence
    for cause, same in by_cause.items():
        if len({one.admitted for _, one in same}) > 1:
            evidence = tuple(sorted({entry.index for entry, _ in same}))
            places = {one.place for _, one in same if one.admitted and one.place}
            won = case.bids.winners is not None and bool(places & case.bids.winners)
            text = f"late bids with the same cause ({cause}) were decided differently"
            yield UNEQUAL(text=text, evidence=evidence, outcome_likely_changed="yes" if won else "unknown")
    if fair:
        yield EQUAL(text="the rule on late bids was applied as stated", evidence=tuple(sorted(set(fair))))


@rule(
    code="ET-14",
    name="exclusion-checks-even",
    source="Procurement Act 2023 ss. 26-28, 57-58, Schs 6-7",
    severity="critical",
    blocks=True,
)
def exclusion_checks_even(case: Case) -> Iterator[Finding]:
    """Was every bidder checked for exclusion before its bid was judged, and heard before it was excluded?"""
    judging = [recorded for recorded in case if isinstance(recorded.event, SheetSigned | Moderated | Awarded)]
    checked = case.last(BidsChecked)
    if checked is None:
        if judging:
            evidence = tuple(recorded.index for recorded in judging)
            text = "bids were judged with no check for exclusion on the record"
            yield UNEQUAL(text=text, evidence=evidence, outcome_likely_changed="unknown")
        else:
            yield NOT_ASKED(text="bids have not been checked or judged yet")
        return
    evidence = (checked[0].index,)
    bids = case.bids.by_place.values()
    if case.bids.dark or any(not slot.check.is_open for slot in checked[1].bids.values()):
        yield UNTOLD(text="the checks of the bids are withheld in this view", evidence=evidence)
        return
    day = london_day(checked[1].happened_at).isoformat()
    held = [bid for bid in bids if bid.check and bid.check.exclusion != "clear"]
    won = case.bids.winners or frozenset()
    faults: list[tuple[str, set[Place]]] = [
        ("no check of", {bid.place for bid in bids if bid.check is None}),
        (
            "the debarment list was not looked up for",
            {b.place for b in bids if b.check and _not_looked_up(b.check, day)},
        ),
        (
            "no chance to be heard before it was held against",
            {b.place for b in held if b.check and (b.check.heard_on is None or b.check.heard_on > day)},
        ),
        (
            "an excluded supplier was judged or won:",
            {
                b.place
                for b in held
                if b.check
                and b.check.exclusion == "excluded"
                and (b.check.status == "live" or b.marks is not None or b.place in won)
            },
        ),
    ]
    for text, places in faults:
        if places:
            changed = case.bids.changed_by(places) if text.startswith("an excluded") else "unknown"
            yield UNEQUAL(text=f"{text} {_places(places)}", evidence=evidence, outcome_likely_changed=changed)
    if len({bid.live for bid in held if bid.check and bid.check.exclusion == "excludable"}) > 1 and any(
        bid.check and not (bid.check.reason or "").strip() for bid in held
    ):
        text = (
            f"excludable suppliers were treated differently and not all have a reason: {_places(b.place for b in held)}"
        )
        yield DOUBT(text=text, evidence=evidence)
    if not any(places for _, places in faults):
        yield EQUAL(
            text=every(len(bids), "bid was checked before it was judged", "bids were checked before they were judged"),
            evidence=evidence,
        )


def _not_looked_up(check: BidCheck, day: str) -> bool:
    return check.debarment_checked_on is None or check.debarment_checked_on > day


def _taken_in(case: Case) -> set[str]:
    return {bid.lodged.leaf for bid in case.bids.by_place.values() if bid.lodged}


def _place_of(case: Case, leaf: str) -> set[Place]:
    return {place for place, bid in case.bids.by_place.items() if bid.lodged and bid.lodged.leaf == leaf}


def _places(places: Iterable[Place]) -> str:
    found = sorted(places)
    return f"the bid{'s' if len(found) > 1 else ''} at {', '.join(found)}"
