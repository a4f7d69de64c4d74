"""The children who have moved in, and the decision in words of their own.

- The list shows dates alone, as the board does; the decision stands in the file, which is opened with a signed request.
- An edition is made anew each time, and is kept nowhere.
"""

from __future__ import annotations

from datetime import timedelta

import msgspec
from litestar.params import FromPath

from fairplace.errors import Missing
from fairplace.forms.tasks import task
from fairplace.http import case_file
from fairplace.http.asked import Page
from fairplace.http.cases import closed
from fairplace.http.guard import TheVisitor, Visitor, signed_in
from fairplace.http.proofs import download
from fairplace.http.site import Answer, Site, TheSite
from fairplace.people import roles
from fairplace.seeking.case_word import case_word
from fairplace.seeking.lived import Lived, Owed
from fairplace.shelf import root
from fairplace.templating import environment
from fairplace.terms import day, london_day
from fairplace.young_person import editions, facts

PAGE = 40
MOST_OWED = 40
"""Lines of what is owed that stand in My work; the list has all."""
SOON = timedelta(days=14)
"""How long before its day a review stands in My work."""


@signed_in("/desk/searches/living")
def index(site: TheSite, visitor: TheVisitor, page: Page = 1) -> Answer:
    """Every placement that runs, what is owed first."""
    visitor.need(*case_file.SEEKERS)
    lines = _lines(site, visitor)
    return site.page(
        "living.html",
        visitor=visitor,
        lines=lines[(page - 1) * PAGE : page * PAGE],
        total=len(lines),
        page=page,
        pages=max(1, -(-len(lines) // PAGE)),
    )


def owed(site: Site, visitor: Visitor) -> list[tuple[Lived, Owed]]:
    """What is owed in placements that run and is theirs to do, what is due first; of the reviews those that are near."""
    if not site.seeks or visitor.roles.isdisjoint(case_file.SEEKERS):
        return []
    soon = day(london_day(site.now()) + SOON)
    found = [
        (line, one)
        for line in _lines(site, visitor)
        for one in line.owed
        if roles.may(visitor.roles, task(one.code).command.gives)
        if one.code != "review-placement" or (one.due is not None and one.due <= soon)
    ]
    return sorted(found, key=lambda one: (one[1].due or "9999", one[0].order))[:MOST_OWED]


def _lines(site: Site, visitor: Visitor) -> list[Lived]:
    out = site.duties.closed_to({key.name for key in visitor.keys})
    return [one for one in site.searches.living(day(london_day(site.now()))) if one.case not in out]


@signed_in("/desk/searches/{case:str}/young-person/{form:str}")
def edition(site: TheSite, visitor: TheVisitor, case: FromPath[str], form: FromPath[str]) -> Answer:
    """The decision for the young person, to print or to send."""
    past = case_file.open_to(site, visitor, case, *case_file.KNOW_THE_CHILD)
    if past is None:
        return closed(site, visitor, case)
    if form not in editions.SUFFIX:
        raise Missing("there is no such edition; there are plain words, large print, symbols and braille")
    seen = msgspec.structs.replace(case_file.seen(site, past, visitor), market=site.register.reader.market())
    try:
        made = facts.facts(seen)
    except LookupError as error:
        raise Missing(str(error.args[0])) from error
    body = editions.edition(form, made, environment(root("web") / "templates"), authority=site.settings.authority)
    word = case_word(past.case).replace(" ", "-").lower()
    return download(body, f"{word}-{form.replace('_', '-')}.{editions.SUFFIX[form]}")


HANDLERS = (index, edition)
