"""Taking a key out of use: everybody their own, with that very key; whoever keeps the keys anybody's.

What a key signed stands; what a stolen one signed is contested once whoever keeps the keys reports from which entry on. After `lost` or `stolen` its holder gets another by two colleagues; after `left` never.
"""

from __future__ import annotations

import msgspec
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
        waiting_keys={one.vkey for one in site.accounts.requests()} | {one.vkey for one in site.accounts.recoveries()},
        own=visitor.key.vkey if visitor.key else "",
        reasons=REASONS,
        fault=fault,
    )


@acting("/desk/people/{person:str}/keys")
def theirs(site: TheSite, visitor: TheVisitor, person: FromPath[str], sent: TheSent) -> Answer:
    """Revoke a key of theirs, which leads to a page to sign."""
    visitor.need(*HEADS)
    site.accounts.person(person)
    keys = with_register(site, person)
    try:
        if sent.get("do") == "stolen":
            return see_other(f"/desk/sign/{_stolen(site, visitor, keys, sent)}")
        return see_other(f"/desk/sign/{_act(site, visitor, _named(keys, sent), sent)}")
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


def _stolen(site: Site, visitor: Visitor, keys: tuple[Key, ...], sent: Sent) -> str:
    """The report that a key was in other hands: what it signed there is contested, whether it has ended since or not."""
    signs = visitor.key
    found = next((key for key in keys if key.vkey == sent.get("vkey") and (key.roles or key.revoked)), None)
    if found is None:
        raise Refused("this key never signed here; look at the list again", code="key")
    if signs is None or signs.vkey == found.vkey:
        raise Forbidden("another person reports it, never the stolen key itself", code="role")
    change = ChangeKey(
        id=f"report-stolen:{site.accounts.sources.stream_id()}",
        as_=signs.name,
        what="report-stolen",
        name=found.name,
        vkey=found.vkey,
        first=_entry(sent.get("first"), "the first entry"),
        last=_entry(sent.get("last"), "the last entry") if sent.get("last") else None,
    )
    return site.signatures.begin(change, task=f"report-stolen:{found.name}", made_by=visitor.person.id)


def settle(site: Site, visitor: Visitor, change: ChangeKey, report: int) -> None:
    """Once a report stands that was to reach the newest entry, prepare another of what the key signed meanwhile."""
    if change.what != "report-stolen" or change.last is not None:
        return
    if left := site.clerk.left_open(report):
        more = msgspec.structs.replace(
            change, id=f"report-stolen:{site.accounts.sources.stream_id()}", first=left[0], last=left[-1]
        )
        site.signatures.begin(more, task=f"report-stolen:{change.name}", made_by=visitor.person.id)


def _entry(value: str, what: str) -> int:
    if not (value.isascii() and value.isdigit() and len(value) < 15):
        raise Malformed(f"{what} is {value[:40]!r}; write its number in the log, such as 120")
    return int(value)


HANDLERS = (keys, theirs, own)
