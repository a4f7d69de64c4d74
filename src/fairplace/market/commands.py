"""What can be asked for of the market: the list of those who offer homes, kept by whoever answers for it."""

from __future__ import annotations

from typing import ClassVar, Literal

import msgspec

from fairplace.decision import Command
from fairplace.market.events import (
    Ability,
    AgreementRoute,
    Family,
    Level,
    OwnerType,
    Point,
    Registration,
    SizeBand,
    Tier,
    Uplift,
    UpliftRule,
    Vacancy,
)
from fairplace.terms import BasisPoints, CaseId, Day, Pence, Text


class RegisterAuthority(Command, frozen=True, kw_only=True, tag="register-authority"):
    """Enter an authority that places children. It begins a stream of its own."""

    gives: ClassVar[str] = "market.authority-registered/1"
    authority: str
    name: str
    region: str
    sub_region: str
    adjoining: list[str]
    under_100_looked_after: bool = False


class DeclareInHousePolicy(Command, frozen=True, kw_only=True, tag="declare-in-house-policy"):
    """Say that the authority's own homes are asked first, why, and by how many hours."""

    gives: ClassVar[str] = "market.in-house-policy-declared/1"
    policy: str
    family: Family
    head_start_hours: int
    from_on: Day
    reason: Text


class RegisterProvider(Command, frozen=True, kw_only=True, tag="register-provider"):
    """Enter somebody who offers homes. `authority` says whose own service it is, and is given for that class only."""

    gives: ClassVar[str] = "market.provider-registered/1"
    provider: str
    provider_class: str
    size_band: SizeBand
    name: Text
    authority: str | None = None
    company: str | None = None


class DeclareOwnership(Command, frozen=True, kw_only=True, tag="declare-ownership"):
    """Say who owns the provider in the end."""

    gives: ClassVar[str] = "market.ownership-declared/1"
    owner: str
    owner_type: OwnerType
    from_on: Day


class RegisterSetting(Command, frozen=True, kw_only=True, tag="register-setting"):
    """Enter a home of the provider. A home outside England has the area `OUTSIDE_ENGLAND`."""

    gives: ClassVar[str] = "market.setting-registered/1"
    setting: str
    family: Family
    place_code: str
    registration: Registration
    places: int
    area: str
    buildings: int = 1
    point: Point | None = None


class ChangeSetting(Command, frozen=True, kw_only=True, tag="change-setting"):
    """Record that a home's registration or places changed, or that it closed. What is left out stays as it was."""

    gives: ClassVar[str] = "market.setting-changed/1"
    setting: str
    reason: Literal["registration", "places", "correction", "closure", "suspension", "reopening"]
    registration: Registration | None = None
    places: int | None = None


class RateSetting(Command, frozen=True, kw_only=True, tag="rate-setting"):
    """Record the grade that an inspection gave."""

    gives: ClassVar[str] = "market.setting-rated/1"
    setting: str
    rated_on: Day
    grade: str


class EvidenceCapability(Command, frozen=True, kw_only=True, tag="evidence-capability"):
    """Record what level a home claims and what shows it. The level that counts follows from the evidence."""

    gives: ClassVar[str] = "market.capability-evidenced/1"
    setting: str
    claimed: Level
    shown: list[Ability]


class DeclareVacancy(Command, frozen=True, kw_only=True, tag="declare-vacancy"):
    """Say that a home has room, and whether a child could come now."""

    gives: ClassVar[str] = "market.vacancy-declared/1"
    setting: str
    vacancy: Vacancy


class WithdrawVacancy(Command, frozen=True, kw_only=True, tag="withdraw-vacancy"):
    """Say that the room is gone."""

    gives: ClassVar[str] = "market.vacancy-withdrawn/1"
    setting: str
    why: Literal["filled", "withdrawn"]


class DeclareFullCost(Command, frozen=True, kw_only=True, tag="declare-full-cost"):
    """Say what a home of the authority cost in a year, overheads included."""

    gives: ClassVar[str] = "market.full-cost-declared/1"
    setting: str
    year: int
    cost: Pence
    nights_used: int
    nights_possible: int


class ConcludeAgreement(Command, frozen=True, kw_only=True, tag="conclude-agreement"):
    """Record a framework, a dynamic market or a block. It begins a stream of its own."""

    gives: ClassVar[str] = "market.agreement-concluded/1"
    agreement: str
    route: AgreementRoute
    regime: str
    concluded_on: Day
    starts_on: Day
    ends_on: Day
    authorities: list[str]
    families: list[Family]
    tiers: dict[str, Tier]
    window_hours: dict[str, int]
    uplift: UpliftRule
    price_ranked: bool = False
    committed: dict[str, int] = msgspec.field(default_factory=dict)
    rates: dict[str, Pence] = msgspec.field(default_factory=dict)


class RecordOccupancy(Command, frozen=True, kw_only=True, tag="record-occupancy"):
    """Record how many of the places paid for were filled in a night."""

    gives: ClassVar[str] = "market.block-occupancy-recorded/1"
    setting: str
    night: Day
    occupied: int


class DecideUplift(Command, frozen=True, kw_only=True, tag="decide-uplift"):
    """Decide by how much the agreed rates of each provider rise."""

    gives: ClassVar[str] = "market.uplift-decided/1"
    from_on: Day
    cpi: BasisPoints
    given: dict[str, Uplift]


class DisputeEntry(Command, frozen=True, kw_only=True, tag="dispute-entry"):
    """Say that what is registered of a home of yours is wrong."""

    gives: ClassVar[str] = "market.entry-disputed/1"
    setting: str
    field: Literal["ages", "sexes", "places", "capability", "area", "agreement", "other"]
    words: Text
    referral: CaseId | None = None


AnyCommand = (
    RegisterAuthority
    | DeclareInHousePolicy
    | RegisterProvider
    | DeclareOwnership
    | RegisterSetting
    | ChangeSetting
    | RateSetting
    | EvidenceCapability
    | DeclareVacancy
    | WithdrawVacancy
    | DeclareFullCost
    | ConcludeAgreement
    | RecordOccupancy
    | DecideUplift
    | DisputeEntry
)

COMMANDS: tuple[type[Command], ...] = (
    RegisterAuthority,
    DeclareInHousePolicy,
    RegisterProvider,
    DeclareOwnership,
    RegisterSetting,
    ChangeSetting,
    RateSetting,
    EvidenceCapability,
    DeclareVacancy,
    WithdrawVacancy,
    DeclareFullCost,
    ConcludeAgreement,
    RecordOccupancy,
    DecideUplift,
    DisputeEntry,
)
