"""How a child lives in the home that was found: agreed, moved in, reviewed, measured, and one day gone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta

from fairplace.placement import events as p
from fairplace.placement.events import Agreed, Began, Ending, Fee, Outcome, StartedAs, UnregisteredUse
from fairplace.referral import events as e
from fairplace.synthesis.region import made_up
from fairplace.synthesis.region.days import ENDS, after, at, day_of, working
from fairplace.synthesis.region.deciding import Decided
from fairplace.synthesis.region.draws import Deck
from fairplace.synthesis.region.homes import PLACE, UPLIFT
from fairplace.synthesis.region.opening import UPLIFTED, confirmed, gone, room, taken
from fairplace.synthesis.region.plans import Plan
from fairplace.synthesis.region.world import World
from fairplace.terms import Pence, day

REASONS = {
    "CARPL": 41.0, "OTHER": 30.0, "CREQB": 11.0, "CREQO": 8.0, "CHILD": 4.0, "LAREQ": 2.0, "STAND": 1.3, "CLOSE": 1.1,
    "ALLEG": 0.9, "APPRR": 0.4, "CUSTOD": 0.3,
}  # fmt: skip
PLANNED = ("CARPL", "OTHER", "CUSTOD")
LASTS = {"residential": 148.0, "foster": 400.0, "supported": 260.0}
"""The scale in days of a Weibull of shape 0.8: with three endings in ten unplanned, one in five within 180 days in
homes and one in eight in foster care."""


class Placed(Decided):
    """The whole story: the search, and the life after it."""

    def __init__(self, world: World, plan: Plan, endings: Deck) -> None:
        super().__init__(world, plan)
        self._endings = endings
        self._stream = ""

    def tell(self) -> Iterator[datetime]:
        yield from super().tell()
        if self.plan.winner is not None:
            yield from self.moved_in()
            yield from self.lived()
        elif self.plan.fate == "unregistered":
            yield from self.unregistered()

    # Moving in

    def moved_in(self) -> Iterator[datetime]:
        winner, plan = self.plan.winner, self.plan
        assert winner is not None
        emergency = plan.is_emergency
        yield self.world.clock() + timedelta(minutes=10 if emergency else 120)
        self._stream = self.world.book.stream()
        self.agree(winner.fee)
        yield (
            self.world.clock() + timedelta(minutes=60) if emergency else at(plan.starts, 15, self.chance.between(0, 50))
        )
        self.start()
        self.after_start()
        yield at(after(day_of(self.world.clock()), self.chance.between(1, 4)), 11, self.chance.between(0, 50))
        self.do(p.PlanSigned, "social-worker", stream=self._stream, signed_on=self.today())
        if self.need.child.age_months >= 60:
            self.do(
                e.ChildEditionGiven,
                "social-worker",
                format=self.chance.pick(("plain", "plain", "large_print", "braille", "symbols")),
            )
        if self.chance.often(0.1):
            self.do(
                e.FeedbackGiven,
                self.world.key_of(winner.firm),
                by="provider",
                mark=self.chance.between(3, 5),
                words=None,
            )

    def agree(self, fee: Pence) -> None:
        winner = self.plan.winner
        assert winner is not None
        self.do(
            p.PlacementAgreed,
            "officer",
            stream=self._stream,
            standard="SYN-IPA/2",
            fee_version=1,
            frames=[frame for frame, *_ in made_up.OUTCOMES],
            terms=Agreed(
                provider=winner.firm,
                setting=winner.home.setting,
                weekly_fee=fee,
                lines=self.composed(fee),
                starts_on=day(self.plan.starts),
                notice_days=28,
                deviations=[],
                unlinked={},
            ),
            outcomes=[
                Outcome(
                    id=f"o{number}",
                    frame=frame,  # type: ignore[arg-type]  # a word of the list
                    tool=self.world.words(tool),
                    baseline=self.world.words(baseline),
                    target=self.world.words(target),
                    due_on=day(self.plan.starts + timedelta(days=180)),
                )
                for number, (frame, tool, baseline, target) in enumerate(made_up.OUTCOMES, start=1)
            ],
            document=None,
        )

    def months(self) -> int:
        return self.need.child.age_months

    def start(self) -> None:
        winner, world = self.plan.winner, self.world
        assert winner is not None
        firm = world.firms[winner.firm]
        if held := not winner.home.free:
            confirmed(world, winner.home)
        spot = {"IN_HOUSE": "in_house", "OFF": "spot"}.get(winner.tier, "under_agreement")
        self.do(
            p.PlacementStarted,
            "social-worker",
            stream=self._stream,
            started=StartedAs(
                authority=self.need.authority,
                family=self.need.family,
                place_code=PLACE[self.need.family],
                provider_class=firm.provider_class,
                boundary=winner.boundary,
                over_20_miles=winner.tenths > 200,
                mechanism=self.mechanism(),
                spot=spot,  # type: ignore[arg-type]  # a word of the list
                registered=True,
            ),
            began=Began(
                started_on=self.today(),
                age_months=self.months(),
                setting=winner.home.setting,
                urn=winner.home.urn,
                reason=self.chance.pick(("S", "P", "P")),
                legal_status=self.need.child.legal_status,
                need_code=self.need.child.need_code,
            ),
            moved_at=world.now(),
        )
        home = winner.home
        if held:
            gone(world, home)
        elif home.cost is None and not home.block:
            taken(world, home)
            if home.family != "residential":
                home.free += 1  # carers and flats of a service are many; it has room again
                room(world, home)

    def after_start(self) -> None:
        """Nothing is left to do."""

    # Living

    def lived(self) -> Iterator[datetime]:
        began = day_of(self.world.clock())
        ends = began + timedelta(days=max(2, round(self.chance.weibull(0.8, LASTS[self.need.family]))))
        steps: list[tuple[datetime, Callable[[], None]]] = [
            (at(working(began + timedelta(days=days)), 14, self.chance.between(0, 50)), self.review)
            for days in (24, 105, 280, 460, 640)
            if began + timedelta(days=days + 4) < ends
        ]
        winner = self.plan.winner
        assert winner is not None
        if winner.under_agreement and began < UPLIFTED < ends:
            steps.append((at(UPLIFTED, 8), self.uplift))
        if ends <= ENDS:
            steps.append((at(ends, 16, self.chance.between(0, 50)), self.end))
        for moment, step in sorted(steps, key=lambda one: one[0]):
            yield max(moment, self.world.clock())
            step()

    def review(self) -> None:
        self.do(
            p.PlacementReviewed,
            "social-worker",
            stream=self._stream,
            reviewed_on=self.today(),
            need_met=self.chance.pick(("yes", "yes", "partly")),
            ratio_day=self.ratio(),
            ratio_night=None,
            added_hours=None,
            hour_rate=None,
            words=self.world.words(self.chance.pick(made_up.REVIEWS)),
        )
        number = self.chance.between(1, len(made_up.OUTCOMES))
        self.do(
            p.OutcomeMeasured,
            "social-worker",
            stream=self._stream,
            outcome=f"o{number}",
            frame=made_up.OUTCOMES[number - 1][0],
            attained=self.chance.pick(("yes", "partly", "no")),
            actual=self.world.words("As seen at the review."),
        )

    def uplift(self) -> None:
        winner = self.plan.winner
        assert winner is not None
        fee = winner.fee * (10_000 + UPLIFT) // 10_000
        self.do(
            p.FeeChanged,
            "budget-holder",
            stream=self._stream,
            fee_version=2,
            basis="uplift",
            fee=Fee(
                weekly_fee=fee,
                lines=self.composed(fee),
                from_on=day(UPLIFTED),
            ),
            words=self.world.words("The yearly rise of the agreement."),
        )

    def end(self) -> None:
        reason = self._endings.deal()
        planned = reason in PLANNED
        today = day_of(self.world.clock())
        self.do(
            p.PlacementEnded,
            "social-worker",
            stream=self._stream,
            reason=reason,
            planned=planned,
            ending=Ending(
                ended_on=day(today),
                rec="X1",
                reviewed_first=planned,
                immediate_risk=not planned,
                notice_given_on=day(today - timedelta(days=28)) if planned else day(today),
            ),
        )

    # Where there is no registered home

    def unregistered(self) -> Iterator[datetime]:
        """A director allows what the law does not; it is looked at every week until it ends."""
        yield at(after(day_of(self.plan.decides), 1), 15)
        world, need = self.world, self.need
        self._stream = world.book.stream()
        today = day_of(world.clock())
        ends = min(today + timedelta(days=self.chance.between(28, 190)), ENDS - timedelta(days=7))
        cost = round(10_500 * 2.718281828 ** self.chance.bell(0, 0.35) / 10) * 1_000
        self.do(
            p.UnregisteredUseRecorded,
            "director",
            stream=self._stream,
            reason="no_registered_home",
            approved_by="director",
            use=UnregisteredUse(
                began_on=day(today),
                weekly_cost=cost,
                review_due_on=day(today + timedelta(days=7)),
                registration_applied=self.chance.often(0.5),
                court="deprivation_of_liberty" if need.child.deprived_of_liberty else "none",
            ),
        )
        self.do(
            p.PlacementStarted,
            "social-worker",
            stream=self._stream,
            started=StartedAs(
                authority=need.authority,
                family=need.family,
                place_code="Z1" if today < date(2025, 4, 1) else "Z14",
                provider_class="PR4",
                boundary="IN",
                over_20_miles=None,
                mechanism="spot_single",
                spot="spot",
                registered=False,
            ),
            began=Began(
                started_on=day(today),
                age_months=need.child.age_months,
                setting=f"SYN-U-{self.chance.bytes(4).hex()}",
                urn=None,
                reason="P",
                legal_status=need.child.legal_status,
                need_code=need.child.need_code,
            ),
            moved_at=world.now(),
        )
        while today < ends:
            today = min(today + timedelta(days=self.chance.between(6, 7)), ends)
            yield at(today, 10, self.chance.between(0, 50))
            last = today >= ends
            self.do(
                p.UnregisteredUseReviewed,
                "director",
                stream=self._stream,
                reviewed_on=day(today),
                goes_on=not last,
                next_on=None if last else day(today + timedelta(days=7)),
            )
        self.end()
