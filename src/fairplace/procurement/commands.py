"""What can be asked for in a procurement: one command for each event, named in the imperative.

Bids are named by the provider's id; places are the decider's business. Prices and values are in pence.
"""

from __future__ import annotations

from typing import Any, ClassVar, Literal

import msgspec

from fairplace.decision import Command
from fairplace.procurement.events import (
    Audience,
    BidCheck,
    Buyer,
    ChangeGround,
    ChangeKind,
    ContractKind,
    Criterion,
    DirectGround,
    EndedCause,
    EndedHow,
    Handling,
    NoticeCode,
    PriceFormula,
    Receipt,
    Regime,
    Result,
    Route,
    Scale,
)
from fairplace.terms import CaseId, Day, Document, Instant, KeyName, Mark, Pence, Provider, Term, Text

ProviderId = str


class Plan(Command, frozen=True, kw_only=True, tag="plan"):
    """Record a need and the route chosen. `case` may bring an unused random id; without one the desk gives it.

    `concerns_one_person` left out is answered by the kind of service and the route.
    """

    gives: ClassVar[str] = "procurement.planned/1"
    regime: Regime
    contract_kind: ContractKind
    route: Route
    light_touch: bool
    cpv: list[str]
    title: Text
    need: Text
    authority: Text
    estimated_value: Pence | None = None
    commenced_on: Day | None = None
    concerns_one_person: bool | None = None
    value_estimable: bool = True
    max_term_days: int | None = None
    related: list[CaseId] = msgspec.field(default_factory=list)
    lots_reason: Text | None = None
    split_reason: Text | None = None


class NameBuyers(Command, frozen=True, kw_only=True, tag="name-buyers"):
    """Name who buys together: which of them leads, which buy jointly, and which are bought for."""

    gives: ClassVar[str] = "procurement.buyers-named/1"
    buyers: list[Buyer]


class NameParent(Command, frozen=True, kw_only=True, tag="name-parent"):
    """Name the framework or dynamic market that is called off from: a case of this register, or a reference elsewhere.

    Of a case of this register the rest is read there; of another it may be told, as far as it is known.
    """

    gives: ClassVar[str] = "procurement.parent-named/1"
    parent: CaseId | None = None
    reference: str | None = None
    name: Text | None = None
    until: Day | None = None
    members: list[Provider] | None = None

    @property
    def beside(self) -> CaseId | None:
        return self.parent


class NameGround(Command, frozen=True, kw_only=True, tag="name-ground"):
    """Name the ground of a direct award, whom it is to go to, and why the ground applies."""

    gives: ClassVar[str] = "procurement.ground-named/1"
    ground: DirectGround
    provider: Provider
    reason: Text


class AssessConflicts(Command, frozen=True, kw_only=True, tag="assess-conflicts"):
    """Record the conflicts assessment: the conflicts seen, and the steps taken against them."""

    gives: ClassVar[str] = "procurement.conflicts-assessed/1"
    conflicts: list[Text]
    steps: list[Text]


class PublishTender(Command, frozen=True, kw_only=True, tag="publish-tender"):
    """Publish the tender notice: criteria, weights, scale, price formula and deadline."""

    gives: ClassVar[str] = "procurement.tender-published/1"
    criteria: list[Criterion]
    scale: Scale
    deadline: Instant
    titles: dict[str, Text]
    descriptors: dict[str, Text] = msgspec.field(default_factory=dict)
    documents: list[Document] = msgspec.field(default_factory=list)
    price_formula: PriceFormula | None = None
    tie_break: Literal["highest-quality", "lowest-price"] | None = None
    winners: int = 1
    questions_until: Instant | None = None
    late_policy: Literal["reject", "discretion"] = "reject"
    conditions: list[str] = msgspec.field(default_factory=list)
    places: int = 16
    conflicts_confirmed: bool = True
    policies: dict[str, str] = msgspec.field(default_factory=dict)
    notice_reference: str | None = None


class ChangeCriteria(Command, frozen=True, kw_only=True, tag="change-criteria"):
    """Replace criteria, weights, scale or formula."""

    gives: ClassVar[str] = "procurement.criteria-changed/1"
    criteria: list[Criterion]
    scale: Scale
    titles: dict[str, Text]
    reason: Text
    descriptors: dict[str, Text] = msgspec.field(default_factory=dict)
    price_formula: PriceFormula | None = None
    republished: bool = True
    notified: Audience = "all"


class ChangeDeadline(Command, frozen=True, kw_only=True, tag="change-deadline"):
    """Move the deadline. `recipients` names providers only when it was not for all."""

    gives: ClassVar[str] = "procurement.deadline-changed/1"
    deadline: Instant
    reason: Text
    audience: Audience = "all"
    resubmission_allowed: bool = True
    recipients: list[Provider] = msgspec.field(default_factory=list)


