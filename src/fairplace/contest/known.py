"""What a case says of those who asked why or challenged, as one view shows it: one reading for deciders and for pages."""

from __future__ import annotations

from typing import Literal, Protocol, TypeVar

import msgspec

from fairplace.contest.events import Answered, Decided, Lodged, Remedied, WhyAnswered, WhyAsked, Withdrawn
from fairplace.event import Fact
from fairplace.recorded import Recorded

F = TypeVar("F", bound=Fact)

State = Literal["asked", "lodged", "answered", "owed", "over", "withdrawn"]


class Past(Protocol):
    """The part of a case that is read here."""

    def of(self, kind: type[F]) -> list[tuple[Recorded, F]]: ...


class Contest(msgspec.Struct, frozen=True, kw_only=True):
    """A question why, or a challenge, with its steps in log order. `provider` is null while it is closed, or erased.

    `state`: a question is `asked` until it is answered; a challenge is `lodged`, `answered`, decided with a remedy `owed`,
    or `withdrawn`. What waits for nothing more is `over`.
    """

    stream: str
    about: Literal["why", "challenge"]
    provider: str | None
    steps: tuple[Recorded, ...]
    state: State

    @property
    def begun(self) -> Recorded:
        return self.steps[0]

    @property
    def is_open(self) -> bool:
        return self.state not in ("over", "withdrawn")


def contests(past: Past) -> list[Contest]:
    """In the order in which they came. Reports may come in any order, so what comes later never undoes what is over, and
    what is owed stays owed until it is carried out.
    """
    begun: list[tuple[Recorded, WhyAsked | Lodged]] = [*past.of(WhyAsked), *past.of(Lodged)]
    found = {recorded.stream: _begun(recorded, event) for recorded, event in begun}
    if not found:
        return []
    for kind in (WhyAnswered, Answered, Decided, Remedied, Withdrawn):
        for recorded, event in past.of(kind):
            if recorded.stream in found:
                found[recorded.stream] = _after(found[recorded.stream], recorded, event)
    return sorted(found.values(), key=lambda one: one.begun.index)


def _begun(recorded: Recorded, event: WhyAsked | Lodged) -> Contest:
    why = isinstance(event, WhyAsked)
    return Contest(
        stream=recorded.stream,
        about="why" if why else "challenge",
        provider=event.provider.get(None),
        steps=(recorded,),
        state="asked" if why else "lodged",
    )


def _after(one: Contest, recorded: Recorded, event: Fact) -> Contest:
    steps = tuple(sorted((*one.steps, recorded), key=lambda step: step.index))
    match event:
        case Answered():
            state: State = "answered"
        case Decided(remedy=remedy):
            state = "owed" if remedy.get(None) is not None or one.state == "owed" else "over"
        case Withdrawn() if one.state not in ("owed", "over"):
            state = "withdrawn"
        case WhyAnswered() | Remedied():
            state = "over"
        case _:
            state = one.state
    return msgspec.structs.replace(one, steps=steps, state=state)
