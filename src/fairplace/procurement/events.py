"""What can happen in a procurement, in the order it usually does."""

from __future__ import annotations

from typing import Literal

import msgspec

from fairplace.event import Aside, Event, Fact, RestsOn, Step
from fairplace.ledger.disclosure import Sealed
from fairplace.terms import (
    BasisPoints,
    CaseId,
    Day,
    Document,
    Instant,
    KeyName,
    LeafHash,
    Mark,
    Pence,
    Place,
    Provider,
    Term,
    Text,
)

Regime = Literal["PA23", "PSR", "PCR15", "BELOW", "EXEMPT"]
Route = Literal["open", "flexible", "flexible_dm", "framework_calloff", "direct_s41", "direct_s43"]
ContractKind = Literal["goods", "services", "works", "framework", "concession"]
DirectGround = Literal[
    "prototype",
    "art",
    "exclusive-rights",
    "technical",
    "additional",
    "repeat",
    "commodity",
    "insolvency",
    "urgency",
    "user-choice",
    "protect-life",
    "no-suitable-tender",
]
"""Grounds of a direct award: Act, Sch. 5 paras 2, 4, 5, 6, 7, 8, 10, 11, 13 and 15; s. 42; s. 43."""
Audience = Literal["all", "some", "one"]
BuyerRole = Literal["leads", "buys", "bought-for"]
"""What one of several buyers does: leads the procedure; buys jointly; has it bought on its behalf, without taking part."""


