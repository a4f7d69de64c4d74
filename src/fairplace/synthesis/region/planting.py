"""Which search goes wrong, and in which way: each fault in a case of its own, spread over the two years.

A fault is planted where the search that is planned allows it; some need one thing more, such as a second offer, and get it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from datetime import timedelta
from statistics import median

from fairplace.synthesis.region import faults_asking as asking
from fairplace.synthesis.region import faults_choosing as choosing
from fairplace.synthesis.region.answers import Answering, Asked, Bid
from fairplace.synthesis.region.days import day_of
from fairplace.synthesis.region.demand import Need
from fairplace.synthesis.region.draws import Deck, Draws
from fairplace.synthesis.region.homes import Home, tens
from fairplace.synthesis.region.living import Placed
from fairplace.synthesis.region.plans import Plan, Planning
from fairplace.synthesis.region.world import World

Try = Callable[[Plan, Answering], type[Placed] | None]

FLIPS = 0.4
"""The share of changed weights by which another wins (6 of 15)."""
DEAR = 1.5
PEERS = 24
"""Like needs of the last twelve months that there must be before a fee is called high: the rule asks for 20."""
_AHEAD = 1.15


class Planter:
    """Gives each search its story."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._wanted: Mapping[str, int] = {} if world.twin else world.preset.planted()
        self._done: Counter[str] = Counter()
        self._flips = 0
        self._ways: Mapping[str, Try] = {
            "PL-26": self._too_young,
            "PL-21": self._dear,
            "PL-10": self._unscored,
            "PL-22": self._off_rate,
            "PL-05": lambda plan, _: asking.TooEarly if asking.TooEarly.fits(plan) else None,
            "PL-04": self._introduced,
            "PL-13": self._under,
            "PL-14": self._over,
            "PL-08": self._reweighted,
            "PL-12": self._passed_over,
            "PL-27": self._distance,
            "PL-02": lambda plan, _: asking.Extended if asking.Extended.fits(plan) else None,
            "PL-03": lambda plan, _: asking.ToldOne if asking.ToldOne.fits(plan) else None,
            "PL-20": lambda plan, _: choosing.Unbalanced if plan.winner else None,
            "PL-01": lambda plan, _: asking.Omitted if asking.Omitted.fits(plan) else None,
        }

    def story(self, planning: Planning, need: Need, case: str, endings: Deck) -> Placed:
        world = self._world
        if self._due("PL-24", need) and (block := self._would_suit(need)):
            plan = planning.plan(need, case, spot=True)
            if plan.winner and plan.winner.tier == "OFF" and not plan.is_emergency:
                self._done["PL-24"] += 1
                empty = choosing.PaidForStoodEmpty(world, plan, endings)
                empty.block = block
                empty.missed = lambda: self._done.subtract(["PL-24"])
                return empty
            return Placed(world, plan, endings)
        plan = planning.plan(need, case)
        answering = Answering(world, need, Draws("planting", world.preset.name, world.seed, need.number))
        for rule, way in self._ways.items():
            if self._due(rule, need) and (kind := way(plan, answering)):
                self._done[rule] += 1
                return kind(world, plan, endings)
        return Placed(world, plan, endings)

    def _due(self, rule: str, need: Need) -> bool:
        """Is it time for one more? A little ahead of time, so that all are planted before the end."""
        wanted = self._wanted.get(rule, 0)
        done = self._done[rule]
        return done < wanted and done < wanted * _AHEAD * (need.number + 1) / self._world.preset.referrals + 0.5

    # What a plan must be, or is made to be

    def _would_suit(self, need: Need) -> Home | None:
        if need.fate != "placed" or need.urgency == "emergency" or need.level > 2:
            return None
        child = need.child
        for home in self._world.homes.values():
            if home.block and home.takes(need.family, child.age_months, child.sex) and not home.free:
                return home
        return None

    def _too_young(self, plan: Plan, _: Answering) -> type[Placed] | None:
        return choosing.TooYoung if plan.winner and plan.need.family == "supported" else None

    def _dear(self, plan: Plan, _: Answering) -> type[Placed] | None:
        """The only offer, off any agreement, for a need whose like were met often enough to compare."""
        winner, need = plan.winner, plan.need
        if winner is None or winner.tier != "OFF" or len(plan.bids) > 1 or need.category == "specialist":
            return None
        since = day_of(plan.opens) - timedelta(days=330)
        like = self._world.census.peers(need.family, need.level, need.category, since)
        if len(like) < PEERS:
            return None
        winner.fee = tens(median(like) * DEAR)
        return choosing.Dear

    def _unscored(self, plan: Plan, _: Answering) -> type[Placed] | None:
        return choosing.Unscored if plan.winner and plan.winner.tier == "IN_HOUSE" else None

    def _off_rate(self, plan: Plan, _: Answering) -> type[Placed] | None:
        winner = plan.winner
        if winner is None or not winner.under_agreement or winner.home.block:
            return None
        winner.fee = tens(winner.fee / 100 * 1.045)
        return choosing.OffRate

    def _introduced(self, plan: Plan, answering: Answering) -> type[Placed] | None:
        winner = plan.winner
        if winner is None or winner.tier == "IN_HOUSE" or plan.is_emergency:
            return None
        if len(plan.asked[-1].bids) < 2 and not self._second(plan, answering, lambda bid: bid.tenths > winner.tenths):
            return None
        return asking.Introduced if asking.Introduced.fits(plan) else None

    def _under(self, plan: Plan, answering: Answering) -> type[Placed] | None:
        """The only offer comes from a home below the need."""
        winner = plan.winner
        if winner is None or winner.tier != "OFF" or len(plan.bids) > 1 or plan.is_emergency:
            return None
        asked = plan.asked[-1]
        other = self._offered(plan, answering, asked, plan.need.level - 1, lambda bid: True)
        if other is None:
            return None
        asked.bids = [other]
        asked.silent = [*asked.silent, winner.firm] if winner.firm != other.firm else asked.silent
        plan.winner, plan.farther = other, None
        return choosing.UnderSpecialised

    def _over(self, plan: Plan, answering: Answering) -> type[Placed] | None:
        """A home two levels above the need, no further away than the one that fits, is offered as well."""
        winner, level = plan.winner, plan.need.level
        if winner is None or winner.tier != "OFF" or len(plan.bids) > 1 or plan.is_emergency or winner.level != level:
            return None
        other = self._offered(plan, answering, plan.asked[-1], level + 2, lambda bid: bid.tenths <= winner.tenths)
        if other is None:
            return None
        plan.asked[-1].bids = [winner, other]
        plan.winner, plan.farther = other, None
        return choosing.OverSpecialised

    def _reweighted(self, plan: Plan, answering: Answering) -> type[Placed] | None:
        winner = plan.winner
        if winner is None or winner.tier == "IN_HOUSE" or winner.home.block or plan.is_emergency or plan.farther:
            return None
        flips = self._flips < FLIPS * (self._done["PL-08"] + 1)
        if not flips:
            return choosing.Reweighted
        if len(plan.bids) > 1 or not self._second(plan, answering, lambda bid: bid.tenths > winner.tenths):
            return None
        self._flips += 1
        return choosing.Flipped

    def _passed_over(self, plan: Plan, answering: Answering) -> type[Placed] | None:
        """A second offer that suits as well, more than ten miles further away, is taken."""
        winner = plan.winner
        if winner is None or winner.tier == "IN_HOUSE" or winner.home.block or plan.is_emergency or len(plan.bids) > 1:
            return None
        if (other := self._second(plan, answering, lambda bid: bid.tenths > winner.tenths + 110)) is None:
            return None
        plan.winner, plan.farther = other, None
        return choosing.PassedOver

    def _distance(self, plan: Plan, _: Answering) -> type[Placed] | None:
        """In turn: the wrong person allows a distance, and the other authority is told too late."""
        winner = plan.winner
        if winner is None or plan.is_emergency or winner.boundary == "IN":
            return None
        if self._done["PL-27"] % 2 == 0:
            return choosing.WrongApprover if winner.boundary == "DIST" else None
        return choosing.LateNotice

    def _second(self, plan: Plan, answering: Answering, which: Callable[[Bid], bool]) -> Bid | None:
        """One more offer of the same level in the last tier."""
        assert plan.winner is not None
        asked = plan.asked[-1]
        other = self._offered(plan, answering, asked, plan.winner.level, which)
        if other is not None:
            asked.bids.append(other)
        return other

    def _offered(
        self, plan: Plan, answering: Answering, asked: Asked, level: int, which: Callable[[Bid], bool]
    ) -> Bid | None:
        """An offer by somebody who had not made one: a home of this level, as it is wanted."""
        need, offering = plan.need, {bid.firm for bid in asked.bids}
        child = need.child
        homes = [
            home
            for name in asked.recipients
            if name not in offering
            for home in self._world.firms[name].homes
            if home.level == level
            and home.takes(need.family, child.age_months, child.sex)
            and (asked.areas is None or home.area in asked.areas)
            and not home.block
        ]
        for home in homes:
            bid = answering.bid(asked, home)
            if which(bid):
                bid.fee = answering.fee(home, plan.decides)
                asked.silent = [name for name in asked.silent if name != home.firm]
                asked.refusals = [one for one in asked.refusals if one.firm != home.firm]
                return bid
        return None
