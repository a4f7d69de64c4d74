"""Lost keys: who asked for a new one, what two colleagues confirm, the day that it takes, and the button that stops it.

- Nobody gets a key back alone: two other people sign that they spoke with the holder, and two again a day later.
- The holder is told for that day wherever they look, and stops it with the old key; whoever keeps the keys can, too.
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from fairplace import holder_notices
from fairplace.drafting.acts import ChangeKey, What
from fairplace.errors import Forbidden, Malformed, Refused
from fairplace.http import case_file
from fairplace.http.guard import Sent, TheSent, TheVisitor, Visitor, acting, see_other, signed_in
from fairplace.http.site import Answer, Site, TheSite
from fairplace.ledger.key_table import RECOVERY_WAIT, Recovery
from fairplace.ledger.note import Vkey
from fairplace.people.roles import PEOPLE
from fairplace.terms import Instant, instant, moment

REASONS = {
    "found": "the old key was found again",
    "not-lost": "the holder lost no key",
    "wrong": "it was begun by mistake",
}
"""Why a recovery may be stopped. It is public for ever, so nobody writes it in words of their own."""


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody lost their key and made a new one; two others are to begin. `act`: what waits for a second of them."""

    vkey: str
    name: str
    person: str
    created: Instant
    site: str
    own: bool
    act: str


class UnderWay(msgspec.Struct, frozen=True, kw_only=True):
    """A recovery that began: since when, from when on it may end, and who may do what about it.

    `told` is what became of the e-mail to the holder.
    """

    start: int
    at: Instant
    due: Instant
    over: bool
    name: str
    person: str
    site: str
    own: bool
    stops: bool
    act: str
    told: str


def under_way(site: Site, visitor: Visitor) -> Iterator[UnderWay]:
    """The recoveries that nobody stopped or ended."""
    running = _running(site)
    names = case_file.colleagues(site) if running else {}
    own = {key.name for key in visitor.keys}
    for one in running:
        due = instant(moment(one.at) + RECOVERY_WAIT)
        yield UnderWay(
            start=one.start,
            at=one.at,
            due=due,
            over=due <= site.now(),
            name=one.vkey.name,
            person=names.get(one.vkey.name, one.vkey.name),
            site=_site_of(one.vkey.text),
            own=one.vkey.name in own,
            stops=_stops(visitor, one),
            act=_act(site, visitor, one.vkey.name),
            told=_told(site, one),
        )


TOLD = {
    "sent": "An e-mail told the holder.",
    "waiting": "An e-mail to the holder is on its way.",
    "failed": "The e-mail to the holder failed: tell them yourself.",
}


def _told(site: Site, one: Recovery) -> str:
    """Whether an e-mail told the holder."""
    found = site.outbox.caused(holder_notices.cause(one))
    return TOLD[found[0].state] if found else "No e-mail told the holder: tell them yourself."


def _running(site: Site) -> list[Recovery]:
    return list(holder_notices.under_way(site.register))


def asked(site: Site, visitor: Visitor) -> Iterator[Asked]:
    """Who waits for two others."""
    waiting = site.accounts.recoveries()
    names = {one.id: one.name for one in site.accounts.people()} if waiting else {}
    running = {one.vkey.name for one in _running(site)} if waiting else set()
    for one in waiting:
        name = Vkey.parse(one.vkey).name
        if name not in running and not _in_register(site, one.vkey):
            yield Asked(
                vkey=one.vkey,
                name=name,
                person=names[one.person],
                created=one.created,
                site=_site_of(one.vkey),
                own=one.person == visitor.person.id,
                act=_act(site, visitor, name),
            )


def _in_register(site: Site, text: str) -> bool:
    """Did it come into use by another way, such as the command line?"""
    vkey = Vkey.parse(text)
    return site.register.reader.register().standing(vkey.name, vkey.key_id) is not None


def _site_of(vkey: str) -> str:
    passkey = Vkey.parse(vkey).passkey
    return passkey.site if passkey else ""


def _stops(visitor: Visitor, one: Recovery) -> bool:
    """May they stop it: with the key that was said to be lost, or as one who keeps the keys?"""
    return visitor.heads or any(key.vkey == one.replaces.text and key.roles for key in visitor.keys)


def _act(site: Site, visitor: Visitor, name: str) -> str:
    """What about this key waits for their signature."""
    waiting = site.acts.waiting_for([key.name for key in visitor.keys], visitor.roles)
    return next((one.id for one in waiting if one.task == task_of(name)), "")


def task_of(name: str) -> str:
    """How acts about the recovery of this name are called."""
    return f"recover-key:{name}"


@signed_in("/desk/recoveries")
def recoveries(site: TheSite, visitor: TheVisitor) -> Answer:
    """What waits, and what runs."""
    visitor.need(*PEOPLE)
    return _page(site, visitor)


