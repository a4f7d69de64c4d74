"""Every row of a log held against its entries: what the file says beside them must follow from them.

- One sentence for each fault, which names the entry or the row: whoever changed it with an owner's rights is told on.
- `PRIVATE` names the columns that nothing rests on which others could check, each with the reason.
- Whether the entries themselves are what was signed, the publisher proves before it signs, and the checker afterwards.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from fairplace.errors import FairplaceError
from fairplace.ledger import disclosure, entry
from fairplace.ledger.checkpoint import Checkpoint
from fairplace.ledger.disclosure import Opening
from fairplace.ledger.entry import Entry
from fairplace.ledger.note import Vkey, b64
from fairplace.ledger.register import TYPES as REGISTER_TYPES
from fairplace.ledger.register import KeyRegister
from fairplace.ledger.store.connection import Connection
from fairplace.ledger.store.growth import Kept, grow
from fairplace.ledger.store.sqlite import SqliteStore
from fairplace.ledger.store.sqlite_reads import BITS
from fairplace.ledger.tree import leaf_hash, subtree_root

PRIVATE: Mapping[str, str] = {
    "entry.recorded_at": "the server's own note of when an entry came, held between those of its neighbours; rules,"
    " pages and proofs read the signed `at`, and deadlines were judged before the entry was taken in",
    "submission.key": "the id of a command, known to whoever sent it: it keeps the same command from being recorded twice",
    "submission.command": "the digest of a command, beside its id",
    "checkpoint.number": "the order of several signatures over one size, each of which is good",
    "log.number": "a number within this file, which all its tables share",
    "type.number": "a number within this file; the name that it stands for is held against each entry",
    "cases.number": "a number within this file; the case that it stands for is held against each entry",
    "chore.name": "what this program has still to tidy up in the file after a crash",
    "tag.tag": "only for the library's own view of a log; a register's log has none",
    "tag.place": "beside tag.tag, for the library's own view alone",
}

TAKEN_BACK = "taken back "
"""With the entry's id: the key of an entry that came back from a published copy. What it sealed may be lost, and said so."""

_NAMED = {
    "stream": "id",
    "node": "level || '/' || number",
    "submission": "'of entry ' || first",
    "digest": "lower(hex(digest))",
    "cases": "id",
    "checkpoint": "'of size ' || size",
}
"""Tables with a log, and how a row of each is named."""

_PAGE = 500


def faults(store: SqliteStore, log: str) -> Iterator[str]:
    """Everything in the file that does not follow from the entries of this log."""
    connection, number, size = store.reading(log)
    if not number:
        yield f"the log {log} is not in the file"
        return
    yield from _Looking(store, connection, log, number, size).all()


