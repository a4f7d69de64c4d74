"""Appends of already signed entries, beside what the engine itself can do with the same rows, in the same run.

- The bound: the same rows into the same tables, indexes and settings, prepared beforehand: nothing is looked up, judged,
  hashed or encrypted, and no subject's key is made.
- For the reader's information: the same bytes into two bare tables, and the library's own recorder, unsigned.
- They take turns, on files of their own on one disk. What counts is the median of the ratios of neighbouring turns:
  other work on the machine then slows both.
"""

from __future__ import annotations

import gc
import hashlib
import random
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from typing import NamedTuple

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from fairplace.ledger import entry
from fairplace.ledger.disclosure import Slot, make_opening
from fairplace.ledger.entry import Envelope
from fairplace.ledger.note import Signer, b64
from fairplace.ledger.store.connection import Connection, Connections
from fairplace.ledger.store.port import Committed, Condition, NewEntry, Submission
from fairplace.ledger.store.sqlite import SqliteStore
from fairplace.ledger.store.stock import stock_append
from fairplace.ledger.store.vault import Bound, lock, named
from fairplace.ledger.tree import Frontier
from fairplace.sources import SYSTEM, Sources
from fairplace.terms import instant

LOG = "log.bench.example/commissioning"
EVENTS_PER_CASE = 20
TYPES = 12


class Gate(NamedTuple):
    title: str
    batch: int
    least: float  # of the bound


OURS, BOUND = "fairplace", "the same rows, bare"
GATES = (Gate("one caller, one entry at a time", 1, 0.8), Gate("batches of 1,000", 1_000, 0.7))
CHUNK = {1: 10, 1_000: 1}
"""Appends in one turn."""

INSERTS = (
    "INSERT INTO entry VALUES (?, ?, ?, ?, ?, ?, ?)",
    "INSERT INTO vault VALUES (?, ?, ?, ?, ?)",
    "INSERT INTO digest VALUES (?, ?)",
    "INSERT INTO submission VALUES (?, ?, ?, ?, ?)",
    "INSERT OR REPLACE INTO stream VALUES (?, ?, ?, ?, ?)",
)

_NAMES = bytes(32)

Append = Callable[[Sequence[Submission]], object]


def run(line: Callable[..., object], entries: int = 5_000, folder: Path | None = None) -> bool:
    """Measure and print; True when every gate holds. `folder` names the disk to measure on."""
    held = True
    for gate in GATES:
        count = max(entries, 10 * gate.batch) if gate.batch > 1 else min(entries, 3_000)
        work = list(signed(count))
        batches = [work[i : i + gate.batch] for i in range(0, count - gate.batch + 1, gate.batch)]
        gc.freeze()  # the prepared work is no part of what is measured: it is not to be searched for garbage
        with tempfile.TemporaryDirectory(prefix="fairplace-bench-", dir=folder) as scratch:
            times = measure(Path(scratch), batches, CHUNK[gate.batch])
        gc.unfreeze()
        line(f"{gate.title}: {len(batches) * gate.batch:,} entries of {_mean(work):,} bytes, openings included")
        for name, taken in times.items():
            rate = CHUNK[gate.batch] * gate.batch / median(taken)
            line(f"  {name:<34}{rate:>10,.0f} entries/s{_ratio(times[BOUND], taken):>8.2f}")
        ratio = _ratio(times[BOUND], times[OURS])
        line(f"  gate: {OURS} at least {gate.least} of {BOUND}: {'held' if ratio >= gate.least else 'MISSED'}")
        held &= ratio >= gate.least
    return held


