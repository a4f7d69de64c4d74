"""The published files of the log, as any outsider reads them.

- The pages of the log read nothing else, so they cannot show what was not published.
- The newest checkpoint is read first: whatever it covers is already there.
- Paths are made from numbers and never from what somebody sent.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from fairplace.errors import Missing
from fairplace.ledger import paper, proof, tiles
from fairplace.ledger.disclosure import Opening, parse_opening
from fairplace.ledger.entry import parse
from fairplace.ledger.note import parse_note, tree_head
from fairplace.ledger.tree import inclusion_proof, subtree_root


class Published:
    """A folder in the published layout (wire format, section 10)."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._reader = tiles.TileReader(folder, 0)
        self._keys: tuple[int, list[int]] = (
            0,
            [],
        )  # how many entries were looked through for those of the key register

    def checkpoint(self) -> bytes | None:
        """The newest signed statement of the log; None before the first."""
        try:
            return (self._folder / "checkpoint").read_bytes()
        except FileNotFoundError:
            return None

    def past(self, size: int) -> bytes:
        """The checkpoint that was published at a size. Raises Missing."""
        try:
            return (self._folder / f"checkpoints/{size}").read_bytes()
        except FileNotFoundError as error:
            raise Missing(f"no checkpoint of size {size} was published") from error

    def size(self) -> int:
        """How many entries are published."""
        note = self.checkpoint()
        return _size(note) if note else 0

    def paper(self) -> str:
        """The newest checkpoint in five lines, for the foot of a printed page; empty before the first."""
        note = self.checkpoint()
        return paper.printed(note) if note else ""

    def earlier(self, most: int) -> Iterator[bytes]:
        """The newest checkpoints, newest first."""
        folder = self._folder / "checkpoints"
        sizes = sorted((int(path.name) for path in folder.glob("[0-9]*") if path.name.isdigit()), reverse=True)
        return ((folder / str(size)).read_bytes() for size in sizes[:most])

    def entries(self, start: int, stop: int) -> list[bytes]:
        """Entries `start` to `stop` (excluded), as far as they are published."""
        size = self.size()
        start = min(start, size)
        return list(self._tiles(size).entries(start, min(max(stop, start), size)))

    def entry(self, index: int) -> bytes:
        """The bytes of one entry, exactly as signed."""
        found = self.entries(index, index + 1)
        if not found:
            raise Missing(f"there is no number {index} in the published record")
        return found[0]

    def disclosures(self, index: int) -> list[str]:
        """The openings of an entry that are public now, as text."""
        try:
            found = (self._folder / tiles.disclosures_path(index)).read_text("ascii").splitlines()
        except FileNotFoundError:
            return []
        return [line.removeprefix("~") for line in found]

    def openings(self, index: int) -> dict[str, Opening]:
        """The same, read."""
        return {opening.slot: opening for opening in map(parse_opening, self.disclosures(index))}

    def proof(self, index: int) -> bytes:
        """The proof file of one entry: all that somebody needs to check it elsewhere."""
        note = self.checkpoint()
        size = _size(note) if note else 0
        if note is None or index >= size:
            raise Missing(f"there is no number {index} in the published record")
        reader = self._tiles(size)
        hashes = inclusion_proof(index, size, reader.node)
        return proof.make(reader.entry(index), self.disclosures(index), index, hashes, note)

    def root(self, size: int) -> bytes:
        """The root over the first entries, from the published tiles. Raises Missing beyond what is published."""
        newest = self.size()
        if not 0 < size <= newest:
            raise Missing(f"the published record has {newest} entries, not {size}")
        return subtree_root(0, size, self._tiles(newest).node)

    def key_register(self) -> list[int]:
        """The places of the entries of the key register. A reader proves each; the list is only where to look."""
        seen, found = self._keys
        size = self.size()
        if size > seen:
            stream = parse(self.entry(0)).envelope.stream
            mark = f',"stream":"{stream}","type":"'.encode()
            fresh = (seen + i for i, raw in enumerate(self.entries(seen, size)) if mark in raw.partition(b"\n\n")[0])
            found = [*found, *(i for i in fresh if parse(self.entry(i)).envelope.stream == stream)]
            self._keys = (size, found)
        return found

    def _tiles(self, size: int) -> tiles.TileReader:
        """A reader for this size; kept while the size stays, because it keeps the tiles it read."""
        if self._reader.size != size:
            self._reader = tiles.TileReader(self._folder, size)
        return self._reader


def _size(note: bytes) -> int:
    """The size that a checkpoint states. Whether its signatures hold is for the reader's own checker to say."""
    text, _ = parse_note(note)
    return tree_head(text)[1]
