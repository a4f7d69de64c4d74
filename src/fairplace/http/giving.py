"""Letters and notices of a case: what officers give back, for those who keep its file, once the file is open.

- Shown to the officer, approver and monitoring officer alone, and not to anybody who must stay out of the case.
- Nothing here is sent or recorded: a person reads it, sends it, and then records that they did.
"""

from __future__ import annotations

import re
import unicodedata

from litestar import Response
from litestar.params import FromPath

from fairplace.decision import History
from fairplace.errors import Missing
from fairplace.giving import decision_text, known, notices, word
from fairplace.giving.letters import Frame, Letter, letter, letters
from fairplace.http import case_file
from fairplace.http.cases import closed
from fairplace.http.guard import TheVisitor, Visitor, signed_in
from fairplace.http.site import Answer, Site, TheSite
from fairplace.terms import CaseId, Place


def history(site: Site, visitor: Visitor, case: CaseId) -> History | None:
    """The past of a case for those who keep its file; None while it is closed to this session."""
    past = case_file.open_to(site, visitor, case, *case_file.KEEP_THE_FILE)
    return None if past is None else case_file.seen(site, past, visitor)


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
    made = frame(site, past.case)
    return site.page(
        "letters.html",
        visitor=visitor,
        case=past.case,
        title=case_file.title(past),
        letters=letters(past, made),
        known=known.known_of(past),
        sheets=notices.sheets(past, made, site.today()),
    )


@signed_in("/desk/cases/{case:str}/letters/{name:str}")
def one_letter(site: TheSite, visitor: TheVisitor, case: FromPath[str], name: FromPath[str]) -> Answer:
    """One letter, named by the place of the bid; with `.docx` as a Word file. `decision`: the decision text."""
    past = history(site, visitor, case)
    if past is None:
        return closed(site, visitor, case)
    made = frame(site, past.case)
    if name == "decision":
        people = case_file.colleagues(site)
        text = decision_text.decision_text(past, made, people)
        return site.page("decision_text.html", visitor=visitor, case=past.case, text=text)
    found = letter(past, _provider(past, name.removesuffix(".docx")), made)
    if name.endswith(".docx"):
        return _download(found, made)
    return site.page("letter.html", visitor=visitor, case=past.case, letter=found)


@signed_in("/desk/cases/{case:str}/notices/{code:str}")
def one_sheet(site: TheSite, visitor: TheVisitor, case: FromPath[str], code: FromPath[str]) -> Answer:
    """One fill sheet."""
    past = history(site, visitor, case)
    if past is None:
        return closed(site, visitor, case)
    found = notices.sheet(past, code, frame(site, past.case), site.today())
    return site.page("fill_sheet.html", visitor=visitor, case=past.case, sheet=found, title=case_file.title(past))


def _provider(past: History, place: Place) -> str:
    """Whose bid is in this place."""
    for name, bid in known.known_of(past).state.bids.items():
        if bid.place == place:
            return name
    raise Missing("there is no letter at this address; choose one from the list")


def _download(found: Letter, made: Frame) -> Answer:
    data = word.docx(found.parts, title=found.subject, author=made.authority, at=found.decided_at)
    name = f"letter-{_slug(found.to.name) or found.place}.docx"
    return Response(data, media_type=word.MEDIA, headers={"content-disposition": f'attachment; filename="{name}"'})


def _slug(name: str) -> str:
    """A name as part of a file's name: small letters, digits and hyphens."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode("ascii").lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:60].strip("-")


HANDLERS = (index, one_letter, one_sheet)
