"""What goes wrong, said in one clear sentence: a page for a browser, a problem document (RFC 9457) for a program.

- Text that cannot be decoded and nesting without end are the sender's fault: 400, never 500.
- What is too large names the most that is taken there; a wrong part of an address is named.
- What we did not expect is logged for the operator and tells the visitor nothing of the inside.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

import msgspec
import structlog
from litestar import Request, Response
from litestar.exceptions import HTTPException, NotFoundException, ValidationException
from litestar.handlers import HTTPRouteHandler

from fairplace.errors import FairplaceError
from fairplace.formats import size
from fairplace.http import asked
from fairplace.http.guard import NotSignedIn, TooOld, see_other
from fairplace.http.headers import without_secret
from fairplace.http.site import HTML, Site

PROBLEM = "application/problem+json"
UNREADABLE = "what was sent cannot be read as text: it is not valid UTF-8"
NESTED = "what was sent is nested too deeply"

log = structlog.get_logger(__name__)

AnyRequest = Request[Any, Any, Any]


class Fault(msgspec.Struct, frozen=True):
    """A status and a sentence."""

    status: int
    detail: str

    @property
    def title(self) -> str:
        return HTTPStatus(self.status).phrase


def read(error: BaseException, most: int | None = None, instead: str = "send less, or in parts") -> Fault:
    """What to tell about an error; `most` is how many bytes are taken where it arose, and `instead` what to do with more."""
    match error:
        case FairplaceError() if error.status < 500 or error.status == 503:
            return Fault(error.status, str(error))
        case NotFoundException():
            return Fault(404, "nothing of this register has this address")
        case HTTPException(status_code=413):
            taken = "is taken here" if most is None else f"the {size(most)} that are taken here"
            return Fault(413, f"more was sent than {taken}; {instead}")
        case ValidationException():
            return Fault(error.status_code, _wrong(error))
        case HTTPException() if error.status_code < 500:
            return Fault(error.status_code, error.detail)
        case UnicodeDecodeError():
            return Fault(400, UNREADABLE)
        case RecursionError():
            return Fault(400, NESTED)
        case _:
            return Fault(500, "something is wrong on our side; it was noted and the operator will look at it")


def _wrong(error: ValidationException) -> str:
    """What is wrong with the address: the framework names the parts of it, and says the rest in its own terms."""
    named = error.extra if isinstance(error.extra, list) else []
    keys = [str(one["key"]) for one in named if isinstance(one, dict) and "key" in one]
    if keys == ["page"]:
        return f"a list has the pages 1 to {asked.LAST}; what lies further back is found by a search"
    return f"the address has {' and '.join(keys) or 'a part'} that cannot be read; go back to the page that led here"


def _most(request: AnyRequest, site: Site) -> int | None:
    """How many bytes a body may have at this address; a form without files never more than `limits.body`."""
    handler = request.scope.get("route_handler")
    most = handler.resolve_request_max_body_size() if isinstance(handler, HTTPRouteHandler) else None
    if most is not None and not request.headers.get("content-type", "").startswith("multipart/"):
        return min(most, site.settings.limits.body)
    return most


def _instead(request: AnyRequest) -> dict[str, str]:
    """What the address says to do with what is too large for it."""
    handler = request.scope.get("route_handler")
    found = handler.opt.get("instead") if isinstance(handler, HTTPRouteHandler) else None
    return {"instead": found} if found else {}


def wants_page(request: AnyRequest) -> bool:
    """Browsers say that they take HTML; a `.json` address asks for data whoever calls."""
    return "text/html" in request.headers.get("accept", "") and not request.scope["path"].endswith(".json")


def answer(request: AnyRequest, error: Exception) -> Response[bytes]:
    """The one handler of all errors of a site."""
    site = Site.of(request.scope)
    if isinstance(error, NotSignedIn | TooOld) and error.typed is not None and wants_page(request):
        page: Response[bytes] = site.page("sent_again.html", status=error.status, typed=error.typed)
        return page
    if isinstance(error, NotSignedIn) and wants_page(request):
        return see_other(error.address)
    fault = read(error, _most(request, site), **_instead(request))
    if fault.status >= 500:
        log.error("request failed", path=without_secret(request.scope["path"]), status=fault.status, exc_info=error)
    headers = dict(getattr(error, "headers", None) or {})
    if fault.status == 503:
        headers["retry-after"] = "5"
    if wants_page(request):
        body = site.pages.render("fault.html", fault=fault, size=None).encode()
        return Response(body, media_type=HTML, status_code=fault.status, headers=headers)
    problem = {"type": "about:blank", "title": fault.title, "status": fault.status, "detail": fault.detail}
    return Response(msgspec.json.encode(problem), media_type=PROBLEM, status_code=fault.status, headers=headers)
