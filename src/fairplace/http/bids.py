"""A provider's own bids: lodged, replaced until the deadline, and taken back, each signed on the provider's device.

- Before anything is signed the page shows what; the register's receiver signs outside, so the log does not show who came.
- A provider sees what it lodged itself, and what everybody sees. Nothing here tells whether others bid.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
from litestar.params import FromPath, FromQuery

from fairplace import details
from fairplace.challenge.commands import LodgeChallenge
from fairplace.decision import Command
from fairplace.errors import Conflict, FairplaceError, Malformed, Missing, Refused
from fairplace.formats import money
from fairplace.forms.bidding import FIELDS, SEALED
from fairplace.forms.challenging import CHALLENGE
from fairplace.forms.fields import Fault, Field, read_all
from fairplace.http import asked, case_file, evidence, guarded, lodging_here, questions
from fairplace.http.again import Form
from fairplace.http.debrief_view import Mine, challenges
from fairplace.http.guard import File as Came
from fairplace.http.guard import Sent, TheSent, TheVisitor, Visitor, acting, see_other, signed_in
from fairplace.http.lodging_here import mine
from fairplace.http.proofs import lodged
from fairplace.http.provider_place import look
from fairplace.http.site import Answer, Site, TheSite
from fairplace.post.lodgings import BIDS, Kind, Lodging
from fairplace.post.notes import Written
from fairplace.procurement.commands import LodgeBid, WithdrawBid
from fairplace.provider.known import Stated
from fairplace.sealing import container
from fairplace.sealing.container import MEDIA
from fairplace.terms import CaseId, Provider, day, london_day

KINDS: Mapping[str, Kind] = {
    "deposit.received/1": "bid",
    "deposit.received-late/1": "late-bid",
    "deposit.withdrawn/1": "withdrawal",
    "challenge.lodged/1": "challenge",
}


@signed_in("/desk/bids")
def bids(site: TheSite, visitor: TheVisitor) -> Answer:
    """What can be bid for, what they lodged, and how their challenges stand."""
    provider, _ = mine(visitor)
    own = site.lodgings.of(provider)
    rows, _ = site.rows.list("register", limit=200, order="-deadline")
    now = site.register.store.now()
    open_ones = [row for row in rows if row.deadline is not None and row.deadline >= now and row.decided_at is None]
    return site.page(
        "bids.html",
        visitor=visitor,
        open=sorted(open_ones, key=lambda row: row.deadline),
        own=own,
        titles=site.rows.many("register", list({one.case for one in own})),
        challenges=site.rows.many("challenge-trail", [one.stream for one in own if one.kind == "challenge"]),
    )


@signed_in("/desk/bids/{case:str}")
def bid(site: TheSite, visitor: TheVisitor, case: FromPath[str], asked: FromQuery[str] = "") -> Answer:
    """One tender: what is asked, what they lodged, and the form."""
    return _page(site, visitor, tender(site, visitor, case), Form(), sent_to=visitor.person.email if asked else "")


def refused(site: Site, visitor: Visitor, row: Any, why: str, *, status: int = 422) -> Answer:
    """The page of a tender with what stands against something."""
    return _page(site, visitor, row, Form(refusal=why, status=status))


def tender(site: Site, visitor: Visitor, case: str) -> Any:
    """The public line of a case to which an invitation went out. Raises Missing for any other."""
    mine(visitor)
    row = site.rows.get("register", asked.identifier(case))
    if row is None or row.deadline is None:
        raise Missing("no tender has this address")
    return row


def _page(site: Site, visitor: Visitor, row: Any, form: Form, sent_to: str = "") -> Answer:
    provider, _ = mine(visitor)
    own = site.lodgings.of(provider, row.case)
    stated = details.own(site.register.reader, provider)
    start = {"provider_name": [name]} if (name := _name(site, provider, stated)) else {}
    begun = lodging_here.waits(site, visitor, row.case)
    waiting = None if begun is None else begun[1]
    if isinstance(waiting, LodgeBid):
        price = {} if waiting.price is None else {"price": [money(waiting.price).removeprefix("£")]}
        start = {"provider_name": [waiting.provider.name], **price}
    bid = _standing(own)
    return site.page(
        "bid.html",
        status=form.status,
        visitor=visitor,
        row=row,
        own=own,
        standing=bid,
        passed=site.register.store.now() > row.deadline,
        fields=SEALED if site.openers.confirmed() else FIELDS,
        form=form,
        sent=form.sent or start,
        kinds=sorted(evidence.MEDIA),
        most=site.settings.limits.document - 2 * container.STEP,
        largest=site.settings.limits.document,
        seal=terms(site, row),
        sent_to=sent_to,
        window=questions.window(site, row.case),
        waiting="" if waiting is None else str(waiting.__struct_config__.tag),
        stated=stated,
        today=day(london_day(site.now())),
        closes=day(london_day(row.deadline)),
    )


def _name(site: Site, provider: str, stated: Stated | None) -> str:
    """The provider's name as it stated it, or as it is public."""
    public = site.rows.get("provider", provider)
    return stated.facts.name if stated else public.name if public is not None and public.name else ""


