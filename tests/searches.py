"""A home sought for one child, told step by step through the real deciders: for tests of deciders, rules, read models.

    story = a_search(until="started")         one child's search, from the need to the start, everything fair
    story.do(ChooseHome(...), by=OFFICER)     one more step; raises Refused like the desk
    story.sell(command, seller)               a step of the market in between
    story.history                             History with the market, as the authority sees it
    story.everything                          list[Recorded]: market and case, in log order

The market's entries come first (`tests/homes.py`); what is needed and offered is made in `tests/needs.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any

import msgspec

from fairplace.decision import Actor, Command, History
from fairplace.market.events import ProviderRegistered, SettingRegistered
from fairplace.market.known import Market
from fairplace.placement.commands import AgreePlacement, SignPlan, StartPlacement
from fairplace.placement.events import Agreed
from fairplace.recorded import Recorded
from fairplace.referral.commands import (
    ApproveHome,
    ChooseHome,
    ConsiderOffers,
    GiveChildEdition,
    HoldPanel,
    LocateOffers,
    PublishReferral,
    PutQuestion,
    ScoreOffers,
    SendReasons,
    SettleQuestion,
)
from fairplace.referral.distance import tenths
from fairplace.referral.state import Search
from fairplace.referral.values import Chosen, Considered, OfferId, ReasonsGiven, Rejected, Scored
from fairplace.terms import Instant, instant
from tests.homes import (
    APPROVER,
    ASH,
    AUTHORITY,
    BEECH,
    BUDGET,
    BY_PROVIDER,
    CHAIR,
    FRAMEWORK,
    NEIGHBOUR,
    OFFICER,
    OWN,
    SOCIAL_WORKER,
    Seller,
    a_market,
    a_seller,
    made,
    step_of_market,
)
from tests.needs import (
    CHILD_AT,
    asked,
    because,
    criteria,
    in_house_search,
    kept,
    need,
    offer,
    opening,
    outcome,
    profile,
    told,
    voice,
)
from tests.story import Story, leaf

START: Instant = "2026-03-02T09:00:00.000Z"


class Homes(Story):
    """One child's search with the market that it is made in. Steps of the market go before it, or in between."""

    def __init__(self, market: Sequence[Recorded] = (), *, start: Instant = START, seed: int = 1) -> None:
        super().__init__(start=start, index=len(market), seed=seed)
        self._market = list(market)
        self._streams = {
            one.event.provider: one.stream for one in self._market if isinstance(one.event, ProviderRegistered)
        }
        self._others = 0

    @property
    def market(self) -> Market:
        found = Market.of(self._market)
        found.upto = max(found.upto, self._first + len(self._events) + self._others)
        return found

    @property
    def history(self) -> History:
        return History(case=self.case, events=self.events, market=self.market)

    @property
    def everything(self) -> list[Recorded]:
        return sorted([*self._market, *self._events], key=lambda recorded: recorded.index)

    @property
    def search(self) -> Search:
        return Search(self.history)

    def sell(self, command: Command, seller: Seller, *, by: Actor = OFFICER) -> Recorded:
        """One more step of the market, in the stream of this provider."""
        at = self._next()
        stream = self._streams[seller.provider]
        recorded = step_of_market(command, self.everything, stream=stream, at=at, by=by)
        recorded = msgspec.structs.replace(recorded, index=self._first + len(self._events) + self._others)
        self._others += 1
        self._market.append(recorded)
        return recorded

    def _recorded(self, *args: Any, **more: Any) -> Recorded:
        recorded = super()._recorded(*args, **more)
        index = recorded.index + self._others
        return msgspec.structs.replace(recorded, index=index, leaf=leaf(index))


# The whole way


