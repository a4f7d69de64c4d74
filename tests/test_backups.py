"""Backups in two sets: neither opens anything alone, together they are the register, and keys lapse."""

from __future__ import annotations

import shutil
import sqlite3
import stat
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from fairplace import backups, erasing
from fairplace.cli.doctor import LOOKS, _ills
from fairplace.errors import Misconfigured, Missing, Refused
from fairplace.ledger.store.vault import unwrap
from fairplace.on_disk import Register
from fairplace.post.notes import Written
from fairplace.procurement.commands import EndWithoutAward, WithdrawAward
from fairplace.workroom import Workroom
from tests.office import Office, open_office
from tests.story import ALDER, APPROVER, BIRCH, OFFERS
from tests.test_erasing import BOTH, REASON, bid_of, every_byte, opens, rows_of, take_down


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    with open_office(tmp_path / "register", until="released") as one:
        one.do(WithdrawAward(id="test", reason="The need went away"), by=APPROVER)
        one.do(EndWithoutAward(id="test", ground="need-changed", reason="The need went away"), by=APPROVER)
        one.register.follow()
        yield one


def restored(target: Path, *sets: Path) -> Path:
    """What the how-to says: copy a set's content into an empty folder, then the other's."""
    for one in sets:
        shutil.copytree(one, target, dirs_exist_ok=True)
    return target


def values(office: Office) -> list[tuple[int, str, object]]:
    register = office.register
    size = register.reader.size
    held = register.store.openings(register.origin, range(size))
    return [(index, slot, opening.value) for index, slots in held.items() for slot, opening in slots.items()]


def test_both_sets_together_are_the_register(office: Office, tmp_path: Path) -> None:
    records = backups.backup(office.register, "records", tmp_path / "safe")
    keys = backups.backup(office.register, "keys", tmp_path / "vault")
    kept = values(office)
    size, root = office.register.reader.size, office.register.store.head(office.register.origin).root
    folder = restored(tmp_path / "again", records, keys)
    with Register.open(folder, office.register.sources) as again:
        assert (again.reader.size, again.store.head(again.origin).root) == (size, root)
        held = again.store.openings(again.origin, range(size))
        assert [(i, slot, one.value) for i, slots in held.items() for slot, one in slots.items()] == kept
        again.follow()
        assert [ill for look in LOOKS.values() for ill in _ills(look, again) if ill[0]] == []


def test_openers_and_correspondence_come_back(office: Office, tmp_path: Path) -> None:
    """Without the list of openers, sealed bids could be opened by nobody."""
    room = Workroom(office.register)
    room.openers.add("a person", "a.example/officer/1", "a public key", "a note")
    room.openers.confirm(room.openers.all()[0].id, "another person")
    room.openers.give("0" * 64, 0, b"canary of a share")
    said = Written(kind="question", provider=ALDER, words="canary of a question")
    room.notes.put(office.case, said)
    records = backups.backup(office.register, "records", tmp_path / "safe")
    keys = backups.backup(office.register, "keys", tmp_path / "vault")
    assert b"canary of a" not in b"".join(path.read_bytes() for path in records.rglob("*") if path.is_file())
    with Register.open(restored(tmp_path / "again", records, keys), office.register.sources) as again:
        found = Workroom(again)
        assert found.openers.known() == {"a public key"}
        assert found.openers.shares("0" * 64) == {0: b"canary of a share"}
        assert [one.written for one in found.notes.of_case(office.case)] == [said]


def test_the_records_alone_reveal_nothing(office: Office, tmp_path: Path) -> None:
    document = office.register.documents.put(b"a plain word: wallaby", "text/plain")
    records = backups.backup(office.register, "records", tmp_path / "safe")
    data = every_byte(records)
    for word in (BIRCH.name, BIRCH.id, str(OFFERS[1].price), "Holder of", "wallaby", document.sha256):
        assert word.encode() not in data, word
    assert not list(records.rglob("*.seed"))
    assert not list(records.rglob("keys.sqlite*"))
    with pytest.raises(Misconfigured, match="is missing"):
        Register.open(records, office.register.sources)
    with sqlite3.connect(records / "register.sqlite") as file:
        deposits = file.execute(
            "SELECT count(*) FROM entry JOIN type ON type.number = entry.type"
            " WHERE type.name LIKE 'deposit.%' AND case_number IS NOT NULL"
        ).fetchone()
    assert deposits == (0,), "nobody can count the bids of a case"


def test_the_keys_alone_reveal_nothing(office: Office, tmp_path: Path) -> None:
    keys = backups.backup(office.register, "keys", tmp_path / "vault")
    data = every_byte(keys)
    for word in (BIRCH.name, BIRCH.id, str(OFFERS[1].price), "Holder of"):
        assert word.encode() not in data, word
    with pytest.raises(Missing, match="is not a register"):
        Register.open(keys, office.register.sources)


