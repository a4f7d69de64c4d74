"""Introductions: somebody spoke for a provider outside the search. One coarse row for each, and the table over them."""

from __future__ import annotations

from collections.abc import Iterator

from fairplace.counting.naming import Hidden, name
from fairplace.disclosure_control.facts import Fact
from fairplace.disclosure_control.plan import Plan, Table
from fairplace.searching import Search
from fairplace.terms import CaseId, day, london_day

ROLES: dict[str, str] = {
    "nobody": "The provider itself",
    "member": "A member of the council",
    "minister": "A minister",
    "senior-officer": "A senior officer",
    "former-staff": "Somebody who worked for the council before",
    "other": "Somebody else",
}
"""The codes of `introducer`."""

INTRODUCTIONS = Plan(
    name="introductions",
    tables=(
        Table(
            name="introducers",
            title="Who spoke for a provider outside the search",
            text=(
                "Each time that it was recorded that somebody spoke for a provider outside a search, in the half-year in "
                "which it happened, by who that was. What nobody wrote down is not counted. Whether such a provider was "
                "looked at sooner is asked by rule PL-04."
            ),
            by="introducer",
            labels=tuple(ROLES),
            words=ROLES,
            measure="share",
            unit="introductions",
            grain="half-year",
        ),
    ),
)


def introductions(case: CaseId, search: Search, hidden: Hidden) -> Iterator[Fact]:
    """A row for each contact outside the search; none where nobody can open for which authority the search is."""
    profile = search.needs[-1][1].profile.get(None) if search.needs else None
    child = search.needs[-1][1].child.get(None) if search.needs else None
    if profile is None:
        return
    for recorded, contact in search.contacts:
        happened = day(london_day(contact.happened_at))
        said = contact.introducer.get(None)
        yield Fact(
            id=name("introduction", f"{case} {recorded.index}", hidden.case),
            authority=profile.authority,
            day=happened,
            recorded=max(happened, day(london_day(recorded.at))),
            labels={"introducer": None if said is None else said.replace("_", "-")},
            child=name("child", child.pseudonym, hidden.child) if child else None,
        )