class _Looking:
    """One look over a log, from its first row to its last."""

    def __init__(self, store: SqliteStore, connection: Connection, log: str, number: int, size: int) -> None:
        self._store = store
        self._connection = connection
        self._log = log
        self._number = number
        self._size = size
        self._frontier = bytes(8)
        self._root = b""
        self._nodes: dict[tuple[int, int], bytes] = {}
        self._streams: dict[str, tuple[int, str, int]] = {}
        self._cases: list[str] = []  # in the order of their first entries
        self._types: set[str] = set()
        self._digests: dict[bytes, int] = {}
        self._slots: set[tuple[int, str]] = set()
        self._register = KeyRegister()
        self._leaves: list[bytes] = []
        self._newest = ""

    def all(self) -> Iterator[str]:
        yield from self._rows()
        yield from self._head()
        yield from self._strays()
        yield from self._tables()
        yield from self._sealed()
        yield from self._checkpoints()

    # Entries

    def _rows(self) -> Iterator[str]:
        base, expected = self._number << BITS, 0
        for place, leaf, identity, kind, case, at, raw in self._in_order(base):
            index = place - base
            while expected < index and expected < self._size:
                yield f"entry {expected} is missing"
                expected += 1
            expected = index + 1
            if index >= self._size:
                yield f"entry {index} stands beyond the head, which has {self._size} entries"
                continue
            own = leaf_hash(raw)
            if leaf != own:
                yield f"entry {index}: its leaf hash is not that of its bytes"
            try:
                one = entry.parse(raw)
            except FairplaceError as error:
                yield f"entry {index}: its bytes are no entry: {error}"
                self._grow([own])
                continue
            yield from (f"entry {index}: {why}" for why in self._beside(index, one, identity, kind, case, at))
            self._grow([own])
        while expected < self._size:
            yield f"entry {expected} is missing"
            expected += 1

    def _in_order(self, base: int) -> Iterator[tuple[Any, ...]]:
        at, end = base, (self._number + 1) << BITS
        query = """
            SELECT place, leaf, entry.id, type.name, cases.id, recorded_at, raw FROM entry
            LEFT JOIN type ON type.number = entry.type LEFT JOIN cases ON cases.number = entry.case_number
            WHERE place >= ? AND place < ? ORDER BY place LIMIT ?"""
        while rows := self._connection.execute(query, (at, end, _PAGE)).fetchall():
            yield from rows
            at = rows[-1][0] + 1

    def _beside(
        self, index: int, one: Entry, identity: str, kind: str | None, case: str | None, at: str
    ) -> Iterator[str]:
        """What stands in the other columns of its row, and where it stands in its stream."""
        envelope = one.envelope
        if identity != envelope.id:
            yield f"its row has the id {identity!r}, its bytes {envelope.id}"
        if kind != envelope.type:
            yield f"its row has the type {kind!r}, its bytes {envelope.type}"
        named = envelope.body.get("case")
        if case != named:  # a deposit seals its case, and is filed by that
            yield f"its row has the case {case!r}, its bytes {named!r}"
        if envelope.log != self._log:
            yield f"it is of the log {envelope.log}"
        n, prev, _ = self._streams.get(envelope.stream, (0, "", -1))
        if (envelope.n, envelope.prev) != (n + 1, prev):
            yield f"it is event {envelope.n} of its stream, which has {n} before it"
        if at < self._newest:
            yield f"it was recorded at {at}, before the entry in front of it, at {self._newest}"
        self._newest = max(self._newest, at)
        self._streams[envelope.stream] = (envelope.n, one.leaf_text, index)
        self._types.add(envelope.type)
        if case is not None and case not in self._cases:
            self._cases.append(case)
        for slot, seal in envelope.sealed.items():
            self._slots.add((index, slot))
            self._digests[disclosure.digest_bytes(seal)] = index
        if envelope.type in REGISTER_TYPES:
            try:
                self._register.apply(index, one.leaf, envelope)
            except FairplaceError as error:
                yield f"it does not fit the key register: {error}"

    def _grow(self, leaves: list[bytes]) -> None:
        self._frontier, self._root, kept = grow(self._frontier, leaves)
        self._leaves += leaves
        self._nodes |= {(one.level, one.number): one.hash for one in map(Kept._make, kept)}

    # What is kept beside them

    def _head(self) -> Iterator[str]:
        row = self._connection.execute(
            "SELECT frontier, root, register_head, register_leaf, last_at FROM log WHERE number = ?", (self._number,)
        ).fetchone()
        if row is None:
            return
        right = (self._frontier, self._root, self._register.head_index, self._register.head_leaf, self._newest)
        for name, came, expected in zip(
            ("frontier", "root", "register_head", "register_leaf", "last_at"), row, right, strict=True
        ):
            if came != expected:
                yield f"the head's {name} is not what the {self._size} entries give"
        for (origin,) in self._connection.execute(
            "SELECT origin FROM log WHERE number != ? AND size = 0", (self._number,)
        ):
            yield f"the head of {origin!r} has no entries"

    def _strays(self) -> Iterator[str]:
        """Rows of no log: they were moved away, or put there."""
        for table, name in _NAMED.items():
            query = f"SELECT {name} FROM {table} WHERE log NOT IN (SELECT number FROM log) ORDER BY 1"  # noqa: S608 - ours
            for (row,) in self._connection.execute(query):
                yield f"{table} {row}: it is of no log in the file"

    def _tables(self) -> Iterator[str]:
        streams = {key: tuple(rest) for key, *rest in self._all("SELECT id, n, leaf, head FROM stream WHERE log = ?")}
        yield from _different("stream", streams, self._streams)
        nodes = {
            (level, n): value for level, n, value in self._all("SELECT level, number, hash FROM node WHERE log = ?")
        }
        yield from _different("node", nodes, self._nodes)
        cases = [case for (case,) in self._all("SELECT id FROM cases WHERE log = ? ORDER BY number")]
        if cases != self._cases:
            first = next((str(one) for one, other in zip(cases, self._cases, strict=False) if one != other), "")
            first = first or str(next(iter(set(cases) ^ set(self._cases)), ""))
            yield f"case {first}: the table of cases does not follow from the entries"
        for (name,) in self._connection.execute(
            "SELECT name FROM type WHERE number NOT IN (SELECT type FROM entry) ORDER BY name"
        ):
            yield f"type {name!r}: no entry is of it"
        at = 0
        for first_index, count in self._all("SELECT first, count FROM submission WHERE log = ? ORDER BY first, count"):
            if first_index != at or count < 1:
                yield f"entry {min(at, first_index)}: the commands that were taken in do not cover the log there"
            at = first_index + count
        if at != self._size:
            yield f"entry {min(at, self._size)}: the commands that were taken in do not cover the log there"
        digests = {digest for (digest,) in self._all("SELECT digest FROM digest WHERE log = ?")}
        for digest in sorted(digests ^ self._digests.keys()):
            whose = f"entry {self._digests[digest]}" if digest in self._digests else "no entry"
            yield f"digest {digest.hex()}, of {whose}: the digests that may not return are not those of the entries"

    def _all(self, query: str) -> list[tuple[Any, ...]]:
        return self._connection.execute(query, (self._number,)).fetchall()

    # What is sealed, and what was signed

    def _sealed(self) -> Iterator[str]:
        indexes = sorted({index for index, _ in self._slots})
        for start in range(0, len(indexes), _PAGE):
            for index in indexes[start : start + _PAGE]:
                yield from (f"entry {index}: {why}" for why in self._openings(index))
        base = self._number << BITS
        query = "SELECT place, slot, digest FROM vault WHERE place >> 40 = ? ORDER BY place, slot"
        for place, slot, digest in self._all(query):
            index = place - base
            if (index, slot) not in self._slots:
                yield f"entry {index}: a text of the slot {slot!r} is held, which it has not sealed"
            elif self._digests.get(digest) != index:
                yield f"entry {index}: the digest beside the text of {slot} is not the one that was sealed"

    def _openings(self, index: int) -> Iterator[str]:
        """Does each text that is held fit what was sealed, and is any missing?"""
        [stored] = self._store.entries(self._log, index, index + 1)
        envelope = entry.parse(stored.raw).envelope
        sealed = envelope.sealed
        try:
            held: Mapping[str, Opening] = self._store.openings(self._log, [index]).get(index, {})
            for opening in held.values():
                disclosure.check(sealed, opening)
        except FairplaceError as error:
            yield str(error)
            return
        missing = [slot for slot in sorted(sealed.keys() - held.keys()) if not self._store.is_erased(stored, slot)]
        if missing and self._store.by_key(self._log, TAKEN_BACK + envelope.id) is None:
            yield f"the text of {', '.join(missing)} is not held"

    def _checkpoints(self) -> Iterator[str]:
        keys = self._register.all_log_keys()
        for size, root, note in self._all(
            "SELECT size, root, note FROM checkpoint WHERE log = ? ORDER BY size, number"
        ):
            if why := self._wrong_with(size, root, note, keys):
                yield f"checkpoint of size {size}: {why}"

    def _wrong_with(self, size: int, root: bytes, note: bytes, keys: Iterable[Vkey]) -> str:
        try:
            read = Checkpoint.parse(note, keys)
        except FairplaceError as error:
            return str(error)
        if (read.origin, read.size, read.root) != (self._log, size, root):
            return f"its note is of size {read.size}, root {b64(read.root)}"
        if size > self._size or subtree_root(0, size, self._node) != root:
            return "the entries do not give its root"
        return ""

    def _node(self, level: int, index: int) -> bytes:
        if (value := self._nodes.get((level, index))) is not None:
            return value
        return grow(bytes(8), self._leaves[index << level : (index + 1) << level]).root


def _different(what: str, came: Mapping[Any, Any], right: Mapping[Any, Any]) -> Iterator[str]:
    """The rows that are not there, are there too many, or say something else."""
    for key in sorted(came.keys() | right.keys(), key=str):
        if came.get(key) != right.get(key):
            name = "/".join(map(str, key)) if isinstance(key, tuple) else key
            yield f"{what} {name}: it is not what the entries give"
