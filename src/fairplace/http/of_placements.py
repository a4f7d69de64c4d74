"""What a register of placements answers: an allow-list, because nothing of a case may ever be read outside.

- Outsiders get what proves that the log was not changed (checkpoints, hashes, policy), and pages about the register.
- The desk's pages for keys and people are those of every register.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from litestar.handlers import HTTPRouteHandler

from fairplace.http import numbers
from fairplace.http.routing import public
from fairplace.http.site import Answer, TheSite

ALLOWED = frozenset({
    "/about",
    "/accessibility",
    "/checkpoint",
    "/checkpoints/{name:str}",
    "/fairplace_verify.py",
    "/homes",
    "/homes/{name:str}",
    "/lost/{rest:path}",
    "/policy",
    "/robots.txt",
    "/rules",
    "/rules.json",
    "/rules/{name:str}",
    "/scripts/{version:str}/{name:str}",
    "/sign-in",
    "/sign-in/back",
    "/sign-in/work-account",
    "/static/{name:str}",
    "/tile/{rest:path}",
    "/timestamp/{name:str}",
    "/verify",
    "/welcome/{link:str}",
})  # fmt: skip
"""What anybody may ask for. Of `/tile` there are hashes alone: bundles of entries are not published."""

DESK = ("/desk/keys", "/desk/people", "/desk/recoveries", "/desk/sign", "/desk/acts", "/desk/placements")
"""Where those who signed in go. Pages of a procurement are not among them."""


CASE = frozenset({
    "/desk/cases/{case:str}",
    "/desk/cases/{case:str}/file",
    "/desk/cases/{case:str}/names",
    "/desk/cases/{case:str}/documents",
    "/desk/cases/{case:str}/documents/new",
    "/desk/cases/{case:str}/documents/destroy",
    "/desk/cases/{case:str}/documents/{name:str}",
    "/desk/cases/{case:str}/documents/{name:str}/{what:str}",
    "/desk/cases/{case:str}/{code:str}",
})  # fmt: skip
"""Of the pages of a case, those that a search has: its file, opened with a signed request, its forms, names to look for,
and its documents."""


@public("/")
def home(site: TheSite) -> Answer:
    return site.page("of_placements.html")


HANDLERS = (home, *numbers.HANDLERS)


def only(handlers: Iterable[HTTPRouteHandler]) -> Iterator[HTTPRouteHandler]:
    """Those of these handlers that a register of placements has."""
    for handler in handlers:
        if all(path in ALLOWED | CASE or path == "/desk" or path.startswith(DESK) for path in handler.paths):
            yield handler
