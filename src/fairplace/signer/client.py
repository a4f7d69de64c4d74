"""The register's side of a signer that is a process of its own."""

from __future__ import annotations

import contextlib
import socket

import msgspec

from fairplace.errors import Malformed, Misconfigured
from fairplace.ledger.signing import Ask, Signed
from fairplace.signer.wire import PATIENCE, Answer, LastAsked, SignAsked, decoded_answer, raised, receive, send

UNIX = "unix:"


class RemoteSigner:
    """A `HeadSigner` behind a Unix socket. Each question has a connection of its own."""

    def __init__(self, path: str, origin: str) -> None:
        self._path = path
        self._origin = origin

    def last(self) -> Signed:
        answer = self._ask(LastAsked(self._origin))
        if answer.signed is None:
            raise Misconfigured(
                f"the signer at {self._path} did not say what it signed last; see that it is of this version"
            )
        return answer.signed

    def sign(self, ask: Ask) -> bytes:
        answer = self._ask(SignAsked(ask))
        if answer.note is None:
            raise Misconfigured(f"the signer at {self._path} sent no checkpoint; see that it is of this version")
        return answer.note

    def _ask(self, question: msgspec.Struct) -> Answer:
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
                connection.settimeout(PATIENCE)
                connection.connect(self._path)
                with contextlib.suppress(BrokenPipeError):  # a signer that will not hear us says why
                    send(connection, question)
                answer = decoded_answer(receive(connection))
        except (OSError, Malformed) as error:
            why = error.strerror or str(error) if isinstance(error, OSError) else str(error)
            raise Misconfigured(
                f"the signer at {UNIX}{self._path} does not answer ({why}); start it with 'fairplace signer serve'"
            ) from error
        if answer.refused:
            raise raised(answer)
        return answer
