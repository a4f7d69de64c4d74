"""What can be asked for in a challenge; `challenge` is the id of its stream."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

import msgspec

from fairplace.challenge.events import Further, Ground, Remedy
from fairplace.decision import Command
from fairplace.terms import Day, Provider, Text


class LodgeChallenge(Command, frozen=True, kw_only=True, tag="lodge-challenge"):
    """Lodge a challenge: its ground, the remedy asked for, and the entry it is about. The receiver signs."""

    gives: ClassVar[str] = "challenge.lodged/1"
    kind: Literal["query", "complaint", "pre-action-letter"]
    ground: Ground
    remedy: Remedy
    words: Text
    about: int | None = None
    challenger: Provider | None = None
    signature: Text | None = None

    def lodged(self) -> dict[str, Any]:
        """What the challenger's own signature is over."""
        return {
            "about": self.about,
            "case": self.case,
            "challenger": msgspec.to_builtins(self.challenger),
            "do": "lodge-challenge",
            "ground": self.ground,
            "kind": self.kind,
            "remedy": self.remedy,
            "words": self.words,
        }


class AcknowledgeChallenge(Command, frozen=True, kw_only=True, tag="acknowledge-challenge"):
    """Confirm to the challenger that the challenge came in."""

    gives: ClassVar[str] = "challenge.acknowledged/1"
    challenge: str


class AnswerChallenge(Command, frozen=True, kw_only=True, tag="answer-challenge"):
    """Give the authority's answer, ground by ground."""

    gives: ClassVar[str] = "challenge.answered/1"
    challenge: str
    answer: Text


class DecideChallenge(Command, frozen=True, kw_only=True, tag="decide-challenge"):
    """Decide whether the challenge is right, and what follows."""

    gives: ClassVar[str] = "challenge.decided/1"
    challenge: str
    outcome: Literal["upheld", "partly-upheld", "not-upheld"]
    reason: Text
    remedy: Remedy | None = None


class CarryOutRemedy(Command, frozen=True, kw_only=True, tag="carry-out-remedy"):
    """Record that the remedy that was decided on was carried out, and by which steps of the case."""

    gives: ClassVar[str] = "challenge.remedied/1"
    challenge: str
    words: Text
    entries: list[int] = msgspec.field(default_factory=list)


class TakeChallengeFurther(Command, frozen=True, kw_only=True, tag="take-challenge-further"):
    """Record that the challenger took it to somebody outside the authority, with that body's reference."""

    gives: ClassVar[str] = "challenge.taken-further/1"

    challenge: str
    to: Further
    taken_on: Day
    reference: Text | None = None


class WithdrawChallenge(Command, frozen=True, kw_only=True, tag="withdraw-challenge"):
    """Let a challenge go. The challenger's signature is checked at the door; the event keeps none."""

    gives: ClassVar[str] = "challenge.withdrawn/1"
    challenge: str
    signature: Text | None = None

    def lodged(self) -> dict[str, Any]:
        """What the challenger's own signature is over."""
        return {"case": self.case, "challenge": self.challenge, "do": "withdraw-challenge"}


AnyCommand = (
    LodgeChallenge
    | AcknowledgeChallenge
    | AnswerChallenge
    | DecideChallenge
    | CarryOutRemedy
    | TakeChallengeFurther
    | WithdrawChallenge
)

COMMANDS: tuple[type[Command], ...] = (
    LodgeChallenge,
    AcknowledgeChallenge,
    AnswerChallenge,
    DecideChallenge,
    CarryOutRemedy,
    TakeChallengeFurther,
    WithdrawChallenge,
)
