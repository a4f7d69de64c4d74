"""The documents of a case at the desk: put in, looked at, taken away, and destroyed once their time is over.

- Those who keep the file put documents in and see all; the panel reads the tender pack, and bids once they are opened, or
  written answers without names (`answers.py`).
  Files that were lodged as bids stand apart (`openers.py`).
- In a search for a home the social worker keeps the file, too. Who knows the child reads what is about the child; whoever
  pays for the home reads the agreement.
- What a search sends to providers, and what everybody is to read, is looked through first; what could not be read, or may
  tell of a child, somebody looks at and says so.
- A document is always downloaded and never shown as it is; of an e-mail the words are shown as plain text.
- Nothing that a hold keeps is destroyed, and nothing that a step of the record names.
"""

from __future__ import annotations

import hashlib
from datetime import date
from typing import cast

import msgspec
from litestar import Response
from litestar.params import FromPath

from fairplace import erasures
from fairplace.accounts.model import Person
from fairplace.decision import History
from fairplace.errors import FairplaceError, Malformed, Missing, Refused
from fairplace.filing import kinds, mail, names
from fairplace.filing.cabinet import KINDS, KINDS_OF_SEARCH, Kept, Kind
from fairplace.filing.passages import Look
from fairplace.filing.retention import CLASSES, CLASSES_OF_SEARCH, Class, Retention, last_day
from fairplace.filing.words import words_of
from fairplace.forms.fields import Field, Wrong
from fairplace.forms.task import Paper
from fairplace.guarding.papers import look_before_all_read
from fairplace.holding import Hold, holds
from fairplace.http import answers, case_file, guarded, whose_bids
from fairplace.http.cases import closed, closed_meanwhile
from fairplace.http.guard import File as SentFile
from fairplace.http.guard import Sent, TheSent, TheVisitor, Visitor, acting, see_other, signed_in
from fairplace.http.site import Answer, Site, TheSite
from fairplace.looking_through import look_for
from fairplace.people.sight import are_open
from fairplace.procurement.state import state_of
from fairplace.seeking.case_word import case_word
from fairplace.terms import CaseId, Day, text

FORM = 64 * 1024
"""Bytes of a form beside the file in it."""

SAID = Field(name="said", label="The day", kind="day", optional=True)


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """A document in the list. `until`: the last day on which it is kept; `due`: that day is over and nothing holds it."""

    kept: Kept
    until: Day | None
    held_by: tuple[Hold, ...]
    due: bool
    here: bool


@signed_in("/desk/cases/{case:str}/documents")
def index(site: TheSite, visitor: TheVisitor, case: FromPath[str]) -> Answer:
    """All documents of a case that whoever looks may see."""
    past = _opened(site, visitor, case)
    return closed(site, visitor, case) if past is None else _list(site, visitor, past)


@acting("/desk/cases/{case:str}/documents/new")
def put_in(site: TheSite, visitor: TheVisitor, case: FromPath[str], sent: TheSent) -> Answer:
    """Take a document in."""
    visitor.need(*_keepers(site))
    past = _opened(site, visitor, case)
    if past is None:
        return closed_meanwhile(site, visitor, case, f"/desk/cases/{case}/documents/new", sent)
    try:
        kind = _kind(site, sent.get("kind"), past)
        file = _sent_file(sent, site.settings.limits.document)
        look = _look(site, visitor, past, kind)
        if kind == answers.KIND:
            answers.may_come(past, site.now(), file.name)
        if (before := _in_already(site, visitor, past, kind, file)) is not None:
            return see_other(f"/desk/cases/{past.case}/documents/{before.id}")
        kept = site.cabinet.take_in(past.case, file.name, kind, file.data, by=visitor.person.id, look=look)
    except (Malformed, Refused) as error:
        return _list(site, visitor, past, fault=str(error), chosen=sent.get("kind"), status=error.status)
    return see_other(f"/desk/cases/{past.case}/documents/{kept.id}")


@signed_in("/desk/cases/{case:str}/documents/{name:str}")
def one(site: TheSite, visitor: TheVisitor, case: FromPath[str], name: FromPath[str]) -> Answer:
    """One document: what it is, until when it is kept, and of an e-mail its words."""
    past = _opened(site, visitor, case)
    if past is None:
        return closed(site, visitor, case)
    return _page(site, visitor, past, _seen(site, visitor, past, name))


