"""Signing: what somebody is about to put their name to, in plain words and to the byte, and the signature that comes back.

The browser signs exactly the bytes that *prepare* returned; this server never has the key.
"""

from __future__ import annotations

import base64
from typing import Any

import msgspec
from litestar.params import FromPath

from fairplace.drafting.acts import Act
from fairplace.drafting.signatures import Renewed
from fairplace.errors import Forbidden, Refused
from fairplace.http.guard import TheSent, TheVisitor, Visitor, acting, see_other, signed_in
from fairplace.http.site import Answer, Site, TheSite
from fairplace.ledger import canonical
from fairplace.ledger.note import Vkey
from fairplace.prepared import Prepared


class Part(msgspec.Struct, frozen=True):
    """One part of what is signed: its name, its words, and whether everybody sees it at once."""

    name: str
    lines: list[str]
    sealed: bool


@signed_in("/desk/sign/{act:str}")
def read(site: TheSite, visitor: TheVisitor, act: FromPath[str]) -> Answer:
    """What is to be signed."""
    if (place := site.acts.place(act)) is not None:
        return site.page("signed.html", visitor=visitor, place=place)
    found = site.acts.get(act)
    _may_see(visitor, found)
    return _page(site, visitor, found)


def _page(site: Site, visitor: Visitor, act: Act, *, fault: str = "", status: int = 200) -> Answer:
    prepared = act.prepared
    return site.page(
        "sign.html",
        status=status,
        visitor=visitor,
        act=act,
        statement=prepared.statement,
        digest=prepared.digest,
        text=base64.b64encode(prepared.text).decode("ascii"),
        contents=contents(prepared),
        empty=sum(not _said(one.value) for one in prepared.openings),
        key=_key(visitor, act),
        turn=_turn(visitor, act),
        second=sorted(prepared.second),
        fixes=site.clerk.preflight(prepared),
        fault=fault,
    )


@acting("/desk/sign/{act:str}")
def sign(site: TheSite, visitor: TheVisitor, act: FromPath[str], sent: TheSent) -> Answer:
    """Take a signature; or take the act back."""
    found = site.acts.get(act)
    _may_see(visitor, found)
    if sent.get("withdraw"):
        site.acts.drop(found)
        return see_other("/desk")
    if not _turn(visitor, found):
        raise Forbidden("this waits for somebody else's signature", code="turn")
    try:
        place = site.signatures.sign(found, sent.get("line") + "\n", lambda name, key_id: _own(visitor, name, key_id))
    except Renewed as moved:
        return _page(site, visitor, site.acts.get(act), fault=str(moved), status=moved.status)
    except Refused as error:
        return _page(site, visitor, found, fault=str(error), status=error.status)
    if place is not None:
        _settle(site, visitor, found)
    return see_other(f"/desk/sign/{act}")


def _settle(site: Site, visitor: Visitor, act: Act) -> None:
    """What an act that stands in the log leaves behind: its draft goes, and whoever's roles changed signs in anew."""
    task = act.task
    if task.startswith("role-request:"):
        asked = site.accounts.request(task.removeprefix("role-request:"))
        site.accounts.decide(asked.id, visitor.person.id, "confirmed")
        site.sessions.end_all(asked.person)
    else:
        case = "" if task == "plan" else act.case
        site.drafts.drop(case, task)
        site.drafts.drop(case, task, act.made_by)


def _may_see(visitor: Visitor, act: Act) -> None:
    """Raises Forbidden unless they made it, sign it first, or may sign it second: sealed words stand in it."""
    if visitor.person.id != act.made_by and not _turn(visitor, act) and _key(visitor, act) is None:
        raise Forbidden("this is not yours to sign", code="role")


def _turn(visitor: Visitor, act: Act) -> bool:
    """Is it for them to sign now?"""
    return _key(visitor, act) is not None


def _key(visitor: Visitor, act: Act) -> str | None:
    """The vkey with which they sign now, first or second."""
    if act.state == "waiting":
        return next((key.vkey for key in visitor.keys if key.name == act.prepared.actor and key.roles), None)
    if any(key.name == act.prepared.actor for key in visitor.keys):
        return None
    return next((key.vkey for key in reversed(visitor.keys) if key.roles & act.prepared.second), None)


def _own(visitor: Visitor, name: str, key_id: bytes) -> Vkey | None:
    keys = (Vkey.parse(key.vkey) for key in visitor.keys if key.roles)
    return next((key for key in keys if (key.name, key.key_id) == (name, key_id)), None)


def contents(prepared: Prepared) -> list[Part]:
    """Every value of what is signed that says something, those that stay sealed among them."""
    body: dict[str, Any] = canonical.decode(prepared.text.split(b"\n", 1)[1][:-1])["body"]
    public = [Part(name, said, False) for name, value in sorted(body.items()) if (said := _said(value))]
    return public + [Part(one.slot[1:], said, True) for one in prepared.openings if (said := _said(one.value))]


def _said(value: Any) -> list[str]:
    """A value as people can read it, line by line; none for an empty one."""
    if value in (None, "", [], {}):
        return []
    if isinstance(value, dict):
        found = {name: _said(item) for name, item in value.items()}
        return [f"{name.replace('_', ' ')}: {'; '.join(lines)}" for name, lines in found.items() if lines]
    if isinstance(value, list):
        return ["; ".join(_said(item)) for item in value]
    if isinstance(value, bool):
        return ["yes" if value else "no"]
    return [str(value)]


HANDLERS = (read, sign)
