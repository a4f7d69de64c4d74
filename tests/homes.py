"""Homes, and who offers them: builders for the market of placements.

    market = a_market()                          three authorities, five providers with a home each, a framework
    one = step_of_market(command, past, ...)     one more step of the market, through the real decider

For one child's search in such a market see `tests/searches.py`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, Literal, TypeVar

import msgspec

from fairplace import catalogue, deciders
from fairplace.decision import Actor, Command, History
from fairplace.market.commands import (
    ConcludeAgreement,
    DeclareInHousePolicy,
    DeclareVacancy,
    EvidenceCapability,
    RateSetting,
    RegisterAuthority,
    RegisterProvider,
    RegisterSetting,
)
from fairplace.market.events import Ability, Level, Point, Registration, UpliftRule, Vacancy
from fairplace.market.known import Market
from fairplace.recorded import Recorded
from fairplace.terms import Instant, Pence, instant, moment
from tests import story
from tests.story import Story, leaf

DOMAIN = story.DOMAIN
OFFICER, APPROVER, MONITORING = story.OFFICER, story.APPROVER, story.MONITORING


def _person(token: str, *roles: str) -> Actor:
    return Actor(key=f"{DOMAIN}/officer/{token}", roles=frozenset(roles))


SOCIAL_WORKER = _person("s1aa", "social-worker")
CHAIR = _person("c2bb", "moderator")
BUDGET = _person("b3cc", "budget-holder")
NOMINATED = _person("n4dd", "nominated-officer")
DIRECTOR = _person("d5ee", "director")
STAFF = (OFFICER, SOCIAL_WORKER, CHAIR, APPROVER, BUDGET, NOMINATED, DIRECTOR, MONITORING)

AUTHORITY, NEIGHBOUR, FAR = "SYN01", "SYN02", "SYN09"
FRAMEWORK = "FW-RES-24"
POLICY = "IHP-RES-1"

MARKET_START: Instant = "2025-06-02T09:00:00.000Z"


class Seller(msgspec.Struct, frozen=True, kw_only=True):
    """A provider of the story with its one home."""

    provider: str
    name: str
    provider_class: str
    setting: str
    area: str
    point: Point
    tier: Literal["T1", "T2"] | None
    level: Level = 3
    fee: Pence = 485_000
    points: Mapping[str, int] = msgspec.field(
        default_factory=lambda: {"match": 4000, "outcomes": 1500, "locality": 1000}
    )

    @property
    def actor(self) -> Actor:
        return Actor(key=f"{DOMAIN}/provider/{self.setting}", roles=frozenset({"provider"}), provider=self.provider)


def a_seller(number: int, name: str, provider_class: str, area: str, east: int, **more: Any) -> Seller:
    return Seller(
        provider=f"GB-COH-0200000{number}",
        name=name,
        provider_class=provider_class,
        setting=f"home-{number:02d}",
        area=area,
        point=Point(easting=400_000 + east, northing=300_000),
        **more,
    )


OWN = a_seller(0, "Northbrook Homes", "PR1", AUTHORITY, 4_000, tier=None, level=2)
ASH = a_seller(1, "Ash House Care", "PR4", AUTHORITY, 8_000, tier="T1", fee=470_000,
              points={"match": 4400, "outcomes": 1600, "locality": 1400})  # fmt: skip
BEECH = a_seller(2, "Beech Trust", "PR5", NEIGHBOUR, 29_000, tier="T1", fee=485_000)
CHERRY = a_seller(3, "Cherry Lane Homes", "PR4", FAR, 100_000, tier="T2", fee=520_000)
DAMSON = a_seller(4, "Damson Care", "PR4", FAR, 120_000, tier=None, fee=640_000)
SELLERS = (OWN, ASH, BEECH, CHERRY, DAMSON)
BY_PROVIDER = {one.provider: one for one in SELLERS}


# One builder for each noun

S = TypeVar("S", bound=msgspec.Struct)


def made(kind: type[S], changes: Mapping[str, Any], **members: Any) -> S:
    given = {**members, **changes}
    if issubclass(kind, Command):
        given.setdefault("id", "test")
    return kind(**given)


def authority(code: str = AUTHORITY, **changes: Any) -> RegisterAuthority:
    return made(
        RegisterAuthority,
        changes,
        authority=code,
        name=f"{code} Council",
        region="North",
        sub_region="North West",
        adjoining=[NEIGHBOUR] if code == AUTHORITY else [AUTHORITY] if code == NEIGHBOUR else [],
    )


def provider(seller: Seller, **changes: Any) -> RegisterProvider:
    return made(
        RegisterProvider,
        changes,
        provider=seller.provider,
        provider_class=seller.provider_class,
        size_band="small",
        name=seller.name,
        authority=AUTHORITY if seller.provider_class == "PR1" else None,
    )


def registration(**changes: Any) -> Registration:
    return made(Registration, changes, urn="1234567", age_from=8, age_to=17, sexes=["female", "male", "other"])


def home(seller: Seller, **changes: Any) -> RegisterSetting:
    return made(
        RegisterSetting,
        changes,
        setting=seller.setting,
        family="residential",
        place_code="K2",
        registration=registration(),
        places=4,
        area=seller.area,
        point=seller.point,
    )


def shown(level: Level = 3) -> list[Ability]:
    kinds: list[Any] = ["training", "model-of-care", "clinical-staff"][: max(level - 1, 0)]
    return [Ability(kind=kind, detail=f"Seen: {kind}", seen_on="2025-06-01") for kind in kinds]


def capability(seller: Seller, **changes: Any) -> EvidenceCapability:
    return made(EvidenceCapability, changes, setting=seller.setting, claimed=seller.level, shown=shown(seller.level))


def vacancy(seller: Seller, **changes: Any) -> DeclareVacancy:
    room = Vacancy(places=1, from_on="2025-06-01", available=True, reason_not=None)
    return made(DeclareVacancy, changes, setting=seller.setting, vacancy=room)


def framework(**changes: Any) -> ConcludeAgreement:
    return made(
        ConcludeAgreement,
        changes,
        agreement=FRAMEWORK,
        route="framework",
        regime="PA23",
        concluded_on="2025-05-01",
        starts_on="2025-06-01",
        ends_on="2029-05-31",
        authorities=[AUTHORITY, NEIGHBOUR],
        families=["residential"],
        tiers={one.provider: one.tier for one in SELLERS if one.tier},
        window_hours={"T1": 24, "T2": 24},
        uplift=UpliftRule(kind="lower-of-cap-and-cpi", cap=150),
        rates={one.setting: one.fee for one in SELLERS if one.tier},
    )


def in_house_policy(**changes: Any) -> DeclareInHousePolicy:
    return made(
        DeclareInHousePolicy,
        changes,
        policy=POLICY,
        family="residential",
        head_start_hours=4,
        from_on="2025-06-01",
        reason="Own homes are known well; the evidence is reviewed each year",
    )


def rating(seller: Seller, **changes: Any) -> RateSetting:
    return made(RateSetting, changes, setting=seller.setting, rated_on="2025-05-20", grade="good")


# The whole market


def step_of_market(
    command: Command, past: Sequence[Recorded], *, stream: str | None, at: Instant, by: Actor = OFFICER
) -> Recorded:
    """Carry out a command of the market after everything in `past`."""
    case = stream or Story(seed=1000 + len(past)).case
    events = tuple(one for one in past if one.case == case)
    known = Market.of(past)
    known.upto = max(known.upto, past[-1].index + 1 if past else 0)
    decision = deciders.decide(
        msgspec.structs.replace(command, case=case),
        History(case=case, events=events, market=known),
        at=at,
        by=by,
        chance=story.CHANCE,
    )
    index = past[-1].index + 1 if past else 0
    return Recorded(
        index=index,
        leaf=leaf(index),
        at=at,
        actor=by.key,
        signers=(by.key,),
        roles=by.roles,
        type=catalogue.NAMES[type(decision.event)],
        stream=case,
        n=1 + len(events),
        case=case,
        event=decision.event,
    )


def a_market(sellers: Sequence[Seller] = SELLERS, *, with_framework: bool = True) -> list[Recorded]:
    """Three authorities, a policy on own homes, the sellers with a home, a level, a grade and room, and a framework."""
    found: list[Recorded] = []
    now = moment(MARKET_START)

    def add(command: Command, stream: str | None = None, by: Actor = OFFICER) -> str:
        nonlocal now
        now += timedelta(minutes=1)
        recorded = step_of_market(command, found, stream=stream, at=instant(now), by=by)
        found.append(recorded)
        return recorded.stream

    streams = {code: add(authority(code)) for code in (AUTHORITY, NEIGHBOUR, FAR)}
    add(in_house_policy(), streams[AUTHORITY], APPROVER)
    for seller in sellers:
        stream = add(provider(seller))
        add(home(seller), stream)
        add(capability(seller), stream)
        add(rating(seller), stream)
        add(vacancy(seller), stream)
    if with_framework:
        add(framework(tiers={one.provider: one.tier for one in sellers if one.tier}), None, APPROVER)
    return found
