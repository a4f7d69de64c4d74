"""How a public address is answered: GET and HEAD, in the pool of threads."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec

import anyio.to_thread
from litestar import HttpMethod
from litestar.handlers import HTTPRouteHandler, route

from fairplace.http.site import Answer

THREADS = 12
"""How many requests may wait for the database at once; the others queue in front."""

P = ParamSpec("P")


def public(*paths: str) -> Callable[[Callable[P, Answer]], HTTPRouteHandler]:
    """A handler that only reads. It is a plain function and runs in a thread, because look-ups block.

    Litestar's own `sync_to_thread` forgets to await a handler that stands at two addresses (2.25).
    """

    def decorate(read: Callable[P, Answer]) -> HTTPRouteHandler:
        @wraps(read)
        async def answer(*args: P.args, **kwargs: P.kwargs) -> Answer:
            return await anyio.to_thread.run_sync(lambda: read(*args, **kwargs))

        return route(list(paths), http_method=[HttpMethod.GET, HttpMethod.HEAD], opt={"audience": "public"})(answer)

    return decorate
