"""The register of a made-up region, built from its seed, with the truth of what was done wrong in it beside it.

- The same preset, scale and seed give the same entries, the same tree root and the same truth; a twin is the same world
  without the faults. (Checkpoints differ: one of their signatures is randomised.)
- Faults are planted by what people do, from the text of the rules as the law and the sector word them; nothing here
  knows how the rules are asked of the record.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from pathlib import Path

import msgspec

from fairplace.synthesis.aside import built_aside
from fairplace.synthesis.region.contesting import contested
from fairplace.synthesis.region.days import ENDS, OPENS, at, before, day_of
from fairplace.synthesis.region.demand import Need, needs
from fairplace.synthesis.region.draws import Deck, Draws
from fairplace.synthesis.region.homes import Home
from fairplace.synthesis.region.living import REASONS
from fairplace.synthesis.region.made_up import CANARIES
from fairplace.synthesis.region.opening import counted, entered, filled, freed, uplifted
from fairplace.synthesis.region.plans import Planning
from fairplace.synthesis.region.planting import Planter
from fairplace.synthesis.region.presets import Preset
from fairplace.synthesis.region.telling import Telling
from fairplace.synthesis.region.world import World

MARKER = "synthetic.json"
TRUTH = "truth.jsonl"
CANARY_FILE = "canaries.json"

ROOM = 2 << 30
"""Bytes of memory in which to build it: the largest preset takes 612 MB (`du -sh`, world_2007)."""

OWN_SUCCESS = {"foster": 0.42, "residential": 0.22}
"""The share of needs of level 1 and 2 for which the authority's own homes have room (section 5.3)."""
LEVELS_1_2 = {"foster": 0.58 * 0.73, "residential": 0.30 * 0.45}
BLOCK_SUCCESS = 80 / 3_000

Progress = Callable[[int, int], None]
Ending = Callable[[World], None]


class Built(msgspec.Struct, frozen=True, kw_only=True):
    """What was built: the number of entries, the tree root in base64, and how many faults were planted."""

    entries: int
    root: str
    planted: int


class Marker(msgspec.Struct, frozen=True, kw_only=True):
    """Says that a folder is a made-up register, and which. Its keys are known to everybody."""

    preset: str
    seed: int
    referrals: int
    twin: bool
    worthless: bool = True


def build(
    folder: Path,
    preset: Preset,
    *,
    seed: int,
    twin: bool = False,
    canaries: bool = False,
    progress: Progress | None = None,
    ending: Ending | None = None,
) -> Built:
    """Build it in a new or empty folder.

    `ending` is told after everything else, while the register is open: what goes on in it on the day of a demo.
    """
    with built_aside(folder, "the synthetic register", MARKER, room=ROOM) as whole:
        return _tell(whole, preset, seed, twin, canaries, progress or _silence, ending)


def _tell(
    folder: Path, preset: Preset, seed: int, twin: bool, canaries: bool, progress: Progress, ending: Ending | None
) -> Built:
    world = World(folder, preset, seed, twin=twin, canaries=canaries)
    with world.register as register:
        for story in _stories(world):
            world.agenda.add(story)
        days, quarter = (ENDS - OPENS).days, [(OPENS.year, (OPENS.month - 1) // 3)]

        def tick(moment: datetime) -> None:
            world.book.reach(moment)
            today = day_of(moment)
            if (today.year, (today.month - 1) // 3) != quarter[0]:
                quarter[0] = today.year, (today.month - 1) // 3
                world.book.flush()
                register.publisher.publish()
                progress(min(days, (today - OPENS).days), days)

        world.agenda.run(tick)
        world.book.flush()
        if canaries:
            contested(world)
        if ending is not None:
            ending(world)
        register.publisher.publish()
        progress(days, days)
        head = register.store.head(register.origin)
    (folder / TRUTH).write_bytes(b"".join(msgspec.json.encode(one) + b"\n" for one in world.truth))
    if canaries:
        (folder / CANARY_FILE).write_bytes(msgspec.json.encode(list(CANARIES)) + b"\n")
    marker = Marker(preset=preset.name, seed=seed, referrals=preset.referrals, twin=twin)
    (folder / MARKER).write_bytes(msgspec.json.encode(marker) + b"\n")
    return Built(entries=head.size, root=base64.b64encode(head.root).decode("ascii"), planted=len(world.truth))


def _stories(world: World) -> Iterator[Iterator[datetime]]:
    preset = world.preset
    yield entered(world)
    yield uplifted(world)
    months = (ENDS - OPENS).days
    for home in world.homes.values():
        mean = _between_places(world, home, months)
        if mean:
            yield freed(world, home, mean)
            if home.cost is None and not home.block:
                yield filled(world, home, 25.0)
        if home.block:
            yield counted(world, home)
    planning = Planning(world)
    planter = Planter(world)
    endings = Deck(Draws("endings", preset.name, world.seed), REASONS)
    for need in needs(preset, world.seed, world.authorities):
        yield _case(world, planning, planter, endings, need)


def _between_places(world: World, home: Home, days: int) -> float:
    """The mean days until a home has room again; 0 where it always has."""
    referrals = world.preset.referrals
    if home.cost is not None:
        owned = [one for one in world.homes.values() if one.cost is not None and one.family == home.family]
        wanted = referrals * LEVELS_1_2[home.family] * OWN_SUCCESS[home.family]
        return days * len(owned) / max(1.0, wanted)
    if home.block:
        blocks = sum(1 for one in world.homes.values() if one.block)
        return days * blocks / max(1.0, referrals * BLOCK_SUCCESS)
    return 200.0 if home.family == "residential" else 0.0


def _case(world: World, planning: Planning, planter: Planter, endings: Deck, need: Need) -> Iterator[datetime]:
    chance = Draws("begins", world.preset.name, world.seed, need.number)
    emergency = need.urgency == "emergency"
    day = need.opens
    moment = at(day, chance.between(8, 12) if emergency else 9, chance.between(30, 59))
    ahead = {"planned": chance.between(2, 6), "within_7d": 1}.get(need.urgency, 0)
    yield _assessed(day, ahead, moment, chance)
    case = world.book.stream()
    for _ in Telling(world, need, case).assessed():
        pass
    yield moment
    story = planter.story(planning, need, case, endings)
    story.hold()
    yield from story.tell()


def _assessed(day: date, days: int, moment: datetime, chance: Draws) -> datetime:
    if not days:
        return moment - timedelta(minutes=20)
    return max(at(OPENS, 9), at(before(day, days), 14, chance.between(0, 59)))


def _silence(done: int, total: int) -> None:
    pass
