"""Releases, take-downs and assessments."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from fairplace.event import Aside, Event, Fact
from fairplace.ledger.disclosure import Sealed
from fairplace.terms import Term, Text

Occasion = Literal[
    "notice",
    "opening",
    "award",
    "standstill-end",
    "contract",
    "ended",
    "challenge",
    "finding",
    "correction",
    "urgent",
    "import",
    "request",
]
BECAUSE: Mapping[Occasion, str] = {
    "notice": "the notice is published",
    "opening": "bids were opened",
    "award": "the award was decided",
    "standstill-end": "the standstill is over",
    "contract": "the contract is signed",
    "ended": "it ended without an award",
    "challenge": "a challenge was decided",
    "finding": "a finding was answered",
    "correction": "a text was corrected",
    "urgent": "an urgent purchase was decided on",
    "import": "it is published elsewhere",
    "request": "somebody asked",
}
"""Each occasion in words, after *because*."""

Ground = Literal["child", "personal", "commercial", "court-order", "error"]
Outcome = Literal["met", "concern", "not-met", "cannot-tell", "not-applicable"]


OTHERS = (
    "deposit.",
    "challenge.lodged",
    "challenge.withdrawn",
    "interest.declared",
    "evaluation.sheet-signed",
    "value.",
    "words.",
)
"""Entries whose words are not the authority's to correct, or that are put right by another of their kind."""


class Slots(Term, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Sealed slots of one earlier entry, sorted."""

    entry: int
    slots: list[str]


class Disclosed(Event, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """From this entry on, the openings of these slots are public."""

    occasion: Occasion
    openings: list[Slots]


class Withdrawn(Event, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """From this entry on, these published texts are taken down; the proofs stand."""

    ground: Ground
    openings: list[Slots]
    reason: Sealed[Text]


class Assessed(Aside, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the rules said of the case as it stood, who may check it, and with which files.

    `upto` is the size of the log that was read; with `view` it says which facts the rules saw. The authority's view is
    assessed only once the award is released, there is a contract, or the case ended; its document has a random salt.
    """

    view: Literal["public", "authority"]
    occasion: Literal["award", "standstill-end", "publication", "request"]
    upto: int
    outcomes: dict[str, Outcome]  # rule to its gravest outcome
    findings: str  # SHA-256 of the findings document
    policies: dict[str, str]  # policy file to SHA-256
    engine: str
    holidays: str  # SHA-256 of the holiday list


class FindingAnswered(Event, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The buyer answered what a rule found."""

    rule: str
    run: int  # index of the assessment that found it
    entries: list[int]  # the steps that the answer speaks of, ascending
    words: Sealed[Text]


class Corrected(Event, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A sealed text or number of an earlier entry was wrong: how it should read, and why. The first stands beside it."""

    entry: int
    slot: str
    words: Sealed[Text]
    reason: Sealed[Text]


TYPES: dict[str, type[Fact]] = {
    "value.disclosed/1": Disclosed,
    "value.withdrawn/1": Withdrawn,
    "case.assessed/1": Assessed,
    "finding.answered/1": FindingAnswered,
    "words.corrected/1": Corrected,
}
