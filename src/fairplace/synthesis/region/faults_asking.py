"""Unfair asking on purpose: in each of these searches somebody treats one provider unlike the others.

What is done follows the paper's words for each rule; how the rules are asked of the record is not read here.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial

from fairplace.referral import events as e
from fairplace.referral.values import Considered, Recipient
from fairplace.synthesis.region.answers import Asked, Bid, Refusal
from fairplace.synthesis.region.living import Placed
from fairplace.synthesis.region.plans import Plan
from fairplace.synthesis.region.search import Step
from fairplace.terms import instant


class Omitted(Placed):
    """Somebody who should be asked is not (PL-01)."""

    @staticmethod
    def fits(plan: Plan) -> bool:
        return any(_spare(asked) for asked in plan.asked)

    def opened(self) -> None:
        asked = next(asked for asked in reversed(self.plan.asked) if _spare(asked))
        name = _spare(asked)[0]
        asked.recipients = [one for one in asked.recipients if one != name]
        asked.silent = [one for one in asked.silent if one != name]
        asked.refusals = [one for one in asked.refusals if one.firm != name]
        self.world.plant("PL-01", self.case, f"{name} could be asked in {asked.tier} and was not")
        super().opened()


def _spare(asked: Asked) -> list[str]:
    """Those who could be left out of a tier of three or more without changing who offers."""
    offering = {bid.firm for bid in asked.bids}
    return [name for name in asked.recipients if name not in offering] if len(asked.recipients) > 2 else []


class Extended(Placed):
    """One provider is privately given until the next day, and offers in that time (PL-02)."""

    @staticmethod
    def fits(plan: Plan) -> bool:
        return plan.winner is not None and not plan.is_emergency and plan.asked[-1].tier != "IN_HOUSE"

    def steps(self, asked: Asked) -> list[Step]:
        winner = self.plan.winner
        if winner is None or asked is not self.plan.asked[-1]:
            return super().steps(asked)
        granted = asked.closes - timedelta(minutes=35)
        winner.at = asked.closes + timedelta(minutes=50)
        return [*super().steps(asked), (granted, partial(self.extend, asked, winner))]

    def extend(self, asked: Asked, favoured: Bid) -> None:
        deadline = instant(asked.closes + timedelta(minutes=90))
        self.do(
            e.DeadlineExtended,
            "officer",
            tier=asked.tier,
            recipients=[Recipient(provider=favoured.firm, sent_at=self.world.now(), deadline=deadline)],
            reason=self.world.words("Their manager telephoned and asked for a little longer."),
        )
        self.world.plant("PL-02", self.case, f"{favoured.firm} alone was given longer to answer in {asked.tier}")

    def closed_at(self, asked: Asked) -> datetime:
        late = timedelta(minutes=93 if asked is self.plan.asked[-1] else 3)
        return asked.closes + late


class ToldOne(Placed):
    """The answer to a question goes to whoever asked, and to nobody else (PL-03)."""

    @staticmethod
    def fits(plan: Plan) -> bool:
        return bool(plan.asked) and plan.asked[-1].tier != "IN_HOUSE" and len(plan.invited) > 1

    def opened(self) -> None:
        self.asks = True
        super().opened()

    def told(self, asker: str) -> list[str]:
        self.world.plant("PL-03", self.case, f"the answer to Q1 went to {asker} alone")
        return [asker]


class Introduced(Placed):
    """A provider is introduced by somebody of standing, and its offer is looked at long before the others (PL-04)."""

    @staticmethod
    def fits(plan: Plan) -> bool:
        return not plan.is_emergency and plan.winner is not None and len(plan.asked[-1].bids) > 1

    def publish(self, asked: Asked) -> None:
        super().publish(asked)
        if asked is self.plan.asked[-1]:
            self.do(
                e.ContactRecorded,
                "director",
                introducer=self.chance.pick(("member", "senior_officer", "former_staff")),
                channel="telephone",
                provider=asked.bids[0].firm,
                note=self.world.words("Was recommended as a home that would do well by any child."),
            )

    def consider(self, bids: list[Bid]) -> None:
        if bids is not self.plan.asked[-1].bids and bids[0].tier != self.plan.asked[-1].tier:
            super().consider(bids)
            return
        first = bids[0]
        self.do(
            e.OffersConsidered,
            "officer",
            offers={first.offer: Considered(at=instant(first.at + timedelta(minutes=5)), priority=None)},
        )
        self.world.plant("PL-04", self.case, f"the introduced offer of {first.firm} was looked at first")

    def judged(self) -> None:
        self.do(
            e.OffersConsidered,
            "officer",
            offers={bid.offer: Considered(at=self.world.now(), priority=None) for bid in self.plan.asked[-1].bids[1:]},
        )
        super().judged()


class TooEarly(Placed):
    """The next tier is opened while those of this one may still answer (PL-05)."""

    @staticmethod
    def fits(plan: Plan) -> bool:
        if plan.is_emergency or len(plan.asked) < 2:
            return False
        first, second = plan.asked[-2:]
        return first.tier != "IN_HOUSE" and bool(first.silent) and bool(second.bids) and not first.bids

    def opened(self) -> None:
        first, second = self.plan.asked[-2:]
        opens = first.opens + timedelta(minutes=50)
        moved = second.opens - opens
        second.opens = opens
        answers: list[Bid | Refusal] = [*second.bids, *second.refusals]
        for answer in answers:
            answer.at = max(opens + timedelta(minutes=5), answer.at - moved / 2)
        self.world.plant("PL-05", self.case, f"{second.tier} was opened 50 minutes after {first.tier}")
        super().opened()
