"""What the rules said of a case at each assessment: outcomes only, quoted and never judged anew."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

import msgspec
from msgspec.structs import replace

from fairplace.openness.events import Assessed
from fairplace.projection import Citation, Projection, Recorded
from fairplace.terms import Instant


class Assessment(msgspec.Struct, frozen=True, kw_only=True):
    """One assessment. The texts stand in the findings document, which `findings` names by SHA-256."""

    index: int
    leaf: str
    at: Instant
    view: str
    upto: int
    occasion: str
    engine: str
    outcomes: dict[str, str]
    counts: dict[str, int]
    findings: str
    policies: dict[str, str]
    holidays: str


class Findings(msgspec.Struct, frozen=True, kw_only=True):
    """The newest assessment of a case; `history` are the earlier ones, oldest first."""

    case: str
    citation: str | None
    index: int = -1
    leaf: str = ""
    newest: Assessment | None = None
    history: list[Assessment] = []


def keys(recorded: Recorded) -> Iterable[str]:
    return (recorded.case,) if isinstance(recorded.event, Assessed) and recorded.case is not None else ()


def empty(key: str, citation: Citation | None) -> Findings:
    return Findings(case=key, citation=None if citation is None else str(citation))


def fold(row: Findings, recorded: Recorded) -> Findings:
    event = recorded.event
    if not isinstance(event, Assessed):
        return replace(row, index=recorded.index, leaf=recorded.leaf)
    assessment = Assessment(
        index=recorded.index,
        leaf=recorded.leaf,
        at=recorded.at,
        view=event.view,
        upto=event.upto,
        occasion=event.occasion,
        engine=event.engine,
        outcomes=dict(event.outcomes),
        counts=dict(Counter(event.outcomes.values())),
        findings=event.findings,
        policies=event.policies,
        holidays=event.holidays,
    )
    history = row.history if row.newest is None else [*row.history, row.newest]
    return replace(row, index=recorded.index, leaf=recorded.leaf, newest=assessment, history=history)


def columns(row: Findings) -> Mapping[str, str | int | None]:
    counts = {} if row.newest is None else row.newest.counts
    return {name: counts.get(name, 0) for name in ("met", "concern", "not-met", "cannot-tell", "not-applicable")}


projection = Projection[Findings](
    name="findings", version=1, keys=keys, empty=empty, fold=fold, columns=columns, row=Findings
)
