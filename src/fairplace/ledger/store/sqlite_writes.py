"""Writing what was judged into an SQLite file, within the transaction in which it was judged."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from fairplace.ledger.store.connection import Connection
from fairplace.ledger.store.growth import grow
from fairplace.ledger.store.judging import Verdict
from fairplace.ledger.store.port import NewEntry
from fairplace.ledger.store.sqlite_reads import BITS
from fairplace.terms import CaseId, Instant

MOST_CASES = 100_000
"""Cases whose numbers are remembered; then it begins anew."""


class HeadRow(NamedTuple):
    """A log's head under the lock; `number` is 0 while the log has no entry."""

    number: int
    size: int
    frontier: bytes
    register_head: int
    register_leaf: str
    last_at: Instant | None


NEW_LOG = HeadRow(0, 0, bytes(8), -1, "", None)

Fresh = tuple[dict[str, int], dict[tuple[int, CaseId], int]]
"""Numbers of types and cases that a transaction looked up or gave."""


class Numbers:
    """The numbers of types and cases, as far as this process knows them: only such as are durable."""

    def __init__(self) -> None:
        self.types: dict[str, int] = {}
        self.cases: dict[tuple[int, CaseId], int] = {}

    def keep(self, fresh: Fresh) -> None:
        """They are committed now."""
        types, cases = fresh
        self.types.update(types)
        if cases:
            if len(self.cases) > MOST_CASES:
                self.cases = {}
            self.cases.update(cases)


def write(connection: Connection, log: str, row: HeadRow, now: Instant, verdict: Verdict, numbers: Numbers) -> Fresh:
    """Everything of the accepted submissions, and the new head."""
    number = row.number or _number(
        connection, "SELECT number FROM log WHERE origin = ?", "INSERT INTO log (origin) VALUES (?)", log
    )
    place = (number << BITS) + row.size
    # Another thread may begin these anew at any moment.
    known_types, known_cases = numbers.types, numbers.cases
    types, cases = fresh = _look(connection, number, verdict.entries, known_types, known_cases)
    entries, openings, tags, leaves = [], [], [], []
    for entry in verdict.entries:
        leaf, kind, case = entry.leaf, known_types.get(entry.type) or types[entry.type], entry.case
        if case is not None:
            key = (number, case)
            case_number = known_cases[key] if key in known_cases else cases[key]
        else:
            case_number = None
        entries.append((place, leaf, entry.id, kind, case_number, now, entry.raw))
        leaves.append(leaf)
        if entry.openings:
            openings += [(place, opening.slot, opening.text) for opening in entry.openings]
        if entry.tags:
            tags += [(tag, place) for tag in entry.tags]
        place += 1
    insert = connection.executemany
    insert("INSERT INTO entry VALUES (?, ?, ?, ?, ?, ?, ?)", entries)
    if openings:
        insert("INSERT INTO disclosure VALUES (?, ?, ?)", openings)
        # In order: neighbours share a page.
        insert("INSERT INTO digest VALUES (?, ?)", [(number, digest) for digest in sorted(verdict.digests)])
    if tags:
        insert("INSERT OR IGNORE INTO tag VALUES (?, ?)", tags)
    insert(
        "INSERT INTO submission VALUES (?, ?, ?, ?, ?)",
        [(number, one.key, one.command, start, len(one.entries)) for one, start in verdict.accepted],
    )
    insert(
        "INSERT OR REPLACE INTO stream VALUES (?, ?, ?, ?, ?)",
        [(number, stream, *verdict.streams[stream]) for stream in verdict.moved],
    )
    frontier, root, kept = grow(row.frontier, leaves)
    if kept:
        insert("INSERT INTO node VALUES (?, ?, ?, ?)", [(number, *node) for node in kept])
    connection.execute(
        "UPDATE log SET size = ?, frontier = ?, root = ?, register_head = ?, register_leaf = ?, last_at = ?"
        " WHERE number = ?",
        (row.size + len(leaves), frontier, root, verdict.register_head, verdict.register_leaf, now, number),
    )
    return fresh


def _look(
    connection: Connection,
    log: int,
    entries: Sequence[NewEntry],
    known_types: dict[str, int],
    known_cases: dict[tuple[int, CaseId], int],
) -> Fresh:
    """The numbers of these entries' types and cases that are not known yet, given where they are new."""
    types: dict[str, int] = {}
    cases: dict[tuple[int, CaseId], int] = {}
    for entry in entries:
        name, key = entry.type, (log, entry.case)
        if name not in known_types and name not in types:
            types[name] = _number(
                connection, "SELECT number FROM type WHERE name = ?", "INSERT INTO type (name) VALUES (?)", name
            )
        if entry.case is not None and key not in known_cases and key not in cases:
            cases[log, entry.case] = _number(
                connection,
                "SELECT number FROM cases WHERE log = ? AND id = ?",
                "INSERT INTO cases (log, id) VALUES (?, ?)",
                *key,
            )
    return types, cases


def _number(connection: Connection, look: str, insert: str, *values: object) -> int:
    found: tuple[int] | None = connection.execute(look, values).fetchone()
    return found[0] if found else connection.execute(insert, values).lastrowid or 0
