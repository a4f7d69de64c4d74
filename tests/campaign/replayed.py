"""Everything that is done in a made-up region, asked of the desk once more, act by act.

Nothing is overridden and nothing is a report: what the desk refuses, or decides otherwise, is told.
"""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from fairplace.deciders import PLACEMENTS, decide
from fairplace.decision import Actor, Command, Decision, History
from fairplace.errors import Refused
from fairplace.event import Fact
from fairplace.ledger.disclosure import Sealed, opened
from fairplace.market.known import Market
from fairplace.on_disk import Register
from fairplace.placement.events import PlacementStarted
from fairplace.recorded import Recorded
from fairplace.referral.events import OffersLocated

COMMANDS = {kind.gives: kind for kind in PLACEMENTS}
STAMPED = frozenset(Command.__struct_fields__)


def asked(recorded: Recorded) -> Command:
    """The command that would give this event."""
    event = recorded.event
    kind = COMMANDS[recorded.type]
    sources: list[Any] = [event]
    if isinstance(event, PlacementStarted):
        sources += [event.started.get(), event.began.get()]
    members = {
        name: _open(getattr(source, name))
        for source in sources
        for name in kind.__struct_fields__
        if name not in STAMPED and hasattr(source, name)
    }
    if isinstance(event, OffersLocated):
        members["distance"] = {offer: one.tenths for offer, one in event.distance.get().items()}
    return kind(id=f"again-{recorded.index}", as_=recorded.actor, case=recorded.case, **members)


def _open(value: Any) -> Any:
    return value.get() if isinstance(value, Sealed) else value


def public(event: Fact) -> dict[str, Any]:
    return {name: value for name, value in msgspec.structs.asdict(event).items() if not isinstance(value, Sealed)}


def differs(decision: Decision, recorded: Recorded) -> list[str]:
    ours, theirs = recorded.event, decision.event
    found = [slot for slot, value in opened(ours).items() if opened(theirs).get(slot) != value]
    found += [name for name, value in public(ours).items() if public(theirs)[name] != value]
    stream = {"case": recorded.case, "new": recorded.stream if recorded.n == 1 else None}
    if stream.get(decision.stream, decision.stream) != recorded.stream:
        found.append(f"stream {decision.stream}")
    return found


class Replayed(NamedTuple):
    """How many acts were asked again, and what came out otherwise: entry, type, and what."""

    acts: int
    wrong: list[tuple[int, str, str]]


def replayed(folder: Path) -> Replayed:
    """Ask the desk for every act of a register, in the order of its log."""
    past: dict[str, list[Recorded]] = defaultdict(list)
    market, acts, wrong = Market(), 0, list[tuple[int, str, str]]()
    with Register.open(folder) as register:
        for recorded in register.reader.recorded(0, register.reader.size):
            case = str(recorded.case)
            try:
                decision = decide(
                    asked(recorded),
                    History(case=case, events=tuple(past[case]), market=market),
                    at=recorded.event.happened_at,
                    by=Actor(key=recorded.actor, roles=recorded.roles, provider=register.provider_of(recorded.actor)),
                    chance=bytes(32),
                )
            except Refused as refused:
                wrong.append((recorded.index, recorded.type, str(refused)))
            else:
                wrong += [(recorded.index, recorded.type, what) for what in differs(decision, recorded)]
            acts += 1
            past[case].append(recorded)
            market.add(recorded)
    return Replayed(acts, wrong)
