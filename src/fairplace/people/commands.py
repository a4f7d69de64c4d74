"""What people who act in a case can be asked for: their interests, and what follows from them."""

from __future__ import annotations

from typing import ClassVar, Literal

import msgspec

from fairplace.decision import Command
from fairplace.people.events import Interest
from fairplace.terms import KeyName, Text


class DeclareInterests(Command, frozen=True, kw_only=True, tag="declare-interests"):
    """Declare one's own interests, or that there are none. Declared again once the bidders are known."""

    gives: ClassVar[str] = "interest.declared/1"
    acting_as: Literal["officer", "evaluator", "moderator", "approver", "monitoring", "adviser"]
    interests: list[Interest] = msgspec.field(default_factory=list)
    bidders_known: bool | None = None


class DecideInterest(Command, frozen=True, kw_only=True, tag="decide-interest"):
    """Decide what follows from somebody's interest."""

    gives: ClassVar[str] = "interest.decided/1"
    person: KeyName
    outcome: Literal["none", "monitor", "recuse", "exclude-supplier"]
    reason: Text


class ReaffirmSignatures(Command, frozen=True, kw_only=True, tag="reaffirm-signatures"):
    """Stand by one's own signatures in a case, after the key that made them was reported stolen."""

    gives: ClassVar[str] = "signature.reaffirmed/1"
    entries: list[int]


AnyCommand = DeclareInterests | DecideInterest | ReaffirmSignatures

COMMANDS: tuple[type[Command], ...] = (DeclareInterests, DecideInterest, ReaffirmSignatures)
