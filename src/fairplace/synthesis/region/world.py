"""The made-up region itself: its register, its people with their keys, its homes, and the one way to write an act."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from fairplace import founding, keyring, shelf
from fairplace.event import Event
from fairplace.ledger.note import Signer
from fairplace.market import events as market
from fairplace.synthesis.chance import Clock, sources
from fairplace.synthesis.region import made_up, plane
from fairplace.synthesis.region.book import Book, Written, made
from fairplace.synthesis.region.census import Census
from fairplace.synthesis.region.days import OPENS, Agenda, at
from fairplace.synthesis.region.draws import Draws
from fairplace.synthesis.region.homes import Drawing, Firm, Home, levelled
from fairplace.synthesis.region.presets import Preset
from fairplace.terms import Instant, instant

AUTHORITY = "Synthetic Region"
DOMAIN = "synregion.example"
ORIGIN = f"log.{DOMAIN}/placements"
KEYS = "demo-keys"

_STAFF: Mapping[str, int] = {
    "officer": 3,
    "social-worker": 4,
    "evaluator": 2,
    "moderator": 1,
    "approver": 1,
    "budget-holder": 1,
    "nominated-officer": 1,
    "director": 1,
}
"""How many people of each role work for each authority."""
_MARKET = frozenset(market.TYPES.values())


class Planted(msgspec.Struct, frozen=True):
    """One fault: the rule of the paper that was broken, the case, what was done, and what else breaks with it."""

    rule: str
    case: str
    did: str
    also: tuple[str, ...] = ()


class Sought(NamedTuple):
    """What of a search under way decides whether a home suits."""

    authority: str
    family: str
    months: int
    sex: str
    level: int


class World:
    """Everything that the stories share."""

    def __init__(self, folder: Path, preset: Preset, seed: int, *, twin: bool, canaries: bool) -> None:
        self.preset = preset
        self.seed = seed
        self.twin = twin
        self.chance = Draws("region", preset.name, seed)
        self.words = made_up.Words(canaries)
        self.clock = Clock(at(OPENS, 6))
        self.agenda = Agenda(self.clock)
        self.census = Census()
        self.truth: list[Planted] = []
        self.authorities = plane.codes(preset.authorities)
        self.firms: dict[str, Firm] = {firm.id: firm for firm in Drawing(preset, self.chance, self.authorities).firms()}
        levelled(list(self.firms.values()), self.chance)
        self.homes: dict[str, Home] = {home.setting: home for firm in self.firms.values() for home in firm.homes}
        self.in_flight: dict[str, Sought] = {}
        self.agreements: dict[str, str] = {}  # code to stream
        self.in_homes = self.in_homes_far = 0  # children for whom a children's home is chosen, and over 20 miles away
        self.market_seen = 0  # the newest entry of the market
        self._seeds: dict[str, bytes] = {}
        self._signers: dict[str, Signer] = {}
        self.holders: dict[str, str] = {}  # key to the name of whoever holds it
        self._root = self._signer(f"{DOMAIN}/root")
        self.register = founding.create(
            folder,
            authority=AUTHORITY,
            origin=ORIGIN,
            root=self._root,
            sources=sources(self.clock, self.chance),
            worthless=True,
            kind="placements",
        )
        self.policies: Mapping[str, str] = {
            one.name: one.sha256 for one in shelf.policies(self.register.own_policies, "placements")
        }
        self.staff: dict[str, dict[str, list[str]]] = {}
        self._enrol_all()
        self.book = Book(self.register, self.clock, sources(self.clock, self.chance), self._signers)
        self.book.heard.append(self.census.hear)
        for name, key in self._seeds.items():
            keyring.keep_worthless(folder / KEYS, name, key)

    # People

    def _signer(self, name: str) -> Signer:
        self._seeds[name] = self.chance.bytes(32)
        self._signers[name] = Signer(name, self._seeds[name])
        return self._signers[name]

    def _enrol_all(self) -> None:
        names = made_up.people(self.chance)
        for code in self.authorities:
            self.staff[code] = {
                role: [self._enrol(role, names.pop(), f"officer/{self.chance.bytes(5).hex()}") for _ in range(many)]
                for role, many in _STAFF.items()
            }
        self.keeper = self._enrol("officer", names.pop(), f"officer/{self.chance.bytes(5).hex()}")
        self.head = self._enrol("approver", names.pop(), f"officer/{self.chance.bytes(5).hex()}")
        self.monitoring = self._enrol("monitoring", names.pop(), f"officer/{self.chance.bytes(5).hex()}")
        for firm in self.firms.values():
            self._enrol("provider", firm.name, f"provider/{firm.token}", firm.id)

    def _enrol(self, role: str, holder: str, rest: str, provider: str | None = None) -> str:
        name = f"{DOMAIN}/{rest}"
        self.holders[name] = holder
        vkey = self._signer(name).vkey.text
        self.register.enrol(vkey, role, holder=holder, provider=provider, admin=self._root, key=f"enrol {name}")
        return name

    def signer_of(self, key: str) -> Signer:
        return self._signers[key]

    def seed_of(self, key: str) -> bytes:
        """The worthless key itself."""
        return self._seeds[key]

    def key_of(self, provider: str) -> str:
        return f"{DOMAIN}/provider/{self.firms[provider].token}"

    # Writing

    def now(self) -> Instant:
        return instant(self.clock())

    def act(
        self,
        kind: type[Event],
        by: str,
        /,
        *,
        case: str,
        stream: str | None = None,
        second: str | None = None,
        **values: Any,
    ) -> Written:
        """Somebody does this, here and now, and signs it. A few seconds pass."""
        event = made(kind, case=case, at=values.pop("at", None) or self.now(), **values)
        assert isinstance(event, Event)
        written = self.book.write(event, by, stream=stream, second=second)
        if kind in _MARKET:
            self.market_seen = written.index
        self.clock.pass_by(1)
        return written

    def plant(self, rule: str, case: str, did: str, *also: str) -> None:
        """Say what was just done wrong."""
        self.truth.append(Planted(rule, case, did, also))

    # Who could be asked

    @property
    def far_share(self) -> float:
        return self.in_homes_far / self.in_homes if self.in_homes else 0.0

    def eligible(self, tier: str, authority: str, sought: Sought, areas: list[str] | None) -> list[str]:
        """Those whom a tier must ask, by the agreement of the family and what their homes are registered for."""
        found = []
        for firm in self.firms.values():
            mine = firm.authority == authority if tier == "IN_HOUSE" else False
            if not (mine or (tier != "IN_HOUSE" and firm.authority is None and (firm.tier or "OFF") == tier)):
                continue
            if any(
                home.takes(sought.family, sought.months, sought.sex) and (areas is None or home.area in areas)
                for home in firm.homes
            ):
                found.append(firm.id)
        return sorted(found)

    def suited_in_flight(self, home: Home, but: str = "") -> bool:
        """Is a search under way, other than this one, whose child this home would suit?"""
        owner = self.firms[home.firm].authority
        return any(
            case != but
            and owner in (None, one.authority)
            and home.takes(one.family, one.months, one.sex)
            and home.level >= one.level
            for case, one in self.in_flight.items()
        )

    def later(self, minutes: int) -> None:
        self.clock.reach(self.clock() + timedelta(minutes=minutes))
