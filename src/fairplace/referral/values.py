"""The values that the events of a referral are made of."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

from fairplace.market.events import Family, Level, Sex
from fairplace.terms import BasisPoints, Day, Instant, Pence, Term, Text

Category = Literal["generalist", "specialist"]
Urgency = Literal["emergency", "same_day", "within_7d", "planned"]
AgeBand = Literal["0-4", "5-9", "10-15", "16-17"]
BoundaryClass = Literal["IN", "ADJ", "DIST", "OUTSIDE_ENGLAND"]
AssessorClass = Literal["social_worker", "specialist_social_worker", "psychologist", "camhs", "ot", "generic"]
OfferId = Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{8}$(?!\n)")]
"""Drawn at random: it means nothing outside its referral."""

Mechanism = Literal[
    "in_house",
    "block",
    "soft_block",
    "framework_call_off",
    "dynamic_market",
    "mini_competition",
    "spot_competed",
    "spot_single",
    "user_choice_direct",
    "emergency_direct",
    "statutory_direction",
]


class NeedProfile(Term, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The coarse facts of a need that may count in an aggregate."""

    authority: str
    family: Family
    level: Level
    category: Category
    age_band: AgeBand


class Child(Term, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the law needs to know of the child. `pseudonym` is random, never derived from an id elsewhere.

    `age_months` is the age on the day of the assessment: no date of birth is held. Codes are those of the SSDA903 list
    of the year (`referral.codes`).
    """

    pseudonym: str
    sex: Sex
    age_months: int
    school_year: int | None
    legal_status: str
    need_code: str
    unaccompanied: bool
    disabled: bool
    deprived_of_liberty: bool
    sdq_band: Literal["normal", "borderline", "concern"] | None


class NeedLine(Term, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One need, and what shows it. `evidenced_on` null: nothing does."""

    id: str
    words: Text
    evidence: Literal["assessment", "school", "health", "carer", "child", "court", "observation"] | None
    evidenced_on: Day | None


class Connection(Term, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Somebody or something the child should not lose."""

    id: str
    kind: Literal["school", "sibling", "family", "faith", "peers", "health", "culture", "activity"]


class Clinical(Term, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The clinical formulation on which a specialist need rests, and who leads it."""

    formulation: str
    lead: Literal["psychologist", "psychiatrist", "camhs", "occupational_therapist", "speech_therapist"]


class Assessment(Term, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """By whom the need was assessed, by what instrument, and which facts of a referral are at hand.

    `facts`: group of facts to whether it is given; null where it does not apply.
    """

    assessor_class: AssessorClass
    instrument: str | None
    facts: dict[str, bool | None]


class SearchCriterion(Term, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What offers are judged by; the weights add up to 10,000. Price earns weight × lowest ÷ offer, computed."""

    id: str
    kind: Literal["match", "outcomes", "locality", "price", "other"]
    weight: BasisPoints


class Recipient(Term, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who was asked, when it was sent, and until when they may answer."""

    provider: str
    sent_at: Instant
    deadline: Instant


class Told(Term, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who was told something, and when."""

    provider: str
    at: Instant


class FeeLine(Term, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One part of a weekly fee, in pence; discounts are negative. `needs` are the need lines that it answers."""

    code: Literal[
        "accommodation",
        "care_staffing",
        "education",
        "therapy",
        "allowances",
        "matching_transition",
        "enhanced_hours",
        "management",
        "surplus",
        "discount",
        "retainer",
    ]
    amount: Pence
    payer: Literal["care", "send", "health", "other"]
    needs: list[str]


class Offer(Term, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A home offered for this child: where, from when, what for. Ratios are adults to a child, in hundredths."""

    provider: str
    setting: str
    available_on: Day
    weekly_fee: Pence
    lines: list[FeeLine]
    agreed_rate: bool  # is it on the terms of an agreement?
    ratio_day: int | None
    ratio_night: int | None


class Considered(Term, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """When somebody first looked at an offer, and why before others. Null: no reason was given."""

    at: Instant
    priority: Literal["child_safety_tonight", "placement_ends", "court_date"] | None


class Located(Term, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How far an offered home is from the child's own, in tenths of a mile; 9999 is not known."""

    tenths: int


class Scored(Term, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What an offer earned by each criterion, in basis points of the whole, and which hard conditions it fails.

    `keeps` are the connections that the child would keep in this home, by the ids that the need gives them.
    """

    points: dict[str, BasisPoints]
    failed: list[str]
    keeps: list[str]


class Reason(Term, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Why: a code that can be counted, and words for those whom it concerns."""

    code: Literal[
        "top_score",
        "match",
        "sibling",
        "school",
        "safety_distance",
        "child_view",
        "only_suitable",
        "specialism",
        "lowest_fee",
        "in_house",
        "other",
    ]
    words: Text


class Rejected(Term, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Why an offer was not taken, by which criteria it came behind."""

    code: str  # a code of the list `reject_reason`
    criteria: list[str]
    words: Text


class Kept(Term, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What becomes of each connection, and what the child's view changed."""

    connections: dict[str, Literal["kept", "lost", "changed_by_plan"]]
    voice: Literal["followed", "partly", "not"] | None
    voice_reason: Text | None


class Chosen(Term, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The offer that was taken, why, and where that departs from the order of points, of nearness or of need."""

    offer: OfferId
    reasons: list[Reason]
    departures: list[Reason]
    weekly_fee: Pence


class ReasonsGiven(Term, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What one unsuccessful provider was told, and when."""

    offer: OfferId
    at: Instant
    code: str
    comparison: bool  # criterion by criterion, beside what won


EndCause = Literal["no_capacity", "declined_on_match", "late_referral", "incomplete", "fee_not_agreed", "need_changed"]
