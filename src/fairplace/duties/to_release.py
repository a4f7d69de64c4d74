"""What an occasion that has come may make public, and nobody has released: nothing becomes public by itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from fairplace.decision import History
from fairplace.duties.duty import Duty, Past
from fairplace.formats import listed
from fairplace.openness.events import Occasion
from fairplace.openness.release import due, in_effect, releasable

_BY: Mapping[Occasion, str] = {
    "notice": "the notice",
    "award": "the award",
    "contract": "the contract",
    "ended": "the end of the procedure",
}

_PARTS: Mapping[str, str] = {
    "title": "the title",
    "need": "the need",
    "authority": "who buys",
    "buyers": "the buyers",
    "estimated_value": "the estimated value",
    "name": "the framework",
    "members": "who is in the framework",
    "provider": "the supplier",
    "providers": "the supplier",
    "titles": "the criteria",
    "descriptors": "what earns each mark",
    "documents": "documents",
    "words": "questions",
    "answer": "their answers",
    "marks": "the marks",
    "award": "who it goes to",
    "reasons": "the reasons",
    "reason": "the reason",
    "value": "the value",
}
"""The parts that a reader looks for; what else there is goes with them."""


def to_release(past: Past) -> Iterator[Duty]:
    """A duty for each occasion of the procedure by which something waits."""
    for occasion, slots in _waiting(past.history).items():
        parts = [words for part, words in _PARTS.items() if part in slots]
        yield past.duty("release", f"Release what {_BY[occasion]} makes public", ["officer", "monitoring"], people=past.in_role("officer"),
                        says=f"Not public yet: {listed(parts) if parts else 'what belongs to it'}. Nothing becomes public by itself.")  # fmt: skip


def _waiting(history: History) -> dict[Occasion, set[str]]:
    """The names of the slots that wait, by occasion; each slot is told once.

    Which slots an entry has and which are public anybody can see, so this tells nothing that is sealed. What was taken
    down does not wait.
    """
    public, down = in_effect(history)
    told: set[tuple[int, str]] = set()
    found: dict[Occasion, set[str]] = {}
    of_procedure: Occasion = next((one for one in _FIRST if due(history, one) is None), "notice")
    occasions: tuple[Occasion, ...] = (of_procedure, "contract")
    for occasion in occasions:
        if due(history, occasion) is not None:
            continue
        for index, slots in releasable(history, occasion).items():
            left = {(index, one) for one in slots.difference(public.get(index, ()), down.get(index, ()))} - told
            told |= left
            if left:
                found.setdefault(occasion, set()).update(slot.rpartition("/")[2] for _, slot in left)
    return found


_FIRST: tuple[Occasion, ...] = ("ended", "award")
"""What makes public all that the notice does, and more."""
