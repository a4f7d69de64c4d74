"""The documents of cases at the desk: what each is, who put it there, and until when it is kept.

- The bytes lie with the register's own documents, under keys of their own; here lies what is said of them, encrypted.
- The same bytes in two places are kept once, and go when the last of them goes.
- What is destroyed leaves its number, its case and two moments, and nothing of what it was.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Literal, Protocol

import msgspec

from fairplace.documents import Documents
from fairplace.errors import Conflict, Missing, Refused
from fairplace.filing import kinds, names
from fairplace.filing.passages import Look, Looked
from fairplace.filing.retention import Retention
from fairplace.filing.stripping import published_copy
from fairplace.private_file import PrivateFile
from fairplace.sources import Sources
from fairplace.terms import CaseId, Document, Instant, instant

APPLICATION = 0x46504443  # "FPDC"
SCHEMA = Path(__file__).with_name("schema.sql")

Kind = Literal[
    "tender-pack",
    "bid",
    "answer",
    "note",
    "email",
    "contract",
    "other",
    "referral",
    "assessment",
    "care-plan",
    "agreement",
]
KINDS: dict[str, str] = {
    "tender-pack": "Tender pack",
    "bid": "Bid",
    "answer": "Written answer without a name",
    "note": "Note",
    "email": "E-mail",
    "contract": "Contract",
    "other": "Something else",
}
KINDS_OF_SEARCH: dict[str, str] = {
    "referral": "Referral: what providers get",
    "assessment": "Assessment",
    "care-plan": "Care plan",
    "agreement": "Placement agreement",
    "note": "Note",
    "email": "E-mail",
    "other": "Something else",
}
PUBLISHED: frozenset[str] = frozenset({"tender-pack", "contract", "referral", "answer"})
"""Kinds that are meant for others: a copy without names is made at once. A referral goes to those who are asked alone, a
written answer to whoever marks."""


class Cipher(Protocol):
    def seal(self, value: bytes, place: str) -> bytes: ...
    def open(self, sealed: bytes, place: str) -> bytes: ...


class Seen(msgspec.Struct, frozen=True, kw_only=True):
    """That somebody looked at what could not be read, and found nothing that tells who a child is."""

    by: str  # a person's id
    at: Instant


class Held(msgspec.Struct, frozen=True, kw_only=True):
    """What is kept of a document. `copy` is what may be published, or null with why not in `no_copy`."""

    name: str
    kind: Kind
    document: Document
    by: str  # a person's id
    retention: Retention = Retention()
    copy: Document | None = None
    no_copy: str = ""
    part_of: str = ""  # the document that it was attached to
    unread: tuple[str, ...] = ()  # what of the copy somebody has to look at: it could not be read, or is in doubt
    seen: Seen | None = None  # who looked at that with their own eyes


class Kept(msgspec.Struct, frozen=True, kw_only=True):
    """A document of a case; `held` is null once it was destroyed."""

    id: str
    case: CaseId
    kept_at: Instant
    version: int
    held: Held | None
    destroyed_at: Instant | None = None


class Cabinet:
    """The documents of one register's cases. Methods block."""

    def __init__(self, file: PrivateFile, cipher: Cipher, documents: Documents, sources: Sources) -> None:
        self._file = file
        self._cipher = cipher
        self._documents = documents
        self._sources = sources

    def take_in(
        self, case: CaseId, name: str, kind: Kind, data: bytes, *, by: str, part_of: str = "", look: Look | None = None
    ) -> Kept:
        """Keep a file. Raises Malformed, with the sentence for whoever sent it, when it is not taken.

        `look` goes through what others would get; where it finds something there is no copy for them, and `no_copy` says why.
        """
        media = kinds.media_of(data)
        called = names.safe(name, media)
        # To look through a long file takes a while, in which others go on writing.
        made = _made(data, media, look, seen=False) if kind in PUBLISHED else None
        with self._file.writing() as connection:  # nobody destroys the same bytes meanwhile
            document = self._documents.put(data, media)
            held = Held(name=called, kind=kind, document=document, by=by, part_of=part_of)
            if made is not None:
                held = self._with_copy(held, made)
            kept = Kept(id=self._sources.stream_id(), case=case, kept_at=self._now(), version=1, held=held)
            connection.execute(
                "INSERT INTO document (id, case_id, held, kept_at, version) VALUES (?, ?, ?, ?, 1)",
                (kept.id, case, self._sealed(kept.id, case, held), kept.kept_at),
            )
        return kept

    def of(self, case: CaseId) -> list[Kept]:
        """The documents of a case in the order in which they came."""
        with self._file.reading() as connection:
            rows = connection.execute(
                "SELECT * FROM document WHERE case_id = ? ORDER BY kept_at, id", (case,)
            ).fetchall()
        return [self._read(row) for row in rows]

    def get(self, case: CaseId, name: str) -> Kept:
        with self._file.reading() as connection:
            row = connection.execute("SELECT * FROM document WHERE case_id = ? AND id = ?", (case, name)).fetchone()
        if row is None:
            raise Missing("there is no document at this address")
        return self._read(row)

    def bytes_of(self, kept: Kept, *, copy: bool = False) -> bytes:
        """What the document contains; with `copy`, what may be published of it."""
        held = self._still(kept)
        if copy and held.copy is None:
            raise Missing(f"there is no copy to publish: {held.no_copy or 'none was made'}")
        return self._documents.get((held.copy if copy and held.copy else held.document).sha256)

    def make_copy(self, kept: Kept, *, look: Look | None = None, seen_by: str = "") -> Kept:
        """Make the copy that others may get. Raises Refused with why there can be none.

        `seen_by`: who says that they looked at what could not be read. What was found is not theirs to overrule.
        """
        held = self._still(kept)
        seen = Seen(by=seen_by, at=self._now()) if seen_by else held.seen
        made = _made(self.bytes_of(kept), held.document.media, look, seen=seen is not None)
        held = self._with_copy(msgspec.structs.replace(held, seen=seen), made)
        changed = self._change(kept, held)
        if held.copy is None:
            raise Refused(f"no copy for others can be made: {held.no_copy}", code="copy")
        return changed

    def is_here(self, kept: Kept) -> bool:
        """Are its bytes still here? They go with a step of the record that named them, when that is erased."""
        return kept.held is not None and self._documents.is_here(kept.held.document.sha256)

    def retain(self, kept: Kept, retention: Retention) -> Kept:
        return self._change(kept, msgspec.structs.replace(self._still(kept), retention=retention))

    def destroy(self, kept: Kept, *, still_named: Callable[[set[str]], set[str]]) -> None:
        """Destroy it, and its bytes where nothing else needs them. `still_named`: those of these that the record names.

        Raises Refused when the record names it: then it goes with what names it.
        """
        held = self._still(kept)
        own = {one.sha256 for one in (held.document, held.copy) if one is not None}
        if still_named(own):
            raise Refused("a step of the record names this document; it goes when that is erased", code="named")
        with self._file.writing() as connection:  # nobody takes the same bytes in meanwhile
            for name in sorted(own - self._digests(connection, but=kept.id)):
                self._documents.destroy(name)
            connection.execute(
                "UPDATE document SET held = NULL, destroyed_at = ?, version = version + 1 WHERE id = ?",
                (self._now(), kept.id),
            )

    def _digests(self, connection: sqlite3.Connection, but: str) -> set[str]:
        """Every digest that the other documents have."""
        rows = connection.execute("SELECT * FROM document WHERE held IS NOT NULL AND id <> ?", (but,)).fetchall()
        held = [one.held for one in map(self._read, rows) if one.held is not None]
        return {one.sha256 for each in held for one in (each.document, each.copy) if one is not None}

    def _with_copy(self, held: Held, made: _Made) -> Held:
        copy = None if made.data is None else self._documents.put(made.data, held.document.media)
        return msgspec.structs.replace(held, copy=copy, no_copy=made.no_copy, unread=made.unread)

    def _change(self, kept: Kept, held: Held) -> Kept:
        with self._file.writing() as connection:
            done = connection.execute(
                "UPDATE document SET held = ?, version = version + 1 WHERE id = ? AND version = ? AND held IS NOT NULL",
                (self._sealed(kept.id, kept.case, held), kept.id, kept.version),
            )
            if done.rowcount != 1:
                raise Conflict("somebody else changed this document meanwhile; load the page again", kind="document")
        return msgspec.structs.replace(kept, held=held, version=kept.version + 1)

    def _still(self, kept: Kept) -> Held:
        if kept.held is None:
            raise Missing("this document was destroyed; its time was over")
        return kept.held

    def _sealed(self, name: str, case: CaseId, held: Held) -> bytes:
        return self._cipher.seal(msgspec.json.encode(held), _place(name, case))

    def _read(self, row: sqlite3.Row) -> Kept:
        sealed = row["held"]
        held = None
        if sealed is not None:
            held = msgspec.json.decode(self._cipher.open(sealed, _place(row["id"], row["case_id"])), type=Held)
        return Kept(
            id=row["id"],
            case=row["case_id"],
            kept_at=row["kept_at"],
            version=row["version"],
            held=held,
            destroyed_at=row["destroyed_at"],
        )

    def _now(self) -> Instant:
        return instant(self._sources.clock())


