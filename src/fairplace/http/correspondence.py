"""The correspondence of a case: every message that was written in it, with whether it was sent."""

from __future__ import annotations

import msgspec
from litestar.params import FromPath

from fairplace.answer_notices import release_of
from fairplace.decision import History
from fairplace.http import case_file
from fairplace.http.again import Form
from fairplace.http.cases import closed, closed_meanwhile
from fairplace.http.guard import TheSent, TheVisitor, Visitor, acting, see_other, signed_in
from fairplace.http.site import Answer, Site, TheSite
from fairplace.post.letter import MARK
from fairplace.post.notes import Note
from fairplace.post.outbox import Message
from fairplace.terms import Instant

NOTHING = Form()
OFFICE = ("approver", "monitoring", "officer")
"""Who writes to bidders, and who answers for it."""


@signed_in("/desk/cases/{case:str}/correspondence")
def correspondence(site: TheSite, visitor: TheVisitor, case: FromPath[str]) -> Answer:
    """Every message of a case, the newest first."""
    past = case_file.open_to(site, visitor, case, *OFFICE)
    return closed(site, visitor, case) if past is None else page(site, visitor, past)


def page(site: Site, visitor: Visitor, past: History, form: Form = NOTHING, *, answers: str = "") -> Answer:
    """The correspondence; with the answer to one note as it was typed, where something is wrong with it."""
    return site.page(
        "correspondence.html",
        status=form.status,
        form=form,
        answers=answers,
        visitor=visitor,
        case=past.case,
        title=case_file.title(case_file.seen(site, past, visitor)),
        items=_items(site, past.case),
        may_answer=not visitor.roles.isdisjoint(("monitoring", "officer")),
        mark=MARK,
        sends=site.sends_mail,
    )


class Item(msgspec.Struct, frozen=True, kw_only=True):
    """A message that was sent, the same to everybody, or a note between a bidder and the authority."""

    at: Instant
    message: Message | None = None
    everybody: tuple[Message, ...] = ()
    note: Note | None = None
    answered: bool = False


def _items(site: Site, case: str) -> list[Item]:
    """All of it, the newest first."""
    notes = site.notes.of_case(case)
    answered = {one.written.answers for one in notes}
    found: list[Item] = []
    alike: dict[str, list[Message]] = {}
    for one in site.outbox.of_case(case):
        if (release := release_of(one.cause)) is None:
            found.append(Item(at=one.queued, message=one))
        else:
            alike.setdefault(release, []).append(one)
    found += [Item(at=several[0].queued, everybody=tuple(several)) for several in alike.values()]
    found += [Item(at=one.at, note=one, answered=one.id in answered) for one in notes]
    return sorted(found, key=lambda one: one.at, reverse=True)


@acting("/desk/cases/{case:str}/correspondence/{message:str}/again")
def again(site: TheSite, visitor: TheVisitor, case: FromPath[str], message: FromPath[str], sent: TheSent) -> Answer:
    """Try a message anew that had failed."""
    past = case_file.open_to(site, visitor, case, *OFFICE)
    if past is None:
        return closed_meanwhile(site, visitor, case, f"/desk/cases/{case}/correspondence/{message}/again", sent)
    site.outbox.again(past.case, message)
    return see_other(f"/desk/cases/{past.case}/correspondence")


HANDLERS = (correspondence, again)
