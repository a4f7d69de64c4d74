"""The publisher on real files: what it signs, what it shows, what it refuses, and how it heals."""

import shutil
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

import fairplace_verify
from fairplace.errors import Misconfigured, Unproven
from fairplace.ledger import publisher as module
from fairplace.ledger.checkpoint import Checkpoint
from fairplace.ledger.disclosure import Opening, Slot, make_opening
from fairplace.ledger.entry import Entry
from fairplace.ledger.note import Cosigner, MlDsaSigner, Signer, mldsa_supported, parse_note, tree_head
from fairplace.ledger.public_folder import PublicFolder
from fairplace.ledger.publisher import Publisher
from fairplace.ledger.register import TYPES as REGISTER_TYPES
from fairplace.ledger.store.judging import opened_as
from fairplace.ledger.store.port import Committed, NewEntry, Published, Stored, Submission
from fairplace.ledger.store.sqlite import SqliteStore
from fairplace.ledger.store.vault import Bound, lock
from fairplace.ledger.tree import verify_consistency
from fairplace.signer import seeds
from fairplace.signer.folder import make as make_signer
from fairplace.signer.keeper import Keeper
from fairplace.signer.memory import Memory
from fairplace.sources import SYSTEM, Sources
from tests.ledger.story import CASE_STREAM, OFFICER, ORIGIN, ROOT, Log, opened

SIGNER = Signer(ORIGIN, b"\x01" * 32)
QUANTUM_SAFE = MlDsaSigner(ORIGIN, b"\x02" * 32) if mldsa_supported() else None
LOG_KEYS = [SIGNER.vkey, *([QUANTUM_SAFE.vkey] if QUANTUM_SAFE else [])]


def drawn() -> Callable[[int], bytes]:
    """The seeds of SIGNER and QUANTUM_SAFE."""
    seeds = iter((b"\x01" * 32, b"\x02" * 32))
    return lambda _: next(seeds)


class Register:
    """A log on disk that grows as a test tells, with a clock that stands until it is moved."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(exist_ok=True)
        self.folder = folder
        self.moment = datetime(2026, 11, 22, 12, tzinfo=UTC)
        self.log: Log = opened()
        self.sources = Sources(lambda: self.moment, SYSTEM.entropy)
        self.store = SqliteStore(folder / "register.sqlite", self.sources)
        self._openings: dict[int, tuple[Opening, ...]] = {}
        self.keys = folder / "keys"
        make_signer(self.keys, ORIGIN, drawn())
        for vkey in LOG_KEYS:
            self.log.add("log-key.added/1", {"vkey": vkey.text}, ROOT)
        self.log.enrol(OFFICER, "officer")
        self.commit()

    @property
    def public(self) -> Path:
        return self.folder / "public"

    def fact(self, kind: str = "case.noted/1", **body: Any) -> Entry:
        openings = body.pop("sealed", ())
        self._openings[len(self.log.entries)] = tuple(openings)
        usual = {"case": CASE_STREAM, "evidence": "signed-by-party", "happened_at": "2026-11-22T04:00:00.000Z"}
        slots = {opening.slot: Slot("commercial", opening.digest) for opening in openings}
        return self.log.add(kind, usual | body, OFFICER, sealed=slots)

    def seal(self, slot: str, value: object) -> Opening:
        return make_opening(slot, value, SYSTEM.entropy(32))

    def disclose(self, index: int, *slots: str) -> None:
        self.fact("value.disclosed/1", occasion="award", openings=[{"entry": index, "slots": sorted(slots)}])

    def withdraw(self, index: int, *slots: str) -> None:
        self.fact("value.withdrawn/1", ground="personal", openings=[{"entry": index, "slots": sorted(slots)}])

    def grow(self, count: int) -> None:
        for _ in range(count):
            self.fact()
        self.commit()

    def commit(self) -> None:
        """Append what the story has and the store has not."""
        size, head = self.store.head(ORIGIN).size, self.store.head(ORIGIN).register_head
        new = []
        for index, one in enumerate(self.log.entries[size:], size):
            envelope = one.envelope
            entry = NewEntry(
                raw=one.raw,
                leaf=one.leaf,
                id=envelope.id,
                type=envelope.type,
                stream=envelope.stream,
                n=envelope.n,
                prev=envelope.prev,
                case=envelope.body.get("case"),
                openings=self._openings.get(index, ()),
            )
            new.append(Submission(entries=(entry,), key=envelope.id, command=envelope.id, register_head=head))
            head = index if envelope.type in REGISTER_TYPES else head
        assert all(isinstance(result, Committed) for result in self.store.append(ORIGIN, new))

    def publisher(self, **members: Any) -> Publisher:
        usual: dict[str, Any] = {"clock": lambda: self.moment}
        return Publisher(
            members.pop("store", self.store),
            ORIGIN,
            members.pop("folder", self.public),
            Keeper(self.keys, ORIGIN, clock=lambda: self.moment),
            **(usual | members),
        )


@pytest.fixture
def register(tmp_path: Path) -> Iterator[Register]:
    made = Register(tmp_path)
    yield made
    made.store.close()


def files(folder: Path) -> dict[str, bytes]:
    """Every file, and every folder too: an empty one is a trace."""
    return {str(path.relative_to(folder)): path.read_bytes() if path.is_file() else b"" for path in folder.rglob("*")}


def fresh(register: Register) -> dict[str, bytes]:
    """The folder as a publisher makes it that begins from nothing."""
    out = register.folder / f"fresh-{time.monotonic_ns()}"
    assert register.publisher().publish_to(out) is not None
    return files(out)


def assert_verified(folder: Path) -> None:
    """By the independent checker, given the log's key."""
    assert fairplace_verify.main([str(folder), "--key", SIGNER.vkey.text]) == 0


