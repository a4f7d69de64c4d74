"""What one provider may see of a search: what it was sent, its own answers, what became of them, and why it was not asked.

- Nothing that is another's: no name, no price, no number of offers, nothing of how many were asked.
- Nothing of the child but what it was sent: what is SEAL or AGG stays closed. The referral itself is its document.
- Why it was not asked is a code of its own home against the list; the child's own age or sex is never said.
- How its own and the chosen offer were judged is shown after the reasons were sent, and for price never: points for price
  come from the lowest fee, so from its own points a provider could work out another's price.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import msgspec

from fairplace import home_words
from fairplace.market.events import Tier
from fairplace.market.known import OWN, Market
from fairplace.referral.values import Offer, OfferId, SearchCriterion
from fairplace.searching import OfferRead, Search
from fairplace.seeking.case_word import case_word
from fairplace.terms import BasisPoints, CaseId, Day, Document, Instant, Text

State = Literal["open", "offered", "declined", "silent", "closed"]


CHOSEN = "It was chosen"


class Sent(msgspec.Struct, frozen=True, kw_only=True):
    """Something that this provider was told after it was asked: a change, or an answer to a question."""

    at: Instant
    words: Text
    question: str | None = None
    asked: Text | None = None  # its own question's words


class OwnOffer(msgspec.Struct, frozen=True, kw_only=True):
    """An offer of its own. `points`: what it earned, once it is told; `won`: the chosen offer's. Both without the price."""

    offer: OfferId
    made_at: Instant
    terms: Offer
    words: Text | None
    late: bool
    admitted: bool | None
    withdrawn: bool
    state: str
    code: str | None = None
    why: Text | None = None
    behind: tuple[str, ...] = ()
    points: Mapping[str, BasisPoints] = {}
    won: Mapping[str, BasisPoints] = {}


class OwnDecline(msgspec.Struct, frozen=True, kw_only=True):
    """That it declined, and why."""

    at: Instant
    reason: str | None
    words: Text | None


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """A referral as it came to this provider."""

    case: CaseId
    word: str
    tier: Tier
    state: State
    sent_at: Instant
    deadline: Instant
    is_over: bool
    needed_by: Day | None
    document: Document | None
    criteria: tuple[SearchCriterion, ...]
    hard: tuple[str, ...]
    thread: tuple[Sent, ...]
    waiting: tuple[Text, ...]  # questions of its own that nobody has answered
    offers: tuple[OwnOffer, ...]
    declines: tuple[OwnDecline, ...]
    result: str
    gives: bool  # is the referral itself still given to it?

    @property
    def may_challenge(self) -> bool:
        """Whose home was chosen has nothing to challenge."""
        return all(one.state != CHOSEN for one in self.offers)


class NotAsked(msgspec.Struct, frozen=True, kw_only=True):
    """A search to which it was not asked: for each of its homes, or for all, the code of why. `field`: what to correct."""

    case: CaseId
    word: str
    tier: Tier
    on: Instant
    why: tuple[tuple[str | None, str, str], ...]  # home, words, what to correct


CORRECT: Mapping[str, str] = {
    "ages": "ages", "sexes": "sexes", "area": "area", "other_tier": "agreement", "unknown": "other", "closed": "other",
    "suspended": "other",
}  # fmt: skip
"""Code of a reason to the field of the list that a provider can dispute."""


def asked(case: CaseId, search: Search, provider: str, now: Instant) -> Asked | None:
    """The referral as this provider was sent it; None when it was not asked."""
    mine = [(one, sent) for one in search.published for sent in one.recipients or () if sent.provider == provider]
    if not mine:
        return None
    published, sent = mine[-1]
    deadline = search.deadline(published.tier, provider) or sent.deadline
    offers = tuple(
        _offer(search, one, one.terms)
        for one in search.offers.values()
        if one.terms is not None and one.terms.provider == provider
    )
    declines = tuple(
        OwnDecline(at=recorded.at, reason=event.reason.get(None), words=event.words.get(None))
        for recorded, event in search.declines
        if event.provider.get(None) == provider
    )
    criteria = search.criteria_at(published.recorded.index)
    over = search.choice is not None or search.ended_without is not None
    state = _state(offers, declines, is_over=deadline <= now, closed=over)
    return Asked(
        case=case,
        word=case_word(case),
        tier=published.tier,
        state=state,
        sent_at=sent.sent_at,
        deadline=deadline,
        is_over=deadline <= now,
        needed_by=search.opened[1].needed_by.get(None) if search.opened else None,
        document=published.event.document.get(None),
        criteria=tuple(criteria[1].criteria) if criteria else (),
        hard=tuple(criteria[1].hard) if criteria else (),
        thread=tuple(_thread(search, provider)),
        waiting=tuple(_waiting(search, provider)),
        offers=offers,
        declines=declines,
        result=_result(search, offers),
        gives=_gives(search, offers, state),
    )


def _gives(search: Search, offers: tuple[OwnOffer, ...], state: State) -> bool:
    """Is the referral itself given to it: while it can answer, while its offer takes part, or as the child is with it?

    Nobody else has a use for it any more: UK GDPR article 5(1)(b) and (e).
    """
    if search.choice is not None or search.started is not None or search.ended_without is not None:
        return search.ended is None and search.ended_without is None and any(one.state == CHOSEN for one in offers)
    return state in ("open", "offered")


def _state(offers: tuple[OwnOffer, ...], declines: tuple[OwnDecline, ...], *, is_over: bool, closed: bool) -> State:
    if any(not one.withdrawn for one in offers):
        return "offered"
    if declines:
        return "declined"
    if closed:
        return "closed"
    return "silent" if is_over else "open"


