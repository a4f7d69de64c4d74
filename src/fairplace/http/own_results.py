"""One provider's own results in several cases, side by side: its own marks, points and outcome, and nothing of anybody else.

- It shows what the pages of the single results show to the same browser already; each has left its entry in the log.
"""

from __future__ import annotations

import msgspec

from fairplace.decision import History
from fairplace.formats import points
from fairplace.giving import wording
from fairplace.giving.known import known_of
from fairplace.http.debrief_view import sentence
from fairplace.terms import CaseId, Instant


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One criterion: its mark in the scale of its own case, or null for price, and the points that it earned."""

    criterion: str
    weight: str
    mark: str | None
    points: str | None
    of: str


class Result(msgspec.Struct, frozen=True, kw_only=True):
    """How one bid of this provider came out. `total` is out of 100, null where the bid was not assessed."""

    case: CaseId
    title: str
    decided: Instant | None
    sentence: str
    total: str | None
    rows: tuple[Row, ...]


class Shared(msgspec.Struct, frozen=True, kw_only=True):
    """A criterion that has the same name in several cases, with the row of each."""

    criterion: str
    rows: tuple[tuple[Result, Row], ...]


def result(history: History, provider: str) -> Result | None:
    """What this provider was told of its own bid; None while there is nothing to tell, or no more."""
    known = known_of(history)
    bid = known.state.bids.get(provider)
    if bid is None or bid.place not in known.state.summaries:
        return None
    earned, judged = known.state.results.get(bid.place), known.judged.get(bid.place)
    highest = known.state.scale.highest if known.state.scale else None
    rows = []
    for one in wording.scored_on(known):
        mark = judged.marks.get(one.id) if judged and one.kind == "quality" else None
        got = earned.points.get(one.id) if earned else None
        rows.append(
            Row(
                criterion=wording.full_name(known, one),
                weight=wording.weight(one),
                mark=None if mark is None else f"{mark} of {highest}" if highest is not None else str(mark),
                points=None if got is None else points(got),
                of=points(one.weight),
            )
        )
    decided = known.award or known.ended
    return Result(
        case=history.case,
        title=known.title or "A tender",
        decided=decided.at if decided else None,
        sentence=sentence(known, bid),
        total=points(earned.total) if earned else None,
        rows=tuple(rows) if earned else (),
    )


def shared(results: list[Result]) -> list[Shared]:
    """Criteria that stand in several results under one name, in the order of the first."""
    found: dict[str, list[tuple[Result, Row]]] = {}
    for one in results:
        for row in one.rows:
            found.setdefault(" ".join(row.criterion.casefold().split()), []).append((one, row))
    return [
        Shared(criterion=rows[0][1].criterion, rows=tuple(rows))
        for rows in found.values()
        if len({one.case for one, _ in rows}) > 1
    ]
