"""From format 1, in which openings stood in the clear, to format 2, in which each is under its subject's key.

- One transaction: a register is of the one format or of the other, whatever stops the work in the middle.
- The keys are on the disk before it begins to write.
- Deleted pages are overwritten, and the journal is emptied afterwards: nothing of the clear text stays in the files.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from fairplace.errors import Misconfigured
from fairplace.ledger.disclosure import b64u
from fairplace.ledger.entry import HEADER
from fairplace.ledger.store.connection import Connection, statements
from fairplace.ledger.store.keys import KeyStore
from fairplace.ledger.store.vault import Bound, SubjectOf, lock, named

_PAGE = 500
_SCHEMA = Path(__file__).with_name("schema.sql").read_text("utf-8")
_CHANGED = ("vault", "vault_case", "submission", "chore")
_OPENINGS = """
    SELECT d.place, d.slot, d.text, e.id, e.raw, c.id, l.origin FROM disclosure AS d
    JOIN entry AS e ON e.place = d.place JOIN log AS l ON l.number = d.place >> 40
    LEFT JOIN cases AS c ON c.number = e.case_number
    WHERE (d.place, d.slot) > (?, ?) ORDER BY d.place, d.slot LIMIT ?"""


class _Head(msgspec.Struct):
    stream: str
    type: str


_head = msgspec.json.Decoder(_Head).decode


def upgrade(connection: Connection, version: int, keys: KeyStore, subject_of: SubjectOf) -> None:
    """Within one transaction of the register's file."""
    if version != 1:
        raise Misconfigured(f"a store of format {version} came; this program upgrades format 1")
    execute = connection.execute
    execute("ALTER TABLE submission RENAME TO submission_1")
    made = {name: text for text in statements(_SCHEMA) for name in _CHANGED if _makes(text, name)}
    for name in _CHANGED:
        execute(made[name])
    for page in _pages(connection):
        subjects = [
            subject_of(_head_of(raw).type, event, _head_of(raw).stream, case, slot)
            for _, slot, _, event, raw, case, _ in page
        ]
        ciphers = keys.make(set(subjects), 0)
        rows = []
        for (place, slot, text, event, _, _, log), subject in zip(page, subjects, strict=True):
            digest = hashlib.sha256(text.encode("ascii")).digest()
            record = lock(ciphers[subject], text, Bound(log, event, b64u(digest)))
            rows.append((place, slot, subject, digest, record))
        connection.executemany("INSERT INTO vault VALUES (?, ?, ?, ?, ?)", rows)
    for log, key, command, first, count in execute("SELECT * FROM submission_1").fetchall():
        names = named(keys.names_key, key), named(keys.names_key, command)
        execute("INSERT INTO submission VALUES (?, ?, ?, ?, ?)", (log, *names, first, count))
    _unfile(connection)
    execute("DROP TABLE disclosure")
    execute("DROP TABLE submission_1")
    execute("INSERT OR IGNORE INTO chore VALUES ('scrub'), ('documents')")


def _unfile(connection: Connection) -> None:
    """Take away under which case a deposit is filed: its own record says it."""
    execute = connection.execute
    [(trigger,)] = execute("SELECT sql FROM sqlite_schema WHERE name = 'entry_stays'").fetchall()
    execute("DROP TRIGGER entry_stays")
    execute("UPDATE entry SET case_number = NULL WHERE place IN (SELECT place FROM vault WHERE slot = '/case')")
    execute(trigger)


def _pages(connection: Connection) -> Iterator[list[tuple[Any, ...]]]:
    place, slot = -1, ""
    while page := connection.execute(_OPENINGS, (place, slot, _PAGE)).fetchall():
        place, slot = page[-1][:2]
        yield page


def _head_of(raw: bytes) -> _Head:
    return _head(raw[len(HEADER) : raw.find(b"\n\n", len(HEADER))])


def _makes(statement: str, name: str) -> bool:
    return f"CREATE TABLE {name} (" in statement or f"CREATE INDEX {name} ON" in statement
