"""Who answers a tier, and how: silence, a decline with its reason, or the offer of a home at a fee."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import datetime, timedelta

import msgspec

from fairplace.market.events import Point, Tier
from fairplace.referral.values import BoundaryClass
from fairplace.synthesis.region import plane
from fairplace.synthesis.region.days import day_of
from fairplace.synthesis.region.demand import Need
from fairplace.synthesis.region.draws import Draws
from fairplace.synthesis.region.homes import UPLIFT, Firm, Home, off_agreement
from fairplace.synthesis.region.opening import UPLIFTED
from fairplace.synthesis.region.world import World
from fairplace.terms import Pence

SILENT = 0.45
VACANT: Mapping[str, float] = {"foster": 0.55, "supported": 0.40}
REACH: Mapping[str, float] = {"foster": 14, "residential": 55, "supported": 25}
"""Miles over which willingness falls to a third."""
NEAREST, FARTHER = 4, 40
"""From how many of the nearest whoever is won over comes; in homes from more, while too few are far away."""
FAR_HOMES = 0.49
"""The share of children in homes more than 20 miles away that the region is steered to (published: 49 %)."""
_REASONS = ("match_with_resident_children", "vacancy_not_available_staffing", "risk_unmanageable", "distance")


class Bid(msgspec.Struct, kw_only=True):
    """An offer as it will be made. `area`: where the child would live."""

    offer: str
    firm: str
    home: Home
    tier: Tier
    fee: Pence  # known when it is known on which day somebody decides
    tenths: int
    area: str
    boundary: BoundaryClass
    at: datetime
    level: int
    late: bool = False
    under_agreement: bool = False

    def suits(self, level: int) -> bool:
        return self.level >= level


class Refusal(msgspec.Struct, kw_only=True):
    firm: str
    reason: str
    had_vacancy: bool
    at: datetime


class Asked(msgspec.Struct, kw_only=True):
    """One tier as it will be opened, and all that comes of it."""

    tier: Tier
    areas: list[str] | None
    recipients: list[str]
    opens: datetime
    closes: datetime
    bids: list[Bid] = []
    refusals: list[Refusal] = []
    silent: list[str] = []

    def suitable(self, level: int) -> list[Bid]:
        return [bid for bid in self.bids if bid.suits(level) and not bid.late]


class Answering:
    """Draws the answers to one referral."""

    def __init__(self, world: World, need: Need, chance: Draws) -> None:
        self._world = world
        self._need = need
        self._chance = chance
        self._child = plane.somewhere(need.authority, Draws("point", world.seed, need.number))

    def answer(self, asked: Asked, *, agree: bool) -> None:
        """Fill in who answers what. Without `agree` nobody offers a home that suits."""
        for name in asked.recipients:
            self._one(asked, self._world.firms[name], agree)

    def _one(self, asked: Asked, firm: Firm, agree: bool) -> None:
        chance, need = self._chance, self._need
        found = self._candidates(asked, firm)
        if own := self._first_claim(found):
            asked.bids.append(self.bid(asked, own))
            return
        vacant = [home for home in found if self._vacant(home)]
        if not firm.authority and chance.often(SILENT):
            asked.silent.append(firm.id)
            return
        if not vacant:
            self._refuse(asked, firm, "no_vacancy", had=False)
            return
        home = min(vacant, key=lambda one: (one.level < need.level, abs(one.level - need.level), one.setting))
        gap = home.level - need.level
        if gap < 0:
            if gap == -1 and not firm.authority and chance.often(0.03):
                asked.bids.append(self.bid(asked, home))
            else:
                self._refuse(asked, firm, "need_above_capability", had=True)
        elif gap > 1:
            self._refuse(asked, firm, "need_below_offer", had=True)
        elif agree and not firm.authority and home.grade != "inadequate" and self._willing(firm, home):
            asked.bids.append(self.bid(asked, home))
        else:
            self._refuse(asked, firm, chance.pick(_REASONS), had=True)

    def _candidates(self, asked: Asked, firm: Firm) -> list[Home]:
        child = self._need.child
        return [
            home
            for home in firm.homes
            if home.takes(self._need.family, child.age_months, child.sex)
            and (asked.areas is None or home.area in asked.areas)
        ]

    def _first_claim(self, found: list[Home]) -> Home | None:
        """A place of the authority's own, or one that is paid for, is offered whenever it is there and suits."""
        level = self._need.level
        for home in found:
            if (home.cost is not None or home.block) and home.free and home.level >= level:
                return home
        return None

    def _vacant(self, home: Home) -> bool:
        if home.cost is not None or home.block or home.family == "residential":
            return home.free > 0
        return self._chance.often(VACANT[home.family])

    def _willing(self, firm: Firm, home: Home) -> bool:
        """Willing by the difference of levels, by how choosy the firm is and by how far it is."""
        level, family = self._need.level, self._need.family
        odds = -1.0 + 0.9 * (home.level - level) - 1.1 * firm.choosy * max(0, level - 1)
        miles = 25.0 if home.point is None else plane.tenths(self._child, home.point) / 10
        near = 1.0 if family == "foster" else math.exp(-miles / REACH[family])
        return self._chance.often(near / (1 + math.exp(-odds)))

    def bid(self, asked: Asked, home: Home) -> Bid:
        """The offer of this home, at the agreed rate where there is one."""
        world, need, chance = self._world, self._need, self._chance
        area, point = self._address(home)
        minutes = int((asked.closes - asked.opens).total_seconds() // 60)
        return Bid(
            offer=chance.bytes(4).hex(),
            firm=home.firm,
            home=home,
            tier=asked.tier,
            fee=0,
            tenths=plane.tenths(self._child, point),
            area=area,
            boundary=plane.boundary(need.authority, area, world.authorities),
            at=asked.opens + timedelta(minutes=chance.between(minutes // 6, minutes * 4 // 5)),
            level=home.level,
            under_agreement=bool(home.agreed),
        )

    def fee(self, home: Home, moment: datetime) -> Pence:
        level = self._need.level
        if home.cost is not None:
            return home.cost
        if not home.agreed:
            return off_agreement(home.family, level, self._chance)
        rate = home.agreed[level]
        return rate * (10_000 + UPLIFT) // 10_000 if day_of(moment) >= UPLIFTED else rate

    def _address(self, home: Home) -> tuple[str, Point]:
        """Where the child would live: carers live around their agency, mostly near the child when they are offered."""
        if home.point is not None:
            return home.area, home.point
        known, chance = self._world.authorities, self._chance
        own = self._need.authority
        if home.cost is not None or chance.often(0.45):
            area = own
        elif chance.often(0.6):
            area = chance.pick(plane.adjoining(own, known) or [own])
        else:
            area = home.area
        return area, plane.somewhere(area, chance)

    def _refuse(self, asked: Asked, firm: Firm, reason: str, *, had: bool) -> None:
        minutes = int((asked.closes - asked.opens).total_seconds() // 60)
        at = asked.opens + timedelta(minutes=self._chance.between(minutes // 10, minutes * 9 // 10))
        asked.refusals.append(Refusal(firm=firm.id, reason=reason, had_vacancy=had, at=at))

    def forced(self, asked: Asked) -> Bid | None:
        """Somebody can be won over after all: one of the nearest whose home is right for the child."""
        need, child = self._need, self._need.child
        fits = [
            home
            for name in asked.recipients
            for home in self._candidates(asked, self._world.firms[name])
            if 0 <= home.level - need.level <= 1 and home.cost is None and not home.block and home.grade != "inadequate"
        ]
        if not fits:
            return None
        fits.sort(key=lambda home: (home.level - need.level, self._miles(home), home.setting))
        too_near = need.family == "residential" and self._world.far_share < FAR_HOMES
        home = self._chance.pick(fits[: FARTHER if too_near else NEAREST])
        asked.silent = [name for name in asked.silent if name != home.firm]
        asked.refusals = [one for one in asked.refusals if one.firm != home.firm]
        asked.bids = [one for one in asked.bids if one.firm != home.firm]
        assert child.sex in home.sexes
        bid = self.bid(asked, home)
        asked.bids.append(bid)
        return bid

    def _miles(self, home: Home) -> int:
        if home.point is None:
            return 0 if home.area == self._need.authority else 100
        return plane.tenths(self._child, home.point)
