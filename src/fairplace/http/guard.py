"""Who asks: the session behind a request, the keys and roles of whoever is signed in, and what may be sent at all.

- Nothing is allowed that does not say for whom it is: each address is `public`, `signed_in`, or `acting`.
- Whatever changes something is sent from a page of this site, with the token of the session.
- Roles are those of the person's keys as the key register stands now, asked for anew at each request.
"""

from __future__ import annotations

import base64
import hmac
from collections.abc import Callable
from functools import wraps
from typing import Any, NamedTuple, ParamSpec
from urllib.parse import parse_qsl, quote, urlsplit

import anyio.to_thread
import msgspec
from litestar import HttpMethod, Request, Response
from litestar.datastructures import Cookie, UploadFile
from litestar.di import NamedDependency
from litestar.enums import RequestEncodingType
from litestar.exceptions import HTTPException, InternalServerException
from litestar.handlers import HTTPRouteHandler, route
from litestar.types import Empty

from fairplace.accounts.model import Person, Session
from fairplace.errors import FairplaceError, Forbidden, Malformed, Refused
from fairplace.http.site import Answer, Site, TheSite
from fairplace.http.typed import Typed, typed_in
from fairplace.ledger.note import Vkey
from fairplace.people.roles import HEADS, PEOPLE, in_words

P = ParamSpec("P")

AnyRequest = Request[Any, Any, Any]


class NotSignedIn(FairplaceError):
    """Somebody has to sign in first; `onward` is where they wanted to go."""

    status = 401

    def __init__(self, onward: str, typed: Typed | None = None) -> None:
        super().__init__("sign in to see this page")
        self.onward = onward
        self.typed = typed

    @property
    def address(self) -> str:
        return f"/sign-in?next={quote(self.onward, safe='/')}"


class TooOld(Forbidden):
    """The page was made in an earlier session."""

    def __init__(self, typed: Typed | None = None) -> None:
        super().__init__("the page was open too long, or you signed in anew meanwhile; load it again", code="token")
        self.typed = typed


OPENING = frozenset({"approver", "auditor", "monitoring", "officer"})
MARKING = frozenset({"evaluator", "moderator"})


