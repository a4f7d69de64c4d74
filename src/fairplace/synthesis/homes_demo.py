"""The demo of placements: a made-up council's searches for homes over two years, and those of today, with its people.

- Its two years follow from the seed; today's searches from the day on which it is made as well (`region/today.py`).
- One release of numbers is signed by two persons, so that a reader of `/homes` has something to read.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import datetime
from functools import partial
from pathlib import Path

import msgspec

from fairplace import issuing
from fairplace.demo import MARKER, PERSONAS, Persona
from fairplace.errors import Refused
from fairplace.synthesis.personas import settled
from fairplace.synthesis.procurements import Marker
from fairplace.synthesis.region import register, today
from fairplace.synthesis.region.answers import Asked
from fairplace.synthesis.region.plans import Plan
from fairplace.synthesis.region.presets import preset
from fairplace.synthesis.region.world import World
from fairplace.workroom import Workroom

STAFF = {
    "officer": "Places children: asks providers, compares their offers, keeps the file.",
    "social-worker": "Says what a child needs, and what the child said.",
    "evaluator": "Judges each offer by the criteria that were declared.",
    "moderator": "Chairs the panel that weighs the offers, and chooses.",
    "approver": "The manager who approves a home for what it can do for the child.",
    "budget-holder": "Approves what it costs.",
    "nominated-officer": "Approves a home outside the authority's area before the child moves in.",
    "director": "Approves a home at a distance, and answers for the authority's own.",
}
"""Who of the authority can be walked through, in the order of a search, and what they do."""

PRESET = msgspec.structs.replace(
    preset("tiny"), authorities=6, referrals=40, residential=9, foster=5, supported=3,
    tiers={"residential": (3, 3), "foster": (2, 1), "supported": (1, 1)}, narrow={1: (13, 17)},
)  # fmt: skip
"""A small world with neighbours: some homes lie outside the area, so that somebody has to allow that; and with one firm
whose only home takes young people alone, and which is not asked for a younger child."""


def build(folder: Path, *, seed: int, now: datetime, progress: Callable[[int, int], None] | None = None) -> int:
    """Build it in a new or empty folder; how many entries it has. Raises Refused for a folder that is neither."""
    built = register.build(folder, PRESET, seed=seed, progress=progress, ending=partial(_today, seed=seed, now=now))
    return built.entries


def _today(world: World, *, seed: int, now: datetime) -> None:
    under_way = today.told(world, now)
    release(world)
    folder = world.register.folder
    people = list(_people(world, under_way))
    (folder / PERSONAS).write_bytes(msgspec.json.format(msgspec.json.encode(people)) + b"\n")
    (folder / MARKER).write_bytes(msgspec.json.encode(Marker(seed=seed)) + b"\n")


def release(world: World) -> None:
    """The numbers until the end of the last quarter, where one can be made of which no child is found."""
    with suppress(Refused):
        made = issuing.draft(world.register, "decisions")
        keys = (world.staff[world.authorities[0]]["officer"][0], world.monitoring)
        issuing.sign(world.register, made, [world.signer_of(key) for key in keys])


def _people(world: World, under_way: today.Today) -> Iterator[Persona]:
    accounts = Workroom(world.register).accounts
    for role, does in STAFF.items():
        key = world.staff[world.authorities[0]][role][0]
        yield settled(accounts, world.holders[key], role, None, (key, world.seed_of(key)), does)
    for firm, does in _providers(world, under_way.plans):
        key = world.key_of(firm)
        yield settled(accounts, world.holders[key], "provider", firm, (key, world.seed_of(key)), does)


def _providers(world: World, plans: list[Plan]) -> Iterator[tuple[str, str]]:
    """The authority's own homes, the independent provider with most to answer, and one that is asked for older children."""
    now = world.clock()
    open_to = Counter(
        name
        for plan in plans
        for asked in plan.asked
        if asked.opens <= now < asked.closes
        for name in asked.recipients
        if name not in _answered(asked, now)
    )
    own = next(firm.id for firm in world.firms.values() if firm.authority)
    others = [firm.id for firm in world.firms.values() if not firm.authority]
    busiest = max(others, key=lambda firm: (open_to[firm], firm))
    yield own, "The authority's own homes."
    yield busiest, "An independent provider of homes."
    narrow = next(one.id for one in world.firms.values() for home in one.homes if home.ages in PRESET.narrow.values())
    if narrow != busiest:
        yield (
            narrow,
            "An independent provider whose only home takes young people of 13 and over: it sees why it was not asked.",
        )


def _answered(asked: Asked, now: datetime) -> set[str]:
    return {bid.firm for bid in asked.bids if bid.at <= now} | {one.firm for one in asked.refusals if one.at <= now}
