"""Proofs of entries at random places of a long log, from the hashes that the store keeps.

- A log that a machine would sign for an hour is grown in bulk: random bytes for entries, unsigned, put straight into the
  tables with the store's own way of growing the tree. Proofs read hashes and one entry, whatever that says.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

from fairplace.bench.store import LOG
from fairplace.ledger import tree
from fairplace.ledger.store.growth import grow
from fairplace.ledger.store.sqlite import SqliteStore
from fairplace.ledger.store.sqlite_reads import BITS

GATE = 0.005
"""Seconds of one core for one proof."""
PROOFS = 200
AT_ONCE = 10_000
BYTES = 800
"""Of an entry made in bulk."""


def proving(line: Callable[..., object], path: Path, size: int) -> bool:
    """The time of one proof, with its entry, and each of them verified. True when the gate holds."""
    chance = random.Random(size)  # noqa: S311 - which entries are proved protects nothing
    with SqliteStore(path) as store:
        grown(store, size, chance)
        head, node = store.head(LOG), store.node(LOG)
        assert head.size == size
        times, clock = [], []
        for index in (chance.randrange(size) for _ in range(PROOFS)):
            began, since = time.process_time(), time.perf_counter()
            proof = tree.inclusion_proof(index, size, node)
            [stored] = store.entries(LOG, index, index + 1)
            times.append(time.process_time() - began)
            clock.append(time.perf_counter() - since)
            tree.verify_inclusion(tree.leaf_hash(stored.raw), index, size, proof, head.root)
    took = median(times)
    line(f"proving: one entry of {size:,} (grown in bulk, unsigned):")
    line(
        f"  {'one proof, with its entry, of one core':<38}{took * 1000:>10.2f} ms, the slowest {max(times) * 1000:.2f} ms"
    )
    line(f"  {'the same, by the clock':<38}{median(clock) * 1000:>10.2f} ms")
    line(f"  gate: below {GATE * 1000:.0f} ms: {'held' if took < GATE else 'MISSED'}")
    return took < GATE


def grown(store: SqliteStore, size: int, chance: random.Random) -> None:
    """Rows of `entry` and `node`, and the head, as appending would leave them; nothing else."""
    connection = store._connections.get()  # noqa: SLF001 - in bulk, past everything that a real entry is asked
    connection.execute("INSERT INTO log (origin) VALUES (?)", (LOG,))
    number = connection.execute("SELECT number FROM log WHERE origin = ?", (LOG,)).fetchone()[0]
    columns = [row[1] for row in connection.execute("PRAGMA table_info(entry)")]
    frontier, root, now = bytes(8), tree.EMPTY_ROOT, store.now()
    for start in range(0, size, AT_ONCE):
        count = min(AT_ONCE, size - start)
        raws = [chance.randbytes(BYTES) for _ in range(count)]
        leaves = [tree.leaf_hash(raw) for raw in raws]
        frontier, root, kept = grow(frontier, leaves)
        rows = [((number << BITS) + start + i, leaves[i], str(start + i), 0, None, now, raws[i]) for i in range(count)]
        connection.execute("BEGIN IMMEDIATE")
        connection.executemany(f"INSERT INTO entry VALUES ({', '.join('?' * len(columns))})", rows)  # noqa: S608 - marks only
        connection.executemany("INSERT INTO node VALUES (?, ?, ?, ?)", [(number, *node) for node in kept])
        connection.execute(
            "UPDATE log SET size = ?, frontier = ?, root = ?, last_at = ? WHERE number = ?",
            (start + count, frontier, root, now, number),
        )
        connection.execute("COMMIT")
