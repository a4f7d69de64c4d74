"""The register: one line per case, to list, to filter and to search."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import msgspec
from msgspec.structs import replace

from fairplace.challenge import events as challenge
from fairplace.event import Fact
from fairplace.openness import events as openness
from fairplace.procurement import events as e
from fairplace.projection import Citation, Projection, Recorded, Run, bids, buyers, merged, notices, with_run
from fairplace.terms import Day, Instant, Pence, Text
from fairplace.urgent import events as urgent


class Stated(msgspec.Struct, frozen=True, kw_only=True):
    """What one release of an imported notice states."""

    index: int
    released_at: Instant | None
    ocid: str
    title: Text | None
    authority: Text | None
    method: str | None
    tender_closes: Instant | None
    tender_value: Pence | None
    awards: dict[str, StatedAward]


class StatedAward(msgspec.Struct, frozen=True, kw_only=True):
    decided_on: Day | None
    value: Pence | None
    suppliers: dict[str, Text]


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """Facts only; null is unknown or withheld. `index` and `leaf` are those of the newest entry folded in.

    `checks` counts outcomes; `to_answer` the rules that found something which the buyer has not answered yet, `replies` are
    the answers, by rule, with the entry. `runs` and `stated` are what is counted and folded.
    """

    case: str
    citation: str | None
    year: int | None
    number: int | None
    index: int = -1
    leaf: str = ""
    state: str = "planned"
    title: Text | None = None
    authority: Text | None = None
    buyers: list[buyers.BuyerRow] = []
    regime: str | None = None
    route: str | None = None
    light_touch: bool | None = None
    contract_kind: str | None = None
    parent: str | None = None
    value: Pence | None = None
    estimated_value: Pence | None = None
    begun_at: Instant | None = None
    published_at: Instant | None = None
    deadline: Instant | None = None
    decided_at: Instant | None = None
    standstill_ends: Day | None = None
    contract_on: Day | None = None
    ended_at: Instant | None = None
    updated_at: Instant | None = None
    bids_count: int | None = None
    winners: list[Text] = []
    winner_ids: list[str] = []
    notices: list[str] = []
    ocid: str | None = None
    imported: bool = False
    ended_without_award: bool = False
    open_challenges: list[str] = []
    challenges: int = 0
    checks: dict[str, int] = {}
    replies: dict[str, int] = {}
    to_answer: int = 0
    runs: list[Run] = []
    stated: list[Stated] = []


def keys(recorded: Recorded) -> Iterable[str]:
    return (recorded.case,) if recorded.case is not None and notices.is_shown(recorded.event) else ()


def empty(key: str, citation: Citation | None) -> Line:
    if citation is None:
        return Line(case=key, citation=None, year=None, number=None)
    return Line(case=key, citation=str(citation), year=citation.year, number=citation.number)


def fold(row: Line, recorded: Recorded) -> Line:
    step = STEPS.get(type(recorded.event))
    if step is not None:
        row = step(row, recorded, recorded.event)
    return replace(
        row,
        index=recorded.index,
        leaf=recorded.leaf,
        begun_at=recorded.event.happened_at if row.begun_at is None else row.begun_at,
        updated_at=recorded.at,
    )


def columns(row: Line) -> Mapping[str, str | int | None]:
    return {
        "authority": row.authority,
        "challenges": row.challenges,
        "citation": row.citation,
        "contract_kind": row.contract_kind,
        "deadline": row.deadline,
        "decided_at": row.decided_at,
        "imported": int(row.imported),
        "index": row.index,
        "number": None if row.year is None or row.number is None else row.year * 1_000_000 + row.number,
        "ocid": row.ocid,
        "parent": row.parent,
        "route": row.route,
        "state": row.state,
        "title": row.title,
        "to_answer": int(row.to_answer > 0),
        "updated_at": row.updated_at,
        "value": row.value,
        "words": " ".join(filter(None, _sought(row))),
        "year": row.year,
    }


def _sought(row: Line) -> Iterable[str | None]:
    """What somebody may search for."""
    yield from (row.title, row.citation, row.ocid, row.authority, *buyers.words(row.buyers))
    yield from (*row.notices, *row.winners, *row.winner_ids)
    if row.state == "listed":  # what the council's own register calls its awards
        yield from sorted({name for one in row.stated for name in one.awards})


def _planned(row: Line, recorded: Recorded, event: e.Planned) -> Line:
    return replace(
        row,
        regime=event.regime,
        route=event.route,
        light_touch=event.light_touch,
        contract_kind=event.contract_kind,
        title=event.title.get(),
        authority=event.authority.get(),
        estimated_value=event.estimated_value.get(),
        value=event.estimated_value.get(),
    )


def _buyers(row: Line, recorded: Recorded, event: e.BuyersNamed) -> Line:
    return replace(row, buyers=buyers.named(event))


def _parent(row: Line, recorded: Recorded, event: e.ParentNamed) -> Line:
    return replace(row, parent=event.parent)


def _published(row: Line, recorded: Recorded, event: e.TenderPublished) -> Line:
    row = _named(row, event.notice_reference)
    return replace(row, state="open", published_at=event.happened_at, deadline=event.deadline)


def _named(row: Line, reference: str | None) -> Line:
    """The numbers of its notices, under which others know the case."""
    return row if reference is None or reference in row.notices else replace(row, notices=[*row.notices, reference])


def _deadline_changed(row: Line, recorded: Recorded, event: e.DeadlineChanged) -> Line:
    return replace(row, deadline=event.deadline) if event.audience == "all" else row


def _opened(row: Line, recorded: Recorded, event: e.BidsOpened) -> Line:
    return replace(
        row, state="opened", bids_count=bids.counted(row.bids_count, [bid.deposit for bid in event.bids.values()])
    )


def _late_decided(row: Line, recorded: Recorded, event: e.LateBidsDecided) -> Line:
    admitted = sum(one.admitted and one.place is not None for one in event.decisions.get(()))
    return replace(row, bids_count=None if row.bids_count is None else row.bids_count + admitted)


def _checked(row: Line, recorded: Recorded, event: e.BidsChecked) -> Line:
    return replace(
        _evaluating(row), bids_count=bids.counted(row.bids_count, [bid.check for bid in event.bids.values()])
    )


def _sheet(row: Line, recorded: Recorded, event: e.SheetSigned) -> Line:
    return _evaluating(row)


def _evaluating(row: Line) -> Line:
    return replace(row, state="evaluation") if row.state in ("planned", "open", "opened") else row


def _moderated(row: Line, recorded: Recorded, event: e.Moderated) -> Line:
    return replace(
        row, state="moderated", bids_count=bids.counted(row.bids_count, [bid.marks for bid in event.bids.values()])
    )


def _awarded(row: Line, recorded: Recorded, event: e.Awarded) -> Line:
    awards = [award for _, bid in sorted(event.bids.items()) if (award := bid.award.get()) is not None]
    return replace(
        row,
        state="awarded",
        decided_at=event.happened_at,
        winners=[award.provider.name for award in awards],
        winner_ids=[award.provider.id for award in awards],
        value=sum(award.value for award in awards) if awards else row.estimated_value,
    )


def _award_withdrawn(row: Line, recorded: Recorded, event: e.AwardWithdrawn) -> Line:
    return replace(
        row,
        state="award-withdrawn",
        decided_at=None,
        standstill_ends=None,
        winners=[],
        winner_ids=[],
        value=row.estimated_value,
    )


def _notice(row: Line, recorded: Recorded, event: e.NoticePublished) -> Line:
    row = _named(row, event.reference)
    if event.standstill_ends is None:
        return row
    state = "standstill" if row.state == "awarded" else row.state
    return replace(row, standstill_ends=event.standstill_ends, state=state)


def _claim(row: Line, recorded: Recorded, event: e.ClaimNotified) -> Line:
    return replace(row, state="suspended") if row.state in ("awarded", "standstill") else row


def _suspension_ended(row: Line, recorded: Recorded, event: e.SuspensionEnded) -> Line:
    before = "awarded" if row.standstill_ends is None else "standstill"
    return replace(row, state=before) if row.state == "suspended" else row


def _contract(row: Line, recorded: Recorded, event: e.ContractEntered) -> Line:
    value = event.value.get()
    return replace(row, state="contract", contract_on=event.entered_on, value=row.value if value is None else value)


def _contract_changed(row: Line, recorded: Recorded, event: e.ContractChanged) -> Line:
    value = event.value_after.get()
    return row if value is None else replace(row, value=value)


def _contract_ended(row: Line, recorded: Recorded, event: e.ContractEnded) -> Line:
    return replace(row, state="contract-ended")


def _ended(row: Line, recorded: Recorded, event: e.EndedWithoutAward) -> Line:
    return replace(row, state="ended", ended_at=event.happened_at, ended_without_award=True)


def _imported(row: Line, recorded: Recorded, event: e.Imported) -> Line:
    buyer = event.buyer.get()
    one = Stated(
        index=recorded.index,
        released_at=event.released_at,
        ocid=event.ocid,
        title=event.title.get(),
        authority=None if buyer is None else buyer.name,
        method=event.method,
        tender_closes=event.tender_closes,
        tender_value=event.tender_value.get(),
        awards={award.id: _award(award) for award in event.awards.get(())},
    )
    stated = [*row.stated, one]
    newest = notices.newest_first(stated)
    awards = notices.merged_awards(one.awards for one in reversed(newest))
    total = notices.total(award.value for award in awards.values())
    days = [award.decided_on for award in awards.values() if award.decided_on is not None]
    suppliers = {key: name for award in awards.values() for key, name in sorted(award.suppliers.items())}
    estimated = notices.stated(newest, "tender_value")
    return replace(
        row,
        state=notices.state_of(event) if row.state == "planned" else row.state,
        imported=True,
        stated=stated,
        ocid=event.ocid if event.evidence == notices.NOTICE else None,
        title=notices.stated(newest, "title"),
        authority=notices.stated(newest, "authority"),
        route=notices.stated(newest, "method"),
        deadline=notices.stated(newest, "tender_closes"),
        estimated_value=estimated,
        value=estimated if total is None else total,
        decided_at=f"{max(days)}T00:00:00.000Z" if days else None,
        winners=[name for _, name in sorted(suppliers.items())],
        winner_ids=sorted(suppliers),
    )


def _award(award: e.ImportedAward) -> StatedAward:
    return StatedAward(
        decided_on=award.decided_on,
        value=award.value,
        suppliers={supplier.id or supplier.name: supplier.name for supplier in award.suppliers},
    )


def _lodged(row: Line, recorded: Recorded, event: challenge.Lodged) -> Line:
    return replace(row, challenges=row.challenges + 1, open_challenges=[*row.open_challenges, recorded.stream])


def _challenge_closed(row: Line, recorded: Recorded, event: Fact) -> Line:
    still = [stream for stream in row.open_challenges if stream != recorded.stream]
    return replace(row, challenges=len(still), open_challenges=still)


def _assessed(row: Line, recorded: Recorded, event: openness.Assessed) -> Line:
    runs = with_run(row.runs, recorded)
    outcomes = [check.outcome for check in merged(runs)]
    counts = {outcome: outcomes.count(outcome) for outcome in sorted(set(outcomes))}
    return _to_answer(replace(row, runs=runs, checks=counts))


def _finding_answered(row: Line, recorded: Recorded, event: openness.FindingAnswered) -> Line:
    return _to_answer(replace(row, replies={**row.replies, event.rule: recorded.index}))


def _to_answer(row: Line) -> Line:
    found = [check.rule for check in merged(row.runs) if check.outcome in ("not-met", "concern")]
    return replace(row, to_answer=sum(rule != OWN and rule not in row.replies for rule in found))


OWN = "FA-01"
"""The rule that asks for answers: what it finds is answered by answering."""


def _bought(row: Line, recorded: Recorded, event: urgent.Bought) -> Line:
    provider = event.provider.get()
    return replace(
        row,
        state="bought-urgently",
        title=event.need.get(),
        value=event.price.get(),
        winners=[] if provider is None else [provider.name],
        winner_ids=[] if provider is None else [provider.id],
    )


def _urgency_decided(row: Line, recorded: Recorded, event: urgent.Decided) -> Line:
    return replace(row, state=f"urgency-{event.outcome}", decided_at=event.happened_at)


STEPS: dict[type[Fact], Callable[[Line, Recorded, Any], Line]] = {
    e.Planned: _planned,
    e.BuyersNamed: _buyers,
    e.ParentNamed: _parent,
    e.TenderPublished: _published,
    e.DeadlineChanged: _deadline_changed,
    e.BidsOpened: _opened,
    e.LateBidsDecided: _late_decided,
    e.BidsChecked: _checked,
    e.SheetSigned: _sheet,
    e.Moderated: _moderated,
    e.Awarded: _awarded,
    e.AwardWithdrawn: _award_withdrawn,
    e.NoticePublished: _notice,
    e.ClaimNotified: _claim,
    e.SuspensionEnded: _suspension_ended,
    e.ContractEntered: _contract,
    e.ContractChanged: _contract_changed,
    e.ContractEnded: _contract_ended,
    e.EndedWithoutAward: _ended,
    e.Imported: _imported,
    challenge.Lodged: _lodged,
    challenge.Decided: _challenge_closed,
    challenge.Withdrawn: _challenge_closed,
    openness.Assessed: _assessed,
    openness.FindingAnswered: _finding_answered,
    urgent.Bought: _bought,
    urgent.Decided: _urgency_decided,
}

projection = Projection[Line](name="register", version=7, keys=keys, empty=empty, fold=fold, columns=columns, row=Line)
