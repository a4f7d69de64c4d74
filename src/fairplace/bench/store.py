"""Appends of already signed entries, beside what the engine itself can do with the same rows, in the same run.

- The bound: the same rows into the same tables, indexes and settings, prepared beforehand; nothing is locked, judged or
  hashed, and no head is kept.
- For the reader's information: the same bytes into two bare tables, and the library's own recorder, unsigned.
- Each takes its turn, chunk by chunk, on files of its own on one disk; what counts is the ratio of the medians.
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

from fairplace.ledger import entry
from fairplace.ledger.disclosure import Slot, make_opening
from fairplace.ledger.entry import Envelope
from fairplace.ledger.note import Signer, b64
from fairplace.ledger.store.connection import Connection, Connections
from fairplace.ledger.store.port import Committed, Condition, NewEntry, Submission
from fairplace.ledger.store.sqlite import SqliteStore
from fairplace.ledger.store.stock import stock_append
from fairplace.sources import SYSTEM, Sources
from fairplace.terms import instant

LOG = "log.bench.example/commissioning"
EVENTS_PER_CASE = 20
TYPES = 12


class Gate(NamedTuple):
    title: str
    batch: int
    least: float  # of the bound


GATES = (Gate("one caller, one entry at a time", 1, 0.8), Gate("batches of 1,000", 1_000, 0.7))
CHUNK = {1: 50, 1_000: 1}
"""Appends in one turn."""

Append = Callable[[Sequence[Submission]], object]


def run(line: Callable[..., object], entries: int = 5_000, folder: Path | None = None) -> bool:
    """Measure and print; True when every gate holds. `folder` names the disk to measure on."""
    held = True
    for gate in GATES:
        work = list(signed(max(entries, 5 * gate.batch) if gate.batch > 1 else min(entries, 2_000)))
        batches = [work[i : i + gate.batch] for i in range(0, len(work) - gate.batch + 1, gate.batch)]
        gc.freeze()  # the prepared work is no part of what is measured: it is not to be searched for garbage
        with tempfile.TemporaryDirectory(prefix="fairplace-bench-", dir=folder) as scratch:
            rates = measure(Path(scratch), batches, CHUNK[gate.batch])
        gc.unfreeze()
        bound = rates["the same rows, bare"]
        ratio = rates["fairplace"] / bound
        line(f"{gate.title}: {len(batches) * gate.batch:,} entries of {_mean(work):,} bytes, openings included")
        for name, rate in rates.items():
            line(f"  {name:<34}{rate:>10,.0f} entries/s{rate / bound:>8.2f}")
        line(f"  gate: at least {gate.least} of the same rows, bare: {'held' if ratio >= gate.least else 'MISSED'}")
        held &= ratio >= gate.least
    return held


def measure(folder: Path, batches: Sequence[Sequence[Submission]], chunk: int) -> dict[str, float]:
    """Entries per second of each way, by the median turn."""
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
        "the same rows, bare": _Rows(rows.get()),
        "fairplace": fairplace,
        "the same bytes, no index": _Bytes(bare.get()),
        "eventsourcing's SQLite recorder": library,
    }
    times: dict[str, list[float]] = {name: [] for name in ways}
    for start in range(0, len(batches) - chunk + 1, chunk):
        turn = batches[start : start + chunk]
        for name, append in ways.items():
            if isinstance(append, _Rows | _Bytes):
                append.prepare(turn)
            began = time.perf_counter()
            for submissions in turn:
                append(submissions)
            times[name].append(time.perf_counter() - began)
    for closing in (store.close, rows.close, bare.close, close):
        closing()
    return {name: chunk * len(batches[0]) / median(taken) for name, taken in times.items()}


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


class _Rows:
    """The rows of `SqliteStore`, in its tables; ready before the clock runs."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._types: dict[str, int] = {}
        self._cases: dict[str, int] = {}
        self._place = 1 << 40
        self._ready: list[tuple[list[tuple[object, ...]], ...]] = []

    def prepare(self, turn: Sequence[Sequence[Submission]]) -> None:
        self._ready = [self._rows(submissions) for submissions in turn]
        self._ready.reverse()

    def _rows(self, submissions: Sequence[Submission]) -> tuple[list[tuple[object, ...]], ...]:
        entries: list[tuple[object, ...]] = []
        openings: list[tuple[object, ...]] = []
        digests: list[bytes] = []
        keys: list[tuple[object, ...]] = []
        for submission in submissions:
            keys.append((1, submission.key, submission.command, self._place, 1))
            for one in submission.entries:
                kind = self._types.setdefault(one.type, len(self._types) + 1)
                case = self._cases.setdefault(one.case or "", len(self._cases) + 1)
                now = instant(SYSTEM.clock())
                entries.append((self._place, one.leaf, one.id, kind, case, now, one.raw))
                for opening in one.openings:
                    openings.append((self._place, opening.slot, opening.text))
                    digests.append(hashlib.sha256(opening.text.encode()).digest())
                self._place += 1
        return entries, openings, [(1, digest) for digest in sorted(digests)], keys

    def __call__(self, submissions: Sequence[Submission]) -> None:
        entries, openings, digests, keys = self._ready.pop()
        connection = self._connection
        connection.execute("BEGIN IMMEDIATE")
        connection.executemany("INSERT INTO entry VALUES (?, ?, ?, ?, ?, ?, ?)", entries)
        connection.executemany("INSERT INTO disclosure VALUES (?, ?, ?)", openings)
        connection.executemany("INSERT INTO digest VALUES (?, ?)", digests)
        connection.executemany("INSERT INTO submission VALUES (?, ?, ?, ?, ?)", keys)
        connection.execute("COMMIT")


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
