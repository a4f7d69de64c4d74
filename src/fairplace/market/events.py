"""What is known of those who offer homes, each event in the stream of its authority, provider or agreement."""

from __future__ import annotations

from typing import Literal

from fairplace.event import Event, Fact
from fairplace.tags import Agg, Party, Pub, Seal
from fairplace.terms import BasisPoints, CaseId, Day, Pence, Term, Text

Family = Literal["foster", "residential", "supported"]
Tier = Literal["IN_HOUSE", "T1", "T2", "T3", "OFF"]
Level = int
"""How much a child needs or a home can give: 1 mainstream, 2 additional, 3 high, 4 exceptional."""

Sex = Literal["female", "male", "other"]
OwnerType = Literal["authority", "charity", "founder", "group", "private-equity", "other"]
SizeBand = Literal["one-home", "small", "medium", "large"]


class AuthorityRegistered(Event, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An authority that places children, its region, and whose areas touch its own."""

    authority: Pub[str]
    name: Pub[str]
    region: Pub[str]
    sub_region: Pub[str]
    adjoining: Pub[list[str]]
    under_100_looked_after: Pub[bool]  # its counts are rounded to 5 (R6)


class InHousePolicyDeclared(Event, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The authority says that its own homes are asked first, why, and from when. No law says so."""

    authority: Pub[str]
    policy: Pub[str]
    family: Pub[Family]
    head_start_hours: Pub[int]
    from_on: Pub[Day]
    reason: Party[Text]


class ProviderRegistered(Event, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Somebody who offers homes; the authority's own service is one, and counts beside the others."""

    provider: Pub[str]
    provider_class: Pub[str]  # PR1 own authority, PR2 another, PR3 other public, PR4 private, PR5 voluntary
    authority: Pub[str | None]  # whose own service it is
    company: Pub[str | None]
    size_band: Pub[SizeBand]
    name: Party[Text]


class OwnershipDeclared(Event, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who owns a provider in the end."""

    provider: Pub[str]
    owner: Pub[str]
    owner_type: Pub[OwnerType]
    from_on: Pub[Day]


class Registration(Term, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a home is registered for. Ages are whole years, both ends included."""

    urn: str | None
    age_from: int
    age_to: int
    sexes: list[Sex]


class Point(Term, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A place on the national grid, in metres."""

    easting: int
    northing: int


class SettingRegistered(Event, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A home, or a fostering or supported service that places at its own addresses."""

    provider: Pub[str]
    setting: Pub[str]
    family: Pub[Family]
    place_code: Pub[str]  # SSDA903 PLACE
    registration: Party[Registration]
    places: Agg[int]
    buildings: Agg[int]
    area: Agg[str]  # the authority in whose area it lies
    point: Seal[Point | None]  # null: it has no one address (fostering)


class SettingChanged(Event, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A home's registration or places changed, or it closed."""

    setting: Pub[str]
    status: Pub[Literal["active", "suspended", "closed"]]
    reason: Pub[Literal["registration", "places", "correction", "closure", "suspension", "reopening"]]
    registration: Party[Registration]
    places: Agg[int]


class SettingRated(Event, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An inspection gave a grade."""

    setting: Pub[str]
    rated_on: Pub[Day]
    grade: Agg[str]


class Ability(Term, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One piece of evidence that a home can do what it says. `ratio` alone never raises a level."""

    kind: Literal["clinical-staff", "model-of-care", "inspection-text", "outcomes", "training", "ratio"]
    detail: Text
    seen_on: Day


class CapabilityEvidenced(Event, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What level a home claims, on what evidence, and what level the evidence bears."""

    setting: Pub[str]
    claimed: Party[Level]
    evidenced: Party[Level]
    shown: Party[list[Ability]]


class Vacancy(Term, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Room in a home. Room that cannot be filled now says why."""

    places: int
    from_on: Day
    available: bool
    reason_not: Literal["staffing", "match", "notice", "building"] | None


class VacancyDeclared(Event, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A home says that it has room, and whether a child could come now. The newest one for a home counts."""

    setting: Pub[str]
    vacancy: Party[Vacancy]


class VacancyWithdrawn(Event, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The room is gone: filled or taken back."""

    setting: Pub[str]
    why: Pub[Literal["filled", "withdrawn"]]


class FullCostDeclared(Event, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a home of the authority costs in a year, overheads included, and the nights it was used and could be."""

    setting: Pub[str]
    year: Pub[int]
    cost: Party[Pence]
    nights_used: Party[int]
    nights_possible: Party[int]


AgreementRoute = Literal["framework", "dynamic-market", "block", "soft-block"]


class UpliftRule(Term, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How fees rise: the lower of a cap and the consumer prices index, or the index alone, or not at all."""

    kind: Literal["lower-of-cap-and-cpi", "cpi", "none"]
    cap: BasisPoints | None


class AgreementConcluded(Event, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A framework, block or soft block: who may call off, who stands in which tier, how long each has, what was agreed."""

    agreement: Pub[str]
    route: Pub[AgreementRoute]
    regime: Pub[str]
    authorities: Pub[list[str]]  # who may call off
    concluded_on: Pub[Day]
    starts_on: Pub[Day]
    ends_on: Pub[Day]
    families: Pub[list[Family]]
    tiers: Pub[dict[str, Tier]]  # provider to tier
    window_hours: Pub[dict[str, int]]  # tier to hours
    price_ranked: Pub[bool]  # does price alone cut offers off?
    uplift: Pub[UpliftRule]
    committed: Pub[dict[str, int]]  # setting to places paid for, in a block
    rates: Party[dict[str, Pence]]  # setting, or setting:level, to pounds a week, in pence


class BlockOccupancyRecorded(Event, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How many of the places paid for were filled in a night."""

    agreement: Pub[str]
    setting: Pub[str]
    night: Pub[Day]
    occupied: Agg[int]


class Uplift(Term, frozen=True, kw_only=True, forbid_unknown_fields=True):
    asked: BasisPoints | None
    given: BasisPoints
    hardship_evidenced: bool


class UpliftDecided(Event, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """By how much the agreed rates of each provider rise, against the agreement's one rule."""

    agreement: Pub[str]
    from_on: Pub[Day]
    cpi: Pub[BasisPoints]
    given: Party[dict[str, Uplift]]  # provider to rise


class EntryDisputed(Event, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A provider says that what is registered of it is wrong; whoever keeps the list answers by a change or not."""

    setting: Pub[str]
    field: Pub[Literal["ages", "sexes", "places", "capability", "area", "agreement", "other"]]
    words: Party[Text]
    referral: Party[CaseId | None]  # the referral to which it was not asked


TYPES: dict[str, type[Fact]] = {
    "market.authority-registered/1": AuthorityRegistered,
    "market.in-house-policy-declared/1": InHousePolicyDeclared,
    "market.provider-registered/1": ProviderRegistered,
    "market.ownership-declared/1": OwnershipDeclared,
    "market.setting-registered/1": SettingRegistered,
    "market.setting-changed/1": SettingChanged,
    "market.setting-rated/1": SettingRated,
    "market.capability-evidenced/1": CapabilityEvidenced,
    "market.vacancy-declared/1": VacancyDeclared,
    "market.vacancy-withdrawn/1": VacancyWithdrawn,
    "market.full-cost-declared/1": FullCostDeclared,
    "market.agreement-concluded/1": AgreementConcluded,
    "market.block-occupancy-recorded/1": BlockOccupancyRecorded,
    "market.uplift-decided/1": UpliftDecided,
    "market.entry-disputed/1": EntryDisputed,
}
