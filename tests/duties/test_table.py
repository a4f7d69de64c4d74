"""The duties of a whole register: read once, kept as the log grows, and never with a sealed value."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest

from fairplace.duties import table
from fairplace.duties.duty import Duty, Past
from fairplace.duties.of_case import of_case
from fairplace.duties.table import READ, Duties
from fairplace.on_disk import Register
from fairplace.people.commands import DecideInterest
from fairplace.terms import Instant, instant
from tests.office import Office, open_office
from tests.story import APPROVER, EVALUATORS, MONITORING


class Counted:
    """A reader whose looks into the log are counted."""

    def __init__(self, register: Register) -> None:
        self._reader = register.reader
        self.read = 0
        self.opened = 0

    @property
    def size(self) -> int:
        return self._reader.size

    def closed(self, types: Any, start: int, stop: int) -> Any:
        for recorded in self._reader.closed(types, start, stop):
            self.read += 1
            yield recorded


def now(office: Office) -> Instant:
    assert office.clock is not None
    return instant(office.clock.now)


@pytest.fixture
def office(tmp_path: Path) -> Office:
    return open_office(tmp_path / "register", until="opened")


def test_an_entry_is_read_once_and_a_case_looked_at_when_it_moved(office: Office) -> None:
    reader = Counted(office.register)
    duties = Duties(reader, dict)  # type: ignore[arg-type]
    [first] = duties.at(now(office)).values()
    read = reader.read
    assert read > 0
    [again] = duties.at(now(office)).values()
    assert again is first
    assert reader.read == read
    office.do(
        DecideInterest(id="test", person=EVALUATORS[0].key, outcome="recuse", reason="Worked there"), by=MONITORING
    )
    [moved] = duties.at(now(office)).values()
    assert reader.read == read + 1
    assert (moved is first, moved.out) == (False, {EVALUATORS[0].key})
    assert duties.closed_to({EVALUATORS[0].key, APPROVER.key}) == {office.case}
    assert duties.closed_to({APPROVER.key}) == frozenset()
    office.close()


def test_a_new_day_is_looked_at_anew(office: Office) -> None:
    duties = Duties(office.register.reader, dict)
    before = duties.at(now(office))[office.case]
    office.pass_by(days=1)
    assert duties.at(now(office))[office.case] is not before
    office.close()


def test_nothing_sealed_is_opened(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    def never(*_: object, **__: object) -> None:
        raise AssertionError("an opening was read")

    monkeypatch.setattr(office.register.store, "openings", never)
    assert office.case in Duties(office.register.reader, dict).at(now(office))
    office.close()


class AThousand(Counted):
    """A reader of a register in which the same case stands a thousand times, and then some entries more."""

    CASES = 1_000

    def __init__(self, register: Register) -> None:
        super().__init__(register)
        self._once = list(register.reader.closed(READ, 0, register.reader.size))
        self._all = [
            msgspec.structs.replace(recorded, case=self.named(number), index=number * len(self._once) + place)
            for number in range(self.CASES)
            for place, recorded in enumerate(self._once)
        ]

    @staticmethod
    def named(number: int) -> str:
        return f"{number:08x}-0000-4000-8000-000000000000"

    @property
    def size(self) -> int:
        return len(self._all)

    def closed(self, types: Any, start: int, stop: int) -> Any:
        for recorded in self._all[start:stop]:
            self.read += 1
            yield recorded

    def move(self, number: int) -> None:
        """One case gets an entry more: somebody declares anew."""
        newest = next(one for one in reversed(self._once) if one.type == "interest.declared/1")
        self._all.append(msgspec.structs.replace(newest, case=self.named(number), index=len(self._all)))


def test_of_a_thousand_cases_only_those_that_moved_are_folded_anew(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Work is counted and not time: a page is quick because it folds nothing, on any machine."""
    reader, folded = AThousand(office.register), list[str]()

    def counted(past: Past) -> list[Duty]:
        folded.append(past.case)
        return of_case(past)

    monkeypatch.setattr(table, "of_case", counted)
    duties = Duties(reader, dict)  # type: ignore[arg-type]
    assert len(duties.at(now(office))) == len(folded) == AThousand.CASES
    read = reader.read
    folded.clear()
    for _ in range(3):
        duties.at(now(office))
        duties.of(AThousand.named(7), now(office))
        duties.closed_to({APPROVER.key})
    assert (folded, reader.read) == ([], read)
    reader.move(7)
    duties.at(now(office))
    assert (folded, reader.read) == ([AThousand.named(7)], read + 1)
    office.close()
