"""How one search will go when everybody does right: which tiers open when, who answers, who is chosen and why."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta

import msgspec

from fairplace.market.events import Tier
from fairplace.referral.values import Urgency
from fairplace.synthesis.region import plane
from fairplace.synthesis.region.answers import Answering, Asked, Bid
from fairplace.synthesis.region.days import after, at, day_of, working
from fairplace.synthesis.region.demand import Fate, Need
from fairplace.synthesis.region.draws import Draws
from fairplace.synthesis.region.opening import UPLIFTED
from fairplace.synthesis.region.world import Sought, World

RADIUS: Mapping[str, int | None] = {"foster": 45, "supported": 45, "residential": None}
"""Miles from middle to middle of the areas that are searched; the region is no wider than the 90 for homes."""
WINDOWS: Mapping[Urgency, Mapping[Tier, int]] = {
    "planned": {"IN_HOUSE": 4, "T1": 72, "T2": 72, "OFF": 96},
    "within_7d": {"IN_HOUSE": 4, "T1": 24, "T2": 24, "OFF": 24},
    "same_day": {"IN_HOUSE": 4, "T1": 24, "T2": 24, "OFF": 24},
    "emergency": {"IN_HOUSE": 1, "T1": 2, "T2": 2, "OFF": 4},
}
"""The least hours that each tier is asked; a day is a working day."""
FARTHER = 0.12
"""How often a home further away is chosen for a reason that the law names."""


class Plan(msgspec.Struct, kw_only=True):
    """One search, planned. `nearest` is passed over for the reason `farther`, where there is one."""

    need: Need
    case: str
    asked: list[Asked]
    fate: Fate
    winner: Bid | None
    farther: str | None
    opens: datetime
    decides: datetime
    starts: date
    fault: str | None = None

    @property
    def bids(self) -> list[Bid]:
        """Every offer that takes part, in the order of the tiers."""
        return [bid for asked in self.asked for bid in asked.bids if not bid.late]

    @property
    def invited(self) -> list[str]:
        return [name for asked in self.asked for name in asked.recipients]

    @property
    def is_emergency(self) -> bool:
        return self.need.urgency == "emergency"

    @property
    def others(self) -> list[Bid]:
        return [bid for bid in self.bids if bid is not self.winner]


def sought(need: Need) -> Sought:
    return Sought(need.authority, need.family, need.child.age_months, need.child.sex, need.level)


class Planning:
    """Plans searches one after another; it keeps the share of spot purchases near what the world is meant to have."""

    def __init__(self, world: World) -> None:
        self.world = world
        self._spot = 0
        self._under = 0

    def plan(self, need: Need, case: str, *, spot: bool = False) -> Plan:
        """The plan of a search that opens now. `spot`: nobody of the agreements has a home."""
        world = self.world
        chance = Draws("plan", world.preset.name, world.seed, need.number)
        answering = Answering(world, need, chance)
        opens = world.clock()
        asked: list[Asked] = []
        winner = None
        fate = need.fate
        reach = "OFF" if spot or fate != "placed" else self._reach(chance)
        moment = opens + timedelta(minutes=10)
        for tier in ("IN_HOUSE", "T1", "T2", "OFF"):
            one = self._asked(need, tier, moment)
            if one is None:
                continue
            asked.append(one)
            agree = fate == "placed" and (
                tier == "OFF" or (tier == "T1" and reach == "T1") or (tier, reach) == ("T2", "T2")
            )
            answering.answer(one, agree=agree)
            if agree and tier in (reach, "OFF") and not one.suitable(need.level):
                answering.forced(one)
            if one.suitable(need.level):
                fate = "placed"
                break
            moment = self._next(need, one.closes)
        found = asked[-1].suitable(need.level) if asked else []
        if not found and fate == "placed":
            fate = "not_found"
        decides, starts = self._when(need, asked[-1].closes if asked else moment, chance)
        for bid in (bid for one in asked for bid in one.bids):
            bid.fee = answering.fee(bid.home, decides)
        farther = None
        if found:
            winner, farther = self._choose(need, found, chance)
            self._count(winner)
        elif fate == "unregistered":
            self._spot += 1
        return Plan(
            need=need,
            case=case,
            asked=asked,
            fate=fate,
            winner=winner,
            farther=farther,
            opens=opens,
            decides=decides,
            starts=starts,
        )

    def _reach(self, chance: Draws) -> Tier:
        """In which tier a home will be found; the share of spot purchases is steered towards the world's."""
        bought = self._spot + self._under
        ahead = self._spot / bought - self.world.preset.spot if bought >= 10 else 0.0
        if chance.often(min(1.0, max(0.0, self.world.preset.spot - 4 * ahead))):
            return "OFF"
        return "T1" if chance.often(0.6) else "T2"

    def _count(self, winner: Bid) -> None:
        if winner.home.family == "residential":
            self.world.in_homes += 1
            self.world.in_homes_far += winner.tenths > 200
        if winner.tier == "OFF":
            self._spot += 1
        elif winner.tier != "IN_HOUSE":
            self._under += 1

    def _asked(self, need: Need, tier: Tier, opens: datetime) -> Asked | None:
        radius = RADIUS[need.family]
        areas = None if radius is None else plane.within(need.authority, radius, self.world.authorities)
        recipients = self.world.eligible(tier, need.authority, sought(need), areas)
        if not recipients:
            return None
        hours = WINDOWS[need.urgency][tier]
        if need.urgency == "emergency":
            closes = opens + timedelta(hours=hours)
        elif tier == "IN_HOUSE":
            closes = opens + timedelta(hours=hours, minutes=30)
        else:
            local = opens - at(day_of(opens), 0)
            closes = at(after(day_of(opens), hours // 24), 0) + local
        return Asked(tier=tier, areas=areas, recipients=recipients, opens=opens, closes=closes)

    def _next(self, need: Need, closes: datetime) -> datetime:
        """Ten minutes later: searches are opened in the morning, so no tier begins late in the day."""
        return closes + timedelta(minutes=10)

    def _when(self, need: Need, closed: datetime, chance: Draws) -> tuple[datetime, date]:
        """When somebody decides, and the day on which the child moves in; never on two sides of a rise of rates."""
        if need.urgency == "emergency":
            return closed + timedelta(minutes=25), day_of(closed)
        wait = {"planned": (1, 3), "within_7d": (1, 1), "same_day": (1, 1)}[need.urgency]
        decides = after(day_of(closed), chance.between(*wait))
        if UPLIFTED - timedelta(days=5) <= decides < UPLIFTED:
            decides = working(UPLIFTED)
        moves = {"planned": (4, 9), "within_7d": (1, 3), "same_day": (1, 1)}[need.urgency]
        starts = after(decides, chance.between(*moves))
        if decides < UPLIFTED <= starts:
            starts = after(decides, 1)
        return at(decides, 10, chance.between(0, 50)), starts

    def _choose(self, need: Need, found: list[Bid], chance: Draws) -> tuple[Bid, str | None]:
        """The nearest of those whose level is nearest to the need; sometimes another, for a reason that counts."""
        least = min(bid.level for bid in found)
        fitting = sorted((bid for bid in found if bid.level == least), key=lambda bid: (bid.tenths, bid.offer))
        nearest = min(found, key=lambda bid: (bid.tenths, bid.offer))
        winner = fitting[0]
        if len(fitting) > 1 and chance.often(FARTHER):
            winner = fitting[1]
            return winner, chance.pick(("sibling", "school", "child_view", "safety_distance", "match"))
        return winner, None if winner.tenths <= nearest.tenths else "match"
