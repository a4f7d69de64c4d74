"""The built-in Ed25519 says of every signature what `cryptography` says: of good, bad and strange ones alike."""

from __future__ import annotations

import hashlib
import os
import random
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

import fairplace_verify
from fairplace_verify import BASE, NEUTRAL, ORDER, PRIME, Point, added, ed25519_verify, point_of, ready
from tests.matrix import every
from tests.verifier.writer import LOG, STRANGER, story


def theirs(public: bytes, signature: bytes, message: bytes) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


def both(public: bytes, signature: bytes, message: bytes) -> bool:
    ours = ed25519_verify(public, signature, message)
    assert ours == theirs(public, signature, message), (public.hex(), signature.hex(), message.hex())
    return ours


def times(number: int, point: Point) -> Point:
    total = NEUTRAL
    for bit in f"{number:b}":
        total = added(total, ready(total))
        total = added(total, ready(point)) if bit == "1" else total
    return total


def encoded(point: Point) -> bytes:
    x, y, z, _ = point
    inverse = pow(z, -1, PRIME)
    return (y * inverse % PRIME | (x * inverse % PRIME & 1) << 255).to_bytes(32, "little")


@cache
def low_order() -> tuple[bytes, ...]:
    """All eight points of the small subgroup: ORDER times any point falls into it."""
    found: set[bytes] = set()
    y = 2
    while len(found) < 8:
        if point := point_of(y.to_bytes(32, "little")):
            small = times(ORDER, point)
            found |= {encoded(times(i, small)) for i in range(8)}
        y += 1
    return tuple(sorted(found))


def not_canonical() -> list[bytes]:
    """A y at or above the prime, and a sign where x is 0."""
    over = [(PRIME + y | sign << 255).to_bytes(32, "little") for y in range(19) for sign in (0, 1)]
    return [*over, (1 | 1 << 255).to_bytes(32, "little"), (PRIME - 1 | 1 << 255).to_bytes(32, "little")]


# RFC 8032 section 7.1: secret key, public key, message, signature.
VECTORS = [
    (
        "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
    ),
    (
        "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
    ),
    (
        "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
    ),
]


@pytest.mark.parametrize(("public", "message", "signature"), [vector[1:] for vector in VECTORS])
def test_the_vectors_of_the_standard_hold(public: str, message: str, signature: str) -> None:
    assert both(bytes.fromhex(public), bytes.fromhex(signature), bytes.fromhex(message))


def test_the_base_point_and_its_order_are_those_of_the_standard() -> None:
    assert BASE.hex() == "58" + "66" * 31
    point = point_of(BASE)
    assert point
    assert encoded(times(ORDER, point)) == encoded(NEUTRAL)


@pytest.mark.matrix
@pytest.mark.parametrize("seed", every(5, range(10)))
def test_good_and_changed_signatures_are_told_apart_as_the_package_does(seed: int) -> None:
    chance = random.Random(seed)
    private = Ed25519PrivateKey.from_private_bytes(chance.randbytes(32))
    public = private.public_key().public_bytes_raw()
    good = 0
    for _ in range(300):
        message = chance.randbytes(chance.randrange(80))
        signature = private.sign(message)
        match chance.randrange(6):
            case 0:
                signature = bytes(chance.choice((b ^ 1 << chance.randrange(8), b, b, b)) for b in signature)
            case 1:  # S + L: the same modulo the order, and not canonical
                s = int.from_bytes(signature[32:], "little") + ORDER
                signature = signature[:32] + (s % 2**256).to_bytes(32, "little")
            case 2:
                message += b"\0"
            case 3:
                signature = signature[:32] + chance.randbytes(32)
            case _:
                pass
        good += both(public, signature, message)
    assert 50 < good < 250


