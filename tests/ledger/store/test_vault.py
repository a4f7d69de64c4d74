"""The vault of a store: openings under their subjects' keys, and nothing in the clear that could be read or guessed."""

import hashlib
import os
import re
import sqlite3
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from fairplace.errors import Misconfigured, Unproven
from fairplace.ledger.store import upgrade
from fairplace.ledger.store.connection import Connections, Form
from fairplace.ledger.store.keeping import alone
from fairplace.ledger.store.port import Committed, Condition, Conflict, Duplicate
from fairplace.ledger.store.sqlite import SqliteStore
from fairplace.ledger.store.vault import Bound, lock, lock_all, named, unlock, unwrap, wrap
from tests.ledger.store.build import LOG, Streams, opening, submission

DISCLOSURE = (
    "WyJBQUVDQXdRRkJnY0lDUW9MREEwT0R4QVJFaE1VRlJZWEdCa2FHeHdkSGg4IiwiL3Njb3JlIix7Im1hcmsiOjcxLCJvZiI6MTAwLCJyZWFzb24i"
    "OiJNZWV0cyBRNDsgZXZpZGVuY2Ugb2Ygc3RhYmlsaXR5IG91dGNvbWVzIn1d"
)
BOUND = Bound(
    "log.council.example/commissioning",
    "01970000-0000-7000-8000-000000000003",
    "s9qIO5PBbz-bKe07-5aDxEhDVdsgvdiGVnFfeGh2N5g",
)
CIPHER = AESGCM(b"\x06" * 32)


# The format


def test_a_record_is_the_vector_of_the_wire_format() -> None:
    record = lock(CIPHER, DISCLOSURE, BOUND, nonce=b"\x07" * 12)
    assert len(record) == 201 == 13 + len(DISCLOSURE) + 16
    assert hashlib.sha256(record).hexdigest() == "5192d1c3ffb77dc2cd520487e9dafb65e1ac2358bf7f688e7c1ad1eaa7874ddc"
    assert unlock(CIPHER, record, BOUND) == DISCLOSURE


@pytest.mark.parametrize(
    "elsewhere",
    [
        Bound("log.other.example/commissioning", *BOUND[1:]),
        BOUND._replace(event="01970000-0000-7000-8000-000000000004"),
        BOUND._replace(digest="A" * 43),
    ],
    ids=["another log", "another entry", "another slot"],
)
def test_a_record_that_was_moved_opens_no_more(elsewhere: Bound) -> None:
    record = lock(CIPHER, DISCLOSURE, BOUND)
    with pytest.raises(Unproven):
        unlock(CIPHER, record, elsewhere)


def test_no_changed_byte_of_a_record_is_taken() -> None:
    record = lock(CIPHER, DISCLOSURE, BOUND)
    for at in range(len(record)):
        changed = record[:at] + bytes([record[at] ^ 1]) + record[at + 1 :]
        with pytest.raises(Unproven):
            unlock(CIPHER, changed, BOUND)
    for cut in (b"", record[:5], record[:-1], b"\x02" + record[1:]):
        with pytest.raises(Unproven):
            unlock(CIPHER, cut, BOUND)


def test_what_opens_to_another_digest_is_refused_even_under_the_right_key() -> None:
    record = lock(CIPHER, DISCLOSURE[:-1] + "e", BOUND)
    with pytest.raises(Unproven, match="something else than the digest"):
        unlock(CIPHER, record, BOUND)


def test_many_records_made_together_are_those_made_one_by_one() -> None:
    digest = hashlib.sha256(DISCLOSURE.encode()).digest()
    rows = list(lock_all([(1, "/score", "s", digest, DISCLOSURE, BOUND.event)] * 3, BOUND.log, {"s": CIPHER}))
    assert [unlock(CIPHER, row[4], BOUND) for row in rows] == [DISCLOSURE] * 3
    assert len({row[4][1:13] for row in rows}) == 3, "a nonce never comes twice"


def test_a_wrapped_key_belongs_to_its_subject() -> None:
    kek = AESGCM(b"\x01" * 32)
    record = wrap(kek, b"k" * 32, "case/1")
    assert len(record) == 13 + 32 + 16
    assert unwrap(kek, record, "case/1") == b"k" * 32
    for other, subject in ((AESGCM(b"\x02" * 32), "case/1"), (kek, "case/2")):
        with pytest.raises(Unproven):
            unwrap(other, record, subject)


# In the store


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "register.sqlite"


