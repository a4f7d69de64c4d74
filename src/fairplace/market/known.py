"""The market as it stood before any entry of the log: who offered homes, which children they may take, on what terms.

- Built once from the market's own events, in log order; each thing keeps every state it had, with the entry that made it.
- What is closed to the view is null, and nothing is concluded from it.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from typing import Generic, Literal, TypeVar

import msgspec

from fairplace.market.events import (
    AgreementConcluded,
    AuthorityRegistered,
    BlockOccupancyRecorded,
    CapabilityEvidenced,
    Family,
    FullCostDeclared,
    InHousePolicyDeclared,
    Level,
    OwnershipDeclared,
    Point,
    ProviderRegistered,
    Registration,
    SettingChanged,
    SettingRated,
    SettingRegistered,
    Sex,
    Tier,
    UpliftDecided,
    VacancyDeclared,
    VacancyWithdrawn,
)
from fairplace.recorded import Recorded
from fairplace.terms import Day, day, london_day

OWN = "PR1"
"""The provider class of the authority's own service (SSDA903, PLACE_PROVIDER)."""

_AGREED: frozenset[Tier] = frozenset({"T1", "T2", "T3"})
"""Tiers in which only those stand whom an agreement names."""

S = TypeVar("S")


class Provider(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who offers homes, as they are known."""

    provider: str
    provider_class: str
    size_band: str
    name: str | None
    owner: str | None = None
    owner_type: str | None = None
    authority: str | None = None  # whose own service it is


class Room(msgspec.Struct, frozen=True, kw_only=True):
    """What a home last said of its room. `index` is the entry."""

    index: int
    places: int
    from_on: Day
    available: bool
    reason_not: str | None


class Home(msgspec.Struct, frozen=True, kw_only=True):
    """One setting, as it is known; null is not known, or closed to the view."""

    setting: str
    provider: str
    family: Family
    place_code: str
    registration: Registration | None
    places: int | None
    area: str | None
    point: Point | None
    status: Literal["active", "suspended", "closed"] = "active"
    grade: str | None = None
    graded_on: Day | None = None
    level: Level | None = None
    claimed: Level | None = None
    shown: frozenset[str] = frozenset()
    raised_on: Day | None = None  # when its level last rose
    room: Room | None = None


class Seeker(msgspec.Struct, frozen=True, kw_only=True):
    """What of a child decides whether a home may take them at all."""

    family: Family
    age_months: int
    sex: Sex


class States(Generic[S]):
    """Every state that something had, by the entry that made it."""

    def __init__(self) -> None:
        self._indexes: list[int] = []
        self._states: list[S] = []

    def add(self, index: int, state: S) -> None:
        self._states.append(state)  # first: somebody may be reading meanwhile
        self._indexes.append(index)

    @property
    def last(self) -> S:
        return self._states[-1]

    def at(self, before: int) -> S | None:
        """The state before this entry; null when there was none yet."""
        place = bisect_left(self._indexes, before)
        return self._states[place - 1] if place else None


class Market:
    """Everything that the log says of the market, asked as of an entry: what that entry could know."""

    def __init__(self) -> None:
        self.upto = 0
        self._homes: dict[str, States[Home]] = {}
        self._providers: dict[str, States[Provider]] = {}
        self._authorities: dict[str, States[AuthorityRegistered]] = {}
        self._agreements: dict[str, States[tuple[int, AgreementConcluded]]] = {}
        self._policies: dict[tuple[str, str], States[InHousePolicyDeclared]] = {}
        self._of_provider: dict[str, list[str]] = defaultdict(list)
        self._of_family: dict[tuple[str, Family], dict[str, None]] = defaultdict(dict)
        self.occupancy: dict[tuple[str, Day], States[BlockOccupancyRecorded]] = {}
        self.uplifts: dict[str, list[tuple[int, UpliftDecided]]] = defaultdict(list)
        self.costs: dict[str, list[tuple[int, FullCostDeclared]]] = defaultdict(list)

    @classmethod
    def of(cls, records: Iterable[Recorded]) -> Market:
        found = cls()
        for recorded in records:
            found.add(recorded)
        return found

    def add(self, recorded: Recorded) -> None:
        """Take in one more entry, in log order; what is not of the market is passed over."""
        index, event = recorded.index, recorded.event
        self.upto = max(self.upto, index + 1)
        match event:
            case AuthorityRegistered():
                self._authorities.setdefault(event.authority, States()).add(index, event)
            case InHousePolicyDeclared():
                self._policies.setdefault((event.authority, event.family), States()).add(index, event)
            case ProviderRegistered():
                self._register(index, event)
            case OwnershipDeclared() if event.provider in self._providers:
                known = self._providers[event.provider]
                owned = msgspec.structs.replace(known.last, owner=event.owner, owner_type=event.owner_type)
                known.add(index, owned)
            case AgreementConcluded():
                self._agreements.setdefault(event.agreement, States()).add(index, (index, event))
            case BlockOccupancyRecorded():
                self.occupancy.setdefault((event.setting, event.night), States()).add(index, event)
            case UpliftDecided():
                self.uplifts[event.agreement].append((index, event))
            case FullCostDeclared():
                self.costs[event.setting].append((index, event))
            case SettingRegistered():
                self._open(index, event)
            case SettingChanged() | SettingRated() | CapabilityEvidenced() | VacancyDeclared() | VacancyWithdrawn():
                if event.setting in self._homes:
                    known_home = self._homes[event.setting]
                    known_home.add(index, _changed(known_home.last, index, event))
            case _:
                pass

    def _register(self, index: int, event: ProviderRegistered) -> None:
        before = self._providers.get(event.provider)
        kept = before.last if before else None
        self._providers.setdefault(event.provider, States()).add(
            index,
            Provider(
                provider=event.provider,
                provider_class=event.provider_class,
                size_band=event.size_band,
                name=event.name.get(None),
                owner=kept.owner if kept else None,
                owner_type=kept.owner_type if kept else None,
                authority=event.authority,
            ),
        )

    def _open(self, index: int, event: SettingRegistered) -> None:
        if event.setting not in self._homes:
            self._of_provider[event.provider].append(event.setting)
        self._of_family[event.provider, event.family][event.setting] = None
        self._homes.setdefault(event.setting, States()).add(
            index,
            Home(
                setting=event.setting,
                provider=event.provider,
                family=event.family,
                place_code=event.place_code,
                registration=event.registration.get(None),
                places=event.places.get(None),
                area=event.area.get(None),
                point=event.point.get(None),
            ),
        )

    # What was known before an entry

    def home(self, setting: str, at: int) -> Home | None:
        found = self._homes.get(setting)
        return found.at(at) if found else None

    def homes(self, at: int) -> Iterator[Home]:
        for states in self._homes.values():
            if home := states.at(at):
                yield home

    def homes_of(self, provider: str, at: int) -> list[Home]:
        return [home for setting in self._of_provider.get(provider, ()) if (home := self.home(setting, at))]

    def provider(self, provider: str, at: int) -> Provider | None:
        found = self._providers.get(provider)
        return found.at(at) if found else None

    def providers(self, at: int) -> Iterator[Provider]:
        for states in self._providers.values():
            if provider := states.at(at):
                yield provider

    def authority(self, authority: str, at: int) -> AuthorityRegistered | None:
        found = self._authorities.get(authority)
        return found.at(at) if found else None

    def authorities(self, at: int) -> Iterator[AuthorityRegistered]:
        for states in self._authorities.values():
            if authority := states.at(at):
                yield authority

    def agreement(self, agreement: str, at: int) -> tuple[int, AgreementConcluded] | None:
        """The agreement and the entry that says so."""
        found = self._agreements.get(agreement)
        return found.at(at) if found else None

    def agreements(self, at: int) -> Iterator[tuple[int, AgreementConcluded]]:
        for states in self._agreements.values():
            if found := states.at(at):
                yield found

    def in_house_policy(self, authority: str, family: Family, at: int) -> InHousePolicyDeclared | None:
        found = self._policies.get((authority, family))
        return found.at(at) if found else None

    # Who may be asked

    def eligible(
        self,
        seeker: Seeker,
        tier: Tier,
        *,
        authority: str,
        agreement: str | None,
        areas: Collection[str] | None,
        at: int,
    ) -> frozenset[str] | None:
        """The providers that a tier must ask: theirs by the agreement, with a home registered for such a child.

        Whether they have room decides nothing: that is for them to say. `areas` are the authorities' areas searched;
        null is anywhere. Off any agreement everybody is asked who stands in no tier of it and is not an authority's own
        service. Null when the view does not tell what decides it.
        """
        concluded = self.agreement(agreement, at) if agreement is not None else None
        tiers = concluded[1].tiers if concluded else {}
        if agreement is not None and concluded is None:
            return None
        found = set[str]()
        named = [name for name, its in tiers.items() if its == tier] if tier in _AGREED else self._providers
        for name in named:
            provider = self.provider(name, at)
            if provider is None or not _in_tier(provider, tier, tiers, authority):
                continue
            told = self._told(name, seeker, areas, at)
            if None in told:
                found.add(name)
            elif "unknown" in told:
                return None
        return frozenset(found)

    def _told(self, provider: str, seeker: Seeker, areas: Collection[str] | None, at: int) -> set[str | None]:
        """Why each home of a provider that was ever of the child's family may not take them; null: one may."""
        homes = (self.home(setting, at) for setting in self._of_family.get((provider, seeker.family), ()))
        return {why_not(home, seeker, areas) for home in homes if home is not None}

    def why_not_asked(
        self,
        provider: str,
        seeker: Seeker,
        tier: Tier,
        *,
        authority: str,
        agreement: str | None,
        areas: Collection[str] | None,
        at: int,
    ) -> list[tuple[str | None, str]]:
        """Why a provider was not to be asked: for each home a code, or one for them all; empty when it was."""
        known = self.provider(provider, at)
        if known is None:
            return [(None, "not_registered")]
        concluded = self.agreement(agreement, at) if agreement is not None else None
        if not _in_tier(known, tier, concluded[1].tiers if concluded else {}, authority):
            return [(None, "other_tier")]
        homes = self.homes_of(provider, at)
        if not homes:
            return [(None, "no_home")]
        told = [(home.setting, why_not(home, seeker, areas)) for home in homes]
        return [] if any(why is None for _, why in told) else [(setting, why or "") for setting, why in told]


def why_not(home: Home, seeker: Seeker, areas: Collection[str] | None) -> str | None:
    """The coded reason why a home may not take such a child at all; null when it may."""
    if home.family != seeker.family:
        return "family"
    if home.status != "active":
        return home.status
    if home.registration is None or (areas is not None and home.area is None):
        return "unknown"
    if not home.registration.age_from <= seeker.age_months // 12 <= home.registration.age_to:
        return "ages"
    if seeker.sex not in home.registration.sexes and seeker.sex != "other":
        return "sexes"
    if areas is not None and home.area not in areas:
        return "area"
    return None


def _in_tier(provider: Provider, tier: Tier, tiers: dict[str, Tier], authority: str) -> bool:
    own = provider.provider_class == OWN
    match tier:
        case "IN_HOUSE":
            return own and provider.authority == authority
        case "OFF":
            return not own and provider.provider not in tiers
        case _:
            return tiers.get(provider.provider) == tier


def _changed(
    home: Home,
    index: int,
    event: SettingChanged | SettingRated | CapabilityEvidenced | VacancyDeclared | VacancyWithdrawn,
) -> Home:
    match event:
        case SettingChanged():
            return msgspec.structs.replace(
                home, status=event.status, registration=event.registration.get(None), places=event.places.get(None)
            )
        case SettingRated():
            return msgspec.structs.replace(home, grade=event.grade.get(None), graded_on=event.rated_on)
        case CapabilityEvidenced():
            shown, level = frozenset(one.kind for one in event.shown.get(())), event.evidenced.get(None)
            rose = level is not None and home.level is not None and level > home.level
            return msgspec.structs.replace(
                home,
                level=level,
                claimed=event.claimed.get(None),
                shown=shown,
                raised_on=day(london_day(event.happened_at)) if rose else home.raised_on,
            )
        case VacancyDeclared():
            said = event.vacancy.get(None)
            room = (
                None
                if said is None
                else Room(
                    index=index,
                    places=said.places,
                    from_on=said.from_on,
                    available=said.available,
                    reason_not=said.reason_not,
                )
            )
            return msgspec.structs.replace(home, room=room)
        case VacancyWithdrawn():
            return msgspec.structs.replace(home, room=None)
