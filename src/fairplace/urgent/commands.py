"""What can be asked for when something cannot wait."""

from __future__ import annotations

from typing import ClassVar, Literal

from fairplace.decision import Command
from fairplace.terms import Day, Pence, Provider, Text


class BuyUrgently(Command, frozen=True, kw_only=True, tag="buy-urgently"):
    """Record what was bought at once, from whom, for how much, and why it could not wait. It begins a case of its own.

    It concerns one person unless it is said that it does not: what is bought in an hour is mostly a bed for one child.
    """

    gives: ClassVar[str] = "urgent.bought/1"
    need: Text
    provider: Provider
    price: Pence
    why: Text
    from_on: Day
    concerns_one_person: bool = True
    attributable: bool | None = None
    foreseeable: bool | None = None


class DecideUrgency(Command, frozen=True, kw_only=True, tag="decide-urgency"):
    """Approve an urgent purchase that somebody else made, or refuse it."""

    gives: ClassVar[str] = "urgent.decided/1"
    outcome: Literal["approved", "refused"]
    reason: Text


AnyCommand = BuyUrgently | DecideUrgency

COMMANDS: tuple[type[Command], ...] = (BuyUrgently, DecideUrgency)
