"""What a provider can ask for in its own name, beside any case."""

from __future__ import annotations

import re
from typing import Any, ClassVar

import msgspec

from fairplace.decision import Command
from fairplace.provider.events import Facts
from fairplace.terms import Text

MOST_PAPERS = 40
LONGEST = 200
"""Characters of a name, a row or a number: all rows together fit one entry."""
EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


class StateFacts(Command, frozen=True, kw_only=True, tag="state-facts"):
    """State who a provider is and what it can show, for all its bids. The receiver signs; the provider's signature is inside.

    Each statement replaces the one before as a whole. It belongs to no case.
    """

    gives: ClassVar[str] = "provider.facts-stated/1"
    provider: str
    facts: Facts
    signature: Text | None = None

    def lodged(self) -> dict[str, Any]:
        """What the provider's own signature is over."""
        return {"do": "state-facts", "facts": msgspec.to_builtins(self.facts), "provider": self.provider}


AnyCommand = StateFacts

COMMANDS: tuple[type[Command], ...] = (StateFacts,)
