"""What a case says of the search for one child's home, as one view shows it: asked, answered, judged, chosen, lived.

- Nothing is guessed: what is closed to the view, or was never recorded, is None.
- Lists stand in log order. What was said twice counts as it was said last, unless the list keeps all.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import Protocol, TypeVar

import msgspec

from fairplace.contest.known import Contest, contests
from fairplace.event import Fact
from fairplace.market.events import Family, Tier
from fairplace.market.known import Seeker
from fairplace.placement import events as lived
from fairplace.recorded import Recorded
from fairplace.referral import events as sought
from fairplace.referral.values import Chosen, Considered, Offer, OfferId, Recipient, Rejected, Scored
from fairplace.terms import Instant, LeafHash

F = TypeVar("F", bound=Fact)


class Past(Protocol):
    """The part of a case that is read here."""

    def of(self, kind: type[F]) -> list[tuple[Recorded, F]]: ...
    def last(self, kind: type[F]) -> tuple[Recorded, F] | None: ...


class OfferRead(msgspec.Struct, frozen=True, kw_only=True):
    """One offer and what became of it. `takes_part`: made in time, or admitted late; and not taken back."""

    offer: OfferId
    made: Recorded
    tier: Tier
    terms: Offer | None
    late: bool
    admitted: bool | None
    withdrawn: Recorded | None
    considered: Considered | None
    scored: Scored | None
    boundary: str | None
    tenths: int | None

    @property
    def takes_part(self) -> bool:
        return self.withdrawn is None and (not self.late or bool(self.admitted))

    @property
    def provider(self) -> str | None:
        return self.terms.provider if self.terms else None

    @property
    def setting(self) -> str | None:
        return self.terms.setting if self.terms else None

    @property
    def miles(self) -> float | None:
        """For words only; null when it is not known."""
        return None if self.tenths is None or self.tenths >= UNKNOWN else self.tenths / 10


UNKNOWN = 9999
"""A distance that nobody knows, in tenths of a mile (SSDA903: 999.9)."""


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """One publication: a tier, and everybody asked in it; `recipients` is null while it is closed."""

    recorded: Recorded
    event: sought.ReferralPublished
    tier: Tier
    recipients: list[Recipient] | None
    areas: list[str] | None
    areas_known: bool

    @property
    def providers(self) -> frozenset[str] | None:
        return None if self.recipients is None else frozenset(one.provider for one in self.recipients)


class Search:
    """A referral's case, read once."""

    def __init__(self, past: Past) -> None:
        self._past = past

    # The need

    @cached_property
    def needs(self) -> list[tuple[Recorded, sought.NeedAssessed]]:
        return self._past.of(sought.NeedAssessed)

    def need(self, version: int) -> tuple[Recorded, sought.NeedAssessed] | None:
        found = [one for one in self.needs if one[1].version == version]
        return found[-1] if found else None

    def need_at(self, index: int) -> tuple[Recorded, sought.NeedAssessed] | None:
        """The need as it was known before an entry."""
        found = [one for one in self.needs if one[0].index < index]
        return found[-1] if found else None

    def seeker(self, version: int) -> Seeker | None:
        """What of the child decides whether a home may take them; null while it is closed."""
        need = self.need(version)
        if need is None or not need[1].profile.is_open or not need[1].child.is_open:
            return None
        profile, child = need[1].profile.get(), need[1].child.get()
        return Seeker(family=profile.family, age_months=child.age_months, sex=child.sex)

    @property
    def authority(self) -> str | None:
        profile = self.needs[-1][1].profile.get(None) if self.needs else None
        return profile.authority if profile else None

    @property
    def family(self) -> Family | None:
        profile = self.needs[-1][1].profile.get(None) if self.needs else None
        return profile.family if profile else None

    @cached_property
    def voices(self) -> list[tuple[Recorded, sought.VoiceRecorded]]:
        """Every time that the child was asked, or was not: a child may well be asked again later."""
        return self._past.of(sought.VoiceRecorded)

    @property
    def voice(self) -> tuple[Recorded, sought.VoiceRecorded] | None:
        """The last time before the choice, which is what the choice could weigh; the last of all while there is none."""
        before = [one for one in self.voices if self.choice is None or one[0].index < self.choice[0].index]
        return before[-1] if before else (self.voices[0] if self.voices else None)

    # The search

    @cached_property
    def opened(self) -> tuple[Recorded, sought.ReferralOpened] | None:
        found = self._past.of(sought.ReferralOpened)
        return found[0] if found else None

    @cached_property
    def criteria(self) -> list[tuple[Recorded, sought.CriteriaDeclared]]:
        return self._past.of(sought.CriteriaDeclared)

    def criteria_at(self, index: int) -> tuple[Recorded, sought.CriteriaDeclared] | None:
        found = [one for one in self.criteria if one[0].index < index]
        return found[-1] if found else None

    def criteria_of(self, leaf: LeafHash | None) -> tuple[Recorded, sought.CriteriaDeclared] | None:
        return next((one for one in self.criteria if one[0].leaf == leaf), None)

    @cached_property
    def in_house(self) -> tuple[Recorded, sought.InHouseSearched] | None:
        return self._past.last(sought.InHouseSearched)

    @cached_property
    def emergency(self) -> tuple[Recorded, sought.EmergencyDeclared] | None:
        return self._past.last(sought.EmergencyDeclared)

    @cached_property
    def published(self) -> list[Asked]:
        return [
            Asked(
                recorded=recorded,
                event=event,
                tier=event.tier,
                recipients=event.recipients.get(None),
                areas=event.areas.get(None),
                areas_known=event.areas.is_open,
            )
            for recorded, event in self._past.of(sought.ReferralPublished)
        ]

    def asked_in(self, tier: Tier) -> Asked | None:
        return next((one for one in self.published if one.tier == tier), None)

    @property
    def invited(self) -> frozenset[str] | None:
        """Everybody asked in any tier; null while one of them is closed."""
        found = [one.providers for one in self.published]
        known = [one for one in found if one is not None]
        return frozenset[str]().union(*known) if len(known) == len(found) else None

    def deadline(self, tier: Tier, provider: str, at: int | None = None) -> Instant | None:
        """Until when a provider may answer, extensions up to an entry counted."""
        found: Instant | None = None
        asked = self.asked_in(tier)
        for one in (asked.recipients or ()) if asked else ():
            if one.provider == provider:
                found = one.deadline
        for recorded, event in self.extensions:
            if event.tier == tier and (at is None or recorded.index < at):
                for one in event.recipients.get(()):
                    if one.provider == provider:
                        found = one.deadline
        return found

    @cached_property
    def extensions(self) -> list[tuple[Recorded, sought.DeadlineExtended]]:
        return self._past.of(sought.DeadlineExtended)

    @cached_property
    def amendments(self) -> list[tuple[Recorded, sought.ReferralAmended]]:
        return self._past.of(sought.ReferralAmended)

    @cached_property
    def questions(self) -> list[tuple[Recorded, sought.QuestionPut]]:
        return self._past.of(sought.QuestionPut)

    @cached_property
    def answers(self) -> list[tuple[Recorded, sought.QuestionSettled]]:
        return self._past.of(sought.QuestionSettled)

    @cached_property
    def contacts(self) -> list[tuple[Recorded, sought.ContactRecorded]]:
        return self._past.of(sought.ContactRecorded)

    # The answers

    @cached_property
    def offers(self) -> dict[OfferId, OfferRead]:
        """In the order in which they came; later sittings, looks and distances replace earlier ones."""
        decided = {event.offer: event.admitted for _, event in self._past.of(sought.LateOfferDecided)}
        withdrawn = {event.offer: recorded for recorded, event in self._past.of(sought.OfferWithdrawn)}
        considered: dict[OfferId, Considered] = {}
        for _, looked in self.looked:
            considered = {**looked.offers.get({}), **considered}  # the first look counts
        scored: dict[OfferId, Scored] = {}
        for _, sitting in self.sittings:
            scored |= sitting.scores.get({})
        boundary: dict[OfferId, str] = {}
        tenths: dict[OfferId, int] = {}
        for _, located in self._past.of(sought.OffersLocated):
            boundary |= located.boundary.get({})
            tenths |= {offer: one.tenths for offer, one in located.distance.get({}).items()}
        return {
            event.offer: OfferRead(
                offer=event.offer,
                made=recorded,
                tier=event.tier,
                terms=event.terms.get(None),
                late=isinstance(event, sought.OfferMadeLate),
                admitted=decided.get(event.offer),
                withdrawn=withdrawn.get(event.offer),
                considered=considered.get(event.offer),
                scored=scored.get(event.offer),
                boundary=boundary.get(event.offer),
                tenths=tenths.get(event.offer),
            )
            for recorded, event in self._made()
        }

    @cached_property
    def looked(self) -> list[tuple[Recorded, sought.OffersConsidered]]:
        return self._past.of(sought.OffersConsidered)

    def _made(self) -> Iterator[tuple[Recorded, sought.OfferMade | sought.OfferMadeLate]]:
        found: list[tuple[Recorded, sought.OfferMade | sought.OfferMadeLate]] = [
            *self._past.of(sought.OfferMade),
            *self._past.of(sought.OfferMadeLate),
        ]
        yield from sorted(found, key=lambda one: one[0].index)

    @cached_property
    def live(self) -> dict[OfferId, OfferRead]:
        """The offers that take part."""
        return {offer: one for offer, one in self.offers.items() if one.takes_part}

    @cached_property
    def declines(self) -> list[tuple[Recorded, sought.Declined]]:
        return self._past.of(sought.Declined)

    @cached_property
    def missed(self) -> list[tuple[Recorded, sought.ResponsesMissed]]:
        return self._past.of(sought.ResponsesMissed)

    def silent(self, tier: Tier) -> frozenset[str] | None:
        """Who was asked in a tier and has not answered at all; null while that is closed."""
        asked = self.asked_in(tier)
        if asked is None or asked.providers is None:
            return None
        offered = {one.provider for one in self.offers.values()}
        declined = {event.provider.get(None) for _, event in self.declines}
        return None if None in offered | declined else asked.providers - {one for one in offered | declined if one}

    # Judging and choosing

    @cached_property
    def sittings(self) -> list[tuple[Recorded, sought.OffersScored]]:
        return self._past.of(sought.OffersScored)

    @cached_property
    def panel(self) -> tuple[Recorded, sought.PanelHeld] | None:
        return self._past.last(sought.PanelHeld)

    @cached_property
    def choice(self) -> tuple[Recorded, sought.HomeChosen] | None:
        return self._past.last(sought.HomeChosen)

    @property
    def chosen(self) -> Chosen | None:
        return self.choice[1].chosen.get(None) if self.choice else None

    @property
    def winner(self) -> OfferRead | None:
        return self.offers.get(self.chosen.offer) if self.chosen else None

    @property
    def rejected(self) -> dict[OfferId, Rejected] | None:
        return self.choice[1].rejected.get(None) if self.choice else None

    @cached_property
    def approvals(self) -> list[tuple[Recorded, sought.Approved]]:
        return self._past.of(sought.Approved)

    @cached_property
    def consulted(self) -> list[tuple[Recorded, sought.AreaConsulted]]:
        return self._past.of(sought.AreaConsulted)

    @cached_property
    def notified(self) -> list[tuple[Recorded, sought.AreaNotified]]:
        return self._past.of(sought.AreaNotified)

    @cached_property
    def reasons_sent(self) -> list[tuple[Recorded, sought.ReasonsSent]]:
        return self._past.of(sought.ReasonsSent)

    @cached_property
    def editions(self) -> list[tuple[Recorded, sought.ChildEditionGiven]]:
        """The times when the young person got the decision in words of their own."""
        return self._past.of(sought.ChildEditionGiven)

    @cached_property
    def ended_without(self) -> tuple[Recorded, sought.ReferralEnded] | None:
        return self._past.last(sought.ReferralEnded)

    @cached_property
    def contests(self) -> list[Contest]:
        """Who asked why or challenged, and how each stands."""
        return contests(self._past)

    # What came of it

    @cached_property
    def agreed(self) -> tuple[Recorded, lived.PlacementAgreed] | None:
        return self._past.last(lived.PlacementAgreed)

    @cached_property
    def fees(self) -> list[tuple[Recorded, lived.FeeChanged]]:
        return self._past.of(lived.FeeChanged)

    @cached_property
    def plan(self) -> tuple[Recorded, lived.PlanSigned] | None:
        return self._past.last(lived.PlanSigned)

    @cached_property
    def started(self) -> tuple[Recorded, lived.PlacementStarted] | None:
        return self._past.last(lived.PlacementStarted)

    @cached_property
    def reviews(self) -> list[tuple[Recorded, lived.PlacementReviewed]]:
        return self._past.of(lived.PlacementReviewed)

    @cached_property
    def measured(self) -> list[tuple[Recorded, lived.OutcomeMeasured]]:
        return self._past.of(lived.OutcomeMeasured)

    @cached_property
    def unregistered(self) -> list[tuple[Recorded, lived.UnregisteredUseRecorded]]:
        return self._past.of(lived.UnregisteredUseRecorded)

    @cached_property
    def unregistered_reviews(self) -> list[tuple[Recorded, lived.UnregisteredUseReviewed]]:
        return self._past.of(lived.UnregisteredUseReviewed)

    @cached_property
    def ended(self) -> tuple[Recorded, lived.PlacementEnded] | None:
        return self._past.last(lived.PlacementEnded)
