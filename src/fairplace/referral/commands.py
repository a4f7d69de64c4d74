"""What can be asked for while a home is sought for one child: one command for each event, named in the imperative.

Times are UTC, money is pence a week, distances are tenths of a mile. `provider` may be left out by whoever signs with a
provider's own key. No member may hold a name, a date of birth, a number or an address of the child's.
"""

from __future__ import annotations

from typing import ClassVar, Literal

import msgspec

from fairplace.decision import Command
from fairplace.market.events import Tier
from fairplace.referral.values import (
    Assessment,
    BoundaryClass,
    Child,
    Chosen,
    Clinical,
    Connection,
    Considered,
    EndCause,
    Kept,
    Mechanism,
    NeedLine,
    NeedProfile,
    Offer,
    OfferId,
    ReasonsGiven,
    Recipient,
    Rejected,
    Scored,
    SearchCriterion,
    Told,
    Urgency,
)
from fairplace.terms import Day, Document, Instant, Text


class AssessNeed(Command, frozen=True, kw_only=True, tag="assess-need"):
    """Record what a child needs. The first version begins the case; each later one replaces the one before."""

    gives: ClassVar[str] = "referral.need-assessed/1"
    profile: NeedProfile
    child: Child
    lines: list[NeedLine]
    connections: list[Connection]
    assessment: Assessment
    clinical: Clinical | None = None


class RecordVoice(Command, frozen=True, kw_only=True, tag="record-voice"):
    """Record how the child was asked and what they said, or why they were not."""

    gives: ClassVar[str] = "referral.voice-recorded/1"
    how: Literal["in_person", "advocate", "written", "observed", "not_taken"]
    heard: Text | None = None
    reason_not: Literal["too_young", "too_urgent", "declined"] | None = None


class OpenReferral(Command, frozen=True, kw_only=True, tag="open-referral"):
    """Begin to look for a home."""

    gives: ClassVar[str] = "referral.opened/1"
    urgency: Urgency
    needed_by: Day
    known_on: Day
    need_version: int | None = None
    area_excluded: list[str] = msgspec.field(default_factory=list)


class DeclareCriteria(Command, frozen=True, kw_only=True, tag="declare-criteria"):
    """Say by what offers will be judged, before anybody is asked."""

    gives: ClassVar[str] = "referral.criteria-declared/1"
    criteria: list[SearchCriterion]
    window_hours: dict[str, int]
    hard: list[str] = msgspec.field(default_factory=list)
    agreement: str | None = None
    in_house_policy: str | None = None
    price_cut_off: bool = False
    policies: dict[str, str] = msgspec.field(default_factory=dict)


class SearchInHouse(Command, frozen=True, kw_only=True, tag="search-in-house"):
    """Record the search of the authority's own homes, by the same need and criteria."""

    gives: ClassVar[str] = "referral.in-house-searched/1"
    outcome: Literal["offer", "none_suitable", "no_vacancy"]
    shown_at: Instant
    need_version: int | None = None
    unsuitable: dict[str, str] = msgspec.field(default_factory=dict)


class PublishReferral(Command, frozen=True, kw_only=True, tag="publish-referral"):
    """Open a tier: everybody asked, in one event. `areas` left out: homes are sought anywhere."""

    gives: ClassVar[str] = "referral.published/1"
    tier: Tier
    recipients: list[Recipient]
    areas: list[str] | None = None
    need_version: int | None = None
    document: Document | None = None


class AmendReferral(Command, frozen=True, kw_only=True, tag="amend-referral"):
    """Change what was asked, or add to it, and say who was told when."""

    gives: ClassVar[str] = "referral.amended/1"
    words: Text
    recipients: list[Told]
    material: bool = True
    need_version: int | None = None


class ExtendDeadline(Command, frozen=True, kw_only=True, tag="extend-deadline"):
    """Give more time to answer."""

    gives: ClassVar[str] = "referral.deadline-extended/1"
    tier: Tier
    recipients: list[Recipient]
    reason: Text


class PutQuestion(Command, frozen=True, kw_only=True, tag="put-question"):
    """Ask about the referral. Without an id the question gets the next number."""

    gives: ClassVar[str] = "referral.question-put/1"
    words: Text
    question: str | None = None
    provider: str | None = None


