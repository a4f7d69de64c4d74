"""Messages on their way: each is kept with what caused it, sent by the server, and tried again when that fails.

- A message is taken by one process at a time; one that died with it in hand lets it go after some minutes.
- What was sent stays to be read, without its link.
"""

from __future__ import annotations

import sqlite3
from datetime import timedelta
from pathlib import Path
from typing import Literal, Protocol

import msgspec

from fairplace.errors import Missing
from fairplace.post.letter import Letter
from fairplace.private_file import PrivateFile
from fairplace.sources import Sources
from fairplace.terms import CaseId, Instant, instant

APPLICATION = 0x46504D4C  # "FPML"
SCHEMA = Path(__file__).with_name("schema.sql")

IN_HAND = timedelta(minutes=10)
"""After which a message that was taken and not settled is due again."""

WAITS = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 240, 720, 1440))
"""Between one try and the next; after the last of them the message has failed, some two days later."""

State = Literal["waiting", "sent", "failed"]


class Cipher(Protocol):
    def seal(self, value: bytes, place: str) -> bytes: ...
    def open(self, sealed: bytes, place: str) -> bytes: ...


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """One message. `due` is when it is tried next; `settled`, when it was sent or given up; `trouble`, what hindered it."""

    id: str
    case: CaseId
    cause: str
    letter: Letter
    state: State
    tries: int
    due: Instant
    queued: Instant
    settled: Instant | None
    trouble: str


class Taken(msgspec.Struct, frozen=True, kw_only=True):
    """A message in somebody's hand, with its link."""

    message: Message
    link: str


class Outbox:
    """The messages of one register. Methods block."""

    def __init__(self, file: PrivateFile, cipher: Cipher, sources: Sources) -> None:
        self._file = file
        self._cipher = cipher
        self._sources = sources

    def forget(self, case: CaseId, upto: Instant) -> None:
        """Every message of a case that was queued by then, sent or not."""
        with self._file.writing() as connection:
            connection.execute("DELETE FROM message WHERE case_id = ? AND queued <= ?", (case, upto))

    def put(self, case: CaseId, cause: str, letter: Letter, *, link: str = "") -> str:
        """Queue a message; its id."""
        id_ = self._sources.stream_id()
        written = self._cipher.seal(msgspec.json.encode(letter), _place(id_, "written"))
        with self._file.writing() as connection:
            connection.execute(
                "INSERT INTO message (id, case_id, cause, written, link, state, tries, due, queued)"
                " VALUES (?, ?, ?, ?, ?, 'waiting', 0, ?, ?)",
                (id_, case, cause, written, self._sealed(link, id_, "link"), self._now(), self._now()),
            )
        return id_

    def put_once(self, cause: str, letter: Letter, case: CaseId = "") -> bool:
        """Queue a message, of no case unless one is named, if there is none for this cause: of several processes one does.
        Did this one?
        """
        id_ = self._sources.stream_id()
        written = self._cipher.seal(msgspec.json.encode(letter), _place(id_, "written"))
        with self._file.writing() as connection:
            done = connection.execute(
                "INSERT INTO message (id, case_id, cause, written, link, state, tries, due, queued)"
                " SELECT ?, ?, ?, ?, ?, 'waiting', 0, ?, ?"
                " WHERE NOT EXISTS (SELECT 1 FROM message WHERE case_id = ? AND cause = ?)",
                (id_, case, cause, written, self._sealed("", id_, "link"), self._now(), self._now(), case, cause),
            )
        return done.rowcount == 1

    def of_case(self, case: CaseId) -> list[Message]:
        """What was written in a case, the newest first."""
        with self._file.reading() as connection:
            rows = connection.execute(
                "SELECT * FROM message WHERE case_id = ? ORDER BY queued DESC, id", (case,)
            ).fetchall()
        return [self._message(row) for row in rows]

    def caused(self, cause: str) -> list[Message]:
        """What was written for one cause in no case, the newest first."""
        with self._file.reading() as connection:
            rows = connection.execute(
                "SELECT * FROM message WHERE case_id = '' AND cause = ? ORDER BY queued DESC, id", (cause,)
            ).fetchall()
        return [self._message(row) for row in rows]

    def take(self) -> Taken | None:
        """The message that has been due longest, for one try; None when none is."""
        now = self._sources.clock()
        with self._file.writing() as connection:
            row = connection.execute(
                "UPDATE message SET tries = tries + 1, due = ? WHERE id = (SELECT id FROM message"
                " WHERE state = 'waiting' AND due <= ? ORDER BY due, id LIMIT 1) RETURNING *",
                (instant(now + IN_HAND), instant(now)),
            ).fetchone()
        if row is None:
            return None
        link = self._cipher.open(row["link"], _place(row["id"], "link")).decode() if row["link"] else ""
        return Taken(message=self._message(row), link=link)

    def is_due(self) -> bool:
        """Is there anything to take? It writes nothing."""
        with self._file.reading() as connection:
            found = connection.execute(
                "SELECT 1 FROM message WHERE state = 'waiting' AND due <= ? LIMIT 1", (self._now(),)
            ).fetchone()
        return found is not None

    def sent(self, message: Message) -> None:
        """The mail server has it. The link goes."""
        with self._file.writing() as connection:
            connection.execute(
                "UPDATE message SET state = 'sent', settled = ?, link = NULL, trouble = NULL WHERE id = ?",
                (self._now(), message.id),
            )

    def hindered(self, message: Message, trouble: str, *, for_good: bool = False) -> State:
        """This try came to nothing. Whether it is tried again."""
        failed = for_good or message.tries > len(WAITS)
        due = self._sources.clock() + (timedelta() if failed else WAITS[message.tries - 1])
        state: State = "failed" if failed else "waiting"
        with self._file.writing() as connection:
            connection.execute(
                "UPDATE message SET state = ?, due = ?, settled = ?, trouble = ? WHERE id = ?",
                (
                    state,
                    instant(due),
                    self._now() if failed else None,
                    self._sealed(trouble, message.id, "trouble"),
                    message.id,
                ),
            )
        return state

    def again(self, case: CaseId, id_: str) -> None:
        """Try a message anew that had failed. Raises Missing when this case has no such message."""
        with self._file.writing() as connection:
            changed = connection.execute(
                "UPDATE message SET state = 'waiting', tries = 0, due = ?, settled = NULL"
                " WHERE id = ? AND case_id = ? AND state = 'failed'",
                (self._now(), id_, case),
            ).rowcount
        if not changed:
            raise Missing("this case has no such message that failed; look at the list again")

    def _message(self, row: sqlite3.Row) -> Message:
        id_ = row["id"]
        written = self._cipher.open(row["written"], _place(id_, "written"))
        trouble = row["trouble"]
        return Message(
            id=id_,
            case=row["case_id"],
            cause=row["cause"],
            letter=msgspec.json.decode(written, type=Letter),
            state=row["state"],
            tries=row["tries"],
            due=row["due"],
            queued=row["queued"],
            settled=row["settled"],
            trouble=self._cipher.open(trouble, _place(id_, "trouble")).decode() if trouble else "",
        )

    def _sealed(self, value: str, id_: str, what: str) -> bytes | None:
        return self._cipher.seal(value.encode("utf-8"), _place(id_, what)) if value else None

    def _now(self) -> Instant:
        return instant(self._sources.clock())


def _place(id_: str, what: str) -> str:
    return f"fairplace/message/v1\n{id_}\n{what}\n"
