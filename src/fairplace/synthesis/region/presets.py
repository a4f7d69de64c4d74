"""The worlds that can be made, and how much of each thing there is in them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Literal

import msgspec

from fairplace.errors import Malformed

Name = Literal["tiny", "region", "world_2007", "crisis_month", "small_cells"]

FAULTS: Mapping[str, int] = {
    "PL-01": 40,
    "PL-02": 25,
    "PL-03": 20,
    "PL-04": 12,
    "PL-05": 30,
    "PL-08": 15,
    "PL-10": 25,
    "PL-12": 30,
    "PL-13": 15,
    "PL-14": 20,
    "PL-20": 18,
    "PL-21": 35,
    "PL-22": 22,
    "PL-24": 28,
    "PL-26": 6,
    "PL-27": 24,
}
"""Planted in 3,000 referrals, by the rule of the paper that each breaks: 365 (section 5.5)."""


class Preset(msgspec.Struct, frozen=True, kw_only=True):
    """One kind of world. Numbers of providers are by family; `tiers` are how many of each stand in tier 1 and 2."""

    name: Name
    authorities: int
    referrals: int
    residential: int
    foster: int
    supported: int
    blocks: int
    tiers: Mapping[str, tuple[int, int]]
    spot: float
    """The share of spot purchases among placements bought outside; unregistered use counts as spot (E6)."""
    urgent: float = 0.12
    """The most that are emergencies or of the same day, in each authority and quarter (PL-25: at most 15 %)."""
    crisis: date | None = None
    """The first day of a month in which 35 % are emergencies."""
    lone: Mapping[str, int] = {}
    """Faults in a world too small for shares."""
    narrow: Mapping[int, tuple[int, int]] = {}
    """The ages for which the first home of a firm of children's homes is registered, where few are: by the firm's number."""

    @property
    def providers(self) -> int:
        return self.authorities + self.residential + self.foster + self.supported

    def scaled(self, scale: float) -> Preset:
        """The same market with more or fewer referrals."""
        if not 0.01 <= scale <= 10:
            raise Malformed(f"the scale {scale:g} came; expected one from 0.01 to 10")
        return msgspec.structs.replace(self, referrals=max(1, round(self.referrals * scale)))

    def planted(self) -> dict[str, int]:
        """How many faults of each kind this world gets: in the paper's share of its referrals, one at least."""
        if self.lone:
            return dict(self.lone)
        share = self.referrals / 3_000
        return {rule: max(1, round(count * share)) for rule, count in FAULTS.items()}


_REGION = Preset(
    name="region",
    authorities=12,
    referrals=3_000,
    residential=80,
    foster=30,
    supported=28,
    blocks=8,
    tiers={"residential": (12, 12), "foster": (7, 6), "supported": (6, 6)},
    spot=0.63,
)

PRESETS: Mapping[Name, Preset] = {
    "tiny": Preset(
        name="tiny",
        authorities=1,
        referrals=20,
        residential=3,
        foster=2,
        supported=2,
        blocks=0,
        tiers={"residential": (1, 1), "foster": (1, 0), "supported": (1, 0)},
        spot=0.5,
        lone=dict.fromkeys(("PL-03", "PL-10", "PL-20", "PL-22", "PL-26"), 1),
    ),
    "region": _REGION,
    "world_2007": msgspec.structs.replace(
        _REGION,
        name="world_2007",
        blocks=3,
        tiers={"residential": (8, 6), "foster": (5, 4), "supported": (4, 4)},
        spot=0.85,
    ),
    "crisis_month": msgspec.structs.replace(_REGION, name="crisis_month", crisis=date(2025, 1, 1)),
    "small_cells": msgspec.structs.replace(_REGION, name="small_cells", referrals=240),
}


def preset(name: str) -> Preset:
    """Raises Malformed for a name that is none."""
    for known, found in PRESETS.items():
        if known == name:
            return found
    raise Malformed(f"the preset {name[:40]!r} came; expected one of {', '.join(PRESETS)}")
