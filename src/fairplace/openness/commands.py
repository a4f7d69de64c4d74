"""What can be asked for in opening the record: release by the allow-list, and take down."""

from __future__ import annotations

from typing import ClassVar

import msgspec

from fairplace.decision import Command
from fairplace.openness.events import Ground, Occasion, Slots
from fairplace.terms import Text


class Release(Command, frozen=True, kw_only=True, tag="release"):
    """Make public what the occasion allows and what is not public yet.

    `only` narrows the release to the slots that it names. What was taken down comes back only when it is named.
    """

    gives: ClassVar[str] = "value.disclosed/1"
    occasion: Occasion
    only: list[Slots] | None = None


class WithdrawValue(Command, frozen=True, kw_only=True, tag="withdraw-value"):
    """Take published texts of one entry down again."""

    gives: ClassVar[str] = "value.withdrawn/1"
    entry: int
    slots: list[str]
    ground: Ground
    reason: Text


class AnswerFinding(Command, frozen=True, kw_only=True, tag="answer-finding"):
    """Answer what a rule found, for everybody to read once it is released. `run` left out is the newest that found it."""

    gives: ClassVar[str] = "finding.answered/1"
    rule: str
    words: Text
    run: int | None = None
    entries: list[int] = msgspec.field(default_factory=list)


class Correct(Command, frozen=True, kw_only=True, tag="correct"):
    """Say how a text or number of an earlier step should read. The first is never lost: both are shown."""

    gives: ClassVar[str] = "words.corrected/1"
    entry: int
    slot: str
    words: Text
    reason: Text


class Assess(Command, frozen=True, kw_only=True, tag="assess"):
    """Have the rules say what they see of the case now, to the public and, once the award is released, to the authority.

    The rules decide here, not a decider: it is carried out by the register's assessor, with its own key.
    """

    gives: ClassVar[str] = "case.assessed/1"


AnyCommand = Release | WithdrawValue | AnswerFinding | Correct

COMMANDS: tuple[type[Command], ...] = (Release, WithdrawValue, AnswerFinding, Correct)
