"""A register served for a browser: real sockets, at an address of its own on `localhost`, where passkeys work."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import uvicorn

from fairplace.http.app import create_app
from fairplace.on_disk import Register


@asynccontextmanager
async def served_at(register: Register) -> AsyncIterator[str]:
    """The address at which the register is served, until the block ends."""
    listening = socket.socket()
    listening.bind(("127.0.0.1", 0))
    address = f"http://localhost:{listening.getsockname()[1]}"
    app = create_app(register, address=address)
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning", server_header=False))
    task = asyncio.create_task(server.serve(sockets=[listening]))
    while not server.started:  # noqa: ASYNC110 - uvicorn has a flag to look at, no event to wait for
        await asyncio.sleep(0.01)
    try:
        yield address
    finally:
        server.should_exit = True
        await task