def test_a_backup_is_for_its_owner_alone_and_never_half_there(office: Office, tmp_path: Path) -> None:
    for what in ("records", "keys"):
        target = backups.backup(office.register, what, tmp_path / what)  # type: ignore[arg-type]  # one of two words
        assert stat.S_IMODE(target.stat().st_mode) == 0o700
        for path in target.glob("*.sqlite"):
            assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert [path.name for path in target.parent.iterdir()] == [target.name]
    with pytest.raises(Refused, match="lies in the register itself"):
        backups.backup(office.register, "keys", office.folder / "backups")
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(Misconfigured):
        backups.backup(office.register, "records", tmp_path / "file")


def test_records_that_are_newer_than_the_keys_are_told_from_erased_ones(office: Office, tmp_path: Path) -> None:
    keys = backups.backup(office.register, "keys", tmp_path / "vault")
    office.enrol("northbrook.gov.example/officer/late", "officer")
    records = backups.backup(office.register, "records", tmp_path / "safe")
    folder = restored(tmp_path / "again", records, keys)
    with Register.open(folder, office.register.sources) as again, pytest.raises(Misconfigured, match="was not erased"):
        again.store.openings(again.origin, range(again.reader.size))


def test_a_backup_is_whole_while_others_write(office: Office, tmp_path: Path) -> None:
    import threading

    stop = threading.Event()

    def write() -> None:
        n = 0
        while not stop.is_set():
            office.enrol(f"northbrook.gov.example/officer/w{n}", "auditor")
            n += 1

    writer = threading.Thread(target=write)
    writer.start()
    try:
        records = backups.backup(office.register, "records", tmp_path / "safe")
    finally:
        stop.set()
        writer.join()
    keys = backups.backup(office.register, "keys", tmp_path / "vault")
    with Register.open(restored(tmp_path / "again", records, keys), office.register.sources) as again:
        again.follow()
        assert not list(_ills(LOOKS["proofs"], again))
        assert not list(_ills(LOOKS["vault"], again))


# What lapses


def test_a_backup_of_keys_lapses_and_a_new_one_deletes_it(office: Office, tmp_path: Path) -> None:
    first = backups.backup(office.register, "keys", tmp_path / "vault")
    office.pass_by(days=29)
    second = backups.backup(office.register, "keys", tmp_path / "vault")
    assert first.is_dir()
    office.pass_by(days=2)
    third = backups.backup(office.register, "keys", tmp_path / "vault")
    assert [one.path.name for one in backups.key_backups(tmp_path / "vault")] == [second.name, third.name]
    assert not first.exists()


def test_the_newest_backup_of_keys_stays_and_the_doctor_names_it_when_it_is_past(
    office: Office, tmp_path: Path
) -> None:
    only = backups.backup(office.register, "keys", tmp_path / "vault")
    assert not list(_ills(LOOKS["vault"], office.register))
    office.pass_by(days=31)
    [(code, says)] = _ills(LOOKS["vault"], office.register)
    assert code == 5
    assert str(only) in says
    assert only.is_dir()
    backups.backup(office.register, "keys", tmp_path / "vault")
    assert not only.exists()
    assert not list(_ills(LOOKS["vault"], office.register))


def test_a_shorter_period_is_kept_to(office: Office, tmp_path: Path) -> None:
    office.register.settings = msgspec.structs.replace(
        office.register.settings,
        vault=msgspec.structs.replace(office.register.settings.vault, keep_key_backups=7),
    )
    old = backups.backup(office.register, "keys", tmp_path / "vault")
    office.pass_by(days=8)
    backups.backup(office.register, "keys", tmp_path / "vault")
    assert not old.exists()


def test_after_the_period_no_backup_opens_what_was_erased(office: Office, tmp_path: Path) -> None:
    safe, vault = tmp_path / "safe", tmp_path / "vault"
    take_down(office, bid_of(office))
    old_records = backups.backup(office.register, "records", safe)
    backups.backup(office.register, "keys", vault)
    copied = rows_of(office, bid_of(office))
    erasing.erase(office.register, [bid_of(office)], "erasure-request", REASON, BOTH)
    office.pass_by(days=1)
    backups.backup(office.register, "keys", vault)

    def opens_with_some_backup() -> bool:
        return any(
            opens(restored(tmp_path / f"try-{office.register.reader.size}-{n}", old_records, one.path), copied)
            for n, one in enumerate(backups.key_backups(vault))
        )

    assert opens_with_some_backup(), "the control: within the period the older backup does"
    office.pass_by(days=30)
    office.enrol("northbrook.gov.example/officer/later", "auditor")
    backups.backup(office.register, "keys", vault)
    assert len(list(backups.key_backups(vault))) >= 1
    assert not opens_with_some_backup()
    assert unwrap
