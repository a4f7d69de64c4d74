"""A log read from its store and from its published files: the same public view, and hostile files get a sentence."""

from __future__ import annotations

import random
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from fairplace.errors import FairplaceError, Missing, Unproven
from fairplace.ledger import tiles
from fairplace.openness.commands import Release, WithdrawValue
from fairplace.openness.events import Slots
from fairplace.reading import StoreReader
from fairplace.reading_files import FolderReader
from tests.office import Office, open_office
from tests.story import MONITORING, OFFERS


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """A case that is told to its award; its reasons were released, taken down, and released again without the first."""
    with open_office(tmp_path_factory.mktemp("read") / "register", until="released") as one:
        award = one.at["procurement.awarded/1"]
        one.at["down"] = one.do(
            WithdrawValue(id="test", entry=award, slots=["/alternatives", "/reasons"], ground="error", reason="A slip"),
            by=MONITORING,
        ).index
        one.at["again"] = one.do(
            Release(id="test", occasion="award", only=[Slots(entry=award, slots=["/alternatives"])])
        ).index
        one.register.follow()
        yield one


def everything(reader: Any, upto: int | None = None) -> list[Any]:
    return list(reader.recorded(0, reader.size, "public", upto))


def test_both_readers_show_the_same_public_view(office: Office) -> None:
    store, folder = office.register.reader, FolderReader(office.register.public)
    assert (folder.origin, folder.size) == (store.origin, store.size)
    assert everything(folder) == everything(store)
    assert folder.cases() == store.cases() == [office.case]
    assert folder.case(office.case, "public") == store.case(office.case, "public")
    assert folder.disclosed() == store.disclosed()
    for index in range(store.size):
        assert folder.entry(index) == store.entry(index)
        assert folder.openings(index, "public") == store.openings(index, "public")
    assert folder.register().standings() == store.register().standings()


def test_both_readers_show_the_same_past(office: Office) -> None:
    store, folder = office.register.reader, FolderReader(office.register.public)
    for upto in range(0, store.size + 1, 3):
        assert list(folder.recorded(0, upto, "public", upto)) == list(store.recorded(0, upto, "public", upto))
        assert folder.case(office.case, "public", upto) == store.case(office.case, "public", upto)
        assert folder.disclosed(upto) == store.disclosed(upto)
        for one in store.case(office.case, "authority", upto):
            assert one.index < upto


def test_the_authority_sees_what_the_public_does_not(office: Office) -> None:
    store = office.register.reader
    authority, public = store.case(office.case), store.case(office.case, "public")
    assert len([one for one in authority if one.type == "deposit.received/1"]) == 3
    assert [one.index for one in public] == [one.index for one in authority]  # the award opened whose deposits they are
    before = office.at["procurement.awarded/1"]
    assert len(store.case(office.case, "public", before)) == len(store.case(office.case, "authority", before)) - 3
    sheets = [one for one in public if one.type == "evaluation.sheet-signed/1"]
    assert all(not bid.reasons.is_open for sheet in sheets for bid in sheet.event.bids.values())  # type: ignore[attr-defined]


def test_who_remembers_what_was_opened_sees_no_more_and_no_less(office: Office) -> None:
    store = office.register.reader
    with store.remembering():
        for upto in (None, office.at["down"], None):  # the second time from memory
            for view in ("public", "authority", "public"):
                seen = store.case(office.case, view, upto)
                assert seen == StoreReader(office.register.store, store.origin).case(office.case, view, upto)


def test_what_was_taken_down_is_closed_for_every_earlier_moment_too(office: Office) -> None:
    award, down, again = (office.at[name] for name in ("procurement.awarded/1", "down", "again"))
    for reader in (office.register.reader, FolderReader(office.register.public)):
        for upto in (down, down + 1, again, again + 1, None):
            [shown] = reader.recorded(award, award + 1, "public", upto)
            assert not shown.event.reasons.is_open  # type: ignore[attr-defined]


def test_what_was_released_again_is_open_again(office: Office) -> None:
    award, down, again = (office.at[name] for name in ("procurement.awarded/1", "down", "again"))
    for reader in (office.register.reader, FolderReader(office.register.public)):
        shown = {
            upto: next(iter(reader.recorded(award, award + 1, "public", upto))).event.alternatives.is_open  # type: ignore[attr-defined]
            for upto in (award + 1, down, down + 1, again, again + 1)
        }
        assert shown == {award + 1: False, down: True, down + 1: False, again: False, again + 1: True}


