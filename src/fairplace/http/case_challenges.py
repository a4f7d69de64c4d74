"""A challenge as those who answer it see it: what was asked, by whom as far as they may know, its clocks and its trail."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec
from litestar.params import FromPath

from fairplace.challenge.events import Answered, Decided, Lodged, Remedied, TakenFurther, Withdrawn
from fairplace.decision import History
from fairplace.errors import Missing
from fairplace.formats import date
from fairplace.forms.awarding import FURTHER
from fairplace.forms.challenging import LET_GO
from fairplace.http import asked, case_file
from fairplace.http.cases import closed
from fairplace.http.guard import TheVisitor, Visitor, signed_in
from fairplace.http.site import Answer, Site, TheSite
from fairplace.procurement.standstill import is_suspended
from fairplace.procurement.state import state_of
from fairplace.terms import Instant, KeyName


class Said(msgspec.Struct, frozen=True):
    """One step of its trail, with the words that are shown."""

    type: str
    at: Instant
    index: int
    by: str
    words: str


@signed_in("/desk/cases/{case:str}/challenges/{challenge:str}")
def challenge(site: TheSite, visitor: TheVisitor, case: FromPath[str], challenge: FromPath[str]) -> Answer:
    """One challenge, once the file of its case is open."""
    past = case_file.open_to(site, visitor, case, *case_file.KEEP_THE_FILE)
    if past is None:
        return closed(site, visitor, case)
    return page(site, visitor, past, asked.identifier(challenge))


def page(
    site: Site,
    visitor: Visitor,
    past: History,
    stream: str,
    *,
    sent: Mapping[str, list[str]] | None = None,
    fault: str = "",
    status: int = 422,
) -> Answer:
    """The challenge, with what is wrong in the form by which its challenger's letting go is recorded."""
    found, seen = past.case, case_file.seen(site, past, visitor)
    lodged = next((event for one, event in seen.of(Lodged) if one.stream == stream), None)
    if lodged is None:
        raise Missing("there is no such challenge in this case")
    return site.page(
        "case_challenge.html",
        status=status if fault else 200,
        field=LET_GO,
        goes_on=not any(one.stream == stream for one, _ in (*past.of(Decided), *past.of(Withdrawn))),
        sent=sent or {},
        fault=fault,
        visitor=visitor,
        case=found,
        challenge=stream,
        title=case_file.title(seen),
        lodged=lodged,
        trail=_trail(seen, stream, case_file.colleagues(site)),
        duties=[duty for duty in site.duties.of(found, site.now()) if duty.about == stream],
        suspended=is_suspended(state_of(seen)),
        public=site.rows.get("challenge-trail", stream) is not None,
    )


def _trail(seen: History, stream: str, people: dict[KeyName, str]) -> list[Said]:
    return [
        Said(one.type, one.event.happened_at, one.index, people.get(one.actor, ""), _words(one.event))
        for one in seen.events
        if one.stream == stream
    ]


def _words(event: object) -> str:
    match event:
        case Lodged(words=words) | Remedied(words=words):
            return str(words.get(""))
        case Answered(answer=answer):
            return str(answer.get(""))
        case Decided(reason=reason):
            return str(reason.get(""))
        case TakenFurther(to=to, taken_on=on, reference=reference):
            number = reference.get(None)
            return f"{FURTHER[to]}, {date(on)}" + (f", its reference {number}" if number else "")
        case _:
            return ""


HANDLERS = (challenge,)
