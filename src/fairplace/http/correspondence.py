"""The correspondence of a case: every message that was written in it, with whether it was sent."""

from __future__ import annotations

from litestar.params import FromPath

from fairplace.http import asked, case_file
from fairplace.http.cases import closed
from fairplace.http.guard import TheSent, TheVisitor, acting, see_other, signed_in
from fairplace.http.site import Answer, TheSite
from fairplace.post.letter import MARK

OFFICE = ("approver", "monitoring", "officer")
"""Who writes to bidders, and who answers for it."""


@signed_in("/desk/cases/{case:str}/correspondence")
def correspondence(site: TheSite, visitor: TheVisitor, case: FromPath[str]) -> Answer:
    """Every message of a case, the newest first."""
    visitor.need(*OFFICE)
    found = asked.identifier(case)
    if not site.readings.is_open(visitor.session.csrf, found):
        return closed(site, visitor, found)
    past = case_file.history(site, found)
    case_file.stay_in(past, visitor)
    return site.page(
        "correspondence.html",
        visitor=visitor,
        case=found,
        title=case_file.title(case_file.seen(past, visitor)),
        messages=site.outbox.of_case(found),
        mark=MARK,
        sends=site.sends_mail,
    )


@acting("/desk/cases/{case:str}/correspondence/{message:str}/again")
def again(site: TheSite, visitor: TheVisitor, case: FromPath[str], message: FromPath[str], sent: TheSent) -> Answer:
    """Try a message anew that had failed."""
    visitor.need(*OFFICE)
    found = asked.identifier(case)
    site.outbox.again(found, message)
    return see_other(f"/desk/cases/{found}/correspondence")


HANDLERS = (correspondence, again)
