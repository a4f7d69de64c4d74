"""Witnesses on real sockets: honest ones, and others that answer whatever a test wants."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import uvicorn

from fairplace.witness.judge import Judge
from fairplace.witness.own import Own
from fairplace.witness.server import Server


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port: int = taken.getsockname()[1]
        return port


@contextmanager
def served(own: Own, judge: Judge | None = None, *, port: int = 0) -> Iterator[str]:
    """The address of a witness that answers until the block ends."""
    listening = socket.create_server(("127.0.0.1", port))
    config = uvicorn.Config(Server(own, judge), log_level="error", lifespan="off", access_log=False)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    try:
        until = time.monotonic() + 10
        while not server.started:
            assert time.monotonic() < until
            time.sleep(0.01)
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(10)
        listening.close()


@contextmanager
def answering(answer: Callable[[bytes, socket.socket], None], *, head: bool = False) -> Iterator[str]:
    """A server that hands each request's body, or its head, and its connection to `answer`, and knows nothing else."""
    listening = socket.create_server(("127.0.0.1", 0))
    listening.settimeout(0.1)
    over = threading.Event()

    def one(connection: socket.socket) -> None:
        with connection:
            connection.settimeout(5)
            with suppress(OSError):
                answer(_request(connection)[0 if head else 1], connection)

    def run() -> None:
        while not over.is_set():
            try:
                connection, _ = listening.accept()
            except TimeoutError:
                continue
            threading.Thread(target=one, args=(connection,), daemon=True).start()

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        over.set()
        thread.join(5)
        listening.close()


def _request(connection: socket.socket) -> tuple[bytes, bytes]:
    """Head and body of one request."""
    data = b""
    while b"\r\n\r\n" not in data:
        data += connection.recv(65536)
    head, _, body = data.partition(b"\r\n\r\n")
    lengths = [line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
    length = int(lengths[0].split(b":")[1]) if lengths else 0
    while len(body) < length:
        body += connection.recv(65536)
    return head, body


def reply(status: str, body: bytes, media: str = "text/plain") -> Callable[[bytes, socket.socket], None]:
    """Always the same answer."""

    def answer(_: bytes, connection: socket.socket) -> None:
        head = f"HTTP/1.1 {status}\r\ncontent-type: {media}\r\ncontent-length: {len(body)}\r\n\r\n"
        connection.sendall(head.encode() + body)

    return answer
