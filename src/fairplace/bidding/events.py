"""What can happen to bids that is neither a check nor a mark."""

from __future__ import annotations

from typing import Literal

from fairplace.event import Aside, Fact, Step
from fairplace.ledger.disclosure import Sealed
from fairplace.terms import Instant, KeyName, Place, Term, Text

FormalFault = Literal["signature", "form", "certificate", "other"]
"""A fault of form, which can be put right and leaves what is offered as it was."""


class FormalFaults(Term, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is formally wrong with one bid, and whether its bidder was invited to put it right."""

    kinds: list[FormalFault]
    invited: bool
    note: Text | None  # what is missing, or why its bidder was not invited


class FaultyBid(Term, frozen=True, kw_only=True, forbid_unknown_fields=True):
    faults: Sealed[FormalFaults | None]  # null: no formal fault, or no bid


class CorrectionsInvited(Step, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Bidders were invited to put formal faults right: every bid that has one is named, and one deadline is for all."""

    until: Instant
    bids: dict[Place, FaultyBid]


class Correction(Term, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What came of one invitation. `came_at` is null when nothing came."""

    came_at: Instant | None
    accepted: bool
    changed_offer: bool  # did it touch what is offered, or the price?
    reason: Text | None


class CorrectedBid(Term, frozen=True, kw_only=True, forbid_unknown_fields=True):
    correction: Sealed[Correction | None]


class CorrectionsReceived(Step, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What came of the invitations was recorded for all of them, and what was accepted."""

    bids: dict[Place, CorrectedBid]


class SecretMark(Term, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A part of a bid that its bidder calls a trade secret: how the part is called, and why; never what it says."""

    part: Text
    reason: Text


class MarkedBid(Term, frozen=True, kw_only=True, forbid_unknown_fields=True):
    secrets: Sealed[list[SecretMark] | None]  # null: nothing is marked, or no bid


class SecretsMarked(Step, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """It was recorded what bidders mark as a trade secret in their bids. The newest counts, bid by bid."""

    bids: dict[Place, MarkedBid]


class Ruling(Term, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the buyer says to one mark."""

    part: Text
    accepted: bool
    reason: Text


class RuledBid(Term, frozen=True, kw_only=True, forbid_unknown_fields=True):
    rulings: Sealed[list[Ruling] | None]


class SecretsDecided(Step, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """It was decided which marks are accepted, and why."""

    bids: dict[Place, RuledBid]


Learned = Literal["answer", "document", "told", "guessed", "other"]
"""How a name became known: from a written answer, another document, somebody's words, or what else a bid says."""


class AnonymityDecided(Step, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """It was decided that bids are marked without names, and by which roles the names are known meanwhile."""

    known_to: list[str]
    arrangements: Sealed[Text | None]  # who takes names out of written answers, and how


class NameSeen(Aside, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Somebody who marks learned whose a bid is, though bids are marked without names."""

    person: KeyName
    how: Learned
    bid: Sealed[Place | None]
    note: Sealed[Text | None]


TYPES: dict[str, type[Fact]] = {
    "procurement.corrections-invited/1": CorrectionsInvited,
    "procurement.corrections-received/1": CorrectionsReceived,
    "procurement.secrets-marked/1": SecretsMarked,
    "procurement.secrets-decided/1": SecretsDecided,
    "evaluation.anonymity-decided/1": AnonymityDecided,
    "evaluation.name-seen/1": NameSeen,
}
