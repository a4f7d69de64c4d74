"""Which openings are public: the fold of `value.disclosed/1` and `value.withdrawn/1`, by their place in the log.

- Each takes effect at its own index; the last act on a slot wins.
"""

from __future__ import annotations

from bisect import bisect_left
from typing import Any

from fairplace.errors import Malformed
from fairplace.ledger import entry
from fairplace.ledger.store.port import Store

DISCLOSED, WITHDRAWN = "value.disclosed/1", "value.withdrawn/1"


class InEffect:
    """Follows one log. Ask for sizes that grow: a smaller one begins again."""

    def __init__(self, store: Store, log: str) -> None:
        self._store = store
        self._log = log
        self._begin()

    def _begin(self) -> None:
        self._size = 0
        self._slots: dict[int, set[str]] = {}
        self._acts: list[tuple[int, int]] = []  # index of the act, and of an entry that it names

    def follow(self, size: int) -> None:
        """Take in the acts below this size."""
        if size < self._size:
            self._begin()
        for stored in self._store.of_types(self._log, (DISCLOSED, WITHDRAWN), self._size, size):
            envelope = entry.parsed(stored.raw).envelope
            for named in _named(envelope.body):
                slots = self._slots.setdefault(named[0], set())
                if envelope.type == DISCLOSED:
                    slots |= named[1]
                else:
                    slots -= named[1]
                self._acts.append((stored.index, named[0]))
        self._size = size

    def touched(self, since: int) -> list[int]:
        """The entries of which an act at this index or later says something."""
        return sorted({named for _, named in self._acts[bisect_left(self._acts, (since, -1)) :]})

    def open_entries(self) -> list[int]:
        """The entries of which something is public."""
        return sorted(index for index, slots in self._slots.items() if slots)

    def slots(self, index: int) -> frozenset[str]:
        return frozenset(self._slots.get(index, ()))


def _named(body: dict[str, Any]) -> list[tuple[int, set[str]]]:
    openings = body.get("openings")
    if not isinstance(openings, list):
        raise Malformed(
            f"a disclosure names the openings {str(openings)[:80]}; a list of entries and slots is expected"
        )
    return [(item["entry"], set(item["slots"])) for item in openings]
