"""The application: a register in, pages out.

- Every answer leaves through one hook that sets its headers, and every error through one handler.
- Bodies are bounded before they are read; only `/verify` takes one.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import anyio.to_thread
from litestar import Litestar
from litestar.di import Provide

from fairplace import shelf
from fairplace.http import about, challenges, decisions, faults, headers, log, providers, record, rules, verify, whole
from fairplace.http.pages import Pages
from fairplace.http.ports import Register
from fairplace.http.routing import THREADS
from fairplace.http.rulebook import Rulebook
from fairplace.http.site import Site

HANDLERS = (
    *decisions.HANDLERS,
    *challenges.HANDLERS,
    *providers.HANDLERS,
    *rules.HANDLERS,
    *log.HANDLERS,
    *verify.HANDLERS,
    *about.HANDLERS,
    *record.HANDLERS,
    *whole.HANDLERS,
)


def create_app(register: Register, *, web: Path | None = None) -> Litestar:
    """The application of one register; `web` is the shelf of templates and styles, found by itself."""
    settings = register.settings
    pages = Pages(web or shelf.root("web"), authority=settings.authority, origin=settings.origin)
    site = Site(register, pages, Rulebook(register.own_policies))

    def the_site() -> Site:
        return site

    return Litestar(
        route_handlers=list(HANDLERS),
        dependencies={"site": Provide(the_site, sync_to_thread=False, use_cache=True)},
        exception_handlers={Exception: faults.handler(site)},
        before_send=[headers.before_send],
        lifespan=[_pool],
        request_max_body_size=settings.limits.body,
        openapi_config=None,
        logging_config=None,
    )


@asynccontextmanager
async def _pool(_: Litestar) -> AsyncIterator[None]:
    """As many threads as may wait for the database at once."""
    anyio.to_thread.current_default_thread_limiter().total_tokens = THREADS
    yield
