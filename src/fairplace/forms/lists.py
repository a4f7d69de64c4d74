"""Choices that several forms of a search share: code lists of the day, tiers, offers by the names of their homes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fairplace.forms.fields import Option
from fairplace.forms.task import File
from fairplace.market.known import Market
from fairplace.referral import codes
from fairplace.searching import OfferRead, Search
from fairplace.terms import Instant, day, london_day


def coded(name: codes.ListName, file: File, *, with_code: bool = False) -> tuple[Option, ...]:
    """The codes that the list of the day has."""
    on = day(london_day(file.now)) if file.now else "2026-01-01"
    return tuple(
        Option(one.code, f"{one.code} {one.label}" if with_code else one.label) for one in codes.codes_on(name, on)
    )


def worded(words: Mapping[str, str]) -> tuple[Option, ...]:
    """Codes with their words."""
    return tuple(Option(code, text[:1].upper() + text[1:]) for code, text in words.items())


def search_of(file: File) -> Search:
    """The search that a form is about. Forms of a search are shown in a register of placements alone."""
    if file.search is None:
        raise LookupError("this register holds no searches for homes")
    return file.search


def in_use(file: File) -> bool:
    """Is such a place used by this record?"""
    search = search_of(file)
    if not search.unregistered:
        return False
    since = search.unregistered[-1][0].index
    return not any(not event.goes_on and recorded.index > since for recorded, event in search.unregistered_reviews)


def market_of(file: File) -> Market:
    return file.market or Market()


def when(members: Mapping[str, Any], file: File) -> Instant:
    """When what is filled in happened: now, or as the report of it says."""
    return str(members.get("happened_at") or file.now)


def named(file: File, provider: str) -> str:
    """A provider by its name, as the list has it."""
    known = market_of(file).provider(provider, market_of(file).upto)
    return known.name if known is not None and known.name else provider


def invited(file: File) -> list[str]:
    """Everybody who was asked so far, by their names."""
    return sorted(search_of(file).invited or (), key=lambda one: named(file, one))


def areas(file: File) -> tuple[Option, ...]:
    """Other authorities by their names, and the places that are none's."""
    market, own = market_of(file), search_of(file).authority
    others = sorted(market.authorities(market.upto), key=lambda one: one.name)
    return (
        *(Option(one.authority, one.name) for one in others if one.authority != own),
        Option("OUTSIDE_ENGLAND", "Outside England"),
    )


def called(file: File, offer: OfferRead) -> str:
    """An offer by its provider and its home."""
    if offer.terms is None:
        return f"Offer {offer.offer}"
    return f"{named(file, offer.terms.provider)}, {offer.terms.setting}"
