"""A hundred thousand spoilt texts for each decoder: a sentence for each, never anything else, and nothing false taken."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest

from fairplace.errors import FairplaceError
from fairplace.ledger import paper
from fairplace.monitor import comparing, evidence
from fairplace.witness import judge
from tests.ledger.vectors import CHECKPOINT
from tests.matrix import many
from tests.witness.trees import Tree

CASES = many(100_000)
TREE = Tree()
FIVE = paper.printed(TREE.note(5)).encode()


def spoilt(good: bytes, chance: random.Random) -> bytes:
    data = bytearray(good)
    for _ in range(chance.randint(1, 4)):
        at = chance.randrange(len(data) + 1)
        match chance.randrange(5):
            case 0:
                data[at : at + 1] = chance.randbytes(1)
            case 1:
                del data[at : at + chance.randint(1, 60)]
            case 2:
                data[at:at] = chance.randbytes(chance.randint(1, 8))
            case 3:
                other = chance.randrange(len(data) + 1)
                data[at:at] = data[other : other + chance.randint(1, 80)]
            case _:
                data[at : at + 1] = chance.choice([b"\n", b" ", b"0", b"\r\n", b"\xff", b"\0", b"--\n", b"9" * 30])
    return bytes(data)


def read_all(read: Callable[[bytes], object], *goods: bytes) -> tuple[int, int]:
    """How many of the cases were refused with a sentence, and how many were taken."""
    chance, refused, taken = random.Random(1), 0, 0
    for number in range(CASES):
        data = spoilt(goods[number % len(goods)], chance)
        try:
            read(data)
        except FairplaceError as error:
            refused += bool(str(error))
        else:
            taken += 1
    assert refused + taken == CASES
    return refused, taken


@pytest.mark.slow
@pytest.mark.matrix
def test_a_request_is_read_or_refused_with_a_sentence() -> None:
    sizes = set()

    def read(data: bytes) -> None:
        sizes.add(judge.read(data).size)

    refused, taken = read_all(read, TREE.ask(3, 13), TREE.ask(0, 5))
    assert refused > taken > 0
    assert {5, 13} <= sizes


@pytest.mark.slow
@pytest.mark.matrix
def test_paper_is_read_or_refused_and_a_slip_is_seldom_overlooked() -> None:
    right, wrong = paper.read(FIVE.decode()), 0

    def read(data: bytes) -> None:
        nonlocal wrong
        wrong += paper.read(data.decode("utf-8", "replace")) != right

    refused, taken = read_all(read, FIVE)
    assert refused > taken > wrong
    assert wrong < CASES / 100, "each line has a check of eight bits"


@pytest.mark.slow
@pytest.mark.matrix
def test_whatever_is_given_to_compare_is_read_or_refused_with_a_sentence() -> None:
    pair = evidence.pair(TREE.note(5), TREE.note(6))
    refused, taken = read_all(lambda data: list(comparing.read("given", data)), TREE.note(5), pair, CHECKPOINT, FIVE)
    assert refused > 0
    assert taken > 0
