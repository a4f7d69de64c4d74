"""Cases told event by event, past the deciders: anything may be wrong in them.

    case = competition()                                      three bids, everything fair, signed
    case = competition(award={"place": "02"})                 one step told otherwise
    case = competition(skip=("checked",), after={"opened": [fact(CriteriaChanged, ...)]})
    case.hidden()                                             the same with every sealed value closed
    outcome("ET-01", case)                                    what the rule says

Rules are loaded from the shelf, as the product does.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, get_type_hints

import msgspec

from fairplace import assess, catalogue, shelf
from fairplace.event import Event, Fact, RestsOn, Step
from fairplace.ledger.disclosure import Sealed, sealed
from fairplace.people.events import InterestsDeclared
from fairplace.policy import Case, Finding, Outcome, gravest
from fairplace.procurement.events import (
    AwardBid,
    Awarded,
    AwardedTo,
    BidCheck,
    BidsChecked,
    BidsOpened,
    CheckedBid,
    ConflictsAssessed,
    ContractEntered,
    Criterion,
    DepositReceived,
    Moderated,
    ModeratedBid,
    NoticePublished,
    OpenedBid,
    Planned,
    QuestionAnswered,
    Result,
    Scale,
    SheetBid,
    SheetSigned,
    SummariesSent,
    Summary,
    SummaryBid,
    TenderPublished,
)
from fairplace.recorded import Recorded
from fairplace.terms import Document, Provider

RULES = {one.rule.code: one.rule for one in assess.rules(shelf.policies())}

CASE = "5f0e5a0c-0000-4000-8000-000000000001"
OFFICER, WITNESS, APPROVER, MODERATOR = (f"nb.example/officer/{token}" for token in ("o1", "w2", "a3", "m4"))
EVALUATORS = ("nb.example/officer/e5", "nb.example/officer/e6")
RECEIVER = "nb.example/service/receiver"

ALDER, BIRCH, CEDAR = (
    Provider(id=f"GB-COH-0000000{n}", name=name) for n, name in enumerate(("Alder", "Birch", "Cedar"), 1)
)
PROVIDERS = {"01": ALDER, "02": BIRCH, "03": CEDAR}
PLACES = ("01", "02", "03", "04")

DEADLINE = "2026-04-01T12:00:00.000Z"
CRITERIA = [
    Criterion(id="care", parent=None, kind="quality", weight=4000),
    Criterion(id="staff", parent=None, kind="quality", weight=2000),
    Criterion(id="price", parent=None, kind="price", weight=4000),
]
SCALE = Scale(lowest=0, highest=10, step=1)
DOCUMENT = Document(sha256="ab" * 32, bytes=1, media="application/pdf")
ROOT = RestsOn(count=0, root="", types=[])
GOOD = "Named manager and a ratio of one to four on page seven"

PRICES = {"01": 500_000, "02": 400_000, "03": 640_000}
MARKS: dict[str, dict[str, int]] = {
    "01": {"care": 8, "staff": 6},
    "02": {"care": 4, "staff": 6},
    "03": {"care": 6, "staff": 8},
}
# 3200 + 1200 + 3200 · 1600 + 1200 + 4000 · 2400 + 1600 + 2500
RESULTS = {
    "01": Result(points={"care": 3200, "staff": 1200, "price": 3200}, total=7600, rank=1),
    "02": Result(points={"care": 1600, "staff": 1200, "price": 4000}, total=6800, rank=2),
    "03": Result(points={"care": 2400, "staff": 1600, "price": 2500}, total=6500, rank=3),
}

_BASE: dict[str, Any] = {"evidence": "signed-by-party", "exhibit": None}


def fact(kind: type[Fact], at: str, /, **values: Any) -> Any:
    """An event at a moment; values of sealed fields are sealed, open."""
    hints = _hints(kind)
    every = {**_BASE, "happened_at": at}
    if issubclass(kind, Event):
        every["case"] = CASE
    if issubclass(kind, Step):
        every |= {"override": None, "override_reason": None}
    if "seen" in hints:
        every["seen"] = "x" * 44
    every |= values
    return kind(
        **{
            name: sealed("commercial", value) if _is_sealed(hints[name]) and not isinstance(value, Sealed) else value
            for name, value in every.items()
        }
    )


@cache
def _hints(kind: type[Fact]) -> dict[str, Any]:
    return get_type_hints(kind)


def _is_sealed(hint: Any) -> bool:
    return getattr(hint, "__origin__", hint) is Sealed


def s(value: Any) -> Sealed[Any]:
    return sealed("commercial", value)


class Told(list[Recorded]):
    """The entries of a case; `as_of` is when it is judged."""

    as_of = "2026-06-30T12:00:00.000Z"

    def tell(
        self, event: Fact, *, by: str = OFFICER, stream: str = CASE, signers: Sequence[str] = (), at: str | None = None
    ) -> Recorded:
        index = len(self) * 3 + 5  # other cases stand in between
        recorded = Recorded(
            index=index,
            leaf=leaf_of(index),
            at=at or event.happened_at,
            actor=by,
            signers=(by, *signers),
            roles=frozenset({by.rsplit("/", 2)[1]} - {"officer", "service"} | {by.rsplit("/", 1)[1]}),
            type=catalogue.NAMES[type(event)],
            stream=stream,
            n=1,
            case=CASE,
            event=event,
        )
        self.append(recorded)
        return recorded

    def case(self, view: Any = "authority", as_of: str | None = None) -> Case:
        return Case(id=CASE, as_of=as_of or self.as_of, view=view, events=tuple(self))

    def hidden(self) -> Case:
        """The public view when nothing was released: deposits do not even belong to the case."""
        seen = [
            msgspec.structs.replace(one, event=_closed(one.event))
            for one in self
            if not one.type.startswith("deposit.")
        ]
        return Case(id=CASE, as_of=self.as_of, view="public", events=tuple(seen))

    def index(self, kind: type[Fact], n: int = 0) -> int:  # type: ignore[override]  # the log's index, by kind of event
        return [one.index for one in self if isinstance(one.event, kind)][n]


def leaf_of(index: int) -> str:
    return f"{index:043d}="


def _closed(value: Any) -> Any:
    if isinstance(value, Sealed):
        return Sealed(basis=value.basis)
    if isinstance(value, msgspec.Struct):
        return type(value)(**{name: _closed(getattr(value, name)) for name in value.__struct_fields__})
    if isinstance(value, dict):
        return {name: _closed(item) for name, item in value.items()}
    return value


def findings(code: str, case: Told | Case) -> tuple[Finding, ...]:
    return tuple(RULES[code].findings(case.case() if isinstance(case, Told) else case))


def outcome(code: str, case: Told | Case) -> Outcome:
    return gravest(finding.outcome for finding in findings(code, case))


def gravest_of(code: str, case: Told | Case) -> Finding:
    """The first finding with the gravest outcome."""
    found = findings(code, case)
    worst = gravest(finding.outcome for finding in found)
    return next(finding for finding in found if finding.outcome == worst)


# One builder for each step of a fair competition


def planned(**changes: Any) -> Planned:
    fields: dict[str, Any] = {
        "regime": "PA23",
        "commenced_on": "2026-03-02",
        "contract_kind": "services",
        "route": "open",
        "light_touch": False,
        "cpv": ["85311300"],
        "concerns_one_person": False,
        "value_estimable": True,
        "max_term_days": 730,
        "related": [],
        "title": "Short breaks",
        "need": "Forty families wait",
        "authority": "Northbrook Council",
        "estimated_value": 90_000_000,
        "lots_reason": None,
        "split_reason": None,
    }
    made = fact(Planned, "2026-03-02T09:00:00.000Z", **{**fields, **changes})
    assert isinstance(made, Planned)
    return made


def tendered(**changes: Any) -> Fact:
    fields: dict[str, Any] = {
        "notice_reference": None,
        "criteria": CRITERIA,
        "scale": SCALE,
        "price_formula": "lowest-over-price",
        "tie_break": "highest-quality",
        "winners": 1,
        "deadline": DEADLINE,
        "questions_until": None,
        "late_policy": "discretion",
        "conditions": ["registered"],
        "places": 8,
        "conflicts_confirmed": True,
        "policies": {},
        "titles": {"care": "Quality of care"},
        "descriptors": {"8": "A convincing answer in nearly every respect with evidence"},
        "documents": [],
    }
    return fact(TenderPublished, "2026-03-04T09:00:00.000Z", **{**fields, **changes})  # type: ignore[no-any-return]


def answered(at: str = "2026-03-10T10:02:00.000Z", question: str = "q1", **changes: Any) -> Fact:
    fields: dict[str, Any] = {
        "question": question,
        "audience": "all",
        "material": True,
        "confidential_reason": None,
        "words": "How many staff at night?",
        "answer": "One to four",
        "recipients": [],
    }
    return fact(QuestionAnswered, at, **{**fields, **changes})  # type: ignore[no-any-return]


def deposited(
    place: str, at: str = "2026-03-31T09:00:00.000Z", kind: type[Fact] = DepositReceived, **changes: Any
) -> Fact:
    fields: dict[str, Any] = {
        "case": CASE,
        "seen": "x" * 44,
        "provider": PROVIDERS[place],
        "document": DOCUMENT,
        "price": PRICES[place],
        "provider_signature": None,
    }
    return fact(kind, at, **{**fields, **changes})  # type: ignore[no-any-return]


def opened(leaves: Mapping[str, str], at: str = "2026-04-01T12:05:00.000Z", **changes: Any) -> Fact:
    fields: dict[str, Any] = {
        "bids": {place: OpenedBid(deposit=s(leaves.get(place))) for place in PLACES},
        "rests_on": ROOT,
        "late": [],
        "present": [OFFICER, WITNESS],
    }
    return fact(BidsOpened, at, **{**fields, **changes})  # type: ignore[no-any-return]


def check(**changes: Any) -> BidCheck:
    fields: dict[str, Any] = {
        "status": "live",
        "conditions": {"registered": True},
        "exclusion": "clear",
        "debarment_checked_on": "2026-04-02",
        "heard_on": None,
        "ground": None,
        "reason": None,
    }
    return BidCheck(**{**fields, **changes})


def checked(checks: Mapping[str, BidCheck | None] | None = None, at: str = "2026-04-02T09:00:00.000Z") -> Fact:
    every = {"01": check(), "02": check(), "03": check(), **(checks or {})}
    bids = {place: CheckedBid(check=s(every.get(place))) for place in PLACES}
    return fact(BidsChecked, at, bids=bids)  # type: ignore[no-any-return]


def sheet(
    marks: Mapping[str, Mapping[str, int]] = MARKS,
    at: str = "2026-04-03T09:00:00.000Z",
    reason: str = GOOD,
    reasons: Mapping[str, Mapping[str, str]] | None = None,
    criteria: Sequence[str] = ("care", "staff"),
    **changes: Any,
) -> Fact:
    def words(place: str) -> dict[str, str] | None:
        return {**dict.fromkeys(marks[place], reason), **(reasons or {}).get(place, {})} if place in marks else None

    bids = {
        place: SheetBid(marks=s(dict(marks[place]) if place in marks else None), reasons=s(words(place)))
        for place in PLACES
    }
    fields: dict[str, Any] = {"criteria": list(criteria), "bids": bids, "override": None, "override_reason": None}
    return fact(SheetSigned, at, **{**fields, **changes})  # type: ignore[no-any-return]


def moderated(
    marks: Mapping[str, Mapping[str, int]] = MARKS,
    results: Mapping[str, Result] = RESULTS,
    changes: Mapping[str, Any] | None = None,
    at: str = "2026-04-09T09:00:00.000Z",
    reason: str = GOOD,
    **others: Any,
) -> Fact:
    bids = {
        place: ModeratedBid(
            marks=s(dict(marks[place]) if place in marks else None),
            reasons=s(dict.fromkeys(marks[place], reason) if place in marks else None),
            changes=s((changes or {}).get(place, {}) if place in marks else None),
            result=s(results.get(place)),
        )
        for place in PLACES
    }
    fields: dict[str, Any] = {"rests_on": ROOT, "bids": bids, "present": [MODERATOR, *EVALUATORS]}
    return fact(Moderated, at, **{**fields, **others})  # type: ignore[no-any-return]


def awarded(place: str = "01", at: str = "2026-04-10T09:00:00.000Z", also: Sequence[str] = (), **changes: Any) -> Fact:
    def award(one: str) -> AwardedTo | None:
        return AwardedTo(provider=PROVIDERS[one], value=PRICES[one]) if one in (place, *also) else None

    fields: dict[str, Any] = {
        "rests_on": ROOT,
        "bids": {one: AwardBid(award=s(award(one))) for one in PLACES},
        "reasons": ["The best total"],
        "alternatives": [],
        "delegation": "4.2",
        "pre_award_findings": None,
    }
    return fact(Awarded, at, **{**fields, **changes})  # type: ignore[no-any-return]


def summaries(
    sent: Mapping[str, str] | None = None,
    at: str = "2026-04-13T09:00:00.000Z",
    places: Sequence[str] = tuple(PROVIDERS),
) -> Fact:
    def summary(place: str) -> Summary | None:
        return Summary(sent_at=(sent or {}).get(place, at), contains=[], document=None) if place in places else None

    return fact(SummariesSent, at, bids={one: SummaryBid(summary=s(summary(one))) for one in PLACES})  # type: ignore[no-any-return]


def notice(code: str = "UK6", at: str = "2026-04-13T14:00:00.000Z", ends: str | None = None) -> Fact:
    return fact(  # type: ignore[no-any-return]
        NoticePublished, at, notice=code, reference=None, standstill_ends=ends, conflicts_confirmed=True
    )


def signed(on: str = "2026-04-24", at: str | None = None) -> Fact:
    return fact(  # type: ignore[no-any-return]
        ContractEntered,
        at or f"{on}T15:00:00.000Z",
        entered_on=on,
        providers=[ALDER],
        value=500_000,
        document=None,
    )


def declared(
    at: str = "2026-03-03T09:00:00.000Z", known: bool = False, acting_as: str = "officer", interests: Sequence[Any] = ()
) -> Fact:
    return fact(  # type: ignore[no-any-return]
        InterestsDeclared, at, acting_as=acting_as, bidders_known=known, interests=list(interests)
    )


def assessed_conflicts(at: str = "2026-03-03T09:00:00.000Z", **changes: Any) -> Fact:
    fields: dict[str, Any] = {"conflicts": ["One officer knows a bidder"], "steps": ["Replaced"]}
    return fact(ConflictsAssessed, at, **{**fields, **changes})  # type: ignore[no-any-return]


STEPS = (
    "planned",
    "conflicts",
    "declared",
    "tender",
    "answer",
    "deposits",
    "opened",
    "declared-again",
    "checked",
    "sheets",
    "moderated",
    "award",
    "summaries",
    "notice",
    "contract",
    "details",
)


def competition(
    *,
    skip: Sequence[str] = (),
    until: str | None = None,
    after: Mapping[str, Sequence[Any]] | None = None,
    order: Sequence[str] = ("01", "02", "03"),
    deposits: Mapping[str, Mapping[str, Any]] | None = None,
    **changes: Mapping[str, Any],
) -> Told:
    """A fair open competition with three bids; `after` tells more events (or (event, keywords)) behind a step."""
    told = Told()
    leaves: dict[str, str] = {}
    for step in STEPS:
        with_ = dict(changes.get(step.replace("-", "_"), {}))
        if step not in skip:
            _step(told, step, with_, leaves, order, deposits or {})
        for more in (after or {}).get(step, ()):
            event, keywords = more if isinstance(more, tuple) else (more, {})
            told.tell(event, **keywords)
        if step == until:
            break
    return told


def _step(
    told: Told,
    step: str,
    with_: dict[str, Any],
    leaves: dict[str, str],
    order: Sequence[str],
    deposits: Mapping[str, Mapping[str, Any]],
) -> None:
    match step:
        case "planned":
            told.tell(planned(**with_))
        case "conflicts":
            told.tell(assessed_conflicts(**with_))
        case "declared":
            for person in (OFFICER, WITNESS):
                told.tell(declared(**with_), by=person, stream=f"declares/{person}")
        case "tender":
            told.tell(tendered(**with_))
        case "answer":
            told.tell(answered(**with_))
        case "deposits":
            for place in order:
                leaves[place] = told.tell(
                    deposited(place, **deposits.get(place, {})), by=RECEIVER, stream=f"deposit/{place}"
                ).leaf
        case "opened":
            told.tell(opened(leaves, **with_), signers=(WITNESS,))
        case "declared-again":
            for person in (OFFICER, APPROVER, MODERATOR, *EVALUATORS):
                told.tell(declared(at="2026-04-01T15:00:00.000Z", known=True), by=person, stream=f"declares/{person}")
        case "checked":
            told.tell(checked(**with_))
        case "sheets":
            for person in EVALUATORS:
                told.tell(sheet(**with_), by=person, stream=f"sheet/{person}")
        case "moderated":
            told.tell(moderated(**with_), by=MODERATOR)
        case "award":
            told.tell(awarded(**with_), by=APPROVER)
        case "summaries":
            told.tell(summaries(**with_))
        case "notice":
            told.tell(notice(**with_))
        case "contract":
            told.tell(signed(**with_), by=APPROVER)
        case "details":
            told.tell(notice(**{"code": "UK7", "at": "2026-05-05T09:00:00.000Z", **with_}))
