"""What those who were asked answer: an offer, a late offer, a reason why not, or nothing."""

from __future__ import annotations

from typing import TypedDict

from fairplace import home_words, procedure
from fairplace.counted import counted
from fairplace.decision import Actor, Decision, History
from fairplace.ledger.disclosure import Sealed
from fairplace.market.events import Tier
from fairplace.procedure import Objections, listed, maybe_words, refuse, second_for, words
from fairplace.referral import codes
from fairplace.referral.commands import (
    Answering,
    DecideLateOffer,
    DeclineReferral,
    MakeOffer,
    RecordSilence,
    WithdrawOffer,
)
from fairplace.referral.events import (
    Declined,
    LateOfferDecided,
    OfferMade,
    OfferMadeLate,
    OfferWithdrawn,
    ResponsesMissed,
)
from fairplace.referral.footing import (
    balanced,
    event_day,
    footing,
    goes_on,
    offer_of,
    own_offer,
    speaker,
)
from fairplace.referral.state import Search
from fairplace.referral.values import Offer, OfferId
from fairplace.tags import agg, party
from fairplace.terms import Instant, Text

MOST_RATIO = 1000
"""Ten adults to a child, in hundredths."""

_RACE = frozenset({"referral.ended/1", "referral.deadline-extended/1", "referral.home-chosen/1"})
"""What must not have happened in between: the end of the search, another deadline, the decision."""


def decide(command: Answering, history: History, *, at: Instant, by: Actor, chance: bytes) -> Decision:
    match command:
        case MakeOffer():
            return _offer(command, history, at, by, chance)
        case DecideLateOffer():
            return _late(command, history, at)
        case WithdrawOffer():
            return _withdraw(command, history, at, by)
        case DeclineReferral():
            return _decline(command, history, at, by)
        case RecordSilence():
            return _silence(command, history, at)


def check_terms(terms: Offer, search: Search, objections: Objections) -> Offer:
    """A home that is the provider's, a fee that adds up; composed, where the need is a specialist's to meet."""
    procedure.code(terms.provider, "a provider's id", procedure.PROVIDER_ID)
    home = search.market.home(terms.setting, search.now)
    if home is None:
        refuse("unknown-home", f"no home {terms.setting[:64]!r} is registered; have it registered, or name one that is")
    if home.provider != terms.provider:
        refuse("not-yours", f"the home {terms.setting} is not one of {terms.provider}; offer a home of your own")
    procedure.a_day(terms.available_on, "available_on")
    balanced(terms.lines, terms.weekly_fee, search.need_lines)
    for ratio in (terms.ratio_day, terms.ratio_night):
        if ratio is not None and not 0 <= ratio <= MOST_RATIO:
            refuse("ratio", f"a ratio of {ratio} came; expected adults to a child in hundredths, 200 for 2:1")
    if search.category == "specialist" and len({line.code for line in terms.lines if line.code != "discount"}) < 2:
        objections.add(
            "composition-required",
            "composition required: the need is a specialist's, and its fee came as one figure; give accommodation, care,"
            " education, therapy and management each on a line",
        )
    if home.status != "active":
        objections.add("home-closed", f"the home {terms.setting} is {home.status}; offer one that is open")
    return terms


class _Offered(TypedDict):
    offer: OfferId
    tier: Tier
    terms: Sealed[Offer]
    words: Sealed[Text | None]


def _offer(command: MakeOffer, history: History, at: Instant, by: Actor, chance: bytes) -> Decision:
    search, objections = footing(command, history, overridable=False)
    goes_on(search, objections)
    terms = command.terms
    who = speaker(by, terms.provider, report=command.is_report)
    terms = check_terms(terms, search, objections)
    tier = search.tier_of(who)
    if tier is None:
        if not command.is_report:
            objections.add("not-invited", f"{who} was not asked in this search; only those who were asked can offer")
        tier = "OFF"
    if search.chosen is not None and not search.chosen.withdrawn:
        objections.add("decided-already", "a home was chosen already; no offer can be taken in any more")
    if mine := [name for name, one in search.offers.items() if _is_same(one.terms, terms) and not one.withdrawn]:
        refuse("two-offers", f"the home {terms.setting} is offered already ({mine[0]}); withdraw that offer first")
    if command.offer in search.offers:
        refuse(
            "two-offers", f"the id {command.offer} is another offer's; draw eight other digits, or leave 'offer' out"
        )
    said = maybe_words(command.words, "the words beside the offer")
    objections.weigh()
    members = _Offered(
        offer=command.offer or _fresh(search, chance),
        tier=tier,
        terms=party(terms),
        words=party(said),
    )
    stamp = procedure.aside(command, history, at)
    deadline = search.deadline_of(who)
    fee = procedure.pounds(terms.weekly_fee)
    if deadline is not None and stamp["happened_at"] > deadline:
        return Decision(
            event=OfferMadeLate(**stamp, **members),
            statement=f"Offer {terms.setting} for {fee} a week, late: the time to answer ended at {deadline}.",
            stream="new",
            unless=_RACE,
        )
    return Decision(
        event=OfferMade(**stamp, **members),
        statement=f"Offer {terms.setting} for {fee} a week, from {terms.available_on}.",
        stream="new",
        unless=_RACE,
        not_after=None if command.is_report else deadline,
    )


