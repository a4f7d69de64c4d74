"""One search as it should be: asked, answered, judged, chosen and explained, chapter by chapter."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

from fairplace.referral import events as e
from fairplace.referral.values import (
    Considered,
    FeeLine,
    Offer,
    Recipient,
    Told,
)
from fairplace.synthesis.region import judging, made_up
from fairplace.synthesis.region.answers import Asked, Bid, Refusal
from fairplace.synthesis.region.days import day_of
from fairplace.synthesis.region.fees import composed
from fairplace.synthesis.region.opening import FRAMEWORKS
from fairplace.synthesis.region.plans import WINDOWS, Plan
from fairplace.synthesis.region.telling import Telling
from fairplace.synthesis.region.world import World
from fairplace.terms import LeafHash, Pence, day, instant

Step = tuple[datetime, Callable[[], None]]


class Search(Telling):
    """A search in which everybody does right. What goes wrong is told by those who inherit from it."""

    def __init__(self, world: World, plan: Plan) -> None:
        super().__init__(world, plan.need, plan.case)
        self.plan = plan
        self.weights = dict(judging.WEIGHTS[plan.need.category])
        self.criteria: LeafHash = ""
        self.points: dict[str, judging.Points] = {}
        self.asks = bool(plan.asked) and self.chance.often(0.12)

    def in_order(self) -> list[Step]:
        """Everything that happens from the first tier to the last answer, by its moment."""
        steps = [step for asked in self.plan.asked for step in self.steps(asked)]
        if self.asks:
            steps += self.question(self.plan.asked[-1])
        return sorted(steps, key=lambda one: one[0])

    # Asked

    def opened(self) -> None:
        need, plan = self.need, self.plan
        ahead = {"planned": 21, "within_7d": 7, "same_day": 0, "emergency": 0}[need.urgency]
        known = {"planned": 6, "within_7d": 2, "same_day": 0, "emergency": 0}[need.urgency]
        today = day_of(plan.opens)
        self.do(
            e.ReferralOpened,
            "officer",
            need_version=1,
            urgency=need.urgency,
            needed_by=day(today + timedelta(days=ahead)),
            known_on=day(today - timedelta(days=known)),
            area_excluded=[],
        )
        if plan.is_emergency:
            self.do(
                e.EmergencyDeclared,
                "officer",
                expires_at=instant(self.world.clock() + timedelta(hours=72)),
                reason=self.chance.pick(("breakdown", "breakdown", "police_protection", "discharge")),
            )
        self.declare()

    def declare(self) -> None:
        """By what offers are judged; said before anybody is asked."""
        need = self.need
        own = need.family != "supported"
        self.criteria = self.do(
            e.CriteriaDeclared,
            "officer",
            criteria=judging.criteria(self.weights),
            hard=judging.HARD,
            window_hours=dict(WINDOWS[need.urgency]),
            agreement=FRAMEWORKS[need.family],
            in_house_policy=f"{need.authority}-own-{need.family}" if own else None,
            price_cut_off=False,
            policies=self.world.policies,
        ).leaf

    def steps(self, asked: Asked) -> list[Step]:
        """One tier: all asked at once, the answers as they come, and who stayed silent."""
        found: list[Step] = [(asked.opens, partial(self.publish, asked))]
        answers: list[Bid | Refusal] = [*asked.bids, *asked.refusals]
        found += [(answer.at, partial(self.answered, asked, answer)) for answer in answers]
        return [*found, (self.closed_at(asked), partial(self.closed, asked))]

    def recipients(self, asked: Asked) -> list[str]:
        return asked.recipients

    def publish(self, asked: Asked) -> None:
        sent, deadline = self.world.now(), instant(asked.closes)
        self.do(
            e.ReferralPublished,
            "officer",
            tier=asked.tier,
            need_version=1,
            areas=asked.areas,
            recipients=[Recipient(provider=name, sent_at=sent, deadline=deadline) for name in self.recipients(asked)],
            document=None,
        )

    def answered(self, asked: Asked, answer: Bid | Refusal) -> None:
        if isinstance(answer, Bid):
            self.offer(asked, answer)
            return
        self.do(
            e.Declined,
            self.world.key_of(answer.firm),
            tier=asked.tier,
            provider=answer.firm,
            reason=answer.reason,
            had_vacancy=answer.had_vacancy,
            words=None,
        )

    def offer(self, asked: Asked, bid: Bid) -> None:
        bid.at = self.world.clock()
        self.do(
            e.OfferMadeLate if bid.late else e.OfferMade,
            self.world.key_of(bid.firm),
            offer=bid.offer,
            tier=asked.tier,
            terms=Offer(
                provider=bid.firm,
                setting=bid.home.setting,
                available_on=day(self.plan.starts),
                weekly_fee=bid.fee,
                lines=self.composed(bid.fee),
                agreed_rate=bid.under_agreement,
                ratio_day=self.ratio(),
                ratio_night=50 if self.need.family == "residential" else None,
            ),
            words=None,
        )

    def composed(self, fee: Pence) -> list[FeeLine]:
        return composed(fee, self.need.family, self.need.category, self.line_ids)

    def ratio(self) -> int | None:
        """Adults to a child by day, in hundredths; two to one only where a specialist planned it."""
        if self.need.family != "residential":
            return None
        return 200 if self.need.level == 4 else 100

    def question(self, asked: Asked) -> list[Step]:
        """A provider asks; the answer goes to everybody at once."""
        words, answer = self.chance.pick(made_up.QUESTIONS)
        asker = self.chance.pick(self.recipients(asked))
        first = asked.opens + (asked.closes - asked.opens) / 6

        def ask() -> None:
            self.do(
                e.QuestionPut, self.world.key_of(asker), question="Q1", provider=asker, words=self.world.words(words)
            )

        def settle() -> None:
            now = self.world.now()
            self.do(
                e.QuestionSettled,
                "officer",
                question="Q1",
                answer=self.world.words(answer),
                recipients=[Told(provider=name, at=now) for name in self.told(asker)],
            )

        return [(first, ask), (first + (asked.closes - asked.opens) / 12, settle)]

    def told(self, asker: str) -> list[str]:
        """Who gets the answer: everybody who has been asked so far."""
        return self.plan.invited

    def closed_at(self, asked: Asked) -> datetime:
        return asked.closes + timedelta(minutes=3)

    def closed(self, asked: Asked) -> None:
        if silent := [name for name in self.recipients(asked) if name in asked.silent]:
            self.do(e.ResponsesMissed, "officer", tier=asked.tier, providers=silent)
        if bids := [bid for bid in asked.bids if not bid.late]:
            self.consider(bids)
        if asked.tier == "IN_HOUSE":
            self.searched_in_house(asked)

    def consider(self, bids: list[Bid]) -> None:
        """Each is looked at as long after it came as every other."""
        wait = timedelta(minutes=8 if self.plan.is_emergency else 40)
        self.do(
            e.OffersConsidered,
            "officer",
            offers={bid.offer: Considered(at=instant(bid.at + wait), priority=None) for bid in bids},
        )

    def searched_in_house(self, asked: Asked | None) -> None:
        need = self.need
        offered = bool(asked and asked.bids)
        mine = [firm for firm in self.world.firms.values() if firm.authority == need.authority]
        unsuitable = {
            home.setting: "ages"
            if not home.takes(need.family, need.child.age_months, need.child.sex)
            else "need_above_capability"
            for firm in mine
            for home in firm.homes
            if home.family == need.family and home.free and not offered
        }
        full = bool(asked and any(refusal.reason == "no_vacancy" for refusal in asked.refusals))
        self.do(
            e.InHouseSearched,
            "officer",
            need_version=1,
            criteria=self.criteria,
            outcome="offer" if offered else "no_vacancy" if full and not unsuitable else "none_suitable",
            unsuitable=unsuitable,
            shown_at=instant(asked.opens) if asked else self.world.now(),
        )
