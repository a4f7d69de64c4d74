"""The next head of a log: recomputed from the rows, signed by whoever holds the keys, stored before anybody sees it.

- Signed is only what agrees with the head of the store, and extends what was signed last by store and signer alike.
- A signer that remembers more than the store holds stops everything: an old copy of the store was put back
  (threat model, attack 11).
- A checkpoint is stored by compare-and-swap: no two processes can fork the log.
"""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Set as AbstractSet
from datetime import datetime

from fairplace.errors import Misconfigured, Unproven
from fairplace.ledger import entry
from fairplace.ledger.checkpoint import with_cosignatures
from fairplace.ledger.note import ED25519, MLDSA44, Vkey, parse_note
from fairplace.ledger.proved import ProvedRows
from fairplace.ledger.register import TYPES as REGISTER_TYPES
from fairplace.ledger.register import KeyRegister
from fairplace.ledger.signing import Ask, HeadSigner, Shown, Signed, head
from fairplace.ledger.store.port import Head, Published, Store, Stored
from fairplace.ledger.tree import Node, consistency_proof, inclusion_proof

AFRESH = 24 * 60 * 60
"""Seconds after which a log that does not grow is signed again, so that a silent one can be told from a dead one."""


class Heads:
    """Of one log. What was read is remembered; `forget` it when it is in doubt."""

    def __init__(
        self,
        store: Store,
        log: str,
        signer: HeadSigner,
        *,
        clock: Callable[[], datetime],
        verify_entry: Callable[[Stored], None] | None = None,
    ) -> None:
        self._store = store
        self._log = log
        self._signer = signer
        self._clock = clock
        self._verify_entry = verify_entry
        self.forget()

    def forget(self) -> None:
        self.rows = ProvedRows(self._store, self._log, self._verify_entry)
        self._register = KeyRegister()
        self._upto = 0

    def next(self, last: Published | None, now: Head) -> Published | None:
        """The checkpoint of the store's head: the last one when it is of this size, else a new one, signed and stored.

        None when another publisher was first. Raises Unproven when the rows are not what was signed or what the head
        says; Misconfigured when the signer cannot be asked, or has signed what is not here.
        """
        size, root = now.size, now.root
        if last is not None and last.size > size:
            raise Unproven(f"a checkpoint of size {last.size} was signed; the store now holds {size} entries")
        self.rows.prove(size)
        if self.rows.root() != root:
            raise Unproven(f"the stored rows do not give the root that the head has for size {size}; nothing is signed")
        if last is not None and self.rows.root(last.size) != last.root:
            raise Unproven(
                f"the log of {size} is no extension of what was signed at size {last.size}; nothing is signed"
            )
        self._check_losses(last.size if last else 0, size)
        was = self._signer.last()  # whether or not there is anything to sign: a lost key is told at once
        known = last is not None and (was.size, was.root) == (last.size, last.root)
        ask = self._ask(was, size, root, extends=known)
        if last is not None and last.size == size and not self.is_stale(last):
            return last
        note = self._signer.sign(ask)
        if last is not None and last.size == size:  # witnesses' lines are over the same text, and stay good
            note = with_cosignatures(note, (line.text for line in parse_note(last.note)[1] if line.name != self._log))
        new = Published(size=size, root=root, note=note)
        return new if self._store.put_checkpoint(self._log, last, new) else None

    def is_stale(self, last: Published | None) -> bool:
        """Was it signed a day ago? Only the second line says when; without it, signing again would give the same bytes."""
        if last is None:
            return False
        ours = {(key.name, key.key_id) for key in map(Vkey.parse, self.log_keys(last.size)) if key.kind == MLDSA44}
        times = [int.from_bytes(line.signature[:8]) for line in parse_note(last.note)[1] if line[:2] in ours]
        return bool(times) and self._clock().timestamp() - max(times) >= AFRESH

    def log_keys(self, size: int) -> list[str]:
        """The log's keys at this size, in register order."""
        self._follow(size)
        return [vkey.text for vkey in self._register.log_keys(size)]

    def losses(self, size: int) -> AbstractSet[int]:
        """The entries that declare a loss, in a log of this size."""
        self._follow(size)
        return {index for index in self._register.losses() if index < size}

    def _follow(self, size: int) -> None:
        for stored in self._store.of_types(self._log, sorted(REGISTER_TYPES), self._upto, size):
            one = entry.parsed(stored.raw)
            self._register.apply(stored.index, one.leaf, one.envelope)
        self._upto = max(self._upto, size)

    def _check_losses(self, since: int, size: int) -> None:
        """What a loss keeps is what stands before it: nothing else may be signed as that."""
        self._follow(size)
        for index, loss in self._register.losses().items():
            if index >= since and head(loss.kept) != (index, self.rows.root(index)):
                raise Unproven(f"the loss declared at entry {index} keeps another tree than the entries before it give")

    def _ask(self, was: Signed, size: int, root: bytes, *, extends: bool) -> Ask:
        keys = self.log_keys(size)
        if not any(Vkey.parse(vkey).kind == ED25519 for vkey in was.vkeys if vkey in keys):
            mine = next((vkey for vkey in was.vkeys if Vkey.parse(vkey).kind == ED25519), "the signer's key")
            raise Misconfigured(f"the key register does not name {mine} as a key of this log")
        node = self.rows.node()
        old, loss = was.size, None
        if not extends and (was.size > size or self.rows.root(was.size) != was.root):
            old = self._declared(was, size)
            loss = self._shown(old, size, node)
        return Ask(
            origin=self._log,
            size=size,
            root=root,
            old=old,
            proof=tuple(consistency_proof(old, size, node)) if 0 < old < size else (),
            keys=tuple(keys),
            opening=None if was.root_key else self._shown(0, size, node),
            loss=loss,
        )

    def _declared(self, was: Signed, size: int) -> int:
        """The entry that declares lost what the signer signed last."""
        for index, loss in self._register.losses().items():
            if head(loss.lost) == (was.size, was.root):
                return index
        raise Misconfigured(behind("the signer", self._log, was.size, size))

    def _shown(self, index: int, size: int, node: Node) -> Shown:
        [stored] = self._store.entries(self._log, index, index + 1)
        return Shown(index, stored.raw, tuple(inclusion_proof(index, size, node)))


def behind(who: str, log: str, seen: int, held: int) -> str:
    """What is said when more, or other, was seen of a log than its store holds."""
    what = f"only {held} are here" if seen > held else f"the {held} that are here are not the same"
    return (
        f"{who} has seen {seen} entries of {log}, and {what}: an old copy of the register was put back; nothing is"
        " recorded or signed until 'fairplace recover' has brought back the rest or the loss is declared"
    )
