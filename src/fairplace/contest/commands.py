"""What can be asked for when a search for a home is asked about or challenged; `contest` is the id of its stream."""

from __future__ import annotations

from typing import ClassVar, Literal

from fairplace.contest.events import Ground, Remedy
from fairplace.decision import Command
from fairplace.terms import Text


class AskWhy(Command, frozen=True, kw_only=True, tag="ask-why"):
    """Ask why: the provider alone is answered. `provider` is left out by a provider's own key."""

    gives: ClassVar[str] = "contest.why-asked/1"
    words: Text
    provider: str | None = None


class AnswerWhy(Command, frozen=True, kw_only=True, tag="answer-why"):
    """Tell a provider why, and nobody else."""

    gives: ClassVar[str] = "contest.why-answered/1"
    contest: str
    answer: Text


class LodgeContest(Command, frozen=True, kw_only=True, tag="lodge-contest"):
    """Challenge a search for a home: its ground, and the remedy asked for. `provider` is left out by its own key."""

    gives: ClassVar[str] = "contest.lodged/1"
    kind: Literal["complaint", "letter-before-claim"]
    ground: Ground
    remedy: Remedy
    words: Text
    provider: str | None = None


class AnswerContest(Command, frozen=True, kw_only=True, tag="answer-contest"):
    """Answer a challenge, point by point."""

    gives: ClassVar[str] = "contest.answered/1"
    contest: str
    answer: Text


class DecideContest(Command, frozen=True, kw_only=True, tag="decide-contest"):
    """Decide whether a challenge is right, and what follows."""

    gives: ClassVar[str] = "contest.decided/1"
    contest: str
    outcome: Literal["upheld", "partly-upheld", "not-upheld"]
    reason: Text
    remedy: Remedy | None = None


class RemedyContest(Command, frozen=True, kw_only=True, tag="remedy-contest"):
    """Record that the remedy that was decided on was carried out."""

    gives: ClassVar[str] = "contest.remedied/1"
    contest: str
    words: Text


class WithdrawContest(Command, frozen=True, kw_only=True, tag="withdraw-contest"):
    """Let a challenge go, before it is decided."""

    gives: ClassVar[str] = "contest.withdrawn/1"
    contest: str


Later = AnswerWhy | AnswerContest | DecideContest | RemedyContest | WithdrawContest
AnyCommand = AskWhy | LodgeContest | Later

COMMANDS: tuple[type[Command], ...] = (
    AskWhy,
    AnswerWhy,
    LodgeContest,
    AnswerContest,
    DecideContest,
    RemedyContest,
    WithdrawContest,
)