@pytest.mark.long
@pytest.mark.matrix
def test_points_of_low_order_and_encodings_that_are_not_canonical_are_judged_as_the_package_does() -> None:
    points = [*low_order(), *not_canonical(), b"\xff" * 32, b"\xaa" * 32]
    messages = [bytes([i]) for i in range(4)]
    good = sum(
        both(key, r + s.to_bytes(32, "little"), message)
        for key in points
        for r in every(2, points)
        for s in (0, 1, ORDER - 1, ORDER)
        for message in messages[: 4 if s == 0 else 1]
    )
    assert good > 20, "no strange case is accepted: the cases are too tame"


@pytest.mark.matrix
@pytest.mark.parametrize("small", every(3, range(8)))
def test_keys_and_commitments_of_mixed_order_are_judged_without_the_cofactor(small: int) -> None:
    """A + T and R + T, T of low order: accepted only when SB = R + hA holds without multiplying by eight."""
    torsion = point_of(low_order()[small])
    base = point_of(BASE)
    assert torsion
    assert base
    chance = random.Random(small)
    good = 0
    for number in range(40):
        secret, nonce = chance.randrange(1, ORDER), chance.randrange(1, ORDER)
        twist_key, twist_r = number & 1, number & 2
        key = encoded(added(times(secret, base), ready(torsion if twist_key else NEUTRAL)))
        r = encoded(added(times(nonce, base), ready(torsion if twist_r else NEUTRAL)))
        message = chance.randbytes(8)
        h = int.from_bytes(hashlib.sha512(r + key + message).digest(), "little") % ORDER
        good += both(key, r + ((nonce + h * secret) % ORDER).to_bytes(32, "little"), message)
    assert good >= 10


@pytest.mark.parametrize("length", [0, 1, 32, 63, 65, 96])
def test_a_signature_of_another_length_is_refused(length: int) -> None:
    assert not ed25519_verify(b"\x01" * 32, bytes(length), b"")


# the whole file, without the package


def alone(*arguments: str) -> subprocess.CompletedProcess[str]:
    """The one file on a bare Python: no site packages, no environment."""
    return subprocess.run(
        [sys.executable, "-I", "-S", fairplace_verify.__file__, *arguments],
        env={},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def public(tmp_path: Path) -> Path:
    for name, data in story().files().items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(data)
    return tmp_path


def test_without_the_package_a_register_is_genuine_and_what_was_not_checked_is_said(public: Path) -> None:
    done = alone(str(public), "--key", LOG.vkey)
    assert (done.returncode, done.stderr) == (0, "")
    assert "2 ML-DSA-44 signatures of checkpoints were not checked" in done.stdout
    assert done.stdout.splitlines()[-1].startswith("GENUINE. ")
    assert alone(str(public), "--key", STRANGER.vkey).returncode == 1


def test_without_the_package_a_changed_signature_is_found(public: Path) -> None:
    bundle = public / "tile/entries/000.p/15"
    data = bundle.read_bytes()
    at = data.rindex(b"=\n") - 9
    bundle.write_bytes(data[:at] + (b"A" if data[at : at + 1] != b"A" else b"B") + data[at + 1 :])
    done = alone(str(public), "--key", LOG.vkey)
    assert done.returncode == 1
    assert "does not fit the event" in done.stdout


def test_without_the_package_trust_by_a_post_quantum_key_alone_is_left_open(public: Path) -> None:
    from tests.verifier.writer import LOG_PQ

    done = alone(str(public), "--key", LOG_PQ.vkey)
    assert done.returncode == 3
    assert "PARTLY CHECKED" in done.stdout
    assert "ML-DSA-44, which cannot be checked here" in done.stdout
    assert alone(str(public), "--key", LOG_PQ.vkey, "--key", LOG.vkey).returncode == 0


def test_the_bare_python_of_these_tests_has_no_package() -> None:
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", "import cryptography"], env={}, capture_output=True, check=False
    )
    assert done.returncode == 1
    assert os.environ.get("PATH"), "this process has an environment, so the other had one taken away"
