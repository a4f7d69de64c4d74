"""The published tree: tiles of 256 hashes and bundles of 256 entries (wire format, section 10; C2SP tlog-tiles).

- A tile at level L holds the roots of the full subtrees of `256**L` leaves.
- A partial tile is a prefix of the full one; full tiles never change.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from fairplace.errors import Malformed, Missing, Unproven
from fairplace.ledger.tree import HASH_BYTES, Node, node_hash, root

WIDTH = 256

Fetch = Callable[[str], bytes | None]
"""Gives the bytes of a published file by its path, or None where there is none."""


def group(n: int) -> str:
    """The number in groups of three digits, all but the last behind an x: 1234067 is `x001/x234/067`."""
    digits = str(n)
    digits = digits.zfill(-(-len(digits) // 3) * 3)
    *rest, last = (digits[i : i + 3] for i in range(0, len(digits), 3))
    return "".join(f"x{part}/" for part in rest) + last


def _path(folder: str, n: int, width: int) -> str:
    if not 1 <= width <= WIDTH:
        raise Malformed(f"a tile of width {width} was asked for; widths are 1 to {WIDTH}")
    return f"tile/{folder}/{group(n)}" + ("" if width == WIDTH else f".p/{width}")


def tile_path(level: int, n: int, width: int = WIDTH) -> str:
    return _path(str(level), n, width)


def entries_path(n: int, width: int = WIDTH) -> str:
    return _path("entries", n, width)


def disclosures_path(index: int) -> str:
    """Where the openings in effect of the entry at this index are published."""
    return f"disclosures/{group(index)}"


class Tile(NamedTuple):
    level: int
    n: int
    width: int

    @property
    def path(self) -> str:
        return tile_path(*self)


def bundle(entries: Iterable[bytes]) -> bytes:
    """Entries behind their 16-bit lengths."""
    return b"".join(len(entry).to_bytes(2) + entry for entry in entries)


def split_bundle(data: bytes) -> list[bytes]:
    entries: list[bytes] = []
    at = 0
    while at < len(data):
        start = at + 2
        at = start + int.from_bytes(data[at:start])
        if at > len(data) or start > len(data):
            raise Malformed(f"an entry bundle of {len(data)} bytes ends within entry {len(entries)}")
        entries.append(data[start:at])
    return entries


# Writing


def grown_bundles(old_size: int, new_size: int) -> list[tuple[int, int]]:
    """The bundles (number, width) that a log of the new size needs and one of the old size did not have."""
    if old_size == new_size:
        return []
    grown = [(n, WIDTH) for n in range(old_size // WIDTH, new_size // WIDTH)]
    return [*grown, (new_size // WIDTH, new_size % WIDTH)] if new_size % WIDTH else grown


def grown_tiles(old_size: int, new_size: int) -> list[Tile]:
    """The tiles that a log of the new size needs and one of the old size did not have, the lowest level first."""
    tiles = []
    level = 0
    while old_size < new_size:
        tiles += [Tile(level, n, width) for n, width in grown_bundles(old_size, new_size)]
        level, old_size, new_size = level + 1, old_size // WIDTH, new_size // WIDTH
    return tiles


def tile_bytes(tile: Tile, node: Node) -> bytes:
    """The content of a tile, by a getter of node hashes."""
    first = tile.n * WIDTH
    return b"".join(node(8 * tile.level, first + i) for i in range(tile.width))


def grow_tiles(
    old_size: int, new_size: int, leaves: Callable[[int, int], Sequence[bytes]], published: Fetch
) -> Iterator[tuple[str, bytes]]:
    """Path and content of each tile in `grown_tiles`, in that order.

    `leaves(start, stop)` gives leaf hashes; the higher levels are carried on from the tiles published at the old size,
    so the work grows with what is new and not with the log.
    """
    level = 0
    hashes = leaves
    while old_size < new_size:
        above: list[bytes] = []
        for n, width in grown_bundles(old_size, new_size):
            content = b"".join(hashes(n * WIDTH, n * WIDTH + width))
            if len(content) != width * HASH_BYTES:
                raise Malformed(f"{len(content)} bytes of hashes came for a tile of width {width}")
            if width == WIDTH:
                above.append(_tile_root(content))
            yield tile_path(level, n, width), content
        level, old_size, new_size = level + 1, old_size // WIDTH, new_size // WIDTH
        if old_size < new_size:
            hashes = _carried_on(level, old_size, above, published)


def _carried_on(level: int, old_size: int, new: Sequence[bytes], published: Fetch) -> Callable[[int, int], list[bytes]]:
    """The hashes of one level from the start of its last tile: those published before, and the new ones."""
    first = old_size - old_size % WIDTH
    known = [*_hashes(_fetch_tile(published, level, old_size // WIDTH, old_size % WIDTH)), *new]
    return lambda start, stop: known[start - first : stop - first]


def _fetch_tile(fetch: Fetch, level: int, n: int, width: int) -> bytes:
    """A tile cut to this width; where the partial file is gone, the full one has the same beginning."""
    if not width:
        return b""
    data = fetch(tile_path(level, n, width))
    if data is None and width < WIDTH and (full := fetch(tile_path(level, n))) is not None:
        data = full[: width * HASH_BYTES]
    if data is None:
        raise Missing(f"the tile {tile_path(level, n, width)} is not there")
    if len(data) != width * HASH_BYTES:
        raise Unproven(
            f"the tile {tile_path(level, n, width)} has {len(data)} bytes; {width * HASH_BYTES} are expected"
        )
    return data


def _hashes(data: bytes) -> list[bytes]:
    return [data[i : i + HASH_BYTES] for i in range(0, len(data), HASH_BYTES)]


def _tile_root(content: bytes) -> bytes:
    return root(_hashes(content))


# Reading


class TileReader:
    """A published log of a known size, read file by file.

    Nothing read here is proved by itself: a proof made of these hashes is, once it leads to a signed root.
    """

    def __init__(self, source: Path | Fetch, size: int) -> None:
        self.size = size
        self._fetch = folder(source) if isinstance(source, Path) else source
        self._tile = lru_cache(maxsize=512)(self._load_tile)

    def node(self, level: int, index: int) -> bytes:
        """The root of the full subtree at (level, index): what `tree` asks for when it makes a proof."""
        if (index + 1) << level > self.size:
            raise Malformed(f"there is no full subtree at level {level}, index {index} in a log of {self.size}")
        tile_level, inner = divmod(level, 8)
        n, offset = divmod(index << inner, WIDTH)
        hashes = self._tile(tile_level, n)[offset : offset + (1 << inner)]
        while len(hashes) > 1:
            hashes = [node_hash(hashes[i], hashes[i + 1]) for i in range(0, len(hashes), 2)]
        return hashes[0]

    def leaves(self, start: int, stop: int) -> list[bytes]:
        return [self._tile(0, i // WIDTH)[i % WIDTH] for i in range(start, stop)]

    def entries(self, start: int = 0, stop: int | None = None) -> Iterator[bytes]:
        """The raw entries from `start` on."""
        stop = self.size if stop is None else stop
        if not 0 <= start <= stop <= self.size:
            raise Malformed(f"entries {start} to {stop} of a log of {self.size} were asked for")
        for n in range(start // WIDTH, -(-stop // WIDTH)):
            first = n * WIDTH
            yield from self._bundle(n)[max(start - first, 0) : stop - first]

    def entry(self, index: int) -> bytes:
        return next(self.entries(index, index + 1))

    def _width(self, n: int, count: int) -> int:
        return min(WIDTH, count - n * WIDTH)

    def _load_tile(self, level: int, n: int) -> list[bytes]:
        return _hashes(_fetch_tile(self._fetch, level, n, self._width(n, self.size >> 8 * level)))

    def _bundle(self, n: int) -> list[bytes]:
        width = self._width(n, self.size)
        data = self._fetch(entries_path(n, width))
        partial = data is None and width < WIDTH
        if partial:
            data = self._fetch(entries_path(n))
        if data is None:
            raise Missing(f"the entry bundle {entries_path(n, width)} is not there")
        entries = split_bundle(data)
        if len(entries) < width or (len(entries) > width and not partial):
            raise Unproven(
                f"the entry bundle {entries_path(n, width)} has {len(entries)} entries; {width} are expected"
            )
        return entries[:width]


def folder(path: Path) -> Fetch:
    """The published files of a folder."""

    def fetch(name: str) -> bytes | None:
        try:
            return (path / name).read_bytes()
        except (FileNotFoundError, NotADirectoryError):
            return None

    return fetch
