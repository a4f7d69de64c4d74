"""Links that let a bidder read its own debrief without an account: each for one case and one provider.

- A link's secret is 256 random bits, given out once; only its digest is kept.
- Unknown, too old, taken back, or of another register: whoever asks is told the same, by the same look-up.
"""

from __future__ import annotations

import hashlib
import secrets
import sqlite3
from datetime import timedelta

import msgspec

from fairplace.errors import Missing
from fairplace.post.outbox import Cipher
from fairplace.private_file import PrivateFile
from fairplace.sources import Sources
from fairplace.terms import CaseId, Instant, Provider, instant

LASTS = timedelta(days=100)
"""A court may allow a claim for three months after the bidder knew (Procurement Act 2023, section 106)."""

NO_LINK = "this link is not complete, too old, or was taken back; open it again from the message, or ask for a new one"


class Given(msgspec.Struct, frozen=True, kw_only=True):
    """For whom a link is."""

    provider: Provider
    to: str


class Link(msgspec.Struct, frozen=True, kw_only=True):
    """A link as the desk lists it. `opened` is when it was first used."""

    id: str
    case: CaseId
    provider: Provider
    to: str
    created: Instant
    expires: Instant
    opened: Instant | None
    revoked: Instant | None


class Links:
    """The links of one register. Methods block."""

    def __init__(self, file: PrivateFile, cipher: Cipher, sources: Sources) -> None:
        self._file = file
        self._cipher = cipher
        self._sources = sources

    def make(self, case: CaseId, provider: Provider, to: str) -> str:
        """The secret of a new link. It is given out once and stands nowhere here."""
        secret, id_ = secrets.token_urlsafe(32), self._sources.stream_id()
        given = self._cipher.seal(msgspec.json.encode(Given(provider=provider, to=to)), _place(id_))
        now = self._sources.clock()
        with self._file.writing() as connection:
            connection.execute(
                "INSERT INTO link (digest, id, case_id, given, created, expires) VALUES (?, ?, ?, ?, ?, ?)",
                (_digest(secret), id_, case, given, instant(now), instant(now + LASTS)),
            )
        return secret

    def find(self, secret: str) -> Link:
        """What a link opens. Raises Missing, always with the same words, when it opens nothing."""
        with self._file.reading() as connection:
            row = connection.execute("SELECT * FROM link WHERE digest = ?", (_digest(secret),)).fetchone()
        if row is None or row["revoked"] is not None or row["expires"] < self._now():
            raise Missing(NO_LINK)
        return self._link(row)

    def forget(self, case: CaseId, upto: Instant) -> None:
        """Every link to a case that was made by then."""
        with self._file.writing() as connection:
            connection.execute("DELETE FROM link WHERE case_id = ? AND created <= ?", (case, upto))

    def used(self, link: Link) -> None:
        with self._file.writing() as connection:
            connection.execute("UPDATE link SET opened = ? WHERE id = ? AND opened IS NULL", (self._now(), link.id))

    def of_case(self, case: CaseId) -> list[Link]:
        """The links of a case, the newest first."""
        with self._file.reading() as connection:
            rows = connection.execute(
                "SELECT * FROM link WHERE case_id = ? ORDER BY created DESC, id", (case,)
            ).fetchall()
        return [self._link(row) for row in rows]

    def is_good(self, link: Link) -> bool:
        """Does it still open something: is it neither too old nor taken back?"""
        with self._file.reading() as connection:
            row = connection.execute("SELECT revoked, expires FROM link WHERE id = ?", (link.id,)).fetchone()
        return row is not None and row["revoked"] is None and row["expires"] >= self._now()

    def revoke(self, case: CaseId, id_: str) -> None:
        """From now on it opens nothing. Raises Missing when this case has no such link."""
        with self._file.writing() as connection:
            changed = connection.execute(
                "UPDATE link SET revoked = ? WHERE id = ? AND case_id = ? AND revoked IS NULL",
                (self._now(), id_, case),
            ).rowcount
        if not changed:
            raise Missing("this case has no such link that is still good; look at the list again")

    def _link(self, row: sqlite3.Row) -> Link:
        given = msgspec.json.decode(self._cipher.open(row["given"], _place(row["id"])), type=Given)
        return Link(
            id=row["id"],
            case=row["case_id"],
            provider=given.provider,
            to=given.to,
            created=row["created"],
            expires=row["expires"],
            opened=row["opened"],
            revoked=row["revoked"],
        )

    def _now(self) -> Instant:
        return instant(self._sources.clock())


def _digest(secret: str) -> bytes:
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).digest()


def _place(id_: str) -> str:
    return f"fairplace/link/v1\n{id_}\n"
