"""What a visitor may ask in an address: each part bounded and checked before anything is looked up."""

from __future__ import annotations

import re
from typing import Annotated, Any

from litestar import Request
from litestar.params import QueryParameter

from fairplace.errors import Malformed, Missing

LONGEST = 200
"""Characters of a search."""
LAST = 500
"""Pages of a list: further back, search."""

_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
_CODE = re.compile(r"[a-z][a-z-]{0,30}")
_PROVIDER = re.compile(r"[^\x00-\x20\x7f-\x9f\ud800-\udfff]{1,200}")
_RULE = re.compile(r"[A-Z]{1,8}-[0-9]{1,4}")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")

Words = Annotated[str, QueryParameter(name="q")]
State = Annotated[str, QueryParameter(name="state")]
Page = Annotated[int, QueryParameter(name="page", ge=1, le=LAST)]


def address(request: Request[Any, Any, Any]) -> str:
    """The address that was asked for, without the site: as the browser sent it, cut to a length that anybody needs."""
    query = request.scope["query_string"].decode("latin-1")
    return (request.scope["path"] + (f"?{query}" if query else ""))[:1000]


def searched(words: str) -> str:
    """Search text: bounded, on one line, without control characters."""
    if len(words) > LONGEST:
        raise Malformed(f"the search has {len(words)} characters; write at most {LONGEST}")
    return " ".join(_CONTROL.sub(" ", words).split())


def state(value: str) -> str:
    """A state, as the links of a list name it."""
    if value and not _CODE.fullmatch(value):
        raise Malformed(f"the state {value[:40]!r} is not known")
    return value


def identifier(value: str) -> str:
    """The id of a case or of a challenge: a UUIDv4 in lower case."""
    if not _ID.fullmatch(value):
        raise Missing("there is no record at this address")
    return value


def provider(value: str) -> str:
    """The id of a provider, as it stands in notices; some hold a slash."""
    if not _PROVIDER.fullmatch(value):
        raise Missing("there is no provider at this address")
    return value


def rule(value: str) -> str:
    if not _RULE.fullmatch(value):
        raise Missing("there is no rule at this address")
    return value


def place(value: str) -> int:
    """A place in the log: decimal, without sign or idle zeros."""
    if not (value.isascii() and value.isdigit()) or str(int(value[:20])) != value or len(value) > 15:
        raise Missing("there is nothing at this place in the log: places are whole numbers from 0")
    return int(value)
