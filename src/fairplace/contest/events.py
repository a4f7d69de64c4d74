"""What can happen when a provider asks why, or challenges a search for a home; each has a stream of its own in the case.

On the pages a contest is called a challenge. To ask why is none: no event of the one can be taken for one of the other.
What is said, by whom and on which ground is sealed under the key of the case, and goes with it.
"""

from __future__ import annotations

from typing import Literal

from fairplace.event import Aside, Fact
from fairplace.tags import Agg, Party
from fairplace.terms import Text

Ground = Literal[
    "not-asked",
    "equal-treatment",
    "criteria",
    "time-limits",
    "scoring",
    "choice",
    "reasons",
    "conflict-of-interest",
    "terms",
    "other",
]
Remedy = Literal["explanation", "be-asked", "judge-again", "correct-list", "apology", "other"]


class WhyAsked(Aside, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A provider asked why it was not chosen, or not asked. It has no effect but that it is answered."""

    provider: Party[str]
    words: Party[Text]


class WhyAnswered(Aside, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """That provider was told why, and nobody else."""

    answer: Party[Text]


class Lodged(Aside, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A provider challenged how it was treated in the search, or what came of it. It stops no step by itself."""

    kind: Agg[Literal["complaint", "letter-before-claim"]]
    ground: Agg[Ground]
    remedy: Party[Remedy]  # asked for
    provider: Party[str]
    words: Party[Text]


class Answered(Aside, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The authority answered, point by point."""

    answer: Party[Text]


class Decided(Aside, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Somebody who neither chose nor approved the home decided whether the challenge is right, and what follows."""

    outcome: Agg[Literal["upheld", "partly-upheld", "not-upheld"]]
    remedy: Party[Remedy | None]
    reason: Party[Text]


class Remedied(Aside, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The remedy that was decided on was carried out."""

    words: Party[Text]  # what was done


class Withdrawn(Aside, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Whoever lodged the challenge let it go."""


TYPES: dict[str, type[Fact]] = {
    "contest.why-asked/1": WhyAsked,
    "contest.why-answered/1": WhyAnswered,
    "contest.lodged/1": Lodged,
    "contest.answered/1": Answered,
    "contest.decided/1": Decided,
    "contest.remedied/1": Remedied,
    "contest.withdrawn/1": Withdrawn,
}
