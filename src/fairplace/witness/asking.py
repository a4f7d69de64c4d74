"""One question over HTTP, bounded in time and in bytes: witnesses and logs are other people's machines.

- No redirect is followed, no proxy used, no cookie kept; TLS by the machine's own certificates.
- The whole exchange ends when its time is up, however slowly the other side drips.
"""

from __future__ import annotations

import contextlib
import http.client
import queue
import socket
import ssl
import threading
from typing import NamedTuple
from urllib.parse import urlsplit

from fairplace.errors import Busy, Malformed, Unproven

MOST_BYTES = 64 * 1024
"""Of an answer, where nothing else is said: a checkpoint with many witnesses fits."""


class Answer(NamedTuple):
    status: int
    media: str
    body: bytes


class Question:
    """One request. `ask` gives its answer; `give_up`, from another thread, ends it wherever it stands."""

    def __init__(self, url: str, data: bytes | None = None, *, seconds: float = 5.0, most: int = MOST_BYTES) -> None:
        parts = urlsplit(url)
        try:
            port = parts.port
        except ValueError as error:
            raise Malformed(f"the address {url[:200]!r} came; its port is no number") from error
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.username or parts.fragment:
            raise Malformed(f"the address {url[:200]!r} came; expected https:// and a host")
        self.url = url
        self._data = data
        self._most = most
        self._target = parts._replace(scheme="", netloc="").geturl() or "/"
        self._connection = (
            http.client.HTTPSConnection(parts.hostname, port, timeout=seconds, context=ssl.create_default_context())
            if parts.scheme == "https"
            else http.client.HTTPConnection(parts.hostname, port, timeout=seconds)
        )

    def ask(self) -> Answer:
        """Raises Busy when nothing came back, and Unproven when more came than anybody needs."""
        try:
            self._connection.request(
                "GET" if self._data is None else "POST",
                self._target,
                self._data,
                {"accept": "text/plain", "connection": "close", "user-agent": "fairplace"},
            )
            response = self._connection.getresponse()
            body = response.read(self._most + 1)
        except (OSError, http.client.HTTPException, ValueError) as error:
            reason = getattr(error, "strerror", None) or str(error) or type(error).__name__
            raise Busy(f"{self.url} does not answer: {reason}; try again later") from error
        finally:
            self._connection.close()
        if len(body) > self._most:
            raise Unproven(f"{self.url} answers with more than {self._most} bytes")
        return Answer(response.status, response.getheader("content-type", ""), body)

    def give_up(self) -> None:
        if (sock := self._connection.sock) is not None:
            with contextlib.suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)


def asked(url: str, data: bytes | None = None, *, seconds: float = 5.0, most: int = MOST_BYTES) -> Answer:
    """The answer to one question, or Busy when these seconds are over."""
    question = Question(url, data, seconds=seconds, most=most)
    came: queue.SimpleQueue[Answer | BaseException] = queue.SimpleQueue()

    def ask() -> None:
        try:
            came.put(question.ask())
        except BaseException as error:  # noqa: BLE001 - handed to whoever asked
            came.put(error)

    threading.Thread(target=ask, name="ask", daemon=True).start()
    try:
        result = came.get(timeout=seconds)
    except queue.Empty:
        question.give_up()
        raise Busy(f"{url} does not answer within {seconds:.0f} seconds; try again later") from None
    if isinstance(result, BaseException):
        raise result
    return result
