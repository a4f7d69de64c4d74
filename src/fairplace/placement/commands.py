"""What can be asked for once a home is found: the agreement, the start, and how it goes on."""

from __future__ import annotations

from typing import ClassVar, Literal

from fairplace.decision import Command
from fairplace.placement.events import Agreed, Ending, Fee, Outcome, UnregisteredUse
from fairplace.referral.values import BoundaryClass
from fairplace.terms import Day, Document, Instant, Pence, Text


class AgreePlacement(Command, frozen=True, kw_only=True, tag="agree-placement"):
    """Record the placement agreement that both sides signed. It has outcomes, and a fee whose lines add up."""

    gives: ClassVar[str] = "placement.agreed/1"
    standard: str
    terms: Agreed
    outcomes: list[Outcome]
    fee_version: int = 1
    document: Document | None = None


class ChangeFee(Command, frozen=True, kw_only=True, tag="change-fee"):
    """Record another fee from a day on. It gets the next version."""

    gives: ClassVar[str] = "placement.fee-changed/1"
    basis: Literal["uplift", "need_changed", "hours_changed", "correction", "other"]
    fee: Fee
    words: Text


class SignPlan(Command, frozen=True, kw_only=True, tag="sign-plan"):
    """Record that the placement plan was signed with the carer or the registered person."""

    gives: ClassVar[str] = "placement.plan-signed/1"
    signed_on: Day


class StartPlacement(Command, frozen=True, kw_only=True, tag="start-placement"):
    """Record that the child moved in.

    What follows from the decision and from the list of homes need not be given: type, provider class, boundary, distance,
    whether it is spot. `place_code` and `boundary` are for a place that the list does not have, and `boundary` for foster
    carers who were located nowhere. A place that must be registered and is not needs no decision first, but its use must
    be on record, and not over.
    """

    gives: ClassVar[str] = "placement.started/1"
    started_on: Day
    age_months: int
    moved_at: Instant
    reason: str
    legal_status: str
    need_code: str
    urn: str | None = None
    setting: str | None = None
    place_code: str | None = None
    provider_class: str | None = None
    boundary: BoundaryClass | None = None


class ReviewPlacement(Command, frozen=True, kw_only=True, tag="review-placement"):
    """Record how it goes."""

    gives: ClassVar[str] = "placement.reviewed/1"
    reviewed_on: Day
    need_met: Literal["yes", "partly", "no"]
    words: Text
    ratio_day: int | None = None
    ratio_night: int | None = None
    added_hours: int | None = None
    hour_rate: Pence | None = None


class MeasureOutcome(Command, frozen=True, kw_only=True, tag="measure-outcome"):
    """Look at an agreed outcome again."""

    gives: ClassVar[str] = "placement.outcome-measured/1"
    outcome: str
    attained: Literal["yes", "partly", "no"]
    actual: Text


class RecordUnregisteredUse(Command, frozen=True, kw_only=True, tag="record-unregistered-use"):
    """Record that a child is in a place that must be registered and is not."""

    gives: ClassVar[str] = "placement.unregistered-use-recorded/1"
    reason: Literal["no_registered_home", "registration_pending", "emergency", "bespoke"]
    approved_by: Literal["head_of_service", "director", "nobody"]
    use: UnregisteredUse


class ReviewUnregisteredUse(Command, frozen=True, kw_only=True, tag="review-unregistered-use"):
    """Look at it again, and say when next; or that it ended."""

    gives: ClassVar[str] = "placement.unregistered-use-reviewed/1"
    reviewed_on: Day
    goes_on: bool
    next_on: Day | None = None


class RecordAssurance(Command, frozen=True, kw_only=True, tag="record-assurance"):
    """Record a visit or a report on the home, and what follows for this child."""

    gives: ClassVar[str] = "placement.assurance-recorded/1"
    kind: Literal["visit", "monthly_report", "grade_change", "complaint"]
    words: Text
    follow_up_due_on: Day | None = None


class EndPlacement(Command, frozen=True, kw_only=True, tag="end-placement"):
    """Record that the child left, and why."""

    gives: ClassVar[str] = "placement.ended/1"
    reason: str
    planned: bool
    ending: Ending


AnyCommand = (
    AgreePlacement
    | ChangeFee
    | SignPlan
    | StartPlacement
    | ReviewPlacement
    | MeasureOutcome
    | RecordUnregisteredUse
    | ReviewUnregisteredUse
    | RecordAssurance
    | EndPlacement
)

COMMANDS: tuple[type[Command], ...] = (
    AgreePlacement,
    ChangeFee,
    SignPlan,
    StartPlacement,
    ReviewPlacement,
    MeasureOutcome,
    RecordUnregisteredUse,
    ReviewUnregisteredUse,
    RecordAssurance,
    EndPlacement,
)