@signed_in("/desk/cases/{case:str}/documents/{name:str}/{what:str}")
def download(
    site: TheSite, visitor: TheVisitor, case: FromPath[str], name: FromPath[str], what: FromPath[str]
) -> Answer:
    """The document as it came (`file`), or what may be published of it (`copy`)."""
    past = _opened(site, visitor, case)
    if past is None:
        return closed(site, visitor, case)
    kept = _seen(site, visitor, past, name)
    of_answer = kept.held is not None and kept.held.kind == answers.KIND and not _keeps(site, visitor)
    if what not in (("copy",) if of_answer else ("file", "copy")) or kept.held is None:
        raise Missing("there is no document at this address")
    return _sent_back(site.cabinet.bytes_of(kept, copy=what == "copy"), kept.held.name)


def _sent_back(data: bytes, name: str) -> Answer:
    """A download. Its type is told to nobody's browser: whatever it is, it is kept and not opened here."""
    headers = {"content-disposition": names.disposition(name)}
    return Response(data, media_type="application/octet-stream", headers=headers)


@acting("/desk/cases/{case:str}/documents/{name:str}")
def change(site: TheSite, visitor: TheVisitor, case: FromPath[str], name: FromPath[str], sent: TheSent) -> Answer:
    """Say how long it is kept, make the copy to publish, or keep an attachment as a document of its own."""
    visitor.need(*_keepers(site))
    past = _opened(site, visitor, case)
    if past is None:
        return closed_meanwhile(site, visitor, case, f"/desk/cases/{case}/documents/{name}", sent)
    kept = _seen(site, visitor, past, name)
    try:
        match sent.get("do"):
            case "retain":
                site.cabinet.retain(kept, _retention(sent))
            case "copy":
                site.cabinet.make_copy(kept, look=_look(site, visitor, past, _kind_of(kept)))
            case "seen":
                look = _look(site, visitor, past, _kind_of(kept))
                site.cabinet.make_copy(kept, look=look, seen_by=visitor.person.id)
            case "keep":
                kept = _keep_attachment(site, visitor, kept, sent.get("number"))
            case _:
                raise Malformed("what to do with the document was not said; use the buttons of its page")
    except FairplaceError as error:
        if error.status >= 500:
            raise
        fresh = site.cabinet.get(past.case, kept.id)
        return _page(site, visitor, past, fresh, fault=str(error), sent=sent, status=error.status)
    return see_other(f"/desk/cases/{past.case}/documents/{kept.id}")


@acting("/desk/cases/{case:str}/documents/destroy")
def destroy(site: TheSite, visitor: TheVisitor, case: FromPath[str], sent: TheSent) -> Answer:
    """Destroy every document of the case that is past its day and that nothing holds."""
    visitor.need(*_keepers(site))
    past = _opened(site, visitor, case)
    if past is None:
        return closed_meanwhile(site, visitor, case, f"/desk/cases/{case}/documents/destroy", sent)
    faults = []
    for line in _lines(site, visitor, past):
        if line.due:
            try:
                site.cabinet.destroy(line.kept, still_named=lambda found: _named(site, found))
            except Refused as refused:
                faults.append(f"{line.kept.held.name if line.kept.held else ''}: {refused}")
    if faults:
        return _list(site, visitor, past, fault="; ".join(faults), status=422)
    return see_other(f"/desk/cases/{past.case}/documents")


def _named(site: Site, found: set[str]) -> set[str]:
    return erasures.named(site.register.store, site.register.origin, found)


# Who may see what


def _opened(site: Site, visitor: Visitor, case: str) -> History | None:
    """The past of a case; None while its file is closed to this session."""
    past = case_file.open_to(site, visitor, case, *case_file.STAFF)
    return None if past is None else case_file.seen(site, past, visitor)


def _kind_of(kept: Kept) -> str:
    return kept.held.kind if kept.held is not None else ""


