"""The children of the made-up region for whom a home is sought: drawn by section 5.3 of the paper, all at once."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Literal

import msgspec

from fairplace.market.events import Family, Sex
from fairplace.referral.values import AgeBand, Category, Child, Urgency
from fairplace.synthesis.region.days import CLOSES, OPENS, working
from fairplace.synthesis.region.draws import Draws
from fairplace.synthesis.region.presets import Preset

FAMILY: Mapping[Family, float] = {"foster": 58, "residential": 30, "supported": 12}
LEVEL: Mapping[str, Mapping[int, float]] = {
    "foster": {1: 40, 2: 33, 3: 19, 4: 8},
    "supported": {1: 40, 2: 33, 3: 19, 4: 8},
    "residential": {1: 10, 2: 35, 3: 35, 4: 20},
}
AGES: Mapping[str, Mapping[AgeBand, float]] = {
    "foster": {"0-4": 31, "5-9": 26, "10-15": 33, "16-17": 10},
    "residential": {"5-9": 6, "10-15": 60, "16-17": 34},
    "supported": {"16-17": 100},
}
"""By family, so that together they give the paper's 18, 17, 39 and 26 within two points."""
MONTHS: Mapping[AgeBand, tuple[int, int]] = {"0-4": (1, 59), "5-9": (96, 119), "10-15": (120, 191), "16-17": (193, 209)}
_FOSTERED = (60, 119)
NEED: Mapping[str, float] = {"N1": 65, "N2": 3, "N3": 3, "N4": 8, "N5": 13, "N6": 1, "N7": 0.2, "N8": 6.8}
LEGAL: Mapping[str, float] = {"C2": 50, "C1": 19, "V2": 19, "E1": 6, "L1": 2, "L2": 2, "J1": 2}

Fate = Literal["placed", "not_found", "withdrawn", "unregistered"]
_FATES: Mapping[Fate, float] = {"placed": 950, "not_found": 42, "withdrawn": 8}
CRISIS = 0.35
UNREGISTERED = 0.011
"""Of all searches: those of 16 and 17 who need a children's home of level 3 or 4, and for whom none is found."""


class Need(msgspec.Struct, frozen=True, kw_only=True):
    """One child's need and how it is meant to end."""

    number: int
    authority: str
    family: Family
    level: int
    category: Category
    age_band: AgeBand
    urgency: Urgency
    opens: date
    child: Child
    fate: Fate


def needs(preset: Preset, seed: int, authorities: list[str]) -> list[Need]:
    """Every need, in the order of time."""
    chance = Draws("needs", preset.name, seed)
    weights = {code: chance.evenly(0.5, 1.8) for code in authorities}
    days = sorted(chance.below((CLOSES - OPENS).days + 1) for _ in range(preset.referrals))
    opened = [(working(OPENS + timedelta(days=count)), chance.weighted(weights)) for count in days]
    urgent = _urgent(preset, opened, chance)
    found = [
        drawn(number, code, opens, urgent[number], Draws("need", preset.name, seed, number))
        for number, (opens, code) in enumerate(opened)
    ]
    hardest = [one.number for one in found if one.family == "residential" and one.age_band == "16-17" and one.level > 2]
    for number in chance.some(hardest, min(len(hardest), round(preset.referrals * UNREGISTERED))):
        found[number] = msgspec.structs.replace(found[number], fate="unregistered")
    return found


def _urgent(preset: Preset, opened: list[tuple[date, str]], chance: Draws) -> list[Urgency]:
    """No authority has more emergencies in a quarter than it can answer for, but for a month of crisis."""
    volume = Counter(_quarter(code, opens) for opens, code in opened)
    had: dict[tuple[str, int, int], int] = defaultdict(int)
    found: list[Urgency] = []
    for opens, code in opened:
        quarter = _quarter(code, opens)
        if preset.crisis and (opens.year, opens.month) == (preset.crisis.year, preset.crisis.month):
            found.append("emergency" if chance.often(CRISIS) else "within_7d")
        elif had[quarter] < int(volume[quarter] * 0.15) and chance.often(preset.urgent):
            had[quarter] += 1
            found.append("emergency" if chance.often(0.45) else "same_day")
        else:
            found.append("within_7d" if chance.often(0.44) else "planned")
    return found


def _quarter(code: str, opens: date) -> tuple[str, int, int]:
    return code, opens.year, (opens.month - 1) // 3


def drawn(number: int, code: str, opens: date, urgency: Urgency, chance: Draws) -> Need:
    """One need of this authority, opened on this day; everything else of it is drawn."""
    family = chance.weighted(FAMILY)
    level = chance.weighted(LEVEL[family])
    specialist = level == 4 or (level == 3 and chance.often(0.5))
    band = chance.weighted(AGES[family])
    low, high = _FOSTERED if band == "5-9" and family == "foster" else MONTHS[band]
    months = chance.between(low, high)
    sex: Sex = "male" if chance.often(0.54) else "female"
    fate: Fate = chance.weighted(_FATES)
    score = min(40.0, max(0.0, chance.bell(14, 6.5)))
    return Need(
        number=number,
        authority=code,
        family=family,
        level=level,
        category="specialist" if specialist else "generalist",
        age_band=band,
        urgency=urgency,
        opens=opens,
        child=Child(
            pseudonym=chance.bytes(16).hex(),
            sex=sex,
            age_months=months,
            school_year=months // 12 - 4 if 60 <= months < 192 else None,
            legal_status=chance.weighted(LEGAL),
            need_code=chance.weighted(NEED),
            unaccompanied=family != "residential" and months >= 180 and chance.often(0.12),
            disabled=chance.often(0.08),
            deprived_of_liberty=False,
            sdq_band=None if months < 48 else "normal" if score < 14 else "borderline" if score < 17 else "concern",
        ),
        fate=fate,
    )
