"""A register of format 1, in which openings and documents lay in the clear, is brought up to date when it is opened."""

from __future__ import annotations

import hashlib
import random
import re
import sqlite3
from pathlib import Path

import pytest

from fairplace import founding, on_disk, vault
from fairplace.cli.doctor import LOOKS, _ills
from fairplace.errors import FairplaceError
from fairplace.ledger.store import connection
from fairplace.on_disk import Register
from fairplace.sources import Sources
from tests.office import ROOT, Office, open_office, signer
from tests.story import BIRCH, MONITORING, OFFERS

DOCUMENT = b"The lowest price is 480,000"
VIEWS_AND_TRIGGERS = "SELECT type, name, sql FROM sqlite_schema WHERE type IN ('trigger', 'view')"


@pytest.fixture
def old(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Office:
    """A case up to its opening in a register as the version before wrote it: closed, with everything in the clear."""
    for room in (founding, on_disk):
        monkeypatch.setattr(room, "SERVICES", ("receiver", "assessor", "importer"))
    with open_office(tmp_path / "register", until="opened", apart=True) as office:
        office.register.follow()
        document = office.register.documents.put(DOCUMENT, "text/plain")
        register = office.register
        size = register.reader.size
        held = register.store.openings(register.origin, range(size))
        cases = {stored.index: stored.case for stored in register.store.entries(register.origin)}
    monkeypatch.undo()
    folder = office.folder
    for path in [*folder.glob("keys.sqlite*"), folder / "secrets/vault.seed", *(folder / "documents").iterdir()]:
        path.unlink()
    (folder / "documents" / document.sha256).write_bytes(DOCUMENT)
    schema = (Path(connection.__file__).parent / "schema.sql").read_text("utf-8")
    [submission] = re.findall(r"CREATE TABLE submission \(.*?\) STRICT, WITHOUT ROWID;", schema, re.DOTALL)
    with sqlite3.connect(folder / "register.sqlite") as file:
        [(number,)] = file.execute("SELECT number FROM log").fetchall()
        rows = file.execute("SELECT log, hex(key), hex(command), first, count FROM submission").fetchall()
        kept = file.execute(VIEWS_AND_TRIGGERS).fetchall()
        for kind, name, _ in kept:
            file.execute(f"DROP {kind} {name}")
        for index, case in cases.items():
            if case is not None:
                file.execute(
                    "UPDATE entry SET case_number = (SELECT number FROM cases WHERE id = ?) WHERE place = ?",
                    (case, (number << 40) + index),
                )
        for table in ("vault", "submission", "chore"):
            file.execute(f"DROP TABLE {table}")
        file.execute(submission.replace("BLOB", "TEXT"))
        file.executemany("INSERT INTO submission VALUES (?, ?, ?, ?, ?)", rows)
        file.execute(
            "CREATE TABLE disclosure (place INTEGER NOT NULL, slot TEXT NOT NULL, text TEXT NOT NULL,"
            " PRIMARY KEY (place, slot)) STRICT, WITHOUT ROWID"
        )
        file.executemany(
            "INSERT INTO disclosure VALUES (?, ?, ?)",
            [((number << 40) + index, slot, one.text) for index, slots in held.items() for slot, one in slots.items()],
        )
        for _, _, sql in kept:
            file.execute(sql)
        file.execute("PRAGMA user_version = 1")
    file.close()
    return office


def every_byte(folder: Path) -> bytes:
    return b"\0".join(path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file())


def disclosed_texts(folder: Path) -> dict[tuple[int, str], str]:
    with sqlite3.connect(folder / "register.sqlite") as file:
        rows = file.execute("SELECT place & 0xffffffffff, slot, text FROM disclosure").fetchall()
    file.close()
    return {(index, slot): text for index, slot, text in rows}


def sources(office: Office) -> Sources:
    assert office.clock is not None
    return Sources(office.clock, random.Random(7).randbytes)


def test_what_lay_in_the_clear_lies_under_keys_and_reads_as_before(old: Office) -> None:
    before = disclosed_texts(old.folder)
    assert len(before) > 80
    assert DOCUMENT in every_byte(old.folder)
    with Register.open(old.folder, sources(old)) as register:
        after = every_byte(old.folder)
        public = every_byte(register.public)
        assert not [text for text in before.values() if text.encode() in after and text.encode() not in public]
        assert DOCUMENT not in after
        held = register.store.openings(register.origin, range(register.reader.size))
        assert {(i, slot): one.text for i, slots in held.items() for slot, one in slots.items()} == before
        assert register.documents.get(hashlib.sha256(DOCUMENT).hexdigest()) == DOCUMENT
        assert sum(one.type == "deposit.received/1" for one in register.reader.case(old.case)) == 3
        register.follow()
        assert register.replay.check() == []
        assert not [
            one
            for look in ("proofs", "pages", "documents", "sealed bids", "vault")
            for one in _ills(LOOKS[look], register)
        ]
    with Register.open(old.folder, sources(old)) as again:
        assert again.reader.size


def test_until_the_vaults_key_is_enrolled_nothing_is_shown_and_the_doctor_says_how(old: Office) -> None:
    with Register.open(old.folder, sources(old)) as register:
        with pytest.raises(FairplaceError):
            vault.opened(register, signer(MONITORING.key), old.case, "audit", "s" * 22)
        said = [sentence for _, sentence in _ills(LOOKS["keys"], register)]
        key = register.service("vault").vkey.text
        assert any(f"fairplace key enrol {old.folder} {key} --role vault" in one for one in said), said
        register.enrol(key, "vault", holder="Northbrook Council: vault", provider=None, admin=signer(ROOT))
        shown = vault.opened(register, signer(MONITORING.key), old.case, "audit", "s" * 22)
        values = {str(one.value) for slots in shown.values() for one in slots.values()}
        assert str(OFFERS[1].price) in values
        assert any(BIRCH.name in value for value in values)
        assert not [one for code, one in _ills(LOOKS["keys"], register) if code]


def test_a_register_whose_documents_were_not_yet_put_under_keys_does_so_at_the_next_opening(
    old: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stop(_: object) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr("fairplace.documents.Documents.lock_plain_ones", stop)
    with pytest.raises(KeyboardInterrupt):
        Register.open(old.folder, sources(old))
    monkeypatch.undo()
    assert DOCUMENT in every_byte(old.folder)
    with Register.open(old.folder, sources(old)) as register:
        assert DOCUMENT not in every_byte(old.folder)
        assert register.documents.get(hashlib.sha256(DOCUMENT).hexdigest()) == DOCUMENT
