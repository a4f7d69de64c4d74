"""The letter to one provider of a search: that its home was chosen, or why not, by the criteria that were declared.

- A provider reads its own points, and those of the home that was chosen, for every criterion but price: from points for
  price another's fee could be worked out. It reads no name, no fee and no number of anybody else.
- It can be written as soon as a home is chosen; the reasons count as given once that is recorded.
"""

from __future__ import annotations

import msgspec

from fairplace import home_words
from fairplace.formats import date, date_time, money, points
from fairplace.giving.paper import Heading, Part, Parts, Table, Words
from fairplace.market.known import Market
from fairplace.referral import codes
from fairplace.searching import OfferRead, Search
from fairplace.seeking.case_word import case_word
from fairplace.seeking.own import without_price
from fairplace.terms import CaseId


class SearchLetter(msgspec.Struct, frozen=True, kw_only=True):
    """A letter and for which offer it is. `gaps`: what the record does not tell; `names` of others stand in it."""

    offer: str
    to: str
    won: bool
    parts: Parts
    gaps: tuple[str, ...]
    names: tuple[str, ...]


def letters(case: CaseId, search: Search, market: Market | None, authority: str) -> list[SearchLetter]:
    """A letter for each offer that takes part; none before a home is chosen, or while that is closed."""
    if search.chosen is None:
        return []
    return [_letter(case, search, one, market, authority) for one in search.live.values()]


def _letter(case: CaseId, search: Search, one: OfferRead, market: Market | None, authority: str) -> SearchLetter:
    won = search.chosen is not None and search.chosen.offer == one.offer
    rejected = (search.rejected or {}).get(one.offer)
    gaps = [] if won or rejected else ["why this home was not chosen"]
    named = {other.provider: _name(market, other) for other in search.offers.values() if other.provider != one.provider}
    parts: list[Part] = [
        Heading("Your home was chosen" if won else "Your home was not chosen", 1),
        Words(f"To: {_name(market, one)}\nFrom: {authority}\nSearch: {case_word(case)}"),
        *_offer(one),
        *(_won() if won else _why(search, one)),
        *_compared(search, one, won=won),
        *_rights(won=won),
    ]
    text = " ".join(part.words for part in parts[3:] if isinstance(part, Words)).casefold()
    return SearchLetter(
        offer=one.offer,
        to=_name(market, one),
        won=won,
        parts=tuple(parts),
        gaps=tuple(gaps),
        names=tuple(sorted(name for name in named.values() if name.casefold() in text)),
    )


def _rights(*, won: bool) -> list[Part]:
    return [] if won else [Heading("If you see it otherwise"), Words(_RIGHTS)]


_RIGHTS = (
    "Ask us on your page of this referral, or complain to the authority. What was recorded of your offer, and when, stands"
    " in a log that nobody can change afterwards."
)


def _name(market: Market | None, one: OfferRead) -> str:
    found = market.provider(one.provider, market.upto) if market and one.provider else None
    return found.name if found and found.name else one.provider or f"Offer {one.offer}"


def _offer(one: OfferRead) -> list[Part]:
    if one.terms is None:
        return []
    return [
        Words(
            f"You offered {one.terms.setting} on {date_time(one.made.at)}, free from {date(one.terms.available_on)},"
            f" for {money(one.terms.weekly_fee)} a week."
        )
    ]


def _won() -> list[Part]:
    return [Words("It was chosen. The agreement comes to you to sign; the child moves in once it is approved.")]


def _why(search: Search, one: OfferRead) -> list[Part]:
    found = (search.rejected or {}).get(one.offer)
    if found is None:
        return [Heading("Why"), Words("[Why this home was not chosen stands in no step of the record]")]
    names = {
        each.id: home_words.CRITERION.get(each.kind, each.id) for _, event in search.criteria for each in event.criteria
    }
    behind = ", ".join(names.get(each, each).lower() for each in found.criteria)
    label = codes.label("reject_reason", found.code)
    return [
        Heading("Why"),
        Words(f"{label}{f'. It has fewer points for {behind}' if behind else ''}."),
        Words(found.words),
    ]


def _compared(search: Search, one: OfferRead, *, won: bool) -> list[Part]:
    """Criterion by criterion, its own and the chosen offer's points, price left out."""
    own, best = without_price(search, one), without_price(search, search.winner) if search.winner else {}
    declared = search.criteria[-1][1].criteria if search.criteria else []
    kept = [each for each in declared if each.id in own]
    if not kept:
        return []
    rows = tuple(
        (
            home_words.CRITERION.get(each.kind, each.id),
            points(each.weight),
            points(own[each.id]),
            *(() if won else (points(best[each.id]) if each.id in best else "not known",)),
        )
        for each in kept
    )
    columns = ("Criterion", "Most", "Yours", *(() if won else ("Chosen",)))
    table = Table("Points by criterion", columns, rows, frozenset(range(1, len(columns))))
    return [table, Words("Price earns its weight × the lowest fee ÷ the fee. Points for price are told to nobody.")]
