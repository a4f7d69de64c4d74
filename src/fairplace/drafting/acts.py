"""Acts that wait for a signature: prepared here, signed on somebody's device, perhaps by a second person, then appended.

- What is signed is kept exactly as *prepare* returned it; a signature over anything else is no signature of it.
- An act that waited too long, or lost a race, is prepared anew from its command; nothing that was typed is lost.
"""

from __future__ import annotations

from typing import Literal

import msgspec

from fairplace import deciders
from fairplace.decision import Command
from fairplace.drafting.cipher import Cipher
from fairplace.errors import Conflict, Missing
from fairplace.prepared import Prepared
from fairplace.private_file import PrivateFile
from fairplace.sources import Sources
from fairplace.terms import Instant, KeyName, instant

State = Literal["waiting", "first-signed", "done", "dropped"]


class Enrol(msgspec.Struct, frozen=True, kw_only=True, tag="enrol-key", tag_field="do", forbid_unknown_fields=True):
    """Let a key act in a role: asked for by its holder, signed by a second person."""

    id: str
    as_: KeyName = msgspec.field(name="as")
    vkey: str
    role: str
    holder: str
    provider: str | None


What = Literal["rotate", "revoke", "report-stolen", "start-recovery", "finish-recovery", "stop-recovery"]


class ChangeKey(
    msgspec.Struct, frozen=True, kw_only=True, tag="change-key", tag_field="do", forbid_unknown_fields=True
):
    """Let a new key take the place of an old one, at once or after a recovery; or stop a recovery, or revoke a key.

    `name` is whose key it is; `vkey` the new key, or the one that is revoked or was stolen; null where the register
    knows it already. `reason`: why it is stopped or revoked. `first`, `last`: the entries on which the signatures of a
    stolen key are contested; `last` null: to the newest.
    """

    id: str
    as_: KeyName = msgspec.field(name="as")
    what: What
    name: KeyName
    vkey: str | None = None
    reason: str = ""
    first: int = 0
    last: int | None = None


class Erase(msgspec.Struct, frozen=True, kw_only=True, tag="erase-values", tag_field="do", forbid_unknown_fields=True):
    """Erase sealed values for ever: what is named, on a basis that is published, for a reason that is sealed."""

    id: str
    as_: KeyName = msgspec.field(name="as")
    subjects: tuple[str, ...]
    basis: str
    reason: str


class LiftHold(msgspec.Struct, frozen=True, kw_only=True, tag="lift-hold", tag_field="do", forbid_unknown_fields=True):
    """Let what the hold at this entry kept be erased again."""

    id: str
    as_: KeyName = msgspec.field(name="as")
    hold: int
    reason: str


Wanted = Command | Enrol | ChangeKey | Erase | LiftHold


class Kept(msgspec.Struct, frozen=True):
    """How an act is kept: the command as it came, and what is to be signed."""

    command: dict[str, object]
    prepared: Prepared


class Act(msgspec.Struct, frozen=True, kw_only=True):
    """One act on its way. `line` is the first signature, once it came."""

    id: str
    case: str
    task: str
    made_by: str
    command: Wanted
    prepared: Prepared
    line: str | None
    state: State
    created: Instant


class Waiting(msgspec.Struct, frozen=True, kw_only=True):
    """An act that waits for somebody, as a list may show it: nothing of what it says."""

    id: str
    case: str
    task: str
    created: Instant
    second: bool  # somebody else signed first


