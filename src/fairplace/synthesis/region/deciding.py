"""How a search is decided as it should be: every offer judged, a home chosen, allowed by the right people, explained."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from fairplace.referral import events as e
from fairplace.referral.values import Chosen, Kept, Located, Mechanism, Reason, ReasonsGiven, Rejected
from fairplace.synthesis.region import judging, made_up
from fairplace.synthesis.region.answers import Bid
from fairplace.synthesis.region.days import after, at, day_of
from fairplace.synthesis.region.opening import FRAMEWORKS, confirmed, gone, taken
from fairplace.synthesis.region.plans import sought
from fairplace.synthesis.region.search import Search
from fairplace.terms import Instant

PA23 = date(2025, 2, 24)
"""From this day a new purchase of its own falls under the Procurement Act 2023."""


class Decided(Search):
    """A search from its first day to the reasons that everybody gets."""

    def tell(self) -> Iterator[datetime]:
        self.world.in_flight[self.case] = sought(self.need)
        self.opened()
        if self.plan.asked and self.plan.asked[0].tier != "IN_HOUSE":
            self.searched_in_house(None)
        for moment, step in self.in_order():
            yield moment
            step()
        if self.plan.winner is None:
            yield from self.without()
            return
        yield self.plan.decides
        self.judged()
        self.decided()
        self.world.in_flight.pop(self.case, None)
        yield from self.allowed()

    # Judged

    def judged(self) -> None:
        bids = self.plan.bids
        self.locate(bids)
        self.score(bids)
        ranking = sorted(self.points, key=lambda offer: (-sum(self.points[offer].values()), offer))
        self.do(
            e.PanelHeld,
            "moderator",
            need_version=1,
            attended=["chair", "social_worker", "placements", "budget"],
            before_start=True,
            ranking=ranking,
            note=self.world.words(self.chance.pick(made_up.PANEL)),
        )

    def locate(self, bids: list[Bid]) -> None:
        self.do(
            e.OffersLocated,
            "officer",
            boundary={bid.offer: bid.boundary for bid in bids},
            distance={bid.offer: Located(tenths=bid.tenths) for bid in bids},
        )

    def lead(self) -> int:
        """By how much the winner leads: by ten points and more where that is the reason."""
        return judging.AHEAD if self.plan.farther == "match" else self.chance.between(60, 400)

    def score(self, bids: list[Bid]) -> None:
        winner = self.plan.winner or bids[0]
        self.points = judging.points(
            bids, self.weights, winner, self.need.level, self.chance, lead=self.lead() if self.plan.winner else 0
        )
        self.sign_scores(bids)

    def sign_scores(self, bids: list[Bid]) -> None:
        self.do(
            e.OffersScored,
            "evaluator",
            need_version=1,
            criteria=self.criteria,
            scores=judging.sitting(
                bids, self.points, self.need.level, self.plan.winner, self.connection_ids, self.chance
            ),
        )

    # Decided

    def decided(self) -> None:
        winner = self.plan.winner
        assert winner is not None
        if held := not winner.home.free:
            confirmed(self.world, winner.home)
        voice = self.chance.pick(("followed", "followed", "followed", "partly"))
        self.do(
            e.HomeChosen,
            "moderator",
            mechanism=self.mechanism(),
            legal_basis="children-act-1989-s22c",
            regime=self.regime(),
            agreement=self.agreement(),
            need_version=1,
            fee_version=1,
            market_seen=self.world.market_seen,
            chosen=Chosen(
                offer=winner.offer,
                reasons=[Reason(code=code, words=self.world.words(words)) for code, words in self.reasons()],  # type: ignore[arg-type]  # a code of the list
                departures=[],
                weekly_fee=winner.fee,
            ),
            rejected={
                bid.offer: Rejected(
                    code=self.reject_code(bid), criteria=["match"], words=self.world.words(made_up.WHY_NOT)
                )
                for bid in self.plan.others
            },
            kept=Kept(
                connections=self.kept(),  # type: ignore[arg-type]  # words of the lists
                voice=voice,  # type: ignore[arg-type]  # as above
                voice_reason=None if voice == "followed" else self.world.words("No home near enough had room."),
            ),
            residential=self.chance.pick(("positive_choice", "after_failed_fostering", "no_fostering_available"))
            if self.need.family == "residential"
            else None,
        )
        if held:
            gone(self.world, winner.home)

    def kept(self) -> dict[str, str]:
        return dict.fromkeys(self.connection_ids, "kept")

    def reasons(self) -> list[tuple[str, str]]:
        found = [("top_score", "It has the most points by the criteria declared.")]
        if self.plan.farther:
            found.append((self.plan.farther, "A nearer home would serve this child less well in this."))
        return found

    def reject_code(self, bid: Bid) -> str:
        return "lower_match_score" if bid.suits(self.need.level) else "hard_criterion_unmet"

    def mechanism(self) -> Mechanism:
        winner = self.plan.winner
        assert winner is not None
        match winner.tier:
            case "IN_HOUSE":
                return "in_house"
            case "OFF":
                if self.plan.is_emergency:
                    return "emergency_direct"
                return "spot_single" if len(self.plan.bids) == 1 else "spot_competed"
            case _ if winner.home.block:
                return "block" if int(winner.home.block[-1]) % 4 else "soft_block"
            case _:
                return "framework_call_off"

    def regime(self) -> str:
        spot = self.plan.winner is not None and self.plan.winner.tier == "OFF"
        return "PA23" if spot and day_of(self.world.clock()) >= PA23 else "PCR15"

    def agreement(self) -> str | None:
        winner = self.plan.winner
        assert winner is not None
        if winner.tier not in ("T1", "T2"):
            return None
        return winner.home.block or FRAMEWORKS[self.need.family]

    # Allowed and explained

    def allowed(self) -> Iterator[datetime]:
        """Practice and budget, the officer or the director for a distance, the other authority; then reasons and start."""
        yield self.world.clock() + timedelta(minutes=20 if self.plan.is_emergency else 90)
        self.approve()
        if not self.plan.is_emergency:
            yield at(after(day_of(self.plan.decides), 1), 9, self.chance.between(0, 50))
        self.explain()
        self.tell_area()

    def approve(self) -> None:
        self.approval("practice", "approver")
        self.approval("budget", "budget-holder")
        self.approve_distance()

    def approval(self, capacity: str, role: str) -> None:
        self.do(e.Approved, role, capacity=capacity, need_version=1, fee_version=1, approved=True, reason=None)

    def approve_distance(self) -> None:
        winner = self.plan.winner
        assert winner is not None
        if winner.boundary == "ADJ":
            self.approval("nominated_officer", "nominated-officer")
        elif winner.boundary == "DIST":
            self.do(e.AreaConsulted, "social-worker", area=winner.area, care_plan_given=True)
            self.approval("director", "director")

    def tell_area(self) -> None:
        winner = self.plan.winner
        if winner is not None and winner.boundary in ("ADJ", "DIST"):
            self.notify_area(winner)

    def notify_area(self, winner: Bid) -> None:
        self.do(e.AreaNotified, "social-worker", area=winner.area, notified_on=self.today(), with_assessment=True)

    def explain(self) -> None:
        """Everybody who offered and was not chosen is told why."""
        others = [bid for asked in self.plan.asked for bid in asked.bids if bid is not self.plan.winner]
        if others:
            now: Instant = self.world.now()
            self.do(
                e.ReasonsSent,
                "officer",
                sent=[
                    ReasonsGiven(
                        offer=bid.offer, at=now, code="late" if bid.late else self.reject_code(bid), comparison=True
                    )
                    for bid in others
                ],
            )

    # Without a home

    def without(self) -> Iterator[datetime]:
        yield self.plan.decides
        if self.plan.bids:
            self.judged()
        withdrawn = self.plan.fate == "withdrawn"
        self.do(
            e.ReferralEnded,
            "officer",
            how="withdrawn" if withdrawn else "not_found",
            cause=None if withdrawn else "no_capacity",
            reason=self.world.words(
                "The plan changed." if withdrawn else "Nobody who was asked had a home that suits."
            ),
        )
        if self.plan.bids:
            self.explain()
        self.world.in_flight.pop(self.case, None)

    def hold(self) -> None:
        """A place that the authority owns or has paid for is kept for this child from the moment it is planned."""
        winner = self.plan.winner
        if winner is not None and (winner.home.cost is not None or winner.home.block):
            taken(self.world, winner.home)
