import random
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fairplace.errors import Malformed, Missing, Unproven
from fairplace.ledger import tiles, tree
from fairplace.ledger.tiles import Tile, TileReader
from tests.matrix import many

SIZE = 70_000
LEAVES = [tree.leaf_hash(i.to_bytes(4)) for i in range(SIZE)]


def leaves(start: int, stop: int) -> Sequence[bytes]:
    return LEAVES[start:stop]


def grown_in_steps(sizes: list[int]) -> dict[str, bytes]:
    """The files of a log that was published at each of these sizes in turn."""
    files: dict[str, bytes] = {}
    for old, new in zip([0, *sizes], sizes, strict=False):
        files |= dict(tiles.grow_tiles(old, new, leaves, files.get))
    return files


@pytest.fixture(scope="module")
def published() -> dict[str, bytes]:
    return grown_in_steps([SIZE])


@pytest.mark.parametrize(
    ("n", "path"),
    [
        (0, "000"),
        (5, "005"),
        (67, "067"),
        (999, "999"),
        (1_000, "x001/000"),
        (1_234_067, "x001/x234/067"),
        (10**9, "x001/x000/x000/000"),
    ],
)
def test_numbers_are_grouped_by_three_digits(n: int, path: str) -> None:
    assert tiles.group(n) == path
    assert tiles.disclosures_path(n) == f"disclosures/{path}"


def test_paths_are_those_of_tlog_tiles() -> None:
    assert tiles.tile_path(0, 1_234_067) == "tile/0/x001/x234/067"
    assert tiles.tile_path(1, 0, 17) == "tile/1/000.p/17"
    assert tiles.entries_path(273, 112) == "tile/entries/273.p/112"
    assert tiles.entries_path(272, 256) == "tile/entries/272"
    for width in (0, -1, 257):
        with pytest.raises(Malformed):
            tiles.tile_path(0, 0, width)


def test_a_log_of_70_000_has_the_tiles_of_the_example() -> None:
    grown = tiles.grown_tiles(0, SIZE)
    assert [tile for tile in grown if tile.width < 256 or tile.level] == [
        Tile(0, 273, 112),
        Tile(1, 0, 256),
        Tile(1, 1, 17),
        Tile(2, 0, 1),
    ]
    assert len(grown) == 273 + 4


def test_nothing_grows_from_nothing() -> None:
    assert tiles.grown_tiles(0, 0) == tiles.grown_tiles(300, 300) == tiles.grown_bundles(256, 256) == []
    assert tiles.grown_bundles(255, 256) == [(0, 256)]
    assert tiles.grown_bundles(256, 257) == [(1, 1)]
    assert tiles.grown_bundles(100, 600) == [(0, 256), (1, 256), (2, 88)]


def test_every_tile_holds_the_roots_of_the_subtrees_below_it(published: dict[str, bytes]) -> None:
    def node(level: int, index: int) -> bytes:
        return tree.root(LEAVES[index << level : (index + 1) << level])

    grown = tiles.grown_tiles(0, SIZE)
    assert [tile.path for tile in grown] == list(published)
    for tile in [*random.Random(1).sample(grown[:274], 12), Tile(1, 1, 17), Tile(2, 0, 1)]:
        assert published[tile.path] == tiles.tile_bytes(tile, node)


@settings(max_examples=many(40))
@given(st.lists(st.integers(1, SIZE), min_size=1, max_size=5).map(sorted))
def test_a_log_that_grew_in_steps_has_the_tiles_of_one_that_grew_at_once(sizes: list[int]) -> None:
    stepped = grown_in_steps(sizes)
    for path, content in grown_in_steps([sizes[-1]]).items():
        assert stepped[path] == content


def test_growing_one_by_one_across_a_full_tile() -> None:
    stepped = grown_in_steps([*range(1, 520), *range(65_530, 65_545)])
    at_once = grown_in_steps([65_544])
    assert {path: stepped[path] for path in at_once} == at_once


