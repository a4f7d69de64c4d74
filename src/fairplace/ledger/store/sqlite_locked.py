"""What an SQLite file says of a log under the lock, as far as a batch asks; nothing of it outlives the transaction."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import msgspec

from fairplace.ledger.store.connection import Connection
from fairplace.ledger.store.filing import Filing
from fairplace.ledger.store.judging import Known, Newest, StreamEnd
from fairplace.ledger.store.port import Duplicate, NewEntry, Submission
from fairplace.ledger.store.sqlite_reads import BITS, duplicate
from fairplace.terms import CaseId, Instant

MOST_KNOWN = 100_000
"""Of each kind that are remembered; then it begins anew."""

_HEAD = "SELECT number, size, frontier, register_head, register_leaf, last_at FROM log WHERE origin = ?"
_HEAD_AND_STREAM = """
    SELECT number, size, frontier, register_head, register_leaf, last_at, n, leaf, head
    FROM log LEFT JOIN stream ON stream.log = log.number AND stream.id = ? WHERE origin = ?"""
_STREAMS = "SELECT id, n, leaf, head FROM stream WHERE log = ? AND id IN (SELECT value FROM json_each(?))"
_NEWEST = "SELECT max(place) FROM entry WHERE type = ? AND case_number = ?"
_TYPE = "SELECT number FROM type WHERE name = ?"
_CASE = "SELECT number FROM cases WHERE log = ? AND id = ?"
_BEFORE = "SELECT command, first, count FROM submission WHERE log = ? AND key = ?"
_HAS_ID = "SELECT 1 FROM entry WHERE id = ? AND place >> 40 = ?"
_HAS_LEAF = "SELECT 1 FROM entry WHERE leaf = ? AND place >> 40 = ?"
_HAS_DIGEST = "SELECT 1 FROM digest WHERE digest = ? AND log = ?"

_NO_LOG: tuple[Any, ...] = (0, 0, bytes(8), -1, "", None)

_json = msgspec.json.encode


class Memory:
    """What this process knows of the file without asking: only such as is durable, and cannot be otherwise now."""

    def __init__(self) -> None:
        self.types: dict[str, int] = {}
        self.cases: dict[tuple[int, CaseId], int] = {}
        self._newest: dict[int, tuple[bytes, Newest]] = {}

    def newest(self, log: int, frontier: bytes) -> Newest:
        """The newest entries by case and type, as far as they are known, of a log whose frontier is still this one.

        Given to one transaction only, which may write into it.
        """
        was, newest = self._newest.pop(log, (b"", {}))
        return newest if was == frontier and len(newest) < MOST_KNOWN else {}

    def keep(self, locked: Locked, frontier: bytes) -> None:
        """What this transaction looked up or gave; it is committed now, and made the frontier this one."""
        self.types.update(locked.types)
        if len(self.cases) > MOST_KNOWN:
            self.cases = {}
        for case, number in locked.cases.items():
            if number:
                self.cases[locked.number, case] = number
        self._newest[locked.number] = frontier, locked.known_newest


class Locked(Known):
    """A log under the lock. `number` is 0 until it has an entry."""

    __slots__ = ("_connection", "_memory", "cases", "filing", "frontier", "last_at", "name", "number", "types")

    number: int
    filing: Filing
    frontier: bytes
    last_at: Instant | None

    def __init__(
        self,
        connection: Connection,
        log: str,
        submissions: Sequence[Submission],
        memory: Memory,
        name: Callable[[str], bytes],
        *,
        careful: bool,
    ) -> None:
        """Read the head, and the ends of the streams that the batch extends.

        `name` gives what stands for an idempotency key and a command; the sealed cases are to be given as `filing`.
        """
        self.careful = careful
        self.name = name
        self._connection = connection
        self._memory = memory
        self.types: dict[str, int] = {}  # of this batch
        self.cases: dict[CaseId, int] = {}  # of this batch; 0: the log does not have it yet
        if len(submissions) == 1 and len(submissions[0].entries) == 1:
            stream = submissions[0].entries[0].stream
            found = connection.execute(_HEAD_AND_STREAM, (stream, log)).fetchone() or (*_NO_LOG, None)
            self.streams = {} if found[6] is None else {stream: found[6:]}
        else:
            found = connection.execute(_HEAD, (log,)).fetchone() or _NO_LOG
            self.streams = self._ends(found[0], submissions)
        self.number, self.size, self.frontier, self.register_head, self.register_leaf, self.last_at = found[:6]
        self.known_newest = memory.newest(self.number, self.frontier)

    def _ends(self, number: int, submissions: Sequence[Submission]) -> dict[str, StreamEnd]:
        names = sorted({entry.stream for submission in submissions for entry in submission.entries})
        ends = self._connection.execute(_STREAMS, (number, _json(names)))
        return {stream: (n, leaf, head) for stream, n, leaf, head in ends.fetchall()}

    # What judging asks

    def newest(self, case: CaseId, name: str) -> int:
        kind = self._memory.types.get(name) or self._found(_TYPE, name)
        place = self.filing.newest(case, kind)
        if kind and (file := self._case(case)):
            found = self._connection.execute(_NEWEST, (kind, file)).fetchone()[0]
            place = place if found is None else max(place, found)
        return -1 if place < 0 else place - (self.number << BITS)

    def before(self, submission: Submission) -> tuple[bool, Duplicate] | None:
        found = self._connection.execute(_BEFORE, (self.number, self.name(submission.key))).fetchone()
        if not found:
            return None
        same = found[0] == self.name(submission.command)
        return same, duplicate(self._connection, self.number, *found[1:])

    def taken(self, entry: NewEntry, digests: Sequence[bytes]) -> str | None:
        for what, sql, values in (
            ("the id", _HAS_ID, (entry.id,)),
            ("the leaf", _HAS_LEAF, (entry.leaf,)),
            ("a sealed digest", _HAS_DIGEST, digests),
        ):
            for value in values:
                if self._connection.execute(sql, (value, self.number)).fetchone():
                    return what
        return None

    # The numbers of logs, types and cases, given where they are new

    def number_of_log(self, origin: str) -> int:
        if not self.number:
            self.number = self._given("INSERT INTO log (origin) VALUES (?)", origin)
        return self.number

    def number_of_type(self, name: str) -> int:
        """One of the batch's types, for the first time in it."""
        number = self._memory.types.get(name) or self._found(_TYPE, name)
        number = self.types[name] = number or self._given("INSERT INTO type (name) VALUES (?)", name)
        return number

    def number_of_case(self, case: CaseId) -> int:
        if found := self._case(case):
            return found
        number = self.cases[case] = self._given("INSERT INTO cases (log, id) VALUES (?, ?)", self.number, case)
        return number

    def _case(self, case: CaseId) -> int:
        """0 for one that the log does not have."""
        if (found := self.cases.get(case)) is None:
            key = self.number, case
            found = self.cases[case] = self._memory.cases.get(key) or self._found(_CASE, *key)
        return found

    def _found(self, sql: str, *values: object) -> int:
        found: tuple[int] | None = self._connection.execute(sql, values).fetchone()
        return found[0] if found else 0

    def _given(self, sql: str, *values: object) -> int:
        return self._connection.execute(sql, values).lastrowid or 0
