"""A person's own keys: the passkeys with which they sign in, and the signing keys on their devices.

A signing key is made on the device and never leaves it. It may sign nothing until a second person has confirmed it.
It is kept by the browser, or it is a passkey. A person has one at a time: the next takes the place of the one before.
"""

from __future__ import annotations

import base64

import msgspec
from litestar.params import FromQuery

from fairplace.accounts.ceremonies import Ceremonies
from fairplace.drafting.acts import ChangeKey
from fairplace.errors import Conflict, Malformed, Refused, Unproven
from fairplace.http import recoveries, revoking
from fairplace.http.guard import Sent, TheSent, TheVisitor, Visitor, acting, see_other, signed_in
from fairplace.http.role_list import further_roles, roles_of
from fairplace.http.sign_in import passkey_answer
from fairplace.http.site import Answer, Site, TheSite
from fairplace.ledger import passkey
from fairplace.ledger.note import ED25519, PASSKEY, Vkey
from fairplace.ledger.passkey import Passkey
from fairplace.people.roles import in_words

HEADER = b"fairplace/new-key/v1\n"
"""First line of what a new key signs to show that it is there; it separates this from every other signed text."""

MOST_CREDENTIAL = 1023


class NewKey(msgspec.Struct, frozen=True, kw_only=True):
    """A key that is about to be made: the name that it will have, and for whom."""

    name: str
    person: str


@signed_in("/desk/keys")
def keys(site: TheSite, visitor: TheVisitor, made: FromQuery[str] = "") -> Answer:
    """Their keys, what waits, and a form to make one on this device."""
    return _page(site, visitor, made=bool(made))


def _page(site: Site, visitor: Visitor, *, made: bool = False, fault: str = "", status: int = 200) -> Answer:
    name = _name(site, visitor)
    question = Ceremonies(site.accounts).ask("key", NewKey(name=name, person=visitor.person.id))
    asked = [one for one in site.accounts.requests() if one.person == visitor.person.id]
    waiting = [one.role for one in asked]
    passkey_question, passkey_options = site.passkeys.begin_registering(person=visitor.person)
    return site.page(
        "my_keys.html",
        status=status,
        visitor=visitor,
        made=made,
        fault=fault,
        passkeys=site.accounts.passkeys(visitor.person.id),
        waiting_keys={one.vkey for one in asked} | {one.vkey for one in site.accounts.recoveries()},
        waiting=in_words(frozenset(waiting), ", ") if waiting else "",
        further=[] if visitor.key is None or visitor.person.provider else further_roles(site, visitor.key, waiting),
        passkey_question=passkey_question,
        passkey_options=passkey_options,
        question=question,
        name=name,
        text=proof_text(question, name).decode("ascii"),
        signs_at=site.address if passkey.is_site(site.address) else "",
        replaces=visitor.key or visitor.lost,
        asked=[one for one in recoveries.asked(site, visitor) if one.own],
        recoveries=list(recoveries.under_way(site, visitor)),
        reasons=recoveries.REASONS,
        why=revoking.REASONS,
    )


def _name(site: Site, visitor: Visitor) -> str:
    """What a new key is called: as the one whose place it is to take, or by a random word."""
    if (old := visitor.key or visitor.lost) is not None:
        return old.name
    kind = "provider" if visitor.person.provider else "officer"
    return f"{site.register.domain}/{kind}/{site.accounts.sources.entropy(4).hex()}"


@acting("/desk/keys")
def make(site: TheSite, visitor: TheVisitor, sent: TheSent) -> Answer:
    """A new signing key: its public half, and its signature over the question."""
    old = visitor.key or visitor.lost
    lost = visitor.key is None or sent.get("old") == "lost"
    try:
        vkey = _proved(site, _asked(site, visitor, sent).name, sent)
        credential = _credential(sent) if vkey.passkey else b""
        roles = () if old is not None else _roles(visitor)
        if old is None:
            site.accounts.take_back(visitor.person.id)
        site.accounts.keep_key(visitor.person.id, vkey.text, sent.get("label"), roles, credential=credential)
        if old is None:
            return see_other("/desk/keys?made=yes")
        if lost:
            site.accounts.ask_recovery(vkey.text)
            return see_other("/desk/keys")
        change = ChangeKey(id=f"rotate-key:{vkey.text}", as_=old.name, what="rotate", name=old.name, vkey=vkey.text)
        act = site.signatures.begin(change, task="rotate-key", made_by=visitor.person.id)
    except (Refused, Malformed, Unproven, Conflict) as error:
        return _page(site, visitor, fault=str(error), status=error.status)
    return see_other(f"/desk/sign/{act}")