@pytest.mark.parametrize("size", [1, 2, 255, 256, 257, 513, 65_535, 65_536, 65_537, SIZE])
def test_proofs_are_made_from_published_tiles(size: int) -> None:
    reader = TileReader(grown_in_steps([size]).get, size)
    root = tree.root(LEAVES[:size])
    chosen = random.Random(size)
    for index in {0, size - 1, size // 2, *(chosen.randrange(size) for _ in range(20))}:
        tree.verify_inclusion(LEAVES[index], index, size, tree.inclusion_proof(index, size, reader.node), root)
        proof = tree.consistency_proof(index + 1, size, reader.node)
        tree.verify_consistency(index + 1, size, tree.root(LEAVES[: index + 1]), root, proof)
    assert tree.subtree_root(0, size, reader.node) == root
    assert reader.leaves(0, size)[-1] == LEAVES[size - 1]


def test_a_reader_takes_the_full_tile_where_the_partial_one_is_gone(published: dict[str, bytes]) -> None:
    full_only = {path: content for path, content in published.items() if ".p/" not in path}
    reader = TileReader(full_only.get, 300 * 200)
    assert tree.subtree_root(0, 256 * 234, reader.node) == tree.root(LEAVES[: 256 * 234])
    assert reader.leaves(59_990, 60_000) == LEAVES[59_990:60_000]


def test_a_reader_asks_for_nothing_outside_the_log(published: dict[str, bytes]) -> None:
    reader = TileReader(published.get, SIZE)
    for level, index in ((0, SIZE), (17, 0), (4, SIZE >> 4)):
        with pytest.raises(Malformed, match="no full subtree"):
            reader.node(level, index)
    with pytest.raises(Malformed):
        list(reader.entries(5, SIZE + 1))


def test_a_missing_or_short_tile_is_told() -> None:
    with pytest.raises(Missing, match="tile/0/000"):
        TileReader({}.get, 3).node(0, 0)
    with pytest.raises(Unproven, match="64 bytes"):
        TileReader({"tile/0/000.p/3": bytes(64)}.get, 3).node(0, 0)
    with pytest.raises(Missing, match="entries"):
        TileReader({}.get, 3).entry(0)


def test_entries_are_read_from_a_folder(tmp_path: Path) -> None:
    entries = [f"entry {i}".encode() for i in range(600)]
    for n, width in tiles.grown_bundles(0, 600):
        path = tmp_path / tiles.entries_path(n, width)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(tiles.bundle(entries[n * 256 : n * 256 + width]))
    reader = TileReader(tmp_path, 600)
    assert list(reader.entries()) == entries
    assert list(reader.entries(250, 520)) == entries[250:520]
    assert list(reader.entries(600)) == []
    assert reader.entry(599) == entries[599]
    # An older, smaller log is read from the same files.
    assert list(TileReader(tmp_path, 300).entries()) == entries[:300]
    with pytest.raises(Missing):
        list(TileReader(tmp_path, 601).entries())


@given(st.lists(st.binary(max_size=300), max_size=12))
def test_bundles_are_split_as_they_were_made(entries: list[bytes]) -> None:
    assert tiles.split_bundle(tiles.bundle(entries)) == entries


@given(st.lists(st.binary(min_size=1, max_size=40), min_size=1, max_size=4), st.data())
def test_a_bundle_cut_within_an_entry_is_refused(entries: list[bytes], data: st.DataObject) -> None:
    whole = tiles.bundle(entries)
    cut = whole[: -data.draw(st.integers(1, len(entries[-1]) + 1))]
    with pytest.raises(Malformed, match="ends within entry"):
        tiles.split_bundle(cut)


@pytest.mark.parametrize("count", [2, 4])
def test_a_bundle_with_too_few_or_too_many_entries_is_refused(count: int) -> None:
    bundle = tiles.bundle([b"x"] * count)
    with pytest.raises(Unproven, match="3 are expected"):
        list(TileReader({"tile/entries/000.p/3": bundle}.get, 3).entries())
