"""No byte of any published file can change unseen.

The whole verifier runs for every byte. Only three pure functions remember their answers for bytes they have seen before:
the check of one signature, the reading of one entry, and that of one JSON text.
"""

from functools import lru_cache

import pytest

import fairplace_verify
from fairplace_verify import verify_proof, verify_register
from tests.matrix import every
from tests.verifier.writer import LOG, RECEIVER, story

FILES = story().files()


@pytest.fixture(autouse=True, scope="module")
def remembered() -> object:
    with pytest.MonkeyPatch.context() as patch:
        for pure in (fairplace_verify.is_signed, fairplace_verify.read_entry, fairplace_verify.read_json):
            patch.setattr(fairplace_verify, pure.__name__, lru_cache(maxsize=None)(pure))
        yield


def flipped(data: bytes, at: int, bits: int) -> bytes:
    return data[:at] + bytes([data[at] ^ bits]) + data[at + 1 :]


def test_the_register_that_is_flipped_is_true() -> None:
    assert verify_register(FILES, [LOG.vkey]).exit_code == 0


@pytest.mark.slow
@pytest.mark.matrix
@pytest.mark.parametrize("name", sorted(FILES))
def test_every_flipped_byte_of_every_file_is_found(name: str) -> None:
    unseen = []
    for at in every(7, range(len(FILES[name]))):
        bits = (0x01, 0x80)[at % 2]  # a letter becomes another, or no letter at all
        files = FILES | {name: flipped(FILES[name], at, bits)}
        if verify_register(files, [LOG.vkey]).exit_code != 1:
            unseen.append((at, bits))
    assert not unseen


@pytest.mark.matrix
def test_every_flipped_byte_of_a_proof_file_is_found() -> None:
    writer = story(log_signers=[LOG])
    proof = writer.proof(7, ["/case", "/seen"])
    keys = [LOG.vkey, RECEIVER.vkey]
    assert verify_proof(proof, keys).exit_code == 0
    unseen = [
        (at, bits)
        for at in every(3, range(len(proof)))
        for bits in (0x01, 0x80)
        if verify_proof(flipped(proof, at, bits), keys).exit_code != 1
    ]
    assert not unseen
