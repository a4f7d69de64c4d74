"""Unfair choosing on purpose: in each of these searches somebody judges, chooses, pays or allows what they should not.

What is done follows the paper's words for each rule; how the rules are asked of the record is not read here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

from fairplace.referral import events as e
from fairplace.referral.values import FeeLine
from fairplace.synthesis.region import judging
from fairplace.synthesis.region.answers import Bid
from fairplace.synthesis.region.days import after, at, day_of
from fairplace.synthesis.region.homes import Home
from fairplace.synthesis.region.living import Placed
from fairplace.synthesis.region.opening import room, taken
from fairplace.terms import Pence


class Reweighted(Placed):
    """The weights are changed when the offers are known (PL-08); `flips`: and another wins by it."""

    flips = False

    def judged(self) -> None:
        self.weights["match"] -= 1_500
        self.weights["locality"] += 1_500
        self.declare()
        did = "locality weighs 15 points more and the match 15 less, after the offers were seen"
        self.world.plant("PL-08", self.case, f"{did}; another wins by it" if self.flips else did)
        super().judged()


class Flipped(Reweighted):
    """By the weights first declared the other offer would have won."""

    flips = True

    def score(self, bids: list[Bid]) -> None:
        winner = self.plan.winner
        lowest = min(bid.fee for bid in bids)
        for bid in bids:
            near, well, good = (
                (92, 70, 70) if bid is winner else (25, 96, 75) if bid.suits(self.need.level) else (0, 20, 20)
            )
            self.points[bid.offer] = {
                "match": self.weights["match"] * well // 100,
                "outcomes": self.weights["outcomes"] * good // 100,
                "locality": self.weights["locality"] * near // 100,
                "price": judging.price(self.weights["price"], bid.fee, lowest),
            }
        self.sign_scores(bids)


class Unscored(Placed):
    """The authority's own home is chosen without any points (PL-10)."""

    def score(self, bids: list[Bid]) -> None:
        self.world.plant("PL-10", self.case, "the authority's own home was chosen unscored", "PL-09", "PL-11")


class PassedOver(Placed):
    """A nearer home that matches as well is passed over, and nobody says why (PL-12)."""

    def score(self, bids: list[Bid]) -> None:
        winner = self.plan.winner
        assert winner is not None
        self.points = judging.points(bids, self.weights, winner, self.need.level, self.chance, lead=0)
        best = self.points[winner.offer]
        for bid in bids:
            if bid is not winner and bid.suits(self.need.level):
                own = self.points[bid.offer]
                own["match"] = best["match"] - 300
                left = sum(best.values()) - 150 - own["match"] - own["locality"] - own["price"]
                own["outcomes"] = max(0, min(left, self.weights["outcomes"]))
        self.sign_scores(bids)

    def decided(self) -> None:
        self.world.plant("PL-12", self.case, "a home more than ten miles further away was chosen without a reason")
        super().decided()


class UnderSpecialised(Placed):
    """A home whose level is below the need is chosen (PL-13)."""

    def decided(self) -> None:
        self.world.plant("PL-13", self.case, "the home's evidenced level is below the child's need")
        super().decided()


class OverSpecialised(Placed):
    """A home two levels above the need is chosen, though one of the right level was offered (PL-14)."""

    def decided(self) -> None:
        self.world.plant("PL-14", self.case, "the home's level is two above the need, and one that fits was offered")
        super().decided()


class Unbalanced(Placed):
    """Sixty pounds a week of the agreed fee are in no line (PL-20)."""

    short = False

    def composed(self, fee: Pence) -> list[FeeLine]:
        return super().composed(fee - 6_000 if self.short else fee)

    def agree(self, fee: Pence) -> None:
        self.world.plant("PL-20", self.case, "the lines of the agreed fee are 60 pounds short of it")
        self.short = True
        super().agree(fee)
        self.short = False


class Dear(Placed):
    """Half as much again as like needs cost, in one figure, with no approval beyond the usual two (PL-21)."""

    def composed(self, fee: Pence) -> list[FeeLine]:
        return [FeeLine(code="accommodation", amount=fee, payer="care", needs=self.line_ids)]

    def decided(self) -> None:
        self.world.plant("PL-21", self.case, "the fee is more than 1.35 times what like needs cost")
        super().decided()


class OffRate(Placed):
    """A called-off home is paid more than its agreed rate (PL-22)."""

    def decided(self) -> None:
        self.world.plant("PL-22", self.case, "the fee is above the agreed rate, and nothing says why")
        super().decided()


class PaidForStoodEmpty(Placed):
    """A home is bought on the spot while a place that is paid for stands empty and would suit (PL-24)."""

    block: Home | None = None
    missed: Callable[[], None]
    """Called when nothing comes of it, so that it is tried again with another child."""

    def tell(self) -> Iterator[datetime]:
        waits = True
        for moment in super().tell():
            if waits and self.block is not None and moment == self.plan.decides:
                waits = False
                yield at(day_of(moment - timedelta(days=1)), 20)
                if not self.world.suited_in_flight(self.block, but=self.case):
                    self.block.free += 1
                    room(self.world, self.block)
                    self.world.agenda.add(self._filled_again(self.block))
            yield moment

    def decided(self) -> None:
        super().decided()
        if self.block is not None and self.block.free:
            self.world.plant("PL-24", self.case, f"{self.block.setting} is paid for, suits, and stood empty")
        else:
            self.missed()  # another child was offered the place in the meantime

    def _filled_again(self, home: Home) -> Iterator[datetime]:
        yield at(after(day_of(self.plan.decides), 1), 18)
        if home.free:
            taken(self.world, home)


class TooYoung(Placed):
    """A child who is not yet sixteen moves into supported accommodation (PL-26)."""

    def months(self) -> int:
        return 190

    def start(self) -> None:
        self.world.plant("PL-26", self.case, "aged 15 years and 10 months in supported accommodation")
        super().start()


class WrongApprover(Placed):
    """A placement at a distance is allowed by the nominated officer, not by the director (PL-27)."""

    def approve_distance(self) -> None:
        winner = self.plan.winner
        assert winner is not None
        self.do(e.AreaConsulted, "social-worker", area=winner.area, care_plan_given=True)
        self.approval("nominated_officer", "nominated-officer")
        self.world.plant("PL-27", self.case, "a placement at a distance was allowed by the nominated officer")


class LateNotice(Placed):
    """The other authority is told seven working days after the move (PL-27)."""

    def tell_area(self) -> None:
        """Not yet."""

    def moved_in(self) -> Iterator[datetime]:
        yield from super().moved_in()
        yield at(after(self.plan.starts, 7), 10)
        winner = self.plan.winner
        assert winner is not None
        self.notify_area(winner)
        self.world.plant("PL-27", self.case, "the other authority was told seven working days after the move")
