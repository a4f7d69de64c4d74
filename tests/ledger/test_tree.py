from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairplace.errors import Malformed, Unproven
from fairplace.ledger import tree
from fairplace.ledger.tree import Frontier

# The reference leaves and roots of RFC 6962 that every implementation of it carries.
REFERENCE_LEAVES = [
    bytes.fromhex(text)
    for text in ("", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f")
]
REFERENCE_ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
SIZES = 300
LEAVES = [tree.leaf_hash(i.to_bytes(2)) for i in range(SIZES)]


def half(width: int) -> int:
    """The largest power of two below the width, by counting up."""
    k = 1
    while k * 2 < width:
        k *= 2
    return k


@cache
def naive_root(start: int, end: int) -> bytes:
    """MTH of RFC 6962, section 2.1, word for word."""
    if start == end:
        return tree.EMPTY_ROOT
    if end - start == 1:
        return LEAVES[start]
    middle = start + half(end - start)
    return tree.node_hash(naive_root(start, middle), naive_root(middle, end))


def naive_path(index: int, start: int, end: int) -> list[bytes]:
    """PATH of RFC 6962, section 2.1.1, word for word."""
    if end - start == 1:
        return []
    middle = start + half(end - start)
    if index < middle:
        return [*naive_path(index, start, middle), naive_root(middle, end)]
    return [*naive_path(index, middle, end), naive_root(start, middle)]


def naive_subproof(old: int, start: int, end: int, *, whole: bool) -> list[bytes]:
    """SUBPROOF of RFC 6962, section 2.1.2, word for word; `old` counts from the first leaf of the log."""
    if old == end:
        return [] if whole else [naive_root(start, end)]
    middle = start + half(end - start)
    if old <= middle:
        return [*naive_subproof(old, start, middle, whole=whole), naive_root(middle, end)]
    return [*naive_subproof(old, middle, end, whole=False), naive_root(start, middle)]


def node(level: int, index: int) -> bytes:
    start, end = index << level, (index + 1) << level
    assert end <= SIZES, "only full subtrees may be asked for"
    return naive_root(start, end)


def flipped(value: bytes) -> bytes:
    return bytes([value[0] ^ 1]) + value[1:]


def test_the_reference_roots_of_rfc_6962() -> None:
    leaves = [tree.leaf_hash(data) for data in REFERENCE_LEAVES]
    assert [tree.root(leaves[:size]).hex() for size in range(1, 9)] == REFERENCE_ROOTS


def test_every_inclusion_proof_is_the_naive_one_and_verifies() -> None:
    for size in range(1, SIZES + 1):
        root = naive_root(0, size)
        for index in range(size):
            proof = tree.inclusion_proof(index, size, node)
            assert proof == naive_path(index, 0, size)
            tree.verify_inclusion(LEAVES[index], index, size, proof, root)


def test_every_consistency_proof_is_the_naive_one_and_verifies() -> None:
    for new in range(1, SIZES + 1):
        for old in range(1, new + 1):
            proof = tree.consistency_proof(old, new, node)
            assert proof == naive_subproof(old, 0, new, whole=True)
            tree.verify_consistency(old, new, naive_root(0, old), naive_root(0, new), proof)


def test_every_broken_inclusion_proof_is_refused() -> None:
    for size in range(1, 34):
        root = naive_root(0, size)
        for index in range(size):
            leaf, proof = LEAVES[index], naive_path(index, 0, size)
            broken = [
                (flipped(leaf), index, size, proof, root),
                (leaf, index, size, proof, flipped(root)),
                (leaf, index, size, [*proof, root], root),
                (leaf, index, size, [root, *proof], root),
                (leaf, size, size, proof, root),
                (leaf, -1, size, proof, root),
                (leaf, index, size, proof, root[:31]),
                (b"", index, size, proof, root),
                *((leaf, other, size, proof, root) for other in range(size) if other != index),
                *(
                    (leaf, index, size, [*proof[:i], flipped(proof[i]), *proof[i + 1 :]], root)
                    for i in range(len(proof))
                ),
                *((leaf, index, size, [*proof[:i], *proof[i + 1 :]], root) for i in range(len(proof))),
                *((leaf, index, size, [*proof[:i], proof[i][:31], *proof[i + 1 :]], root) for i in range(len(proof))),
                *(
                    (leaf, index, size, [*proof[:i], proof[i] + b"\0", *proof[i + 1 :]], root)
                    for i in range(len(proof))
                ),
            ]
            for case in broken:
                with pytest.raises(Unproven):
                    tree.verify_inclusion(*case)


def test_every_broken_consistency_proof_is_refused() -> None:
    for new in range(1, 34):
        for old in range(1, new + 1):
            before, after = naive_root(0, old), naive_root(0, new)
            proof = naive_subproof(old, 0, new, whole=True)
            broken = [
                (old, new, flipped(before), after, proof),
                (old, new, before, flipped(after), proof),
                (old, new, before, after, [*proof, after]),
                (old, new, before, after, [before, *proof]),
                (0, new, tree.EMPTY_ROOT, after, []),
                (0, new, tree.EMPTY_ROOT, after, proof),
                (new + 1, new, before, after, proof),
                (old, new, before[:31], after, proof),
                *(
                    (old, new, before, after, [*proof[:i], flipped(proof[i]), *proof[i + 1 :]])
                    for i in range(len(proof))
                ),
                *((old, new, before, after, [*proof[:i], *proof[i + 1 :]]) for i in range(len(proof))),
                *((old, new, before, after, [*proof[:i], proof[i][:31], *proof[i + 1 :]]) for i in range(len(proof))),
            ]
            for case in broken:
                with pytest.raises(Unproven):
                    tree.verify_consistency(*case)


def test_nothing_is_proved_of_an_empty_log() -> None:
    with pytest.raises(Unproven):
        tree.verify_inclusion(LEAVES[0], 0, 0, [], tree.EMPTY_ROOT)
    with pytest.raises(Unproven):
        tree.verify_consistency(0, 0, tree.EMPTY_ROOT, tree.EMPTY_ROOT, [])
    with pytest.raises(Malformed):
        tree.inclusion_proof(0, 0, node)
    with pytest.raises(Malformed):
        tree.consistency_proof(0, 1, node)


def test_two_roots_of_one_size_are_two_faces() -> None:
    with pytest.raises(Unproven, match="two faces"):
        tree.verify_consistency(5, 5, naive_root(0, 5), naive_root(1, 6), [])


def test_roots_that_are_no_hashes_prove_nothing_even_when_they_are_equal() -> None:
    with pytest.raises(Unproven, match="12 bytes"):
        tree.verify_consistency(5, 5, bytes(12), bytes(12), [])


@given(st.integers(0, SIZES))
def test_a_stored_frontier_grows_on_as_if_it_had_never_been_stored(size: int) -> None:
    frontier = Frontier()
    for leaf in LEAVES[:size]:
        frontier.append(leaf)
    stored = Frontier.from_bytes(frontier.to_bytes())
    fork = stored.copy()
    for leaf in LEAVES[size:]:
        stored.append(leaf)
    assert (frontier.size, frontier.root()) == (fork.size, fork.root()) == (size, naive_root(0, size))
    assert (stored.size, stored.root()) == (SIZES, naive_root(0, SIZES))


@pytest.mark.parametrize(
    "data", [b"", bytes(7), bytes(8) + bytes(32), (1).to_bytes(8), (3).to_bytes(8) + bytes(32), bytes(9)]
)
def test_a_damaged_frontier_is_refused(data: bytes) -> None:
    with pytest.raises(Malformed):
        Frontier.from_bytes(data)


def test_a_leaf_hash_must_be_a_hash() -> None:
    with pytest.raises(Malformed):
        Frontier().append(b"entry")
