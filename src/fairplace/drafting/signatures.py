"""Takes signatures that were made on somebody's device, and appends what is complete with them.

- A signature counts for the very bytes that were prepared, by a key of whoever sent it, and for nothing else.
- When the record moved on meanwhile, the act is prepared anew from its command, and signed anew: never half done.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from fairplace.drafting.acts import Act, Acts, Wanted
from fairplace.errors import Conflict, Forbidden, Refused
from fairplace.ledger.note import SignatureLine, Vkey, parse_note
from fairplace.prepared import Prepared

STALE = ("stream", "condition", "deadline", "keys")
"""Kinds of Conflict that another preparation may heal."""


class Recorder(Protocol):
    """What carries acts out: a clerk."""

    def prepare(self, wanted: Wanted) -> Prepared: ...

    def append(self, wanted: Wanted, prepared: Prepared, lines: Sequence[str]) -> int:
        """Append what is signed; its place. Raises Conflict when somebody wrote first."""
        ...


class Renewed(Conflict):
    """The record moved on while somebody read: what they would sign is another text now, and waits for them."""


class Signatures:
    """The signatures of one register's people. Methods block."""

    def __init__(self, acts: Acts, recorder: Recorder) -> None:
        self._acts = acts
        self._recorder = recorder

    def begin(self, wanted: Wanted, *, task: str, made_by: str) -> str:
        """Prepare an act and keep it to be signed; its id. Raises what *prepare* refuses."""
        return self._acts.put(wanted, self._recorder.prepare(wanted), task=task, made_by=made_by)

    def sign(self, act: Act, text: str, keys: Callable[[str, bytes], Vkey | None]) -> int | None:
        """Take one signature line; the act's place once it is complete, else null: a second person is still to sign.

        `keys` finds the key of a line among those of whoever sent it. Raises Renewed when the bytes were too old.
        """
        line = self._checked(act, text, keys)
        if act.line is None and act.prepared.second:
            self._acts.signed_first(act, text)
            return None
        lines = [text] if act.line is None else [act.line, text]
        if act.line is not None and line.name == act.prepared.actor:
            raise Forbidden("the second signature is another person's; you signed first", code="second-signature")
        try:
            place = self._recorder.append(act.command, act.prepared, lines)
        except Refused as error:
            if error.code != "window":
                raise
            raise self._renewed(act) from error
        except Conflict as conflict:
            if conflict.kind not in STALE:
                raise
            raise self._renewed(act) from conflict
        self._acts.done(act, place)
        return place

    def drop_passed(self, act: Act) -> None:
        """Now that this one stands, drop what its maker prepared for the same task before, where it is refused now."""
        for other in self._acts.like(act) if act.case else ():
            try:
                self._recorder.prepare(other.command)
            except (Refused, Forbidden):
                self._acts.drop(other)

    def renew(self, act: Act) -> None:
        """Prepare an act anew, as the record stands now."""
        self._acts.renew(act, self._recorder.prepare(act.command))

    def _renewed(self, act: Act) -> Renewed:
        self.renew(act)
        return Renewed("the record moved on while you read; this is what you would sign now", kind="renewed")

    def _checked(self, act: Act, text: str, keys: Callable[[str, bytes], Vkey | None]) -> SignatureLine:
        """The line, once it is good: one signature over these bytes, by a key of whoever sent it."""
        _, lines = parse_note(act.prepared.text + b"\n" + text.encode("utf-8", "replace"))
        if len(lines) != 1:
            raise Refused(f"{len(lines)} signatures came; one is expected", code="signature")
        [line] = lines
        vkey = keys(line.name, line.key_id)
        if vkey is None:
            raise Forbidden(f"{line.name} is no key of yours that may sign here", code="key")
        if act.line is None and line.name != act.prepared.actor:
            raise Forbidden(f"this was prepared for {act.prepared.actor}; {line.name} signed", code="key")
        vkey.verify(act.prepared.text, line.signature)
        return line
