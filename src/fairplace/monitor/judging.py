"""Each new entry, judged as it comes: its form, its signatures, its place in its stream, and that it is new.

The key register is folded along: what it says of keys is told, so that whoever holds one sees what is done in their name.
"""

from __future__ import annotations

from typing import Any

from fairplace.errors import FairplaceError, Unproven
from fairplace.ledger import canonical, entry
from fairplace.ledger.entry import Entry
from fairplace.ledger.note import b64
from fairplace.ledger.register import TYPES, KeyRegister
from fairplace.ledger.register_events import KEY_COMPROMISED, KEY_RECOVERED, RECOVERY_STARTED
from fairplace.monitor.memory import Finding, Memory

LONGEST = 400
"""Characters of a body that are told."""

NOTICES = {
    KEY_COMPROMISED: "; whatever this key signed in these entries is contested",
    RECOVERY_STARTED: "; whoever holds the old key and did not lose it has a day to stop this",
    KEY_RECOVERED: "; the new key stands in the place of the old one from here on",
}
"""What somebody should do, or think, about an event of the key register."""


class Judging:
    """Takes in the entries of one log, in order, within `Memory.taking_in`."""

    def __init__(self, memory: Memory, origin: str) -> None:
        self._memory = memory
        self._origin = origin
        self.register = KeyRegister()
        self.found: list[Finding] = []
        for place, raw in memory.register_entries():
            one = entry.parse(raw)
            self.register.apply(place, one.leaf, one.envelope)

    def take(self, place: int, raw: bytes) -> bytes:
        """The leaf hash of an entry that may stand here. Raises Unproven with what is false about it."""
        try:
            one = entry.parse(raw)
            self._check(place, one)
        except FairplaceError as error:
            raise Unproven(f"entry {place}: {error}") from error
        envelope = one.envelope
        self._memory.put_stream_end(envelope.stream, envelope.n, one.leaf)
        if envelope.type in TYPES:
            self._memory.add_register_entry(place, raw)
            self.found.append(Finding("key", told(place, one)))
        return one.leaf

    def _check(self, place: int, one: Entry) -> None:
        envelope = one.envelope
        if envelope.log != self._origin:
            raise Unproven(f"it was signed for the log {envelope.log}; this one is {self._origin}")
        n, leaf = self._memory.stream_end(envelope.stream)
        if (envelope.n, envelope.prev) != (n + 1, b64(leaf) if leaf else ""):
            raise Unproven(f"it is event {envelope.n} of its stream, of which {n} came before, or follows another one")
        if not self._memory.add_id(bytes.fromhex(envelope.id.replace("-", ""))):
            raise Unproven(f"its id {envelope.id} is that of an earlier entry")
        self.register.check_signers(one, place)
        self.register.apply(place, one.leaf, envelope)


def told(place: int, one: Entry) -> str:
    """An event of the key register in one line."""
    parts = ", ".join(f"{name} {_plain(value)}" for name, value in sorted(one.envelope.body.items()))
    by = ", ".join(line.name for line in one.lines)
    notice = NOTICES.get(one.envelope.type, "")
    return f"entry {place}, {one.envelope.type}, signed by {by}: {parts[:LONGEST]}{notice}"


def _plain(value: Any) -> str:
    return value if isinstance(value, str) else canonical.encode(value).decode("utf-8")
