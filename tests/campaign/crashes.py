"""Kill -9 between any two steps of commit and publish, a thousand times: `python -m tests.campaign.crashes --kills 1000`.

A child process commits and publishes; it is killed at a random moment, or right before or after a random step that it
takes: a statement of its database, a flush, a rename, an opened or a removed file. Nothing of the product knows of it.
After each kill, what the child had told is compared with what is there, and the log is gone on with.
"""

from __future__ import annotations

import argparse
import os
import random
import select
import shutil
import signal
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec

import fairplace_verify
from fairplace.ledger import entry
from fairplace.ledger.checkpoint import Checkpoint
from fairplace.ledger.disclosure import Opening, Slot, make_opening
from fairplace.ledger.note import Signer, Vkey, b64, unb64
from fairplace.ledger.publisher import Publisher
from fairplace.ledger.register import TYPES as REGISTER_TYPES
from fairplace.ledger.store.port import Committed, NewEntry, Store, Submission
from fairplace.ledger.store.sqlite import SqliteStore
from fairplace.ledger.tiles import TileReader
from fairplace.ledger.tree import Frontier, leaf_hash, root
from fairplace.signer.folder import make as make_signer
from fairplace.signer.keeper import Keeper
from fairplace.signer.memory import Memory
from fairplace.sources import SYSTEM
from tests.ledger.story import CASE_STREAM, OFFICER, ORIGIN, ROOT, Log, opened

AFRESH = 40
"""Kills after which a new log is begun, so that none grows too long to be checked after each."""

STEPS = 700
"""About as many steps as a child takes in its short life."""


# The child


def work(folder: Path, chance: random.Random, told: Callable[[str], None], *, early: bool = False) -> None:
    """Commit and publish, and say of each what stands. `early` says it too soon: the campaign must notice."""
    with SqliteStore(folder / "register.sqlite") as store:
        log = taken_up(store)
        publisher = publisher_of(folder, store)
        for _ in range(30):
            commit(store, log, chance, told, early=early)
            if chance.random() < 0.5 and (newest := publisher.publish()) is not None:
                told(f"published {newest.size} {b64(newest.root)}")


def taken_up(store: Store) -> Log:
    """The story as far as the store has it."""
    log = Log()
    for stored in store.entries(ORIGIN):
        one = entry.parsed(stored.raw)
        log.register.apply(stored.index, one.leaf_text, one.envelope)
        log.entries.append(one)
        log._heads[one.envelope.stream] = (one.envelope.n, one.leaf_text)
    return log


def publisher_of(folder: Path, store: Store) -> Publisher:
    return Publisher(store, ORIGIN, folder / "public", Keeper(folder / "keys", ORIGIN), clock=SYSTEM.clock)


def commit(store: Store, log: Log, chance: random.Random, told: Callable[[str], None], *, early: bool) -> None:
    """One to three commands of one or two entries each, in one batch; some seal a text, some open or close an older."""
    start = len(log.entries)
    head, batch = store.head(ORIGIN).register_head, []
    for _ in range(chance.randrange(1, 4)):
        count, key = chance.randrange(1, 3), SYSTEM.event_id()
        entries = [noted(log, chance, f"{key} {number + 1} of {count}", alone=count == 1) for number in range(count)]
        batch.append(Submission(entries=tuple(entries), key=key, command=key, register_head=head))
    lines = [f"committed {index} {one.leaf_text}" for index, one in enumerate(log.entries[start:], start)]
    if early:
        told("\n".join(lines))
    results = store.append(ORIGIN, batch)
    assert all(isinstance(result, Committed) for result in results), results
    if not early:
        told("\n".join(lines))


def noted(log: Log, chance: random.Random, word: str, *, alone: bool) -> NewEntry:
    kind, body, openings = "case.noted/1", {"case": CASE_STREAM, "word": word}, ()
    sealed = [index for index, one in enumerate(log.entries) if one.envelope.sealed]
    if alone and sealed and chance.random() < 0.5:
        kind = chance.choice(["value.disclosed/1", "value.withdrawn/1"])
        why = {"occasion": "award"} if kind == "value.disclosed/1" else {"ground": "personal"}
        del body["word"]
        usual = {"evidence": "signed-by-party", "happened_at": "2026-11-22T04:00:00.000Z"}
        body |= usual | why | {"openings": [{"entry": chance.choice(sealed), "slots": ["/price"]}]}
    elif chance.random() < 0.5:
        openings = (make_opening("/price", chance.random().hex(), SYSTEM.entropy(32)),)
    return new_entry(log, kind, body, openings)