def standing(site: Site, provider: str, case: CaseId) -> Lodging | None:
    """The bid of this provider that stands, as far as it was lodged here."""
    return _standing(site.lodgings.of(provider, case))


def _standing(own: list[Lodging]) -> Lodging | None:
    bid = next((one for one in own if one.kind in BIDS), None)
    return bid if bid is not None and bid.kind != "withdrawal" else None


LATE: Mapping[str, str] = {
    "reject": "The tender says that late bids are rejected",
    "discretion": "The tender says that a late bid may be admitted, with a reason and two signatures",
}


def late_rule(site: Site, case: CaseId) -> str:
    """What the tender says of late bids, as everybody may read it."""
    record: Any = site.rows.get("decision-record", case)
    return LATE.get(
        getattr(record, "late_policy", None) or "", "The rule in the tender says what becomes of a late bid"
    )


def terms(site: Site, row: Any) -> str:
    """What the browser needs to seal a bid; empty while there are no openers."""
    openers = [{"key": one.public_key, "name": one.name} for one in site.openers.confirmed()]
    kinds = {end: begins.hex() for end, (_, begins) in evidence.MEDIA.items()}
    terms = {"case": row.case, "deadline": row.deadline, "kinds": kinds, "openers": openers}
    return msgspec.json.encode(terms).decode("ascii") if openers else ""


@acting("/desk/bids/{case:str}", most=evidence.LARGEST_FORM)
def fill(site: TheSite, visitor: TheVisitor, case: FromPath[str], sent: TheSent) -> Answer:
    """Take the form's words and file, and go on to sign; nothing is lodged yet."""
    row = tender(site, visitor, case)
    provider, key = mine(visitor)
    sealed = bool(site.openers.confirmed())
    members, faults = _read(SEALED if sealed else FIELDS, sent)
    came = sent.files.get("document", [])
    try:
        head = _check_file(site, row, came[:1], sent.get("price"))
        if not came:
            faults = (*faults, Fault("document", "Choose the file that holds your bid"))
        if faults:
            return _page(site, visitor, row, Form(sent=sent.fields, faults=faults, status=422))
        document = site.documents.put(came[0].data, MEDIA) if head else evidence.keep(site, came[:1])[0].document
        command = LodgeBid(
            id=f"web:{site.accounts.sources.stream_id()}",
            as_=key.name,
            case=row.case,
            provider=Provider(id=provider, name=members["provider_name"]),
            document=document,
            price=members.get("price"),
        )
        lodging_here.wait(site, visitor, row.case, lodging_here.Waiting(command=lodging_here.written(site, command)))
    except (Refused, Malformed, Conflict) as error:
        return _page(site, visitor, row, Form(sent=sent.fields, refusal=str(error), status=error.status))
    return see_other(f"/desk/bids/{row.case}/sign")


def _check_file(site: Site, row: Any, came: list[Came], price: str = "") -> bool:
    """Is the file sealed to the openers? Raises Refused or Malformed unless it is as it must be: nothing is kept before.

    Where there are openers nothing else is taken: a bid that the register could read is none that is sealed.
    """
    openers = site.openers.confirmed()
    if not openers:
        if site.openers.known():
            raise Refused("no file can be sealed now, and none is taken in unsealed; ask the authority for its openers")
        evidence.check(site, came)
        return False
    if price:
        raise Refused("a price came beside the sealed file, and was not kept; write it on the page, which seals it")
    for one in came:
        if len(one.data) > site.settings.limits.document:
            raise Refused(f"the sealed file has {len(one.data):,} bytes; make the file that holds your bid smaller")
        head = container.read(one.data).head
        if head.case != row.case:
            raise Refused("this file was sealed for another tender; choose the bid again on this page")
        if {opener.key for opener in head.openers} != {opener.public_key for opener in openers}:
            raise Refused("the openers changed since this file was sealed; load the page again and seal it anew")
    return True


