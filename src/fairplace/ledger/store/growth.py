"""How the stored tree grows: the head's frontier, and the node hashes that proofs and tiles are read from.

Kept are the leaves and the roots of full subtrees at levels 8, 16, 24 and so on: one hash for 256 below. A node between
is computed from at most 128 kept ones, so that a proof in a log of a million entries takes some five hundred hashes.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from fairplace.errors import Missing
from fairplace.ledger.tree import EMPTY_ROOT, HASH_BYTES, Node, node_hash

STRIDE = 8
"""Levels from one kept level to the next; a tile is as high (wire format, section 10)."""

_sha256 = hashlib.sha256


class Kept(NamedTuple):
    level: int
    number: int
    hash: bytes


class Grown(NamedTuple):
    frontier: bytes
    root: bytes
    kept: list[Kept]


def grow(frontier: bytes, leaves: Iterable[bytes]) -> Grown:
    """The frontier (in the bytes of `tree.Frontier`) with these leaves behind it, and the nodes to keep."""
    size = int.from_bytes(frontier[:8])
    peaks = [frontier[i : i + HASH_BYTES] for i in range(8, len(frontier), HASH_BYTES)]
    kept = []
    for leaf in leaves:
        at, level, value = size, 0, leaf
        while at & 1:
            value = _sha256(b"\1" + peaks.pop() + value).digest()
            at >>= 1
            level += 1
            if not level % STRIDE:
                kept.append(Kept(level, at, value))
        peaks.append(value)
        size += 1
    root = peaks[-1] if peaks else EMPTY_ROOT
    for peak in peaks[-2::-1]:
        root = _sha256(b"\1" + peak + root).digest()
    return Grown(size.to_bytes(8) + b"".join(peaks), root, kept)


def nodes(fetch: Callable[[int, int, int], Sequence[bytes]]) -> Node:
    """A getter of any full subtree's root; `fetch(level, start, stop)` reads the hashes of a kept level."""

    def node(level: int, index: int) -> bytes:
        above = level % STRIDE
        start, width = index << above, 1 << above
        hashes = fetch(level - above, start, start + width)
        if len(hashes) != width:
            raise Missing(f"there is no full subtree at level {level}, index {index} yet")
        while len(hashes) > 1:
            hashes = [node_hash(hashes[i], hashes[i + 1]) for i in range(0, len(hashes), 2)]
        return hashes[0]

    return node
