"""The whole record in one download, for whoever wants to check all of it away from this server."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any, BinaryIO

import anyio.to_thread
from litestar import HttpMethod, Request, Response
from litestar.handlers import route
from litestar.response import Stream

from fairplace.http.site import OPEN, TheSite

PIECE = 256 * 1024
"""Bytes that one download holds in memory."""


@route("/log.zip", http_method=[HttpMethod.GET, HttpMethod.HEAD], opt={"audience": "public"})
async def whole(request: Request[Any, Any, Any], site: TheSite) -> Stream | Response[bytes]:
    """A ZIP of the published files of the newest checkpoint."""
    file, length, digest = await anyio.to_thread.run_sync(site.archive.open)
    headers = {
        "content-disposition": 'attachment; filename="log.zip"',
        "cache-control": "no-cache",
        "etag": f'"{digest}"',
        **OPEN,
    }
    if f'"{digest}"' in request.headers.get("if-none-match", "") or request.method == HttpMethod.HEAD:
        file.close()
        if request.method == HttpMethod.HEAD:
            return Response(b"", media_type="application/zip", headers={**headers, "content-length": str(length)})
        return Response(b"", status_code=304, headers=headers)
    return Stream(_pieces(file), media_type="application/zip", headers={**headers, "content-length": str(length)})


async def _pieces(file: BinaryIO) -> AsyncIterator[bytes]:
    try:
        while piece := await anyio.to_thread.run_sync(file.read, PIECE):
            yield piece
    finally:
        file.close()


HANDLERS = (whole,)
