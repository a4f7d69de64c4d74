"""Openers of sealed bids: their keys, confirmed by a second person; and opening, which takes two of them, each at home.

- Nothing is asked of an opener before the deadline has passed and the opening is recorded: until then the register has
  nothing with which a sealed bid could be opened, and takes nothing towards it.
- What an opener gives opens the bids of one case, and is kept until a second one gives theirs.
"""

from __future__ import annotations

from typing import Any

import msgspec
from litestar import Response
from litestar.params import FromPath

from fairplace.decision import History
from fairplace.errors import Forbidden, Malformed, Missing, Refused, Unproven
from fairplace.http import asked, case_file
from fairplace.http.cases import closed
from fairplace.http.debriefs import SENDERS
from fairplace.http.guard import OPENING, TheSent, TheVisitor, Visitor, acting, see_other, signed_in
from fairplace.http.sealed_prices import lodged
from fairplace.http.site import Answer, Site, TheSite
from fairplace.ledger.note import ED25519, Vkey, join_note, parse_note
from fairplace.people.roles import HEADS
from fairplace.people.sight import are_open
from fairplace.procurement.events import DepositReceived, DepositReceivedLate
from fairplace.procurement.state import state_of
from fairplace.sealing import container
from fairplace.sealing.container import MEDIA, Head
from fairplace.sealing.openers import NEEDED, Inside, opener_text
from fairplace.terms import CaseId, Document, Place

NEWEST = 20
"""Cases in which sealed bids are looked for."""


class Bid(msgspec.Struct, frozen=True, kw_only=True):
    """A sealed bid that has a place."""

    place: Place
    document: Document
    head: Head


class File(msgspec.Struct, frozen=True, kw_only=True):
    """A bid's file as whoever reads the bids sees it. `given`: how many openers gave their part; -1: it was not sealed."""

    provider: str
    sha256: str
    bytes: int
    given: int
    inside: Inside | None


@signed_in("/desk/openers")
def openers(site: TheSite, visitor: TheVisitor) -> Answer:
    """The openers, a form to become one, and the cases that wait for this one's key."""
    visitor.need(*OPENING, *HEADS)
    return _page(site, visitor)


def _page(site: Site, visitor: Visitor, *, fault: str = "", status: int = 200) -> Answer:
    names = {one.id: one.name for one in site.accounts.people()}
    key = _signing_key(visitor)
    return site.page(
        "openers.html",
        status=status,
        visitor=visitor,
        openers=site.openers.all(),
        names=names,
        enough=bool(site.openers.confirmed()),
        key=key.text if key and visitor.opens else None,
        cases=_cases(site, visitor),
        fault=fault,
    )


def _may_open(visitor: Visitor) -> None:
    """Raises Forbidden for whoever cannot be an opener. An auditor may well sit outside the authority."""
    visitor.need(*OPENING)
    if not visitor.opens:
        raise Forbidden("whoever marks bids opens none; let another person be the opener", code="role")


def _signing_key(visitor: Visitor) -> Vkey | None:
    found = [Vkey.parse(key.vkey) for key in visitor.keys if key.roles & OPENING]
    return next((key for key in reversed(found) if key.kind == ED25519), None)


def _cases(site: Site, visitor: Visitor, *, lacking: bool = False) -> list[Any]:
    """The public lines of cases with sealed bids that this opener can help to open."""
    mine = site.openers.keys_of(visitor.person.id)
    if not mine:
        return []
    now = site.register.store.now()
    out = site.duties.closed_to({key.name for key in visitor.keys})
    rows, _ = site.rows.list("register", limit=200, order="-deadline")
    passed = [
        row
        for row in rows
        if row.deadline is not None and row.deadline < now and row.decided_at is None and row.case not in out
    ]
    return [
        row for row in passed[:NEWEST] if any(_wanted(site, bid, mine, lacking) for bid in _closed_bids(site, row.case))
    ]


def _wanted(site: Site, bid: Bid, mine: set[str], lacking: bool) -> bool:
    """Is it sealed to this opener? `lacking`: and is their part of it still missing?"""
    place = _place(bid, mine)
    return place is not None and not (lacking and place in site.openers.shares(bid.document.sha256))


def to_open(site: Site, visitor: Visitor) -> list[Any]:
    """The public lines of cases whose bids wait for this person's part."""
    return _cases(site, visitor, lacking=True) if visitor.opens and not site.seeks else []


def to_confirm(site: Site, visitor: Visitor) -> int:
    """How many openers' keys wait for this person to confirm them."""
    if not visitor.heads or site.seeks:
        return 0
    return sum(one.confirmed is None and one.person != visitor.person.id for one in site.openers.all())


