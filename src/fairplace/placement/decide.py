"""What follows from a command once a home is found: one event, or a refusal."""

from __future__ import annotations

from fairplace.decision import Actor, Decision, History
from fairplace.people import roles
from fairplace.placement import agreeing, living, starting
from fairplace.placement.commands import (
    AgreePlacement,
    AnyCommand,
    ChangeFee,
    RecordUnregisteredUse,
    ReviewUnregisteredUse,
    StartPlacement,
)
from fairplace.terms import Instant


def decide(command: AnyCommand, history: History, *, at: Instant, by: Actor, chance: bytes = b"") -> Decision:
    """The one event that the command gives.

    Raises Forbidden (the person's role), Refused (procedure or integrity), Malformed (a value) or Missing (the case).
    """
    roles.require(by, command.gives, report=command.is_report)
    match command:
        case AgreePlacement():
            return agreeing.agree(command, history, at)
        case ChangeFee():
            return agreeing.change_fee(command, history, at)
        case StartPlacement():
            return starting.start(command, history, at)
        case RecordUnregisteredUse() | ReviewUnregisteredUse():
            return living.unregistered(command, history, at)
        case _:
            return living.decide(command, history, at)