class SettleQuestion(Command, frozen=True, kw_only=True, tag="settle-question"):
    """Answer a question, and say who got the answer when: everybody who was asked."""

    gives: ClassVar[str] = "referral.question-settled/1"
    question: str
    answer: Text
    recipients: list[Told]


class DeclareEmergency(Command, frozen=True, kw_only=True, tag="declare-emergency"):
    """Say that it cannot wait. It ends by itself after at most 72 hours."""

    gives: ClassVar[str] = "referral.emergency-declared/1"
    expires_at: Instant
    reason: Literal["breakdown", "police_protection", "discharge", "remand", "out_of_hours", "other_coded"]


class RecordApproach(Command, frozen=True, kw_only=True, tag="record-approach"):
    """Record that somebody spoke for a provider outside the search."""

    gives: ClassVar[str] = "referral.contact-recorded/1"
    provider: str
    introducer: Literal["nobody", "member", "minister", "senior_officer", "former_staff", "other"]
    channel: Literal["portal", "email", "telephone", "meeting", "visit"]
    note: Text


class MakeOffer(Command, frozen=True, kw_only=True, tag="make-offer"):
    """Offer a home. After the closing time it becomes a late offer, by the register's clock.

    `offer` may bring eight random hexadecimal digits; without them they are drawn here.
    """

    gives: ClassVar[str] = "referral.offer-made/1"
    terms: Offer
    words: Text | None = None
    offer: OfferId | None = None


class DecideLateOffer(Command, frozen=True, kw_only=True, tag="decide-late-offer"):
    """Decide whether a late offer takes part."""

    gives: ClassVar[str] = "referral.late-offer-decided/1"
    offer: OfferId
    admitted: bool
    reason: Text


class WithdrawOffer(Command, frozen=True, kw_only=True, tag="withdraw-offer"):
    """Take an offer back."""

    gives: ClassVar[str] = "referral.offer-withdrawn/1"
    offer: OfferId
    reason: str


class DeclineReferral(Command, frozen=True, kw_only=True, tag="decline-referral"):
    """Answer that there is no home for this child, and why."""

    gives: ClassVar[str] = "referral.declined/1"
    reason: str
    provider: str | None = None
    had_vacancy: bool | None = None
    words: Text | None = None


class RecordSilence(Command, frozen=True, kw_only=True, tag="record-silence"):
    """Record who has not answered, once the time is over. Left out, they are those whose answer is not on record."""

    gives: ClassVar[str] = "referral.responses-missed/1"
    tier: Tier
    providers: list[str] | None = None


class ConsiderOffers(Command, frozen=True, kw_only=True, tag="consider-offers"):
    """Record when offers were first looked at, and why some before others."""

    gives: ClassVar[str] = "referral.offers-considered/1"
    offers: dict[OfferId, Considered]


class LocateOffers(Command, frozen=True, kw_only=True, tag="locate-offers"):
    """Record how far offered homes are, in tenths of a mile (9999: not known).

    On which side of the boundary they lie follows from the areas registered; `boundary` says it of homes whose area is
    not on record, and of foster carers who live in another area than their service.
    """

    gives: ClassVar[str] = "referral.offers-located/1"
    distance: dict[OfferId, int]
    boundary: dict[OfferId, BoundaryClass] = msgspec.field(default_factory=dict)


class ScoreOffers(Command, frozen=True, kw_only=True, tag="score-offers"):
    """Judge every offer by every criterion. Points for price are worked out and need not be given."""

    gives: ClassVar[str] = "referral.offers-scored/1"
    scores: dict[OfferId, Scored]
    need_version: int | None = None


class HoldPanel(Command, frozen=True, kw_only=True, tag="hold-panel"):
    """Record who matched the child and the offers, and what they weighed."""

    gives: ClassVar[str] = "referral.panel-held/1"
    attended: list[Literal["chair", "social_worker", "placements", "health", "education", "budget", "advocate"]]
    ranking: list[OfferId]
    note: Text
    before_start: bool = True
    need_version: int | None = None


