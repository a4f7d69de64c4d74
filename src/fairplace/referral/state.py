"""What a later decision needs to know of the search for one child's home. Folding never raises, whatever was reported."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import TypeVar

import msgspec

from fairplace.decision import History
from fairplace.market.events import Tier
from fairplace.market.known import Home, Market, Seeker
from fairplace.placement.events import (
    FeeChanged,
    PlacementAgreed,
    PlacementEnded,
    PlacementStarted,
    UnregisteredUseRecorded,
    UnregisteredUseReviewed,
)
from fairplace.referral import distance
from fairplace.referral.events import (
    Approved,
    AreaConsulted,
    CriteriaDeclared,
    DeadlineExtended,
    Declined,
    EmergencyDeclared,
    HomeChosen,
    InHouseSearched,
    LateOfferDecided,
    NeedAssessed,
    OfferMade,
    OfferMadeLate,
    OffersLocated,
    OffersScored,
    OfferWithdrawn,
    PanelHeld,
    QuestionPut,
    QuestionSettled,
    ReasonsSent,
    ReferralEnded,
    ReferralOpened,
    ReferralPublished,
    VoiceRecorded,
)
from fairplace.referral.values import BoundaryClass, Offer, OfferId
from fairplace.terms import Day, Instant


class Made(msgspec.Struct, frozen=True, kw_only=True):
    """An offer: what was offered, and whether it takes part."""

    offer: OfferId
    tier: Tier
    terms: Offer | None
    late: bool
    admitted: bool | None = None
    withdrawn: bool = False

    @property
    def takes_part(self) -> bool:
        return not self.withdrawn and (not self.late or bool(self.admitted))


class Search:
    """One case, read as far as deciding needs it. `None` where nothing is on record, or it was erased."""

    def __init__(self, history: History) -> None:
        self.history = history
        self.market = history.market or Market()
        self.now = self.market.upto

    # The need

    @cached_property
    def needs(self) -> dict[int, NeedAssessed]:
        return {need.version: need for _, need in self.history.of(NeedAssessed)}

    @property
    def need(self) -> NeedAssessed | None:
        found = self.history.last(NeedAssessed)
        return found[1] if found else None

    @property
    def version(self) -> int:
        return self.need.version if self.need else 0

    @property
    def authority(self) -> str | None:
        profile = self.need.profile.get(None) if self.need else None
        return profile.authority if profile else None

    @property
    def category(self) -> str | None:
        profile = self.need.profile.get(None) if self.need else None
        return profile.category if profile else None

    @property
    def level(self) -> int | None:
        profile = self.need.profile.get(None) if self.need else None
        return profile.level if profile else None

    @property
    def seeker(self) -> Seeker | None:
        if self.need is None:
            return None
        profile, child = self.need.profile.get(None), self.need.child.get(None)
        if profile is None or child is None:
            return None
        return Seeker(family=profile.family, age_months=child.age_months, sex=child.sex)

    @property
    def connections(self) -> frozenset[str]:
        return frozenset(one.id for one in self.need.connections.get([])) if self.need else frozenset()

    @property
    def need_lines(self) -> frozenset[str]:
        return frozenset(one.id for one in self.need.lines.get([])) if self.need else frozenset()

    @property
    def voice(self) -> VoiceRecorded | None:
        found = self.history.last(VoiceRecorded)
        return found[1] if found else None

    # The search

    @property
    def opened(self) -> ReferralOpened | None:
        found = self.history.last(ReferralOpened)
        return found[1] if found else None

    @property
    def criteria(self) -> CriteriaDeclared | None:
        found = self.history.last(CriteriaDeclared)
        return found[1] if found else None

    @property
    def criteria_leaf(self) -> str | None:
        found = self.history.last(CriteriaDeclared)
        return found[0].leaf if found else None

    @property
    def in_house(self) -> InHouseSearched | None:
        found = self.history.last(InHouseSearched)
        return found[1] if found else None

    @cached_property
    def published(self) -> list[ReferralPublished]:
        return [one for _, one in self.history.of(ReferralPublished)]

    @property
    def tiers(self) -> list[Tier]:
        return list(dict.fromkeys(one.tier for one in self.published))

    @cached_property
    def deadlines(self) -> Mapping[Tier, Mapping[str, Instant]]:
        """Until when each provider may answer, by tier; the last extension counts."""
        found: dict[Tier, dict[str, Instant]] = {}
        for recorded in self.history.events:
            match recorded.event:
                case ReferralPublished() | DeadlineExtended():
                    known = found.setdefault(recorded.event.tier, {})
                    for one in recorded.event.recipients.get([]):
                        known[one.provider] = one.deadline
                case _:
                    pass
        return found

    @property
    def invited(self) -> frozenset[str]:
        return frozenset(provider for known in self.deadlines.values() for provider in known)

    def tier_of(self, provider: str) -> Tier | None:
        """The tier in which a provider was asked last."""
        found = [tier for tier, known in self.deadlines.items() if provider in known]
        return found[-1] if found else None

    def deadline_of(self, provider: str) -> Instant | None:
        tier = self.tier_of(provider)
        return None if tier is None else self.deadlines[tier][provider]

    def running(self, at: Instant) -> list[Tier]:
        """The tiers in which somebody who has not answered still may."""
        return [
            tier
            for tier, known in self.deadlines.items()
            if any(deadline > at and provider not in self.answered for provider, deadline in known.items())
        ]

    @cached_property
    def questions(self) -> dict[str, bool]:
        """Each question, and whether it is answered."""
        settled = {one.question for _, one in self.history.of(QuestionSettled)}
        return {one.question: one.question in settled for _, one in self.history.of(QuestionPut)}

    def is_emergency(self, at: Instant) -> bool:
        return any(one.happened_at <= at < one.expires_at for _, one in self.history.of(EmergencyDeclared))

    # The answers

    @cached_property
    def offers(self) -> dict[OfferId, Made]:
        found: dict[OfferId, Made] = {}
        for recorded in self.history.events:
            match recorded.event:
                case OfferMade() | OfferMadeLate():
                    event = recorded.event
                    found[event.offer] = Made(
                        offer=event.offer,
                        tier=event.tier,
                        terms=event.terms.get(None),
                        late=isinstance(event, OfferMadeLate),
                    )
                case LateOfferDecided(offer=offer, admitted=admitted) if offer in found:
                    found[offer] = msgspec.structs.replace(found[offer], admitted=admitted)
                case OfferWithdrawn(offer=offer) if offer in found:
                    found[offer] = msgspec.structs.replace(found[offer], withdrawn=True)
                case _:
                    pass
        return found

    @property
    def live(self) -> dict[OfferId, Made]:
        return {name: one for name, one in self.offers.items() if one.takes_part}

    @cached_property
    def declined(self) -> frozenset[str]:
        return frozenset(who for _, one in self.history.of(Declined) if (who := one.provider.get(None)) is not None)

    @cached_property
    def answered(self) -> frozenset[str]:
        return self.declined | {one.terms.provider for one in self.offers.values() if one.terms}

    def side_of(self, home: Home | None) -> BoundaryClass | None:
        """On which side of the authority's boundary the area registered for a home lies; null while that is not known."""
        authority = self.market.authority(self.authority or "", self.now)
        if home is None or home.area is None or authority is None:
            return None
        return distance.boundary(authority.authority, authority.adjoining, home.area)

    def home_of(self, made: Made) -> Home | None:
        return self.market.home(made.terms.setting, self.now) if made.terms else None

    # Judging and deciding

    @cached_property
    def boundaries(self) -> dict[OfferId, BoundaryClass]:
        return _together(one.boundary.get({}) for _, one in self.history.of(OffersLocated))

    @cached_property
    def distances(self) -> dict[OfferId, int]:
        located = _together(one.distance.get({}) for _, one in self.history.of(OffersLocated))
        return {offer: one.tenths for offer, one in located.items()}

    @property
    def scored(self) -> OffersScored | None:
        found = self.history.last(OffersScored)
        return found[1] if found else None

    @property
    def panel(self) -> PanelHeld | None:
        found = self.history.last(PanelHeld)
        return found[1] if found else None

    @property
    def choice(self) -> HomeChosen | None:
        found = self.history.last(HomeChosen)
        return found[1] if found else None

    @property
    def choosers(self) -> frozenset[str]:
        found = self.history.last(HomeChosen)
        return frozenset(found[0].signers) if found else frozenset()

    @property
    def chosen(self) -> Made | None:
        chosen = self.choice.chosen.get(None) if self.choice else None
        return self.offers.get(chosen.offer) if chosen else None

    @cached_property
    def approvals(self) -> dict[str, tuple[str, Approved]]:
        """The last word in each capacity, with whose it was."""
        return {one.capacity: (recorded.actor, one) for recorded, one in self.history.of(Approved)}

    def approved(self, *capacities: str, since: HomeChosen | None = None) -> bool:
        """Did somebody in one of these capacities say yes, to the versions of this decision?"""
        return any(
            one.approved
            and (since is None or (one.need_version, one.fee_version) == (since.need_version, since.fee_version))
            for capacity in capacities
            if (found := self.approvals.get(capacity)) is not None
            for one in [found[1]]
        )

    @property
    def consulted(self) -> frozenset[str]:
        return frozenset(area for _, one in self.history.of(AreaConsulted) if (area := one.area.get(None)) is not None)

    @property
    def reasons_sent(self) -> frozenset[OfferId]:
        return frozenset(given.offer for _, one in self.history.of(ReasonsSent) for given in one.sent.get([]))

    @property
    def fee_version(self) -> int:
        """The newest version of the fee: 1 as offered and agreed, then one more for each change."""
        changed = [one.fee_version for _, one in self.history.of(FeeChanged)]
        agreed = [one.fee_version for _, one in self.history.of(PlacementAgreed)]
        return max([1, *changed, *agreed])

    @property
    def ended(self) -> ReferralEnded | None:
        found = self.history.last(ReferralEnded)
        return found[1] if found else None

    # What became of it

    @property
    def agreed(self) -> PlacementAgreed | None:
        found = self.history.last(PlacementAgreed)
        return found[1] if found else None

    @property
    def placement_stream(self) -> str:
        """The stream of the placement: that of its agreement, of a place that is not registered, or a fresh one."""
        for kind in (PlacementAgreed, PlacementStarted, UnregisteredUseRecorded):
            found = self.history.last(kind)
            if found is not None:
                return found[0].stream
        return "new"

    @property
    def started(self) -> PlacementStarted | None:
        found = self.history.last(PlacementStarted)
        return found[1] if found else None

    def unregistered_on(self, on: Day) -> UnregisteredUseRecorded | None:
        """The use of a place that must be registered and is not, where no home was chosen, unless it was over by that day."""
        found = self.history.last(UnregisteredUseRecorded)
        if found is None or self.choice is not None:
            return None
        recorded, use = found
        over = [
            event.reviewed_on.get("")
            for review, event in self.history.of(UnregisteredUseReviewed)
            if review.index > recorded.index and not event.goes_on
        ]
        return None if any(day < on for day in over) else use

    @property
    def left(self) -> PlacementEnded | None:
        found = self.history.last(PlacementEnded)
        return found[1] if found else None


def names_of(history: History) -> frozenset[str]:
    """The names that a search knows: of the providers who were asked or who offered. Texts do without them."""
    if history.market is None or not history.of(ReferralPublished):
        return frozenset()
    search = Search(history)
    who = search.invited | {one.terms.provider for one in search.offers.values() if one.terms}
    known = (search.market.provider(one, search.now) for one in sorted(who))
    return frozenset(one.name for one in known if one is not None and one.name)


def names_on_the_list(history: History) -> frozenset[str]:
    """The names of all providers: of what one of them writes, for a refusal must not tell who else was asked."""
    if history.market is None or not any(one.type.startswith("referral.") for one in history.events):
        return frozenset()
    return frozenset(one.name for one in history.market.providers(history.market.upto) if one.name)


V = TypeVar("V")


def _together(parts: Iterable[Mapping[OfferId, V]]) -> dict[OfferId, V]:
    return {offer: value for part in parts for offer, value in part.items()}