class Telling:
    """The chapters of a fair search, in their order."""

    def __init__(self, story: Homes, changes: Mapping[str, Mapping[str, Any]], sellers: Sequence[Seller]) -> None:
        self.story = story
        self.changes = changes
        self.sellers = sellers

    def _with(self, chapter: str) -> dict[str, Any]:
        return dict(self.changes.get(chapter, {}))

    @property
    def now(self) -> Instant:
        return instant(self.story.now)

    def assessed(self) -> None:
        self.story.do(need(**self._with("assessed")), by=SOCIAL_WORKER)
        self.story.do(voice(), by=SOCIAL_WORKER)

    def opened(self) -> None:
        self.story.do(opening(**self._with("opened")))
        self.story.do(criteria(**self._with("criteria")))

    def searched(self) -> None:
        self.story.do(in_house_search(self.now))

    def published(self) -> None:
        deadline = instant(self.story.now + timedelta(hours=26))
        self.story.do(
            made(
                PublishReferral,
                self._with("published"),
                tier="T1",
                recipients=asked(self.sellers, self.now, deadline),
            )
        )

    def answered(self) -> None:
        first, second = self.sellers[0], self.sellers[1]
        self.story.do(made(PutQuestion, {}, words="Is the school place kept?"), by=second.actor)
        self.story.do(
            made(
                SettleQuestion,
                {},
                question="Q1",
                answer="Yes, until the summer",
                recipients=told(self.sellers, self.now),
            )
        )
        self.story.wait_until(instant(self.story.now + timedelta(hours=2)))
        self.story.do(offer(first), by=first.actor)
        self.story.do(offer(second), by=second.actor)

    def judged(self) -> None:
        self.story.wait_until(instant(self.story.now + timedelta(hours=30)))
        self.story.now = self.story.now.replace(second=0)
        offers = self.story.search.live
        self.story.do(
            made(ConsiderOffers, {}, offers={name: Considered(at=self.now, priority=None) for name in offers})
        )
        self.story.do(made(LocateOffers, {}, distance={name: miles(self.story, name) for name in offers}))
        self.story.do(made(ScoreOffers, self._with("judged"), scores=scores(self.story)))
        self.story.do(
            made(
                HoldPanel,
                {},
                attended=["chair", "social_worker", "placements"],
                ranking=ranked(self.story),
                note="Both homes could meet the need; the first keeps the school",
            ),
            by=CHAIR,
        )

    def chosen(self) -> None:
        self.story.do(choice(self.story, **self._with("chosen")))

    def approved(self) -> None:
        for capacity, actor in (("practice", APPROVER), ("budget", BUDGET)):
            self.story.do(approval(capacity, self.story), by=actor)

    def reasoned(self) -> None:
        choice = self.story.search.choice
        rejected = choice.rejected.get({}) if choice else {}
        sent = [ReasonsGiven(offer=name, at=self.now, code=one.code, comparison=True) for name, one in rejected.items()]
        if sent:
            self.story.do(made(SendReasons, {}, sent=sent))
        self.story.do(made(GiveChildEdition, {}, format="plain"), by=SOCIAL_WORKER)

    def agreed(self) -> None:
        self.story.do(agreement(self.story, **self._with("agreed")))

    def started(self) -> None:
        self.story.wait_until("2026-03-06T14:00:00.000Z")
        self.story.do(start(self.story, **self._with("started")))
        self.story.do(made(SignPlan, {}, signed_on="2026-03-06"), by=SOCIAL_WORKER)


def miles(story: Homes, name: OfferId) -> int:
    """Tenths of a mile from where the child of the story comes."""
    found = story.search.home_of(story.search.offers[name])
    return tenths(CHILD_AT, found.point if found else None)


def scores(story: Homes) -> dict[OfferId, Scored]:
    """Everybody's points as the sellers of the story have them; price is worked out."""
    return {
        name: Scored(points=dict(BY_PROVIDER[one.terms.provider].points), failed=[], keeps=["c1", "c2"])
        for name, one in story.search.live.items()
        if one.terms is not None
    }


def ranked(story: Homes) -> list[OfferId]:
    scored = story.search.scored
    points = scored.scores.get({}) if scored else {}
    return sorted(story.search.live, key=lambda name: -sum(points[name].points.values()) if name in points else 0)


