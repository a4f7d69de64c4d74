"""Does the made-up region look like the country? The gates of section 5.4, asked of the census of its entries."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import date

import msgspec

from fairplace.synthesis.region.census import Census, Lived
from fairplace.synthesis.region.living import REASONS
from fairplace.synthesis.region.presets import Name, Preset

LARGE = 1_500
"""Referrals from which on shares are steady enough to be held to the paper's tolerances."""


class Gate(msgspec.Struct, frozen=True, kw_only=True):
    """One figure, between which bounds it should lie, and where it does."""

    name: str
    low: float
    high: float
    found: float

    @property
    def holds(self) -> bool:
        return self.low <= self.found <= self.high

    @property
    def sentence(self) -> str:
        return f"{'ok' if self.holds else 'NOT':<4}{self.name}: {self.found:,.3f}, expected {self.low:,g} to {self.high:,g}"


def gates(preset: Preset, census: Census) -> list[Gate]:
    """Every gate of this world. A world too small for shares is held to its counts alone."""
    counts = [
        _exactly("authorities", census.types["AuthorityRegistered"], preset.authorities),
        _exactly("providers", len(census.classes), preset.providers),
        _exactly("referrals", len(census.opened), preset.referrals),
        _exactly("needs left without an end", len(census.opened) - len(census.placements) - len(_unplaced(census)), 0),
    ]
    if preset.referrals < LARGE:
        return counts + ([_small(census)] if preset.name == "small_cells" else [])
    return [*counts, *_shares(census), _spot(preset.name, census), *_urgent(preset, census)]


def _unplaced(census: Census) -> set[str]:
    return census.not_placed - census.placements.keys()


def _exactly(name: str, found: int, expected: int) -> Gate:
    return Gate(name=name, low=expected, high=expected, found=found)


def _shares(census: Census) -> list[Gate]:
    lived = list(census.placements.values())
    homes = [one for one in lived if one.family == "residential" and one.registered]
    foster = [one for one in lived if one.family == "foster"]
    ended = [one for one in lived if one.ended is not None]
    residential = {kind: count for (family, kind), count in census.homes.items() if family == "residential"}
    return [
        Gate(name="residential mean fee", low=5_600, high=6_700, found=sum(one.pounds for one in homes) / len(homes)),
        _part("residential fees of 10,000 and more", 0.05, 0.15, homes, lambda one: one.pounds >= 10_000),
        _part("residential over 20 miles", 0.44, 0.54, homes, lambda one: bool(one.over_20_miles)),
        _part("foster over 20 miles", 0.12, 0.20, foster, lambda one: bool(one.over_20_miles)),
        Gate(
            name="children's homes that are privately run",
            low=0.80,
            high=0.88,
            found=residential["PR4"] / sum(residential.values()),
        ),
        _part("unregistered among placements", 0.008, 0.015, lived, lambda one: not one.registered),
        _part("unplanned among ended placements", 0.25, 0.33, ended, lambda one: not one.planned),
        Gate(name="end reasons, chi-square p", low=0.01, high=1.0, found=_end_reasons(ended)),
        Gate(name="not placed", low=0.03, high=0.07, found=len(_unplaced(census)) / len(census.opened)),
    ]


def _part(name: str, low: float, high: float, of: Sequence[Lived], which: Callable[[Lived], bool]) -> Gate:
    return Gate(name=name, low=low, high=high, found=sum(map(which, of)) / len(of))


def _spot(name: Name, census: Census) -> Gate:
    outside = [one for one in census.placements.values() if one.spot != "in_house"]
    low, high = (0.83, 0.87) if name == "world_2007" else (0.55, 0.70)
    return _part("spot among placements outside", low, high, outside, lambda one: one.spot in ("spot", "off_terms"))


def _urgent(preset: Preset, census: Census) -> list[Gate]:
    """In every quarter of every authority; in a month of crisis the whole month instead."""
    crisis = preset.crisis
    of: Counter[tuple[str, date]] = Counter()
    urgent: Counter[tuple[str, date]] = Counter()
    emergencies = []
    for case, opened in census.opened.items():
        if crisis and (opened.year, opened.month) == (crisis.year, crisis.month):
            emergencies.append(census.urgency[case] == "emergency")
            continue
        quarter = census.need[case][3], date(opened.year, (opened.month - 1) // 3 * 3 + 1, 1)
        of[quarter] += 1
        urgent[quarter] += census.urgency[case] in ("emergency", "same_day")
    most = max(urgent[quarter] / count for quarter, count in of.items())
    found = [Gate(name="emergency or same day, most in a quarter", low=0.0, high=0.15, found=most)]
    if emergencies:
        share = sum(emergencies) / len(emergencies)
        return [Gate(name="emergencies in the month of crisis", low=0.25, high=0.45, found=share)]
    return found


def _small(census: Census) -> Gate:
    """Most cells of authority, quarter, family and level hold one to five searches: hard to publish safely."""
    cells = Counter(
        (*census.need[case], opened.year, (opened.month - 1) // 3) for case, opened in census.opened.items()
    )
    small = sum(1 <= count <= 5 for count in cells.values()) / len(cells)
    return Gate(name="cells of one to five", low=0.9, high=1.0, found=small)


def _end_reasons(ended: Sequence[Lived]) -> float:
    """Pearson's test of the reasons against section 5.3; rare ones (fewer than five expected) are taken together."""
    found = Counter(one.ended for one in ended)
    expected = {name: share * len(ended) / sum(REASONS.values()) for name, share in REASONS.items()}
    rare = [name for name, count in expected.items() if count < 5]
    pairs = [(found[name], count) for name, count in expected.items() if count >= 5]
    if rare:
        pairs.append((sum(found[name] for name in rare), sum(expected[name] for name in rare)))
    return chi_square_p(pairs)


def chi_square_p(pairs: Sequence[tuple[float, float]]) -> float:
    """The upper tail of chi-square with one degree of freedom fewer than pairs, by the series of the lower gamma."""
    statistic = sum((seen - meant) ** 2 / meant for seen, meant in pairs)
    half, shape = statistic / 2, (len(pairs) - 1) / 2
    if half == 0:
        return 1.0
    term = total = 1 / shape
    number = shape
    while term > total * 1e-12:
        number += 1
        term *= half / number
        total += term
    return max(0.0, 1 - total * math.exp(-half + shape * math.log(half) - math.lgamma(shape)))


def table(found: Mapping[str, Sequence[Gate]]) -> str:
    return "\n".join(f"{name}\n" + "\n".join(f"  {gate.sentence}" for gate in of) for name, of in found.items())
