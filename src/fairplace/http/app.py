"""The application: a register in, pages out.

- Every answer leaves through one hook that sets its headers, and every error through one handler.
- Bodies are bounded while they are read: forms by `limits.body`, documents by `limits.document`.
"""

from __future__ import annotations

from copy import copy
from functools import cache
from pathlib import Path
from typing import cast

import anyio.to_thread
from litestar import Litestar, Router
from litestar.di import Provide
from litestar.handlers import HTTPRouteHandler
from litestar.types import LifeSpanReceive, LifeSpanScope, LifeSpanSend, Receive, Scope, Send

from fairplace import shelf
from fairplace.clerk import Clerk
from fairplace.demo import personas
from fairplace.errors import Missing
from fairplace.http import (
    about,
    asking,
    awards,
    bids,
    case_challenges,
    case_documents,
    cases,
    challenges,
    contests,
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
    marking,
    my_keys,
    notices,
    of_placements,
    openers,
    our_details,
    our_homes,
    people,
    posted_challenges,
    preview,
    providers,
    record,
    recording,
    recoveries,
    referrals,
    released,
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
    *released.HANDLERS,
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
    *our_details.HANDLERS,
    *marking.HANDLERS,
    *asking.HANDLERS,
    *openers.HANDLERS,
    *posted_challenges.HANDLERS,
    *take_in.HANDLERS,
    *recording.HANDLERS,
    *giving.HANDLERS,
    *workbooks.HANDLERS,
    *awards.HANDLERS,
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
    *contests.HANDLERS,
    *our_homes.HANDLERS,
    *market_list.HANDLERS,
)
"""What is there in a register of placements alone."""


HERE = "http://testserver.local"
"""The address of an application that nobody serves."""


class Application(Litestar):
    """One register behind the routes of its kind."""

    site: Site

    async def __call__(
        self, scope: Scope | LifeSpanScope, receive: Receive | LifeSpanReceive, send: Send | LifeSpanSend
    ) -> None:
        """Answer from this register. Its threads are told how many they are when its server begins."""
        if scope["type"] == "lifespan":
            await _lived(cast("LifeSpanReceive", receive), cast("LifeSpanSend", send))
            return
        self.site.comes_with(scope)
        await super().__call__(scope, receive, send)


def create_app(register: Register, *, web: Path | None = None, address: str = HERE) -> Application:
    """The application of one register; `web` is the shelf of templates and styles, found by itself.

    `address` is where it is served, as browsers see it: scheme, host and port. The setting `site` comes before it.
    """
    settings = register.settings
    pages = Pages(web or shelf.root("web"), authority=settings.authority, origin=settings.origin, kind=settings.kind)
    one = copy(
        _routed(
            register.is_of_placements,
            bool(personas(register.folder, register.domain)),
            settings.limits.body,
            settings.limits.document + case_documents.FORM,  # the form around the file needs a little room of its own
            settings.limits.bundle + verify.FORM,
        )
    )
    room = Workroom(register)
    room.forget_erased()  # what stopped it once is made up for
    one.site = Site(
        register,
        pages,
        Rulebook(register.policies),
        PublicBundles(register),
        room,
        Clerk(register, _no_key),
        settings.site or address,
    )
    return one


@cache
def _routed(
    of_placements_: bool, with_personas: bool, most: int, most_with_file: int, most_of_bundle: int
) -> Application:
    """The routes, without a register: to read them takes longer than anything else, and a process does it once for each
    kind.
    """
    large = Router("/", route_handlers=list(case_documents.LARGE), request_max_body_size=most_with_file)
    checked = Router("/", route_handlers=list(verify.CHECKING), request_max_body_size=most_of_bundle)
    handlers: list[HTTPRouteHandler | Router] = [*HANDLERS, large, checked]
    if of_placements_:
        handlers = [*of_placements.HANDLERS, *of_placements.only(HANDLERS), *SEEKING, large, checked]
    return Application(
        route_handlers=[*handlers, *(demo.HANDLERS if with_personas else ())],
        dependencies={
            "site": Provide(Site.of, sync_to_thread=False),
            "visitor": Provide(guard.visitor),
            "maybe_visitor": Provide(guard.maybe_visitor, sync_to_thread=True),
            "sent": Provide(guard.sent_by_visitor),
            "sent_by_anybody": Provide(guard.sent_by_anybody),
        },
        exception_handlers={Exception: faults.answer},
        before_send=[headers.before_send],
        request_max_body_size=most,
        openapi_config=None,
        logging_config=None,
    )


async def _lived(receive: LifeSpanReceive, send: LifeSpanSend) -> None:
    """As many threads as may wait for the database at once; else there is nothing to begin or to end."""
    await receive()
    anyio.to_thread.current_default_thread_limiter().total_tokens = THREADS
    await send({"type": "lifespan.startup.complete"})
    await receive()
    await send({"type": "lifespan.shutdown.complete"})


def _no_key(name: str) -> Signer:
    """The server has nobody's key: what people sign, they sign on their own devices."""
    raise Missing(f"the key of {name} is not on this server; sign on the device that has it")
