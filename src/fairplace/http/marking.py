"""A provider marks parts of its own bid as a trade secret, from its lodging until the bids are opened.

- It leaves no entry: an entry would show that somebody bids. The officer records it for all bids once they are opened.
- Nobody of the authority is shown it before.
"""

from __future__ import annotations

from typing import Any

from litestar.params import FromPath

from fairplace.errors import Refused
from fairplace.forms.fields import Fault, read_all
from fairplace.forms.secrets import LINES, marks_of, wrong
from fairplace.http import case_file, guarded
from fairplace.http.again import Form
from fairplace.http.bids import standing, tender
from fairplace.http.guard import TheSent, TheVisitor, Visitor, acting, see_other, signed_in
from fairplace.http.site import Answer, Site, TheSite
from fairplace.post.lodgings import Mark
from fairplace.procurement.events import BidsOpened


def _may(site: Site, visitor: Visitor, case: str) -> tuple[Any, str]:
    """The tender and the provider. Raises Refused for who has no bid in it."""
    row = tender(site, visitor, case)
    provider = visitor.person.provider or ""
    if standing(site, provider, row.case) is None:
        raise Refused("you have no bid here whose parts you could mark; lodge it first", code="order")
    return row, provider


def _is_open(site: Site, case: str) -> bool:
    return case_file.in_the_open(site, case).last(BidsOpened) is not None


@signed_in("/desk/bids/{case:str}/secrets")
def secrets(site: TheSite, visitor: TheVisitor, case: FromPath[str]) -> Answer:
    """What they mark, and the form while it can be changed."""
    row, provider = _may(site, visitor, case)
    return _page(site, visitor, row, provider, Form())


def _page(site: Site, visitor: Visitor, row: Any, provider: str, form: Form) -> Answer:
    marks = site.lodgings.marks(row.case).get(provider, ())
    start = {LINES.name: ["\n".join(f"{one.part}: {one.reason}" for one in marks)]}
    return site.page(
        "bid_secrets.html",
        status=form.status,
        visitor=visitor,
        row=row,
        marks=marks,
        opened=_is_open(site, row.case),
        field=LINES,
        form=form,
        sent=form.sent or start,
    )


@acting("/desk/bids/{case:str}/secrets")
def mark(site: TheSite, visitor: TheVisitor, case: FromPath[str], sent: TheSent) -> Answer:
    """Keep what they mark; their newest word counts."""
    row, provider = _may(site, visitor, case)
    if _is_open(site, row.case):
        why = "the bids are opened, so what you mark can no longer be changed here; write to the authority"
        return _page(site, visitor, row, provider, Form(sent=sent.fields, refusal=why, status=422))
    members, faults = read_all((LINES,), sent.fields)
    found = marks_of(members.get(LINES.name, []))
    if not faults and (why := wrong(found)):
        faults = [Fault(LINES.name, why)]
    if faults:
        return _page(site, visitor, row, provider, Form(sent=sent.fields, faults=tuple(faults), status=422))
    if looked := guarded.of_outsiders("procurement.secrets-marked/1", (LINES,), sent.fields):
        return _page(site, visitor, row, provider, Form(sent=sent.fields, looked=looked, status=422))
    marks = tuple(Mark(part=one["part"], reason=one["reason"]) for one in found)
    site.lodgings.mark(row.case, provider, marks, person=visitor.person.id)
    return see_other(f"/desk/bids/{row.case}/secrets")


HANDLERS = (secrets, mark)
