"""The duties of a whole register: read once, kept as the log grows, and never with a sealed value."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from fairplace.duties.table import Duties
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
    return open_office(tmp_path / "register").tell(until="opened")


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