class AskQuestion(Command, frozen=True, kw_only=True, tag="ask-question"):
    """Put a question. Without an id it gets the next number."""

    gives: ClassVar[str] = "procurement.question-asked/1"
    words: Text
    question: str | None = None
    asked_by: Provider | None = None


class AnswerQuestion(Command, frozen=True, kw_only=True, tag="answer-question"):
    """Answer a question. `words` are the question as it is given out, when they differ from those asked."""

    gives: ClassVar[str] = "procurement.question-answered/1"
    question: str
    answer: Text
    words: Text | None = None
    audience: Audience = "all"
    material: bool = True
    confidential_reason: Literal["own-solution"] | None = None
    recipients: list[Receipt] = msgspec.field(default_factory=list)


class RecordContact(Command, frozen=True, kw_only=True, tag="record-contact"):
    """Record an approach by or about a provider outside the questions and answers."""

    gives: ClassVar[str] = "procurement.contact-recorded/1"
    handling: Handling
    provider: Provider
    note: Text


class LodgeBid(Command, frozen=True, kw_only=True, tag="lodge-bid"):
    """Lodge a sealed bid. The register's receiver signs; after the deadline it becomes a late deposit."""

    gives: ClassVar[str] = "deposit.received/1"
    provider: Provider
    document: Document | None = None
    price: Pence | None = None
    signature: Text | None = None

    def lodged(self) -> dict[str, Any]:
        """What the provider's own signature is over."""
        return {
            "case": self.case,
            "do": "lodge-bid",
            "document": msgspec.to_builtins(self.document),
            "price": self.price,
            "provider": msgspec.to_builtins(self.provider),
        }


class WithdrawBid(Command, frozen=True, kw_only=True, tag="withdraw-bid"):
    """Take a bid back before the deadline."""

    gives: ClassVar[str] = "deposit.withdrawn/1"
    provider: ProviderId
    signature: Text | None = None

    def lodged(self) -> dict[str, Any]:
        """What the provider's own signature is over."""
        return {"case": self.case, "do": "withdraw-bid", "provider": self.provider}


class OpenBids(Command, frozen=True, kw_only=True, tag="open-bids"):
    """Open all bids together. `present` are the keys of who was there; the signer always is."""

    gives: ClassVar[str] = "procurement.bids-opened/1"
    present: list[KeyName] = msgspec.field(default_factory=list)


class LateBid(Term, frozen=True, kw_only=True, forbid_unknown_fields=True):
    admitted: bool
    cause: Literal["authority-system", "third-party", "bidder"]
    reason: Text


class DecideLateBids(Command, frozen=True, kw_only=True, tag="decide-late-bids"):
    """Decide, for each late bid, whether it is admitted."""

    gives: ClassVar[str] = "procurement.late-bids-decided/1"
    bids: dict[ProviderId, LateBid]


class RecordPrices(Command, frozen=True, kw_only=True, tag="record-prices"):
    """Record what sealed bids ask, once their openers opened them."""

    gives: ClassVar[str] = "procurement.prices-opened/1"
    bids: dict[str, Pence]  # provider to price


class CheckBids(Command, frozen=True, kw_only=True, tag="check-bids"):
    """Record the checks of every bid, and so which bids take part."""

    gives: ClassVar[str] = "procurement.bids-checked/1"
    bids: dict[ProviderId, BidCheck]


