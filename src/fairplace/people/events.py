"""What can happen to people: interests declared and decided. (Keys and roles are the key register's.)"""

from __future__ import annotations

from typing import Literal

from fairplace.event import Aside, Event, Fact, Step
from fairplace.ledger.disclosure import Sealed
from fairplace.terms import KeyName, Provider, Term, Text

InterestKind = Literal[
    "family", "friend", "shareholding", "former-employee", "contract-manager", "dispute", "complaint-against", "other"
]


class Interest(Term, frozen=True, kw_only=True, forbid_unknown_fields=True):
    kind: InterestKind
    provider: Provider
    note: Text


class InterestsDeclared(Aside, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Somebody who acts in the case declared their interests, or that they have none (Act, s. 81).

    In the stream of that person in that case; the list is sealed also when it is empty.
    """

    acting_as: Literal["officer", "evaluator", "moderator", "approver", "monitoring", "adviser"]
    bidders_known: bool
    interests: Sealed[list[Interest]]


class InterestDecided(Step, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """It was decided what follows from somebody's interest (Act, s. 82); in the case's own stream."""

    person: KeyName
    outcome: Literal["none", "monitor", "recuse", "exclude-supplier"]
    reason: Sealed[Text]


class Reaffirmed(Event, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Somebody whose key was reported stolen stands by what it signed in this case, with a new key of the same name."""

    entries: list[int]  # indexes, ascending; on each is a contested signature of theirs


TYPES: dict[str, type[Fact]] = {
    "interest.declared/1": InterestsDeclared,
    "interest.decided/1": InterestDecided,
    "signature.reaffirmed/1": Reaffirmed,
}
