"""What can happen to a challenge; each challenge has a stream of its own.

The challenger stays sealed: the register's receiver signs a lodging, with the challenger's own signature inside.
"""

from __future__ import annotations

from typing import Literal

from fairplace.event import Aside, Fact
from fairplace.ledger.disclosure import Sealed
from fairplace.terms import Day, Provider, Text

Ground = Literal[
    "equal-treatment",
    "criteria",
    "scoring",
    "reasons",
    "conflict-of-interest",
    "time-limits",
    "notice",
    "award",
    "other",
]
Remedy = Literal["explanation", "re-score", "re-run", "withdraw-award", "apology", "other"]
Further = Literal["court", "ombudsman", "review-unit", "review-panel", "other"]
"""A court; the Local Government and Social Care Ombudsman; the Procurement Review Unit; the panel of the Provider Selection
Regime; somebody else."""


class Lodged(Aside, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A challenge came in."""

    kind: Literal["query", "complaint", "pre-action-letter"]
    ground: Ground
    remedy: Remedy
    about: int | None  # index of the entry that is challenged
    challenger: Sealed[Provider | None]
    words: Sealed[Text]
    challenger_signature: Sealed[Text | None]


class Acknowledged(Aside, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The authority confirmed that it has the challenge."""


class Answered(Aside, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The authority gave its answer, ground by ground."""

    answer: Sealed[Text]


class Decided(Aside, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """It was decided whether the challenge is right, and what follows."""

    outcome: Literal["upheld", "partly-upheld", "not-upheld"]
    remedy: Remedy | None
    reason: Sealed[Text]


class Remedied(Aside, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The remedy that was decided on was carried out."""

    remedy: Remedy
    entries: list[int]  # indexes of the steps by which it was done, ascending; empty for an explanation or an apology
    words: Sealed[Text]  # what was done


class TakenFurther(Aside, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The challenger took it to somebody outside the authority."""

    to: Further
    taken_on: Day
    reference: Sealed[Text | None]  # that body's own number of it: it may lead to who challenges


class Withdrawn(Aside, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The challenger let it go."""


TYPES: dict[str, type[Fact]] = {
    "challenge.lodged/1": Lodged,
    "challenge.acknowledged/1": Acknowledged,
    "challenge.answered/1": Answered,
    "challenge.decided/1": Decided,
    "challenge.remedied/1": Remedied,
    "challenge.taken-further/1": TakenFurther,
    "challenge.withdrawn/1": Withdrawn,
}