@acting("/desk/openers")
def make(site: TheSite, visitor: TheVisitor, sent: TheSent) -> Answer:
    """A new opener's key, vouched for by this person's signing key."""
    _may_open(visitor)
    key, public = _signing_key(visitor), sent.get("key")
    try:
        if key is None:
            raise Forbidden("an opener needs a signing key on a device first; make one under My keys", code="key")
        container.bytes_of(public, container.KEY)
        note = _vouched(key, public, sent.line())
    except (Refused, Malformed, Unproven) as error:
        return _page(site, visitor, fault=str(error), status=error.status)
    site.openers.add(visitor.person.id, key.name, public, note.decode("utf-8"))
    return see_other("/desk/openers")


def _vouched(key: Vkey, public: str, line: str) -> bytes:
    """The note by which the signing key vouches for the opener's. Raises Malformed or Unproven unless it does."""
    note = join_note(opener_text(key.name, public), [line + "\n"])
    text, lines = parse_note(note)
    if len(lines) != 1:
        raise Malformed(f"{len(lines)} signatures came; one is expected")
    key.verify(text, lines[0].signature)
    return note


@acting("/desk/openers/{opener:str}/confirm")
def confirm(site: TheSite, visitor: TheVisitor, opener: FromPath[str], sent: TheSent) -> Answer:
    """A second person says that this is the opener's key."""
    visitor.need(*HEADS)
    site.openers.confirm(opener, visitor.person.id)
    return see_other("/desk/openers")


@acting("/desk/openers/{opener:str}/remove")
def remove(site: TheSite, visitor: TheVisitor, opener: FromPath[str], sent: TheSent) -> Answer:
    """From now on nothing is sealed to this key."""
    visitor.need(*HEADS)
    site.openers.remove(opener)
    return see_other("/desk/openers")


# Opening


def _place(bid: Bid, mine: set[str]) -> int | None:
    """Where this opener stands in the head of a bid."""
    return next((at for at, one in enumerate(bid.head.openers) if one.key in mine), None)


def _when_open(site: Site, visitor: Visitor, case: CaseId) -> None:
    """Raises Forbidden when they must stay out of the case, Refused before its bids may be opened.

    Nothing sealed is read for that.
    """
    past = case_file.in_the_open(site, case)
    case_file.stay_in(past, visitor)
    _opened(site, past)


def _opened(site: Site, past: History) -> None:
    if not are_open(past, site.register.store.now()):
        raise Refused("nothing is opened before the deadline has passed and the opening is recorded", code="deadline")


def _head(site: Site, sha256: str) -> Head:
    """To whom a file is sealed. A file is what its digest says for ever, so it is read once and its head remembered."""
    kept = site.heads.get(sha256, None, lambda: msgspec.json.encode(container.read(site.documents.get(sha256)).head))
    return msgspec.json.decode(kept, type=Head)


def _bids(site: Site, past: History, *, closed_alone: bool = False) -> list[Bid]:
    """The sealed bids of a case that have places; `closed_alone`: those that nobody has opened yet."""
    state = state_of(past)
    documents = {
        recorded.leaf: recorded.event.document.get()
        for recorded in past.events
        if isinstance(recorded.event, DepositReceived | DepositReceivedLate)
    }
    found = []
    for place, leaf in sorted(state.places.items()):
        document = documents.get(leaf or "")
        if document is None or document.media != MEDIA:
            continue
        if not closed_alone or site.openers.inside(document.sha256) is None:
            found.append(Bid(place=place, document=document, head=_head(site, document.sha256)))
    return found


def _closed_bids(site: Site, case: CaseId) -> list[Bid]:
    """Those that nobody has opened yet; none before they may be."""
    try:
        _opened(site, case_file.in_the_open(site, case))
    except Refused:
        return []
    return _bids(site, case_file.history(site, case), closed_alone=True)


@signed_in("/desk/openers/cases/{case:str}")
def opening(site: TheSite, visitor: TheVisitor, case: FromPath[str]) -> Answer:
    """The sealed bids of one case, for one opener."""
    _may_open(visitor)
    return _opening(site, visitor, asked.identifier(case))


