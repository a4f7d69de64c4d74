"""The headers of every answer, whatever its status.

- A hook before sending sets them, because Litestar's own `response_headers` miss 404 and 405.
- No script or style but our own files; no frame; no base; no outside request.
- A value that a handler set itself (caching, mostly) stays.
- A script that sends a form and stays on its page (`sending.js`) is told the next address and not led there: a browser
  would load the page for the script, and then again to show it.
"""

from __future__ import annotations

from litestar.datastructures import MutableScopeHeaders
from litestar.status_codes import HTTP_201_CREATED, HTTP_303_SEE_OTHER
from litestar.types import Message, Scope

POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; script-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)

HEADERS = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "x-frame-options": "DENY",
}

STAYS = b"x-stays"
"""The request header of a script that wants the address of the next page, and not the page."""

HSTS = "max-age=31536000"

PRIVATE = ("/desk", "/sign-in", "/welcome", "/debrief")
"""Where pages are for one person alone."""

SECRET = ("/welcome/", "/debrief/")
"""Where the address itself lets somebody in."""


def without_secret(path: str) -> str:
    """An address as it may stand in a log."""
    for start in SECRET:
        if path.startswith(start):
            return f"{start}…"
    return path


async def before_send(message: Message, scope: Scope) -> None:
    if message["type"] != "http.response.start":
        return
    headers = MutableScopeHeaders.from_message(message)
    for name, value in HEADERS.items():
        headers[name] = value
    if "cache-control" not in headers:
        # What somebody sees who is signed in stays in no cache, the browser's own included.
        headers["cache-control"] = "no-store" if scope["path"].startswith(PRIVATE) else "no-cache"
    if scope["path"].startswith(PRIVATE):
        headers["x-robots-tag"] = "noindex, nofollow"
    if message["status"] == HTTP_303_SEE_OTHER and any(name == STAYS for name, _ in scope["headers"]):
        message["status"] = HTTP_201_CREATED
    if scope.get("scheme") == "https":
        headers["strict-transport-security"] = HSTS