def _read(fields: tuple[Field, ...], sent: Sent) -> tuple[dict[str, Any], tuple[Fault, ...]]:
    members, faults = read_all(fields, sent.fields)
    return members, tuple(faults)


@acting("/desk/bids/{case:str}/withdraw")
def withdraw(site: TheSite, visitor: TheVisitor, case: FromPath[str], sent: TheSent) -> Answer:
    """Take a bid back, to leave it so or to lodge another: go on to sign."""
    row = tender(site, visitor, case)
    provider, key = mine(visitor)
    command = WithdrawBid(id=f"web:{site.accounts.sources.stream_id()}", as_=key.name, case=row.case, provider=provider)
    try:
        lodging_here.wait(site, visitor, row.case, lodging_here.Waiting(command=lodging_here.written(site, command)))
    except (Refused, Malformed, Conflict) as error:
        return _page(site, visitor, row, Form(refusal=str(error), status=error.status))
    return see_other(f"/desk/bids/{row.case}/sign")


@signed_in("/desk/bids/{case:str}/challenge")
def challenge_form(site: TheSite, visitor: TheVisitor, case: FromPath[str]) -> Answer:
    """What a challenge is and does, and its form."""
    return _challenge(site, visitor, tender(site, visitor, case), Form())


def _challenge(site: Site, visitor: Visitor, row: Any, form: Form) -> Answer:
    mine(visitor)
    return site.page(
        "bid_challenge.html",
        status=form.status,
        visitor=visitor,
        row=row,
        fields=CHALLENGE,
        form=form,
        most=evidence.MOST_FILES,
        largest=site.settings.limits.document,
        kinds=sorted(evidence.MEDIA),
    )


@acting("/desk/bids/{case:str}/challenge", most=evidence.LARGEST_FORM)
def challenge(site: TheSite, visitor: TheVisitor, case: FromPath[str], sent: TheSent) -> Answer:
    """Take the challenge's words and documents, and go on to sign."""
    row = tender(site, visitor, case)
    provider, key = mine(visitor)
    members, faults = _read(CHALLENGE, sent)
    files = sent.files.get("evidence", [])
    public = site.rows.get("provider", provider)
    try:
        if faults:
            return _challenge(site, visitor, row, Form(sent=sent.fields, faults=faults, status=422))
        if looked := guarded.of_outsiders("challenge.lodged/1", CHALLENGE, sent.fields):
            return _challenge(site, visitor, row, Form(sent=sent.fields, looked=looked, status=422))
        evidence.check(site, files)
        kept = evidence.keep(site, files)
        command = LodgeChallenge(
            id=f"web:{site.accounts.sources.stream_id()}",
            as_=key.name,
            case=row.case,
            kind=members["kind"],
            ground=members["ground"],
            remedy=members["remedy"],
            words=evidence.with_files(members["words"], members["name"], kept),
            challenger=Provider(id=provider, name=public.name if public and public.name else members["name"]),
        )
        lodging_here.wait(
            site,
            visitor,
            row.case,
            lodging_here.Waiting(
                command=lodging_here.written(site, command), words=members["words"], name=members["name"], files=kept
            ),
        )
    except (Refused, Malformed, Conflict) as error:
        return _challenge(site, visitor, row, Form(sent=sent.fields, refusal=str(error), status=error.status))
    return see_other(f"/desk/bids/{row.case}/sign")


@signed_in("/desk/bids/{case:str}/sign")
def read(site: TheSite, visitor: TheVisitor, case: FromPath[str]) -> Answer:
    """What is to be signed, in words and to the byte. Where nothing waits: what was lodged, as after the button Back."""
    row = tender(site, visitor, case)
    mine(visitor)
    begun = lodging_here.waits(site, visitor, row.case)
    return see_other(f"/desk/bids/{row.case}") if begun is None else _sign_page(site, visitor, row, begun[1])


