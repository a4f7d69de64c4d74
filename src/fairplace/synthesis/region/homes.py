"""Who offers homes in the made-up region, drawn from the seed: firms, their homes, levels, fees and how choosy they are."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import msgspec

from fairplace.market.events import Family, OwnerType, Point, Sex, SizeBand, Tier
from fairplace.synthesis.region import made_up, plane
from fairplace.synthesis.region.draws import Draws
from fairplace.synthesis.region.presets import Preset
from fairplace.terms import Pence

BASE: Mapping[str, Mapping[int, int]] = {
    "residential": {1: 4_300, 2: 5_000, 3: 5_900, 4: 9_830},
    "foster": {1: 950, 2: 1_130, 3: 1_340, 4: 1_580},
    "supported": {1: 1_300, 2: 1_540, 3: 1_830, 4: 2_170},
}
"""Pounds a week, in the middle of what is paid for a level. What one level's homes ask lies within an eighth of each
other, so that no honest fee is more than 1.15 times the median of its like."""

UPLIFT = 150
"""Basis points by which agreed rates rise on 1 April 2025: the lower of a cap of 1.5 % and prices at 2.3 %."""

PLACE: Mapping[str, str] = {"residential": "K2", "foster": "U6", "supported": "K3"}
FAMILIES: tuple[Family, ...] = ("residential", "foster", "supported")


class Home(msgspec.Struct, kw_only=True):
    """A setting. `free` is how many children could come now; `agreed` its agreed rates by level, in pence a week."""

    setting: str
    firm: str
    family: Family
    urn: str
    ages: tuple[int, int]
    sexes: list[Sex]
    places: int
    area: str
    point: Point | None
    level: int
    grade: str
    free: int
    agreed: dict[int, Pence] = {}
    cost: Pence | None = None
    """The full cost of a week in a home of the authority's own."""
    block: str | None = None
    stream: str = ""

    def takes(self, family: str, months: int, sex: str) -> bool:
        """Is it registered for such a child?"""
        return self.family == family and self.ages[0] <= months // 12 <= self.ages[1] and sex in self.sexes


class Firm(msgspec.Struct, kw_only=True):
    """A provider, its place in the agreement of its family, and how choosy it is (0 to 1)."""

    id: str
    words: tuple[str, str]
    name: str
    provider_class: str
    authority: str | None
    families: tuple[Family, ...]
    homes: list[Home]
    tier: Tier | None
    choosy: float
    owner: str
    owner_type: OwnerType
    token: str
    stream: str = ""

    @property
    def size_band(self) -> SizeBand:
        count = len(self.homes)
        return "one-home" if count == 1 else "small" if count <= 3 else "medium" if count <= 9 else "large"


def tens(pounds: float) -> Pence:
    """To the nearest ten pounds, in pence: an uplift of 1.5 % then leaves no fraction of a penny."""
    return round(pounds / 10) * 1_000


def off_agreement(family: str, level: int, chance: Draws) -> Pence:
    """What is asked off any agreement: a little above the middle."""
    return tens(BASE[family][level] * math.exp(chance.evenly(0.0, 0.055)))


