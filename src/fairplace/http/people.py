"""People of the register: who has an account, who is invited, and keys and roles that wait for a second person."""

from __future__ import annotations

from litestar.params import FromPath

from fairplace.drafting.acts import Enrol
from fairplace.errors import Malformed, Refused
from fairplace.http.guard import Sent, TheSent, TheVisitor, Visitor, acting, see_other, signed_in, with_register
from fairplace.http.role_list import choices
from fairplace.http.site import Answer, Site, TheSite
from fairplace.identifiers import canonical
from fairplace.ledger.note import Vkey
from fairplace.people.roles import HEADS, PEOPLE, in_words

INVITED = sorted(PEOPLE)
"""Roles that somebody may be invited for, beside `provider`."""


@signed_in("/desk/people")
def people(site: TheSite, visitor: TheVisitor) -> Answer:
    """Everybody with an account, what waits, what invitations are open, and a form to invite somebody."""
    visitor.need(*HEADS)
    return _page(site, visitor)


def _page(
    site: Site, visitor: Visitor, *, fault: str = "", link: str = "", status: int = 200, sent: Sent | None = None
) -> Answer:
    site.accounts.forget_invitations()
    known = {one.id: one for one in site.accounts.people()}
    waiting = site.accounts.requests()
    keys = {one: with_register(site, one) for one in known}
    return site.page(
        "people.html",
        status=status,
        visitor=visitor,
        people=list(known.values()),
        keys=keys,
        acts={one: in_words(frozenset(role for key in held for role in key.roles), ", ") for one, held in keys.items()},
        labels={key.vkey: key.label for held in keys.values() for key in held},
        called={one.id: in_words(frozenset({one.role})) for one in waiting},
        typed=typed(sent),
        names={one.id: one.name for one in known.values()},
        waiting=waiting,
        sites={one.vkey: passkey.site for one in waiting if (passkey := Vkey.parse(one.vkey).passkey) is not None},
        roles=choices(site),
        invited=[(one, in_words(frozenset(one.roles), ", ")) for one in site.accounts.invitations()],
        taken_back=site.accounts.taken_back(),
        fault=fault,
        link=link,
    )


@acting("/desk/people/invite")
def invite(site: TheSite, visitor: TheVisitor, sent: TheSent) -> Answer:
    """A link for somebody new. It is shown once, to be sent by whoever invites."""
    visitor.need(*HEADS)
    try:
        roles, provider = _for_what(sent)
        if roles:
            site.accounts.check_new(sent.get("email"))
        secret = site.accounts.invite(
            name=sent.get("name"),
            email=sent.get("email"),
            roles=roles,
            provider=provider,
            invited_by=visitor.person.id,
        )
    except (Refused, Malformed) as error:
        return _page(site, visitor, fault=str(error), status=error.status, sent=sent)
    return _page(site, visitor, link=f"{site.address}/welcome/{secret}")


@acting("/desk/people/invitations/{invitation:str}")
def take_back(site: TheSite, visitor: TheVisitor, invitation: FromPath[str], sent: TheSent) -> Answer:
    """Take an invitation back that nobody has used yet."""
    visitor.need(*HEADS)
    site.accounts.take_back_invitation(invitation, by=visitor.person.id)
    return see_other("/desk/people")


def typed(sent: Sent | None) -> dict[str, list[str]]:
    """What was typed into the form of an invitation, so that nothing of it is typed again."""
    return {name: sent.all(name) for name in ("name", "email", "provider", "role")} if sent is not None else {}


def _for_what(sent: Sent) -> tuple[tuple[str, ...], str | None]:
    """The roles to ask for, or the provider for which they act. Raises Malformed for neither and for both."""
    roles, provider = tuple(sorted(set(sent.all("role")))), canonical(sent.get("provider")) or None
    if not roles and provider is None:
        raise Malformed("choose at least one role, or give the id of the provider for which they act")
    if roles and provider is not None:
        raise Malformed("somebody acts for the authority or for a provider, not for both; take one out")
    if unknown := set(roles) - set(INVITED):
        raise Malformed(f"there is no role {min(unknown)[:40]}")
    return roles, provider


@acting("/desk/people/requests/{asked:str}")
def decide(site: TheSite, visitor: TheVisitor, asked: FromPath[str], sent: TheSent) -> Answer:
    """Confirm a key or a role, which leads to a page to sign; or refuse it."""
    visitor.need(*HEADS)
    request = site.accounts.request(asked)
    site.accounts.check_second(request, visitor.person.id)
    if sent.get("decision") != "confirm":
        site.accounts.decide(request.id, visitor.person.id, "refused")
        return see_other("/desk/people")
    key, whose = _head(visitor), site.accounts.person(request.person)
    wanted = Enrol(
        id=f"role-request:{request.id}",
        as_=key,
        vkey=request.vkey,
        role=request.role,
        holder=whose.name,
        provider=whose.provider,
    )
    try:
        act = site.signatures.begin(wanted, task=f"role-request:{request.id}", made_by=visitor.person.id)
    except Refused as error:
        return _page(site, visitor, fault=str(error), status=error.status)
    return see_other(f"/desk/sign/{act}")


@acting("/desk/people/{person:str}/bar")
def bar(site: TheSite, visitor: TheVisitor, person: FromPath[str], sent: TheSent) -> Answer:
    """Close an account, or open it again. What its keys may sign is the key register's to say."""
    visitor.need(*HEADS)
    if person == visitor.person.id:
        raise Refused("nobody closes their own account; ask another administrator", code="self")
    (site.accounts.unbar if sent.get("open") else site.accounts.bar)(person)
    return see_other("/desk/people")


def _head(visitor: Visitor) -> str:
    """The key with which they enrol others."""
    return next(key.name for key in reversed(visitor.keys) if key.roles & HEADS)


HANDLERS = (people, invite, take_back, decide, bar)