def new_entry(
    log: Log, kind: str, body: dict[str, Any], openings: tuple[Opening, ...] = (), by: Signer = OFFICER
) -> NewEntry:
    slots = {opening.slot: Slot("commercial", opening.digest) for opening in openings}
    one = log.add(kind, body, by, sealed=slots)
    envelope = one.envelope
    return NewEntry(
        raw=one.raw,
        leaf=one.leaf,
        id=envelope.id,
        type=envelope.type,
        stream=envelope.stream,
        n=envelope.n,
        prev=envelope.prev,
        case=envelope.body.get("case"),
        openings=openings,
    )


def kill_at(step: int, *, after: bool) -> None:
    """End this process the hard way before, or after, the step of this number."""
    count = 0

    def passed() -> bool:
        nonlocal count
        count += 1
        return count == step

    def end() -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    def watched(real: Callable[..., Any]) -> Callable[..., Any]:
        def step_taken(*given: Any, **named: Any) -> Any:
            is_last = passed()
            if is_last and not after:
                end()
            result = real(*given, **named)
            if is_last:
                end()
            return result

        return step_taken

    for name in ("fsync", "rename", "replace", "open", "mkdir", "unlink", "rmdir", "fchmod", "write", "link"):
        setattr(os, name, watched(getattr(os, name)))
    connect = sqlite3.connect

    def connected(*given: Any, **named: Any) -> sqlite3.Connection:
        connection: sqlite3.Connection = connect(*given, **named)
        connection.set_trace_callback(lambda _: end() if passed() else None)
        return connection

    sqlite3.connect = connected  # type: ignore[assignment]  # this process ends here


# The parent


class Tally(msgspec.Struct):
    """What a campaign saw. Everything that went wrong is a sentence in `faults`."""

    kills: int = 0
    acknowledged: int = 0
    published: int = 0
    moments: set[str] = set()
    faults: list[str] = []


