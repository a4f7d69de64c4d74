"""What providers lodged here in a browser: for each its own list, so that it finds its receipts again.

It is no evidence. Which case a bid is for stands in nothing that can be read without the key.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Collection
from typing import Literal

import msgspec

from fairplace.post.outbox import Cipher
from fairplace.private_file import PrivateFile
from fairplace.sources import Sources
from fairplace.terms import CaseId, Instant, instant

Kind = Literal["bid", "late-bid", "withdrawal", "challenge", "secrets", "question"]
BIDS: frozenset[Kind] = frozenset({"bid", "late-bid", "withdrawal"})


class Mark(msgspec.Struct, frozen=True):
    """A part of a bid that its bidder marks as a trade secret, and why."""

    part: str
    reason: str


class Lodging(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that was lodged: `place` in the log, `stream` of its entry, and the person who sent it."""

    kind: Kind
    case: CaseId
    provider: str
    place: int
    stream: str
    person: str
    at: Instant
    marks: tuple[Mark, ...] = ()


class Lodgings:
    """The lodgings of one register. Methods block."""

    def __init__(self, file: PrivateFile, cipher: Cipher, sources: Sources) -> None:
        self._file = file
        self._cipher = cipher
        self._sources = sources

    def put(self, kind: Kind, case: CaseId, provider: str, *, place: int, stream: str, person: str) -> None:
        now = instant(self._sources.clock())
        self._keep(Lodging(kind=kind, case=case, provider=provider, place=place, stream=stream, person=person, at=now))

    def mark(self, case: CaseId, provider: str, marks: tuple[Mark, ...], *, person: str) -> None:
        """What a provider marks as a trade secret in its bid: no entry yet, for the log must not tell who bids."""
        now = instant(self._sources.clock())
        self._keep(
            Lodging(
                kind="secrets", case=case, provider=provider, place=-1, stream="", person=person, at=now, marks=marks
            )
        )

    def _keep(self, one: Lodging) -> None:
        id_ = self._sources.stream_id()
        sealed = self._cipher.seal(msgspec.json.encode(one), _place(id_))
        with self._file.writing() as connection:
            connection.execute("INSERT INTO lodging (id, given, at) VALUES (?, ?, ?)", (id_, sealed, one.at))

    def of(self, provider: str, case: CaseId | None = None) -> list[Lodging]:
        """A provider's own, in all cases or in one, the newest first; without what it marks."""
        return [
            one
            for one in self._all()
            if one.provider == provider and case in (None, one.case) and one.kind != "secrets"
        ]

    def marks(self, case: CaseId) -> dict[str, tuple[Mark, ...]]:
        """What each provider marks in its bid for a case: its newest word counts."""
        found: dict[str, tuple[Mark, ...]] = {}
        for one in self._all():
            if one.kind == "secrets" and one.case == case:
                found.setdefault(one.provider, one.marks)
        return found

    def forget(self, case: CaseId, upto: Instant) -> None:
        """Everything that was lodged in a case by then, and what was marked in it."""
        with self._file.writing() as connection:
            for row in connection.execute("SELECT * FROM lodging WHERE at <= ?", (upto,)).fetchall():
                if self._opened(row).case == case:
                    connection.execute("DELETE FROM lodging WHERE id = ?", (row["id"],))

    def without_bid(self, erased: Collection[int]) -> set[tuple[CaseId, str]]:
        """Cases and providers that have none of their bids left, when those with these entries are gone."""
        own = [one for one in self._all() if one.kind in BIDS]
        left = {(one.case, one.provider) for one in own if one.place not in erased}
        return {(one.case, one.provider) for one in own} - left

    def forget_bids(self, erased: Collection[int]) -> None:
        """What was lodged with these entries, and what was marked in a bid of which none is left."""
        gone = self.without_bid(erased)
        with self._file.writing() as connection:
            for row in connection.execute("SELECT * FROM lodging").fetchall():
                one = self._opened(row)
                if one.place in erased or (one.kind == "secrets" and (one.case, one.provider) in gone):
                    connection.execute("DELETE FROM lodging WHERE id = ?", (row["id"],))

    def _opened(self, row: sqlite3.Row) -> Lodging:
        return msgspec.json.decode(self._cipher.open(row["given"], _place(row["id"])), type=Lodging)

    def _all(self) -> list[Lodging]:
        with self._file.reading() as connection:
            rows = connection.execute("SELECT * FROM lodging ORDER BY at DESC, rowid DESC").fetchall()
        return [self._opened(row) for row in rows]


def _place(id_: str) -> str:
    return f"fairplace/lodging-list/v1\n{id_}\n"
