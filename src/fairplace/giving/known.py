"""What a case has come to, as far as letters, decision texts and notices tell of it. Null is not in the record."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from fairplace.decision import History
from fairplace.people.events import InterestDecided, InterestsDeclared
from fairplace.procurement.events import (
    Awarded,
    AwardWithdrawn,
    Buyer,
    ConflictsAssessed,
    ContractChanged,
    ContractEnded,
    ContractEntered,
    CriteriaChanged,
    Criterion,
    EndedWithoutAward,
    Moderated,
    NoticePublished,
    Planned,
    SummariesSent,
    TenderPublished,
)
from fairplace.procurement.permitted import covered_in
from fairplace.procurement.state import Bid, State, state_of
from fairplace.recorded import Recorded
from fairplace.terms import Day, Instant, KeyName, Mark, Pence, Place, Provider, Text


class Judged(msgspec.Struct, frozen=True, kw_only=True):
    """How one bid was judged, by criterion. Both are empty where nothing was agreed."""

    marks: Mapping[str, Mark] = {}
    reasons: Mapping[str, Text] = {}


class Decided(msgspec.Struct, frozen=True, kw_only=True):
    """The award as it stands: who decided it when, by what power, and why."""

    index: int
    leaf: str
    at: Instant
    by: KeyName
    delegation: str
    reasons: tuple[Text, ...]
    alternatives: tuple[Text, ...]


class Ended(msgspec.Struct, frozen=True, kw_only=True):
    """That the procedure ended without an award."""

    index: int
    leaf: str
    at: Instant
    by: KeyName
    ground: str
    reason: Text | None


class Noticed(msgspec.Struct, frozen=True, kw_only=True):
    """A notice that was published."""

    code: str
    reference: str | None
    at: Instant
    standstill_ends: Day | None
    conflicts_confirmed: bool


class Signed(msgspec.Struct, frozen=True, kw_only=True):
    """The contract as it was entered."""

    on: Day
    value: Pence | None
    providers: tuple[Provider, ...]


class Changed(msgspec.Struct, frozen=True, kw_only=True):
    """A change of the contract. `noticed`: a notice of it came before it."""

    on: Day
    kind: str
    ground: str | None
    before: Pence | None
    after: Pence | None
    term_days: int
    reason: Text | None
    change_notice: str
    noticed: bool


class Over(msgspec.Struct, frozen=True, kw_only=True):
    """That the contract ended."""

    on: Day
    how: str
    cause: str
    reason: Text | None


class Interests(msgspec.Struct, frozen=True, kw_only=True):
    """How many people declared whether they had an interest, and how many stay out of the case: what anybody may know."""

    declared: int = 0
    stayed_out: int = 0


class Known(msgspec.Struct, frozen=True, kw_only=True):
    state: State
    title: Text | None
    need: Text | None
    buyer: Text | None  # who buys, in the words of the plan
    buyers: tuple[Buyer, ...]  # who buys, each as a party; whoever leads first
    value: Pence | None
    lots_reason: Text | None
    titles: Mapping[str, Text]
    descriptors: Mapping[str, Text]
    planned_at: Instant | None
    tender_at: Instant | None
    judged: Mapping[Place, Judged]
    award: Decided | None
    ended: Ended | None
    told_at: Instant | None
    notices: tuple[Noticed, ...]
    contract: Signed | None
    changes: tuple[Changed, ...]
    over: Over | None
    conflicts: tuple[Text, ...] | None
    steps: tuple[Text, ...]
    interests: Interests

    @property
    def criteria(self) -> tuple[Criterion, ...]:
        return self.state.criteria

    @property
    def winners(self) -> list[Bid]:
        """The bids that won, the best-ranked first; before a direct award is decided, whom it is to go to."""
        named = self.state.ground is not None and self.state.awarded_at < 0
        won = [bid for bid in self.state.bids.values() if named or bid.place in self.state.awards]
        return sorted(won, key=lambda bid: (self.rank(bid.place), bid.place))

    def rank(self, place: Place) -> int:
        """1 is best; what has no rank stands last."""
        result = self.state.results.get(place)
        return result.rank if result is not None else 10_000

    def named(self, criterion: str) -> str:
        return self.titles.get(criterion, criterion)

    @property
    def change(self) -> Changed | None:
        """The change that a contract change notice would tell of: the first that waits for one, else the newest."""
        waiting = [one for one in self.changes if one.change_notice in ("due", "advised") and not one.noticed]
        return waiting[0] if waiting else self.changes[-1] if self.changes else None

    def notice(self, code: str) -> Noticed | None:
        """The newest notice of this kind."""
        return next((one for one in reversed(self.notices) if one.code == code), None)


def known_of(history: History) -> Known:
    """All of it, from the events of a case."""
    state = state_of(history)
    first, tender = history.last(Planned), history.last(TenderPublished)
    planned = first[1] if first else None
    worded = [one.event for one in history.events if isinstance(one.event, TenderPublished | CriteriaChanged)]
    told = history.last(SummariesSent)
    conflicts = history.last(ConflictsAssessed)
    return Known(
        state=state,
        title=planned.title.get() if planned else None,
        need=planned.need.get() if planned else None,
        buyer=planned.authority.get() if planned else None,
        buyers=tuple(state.buyers.buyers.get(())) if state.buyers else (),
        value=planned.estimated_value.get() if planned else None,
        lots_reason=planned.lots_reason.get() if planned else None,
        titles=dict(worded[-1].titles.get({})) if worded else {},
        descriptors=dict(worded[-1].descriptors.get({})) if worded else {},
        planned_at=planned.happened_at if planned else None,
        tender_at=tender[1].happened_at if tender else None,
        judged=_judged(history.last(Moderated)),
        award=_award(history.last(Awarded)) if state.awards else None,
        ended=_ended(history.last(EndedWithoutAward)),
        told_at=told[1].happened_at if told and state.summaries else None,
        notices=_notices(history),
        contract=_contract(history.last(ContractEntered)),
        changes=_changes(history),
        over=_over(history.last(ContractEnded)),
        conflicts=_texts(conflicts[1].conflicts.get()) if conflicts else None,
        steps=_texts(conflicts[1].steps.get()) if conflicts else (),
        interests=_interests(history),
    )


def _texts(value: Any) -> tuple[Text, ...]:
    return tuple(value or ())


def _judged(moderated: tuple[Recorded, Moderated] | None) -> dict[Place, Judged]:
    if moderated is None:
        return {}
    return {
        place: Judged(marks=bid.marks.get() or {}, reasons=bid.reasons.get() or {})
        for place, bid in moderated[1].bids.items()
        if bid.marks.get() is not None
    }


def _award(found: tuple[Recorded, Awarded] | None) -> Decided | None:
    if found is None:
        return None
    recorded, event = found
    return Decided(
        index=recorded.index,
        leaf=recorded.leaf,
        at=event.happened_at,
        by=recorded.actor,
        delegation=event.delegation,
        reasons=_texts(event.reasons.get()),
        alternatives=_texts(event.alternatives.get()),
    )


def _ended(found: tuple[Recorded, EndedWithoutAward] | None) -> Ended | None:
    if found is None:
        return None
    recorded, event = found
    return Ended(
        index=recorded.index,
        leaf=recorded.leaf,
        at=event.happened_at,
        by=recorded.actor,
        ground=event.ground,
        reason=event.reason.get(),
    )


def _notices(history: History) -> tuple[Noticed, ...]:
    """The notices, less the award notices of an award that was taken back."""
    back = history.last(AwardWithdrawn)
    since = back[0].index if back else -1
    return tuple(
        Noticed(
            code=event.notice,
            reference=event.reference,
            at=event.happened_at,
            standstill_ends=event.standstill_ends,
            conflicts_confirmed=event.conflicts_confirmed,
        )
        for recorded, event in history.of(NoticePublished)
        if event.notice != "UK6" or recorded.index > since
    )


def _contract(found: tuple[Recorded, ContractEntered] | None) -> Signed | None:
    if found is None:
        return None
    event = found[1]
    return Signed(on=event.entered_on, value=event.value.get(), providers=tuple(event.providers.get() or ()))


def _changes(history: History) -> tuple[Changed, ...]:
    covered = covered_in(history)
    return tuple(
        Changed(
            on=event.changed_on,
            kind=event.kind,
            ground=event.ground,
            before=event.value_before.get(),
            after=event.value_after.get(),
            term_days=event.term_days,
            reason=event.reason.get(),
            change_notice=event.change_notice,
            noticed=covered.get(recorded.index) is not None,
        )
        for recorded, event in history.of(ContractChanged)
    )


def _over(found: tuple[Recorded, ContractEnded] | None) -> Over | None:
    if found is None:
        return None
    event = found[1]
    return Over(on=event.ended_on, how=event.how, cause=event.cause, reason=event.reason.get())


def _interests(history: History) -> Interests:
    """Of each person the newest decision counts."""
    declared = {recorded.actor for recorded, _ in history.of(InterestsDeclared)}
    decided = {event.person: event.outcome for _, event in history.of(InterestDecided)}
    return Interests(
        declared=len(declared),
        stayed_out=sum(outcome == "recuse" for outcome in decided.values()),
    )
