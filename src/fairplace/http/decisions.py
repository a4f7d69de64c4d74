"""The home page, the list of decisions and one decision record."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
from litestar import Request, Response
from litestar.params import FromPath

from fairplace.errors import Missing
from fairplace.http import asked
from fairplace.http.asked import Page, State, Words
from fairplace.http.challenges import newest_challenges
from fairplace.http.findings import found_in_public
from fairplace.http.made_from import of_rows
from fairplace.http.record_view import record_view, runs
from fairplace.http.released import released
from fairplace.http.routing import public
from fairplace.http.site import OPEN, Answer, Site, TheSite, split_suffix, wants_data
from fairplace.publish.bundle import SUFFIX as BUNDLE

PAGE = 20
LATEST = 6

ANSWER = "answer-finding"
"""The task of whoever answers a finding."""

TO_ANSWER = "to-answer"
"""What the list calls records with findings that the buyer has not answered."""

AnyRequest = Request[Any, Any, Any]


@public("/", "/index.json")
def home(request: AnyRequest, site: TheSite) -> Answer:
    """The latest decisions, and where to search."""
    rows, total = site.rows.list("register", limit=LATEST, order="-decided_at")
    challenges, challenged = newest_challenges(site, limit=3)
    if wants_data(request):
        return site.data({"latest": rows, "total": total, "challenges": challenged})
    steps = of_rows(*rows, *(one.trail for one in challenges))
    return site.page(
        "home.html",
        rows=rows,
        total=total,
        challenges=challenges,
        challenged=challenged,
        made_from=site.made_from("/", steps),
    )


@public("/decisions", "/decisions.json")
def decisions(request: AnyRequest, site: TheSite, q: Words = "", wanted: State = "", page: Page = 1) -> Answer:
    """All decision records, or those that a search finds; in the state `to-answer`, those with findings not answered."""
    words, state = asked.searched(q), asked.state(wanted)
    rows, total = site.rows.search(
        "register",
        words,
        limit=PAGE,
        offset=(page - 1) * PAGE,
        order="-updated_at",
        filters={"to_answer": 1} if state == TO_ANSWER else {"state": state} if state else None,
    )
    if wants_data(request):
        return site.data({"words": words, "state": state, "page": page, "total": total, "rows": rows})
    pages = min(-(-total // PAGE), asked.LAST)
    states = {} if words else dict(site.rows.counts("register", "state"))
    if states and (waiting := site.rows.counts("register", "to_answer").get(1)):
        states[TO_ANSWER] = waiting
    return site.page(
        "decisions.html",
        rows=rows,
        total=total,
        asked=words,
        state=state,
        states=states,
        page=page,
        pages=pages,
        example=None if total else next(iter(site.rows.list("register", limit=1, order="-decided_at")[0]), None),
        made_from=site.made_from(asked.address(request), of_rows(*rows)),
    )


@public("/decisions/{name:str}")
def decision(request: AnyRequest, site: TheSite, name: FromPath[str]) -> Answer:
    """One decision record: as a page, as `.json`, or whole as an `.fpbundle`."""
    whole = name.endswith(BUNDLE)
    key, data = (name.removesuffix(BUNDLE), False) if whole else split_suffix(name)
    row: Any = site.rows.get("decision-record", asked.identifier(key))
    if row is None:
        raise Missing("there is no decision record at this address; search by its citation, title or provider")
    if whole:
        return _bundle(request, site, row.case)
    if data:
        return site.data(msgspec.to_builtins(row) | {"findings": found_in_public(row, site.published, site.documents)})
    linked = links(site, row)

    def parts() -> dict[str, Any]:
        found = found_in_public(row, site.published, site.documents)
        view = record_view(row, site.rulebook, site.today(), found)
        return {
            "row": row,
            "view": view,
            "answers": {one.rule: one for one in row.answers},
            "windows": windows(site, row.case),
            "today": site.today().isoformat(),
            "trail": runs(row.trail),
            **msgspec.structs.asdict(linked),
            "made_from": site.made_from(f"/decisions/{key}", of_rows(row, *linked.rows)),
            "papers": released(site, row),
            "bundle_size": site.bundles.size(row.case),
        }

    over = row.deadline is not None and row.deadline < site.now()
    return site.kept(key, (row.leaf, over, linked.calls, *(one.leaf for one in linked.rows)), "decision.html", parts)


class Links(msgspec.Struct, frozen=True, kw_only=True):
    """Other decision records that one leads to: what it names, what it is called off from, and what is called off from it."""

    related: Sequence[Any]
    parent: Any
    called: Sequence[Any]
    calls: int

    @property
    def rows(self) -> list[Any]:
        return [*self.related, *([self.parent] if self.parent else []), *self.called]


def links(site: Site, row: Any) -> Links:
    """A call-off that concerns one person has no page, and is in no list."""
    called, calls = site.rows.list("register", limit=PAGE, order="-updated_at", filters={"parent": row.case})
    return Links(
        related=list(site.rows.many("register", row.related).values()) if row.related else [],
        parent=site.rows.get("register", row.parent.case) if row.parent and row.parent.case else None,
        called=called,
        calls=calls,
    )


def windows(site: Site, case: str) -> dict[str, str | None]:
    """The rules that found what the buyer has not answered yet, with the last day of its time."""
    return {duty.about: duty.due for duty in site.duties.of(case, site.now()) if duty.task == ANSWER}


def _bundle(request: AnyRequest, site: Site, case: str) -> Answer:
    """The public edition. Asked for anew each time: what is taken down goes from it at once."""
    made = site.bundles.get(case)
    headers = {
        "content-disposition": f'attachment; filename="{case}-public{BUNDLE}"',
        "cache-control": "no-cache",
        "etag": f'"{made.sha256}"',
        **OPEN,
    }
    if f'"{made.sha256}"' in request.headers.get("if-none-match", ""):
        return Response(b"", status_code=304, headers=headers)
    return Response(made.data, media_type="application/zip", headers=headers)


HANDLERS = (home, decisions, decision)