def _look(site: Site, visitor: Visitor, past: History, kind: str) -> Look | None:
    """In a search, what others would get is looked through, with the names that the case knows; an answer for who bids;
    and what everybody is to read for the names that the case is looked through for.
    """
    if kind == answers.KIND and not site.seeks:
        return answers.look_for(past)
    if not site.seeks:
        named = guarded.listed(site, past.case)
        return lambda data, media: look_before_all_read(words_of(data, media), named)
    whole = History(case=past.case, events=site.register.reader.case(past.case), market=site.register.reader.market())
    return look_for(whole, site.now())


def _keepers(site: Site) -> tuple[str, ...]:
    return (*case_file.KEEP_THE_FILE, "social-worker") if site.seeks else case_file.KEEP_THE_FILE


def _keeps(site: Site, visitor: Visitor) -> bool:
    return not visitor.roles.isdisjoint(_keepers(site))


ABOUT_THE_CHILD = frozenset({"referral", "assessment", "care-plan"})


def _may_see(site: Site, visitor: Visitor, past: History, kept: Kept) -> bool:
    """As `people/sight.py` has it: the panel reads the tender pack, and once they are opened bids, or answers without names."""
    if _keeps(site, visitor):
        return True
    if kept.held is None or visitor.roles.isdisjoint(case_file.STAFF):
        return False
    if site.seeks:
        knows = not visitor.roles.isdisjoint(case_file.KNOW_THE_CHILD)
        return kept.held.kind == "agreement" or (kept.held.kind in ABOUT_THE_CHILD and knows)
    if kept.held.kind == answers.KIND:
        return kept.held.copy is not None and are_open(past, site.now())
    if kept.held.kind == "bid":
        return are_open(past, site.now()) and not whose_bids.names_kept_from(site, past, visitor)
    return kept.held.kind == "tender-pack"


def _seen(site: Site, visitor: Visitor, past: History, name: str) -> Kept:
    """A document of this case. Raises Missing for one that is not there, and for one that they may not see."""
    kept = site.cabinet.get(past.case, name)
    if not _may_see(site, visitor, past, kept):
        raise Missing("there is no document at this address")
    return kept


def papers(site: Site, visitor: Visitor, past: History) -> tuple[Paper, ...]:
    """The documents that a step may name, for the forms of those who keep the file."""
    if not _keeps(site, visitor):
        return ()
    return tuple(
        Paper(name=kept.held.name, kind=kept.held.kind, original=kept.held.document, copy=kept.held.copy)
        for kept in site.cabinet.of(past.case)
        if kept.held is not None and site.cabinet.is_here(kept)
    )


# What is sent


def _kind(site: Site, value: str, past: History) -> Kind:
    if value not in _kinds(site, past):
        raise Malformed("what the document is was not said; choose one of the kinds")
    if value == "bid" and not are_open(past, site.now()):
        raise Refused(
            "the bids are not opened yet; a bid is lodged sealed, and nobody keeps one here before", code="order"
        )
    return cast("Kind", value)


def _kinds(site: Site, past: History) -> dict[str, str]:
    if site.seeks:
        return KINDS_OF_SEARCH
    return {kind: name for kind, name in KINDS.items() if kind != answers.KIND or state_of(past).veil}


def _sent_file(sent: Sent, most: int) -> SentFile:
    file = next(iter(sent.files.get("file", ())), None)
    if file is None:
        raise Malformed("no file came; choose one")
    if len(file.data) > most:
        raise Malformed(f"a file of {len(file.data):,} bytes came; at most {most:,} are taken")
    return file


def _in_already(site: Site, visitor: Visitor, past: History, kind: Kind, file: SentFile) -> Kept | None:
    """What the same person put in before, byte for byte: a form comes twice when the line broke before its answer."""
    digest = hashlib.sha256(file.data).hexdigest()
    return next(
        (
            kept
            for kept in site.cabinet.of(past.case)
            if (held := kept.held) is not None
            and site.cabinet.is_here(kept)
            and (held.document.sha256, held.kind, held.by, held.part_of) == (digest, kind, visitor.person.id, "")
            and held.name == names.safe(file.name, held.document.media)
        ),
        None,
    )


def _retention(sent: Sent) -> Retention:
    kind, reason = sent.get("class"), text(sent.get("reason"))[:1000]
    if kind not in CLASSES:
        raise Malformed("how long it is kept was not said; choose one of the three")
    try:
        said = cast("Day | None", SAID.read(sent.fields))
    except Wrong as wrong:
        raise Malformed(str(wrong)) from wrong
    if kind == "record":
        return Retention()
    if said is None:
        raise Malformed("no day came; write the day on which the contract ends, or the last day of all")
    if kind == "other" and not reason:
        raise Malformed("a day of your own needs its reason; write why it is kept until then")
    return Retention(kind=cast("Class", kind), said=said, reason=reason)


