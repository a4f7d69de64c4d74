"""What is asked of somebody who finds a home tonight, from a phone: five things, and nothing that the record has."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from fairplace import home_words
from fairplace.counted import counted
from fairplace.formats import money
from fairplace.forms.fields import Field, Option
from fairplace.forms.lists import market_of, search_of, worded
from fairplace.forms.task import File
from fairplace.market.known import Home, why_not
from fairplace.terms import day, instant, london_day, moment

HOURS = 72
"""An emergency ends by itself after as many hours; what was done in it is approved before."""


def suits(file: File) -> list[Home]:
    """The homes that may take the child by what they are registered for, those with room first."""
    search, market = search_of(file), market_of(file)
    seeker = search.seeker(search.needs[-1][1].version) if search.needs else None
    homes = [home for home in market.homes(market.upto) if seeker is not None and why_not(home, seeker, None) is None]
    return sorted(homes, key=lambda home: (-_room(home), home.setting))


def fields(file: File) -> list[Field]:
    market = market_of(file)
    homes = []
    for home in suits(file):
        provider = market.provider(home.provider, market.upto)
        room = _room(home)
        name = provider.name if provider and provider.name else home.provider
        homes.append(
            Option(
                home.setting,
                f"{name}, {home.setting}",
                f"{counted(room, 'place')} declared" if room else "No room declared",
            )
        )
    return [
        Field(name="setting", label="Which home", kind="choice", options=tuple(homes), hint="Those that may take the child by their registration"),
        Field(name="weekly_fee", label="Fee a week", kind="money"),
        Field(name="reason", label="Why it cannot wait", kind="choice", options=worded(home_words.EMERGENCY)),
        Field(name="words", label="Why this home", kind="words", hint="Whom you asked, and what they said. Name no child, school or street"),
        Field(name="available_on", label="From when", kind="day"),
    ]  # fmt: skip


def today(file: File) -> dict[str, list[str]]:
    """From today on, unless somebody says otherwise."""
    year, month, on = day(london_day(file.now)).split("-")
    return {"available_on-year": [year], "available_on-month": [str(int(month))], "available_on-day": [str(int(on))]}


def emergency(members: dict[str, Any], file: File) -> dict[str, Any]:
    """The members of the first step: it cannot wait, and until when."""
    return {
        "do": "declare-emergency",
        "reason": members["reason"],
        "expires_at": instant(moment(file.now) + timedelta(hours=HOURS)),
    }


def offered(members: dict[str, Any], file: File) -> dict[str, Any]:
    """The members of the second: what the home offered by telephone, told by whoever heard it."""
    home = next(one for one in suits(file) if one.setting == members["setting"])
    fee = members["weekly_fee"]
    return {
        "do": "make-offer",
        "evidence": "stated-by-officer",
        "happened_at": file.now,
        "terms": {
            "provider": home.provider,
            "setting": home.setting,
            "available_on": members["available_on"],
            "weekly_fee": fee,
            "lines": [{"code": "accommodation", "amount": fee, "payer": "care", "needs": []}],
            "agreed_rate": False,
            "ratio_day": None,
            "ratio_night": None,
        },
        "words": members["words"],
    }


def choice(members: dict[str, Any], offer: str) -> dict[str, list[str]]:
    """What the form of the decision begins with."""
    return {
        "offer": [offer],
        "why-code": ["other"],
        "why-words": [str(members["words"])],
        "mechanism": ["emergency_direct"],
        "legal_basis": ["Children Act 1989 s.22C"],
        "regime": ["PA23"],
    }


def says(members: dict[str, Any]) -> str:
    """The purchase in a line."""
    return f"{members['setting']}, {money(members['weekly_fee'])} a week"


def _room(home: Home) -> int:
    return home.room.places if home.room is not None and home.room.available else 0
