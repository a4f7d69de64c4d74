"""A real register of placements on disk, with its people and their keys: for tests of what records, publishes, serves.

    office = open_placements(tmp_path / "register")      a new register with a market of homes
    office.tell("started")                               one child's search, recorded command by command
    office.do(ChooseHome(...), by=OFFICER)               one more command, signed by whom it needs

The steps are those of `tests/searches.py`: its story decides what is done, and the register does it in earnest.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Self

from fairplace.decision import Actor, Command, History
from fairplace.founding import create
from fairplace.prepared import Appended
from fairplace.recorded import Recorded
from fairplace.referral.state import Search
from fairplace.sources import Sources
from tests import homes, office
from tests.founding import Clock, founded
from tests.homes import AUTHORITY, FAR, MARKET_START, NEIGHBOUR, OFFICER, SELLERS, STAFF
from tests.office import ROOT, Office, signer
from tests.searches import CHAPTERS, START, Homes, Telling

PLACEMENTS_ORIGIN = f"log.{homes.DOMAIN}/placements"


class Live(Homes):
    """The story of a search whose steps are recorded in a register. It is told by `tests.searches.Telling`."""

    def __init__(self, office: PlacementOffice) -> None:
        super().__init__((), start=START)
        self._office = office

    @property
    def history(self) -> History:
        register = self._office.register
        events = register.reader.case(self._office.case) if self._office.case else ()
        return History(case=self._office.case, events=events, market=register.reader.market())

    @property
    def events(self) -> tuple[Recorded, ...]:
        return self.history.events

    @property
    def search(self) -> Search:
        return Search(self.history)

    def do(self, command: Command, *, by: Actor = OFFICER, **more: Any) -> Recorded:
        at = self._next()
        self._office.wait_until(at)
        done = self._office.record(command, by=by, second=more.get("second"))
        [recorded] = self._office.register.reader.recorded(done.index, done.index + 1)
        return recorded


class PlacementOffice(Office):
    """A register of placements, and everybody's keys."""

    def __enter__(self) -> Self:
        return self

    def record(self, command: Command, *, by: Actor = OFFICER, second: Actor | None = None) -> Appended:
        done = self.recorder.record(self.named(command, by=by, second=second))
        self.case = self.case or done.case or ""
        self.at[done.type] = done.index
        return done

    def enter(self, command: Command, stream: str | None = None, *, by: Actor = OFFICER) -> str:
        """A step of the market; the stream in which it stands."""
        self.pass_by(minutes=1)
        before, self.case = self.case, stream or ""
        try:
            done = self.record(command, by=by)
        finally:
            self.case = before
        assert done.case is not None
        return done.case

    def tell(self, until: str, *_: object) -> PlacementOffice:
        """A fair search up to the end of a chapter."""
        telling = Telling(Live(self), {}, (homes.ASH, homes.BEECH))
        for chapter, steps in CHAPTERS.items():
            steps(telling)
            if chapter == until:
                return self
        raise KeyError(until)


def open_placements(folder: Path, *, seed: int = 1, until: str | None = None) -> PlacementOffice:
    """A new register of placements in `folder`, with everybody's keys and the market of `tests.homes`, and one search told
    up to the end of a chapter.
    """

    def found(folder: Path, clock: Clock, sources: Sources) -> PlacementOffice:
        office = _found(folder, clock, sources)
        return office if until is None else office.tell(until)

    return founded(folder, PlacementOffice, found, MARKET_START, until, seed=seed)


def _found(folder: Path, clock: Clock, sources: Sources) -> PlacementOffice:
    register = create(
        folder,
        authority=office.AUTHORITY,
        origin=PLACEMENTS_ORIGIN,
        root=signer(ROOT),
        sources=sources,
        worthless=True,
        kind="placements",
    )
    made = PlacementOffice(folder, register, clock)
    for one in STAFF:
        made.enrol(one.key, *sorted(one.roles))
    for seller in SELLERS:
        made.enrol(seller.actor.key, "provider", provider=seller.provider)
    streams = {code: made.enter(homes.authority(code)) for code in (AUTHORITY, NEIGHBOUR, FAR)}
    made.enter(homes.in_house_policy(), streams[AUTHORITY], by=homes.APPROVER)
    for seller in SELLERS:
        stream = made.enter(homes.provider(seller))
        for command in (homes.home(seller), homes.capability(seller), homes.rating(seller), homes.vacancy(seller)):
            made.enter(command, stream)
    made.enter(homes.framework(), by=homes.APPROVER)
    return made
