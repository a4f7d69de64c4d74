"""What becomes of each submission of a batch: the rules that every engine keeps, without any engine.

- Judged in order, each against the database and what the batch accepted before it.
- First the idempotency key, then time, the key register, streams, conditions, and what may stand once in a log.
- A refused submission leaves no trace.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from typing import NamedTuple

import msgspec

from fairplace.errors import Malformed, Unproven
from fairplace.ledger.entry import MAX_BYTES
from fairplace.ledger.note import b64
from fairplace.ledger.register import TYPES as REGISTER_TYPES
from fairplace.ledger.store.port import Committed, Condition, Conflict, Duplicate, NewEntry, Result, Submission
from fairplace.ledger.tree import leaf_hash
from fairplace.terms import Instant

_sha256 = hashlib.sha256


class StreamEnd(NamedTuple):
    n: int
    leaf: str
    at: int


class Known(msgspec.Struct, kw_only=True):
    """What the database says under the lock, as far as this batch asks for it.

    `keys` are the commands committed before among those of the batch; `streams` the ends of the streams it extends.
    `broken` gives the index of an entry that breaks a condition, and `taken` what of an entry the log already has:
    None where the engine's own unique indexes will tell.
    """

    size: int
    register_head: int
    register_leaf: str
    now: Instant
    keys: dict[str, tuple[str, Duplicate]]
    streams: dict[str, StreamEnd]
    broken: Callable[[Condition], int | None]
    taken: Callable[[NewEntry, Sequence[bytes]], str | None] | None = None


class Accepted(NamedTuple):
    """A submission that is to be written: `first` is the index of its first entry."""

    submission: Submission
    first: int


class Verdict(msgspec.Struct, kw_only=True):
    """The results in order, and what is to be written for the accepted ones."""

    results: list[Result]
    accepted: list[Accepted]
    entries: list[NewEntry]
    digests: list[bytes]
    streams: dict[str, StreamEnd]
    register_head: int
    register_leaf: str


def check(submissions: Sequence[Submission]) -> None:
    """Is every submission in itself what it says? A wrong leaf would spoil the tree for everybody."""
    for submission in submissions:
        if not submission.entries:
            raise Malformed(f"the submission {submission.key} has no entry; it needs one at least")
        for entry in submission.entries:
            if leaf_hash(entry.raw) != entry.leaf:
                raise Unproven(f"the leaf of {entry.id} is {b64(entry.leaf)}, its bytes give another")
            if len(entry.raw) > MAX_BYTES:
                raise Malformed(f"an entry of {len(entry.raw)} bytes came; at most {MAX_BYTES} are allowed")


def judge(submissions: Sequence[Submission], known: Known) -> Verdict:
    batch = _Batch(known)
    for submission in submissions:
        batch.take(submission)
    return Verdict(
        results=batch.results,
        accepted=batch.accepted,
        entries=batch.entries,
        digests=batch.digests,
        streams=batch.streams,
        register_head=batch.register_head,
        register_leaf=batch.register_leaf,
    )


class _Batch:
    def __init__(self, known: Known) -> None:
        self.known = known
        self.results: list[Result] = []
        self.accepted: list[Accepted] = []
        self.entries: list[NewEntry] = []
        self.digests: list[bytes] = []
        self.streams: dict[str, StreamEnd] = {}
        self.register_head = known.register_head
        self.register_leaf = known.register_leaf
        self._keys: dict[str, tuple[str, Committed]] = {}
        self._newest: dict[tuple[str, str], int] = {}  # case and type to the last index in this batch
        self._once: set[str | bytes] = set()  # ids and digests of this batch

    def take(self, submission: Submission) -> None:
        self.results.append(
            self._repeated(submission)
            or self._untimely(submission)
            or self._broken(submission)
            or self._fit(submission)
        )

    def _repeated(self, submission: Submission) -> Result | None:
        before = self._keys.get(submission.key) or self.known.keys.get(submission.key)
        if before is None:
            return None
        command, was = before
        if command != submission.command:
            return Conflict(
                kind="idempotency",
                message=f"the id {submission.key} was used for another command, entry {was.indexes[0]}; give a new id",
            )
        return Duplicate(indexes=was.indexes, leaves=was.leaves, size=was.size)

    def _untimely(self, submission: Submission) -> Result | None:
        now = self.known.now
        if submission.not_before is not None and now < submission.not_before:
            return Conflict(kind="early", message=f"it is {now}; this may be recorded from {submission.not_before} on")
        if submission.not_after is not None and now > submission.not_after:
            return Conflict(
                kind="deadline", message=f"it is {now}; this could be recorded until {submission.not_after}"
            )
        if submission.register_head != self.register_head:
            return Conflict(
                kind="keys",
                message=f"the signers were judged by the key register at entry {submission.register_head};"
                f" it now ends at entry {self.register_head}: judge them again",
            )
        return None

    def _broken(self, submission: Submission) -> Result | None:
        for condition in submission.conditions:
            found = max((self._newest.get((condition.case, name), -1) for name in condition.types), default=-1)
            if found <= condition.after:
                found = broken if (broken := self.known.broken(condition)) is not None else -1
            if found > condition.after:
                return Conflict(
                    kind="condition",
                    message=f"the case has changed since: entry {found} came after entry {condition.after};"
                    " read it and decide again",
                )
        return None

    def _fit(self, submission: Submission) -> Result:
        """The entries follow their streams and are new to the log; then they are taken in."""
        first = len(self.entries) + self.known.size
        streams: dict[str, StreamEnd] = {}
        once: set[str | bytes] = set()
        digests: list[bytes] = []
        for index, entry in enumerate(submission.entries, first):
            end = streams.get(entry.stream) or self.streams.get(entry.stream) or self.known.streams.get(entry.stream)
            if (entry.n, entry.prev) != ((end.n + 1, end.leaf) if end else (1, "")):
                return Conflict(kind="stream", message=_does_not_follow(entry, end))
            own = [_sha256(opening.text.encode("ascii")).digest() for opening in entry.openings]
            names: tuple[str | bytes, ...] = (entry.id, *own)
            for name in names:
                if name in once or name in self._once:
                    return Conflict(kind="digest", message=f"the entry {entry.id} repeats an id or a sealed digest")
                once.add(name)
            if self.known.taken is not None and (taken := self.known.taken(entry, own)):
                return Conflict(kind="digest", message=f"the log already has {taken} of the entry {entry.id}")
            digests += own
            streams[entry.stream] = StreamEnd(entry.n, b64(entry.leaf), index)
        self._keep(submission, first, streams)
        self.digests += digests
        self._once |= once
        count = len(submission.entries)
        result = Committed(
            indexes=tuple(range(first, first + count)),
            leaves=tuple([b64(entry.leaf) for entry in submission.entries])
            if count > 1
            else (streams[submission.entries[0].stream].leaf,),
            size=first + count,
        )
        self._keys[submission.key] = (submission.command, result)
        return result

    def _keep(self, submission: Submission, first: int, streams: dict[str, StreamEnd]) -> None:
        self.accepted.append(Accepted(submission, first))
        self.entries += submission.entries
        self.streams.update(streams)
        for index, entry in enumerate(submission.entries, first):
            if entry.case is not None:
                self._newest[entry.case, entry.type] = index
            if entry.type in REGISTER_TYPES:
                self.register_head, self.register_leaf = index, b64(entry.leaf)


def _does_not_follow(entry: NewEntry, end: StreamEnd | None) -> str:
    if end is None:
        return f"the stream {entry.stream} does not exist yet; its first event has n 1 and no prev, {entry.n} came"
    return f"the stream {entry.stream} ends at event {end.n}, leaf {end.leaf}; event {entry.n} on {entry.prev!r} came"
