"""What becomes of each submission of a batch: the rules that every engine keeps, without any engine.

- Judged in order, each against the database and what the batch accepted before it.
- First the idempotency key, then time, the key register, streams, conditions, and what may stand once in a log.
- A refused submission leaves no trace.
"""

from __future__ import annotations

import hashlib
from binascii import b2a_base64
from collections.abc import Callable, Sequence

import msgspec

from fairplace.errors import Malformed, Unproven
from fairplace.ledger.entry import MAX_BYTES
from fairplace.ledger.note import b64
from fairplace.ledger.register import TYPES as REGISTER_TYPES
from fairplace.ledger.store.port import Committed, Conflict, Duplicate, NewEntry, Result, Submission
from fairplace.terms import CaseId, Instant, LeafHash

_sha256 = hashlib.sha256


StreamEnd = tuple[int, LeafHash, int]
"""`n`, leaf and index of a stream's newest event."""

Accepted = tuple[Submission, int]
"""A submission that is to be written, and the index of its first entry."""


class Known(msgspec.Struct, kw_only=True):
    """What the database says under the lock, as far as this batch asks for it.

    `streams` are the ends of the streams that the batch extends. `newest` gives the index of the newest entry of a case
    and type (-1: none). `before` finds a command that was committed under a key. `taken` says what of an entry the log
    already has. A batch that is not `careful` leaves repeated keys, ids and digests to the engine's unique indexes and
    asks for a key only before it refuses.
    """

    size: int
    register_head: int
    register_leaf: str
    now: Instant
    streams: dict[str, StreamEnd]
    newest: Callable[[CaseId, str], int]
    before: Callable[[str], tuple[str, Duplicate] | None]
    taken: Callable[[NewEntry, Sequence[bytes]], str | None]
    careful: bool


def check(submissions: Sequence[Submission]) -> None:
    """Is every submission in itself what it says? A wrong leaf would spoil the tree for everybody."""
    for submission in submissions:
        if not submission.entries:
            raise Malformed(f"the submission {submission.key} has no entry; it needs one at least")
        for entry in submission.entries:
            if _sha256(b"\0" + entry.raw).digest() != entry.leaf:  # RFC 6962, section 2.1
                raise Unproven(f"the leaf of {entry.id} is {b64(entry.leaf)}, its bytes give another")
            if len(entry.raw) > MAX_BYTES:
                raise Malformed(f"an entry of {len(entry.raw)} bytes came; at most {MAX_BYTES} are allowed")


def judge(submissions: Sequence[Submission], known: Known) -> Verdict:
    verdict = Verdict(known)
    for submission in submissions:
        verdict.take(submission)
    return verdict


