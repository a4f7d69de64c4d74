"""Letters and notices of a case: what officers give back, for those who keep its file, once the file is open.

- Shown to the officer, approver and monitoring officer alone, and not to anybody who must stay out of the case.
- Nothing here is sent or recorded: a person reads it, sends it, and then records that they did.
"""

from __future__ import annotations

import re
import unicodedata

import msgspec
from litestar import Response
from litestar.params import FromPath

from fairplace import details
from fairplace.decision import History
from fairplace.errors import Missing
from fairplace.giving import correcting, decision_text, known, notices, word
from fairplace.giving.letters import Frame, letter, letters
from fairplace.giving.paper import Parts
from fairplace.http import case_file
from fairplace.http.cases import closed
from fairplace.http.guard import TheVisitor, Visitor, signed_in
from fairplace.http.site import Answer, Site, TheSite
from fairplace.terms import CaseId, Instant, Place, Provider

CORRECTION = "correction-"


def history(site: Site, visitor: Visitor, case: CaseId) -> History | None:
    """The past of a case for those who keep its file; None while it is closed to this session."""
    past = case_file.open_to(site, visitor, case, *case_file.KEEP_THE_FILE)
    return None if past is None else case_file.seen(site, past, visitor)


def stating(site: Site, visitor: Visitor, past: History) -> Frame:
    """The same with what those who bid state of themselves now, as far as whoever looks may know who they are."""
    whole = case_file.history(site, past.case)
    stated = details.beside(site.register.reader, whole, case_file.reader(whole, visitor), site.now(), newest=True)
    return msgspec.structs.replace(frame(site, past.case), stated=stated)


def frame(site: Site, case: CaseId) -> Frame:
    """What a paper of this case says beside it."""
    public = site.rows.get("register", case) is not None
    return Frame(
        authority=site.settings.authority,
        origin=site.settings.origin,
        page=f"{site.address}/decisions/{case}" if public else "",
        checkpoint=site.published.paper(),
        size=site.published.size(),
    )


@signed_in("/desk/cases/{case:str}/letters")
def index(site: TheSite, visitor: TheVisitor, case: FromPath[str]) -> Answer:
    """All that can be given back from the case as it stands."""
    past = history(site, visitor, case)
    if past is None:
        return closed(site, visitor, case)
    made = stating(site, visitor, past)
    return site.page(
        "letters.html",
        visitor=visitor,
        case=past.case,
        title=case_file.title(past),
        letters=letters(past, made),
        invitations=correcting.invitations(past, made.authority),
        known=known.known_of(past),
        sheets=notices.sheets(past, made, site.today()),
    )


@signed_in("/desk/cases/{case:str}/letters/{name:str}")
def one_letter(site: TheSite, visitor: TheVisitor, case: FromPath[str], name: FromPath[str]) -> Answer:
    """One letter, named by the place of the bid; with `.docx` as a Word file. `decision`: the decision text.

    `correction-` before the place: the invitation to put formal faults of that bid right.
    """
    past = history(site, visitor, case)
    if past is None:
        return closed(site, visitor, case)
    made = stating(site, visitor, past)
    if name == "decision":
        people = case_file.colleagues(site)
        text = decision_text.decision_text(past, made, people)
        return site.page("decision_text.html", visitor=visitor, case=past.case, text=text)
    called = name.removesuffix(".docx")
    if called.startswith(CORRECTION):
        invitation = _invitation(past, called.removeprefix(CORRECTION), made)
        if called != name:
            return _download(invitation.parts, invitation.subject, invitation.to, invitation.invited_at, called, made)
        return site.page("letter.html", visitor=visitor, case=past.case, letter=invitation, called=called)
    found = letter(past, _provider(past, called), made)
    if called != name:
        return _download(found.parts, found.subject, found.to, found.decided_at, f"letter-{found.place}", made)
    return site.page("letter.html", visitor=visitor, case=past.case, letter=found, called=called)


@signed_in("/desk/cases/{case:str}/notices/{code:str}")
def one_sheet(site: TheSite, visitor: TheVisitor, case: FromPath[str], code: FromPath[str]) -> Answer:
    """One fill sheet."""
    past = history(site, visitor, case)
    if past is None:
        return closed(site, visitor, case)
    found = notices.sheet(past, code, stating(site, visitor, past), site.today())
    return site.page("fill_sheet.html", visitor=visitor, case=past.case, sheet=found, title=case_file.title(past))


def _provider(past: History, place: Place) -> str:
    """Whose bid is in this place."""
    for name, bid in known.known_of(past).state.bids.items():
        if bid.place == place:
            return name
    raise Missing("there is no letter at this address; choose one from the list")


def _invitation(past: History, place: Place, made: Frame) -> correcting.Invitation:
    for one in correcting.invitations(past, made.authority):
        if one.place == place:
            return one
    raise Missing("there is no letter at this address; choose one from the list")


def _download(parts: Parts, subject: str, to: Provider, at: Instant, called: str, made: Frame) -> Answer:
    """A Word file, named for whom it is to, or by its place where their name has no letter of the alphabet."""
    data = word.docx(parts, title=subject, author=made.authority, at=at)
    kind, _, place = called.rpartition("-")
    name = f"{kind}-{_slug(to.name) or place}.docx"
    return Response(data, media_type=word.MEDIA, headers={"content-disposition": f'attachment; filename="{name}"'})


def _slug(name: str) -> str:
    """A name as part of a file's name: small letters, digits and hyphens."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode("ascii").lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:60].strip("-")


HANDLERS = (index, one_letter, one_sheet)
