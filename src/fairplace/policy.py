"""What a policy file may use: a rule, a case to judge, and the findings it yields.

- A rule is a pure function of a case; the same case gives the same findings in the same order.
- Silence is never a pass: a rule that finds nothing to look at says `cannot-tell` or `not-applicable`.
- Missing data is never a breach, except where the missing record is itself the defect.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property
from typing import Any, Literal, TypeVar, cast

import msgspec

from fairplace.bids import Answer, Bid, Bids, deadline, read, terms
from fairplace.event import Fact
from fairplace.market.known import Home, Market, Provider, Seeker, why_not
from fairplace.others import AT_ONCE, Like, Opening, Others
from fairplace.points import Standing, Terms
from fairplace.recorded import Recorded
from fairplace.searching import UNKNOWN, Asked, OfferRead, Search
from fairplace.terms import CaseId, Day, Instant

__all__ = [
    "AT_ONCE",
    "UNKNOWN",
    "Answer",
    "Asked",
    "Bid",
    "Bids",
    "Case",
    "Finding",
    "Home",
    "Like",
    "Market",
    "OfferRead",
    "Opening",
    "Others",
    "Outcome",
    "Provider",
    "Recorded",
    "Rule",
    "Search",
    "Seeker",
    "Severity",
    "Standing",
    "Terms",
    "deadline",
    "rule",
    "terms",
    "why_not",
]

Outcome = Literal["met", "concern", "not-met", "cannot-tell", "not-applicable"]
Severity = Literal["critical", "high", "medium", "low"]

GRAVITY: tuple[Outcome, ...] = ("not-met", "concern", "cannot-tell", "met", "not-applicable")
"""From the gravest: a rule's outcome for a case is the gravest of its findings."""

F = TypeVar("F", bound=Fact)


class Case(msgspec.Struct, frozen=True, kw_only=True, dict=True):
    """The past of one case, in log order, as one view shows it.

    `as_of` (UTC) is the moment of judging: rules never read a clock. `draft` events of a pre-flight stand last,
    with the indexes that they would get. `market` is who could be asked for a home, in a log of placements, and `others`
    what other searches of it came to: a rule asks both as of an entry, so that its answer can be given again.
    """

    id: CaseId
    as_of: Instant
    view: Literal["public", "authority"]
    events: tuple[Recorded, ...]
    market: Market | None = None
    others: Others | None = None

    def __iter__(self) -> Iterator[Recorded]:
        return iter(self.events)

    def of(self, kind: type[F]) -> list[tuple[Recorded, F]]:
        """The events of one kind, each with its record."""
        return cast("list[tuple[Recorded, F]]", self._kinds.get(kind, []))

    def last(self, kind: type[F]) -> tuple[Recorded, F] | None:
        """The newest event of one kind."""
        found = self.of(kind)
        return found[-1] if found else None

    @cached_property
    def bids(self) -> Bids:
        """Who bid, which bids are live, what they came to and who won, as far as this view shows."""
        return read(self)

    @cached_property
    def search(self) -> Search:
        """The search for a home, as far as this view shows."""
        return Search(self)

    @cached_property
    def _kinds(self) -> dict[type[Fact], list[tuple[Recorded, Any]]]:
        kinds: dict[type[Fact], list[tuple[Recorded, Any]]] = defaultdict(list)
        for recorded in self.events:
            kinds[type(recorded.event)].append((recorded, recorded.event))
        return kinds


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """What a rule says of a case: a fact, never an accusation.

    `evidence` are entry indexes. For equal treatment, `process_unequal` and `outcome_likely_changed` are two separate
    answers (R (Good Law Project) v SSHSC [2022] EWHC 46 (TCC)); elsewhere they are null. `due_on` is a day in London.
    """

    outcome: Outcome
    text: str
    evidence: tuple[int, ...] = ()
    process_unequal: Answer | None = None
    outcome_likely_changed: Answer | None = None
    due_on: Day | None = None


Check = Callable[[Case], Iterable[Finding]]


class Rule(msgspec.Struct, frozen=True, kw_only=True):
    """A rule as published: its question, its law, and how to ask it of a case."""

    code: str
    name: str
    question: str
    source: str
    severity: Severity
    blocks: bool
    check: Check

    def findings(self, case: Case) -> Sequence[Finding]:
        """What the rule says of the case; a rule that says nothing has not told."""
        found = tuple(self.check(case))
        return found or (Finding(outcome="cannot-tell", text="the record holds nothing that this rule can look at"),)


def rule(*, code: str, name: str, source: str, severity: Severity, blocks: bool = False) -> Callable[[Check], Rule]:
    """Make a check a rule. Its docstring is the published question and must end with a question mark."""

    def decorate(check: Check) -> Rule:
        question = " ".join((check.__doc__ or "").split())
        if not question.endswith("?"):
            raise TypeError(f"the rule {code} needs a docstring that asks its question and ends with '?'")
        return Rule(
            code=code, name=name, question=question, source=source, severity=severity, blocks=blocks, check=check
        )

    return decorate


def gravest(outcomes: Iterable[Outcome]) -> Outcome:
    """The outcome that a reader must see first."""
    found = set(outcomes)
    return next((outcome for outcome in GRAVITY if outcome in found), "cannot-tell")
