"""A signer as a process of its own: it holds keys and memories, and answers one question after another.

- Only processes of listed users are answered; the kernel says whose they are.
- What comes is judged by `ledger.signing` alone: whoever has the socket has no more power than a publisher.
"""

from __future__ import annotations

import contextlib
import os
import socket
import struct
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Self

from fairplace.errors import Busy, FairplaceError, Misconfigured
from fairplace.signer.keeper import Keeper
from fairplace.signer.wire import Answer, LastAsked, decoded, receive, refusal, send

LONGEST_PATH = 107
"""Bytes that the address of a Unix socket may have on Linux."""


class SignerServer:
    """Answers for the logs of these keepers. Use it in a `with`: the socket is there during the block."""

    def __init__(self, path: Path, keepers: Mapping[str, Keeper], users: frozenset[int] = frozenset()) -> None:
        """`users` may ask besides the signer's own; the socket is then open to all, and only they are answered."""
        self.path = path.absolute()
        self._keepers = keepers
        self._own_only = not users
        self._users = users | {os.geteuid()}
        self._listening: socket.socket | None = None

    def __enter__(self) -> Self:
        if len(os.fsencode(self.path)) > LONGEST_PATH:
            raise Misconfigured(f"the socket's path {self.path} has more than {LONGEST_PATH} bytes; give a shorter one")
        if not self._own_only and not hasattr(socket, "SO_PEERCRED"):
            raise Misconfigured("this system does not say who asks; run the signer as the same user as the register")
        self._clear()
        listening = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        before = os.umask(0o177)
        try:
            listening.bind(str(self.path))
        except OSError as error:
            listening.close()
            raise Misconfigured(
                f"the socket {self.path} cannot be made: {error.strerror}; give another path"
            ) from error
        finally:
            os.umask(before)
        if not self._own_only:
            self.path.chmod(0o666)
        listening.listen(16)
        listening.settimeout(0.2)
        self._listening = listening
        return self

    def __exit__(self, *_: object) -> None:
        if self._listening is not None:
            self._listening.close()
            self.path.unlink(missing_ok=True)

    def serve(self, stop: threading.Event) -> None:
        """Answer until `stop` is set."""
        assert self._listening is not None
        while not stop.is_set():
            try:
                connection, _ = self._listening.accept()
            except TimeoutError:
                continue
            with connection, contextlib.suppress(OSError):  # who asks and goes away harms nobody
                send(connection, self._answer(connection))

    def _answer(self, connection: socket.socket) -> Answer:
        try:
            self._check_user(connection)
            question = decoded(receive(connection))
            origin = question.origin if isinstance(question, LastAsked) else question.ask.origin
            keeper = self._keepers.get(origin)
            if keeper is None:
                raise Misconfigured(f"this signer holds no key of {origin}; it signs for {', '.join(self._keepers)}")
            if isinstance(question, LastAsked):
                return Answer(signed=keeper.last())
            return Answer(note=keeper.sign(question.ask))
        except FairplaceError as error:
            return refusal(error)
        except OSError as error:
            return refusal(Misconfigured(f"the signer cannot write what it remembers: {error.strerror or error}"))

    def _check_user(self, connection: socket.socket) -> None:
        if not hasattr(socket, "SO_PEERCRED"):
            return  # the socket's mode lets in nobody but its owner
        _, user, _ = struct.unpack("3i", connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12))
        if user not in self._users:
            raise Misconfigured(f"the signer does not answer the user {user}; name it with --user")

    def _clear(self) -> None:
        """Take away a socket that nobody serves any more; leave anything else alone."""
        if not self.path.is_socket():
            return  # a file of another kind makes `bind` fail
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as trial:
            trial.settimeout(1)
            try:
                trial.connect(str(self.path))
            except (ConnectionRefusedError, FileNotFoundError):
                self.path.unlink(missing_ok=True)
                return
            except OSError as error:
                raise Misconfigured(f"the socket {self.path} cannot be looked at: {error.strerror}") from error
        raise Busy(f"another signer answers at {self.path}; stop it first, or give another path")
