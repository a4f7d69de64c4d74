"""Challenges: somebody asked why, and what came of it. Who asked is never shown."""

from __future__ import annotations

from typing import Any

import msgspec
from litestar import Request
from litestar.params import FromPath

from fairplace.errors import Missing
from fairplace.formats import as_day
from fairplace.http import asked
from fairplace.http.asked import Page, State
from fairplace.http.made_from import of_rows
from fairplace.http.record_view import parts, runs
from fairplace.http.routing import public
from fairplace.http.site import Answer, Site, TheSite, split_suffix, wants_data

PAGE = 20
ANSWER_RULE = "RM-04"
"""The rule that asks whether a challenge was answered while it could still be acted upon."""


class Listed(msgspec.Struct, frozen=True):
    """A challenge in a list, with the title of what it is about."""

    trail: Any
    case: Any


def newest_challenges(site: Site, *, limit: int, offset: int = 0, state: str = "") -> tuple[list[Listed], int]:
    """Challenges, newest first, and how many there are in all."""
    filters = {"state": state} if state else None
    rows, total = site.rows.list("challenge-trail", limit=limit, offset=offset, order="-lodged_at", filters=filters)
    cases = site.rows.many("register", [row.case for row in rows if row.case])
    return [Listed(row, cases.get(row.case)) for row in rows], total


@public("/challenges", "/challenges.json")
def challenges(request: Request[Any, Any, Any], site: TheSite, wanted: State = "", page: Page = 1) -> Answer:
    """All challenges, newest first."""
    state = asked.state(wanted)
    rows, total = newest_challenges(site, limit=PAGE, offset=(page - 1) * PAGE, state=state)
    if wants_data(request):
        return site.data({"state": state, "page": page, "total": total, "rows": [row.trail for row in rows]})
    pages = min(-(-total // PAGE), asked.LAST)
    states = site.rows.counts("challenge-trail", "state")
    return site.page(
        "challenges.html",
        rows=rows,
        total=total,
        state=state,
        states=states,
        page=page,
        pages=pages,
        made_from=site.made_from(asked.address(request), of_rows(*(row.trail for row in rows))),
    )


@public("/challenges/{name:str}")
def challenge(site: TheSite, name: FromPath[str]) -> Answer:
    """One challenge from its lodging to its end."""
    key, data = split_suffix(name)
    row: Any = site.rows.get("challenge-trail", asked.identifier(key))
    if row is None:
        raise Missing("there is no challenge at this address")
    if data:
        return site.data(row)
    case: Any = site.rows.get("register", row.case)
    due = _due(row, case) if site.rulebook.get(ANSWER_RULE) else None
    return site.page(
        "challenge.html",
        row=row,
        case=case,
        due=due,
        late=due is not None and due < site.today().isoformat(),
        trail=runs(row.trail),
        withheld=parts(row.withheld),
        made_from=site.made_from(f"/challenges/{key}", of_rows(row)),
    )


def _due(row: Any, case: Any) -> str | None:
    """The last day of the standstill that runs, or ran, when a challenge came in: the rules ask for an answer by then."""
    ends: str | None = case and case.standstill_ends
    return ends if ends and as_day(row.lodged_at).isoformat() <= ends else None


HANDLERS = (challenges, challenge)
