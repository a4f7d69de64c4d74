"""A witness on the network: three addresses, each answered in a thread, with bounded bodies and bounded time.

It speaks ASGI without a framework: a witness should be small enough to be read before it is run.
"""

from __future__ import annotations

import asyncio
import re
import sqlite3
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from fairplace.errors import FairplaceError
from fairplace.witness.judge import MOST_BYTES, TEXT, Judge, Reply, failed
from fairplace.witness.own import Own
from fairplace.witness.paths import ADD

SLOWEST = 10.0
"""Seconds within which a body must have come."""

_LATEST = re.compile(r"/([0-9a-f]{64})/checkpoint")
_HEADERS = ((b"x-content-type-options", b"nosniff"), (b"cache-control", b"no-store"))

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]


class Server:
    """The ASGI application of one witness."""

    def __init__(self, own: Own, judge: Judge | None = None) -> None:
        self._own = own
        self._judge = judge or Judge(own)

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        reply = await self._reply(scope, receive)
        if reply is None:
            return
        body = b"" if scope["method"] == "HEAD" else reply.body
        headers = [
            (b"content-type", reply.media.encode("ascii")),
            (b"content-length", str(len(reply.body)).encode("ascii")),
            *_HEADERS,
        ]
        await send({"type": "http.response.start", "status": reply.status, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    async def _reply(self, scope: Message, receive: Receive) -> Reply | None:
        method, path = scope["method"], scope["path"]
        reading = method in ("GET", "HEAD")
        found = _LATEST.fullmatch(path)
        if path == ADD:
            if method != "POST":
                return Reply(405, b"Method Not Allowed: checkpoints are posted\n")
            return await self._added(receive)
        if found or path == "/":
            if not reading:
                return Reply(405, b"Method Not Allowed: this address is only read\n")
            return await _safely(lambda: self._judge.latest(found[1]) if found else self._self())
        return Reply(404, b"Not Found: this is a witness; it answers /add-checkpoint and /HASH/checkpoint\n")

    async def _added(self, receive: Receive) -> Reply | None:
        try:
            async with asyncio.timeout(SLOWEST):
                body = await _body(receive)
        except TimeoutError:
            return Reply(408, b"Request Timeout: the request came too slowly\n")
        if body is None:
            return None
        if len(body) > MOST_BYTES:
            return Reply(413, f"Content Too Large: at most {MOST_BYTES} bytes are read\n".encode("ascii"))
        return await _safely(lambda: self._judge.add(body))

    def _self(self) -> Reply:
        """Who this is: its public keys, for whoever sets up a log. They are worth what the way is worth they came by."""
        return Reply(200, "".join(f"{vkey.text}\n" for vkey in self._own.vkeys).encode("ascii"), TEXT)


async def _body(receive: Receive) -> bytes | None:
    """All of a body, or just more than is read. None when the sender went away."""
    body = b""
    while len(body) <= MOST_BYTES:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        body += message.get("body", b"")
        if not message.get("more_body", False):
            break
    return body


async def _safely(answer: Callable[[], Reply]) -> Reply:
    try:
        return await asyncio.to_thread(answer)
    except (FairplaceError, sqlite3.Error, OSError) as error:
        return failed(error)