class ChooseHome(Command, frozen=True, kw_only=True, tag="choose-home"):
    """Choose a home, with reasons; say why not the others, and what becomes of each connection.

    `fee_version` is 1 for the fee as offered. `market_seen` left out is the newest entry of the log.
    """

    gives: ClassVar[str] = "referral.home-chosen/1"
    mechanism: Mechanism
    legal_basis: str
    regime: str
    chosen: Chosen
    kept: Kept
    rejected: dict[OfferId, Rejected] = msgspec.field(default_factory=dict)
    agreement: str | None = None
    residential: Literal["positive_choice", "after_failed_fostering", "no_fostering_available"] | None = None
    need_version: int | None = None
    fee_version: int = 1
    market_seen: int | None = None


class ApproveHome(Command, frozen=True, kw_only=True, tag="approve-home"):
    """Say yes or no in one capacity: to the match, to the money, or to the distance."""

    gives: ClassVar[str] = "referral.approved/1"
    capacity: Literal["practice", "budget", "nominated_officer", "director", "head_of_service"]
    need_version: int
    fee_version: int
    approved: bool = True
    reason: Text | None = None


class ConsultArea(Command, frozen=True, kw_only=True, tag="consult-area"):
    """Record that the authority of the area was asked before a placement at a distance."""

    gives: ClassVar[str] = "referral.area-consulted/1"
    area: str
    care_plan_given: bool


class NotifyArea(Command, frozen=True, kw_only=True, tag="notify-area"):
    """Record that the authority of the area was told in writing."""

    gives: ClassVar[str] = "referral.area-notified/1"
    area: str
    notified_on: Day
    with_assessment: bool


class SendReasons(Command, frozen=True, kw_only=True, tag="send-reasons"):
    """Record that those who were not chosen were told why."""

    gives: ClassVar[str] = "referral.reasons-sent/1"
    sent: list[ReasonsGiven]


class GiveChildEdition(Command, frozen=True, kw_only=True, tag="give-child-edition"):
    """Record that the young person got the decision in words of their own."""

    gives: ClassVar[str] = "referral.child-edition-given/1"
    format: Literal["plain", "large_print", "braille", "symbols"]


class GiveFeedback(Command, frozen=True, kw_only=True, tag="give-feedback"):
    """Say what the one side thought of the other, from 1 to 5."""

    gives: ClassVar[str] = "referral.feedback-given/1"
    mark: int
    words: Text | None = None


class EndReferral(Command, frozen=True, kw_only=True, tag="end-referral"):
    """End the search without a home."""

    gives: ClassVar[str] = "referral.ended/1"
    how: Literal["withdrawn", "not_found"]
    reason: Text
    cause: EndCause | None = None


Needing = AssessNeed | RecordVoice | OpenReferral | DeclareCriteria | SearchInHouse | DeclareEmergency
Asking = PublishReferral | AmendReferral | ExtendDeadline | PutQuestion | SettleQuestion | RecordApproach
Answering = MakeOffer | DecideLateOffer | WithdrawOffer | DeclineReferral | RecordSilence
Judging = ConsiderOffers | LocateOffers | ScoreOffers | HoldPanel
Choosing = ChooseHome | ApproveHome
Telling = ConsultArea | NotifyArea | SendReasons | GiveChildEdition | GiveFeedback | EndReferral

AnyCommand = Needing | Asking | Answering | Judging | Choosing | Telling

COMMANDS: tuple[type[Command], ...] = (
    AssessNeed,
    RecordVoice,
    OpenReferral,
    DeclareCriteria,
    SearchInHouse,
    PublishReferral,
    AmendReferral,
    ExtendDeadline,
    PutQuestion,
    SettleQuestion,
    DeclareEmergency,
    RecordApproach,
    MakeOffer,
    DecideLateOffer,
    WithdrawOffer,
    DeclineReferral,
    RecordSilence,
    ConsiderOffers,
    LocateOffers,
    ScoreOffers,
    HoldPanel,
    ChooseHome,
    ApproveHome,
    ConsultArea,
    NotifyArea,
    SendReasons,
    GiveChildEdition,
    GiveFeedback,
    EndReferral,
)