def _page(site: Site, visitor: Visitor, *, fault: str = "", status: int = 200) -> Answer:
    return site.page(
        "recoveries.html",
        status=status,
        visitor=visitor,
        asked=list(asked(site, visitor)),
        running=list(under_way(site, visitor)),
        reasons=REASONS,
        fault=fault,
    )


@acting("/desk/recoveries")
def act(site: TheSite, visitor: TheVisitor, sent: TheSent) -> Answer:
    """Begin, end or stop a recovery, which leads to a page to sign; or refuse one that was asked for."""
    visitor.need(*PEOPLE)
    try:
        if sent.get("do") == "refuse":
            _refuse(site, visitor, sent)
            return see_other("/desk/recoveries")
        return see_other(f"/desk/sign/{_begun(site, visitor, sent)}")
    except (Refused, Malformed) as error:
        return _page(site, visitor, fault=str(error), status=error.status)


@acting("/desk/keys/recovery")
def own(site: TheSite, visitor: TheVisitor, sent: TheSent) -> Answer:
    """The holder's own: stop it with the old key, or take back what they asked for."""
    if sent.get("do") == "stop":
        return see_other(f"/desk/sign/{_stopped(site, visitor, sent)}")
    mine = {one.vkey for one in site.accounts.recoveries() if one.person == visitor.person.id}
    if sent.get("vkey") not in mine:
        raise Refused("there is nothing of yours to take back; look at your keys again", code="recovery")
    site.accounts.close_recovery(sent.get("vkey"))
    return see_other("/desk/keys")


def _refuse(site: Site, visitor: Visitor, sent: Sent) -> None:
    if not visitor.heads:
        raise Forbidden("whoever keeps the keys refuses; leave it, and tell them what you know", code="role")
    site.accounts.close_recovery(_waiting(site, sent))


def _waiting(site: Site, sent: Sent) -> str:
    """The new key of somebody who waits."""
    vkey = sent.get("vkey")
    if vkey not in {one.vkey for one in site.accounts.recoveries()}:
        raise Refused("nobody waits with this key any more; look at the list again", code="recovery")
    return vkey


def _begun(site: Site, visitor: Visitor, sent: Sent) -> str:
    """The act that they are to sign."""
    match sent.get("do"):
        case "start":
            vkey = _waiting(site, sent)
            return _sign(site, visitor, "start-recovery", Vkey.parse(vkey).name, vkey=vkey)
        case "finish":
            return _sign(site, visitor, "finish-recovery", sent.get("name"))
        case "stop":
            return _stopped(site, visitor, sent)
        case other:
            raise Malformed(f"{other[:40]!r} is nothing that can be done here; start, finish, stop and refuse are")


def _stopped(site: Site, visitor: Visitor, sent: Sent) -> str:
    name = sent.get("name")
    running = [one for one in _running(site) if one.vkey.name == name]
    if not running or not _stops(visitor, running[0]):
        raise Forbidden("whoever keeps the keys stops it, or the holder with the old key", code="role")
    if (reason := REASONS.get(sent.get("reason"))) is None:
        raise Malformed("say why it is stopped: choose one of the reasons")
    return _sign(site, visitor, "stop-recovery", name, reason=reason)


def _sign(site: Site, visitor: Visitor, what: What, name: str, *, vkey: str | None = None, reason: str = "") -> str:
    key = visitor.key
    if key is None:
        raise Forbidden("you have no signing key that may act; see your keys", code="key")
    if what != "stop-recovery" and key.name == name:
        raise Refused("two other people recover your key; nobody does it for themselves", code="two-persons")
    change = ChangeKey(
        id=f"{what}:{site.accounts.sources.stream_id()}", as_=key.name, what=what, name=name, vkey=vkey, reason=reason
    )
    task = task_of(name) if what != "stop-recovery" else f"stop-recovery:{name}"
    return site.signatures.begin(change, task=task, made_by=visitor.person.id)


def settle(site: Site, change: ChangeKey) -> None:
    """What follows once a change of a key stands in the log."""
    if change.what == "finish-recovery":
        for one in site.accounts.recoveries():
            if Vkey.parse(one.vkey).name == change.name:
                site.accounts.close_recovery(one.vkey, forget=False)
                site.sessions.end_all(one.person)
    if change.what == "revoke" and change.vkey is not None and change.as_ != change.name:
        site.sessions.end_all(site.accounts.key(change.vkey).person)
    if change.what == "stop-recovery":
        for one in site.accounts.recoveries():
            if Vkey.parse(one.vkey).name == change.name:
                site.accounts.close_recovery(one.vkey)


HANDLERS = (recoveries, act, own)