def _sign_page(
    site: Site, visitor: Visitor, row: Any, command: Command, *, fault: str = "", status: int = 200
) -> Answer:
    text = lodging_here.text(site, command)
    return site.page(
        "bid_sign.html",
        status=status,
        visitor=visitor,
        row=row,
        command=command,
        what=str(command.__struct_config__.tag),
        sealed=isinstance(command, LodgeBid) and command.document is not None and command.document.media == MEDIA,
        late=isinstance(command, LodgeBid) and site.register.store.now() > row.deadline,
        rule=late_rule(site, row.case),
        text=lodging_here.encoded(text),
        digest=lodging_here.digest(text),
        key=lodging_here.key_of(visitor, command),
        fault=fault,
    )


@acting("/desk/bids/{case:str}/sign")
def sign(site: TheSite, visitor: TheVisitor, case: FromPath[str], sent: TheSent) -> Answer:
    """Lodge what was signed; or let it go."""
    row = tender(site, visitor, case)
    provider, _ = mine(visitor)
    begun = lodging_here.waits(site, visitor, row.case)
    if begun is None:  # signed already, perhaps in another tab: the page of the tender says what was lodged
        return see_other(f"/desk/bids/{row.case}")
    waiting, command = begun
    if sent.get("drop"):
        lodging_here.let_go(site, visitor, row.case)
        return see_other(f"/desk/bids/{row.case}")
    try:
        lodging_here.check(site, visitor, command, sent)
        done = lodging_here.carry_out(site, command, sent)
    except FairplaceError as error:
        return _sign_page(site, visitor, row, command, fault=str(error), status=error.status)
    entry = site.register.reader.entry(done.index)
    known = {one.place for one in site.lodgings.of(provider, row.case)}
    if done.index not in known:
        site.lodgings.put(
            KINDS[entry.envelope.type],
            row.case,
            provider,
            place=done.index,
            stream=entry.envelope.stream,
            person=visitor.person.id,
        )
        if isinstance(command, LodgeChallenge):
            _note(site, visitor, row.case, waiting, command, done.index)
    lodging_here.let_go(site, visitor, row.case)
    return see_other(f"/desk/bids/{row.case}/receipts/{done.index}")


def _note(
    site: Site, visitor: Visitor, case: CaseId, waiting: lodging_here.Waiting, command: LodgeChallenge, place: int
) -> None:
    """The challenge with its documents, in the correspondence of the case."""
    assert command.challenger is not None
    site.notes.put(
        case,
        Written(
            kind="challenge",
            provider=command.challenger,
            words=waiting.words,
            name=waiting.name,
            to=visitor.person.email,
            place=place,
            files=waiting.files,
        ),
    )


@signed_in("/desk/bids/{case:str}/receipts/{name:str}")
def receipt(site: TheSite, visitor: TheVisitor, case: FromPath[str], name: FromPath[str]) -> Answer:
    """The receipt of what they lodged: a page, a text to keep, or its proof."""
    row = tender(site, visitor, case)
    provider, _ = mine(visitor)
    own: dict[int, Lodging] = {one.place: one for one in site.lodgings.of(provider, row.case)}
    index = name.partition(".")[0]
    what = own.get(int(index)) if index.isascii() and index.isdigit() and len(index) < 15 else None
    return lodged(
        site,
        name,
        own.keys(),
        template="bid_receipt.html",
        visitor=visitor,
        row=row,
        what=what.kind if what else "",
        rule=late_rule(site, row.case),
        stands=_stands(site, visitor, what) if what is not None and name == index else None,
    )


def _stands(site: Site, visitor: Visitor, lodged: Lodging) -> Mine | None:
    """How a challenge of theirs stands, with the authority's words, once the log says that they look; null before there are
    any, and for what is no challenge.
    """
    trail: Any = site.rows.get("challenge-trail", lodged.stream) if lodged.kind == "challenge" else None
    if trail is None or not (trail.answered_at or trail.decided_at or trail.further or trail.state == "withdrawn"):
        return None
    look(site, visitor, lodged.case)
    own = challenges(case_file.history(site, lodged.case), lodged.provider)
    return next((one for one in own if one.index == lodged.place), None)


HANDLERS = (bids, bid, fill, withdraw, challenge_form, challenge, read, sign, receipt)