def bytes_of(folder: Path) -> bytes:
    return b"".join(file.read_bytes() for file in sorted(folder.iterdir()) if file.is_file())


def test_neither_an_opening_nor_its_command_stands_in_any_file_in_the_clear(path: Path) -> None:
    secret = opening("/price", "zebra crossing")
    with SqliteStore(path) as store:
        one = submission(
            Streams().entry(openings=(secret,)), key="lodge-bid-of-alder", command=hashlib.sha256(b"x").hexdigest()
        )
        assert isinstance(store.append(LOG, [one])[0], Committed)
        written = bytes_of(path.parent)
        assert store.openings(LOG, [0])[0]["/price"] == secret
    for clear in (secret.text, "zebra", "lodge-bid-of-alder", hashlib.sha256(b"x").hexdigest(), "alder"):
        assert clear.encode() not in written
    assert hashlib.sha256(b"x").digest() not in written


def test_a_command_is_known_again_by_its_name_under_the_stores_own_key(path: Path) -> None:
    streams = Streams()
    one = streams.one()
    with SqliteStore(path) as store:
        store.append(LOG, [one])
        assert isinstance(store.append(LOG, [one])[0], Duplicate)
        assert store.by_key(LOG, one.key) == store.append(LOG, [one])[0]
        [other] = store.append(LOG, [submission(*streams.one().entries, key=one.key, command="another")])
        assert isinstance(other, Conflict)
        assert other.kind == "idempotency"
    assert named(b"a" * 32, "x") != named(b"b" * 32, "x")


def test_the_slots_that_are_not_asked_for_are_not_opened(path: Path) -> None:
    with SqliteStore(path) as store:
        store.append(LOG, [Streams().one(openings=(opening("/price", 1), opening("/reason", 2)))])
        store._connections.get().execute("UPDATE vault SET record = X'01' WHERE slot = '/reason'")
        assert set(store.openings(LOG, [0], {0: {"/price"}})[0]) == {"/price"}
        assert store.openings(LOG, [0], {0: set()}) == {}
        with pytest.raises(Unproven):
            store.openings(LOG, [0])


