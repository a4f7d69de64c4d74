"""What providers lodged here in a browser: for each its own list, so that it finds its receipts again.

It is no evidence. Which case a bid is for stands in nothing that can be read without the key.
"""

from __future__ import annotations

from typing import Literal

import msgspec

from fairplace.post.outbox import Cipher
from fairplace.private_file import PrivateFile
from fairplace.sources import Sources
from fairplace.terms import CaseId, Instant, instant

Kind = Literal["bid", "late-bid", "withdrawal", "challenge"]


class Lodging(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that was lodged: `place` in the log, `stream` of its entry, and the person who sent it."""

    kind: Kind
    case: CaseId
    provider: str
    place: int
    stream: str
    person: str
    at: Instant


class Lodgings:
    """The lodgings of one register. Methods block."""

    def __init__(self, file: PrivateFile, cipher: Cipher, sources: Sources) -> None:
        self._file = file
        self._cipher = cipher
        self._sources = sources

    def put(self, kind: Kind, case: CaseId, provider: str, *, place: int, stream: str, person: str) -> None:
        now = instant(self._sources.clock())
        one = Lodging(kind=kind, case=case, provider=provider, place=place, stream=stream, person=person, at=now)
        id_ = self._sources.stream_id()
        sealed = self._cipher.seal(msgspec.json.encode(one), _place(id_))
        with self._file.writing() as connection:
            connection.execute("INSERT INTO lodging (id, given, at) VALUES (?, ?, ?)", (id_, sealed, now))

    def of(self, provider: str, case: CaseId | None = None) -> list[Lodging]:
        """A provider's own, in all cases or in one, the newest first."""
        with self._file.reading() as connection:
            rows = connection.execute("SELECT * FROM lodging ORDER BY at DESC, rowid DESC").fetchall()
        found = (msgspec.json.decode(self._cipher.open(row["given"], _place(row["id"])), type=Lodging) for row in rows)
        return [one for one in found if one.provider == provider and case in (None, one.case)]


def _place(id_: str) -> str:
    return f"fairplace/lodging-list/v1\n{id_}\n"
