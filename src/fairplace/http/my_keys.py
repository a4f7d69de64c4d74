"""A person's own keys: the passkeys with which they sign in, and the signing keys on their devices.

A signing key is made on the device and never leaves it. It may sign nothing until a second person has confirmed it.
"""

from __future__ import annotations

import base64

import msgspec
from litestar.params import FromQuery

from fairplace.accounts.ceremonies import Ceremonies
from fairplace.errors import Malformed, Refused, Unproven
from fairplace.http.guard import Sent, TheSent, TheVisitor, Visitor, acting, see_other, signed_in
from fairplace.http.site import Answer, Site, TheSite
from fairplace.ledger.note import ED25519, Vkey
from fairplace.people.roles import PEOPLE

HEADER = b"fairplace/new-key/v1\n"
"""First line of what a new key signs to show that it is there; it separates this from every other signed text."""


class NewKey(msgspec.Struct, frozen=True, kw_only=True):
    """A key that is about to be made: the name that it will have, and for whom."""

    name: str
    person: str


@signed_in("/desk/keys")
def keys(site: TheSite, visitor: TheVisitor, made: FromQuery[str] = "") -> Answer:
    """Their keys, what waits, and a form to make one on this device."""
    return _page(site, visitor, made=bool(made))


def _page(site: Site, visitor: Visitor, *, made: bool = False, fault: str = "", status: int = 200) -> Answer:
    kind = "provider" if visitor.person.provider else "officer"
    name = f"{site.register.domain}/{kind}/{site.accounts.sources.entropy(4).hex()}"
    question = Ceremonies(site.accounts).ask("key", NewKey(name=name, person=visitor.person.id))
    waiting = [one for one in site.accounts.requests() if one.person == visitor.person.id]
    return site.page(
        "my_keys.html",
        status=status,
        visitor=visitor,
        made=made,
        fault=fault,
        passkeys=site.accounts.passkeys(visitor.person.id),
        waiting=waiting,
        question=question,
        name=name,
        text=proof_text(question, name).decode("ascii"),
    )


@acting("/desk/keys")
def make(site: TheSite, visitor: TheVisitor, sent: TheSent) -> Answer:
    """A new signing key: its public half, and its signature over the question."""
    try:
        vkey = _proved(_asked(site, visitor, sent).name, sent)
    except (Refused, Malformed, Unproven) as error:
        return _page(site, visitor, fault=str(error), status=error.status)
    site.accounts.keep_key(visitor.person.id, vkey.text, sent.get("label"), _roles(visitor))
    return see_other("/desk/keys?made=yes")


def _roles(visitor: Visitor) -> tuple[str, ...]:
    """What to ask for the new key: what the invitation said, or what the key before it may."""
    if visitor.person.provider:
        return ("provider",)
    return tuple(sorted(visitor.roles & PEOPLE)) if visitor.keys else tuple(visitor.person.roles.split())


def proof_text(question: str, name: str) -> bytes:
    """What a new key signs to show that whoever asks holds it."""
    return HEADER + f"{name}\n{question}\n".encode("ascii")


def _asked(site: Site, visitor: Visitor, sent: Sent) -> NewKey:
    asked = Ceremonies(site.accounts).answered("key", sent.get("question"), NewKey)
    if asked.person != visitor.person.id:
        raise Refused("this page was made for somebody else; load it again", code="key")
    return asked


def _proved(name: str, sent: Sent) -> Vkey:
    """The key, once it has signed the question. Raises Malformed or Unproven."""
    try:
        raw, signed = (base64.b64decode(sent.get(part), validate=True) for part in ("public", "signature"))
    except ValueError as error:
        raise Malformed(
            "the browser sent no key; making one needs scripts, and a browser that knows Ed25519"
        ) from error
    vkey = Vkey(name, ED25519, raw)
    vkey.verify(proof_text(sent.get("question"), name), signed)
    return vkey


HANDLERS = (keys, make)
