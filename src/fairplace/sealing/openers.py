"""Who can open sealed bids, and what each gave towards opening one.

- An opener's key is made in their browser and cannot be taken out of it; their signing key, which the register knows,
  vouches for it, and a second person confirms it.
- What an opener gives opens one bid. It is kept until a second one gives theirs, and then goes.
"""

from __future__ import annotations

import hmac
import sqlite3
from collections.abc import Iterable
from pathlib import Path
from typing import Protocol

import msgspec

from fairplace.errors import Conflict, Forbidden, Missing, Refused
from fairplace.private_file import PrivateFile
from fairplace.sealing.container import Manifest
from fairplace.sources import Sources
from fairplace.terms import Document, Instant, KeyName, instant

APPLICATION = 0x46504F50  # "FPOP"
SCHEMA = Path(__file__).with_name("schema.sql")

HEADER = b"fairplace/opener/v1\n"
"""First line of what an opener's signing key signs; it separates this from every other signed text."""

NEEDED = 2


class Cipher(Protocol):
    def seal(self, value: bytes, place: str) -> bytes: ...
    def open(self, sealed: bytes, place: str) -> bytes: ...


class Kept(msgspec.Struct, frozen=True, kw_only=True):
    """An opener's key as it is kept."""

    id: str
    person: str
    name: KeyName
    public_key: str
    note: str
    created: Instant
    confirmed: Instant | None
    confirmed_by: str | None
    removed: Instant | None


class Inside(msgspec.Struct, frozen=True, kw_only=True):
    """What was inside a sealed bid, and where it is kept now."""

    manifest: Manifest
    document: Document


def opener_text(name: KeyName, public_key: str) -> bytes:
    """What vouches for an opener's key, to be signed by their signing key."""
    return HEADER + f"{name}\n{public_key}\n".encode("ascii")


