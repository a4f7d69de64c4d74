"""Signing: what somebody is about to put their name to, in plain words and to the byte, and the signature that comes back.

The browser signs exactly the bytes that *prepare* returned; this server never has the key.
"""

from __future__ import annotations

import base64
from collections.abc import Collection
from typing import Any

import msgspec
from litestar.params import FromPath

from fairplace import home_words, previewing
from fairplace.accounts.model import RoleRequest
from fairplace.assess import ToFix
from fairplace.decision import History
from fairplace.drafting.acts import Act, ChangeKey, Erase
from fairplace.drafting.signatures import Renewed
from fairplace.duties.duty import Duty
from fairplace.errors import Forbidden, Missing, Refused
from fairplace.http import case_file, case_names, case_tasks, case_texts, recoveries, revoking, tonight
from fairplace.http.guard import Key, TheSent, TheVisitor, Visitor, acting, see_other, signed_in
from fairplace.http.said import in_words, said
from fairplace.http.site import Answer, Site, TheSite
from fairplace.ledger import canonical
from fairplace.ledger.note import Vkey
from fairplace.market.known import Market
from fairplace.openness.commands import Release
from fairplace.openness.events import Disclosed
from fairplace.people import roles
from fairplace.people.sight import closed_in
from fairplace.prepared import Prepared
from fairplace.publish.wording import Wording
from fairplace.searching import Search

ROLE = "role-request:"
"""How the task of an act begins that confers a role that was asked for."""


class Part(msgspec.Struct, frozen=True):
    """One part of what is signed: its name, its words, and whether everybody sees it at once."""

    name: str
    lines: list[str]
    sealed: bool


@signed_in("/desk/sign/{act:str}")
def read(site: TheSite, visitor: TheVisitor, act: FromPath[str]) -> Answer:
    """What is to be signed."""
    if (place := site.acts.place(act)) is not None:
        entry = site.register.reader.entry(place).envelope
        searched = _case(site, place) if not entry.type.startswith("market.") else ""
        return site.page(
            "signed.html",
            visitor=visitor,
            place=place,
            case=searched,
            of_keys=entry.type.startswith("key.") and visitor.heads,
            listed=entry.type.startswith("market."),
            left=site.clerk.left_open(place) if visitor.heads else [],
            contested=searched if entry.type.startswith("contest.") else "",
            waits=_to_release(site, visitor, searched),
            goes_on=tonight.goes_on(site, visitor, searched),
        )
    found = site.acts.get(act)
    may_see(site, visitor, found)
    return _page(site, visitor, found)


def _to_release(site: Site, visitor: Visitor, case: str) -> list[Duty]:
    """What waits to be made public in the case that somebody has just signed in."""
    if not case or not visitor.staff:
        return []
    return [one for one in site.duties.of(case, site.now()) if one.task == case_tasks.RELEASE]


def _case(site: Site, place: int) -> str:
    """The case that an entry belongs to, in whatever stream it stands: its own page says who may come there."""
    return next((one.case or "" for one in site.register.reader.recorded(place, place + 1)), "")


def _page(site: Site, visitor: Visitor, act: Act, *, fault: str = "", status: int = 200) -> Answer:
    prepared = act.prepared
    return site.page(
        "sign.html",
        status=status,
        visitor=visitor,
        act=act,
        statement=case_file.with_names(site, visitor, prepared.statement),
        called=_called(site, visitor, act),
        digest=prepared.digest,
        text=base64.b64encode(prepared.text).decode("ascii"),
        contents=contents(prepared, _words(site, visitor, act), hidden(site, visitor, act)),
        empty=sum(not said(one.value) for one in prepared.openings),
        key=_key(visitor, act),
        turn=_turn(visitor, act),
        second=roles.in_words(prepared.second) if prepared.second else "",
        fixes=[(fix, case_file.with_names(site, visitor, fix.finding.text)) for fix in _fixes(site, visitor, act)],
        preview=previewing.is_shown(prepared),
        opens=opens(site, visitor, act),
        fault=fault,
    )


def opens(site: Site, visitor: Visitor, act: Act) -> list[case_texts.Opens] | None:
    """What a release makes public, in words; None while the file is closed to this session, and nothing for another step."""
    if not isinstance(act.command, Release):
        return []
    if not site.readings.is_open(visitor.session.csrf, act.case):
        return None
    past = History(case=act.case, events=site.register.reader.case(act.case))
    release = previewing.event_of(act.prepared)
    assert isinstance(release, Disclosed)
    return case_texts.to_open(case_file.seen(site, past, visitor), release, _words(site, visitor, act))