def _is_same(known: Offer | None, terms: Offer) -> bool:
    return known is not None and (known.provider, known.setting) == (terms.provider, terms.setting)


def _fresh(search: Search, chance: bytes) -> OfferId:
    """Eight hexadecimal digits that no other offer of the case has."""
    for first in range(0, len(chance) - 3, 4):
        if (name := chance[first : first + 4].hex()) not in search.offers:
            return name
    # Only chosen by whoever chooses the chance: count on from the last.
    return next(
        name for name in (f"{number:08x}" for number in range(len(search.offers) + 1)) if name not in search.offers
    )


def _late(command: DecideLateOffer, history: History, at: Instant) -> Decision:
    search, objections = footing(command, history)
    made = offer_of(search, command.offer)
    if not made.late:
        refuse("not-late", f"the offer {command.offer} came in time; there is nothing to decide")
    if made.admitted is not None:
        objections.add("decided-already", f"it is decided already that the offer {command.offer} takes part or not")
    if search.choice is not None:
        objections.add("chosen-already", "a home was chosen already; a late offer cannot take part any more")
    others = {one.admitted for one in search.offers.values() if one.late and one.admitted is not None}
    if others and command.admitted not in others:
        objections.add(
            "late-unequal", "another late offer of this search was decided the other way; treat late offers alike"
        )
    reason = words(command.reason, "the reason")
    stamp = procedure.step(command, history, at, objections)
    return Decision(
        event=LateOfferDecided(**stamp, offer=command.offer, admitted=command.admitted, reason=party(reason)),
        statement=f"Decide that the late offer {command.offer} {'takes' if command.admitted else 'takes no'} part.",
        second=second_for(stamp["override"]),
    )


def _withdraw(command: WithdrawOffer, history: History, at: Instant, by: Actor) -> Decision:
    search, objections = footing(command, history, overridable=False)
    made = offer_of(search, command.offer)
    own_offer(by, made, report=command.is_report)
    if made.withdrawn:
        refuse("withdrawn", f"the offer {command.offer} is withdrawn already")
    codes.check("withdraw_reason", command.reason, event_day(command, at))
    objections.weigh()
    return Decision(
        event=OfferWithdrawn(**procedure.aside(command, history, at), offer=command.offer, reason=agg(command.reason)),
        statement=f"Take back the offer {command.offer} ({codes.label('withdraw_reason', command.reason).lower()}).",
        stream="new",
    )


def _decline(command: DeclineReferral, history: History, at: Instant, by: Actor) -> Decision:
    search, objections = footing(command, history, overridable=False)
    goes_on(search, objections)
    who = speaker(by, command.provider, report=command.is_report)
    tier = search.tier_of(who)
    if tier is None:
        refuse("not-invited", f"{who} was not asked in this search, so there is nothing to decline")
    if who in search.declined:
        refuse("answered", f"{who} declined already; make an offer if it is different now")
    codes.check("decline_reason", command.reason, event_day(command, at))
    said = maybe_words(command.words, "the words beside the answer")
    objections.weigh()
    return Decision(
        event=Declined(
            **procedure.aside(command, history, at),
            tier=tier,
            provider=party(who),
            reason=agg(command.reason),
            had_vacancy=party(command.had_vacancy),
            words=party(said),
        ),
        statement=f"Answer that there is no home for this child: {codes.label('decline_reason', command.reason).lower()}.",
        stream="new",
        unless=frozenset({"referral.ended/1"}),
    )


def _silence(command: RecordSilence, history: History, at: Instant) -> Decision:
    search, objections = footing(command, history, overridable=False)
    known = search.deadlines.get(command.tier)
    if known is None:
        refuse("not-published", f"nobody was asked {home_words.AMONG[command.tier]}; nobody can have been silent")
    silent = sorted(known.keys() - search.answered)
    named = silent if command.providers is None else sorted(set(command.providers))
    if not named:
        refuse(
            "nobody-silent", f"everybody {home_words.AMONG[command.tier]} has answered; there is no silence to record"
        )
    if unknown := sorted(set(named) - known.keys()):
        refuse("not-invited", f"{listed(unknown)} was not asked {home_words.AMONG[command.tier]}; name those who were")
    if spoken := sorted(set(named) & search.answered):
        refuse("answered", f"{listed(spoken)} has answered; leave them out")
    until = max(known[name] for name in named)
    if procedure.happened_at(command, at) <= until:
        objections.add("too-early", f"the time to answer ends at {until}; record who was silent after that")
    objections.weigh()
    return Decision(
        event=ResponsesMissed(**procedure.event(command, history, at), tier=command.tier, providers=party(named)),
        statement=f"Record that {counted(len(named), 'provider')} of {home_words.TIER[command.tier]} did not answer.",
        unless=frozenset({"referral.offer-made/1", "referral.declined/1", "referral.deadline-extended/1"}),
    )
