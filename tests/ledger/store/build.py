"""Small entries for the store, which reads none of their bytes."""

import itertools
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from fairplace.ledger.disclosure import Opening, make_opening
from fairplace.ledger.note import b64
from fairplace.ledger.store.port import NewEntry, Submission
from fairplace.ledger.tree import leaf_hash
from fairplace.sources import SYSTEM, Sources

LOG = "log.council.example/commissioning"
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)

_count = itertools.count()


class Clock:
    """A clock that stands until it is moved."""

    def __init__(self, moment: datetime = NOON) -> None:
        self.moment = moment

    def __call__(self) -> datetime:
        return self.moment

    def move(self, **by: float) -> None:
        self.moment += timedelta(**by)

    @property
    def sources(self) -> Sources:
        return Sources(clock=self, entropy=SYSTEM.entropy)


class Streams:
    """Writes the next entry of any stream, remembering where each one ends."""

    def __init__(self) -> None:
        self.ends: dict[str, tuple[int, str]] = {}

    def entry(self, stream: str = "case-1", kind: str = "case.noted/1", **members: Any) -> NewEntry:
        n, prev = self.ends.get(stream, (0, ""))
        number = next(_count)
        raw = members.pop("raw", f"entry {number} of {stream}".encode())
        usual: dict[str, Any] = {
            "id": f"id-{number:06d}",
            "type": kind,
            "stream": stream,
            "n": n + 1,
            "prev": prev,
            "case": stream,
        }
        made = NewEntry(raw=raw, leaf=members.pop("leaf", leaf_hash(raw)), **(usual | members))
        self.ends[stream] = (made.n, b64(made.leaf))
        return made

    def one(self, stream: str = "case-1", kind: str = "case.noted/1", **members: Any) -> Submission:
        return submission(self.entry(stream, kind, **members))

    def many(self, count: int, stream: str = "case-1") -> list[Submission]:
        return [self.one(stream) for _ in range(count)]


def submission(*entries: NewEntry, **members: Any) -> Submission:
    number = next(_count)
    usual: dict[str, Any] = {"key": f"key-{number}", "command": f"command-{number}", "register_head": -1}
    return Submission(entries=entries, **(usual | members))


def opening(slot: str, value: Any = "a price", seed: int | None = None) -> Opening:
    return make_opening(slot, value, (next(_count) if seed is None else seed).to_bytes(32))


def leaves(submissions: Iterable[Submission]) -> list[bytes]:
    return [entry.leaf for one in submissions for entry in one.entries]
