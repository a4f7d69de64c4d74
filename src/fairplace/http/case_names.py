"""What a case is called at the desk.

By its public title; while that is sealed by its citation, for the case can be found by it on the public pages; and by the
sealed title itself for whoever opened the file of the case in this session, which the log notes. A search has two words.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from fairplace.http import case_file
from fairplace.http.guard import Visitor
from fairplace.http.site import Site
from fairplace.seeking.case_word import case_word
from fairplace.terms import CaseId

BEGINS = frozenset({"plan", "urgent", "need"})
"""Tasks by which a case begins: before they are signed it is called nothing."""


def name(site: Site, visitor: Visitor, case: CaseId) -> str:
    """One case by what whoever looks may call it."""
    return names(site, visitor, [case])[case]


def names(site: Site, visitor: Visitor, cases: Iterable[CaseId]) -> dict[CaseId, str]:
    """Each of these cases by what whoever looks may call it."""
    asked = sorted({one for one in cases if one})
    if site.seeks:
        return {case: case_word(case) for case in asked}
    rows: Any = site.rows.many("register", asked)
    return {case: _name(site, visitor, case, rows.get(case)) for case in asked}


def _name(site: Site, visitor: Visitor, case: CaseId, row: Any) -> str:
    return (
        getattr(row, "title", None)
        or _sealed(site, visitor, case)
        or (f"{row.citation}, title not public yet" if getattr(row, "citation", None) else f"Case {case[:8]}")
    )


def _sealed(site: Site, visitor: Visitor, case: CaseId) -> str:
    """Its title as the file has it, once this session has opened it; nothing for who must stay out of the case."""
    if not site.readings.is_open(visitor.session.csrf, case):
        return ""
    past = case_file.history(site, case)
    return "" if case_file.is_out(past, visitor) else case_file.title(case_file.seen(site, past, visitor))
