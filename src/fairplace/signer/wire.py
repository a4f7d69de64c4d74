"""What register and signer say to each other over a socket: one line of JSON there, one line back."""

from __future__ import annotations

import socket
import time

import msgspec

from fairplace import errors
from fairplace.errors import FairplaceError, Malformed, Misconfigured
from fairplace.ledger.signing import Ask, Signed

MOST_BYTES = 1 << 20
"""Of one line: an ask has at most two entries of 65,535 bytes, and proofs of 64 hashes."""

PATIENCE = 5.0
"""Seconds for one line to come or go."""


class LastAsked(msgspec.Struct, frozen=True, tag="last", tag_field="do"):
    """What did you sign last of this log?"""

    origin: str


class SignAsked(msgspec.Struct, frozen=True, tag="sign", tag_field="do"):
    """Sign this."""

    ask: Ask


class Answer(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One of `signed`, `note` and `refused`; `error` names the kind of refusal, as in `errors.py`."""

    signed: Signed | None = None
    note: bytes | None = None
    refused: str = ""
    error: str = ""


Asked = LastAsked | SignAsked
_KINDS = {
    kind.__name__: kind
    for kind in (errors.Unproven, errors.Malformed, errors.Misconfigured, errors.Conflict, errors.Busy)
}


def refusal(error: FairplaceError) -> Answer:
    name = type(error).__name__
    return Answer(refused=str(error), error=name if name in _KINDS else "Unproven")


def raised(answer: Answer) -> FairplaceError:
    return _KINDS.get(answer.error, errors.Unproven)(answer.refused)


def decoded(line: bytes) -> Asked:
    try:
        return msgspec.json.decode(line, type=LastAsked | SignAsked)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise Malformed(f"this is no question to a signer: {error}") from error


def decoded_answer(line: bytes) -> Answer:
    try:
        return msgspec.json.decode(line, type=Answer)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise Misconfigured(f"what answers is no signer of this version: {error}") from error


def send(connection: socket.socket, message: msgspec.Struct) -> None:
    connection.sendall(msgspec.json.encode(message) + b"\n")


def receive(connection: socket.socket) -> bytes:
    """One line, without its line feed. Raises Malformed when it is too long, or ends early, or does not come in time."""
    until = time.monotonic() + PATIENCE
    data = bytearray()
    while not data.endswith(b"\n"):
        if len(data) > MOST_BYTES:
            raise Malformed(f"a line of more than {MOST_BYTES} bytes came")
        connection.settimeout(max(0.001, until - time.monotonic()))
        try:
            part = connection.recv(1 << 16)
        except TimeoutError:
            raise Malformed(f"no whole line came within {PATIENCE:.0f} seconds") from None
        if not part:
            raise Malformed(f"the line ended after {len(data)} bytes, without a line feed")
        data += part
    return bytes(data[:-1])