@acting("/desk/keys/roles")
def ask(site: TheSite, visitor: TheVisitor, sent: TheSent) -> Answer:
    """Ask for a further role, which somebody else confirms."""
    try:
        site.accounts.ask_role(_signing(site, visitor, sent.get("role")), sent.get("role"), visitor.person.id)
    except (Refused, Conflict) as error:
        return _page(site, visitor, fault=str(error), status=error.status)
    return see_other("/desk/keys")


def _signing(site: Site, visitor: Visitor, role: str) -> str:
    """The key for which they may ask for this role."""
    if visitor.key is None or visitor.person.provider or role not in roles_of(site) or role in visitor.key.roles:
        raise Refused("choose a role that you do not have yet; it is asked for the key that you sign with", code="role")
    return visitor.key.vkey


@acting("/desk/keys/passkeys")
def another(site: TheSite, visitor: TheVisitor, sent: TheSent) -> Answer:
    """A further passkey to sign in with."""
    try:
        site.passkeys.finish_registering(sent.get("question"), passkey_answer(sent), sent.get("label"))
    except Refused as error:
        return _page(site, visitor, fault=str(error), status=error.status)
    return see_other("/desk/keys")


def _roles(visitor: Visitor) -> tuple[str, ...]:
    """What to ask for a first key: what the invitation said."""
    return ("provider",) if visitor.person.provider else tuple(visitor.person.roles.split())


def proof_text(question: str, name: str) -> bytes:
    """What a new key signs to show that whoever asks holds it."""
    return HEADER + f"{name}\n{question}\n".encode("ascii")


def _asked(site: Site, visitor: Visitor, sent: Sent) -> NewKey:
    asked = Ceremonies(site.accounts).answered("key", sent.get("question"), NewKey)
    if asked.person != visitor.person.id:
        raise Refused("this page was made for somebody else; load it again", code="key")
    old = visitor.key or visitor.lost
    if old is not None and asked.name != old.name:
        raise Refused("your keys changed meanwhile; load this page again", code="key")
    return asked


def _proved(site: Site, name: str, sent: Sent) -> Vkey:
    """The key, once it has signed the question. Raises Malformed or Unproven."""
    try:
        raw, signed = (base64.b64decode(sent.get(part), validate=True) for part in ("public", "signature"))
    except ValueError as error:
        raise Malformed(
            "the browser sent no key; making one needs scripts, and a browser that knows Ed25519"
        ) from error
    if sent.get("kind") == "passkey":
        kind = passkey.EDDSA if len(raw) == 32 else passkey.ES256
        vkey = Vkey(name, PASSKEY, Passkey(kind, site.address, raw).written)
    else:
        vkey = Vkey(name, ED25519, raw)
    vkey.verify(proof_text(sent.get("question"), name), signed)
    return vkey


def _credential(sent: Sent) -> bytes:
    """The id by which the browser finds the passkey again (at most 1,023 bytes; Web Authentication, section 4)."""
    given = sent.get("credential")
    try:
        credential = base64.urlsafe_b64decode(given + "=" * (-len(given) % 4))
    except ValueError as error:
        raise Malformed("the browser sent no id of the new passkey; make it again") from error
    if not 16 <= len(credential) <= MOST_CREDENTIAL:
        raise Malformed(
            f"the id of the new passkey has {len(credential)} bytes; 16 to {MOST_CREDENTIAL} are read: try another device"
        )
    return credential


HANDLERS = (keys, make, ask, another)
