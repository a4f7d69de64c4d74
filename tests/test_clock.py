"""The server's clock goes wrong: back by a year, frozen, ahead, through the changes of summer time (threat model, T-03).

What holds: the order of entries, which is that of the log; deadlines, by the clock that never goes back; and no start
and no entry while the clock is more than a minute behind what is recorded. What the clock alone cannot tell, a witness
can: its signatures bear its own time.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from fairplace.cli import main
from fairplace.errors import Conflict, FairplaceError, Misconfigured
from fairplace.on_disk import Register
from fairplace.prepared import Appended
from fairplace.sources import SYSTEM, Sources
from fairplace.terms import Instant, moment
from tests import story
from tests.office import ROOT, Office, open_office, person, signer
from tests.story import DEADLINE, OFFERS


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    with open_office(tmp_path / "register", until="published") as made:
        yield made


def bid(office: Office, number: int) -> Appended:
    """Lodged at this very moment: no minute passes."""
    offer = OFFERS[number]
    command = office.named(story.bid(offer), by=person(offer.provider))
    return office.recorder.record(command)


def at(office: Office, when: Instant) -> None:
    assert office.clock is not None
    office.clock.now = moment(when)


def recorded(office: Office) -> list[Instant]:
    return [stored.recorded_at for stored in office.register.store.entries(office.register.origin)]


def refused(office: Office, number: int) -> FairplaceError:
    size = office.register.reader.size
    with pytest.raises(FairplaceError) as caught:
        bid(office, number)
    assert office.register.reader.size == size
    return caught.value


@pytest.mark.parametrize(
    "back", [timedelta(seconds=61), timedelta(days=1), timedelta(days=400), timedelta(days=365 * 56)]
)
def test_a_clock_that_went_back_records_nothing_and_starts_nothing(office: Office, back: timedelta) -> None:
    at(office, "2026-03-30T09:00:00.000Z")
    first = bid(office, 0)
    before = recorded(office)
    assert office.clock is not None
    office.clock.now -= back
    assert "set the clock right" in str(refused(office, 1))
    with pytest.raises(Misconfigured, match=r"the clock says .* set the clock right before anything is recorded"):
        Register.open(office.folder, office.register.sources)
    office.clock.now += back
    assert bid(office, 1).index > first.index
    assert recorded(office)[: len(before)] == before


def test_a_clock_a_little_behind_goes_on_and_recorded_time_does_not_go_back(office: Office) -> None:
    at(office, "2026-03-30T09:00:00.000Z")
    bid(office, 0)
    at(office, "2026-03-30T08:59:00.000Z")
    bid(office, 1)
    assert recorded(office) == sorted(recorded(office))
    assert recorded(office)[-1] == "2026-03-30T09:00:00.000Z"


def test_a_clock_just_behind_the_deadline_does_not_open_it_again(office: Office) -> None:
    """The clock is set back by some seconds after the deadline was passed and something was recorded."""
    at(office, "2026-04-01T12:00:05.000Z")
    assert bid(office, 0).type == "deposit.received-late/1"
    at(office, "2026-04-01T11:59:50.000Z")
    with pytest.raises(Conflict, match=r"this could be recorded until 2026-04-01T12:00:00\.000Z"):
        bid(office, 1)
    at(office, "2026-04-01T12:00:01.000Z")
    assert bid(office, 1).type == "deposit.received-late/1"


def test_a_frozen_clock_keeps_the_order_and_the_deadline_is_its_last_moment(office: Office) -> None:
    at(office, DEADLINE)
    done = [bid(office, number) for number in range(3)]
    assert [one.index for one in done] == sorted(one.index for one in done)
    assert {one.type for one in done} == {"deposit.received/1"}
    assert len(set(recorded(office)[done[0].index :])) == 1
    at(office, "2026-04-01T12:00:00.001Z")
    assert bid(office, 3).type == "deposit.received-late/1"


def test_a_clock_that_ran_ahead_stops_the_register_when_it_is_set_right(office: Office) -> None:
    """It stays readable and verifiable; it records again when time has caught up with what it recorded."""
    at(office, "2027-05-01T12:00:00.000Z")
    ahead = bid(office, 0)
    assert ahead.type == "deposit.received-late/1"
    office.register.follow()
    at(office, "2026-03-30T09:00:00.000Z")
    assert "set the clock right" in str(refused(office, 1))
    at(office, "2027-05-01T12:00:00.000Z")
    assert bid(office, 1).index > ahead.index


@pytest.mark.parametrize("zone", ["Europe/London", "Pacific/Kiritimati", "America/St_Johns", "UTC"])
def test_the_changes_of_summer_time_change_nothing(office: Office, zone: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """One in the morning comes twice in London on the last Sunday of October; in UTC it comes once."""
    monkeypatch.setenv("TZ", zone)
    time.tzset()
    try:
        now = SYSTEM.clock()
        assert now.utcoffset() == timedelta(0)
        assert abs(now.timestamp() - time.time()) < 5
        at(office, "2026-10-25T00:30:00.000Z")
        moments = []
        for step in range(8):
            assert office.clock is not None
            office.clock.now += timedelta(minutes=15)
            moments.append(office.register.store.now())
            name = f"{office.register.domain}/officer/{step}f"
            office.enrol(name, "officer")
        assert moments == sorted(moments)
        assert len(set(moments)) == 8
        assert recorded(office)[-8:] == moments
    finally:
        monkeypatch.undo()
        time.tzset()


def test_a_real_start_with_the_clock_behind_is_refused_with_exit_code_5(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The last entry is an hour ahead of this machine's clock: somebody set the clock back over a restart."""
    folder = tmp_path / "register"
    ahead = Sources(lambda: SYSTEM.clock() + timedelta(hours=1), SYSTEM.entropy)
    open_office(folder, real_time=True).close()
    with Register.open(folder, ahead) as later:
        ahead_of_us = later.store.now()
        later.limit(later.service("importer").vkey.text, not_for=["a.b/1"], admin=signer(ROOT))
    assert main(["serve", str(folder), "--port", "0"]) == 5
    said = " ".join(capsys.readouterr().err.split())
    assert "set the clock right before anything is recorded" in said
    assert ahead_of_us[:13] in said
