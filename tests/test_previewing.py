"""A preview is what the public page then says: the same row, step by step, through a whole case."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec

from fairplace import previewing
from fairplace.decision import Actor, Command, History
from fairplace.ledger.disclosure import opened
from fairplace.openness.commands import Release
from fairplace.prepared import Appended
from tests.office import Office, open_office
from tests.story import OFFICER, plan, tender


class Foreseeing(Office):
    """Looks at the public page before each step, and holds it beside the real one after it."""

    compared: int = 0

    def do(self, command: Command, *, by: Actor = OFFICER, second: Actor | None = None) -> Appended:
        self.register.follow()
        self.pass_by(minutes=1)
        reader = self.register.reader
        size = reader.size
        prepared = self.recorder.prepare(self.named(command, by=by, second=second))
        events = reader.case(self.case) if self.case else ()
        past = History(case=previewing.case_of(prepared), events=events)
        after = previewing.with_step(past, prepared, reader_actor(self, prepared.actor), size=size)
        everything = {one.index: frozenset(opened(one.event)) for one in events}
        public = reader.disclosed()
        foreseen = previewing.public_page(
            after, lambda index: public.get(index, frozenset()), lambda index: everything.get(index, frozenset())
        )
        assert reader.size == size  # nothing is recorded
        self.pass_by(minutes=-1)
        done = super().do(command, by=by, second=second)
        self.register.follow()
        real = self.register.rows.get("decision-record", done.case or self.case)
        if prepared.case is not None and done.index == size:
            assert plainly(foreseen) == plainly(real), done.type
            self.compared += 1
        return done


def reader_actor(office: Office, key: str) -> Actor:
    return office.register.desk.actor(key)


def plainly(row: Any) -> Any:
    """A row without what only a recorded entry has: its hash; and the citation, which is the log's to give."""
    built = msgspec.to_builtins(row)
    built["citation"] = built["case"] = None  # of a case that begins, each preparation draws an id anew
    built["leaf"] = ""
    if built["trail"]:
        built["trail"][-1]["leaf"] = ""
    for one in built["deposits"]:
        one["leaf"] = ""
    return built


def test_the_preview_of_each_step_is_the_public_page_after_it(tmp_path: Path) -> None:
    made = open_office(tmp_path / "register")
    office = Foreseeing(made.folder, made.register, made.clock)
    office.tell(until="released")
    assert office.compared >= 15
    office.close()


def test_a_case_of_one_person_has_no_page_to_preview(tmp_path: Path) -> None:
    with open_office(tmp_path / "register") as office:
        prepared = office.recorder.prepare(office.named(plan(concerns_one_person=True)))
        after = previewing.with_step(
            History(case="x", events=()), prepared, office.register.desk.actor(OFFICER.key), size=1
        )
        assert previewing.public_page(after, lambda _: frozenset(), lambda _: frozenset()) is None


def test_a_release_shows_no_more_in_a_preview_than_whoever_looks_may_see(tmp_path: Path) -> None:
    with open_office(tmp_path / "register", until="planned") as office:
        office.do(tender())
        prepared = office.recorder.prepare(office.named(Release(id="test", occasion="notice")))
        past = History(case=office.case, events=office.register.reader.case(office.case))
        after = previewing.with_step(
            past, prepared, office.register.desk.actor(OFFICER.key), size=office.register.reader.size
        )
        every = {one.index: frozenset(opened(one.event)) for one in past.events}
        blind = previewing.public_page(after, lambda _: frozenset(), lambda _: frozenset())
        seeing = previewing.public_page(after, lambda _: frozenset(), lambda index: every.get(index, frozenset()))
        assert (blind.need, seeing.need) == (None, "Forty families wait for short breaks")
