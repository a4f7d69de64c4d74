"""Formal faults put right: Procurement Act 2023, section 12(2)-(3).

`outcome_likely_changed` is judged so: where a correction was wrongly accepted, `yes` when that bid won, or when the
totals computed anew without it have another winner, and `no` when the same bid wins without it; where some could put a
fault right and others could not, `no` when none of those favoured won; else `unknown`.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import timedelta
from functools import partial

from fairplace.bidding.events import Correction, CorrectionsInvited, CorrectionsReceived, FormalFaults
from fairplace.counted import counted
from fairplace.policy import Case, Finding, Recorded, rule
from fairplace.procurement.events import Awarded, BidsChecked, Moderated, SheetSigned
from fairplace.terms import Instant, Place, moment

# Configured: a reading of "enough time", not law.
ENOUGH = timedelta(hours=24)

EQUAL = partial(Finding, outcome="met", process_unequal="no", outcome_likely_changed="no")
DOUBT = partial(Finding, outcome="concern", process_unequal="unknown", outcome_likely_changed="unknown")
UNEQUAL = partial(Finding, outcome="not-met", process_unequal="yes")
UNTOLD = partial(Finding, outcome="cannot-tell", process_unequal="unknown", outcome_likely_changed="unknown")
NOT_ASKED = partial(Finding, outcome="not-applicable", process_unequal="unknown", outcome_likely_changed="unknown")

FAULTS = {
    "signature": "a missing signature",
    "form": "a missing form",
    "certificate": "a missing certificate",
    "other": "another formal fault",
}

Invited = tuple[Recorded, CorrectionsInvited, FormalFaults]


@rule(
    code="ET-09",
    name="bid-corrections-fair",
    source="Procurement Act 2023 s. 12(2)-(3); SAG ELV Slovensko C-599/10",
    severity="high",
)
def bid_corrections_fair(case: Case) -> Iterator[Finding]:
    """Could everybody with the same kind of formal fault put it right, until the same moment, and was nothing late or improved let in?"""
    invitations, received = case.of(CorrectionsInvited), case.of(CorrectionsReceived)
    if not invitations and not received:
        yield NOT_ASKED(text="no bid was to be put right in its form")
        return
    named_faults = [one.faults.is_open for _, event in invitations for one in event.bids.values()]
    corrections = [one.correction.is_open for _, event in received for one in event.bids.values()]
    evidence = tuple(sorted(recorded.index for recorded, _ in (*invitations, *received)))
    if not all((*named_faults, *corrections)):
        yield UNTOLD(text="whose bids had formal faults is withheld in this view", evidence=evidence)
        return
    named: dict[Place, list[Invited]] = defaultdict(list)
    for recorded, event in invitations:
        for place, bid in sorted(event.bids.items()):
            if (faults := bid.faults.get()) is not None:
                named[place].append((recorded, event, faults))
    found = [*_offered(case, named), *_how(case, invitations), *_came(case, named, received)]
    yield from found
    if not found:
        invited = sum(any(faults.invited for _, _, faults in of) for of in named.values())
        text = f"{counted(invited, 'bid')} could be put right in form, all on the same terms"
        yield EQUAL(text=text, evidence=evidence)


def _offered(case: Case, named: dict[Place, list[Invited]]) -> Iterator[Finding]:
    """The same kind of fault: was the chance given to all, and until one moment?"""
    for kind, called in FAULTS.items():
        chances: dict[Instant, set[Place]] = defaultdict(set)
        denied: dict[Place, int] = {}
        entries: set[int] = set()
        for place, every in named.items():
            of = [(recorded, event, faults) for recorded, event, faults in every if kind in faults.kinds]
            entries |= {recorded.index for recorded, _, _ in of}
            for _, event, faults in of:
                if faults.invited:
                    chances[event.until].add(place)
            if of and not any(faults.invited for _, _, faults in of):
                denied[place] = of[0][0].index
        favoured = set().union(*chances.values())
        if denied and favoured:
            yield UNEQUAL(
                text=f"{called} could be put right in {_places(favoured)} and not in {_places(denied)}",
                evidence=tuple(sorted(entries)),
                outcome_likely_changed=case.bids.helped_by(favoured),
            )
        if len(chances) > 1:
            longest = chances[max(chances)]
            yield UNEQUAL(
                text=f"{called} could be put right until {min(chances)} in some bids and until {max(chances)} in others",
                evidence=tuple(sorted(entries)),
                outcome_likely_changed=case.bids.helped_by(longest),
            )


def _how(case: Case, invitations: list[tuple[Recorded, CorrectionsInvited]]) -> Iterator[Finding]:
    moderated = case.last(Moderated)
    for recorded, event in invitations:
        if moderated is not None and recorded.index > moderated[0].index:
            yield DOUBT(text="bids could be put right after marks were agreed", evidence=(recorded.index,))
        if (given := moment(event.until) - moment(event.happened_at)) < ENOUGH:
            hours = int(given.total_seconds() // 3600)
            yield DOUBT(
                text=f"{counted(hours, 'hour')} were given to put a fault right; {int(ENOUGH.total_seconds() // 3600)} count"
                " as enough (configured)",
                evidence=(recorded.index,),
            )


def _came(
    case: Case, named: dict[Place, list[Invited]], received: list[tuple[Recorded, CorrectionsReceived]]
) -> Iterator[Finding]:
    until = {
        place: max(event.until for _, event, faults in every if faults.invited)
        for place, every in named.items()
        if any(faults.invited for _, _, faults in every)
    }
    answers: dict[Place, list[tuple[Recorded, Correction]]] = defaultdict(list)
    for recorded, event in received:
        for place, bid in sorted(event.bids.items()):
            if (correction := bid.correction.get()) is not None:
                answers[place].append((recorded, correction))
    for place, of in answers.items():
        for recorded, correction in of:
            yield from _one(case, place, until.get(place), recorded, correction)
    waiting = sorted(place for place in until if place not in answers)
    judging = [one.index for one in case if isinstance(one.event, BidsChecked | SheetSigned | Moderated | Awarded)]
    evidence = tuple(sorted({recorded.index for place in waiting for recorded, _, _ in named[place]}))
    if waiting and (judging and judging[-1] > max(evidence)):
        text = f"bids were judged, and what came of the invitation to {_places(waiting)} is not on the record"
        yield UNTOLD(text=text, evidence=evidence)
    elif waiting and any(until[place] < case.as_of for place in waiting):
        text = f"the time is over, and what came of the invitation to {_places(waiting)} is not on the record"
        yield UNTOLD(text=text, evidence=evidence)
    yield from _put_aside(case, named, answers)


def _one(
    case: Case, place: Place, until: Instant | None, recorded: Recorded, correction: Correction
) -> Iterator[Finding]:
    evidence = (recorded.index,)
    if correction.accepted:
        faults = []
        if until is None:
            faults.append("from a bidder whom nobody had invited")
        elif correction.came_at is not None and correction.came_at > until:
            faults.append(f"that came at {correction.came_at}, after {until}")
        if correction.changed_offer:
            faults.append("that changed what is offered")
        if faults:
            text = f"a correction was accepted {' and '.join(faults)}: {_places([place])}"
            yield UNEQUAL(text=text, evidence=evidence, outcome_likely_changed=case.bids.changed_by({place}))
    elif until and correction.came_at and correction.came_at <= until and not correction.changed_offer:
        text = f"a correction came in time, left the offer as it was, and was not accepted: {_places([place])}"
        yield DOUBT(text=text, evidence=evidence)


def _put_aside(
    case: Case, named: dict[Place, list[Invited]], answers: dict[Place, list[tuple[Recorded, Correction]]]
) -> Iterator[Finding]:
    """Bids that were put aside as incomplete: had they the same chance, and was it honoured?"""
    checked = case.last(BidsChecked)
    if checked is None:
        return
    for place, bid in sorted(checked[1].bids.items()):
        check = bid.check.get()
        if check is None or check.status != "disregarded" or check.ground != "incomplete":
            continue
        evidence = (checked[0].index,)
        if any(correction.accepted for _, correction in answers.get(place, ())):
            text = f"a bid was put aside as incomplete though its correction was accepted: {_places([place])}"
            yield DOUBT(text=text, evidence=evidence)
        elif place not in named:
            text = f"a bid was put aside as incomplete, of which the invitation says that it has no formal fault: {_places([place])}"
            yield DOUBT(text=text, evidence=evidence)


def _places(places: Iterable[Place]) -> str:
    found = sorted(places)
    return f"the bid{'s' if len(found) > 1 else ''} at {', '.join(found)}"
