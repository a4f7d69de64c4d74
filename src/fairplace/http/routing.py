"""How a public address is answered: GET and HEAD, in the pool of threads."""

from __future__ import annotations

from collections.abc import Callable

from litestar import HttpMethod
from litestar.handlers import HTTPRouteHandler, route

THREADS = 12
"""How many requests may wait for the database at once; the others queue in front."""


def public(*paths: str) -> Callable[..., HTTPRouteHandler]:
    """A handler that only reads."""
    return route(list(paths), http_method=[HttpMethod.GET, HttpMethod.HEAD], sync_to_thread=True)
