"""What was recomputed from the stored rows: the only thing that a checkpoint is ever signed over.

- Every row is hashed from its bytes; the stored leaf, the stored nodes and the head must agree with them.
- The first look reads every row. Later ones read what is new, and of the old rows the next 4,096 in turn:
  all of them, every time, while the log is no longer than that (threat model, attack 8).
"""

from __future__ import annotations

from collections.abc import Callable

from fairplace.errors import Unproven
from fairplace.ledger.note import b64
from fairplace.ledger.store.port import Store, Stored
from fairplace.ledger.tiles import WIDTH, Tile
from fairplace.ledger.tree import Node, leaf_hash, node_hash, root, subtree_root

AGAIN = 16
"""Full blocks of 256 old rows that are read again at every look."""


class ProvedRows:
    def __init__(self, store: Store, log: str, verify: Callable[[Stored], None] | None = None) -> None:
        self.size = 0
        self._store = store
        self._log = log
        self._verify = verify
        self._full: list[bytes] = []  # root of each full block of 256 rows
        self._tail: list[bytes] = []  # leaves after the last full block
        self._higher: dict[tuple[int, int], bytes] = {}
        self._next = 0

    def prove(self, size: int) -> None:
        """Read the rows up to this size. Raises Unproven where they are not what they were, or contradict the store."""
        if size < self.size:
            raise Unproven(f"the store holds {size} entries; {self.size} were there before")
        for _ in range(min(AGAIN, len(self._full))):
            self._next %= len(self._full)
            self._same(self._next, self._full[self._next])
            self._next += 1
        if self._tail and self._leaves(len(self._full) * WIDTH, self.size) != self._tail:
            raise Unproven(f"entries {len(self._full) * WIDTH} to {self.size - 1} are not what they were")
        while self.size < size:
            stop = min(size, (self.size // WIDTH + 1) * WIDTH)
            block = [*self._tail, *self._leaves(self.size, stop, first=True)]
            if stop % WIDTH:
                self._tail = block
            else:
                self._full.append(self._closed(len(self._full), block))
                self._tail = []
            self.size = stop

    def root(self, size: int | None = None) -> bytes:
        """The root of the tree of this size, at most of what was proved."""
        return subtree_root(0, self.size if size is None else size, self.node())

    def node(self) -> Node:
        """A getter of the roots of full subtrees, for proofs; each block that it must read is read once."""
        blocks: dict[int, list[bytes]] = {len(self._full): self._tail}

        def node(level: int, index: int) -> bytes:
            if level >= 8:
                return self._node(level, index)
            n, first = divmod(index << level, WIDTH)
            if n not in blocks:
                blocks[n] = self._leaves(n * WIDTH, (n + 1) * WIDTH)
            return root(blocks[n][first : first + (1 << level)])

        return node

    def block(self, n: int, width: int) -> tuple[list[bytes], list[bytes]]:
        """Entries and leaves of one bundle, as they were proved."""
        is_full = n < len(self._full)
        rows = self._rows(n * WIDTH, n * WIDTH + (WIDTH if is_full else width))
        leaves = [leaf_hash(stored.raw) for stored in rows]
        if (root(leaves) != self._full[n]) if is_full else (leaves != self._tail[:width]):
            raise Unproven(f"entries {n * WIDTH} to {n * WIDTH + width - 1} changed while they were published")
        return [stored.raw for stored in rows[:width]], leaves[:width]

    def tile(self, tile: Tile) -> bytes:
        """A tile above the lowest level."""
        first = tile.n * WIDTH
        return b"".join(self._node(8 * tile.level, first + i) for i in range(tile.width))

    def _node(self, level: int, index: int) -> bytes:
        """The root of a full subtree of at least one block."""
        if level == 8:
            return self._full[index]
        key = (level, index)
        if (value := self._higher.get(key)) is None:
            value = node_hash(self._node(level - 1, 2 * index), self._node(level - 1, 2 * index + 1))
            self._higher[key] = value
        return value

    def _closed(self, n: int, leaves: list[bytes]) -> bytes:
        """The root of a full block: the stored node must be the same."""
        value = root(leaves)
        if (stored := self._store.node(self._log)(8, n)) != value:
            raise Unproven(
                f"the stored node over entries {n * WIDTH} to {n * WIDTH + 255} is {b64(stored)}, not theirs"
            )
        return value

    def _same(self, n: int, expected: bytes) -> None:
        if root(self._leaves(n * WIDTH, (n + 1) * WIDTH)) != expected or self._store.node(self._log)(8, n) != expected:
            raise Unproven(f"entries {n * WIDTH} to {n * WIDTH + 255} are not what they were: restore the last backup")

    def _leaves(self, start: int, stop: int, *, first: bool = False) -> list[bytes]:
        leaves = []
        for stored in self._rows(start, stop):
            leaf = leaf_hash(stored.raw)
            if leaf != stored.leaf:
                raise Unproven(
                    f"entry {stored.index} has the leaf {b64(leaf)}, the store says {b64(stored.leaf)}:"
                    " it was changed; restore the last backup"
                )
            if first and self._verify is not None:
                self._verify(stored)
            leaves.append(leaf)
        return leaves

    def _rows(self, start: int, stop: int) -> list[Stored]:
        rows = list(self._store.entries(self._log, start, stop))
        if [stored.index for stored in rows] != list(range(start, stop)):
            raise Unproven(f"of entries {start} to {stop - 1} only {len(rows)} are there, or out of order")
        return rows
