"""Writing what was judged into an SQLite file, within the transaction in which it was judged."""

from __future__ import annotations

from fairplace.ledger.store.connection import Connection
from fairplace.ledger.store.filing import CASE_SLOT
from fairplace.ledger.store.growth import grow
from fairplace.ledger.store.judging import Verdict, opened_as
from fairplace.ledger.store.keeping import Vault
from fairplace.ledger.store.sqlite_locked import Locked
from fairplace.ledger.store.sqlite_reads import BITS
from fairplace.ledger.store.vault import Unlocked, lock_all


def write(connection: Connection, log: str, locked: Locked, verdict: Verdict, vault: Vault) -> bytes:
    """Everything of the accepted submissions, and the new head. The log's frontier now.

    The keys of new subjects are on the disk before this transaction commits.
    """
    number, now = locked.number_of_log(log), locked.now
    first = place = (number << BITS) + locked.size
    cases, types, subject_of = locked.cases, locked.types, vault.subject_of
    entries, digests, leaves = [], [], []
    openings: list[Unlocked] = []
    subjects: set[str] = set()
    tags: list[tuple[str, int]] = []
    for entry in verdict.entries:
        leaf, case, name = entry.leaf, entry.case, entry.type
        kind = types.get(name) or locked.number_of_type(name)
        sealed_case = False
        for opening in entry.openings:
            slot = opening.slot
            sealed_case |= slot == CASE_SLOT
            digest = opened_as(opening)
            subject = subject_of(name, entry.id, entry.stream, case, slot)
            subjects.add(subject)
            openings.append((place, slot, subject, digest, opening.text, entry.id))
            digests.append(digest)
        # A sealed case is filed by its own record: in the clear it would count bids.
        file = None if case is None or sealed_case else cases.get(case) or locked.number_of_case(case)
        entries.append((place, leaf, entry.id, kind, file, now, entry.raw))
        leaves.append(leaf)
        digests += entry.closed
        if entry.tags:
            tags += [(tag, place) for tag in entry.tags]
        place += 1
    insert = connection.executemany
    insert("INSERT INTO entry VALUES (?, ?, ?, ?, ?, ?, ?)", entries)
    if openings:
        insert("INSERT INTO vault VALUES (?, ?, ?, ?, ?)", lock_all(openings, log, vault.keys.make(subjects, first)))
    if digests:
        # In order: neighbours share a page.
        insert("INSERT INTO digest VALUES (?, ?)", [(number, digest) for digest in sorted(digests)])
    if tags:
        insert("INSERT OR IGNORE INTO tag VALUES (?, ?)", tags)
    insert(
        "INSERT INTO submission VALUES (?, ?, ?, ?, ?)",
        [
            (number, vault.name(one.key), vault.name(one.command), start, len(one.entries))
            for one, start in verdict.accepted
        ],
    )
    insert(
        "INSERT OR REPLACE INTO stream VALUES (?, ?, ?, ?, ?)",
        [(number, stream, *end) for stream, end in verdict.moved.items()],
    )
    frontier, root, kept = grow(locked.frontier, leaves)
    if kept:
        insert("INSERT INTO node VALUES (?, ?, ?, ?)", [(number, *node) for node in kept])
    connection.execute(
        "UPDATE log SET size = ?, frontier = ?, root = ?, register_head = ?, register_leaf = ?, last_at = ?"
        " WHERE number = ?",
        (locked.size + len(leaves), frontier, root, verdict.register_head, verdict.register_leaf, now, number),
    )
    return frontier
