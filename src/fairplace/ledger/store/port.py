"""The contract that every store keeps.

- `append` judges submissions in order, under the head lock, against the database and what the batch already accepted.
- Each submission is atomic; a refused one does not harm its neighbours; indexes go only to accepted ones, without gaps.
- Commit and publish are two stages: a commit needs no log key and writes no file.
- Stored bytes are signed bytes; nothing is re-serialised, updated or deleted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Literal, NamedTuple, Protocol

import msgspec

from fairplace.ledger.disclosure import Opening
from fairplace.terms import CaseId, Instant, LeafHash


class NewEntry(msgspec.Struct, frozen=True, kw_only=True):
    """An entry to be stored, with what the store must know of it without reading it.

    `case` is private to the store: a deposit's body hides it. `openings` are those of the entry's own slots; `closed` the
    digests of those that are not at hand: they may not return either.
    """

    raw: bytes
    leaf: bytes
    id: str
    type: str
    stream: str
    n: int
    prev: LeafHash | Literal[""]
    case: CaseId | None
    openings: tuple[Opening, ...] = ()
    closed: tuple[bytes, ...] = ()
    tags: tuple[str, ...] = ()


class Condition(msgspec.Struct, frozen=True, kw_only=True):
    """Refuse when the case has an event of these types after this index (-1: any at all).

    The dynamic consistency boundary: what a decision rests on must not have changed since it was taken.
    """

    case: CaseId
    types: frozenset[str]
    after: int


class Submission(msgspec.Struct, frozen=True, kw_only=True):
    """What one command appends: all of it or nothing.

    `key` is the idempotency key (the command's id) and `command` the digest of the command; `register_head` is the
    index of the newest key-register entry by which the signers were judged (-1: none yet). `not_before` and
    `not_after` are inclusive, in UTC, and judged by the store's own clock under the head lock.
    """

    entries: tuple[NewEntry, ...]
    key: str
    command: str
    register_head: int
    conditions: tuple[Condition, ...] = ()
    not_before: Instant | None = None
    not_after: Instant | None = None


class Committed(msgspec.Struct, frozen=True, kw_only=True):
    """Durable. `indexes` and `leaves` are those of the submission's entries; `size` is the log's size after it."""

    indexes: tuple[int, ...]
    leaves: tuple[LeafHash, ...]
    size: int


class Duplicate(msgspec.Struct, frozen=True, kw_only=True):
    """The same command was committed before: its places then."""

    indexes: tuple[int, ...]
    leaves: tuple[LeafHash, ...]
    size: int


class Conflict(msgspec.Struct, frozen=True, kw_only=True):
    """Nothing of the submission was stored.

    `kind`: `stream` (n or prev is not the stream's head), `keys` (the register moved: judge the signers again),
    `condition`, `deadline` (after `not_after`), `early` (before `not_before`), `idempotency` (same key, other command),
    `digest` (a sealed digest or an entry id that the log already has).
    """

    kind: Literal["stream", "keys", "condition", "deadline", "early", "idempotency", "digest"]
    message: str


Result = Committed | Duplicate | Conflict


class Head(msgspec.Struct, frozen=True, kw_only=True):
    """The committed state of a log. `register_head` and `register_leaf` are the newest key-register entry (-1, "")."""

    size: int
    root: bytes
    register_head: int
    register_leaf: LeafHash | Literal[""]
    last_at: Instant | None  # recorded time of the newest entry: a clock behind it is refused


class StreamHead(msgspec.Struct, frozen=True, kw_only=True):
    n: int
    leaf: LeafHash
    index: int


class Stored(msgspec.Struct, frozen=True, kw_only=True):
    """An entry as stored. `recorded_at` is private: policies and projections read signed bytes only."""

    index: int
    raw: bytes
    leaf: bytes
    case: CaseId | None
    recorded_at: Instant


class Published(msgspec.Struct, frozen=True, kw_only=True):
    """A checkpoint that was signed and stored: its tree and the note itself."""

    size: int
    root: bytes
    note: bytes


class Lost(NamedTuple):
    """A checkpoint of a part of the log that was declared lost, and the index of the entry that declares it."""

    entry: int
    checkpoint: Published


class Store(Protocol):
    """A log of signed entries on one engine. Methods block; call them from a thread in a server."""

    def now(self) -> Instant:
        """The store's own clock, in UTC: what stamps `at` and judges deadlines."""
        ...

    def append(self, log: str, submissions: Sequence[Submission]) -> list[Result]:
        """Judge and commit, in order. Raises errors.Busy when the lock is held for more than 5 seconds."""
        ...

    def head(self, log: str) -> Head: ...

    def stream_head(self, log: str, stream: str) -> StreamHead | None: ...

    def by_key(self, log: str, key: str) -> Duplicate | None:
        """What a command's idempotency key was committed as: ask after a lost connection."""
        ...

    def entries(self, log: str, start: int = 0, stop: int | None = None) -> Iterator[Stored]:
        """Entries in log order from `start` (included) to `stop` (excluded), without loading all of them at once."""
        ...

    def case_entries(self, log: str, case: CaseId, stop: int | None = None) -> list[Stored]:
        """All entries of a case, sealed deposits included, in log order."""
        ...

    def cases(self, log: str) -> list[CaseId]:
        """Every case, in the order of its first entry."""
        ...

    def of_types(self, log: str, types: Sequence[str], start: int = 0, stop: int | None = None) -> Iterator[Stored]:
        """Entries of these types, in log order."""
        ...

    def by_leaf(self, log: str, leaf: bytes) -> Stored | None: ...

    def openings(
        self, log: str, indexes: Sequence[int], only: Mapping[int, AbstractSet[str]] | None = None
    ) -> Mapping[int, Mapping[str, Opening]]:
        """The openings held for these entries, by index and slot: private until disclosed.

        `only` names the slots that are wanted. One that was erased is not there; raises Misconfigured for one whose key
        is lost.
        """
        ...

    def node(self, log: str) -> Callable[[int, int], bytes]:
        """A getter of complete subtree hashes by (level, index), for proofs and tiles."""
        ...

    def checkpoints(self, log: str) -> list[Published]:
        """Every checkpoint ever stored, smallest first."""
        ...

    def last_checkpoint(self, log: str) -> Published | None: ...

    def lost(self, log: str) -> list[Lost]:
        """What was signed and then declared lost; none of it is among the checkpoints."""
        ...

    def put_lost(self, log: str, entry: int, checkpoints: Sequence[Published]) -> None:
        """Keep these as evidence of the loss that the entry at this index declares, or is about to."""
        ...

    def put_checkpoint(self, log: str, old: Published | None, new: Published) -> bool:
        """Compare-and-swap on (old size, old root): False when another publisher was first."""
        ...

    def close(self) -> None: ...