def _thread(search: Search, provider: str) -> list[Sent]:
    """Every change and every answer that went to this provider, in their order."""
    own = {
        event.question: event.words.get(None) for _, event in search.questions if event.provider.get(None) == provider
    }
    found = [
        (recorded.index, Sent(at=told.at, words=event.words.get("")))
        for recorded, event in search.amendments
        for told in event.recipients.get(())
        if told.provider == provider
    ]
    found += [
        (
            recorded.index,
            Sent(at=told.at, words=event.answer.get(""), question=event.question, asked=own.get(event.question)),
        )
        for recorded, event in search.answers
        for told in event.recipients.get(())
        if told.provider == provider
    ]
    return [one for _, one in sorted(found, key=lambda pair: pair[0])]


def _waiting(search: Search, provider: str) -> list[Text]:
    settled = {event.question for _, event in search.answers}
    return [
        event.words.get("")
        for _, event in search.questions
        if event.provider.get(None) == provider and event.question not in settled
    ]


def _offer(search: Search, one: OfferRead, terms: Offer) -> OwnOffer:
    """One of its own offers, with what it was told of it and no more."""
    event = one.made.event
    given = next(
        (each for _, sent in search.reasons_sent for each in sent.sent.get(()) if each.offer == one.offer), None
    )
    chosen = search.chosen is not None and search.chosen.offer == one.offer
    rejected = (search.rejected or {}).get(one.offer)
    winner = search.winner
    told = given is not None or chosen
    return OwnOffer(
        offer=one.offer,
        made_at=one.made.at,
        terms=terms,
        words=event.words.get(None),  # type: ignore[attr-defined]  # offers and late ones have words
        late=one.late,
        admitted=one.admitted,
        withdrawn=one.withdrawn is not None,
        state=_standing(search, one, chosen=chosen, told=given is not None),
        code=given.code if given else None,
        why=rejected.words if rejected and given else None,
        behind=tuple(rejected.criteria) if rejected and given else (),
        points=without_price(search, one) if told else {},
        won=without_price(search, winner) if winner and given is not None and given.comparison else {},
    )


def without_price(search: Search, one: OfferRead) -> dict[str, BasisPoints]:
    """What an offer earned by every criterion but price."""
    priced = {each.id for _, event in search.criteria for each in event.criteria if each.kind == "price"}
    return {name: points for name, points in (one.scored.points if one.scored else {}).items() if name not in priced}


def _standing(search: Search, one: OfferRead, *, chosen: bool, told: bool) -> str:
    if one.withdrawn is not None:
        return "You took it back"
    if one.late and one.admitted is None:
        return "It came after the closing time; whether it takes part is not decided"
    if one.late and not one.admitted:
        return "It came after the closing time, and takes no part"
    if chosen:
        return CHOSEN
    if told:
        return "It was not chosen"
    if search.choice is not None or search.ended_without is not None:
        return "The search is decided; you will be told why"
    return "It takes part"


def _result(search: Search, offers: tuple[OwnOffer, ...]) -> str:
    if search.ended_without is not None:
        return "The search ended without a home."
    if search.choice is None:
        return ""
    if not any(one.state == CHOSEN for one in offers):
        return "A home was chosen."
    if search.agreed is not None or search.started is not None:
        return "Your home was chosen."
    at = search.choice[0].index
    latest = {event.capacity: event.approved for one, event in search.approvals if one.index > at}
    if not all(latest.values()):
        return "Your home was chosen, and that is not approved; we will tell you how it goes on."
    return "Your home was chosen. The agreement comes to you to sign; the child moves in once it is approved."


def not_asked(case: CaseId, search: Search, market: Market, provider: str) -> list[NotAsked]:
    """Why this provider was not asked: for each tier in which it stands, or once where it stands in none that was asked.

    Nothing where no home of its own is of that kind. The authority's own homes are asked before all tiers, and in none.
    """
    if search.authority is None or any(provider in (one.providers or ()) for one in search.published):
        return []
    found: list[NotAsked] = []
    elsewhere: list[NotAsked] = []
    for one in search.published:
        seeker, before = search.seeker(one.event.need_version), one.recorded.index
        known = market.provider(provider, before)
        own = known is not None and (known.provider_class, known.authority) == (OWN, search.authority)
        if seeker is None or own is not (one.tier == "IN_HOUSE"):
            continue
        if all(home.family != seeker.family for home in market.homes_of(provider, before)):
            continue
        declared = search.criteria_at(before)
        told = market.why_not_asked(
            provider, seeker, one.tier, authority=search.authority,
            agreement=declared[1].agreement if declared else None,
            areas=one.areas, at=before,
        )  # fmt: skip
        said = tuple((home, _said(market, home, code, before), CORRECT[code]) for home, code in told if code in CORRECT)
        if not told:
            said = ((None, "by the list you should have been asked; tell us", "other"),)
        if said:
            line = NotAsked(case=case, word=case_word(case), tier=one.tier, on=one.recorded.at, why=said)
            (elsewhere if told == [(None, "other_tier")] else found).append(line)
    return found or elsewhere[:1]


def _said(market: Market, setting: str | None, code: str, at: int) -> str:
    """`your registered age range here says 8 to 12`: the list's own words of the home, never the child's."""
    home = market.home(setting, at) if setting else None
    if home is not None and home.registration is not None:
        if code == "ages":
            return f"its registered age range here says {home.registration.age_from} to {home.registration.age_to}"
        if code == "sexes":
            return f"it is registered here for {' and '.join(home.registration.sexes) or 'nobody'}"
    if home is not None and code == "area":
        return f"it is listed here in the area of {home.area}, which was not searched"
    if home is not None and code in ("suspended", "closed"):
        return f"it is {code} on the list here"
    return home_words.WHY_NOT.get(code, code)
