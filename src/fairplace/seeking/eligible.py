"""Whom a tier asks: by the list as it stands, who is to be asked and who is left out, and why. Nobody is typed.

- Whoever opens a tier ticks names of the first part; the second shows why each other provider is not there.
"""

from __future__ import annotations

from collections.abc import Collection

import msgspec

from fairplace import home_words
from fairplace.counted import counted
from fairplace.market.events import Tier
from fairplace.market.known import Home, Market, Provider, Seeker


class Candidate(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody to be asked, with what their homes last said of their room."""

    provider: str
    name: str
    room: str


class LeftOut(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who is not to be asked, and why, home by home."""

    provider: str
    name: str
    why: tuple[str, ...]


class Eligible(msgspec.Struct, frozen=True, kw_only=True):
    """Who is to be asked in a tier, and who is not. `is_known`: the list tells."""

    asked: tuple[Candidate, ...]
    left_out: tuple[LeftOut, ...]
    is_known: bool


def eligible(
    market: Market,
    seeker: Seeker,
    tier: Tier,
    *,
    authority: str,
    agreement: str | None,
    areas: Collection[str] | None = None,
) -> Eligible:
    """By the list as it stands now; a provider of another tier is left out of both parts."""
    at = market.upto
    found = market.eligible(seeker, tier, authority=authority, agreement=agreement, areas=areas, at=at)
    asked, left_out = [], []
    for provider in sorted(market.providers(at), key=lambda one: (_name(one), one.provider)):
        if found is not None and provider.provider in found:
            homes = market.homes_of(provider.provider, at)
            asked.append(Candidate(provider=provider.provider, name=_name(provider), room=_room(homes)))
            continue
        told = market.why_not_asked(
            provider.provider, seeker, tier, authority=authority, agreement=agreement, areas=areas, at=at
        )
        why = tuple(_said(home, code) for home, code in told if code != "other_tier")
        if why:
            left_out.append(LeftOut(provider=provider.provider, name=_name(provider), why=why))
    return Eligible(asked=tuple(asked), left_out=tuple(left_out), is_known=found is not None)


def tiers(market: Market, agreement: str | None) -> list[Tier]:
    """The tiers in their order: our own homes, those of the agreement, then off it."""
    concluded = market.agreement(agreement, market.upto) if agreement else None
    used = set(concluded[1].tiers.values()) if concluded else set()
    order: list[Tier] = ["T1", "T2", "T3"]
    return ["IN_HOUSE", *[tier for tier in order if tier in used], "OFF"]


def _name(provider: Provider) -> str:
    return provider.name or provider.provider


def _said(home: str | None, code: str) -> str:
    words = {"no_home": "has no home on the list", "not_registered": "is not on the list"}
    return (
        words.get(code, home_words.WHY_NOT.get(code, code))
        if home is None
        else f"{home}: {home_words.WHY_NOT.get(code, code)}"
    )


def _room(homes: list[Home]) -> str:
    places = sum(home.room.places for home in homes if home.room is not None and home.room.available)
    if not places:
        return "no room declared"
    return f"{counted(places, 'place')} declared"