class _Made(msgspec.Struct, frozen=True, kw_only=True):
    """The copy for others, or null with why there is none; `unread`: what of it somebody has to look at."""

    data: bytes | None
    no_copy: str = ""
    unread: tuple[str, ...] = ()


def _made(data: bytes, media: str, look: Look | None, *, seen: bool) -> _Made:
    """`seen`: somebody looked at what could not be read, or was in doubt."""
    try:
        copy = published_copy(data, media)
    except Refused as refused:
        return _Made(data=None, no_copy=str(refused))
    looked = look(copy, media) if look else Looked()
    no_copy = looked.refusal
    if not no_copy and not seen:
        no_copy = _to_look_at(looked)
    return _Made(data=None if no_copy else copy, no_copy=no_copy, unread=(*looked.doubtful, *looked.unread))


def _to_look_at(looked: Looked) -> str:
    """Why somebody has to look first; empty when nothing is left to be looked at."""
    doubt = f"it may tell who a child is: {'; '.join(looked.doubtful)}" if looked.doubtful else ""
    unread = f"not all of it could be read: {'; '.join(looked.unread)}" if looked.unread else ""
    said = ". ".join(filter(None, (doubt, unread)))
    return f"{said}. Look at that yourself, and say so" if said else ""


def _place(name: str, case: CaseId) -> str:
    return f"fairplace/document/v1\n{case}\n{name}\n"
