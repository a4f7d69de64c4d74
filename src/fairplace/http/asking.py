"""A provider asks about an open tender: what it asks is answered to everybody at once, and who asked stays sealed.

- Nothing is signed on the provider's device: the entry has no room for a signature inside, for a question gives its asker
  no right that would have to be proven later. The session says who asks, as where they read their own; the receiver signs.
- A provider's questions about a tender within an hour are bounded, by what was lodged here: nothing else is kept of who asked.
- What was stated of words that may tell of a child would be kept under a name, and so tell who asked: nothing is stated
  here. The words are warned of once, and the answer that publishes them is held to more.
"""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta
from typing import Any

from litestar.params import FromPath, FromQuery

from fairplace.accounts.sessions import TooMany
from fairplace.errors import FairplaceError
from fairplace.forms.fields import Field, read_all
from fairplace.http import guarded, questions
from fairplace.http.again import Form
from fairplace.http.bids import tender
from fairplace.http.guard import Sent, TheSent, TheVisitor, Visitor, acting, see_other, signed_in
from fairplace.http.provider_place import mine
from fairplace.http.site import Answer, Site, TheSite
from fairplace.procurement.commands import AskQuestion
from fairplace.terms import CaseId, Provider, instant, moment

PER_HOUR = 30
"""Questions of one provider, about one tender: each is an entry for ever."""

FIELDS = (
    Field(
        name="words",
        label="Your question",
        kind="words",
        hint="Everybody will read it with the answer: leave out who you are, what you plan to bid, and every child’s name",
    ),
)


@signed_in("/desk/bids/{case:str}/question")
def form(site: TheSite, visitor: TheVisitor, case: FromPath[str], asked: FromQuery[str] = "") -> Answer:
    """What they asked and where it stands, and the form while questions can be asked."""
    return _page(site, visitor, tender(site, visitor, case), Form(), done=asked)


def _page(site: Site, visitor: Visitor, row: Any, form: Form, *, done: str = "") -> Answer:
    provider, _ = mine(site, visitor)
    own = questions.asked_here(site, row.case, provider)
    return site.page(
        "bid_question.html",
        status=form.status,
        visitor=visitor,
        row=row,
        fields=FIELDS,
        form=form,
        window=questions.window(site, row.case),
        own=own,
        done=next((one for one in own if str(one.place) == done), None),
        sends=site.sends_mail,
        once=(form.sent.get("once") or [secrets.token_urlsafe(16)])[0],
    )


@acting("/desk/bids/{case:str}/question")
def ask(site: TheSite, visitor: TheVisitor, case: FromPath[str], sent: TheSent) -> Answer:
    """Record a question: the same sent again is recorded once."""
    row = tender(site, visitor, case)
    provider, key = mine(site, visitor)
    members, faults = read_all(FIELDS, sent.fields)
    if faults:
        return _page(site, visitor, row, Form(sent=sent.fields, faults=tuple(faults), status=422))
    id_ = _id(visitor, row.case, sent, members["words"])
    if (before := site.register.store.by_key(site.register.origin, id_)) is not None:
        return _to(row.case, before.indexes[0])
    if looked := guarded.of_outsiders(AskQuestion.gives, FIELDS, sent.fields):
        return _page(site, visitor, row, Form(sent=sent.fields, looked=looked, status=422))
    public = site.rows.get("provider", provider)
    asker = Provider(id=provider, name=public.name if public is not None and public.name else provider)
    try:
        _not_too_often(site, provider, row.case)
        done = site.clerk.take_in_signed_in(
            AskQuestion(id=id_, as_=key.name, case=row.case, words=members["words"], asked_by=asker)
        )
    except FairplaceError as error:
        return _page(site, visitor, row, Form(sent=sent.fields, refusal=str(error), status=error.status))
    if done.index not in {one.place for one in site.lodgings.of(provider, row.case)}:
        stream = site.register.reader.entry(done.index).envelope.stream
        site.lodgings.put("question", row.case, provider, place=done.index, stream=stream, person=visitor.person.id)
    return _to(row.case, done.index)


def _not_too_often(site: Site, provider: str, case: CaseId) -> None:
    """Raises TooMany with when there is room again. What was lodged is counted, for a list of tries would tell who asked."""
    last = [one.at for one in site.lodgings.of(provider, case) if one.kind == "question"][:PER_HOUR]
    again = instant(moment(last[-1]) + timedelta(hours=1)) if len(last) == PER_HOUR else ""
    if again > site.register.store.now():
        raise TooMany(
            f"{PER_HOUR} questions of yours about this tender were recorded within an hour, and more are not taken; ask again after {again}",
            code="too-many",
        )


def _id(visitor: Visitor, case: str, sent: Sent, words: str) -> str:
    """The same words on the same page are the same question; others, after the button Back, are another."""
    said = "\n".join((visitor.person.id, case, sent.get("once")[:100], words))
    return f"asked:{hashlib.sha256(said.encode('utf-8', 'replace')).hexdigest()}"


def _to(case: str, place: int) -> Answer:
    return see_other(f"/desk/bids/{case}/question?asked={place}")


HANDLERS = (form, ask)