class Key(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody's signing key, with the roles that the register gives it now."""

    vkey: str
    name: str
    label: str
    roles: frozenset[str]
    revoked: bool
    replaced: bool = False  # it ended because another took its place
    lost: bool = False  # it ended so that two others may let another take its place
    site: str = ""  # where a passkey signs; empty for a key that the browser keeps
    credential: str = ""  # the passkey's id, in base64url

    @property
    def acts_as(self) -> str:
        return in_words(self.roles, ", ")


class Place(NamedTuple):
    """A page of the desk, as its navigation lists it."""

    address: str
    name: str
    label: str


class Visitor(msgspec.Struct, frozen=True, kw_only=True):
    """Whoever is signed in."""

    session: Session
    keys: tuple[Key, ...]
    seeks: bool = False  # is this a register of placements?

    @property
    def person(self) -> Person:
        return self.session.person

    @property
    def roles(self) -> frozenset[str]:
        return frozenset(role for key in self.keys for role in key.roles)

    @property
    def heads(self) -> bool:
        """May they let others act?"""
        return not self.roles.isdisjoint(HEADS)

    @property
    def places(self) -> list[Place]:
        """Where they can go from any page of the desk."""
        found = [Place("/desk", "work", "My work")]
        provides = bool(self.person.provider) and "provider" in self.roles
        if self.seeks:
            if self.staff or "auditor" in self.roles:
                found += [
                    Place("/desk/searches", "searches", "Searches"),
                    Place("/desk/market", "market", "List of homes"),
                ]
            found += [Place("/desk/referrals", "referrals", "Referrals to us")] if provides else []
            found += [Place("/desk/homes", "homes", "Our homes")] if provides else []
        else:
            found += [Place("/desk/cases", "cases", "Cases")] if self.staff else []
            found += [Place("/desk/bids", "bids", "My bids")] if provides else []
            found += [Place("/desk/details", "details", "Our details")] if provides else []
        found += [Place("/desk/keys", "keys", "My keys")]
        found += [Place("/desk/openers", "openers", "Openers")] if (self.opens or self.heads) and not self.seeks else []
        return found + ([Place("/desk/people", "people", "People")] if self.heads else [])

    @property
    def opens(self) -> bool:
        """Can they be openers of sealed bids? Whoever marks bids cannot."""
        return not self.roles.isdisjoint(OPENING) and self.roles.isdisjoint(MARKING)

    @property
    def staff(self) -> bool:
        """Do they work on cases?"""
        return not self.roles.isdisjoint(PEOPLE - {"key-admin", "auditor"})

    @property
    def key(self) -> Key | None:
        """The key with which they act: the newest that may sign anything."""
        able = [key for key in self.keys if key.roles]
        return able[-1] if able else None

    @property
    def lost(self) -> Key | None:
        """The key that they lost: the last of theirs that ended so, when none may sign."""
        lost = [key for key in self.keys if key.lost]
        return lost[-1] if lost and self.key is None else None

    def need(self, *roles: str) -> None:
        """Raises Forbidden unless they have one of these roles."""
        if not self.roles:
            raise Forbidden(
                "no signing key of yours may act yet; My keys, at the top, says whether one is still to be made on this"
                " device, or waits until a second person confirms it",
                code="key",
            )
        if self.roles.isdisjoint(roles):
            raise Forbidden(
                f"this is for {in_words(frozenset(roles))}; ask whoever looks after the register for that role",
                code="role",
            )


TheVisitor = NamedDependency[Visitor]
"""Whoever is signed in, as a handler asks for it."""

MaybeVisitor = NamedDependency[Visitor | None]


def cookie_name(site: str) -> str:
    """`__Host-` binds the cookie to this very host over TLS; a browser refuses it elsewhere, as on localhost.

    There the port stands in its name: cookies know no ports, and two registers of one machine would sign each other out.
    """
    if site.startswith("https:"):
        return "__Host-fairplace"
    port = urlsplit(site).port
    return f"fairplace-session-{port}" if port else "fairplace-session"


def cookie(site: str, secret: str) -> Cookie:
    """The cookie of a session; with an empty secret, the one that takes it away."""
    return Cookie(
        key=cookie_name(site),
        value=secret,
        path="/",
        httponly=True,
        samesite="lax",
        secure=site.startswith("https:"),
        max_age=None if secret else 0,
    )


def secret_of(request: AnyRequest, site: Site) -> str | None:
    return request.cookies.get(cookie_name(site.address)) or None


def whence(request: AnyRequest) -> str:
    """Where it comes from, as far as this process can see: behind a proxy that is the proxy, unless it is told otherwise."""
    return request.client.host if request.client else "unknown"


async def visitor(request: AnyRequest, site: TheSite) -> Visitor:
    """Whoever is signed in. Raises NotSignedIn when nobody is, with what they typed."""
    found = await anyio.to_thread.run_sync(maybe_visitor, request, site)
    if found is None:
        if request.method in ("GET", "HEAD"):
            raise NotSignedIn(request.scope["path"])
        raise NotSignedIn("/desk", await _typed_outside(request, site))
    return found


async def _typed_outside(request: AnyRequest, site: Site) -> Typed | None:
    """What came from a page of this site whose session is over: bounded as forms are for which nobody signs in, apart."""
    try:
        check_sent(request, site)
        await anyio.to_thread.run_sync(site.sessions.count, f"typed {whence(request)}", FORMS_PER_MINUTE)
        sent = await read_form(request, site)
    except (FairplaceError, HTTPException):
        return None
    return typed_in(request.scope["path"], sent)


def maybe_visitor(request: AnyRequest, site: TheSite) -> Visitor | None:
    secret = secret_of(request, site)
    session = site.sessions.get(secret) if secret else None
    if session is None:
        return None
    return Visitor(session=session, keys=with_register(site, session.person.id), seeks=site.seeks)


def with_register(site: Site, person: str) -> tuple[Key, ...]:
    """Somebody's signing keys, the oldest first, and what the key register says of them now."""
    register = site.register.reader.register()
    keys = []
    for kept in site.accounts.keys_of(person):
        vkey = Vkey.parse(kept.vkey)
        standing = register.standing(vkey.name, vkey.key_id)
        live = standing is not None and standing.vkey == vkey and standing.revoked is None
        roles = frozenset(role for _, role in standing.roles) if standing is not None and live else frozenset()
        revoked = standing is not None and standing.revoked is not None
        keys.append(
            Key(
                vkey=kept.vkey,
                name=vkey.name,
                label=kept.label,
                roles=roles,
                revoked=revoked,
                replaced=standing is not None and standing.ended == "replaced",
                lost=standing is not None and standing.ended in ("lost", "compromised"),
                site=vkey.passkey.site if vkey.passkey else "",
                credential=base64.urlsafe_b64encode(kept.credential).rstrip(b"=").decode("ascii"),
            )
        )
    return tuple(keys)


def onward(address: str) -> str:
    """A place of this site to go to after signing in; anything else is the desk."""
    parts = urlsplit(address)
    safe = address.startswith("/") and not address.startswith(("//", "/\\")) and not parts.scheme and not parts.netloc
    return address if safe and address.isprintable() else "/desk"


def check_sent(request: AnyRequest, site: Site) -> None:
    """Raises Forbidden unless a page of this site sent it (`Sec-Fetch-Site`, else `Origin`)."""
    where = request.headers.get("sec-fetch-site")
    if where is not None and where in ("same-origin", "none"):
        return
    if where is None and request.headers.get("origin", site.address) == site.address:
        return
    raise Forbidden("this was sent from another site; open the page here and send it from there", code="origin")


def is_token(session: Session, token: str) -> bool:
    """Did the session's own token come?"""
    return hmac.compare_digest(token.encode(), session.csrf.encode())


def signed_in(*paths: str) -> Callable[[Callable[P, Answer]], HTTPRouteHandler]:
    """A handler for somebody signed in, that only reads. It takes `visitor: TheVisitor`."""
    return _guarded(paths, [HttpMethod.GET, HttpMethod.HEAD], "signed-in")


def acting(*paths: str, most: int | None = None) -> Callable[[Callable[P, Answer]], HTTPRouteHandler]:
    """A handler for somebody signed in, that changes something. It takes `visitor` and `sent: Sent`.

    `most`: bytes that may be sent, where the limit of all pages is too small for a file.
    """
    return _guarded(paths, [HttpMethod.POST], "acting", most)


def from_page(*paths: str, most: int | None = None) -> Callable[[Callable[P, Answer]], HTTPRouteHandler]:
    """A handler for a form of a page of this site, for which nobody is signed in. It takes `sent_by_anybody: Sent`.

    `most` as for `acting`.
    """
    return _guarded(paths, [HttpMethod.POST], "from-page", most)


def _guarded(
    paths: tuple[str, ...], methods: list[HttpMethod], audience: str, most: int | None = None
) -> Callable[[Callable[P, Answer]], HTTPRouteHandler]:
    def decorate(handle: Callable[P, Answer]) -> HTTPRouteHandler:
        @wraps(handle)
        async def answer(*args: P.args, **kwargs: P.kwargs) -> Answer:
            return await anyio.to_thread.run_sync(lambda: handle(*args, **kwargs))

        return route(
            list(paths),
            http_method=list(methods),
            status_code=200,
            opt={"audience": audience},
            request_max_body_size=Empty if most is None else most,
        )(answer)

    return decorate


def see_other(address: str, cookie: Cookie | None = None) -> Answer:
    """Go and look there: the answer to whatever was sent, so that going back sends nothing again."""
    cookies = [cookie] if cookie is not None else []
    return Response(b"", status_code=303, headers={"location": address, "cache-control": "no-store"}, cookies=cookies)


class File(msgspec.Struct, frozen=True):
    """A file that came with a form."""

    name: str
    media: str
    data: bytes


class Sent(msgspec.Struct, frozen=True):
    """What a form sent: the values of each field in their order, and its files."""

    fields: dict[str, list[str]]
    files: dict[str, list[File]]

    def get(self, name: str) -> str:
        """The one value of a field, white space around it taken off; empty when there is none."""
        return next(iter(self.fields.get(name, ())), "").strip()

    def all(self, name: str) -> list[str]:
        return self.fields.get(name, [])

    def line(self) -> str:
        """The signature that the page's script made. Raises Refused when the form came without: pressed too early, say."""
        if not (line := self.get("line")):
            raise Refused(
                "no signature came: the page had not loaded yet, or scripts are off. Wait a moment, then press the button"
                " again",
                code="signature",
            )
        return line

    @property
    def version(self) -> int:
        """The version of the draft that a form was made from; 0, which is none, for anything else that came."""
        said = self.get("version")
        return int(said) if said.isdecimal() and len(said) < 10 else 0


TheSent = NamedDependency[Sent]
"""What a form sent, as a handler asks for it."""

LONGEST_FORM = 2000
"""Fields of one form."""
FORMS_PER_MINUTE = 120
"""From one network address, by people who are not signed in."""


async def read_form(request: AnyRequest, site: Site) -> Sent:
    """The fields and files of a form, as text in UTF-8. Only a form with files may be larger than any page's."""
    try:
        return await _read_form(request, site)
    except InternalServerException as error:
        if error.detail != BROKE_OFF:
            raise
        raise broke_off() from error


BROKE_OFF = "client disconnected prematurely"
"""Litestar's words for a line that breaks while a body comes: nobody's fault on this side."""


def broke_off() -> HTTPException:
    return HTTPException("the connection broke off before all was sent; send it again", status_code=400)


async def _read_form(request: AnyRequest, site: Site) -> Sent:
    if request.content_type[0] != RequestEncodingType.MULTI_PART:
        most = site.settings.limits.body
        if len(await request.body()) > most:
            raise HTTPException(f"a form may have {most} bytes", status_code=413)
    fields: dict[str, list[str]] = {}
    files: dict[str, list[File]] = {}
    for name, value in await pairs(request):
        if isinstance(value, UploadFile):
            if value.filename:
                data = await value.read()
                files.setdefault(name, []).append(File(value.filename[:300], value.content_type, data))
        else:
            fields.setdefault(name, []).append(str(value).replace("\r\n", "\n"))
    return Sent(fields, files)


async def pairs(request: AnyRequest) -> list[tuple[str, Any]]:
    """What a form sent, in its order. Raises Malformed for too many fields: to leave some out would be to lose them.

    Text is not read by the framework, which keeps the last thousand bodies that it read in memory.
    """
    if request.content_type[0] != RequestEncodingType.URL_ENCODED:
        return list((await request.form()).multi_items())
    try:
        text = (await request.body()).decode("utf-8", "replace")
        return list(parse_qsl(text, keep_blank_values=True, max_num_fields=LONGEST_FORM))
    except ValueError as error:
        raise Malformed(
            f"a form of more than {LONGEST_FORM:,} fields came, and nothing of it was taken in; send it in parts"
        ) from error


async def sent_by_visitor(request: AnyRequest, site: TheSite, visitor: TheVisitor) -> Sent:
    check_sent(request, site)
    sent = await read_form(request, site)
    if not is_token(visitor.session, sent.get("token")):
        raise TooOld(typed_in(request.scope["path"], sent, session=visitor.session))
    return sent


async def sent_by_anybody(request: AnyRequest, site: TheSite) -> Sent:
    """A form of a page for which nobody has to be signed in."""
    check_sent(request, site)
    await anyio.to_thread.run_sync(site.sessions.count, f"form {whence(request)}", FORMS_PER_MINUTE)
    return await read_form(request, site)
