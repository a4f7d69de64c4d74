"""Everything that is done in a made-up region is asked of the desk once more, act by act: it decides just the same.

Nothing is overridden and nothing is a report there: carers who live apart from their service, places that are held until
a child moves in, searches that find no home, and places that are not registered all have a way through the desk.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from pathlib import Path
from typing import Any

import msgspec
import pytest

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
from fairplace.synthesis.region.presets import Preset, preset
from fairplace.synthesis.region.register import build
from tests.matrix import some
from tests.synthesis.test_region import SMALL

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


WORLDS: dict[str, Preset] = {
    "tiny": preset("tiny"),
    "region": msgspec.structs.replace(SMALL, referrals=60),
    "crisis": msgspec.structs.replace(SMALL, referrals=150, crisis=date(2025, 1, 1)),
}


@pytest.mark.matrix
@pytest.mark.parametrize("name", some(list(WORLDS), "tiny"))
def test_the_desk_decides_every_act_of_a_made_up_region_just_as_it_stands(name: str, tmp_path: Path) -> None:
    build(tmp_path / "register", WORLDS[name], seed=3, twin=True)
    past: dict[str, list[Recorded]] = defaultdict(list)
    market, replayed, wrong = Market(), 0, []
    with Register.open(tmp_path / "register") as register:
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
            replayed += 1
            past[case].append(recorded)
            market.add(recorded)
    assert wrong == []
    assert replayed > 500
