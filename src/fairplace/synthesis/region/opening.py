"""The first morning: every authority, provider, home and agreement is entered; and what changes in the market later."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from typing import Literal

from fairplace.market import events as market
from fairplace.market.events import Ability, Registration, Uplift, UpliftRule, Vacancy
from fairplace.synthesis.region import plane
from fairplace.synthesis.region.days import ENDS, OPENS, at, day_of
from fairplace.synthesis.region.draws import Draws
from fairplace.synthesis.region.homes import FAMILIES, PLACE, UPLIFT, Firm, Home
from fairplace.synthesis.region.world import World
from fairplace.terms import day

FRAMEWORKS: Mapping[str, str] = {"residential": "SYN-FW-HOMES", "foster": "SYN-FW-FOSTER", "supported": "SYN-FW-16"}
UPLIFTED = date(2025, 4, 1)
COMMITTED = 2
"""Places that are paid for in each home of a block."""

_Shown = Literal["clinical-staff", "model-of-care", "inspection-text", "outcomes", "training"]
_EVIDENCE: Mapping[int, tuple[tuple[_Shown, str], ...]] = {
    1: (("training", "Core training of all staff, seen on the training matrix."),),
    2: (
        ("training", "Accredited training in attachment and trauma."),
        ("inspection-text", "The last inspection names skilled work with additional needs."),
    ),
    3: (
        ("clinical-staff", "A clinical psychologist, 0.4 of full time."),
        ("model-of-care", "An accredited model of care, with supervision."),
    ),
    4: (
        ("clinical-staff", "A clinical team of three, on the rota."),
        ("model-of-care", "An accredited therapeutic model of care."),
        ("outcomes", "Outcomes of the last two years, measured and checked."),
    ),
}


def entered(world: World) -> Iterator[datetime]:
    yield at(OPENS, 7)
    for code in world.authorities:
        stream = world.book.stream()
        world.act(
            market.AuthorityRegistered,
            world.keeper,
            case=stream,
            authority=code,
            name=f"Synthetic Council {code[3:]}",
            region="SYNTHETIC",
            sub_region=f"SYNTHETIC-{(int(code[3:]) - 1) // plane.COLUMNS + 1}",
            adjoining=plane.adjoining(code, world.authorities),
            under_100_looked_after=False,
        )
        for family in ("foster", "residential"):
            world.act(
                market.InHousePolicyDeclared,
                world.staff[code]["director"][0],
                case=stream,
                authority=code,
                policy=f"{code}-own-{family}",
                family=family,
                head_start_hours=24,
                from_on=day(OPENS),
                reason=world.words("Our own homes are near the children's schools, and they are paid for."),
            )
    for firm in world.firms.values():
        _enter(world, firm)
    _agree(world)


def _enter(world: World, firm: Firm) -> None:
    firm.stream = world.book.stream()
    world.act(
        market.ProviderRegistered,
        world.keeper,
        case=firm.stream,
        provider=firm.id,
        provider_class=firm.provider_class,
        authority=firm.authority,
        company=None,
        size_band=firm.size_band,
        name=world.words(firm.name),
    )
    world.act(
        market.OwnershipDeclared,
        world.keeper,
        case=firm.stream,
        provider=firm.id,
        owner=firm.owner,
        owner_type=firm.owner_type,
        from_on=day(OPENS - timedelta(days=400)),
    )
    for home in firm.homes:
        home.stream = firm.stream
        _register(world, home)
        if home.cost is not None:
            full_cost(world, home, 2023)


def _register(world: World, home: Home) -> None:
    case = home.stream
    world.act(
        market.SettingRegistered,
        world.keeper,
        case=case,
        provider=home.firm,
        setting=home.setting,
        family=home.family,
        place_code=PLACE[home.family],
        registration=Registration(urn=home.urn, age_from=home.ages[0], age_to=home.ages[1], sexes=home.sexes),
        places=home.places,
        buildings=1,
        area=home.area,
        point=home.point,
    )
    world.act(
        market.SettingRated,
        world.keeper,
        case=case,
        setting=home.setting,
        rated_on=day(OPENS - timedelta(days=world.chance.between(20, 300))),
        grade=home.grade,
    )
    world.act(
        market.CapabilityEvidenced,
        world.keeper,
        case=case,
        setting=home.setting,
        claimed=home.level,
        evidenced=home.level,
        shown=[
            Ability(kind=kind, detail=world.words(words), seen_on=day(OPENS - timedelta(days=30)))
            for kind, words in _EVIDENCE[home.level]
        ],
    )
    if home.free:
        room(world, home)


def full_cost(world: World, home: Home, year: int) -> None:
    """A year's cost over the weeks of use gives the full cost of a week."""
    assert home.cost is not None
    weeks = home.places * 44
    world.act(
        market.FullCostDeclared,
        world.keeper,
        case=home.stream,
        setting=home.setting,
        year=year,
        cost=home.cost * weeks,
        nights_used=weeks * 7,
        nights_possible=home.places * 365,
    )


def room(world: World, home: Home) -> None:
    """A home says how much room it has."""
    count(world, home)
    world.act(
        market.VacancyDeclared,
        world.key_of(home.firm),
        case=home.stream,
        setting=home.setting,
        vacancy=Vacancy(places=home.free, from_on=day(day_of(world.clock())), available=True, reason_not=None),
    )