def _ratio(bound: Sequence[float], taken: Sequence[float]) -> float:
    """How much of the bound's speed; the first third of the turns warms files and caches."""
    pairs = list(zip(bound, taken, strict=True))[len(bound) // 3 :]
    return median(first / second for first, second in pairs)


def measure(folder: Path, batches: Sequence[Sequence[Submission]], chunk: int) -> dict[str, list[float]]:
    """Seconds of each turn of each way."""
    store = SqliteStore(folder / "fairplace.sqlite")
    rows = Connections(folder / "rows.sqlite")
    bare = Connections(folder / "bare.sqlite")
    bare.get().execute("CREATE TABLE bytes (place INTEGER PRIMARY KEY, raw BLOB) STRICT")
    bare.get().execute("CREATE TABLE opened (place INTEGER PRIMARY KEY, text TEXT) STRICT")
    library, close = stock_append(folder / "library.sqlite")

    def fairplace(submissions: Sequence[Submission]) -> None:
        results = store.append(LOG, submissions)
        assert all(type(result) is Committed for result in results), results

    ways: dict[str, Append] = {
        BOUND: _Rows(rows.get()),
        OURS: fairplace,
        "the same bytes, no index": _Bytes(bare.get()),
        "eventsourcing's SQLite recorder": library,
    }
    times: dict[str, list[float]] = {name: [] for name in ways}
    for start in range(0, len(batches) - chunk + 1, chunk):
        turn = batches[start : start + chunk]
        # Nobody always comes after the same neighbour.
        order = list(ways)[start // chunk % len(ways) :] + list(ways)[: start // chunk % len(ways)]
        for name in order:
            append = ways[name]
            if isinstance(append, _Rows | _Bytes):
                append.prepare(turn)
            began = time.perf_counter()
            for submissions in turn:
                append(submissions)
            times[name].append(time.perf_counter() - began)
    for closing in (store.close, rows.close, bare.close, close):
        closing()
    return times


def signed(count: int) -> Iterator[Submission]:
    """Submissions of one signed entry each: short cases of a dozen types, two sealed values in every event."""
    chance = random.Random(1)  # noqa: S311 - the keys and salts of a benchmark protect nothing
    start = datetime(2026, 11, 22, 9, tzinfo=UTC)
    clock = iter(start + timedelta(milliseconds=i) for i in range(10**9))
    sources = Sources(clock=lambda: next(clock), entropy=chance.randbytes)
    officer = Signer("bench.example/officer/1", bytes(32))
    keys = b64(chance.randbytes(32))
    for i in range(count):
        n = i % EVENTS_PER_CASE + 1
        if n == 1:
            case, prev = sources.stream_id(), ""
        openings = tuple(make_opening(slot, "x" * 60, chance.randbytes(32)) for slot in ("/exhibit", "/reason"))
        text = entry.text(
            Envelope(
                actor=officer.vkey.name,
                at=instant(start),
                body={"case": case, "evidence": "signed-by-party", "happened_at": instant(start)},
                id=sources.event_id(),
                keys=keys,
                log=LOG,
                n=n,
                prev=prev,
                sealed={opening.slot: Slot("commercial", opening.digest) for opening in openings},
                stream=case,
                type=f"bench.step-{n % TYPES}/1",
            )
        )
        one = entry.parse(entry.assemble(text, [officer.line(text)]))
        before, prev = prev, one.leaf_text
        yield Submission(
            entries=(
                NewEntry(
                    raw=one.raw,
                    leaf=one.leaf,
                    id=one.envelope.id,
                    type=one.envelope.type,
                    stream=case,
                    n=n,
                    prev=before,
                    case=case,
                    openings=openings,
                ),
            ),
            key=sources.event_id(),
            command=hashlib.sha256(text).hexdigest(),
            register_head=-1,
            conditions=(Condition(case=case, types=frozenset(("bench.award/1",)), after=-1),),
        )


def _mean(work: Sequence[Submission]) -> int:
    total = sum(
        len(one.raw) + sum(len(opening.text) for opening in one.openings)
        for submission in work
        for one in submission.entries
    )
    return total // len(work)


Rows = list[tuple[object, ...]]


class _Rows:
    """The rows of `SqliteStore`, in its tables; ready before the clock runs."""

    def __init__(self, connection: Connection) -> None:
        connection.execute("INSERT INTO log (origin) VALUES (?)", (LOG,))
        self._connection = connection
        self._types: dict[str, int] = {}
        self._cases: dict[str, int] = {}
        self._cipher = AESGCM(bytes(32))
        self._frontier = Frontier()
        self._ready: list[tuple[list[Rows], tuple[object, ...]]] = []

    def prepare(self, turn: Sequence[Sequence[Submission]]) -> None:
        self._ready = [self._rows(submissions) for submissions in turn]
        self._ready.reverse()

    def _rows(self, submissions: Sequence[Submission]) -> tuple[list[Rows], tuple[object, ...]]:
        entries: Rows = []
        openings: Rows = []
        keys: Rows = []
        digests: list[bytes] = []
        streams: dict[str, tuple[object, ...]] = {}
        now = instant(SYSTEM.clock())
        for submission in submissions:
            names = named(_NAMES, submission.key), named(_NAMES, submission.command)
            keys.append((1, *names, self._frontier.size, 1))
            for one in submission.entries:
                place = (1 << 40) + self._frontier.size
                kind = self._types.setdefault(one.type, len(self._types) + 1)
                case = self._cases.setdefault(one.case or "", len(self._cases) + 1)
                entries.append((place, one.leaf, one.id, kind, case, now, one.raw))
                for opening in one.openings:
                    digest = hashlib.sha256(opening.text.encode()).digest()
                    record = lock(self._cipher, opening.text, Bound(LOG, one.id, opening.digest))
                    openings.append((place, opening.slot, f"stream/{one.stream}", digest, record))
                    digests.append(digest)
                streams[one.stream] = (1, one.stream, one.n, b64(one.leaf), self._frontier.size)
                self._frontier.append(one.leaf)
        head = (self._frontier.size, self._frontier.to_bytes(), self._frontier.root(), now)
        return [entries, openings, [(1, digest) for digest in sorted(digests)], keys, list(streams.values())], head

    def __call__(self, submissions: Sequence[Submission]) -> None:
        tables, head = self._ready.pop()
        execute, insert = self._connection.execute, self._connection.executemany
        execute("BEGIN IMMEDIATE")
        for statement, rows in zip(INSERTS, tables, strict=True):
            insert(statement, rows)
        execute("UPDATE log SET size = ?, frontier = ?, root = ?, last_at = ? WHERE number = 1", head)
        execute("COMMIT")


class _Bytes:
    """Entries and openings as bytes in two tables, and no way to find one but by number."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._ready: list[tuple[list[tuple[bytes]], list[tuple[str]]]] = []

    def prepare(self, turn: Sequence[Sequence[Submission]]) -> None:
        for submissions in turn:
            entries = [one for submission in submissions for one in submission.entries]
            raw = [(one.raw,) for one in entries]
            self._ready.append((raw, [("".join(opening.text for opening in one.openings),) for one in entries]))
        self._ready.reverse()

    def __call__(self, submissions: Sequence[Submission]) -> None:
        raw, texts = self._ready.pop()
        self._connection.execute("BEGIN IMMEDIATE")
        self._connection.executemany("INSERT INTO bytes (raw) VALUES (?)", raw)
        self._connection.executemany("INSERT INTO opened (text) VALUES (?)", texts)
        self._connection.execute("COMMIT")
