"""What becomes of each submission of a batch: the rules that every engine keeps, without any engine.

- Judged in order, each against the database and what the batch accepted before it.
- First the idempotency key, then time, the key register, streams, conditions, and what may stand once in a log.
- A refused submission leaves no trace.
"""

from __future__ import annotations

import hashlib
from binascii import b2a_base64
from collections.abc import Sequence

from fairplace.errors import Malformed, Unproven
from fairplace.ledger.disclosure import Opening
from fairplace.ledger.entry import MAX_BYTES
from fairplace.ledger.note import b64
from fairplace.ledger.register import TYPES as REGISTER_TYPES
from fairplace.ledger.store.port import Committed, Conflict, Duplicate, NewEntry, Result, Submission
from fairplace.terms import CaseId, Instant, LeafHash

_sha256 = hashlib.sha256


StreamEnd = tuple[int, LeafHash, int]
"""`n`, leaf and index of a stream's newest event."""

Newest = dict[tuple[CaseId, str], int]
"""The index of the newest entry of a case and type (-1: none)."""

Accepted = tuple[Submission, int]
"""A submission that is to be written, and the index of its first entry."""


class Known:
    """What the database says under the lock, as far as this batch asks for it.

    `streams` are the ends of the streams that the batch extends; `known_newest` is what needs not be asked, and is
    brought up to date by judging. A batch that is not `careful` leaves repeated keys, ids
    and digests to the engine's unique indexes and asks for a key only before it refuses.
    """

    __slots__ = ("careful", "known_newest", "now", "register_head", "register_leaf", "size", "streams")

    size: int
    register_head: int
    register_leaf: str
    now: Instant
    streams: dict[str, StreamEnd]
    known_newest: Newest
    careful: bool

    def newest(self, case: CaseId, name: str) -> int:
        """What the database says where it is not known."""
        raise NotImplementedError

    def before(self, submission: Submission) -> tuple[bool, Duplicate] | None:
        """What was committed under a submission's key, and whether it was the same command."""
        raise NotImplementedError

    def taken(self, entry: NewEntry, digests: Sequence[bytes]) -> str | None:
        """What of an entry the log already has."""
        raise NotImplementedError


def check(submissions: Sequence[Submission]) -> None:
    """Is every submission in itself what it says? A wrong leaf would spoil the tree for everybody."""
    for submission in submissions:
        if not (entries := submission.entries):
            raise Malformed(f"the submission {submission.key} has no entry; it needs one at least")
        for entry in entries:
            raw = entry.raw
            if _sha256(b"\0" + raw).digest() != entry.leaf:  # RFC 6962, section 2.1
                raise Unproven(f"the leaf of {entry.id} is {b64(entry.leaf)}, its bytes give another")
            if len(raw) > MAX_BYTES:
                raise Malformed(f"an entry of {len(raw)} bytes came; at most {MAX_BYTES} are allowed")


def judge(submissions: Sequence[Submission], known: Known) -> Verdict:
    verdict = Verdict(known)
    for submission in submissions:
        verdict.results.append(verdict.take(submission))
    return verdict


class Verdict:
    """The results in order, and what is to be written for the accepted submissions."""

    def __init__(self, known: Known) -> None:
        self.known = known
        self.results: list[Result] = []
        self.accepted: list[Accepted] = []
        self.entries: list[NewEntry] = []
        self.moved: dict[str, StreamEnd] = {}  # streams whose ends are new
        self.register_head = known.register_head
        self.register_leaf = known.register_leaf
        self._newest = known.known_newest
        self._keys: dict[str, Accepted] = {}  # of this batch, as far as somebody asked
        self._once: set[str | bytes] = set()  # ids and digests of this batch, when it is careful

    def take(self, submission: Submission) -> Result:
        if self.known.careful and (before := self._before(submission)):
            return _repeated(submission, *before)
        refused = self._untimely(submission) or self._broken(submission)
        result = refused or self._fit(submission)
        if type(result) is Conflict and (before := self._before(submission)):
            return _repeated(submission, *before)
        return result

    def _before(self, submission: Submission) -> tuple[bool, Duplicate] | None:
        """What was committed under this key, by this batch or before it, and whether it was the same command."""
        for accepted in self.accepted[len(self._keys) :]:
            self._keys[accepted[0].key] = accepted
        if (found := self._keys.get(submission.key)) is None:
            return self.known.before(submission)
        earlier, first = found
        size = first + len(earlier.entries)
        leaves = tuple(_text(entry.leaf) for entry in earlier.entries)
        return earlier.command == submission.command, Duplicate(
            indexes=tuple(range(first, size)), leaves=leaves, size=size
        )

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
        first = index = self.known.size + len(self.entries)
        ends: dict[str, StreamEnd] = {}
        leaves: list[LeafHash] = []
        for entry in submission.entries:
            stream = entry.stream
            end = ends.get(stream) or self.moved.get(stream) or self.known.streams.get(stream)
            if entry.prev != end[1] or entry.n != end[0] + 1 if end else entry.prev or entry.n != 1:
                return Conflict(kind="stream", message=_does_not_follow(entry, end))
            leaf = _text(entry.leaf)
            ends[stream] = (entry.n, leaf, index)
            leaves.append(leaf)
            index += 1
        if self.known.careful and (repeated := self._repeats(submission)):
            return repeated
        self._take_in(submission, first, leaves)
        self.moved.update(ends)
        return Committed(indexes=tuple(range(first, index)), leaves=tuple(leaves), size=index)

    def _repeats(self, submission: Submission) -> Conflict | None:
        """Does an entry repeat an id or a digest of the log, of this batch, or of its own submission?"""
        own: set[str | bytes] = set()
        for entry in submission.entries:
            digests = [opened_as(opening) for opening in entry.openings]
            if taken := self.known.taken(entry, digests):
                return Conflict(kind="digest", message=f"the log already has {taken} of the entry {entry.id}")
            names: list[str | bytes] = [entry.id, *digests]
            if len({*names}) < len(names) or not (own.isdisjoint(names) and self._once.isdisjoint(names)):
                return Conflict(kind="digest", message=f"the entry {entry.id} repeats an id or a sealed digest")
            own.update(names)
        self._once |= own
        return None

    def _take_in(self, submission: Submission, first: int, leaves: Sequence[LeafHash]) -> None:
        for index, entry in enumerate(submission.entries, first):
            if entry.case is not None:
                self._newest[entry.case, entry.type] = index
            if entry.type in REGISTER_TYPES:
                self.register_head, self.register_leaf = index, leaves[index - first]
        self.entries += submission.entries
        self.accepted.append((submission, first))


def opened_as(opening: Opening) -> bytes:
    """The digest that may stand once in a log."""
    return _sha256(opening.text.encode()).digest()


def _text(leaf: bytes) -> LeafHash:
    return b2a_base64(leaf, newline=False).decode()


def _repeated(submission: Submission, same: bool, was: Duplicate) -> Result:
    if not same:
        return Conflict(
            kind="idempotency",
            message=f"the id {submission.key} was used for another command, entry {was.indexes[0]}; give a new id",
        )
    return was


def _does_not_follow(entry: NewEntry, end: StreamEnd | None) -> str:
    if end is None:
        return f"the stream {entry.stream} does not exist yet; its first event has n 1 and no prev, {entry.n} came"
    return f"the stream {entry.stream} ends at event {end[0]}, leaf {end[1]}; event {entry.n} on {entry.prev!r} came"
