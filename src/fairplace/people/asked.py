"""What in the search for a home is one provider's own: what it was asked, what it answered, what it was told alone.

- A value in which another provider stands is nobody's own, and stays closed: who else was asked, every set of points,
  the decision, reasons that were sent to several at once.
- Nothing of the child is its own but the document that it was sent.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from fairplace.contest import events as c
from fairplace.decision import History
from fairplace.event import Aside
from fairplace.ledger.disclosure import slots_of
from fairplace.referral import events as e
from fairplace.terms import KeyName

NOT_THEIRS = frozenset({"/exhibit", "/override_reason"})
"""What a report rests on, and why something was overridden, are the authority's."""


def was_asked(history: History, provider: str) -> bool:
    return any(provider in _named(event.recipients.get(None)) for _, event in history.of(e.ReferralPublished))


def of_asked(history: History, provider: str) -> dict[int, frozenset[str]]:
    """Entry to the slots that are this provider's own; nothing where it was not asked and did not answer."""
    found: dict[int, frozenset[str]] = {}
    offers: set[str] = set()
    keys: set[KeyName] = set()
    contests: set[str] = set()  # the streams of what it asked, or challenged
    asked = was_asked(history, provider)
    for recorded in history.events:
        slots: Collection[str] = ()
        match event := recorded.event:
            case e.ReferralOpened() if asked:
                slots = ("/needed_by",)
            case e.ReferralPublished() | e.ReferralAmended() | e.DeadlineExtended() | e.QuestionSettled():
                slots = _told(event, provider)
            case e.OfferMade(terms=terms) | e.OfferMadeLate(terms=terms):
                said = terms.get(None)
                if said is not None and said.provider == provider:
                    offers.add(event.offer)
                    slots = _all(event)
            case e.OfferWithdrawn(offer=offer) if offer in offers:
                slots = _all(event)
            case e.Declined(provider=who) | e.QuestionPut(provider=who) if who.get(None) == provider:
                slots = _all(event)
            case e.FeedbackGiven(by="provider") if recorded.actor in keys:
                slots = _all(event)
            case e.LateOfferDecided(offer=offer) if offer in offers:
                slots = ("/reason",)
            case e.ReasonsSent(sent=sent) if (given := sent.get(())) and {one.offer for one in given} <= offers:
                slots = ("/sent",)
            case c.WhyAsked(provider=who) | c.Lodged(provider=who) if who.get(None) == provider:
                contests.add(recorded.stream)
                slots = _all(event)
            case Aside() if recorded.stream in contests:
                slots = _all(event)
            case _:
                pass
        if slots:
            found[recorded.index] = frozenset(slots)
            if isinstance(event, e.OfferMade | e.OfferMadeLate | e.Declined | e.QuestionPut) and event.is_act:
                keys.add(recorded.actor)
    return found


_WHAT: Mapping[type[Any], str] = {
    e.ReferralPublished: "/document",
    e.ReferralAmended: "/words",
    e.DeadlineExtended: "/reason",
    e.QuestionSettled: "/answer",
}
"""What goes to everybody who was asked alike."""


def _told(
    event: e.ReferralPublished | e.ReferralAmended | e.DeadlineExtended | e.QuestionSettled, provider: str
) -> tuple[str, ...]:
    """What it was told with others; who they are only where it was alone."""
    names = _named(event.recipients.get(None))
    if provider not in names:
        return ()
    return (_WHAT[type(event)], *(("/recipients",) if len(names) == 1 else ()))


def _named(told: object) -> frozenset[str]:
    return frozenset(one.provider for one in told) if isinstance(told, list | tuple) else frozenset()


def _all(event: Aside) -> frozenset[str]:
    return frozenset(slots_of(event)) - NOT_THEIRS
