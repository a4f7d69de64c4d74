"""The search board of the placements team, and the panel's table of offers.

- The board shows dates and counts alone: who is sought for, where, and by whom a home is offered stands in the file of
  the case, which is opened with a signed request to read.
"""

from __future__ import annotations

from functools import partial

from litestar.params import FromPath

from fairplace import home_words
from fairplace.giving import search_letters
from fairplace.http import case_file
from fairplace.http.cases import closed
from fairplace.http.guard import TheVisitor, signed_in
from fairplace.http.site import Answer, TheSite
from fairplace.searching import Search
from fairplace.seeking.case_word import case_word
from fairplace.seeking.offers import comparison
from fairplace.terms import day, london_day

MOST_LISTED = 200


@signed_in("/desk/searches")
def board(site: TheSite, visitor: TheVisitor) -> Answer:
    """Every open search, the most urgent first."""
    visitor.need(*case_file.SEEKERS)
    out = site.duties.closed_to({key.name for key in visitor.keys})
    now = site.now()
    lines = [one for one in site.searches.lines(now) if one.case not in out]
    return site.page(
        "searches.html",
        visitor=visitor,
        lines=lines[:MOST_LISTED],
        left_out=max(0, len(lines) - MOST_LISTED),
        nothing=not any(one.needs_somebody for one in lines),
        over=sum(any(clock.state == "over" for clock in one.clocks) for one in lines),
        today=day(london_day(now)),
    )


@signed_in("/desk/searches/{case:str}/offers")
def offers(site: TheSite, visitor: TheVisitor, case: FromPath[str]) -> Answer:
    """Every offer in the same columns, with both rankings."""
    past = case_file.open_to(site, visitor, case, *case_file.SEEKERS)
    if past is None:
        return closed(site, visitor, case, to="offers")
    found, search = past.case, Search(case_file.seen(site, past, visitor))
    reader = site.register.reader
    others = reader.others()
    return site.page(
        "offers.html",
        visitor=visitor,
        case=found,
        word=case_word(found),
        table=comparison(search, reader.market(), partial(others.chose, but=found) if others else None),
        choice=search.choice,
        codes=home_words,
    )


@signed_in("/desk/searches/{case:str}/letters")
def letters(site: TheSite, visitor: TheVisitor, case: FromPath[str]) -> Answer:
    """The letter to each provider that offered a home, once one is chosen."""
    past = case_file.open_to(site, visitor, case, *case_file.KEEP_THE_FILE)
    if past is None:
        return closed(site, visitor, case)
    found, search = past.case, Search(case_file.seen(site, past, visitor))
    made = search_letters.letters(found, search, site.register.reader.market(), site.settings.authority)
    told = {given.offer for _, event in search.reasons_sent for given in event.sent.get(())}
    return site.page("search_letters.html", visitor=visitor, case=found, word=case_word(found), letters=made, told=told)


HANDLERS = (board, offers, letters)
