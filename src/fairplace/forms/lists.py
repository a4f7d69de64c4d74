"""Choices that several forms of a search share: code lists of the day, tiers, offers by the names of their homes."""

from __future__ import annotations

from collections.abc import Mapping

from fairplace.forms.fields import Option
from fairplace.forms.task import File
from fairplace.market.known import Market
from fairplace.referral import codes
from fairplace.searching import OfferRead, Search
from fairplace.terms import day, london_day


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


def market_of(file: File) -> Market:
    return file.market or Market()


def called(file: File, offer: OfferRead) -> str:
    """An offer by its provider and its home."""
    if offer.terms is None:
        return f"Offer {offer.offer}"
    market = market_of(file)
    provider = market.provider(offer.terms.provider, market.upto)
    return f"{provider.name if provider and provider.name else offer.terms.provider}, {offer.terms.setting}"
