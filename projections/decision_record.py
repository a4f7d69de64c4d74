"""The public decision record of a case: what was bought, who won and why, and every step on the way."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import msgspec
from msgspec.structs import replace

from fairplace.bidding import events as bidding
from fairplace.challenge import events as challenge
from fairplace.event import Fact
from fairplace.openness import events as openness
from fairplace.procurement import events as e
from fairplace.projection import (
    Check,
    Citation,
    Projection,
    Recorded,
    Run,
    TrailItem,
    Withheld,
    bids,
    buyers,
    contract,
    merged,
    notices,
    taken_down,
    trail_item,
    with_run,
)
from fairplace.projection.bids import BidRow, DepositRow, ModerationChange, SecretRow
from fairplace.projection.contract import ContractChangeRow, ContractEndRow, ParentRow, Winner
from fairplace.projection.notices import AwardRow, ReleaseRow
from fairplace.terms import Day, Instant, Pence, Text
from fairplace.urgent import events as urgent


class ScaleRow(msgspec.Struct, frozen=True, kw_only=True):
    lowest: int
    highest: int
    step: int
    descriptors: dict[str, Text] | None


class CriterionRow(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    parent: str | None
    kind: str
    weight: int
    title: Text | None


class QuestionRow(msgspec.Struct, frozen=True, kw_only=True):
    question: str
    asked_index: int | None = None
    answered_index: int | None = None
    asked_at: Instant | None = None
    answered_at: Instant | None = None
    audience: str | None = None
    material: bool | None = None
    words: Text | None = None
    answer: Text | None = None


class NoticeRow(msgspec.Struct, frozen=True, kw_only=True):
    code: str
    reference: str | None
    at: Instant
    index: int


class SummariesRow(msgspec.Struct, frozen=True, kw_only=True):
    """That assessment summaries were sent; `sent` is how many, once that is released."""

    index: int
    at: Instant
    sent: int | None


class CorrectionRow(msgspec.Struct, frozen=True, kw_only=True):
    """How a text of step `entry` should read; null while it is not public. The first stands where it stood."""

    index: int
    at: Instant
    entry: int
    slot: str
    words: Text | None
    reason: Text | None


class AnswerRow(msgspec.Struct, frozen=True, kw_only=True):
    """What the buyer says of a finding; null while it is not released."""

    rule: str
    index: int
    at: Instant
    words: Text | None


class UrgentRow(msgspec.Struct, frozen=True, kw_only=True):
    """Something bought at once, and what somebody else said of it."""

    index: int
    from_on: Day
    why: Text | None
    provider_id: str | None
    provider_name: Text | None
    price: Pence | None
    outcome: str | None = None
    decided_at: Instant | None = None
    reason: Text | None = None


class ChallengeRef(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    state: str
    ground: str
    lodged_at: Instant
    index: int


class ClaimRow(msgspec.Struct, frozen=True, kw_only=True):
    issued_on: Day
    notified_on: Day
    index: int
    suspension_ended: str | None = None


class DecisionRecord(msgspec.Struct, frozen=True, kw_only=True):
    """Facts only; null is unknown or withheld. `index` and `leaf` are those of the newest entry folded in."""

    case: str
    citation: str | None
    index: int = -1
    leaf: str = ""
    opened_index: int = -1
    state: str = "planned"
    title: Text | None = None
    need: Text | None = None
    authority: Text | None = None
    buyers: list[buyers.BuyerRow] = []
    buyers_index: int | None = None
    regime: str | None = None
    route: str | None = None
    contract_kind: str | None = None
    light_touch: bool | None = None
    cpv: list[str] = []
    commenced_on: Day | None = None
    related: list[str] = []
    parent: ParentRow | None = None
    ground: str | None = None
    ground_index: int | None = None
    ground_reason: Text | None = None
    ground_provider: str | None = None
    estimated_value: Pence | None = None
    award_value: Pence | None = None
    contract_value: Pence | None = None
    deadline: Instant | None = None
    questions_until: Instant | None = None
    opened_at: Instant | None = None
    awarded_at: Instant | None = None
    contract_on: Day | None = None
    contract_changes: list[ContractChangeRow] = []
    contract_end: ContractEndRow | None = None
    ended_at: Instant | None = None
    ended_ground: str | None = None
    ended_reason: Text | None = None
    standstill_ends: Day | None = None
    ocid: str | None = None
    notices: list[NoticeRow] = []
    late_policy: str | None = None
    price_formula: str | None = None
    tie_break: str | None = None
    scale: ScaleRow | None = None
    criteria: list[CriterionRow] = []
    criteria_changes: list[int] = []
    bids_count: int | None = None
    deposits: list[DepositRow] = []
    bids: list[BidRow] = []
    reasons: list[Text] = []
    reasons_index: int | None = None
    alternatives: list[Text] = []
    delegation: str | None = None
    winners: list[Winner] = []
    changes: list[ModerationChange] = []
    secrets: list[SecretRow] = []
    questions: list[QuestionRow] = []
    summaries: list[SummariesRow] = []
    checks: list[Check] = []
    runs: list[Run] = []
    answers: list[AnswerRow] = []
    corrections: list[CorrectionRow] = []
    urgent: UrgentRow | None = None
    challenges: list[ChallengeRef] = []
    claims: list[ClaimRow] = []
    imported: bool = False
    releases: list[ReleaseRow] = []
    imported_awards: list[AwardRow] = []
    overrides: list[int] = []
    trail: list[TrailItem] = []
    withheld: list[Withheld] = []


def keys(recorded: Recorded) -> Iterable[str]:
    return (recorded.case,) if recorded.case is not None and notices.is_shown(recorded.event) else ()


def empty(key: str, citation: Citation | None) -> DecisionRecord:
    return DecisionRecord(case=key, citation=None if citation is None else str(citation))


def fold(row: DecisionRecord, recorded: Recorded) -> DecisionRecord:
    event = recorded.event
    step = STEPS.get(type(event))
    if step is not None:
        row = step(row, recorded, event)
    item, withheld = trail_item(recorded)
    return replace(
        row,
        index=recorded.index,
        leaf=recorded.leaf,
        opened_index=recorded.index if row.opened_index < 0 else row.opened_index,
        overrides=[*row.overrides, recorded.index] if getattr(event, "override", None) is not None else row.overrides,
        trail=[*row.trail, item],
        withheld=[*row.withheld, *withheld],
    )


def columns(row: DecisionRecord) -> Mapping[str, str | int | None]:
    return {"citation": row.citation, "ocid": row.ocid, "state": row.state, "updated_at": row.trail[-1].at}


# The tender


def _planned(row: DecisionRecord, recorded: Recorded, event: e.Planned) -> DecisionRecord:
    return replace(
        row,
        regime=event.regime,
        route=event.route,
        contract_kind=event.contract_kind,
        light_touch=event.light_touch,
        cpv=event.cpv,
        commenced_on=event.commenced_on,
        related=event.related,
        title=event.title.get(),
        need=event.need.get(),
        authority=event.authority.get(),
        estimated_value=event.estimated_value.get(),
    )


def _buyers(row: DecisionRecord, recorded: Recorded, event: e.BuyersNamed) -> DecisionRecord:
    return replace(row, buyers=buyers.named(event), buyers_index=recorded.index)


def _parent(row: DecisionRecord, recorded: Recorded, event: e.ParentNamed) -> DecisionRecord:
    return replace(row, parent=contract.parent(recorded, event))


def _grounded(row: DecisionRecord, recorded: Recorded, event: e.GroundNamed) -> DecisionRecord:
    to = event.provider.get()
    return replace(
        row,
        ground=event.ground,
        ground_index=recorded.index,
        ground_reason=event.reason.get(),
        ground_provider=to.name if to else None,
    )


def _published(row: DecisionRecord, recorded: Recorded, event: e.TenderPublished) -> DecisionRecord:
    notice = NoticeRow(code="UK4", reference=event.notice_reference, at=event.happened_at, index=recorded.index)
    return replace(
        row,
        state="open",
        deadline=event.deadline,
        questions_until=event.questions_until,
        late_policy=event.late_policy,
        price_formula=event.price_formula,
        tie_break=event.tie_break,
        scale=_scale(event),
        criteria=_criteria(event),
        notices=[*row.notices, notice],
    )


def _criteria_changed(row: DecisionRecord, recorded: Recorded, event: e.CriteriaChanged) -> DecisionRecord:
    return replace(
        row,
        price_formula=event.price_formula,
        scale=_scale(event),
        criteria=_criteria(event),
        criteria_changes=[*row.criteria_changes, recorded.index],
    )


def _scale(event: e.TenderPublished | e.CriteriaChanged) -> ScaleRow:
    scale = event.scale
    return ScaleRow(lowest=scale.lowest, highest=scale.highest, step=scale.step, descriptors=event.descriptors.get())


def _criteria(event: e.TenderPublished | e.CriteriaChanged) -> list[CriterionRow]:
    titles = event.titles.get({})
    return [
        CriterionRow(id=one.id, parent=one.parent, kind=one.kind, weight=one.weight, title=titles.get(one.id))
        for one in event.criteria
    ]


def _deadline_changed(row: DecisionRecord, recorded: Recorded, event: e.DeadlineChanged) -> DecisionRecord:
    return replace(row, deadline=event.deadline) if event.audience == "all" else row


def _asked(row: DecisionRecord, recorded: Recorded, event: e.QuestionAsked) -> DecisionRecord:
    return _question(
        row, event.question, asked_index=recorded.index, asked_at=event.happened_at, words=event.words.get()
    )


def _answered(row: DecisionRecord, recorded: Recorded, event: e.QuestionAnswered) -> DecisionRecord:
    words = {} if (text := event.words.get()) is None else {"words": text}
    return _question(
        row,
        event.question,
        answered_index=recorded.index,
        answered_at=event.happened_at,
        audience=event.audience,
        material=event.material,
        answer=event.answer.get(),
        **words,
    )


def _question(row: DecisionRecord, question: str, **known: Any) -> DecisionRecord:
    if all(one.question != question for one in row.questions):
        return replace(row, questions=[*row.questions, QuestionRow(question=question, **known)])
    return replace(row, questions=[replace(one, **known) if one.question == question else one for one in row.questions])


# Bids and their assessment


def _deposit(
    row: DecisionRecord, recorded: Recorded, event: e.DepositReceived | e.DepositReceivedLate
) -> DecisionRecord:
    """A deposit comes here only when its case is released."""
    return replace(row, deposits=[*row.deposits, bids.deposit(recorded, event)])


def _opened(row: DecisionRecord, recorded: Recorded, event: e.BidsOpened) -> DecisionRecord:
    leaves = {place: leaf for place, bid in event.bids.items() if (leaf := bid.deposit.get()) is not None}
    count = bids.counted(row.bids_count, [bid.deposit for bid in event.bids.values()])
    row = _known(row, bids.placed(row.deposits, leaves))
    return replace(row, state="opened", opened_at=event.happened_at, bids_count=count)


def _late_decided(row: DecisionRecord, recorded: Recorded, event: e.LateBidsDecided) -> DecisionRecord:
    admitted = {one.place: one.deposit for one in event.decisions.get(()) if one.admitted and one.place is not None}
    row = _known(row, bids.placed(row.deposits, admitted))
    return replace(row, bids_count=None if row.bids_count is None else row.bids_count + len(admitted))


def _prices(row: DecisionRecord, recorded: Recorded, event: e.PricesOpened) -> DecisionRecord:
    known = {place: price for place, bid in event.bids.items() if (price := bid.price.get()) is not None}
    return _known(row, {place: {"price": price} for place, price in known.items()})


def _secrets(row: DecisionRecord, recorded: Recorded, event: bidding.SecretsMarked) -> DecisionRecord:
    return replace(row, secrets=bids.with_secrets(row.secrets, event))


def _rulings(row: DecisionRecord, recorded: Recorded, event: bidding.SecretsDecided) -> DecisionRecord:
    return replace(row, secrets=bids.with_rulings(row.secrets, event))


def _checked(row: DecisionRecord, recorded: Recorded, event: e.BidsChecked) -> DecisionRecord:
    known = {place: check for place, bid in event.bids.items() if (check := bid.check.get()) is not None}
    count = bids.counted(row.bids_count, [bid.check for bid in event.bids.values()])
    row = _known(row, {place: {"status": check.status, "ground": check.ground} for place, check in known.items()})
    return replace(_evaluating(row), bids_count=count)


def _sheet(row: DecisionRecord, recorded: Recorded, event: e.SheetSigned) -> DecisionRecord:
    return _evaluating(row)


def _evaluating(row: DecisionRecord) -> DecisionRecord:
    return replace(row, state="evaluation") if row.state in ("planned", "open", "opened") else row


def _moderated(row: DecisionRecord, recorded: Recorded, event: e.Moderated) -> DecisionRecord:
    count = bids.counted(row.bids_count, [bid.marks for bid in event.bids.values()])
    known = bids.marked(event, [bid.place for bid in row.bids])
    row = _known(replace(row, changes=bids.changed(event)), known)
    return replace(row, state="moderated", bids_count=count)


def _known(row: DecisionRecord, known: bids.Known) -> DecisionRecord:
    found = bids.with_known(row.bids, known)
    return replace(row, bids=found, changes=bids.labelled(row.changes, found))


# The award


def _awarded(row: DecisionRecord, recorded: Recorded, event: e.Awarded) -> DecisionRecord:
    awards = {place: award for place, bid in sorted(event.bids.items()) if (award := bid.award.get()) is not None}
    named = {
        place: {"winner": True, "provider_id": award.provider.id, "provider_name": award.provider.name}
        for place, award in awards.items()
    }
    row = _known(_award_cleared(row), named)
    return replace(
        row,
        state="awarded",
        awarded_at=event.happened_at,
        delegation=event.delegation,
        winners=[
            Winner(provider_id=award.provider.id, provider_name=award.provider.name, value=award.value)
            for award in awards.values()
        ],
        award_value=sum(award.value for award in awards.values()) if awards else None,
        reasons=event.reasons.get([]),
        reasons_index=recorded.index if event.reasons.is_open else None,
        alternatives=event.alternatives.get([]),
    )


def _award_withdrawn(row: DecisionRecord, recorded: Recorded, event: e.AwardWithdrawn) -> DecisionRecord:
    return replace(_award_cleared(row), state="award-withdrawn", standstill_ends=None)


def _award_cleared(row: DecisionRecord) -> DecisionRecord:
    row = replace(
        row,
        bids=[replace(bid, winner=False, provider_id=None, provider_name=None) for bid in row.bids],
        winners=[],
        award_value=None,
        awarded_at=None,
        reasons=[],
        reasons_index=None,
        alternatives=[],
        delegation=None,
    )
    return _known(row, {})


def _summaries(row: DecisionRecord, recorded: Recorded, event: e.SummariesSent) -> DecisionRecord:
    slots = [bid.summary for bid in event.bids.values()]
    sent = sum(slot.get() is not None for slot in slots) if all(slot.is_open for slot in slots) else None
    return replace(row, summaries=[*row.summaries, SummariesRow(index=recorded.index, at=event.happened_at, sent=sent)])


def _notice(row: DecisionRecord, recorded: Recorded, event: e.NoticePublished) -> DecisionRecord:
    notice = NoticeRow(code=event.notice, reference=event.reference, at=event.happened_at, index=recorded.index)
    row = replace(row, notices=[*row.notices, notice])
    if event.standstill_ends is None:
        return row
    state = "standstill" if row.state == "awarded" else row.state
    return replace(row, standstill_ends=event.standstill_ends, state=state)


def _claim(row: DecisionRecord, recorded: Recorded, event: e.ClaimNotified) -> DecisionRecord:
    claim = ClaimRow(issued_on=event.issued_on, notified_on=event.notified_on, index=recorded.index)
    state = "suspended" if row.state in ("awarded", "standstill") else row.state
    return replace(row, state=state, claims=[*row.claims, claim])


def _suspension_ended(row: DecisionRecord, recorded: Recorded, event: e.SuspensionEnded) -> DecisionRecord:
    claims = [
        replace(claim, suspension_ended=event.how) if claim.suspension_ended is None else claim for claim in row.claims
    ]
    before = "awarded" if row.standstill_ends is None else "standstill"
    return replace(row, claims=claims, state=before if row.state == "suspended" else row.state)


def _contract(row: DecisionRecord, recorded: Recorded, event: e.ContractEntered) -> DecisionRecord:
    return replace(row, state="contract", contract_on=event.entered_on, contract_value=event.value.get())


def _contract_changed(row: DecisionRecord, recorded: Recorded, event: e.ContractChanged) -> DecisionRecord:
    after = event.value_after.get()
    return replace(
        row,
        contract_changes=[*row.contract_changes, contract.change(recorded, event)],
        contract_value=row.contract_value if after is None else after,
    )


def _contract_ended(row: DecisionRecord, recorded: Recorded, event: e.ContractEnded) -> DecisionRecord:
    return replace(row, state="contract-ended", contract_end=contract.end(recorded, event))


def _ended(row: DecisionRecord, recorded: Recorded, event: e.EndedWithoutAward) -> DecisionRecord:
    return replace(
        row, state="ended", ended_at=event.happened_at, ended_ground=event.ground, ended_reason=event.reason.get()
    )


# Notices taken in


def _imported(row: DecisionRecord, recorded: Recorded, event: e.Imported) -> DecisionRecord:
    releases = [*row.releases, notices.release(recorded, event)]
    newest = notices.newest_first(releases)
    awards = notices.merged_awards({award.id: award for award in one.awards} for one in reversed(newest))
    stated = [notices.won_alone(award) for award in awards.values()]
    winners = {winner.provider_id or winner.provider_name: winner for award in stated for winner in award.suppliers}
    return replace(
        row,
        state=notices.state_of(event) if row.state == "planned" else row.state,
        imported=True,
        releases=releases,
        ocid=event.ocid if event.evidence == notices.NOTICE else None,
        title=notices.stated(newest, "title"),
        need=notices.stated(newest, "description"),
        authority=notices.stated(newest, "buyer"),
        route=notices.stated(newest, "method"),
        cpv=notices.stated(newest, "cpv") or [],
        deadline=notices.stated(newest, "tender_closes"),
        estimated_value=notices.stated(newest, "tender_value"),
        imported_awards=stated,
        winners=[winner for _, winner in sorted(winners.items())],
        award_value=notices.total(award.value for award in stated),
    )


# Challenges, checks and take-downs


def _lodged(row: DecisionRecord, recorded: Recorded, event: challenge.Lodged) -> DecisionRecord:
    ref = ChallengeRef(
        id=recorded.stream,
        state="received",
        ground=event.ground,
        lodged_at=event.happened_at,
        index=recorded.index,
    )
    return replace(row, challenges=[*row.challenges, ref])


def _challenge_moved(row: DecisionRecord, recorded: Recorded, event: Fact) -> DecisionRecord:
    state = event.outcome if isinstance(event, challenge.Decided) else MOVES[type(event)]
    return replace(
        row,
        challenges=[replace(ref, state=state) if ref.id == recorded.stream else ref for ref in row.challenges],
    )


MOVES: dict[type[Fact], str] = {
    challenge.Acknowledged: "acknowledged",
    challenge.Answered: "answered",
    challenge.Withdrawn: "withdrawn",
}


def _assessed(row: DecisionRecord, recorded: Recorded, event: openness.Assessed) -> DecisionRecord:
    runs = with_run(row.runs, recorded)
    return replace(row, runs=runs, checks=merged(runs))


def _finding_answered(row: DecisionRecord, recorded: Recorded, event: openness.FindingAnswered) -> DecisionRecord:
    answer = AnswerRow(rule=event.rule, index=recorded.index, at=event.happened_at, words=event.words.get())
    return replace(row, answers=[*row.answers, answer])


def _corrected(row: DecisionRecord, recorded: Recorded, event: openness.Corrected) -> DecisionRecord:
    made = CorrectionRow(
        index=recorded.index,
        at=event.happened_at,
        entry=event.entry,
        slot=event.slot,
        words=event.words.get(),
        reason=event.reason.get(),
    )
    return replace(row, corrections=[*row.corrections, made])


def _bought(row: DecisionRecord, recorded: Recorded, event: urgent.Bought) -> DecisionRecord:
    provider = event.provider.get()
    bought = UrgentRow(
        index=recorded.index,
        from_on=event.from_on,
        why=event.why.get(),
        provider_id=None if provider is None else provider.id,
        provider_name=None if provider is None else provider.name,
        price=event.price.get(),
    )
    return replace(row, state="bought-urgently", title=event.need.get(), urgent=bought)


def _urgency_decided(row: DecisionRecord, recorded: Recorded, event: urgent.Decided) -> DecisionRecord:
    if row.urgent is None:
        return row
    decided = replace(row.urgent, outcome=event.outcome, decided_at=event.happened_at, reason=event.reason.get())
    return replace(row, state=f"urgency-{event.outcome}", urgent=decided)


def _taken_down(row: DecisionRecord, recorded: Recorded, event: openness.Withdrawn) -> DecisionRecord:
    return replace(row, withheld=taken_down(row.withheld, event))


Step = Callable[[DecisionRecord, Recorded, Any], DecisionRecord]

STEPS: dict[type[Fact], Step] = {
    e.Planned: _planned,
    e.BuyersNamed: _buyers,
    e.ParentNamed: _parent,
    e.GroundNamed: _grounded,
    e.TenderPublished: _published,
    e.CriteriaChanged: _criteria_changed,
    e.DeadlineChanged: _deadline_changed,
    e.QuestionAsked: _asked,
    e.QuestionAnswered: _answered,
    e.DepositReceived: _deposit,
    e.DepositReceivedLate: _deposit,
    e.BidsOpened: _opened,
    e.LateBidsDecided: _late_decided,
    e.PricesOpened: _prices,
    bidding.SecretsMarked: _secrets,
    bidding.SecretsDecided: _rulings,
    e.BidsChecked: _checked,
    e.SheetSigned: _sheet,
    e.Moderated: _moderated,
    e.Awarded: _awarded,
    e.SummariesSent: _summaries,
    e.NoticePublished: _notice,
    e.ClaimNotified: _claim,
    e.SuspensionEnded: _suspension_ended,
    e.ContractEntered: _contract,
    e.ContractChanged: _contract_changed,
    e.ContractEnded: _contract_ended,
    e.EndedWithoutAward: _ended,
    e.AwardWithdrawn: _award_withdrawn,
    e.Imported: _imported,
    challenge.Lodged: _lodged,
    challenge.Acknowledged: _challenge_moved,
    challenge.Answered: _challenge_moved,
    challenge.Decided: _challenge_moved,
    challenge.Withdrawn: _challenge_moved,
    openness.Assessed: _assessed,
    openness.FindingAnswered: _finding_answered,
    openness.Corrected: _corrected,
    openness.Withdrawn: _taken_down,
    urgent.Bought: _bought,
    urgent.Decided: _urgency_decided,
}

projection = Projection[DecisionRecord](
    name="decision-record", version=10, keys=keys, empty=empty, fold=fold, columns=columns, row=DecisionRecord
)