def test_what_is_published_convinces_the_independent_checker(register: Register, capsys: Any) -> None:
    register.grow(3)
    published = register.publisher().publish()
    assert published is not None
    assert published.size == len(register.log.entries)
    checkpoint = Checkpoint.parse(
        published.note, [SIGNER.vkey, *([QUANTUM_SAFE.vkey] if QUANTUM_SAFE else [])], strict=True
    )
    assert (checkpoint.origin, checkpoint.size, checkpoint.root) == (ORIGIN, published.size, published.root)
    assert len(checkpoint.signers) == (2 if QUANTUM_SAFE else 1)
    assert (register.public / "checkpoint").read_bytes() == published.note
    assert_verified(register.public)


def test_publishing_again_changes_nothing(register: Register) -> None:
    first, before = register.publisher().publish(), files(register.public)
    stamps = {path: path.stat().st_mtime_ns for path in register.public.rglob("*")}
    register.moment += timedelta(hours=23)
    assert register.publisher().publish() == first
    assert files(register.public) == before
    assert {path: path.stat().st_mtime_ns for path in register.public.rglob("*")} == stamps
    assert len(register.store.checkpoints(ORIGIN)) == 1


def test_an_empty_log_is_not_published(tmp_path: Path) -> None:
    with SqliteStore(tmp_path / "register.sqlite") as store:
        make_signer(tmp_path / "keys", ORIGIN, SYSTEM.entropy)
        publisher = Publisher(store, ORIGIN, tmp_path / "public", Keeper(tmp_path / "keys", ORIGIN), clock=SYSTEM.clock)
        assert publisher.publish() is None
        assert publisher.publish_to(tmp_path / "out") is None
        assert not (tmp_path / "public").exists()


def test_many_checkpoints_over_full_tiles_leave_the_folder_of_a_fresh_start(register: Register, capsys: Any) -> None:
    publisher = register.publisher()
    for count in (1, 1, 40, 200, 5, 3, 256, 1, 7):
        register.grow(count)
        publisher.publish()
    size = len(register.log.entries)
    assert size > 512
    shown = files(register.public)
    assert shown == fresh(register)
    assert len([name for name in shown if name.startswith("checkpoints/")]) == 9
    # Partial tiles of the open tile's checkpoints stay; those of full tiles went with them.
    assert not [name for name in shown if name.startswith(("tile/0/000.p", "tile/entries/001.p"))]
    assert {name.split("/")[-1] for name in shown if name.startswith("tile/0/002.p/")} == {
        str(one.size - 512) for one in register.store.checkpoints(ORIGIN) if one.size > 512
    }
    assert_verified(register.public)