def _opening(site: Site, visitor: Visitor, case: CaseId, *, fault: str = "", status: int = 200) -> Answer:
    _when_open(site, visitor, case)
    mine = site.openers.keys_of(visitor.person.id)
    every = _bids(site, case_file.history(site, case)) if mine else []  # who is no opener costs nothing that is sealed
    bids = [bid for bid in every if site.openers.inside(bid.document.sha256) is None]
    waiting = [(bid, place) for bid in bids if (place := _place(bid, mine)) is not None]
    asked_for = [
        {"id": bid.place, "key": bid.head.openers[place].key, "ephemeral": bid.head.ephemeral}
        for bid, place in waiting
        if place not in site.openers.shares(bid.document.sha256)
    ]
    return site.page(
        "opening.html",
        status=status,
        visitor=visitor,
        row=site.rows.get("register", case),
        case=case,
        waiting=len(waiting),
        opened=any(_place(bid, mine) is not None for bid in every),
        asked=msgspec.json.encode(asked_for).decode("ascii") if asked_for else "",
        needed=NEEDED,
        fault=fault,
    )


@acting("/desk/openers/cases/{case:str}")
def give(site: TheSite, visitor: TheVisitor, case: FromPath[str], sent: TheSent) -> Answer:
    """Take one opener's part for each bid; what has two is open."""
    _may_open(visitor)
    found = asked.identifier(case)
    mine = site.openers.keys_of(visitor.person.id)
    try:
        given = msgspec.json.decode(sent.get("shares"), type=dict[str, str])
    except (msgspec.DecodeError, msgspec.ValidationError, UnicodeDecodeError, RecursionError):
        given = {}
    _when_open(site, visitor, found)
    faults = []
    for bid in _closed_bids(site, found) if mine else ():
        place = _place(bid, mine)
        if place is None or bid.place not in given:
            continue
        try:
            _give(site, bid, place, container.bytes_of(given[bid.place], container.KEY))
        except (Malformed, Unproven) as error:
            faults.append(f"bid {bid.place}: {error}")
    if faults or not given:
        return _opening(
            site, visitor, found, fault="; ".join(faults) or "the browser sent nothing; try again", status=422
        )
    return see_other(f"/desk/openers/cases/{found}")


def _give(site: Site, bid: Bid, place: int, share: bytes) -> None:
    sha256 = bid.document.sha256
    shares = site.openers.give(sha256, place, share)
    if len(shares) < NEEDED:
        return
    try:
        manifest, data = container.opened(container.read(site.documents.get(sha256)), shares)
    except Unproven:
        site.openers.forget(sha256)
        raise
    site.openers.put(sha256, Inside(manifest=manifest, document=site.documents.put(data, "application/octet-stream")))


# Reading what was opened


def _files(site: Site, past: History, visitor: Visitor) -> list[File]:
    """The files of the bids that have places, as far as whoever looks may be shown them."""
    found = []
    for provider, document in lodged(past, case_file.seen(site, past, visitor)):
        sealed = document.media == MEDIA
        found.append(
            File(
                provider=provider.name,
                sha256=document.sha256,
                bytes=document.bytes,
                given=len(site.openers.shares(document.sha256)) if sealed else -1,
                inside=site.openers.inside(document.sha256) if sealed else None,
            )
        )
    return sorted(found, key=lambda one: one.provider)


@signed_in("/desk/cases/{case:str}/files")
def files(site: TheSite, visitor: TheVisitor, case: FromPath[str]) -> Answer:
    """The files of the bids, once they are opened."""
    past = case_file.open_to(site, visitor, case, *case_file.STAFF)
    if past is None:
        return closed(site, visitor, case)
    return site.page(
        "bid_files.html",
        visitor=visitor,
        case=past.case,
        title=case_file.title(case_file.seen(site, past, visitor)),
        opened=state_of(past).opened,
        files=_files(site, past, visitor),
        needed=NEEDED,
        takes_in=not visitor.roles.isdisjoint(SENDERS),
    )


@signed_in("/desk/cases/{case:str}/files/{sha256:str}")
def file(site: TheSite, visitor: TheVisitor, case: FromPath[str], sha256: FromPath[str]) -> Answer:
    """One file, as the bidder sent it: to be kept, never to be shown in this page's place."""
    past = case_file.open_to(site, visitor, case, *case_file.STAFF)
    if past is None:
        return closed(site, visitor, case)
    one = next((one for one in _files(site, past, visitor) if one.sha256 == sha256), None)
    if one is None or (one.given >= 0 and one.inside is None):
        raise Missing("there is no file at this address that you may read now")
    held = one.inside.document.sha256 if one.inside else one.sha256
    name = one.inside.manifest.name if one.inside else ""
    return Response(
        site.documents.get(held),
        media_type="application/octet-stream",
        headers={"content-disposition": f'attachment; filename="{sha256[:12]}{_suffix(name)}"'},
    )


def _suffix(name: str) -> str:
    _, dot, end = name.rpartition(".")
    return f".{end.lower()}" if dot and end.isascii() and end.isalnum() and len(end) <= 4 else ""


HANDLERS = (openers, make, confirm, remove, opening, give, files, file)
