"""A register served for a browser: real sockets, at an address of its own on `localhost`, where passkeys work."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import uvicorn

from fairplace.http.app import create_app
from fairplace.on_disk import Register


class Line:
    """Between browsers and the register: as slow as somebody's line at home, or broken. What comes back is not slowed."""

    def __init__(self) -> None:
        self.upload: int | None = None
        """Bytes a second that a browser can send; null: as many as it will."""
        self.broken = False
        self._open: set[asyncio.StreamWriter] = set()

    def cut(self) -> None:
        """Whatever is under way breaks off, and nothing gets through until the line is whole again."""
        self.broken = True
        for one in list(self._open):
            one.transport.abort()

    async def carry(self, browser: asyncio.StreamReader, back: asyncio.StreamWriter, port: int) -> None:
        if self.broken:
            back.transport.abort()
            return
        answers, register = await asyncio.open_connection("127.0.0.1", port)
        self._open |= {back, register}
        with suppress(ConnectionError):
            await asyncio.gather(self._pass_on(browser, register, slow=True), self._pass_on(answers, back))
        self._open -= {back, register}

    async def _pass_on(self, source: asyncio.StreamReader, to: asyncio.StreamWriter, *, slow: bool = False) -> None:
        while data := await source.read(16_384):
            if slow and self.upload is not None:
                await asyncio.sleep(len(data) / self.upload)
            to.write(data)
            await to.drain()
        to.close()


@asynccontextmanager
async def served_at(register: Register, line: Line | None = None) -> AsyncIterator[str]:
    """The address at which the register is served, until the block ends; `line`: what lies before it."""
    listening, before = _listening(), None if line is None else _listening()
    port = listening.getsockname()[1]
    address = f"http://localhost:{(before or listening).getsockname()[1]}"
    app = create_app(register, address=address)
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning", server_header=False))
    task = asyncio.create_task(server.serve(sockets=[listening]))
    carried = None
    if line is not None:
        # A browser that sends faster than the line is to be held up at once, and not to fill a buffer here.
        carried = await asyncio.start_server(lambda one, back: line.carry(one, back, port), sock=before, limit=16_384)
    while not server.started:  # noqa: ASYNC110 - uvicorn has a flag to look at, no event to wait for
        await asyncio.sleep(0.01)
    try:
        yield address
    finally:
        if carried is not None and line is not None:
            carried.close()
            line.cut()
        server.should_exit = True
        await task


def _listening() -> socket.socket:
    made = socket.socket()
    made.bind(("127.0.0.1", 0))
    return made
