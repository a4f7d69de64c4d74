"""The application: a register in, pages out.

- Every answer leaves through one hook that sets its headers, and every error through one handler.
- Bodies are bounded while they are read: forms by `limits.body`, documents by `limits.document`.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cache
from pathlib import Path

import anyio.to_thread
from litestar import Litestar, Router
from litestar.di import Provide
from litestar.handlers import HTTPRouteHandler

from fairplace import shelf
from fairplace.clerk import Clerk
from fairplace.demo import personas
from fairplace.errors import Missing
from fairplace.http import (
    about,
    bids,
    case_challenges,
    case_documents,
    cases,
    challenges,
    correspondence,
    debrief,
    debriefs,
    decisions,
    demo,
    faults,
    giving,
    guard,
    guarded,
    headers,
    keys,
    living,
    log,
    market_list,
    my_keys,
    notices,
    of_placements,
    openers,
    our_homes,
    people,
    preview,
    providers,
    record,
    recording,
    recoveries,
    referrals,
    revoking,
    rules,
    searches,
    sign_in,
    signing,
    take_away,
    take_in,
    tonight,
    urgent,
    verify,
    whole,
    work,
    workbooks,
)
from fairplace.http.pages import Pages
from fairplace.http.routing import THREADS
from fairplace.http.rulebook import Rulebook
from fairplace.http.site import Site
from fairplace.ledger.note import Signer
from fairplace.on_disk import Register
from fairplace.publish.downloads import PublicBundles
from fairplace.workroom import Workroom

HANDLERS = (
    *decisions.HANDLERS,
    *challenges.HANDLERS,
    *providers.HANDLERS,
    *rules.HANDLERS,
    *log.HANDLERS,
    *keys.HANDLERS,
    *verify.HANDLERS,
    *about.HANDLERS,
    *record.HANDLERS,
    *whole.HANDLERS,
    *sign_in.HANDLERS,
    *my_keys.HANDLERS,
    *people.HANDLERS,
    *recoveries.HANDLERS,
    *revoking.HANDLERS,
    *signing.HANDLERS,
    *preview.HANDLERS,
    *work.HANDLERS,
    *urgent.HANDLERS,
    *cases.HANDLERS,
    *case_challenges.HANDLERS,
    *correspondence.HANDLERS,
    *debriefs.HANDLERS,
    *debrief.HANDLERS,
    *bids.HANDLERS,
    *openers.HANDLERS,
    *take_in.HANDLERS,
    *recording.HANDLERS,
    *giving.HANDLERS,
    *workbooks.HANDLERS,
    *notices.HANDLERS,
    *case_documents.HANDLERS,
    *guarded.HANDLERS,
)

SEEKING = (
    *searches.HANDLERS,
    *living.HANDLERS,
    *tonight.HANDLERS,
    *referrals.HANDLERS,
    *take_away.HANDLERS,
    *our_homes.HANDLERS,
    *market_list.HANDLERS,
)
"""What is there in a register of placements alone."""


HERE = "http://testserver.local"
"""The address of an application that nobody serves."""


def create_app(register: Register, *, web: Path | None = None, address: str = HERE) -> Litestar:
    """The application of one register; `web` is the shelf of templates and styles, found by itself.

    `address` is where it is served, as browsers see it: scheme, host and port. The setting `site` comes before it.
    """
    _parse_handlers()
    settings = register.settings
    pages = Pages(web or shelf.root("web"), authority=settings.authority, origin=settings.origin, kind=settings.kind)
    site = Site(
        register,
        pages,
        Rulebook(register.policies),
        PublicBundles(register),
        Workroom(register),
        Clerk(register, _no_key),
        settings.site or address,
    )

    def the_site() -> Site:
        return site

    # The form around the file needs a little room of its own.
    most = settings.limits.document + case_documents.FORM
    large = Router("/", route_handlers=list(case_documents.LARGE), request_max_body_size=most)
    handlers: list[HTTPRouteHandler | Router] = [*HANDLERS, large]
    if register.is_of_placements:
        handlers = [*of_placements.HANDLERS, *of_placements.only(HANDLERS), *SEEKING, large]

    return Litestar(
        route_handlers=[*handlers, *(demo.HANDLERS if personas(register.folder, register.domain) else ())],
        dependencies={
            "site": Provide(the_site, sync_to_thread=False, use_cache=True),
            "visitor": Provide(guard.visitor),
            "maybe_visitor": Provide(guard.maybe_visitor, sync_to_thread=True),
            "sent": Provide(guard.sent_by_visitor),
            "sent_by_anybody": Provide(guard.sent_by_anybody),
        },
        exception_handlers={Exception: faults.handler(site)},
        before_send=[headers.before_send],
        lifespan=[_pool],
        request_max_body_size=settings.limits.body,
        openapi_config=None,
        logging_config=None,
    )


@cache
def _parse_handlers() -> None:
    """Read the signatures of all handlers, once in a process: what an application registers are copies, which keep it."""
    for handler in (*HANDLERS, *case_documents.LARGE, *demo.HANDLERS):
        _ = handler.parsed_fn_signature


def _no_key(name: str) -> Signer:
    """The server has nobody's key: what people sign, they sign on their own devices."""
    raise Missing(f"the key of {name} is not on this server; sign on the device that has it")


@asynccontextmanager
async def _pool(_: Litestar) -> AsyncIterator[None]:
    """As many threads as may wait for the database at once."""
    anyio.to_thread.current_default_thread_limiter().total_tokens = THREADS
    yield
