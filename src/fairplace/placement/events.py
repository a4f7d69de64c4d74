"""What is agreed for a child in a home, and how it goes on; in the case of the referral, in a stream of its own."""

from __future__ import annotations

from typing import Literal

from fairplace.event import Aside, Fact
from fairplace.market.events import Family
from fairplace.referral.values import BoundaryClass, FeeLine, Mechanism
from fairplace.tags import Agg, Party, Pub, Seal
from fairplace.terms import Day, Document, Instant, Pence, Term, Text

Frame = Literal["BE_HEALTHY", "STAY_SAFE", "ENJOY_ACHIEVE", "POSITIVE_CONTRIBUTION", "ECONOMIC_WELLBEING"]


class Outcome(Term, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Something that should become of it: from where, to where, by when, measured how."""

    id: str
    frame: Frame
    tool: str
    baseline: Text
    target: Text
    due_on: Day


class Deviation(Term, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A clause that is not the standard's, and why."""

    clause: str
    reason: Text


class Agreed(Term, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The terms of one child's placement. The lines add up to the fee."""

    provider: str
    setting: str
    weekly_fee: Pence
    lines: list[FeeLine]
    starts_on: Day
    notice_days: int
    deviations: list[Deviation]
    unlinked: dict[str, Text]  # need line that nothing answers, to why


class PlacementAgreed(Aside, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The individual placement agreement was signed by both sides."""

    standard: Pub[str]
    fee_version: Pub[int]
    frames: Agg[list[Frame]]
    terms: Party[Agreed]
    outcomes: Seal[list[Outcome]]
    document: Party[Document | None]
    override: str | None
    override_reason: Party[Text | None]


class Fee(Term, frozen=True, kw_only=True, forbid_unknown_fields=True):
    weekly_fee: Pence
    lines: list[FeeLine]
    from_on: Day


class FeeChanged(Aside, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The fee is another from a day on."""

    fee_version: Pub[int]
    basis: Agg[Literal["uplift", "need_changed", "hours_changed", "correction", "other"]]
    fee: Party[Fee]
    words: Party[Text]


class PlanSigned(Aside, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The placement plan was signed with the carer or the registered person (reg. 9)."""

    signed_on: Party[Day]


class StartedAs(Term, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The coarse facts of a placement that may count in an aggregate."""

    authority: str
    family: Family
    place_code: str
    provider_class: str
    boundary: BoundaryClass
    over_20_miles: bool | None
    mechanism: Mechanism
    spot: Literal["spot", "off_terms", "under_agreement", "in_house"]
    registered: bool


class Began(Term, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """When exactly, and how old the child was. `urn` null: the type has none, or the place is not registered."""

    started_on: Day
    age_months: int
    setting: str
    urn: str | None
    reason: str  # SSDA903 RNE
    legal_status: str
    need_code: str


class PlacementStarted(Aside, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The child moved in."""

    started: Agg[StartedAs]
    began: Seal[Began]
    moved_at: Party[Instant]
    override: str | None
    override_reason: Party[Text | None]


class PlacementReviewed(Aside, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How it goes: what stays, how many adults there are, whether the need is met."""

    reviewed_on: Party[Day]
    need_met: Agg[Literal["yes", "partly", "no"]]
    ratio_day: Party[int | None]
    ratio_night: Party[int | None]
    added_hours: Party[int | None]  # a week, beyond what was agreed
    hour_rate: Party[Pence | None]
    words: Seal[Text]


class OutcomeMeasured(Aside, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An outcome was looked at again."""

    outcome: Pub[str]
    frame: Agg[Frame]
    attained: Agg[Literal["yes", "partly", "no"]]
    actual: Seal[Text]


class UnregisteredUse(Term, frozen=True, kw_only=True, forbid_unknown_fields=True):
    began_on: Day
    weekly_cost: Pence
    review_due_on: Day
    registration_applied: bool
    court: Literal["none", "deprivation_of_liberty", "other"]


class UnregisteredUseRecorded(Aside, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A child is in a place that must be registered and is not. Whoever approved it is named by their role."""

    reason: Agg[Literal["no_registered_home", "registration_pending", "emergency", "bespoke"]]
    approved_by: Pub[Literal["head_of_service", "director", "nobody"]]
    use: Party[UnregisteredUse]


class UnregisteredUseReviewed(Aside, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """It was looked at again, and when it will be next; or it ended."""

    reviewed_on: Party[Day]
    goes_on: Pub[bool]
    next_on: Party[Day | None]


class AssuranceRecorded(Aside, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A visit or a report on the home, and what follows for this child."""

    kind: Pub[Literal["visit", "monthly_report", "grade_change", "complaint"]]
    follow_up_due_on: Party[Day | None]
    words: Seal[Text]


class Ending(Term, frozen=True, kw_only=True, forbid_unknown_fields=True):
    ended_on: Day
    rec: str  # SSDA903 REC
    reviewed_first: bool
    immediate_risk: bool
    notice_given_on: Day | None


class PlacementEnded(Aside, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The child left. `reason` is the SSDA903 reason for a placement change."""

    reason: Agg[str]
    planned: Agg[bool]
    ending: Seal[Ending]


TYPES: dict[str, type[Fact]] = {
    "placement.agreed/1": PlacementAgreed,
    "placement.fee-changed/1": FeeChanged,
    "placement.plan-signed/1": PlanSigned,
    "placement.started/1": PlacementStarted,
    "placement.reviewed/1": PlacementReviewed,
    "placement.outcome-measured/1": OutcomeMeasured,
    "placement.unregistered-use-recorded/1": UnregisteredUseRecorded,
    "placement.unregistered-use-reviewed/1": UnregisteredUseReviewed,
    "placement.assurance-recorded/1": AssuranceRecorded,
    "placement.ended/1": PlacementEnded,
}
