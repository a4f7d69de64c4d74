"""What a store gives back: the contract that every engine keeps."""

import random

import pytest

from fairplace.errors import Missing, Unproven
from fairplace.ledger import tree
from fairplace.ledger.store.port import Published, Store
from tests.ledger.store.build import LOG, Streams, leaves, opening, submission


@pytest.fixture
def write() -> Streams:
    return Streams()


def test_entries_come_back_byte_for_byte_in_log_order(store: Store, write: Streams) -> None:
    raw = [bytes([i % 256]) * (i * 61 % 5_000 + 1) for i in range(1_203)] + [random.Random(1).randbytes(65_535)]
    store.append(LOG, [write.one(raw=data) for data in raw])
    assert [(stored.index, stored.raw) for stored in store.entries(LOG)] == list(enumerate(raw))
    assert [stored.index for stored in store.entries(LOG, 499, 502)] == [499, 500, 501]
    assert [stored.index for stored in store.entries(LOG, 1_200, 9_999)] == [1_200, 1_201, 1_202, 1_203]
    assert list(store.entries(LOG, 5, 5)) == list(store.entries(LOG, 9_999)) == []


def test_reading_goes_on_while_others_write(store: Store, write: Streams) -> None:
    store.append(LOG, write.many(1_200))
    reading = store.entries(LOG)
    first = next(reading)
    store.append(LOG, write.many(1))
    assert [first.index, *(stored.index for stored in reading)] == list(range(1_200))


def test_a_case_is_read_with_its_sealed_deposits(store: Store, write: Streams) -> None:
    store.append(
        LOG,
        [
            write.one("case-1"),
            write.one("case-2"),
            write.one("deposit", "deposit.received/1", case="case-1"),
            write.one("cover", "deposit.received/1", case=None),
            write.one("case-1"),
        ],
    )
    assert [(stored.index, stored.case) for stored in store.case_entries(LOG, "case-1")] == [
        (0, "case-1"), (2, "case-1"), (4, "case-1"),
    ]  # fmt: skip
    assert [stored.index for stored in store.case_entries(LOG, "case-1", stop=4)] == [0, 2]
    assert [stored.case for stored in store.entries(LOG, 3, 4)] == [None]
    assert store.case_entries(LOG, "case-9") == []
    assert store.cases(LOG) == ["case-1", "case-2"]


@pytest.mark.parametrize("count", [40, 1_400])
def test_entries_of_a_type_come_in_log_order_from_where_one_asks(store: Store, write: Streams, count: int) -> None:
    types = [f"case.noted-{i % 3}/1" for i in range(count)]
    store.append(LOG, [write.one(f"case-{i * 7 % 11}", kind) for i, kind in enumerate(types)])
    for start, stop in ((0, None), (7, None), (5, 31), (count - 3, count), (9, 3)):
        expected = [i for i in range(count)[start:stop] if types[i] in {"case.noted-0/1", "case.noted-2/1"}]
        found = store.of_types(LOG, ["case.noted-2/1", "case.noted-0/1", "never/1"], start, stop)
        assert [stored.index for stored in found] == expected


def test_an_entry_is_found_by_its_leaf(store: Store, write: Streams) -> None:
    batch = write.many(5)
    store.append(LOG, batch)
    found = store.by_leaf(LOG, batch[3].entries[0].leaf)
    assert found is not None
    assert (found.index, found.raw) == (3, batch[3].entries[0].raw)
    assert store.by_leaf(LOG, bytes(32)) is None
    assert store.by_leaf("log.x.example/y", batch[3].entries[0].leaf) is None


def test_openings_come_back_by_entry_and_slot(store: Store, write: Streams) -> None:
    price, reason = opening("/price", {"pence": 12}), opening("/reason", ["höher", None])
    store.append(LOG, [write.one(), write.one(openings=(reason, price)), write.one()])
    held = store.openings(LOG, [0, 1, 2, 77])
    assert held == {1: {"/price": price, "/reason": reason}}
    assert store.openings(LOG, []) == {}


@pytest.mark.parametrize("size", [*range(1, 34), 255, 256, 257, 511, 512, 700])
def test_nodes_give_the_proofs_of_the_plain_tree(store: Store, write: Streams, size: int) -> None:
    batch = write.many(size)
    store.append(LOG, batch[: size // 2])
    store.append(LOG, batch[size // 2 :])
    hashes, node, root = leaves(batch), store.node(LOG), store.head(LOG).root
    assert root == tree.root(hashes)
    for index in {0, size // 3, size - 1}:
        proof = tree.inclusion_proof(index, size, node)
        tree.verify_inclusion(hashes[index], index, size, proof, root)
    for old in {1, size // 2 or 1, size}:
        proof = tree.consistency_proof(old, size, node)
        tree.verify_consistency(old, size, tree.root(hashes[:old]), root, proof)


def test_nodes_above_the_tiles_are_those_of_the_plain_tree(store: Store, write: Streams) -> None:
    batch = write.many(1_024)
    store.append(LOG, batch)
    node, hashes = store.node(LOG), leaves(batch)
    for level in range(11):
        width = 1 << level
        for index in {0, 1_024 // width - 1}:
            assert node(level, index) == tree.root(hashes[index * width : (index + 1) * width])
    with pytest.raises(Missing, match="no full subtree at level 10, index 1"):
        node(10, 1)


def test_a_checkpoint_is_stored_by_compare_and_swap(store: Store, write: Streams) -> None:
    def signed(size: int, note: bytes = b"note") -> Published:
        return Published(size=size, root=tree.root(hashes[:size]), note=note)

    batch = [write.one() for _ in range(9)]
    hashes = leaves(batch)
    store.append(LOG, batch)
    assert store.put_checkpoint(LOG, None, signed(3))
    assert not store.put_checkpoint(LOG, None, signed(5))
    assert not store.put_checkpoint(LOG, signed(2), signed(5))
    assert not store.put_checkpoint(LOG, Published(size=3, root=bytes(32), note=b""), signed(5))
    assert store.put_checkpoint(LOG, signed(3), signed(5))
    assert store.put_checkpoint(LOG, signed(5), signed(5, b"afresh"))
    assert [(one.size, one.note) for one in store.checkpoints(LOG)] == [(3, b"note"), (5, b"note"), (5, b"afresh")]
    assert store.last_checkpoint(LOG) == signed(5, b"afresh")
    with pytest.raises(Unproven, match="size 10 came"):
        store.put_checkpoint(LOG, signed(5), Published(size=10, root=bytes(32), note=b""))
    with pytest.raises(Unproven, match="size 3 came"):
        store.put_checkpoint(LOG, signed(5), signed(3))
    with pytest.raises(Unproven, match="two faces"):
        store.put_checkpoint(LOG, signed(5), Published(size=5, root=bytes(32), note=b""))


def test_a_submission_of_many_entries_is_found_whole_by_its_key(store: Store, write: Streams) -> None:
    store.append(LOG, write.many(2))
    many = submission(*(write.entry() for _ in range(300)))
    store.append(LOG, [many])
    found = store.by_key(LOG, many.key)
    assert found is not None
    assert (found.indexes, found.size) == (tuple(range(2, 302)), 302)
