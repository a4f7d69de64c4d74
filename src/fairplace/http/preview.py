"""Preview before signing: the public page as it would be, the letters that would be due, and the event about to be written.

- For those who may see what is to be signed, and of the letters those who keep the file; nothing is kept of it.
"""

from __future__ import annotations

from typing import Any

import msgspec
from litestar.params import FromPath

from fairplace import previewing
from fairplace.decision import History
from fairplace.drafting.acts import Act
from fairplace.errors import Forbidden, Missing
from fairplace.giving import search_letters
from fairplace.giving.letters import Letter, bidders, letter
from fairplace.http import case_file
from fairplace.http.cases import closed
from fairplace.http.decisions import links
from fairplace.http.findings import found_in_public
from fairplace.http.giving import stating
from fairplace.http.guard import TheVisitor, Visitor, signed_in
from fairplace.http.record_view import record_view, runs
from fairplace.http.signing import hidden, may_see, opens
from fairplace.http.site import Answer, Site, TheSite
from fairplace.ledger.disclosure import opened
from fairplace.searching import Search

TELLS = frozenset({
    "procurement.awarded/1", "procurement.summaries-sent/1", "procurement.ended-without-award/1",
    "procurement.notice-published/1", "procurement.award-withdrawn/1",
})  # fmt: skip
"""Steps after which each bidder is told something of its own."""
CHOOSES = frozenset({"referral.home-chosen/1", "referral.reasons-sent/1"})
"""Steps of a search after which each provider reads what became of its offer."""
RELEASE = "value.disclosed/1"
TELLS_ALL = frozenset(
    {"procurement.question-answered/1", "procurement.deadline-changed/1", "procurement.criteria-changed/1"}
)
"""Steps of which everybody who may bid is told the same."""


@signed_in("/desk/sign/{act:str}/preview")
def preview(site: TheSite, visitor: TheVisitor, act: FromPath[str]) -> Answer:
    """What this step would do: to the public page, to each bidder, and to the log."""
    found, after = _after(site, visitor, act)
    keeps, is_open = _keeps_file(visitor), _is_open(site, visitor, found)
    tells = found.prepared.type in TELLS and keeps
    letters = [_letter(site, visitor, after, one.id) for one in bidders(after)] if tells and is_open else []
    if visitor.seeks:
        chooses = found.prepared.type in CHOOSES and keeps
        return site.page(
            "search_preview.html",
            visitor=visitor,
            act=found,
            statement=found.prepared.statement,
            draft=after.events[-1],
            tells=chooses,
            letters=_search_letters(site, visitor, after) if chooses and is_open else [],
            closed=chooses and not is_open,
        )
    return site.page(
        "preview.html",
        visitor=visitor,
        act=found,
        statement=found.prepared.statement,
        draft=after.events[-1],
        page=previewing.public_page(after, *_sight(site, visitor, found, after)) is not None,
        opens=opens(site, visitor, found),
        tells=tells,
        tells_all=found.prepared.type in TELLS_ALL,
        letters=letters,
        closed=tells and not is_open,
    )


@signed_in("/desk/sign/{act:str}/preview/{name:str}")
def one_page(site: TheSite, visitor: TheVisitor, act: FromPath[str], name: FromPath[str]) -> Answer:
    """The public page (`page`), or the letter to the bidder in this place."""
    found, after = _after(site, visitor, act)
    if name == "page":
        return _public(site, visitor, found, after)
    visitor.need(*case_file.KEEP_THE_FILE)
    if not _is_open(site, visitor, found):
        return closed(site, visitor, found.case)
    if found.prepared.type in TELLS:
        for one in bidders(after):
            made = _letter(site, visitor, after, one.id)
            if made.place == name:
                return site.page("preview_letter.html", visitor=visitor, act=found, letter=made)
    raise Missing("there is no such letter after this step; choose one from the preview")


def _public(site: Site, visitor: Visitor, act: Act, after: History) -> Answer:
    if act.prepared.type == RELEASE and not _is_open(site, visitor, act):
        return closed(site, visitor, act.case)  # what it opens could not be shown, and would look withheld
    row = previewing.public_page(after, *_sight(site, visitor, act, after))
    if row is None:
        raise Missing("this case concerns one person and has no public page")
    before: Any = site.rows.get("decision-record", row.case)
    row = msgspec.structs.replace(row, citation=before.citation if before else None)
    found = found_in_public(row, site.published, site.documents)
    return site.page(
        "preview_page.html",
        visitor=visitor,
        act=act,
        row=row,
        view=record_view(row, site.rulebook, site.today(), found),
        trail=runs(row.trail),
        **msgspec.structs.asdict(links(site, row)),
        made_from=None,
        bundle_size=0,
    )


def _after(site: Site, visitor: Visitor, act: str) -> tuple[Act, History]:
    """What is to be signed, and the case as it would be then."""
    found = site.acts.get(act)
    may_see(site, visitor, found)
    if hidden(site, visitor, found):
        raise Forbidden("part of this is closed to you for now, so it has no preview for you", code="sight")
    case = previewing.case_of(found.prepared)
    past = History(case=case, events=site.register.reader.case(case))
    if past.events:
        case_file.stay_in(past, visitor)
    by, size = site.register.desk.actor(found.prepared.actor), site.register.reader.size
    return found, previewing.with_step(past, found.prepared, by, size=size)


def _sight(site: Site, visitor: Visitor, act: Act, after: History) -> tuple[previewing.Slots, previewing.Slots]:
    """What is public of each entry; and what whoever looks may see of it, once the file is open to them."""
    public = site.register.reader.disclosed()
    theirs: dict[int, frozenset[str]] = {}
    if _is_open(site, visitor, act):
        past = History(case=after.case, events=after.events[:-1])
        theirs = {one.index: frozenset(opened(one.event)) for one in case_file.seen(site, past, visitor).events}
    return lambda index: public.get(index, frozenset()), lambda index: theirs.get(index, frozenset())


def _letter(site: Site, visitor: Visitor, after: History, provider: str) -> Letter:
    return letter(after, provider, stating(site, visitor, after))


def _search_letters(site: Site, visitor: Visitor, after: History) -> list[search_letters.SearchLetter]:
    """To each provider, as it would read after this step, of what whoever looks may see."""
    past = case_file.seen(site, History(case=after.case, events=after.events[:-1]), visitor)
    shown = Search(History(case=after.case, events=(*past.events, after.events[-1])))
    return search_letters.letters(after.case, shown, site.register.reader.market(), site.settings.authority)


def _is_open(site: Site, visitor: Visitor, act: Act) -> bool:
    return bool(act.case) and site.readings.is_open(visitor.session.csrf, act.case)


def _keeps_file(visitor: Visitor) -> bool:
    return not visitor.roles.isdisjoint(case_file.KEEP_THE_FILE)


HANDLERS = (preview, one_page)