class Campaign:
    def __init__(self, folder: Path, seed: int, *, early: bool = False) -> None:
        self._home = folder
        self._early = early
        self._chance = random.Random(seed)
        self._count = 0
        self.tally = Tally(moments=set(), faults=[])

    def begin(self) -> None:
        """A new log, with its first entries committed."""
        self._count += 1
        self.folder = self._home / f"log-{self._count}"
        self.folder.mkdir()
        make_signer(self.folder / "keys", ORIGIN, SYSTEM.entropy)
        self.vkeys = [Vkey.parse(vkey) for vkey in Keeper(self.folder / "keys", ORIGIN).last().vkeys]
        self.acknowledged: dict[int, str] = {}
        self.signed: dict[int, bytes] = {}
        log = opened()
        for vkey in self.vkeys:
            log.add("log-key.added/1", {"vkey": vkey.text}, ROOT)
        log.enrol(OFFICER, "officer")
        with SqliteStore(self.folder / "register.sqlite") as store:
            for index, one in enumerate(log.entries):
                body, signer = one.envelope.body, ROOT
                again = Log() if index == 0 else taken_up(store)
                entry_ = new_entry(again, one.envelope.type, body, by=signer)
                key = one.envelope.id
                store.append(ORIGIN, [Submission(entries=(entry_,), key=key, command=key, register_head=index - 1)])
                assert entry_.type in REGISTER_TYPES

    def run(self, kills: int) -> Tally:
        for number in range(kills):
            if number % AFRESH == 0:
                self.begin()
            try:
                self._kill_once()
                self._look()
            except Exception as error:  # noqa: BLE001 - whatever it is, it is a finding
                self._fault(f"{type(error).__name__}: {error}")
            if self.tally.faults:
                break
        return self.tally

    def _fault(self, sentence: str) -> None:
        self.tally.faults.append(f"kill {self.tally.kills}, {self.folder}: {sentence}")

    def _kill_once(self) -> None:
        seed, step = self._chance.random(), self._chance.randrange(1, STEPS)
        how = self._chance.choice(["moment", "before", "after"])
        pause = self._chance.random() * 0.06
        reading, writing = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(reading)
            code = 0
            try:
                real = os.write
                if how != "moment":
                    kill_at(step, after=how == "after")
                work(self.folder, random.Random(seed), lambda line: _tell(real, writing, line), early=self._early)
            except BaseException as error:  # noqa: BLE001 - told to the parent, which has the whole picture
                os.write(2, f"{type(error).__name__}: {error}\n".encode())
                code = 1
            os._exit(code)
        os.close(writing)
        if how == "moment":
            time.sleep(pause)
            os.kill(child, signal.SIGKILL)
        lines = _all_of(reading)
        _, status = os.waitpid(child, 0)
        self.tally.kills += 1
        if os.WIFSIGNALED(status):
            self.tally.moments.add(how)
        elif os.WEXITSTATUS(status):
            self._fault("the child failed before it was killed")
        for line in lines:
            match line.split(" "):
                case ["committed", index, leaf]:
                    self.acknowledged[int(index)] = leaf
                    self.tally.acknowledged += 1
                case ["published", size, text]:
                    self._was_signed(int(size), unb64(text, "the root"))
                    self.tally.published += 1

    def _was_signed(self, size: int, value: bytes) -> None:
        if self.signed.setdefault(size, value) != value:
            self._fault(f"two roots were signed for size {size}")

    def _look(self) -> None:
        """What a reader sees before anything is healed, what the signer remembers, what the store holds; then go on."""
        public = self.folder / "public"
        if (public / "checkpoint").exists():
            shown = Checkpoint.parse((public / "checkpoint").read_bytes(), self.vkeys, strict=True)
            read = root(leaf_hash(raw) for raw in TileReader(public, shown.size).entries())
            if read != shown.root:
                self._fault(f"the published entries do not give the root of the checkpoint of size {shown.size}")
            self._was_signed(shown.size, shown.root)
        memory = Memory(self.folder / "keys", ORIGIN).read()
        if memory.size:
            self._was_signed(memory.size, memory.root)
        with SqliteStore(self.folder / "register.sqlite") as store:
            self._look_at(store)
            newest = publisher_of(self.folder, store).publish()
            size = store.head(ORIGIN).size
        if newest is None or newest.size != size:
            self._fault(f"after the restart {newest and newest.size} of {size} entries were published")
        report = fairplace_verify.verify_register(public, [self.vkeys[0].text])
        if report.exit_code:
            self._fault(f"the published files do not verify: {report.false}")

    def _look_at(self, store: Store) -> None:
        tree, wanted, groups = Frontier(), dict(self.signed), dict[str, list[str]]()
        for stored in store.entries(ORIGIN):
            tree.append(leaf_hash(stored.raw))
            if wanted.pop(tree.size, tree.root() if tree.size in wanted else b"") not in (b"", tree.root()):
                self._fault(f"what was signed of size {tree.size} is not what the rows give")
            if self.acknowledged.get(stored.index, b64(stored.leaf)) != b64(stored.leaf):
                self._fault(f"entry {stored.index} was acknowledged as another")
            word = entry.parsed(stored.raw).envelope.body.get("word", "")
            if word:
                groups.setdefault(word.split(" ")[0], []).append(word)
        head = store.head(ORIGIN)
        if (head.size, head.root) != (tree.size, tree.root()):
            self._fault("the head of the store is not what its rows give")
        if lost := sorted(index for index in self.acknowledged if index >= tree.size):
            self._fault(f"entries were acknowledged and are lost: {lost}")
        if wanted:
            self._fault(f"heads were signed that the store never held: {sorted(wanted)}")
        if half := [words for words in groups.values() if len(words) != int(words[0].split(" ")[-1])]:
            self._fault(f"half a command is there: {half}")


def _tell(write: Callable[[int, bytes], int], handle: int, line: str) -> None:
    write(handle, f"{line}\n".encode())


def _all_of(handle: int) -> list[str]:
    """Whole lines until the other side is gone."""
    data = b""
    with open(handle, "rb", buffering=0) as pipe:
        while select.select([pipe], [], [], 60)[0] and (part := pipe.read(1 << 16)):
            data += part
    return data.decode().split("\n")[:-1]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=int.from_bytes(os.urandom(4)))
    parser.add_argument("--early", action="store_true", help="acknowledge before committing: it must be noticed")
    given = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="crashes-"))
    began = time.monotonic()
    print(f"{given.kills} kills, seed {given.seed}", flush=True)
    tally = Campaign(folder, given.seed, early=given.early).run(given.kills)
    print(
        f"{tally.kills} kills in {time.monotonic() - began:.0f} s ({', '.join(sorted(tally.moments))}):"
        f" {tally.acknowledged} entries acknowledged, {tally.published} checkpoints told, {len(tally.faults)} faults"
    )
    for fault in tally.faults:
        print(f"FAULT {fault}")
    if not tally.faults or given.early:
        shutil.rmtree(folder)
    return 1 if tally.faults else 0


if __name__ == "__main__":
    sys.exit(main())