def test_a_key_is_on_the_disk_before_the_entry_that_uses_it(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with SqliteStore(path) as store:
        keys = store._vault.keys
        real = keys.make

        def looked_at(subjects: set[str], place: int) -> object:
            made = real(subjects, place)
            with sqlite3.connect(keys.path) as other:
                stored = {name for (name,) in other.execute("SELECT subject FROM subject_key")}
            assert subjects <= stored
            with sqlite3.connect(path) as other:
                assert other.execute("SELECT count(*) FROM entry").fetchone() == (0,)
            return made

        monkeypatch.setattr(keys, "make", looked_at)
        store.append(LOG, [Streams().one(openings=(opening("/price"),))])
    with SqliteStore(path) as again:
        assert again.openings(LOG, [0])[0]["/price"].value == "a price"


def test_without_its_keys_a_store_is_refused_and_no_new_ones_are_made(path: Path) -> None:
    with SqliteStore(path) as store:
        store.append(LOG, [Streams().one(openings=(opening("/price"),))])
    for file in path.parent.glob("keys.sqlite*"):
        file.rename(file.with_name("away-" + file.name))
    with pytest.raises(Misconfigured, match="restore the backup of keys"):
        SqliteStore(path)
    assert not (path.parent / "keys.sqlite").exists()


def test_with_a_wrong_key_of_all_keys_a_store_is_refused(path: Path) -> None:
    with SqliteStore(path) as store:
        store.append(LOG, [Streams().one(openings=(opening("/price"),))])
    (path.parent / "vault.seed").write_bytes(os.urandom(32))
    with pytest.raises(Misconfigured, match="is not the one under which"):
        SqliteStore(path)


def test_a_lost_key_is_not_taken_for_an_erased_one(path: Path) -> None:
    with SqliteStore(path) as store:
        store.append(LOG, [Streams().one(openings=(opening("/price"),))])
        with sqlite3.connect(path.parent / "keys.sqlite") as other:
            other.execute("DELETE FROM subject_key WHERE subject LIKE 'stream/%'")
        with pytest.raises(Misconfigured, match="it was not erased; restore"):
            store.openings(LOG, [0])


def test_a_key_that_another_process_destroys_is_used_no_more(path: Path) -> None:
    streams = Streams()
    with SqliteStore(path) as store, SqliteStore(path) as other:
        store.append(LOG, [streams.one(openings=(opening("/price", 1),))])
        assert store.openings(LOG, [0])[0]["/price"].value == 1
        assert other._vault.keys.destroy(["stream/case-1"], (1 << 40) + 1) == 1
        assert store.openings(LOG, [0]) == {}
        store.append(LOG, [streams.one(openings=(opening("/price", 2),))])
        assert other.openings(LOG, [0, 1])[1]["/price"].value == 2
        assert set(other.openings(LOG, [0, 1])) == {1}


# A case that is sealed


def test_an_entry_that_seals_its_case_is_found_by_it_and_filed_nowhere(path: Path) -> None:
    streams = Streams()
    with SqliteStore(path) as store:
        store.append(LOG, [streams.one("open-case")])
        store.append(
            LOG, [streams.one("d1", "deposit.received/1", case="open-case", openings=(opening("/case", "open-case"),))]
        )
        store.append(LOG, [streams.one("d2", "deposit.received/1", case=None, openings=(opening("/case", None),))])
        assert [one.index for one in store.case_entries(LOG, "open-case")] == [0, 1]
        assert [one.case for one in store.entries(LOG)] == ["open-case", "open-case", None]
        assert store.case_entries(LOG, "open-case", 1)[-1].index == 0
        raw = store._connections.get()
        assert raw.execute("SELECT case_number FROM entry ORDER BY place").fetchall() == [(1,), (None,), (None,)]
    with SqliteStore(path) as again:
        assert [one.index for one in again.case_entries(LOG, "open-case")] == [0, 1]
        guard = (Condition(case="open-case", types=frozenset({"deposit.received/1"}), after=0),)
        [refused] = again.append(LOG, [submission(streams.entry("open-case"), conditions=guard)])
        assert isinstance(refused, Conflict)
        assert refused.kind == "condition"


# From format 1


def old_schema() -> str:
    """The tables as format 1 had them."""
    text = (Path(upgrade.__file__).parent / "schema.sql").read_text("utf-8")
    text = re.sub(r"-- The openings of sealed slots.*?slot = '/case';\n", "", text, flags=re.DOTALL)
    text = re.sub(r"-- What is still to be done.*", "", text, flags=re.DOTALL)
    text = text.replace("key BLOB NOT NULL", "key TEXT NOT NULL").replace(
        "command BLOB NOT NULL", "command TEXT NOT NULL"
    )
    return (
        text
        + """
        CREATE TABLE disclosure (
            place INTEGER NOT NULL, slot TEXT NOT NULL, text TEXT NOT NULL, PRIMARY KEY (place, slot)
        ) STRICT, WITHOUT ROWID;
        """
    )


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """A store of format 1 with 1,200 entries, in which a plain word stands in each opening."""
    (tmp_path / "schema.sql").write_text(old_schema(), "utf-8")
    form = Form(name="store", application=0x46504C52, version=1, schema=tmp_path / "schema.sql")
    (tmp_path / "new").mkdir()
    streams = Streams()
    secret = [opening("/case", "case-1"), *(opening("/price", f"wallaby {n}") for n in range(1199))]
    work = [
        streams.one(
            "case-1" if n != 0 else "deposit",
            "deposit.received/1" if n == 0 else "case.noted/1",
            raw=f'fairplace/event/v1\n{{"stream":"s-{n}","type":"case.noted/1"}}\n\n'.encode(),
            case="case-1",
            openings=(one,),
        )
        for n, one in enumerate(secret)
    ]
    with SqliteStore(tmp_path / "new" / "r.sqlite") as modern:
        modern.append(LOG, work)
        raw = modern._connections.get()
        connections = Connections(tmp_path / "register.sqlite", form)
        with connections.writing() as target:
            for table in ("log", "type", "cases", "entry", "node", "stream", "digest"):
                for row in raw.execute(f"SELECT * FROM {table}").fetchall():  # noqa: S608 - fixed names
                    target.execute(f"INSERT INTO {table} VALUES ({', '.join('?' * len(row))})", row)  # noqa: S608
            [(number,)] = target.execute("SELECT number FROM log").fetchall()
            target.execute("DROP TRIGGER entry_stays")
            target.execute("UPDATE entry SET case_number = (SELECT min(number) FROM cases)")
            target.execute(
                "CREATE TRIGGER entry_stays BEFORE UPDATE ON entry BEGIN SELECT raise(ABORT, 'an entry is never changed'); END"
            )
            target.executemany(
                "INSERT INTO disclosure VALUES (?, ?, ?)",
                [((number << 40) + n, one.slot, one.text) for n, one in enumerate(secret)],
            )
            target.executemany(
                "INSERT INTO submission VALUES (?, ?, ?, ?, 1)",
                [(number, one.key, one.command, n) for n, one in enumerate(work)],
            )
        connections.close()
    for file in (tmp_path / "new").iterdir():
        file.unlink()
    return tmp_path / "register.sqlite"


def in_the_clear(folder: Path) -> bool:
    return opening("/price", "wallaby 7").text[60:76].encode() in bytes_of(folder)


def test_a_store_of_format_1_is_upgraded_and_holds_nothing_in_the_clear(old: Path) -> None:
    assert in_the_clear(old.parent)
    with sqlite3.connect(old) as raw:
        keys = [key for (key,) in raw.execute("SELECT key FROM submission ORDER BY first")]
    with SqliteStore(old) as store:
        assert not in_the_clear(old.parent)
        assert store.openings(LOG, [7])[7]["/price"].value == "wallaby 6"
        assert len(store.openings(LOG, range(1200))) == 1200
        found = store.by_key(LOG, keys[5])
        assert found is not None
        assert found.indexes == (5,)
        assert store.case_entries(LOG, "case-1")[0].index == 0
        raw_again = store._connections.get()
        assert raw_again.execute("SELECT case_number FROM entry ORDER BY place LIMIT 1").fetchone() == (None,)
        with pytest.raises(sqlite3.IntegrityError, match="never changed"):
            raw_again.execute("UPDATE entry SET id = 'x'")
        assert raw_again.execute("SELECT count(*) FROM chore WHERE name = 'scrub'").fetchone() == (0,)
        assert raw_again.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        fresh = {
            (kind, name, re.sub(r"\s+", " ", sql or ""))
            for kind, name, sql in raw_again.execute("SELECT type, name, sql FROM sqlite_schema")
        }
    with SqliteStore(old.parent / "new" / "fresh.sqlite") as made:
        expected = {
            (kind, name, re.sub(r"\s+", " ", sql or ""))
            for kind, name, sql in made._connections.get().execute("SELECT type, name, sql FROM sqlite_schema")
        }
    assert {one[:2] for one in fresh} == {one[:2] for one in expected}


@pytest.mark.parametrize("after", [1, 3, 7, 20, 1500])
def test_a_crash_in_the_middle_of_an_upgrade_leaves_a_store_that_opens(
    old: Path, after: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, count = upgrade.upgrade, 0

    class Fragile:
        """A connection whose process dies after so many statements."""

        def __init__(self, inner: sqlite3.Connection) -> None:
            self.inner = inner

        def _count(self) -> None:
            nonlocal count
            count += 1
            if count == after:
                raise KeyboardInterrupt

        def execute(self, *given: object) -> object:
            self._count()
            return self.inner.execute(*given)  # type: ignore[arg-type]  # handed through

        def executemany(self, *given: object) -> object:
            self._count()
            return self.inner.executemany(*given)  # type: ignore[arg-type]  # handed through

    from fairplace.ledger.store import sqlite

    monkeypatch.setattr(sqlite, "upgrade", lambda file, *rest: real(Fragile(file), *rest))
    if after < 1000:
        with pytest.raises(KeyboardInterrupt):
            SqliteStore(old)
        with sqlite3.connect(old) as raw:
            assert raw.execute("PRAGMA user_version").fetchone() == (1,)
            assert raw.execute("SELECT count(*) FROM disclosure").fetchone() == (1200,)
        raw.close()
    monkeypatch.undo()
    with SqliteStore(old) as store:
        assert len(store.openings(LOG, range(1200))) == 1200
    assert not in_the_clear(old.parent)


def test_what_is_still_to_be_emptied_after_a_crash_is_emptied_at_the_next_opening(old: Path) -> None:
    SqliteStore(old).close()
    with sqlite3.connect(old) as raw:
        raw.execute("INSERT INTO chore VALUES ('scrub')")
    raw.close()
    with SqliteStore(old) as store:
        assert store._connections.get().execute("SELECT count(*) FROM chore WHERE name = 'scrub'").fetchone() == (0,)


def test_a_lone_store_makes_one_key_of_all_keys_and_keeps_it_to_its_owner(tmp_path: Path) -> None:
    vault = alone(tmp_path)
    vault.keys.open()
    seed = tmp_path / "vault.seed"
    assert seed.stat().st_mode & 0o777 == 0o600
    again = alone(tmp_path)
    again.keys.open()
    assert again.keys.names_key == vault.keys.names_key
    vault.keys.close()
    again.keys.close()
