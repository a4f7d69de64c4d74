"""Private words between a bidder and the authority: asked, and answered. They have no legal effect and are no evidence."""

from __future__ import annotations

from typing import Literal

import msgspec

from fairplace.errors import Malformed, Missing
from fairplace.post.outbox import Cipher
from fairplace.private_file import PrivateFile
from fairplace.sources import Sources
from fairplace.terms import CaseId, Document, Instant, Provider, instant, text

LONGEST = 20_000
"""Characters of one note."""

Kind = Literal["question", "answer", "challenge"]


class File(msgspec.Struct, frozen=True, kw_only=True):
    """A file that came with a note; it is kept among the register's documents."""

    name: str
    document: Document


class Written(msgspec.Struct, frozen=True, kw_only=True):
    """One note. `to` is where an answer goes; `answers` is the question that it answers; `place`, where in the log a
    challenge stands; `name` is whoever wrote, as they call themselves.
    """

    kind: Kind
    provider: Provider
    words: str
    name: str = ""
    to: str = ""
    answers: str | None = None
    place: int | None = None
    files: tuple[File, ...] = ()


class Note(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    case: CaseId
    at: Instant
    written: Written


class Notes:
    """The notes of one register. Methods block."""

    def __init__(self, file: PrivateFile, cipher: Cipher, sources: Sources) -> None:
        self._file = file
        self._cipher = cipher
        self._sources = sources

    def put(self, case: CaseId, written: Written) -> str:
        """Keep a note; its id. Raises Malformed for one that says nothing, or too much."""
        words = text(written.words)
        if not words:
            raise Malformed("nothing was written; say it in words")
        if len(words) > LONGEST:
            raise Malformed(f"{len(words):,} characters came; write at most {LONGEST:,}, or send a document")
        id_ = self._sources.stream_id()
        kept = msgspec.structs.replace(written, words=words, name=text(written.name)[:200])
        with self._file.writing() as connection:
            connection.execute(
                "INSERT INTO note (id, case_id, written, at) VALUES (?, ?, ?, ?)",
                (id_, case, self._cipher.seal(msgspec.json.encode(kept), _place(id_)), instant(self._sources.clock())),
            )
        return id_

    def of_case(self, case: CaseId, provider: str | None = None) -> list[Note]:
        """The notes of a case, of all bidders or of one, in their order."""
        with self._file.reading() as connection:
            rows = connection.execute("SELECT * FROM note WHERE case_id = ? ORDER BY at, rowid", (case,)).fetchall()
        found = [
            Note(
                id=row["id"],
                case=row["case_id"],
                at=row["at"],
                written=msgspec.json.decode(self._cipher.open(row["written"], _place(row["id"])), type=Written),
            )
            for row in rows
        ]
        return [note for note in found if provider is None or note.written.provider.id == provider]

    def forget(self, case: CaseId, upto: Instant) -> None:
        """Every note of a case that was written by then."""
        with self._file.writing() as connection:
            connection.execute("DELETE FROM note WHERE case_id = ? AND at <= ?", (case, upto))

    def get(self, case: CaseId, id_: str) -> Note:
        """Raises Missing when this case has no such note."""
        for note in self.of_case(case):
            if note.id == id_:
                return note
        raise Missing("this case has no such note; look at the correspondence again")


def _place(id_: str) -> str:
    return f"fairplace/note/v1\n{id_}\n"
