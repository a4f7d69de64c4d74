"""What goes on in a made-up authority on the day on which its demo is made: searches at every stage, and nothing is done yet.

- They begin a few working days before that day, and are told up to it. So this part depends on the day, and not on the
  seed alone: a provider of the demo has referrals to answer whose time has not passed.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from datetime import date, datetime
from typing import NamedTuple

import msgspec

from fairplace.decision import History
from fairplace.placement.events import PlacementReviewed
from fairplace.referral.values import Urgency
from fairplace.searching import Search
from fairplace.seeking.lived import lived, lives
from fairplace.synthesis.region.days import Agenda, after, at, before, day_of, working
from fairplace.synthesis.region.demand import Need, drawn
from fairplace.synthesis.region.draws import Deck, Draws
from fairplace.synthesis.region.living import REASONS, Placed
from fairplace.synthesis.region.plans import Plan, Planning
from fairplace.synthesis.region.telling import Telling
from fairplace.synthesis.region.world import World
from fairplace.terms import day

FIRST = 1_000
"""The number of the first of these needs; those of the two years have lower ones."""

BEGUN: tuple[tuple[int, Urgency], ...] = (
    (14, "planned"), (11, "planned"), (9, "within_7d"), (8, "planned"), (6, "planned"), (5, "within_7d"), (4, "planned"),
    (3, "planned"), (2, "within_7d"), (2, "planned"), (1, "planned"), (1, "within_7d"),
)  # fmt: skip
"""How many working days before the day each search begins, and how urgent it is."""

ONLY_ASSESSED = 2
"""Needs for which nobody has begun to look."""

OURS = 100
MOST_DRAWN = 200
"""The first of the needs of which one goes to the authority's own homes, and among how many it is looked for."""

LAST = date(2027, 3, 31)
"""The calendar of working days is known beyond it: a demo that is made later has this as its day."""


class _Stops(Exception):
    """The story waits here for somebody of the demo."""


class Unapproved(Placed):
    """A home is chosen; whoever has to allow it has not looked yet."""

    def approve(self) -> None:
        raise _Stops


class Unheard(Placed):
    """Every offer is judged; the panel has not met."""

    def judged(self) -> None:
        bids = self.plan.bids
        self.locate(bids)
        self.score(bids)
        raise _Stops


class OursAsked(Placed):
    """The authority's own homes are asked, and still have time to answer."""

    def tell(self) -> Iterator[datetime]:
        [asked] = self.plan.asked
        self.opened()
        yield asked.opens
        self.publish(asked)


STOPS: dict[int, type[Placed]] = {0: Unapproved, 1: Unheard, 2: Unapproved, 3: Unapproved, 4: Unapproved, 5: Unheard}
"""Which of the searches stop where; the others go on to the moment."""


class Today(NamedTuple):
    """What was told: the searches, and the plans of those that have begun."""

    cases: list[str]
    plans: list[Plan]


def told(world: World, now: datetime) -> Today:
    """Tell them up to a moment."""
    end = min(now, at(LAST, 15))
    today = day_of(end)
    agenda = Agenda(world.clock, end)
    planning, found = Planning(world), Today([], [])
    endings = Deck(Draws("endings of today", world.preset.name, world.seed), REASONS)
    [authority, *_] = world.authorities

    def need(number: int, urgency: Urgency, opens: date) -> Need:
        one = drawn(FIRST + number, authority, opens, urgency, Draws("today", world.preset.name, world.seed, number))
        return msgspec.structs.replace(one, fate="placed")

    for number, (days, urgency) in enumerate(BEGUN):
        agenda.add(_search(world, planning, endings, need(number, urgency, before(today, days)), found))
    for number in range(ONLY_ASSESSED):
        agenda.add(_assessed(world, need(len(BEGUN) + number, "planned", working(after(today, 2))), end, found))
    agenda.add(_reviewed(world, today))
    for_ours = (need(OURS + number, "planned", before(today, 1)) for number in range(MOST_DRAWN))
    agenda.add(_of_ours(world, planning, endings, for_ours, at(after(today, 2), 12), found))
    agenda.run(world.book.reach)
    world.book.flush()
    return found


def _search(world: World, planning: Planning, endings: Deck, need: Need, today: Today) -> Iterator[datetime]:
    chance = Draws("today begins", world.preset.name, world.seed, need.number)
    yield at(before(need.opens, 1), 14, chance.between(0, 59))
    case = world.book.stream()
    today.cases.append(case)
    for _ in Telling(world, need, case).assessed():
        pass
    yield at(need.opens, 9, chance.between(30, 59))
    plan = planning.plan(need, case)
    today.plans.append(plan)
    story = STOPS.get(need.number - FIRST, Placed)(world, plan, endings)
    with suppress(_Stops):
        yield from story.tell()


def _reviewed(world: World, today: date) -> Iterator[datetime]:
    """Who has lived somewhere since the two years was looked at again meanwhile, but for the last of them."""
    yield at(before(today, 15), 10)
    world.book.flush()
    reader, due = world.register.reader, []
    for case in reader.cases():
        search = Search(History(case=case, events=reader.case(case)))
        found = lived(case, search, day(today)) if lives(search) else None
        due += [(one.due or "", case, search) for one in found.owed if one.code == "review-placement"] if found else []
    for _, case, search in sorted(due, key=lambda one: one[:2])[:-1]:
        assert search.started is not None
        assert search.authority is not None
        [worker, *_] = world.staff[search.authority]["social-worker"]
        world.act(
            PlacementReviewed,
            worker,
            case=case,
            stream=search.started[0].stream,
            seen=world.book.end(case),
            reviewed_on=day(day_of(world.clock())),
            need_met="yes",
            ratio_day=None,
            ratio_night=None,
            added_hours=None,
            hour_rate=None,
            words=world.words("It goes on well."),
        )


def _of_ours(
    world: World, planning: Planning, endings: Deck, needs: Iterator[Need], closes: datetime, today: Today
) -> Iterator[datetime]:
    """The last search of the day before, once all others are planned: nothing else depends on it."""
    need = next(needs)
    chance = Draws("today asks ours", world.preset.name, world.seed)
    yield at(need.opens, 16, chance.between(0, 20))
    case = world.book.stream()
    plan = planning.plan(need, case)
    while not plan.asked or plan.asked[0].tier != "IN_HOUSE":
        need = next(needs)
        plan = planning.plan(need, case)
    plan = msgspec.structs.replace(plan, asked=plan.asked[:1], winner=None)
    plan.asked[0].closes = closes
    today.cases.append(case)
    today.plans.append(plan)
    for _ in Telling(world, need, case).assessed():
        pass
    yield from OursAsked(world, plan, endings).tell()


def _assessed(world: World, need: Need, end: datetime, today: Today) -> Iterator[datetime]:
    chance = Draws("today begins", world.preset.name, world.seed, need.number)
    yield min(at(before(day_of(end), 1), 15, chance.between(0, 59)), end)
    case = world.book.stream()
    today.cases.append(case)
    for _ in Telling(world, need, case).assessed():
        pass
