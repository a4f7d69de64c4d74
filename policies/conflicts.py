"""Conflicts of interest: Procurement Act 2023, sections 81-83."""

from collections.abc import Iterator
from typing import NamedTuple

from fairplace.counted import counted, every
from fairplace.people.events import InterestDecided, InterestsDeclared
from fairplace.policy import Case, Finding, Recorded, rule
from fairplace.procurement.events import (
    Awarded,
    BidsChecked,
    BidsOpened,
    ConflictsAssessed,
    LateBidsDecided,
    Moderated,
    NoticePublished,
    Planned,
    SheetSigned,
    TenderPublished,
)
from fairplace.terms import Instant, KeyName, london_day
from fairplace.working_days import months_beginning

RENEWED_MONTHS = 12  # configured: how long a declaration counts as current

SERVICES = frozenset({"receiver", "assessor", "importer"})
"""Keys of the register itself: nobody with an interest."""


class Access(NamedTuple):
    """Somebody met the bids."""

    person: KeyName
    at: Instant
    entry: int


@rule(code="CI-01", name="everyone-declares", source="Procurement Act 2023 s. 81", severity="high")
def everyone_declares(case: Case) -> Iterator[Finding]:
    """Did everyone who opened, checked, marked or awarded declare their interests before they met the bids?"""
    met_bids = _access(case)
    if not met_bids:
        reported = [
            recorded.index for recorded in case if isinstance(recorded.event, SheetSigned | Awarded | BidsOpened)
        ]
        if reported:
            text = "who met the bids is not on the record: it is reported from elsewhere"
            yield Finding(outcome="cannot-tell", text=text, evidence=tuple(reported))
        else:
            yield Finding(outcome="not-applicable", text="nobody has met the bids yet")
        return
    opened = case.last(BidsOpened)
    declared: dict[KeyName, list[tuple[Recorded, InterestsDeclared]]] = {}
    for recorded, declaration in case.of(InterestsDeclared):
        declared.setdefault(recorded.actor, []).append((recorded, declaration))
    missing: dict[KeyName, int] = {}
    stale: dict[KeyName, int] = {}
    fine: set[int] = set()
    for access in met_bids:
        before = [one for one in declared.get(access.person, ()) if _order(one[0]) < (access.at, access.entry)]
        if not before:
            missing.setdefault(access.person, access.entry)
            continue
        newest = max(recorded.event.happened_at for recorded, _ in before)
        too_old = months_beginning(london_day(newest), RENEWED_MONTHS) < london_day(access.at)
        knew = any(declaration.bidders_known for _, declaration in before)
        if too_old or (opened and access.entry > opened[0].index and not knew):
            stale.setdefault(access.person, access.entry)
        else:
            fine |= {access.entry, *(recorded.index for recorded, _ in before)}
    if missing:
        text = f"met the bids without declaring interests before: {', '.join(sorted(missing))}"
        yield Finding(outcome="not-met", text=text, evidence=tuple(sorted(set(missing.values()))))
    if stale:
        text = (
            f"did not declare again once the bidders were known, or for {RENEWED_MONTHS} months (configured):"
            f" {', '.join(sorted(stale))}"
        )
        yield Finding(outcome="concern", text=text, evidence=tuple(sorted(set(stale.values()))))
    if not missing and not stale:
        people = {access.person for access in met_bids}
        text = f"{every(len(people), 'person', 'people')} who met the bids declared interests before"
        yield Finding(outcome="met", text=text, evidence=tuple(sorted(fine)))


@rule(code="CI-02", name="conflict-mitigated", source="Procurement Act 2023 s. 82", severity="critical")
def conflict_mitigated(case: Case) -> Iterator[Finding]:
    """Was it decided what follows from each interest, and did those who had to stay out stay out?"""
    declared, decided = case.of(InterestsDeclared), case.of(InterestDecided)
    met_bids = _access(case)
    if not declared and not decided:
        text = "no declaration of interests is on the record"
        yield Finding(outcome="cannot-tell" if met_bids else "not-applicable", text=text)
        return
    award = case.last(Awarded)
    broken: list[int] = []
    without: list[int] = []
    blank: list[int] = []
    waiting: list[int] = []
    closed: list[int] = []
    unreasoned: list[int] = []
    fine: list[int] = []
    for recorded, decision in decided:
        if not decision.reason.is_open:
            closed.append(recorded.index)
        elif not decision.reason.get().strip():
            unreasoned.append(recorded.index)
        else:
            fine.append(recorded.index)
    for person, since, until in _recused(decided):
        inside = [one.entry for one in met_bids if one.person == person and since < (one.at, one.entry) < until]
        if inside:
            broken += [since[1], *inside]
    settled: dict[KeyName, set[tuple[str, str]]] = {}
    for recorded, declaration in declared:
        person = recorded.actor
        interests = {(one.kind, one.provider.id) for one in declaration.interests.get(())}
        if any(decision.person == person and _order(one) > _order(recorded) for one, decision in decided):
            settled.setdefault(person, set()).update(interests)
        elif not declaration.interests.is_open:
            closed.append(recorded.index)
        elif not interests:
            blank.append(recorded.index)
        elif interests <= settled.get(person, set()):
            fine.append(recorded.index)  # declared again; it was decided the first time
        elif award or any(one.person == person and (one.at, one.entry) > _order(recorded) for one in met_bids):
            without.append(recorded.index)
        else:
            waiting.append(recorded.index)
    found = (
        Finding(outcome="not-met", text="somebody who had to stay out took part", evidence=_sorted(broken)),
        Finding(outcome="not-met", text="nobody decided what follows from an interest", evidence=_sorted(without)),
        Finding(outcome="not-met", text="a decision on an interest has no reason", evidence=_sorted(unreasoned)),
        Finding(outcome="cannot-tell", text="interests or reasons are withheld in this view", evidence=_sorted(closed)),
    )
    yield from (finding for finding in found if finding.evidence)
    if not (broken or without or unreasoned) and fine:
        yield Finding(outcome="met", text="each interest has a decision and it was kept", evidence=_sorted(fine))
    elif not any(finding.evidence for finding in found):
        text = (
            "an interest waits for a decision, and nobody has acted yet" if waiting else "nobody declared an interest"
        )
        yield Finding(outcome="not-applicable", text=text, evidence=_sorted(waiting or blank))


