"""A sealed bid opens with any two of its openers, with nothing less, and with nothing in it changed."""

from __future__ import annotations

import base64
import json
import random
from itertools import combinations

import pytest

from fairplace.errors import FairplaceError, Malformed, Unproven
from fairplace.sealing import container
from tests.sealing.sealer import b64, given, key, public, seal

OPENERS = [key() for _ in range(3)]
FILE = b"A canary of a bid: 4,800 pounds. " * 5000


def head(data: bytes) -> dict[str, str]:
    found: dict[str, str] = json.loads(data.split(b"\n")[1])
    return found


def with_head(data: bytes, change: object) -> bytes:
    first, line, rest = data.split(b"\n", 2)
    changed = json.loads(line)
    changed.update(change)  # type: ignore[call-overload]
    return first + b"\n" + json.dumps(changed, separators=(",", ":"), sort_keys=True).encode() + b"\n" + rest


@pytest.mark.parametrize("pair", list(combinations(range(3), 2)))
@pytest.mark.parametrize("file", [b"", b"x", FILE])
def test_any_two_openers_open_it(pair: tuple[int, int], file: bytes) -> None:
    data = seal(file, OPENERS)
    sealed = container.read(data)
    shares = {at: given(OPENERS[at], head(data)) for at in pair}
    manifest, found = container.opened(sealed, shares)
    assert (found, manifest.name, manifest.bytes) == (file, "bid.pdf", len(file))
    assert b"canary" not in data


def test_one_opener_alone_opens_nothing_whatever_they_put_in_the_others_place() -> None:
    data = seal(FILE, OPENERS)
    sealed = container.read(data)
    own = given(OPENERS[0], head(data))
    outsider = given(key(), head(data))
    for shares in ({0: own, 1: own}, {0: own, 1: outsider}, {0: own, 2: bytes(32)}, {0: outsider, 1: outsider}):
        with pytest.raises(Unproven, match="do not open this bid"):
            container.opened(sealed, shares)


def test_a_share_of_one_bid_opens_no_other() -> None:
    one, two = seal(FILE, OPENERS), seal(FILE, OPENERS)
    shares = {at: given(OPENERS[at], head(one)) for at in (0, 1)}
    container.opened(container.read(one), shares)
    with pytest.raises(Unproven):
        container.opened(container.read(two), shares)


@pytest.mark.parametrize(
    "change",
    [{"case": "00000000-0000-4000-8000-000000000002"}, {"deadline": "2026-03-01T12:00:00.000Z"}],
    ids=["case", "deadline"],
)
def test_a_bid_is_bound_to_its_case_and_its_deadline(change: dict[str, str]) -> None:
    data = seal(FILE, OPENERS)
    moved = container.read(with_head(data, change))
    with pytest.raises(Unproven):
        container.opened(moved, {at: given(OPENERS[at], head(data)) for at in (0, 1)})


def test_every_changed_byte_is_noticed() -> None:
    data = seal(b"short", OPENERS)
    shares = {at: given(OPENERS[at], head(data)) for at in (0, 2)}
    chance = random.Random(1)
    for at in [*range(0, 1200, 7), *(chance.randrange(len(data)) for _ in range(150))]:
        changed = bytearray(data)
        changed[at] ^= 1 << chance.randrange(8)
        with pytest.raises(FairplaceError):
            container.opened(container.read(bytes(changed)), shares)


def test_the_size_tells_no_more_than_a_step() -> None:
    assert len({len(seal(b"x" * size, OPENERS)) for size in (0, 1, 10_000, 60_000)}) == 1


@pytest.mark.parametrize(
    "data",
    [
        b"", b"%PDF-1.7 a bid", b"fairplace/sealed-bid/v1\n", b"fairplace/sealed-bid/v1\n{}\n",
        b"fairplace/sealed-bid/v1\n" + b"[" * 10_000 + b"\n", b"fairplace/sealed-bid/v1\n\xff\xfe\n",
        b"fairplace/sealed-bid/v1\n" + b"x" * 50_000, b"fairplace/sealed-bid/v2\n{}\n",
    ],
)  # fmt: skip
def test_what_is_no_sealed_bid_is_refused_with_what_to_do(data: bytes) -> None:
    with pytest.raises(Malformed, match="again"):
        container.read(data)


@pytest.mark.parametrize(
    "change",
    [
        {"wraps": []}, {"openers": []}, {"more": 1}, {"nonce": "AAAA"}, {"nonce": "é"}, {"ephemeral": 1},
        {"openers": [{"key": b64(public(OPENERS[0])), "name": "a"}] * 3}, {"ephemeral": b64(bytes(31))},
    ],
)  # fmt: skip
def test_a_head_that_is_not_whole_is_refused(change: dict[str, object]) -> None:
    with pytest.raises(Malformed):
        container.read(with_head(seal(b"x", OPENERS), change))


def test_a_file_that_is_cut_off_is_refused() -> None:
    data = seal(FILE, OPENERS)
    for size in (1, 16, 65_536):
        with pytest.raises(Malformed, match=r"cut off|not sealed"):
            container.read(data[:-size] if size != 65_536 else data[: -3 * size])


@pytest.mark.parametrize(
    "inside",
    [
        bytes(4), b"\xff" * 10, (9).to_bytes(4) + b"{}", (20).to_bytes(4) + b'{"bytes":99999999,"media":"","name":""}',
        (2).to_bytes(4) + b"{}", (39).to_bytes(4) + b'{"bytes":1,"media":"","name":"x"}      ' + b"ab",
        (200_000).to_bytes(4) + b"[" * 65_000,
    ],
)  # fmt: skip
def test_what_was_sealed_wrongly_is_said_to_be_so(inside: bytes) -> None:
    data = seal(b"", OPENERS, inside=inside)
    with pytest.raises(Unproven, match="faulty"):
        container.opened(container.read(data), {at: given(OPENERS[at], head(data)) for at in (1, 2)})


def test_base64_has_one_written_form() -> None:
    good = b64(bytes(32))
    assert container.bytes_of(good, 32) == bytes(32)
    for wrong in (good[:-1], good + "=", f" {good}", good[:-2] + "B=", base64.b32encode(bytes(32)).decode()):
        with pytest.raises(Malformed):
            container.bytes_of(wrong, 32)
