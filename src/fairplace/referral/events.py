"""What can happen while a home is sought for one child, in the order it usually does."""

from __future__ import annotations

from typing import Literal

from fairplace.event import Aside, Event, Fact, Step
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
    Located,
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
from fairplace.tags import Agg, Party, Pub, Seal
from fairplace.terms import Day, Document, Instant, LeafHash, Text

# The need


class NeedAssessed(Step, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a child needs, in a version of its own, and whether that is a generalist's or a specialist's to give.

    A later version replaces the earlier for what comes after it.
    """

    version: Pub[int]
    profile: Agg[NeedProfile]
    child: Seal[Child]
    lines: Seal[list[NeedLine]]
    connections: Seal[list[Connection]]
    clinical: Seal[Clinical | None]
    assessment: Party[Assessment]


class VoiceRecorded(Event, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How the child was asked, and what they said; or why they were not."""

    how: Agg[Literal["in_person", "advocate", "written", "observed", "not_taken"]]
    reason_not: Agg[Literal["too_young", "too_urgent", "declined"] | None]
    heard: Seal[Text | None]


# The search


class ReferralOpened(Step, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The placements team began to look: by when, how urgent, since when that was known."""

    need_version: Pub[int]
    urgency: Agg[Urgency]
    needed_by: Party[Day]
    known_on: Party[Day]
    area_excluded: Seal[list[str]]


class CriteriaDeclared(Step, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """By what offers will be judged, what an offer must have at all, how long each tier is asked."""

    criteria: Pub[list[SearchCriterion]]
    hard: Pub[list[str]]  # codes of what an offer must have
    window_hours: Pub[dict[str, int]]  # tier to hours
    agreement: Pub[str | None]
    in_house_policy: Pub[str | None]  # the declared policy by which the authority's own homes are asked first
    price_cut_off: Pub[bool]  # do offers above a price fall out before they are judged?
    policies: Pub[dict[str, str]]  # policy file to SHA-256: the rules this search will be held to


class InHouseSearched(Step, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The authority's own homes were searched by this need and these criteria."""

    need_version: Pub[int]
    criteria: Pub[LeafHash | None]
    outcome: Party[Literal["offer", "none_suitable", "no_vacancy"]]
    unsuitable: Party[dict[str, str]]  # setting with room to the coded reason why it does not suit
    shown_at: Party[Instant]


class ReferralPublished(Step, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A tier was opened: everybody asked, in one event."""

    tier: Pub[Tier]
    need_version: Pub[int]
    areas: Party[list[str] | None]  # authorities in whose areas homes are sought; null: anywhere
    recipients: Party[list[Recipient]]
    document: Party[Document | None]


class ReferralAmended(Step, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What was asked changed, or something was added to it."""

    need_version: Pub[int]
    material: Pub[bool]
    words: Party[Text]
    recipients: Party[list[Told]]


class DeadlineExtended(Step, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """There is more time to answer, for all or (a breach) for some."""

    tier: Pub[Tier]
    recipients: Party[list[Recipient]]
    reason: Party[Text]


class QuestionPut(Aside, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A provider asked about the referral."""

    question: Pub[str]
    provider: Party[str]
    words: Party[Text]


class QuestionSettled(Step, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The answer, and everybody who got it."""

    question: Pub[str]
    answer: Party[Text]
    recipients: Party[list[Told]]


class EmergencyDeclared(Step, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """It cannot wait: the order changes, the rules stay. It ends by itself after at most 72 hours."""

    expires_at: Pub[Instant]
    reason: Agg[Literal["breakdown", "police_protection", "discharge", "remand", "out_of_hours", "other_coded"]]


class ContactRecorded(Event, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Somebody spoke for a provider outside the search."""

    introducer: Agg[Literal["nobody", "member", "minister", "senior_officer", "former_staff", "other"]]
    channel: Party[Literal["portal", "email", "telephone", "meeting", "visit"]]
    provider: Party[str]
    note: Party[Text]


# The answers


class OfferMade(Aside, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A provider offers a home, in time."""

    offer: Pub[OfferId]
    tier: Pub[Tier]
    terms: Party[Offer]
    words: Party[Text | None]


class OfferMadeLate(Aside, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An offer came after the closing time; it takes no part until somebody decides that it does."""

    offer: Pub[OfferId]
    tier: Pub[Tier]
    terms: Party[Offer]
    words: Party[Text | None]


class LateOfferDecided(Step, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Whether a late offer takes part."""

    offer: Pub[OfferId]
    admitted: Pub[bool]
    reason: Party[Text]


class OfferWithdrawn(Aside, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The provider took its offer back."""

    offer: Pub[OfferId]
    reason: Agg[str]


class Declined(Aside, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A provider answered that it has no home for this child. That can be right: it is no misconduct."""

    tier: Pub[Tier]
    provider: Party[str]
    reason: Agg[str]  # a code of the list `decline_reason`
    had_vacancy: Party[bool | None]
    words: Party[Text | None]


class ResponsesMissed(Event, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The time is over, and these have not answered."""

    tier: Pub[Tier]
    providers: Party[list[str]]


class OffersConsidered(Event, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Offers were looked at for the first time."""

    offers: Party[dict[OfferId, Considered]]


# Judging


class OffersLocated(Event, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How far each offered home is, and on which side of the boundary. The child's own place is not kept."""

    boundary: Agg[dict[OfferId, BoundaryClass]]
    distance: Seal[dict[OfferId, Located]]


class OffersScored(Step, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Every offer judged by every criterion, at one sitting."""

    need_version: Pub[int]
    criteria: Pub[LeafHash | None]
    scores: Party[dict[OfferId, Scored]]


class PanelHeld(Step, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who matched the child and the offers, for which version of the need, and what they weighed."""

    need_version: Pub[int]
    attended: Pub[list[Literal["chair", "social_worker", "placements", "health", "education", "budget", "advocate"]]]
    before_start: Pub[bool]
    ranking: Party[list[OfferId]]
    note: Party[Text]


# The decision


class HomeChosen(Step, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A home was chosen. `market_seen` is the index of the newest entry of the market that was looked at."""

    mechanism: Pub[Mechanism]
    legal_basis: Pub[str]
    regime: Pub[str]
    agreement: Pub[str | None]
    need_version: Pub[int]
    fee_version: Pub[int]
    market_seen: Pub[int]
    chosen: Party[Chosen]
    rejected: Party[dict[OfferId, Rejected]]
    kept: Party[Kept]
    residential: Agg[Literal["positive_choice", "after_failed_fostering", "no_fostering_available"] | None]


class Approved(Event, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Somebody with the power to said yes or no: to the match, the money, or the distance (2010 Regulations, reg. 11).

    Practice and budget must speak of the same version of the need and of the fee.
    """

    capacity: Pub[Literal["practice", "budget", "nominated_officer", "director", "head_of_service"]]
    need_version: Pub[int]
    fee_version: Pub[int]
    approved: Pub[bool]
    reason: Party[Text | None]


class AreaConsulted(Event, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The authority of the area was asked before a placement at a distance (reg. 11(2)(d))."""

    area: Agg[str]
    care_plan_given: Pub[bool]


class AreaNotified(Event, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The authority of the area was told in writing (reg. 13)."""

    area: Agg[str]
    notified_on: Party[Day]
    with_assessment: Pub[bool]


class ReasonsSent(Step, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Those who were not chosen were told why."""

    sent: Party[list[ReasonsGiven]]


class ChildEditionGiven(Event, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The young person got the decision in words of their own."""

    format: Party[Literal["plain", "large_print", "braille", "symbols"]]


class FeedbackGiven(Aside, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the one side thought of the other, from 1 to 5."""

    by: Pub[Literal["provider", "commissioner"]]
    mark: Party[int]
    words: Party[Text | None]


class ReferralEnded(Step, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The search is over without a home: it was withdrawn, or none was found."""

    how: Agg[Literal["withdrawn", "not_found"]]
    cause: Agg[EndCause | None]
    reason: Party[Text]


TYPES: dict[str, type[Fact]] = {
    "referral.need-assessed/1": NeedAssessed,
    "referral.voice-recorded/1": VoiceRecorded,
    "referral.opened/1": ReferralOpened,
    "referral.criteria-declared/1": CriteriaDeclared,
    "referral.in-house-searched/1": InHouseSearched,
    "referral.published/1": ReferralPublished,
    "referral.amended/1": ReferralAmended,
    "referral.deadline-extended/1": DeadlineExtended,
    "referral.question-put/1": QuestionPut,
    "referral.question-settled/1": QuestionSettled,
    "referral.emergency-declared/1": EmergencyDeclared,
    "referral.contact-recorded/1": ContactRecorded,
    "referral.offer-made/1": OfferMade,
    "referral.offer-made-late/1": OfferMadeLate,
    "referral.late-offer-decided/1": LateOfferDecided,
    "referral.offer-withdrawn/1": OfferWithdrawn,
    "referral.declined/1": Declined,
    "referral.responses-missed/1": ResponsesMissed,
    "referral.offers-considered/1": OffersConsidered,
    "referral.offers-located/1": OffersLocated,
    "referral.offers-scored/1": OffersScored,
    "referral.panel-held/1": PanelHeld,
    "referral.home-chosen/1": HomeChosen,
    "referral.approved/1": Approved,
    "referral.area-consulted/1": AreaConsulted,
    "referral.area-notified/1": AreaNotified,
    "referral.reasons-sent/1": ReasonsSent,
    "referral.child-edition-given/1": ChildEditionGiven,
    "referral.feedback-given/1": FeedbackGiven,
    "referral.ended/1": ReferralEnded,
}
