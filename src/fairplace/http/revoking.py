"""Taking a key out of use: everybody their own, with that very key; whoever keeps the keys anybody's.

What a key signed stands. After `lost` or `stolen` its holder gets another by two colleagues; after `left` never.
"""

from __future__ import annotations

from litestar.params import FromPath

from fairplace.drafting.acts import ChangeKey
from fairplace.errors import Forbidden, Malformed, Refused
from fairplace.http.guard import Key, Sent, TheSent, TheVisitor, Visitor, acting, see_other, signed_in, with_register
from fairplace.http.site import Answer, Site, TheSite
from fairplace.people.roles import HEADS

REASONS = {
    "lost": "the key or its device is lost",
    "stolen": "somebody else may have it",
    "left": "its holder left, or acts no more",
}
"""Why a key is revoked, as the log has it: these words alone, for they are public for ever."""


@signed_in("/desk/people/{person:str}/keys")
def keys(site: TheSite, visitor: TheVisitor, person: FromPath[str]) -> Answer:
    """Somebody's signing keys, and how to revoke one."""
    visitor.need(*HEADS)
    return _page(site, visitor, person)


def _page(site: Site, visitor: Visitor, person: str, *, fault: str = "", status: int = 200) -> Answer:
    return site.page(
        "their_keys.html",
        status=status,
        visitor=visitor,
        person=site.accounts.person(person),
        keys=with_register(site, person),
        reasons=REASONS,
        fault=fault,
    )


@acting("/desk/people/{person:str}/keys")
def theirs(site: TheSite, visitor: TheVisitor, person: FromPath[str], sent: TheSent) -> Answer:
    """Revoke a key of theirs, which leads to a page to sign."""
    visitor.need(*HEADS)
    site.accounts.person(person)
    try:
        return see_other(f"/desk/sign/{_act(site, visitor, _named(with_register(site, person), sent), sent)}")
    except (Refused, Malformed) as error:
        return _page(site, visitor, person, fault=str(error), status=error.status)


@acting("/desk/keys/revocation")
def own(site: TheSite, visitor: TheVisitor, sent: TheSent) -> Answer:
    """Revoke one's own key, with that very key."""
    return see_other(f"/desk/sign/{_act(site, visitor, _named(visitor.keys, sent), sent)}")


def _named(keys: tuple[Key, ...], sent: Sent) -> Key:
    """The key that was named. Raises Refused unless it is one of these, and in use."""
    found = next((key for key in keys if key.vkey == sent.get("vkey") and key.roles), None)
    if found is None:
        raise Refused("this key is not in use; look at the list again", code="key")
    return found


def _act(site: Site, visitor: Visitor, key: Key, sent: Sent) -> str:
    signs = visitor.key
    if signs is None or not (visitor.heads or signs.vkey == key.vkey):
        raise Forbidden("whoever keeps the keys revokes it, or its holder with that very key", code="role")
    if (reason := sent.get("reason")) not in REASONS:
        raise Malformed("say why it is revoked: choose one of the reasons")
    change = ChangeKey(
        id=f"revoke:{site.accounts.sources.stream_id()}",
        as_=signs.name,
        what="revoke",
        name=key.name,
        vkey=key.vkey,
        reason=reason,
    )
    return site.signatures.begin(change, task=f"revoke-key:{key.name}", made_by=visitor.person.id)


HANDLERS = (keys, theirs, own)
