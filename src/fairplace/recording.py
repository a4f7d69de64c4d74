"""Carry out commands with keys at hand: read one, have it signed by whom it needs, and append it.

- A bid or a challenge is signed inside by who lodges it, and outside by the register's receiver.
- With each bid the receiver writes a random number of cover deposits, so that deposits in the log do not count bids.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, NoReturn

import msgspec

from fairplace import deciders
from fairplace.challenge.commands import LodgeChallenge, WithdrawChallenge
from fairplace.decision import Actor, Command, Decision, History
from fairplace.desk import ATTEMPTS, Appended, Prepared, digest_of
from fairplace.errors import Conflict, Malformed, Refused
from fairplace.ledger.note import Signer, Vkey
from fairplace.lodging import check_lodging, sign_lodging
from fairplace.on_disk import Register
from fairplace.procurement.commands import LodgeBid, WithdrawBid
from fairplace.procurement.deposits import cover_deposit

Lodging = LodgeBid | WithdrawBid | LodgeChallenge | WithdrawChallenge

MAX_COVERS = 8


def read_command(line: bytes, *, who: str | None = None) -> Command:
    """One command from one line of JSON. Duplicate keys, fractions and unknown members are refused."""
    try:
        value = json.loads(
            line.decode("utf-8"), object_pairs_hook=_once, parse_float=_no_fraction, parse_constant=_no_fraction
        )
    except UnicodeDecodeError as error:
        raise Malformed(
            f"the byte {line[error.start]:#04x} at {error.start} is not UTF-8; save the file as UTF-8"
        ) from error
    except json.JSONDecodeError as error:
        raise Malformed(f"this is not JSON: {error.msg} at character {error.pos + 1}") from error
    except RecursionError as error:
        raise Malformed("the JSON is nested too deeply for a command") from error
    if not isinstance(value, dict):
        raise Malformed(f"a command is a JSON object; {type(value).__name__} came")
    if who is not None:
        value.setdefault("as", who)
    try:
        return deciders.convert(value)
    except msgspec.ValidationError as error:
        raise Malformed(f"this is no command: {error}") from error


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        names = [name for name, _ in pairs]
        raise Malformed(
            f"the member {next(name for name in names if names.count(name) > 1)!r} came twice; give it once"
        )
    return members


def _no_fraction(literal: str) -> NoReturn:
    raise Malformed(f"the number {literal} came; give whole pence, basis points or marks")


class Recorder:
    """Records commands in one register; `signer` finds a person's key by its name."""

    def __init__(self, register: Register, signer: Callable[[str], Signer]) -> None:
        self._register = register
        self._desk = register.desk
        self._signer = signer

    def record(self, command: Command) -> Appended:
        """Record one command. Raises what desk and keyring raise; nothing is half done."""
        if self._desk.signs_for_themselves(command):
            return self._desk.record(command, self._sign_as(command))
        return self._lodge(command)

    def _sign_as(self, command: Command) -> Callable[[Prepared], list[str]]:
        def sign(prepared: Prepared) -> list[str]:
            lines = [self._signer(prepared.actor).line(prepared.text)]
            if prepared.second:
                if command.second is None:
                    raise Refused(
                        f"this needs a second signature by another person who is {' or '.join(sorted(prepared.second))};"
                        " name them in 'second'",
                        code="second-signature",
                    )
                lines.append(self._signer(command.second).line(prepared.text))
            return lines

        return sign

    def _lodge(self, command: Command) -> Appended:
        """Take in what somebody lodges, signed inside by them when they have a key here."""
        if found := self._desk.recorded(command):
            return found
        receiver = self._register.service("receiver")
        signed = self._with_signature(command)
        for _ in range(ATTEMPTS):
            prepared = self._desk.prepare(signed, actor=receiver.vkey.name)
            # The command's own digest: a signature inside does not make it another command.
            prepared = msgspec.structs.replace(prepared, command=digest_of(command))
            batch = [prepared]
            if isinstance(command, LodgeBid):
                batch = self._among_covers(prepared, receiver)
            try:
                done = self._desk.append_all([(one, [receiver.line(one.text)]) for one in batch])
            except Conflict as conflict:
                if conflict.kind not in ("stream", "condition", "deadline"):
                    raise
                lost = conflict
                continue
            return done[batch.index(prepared)]
        raise lost

    def _with_signature(self, command: Command) -> Command:
        """The command with the signature of whoever lodges: theirs when it came with one, else by their key at hand."""
        if not isinstance(command, Lodging):
            return command
        members = {**command.lodged(), "log": self._register.origin}
        if command.signature is None:
            return msgspec.structs.replace(command, signature=sign_lodging(self._signer(command.as_), members))
        check_lodging(command.signature, members, self._vkey(command.as_))
        return command

    def _vkey(self, name: str) -> Vkey:
        for standing in self._register.reader.register().standings():
            if standing.vkey.name == name and standing.revoked is None:
                return standing.vkey
        raise Refused(f"the key of {name} is not registered; enrol it first", code="key")

    def _among_covers(self, prepared: Prepared, receiver: Signer) -> list[Prepared]:
        """The deposit at a random place among a random number of covers (each further one with probability a half)."""
        entropy = self._register.sources.entropy
        covers = 0
        while covers < MAX_COVERS and entropy(1)[0] < 128:
            covers += 1
        batch = [self._cover(receiver) for _ in range(covers)]
        batch.insert(entropy(1)[0] % (covers + 1), prepared)
        return batch

    def _cover(self, receiver: Signer) -> Prepared:
        at = self._register.store.now()
        key = self._register.sources.event_id()
        return msgspec.structs.replace(
            self._desk.prepare_decision(
                Decision(event=cover_deposit(at=at), statement="A cover deposit", stream="new"),
                History(case=self._register.sources.stream_id(), events=()),
                by=Actor(key=receiver.vkey.name, roles=frozenset({"receiver"})),
                at=at,
                key=key,
                command=key,
            ),
            case=None,
        )
