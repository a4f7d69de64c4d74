"""The children who have moved in, and the decision in words of their own.

- The list shows dates alone, as the board does; the decision stands in the file, which is opened with a signed request.
- An edition is made anew each time, and is kept nowhere.
"""

from __future__ import annotations

import msgspec
from litestar.params import FromPath

from fairplace.errors import Missing
from fairplace.http import case_file
from fairplace.http.cases import closed
from fairplace.http.guard import TheVisitor, signed_in
from fairplace.http.proofs import download
from fairplace.http.site import Answer, TheSite
from fairplace.seeking.case_word import case_word
from fairplace.seeking.lived import lived, lives
from fairplace.shelf import root
from fairplace.templating import environment
from fairplace.terms import day, london_day
from fairplace.young_person import editions, facts

MOST_LISTED = 200


@signed_in("/desk/searches/living")
def index(site: TheSite, visitor: TheVisitor) -> Answer:
    """Every placement that runs, what is owed first."""
    visitor.need(*case_file.SEEKERS)
    out = site.duties.closed_to({key.name for key in visitor.keys})
    today = day(london_day(site.now()))
    lines = [lived(case, search, today) for case, search in site.searches.all() if case not in out and lives(search)]
    return site.page(
        "living.html",
        visitor=visitor,
        lines=sorted(lines, key=lambda one: one.order)[:MOST_LISTED],
        left_out=max(0, len(lines) - MOST_LISTED),
    )


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
