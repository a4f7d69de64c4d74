"""What a decider is given and what it gives back: a command and the past give one event, or a refusal."""

from __future__ import annotations

from typing import Annotated, ClassVar, TypeVar

import msgspec

from fairplace.event import Fact
from fairplace.market.known import Market
from fairplace.recorded import Recorded
from fairplace.terms import ACT, CaseId, Document, Evidence, Instant, KeyName

F = TypeVar("F", bound=Fact)

CommandId = Annotated[str, msgspec.Meta(min_length=1, max_length=100)]


class Command(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="do"):
    """What somebody asks for: one command gives one event and costs one signature.

    `id` is the idempotency key; `as_` (in JSON `as`) says who acts. An *act* happens here and procedure may refuse it;
    a *report* (`evidence` other than `signed-by-party`) happened elsewhere at `happened_at` and is never refused for
    procedure. `override_reason` asks for a blocked act all the same; it then needs the signature of a second person,
    whom `second` names.
    """

    gives: ClassVar[str]
    """The type of the event that comes of it."""

    id: CommandId
    as_: KeyName = msgspec.field(name="as", default="")
    case: CaseId | None = None
    evidence: Evidence = ACT
    happened_at: Instant | None = None
    exhibit: Document | None = None
    override_reason: str | None = None
    second: KeyName | None = None

    @property
    def beside(self) -> CaseId | None:
        """Another case whose public past the decision needs too; null for nearly every command."""
        return None

    @property
    def is_report(self) -> bool:
        return self.evidence != ACT


class Actor(msgspec.Struct, frozen=True, kw_only=True):
    """Who acts: the key that will sign first, its roles, and for whom a provider's key was enrolled."""

    key: KeyName
    roles: frozenset[str]
    provider: str | None = None


class History(msgspec.Struct, frozen=True, kw_only=True):
    """The past of one case as the authority knows it, sealed deposits of the case included, in log order.

    `market` is who could be asked for a home, in a log of placements; null in any other. `beside` is the past of the
    other case that the command names, as everybody may know it; empty where there is no such case.
    """

    case: CaseId
    events: tuple[Recorded, ...]
    market: Market | None = None
    beside: tuple[Recorded, ...] = ()

    def of(self, kind: type[F]) -> list[tuple[Recorded, F]]:
        return [(recorded, recorded.event) for recorded in self.events if isinstance(recorded.event, kind)]

    def last(self, kind: type[F]) -> tuple[Recorded, F] | None:
        found = self.of(kind)
        return found[-1] if found else None

    @property
    def head(self) -> Recorded | None:
        """The newest entry of the case's own stream: what `seen` names."""
        own = [recorded for recorded in self.events if recorded.stream == self.case]
        return own[-1] if own else None


class Decision(msgspec.Struct, frozen=True, kw_only=True):
    """The one event, where it goes, and under which conditions it may be appended.

    `stream`: `case` (the case's own), `new` (a fresh stream), or the id of a stream that exists. `statement` is the
    plain-English line shown to whoever signs. `unless` are event types whose appearance in the case since the history
    was read voids the decision. `second` are the roles one of which another person must countersign with (empty: one
    signature is enough). `not_before` and `not_after` are judged by the store's clock. What is not `of_case` is filed under
    no case.
    """

    event: Fact
    statement: str
    stream: str = "case"
    unless: frozenset[str] = frozenset()
    second: frozenset[str] = frozenset()
    not_before: Instant | None = None
    not_after: Instant | None = None
    of_case: bool = True