class Openers:
    """The openers of one register. Methods block."""

    def __init__(self, file: PrivateFile, cipher: Cipher, key: bytes, sources: Sources) -> None:
        self._file = file
        self._cipher = cipher
        self._key = key
        self._sources = sources

    def all(self) -> list[Kept]:
        with self._file.reading() as connection:
            rows = connection.execute("SELECT * FROM opener WHERE removed IS NULL ORDER BY created, id").fetchall()
        return [Kept(**dict(row)) for row in rows]

    def confirmed(self) -> list[Kept]:
        """Those to whom bids are sealed; too few to open anything are none."""
        found = [one for one in self.all() if one.confirmed is not None]
        return found if len(found) >= NEEDED else []

    def add(self, person: str, name: KeyName, public_key: str, note: str) -> None:
        """A new key, in the place of one of theirs that waits. The confirmed one stays in use until this is confirmed."""
        with self._file.writing() as connection:
            connection.execute(
                "UPDATE opener SET removed = ? WHERE person = ? AND removed IS NULL AND confirmed IS NULL",
                (self._now(), person),
            )
            try:
                connection.execute(
                    "INSERT INTO opener (id, person, name, public_key, note, created) VALUES (?, ?, ?, ?, ?, ?)",
                    (self._sources.stream_id(), person, name, public_key, note, self._now()),
                )
            except sqlite3.IntegrityError as error:
                raise Conflict("this opener's key is known here already; load the page again") from error

    def confirm(self, id_: str, by: str) -> None:
        """It takes the place of the one that the same person had, which still opens what was sealed to it.

        Raises Forbidden when it is their own, Missing when there is none that waits.
        """
        found = next((one for one in self.all() if one.id == id_ and one.confirmed is None), None)
        if found is None:
            raise Missing("no opener's key waits at this address; look at the list again")
        if found.person == by:
            raise Forbidden("a second person confirms every opener's key; this is your own", code="second")
        with self._file.writing() as connection:
            connection.execute(
                "UPDATE opener SET removed = ? WHERE person = ? AND removed IS NULL AND id <> ?",
                (self._now(), found.person, id_),
            )
            connection.execute("UPDATE opener SET confirmed = ?, confirmed_by = ? WHERE id = ?", (self._now(), by, id_))

    def remove(self, id_: str) -> None:
        """From now on nothing is sealed to it. What was, it still opens.

        Raises Refused when fewer would be left than it takes: then nothing more would be sealed to anybody.
        """
        confirmed = {one.id for one in self.confirmed()}
        if id_ in confirmed and len(confirmed) <= NEEDED:
            raise Refused(
                f"{NEEDED} openers are the fewest to whom bids can be sealed; have another one confirmed first",
                code="too-few-openers",
            )
        with self._file.writing() as connection:
            changed = connection.execute(
                "UPDATE opener SET removed = ? WHERE id = ? AND removed IS NULL", (self._now(), id_)
            ).rowcount
        if not changed:
            raise Missing("no such opener is in use; look at the list again")

    def keys_of(self, person: str) -> set[str]:
        """Every public key that this person ever had and a second person confirmed."""
        with self._file.reading() as connection:
            rows = connection.execute(
                "SELECT public_key FROM opener WHERE person = ? AND confirmed IS NOT NULL", (person,)
            ).fetchall()
        return {row["public_key"] for row in rows}

    def known(self) -> set[str]:
        """Every public key that was ever confirmed here."""
        with self._file.reading() as connection:
            rows = connection.execute("SELECT public_key FROM opener WHERE confirmed IS NOT NULL").fetchall()
        return {row["public_key"] for row in rows}

    # Towards opening a bid

    def give(self, sha256: str, place: int, share: bytes) -> dict[int, bytes]:
        """Keep one opener's share; all that there are now."""
        name = self._name(sha256)
        with self._file.writing() as connection:
            connection.execute(
                "INSERT INTO share (document, place, given, at) VALUES (?, ?, ?, ?)"
                " ON CONFLICT (document, place) DO UPDATE SET given = excluded.given, at = excluded.at",
                (name, place, self._cipher.seal(share, _place(name, f"share {place}")), self._now()),
            )
        return self.shares(sha256)

    def shares(self, sha256: str) -> dict[int, bytes]:
        name = self._name(sha256)
        with self._file.reading() as connection:
            rows = connection.execute("SELECT * FROM share WHERE document = ?", (name,)).fetchall()
        return {row["place"]: self._cipher.open(row["given"], _place(name, f"share {row['place']}")) for row in rows}

    def forget(self, sha256: str) -> None:
        """Drop what was given: it did not fit, or it is needed no more."""
        with self._file.writing() as connection:
            connection.execute("DELETE FROM share WHERE document = ?", (self._name(sha256),))

    def put(self, sha256: str, inside: Inside) -> None:
        """A sealed bid is open."""
        name = self._name(sha256)
        with self._file.writing() as connection:
            connection.execute(
                "INSERT OR REPLACE INTO opened (document, given, at) VALUES (?, ?, ?)",
                (name, self._cipher.seal(msgspec.json.encode(inside), _place(name, "inside")), self._now()),
            )
            connection.execute("DELETE FROM share WHERE document = ?", (name,))

    def inside(self, sha256: str) -> Inside | None:
        """What was inside a sealed bid; None until it is open."""
        name = self._name(sha256)
        with self._file.reading() as connection:
            row = connection.execute("SELECT given FROM opened WHERE document = ?", (name,)).fetchone()
        return None if row is None else self._inside(name, row["given"])

    def left_over(self, sealed: Iterable[str]) -> set[str]:
        """The files that came out of sealed ones, other than of those that are named, and that came out of no other."""
        named = {self._name(one) for one in sealed}
        with self._file.reading() as connection:
            rows = connection.execute("SELECT document, given FROM opened").fetchall()
        files = {row["document"]: self._inside(row["document"], row["given"]).document.sha256 for row in rows}
        return {file for name, file in files.items() if name not in named} - {
            file for name, file in files.items() if name in named
        }

    def forget_but(self, sealed: Iterable[str]) -> None:
        """What was inside sealed files, and what was given towards opening them, other than of those that are named."""
        named = {self._name(one) for one in sealed}
        with self._file.writing() as connection:
            for table in ("opened", "share"):
                kept = {row["document"] for row in connection.execute(f"SELECT document FROM {table}")}  # noqa: S608 - our own words
                for name in kept - named:
                    connection.execute(f"DELETE FROM {table} WHERE document = ?", (name,))  # noqa: S608 - our own words

    def _inside(self, name: str, given: bytes) -> Inside:
        return msgspec.json.decode(self._cipher.open(given, _place(name, "inside")), type=Inside)

    def _name(self, sha256: str) -> str:
        return hmac.new(self._key, f"fairplace/opened/v1\n{sha256}\n".encode(), "sha256").hexdigest()

    def _now(self) -> Instant:
        return instant(self._sources.clock())


def _place(name: str, what: str) -> str:
    return f"fairplace/opening/v1\n{name}\n{what}\n"