class Drawing:
    """Draws the market of one world."""

    def __init__(self, preset: Preset, chance: Draws, authorities: Sequence[str]) -> None:
        self._preset = preset
        self._chance = chance
        self._areas = authorities
        self._words = made_up.providers(chance)
        self._urns = chance.some(range(10_000, 99_999), 900)
        self._settings = 0
        self._left: list[str] = []

    def firms(self) -> list[Firm]:
        found = [self._own(code) for code in self._areas]
        for family in FAMILIES:
            count = getattr(self._preset, family)
            first, second = self._preset.tiers[family]
            for number in range(count):
                tier: Tier | None = "T1" if number < first else "T2" if number < first + second else None
                found.append(self._independent(family, number, tier, count))
        self._blocks([firm for firm in found if firm.tier == "T1" and firm.families == ("residential",)])
        return found

    def _own(self, code: str) -> Firm:
        """An authority's own service: fostering, and one to three children's homes; for levels 1 and 2."""
        chance = self._chance
        homes = [self._home("foster", code, 2, (0, 17), ["female", "male"], places=40)]
        homes += [
            self._home("residential", code, 2, (8, 17), ["female", "male"], places=chance.between(3, 5))
            for _ in range(chance.between(1, 3))
        ]
        for home in homes:
            home.cost = tens(BASE[home.family][1] * chance.evenly(1.0, 1.05))
            home.free = 0
            home.grade = _fit(home.grade)
        firm = self._firm(f"Children's services of {code}", "PR1", ("foster", "residential"), homes, None)
        firm.authority, firm.owner, firm.owner_type = code, code, "authority"
        return firm

    def _independent(self, family: Family, number: int, tier: Tier | None, count: int) -> Firm:
        chance = self._chance
        homes = [self._one(family, self._area()) for _ in range(self._size(family, number, count))]
        if family == "residential":
            self._spread(homes)
            homes[0].ages = self._preset.narrow.get(number, homes[0].ages)
        charity = number % 20 in (4, 11)  # one in ten, of firms with many homes and of firms with one
        firm = self._firm("", "PR5" if charity else "PR4", (family,), homes, tier)
        firm.name = made_up.provider(firm.words, family, chance)
        if charity:
            firm.owner_type = "charity"
        elif family == "residential" and number % 8 < 3 and number // 8 < (9, 7, 5)[number % 8]:
            firm.owner, firm.owner_type = f"OWN-{number % 8 + 1}", ("group", "private-equity", "group")[number % 8]
        if tier is not None:
            for home in homes:
                shift = chance.evenly(-0.06, -0.005)
                home.agreed = {level: tens(pounds * math.exp(shift)) for level, pounds in BASE[family].items()}
        return firm

    def _firm(
        self, name: str, provider_class: str, families: tuple[Family, ...], homes: list[Home], tier: Tier | None
    ) -> Firm:
        chance = self._chance
        id_ = f"SYN-P-{chance.bytes(4).hex()}"
        for home in homes:
            home.firm = id_
        return Firm(
            id=id_,
            words=self._words.pop(),
            name=name,
            provider_class=provider_class,
            authority=None,
            families=families,
            homes=homes,
            tier=tier,
            choosy=chance.beta(2, 3),
            owner=id_,
            owner_type="founder",
            token=chance.bytes(5).hex(),
        )

    def _size(self, family: Family, number: int, count: int) -> int:
        """Homes of a firm: half of the residential ones have one, the others seven on average; others have two."""
        if family != "residential":
            return 2
        return 1 if number % 2 else 2 + number // 2 % 11 if count > 10 else 2

    def _one(self, family: Family, area: str) -> Home:
        chance = self._chance
        match family:
            case "residential":
                if self._preset.residential < 10:  # so few that each must take whoever comes
                    return self._home(family, area, self._settings % 4 + 1, (5, 17), ["female", "male"], places=4)
                level = int(chance.weighted({"1": 10, "2": 33, "3": 34, "4": 23}))
                ages = chance.pick([(8, 17), (8, 17), (10, 17), (10, 17), (5, 13)])
                sexes: list[Sex] = chance.pick([["female", "male"], ["female", "male"], ["female"], ["male"]])
                return self._home(family, area, level, ages, sexes, places=chance.between(1, 6))
            case "foster":
                return self._home(family, area, 2, (0, 17), ["female", "male"], places=20)
            case _:
                return self._home(family, area, 2, (16, 17), ["female", "male"], places=8)

    def _area(self) -> str:
        """Homes lie in every area alike."""
        if not self._left:
            self._left = self._chance.shuffled(self._areas)
        return self._left.pop()

    def _spread(self, homes: list[Home]) -> None:
        """A firm's homes lie near each other: every third one in the area of the first."""
        for home in homes[1:]:
            if self._chance.often(0.33):
                home.area = homes[0].area
                home.point = plane.somewhere(home.area, self._chance)

    def _home(
        self, family: Family, area: str, level: int, ages: tuple[int, int], sexes: list[Sex], *, places: int
    ) -> Home:
        self._settings += 1
        chance = self._chance
        return Home(
            setting=f"SYN-S-{self._settings:04d}",
            firm="",
            family=family,
            urn=f"9{self._urns.pop():06d}",
            ages=ages,
            sexes=sexes,
            places=places,
            area=area,
            point=None if family == "foster" else plane.somewhere(area, chance),
            level=level,
            grade=chance.weighted({"outstanding": 16.0, "good": 66.0, "requires_improvement": 16.0, "inadequate": 2.0}),
            free=places if family != "residential" else 0,
        )

    def _blocks(self, firms: Sequence[Firm]) -> None:
        """One home each of some firms of the first tier has two places paid for, each for a narrow group of children."""
        groups: list[tuple[tuple[int, int], Sex]] = [
            ((8, 11), "female"), ((8, 11), "male"), ((12, 13), "female"), ((12, 13), "male"),
            ((14, 15), "female"), ((14, 15), "male"), ((16, 17), "female"), ((16, 17), "male"),
        ]  # fmt: skip
        for number, firm in enumerate(firms[: self._preset.blocks]):
            home = firm.homes[0]
            home.ages, sex = groups[number % len(groups)]
            home.sexes, home.level, home.places = [sex], 2, 2
            home.block = f"SYN-BLOCK-{number + 1}"
            home.grade = _fit(home.grade)


def _fit(grade: str) -> str:
    """Nobody keeps places of their own, or pays for some, where no child may be matched."""
    return "requires_improvement" if grade == "inadequate" else grade


def levelled(firms: Sequence[Firm], chance: Draws) -> None:
    """Give the two services of a fostering or supported firm their levels: one for many, one for a few."""
    few = {"foster": [1, 3, 3, 4], "supported": [1, 3, 3, 4]}
    for number, firm in enumerate(firms):
        if (found := few.get(firm.families[0])) and firm.provider_class != "PR1":
            first, second = firm.homes
            first.level, second.level = (1 if chance.often(0.4) else 2), found[number % len(found)]
