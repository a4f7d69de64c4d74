"""The trail of a challenge: what was asked, what was answered, and what follows. Never who asked."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import msgspec
from msgspec.structs import replace

from fairplace.challenge import events as e
from fairplace.event import Fact
from fairplace.openness.events import Withdrawn as TakenDown
from fairplace.projection import Citation, Projection, Recorded, TrailItem, Withheld, taken_down, trail_item
from fairplace.terms import Day, Instant, Text


class ChallengeTrail(msgspec.Struct, frozen=True, kw_only=True):
    """Facts only; null is unknown or withheld. `case_citation` cites the case that is challenged.

    `remedied_by` are the steps by which the remedy was carried out, `done` what is said of it; `further`, to whom outside
    the authority it was taken, and on which day.
    """

    challenge: str
    case_citation: str | None
    case: str | None = None
    index: int = -1
    leaf: str = ""
    state: str = "received"
    kind: str | None = None
    ground: str | None = None
    remedy: str | None = None
    about: int | None = None
    lodged_at: Instant | None = None
    acknowledged_at: Instant | None = None
    answered_at: Instant | None = None
    decided_at: Instant | None = None
    closed_at: Instant | None = None
    remedied_at: Instant | None = None
    remedied_by: list[int] = []
    done: Text | None = None
    remedy_given: str | None = None
    words: Text | None = None
    answer: Text | None = None
    reason: Text | None = None
    further: list[tuple[e.Further, Day]] = []
    trail: list[TrailItem] = []
    withheld: list[Withheld] = []


CHALLENGE = frozenset(e.TYPES.values())


def keys(recorded: Recorded) -> Iterable[str]:
    return (recorded.stream,) if type(recorded.event) in CHALLENGE and recorded.case is not None else ()


def empty(key: str, citation: Citation | None) -> ChallengeTrail:
    return ChallengeTrail(challenge=key, case_citation=None if citation is None else str(citation))


def fold(row: ChallengeTrail, recorded: Recorded) -> ChallengeTrail:
    step = STEPS.get(type(recorded.event))
    if step is None:  # a release or a take-down of what stands here
        return replace(row, index=recorded.index, leaf=recorded.leaf, withheld=_marked(row.withheld, recorded.event))
    row = step(row, recorded.event)
    item, withheld = trail_item(recorded)
    return replace(
        row,
        case=recorded.case,
        index=recorded.index,
        leaf=recorded.leaf,
        trail=[*row.trail, item],
        withheld=[*row.withheld, *withheld],
    )


def _marked(rows: list[Withheld], event: Fact) -> list[Withheld]:
    return taken_down(rows, event) if isinstance(event, TakenDown) else rows


def columns(row: ChallengeTrail) -> Mapping[str, str | int | None]:
    return {
        "case": row.case,
        "ground": row.ground,
        "lodged_at": row.lodged_at,
        "open": int(row.closed_at is None),
        "state": row.state,
        "words": " ".join(part for part in (row.case_citation, row.words) if part),
    }


def _lodged(row: ChallengeTrail, event: e.Lodged) -> ChallengeTrail:
    return replace(
        row,
        kind=event.kind,
        ground=event.ground,
        remedy=event.remedy,
        about=event.about,
        lodged_at=event.happened_at,
        words=event.words.get(),
    )


def _acknowledged(row: ChallengeTrail, event: e.Acknowledged) -> ChallengeTrail:
    return replace(row, state="acknowledged", acknowledged_at=event.happened_at)


def _answered(row: ChallengeTrail, event: e.Answered) -> ChallengeTrail:
    return replace(row, state="answered", answered_at=event.happened_at, answer=event.answer.get())


def _decided(row: ChallengeTrail, event: e.Decided) -> ChallengeTrail:
    return replace(
        row,
        state=event.outcome,
        decided_at=event.happened_at,
        closed_at=event.happened_at,
        remedy_given=event.remedy,
        reason=event.reason.get(),
    )


def _withdrawn(row: ChallengeTrail, event: e.Withdrawn) -> ChallengeTrail:
    return replace(row, state="withdrawn", closed_at=event.happened_at)


def _remedied(row: ChallengeTrail, event: e.Remedied) -> ChallengeTrail:
    return replace(row, remedied_at=event.happened_at, remedied_by=event.entries, done=event.words.get())


def _further(row: ChallengeTrail, event: e.TakenFurther) -> ChallengeTrail:
    return replace(row, further=[*row.further, (event.to, event.taken_on)])


STEPS: dict[type[Fact], Callable[[ChallengeTrail, Any], ChallengeTrail]] = {
    e.Lodged: _lodged,
    e.Acknowledged: _acknowledged,
    e.Answered: _answered,
    e.Decided: _decided,
    e.Remedied: _remedied,
    e.TakenFurther: _further,
    e.Withdrawn: _withdrawn,
}

projection = Projection[ChallengeTrail](
    name="challenge-trail", version=3, keys=keys, empty=empty, fold=fold, columns=columns, row=ChallengeTrail
)
