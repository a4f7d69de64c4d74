"""What the log puts its name to: entries that any verifier would accept, whoever wrote them into the store.

- Judged once, in log order: signatures and keys by the register, streams without gap or fork, nothing twice.
- What an earlier checkpoint covers was judged then; of it only streams and keys are followed. That it is still the
  same is the publisher's to prove.
"""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from fairplace.errors import FairplaceError, Unproven
from fairplace.ledger.entry import HEADER, Entry, parsed
from fairplace.ledger.note import b64
from fairplace.ledger.register import TYPES, KeyRegister
from fairplace.ledger.store.port import Stored

Allowed = Callable[[Entry, KeyRegister, int], None]
"""Raises when those who signed may not sign such an entry at this index, for a reason that the log does not know."""


class _Place(msgspec.Struct):
    id: str
    n: int
    stream: str
    type: str


_place = msgspec.json.Decoder(_Place).decode


class Vetting:
    """Call it with every stored row in order; entry 0 begins it anew. Raises Unproven at what must not be signed."""

    def __init__(self, log: str, signed: int, allowed: Allowed) -> None:
        self._log = log
        self._signed = signed
        self._allowed = allowed
        self._begin()

    def _begin(self) -> None:
        self._register = KeyRegister()
        self._ends: dict[str, tuple[int, bytes]] = {}
        self._ids: set[int] = set()  # as numbers: a third of the memory

    def __call__(self, stored: Stored) -> None:
        if stored.index == 0:
            self._begin()
        if stored.index < self._signed:
            self._follow(stored)
            return
        try:
            self._judge(stored.index, parsed(stored.raw))
        except FairplaceError as error:
            raise Unproven(
                f"entry {stored.index} is not what may stand in the log: {error}; nothing is signed, restore the last"
                " backup"
            ) from error

    def _follow(self, stored: Stored) -> None:
        place = _place(stored.raw[len(HEADER) : stored.raw.find(b"\n\n", len(HEADER))])
        if place.type in TYPES:
            one = parsed(stored.raw)
            self._register.apply(stored.index, one.leaf, one.envelope)
        self._keep(place.stream, place.n, stored.leaf, place.id)

    def _judge(self, index: int, one: Entry) -> None:
        envelope = one.envelope
        n, leaf = self._ends.get(envelope.stream, (0, b""))
        if envelope.log != self._log:
            raise Unproven(f"it was signed for the log {envelope.log}")
        if (envelope.n, envelope.prev) != (n + 1, b64(leaf) if leaf else ""):
            raise Unproven(f"it is event {envelope.n} of its stream, which has {n} before it")
        if _number(envelope.id) in self._ids:
            raise Unproven(f"its id {envelope.id} stood in the log before")
        self._register.check_signers(one, index)
        if index:
            self._allowed(one, self._register, index)
        self._register.apply(index, one.leaf, envelope)
        self._keep(envelope.stream, envelope.n, one.leaf, envelope.id)

    def _keep(self, stream: str, n: int, leaf: bytes, identity: str) -> None:
        self._ends[stream] = (n, leaf)
        self._ids.add(_number(identity))


def _number(identity: str) -> int:
    return int(identity.replace("-", ""), 16)
