"""Sending bidders the links to their results, taking a link back, and answering what they asked: the officer's side."""

from __future__ import annotations

from datetime import timedelta

import msgspec
from litestar import Response
from litestar.params import FromPath

from fairplace.decision import History
from fairplace.errors import Malformed, Refused
from fairplace.forms.fields import Field
from fairplace.http import bids, case_file, correspondence, guarded
from fairplace.http.again import Form
from fairplace.http.cases import closed, closed_meanwhile
from fairplace.http.correspondence import OFFICE
from fairplace.http.guard import Sent, TheSent, TheVisitor, Visitor, acting, see_other, signed_in
from fairplace.http.site import Answer, Site, TheSite
from fairplace.post.letter import MARK, check_address, letter
from fairplace.post.links import LASTS, Link
from fairplace.post.notes import Written
from fairplace.procurement.state import state_of
from fairplace.terms import Place, Provider

PER_HOUR = 5
"""Links to its own result that one person can ask for."""

WORDS = Field(name="words", label="Your answer", kind="words")
SENDERS = ("monitoring", "officer")
"""Who writes to bidders."""


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """A bidder whose summary is recorded as sent, and the address to write to. `has`: the link that it was sent last."""

    place: Place
    provider: Provider
    to: str
    has: Link | None


@signed_in("/desk/cases/{case:str}/debriefs")
def debriefs(site: TheSite, visitor: TheVisitor, case: FromPath[str]) -> Answer:
    """Who can be sent a link, and the links that were made."""
    past = case_file.open_to(site, visitor, case, *OFFICE)
    return closed(site, visitor, case) if past is None else _page(site, visitor, past)


def _page(
    site: Site, visitor: Visitor, past: History, sent: Sent | None = None, faults: dict[str, str] | None = None
) -> Answer:
    return site.page(
        "debriefs.html",
        status=422 if faults else 200,
        visitor=visitor,
        case=past.case,
        title=case_file.title(past),
        told=_told(site, past, sent),
        links=site.links.of_case(past.case),
        faults=faults or {},
        sends=site.sends_mail,
    )


def _told(site: Site, past: History, sent: Sent | None) -> list[Row]:
    state = state_of(past)
    known = {one.provider: one.email for one in site.accounts.people() if one.provider and one.barred is None}
    links = {one.provider.id: one for one in reversed(site.links.of_case(past.case)) if one.revoked is None}
    return [
        Row(
            place=bid.place,
            provider=bid.provider,
            # Who has a link is sent no other one unless somebody says where to.
            to=sent.get(f"to-{bid.place}") if sent else "" if has else known.get(bid.provider.id, ""),
            has=has,
        )
        for bid in state.bids.values()
        if bid.place in state.summaries
        for has in (links.get(bid.provider.id),)
    ]


@acting("/desk/cases/{case:str}/debriefs")
def send(site: TheSite, visitor: TheVisitor, case: FromPath[str], sent: TheSent) -> Answer:
    """Send each bidder its link: all of them, or none when an address cannot be one."""
    past = case_file.open_to(site, visitor, case, *SENDERS)
    if past is None:
        return closed_meanwhile(site, visitor, case, f"/desk/cases/{case}/debriefs", sent)
    wanted = [row for row in _told(site, past, sent) if row.to]
    faults = {}
    for row in wanted:
        try:
            check_address(row.to)
        except Malformed as error:
            faults[f"to-{row.place}"] = str(error)
    if not wanted:
        faults["main-content"] = "no address came; write at least one"
    if faults:
        return _page(site, visitor, past, sent, faults)
    for row in wanted:
        post_link(site, past, row.provider, row.to, "debrief")
    return see_other(f"/desk/cases/{past.case}/correspondence")


def post_link(site: Site, past: History, provider: Provider, to: str, template: str) -> None:
    """Make a link for one provider, and queue the message that brings it."""
    whole = site.pages.render(
        f"mail/{template}.txt",
        provider=provider,
        title=case_file.title(past),
        link=MARK,
        expires=site.accounts.later(LASTS),
    )
    written = letter(to, whole)
    secret = site.links.make(past.case, provider, written.to)
    site.outbox.put(past.case, template, written, link=f"{site.address}/debrief/{secret}")