class Acts:
    """The acts on their way in one register. Methods block."""

    def __init__(self, file: PrivateFile, cipher: Cipher, sources: Sources) -> None:
        self._file = file
        self._cipher = cipher
        self._sources = sources

    def put(self, command: Wanted, prepared: Prepared, *, task: str, made_by: str) -> str:
        """Keep an act to be signed; its id."""
        id_ = self._sources.stream_id()
        with self._file.writing() as connection:
            connection.execute(
                "INSERT INTO act (id, case_id, task, made_by, actor, second, act, created, state)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?, 'waiting')",
                (
                    id_,
                    prepared.case or "",
                    task,
                    made_by,
                    prepared.actor,
                    " ".join(sorted(prepared.second)),
                    self._sealed(id_, command, prepared),
                    instant(self._sources.clock()),
                ),
            )
        return id_

    def get(self, id_: str) -> Act:
        with self._file.reading() as connection:
            row = connection.execute("SELECT * FROM act WHERE id = ?", (id_,)).fetchone()
        if row is None or row["state"] in ("done", "dropped"):
            raise Missing("there is nothing to sign at this address")
        kept = msgspec.msgpack.decode(self._cipher.open(row["act"], _place(id_)), type=Kept)
        return Act(
            id=id_,
            case=row["case_id"],
            task=row["task"],
            made_by=row["made_by"],
            command=_wanted(kept.command),
            prepared=kept.prepared,
            line=row["line"],
            state=row["state"],
            created=row["created"],
        )

    def place(self, id_: str) -> int | None:
        """Where an act stands in the log, once it does."""
        with self._file.reading() as connection:
            row = connection.execute("SELECT place FROM act WHERE id = ?", (id_,)).fetchone()
        return None if row is None else row["place"]

    def renew(self, act: Act, prepared: Prepared) -> None:
        """Put other bytes in the place of those that nobody can sign any more; signatures under them are void."""
        with self._file.writing() as connection:
            self._changed(
                connection.execute(
                    "UPDATE act SET act = ?, actor = ?, second = ?, line = NULL, state = 'waiting'"
                    " WHERE id = ? AND state = ?",
                    (
                        self._sealed(act.id, act.command, prepared),
                        prepared.actor,
                        " ".join(sorted(prepared.second)),
                        act.id,
                        act.state,
                    ),
                ).rowcount
            )

    def signed_first(self, act: Act, line: str) -> None:
        with self._file.writing() as connection:
            self._changed(
                connection.execute(
                    "UPDATE act SET line = ?, state = 'first-signed' WHERE id = ? AND state = 'waiting'",
                    (line, act.id),
                ).rowcount
            )

    def done(self, act: Act, place: int) -> None:
        """It stands in the log. What was written goes: the log has it now."""
        with self._file.writing() as connection:
            connection.execute("UPDATE act SET state = 'done', place = ?, act = x'' WHERE id = ?", (place, act.id))

    def drop(self, act: Act) -> None:
        with self._file.writing() as connection:
            self._changed(
                connection.execute(
                    "UPDATE act SET state = 'dropped', act = x'' WHERE id = ? AND state IN ('waiting', 'first-signed')",
                    (act.id,),
                ).rowcount
            )

    def forget(self, case: str, upto: Instant) -> None:
        """Drop every act of a case that was begun by then and still waits."""
        with self._file.writing() as connection:
            connection.execute(
                "UPDATE act SET state = 'dropped', act = x'', line = NULL"
                " WHERE case_id = ? AND created <= ? AND state IN ('waiting', 'first-signed')",
                (case, upto),
            )

    def like(self, act: Act) -> list[Act]:
        """The other acts of the same task of a case by whoever made this one, that nobody has signed yet."""
        with self._file.reading() as connection:
            rows = connection.execute(
                "SELECT id FROM act WHERE case_id = ? AND task = ? AND made_by = ? AND id <> ? AND state = 'waiting'",
                (act.case, act.task, act.made_by, act.id),
            ).fetchall()
        return [self.get(row["id"]) for row in rows]

    def waiting_for(self, keys: list[KeyName], roles: frozenset[str]) -> list[Waiting]:
        """The acts that somebody with these keys and roles may sign, first or second, the oldest first."""
        with self._file.reading() as connection:
            rows = connection.execute(
                "SELECT id, case_id, task, actor, second, created, state FROM act"
                " WHERE state IN ('waiting', 'first-signed') ORDER BY created"
            ).fetchall()
        return [
            Waiting(
                id=row["id"],
                case=row["case_id"],
                task=row["task"],
                created=row["created"],
                second=row["state"] == "first-signed",
            )
            for row in rows
            if (row["state"] == "waiting" and row["actor"] in keys)
            or (row["state"] == "first-signed" and row["actor"] not in keys and roles & set(row["second"].split()))
        ]

    def _sealed(self, id_: str, command: Wanted, prepared: Prepared) -> bytes:
        kept = Kept(command=msgspec.to_builtins(command), prepared=prepared)
        return self._cipher.seal(msgspec.msgpack.encode(kept), _place(id_))

    @staticmethod
    def _changed(rows: int) -> None:
        if rows != 1:
            raise Conflict("somebody signed or withdrew this meanwhile; look at it again", kind="draft")


def _wanted(kept: dict[str, object]) -> Wanted:
    match kept.get("do"):
        case "enrol-key":
            return msgspec.convert(kept, Enrol)
        case "change-key":
            return msgspec.convert(kept, ChangeKey)
        case "erase-values":
            return msgspec.convert(kept, Erase)
        case "lift-hold":
            return msgspec.convert(kept, LiftHold)
        case _:
            return deciders.convert(kept)


def _place(id_: str) -> str:
    return f"fairplace/act/v1\n{id_}\n"