@pytest.mark.slow
def test_a_log_of_more_than_65536_entries_has_all_three_levels(register: Register) -> None:
    from tests.ledger.store.build import Streams

    write = Streams()
    head = register.store.head(ORIGIN).register_head
    for _ in range(66):
        batch = [
            Submission(entries=one.entries, key=one.key, command=one.command, register_head=head)
            for one in write.many(1_000)
        ]
        register.store.append(ORIGIN, batch)
    register.publisher().publish()
    assert (register.public / "tile/1/000").stat().st_size == 8_192
    assert (register.public / "tile/2/000.p/1").stat().st_size == 32
    assert (register.public / "tile/1/001.p/1").stat().st_size == 32


def test_disclosures_are_published_withdrawn_and_disclosed_again(register: Register, capsys: Any) -> None:
    price, reason = register.seal("/price", "a secret price"), register.seal("/reason", "a secret reason")
    index = len(register.log.entries)
    register.fact(sealed=(reason, price))
    register.grow(1)
    publisher = register.publisher()
    publisher.publish()
    assert not (register.public / "disclosures").exists()

    register.disclose(index, "/price", "/reason")
    register.commit()
    publisher.publish()
    [shown] = [path for path in (register.public / "disclosures").rglob("*") if path.is_file()]
    assert shown.read_text("ascii") == f"~{price.text}\n~{reason.text}\n"
    assert_verified(register.public)

    register.withdraw(index, "/price")
    register.commit()
    publisher.publish()
    assert shown.read_text("ascii") == f"~{reason.text}\n"

    register.withdraw(index, "/reason")
    register.commit()
    publisher.publish()
    # Not one byte of either is left, nor a folder that tells where they were.
    everything = b"".join(
        path.read_bytes() for path in register.folder.rglob("*") if "sqlite" not in path.name and path.is_file()
    )
    assert price.text.encode() not in everything
    assert reason.text.encode() not in everything
    assert not (register.public / "disclosures").exists()
    assert_verified(register.public)

    register.disclose(index, "/reason")
    register.commit()
    publisher.publish()
    assert shown.read_text("ascii") == f"~{reason.text}\n"
    assert files(register.public) == fresh(register)


def test_an_opening_that_is_not_held_or_does_not_fit_is_not_published(register: Register) -> None:
    index = len(register.log.entries)
    register.fact(sealed=(register.seal("/price", 1),))
    register.disclose(index, "/price")
    register.commit()
    raw = register.store._connections.get()
    held = raw.execute("SELECT * FROM vault").fetchone()
    other = make_opening("/price", 2, bytes(32))
    subject = held[2]
    cipher = register.store._vault.keys.cipher(subject)
    [(event,)] = raw.execute("SELECT id FROM entry WHERE place = ?", held[:1]).fetchall()
    record = lock(cipher, other.text, Bound(ORIGIN, event, other.digest))
    raw.execute("UPDATE vault SET digest = ?, record = ?", (opened_as(other), record))
    with pytest.raises(Unproven, match="digest"):
        register.publisher().publish()
    raw.execute("DELETE FROM vault")
    with pytest.raises(Unproven, match="its opening is not in the store"):
        register.publisher().publish()
    assert not (register.public / "checkpoint").exists()
    raw.execute("INSERT INTO vault VALUES (?, ?, ?, ?, ?)", held)
    register.publisher().publish()
    assert files(register.public) == fresh(register)


def test_the_policy_names_the_log_s_keys_as_they_stand(register: Register, capsys: Any) -> None:
    register.publisher().publish()
    assert (register.public / "policy").read_text() == "".join(
        f"log {key.text}\n" for key in LOG_KEYS
    ) + "quorum none\n"
    successor = Signer(ORIGIN, b"\x03" * 32)
    register.log.add("log-key.added/1", {"vkey": successor.vkey.text}, ROOT)
    register.log.add("log-key.retired/1", {"reason": "compromised", "vkey": SIGNER.vkey.text}, ROOT)
    register.commit()
    with pytest.raises(Misconfigured, match="the key register does not name"):
        register.publisher().publish()
    seeds.keep(register.keys, "log-2", b"\x03" * 32)
    assert register.publisher().publish() is not None
    assert successor.vkey.text in (register.public / "policy").read_text()
    assert SIGNER.vkey.text not in (register.public / "policy").read_text()
    assert fairplace_verify.main([str(register.public), "--key", successor.vkey.text]) == 0


# What it refuses to sign


