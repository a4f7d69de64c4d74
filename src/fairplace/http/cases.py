"""Cases at the desk: their list, and the file of one with its tasks, once it is opened with a signature."""

from __future__ import annotations

from typing import Any

import msgspec
from litestar.params import FromPath

from fairplace.errors import FairplaceError
from fairplace.forms import tasks
from fairplace.http import asked, case_file, case_names, case_tasks, search_file
from fairplace.http.asked import Page, Words
from fairplace.http.guard import Sent, TheSent, TheVisitor, Visitor, acting, see_other, signed_in
from fairplace.http.site import Answer, Site, TheSite
from fairplace.http.stated import stated
from fairplace.http.typed import typed_in
from fairplace.rows import has_terms
from fairplace.terms import CaseId

PAGE = 50
MOST_FOUND = 1_000
"""Cases that a search finds: who finds more writes another word."""


class Line(msgspec.Struct, frozen=True):
    """A case in the list. `row` is what the public pages know of it; null for a case that has no public page."""

    case: str
    called: str
    row: Any


@signed_in("/desk/cases")
def cases(site: TheSite, visitor: TheVisitor, q: Words = "", page: Page = 1) -> Answer:
    """Every case, or those that a search finds, but none that they must stay out of: the newest first, and what was taken in
    from elsewhere last.
    """
    visitor.need(*case_file.STAFF)
    out = site.duties.closed_to({key.name for key in visitor.keys})
    elsewhere = set(site.register.store.cases_with(site.register.origin, "procurement.imported/1"))
    newest = [one for one in site.register.reader.cases()[::-1] if one not in out]
    known = sorted(newest, key=elsewhere.__contains__)
    more = False
    if words := asked.searched(q):
        found, more = _found(site, visitor, words)
        known = [one for one in known if one in found or one.startswith(words.casefold())]
    shown = known[(page - 1) * PAGE : page * PAGE]
    public: Any = site.rows.many("register", shown)
    called = case_names.names(site, visitor, shown)
    return site.page(
        "cases.html",
        visitor=visitor,
        lines=[Line(case, called[case], public.get(case)) for case in shown],
        asked=words,
        elsewhere=bool(elsewhere),
        total=len(known),
        more=more,
        page=page,
        pages=min(-(-len(known) // PAGE), asked.LAST),
    )


def _found(site: Site, visitor: Visitor, words: str) -> tuple[set[CaseId], bool]:
    """The cases with all of these words in what is public of them, or in what whoever looks may call them; and whether
    there are more.
    """
    if site.seeks:
        named = case_names.names(site, visitor, site.register.reader.cases())
        return {case for case, name in named.items() if has_terms(name, words)}, False
    rows, total = site.rows.search("register", words, limit=MOST_FOUND, order="-updated_at")
    opened = case_names.names(site, visitor, site.readings.opened(visitor.session.csrf))
    found = {row.case for row in rows} | {case for case, name in opened.items() if has_terms(name, words)}
    return found, total > len(rows)


@signed_in("/desk/cases/{case:str}")
def case(site: TheSite, visitor: TheVisitor, case: FromPath[str]) -> Answer:
    """The file of one case with its tasks; closed, until a signed request says that they look."""
    visitor.need(*case_file.STAFF)
    found = asked.identifier(case)
    if not site.readings.is_open(visitor.session.csrf, found):
        return closed(site, visitor, found)
    past = case_file.history(site, found)
    if case_file.is_out(past, visitor):
        return site.page("case_out.html", visitor=visitor, case=found, own=case_file.own_words(site, past, visitor))
    made = case_file.file(site, past, visitor)
    if made.search is not None and made.purchase is None:
        return search_file.page(site, visitor, made)
    shown = case_file.seen(site, past, visitor)
    return site.page(
        "case.html",
        visitor=visitor,
        case=found,
        title=case_file.title(shown),
        stated=stated(shown),
        kept_back=made.kept_back,
        parts_of=case_tasks.rows(site, made, visitor),
        bids=made.bids,
        challenges=made.challenges if visitor.roles & set(case_file.KEEP_THE_FILE) else (),
        workbooks=tasks.task("sheet").stage(made).state == "now" and bool(visitor.roles & {"officer", "evaluator"}),
        keeps_names=not visitor.roles.isdisjoint(case_file.KEEP_NAMES),
        deadline=made.state.last_deadline,
        keeps_file=not visitor.roles.isdisjoint(case_file.KEEP_THE_FILE),
        public=site.rows.get("register", found) is not None,
    )


def closed(site: Site, visitor: Visitor, case: str, *, to: str = "", fault: str = "", status: int = 200) -> Answer:
    """The page that asks for a signature before it shows what is sealed. `to`: the task that they were on their way to."""
    case_file.in_the_open(site, case)
    secret = text = ""
    if visitor.key is not None:
        secret, text = site.readings.ask(visitor.key.name, case)
    return site.page(
        "case_closed.html",
        status=status,
        visitor=visitor,
        case=case,
        question=secret,
        text=text,
        key=visitor.key,
        fault=fault,
        to=to,
    )


def closed_meanwhile(site: Site, visitor: Visitor, case: str, address: str, sent: Sent) -> Answer:
    """The answer to a form of a file that is closed to this session by now: what was typed comes back."""
    case_file.in_the_open(site, case)
    typed = typed_in(address, sent, session=visitor.session, first=f"/desk/cases/{case}")
    return closed(site, visitor, case) if typed is None else site.page("sent_again.html", status=403, typed=typed)


@acting("/desk/cases/{case:str}/file")
def open_file(site: TheSite, visitor: TheVisitor, case: FromPath[str], sent: TheSent) -> Answer:
    """A signed request to read: the entry comes first."""
    visitor.need(*case_file.STAFF)
    found = asked.identifier(case)
    to = sent.get("to") if sent.get("to") in {task.code for task in (*tasks.TASKS, *tasks.SEARCH)} else ""
    try:
        opened = site.readings.open(visitor.session.csrf, sent.get("question"), sent.line())
    except FairplaceError as error:
        return closed(site, visitor, found, to=to, fault=str(error), status=error.status)
    return see_other(f"/desk/cases/{opened}" + (f"/{to}" if to else ""))


HANDLERS = (cases, case, open_file)