def confirmed(world: World, home: Home) -> None:
    """The place that was held for a child is theirs to have now: until they do, it stands empty."""
    count(world, home, held=1)
    place = Vacancy(places=1, from_on=day(day_of(world.clock())), available=True, reason_not=None)
    world.act(market.VacancyDeclared, world.key_of(home.firm), case=home.stream, setting=home.setting, vacancy=place)


def gone(world: World, home: Home) -> None:
    """Nobody else can have it."""
    count(world, home)
    world.act(market.VacancyWithdrawn, world.key_of(home.firm), case=home.stream, setting=home.setting, why="filled")


def taken(world: World, home: Home) -> None:
    """A place is taken: nobody else may have it."""
    home.free -= 1
    if home.free:
        room(world, home)
        return
    gone(world, home)


def _agree(world: World) -> None:
    firms = list(world.firms.values())
    for family in FAMILIES:
        tiers = {firm.id: firm.tier for firm in firms if firm.tier and firm.families == (family,)}
        _conclude(world, FRAMEWORKS[family], "framework", family, tiers, {}, [f for f in firms if f.id in tiers])
    for firm in firms:
        for number, home in enumerate(one for one in firm.homes if one.block):
            assert home.block is not None
            route = "block" if int(home.block[-1]) % 4 else "soft-block"
            _conclude(
                world, home.block, route, "residential", {firm.id: "T1"}, {home.setting: COMMITTED}, [firm], only=number
            )


def _conclude(
    world: World,
    code: str,
    route: str,
    family: str,
    tiers: Mapping[str, str],
    committed: dict[str, int],
    firms: list[Firm],
    only: int | None = None,
) -> None:
    rates = {
        f"{home.setting}:{level}": pence
        for firm in firms
        for home in firm.homes
        for level, pence in home.agreed.items()
        if (home.block == code if only is not None else home.block is None)
    }
    world.agreements[code] = world.book.stream()
    world.act(
        market.AgreementConcluded,
        world.head,
        case=world.agreements[code],
        agreement=code,
        route=route,
        regime="PCR15",
        concluded_on="2023-11-20",
        starts_on="2024-01-08",
        ends_on="2028-03-31",
        authorities=list(world.authorities),
        families=[family],
        tiers=dict(tiers),
        window_hours={"T1": 24, "T2": 24},
        price_ranked=False,
        uplift=UpliftRule(kind="lower-of-cap-and-cpi", cap=UPLIFT),
        committed=committed,
        rates=rates,
    )


def uplifted(world: World) -> Iterator[datetime]:
    """On 1 April 2025 every agreed rate rises by the agreement's one rule."""
    yield at(UPLIFTED, 7, 10)
    codes = [*FRAMEWORKS.values(), *sorted(home.block for home in world.homes.values() if home.block)]
    for code in codes:
        chance = Draws("uplift", world.seed, code)
        given = {
            firm.id: Uplift(asked=chance.pick([150, 250, 400]), given=UPLIFT, hardship_evidenced=False)
            for firm in world.firms.values()
            if firm.tier and (FRAMEWORKS[firm.families[0]] == code or any(home.block == code for home in firm.homes))
        }
        world.act(
            market.UpliftDecided,
            world.head,
            case=world.agreements[code],
            agreement=code,
            from_on=day(UPLIFTED),
            cpi=230,
            given=given,
        )
    for home in world.homes.values():
        if home.cost is not None:
            full_cost(world, home, 2024)


def freed(world: World, home: Home, mean: float) -> Iterator[datetime]:
    """Every so many days another child leaves, and the home says that it has room; its own children count as others.

    Places that are paid for, and the authority's own, come free only while no search is under way that they would suit: whoever looks next is
    offered them first.
    """
    chance = Draws("freed", world.seed, home.setting)
    moment = at(OPENS, 8) + timedelta(days=chance.wait(mean / 2))
    while True:
        yield moment
        first = home.block is not None or home.cost is not None
        if first and (world.suited_in_flight(home) or (home.block and home.free >= COMMITTED)):
            moment += timedelta(hours=7)
            continue
        if home.free < home.places:
            home.free += 1
            room(world, home)
        moment += timedelta(days=chance.wait(mean))


def filled(world: World, home: Home, mean: float) -> Iterator[datetime]:
    """Room does not stay: after some weeks another authority's child moves in."""
    chance = Draws("filled", world.seed, home.setting)
    moment = at(OPENS, 9)
    while True:
        moment += timedelta(days=chance.wait(mean))
        yield moment
        if home.free:
            taken(world, home)


def counted(world: World, home: Home) -> Iterator[datetime]:
    """Every third morning somebody counts who slept in the places that are paid for; changes are counted at once."""
    night = OPENS
    while night < ENDS:
        yield at(night + timedelta(days=1), 7)
        count(world, home, night)
        night += timedelta(days=3)


def count(world: World, home: Home, night: date | None = None, held: int = 0) -> None:
    """How many of the places that are paid for are filled in a night: also when one is taken, or becomes free.

    A place that is kept for a child counts as filled, but for those `held` that they are about to be given.
    """
    if home.block:
        world.act(
            market.BlockOccupancyRecorded,
            world.key_of(home.firm),
            case=world.agreements[home.block],
            agreement=home.block,
            setting=home.setting,
            night=day(night or day_of(world.clock())),
            occupied=COMMITTED - home.free - held,
        )