@rule(code="CI-03", name="assessment-before-notice", source="Procurement Act 2023 s. 83(1)-(2)", severity="high")
def assessment_before_notice(case: Case) -> Iterator[Finding]:
    """Was the conflicts assessment prepared before the first notice, with conflicts and steps?"""
    plan = case.last(Planned)
    first = min(
        (
            recorded
            for recorded in case
            if isinstance(recorded.event, TenderPublished)
            or (isinstance(recorded.event, NoticePublished) and recorded.event.notice == "UK5")
        ),
        key=_order,
        default=None,
    )
    if first is None:
        yield Finding(outcome="not-applicable", text="no tender or transparency notice is on the record")
        return
    if plan is None:
        yield Finding(outcome="cannot-tell", text="which law applies is not on the record", evidence=(first.index,))
        return
    if plan[1].regime != "PA23":
        yield Finding(outcome="not-applicable", text=f"section 83 does not apply to {plan[1].regime}")
        return
    assessed = case.of(ConflictsAssessed)
    before = [(recorded, event) for recorded, event in assessed if _order(recorded) < _order(first)]
    if not before:
        when = "only after the first notice" if assessed else "nowhere on the record"
        evidence = tuple(sorted((first.index, *(recorded.index for recorded, _ in assessed))))
        yield Finding(outcome="not-met", text=f"the conflicts assessment is {when}", evidence=evidence)
        return
    recorded, event = before[-1]
    evidence = tuple(sorted((recorded.index, first.index)))
    if not event.conflicts.is_open or not event.steps.is_open:
        text = (
            "the conflicts assessment came before the first notice; its conflicts and steps are withheld in this view"
        )
        yield Finding(outcome="cannot-tell", text=text, evidence=evidence)
    elif event.conflicts.get() and not any(step.strip() for step in event.steps.get()):
        text = "the conflicts assessment names conflicts and no step against them"
        yield Finding(outcome="not-met", text=text, evidence=evidence)
    else:
        days = (london_day(first.event.happened_at) - london_day(event.happened_at)).days
        text = f"the conflicts assessment came {counted(days, 'day')} before the first notice"
        yield Finding(outcome="met", text=text, evidence=evidence)


def _access(case: Case) -> list[Access]:
    """Who met the bids, each time. A report names who reported, not who acted: only those it says were present."""
    found: list[Access] = []
    for recorded in case:
        event = recorded.event
        people: list[KeyName] = []
        match event:
            case BidsOpened(present=present) | Moderated(present=present):
                people = [*recorded.signers, *present] if event.is_act else [*present]
            case LateBidsDecided() | BidsChecked() | SheetSigned() | Awarded() if event.is_act:
                people = [recorded.actor, *recorded.signers]
            case _:
                continue
        if recorded.roles & SERVICES:
            people = [person for person in people if person != recorded.actor]
        found += [Access(person, event.happened_at, recorded.index) for person in dict.fromkeys(people)]
    return found


def _recused(
    decided: list[tuple[Recorded, InterestDecided]],
) -> Iterator[tuple[KeyName, tuple[Instant, int], tuple[Instant, int]]]:
    """Each time that somebody had to stay out: from a decision to the next one on the same person."""
    for at, (recorded, decision) in enumerate(decided):
        if decision.outcome == "recuse":
            later = (_order(one) for one, other in decided[at + 1 :] if other.person == decision.person)
            yield decision.person, _order(recorded), next(later, ("9999", 0))


def _order(recorded: Recorded) -> tuple[Instant, int]:
    return recorded.event.happened_at, recorded.index


def _sorted(indexes: list[int]) -> tuple[int, ...]:
    return tuple(sorted(set(indexes)))