def choice(story: Homes, pick: OfferId | None = None, **changes: Any) -> ChooseHome:
    """Choose the offer with most points, or `pick`; every other live offer gets a reason."""
    best = pick or ranked(story)[0]
    picked = story.search.offers[best]
    assert picked.terms is not None
    others = {
        name: Rejected(code="lower_match_score", criteria=["match"], words="Came behind on the match")
        for name in story.search.live
        if name != best
    }
    return made(
        ChooseHome,
        changes,
        mechanism="framework_call_off",
        agreement=FRAMEWORK,
        legal_basis="PA23-s45",
        regime="PA23",
        chosen=Chosen(offer=best, reasons=[because()], departures=[], weekly_fee=picked.terms.weekly_fee),
        rejected=others,
        kept=kept(),
        residential="positive_choice",
    )


def approval(capacity: str, story: Homes, **changes: Any) -> ApproveHome:
    chosen = story.search.choice
    return made(
        ApproveHome,
        changes,
        capacity=capacity,
        need_version=chosen.need_version if chosen else story.search.version,
        fee_version=chosen.fee_version if chosen else 1,
    )


def agreement(story: Homes, **changes: Any) -> AgreePlacement:
    """An agreement on the terms of the offer that was chosen."""
    chosen = story.search.chosen
    assert chosen is not None
    assert chosen.terms is not None
    return made(
        AgreePlacement,
        changes,
        standard="IPA-2025",
        terms=Agreed(
            provider=chosen.terms.provider,
            setting=chosen.terms.setting,
            weekly_fee=chosen.terms.weekly_fee,
            lines=chosen.terms.lines,
            starts_on="2026-03-06",
            notice_days=28,
            deviations=[],
            unlinked={},
        ),
        outcomes=[outcome(1), outcome(2), outcome(3)],
    )


def start(story: Homes, **changes: Any) -> StartPlacement:
    return made(
        StartPlacement,
        changes,
        started_on="2026-03-06",
        age_months=160,
        moved_at="2026-03-06T12:00:00.000Z",
        reason="P",
        legal_status="C2",
        need_code="N1",
    )


CHAPTERS: Mapping[str, Callable[[Telling], None]] = {
    "assessed": Telling.assessed,
    "opened": Telling.opened,
    "searched": Telling.searched,
    "published": Telling.published,
    "answered": Telling.answered,
    "judged": Telling.judged,
    "chosen": Telling.chosen,
    "approved": Telling.approved,
    "reasoned": Telling.reasoned,
    "agreed": Telling.agreed,
    "started": Telling.started,
}


def a_search(
    *,
    until: str = "started",
    market: Sequence[Recorded] | None = None,
    sellers: Sequence[Seller] = (ASH, BEECH),
    seed: int = 1,
    **changes: Mapping[str, Any],
) -> Homes:
    """One fair search for a home, told up to the end of a chapter.

    Need on 2 March 2026, own homes searched, tier T1 asked for 26 hours, two offers, panel on 3 March, chosen and
    approved, moved in on 6 March. `changes` are changes of a chapter's own command, as `assessed={"profile": …}`.
    """
    telling = Telling(Homes(a_market() if market is None else market, seed=seed), changes, sellers)
    for chapter, tell in CHAPTERS.items():
        tell(telling)
        if chapter == until:
            return telling.story
    raise KeyError(until)


def fostered(until: str = "answered", **changes: Mapping[str, Any]) -> Homes:
    """A search for foster carers: the one service is registered in the authority's own area, its carers live around it."""
    service = a_seller(1, "Ash Fostering", "PR4", AUTHORITY, 8_000, tier="T1", fee=100_000, points=ASH.points)
    second = a_seller(2, "Beech Fostering", "PR5", NEIGHBOUR, 29_000, tier="T1", fee=110_000)
    market = [
        msgspec.structs.replace(one, event=msgspec.structs.replace(one.event, family="foster", place_code="U6"))
        if isinstance(one.event, SettingRegistered)
        else one
        for one in a_market((OWN, service, second))
    ]
    assessed = {"profile": profile(family="foster"), **changes.pop("assessed", {})}
    return a_search(
        until=until,
        market=market,
        sellers=(service, second),
        assessed=assessed,
        criteria={"in_house_policy": None},
        **changes,
    )