class Planned(Step, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A need was recorded and a route chosen. A lot is a case of its own, named in `related`."""

    regime: Regime
    commenced_on: Day
    contract_kind: ContractKind
    route: Route
    light_touch: bool
    cpv: list[str]
    concerns_one_person: bool
    value_estimable: bool
    max_term_days: int | None
    related: list[CaseId]
    title: Sealed[Text]
    need: Sealed[Text]
    authority: Sealed[Text]
    estimated_value: Sealed[Pence | None]  # the maximum payable, options and extensions included (Act, Sch. 3)
    lots_reason: Sealed[Text | None]
    split_reason: Sealed[Text | None]


class Buyer(Term, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An authority that buys, or that is bought for. `id` is `<scheme>-<id>`, e.g. `GB-PPON-PABC-1234-DEFG`; null: not known."""

    id: str | None
    name: Text
    role: BuyerRole


class BuyersNamed(Step, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who buys together, each as a party with its own id, and which of them leads. The newest stands; the first in it leads."""

    buyers: Sealed[list[Buyer]]


class ParentNamed(Step, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The framework or dynamic market that the case is called off from (Act, ss. 34 and 45).

    It is a case of this register, or known by a reference elsewhere alone. What is told of it is as it stood at that time.
    """

    parent: CaseId | None
    parent_leaf: LeafHash | None  # the newest entry of the parent's own stream: the parent as it was known
    reference: str | None  # its OCID, or the number of its notice
    until: Day | None  # the last day on which it can be called off from; null: not known
    name: Sealed[Text | None]
    members: Sealed[list[Provider] | None]  # who stands in it; null: not known


class GroundNamed(Step, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """On which ground a contract is to be awarded without a competition, to whom, and why (Act, ss. 41 to 43)."""

    ground: DirectGround
    provider: Sealed[Provider]
    reason: Sealed[Text]


class ConflictsAssessed(Step, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The conflicts assessment was prepared or reviewed (Act, s. 83)."""

    conflicts: Sealed[list[Text]]
    steps: Sealed[list[Text]]


class Criterion(Term, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One award criterion. Sub-criteria name their parent; the leaves' weights add up to 10,000."""

    id: str
    parent: str | None
    kind: Literal["quality", "price"]
    weight: BasisPoints


class Scale(Term, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The marks that may be given to a quality criterion: lowest, lowest + step, … highest."""

    lowest: Mark
    highest: Mark
    step: Mark


PriceFormula = Literal["lowest-over-price", "linear-to-double"]
"""How price earns its weight.

`lowest-over-price`: weight × lowest price ÷ price. `linear-to-double`: weight × (2 − price ÷ lowest), never below 0.
Each criterion's points are rounded half up to a whole basis point; the total is their sum.
"""


class TenderPublished(Step, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The tender notice (UK4): what is asked, how bids will be judged, and until when."""

    notice_reference: str | None
    criteria: list[Criterion]
    scale: Scale
    price_formula: PriceFormula | None
    tie_break: Literal["highest-quality", "lowest-price"] | None
    winners: int  # how many bids may win: 1 for a contract, more for a framework
    deadline: Instant
    questions_until: Instant | None
    late_policy: Literal["reject", "discretion"]
    conditions: list[str]  # codes of the conditions of participation, tested alike on every bid (Act, s. 22)
    places: int
    conflicts_confirmed: bool
    policies: dict[str, str]  # policy file to SHA-256: the rules this case will be held to
    titles: Sealed[dict[str, Text]]  # criterion to its words
    descriptors: Sealed[dict[str, Text]]  # mark to what earns it
    documents: Sealed[list[Document]]


class CriteriaChanged(Step, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Criteria, weights, scale or formula were changed."""

    criteria: list[Criterion]
    scale: Scale
    price_formula: PriceFormula | None
    republished: bool
    notified: Audience
    titles: Sealed[dict[str, Text]]
    descriptors: Sealed[dict[str, Text]]
    reason: Sealed[Text]


class DeadlineChanged(Step, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The time to bid was extended, for all or (a breach) for some."""

    deadline: Instant
    audience: Audience
    resubmission_allowed: bool
    recipients: Sealed[list[Provider]]  # empty when it was for all
    reason: Sealed[Text]


class QuestionAsked(Step, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A provider asked for a clarification; the asker stays hidden."""

    question: str
    words: Sealed[Text]
    asked_by: Sealed[Provider | None]


class Receipt(Term, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who got an answer, and when."""

    provider: Provider
    at: Instant


class QuestionAnswered(Step, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An answer was given. `all` means published to everybody at once on the portal."""

    question: str
    audience: Audience
    material: bool  # does it help to bid?
    confidential_reason: Literal["own-solution"] | None
    words: Sealed[Text]
    answer: Sealed[Text]
    recipients: Sealed[list[Receipt]]  # empty when it was for all


class Handling(Term, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How a provider's approach was handled: the facts of a possible side lane."""

    channel: Literal["portal", "email", "telephone", "meeting", "visit"]
    introduced_by: Literal["nobody", "member", "senior-officer", "member-of-parliament", "other-official"]
    priority: bool
    priority_basis: Literal["volume", "urgency", "registration", "location", "price"] | None
    first_response_minutes: int | None
    interest_noted: bool  # was the introducer's interest declared and noted?


class ContactRecorded(Step, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An approach by or about a provider outside the questions and answers."""

    handling: Sealed[Handling]
    provider: Sealed[Provider]
    note: Sealed[Text]


class DepositReceived(Fact, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A sealed bid came in before the deadline. All values are null in a cover deposit.

    Neither who bid, nor for what, nor how many for a case can be read before opening.
    """

    case: Sealed[CaseId | None]
    seen: Sealed[LeafHash | None]
    provider: Sealed[Provider | None]
    document: Sealed[Document | None]
    price: Sealed[Pence | None]
    provider_signature: Sealed[Text | None]  # the provider's signed note over what it lodged


class DepositReceivedLate(Fact, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A bid came in after the deadline. It stays sealed until somebody decides on it. All values are null in a cover."""

    case: Sealed[CaseId | None]
    seen: Sealed[LeafHash | None]
    provider: Sealed[Provider | None]
    document: Sealed[Document | None]
    price: Sealed[Pence | None]
    provider_signature: Sealed[Text | None]


class DepositWithdrawn(Fact, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The provider took its bid back before the deadline. All values are null in a cover.

    It stands in a stream of its own: in the deposit's it would show which deposits are real.
    """

    case: Sealed[CaseId | None]
    seen: Sealed[LeafHash | None]
    deposit: Sealed[LeafHash | None]  # the leaf hash of the deposit that was taken back
    provider_signature: Sealed[Text | None]


class OpenedBid(Term, frozen=True, kw_only=True, forbid_unknown_fields=True):
    deposit: Sealed[LeafHash | None]  # the leaf hash of the deposit in this place


class BidsOpened(Step, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """All deposits of the case were opened together and given places at random."""

    bids: dict[Place, OpenedBid]
    rests_on: Sealed[RestsOn]
    late: Sealed[list[LeafHash]]
    present: list[KeyName]


class LateDecision(Term, frozen=True, kw_only=True, forbid_unknown_fields=True):
    deposit: LeafHash
    place: Place | None  # the place it gets when it is admitted
    admitted: bool
    cause: Literal["authority-system", "third-party", "bidder"]
    reason: Text


class LateBidsDecided(Step, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """It was decided, for each late bid, whether it is admitted."""

    decisions: Sealed[list[LateDecision]]


class OpenedPrice(Term, frozen=True, kw_only=True, forbid_unknown_fields=True):
    price: Sealed[Pence | None]  # null: no bid, or its price was known before


class PricesOpened(Step, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What sealed bids ask became known when their openers opened them together."""

    bids: dict[Place, OpenedPrice]


class BidCheck(Term, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Whether a bid takes part: conditions of participation and exclusion grounds (Act, ss. 22, 26-28).

    `shown` says by condition what the bidder answered and what shows it, as whoever checks found it.
    """

    status: Literal["live", "disregarded", "withdrawn"]
    conditions: dict[str, bool]
    exclusion: Literal["clear", "excludable", "excluded"]
    debarment_checked_on: Day | None
    heard_on: Day | None  # when the supplier could make representations
    ground: Literal["condition", "excluded", "abnormally-low", "late", "incomplete", "breach"] | None
    reason: Text | None
    shown: dict[str, Text] = msgspec.field(default_factory=dict)


class CheckedBid(Term, frozen=True, kw_only=True, forbid_unknown_fields=True):
    check: Sealed[BidCheck | None]


class BidsChecked(Step, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Every bid was tested on the same conditions, and it was settled which are live."""

    bids: dict[Place, CheckedBid]


class SheetBid(Term, frozen=True, kw_only=True, forbid_unknown_fields=True):
    marks: Sealed[dict[str, Mark] | None]  # criterion to mark
    reasons: Sealed[dict[str, Text] | None]  # criterion to reason


class SheetSigned(Aside, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One evaluator's marks for every bid on the criteria given to them: signed once, alone."""

    criteria: list[str]
    bids: dict[Place, SheetBid]
    override: str | None
    override_reason: Sealed[Text | None]


class Result(Term, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a bid came to: points by criterion, price included, their sum, and the rank from 1."""

    points: dict[str, BasisPoints]
    total: BasisPoints
    rank: int


class Changed(Term, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Why an agreed mark differs from what evaluators gave."""

    inputs: list[Mark]
    reason: Text


class ModeratedBid(Term, frozen=True, kw_only=True, forbid_unknown_fields=True):
    marks: Sealed[dict[str, Mark] | None]
    reasons: Sealed[dict[str, Text] | None]  # the agreed reason, by criterion
    changes: Sealed[dict[str, Changed] | None]  # only criteria on which evaluators differed
    result: Sealed[Result | None]


class Moderated(Step, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Marks were agreed, with a reason for each change, and totals follow from them."""

    rests_on: RestsOn  # evaluation.sheet-signed/1
    bids: dict[Place, ModeratedBid]
    present: list[KeyName]


class AwardedTo(Term, frozen=True, kw_only=True, forbid_unknown_fields=True):
    provider: Provider
    value: Pence


class AwardBid(Term, frozen=True, kw_only=True, forbid_unknown_fields=True):
    award: Sealed[AwardedTo | None]


class Awarded(Step, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """It was decided who gets the contract, and why. Public only from its release."""

    rests_on: RestsOn  # sheets and moderations
    bids: dict[Place, AwardBid]
    reasons: Sealed[list[Text]]
    alternatives: Sealed[list[Text]]  # what was considered and rejected (Openness Regulations 2014, reg. 7)
    delegation: str  # the clause of the scheme of delegation
    pre_award_findings: str | None  # null: a digest before the award could be guessed


class Summary(Term, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """That a bidder got its assessment summary (Act, s. 50(3); Regulations 2024, reg. 31)."""

    sent_at: Instant
    contains: list[Literal["criteria", "own-scores", "own-reasons", "totals", "winner-scores", "why-not"]]
    document: Document | None


class SummaryBid(Term, frozen=True, kw_only=True, forbid_unknown_fields=True):
    summary: Sealed[Summary | None]


class SummariesSent(Step, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Every assessed bidder was told how it and the winner scored, and why."""

    bids: dict[Place, SummaryBid]


NoticeCode = Literal["UK1", "UK2", "UK3", "UK5", "UK6", "UK7", "UK8", "UK9", "UK10", "UK11", "UK12"]


class NoticePublished(Step, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A notice other than the tender notice was published on the central platform."""

    notice: NoticeCode
    reference: str | None
    standstill_ends: Day | None  # the last day of the standstill that a UK6 gives
    conflicts_confirmed: bool


class ClaimNotified(Step, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Proceedings were issued and the authority was told (Act, s. 101). `notified_on` counts for the suspension."""

    issued_on: Day
    notified_on: Day
    claimant: Sealed[Provider | None]


class SuspensionEnded(Step, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The court lifted the suspension, or the claim was disposed of."""

    how: Literal["lifted", "disposed", "settled", "discontinued"]


class ContractEntered(Step, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The contract was signed with the winner."""

    entered_on: Day
    providers: Sealed[list[Provider]]
    value: Sealed[Pence]
    document: Sealed[Document | None]


ChangeKind = Literal["modification", "extension", "price", "supplier"]
"""`extension`: an option to extend, used as the contract foresees it."""

ChangeGround = Literal[
    "provided-for",
    "urgency",
    "unforeseeable",
    "known-risk",
    "additional",
    "restructuring",
    "not-substantial",
    "below-threshold",
    "light-touch",
]
"""Why a contract may be changed: Act, Sch. 8 paras 1, 2-3, 4, 5-7, 8 and 9; s. 74(3); s. 74(4); s. 74(2)."""

ChangeNotice = Literal["due", "advised", "not-due", "unknown"]
"""Whether a contract change notice (UK10) has to come first (Act, s. 75). `advised`: the Act can be read either way."""


class ContractChanged(Step, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """It was decided to change the contract; the change holds from `changed_on` (Act, ss. 74-77)."""

    changed_on: Day
    kind: ChangeKind
    ground: ChangeGround | None  # null: none is stated
    term_days: int  # by how many days the term grows, or below 0 shrinks
    scope_changed: bool  # materially (Act, s. 74(3)(b))
    favours_supplier: bool  # a material tilt of the economic balance (Act, s. 74(3)(c))
    change_notice: ChangeNotice
    reason: Sealed[Text]
    value_before: Sealed[Pence | None]
    value_after: Sealed[Pence | None]
    providers: Sealed[list[Provider]]  # with whom it is from then on
    document: Sealed[Document | None]


EndedHow = Literal["discharge", "expiry", "termination", "rescission", "set-aside"]
"""How a contract can come to its end (Act, s. 80(3))."""

EndedCause = Literal[
    "performed",
    "term-over",
    "agreed",
    "need-ended",
    "breach",
    "insolvency",
    "improper-award-or-change",
    "supplier-excluded",
    "sub-contractor-excluded",
    "court-order",
    "other",
]
"""Why it did. The three before `court-order` are those that every public contract implies (Act, s. 78(2))."""


class ContractEnded(Step, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The contract came to its end, on whichever side that lay (Act, ss. 78-80). Expiry counts."""

    ended_on: Day
    how: EndedHow
    cause: EndedCause
    reason: Sealed[Text]


class EndedWithoutAward(Step, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The authority decided not to award (Act, s. 55)."""

    ground: Literal["no-bids", "no-suitable-bids", "need-changed", "funding", "procedure-flawed", "other"]
    reason: Sealed[Text]


class AwardWithdrawn(Step, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The award decision was taken back before signature; new summaries and a new UK6 are needed."""

    reason: Sealed[Text]


class ImportedAward(Term, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An award as a published notice, or a contracts register, states it. Money in pence; absent is null, never zero."""

    id: str
    status: str | None
    decided_on: Day | None
    published_on: Day | None
    value: Pence | None
    suppliers: list[Provider]


class Imported(Event, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a notice published elsewhere, or a row of a contracts register, states; by allow-list: imported, not witnessed."""

    ocid: str
    release: str
    released_at: Instant | None
    tags: list[str]
    method: str | None
    cpv: list[str]
    status: str | None
    concerns_one_person: bool
    tender_closes: Instant | None
    title: Sealed[Text | None]
    description: Sealed[Text | None]
    buyer: Sealed[Provider | None]
    tender_value: Sealed[Pence | None]
    awards: Sealed[list[ImportedAward]]
    raw: Sealed[Document]


TYPES: dict[str, type[Fact]] = {
    "procurement.planned/1": Planned,
    "procurement.buyers-named/1": BuyersNamed,
    "procurement.parent-named/1": ParentNamed,
    "procurement.ground-named/1": GroundNamed,
    "procurement.conflicts-assessed/1": ConflictsAssessed,
    "procurement.tender-published/1": TenderPublished,
    "procurement.criteria-changed/1": CriteriaChanged,
    "procurement.deadline-changed/1": DeadlineChanged,
    "procurement.question-asked/1": QuestionAsked,
    "procurement.question-answered/1": QuestionAnswered,
    "procurement.contact-recorded/1": ContactRecorded,
    "deposit.received/1": DepositReceived,
    "deposit.received-late/1": DepositReceivedLate,
    "deposit.withdrawn/1": DepositWithdrawn,
    "procurement.bids-opened/1": BidsOpened,
    "procurement.late-bids-decided/1": LateBidsDecided,
    "procurement.prices-opened/1": PricesOpened,
    "procurement.bids-checked/1": BidsChecked,
    "evaluation.sheet-signed/1": SheetSigned,
    "evaluation.moderated/1": Moderated,
    "procurement.awarded/1": Awarded,
    "procurement.summaries-sent/1": SummariesSent,
    "procurement.notice-published/1": NoticePublished,
    "procurement.claim-notified/1": ClaimNotified,
    "procurement.suspension-ended/1": SuspensionEnded,
    "procurement.contract-entered/1": ContractEntered,
    "procurement.contract-changed/1": ContractChanged,
    "procurement.contract-ended/1": ContractEnded,
    "procurement.ended-without-award/1": EndedWithoutAward,
    "procurement.award-withdrawn/1": AwardWithdrawn,
    "procurement.imported/1": Imported,
}
