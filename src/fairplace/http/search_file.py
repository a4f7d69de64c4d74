"""The file of one search at the desk: where it stands, how complete the referral is, and its tasks."""

from __future__ import annotations

from fairplace import erasures, home_words
from fairplace import provider_notices as notices
from fairplace.errors import Missing
from fairplace.forms.task import File
from fairplace.http import case_file, case_tasks
from fairplace.http.guard import Visitor
from fairplace.http.site import Answer, Site
from fairplace.market.known import Market
from fairplace.searching import Search
from fairplace.seeking import board
from fairplace.seeking.case_word import case_word
from fairplace.seeking.completeness import Completeness, completeness
from fairplace.terms import CaseId, Instant


def page(site: Site, visitor: Visitor, made: File) -> Answer:
    """The search as whoever looks may see it, once its file is open to them."""
    search = made.search
    if search is None or not search.needs:
        raise Missing("there is no search at this address")
    need = search.needs[-1][1]
    return site.page(
        "search.html",
        visitor=visitor,
        case=made.case,
        word=case_word(made.case),
        line=board.line(made.case, search, made.now),
        profile=need.profile.get(None),
        erased=None if need.profile.is_open else _erased(site, made.case),
        lines=need.lines.get(()),
        version=need.version,
        complete=complete(made),
        parts_of=case_tasks.rows(site, made, visitor),
        offers=len(search.offers),
        contests=len(search.contests),
        winner=search.winner,
        choice=search.choice,
        approvals=[event for _, event in search.approvals],
        keeps_names=not visitor.roles.isdisjoint(case_file.KEEP_NAMES),
        knows=not visitor.roles.isdisjoint(case_file.KNOW_THE_CHILD),
        codes=home_words,
        unreached=_unreached(site, search),
    )


def _erased(site: Site, case: CaseId) -> Instant | None:
    """When it was ordered that all that is sealed in this search goes; null where it was not."""
    found = erasures.whole_cases(site.register.store, site.register.origin)
    return next((at for one, at in found if one == case), None)


def _unreached(site: Site, search: Search) -> list[str]:
    """Who is asked and has not heard of it by e-mail, by name, while the search is open; nobody where none is sent."""
    if not site.sends_mail or search.choice is not None or search.ended_without is not None:
        return []
    steps = (one.recorded for one in search.published if one.recipients is not None)
    found = {name for step in steps for name in notices.unreached(site.register, site.accounts, site.outbox, step)}
    market = site.register.reader.market() or Market()
    names = {one.provider: one.name for one in market.providers(market.upto)}
    return sorted(names.get(one) or one for one in found)


def complete(made: File) -> Completeness | None:
    """How complete the referral is; null while that is closed."""
    search = made.search
    assessed = search.needs[-1][1].assessment.get(None) if search is not None and search.needs else None
    return completeness(assessed.facts) if assessed is not None else None
