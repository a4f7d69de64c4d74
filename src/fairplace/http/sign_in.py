"""Signing in: with a passkey, or with the authority's own account; and the link that lets somebody in for the first time."""

from __future__ import annotations

import json
from typing import Any

from litestar import Request
from litestar.params import FromPath, FromQuery

from fairplace.accounts.model import Person, digest
from fairplace.errors import Missing, Refused
from fairplace.http.guard import (
    AnyRequest,
    MaybeVisitor,
    Sent,
    TheSent,
    TheVisitor,
    acting,
    cookie,
    from_page,
    onward,
    secret_of,
    see_other,
    whence,
)
from fairplace.http.routing import public
from fairplace.http.site import Answer, Site, TheSite

MOST_ANSWER = 20_000
"""Characters of a browser's answer: a passkey's is below 2,000."""

PER_ADDRESS, PER_LINK = 60, 10
"""Tries in a minute, from one network address, behind which a whole office may sit, and with one link."""


@public("/sign-in")
def sign_in(site: TheSite, maybe_visitor: MaybeVisitor, next: FromQuery[str] = "") -> Answer:  # noqa: A002 - a name in addresses
    """The ways in."""
    if maybe_visitor is not None:
        return see_other(onward(next))
    return _page(site, onward(next))


def _page(site: Site, to: str, fault: str = "", status: int = 200) -> Answer:
    question, options = site.passkeys.begin_signing_in()
    return site.page(
        "sign_in.html", status=status, question=question, options=options, onward=to, fault=fault, oidc=site.oidc_name
    )


@from_page("/sign-in")
def answered(request: AnyRequest, site: TheSite, sent_by_anybody: TheSent) -> Answer:
    """A passkey's answer."""
    site.sessions.count(f"sign-in {whence(request)}", PER_ADDRESS)
    to = onward(sent_by_anybody.get("onward"))
    try:
        person = site.passkeys.finish_signing_in(sent_by_anybody.get("question"), passkey_answer(sent_by_anybody))
        return _begun(request, site, person, to)
    except Refused as error:
        return _page(site, to, fault=str(error), status=error.status)


@public("/sign-in/work-account")
def leave(request: AnyRequest, site: TheSite, next: FromQuery[str] = "", link: FromQuery[str] = "") -> Answer:  # noqa: A002 - as above
    """On the way to the authority's own sign-in."""
    site.sessions.count(f"sign-in {whence(request)}", PER_ADDRESS)
    if site.oidc is None:
        raise Missing("this register has no sign-in with work accounts; use a passkey")
    _, address = site.oidc.leave(invitation=link, onward="/desk/keys" if link else onward(next))
    return see_other(address)


@public("/sign-in/back")
def come_back(request: AnyRequest, site: TheSite) -> Answer:
    """Back from the authority's own sign-in."""
    site.sessions.count(f"sign-in {whence(request)}", PER_ADDRESS)
    if site.oidc is None:
        raise Missing("this register has no sign-in with work accounts; use a passkey")
    try:
        person, to = site.oidc.come_back(request.query_params.get("state", ""), str(request.url))
        return _begun(request, site, person, onward(to))
    except Refused as error:
        return _page(site, "/desk", fault=str(error), status=error.status)


@acting("/desk/sign-out")
def sign_out(request: AnyRequest, site: TheSite, visitor: TheVisitor, sent: TheSent) -> Answer:
    """End this session, or all that this person has."""
    if sent.get("everywhere"):
        site.sessions.end_all(visitor.person.id)
    elif secret := secret_of(request, site):
        site.sessions.end(secret)
    return see_other("/sign-in", cookie(site.address, ""))


@public("/welcome/{link:str}")
def welcome(request: AnyRequest, site: TheSite, link: FromPath[str]) -> Answer:
    """An invitation: make a passkey, or sign in with the authority's own account."""
    site.sessions.count(f"welcome {whence(request)}", PER_ADDRESS)
    return _welcome(site, link)


def _welcome(site: Site, link: str, fault: str = "", status: int = 200) -> Answer:
    invitation = site.accounts.invitation(link)
    question, options = site.passkeys.begin_registering(invitation=link)
    return site.page(
        "welcome.html",
        status=status,
        invitation=invitation,
        link=link,
        question=question,
        options=options,
        fault=fault,
        oidc=site.oidc_name if invitation.person is None else None,
    )


@from_page("/welcome/{link:str}")
def joined(request: AnyRequest, site: TheSite, link: FromPath[str], sent_by_anybody: TheSent) -> Answer:
    """A new passkey."""
    site.sessions.count(f"welcome {whence(request)}", PER_ADDRESS)
    site.sessions.count(f"joining {digest(link).hex()}", PER_LINK)
    try:
        person = site.passkeys.finish_registering(
            sent_by_anybody.get("question"), passkey_answer(sent_by_anybody), sent_by_anybody.get("label")
        )
    except Refused as error:
        return _welcome(site, link, fault=str(error), status=error.status)
    return _begun(request, site, person, "/desk/keys")


def _begun(request: Request[Any, Any, Any], site: Site, person: Person, to: str) -> Answer:
    secret = site.sessions.begin(person, ended=secret_of(request, site))
    return see_other(to, cookie(site.address, secret))


def passkey_answer(sent: Sent) -> dict[str, Any]:
    """What the browser's passkey said. Raises Refused for anything that is no object."""
    given = sent.get("answer")
    try:
        found = json.loads(given) if 0 < len(given) <= MOST_ANSWER else None
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise Refused(
            "the browser sent no passkey; passkeys need scripts, and a browser that knows them", code="passkey"
        )
    return found


HANDLERS = (sign_in, answered, leave, come_back, sign_out, welcome, joined)