def _keep_attachment(site: Site, visitor: Visitor, kept: Kept, number: str) -> Kept:
    if kept.held is None or kept.held.document.media != kinds.MAIL:
        raise Malformed("only an e-mail has attachments")
    if not (number.isascii() and number.isdigit() and len(number) < 6):
        raise Malformed("no attachment was named; use the buttons beside them")
    name, data = mail.attachment(site.cabinet.bytes_of(kept), int(number))
    return site.cabinet.take_in(kept.case, name, "other", data, by=visitor.person.id, part_of=kept.id)


# What is shown


def _held_by(found: list[Hold], case: CaseId, past: History) -> tuple[Hold, ...]:
    """The holds that name this case, a bid in it, or an entry of it."""
    entries = {f"entry:{recorded.index}" for recorded in past.events}
    return tuple(
        hold
        for hold in found
        if any(name == f"case:{case}" or name.startswith(f"bid:{case}:") or name in entries for name in hold.names)
    )


def _line(site: Site, past: History, kept: Kept, found: list[Hold], today: date) -> Line:
    until = last_day(kept.held.retention, past) if kept.held else None
    held_by = _held_by(found, past.case, past)
    due = until is not None and until < today.isoformat() and not held_by
    return Line(kept=kept, until=until, held_by=held_by, due=due, here=site.cabinet.is_here(kept))


def _lines(site: Site, visitor: Visitor, past: History) -> list[Line]:
    found, today = holds(site.register), site.today()
    return [
        _line(site, past, kept, found, today)
        for kept in site.cabinet.of(past.case)
        if kept.held is not None and _may_see(site, visitor, past, kept)
    ]


def _list(
    site: Site, visitor: Visitor, past: History, *, fault: str = "", chosen: str = "", status: int = 200
) -> Answer:
    lines = _lines(site, visitor, past)
    gone = [kept for kept in site.cabinet.of(past.case) if kept.held is None] if _keeps(site, visitor) else []
    return site.page(
        "documents.html",
        status=status,
        visitor=visitor,
        case=past.case,
        title=_title(site, past),
        here="searches" if site.seeks else "cases",
        lines=lines,
        gone=gone,
        kinds=_kinds(site, past),
        types=kinds.NAMES,
        chosen=chosen,
        keeps=_keeps(site, visitor),
        largest=site.settings.limits.document,
        fault=fault,
        opened=are_open(past, site.now()),
    )


def _page(
    site: Site, visitor: Visitor, past: History, kept: Kept, *, fault: str = "", sent: Sent | None = None, status: int = 200
) -> Answer:  # fmt: skip
    if kept.held is None:
        raise Missing("this document was destroyed; its time was over")
    line = _line(site, past, kept, holds(site.register), site.today())
    message = None
    if kept.held.document.media == kinds.MAIL and line.here:
        try:
            message = mail.read(site.cabinet.bytes_of(kept))
        except Malformed as error:
            fault = fault or str(error)
    return site.page(
        "document.html",
        status=status,
        visitor=visitor,
        case=past.case,
        title=_title(site, past),
        line=line,
        held=kept.held,
        mail=message,
        here="searches" if site.seeks else "cases",
        kinds=_kinds(site, past),
        types=kinds.NAMES,
        classes=CLASSES_OF_SEARCH if site.seeks else CLASSES,
        keeps=_keeps(site, visitor),
        by=_name(site, kept.held.by),
        seen_by=_name(site, kept.held.seen.by) if kept.held.seen else "",
        sent=sent.fields if sent else {},
        fault=fault,
    )


def _title(site: Site, past: History) -> str:
    return case_word(past.case) if site.seeks else case_file.title(past)


def _name(site: Site, person: str) -> str:
    people: list[Person] = site.accounts.people()
    return next((one.name for one in people if one.id == person), "somebody whose account is gone")


HANDLERS = (index, one, download, change, destroy)
LARGE = (put_in,)
"""Handlers that take a whole document."""