def _called(site: Site, visitor: Visitor, act: Act) -> str:
    """The case that it belongs to. What begins a case of a procurement says itself what is bought."""
    if not act.prepared.case or _is_of_the_list(act.prepared):
        return ""
    if act.task in case_names.BEGINS and not site.seeks:
        return ""
    return case_names.name(site, visitor, act.prepared.case)


def _words(site: Site, visitor: Visitor, act: Act) -> Wording:
    """The words of the papers. The authority reads which home an offer is of.

    Whose a bid is they read where they may know it, and only while they have the file open: the log says who looked.
    """
    past = History(case=act.case, events=site.register.reader.case(act.case) if act.case else ())
    places: dict[str, str] = {}
    criteria: dict[str, str] = {}
    if site.register.is_of_placements:
        criteria, names = dict(home_words.CRITERION), _of_the_market(site, visitor, past)
    elif visitor.person.provider is None and act.case and site.readings.is_open(visitor.session.csrf, act.case):
        made = case_file.file(site, past, visitor)
        places = {one.place: one.provider.name for one in made.bids.values()}
        criteria, names = dict(made.titles), dict(made.people)
    else:
        names = case_file.colleagues(site) if visitor.person.provider is None else {}
    return Wording(
        site.pages.environment,
        places=places,
        leaves={one.leaf: one.index for one in past.events},
        criteria=criteria,
        names=names,
        of_homes=site.register.is_of_placements,
    )


def _of_the_market(site: Site, visitor: Visitor, past: History) -> dict[str, str]:
    market = site.register.reader.market() or Market()
    names = {one.provider: one.name for one in market.providers(market.upto) if one.name}
    if past.case and visitor.person.provider is None:
        homes = {one.offer: one.terms for one in Search(past).offers.values() if one.terms}
        names |= {offer: f"{names.get(one.provider, one.provider)}, {one.setting}" for offer, one in homes.items()}
    return names


def _fixes(site: Site, visitor: Visitor, act: Act) -> list[ToFix]:
    """What the rules say against it: asked of the past as whoever signs may see it, so that no finding tells them more.

    What they cannot tell only because something is closed to this person is left out: where something is, the rules are
    asked a second time, of the whole past.
    """
    past = History(case=act.case, events=site.register.reader.case(act.case) if act.case else ())
    seen = case_file.seen(site, past, visitor).events
    said = site.clerk.preflight(act.prepared, seen)
    if not said or seen == past.events:
        return list(said)
    everything = {fix.text for fix in site.clerk.preflight(act.prepared)}
    return [fix for fix in said if fix.text in everything]


@acting("/desk/sign/{act:str}")
def sign(site: TheSite, visitor: TheVisitor, act: FromPath[str], sent: TheSent) -> Answer:
    """Take a signature; or take the act back. What was signed before, as in another tab, is shown as that."""
    if site.acts.place(act) is not None:
        return see_other(f"/desk/sign/{act}")
    found = site.acts.get(act)
    may_see(site, visitor, found)
    if sent.get("withdraw"):
        if not _is_own(visitor, found):
            raise Forbidden("only who made this may take it back; leave it unsigned", code="role")
        site.acts.drop(found)
        if isinstance(found.command, ChangeKey) and found.command.vkey and found.command.what == "rotate":
            site.accounts.forget_key(found.command.vkey)
        return see_other("/desk")
    if not _turn(visitor, found):
        raise Forbidden("this waits for somebody else's signature", code="turn")
    if found.task.startswith(ROLE):
        _still_asked(site, found)
    try:
        place = site.signatures.sign(found, sent.line() + "\n", lambda name, key_id: _own(visitor, name, key_id))
    except Renewed as moved:
        return _page(site, visitor, site.acts.get(act), fault=str(moved), status=moved.status)
    except Refused as error:
        return _page(site, visitor, found, fault=str(error), status=error.status)
    if place is not None:
        _settle(site, visitor, found, place)
    return see_other(f"/desk/sign/{act}")


def _still_asked(site: Site, act: Act) -> RoleRequest:
    """The request for a role that an act answers. Raises Missing, and lets the act go, when it was decided or taken back."""
    try:
        return site.accounts.request(act.task.removeprefix(ROLE))
    except Missing:
        if act.state == "waiting":
            site.acts.drop(act)
        raise