def tampered(register: Register, *statements: str) -> None:
    """With an owner's rights: the triggers are dropped first."""
    raw = register.store._connections.get()
    for trigger in ("entry_stays", "entry_remains", "checkpoint_stays", "checkpoint_remains"):
        raw.execute(f"DROP TRIGGER IF EXISTS {trigger}")
    for statement in statements:
        assert raw.execute(statement).rowcount > 0, statement


TAMPERINGS = {
    "bytes of an old entry": "UPDATE entry SET raw = X'20' WHERE place & 1023 = 2",
    "bytes of a new entry": "UPDATE entry SET raw = X'20' WHERE place = (SELECT max(place) FROM entry)",
    "a leaf": "UPDATE entry SET leaf = zeroblob(32) WHERE place = (SELECT max(place) FROM entry)",
    "an entry taken out": "DELETE FROM entry WHERE place & 1023 = 3",
    "the newest entry taken out": "DELETE FROM entry WHERE place = (SELECT max(place) FROM entry)",
    "the head's root": "UPDATE log SET root = zeroblob(32)",
    "the head's size": "UPDATE log SET size = size - 1",
    "a size below the signed one": "UPDATE log SET size = 3",
    "the signed root": "UPDATE checkpoint SET root = zeroblob(32)",
    "a node": "UPDATE node SET hash = zeroblob(32)",
}


@pytest.mark.parametrize("what", TAMPERINGS)
@pytest.mark.parametrize("restarted", [False, True])
def test_rows_that_were_changed_are_never_signed(register: Register, what: str, restarted: bool) -> None:
    register.grow(300)
    publisher = register.publisher()
    publisher.publish()
    register.grow(2)
    before, checkpoints = files(register.public), register.store.checkpoints(ORIGIN)
    tampered(register, TAMPERINGS[what])
    with pytest.raises(Unproven):
        (register.publisher() if restarted else publisher).publish()
    assert files(register.public) == before
    assert len(register.store.checkpoints(ORIGIN)) == len(checkpoints)


def test_an_entry_changed_with_its_leaf_and_the_head_does_not_extend_what_was_signed(register: Register) -> None:
    """The thorough forger makes rows and head agree; the last signature still speaks against it."""
    register.grow(3)
    register.publisher().publish()
    size = register.store.head(ORIGIN).size
    forged = Register(register.folder / "forged")
    forged.fact(evidence="stated-by-officer")
    forged.grow(size - forged.store.head(ORIGIN).size + 1)
    forged.store._connections.get().execute(f"ATTACH '{register.folder / 'register.sqlite'}' AS victim")
    forged.store._connections.get().execute("INSERT INTO checkpoint SELECT * FROM victim.checkpoint")
    with pytest.raises(Unproven, match="no extension of what was signed"):
        forged.publisher().publish()
    forged.store.close()


def test_an_old_copy_of_the_store_put_back_is_not_signed_on(register: Register) -> None:
    register.publisher().publish()
    register.store._connections.get().execute("PRAGMA wal_checkpoint(TRUNCATE)")
    copy = register.folder / "copy.sqlite"
    shutil.copy(register.folder / "register.sqlite", copy)
    register.grow(2)
    register.publisher().publish()
    before = files(register.public)
    with SqliteStore(copy, register.sources) as old:
        with pytest.raises(Misconfigured, match=r"seen 6 entries .* only 4 are here: an old copy of the register"):
            register.publisher(store=old).publish()
        # Nor when it has grown past what the folder shows: two histories of one size would be signed.
        new, register.store = register.store, old
        del register.log.entries[old.head(ORIGIN).size :]
        register.log._heads.pop(CASE_STREAM)
        register.grow(9)
        with pytest.raises(Misconfigured, match=r"the \d+ that are here are not the same"):
            register.publisher().publish()
        assert len(old.checkpoints(ORIGIN)) == 1
        register.store = new
    assert files(register.public) == before


