"""The Merkle tree over the log's entries, with its proofs (RFC 6962, section 2.1; RFC 9162, section 2.1).

- A leaf is hashed behind 0x00, a node behind 0x01: neither can be passed off as the other.
- `node(level, index)` is the root of the full subtree over the leaves `index * 2**level` onwards, `2**level` of them.
- A proof is refused when a hash too many or too few came, when a hash is not 32 bytes, or when the index lies outside.
"""

import hashlib
from collections.abc import Callable, Iterable, Sequence

from fairplace.errors import Malformed, Unproven

Node = Callable[[int, int], bytes]
"""Gives the hash at (level, index); level 0 holds the leaf hashes."""

HASH_BYTES = 32
EMPTY_ROOT = hashlib.sha256().digest()

_sha256 = hashlib.sha256


def leaf_hash(entry: bytes) -> bytes:
    return _sha256(b"\0" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    return _sha256(b"\1" + left + right).digest()


class Frontier:
    """A tree that only grows: its size and the roots of its full subtrees, the widest first."""

    __slots__ = ("_peaks", "size")

    def __init__(self, size: int = 0, peaks: Iterable[bytes] = ()) -> None:
        self.size = size
        self._peaks = list(peaks)
        if size < 0 or len(self._peaks) != size.bit_count() or any(len(peak) != HASH_BYTES for peak in self._peaks):
            raise Malformed(f"a tree of {size} leaves needs {max(size, 0).bit_count()} hashes of 32 bytes")

    def append(self, leaf: bytes) -> None:
        if len(leaf) != HASH_BYTES:
            raise Malformed(f"a leaf hash of {len(leaf)} bytes came; SHA-256 gives 32")
        # Each full pair to the left closes into one node: as many as the size has low one bits.
        at = self.size
        while at & 1:
            leaf = node_hash(self._peaks.pop(), leaf)
            at >>= 1
        self._peaks.append(leaf)
        self.size += 1

    def root(self) -> bytes:
        if not self._peaks:
            return EMPTY_ROOT
        *rest, value = self._peaks
        for peak in reversed(rest):
            value = node_hash(peak, value)
        return value

    def copy(self) -> "Frontier":
        return Frontier(self.size, self._peaks)

    def to_bytes(self) -> bytes:
        """Size in 8 bytes, big-endian, then the hashes."""
        return self.size.to_bytes(8) + b"".join(self._peaks)

    @classmethod
    def from_bytes(cls, data: bytes) -> "Frontier":
        peaks = data[8:]
        if len(data) < 8 or len(peaks) % HASH_BYTES:
            raise Malformed(f"a stored frontier of {len(data)} bytes came; 8 and a multiple of 32 are expected")
        return cls(int.from_bytes(data[:8]), (peaks[i : i + HASH_BYTES] for i in range(0, len(peaks), HASH_BYTES)))


def root(leaves: Iterable[bytes]) -> bytes:
    """The root over leaf hashes (RFC 6962, section 2.1)."""
    frontier = Frontier()
    for leaf in leaves:
        frontier.append(leaf)
    return frontier.root()


def subtree_root(start: int, end: int, node: Node) -> bytes:
    """MTH(D[start:end]) where `start` is a multiple of the smallest power of two not below `end - start`."""
    peaks = []
    while start < end:
        level = (end - start).bit_length() - 1
        peaks.append(node(level, start >> level))
        start += 1 << level
    if not peaks:
        return EMPTY_ROOT
    value = peaks.pop()
    while peaks:
        value = node_hash(peaks.pop(), value)
    return value


def _split(width: int) -> int:
    """The largest power of two smaller than `width`."""
    return 1 << ((width - 1).bit_length() - 1)


def inclusion_proof(index: int, size: int, node: Node) -> list[bytes]:
    """PATH(m, D[n]) of RFC 6962, section 2.1.1: from the leaf's sibling up to the root's child."""
    if not 0 <= index < size:
        raise Malformed(f"entry {index} is outside a log of {size}")
    start, end = 0, size
    proof = []
    while end - start > 1:
        middle = start + _split(end - start)
        if index < middle:
            proof.append(subtree_root(middle, end, node))
            end = middle
        else:
            proof.append(subtree_root(start, middle, node))
            start = middle
    return proof[::-1]


def consistency_proof(old: int, new: int, node: Node) -> list[bytes]:
    """PROOF(m, D[n]) of RFC 6962, section 2.1.2."""
    if not 0 < old <= new:
        raise Malformed(f"there is no consistency proof from size {old} to size {new}")
    start, end = 0, new
    proof = []
    while old < end:
        middle = start + _split(end - start)
        if old <= middle:
            proof.append(subtree_root(middle, end, node))
            end = middle
        else:
            proof.append(subtree_root(start, middle, node))
            start = middle
    if start:  # the old tree's last subtree is unknown to the verifier unless it is the whole old tree
        proof.append(subtree_root(start, end, node))
    return proof[::-1]


def _check_hashes(hashes: Iterable[bytes]) -> None:
    for value in hashes:
        if len(value) != HASH_BYTES:
            raise Unproven(f"a hash of {len(value)} bytes came in a proof; SHA-256 gives 32")


def root_from_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[bytes]) -> bytes:
    """The root that this leaf and this proof give (RFC 9162, section 2.1.3.2, step by step)."""
    if not 0 <= index < size:
        raise Unproven(f"entry {index} is outside a log of {size}")
    _check_hashes((leaf, *proof))
    at, last, value = index, size - 1, leaf
    for step in proof:
        if last == 0:
            raise Unproven("the inclusion proof is longer than the path")
        if at & 1 or at == last:
            value = node_hash(step, value)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            value = node_hash(value, step)
        at, last = at >> 1, last >> 1
    if last:
        raise Unproven("the inclusion proof is shorter than the path")
    return value


def verify_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[bytes], expected: bytes) -> None:
    """Does the leaf stand at this index of the tree with this root? Raises Unproven when it is not shown."""
    _check_hashes((expected,))
    if root_from_inclusion(leaf, index, size, proof) != expected:
        raise Unproven(f"the inclusion proof of entry {index} does not lead to the root of size {size}")


def verify_consistency(old: int, new: int, old_root: bytes, new_root: bytes, proof: Sequence[bytes]) -> None:
    """Is the new tree the old one grown? RFC 9162, section 2.1.4.2, step by step; raises Unproven when not."""
    if not 0 < old <= new:
        raise Unproven(f"nothing proves a log of {new} consistent with one of {old}")
    _check_hashes((old_root, new_root, *proof))
    if old == new:
        if proof:
            raise Unproven("a proof came between two trees of one size; none is needed")
        if old_root != new_root:
            raise Unproven(f"two different roots came for the size {old}: the log shows two faces")
        return
    if not proof:
        raise Unproven(f"an empty proof came from size {old} to size {new}")
    # A full old tree is not in the proof: the verifier holds its root.
    first, *rest = proof if old & (old - 1) else [old_root, *proof]
    at, last = old - 1, new - 1
    while at & 1:
        at, last = at >> 1, last >> 1
    old_value = new_value = first
    for step in rest:
        if last == 0:
            raise Unproven("the consistency proof is longer than the path")
        if at & 1 or at == last:
            old_value, new_value = node_hash(step, old_value), node_hash(step, new_value)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            new_value = node_hash(new_value, step)
        at, last = at >> 1, last >> 1
    if last:
        raise Unproven("the consistency proof is shorter than the path")
    if old_value != old_root:
        raise Unproven(f"the consistency proof does not lead to the root of size {old}")
    if new_value != new_root:
        raise Unproven(f"the consistency proof does not lead to the root of size {new}")
