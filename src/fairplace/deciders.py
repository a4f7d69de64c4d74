"""Every command, and which subject decides on it."""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce
from operator import or_
from typing import Any

import msgspec

import fairplace.bidding.commands
import fairplace.bidding.decide
import fairplace.challenge.commands
import fairplace.challenge.decide
import fairplace.contest.commands
import fairplace.contest.decide
import fairplace.market.commands
import fairplace.market.decide
import fairplace.openness.commands
import fairplace.openness.decide
import fairplace.people.commands
import fairplace.people.decide
import fairplace.placement.commands
import fairplace.placement.decide
import fairplace.procurement.commands
import fairplace.procurement.decide
import fairplace.provider.commands
import fairplace.provider.decide
import fairplace.referral.commands
import fairplace.referral.decide
import fairplace.urgent.commands
import fairplace.urgent.decide
from fairplace.decision import Actor, Command, Decision, History
from fairplace.guarding import never
from fairplace.referral.state import names_of, names_on_the_list
from fairplace.terms import Instant, day, london_day

_SUBJECTS: tuple[tuple[tuple[type[Command], ...], Callable[..., Decision]], ...] = (
    (fairplace.procurement.commands.COMMANDS, fairplace.procurement.decide.decide),
    (fairplace.bidding.commands.COMMANDS, fairplace.bidding.decide.decide),
    (fairplace.people.commands.COMMANDS, fairplace.people.decide.decide),
    (fairplace.challenge.commands.COMMANDS, fairplace.challenge.decide.decide),
    (fairplace.openness.commands.COMMANDS, fairplace.openness.decide.decide),
    (fairplace.urgent.commands.COMMANDS, fairplace.urgent.decide.decide),
    (fairplace.provider.commands.COMMANDS, fairplace.provider.decide.decide),
    (fairplace.market.commands.COMMANDS, fairplace.market.decide.decide),
    (fairplace.referral.commands.COMMANDS, fairplace.referral.decide.decide),
    (fairplace.placement.commands.COMMANDS, fairplace.placement.decide.decide),
    (fairplace.contest.commands.COMMANDS, fairplace.contest.decide.decide),
)

PLACEMENTS: frozenset[type[Command]] = frozenset(
    (
        *fairplace.market.commands.COMMANDS,
        *fairplace.referral.commands.COMMANDS,
        *fairplace.placement.commands.COMMANDS,
        *fairplace.contest.commands.COMMANDS,
    )
)
"""What is asked for in a log of placements only."""

_DECIDERS = {command: decider for commands, decider in _SUBJECTS for command in commands}

COMMANDS: tuple[type[Command], ...] = tuple(_DECIDERS)

_ANY: Any = reduce(or_, COMMANDS)


def convert(value: dict[str, Any]) -> Command:
    """The command that this object asks for. Raises msgspec.ValidationError when it is none."""
    command: Command = msgspec.convert(value, _ANY)
    return command


def decide(command: Command, history: History, *, at: Instant, by: Actor, chance: bytes) -> Decision:
    """The one event that the command gives, or a refusal. What tells who a child is goes no further than here."""
    if type(command) in PLACEMENTS:
        on = day(london_day(at))
        if by.provider is None:
            never.check(command, names_of(history), on)
        else:
            never.check(command, names_on_the_list(history), on, named="is the name of a provider")
    return _DECIDERS[type(command)](command, history, at=at, by=by, chance=chance)