def test_a_folder_of_another_log_is_left_alone(register: Register, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    theirs = Signer("log.elsewhere.example/x", bytes(32))
    (other / "checkpoint").write_bytes(Checkpoint("log.elsewhere.example/x", 4, bytes(32)).sign(theirs, None, 1).note)
    before = files(other)
    with pytest.raises(Misconfigured, match=r"shows a checkpoint of log\.elsewhere\.example/x"):
        register.publisher().publish_to(other)
    assert files(other) == before


# Several at once


def test_only_one_publisher_works_on_a_folder(register: Register) -> None:
    with PublicFolder(register.public).lease() as held:
        assert held
        assert register.publisher().publish() is None
    assert register.publisher().publish() is not None


def test_a_publisher_of_another_machine_that_was_first_is_not_contradicted(register: Register) -> None:
    register.publisher().publish()
    register.grow(1)

    before: list[Callable[[], object]] = []

    class Late(SqliteStore):
        """Between its look and its signature another machine, with another folder, publishes."""

        def put_checkpoint(self, log: str, old: Published | None, new: Published) -> bool:
            while before:
                before.pop()()
            return super().put_checkpoint(log, old, new)

    with Late(register.folder / "register.sqlite", register.sources) as store:
        before.append(register.publisher(folder=register.folder / "elsewhere").publish)
        assert register.publisher(store=store).publish() is None
        assert len(store.checkpoints(ORIGIN)) == 2
        assert register.publisher(store=store).publish() == store.last_checkpoint(ORIGIN)
    assert files(register.public) == files(register.folder / "elsewhere")


# Crashes


class Crash(BaseException):
    """The process ends here: nothing catches it."""


STEPS = [(PublicFolder, name) for name in ("write", "remove", "remove_partials", "settle", "tidy")] + [
    (SqliteStore, "put_checkpoint"),
    (Memory, "write"),
    (Path, "rename"),
]


def crashing(monkeypatch: pytest.MonkeyPatch, at: int, *, after: bool) -> list[str]:
    """Crash before (or after) the step of this number. Returns the names of the steps taken."""
    taken: list[str] = []

    def patched(owner: type, name: str) -> Callable[..., Any]:
        real = getattr(owner, name)

        def step(*values: Any) -> Any:
            taken.append(name)
            now = len(taken) - 1 == at
            if now and not after:
                raise Crash
            result = real(*values)
            if now:
                raise Crash
            return result

        return step

    for owner, name in STEPS:
        monkeypatch.setattr(owner, name, patched(owner, name))
    return taken


def prepared(register: Register) -> None:
    """A published log that will grow over the edge of a tile, with one text to publish and one to take down."""
    index = len(register.log.entries)
    register.fact(sealed=(register.seal("/price", "down"), register.seal("/reason", "stays")))
    register.fact(sealed=(register.seal("/price", "up"),))
    register.disclose(index, "/price", "/reason")
    register.grow(240)
    register.publisher().publish()
    register.grow(4)
    register.publisher().publish()
    register.withdraw(index, "/price", "/reason")
    register.disclose(index + 1, "/price")
    register.grow(10)


@pytest.mark.parametrize("after", [False, True])
def test_a_crash_at_any_step_is_healed_by_publishing_again(register: Register, after: bool, capsys: Any) -> None:
    prepared(register)
    register.store._connections.get().execute("PRAGMA wal_checkpoint(TRUNCATE)")
    start = register.folder / "start"
    shutil.copytree(register.public, start)
    shutil.copytree(register.keys, register.folder / "start-keys")
    shutil.copy(register.folder / "register.sqlite", register.folder / "start.sqlite")
    register.store.close()
    at, steps = 0, [""]
    while at < len(steps):
        for place, copy in ((register.public, start), (register.keys, register.folder / "start-keys")):
            shutil.rmtree(place)
            shutil.copytree(copy, place)
        for name in ("register.sqlite-wal", "register.sqlite-shm"):
            (register.folder / name).unlink(missing_ok=True)
        shutil.copy(register.folder / "start.sqlite", register.folder / "register.sqlite")
        with SqliteStore(register.folder / "register.sqlite", register.sources) as store:
            register.store = store
            with pytest.MonkeyPatch.context() as patch:
                steps = crashing(patch, at, after=after)
                try:
                    register.publisher().publish()
                except Crash:
                    steps = [*steps, "", ""]  # there is one more to try, at least
            whole = [one.size for one in store.checkpoints(ORIGIN)]
            assert len(whole) == len(set(whole)) <= 3
            healed = register.publisher().publish()
            assert healed is not None
            assert healed.size == len(register.log.entries)
            assert len(store.checkpoints(ORIGIN)) == 3
            assert files(register.public) == fresh(register)
            assert not list(register.folder.glob(".public.new*"))
        at += 1
    assert at > 20
    assert_verified(register.public)


def test_a_crash_before_the_files_and_growth_after_it_leave_every_checkpoint_shown(register: Register) -> None:
    register.publisher().publish()
    for _ in range(3):
        register.grow(2)
        with pytest.MonkeyPatch.context() as patch:
            crashing(patch, 3, after=False)  # behind the signer's memory, its rename, and the stored checkpoint
            with pytest.raises(Crash):
                register.publisher().publish()
    register.grow(1)
    register.publisher().publish()
    assert len(list((register.public / "checkpoints").iterdir())) == 5
    assert files(register.public) == fresh(register)


def test_a_folder_whose_checkpoint_is_gone_or_spoilt_is_made_whole(register: Register) -> None:
    prepared(register)
    register.publisher().publish()
    whole = files(register.public)
    for spoil in (Path.unlink, lambda path: path.write_bytes(b"spoilt")):
        (register.public / "tile/0/000").write_bytes(b"spoilt too")
        spoil(register.public / "checkpoint")
        register.publisher().publish()
        assert files(register.public) == whole


# Going on


def test_a_log_that_does_not_grow_is_signed_afresh_after_a_day(register: Register, capsys: Any) -> None:
    if QUANTUM_SAFE is None:
        pytest.skip("the day of a signature stands in the ML-DSA line only")
    publisher = register.publisher()
    first = publisher.publish()
    register.moment += timedelta(hours=24)
    second = publisher.publish()
    assert first is not None
    assert second is not None
    assert (second.size, second.root) == (first.size, first.root)
    assert second.note != first.note
    assert publisher.publish() == second
    assert (register.public / "checkpoint").read_bytes() == second.note
    assert (register.public / f"checkpoints/{second.size}").read_bytes() == second.note
    assert_verified(register.public)
    assert files(register.public) == fresh(register)


def test_every_entry_is_put_to_the_verifier_of_entries_once(register: Register) -> None:
    seen: list[int] = []

    def verify(stored: Stored) -> None:
        seen.append(stored.index)
        if stored.index == 7:
            raise Unproven("entry 7 is signed by nobody we know")

    publisher = register.publisher(verify_entry=verify)
    publisher.publish()
    register.grow(1)
    publisher.publish()
    size = len(register.log.entries)
    assert seen == list(range(size))
    register.grow(8 - size)
    with pytest.raises(Unproven, match="signed by nobody we know"):
        publisher.publish()
    assert (register.public / "checkpoint").read_bytes().split(b"\n")[1] == str(size).encode()


def test_running_publishes_at_once_when_idle_and_then_keeps_its_pace(register: Register) -> None:
    stop = threading.Event()
    publisher = register.publisher()
    running = threading.Thread(target=publisher.run, args=(stop, 0.6))
    running.start()
    try:
        began = time.monotonic()
        wait_for(lambda: len(register.store.checkpoints(ORIGIN)) == 1)
        register.grow(1)
        wait_for(lambda: len(register.store.checkpoints(ORIGIN)) == 2)
        assert time.monotonic() - began > 0.5
        time.sleep(0.7)
        register.grow(1)
        publisher.nudge()
        began = time.monotonic()
        wait_for(lambda: len(register.store.checkpoints(ORIGIN)) == 3)
        assert time.monotonic() - began < 0.5
        assert publisher.failure is None
    finally:
        stop.set()
        running.join(timeout=5)
    assert not running.is_alive()


def test_running_goes_on_after_a_failure_and_says_what_it_was(
    register: Register, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(module, "SLOWEST", 0.05)
    raw = sqlite3.connect(register.folder / "register.sqlite", isolation_level=None)
    [root] = raw.execute("SELECT root FROM log").fetchone()
    raw.execute("UPDATE log SET root = zeroblob(32)")
    stop = threading.Event()
    publisher = register.publisher()
    running = threading.Thread(target=publisher.run, args=(stop, 0.05))
    running.start()
    try:
        wait_for(lambda: isinstance(publisher.failure, Unproven))
        assert not (register.public / "checkpoint").exists()
        raw.execute("UPDATE log SET root = ?", (root,))
        wait_for(lambda: publisher.failure is None)
        wait_for((register.public / "checkpoint").exists)
    finally:
        stop.set()
        running.join(timeout=5)
        raw.close()
    assert [record.getMessage() for record in caplog.records if "cannot be published" in record.getMessage()][1:] == []


def wait_for(holds: Callable[[], bool], seconds: float = 10) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.01)


# Witnesses


class Neighbour:
    """A witness as the publisher meets one: it signs whatever grew, when it is there."""

    def __init__(self, publisher_of: Register) -> None:
        self.key = Cosigner("witness.example", b"\x07" * 32)
        self.there = True
        self.asked: list[int] = []
        self._register = publisher_of
        self._last: tuple[int, bytes] | None = None

    def __call__(self, note: bytes, proof: Callable[[int], list[bytes]]) -> list[str]:
        text, lines = parse_note(note)
        _, size, root = tree_head(text)
        stored = self._register.store.last_checkpoint(ORIGIN)
        assert stored is not None
        assert stored.note == note, "it was stored before anybody was asked"
        self.asked.append(size)
        if not self.there or any(line.name == self.key.vkey.name for line in lines):
            return []
        if self._last is not None:
            verify_consistency(self._last[0], size, self._last[1], root, proof(self._last[0]))
        self._last = size, root
        return [self.key.line(text, int(self._register.moment.timestamp()))]


def witnessed(note: bytes | None) -> bool:
    assert note is not None
    return any(line.name == "witness.example" for line in parse_note(note)[1])


def test_witnesses_are_asked_after_storing_and_before_showing(register: Register) -> None:
    neighbour = Neighbour(register)
    publisher = register.publisher(collect=neighbour)
    for count in (0, 1, 300, 5):
        register.grow(count)
        shown = publisher.publish()
        assert shown is not None
        assert witnessed(shown.note)
        folder = PublicFolder(register.public)
        assert folder.read("checkpoint") == folder.read(f"checkpoints/{shown.size}") == shown.note
        assert Checkpoint.parse(shown.note, [*LOG_KEYS, neighbour.key.vkey], strict=True).size == shown.size


def test_a_witness_that_is_away_does_not_stop_the_log_and_signs_later(register: Register) -> None:
    neighbour = Neighbour(register)
    publisher = register.publisher(collect=neighbour)
    neighbour.there = False
    register.grow(3)
    first = publisher.publish()
    assert first is not None
    assert not witnessed(first.note)
    assert PublicFolder(register.public).read("checkpoint") == first.note
    neighbour.there = True
    again = publisher.publish()
    assert again is not None
    assert (again.size, again.root) == (first.size, first.root)
    folder = PublicFolder(register.public)
    assert witnessed(folder.read("checkpoint"))
    assert folder.read("checkpoint") == folder.read(f"checkpoints/{first.size}")
    restarted = register.publisher(collect=neighbour).publish()
    assert restarted == again


def test_what_witnesses_signed_survives_signing_afresh(register: Register) -> None:
    neighbour = Neighbour(register)
    publisher = register.publisher(collect=neighbour)
    first = publisher.publish()
    register.moment += timedelta(days=1, minutes=1)
    neighbour.there = False
    again = publisher.publish()
    assert first is not None
    assert again is not None
    assert witnessed(again.note)
    assert (again.note != first.note) == (QUANTUM_SAFE is not None)


def test_a_crash_after_the_witnesses_signed_is_healed(register: Register, monkeypatch: pytest.MonkeyPatch) -> None:
    neighbour = Neighbour(register)
    register.grow(3)
    for name in ("_show", "_cosigned"):
        register.grow(1)

        def crash(*_: object, **__: object) -> None:
            raise Crash

        publisher = register.publisher(collect=neighbour)
        monkeypatch.setattr(publisher, name, crash)
        with pytest.raises(Crash):
            publisher.publish()
        healed = register.publisher(collect=neighbour).publish()
        assert healed is not None
        assert witnessed(PublicFolder(register.public).read("checkpoint"))


def test_the_policy_ends_as_the_settings_have_it(register: Register) -> None:
    register.publisher(witnesses="witness w1 x\nquorum none\n").publish()
    lines = [f"log {vkey.text}\n" for vkey in LOG_KEYS]
    assert (register.public / "policy").read_text() == "".join([*lines, "witness w1 x\nquorum none\n"])
    before = files(register.public)
    register.publisher(witnesses="quorum none\n").publish()
    after = files(register.public)
    assert [name for name in before if before[name] != after[name]] == ["policy"], "new settings show at once"