@acting("/desk/cases/{case:str}/debriefs/{link:str}/revoke")
def revoke(site: TheSite, visitor: TheVisitor, case: FromPath[str], link: FromPath[str], sent: TheSent) -> Answer:
    """Take a link back."""
    past = case_file.open_to(site, visitor, case, *SENDERS)
    if past is None:
        return closed_meanwhile(site, visitor, case, f"/desk/cases/{case}/debriefs/{link}/revoke", sent)
    site.links.revoke(past.case, link)
    return see_other(f"/desk/cases/{past.case}/debriefs")


@acting("/desk/cases/{case:str}/correspondence/{note:str}/answer")
def answer(site: TheSite, visitor: TheVisitor, case: FromPath[str], note: FromPath[str], sent: TheSent) -> Answer:
    """Answer a question. The message says that there is an answer, and brings a link to it; the words stay here."""
    past = case_file.open_to(site, visitor, case, *SENDERS)
    if past is None:
        return closed_meanwhile(site, visitor, case, f"/desk/cases/{case}/correspondence/{note}/answer", sent)
    question = site.notes.get(past.case, note)
    asker = question.written
    typed = {name: list(values) for name, values in sent.fields.items()}
    looked = guarded.look_through(site, past.case, "", [WORDS], typed)
    if not guarded.is_answered(looked, typed):
        return correspondence.page(site, visitor, past, Form(sent=typed, looked=looked, status=422), answers=note)
    try:
        site.notes.put(
            past.case,
            Written(
                kind="answer",
                provider=asker.provider,
                words=sent.get("words"),
                name=visitor.person.name,
                to=asker.to,
                answers=question.id,
            ),
        )
    except Malformed as error:
        again = Form(sent=typed, refusal=str(error), status=error.status)
        return correspondence.page(site, visitor, past, again, answers=note)
    if asker.to:
        post_link(site, past, asker.provider, asker.to, "answer")
    return see_other(f"/desk/cases/{past.case}/correspondence")


@signed_in("/desk/cases/{case:str}/correspondence/{note:str}/{sha256:str}")
def file(site: TheSite, visitor: TheVisitor, case: FromPath[str], note: FromPath[str], sha256: FromPath[str]) -> Answer:
    """A document that came with a challenge, as it came: to be kept, never to be shown in this page's place."""
    past = case_file.open_to(site, visitor, case, *OFFICE)
    if past is None:
        return closed(site, visitor, case)
    found = next((one for one in site.notes.get(past.case, note).written.files if one.document.sha256 == sha256), None)
    if found is None:
        return Response(b"", status_code=404)
    return Response(
        site.documents.get(sha256),
        media_type="application/octet-stream",
        headers={"content-disposition": f'attachment; filename="{sha256[:12]}{_suffix(found.name)}"'},
    )


def _suffix(name: str) -> str:
    _, dot, end = name.rpartition(".")
    return f".{end.lower()}" if dot and end.isascii() and end.isalnum() and len(end) <= 4 else ""


@acting("/desk/bids/{case:str}/result")
def mine(site: TheSite, visitor: TheVisitor, case: FromPath[str], sent: TheSent) -> Answer:
    """A provider with an account asks for the link to its own result: it goes to the address of the account."""
    row = bids.tender(site, visitor, case)
    early = (
        "no result was sent to you in this case; it comes to all at once, to those whose bids were opened: if it is over,"
        " and yours came late or not at all, there is none"
    )
    if row.decided_at is None:  # nothing sealed is read for somebody who only asks too early
        return bids.refused(site, visitor, row, early)
    past = case_file.history(site, row.case)
    state = state_of(past)
    bid = state.bids.get(visitor.person.provider or "")
    if bid is None or bid.place not in state.summaries:
        return bids.refused(site, visitor, row, early)
    try:
        site.sessions.count(f"result {visitor.person.id}", PER_HOUR, within=timedelta(hours=1))
        post_link(site, past, bid.provider, visitor.person.email, "debrief")
    except (Refused, Malformed) as error:
        return bids.refused(site, visitor, row, str(error), status=error.status)
    return see_other(f"/desk/bids/{row.case}?asked=yes")


HANDLERS = (mine, debriefs, send, revoke, answer, file)
