"""What happened lately, for whoever tells people of it by e-mail: from the log, so whoever recorded it makes no difference.

- What is older than two days is told to nobody: as long as a message is tried again.
- A step comes once in a process. Of several processes each gets it, and the outbox takes each message once.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta

from fairplace.ledger import entry
from fairplace.ledger.entry import Entry
from fairplace.on_disk import Register
from fairplace.terms import CaseId, instant

NEWS = timedelta(days=2)
"""How old a step may be that is still told."""


class News:
    """The steps of some types in one register. It remembers how far it told."""

    def __init__(self, register: Register, types: Sequence[str]) -> None:
        self._register = register
        self._types = list(types)
        self._told_to = 0

    def fresh(self) -> Iterator[tuple[int, CaseId, Entry]]:
        """The steps of cases that it has not told yet, with their places."""
        size = self._register.reader.size
        since = instant(self._register.sources.clock() - NEWS)
        for stored in self._register.store.of_types(self._register.origin, self._types, self._told_to, size):
            step = entry.parsed(stored.raw)
            if step.envelope.at >= since and stored.case is not None:
                yield stored.index, stored.case, step
        self._told_to = size