def _settle(site: Site, visitor: Visitor, act: Act, place: int) -> None:
    """What an act that stands in the log leaves behind: its draft goes, and whoever's roles changed signs in anew."""
    task = act.task
    if task.startswith(ROLE):
        asked = _still_asked(site, act)
        for other in site.acts.like(act):
            site.acts.drop(other)
        site.accounts.decide(asked.id, visitor.person.id, "confirmed")
        site.sessions.end_all(asked.person)
    elif isinstance(act.command, Erase):
        site.forget_erased()
    elif isinstance(act.command, ChangeKey):
        recoveries.settle(site, act.command)
        revoking.settle(site, visitor, act.command, place)
    else:
        case = "" if task in ("plan", "urgent") else act.case
        if task == "need" or ":/desk/market/new/" in task:
            site.drafts.drop("", task, act.made_by)  # of the version that began the case
        site.drafts.drop(case, task)
        site.drafts.drop(case, task, act.made_by)
        site.signatures.drop_passed(act)


def may_see(site: Site, visitor: Visitor, act: Act) -> None:
    """Raises Forbidden unless they made it, sign it first, or may sign it second: sealed words stand in it."""
    if visitor.person.id != act.made_by and not _turn(visitor, act) and _key(visitor, act) is None:
        raise Forbidden("this is not yours to sign", code="role")
    if act.case and act.case in site.duties.closed_to({key.name for key in visitor.keys}):
        raise Forbidden(
            "it was decided that you stay out of this case; speak to the monitoring officer", code="recused"
        )


def _is_own(visitor: Visitor, act: Act) -> bool:
    return visitor.person.id == act.made_by or any(key.name == act.prepared.actor for key in visitor.keys)


def hidden(site: Site, visitor: Visitor, act: Act) -> set[str]:
    """The slots that stay closed to a second person: an evaluator's marks before they are agreed, and their like."""
    if _is_own(visitor, act) or not act.case:
        return set()
    past = History(case=act.case, events=site.register.reader.case(act.case))
    slots = [one.slot for one in act.prepared.openings]
    return closed_in(case_file.reader(past, visitor), past, act.prepared.type, slots, site.register.store.now())


def _turn(visitor: Visitor, act: Act) -> bool:
    """Is it for them to sign now?"""
    return _key(visitor, act) is not None


def _key(visitor: Visitor, act: Act) -> Key | None:
    """The key with which they sign now, first or second."""
    if act.state == "waiting":
        return next((key for key in visitor.keys if key.name == act.prepared.actor and key.roles), None)
    if any(key.name in (act.prepared.actor, *_whose(act)) for key in visitor.keys):
        return None
    return next((key for key in reversed(visitor.keys) if key.roles & act.prepared.second), None)


def _whose(act: Act) -> tuple[str, ...]:
    """Of a key that is changed, and of values that are erased, the keys of whose they are: they never sign second."""
    match act.command:
        case ChangeKey(name=name):
            return (name,)
        case Erase(subjects=subjects):
            return tuple(one.removeprefix("person:") for one in subjects if one.startswith("person:"))
        case _:
            return ()


def _own(visitor: Visitor, name: str, key_id: bytes) -> Vkey | None:
    keys = (Vkey.parse(key.vkey) for key in visitor.keys if key.roles)
    return next((key for key in keys if (key.name, key.key_id) == (name, key_id)), None)


def contents(prepared: Prepared, words: Wording, hidden: Collection[str] = ()) -> list[Part]:
    """Every value of what is signed that says something, those that stay sealed among them, but for those hidden.

    Every code, amount and day is said as on papers.
    """
    body: dict[str, Any] = canonical.decode(prepared.text.split(b"\n", 1)[1][:-1])["body"]
    public = [
        Part("key" if name == "vkey" else words.name(name), lines, False)
        for name, value in sorted(body.items())
        if (name != "case" or not _is_of_the_list(prepared)) and (lines := in_words(value, name, words))
    ]
    return public + [
        Part(words.slot(one.slot), [CLOSED] if one.slot in hidden else lines, True)
        for one in prepared.openings
        if (lines := in_words(one.value, one.slot.rpartition("/")[2], words))
    ]


def _is_of_the_list(prepared: Prepared) -> bool:
    """Is it of the list of homes? Its case is no search, and its number tells nobody anything."""
    return prepared.type.startswith("market.")


CLOSED = "Closed to you for now: you sign its digest, and read it when your role may."

HANDLERS = (read, sign)
