"""Laws of the checker that hold for every size and every value: trees against a naive one, JSON against RFC 8785."""

from __future__ import annotations

import json
from typing import Any

import pytest
import rfc8785
from hypothesis import assume, example, given
from hypothesis import strategies as st

from fairplace_verify import ENCODER, Falsehood, Tree, check_consistency, read_json, root_from
from tests.ledger.test_canonical import keys, values
from tests.ledger.test_tree import LEAVES, SIZES, naive_path, naive_root, naive_subproof


def test_every_root_to_300_is_the_naive_one() -> None:
    tree = Tree(LEAVES)
    assert [tree.root(size) for size in range(1, SIZES + 1)] == [naive_root(0, size) for size in range(1, SIZES + 1)]


def test_every_naive_inclusion_proof_to_300_leads_to_the_root_and_to_no_other_place() -> None:
    for size in range(1, SIZES + 1):
        for index in range(size):
            path = naive_path(index, 0, size)
            assert root_from(LEAVES[index], index, size, path) == naive_root(0, size)
            other = (index + 1) % size
            if other != index:
                assert not leads(LEAVES[index], other, size, path)


def leads(leaf: bytes, index: int, size: int, path: list[bytes]) -> bool:
    try:
        return root_from(leaf, index, size, path) == naive_root(0, size)
    except Falsehood:
        return False


def test_every_naive_consistency_proof_to_300_holds_and_for_no_other_root() -> None:
    for new in range(2, SIZES + 1):
        for old in range(1, new):
            path = naive_subproof(old, 0, new, whole=True)
            check_consistency((old, naive_root(0, old)), (new, naive_root(0, new)), path)
            if (new + old) % 8:
                continue
            with pytest.raises(Falsehood):
                check_consistency((old, naive_root(1, old + 1)), (new, naive_root(0, new)), path)
            with pytest.raises(Falsehood):
                check_consistency((old, naive_root(0, old)), (new, naive_root(0, new - 1)), path)


@given(values)
def test_what_rfc_8785_writes_is_read_and_written_again(value: Any) -> None:
    data = rfc8785.dumps(value)
    assert ENCODER.encode(value).encode() == data
    assert read_json(data) == value


@given(values, st.data())
def test_no_other_bytes_are_read_as_the_same_value(value: Any, data: st.DataObject) -> None:
    """A canonical text that was changed anywhere is refused, or it is the canonical text of something else."""
    good = rfc8785.dumps(value)
    at = data.draw(st.integers(0, len(good)))
    cut = data.draw(st.integers(0, 2))
    put = data.draw(st.sampled_from([b"", b" ", b"\n", b"\t", b"0", b"\\u0061", b"\\/", b",", b'"', b"\xef\xbb\xbf"]))
    bad = good[:at] + put + good[at + cut :]
    assume(bad != good)
    try:
        other = read_json(bad)
    except Falsehood:
        return
    assert rfc8785.dumps(other) == bad
    assert json.dumps(other) != json.dumps(value)


@given(st.binary(max_size=40) | st.text(alphabet='{}[]",:0123456789-+.eE\\u ntf', max_size=30).map(str.encode))
@example(b'{"a":1,"a":1}')
@example(b"-0")
@example(b"1e1")
@example(b"[1,2]]")
def test_what_is_accepted_is_what_rfc_8785_would_write(data: bytes) -> None:
    try:
        value = read_json(data)
    except Falsehood:
        return
    assert rfc8785.dumps(value) == data


@given(st.integers())
@example(2**53 - 1)
@example(2**53)
@example(-(2**53))
@example(10**5000)
def test_integers_are_those_that_a_browser_has_exactly(number: int) -> None:
    data = b"%d" % number if abs(number) < 10**4000 else b"1" + b"0" * 5000
    if abs(number) < 2**53:
        assert read_json(data) == number
    else:
        with pytest.raises(Falsehood, match="outside"):
            read_json(data)


@given(st.integers(1, 24), keys)
def test_sixteen_levels_are_read_and_no_more(depth: int, key: str) -> None:
    for opening, closing in (("[", "]"), (f'{{"{key}":', "}")):
        data = (opening * depth + ("1" if opening != "[" else "") + closing * depth).encode()
        if depth <= 16:
            assert read_json(data) is not None
        else:
            with pytest.raises(Falsehood, match="more than 16 deep"):
                read_json(data)
