"""A log that a test can grow, fork and sign, and the requests that it would send to a witness."""

from __future__ import annotations

import hashlib

from fairplace.ledger import tree
from fairplace.ledger.checkpoint import Checkpoint
from fairplace.ledger.note import Cosigner, MlDsaSigner, Signer, join_note, mldsa_supported, tree_head
from fairplace.witness.client import request

ORIGIN = "log.council.example/commissioning"
LOG = Signer(ORIGIN, b"\x01" * 32)
LOG_MLDSA = MlDsaSigner(ORIGIN, b"\x01" * 32) if mldsa_supported() else None
LOG_KEYS = [LOG.vkey, *([LOG_MLDSA.vkey] if LOG_MLDSA else [])]
NEXT = Signer(ORIGIN, b"\x11" * 32)
STRANGER = Signer(ORIGIN, b"\x7f" * 32)
NOW = 1_795_320_003


class Tree:
    """Leaves by number; a fork has others from `forked_at` on."""

    def __init__(self, forked_at: int | None = None, *, face: str = "b") -> None:
        self._forked_at = forked_at
        self._face = face

    def node(self, level: int, index: int) -> bytes:
        if level:
            return tree.node_hash(self.node(level - 1, 2 * index), self.node(level - 1, 2 * index + 1))
        forked = self._forked_at is not None and index >= self._forked_at
        return tree.leaf_hash(f"{self._face if forked else 'a'}{index}".encode())

    def root(self, size: int) -> bytes:
        return tree.subtree_root(0, size, self.node)

    def proof(self, old: int, new: int) -> list[bytes]:
        return tree.consistency_proof(old, new, self.node) if old else []

    def note(self, size: int, *signers: Signer, origin: str = ORIGIN, root: bytes | None = None) -> bytes:
        """A checkpoint of this size, signed by the log unless others are given."""
        found = Checkpoint(origin, size, self.root(size) if root is None else root)
        if not signers:
            return found.sign(LOG, LOG_MLDSA, NOW).note
        return join_note(found.text, [who.line(found.text) for who in signers])

    def ask(self, old: int, new: int) -> bytes:
        """The body of an honest request."""
        return request(old, self.proof(old, new), self.note(new))


def head(note: bytes) -> tuple[str, int, bytes]:
    return tree_head(note.partition(b"\n\n")[0] + b"\n")


def cosigner(name: str) -> Cosigner:
    return Cosigner(name, hashlib.sha256(name.encode()).digest())