def test_an_opening_that_was_changed_in_the_store_is_never_shown(tmp_path: Path) -> None:
    import sqlite3

    with open_office(tmp_path / "register", until="planned") as office:
        with sqlite3.connect(office.folder / "register.sqlite") as database:
            [need] = database.execute("SELECT digest, record FROM vault WHERE slot = '/need'").fetchall()
            database.execute("UPDATE vault SET digest = ?, record = ? WHERE slot = '/title'", need)
        with pytest.raises(Unproven):
            office.register.reader.case(office.case)


def test_one_reader_serves_many_threads_while_the_log_grows(tmp_path: Path) -> None:
    with open_office(tmp_path / "register", real_time=True) as office:
        stop, faults = threading.Event(), []

        def read() -> None:
            while not stop.is_set():
                try:
                    reader = office.register.reader
                    assert len(reader.register().standings()) >= 4
                    everything(reader)
                except Exception as error:  # noqa: BLE001 - whatever it is, the test shows it
                    faults.append(error)
                    return

        threads = [threading.Thread(target=read) for _ in range(4)]
        for thread in threads:
            thread.start()
        for number in range(40):
            office.enrol(f"northbrook.gov.example/officer/n{number}", "officer")
        stop.set()
        for thread in threads:
            thread.join()
        assert faults == []
        fresh = StoreReader(office.register.store, office.register.origin)
        assert fresh.register().standings() == office.register.reader.register().standings()


def test_what_is_not_there_is_missing(office: Office, tmp_path: Path) -> None:
    for reader in (office.register.reader, FolderReader(office.register.public)):
        for index in (-1, reader.size):
            with pytest.raises(Missing):
                reader.entry(index)
        assert reader.case("6a1f5c1e-0b7e-4f0e-9d57-2f6d0a8c1b11") == ()
    with pytest.raises(Missing, match="no checkpoint"):
        FolderReader(tmp_path)


# Hostile folders


def copied(office: Office, to: Path) -> Path:
    return Path(shutil.copytree(office.register.public, to))


def read_all(folder: Path) -> None:
    reader = FolderReader(folder)
    everything(reader)
    for case in reader.cases():
        reader.case(case, "public")
    reader.register().standings()


def test_every_changed_byte_is_read_or_refused_with_a_sentence(office: Office, tmp_path: Path) -> None:
    """It reads and does not verify: but whatever comes, it never ends in anything but its own errors."""
    folder = copied(office, tmp_path / "public")
    chance = random.Random(4)
    read_all(folder)
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        good = path.read_bytes()
        for _ in range(12):
            bad = bytearray(good)
            for _ in range(chance.choice((1, 1, 4))):
                bad[chance.randrange(len(bad))] = chance.choice((0, 0x22, 0x7B, 0xFF, chance.randrange(256)))
            path.write_bytes(bytes(bad))
            _sentence(folder)
        for cut in (b"", good[: len(good) // 2], good + good, good[:-1]):
            path.write_bytes(cut)
            _sentence(folder)
        path.unlink()
        _sentence(folder)
        path.mkdir()
        _sentence(folder)
        path.rmdir()
        path.write_bytes(good)
    read_all(folder)


def _sentence(folder: Path) -> None:
    try:
        read_all(folder)
    except FairplaceError as error:
        assert str(error)  # noqa: PT017 - it may also be read


def test_a_huge_file_is_not_read_whole(office: Office, tmp_path: Path) -> None:
    for name in ("checkpoint", tiles.entries_path(0, office.register.reader.size)):
        folder = copied(office, tmp_path / f"public-{name.count('/')}")
        with (folder / name).open("r+b") as file:
            file.truncate(1 << 30)
        with pytest.raises(FairplaceError, match="more than"):
            FolderReader(folder)


def test_a_log_that_says_it_is_endless_is_refused_at_its_first_gap(office: Office, tmp_path: Path) -> None:
    folder = copied(office, tmp_path / "public")
    note = (folder / "checkpoint").read_bytes().split(b"\n", 2)
    (folder / "checkpoint").write_bytes(b"\n".join([note[0], b"9" * 18, note[2]]))
    with pytest.raises(FairplaceError):
        FolderReader(folder)


def test_disclosures_that_do_not_belong_are_not_shown(office: Office, tmp_path: Path) -> None:
    folder = copied(office, tmp_path / "public")
    one, other = sorted(path for path in (folder / "disclosures").rglob("*") if path.is_file())[:2]
    one.write_bytes(other.read_bytes())
    with pytest.raises(Unproven):
        FolderReader(folder)


def test_a_deposit_belongs_to_its_case_once_that_is_open(office: Office) -> None:
    folder = FolderReader(office.register.public)
    events = folder.recorded(0, folder.size)
    deposits = [one for one in events if one.type == "deposit.received/1"]
    assert sum(one.case == office.case for one in deposits) == len(OFFERS[:3])
    assert all(one.case in (None, office.case) for one in deposits)