class Verdict:
    """The results in order, and what is to be written for the accepted submissions."""

    def __init__(self, known: Known) -> None:
        self.known = known
        self.results: list[Result] = []
        self.accepted: list[Accepted] = []
        self.entries: list[NewEntry] = []
        self.digests: list[bytes] = []
        self.streams = known.streams
        self.moved: set[str] = set()  # streams whose ends are new
        self.register_head = known.register_head
        self.register_leaf = known.register_leaf
        self._newest: dict[tuple[CaseId, str], int] = {}
        self._keys: dict[str, Accepted] = {}  # of this batch, as far as somebody asked
        self._once: set[str | bytes] = set()  # ids and digests of this batch, when it is careful

    def take(self, submission: Submission) -> None:
        before = self._before(submission.key) if self.known.careful else None
        if before is None:
            result = self._untimely(submission) or self._broken(submission) or self._fit(submission)
            if type(result) is not Conflict or (before := self._before(submission.key)) is None:
                self.results.append(result)
                return
        self.results.append(_repeated(submission, *before))

    def _before(self, key: str) -> tuple[str, Duplicate] | None:
        """What was committed under this key, by this batch or before it."""
        for accepted in self.accepted[len(self._keys) :]:
            self._keys[accepted[0].key] = accepted
        if (found := self._keys.get(key)) is None:
            return self.known.before(key)
        submission, first = found
        size = first + len(submission.entries)
        leaves = tuple(_text(entry.leaf) for entry in submission.entries)
        return submission.command, Duplicate(indexes=tuple(range(first, size)), leaves=leaves, size=size)

    def _untimely(self, submission: Submission) -> Conflict | None:
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

    def _broken(self, submission: Submission) -> Conflict | None:
        for condition in submission.conditions:
            for name in condition.types:
                pair = (condition.case, name)
                found = self._newest.get(pair)
                if found is None:
                    found = self._newest[pair] = self.known.newest(*pair)
                if found > condition.after:
                    return Conflict(
                        kind="condition",
                        message=f"the case has changed since: entry {found}, {name}, came after entry {condition.after};"
                        " read it and decide again",
                    )
        return None

    def _fit(self, submission: Submission) -> Result:
        """The entries follow their streams and are new to the log; then they are taken in."""
        first = self.known.size + len(self.entries)
        if len(submission.entries) > 1:
            return self._fit_all(submission, first)
        # By far the usual case: a command gives one event.
        entry = submission.entries[0]
        end = self.streams.get(entry.stream)
        if not _follows(entry, end):
            return Conflict(kind="stream", message=_does_not_follow(entry, end))
        digests = _digests(entry)
        if self.known.careful and (refused := self._repeats(entry, digests, set())):
            return refused
        leaf = _text(entry.leaf)
        self._take_in(entry, first, leaf, digests)
        self.accepted.append((submission, first))
        return Committed(indexes=(first,), leaves=(leaf,), size=first + 1)

    def _fit_all(self, submission: Submission, first: int) -> Result:
        ends: dict[str, StreamEnd] = {}
        once: set[str | bytes] = set()
        taken = []
        for index, entry in enumerate(submission.entries, first):
            end = ends.get(entry.stream) or self.streams.get(entry.stream)
            if not _follows(entry, end):
                return Conflict(kind="stream", message=_does_not_follow(entry, end))
            digests = _digests(entry)
            if self.known.careful and (refused := self._repeats(entry, digests, once)):
                return refused
            leaf = _text(entry.leaf)
            ends[entry.stream] = (entry.n, leaf, index)
            taken.append((entry, index, leaf, digests))
        for one in taken:
            self._take_in(*one)
        self.accepted.append((submission, first))
        size = first + len(taken)
        return Committed(indexes=tuple(range(first, size)), leaves=tuple(leaf for _, _, leaf, _ in taken), size=size)

    def _repeats(self, entry: NewEntry, digests: list[bytes], own: set[str | bytes]) -> Conflict | None:
        """Does it repeat an id or a digest of the log, of this batch, or of its own submission (`own`)?"""
        if taken := self.known.taken(entry, digests):
            return Conflict(kind="digest", message=f"the log already has {taken} of the entry {entry.id}")
        names: list[str | bytes] = [entry.id, *digests]
        if len({*names}) < len(names) or not (own.isdisjoint(names) and self._once.isdisjoint(names)):
            return Conflict(kind="digest", message=f"the entry {entry.id} repeats an id or a sealed digest")
        own.update(names)
        return None

    def _take_in(self, entry: NewEntry, index: int, leaf: LeafHash, digests: list[bytes]) -> None:
        self.entries.append(entry)
        self.digests += digests
        self.streams[entry.stream] = (entry.n, leaf, index)
        self.moved.add(entry.stream)
        if entry.case is not None:
            self._newest[entry.case, entry.type] = index
        if entry.type in REGISTER_TYPES:
            self.register_head, self.register_leaf = index, leaf
        if self.known.careful:
            self._once.update((entry.id, *digests))


def _text(leaf: bytes) -> LeafHash:
    return b2a_base64(leaf, newline=False).decode()


def _digests(entry: NewEntry) -> list[bytes]:
    return [_sha256(opening.text.encode()).digest() for opening in entry.openings]


def _follows(entry: NewEntry, end: StreamEnd | None) -> bool:
    if end is None:
        return entry.n == 1 and not entry.prev
    return entry.n == end[0] + 1 and entry.prev == end[1]


def _repeated(submission: Submission, command: str, was: Duplicate) -> Result:
    if command != submission.command:
        return Conflict(
            kind="idempotency",
            message=f"the id {submission.key} was used for another command, entry {was.indexes[0]}; give a new id",
        )
    return was


def _does_not_follow(entry: NewEntry, end: StreamEnd | None) -> str:
    if end is None:
        return f"the stream {entry.stream} does not exist yet; its first event has n 1 and no prev, {entry.n} came"
    return f"the stream {entry.stream} ends at event {end[0]}, leaf {end[1]}; event {entry.n} on {entry.prev!r} came"
