"""The three answers to one command that procedure stands against: the act, the report, the override."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from fairplace.decision import Actor, Command, Decision
from fairplace.errors import Refused
from fairplace.terms import Instant, instant
from tests.story import EXHIBIT, OFFICER, Story

REASON = "The director decided so; the note is on file"


def blocked(
    story: Story, command: Command, code: str, *, by: Actor = OFFICER, at: Instant | None = None, final: bool = False
) -> str:
    """The act is refused with this code, the report passes, the override takes a second signature unless it is final.

    Returns the sentence of the refusal.
    """
    refused = story.refusal(command, by=by, at=at)
    assert refused.code == code, str(refused)
    assert refused.overridable is not final
    reported = _as_report(story, command, by, at)
    assert getattr(reported.event, "override", None) is None
    assert reported.event.evidence == "portal-export"
    overriding = msgspec.structs.replace(command, override_reason=REASON)
    if final:
        assert story.refusal(overriding, by=by, at=at).code == code
    else:
        decision = story.decide(overriding, by=by, at=at)
        event: Any = decision.event
        assert code in event.override.split("+")
        assert event.override_reason.value == REASON
        assert decision.second == {"approver", "monitoring"}
    return str(refused)


def never(story: Story, command: Command, code: str, *, by: Actor = OFFICER, at: Instant | None = None) -> str:
    """An integrity refusal: the act is refused, and so is the report."""
    refused = story.refusal(command, by=by, at=at)
    assert (refused.code, refused.overridable) == (code, False), str(refused)
    with pytest.raises(Refused) as twin:
        _as_report(story, command, by, at)
    assert twin.value.code == code
    return str(refused)


def _as_report(story: Story, command: Command, by: Actor, at: Instant | None) -> Decision:
    """The same as a report of what happened just now."""
    when = at or instant(story.now)
    told = msgspec.structs.replace(command, evidence="portal-export", exhibit=EXHIBIT, happened_at=when)
    return story.decide(told, by=by, at=at)