class Marked(Term, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Marks with their reasons, by criterion."""

    marks: dict[str, Mark]
    reasons: dict[str, Text]


class SignSheet(Command, frozen=True, kw_only=True, tag="sign-sheet"):
    """Sign one evaluator's marks for every live bid. `criteria` left out means all published quality criteria."""

    gives: ClassVar[str] = "evaluation.sheet-signed/1"
    bids: dict[ProviderId, Marked]
    criteria: list[str] | None = None


class Agreed(Term, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The agreed marks with their reasons, and why a mark was chosen where evaluators differed."""

    marks: dict[str, Mark]
    reasons: dict[str, Text]
    changes: dict[str, Text] = msgspec.field(default_factory=dict)


class Moderate(Command, frozen=True, kw_only=True, tag="moderate"):
    """Agree the marks. Totals and ranks are computed; a report may bring the portal's own `results`."""

    gives: ClassVar[str] = "evaluation.moderated/1"
    bids: dict[ProviderId, Agreed]
    results: dict[ProviderId, Result] | None = None
    present: list[KeyName] = msgspec.field(default_factory=list)


class Award(Command, frozen=True, kw_only=True, tag="award"):
    """Decide who gets the contract: `awards` maps the winners to the value awarded. Leave `pre_award_findings` out."""

    gives: ClassVar[str] = "procurement.awarded/1"
    awards: dict[ProviderId, Pence]
    reasons: list[Text]
    delegation: str
    alternatives: list[Text] = msgspec.field(default_factory=list)
    pre_award_findings: str | None = None


class SentSummary(Term, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What one bidder was sent; without `sent_at` it went when the command happened."""

    contains: list[Literal["criteria", "own-scores", "own-reasons", "totals", "winner-scores", "why-not"]]
    sent_at: Instant | None = None
    document: Document | None = None


class SendSummaries(Command, frozen=True, kw_only=True, tag="send-summaries"):
    """Send every assessed bidder its assessment summary."""

    gives: ClassVar[str] = "procurement.summaries-sent/1"
    bids: dict[ProviderId, SentSummary]


class PublishNotice(Command, frozen=True, kw_only=True, tag="publish-notice"):
    """Publish a notice other than the tender notice. Only a UK6 gives a standstill."""

    gives: ClassVar[str] = "procurement.notice-published/1"
    notice: NoticeCode
    reference: str | None = None
    standstill_ends: Day | None = None
    conflicts_confirmed: bool = True


class NotifyClaim(Command, frozen=True, kw_only=True, tag="notify-claim"):
    """Record that proceedings were issued and when the authority was told."""

    gives: ClassVar[str] = "procurement.claim-notified/1"
    issued_on: Day
    notified_on: Day
    claimant: Provider | None = None


class EndSuspension(Command, frozen=True, kw_only=True, tag="end-suspension"):
    """Record that the court lifted the suspension, or that the claim was disposed of."""

    gives: ClassVar[str] = "procurement.suspension-ended/1"
    how: Literal["lifted", "disposed", "settled", "discontinued"]


class EnterContract(Command, frozen=True, kw_only=True, tag="enter-contract"):
    """Sign the contract. Without `providers` it is with those awarded.

    A bidder is named by id; somebody who never bid (a report must be able to say so) by id and name.
    """

    gives: ClassVar[str] = "procurement.contract-entered/1"
    value: Pence
    providers: list[ProviderId | Provider] | None = None
    entered_on: Day | None = None
    document: Document | None = None


class ChangeContract(Command, frozen=True, kw_only=True, tag="change-contract"):
    """Decide to change the contract from a day on. Value before and parties come from the record, where it has them.

    `value_after` and `providers` left out stay as they were; whether a notice is due follows from the rest.
    """

    gives: ClassVar[str] = "procurement.contract-changed/1"
    changed_on: Day
    kind: ChangeKind
    reason: Text
    ground: ChangeGround | None = None
    term_days: int = 0
    scope_changed: bool = False
    favours_supplier: bool = False
    value_before: Pence | None = None
    value_after: Pence | None = None
    providers: list[ProviderId | Provider] | None = None
    document: Document | None = None


class EndContract(Command, frozen=True, kw_only=True, tag="end-contract"):
    """Record that the contract came to its end: how, and why."""

    gives: ClassVar[str] = "procurement.contract-ended/1"
    ended_on: Day
    how: EndedHow
    cause: EndedCause
    reason: Text


class EndWithoutAward(Command, frozen=True, kw_only=True, tag="end-without-award"):
    """Decide not to award."""

    gives: ClassVar[str] = "procurement.ended-without-award/1"
    ground: Literal["no-bids", "no-suitable-bids", "need-changed", "funding", "procedure-flawed", "other"]
    reason: Text


class WithdrawAward(Command, frozen=True, kw_only=True, tag="withdraw-award"):
    """Take an award decision back before signature."""

    gives: ClassVar[str] = "procurement.award-withdrawn/1"
    reason: Text


Invitation = (
    Plan
    | NameBuyers
    | NameParent
    | NameGround
    | AssessConflicts
    | PublishTender
    | ChangeCriteria
    | ChangeDeadline
    | AskQuestion
    | AnswerQuestion
    | RecordContact
)
Bidding = LodgeBid | WithdrawBid | OpenBids | DecideLateBids | RecordPrices | CheckBids
Evaluation = SignSheet | Moderate
Awarding = Award | SendSummaries | PublishNotice | WithdrawAward | EndWithoutAward
Contracting = NotifyClaim | EndSuspension | EnterContract
Managing = ChangeContract | EndContract

AnyCommand = Invitation | Bidding | Evaluation | Awarding | Contracting | Managing

COMMANDS: tuple[type[Command], ...] = (
    Plan,
    NameBuyers,
    NameParent,
    NameGround,
    AssessConflicts,
    PublishTender,
    ChangeCriteria,
    ChangeDeadline,
    AskQuestion,
    AnswerQuestion,
    RecordContact,
    LodgeBid,
    WithdrawBid,
    OpenBids,
    DecideLateBids,
    RecordPrices,
    CheckBids,
    SignSheet,
    Moderate,
    Award,
    SendSummaries,
    PublishNotice,
    NotifyClaim,
    EndSuspension,
    EnterContract,
    ChangeContract,
    EndContract,
    EndWithoutAward,
    WithdrawAward,
)
