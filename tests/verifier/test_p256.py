"""The built-in P-256 says of every signature what `cryptography` says: of good, bad and strange ones alike."""

from __future__ import annotations

import hashlib
import random

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from fairplace_verify import P256_B, P256_BASE, P256_ORDER, P256_PRIME, Projective, p256_added, p256_verify

NEUTRAL: Projective = (0, 1, 0)


def theirs(public: bytes, signature: bytes, message: bytes) -> bool:
    r, s = int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big")
    try:
        key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), public)
        key.verify(encode_dss_signature(r, s), message, ec.ECDSA(SHA256()))
    except (InvalidSignature, ValueError):
        return False
    return True


def both(public: bytes, signature: bytes, message: bytes) -> bool:
    ours = p256_verify(public, signature, message)
    assert ours == theirs(public, signature, message), (public.hex(), signature.hex(), message.hex())
    return ours


def pair(r: int, s: int) -> bytes:
    return r.to_bytes(32, "big") + s.to_bytes(32, "big")


def point(private: ec.EllipticCurvePrivateKey) -> bytes:
    return private.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def times(number: int, base: Projective) -> Projective:
    total = NEUTRAL
    for bit in f"{number:b}":
        total = p256_added(total, total)
        total = p256_added(total, base) if bit == "1" else total
    return total


def affine(of: Projective) -> tuple[int, int] | None:
    x, y, z = of
    if z == 0:
        return None
    inverse = pow(z, -1, P256_PRIME)
    return x * inverse % P256_PRIME, y * inverse % P256_PRIME


def test_the_base_point_is_on_the_curve_and_its_order_is_that_of_the_standard() -> None:
    x, y, _ = P256_BASE
    assert (x**3 - 3 * x + P256_B - y * y) % P256_PRIME == 0
    assert affine(times(P256_ORDER, P256_BASE)) is None
    assert affine(times(P256_ORDER + 1, P256_BASE)) == (x, y)


def test_one_rule_adds_any_two_points() -> None:
    """Equal ones, opposite ones, the neutral one; and what comes out is what the package says."""
    chance = random.Random(1)
    base, (x, y, _) = P256_BASE, P256_BASE
    assert affine(p256_added(base, NEUTRAL)) == affine(p256_added(NEUTRAL, base)) == (x, y)
    assert affine(p256_added(NEUTRAL, NEUTRAL)) is None
    assert affine(p256_added(base, (x, P256_PRIME - y, 1))) is None
    for number in (1, 2, 3, P256_ORDER - 1, P256_ORDER - 2, *(chance.randrange(1, P256_ORDER) for _ in range(10))):
        private = ec.derive_private_key(number, ec.SECP256R1())
        found = affine(times(number, base))
        assert found
        assert point(private) == b"\4" + pair(*found)


# FIPS 186 / RFC 6979, A.2.5: key, message, signature with SHA-256.
RFC6979_KEY = (
    "60FED4BA255A9D31C961EB74C6356D68C049B8923B61FA6CE669622E60F29FB6",
    "7903FE1008B8BC99A41AE9E95628BC64F2F1B20C2D7E9F5177A3C294D4462299",
)
RFC6979 = [
    (
        b"sample",
        "EFD48B2AACB6A8FD1140DD9CD45E81D69D2C877B56AAF991C34D0EA84EAF3716",
        "F7CB1C942D657C41D436C7A1B6E29F65F3E900DBB9AFF4064DC4AB2F843ACDA8",
    ),
    (
        b"test",
        "F1ABB023518351CD71D881567B1EA663ED3EFCF6C5132B354F28D3B0B7D38367",
        "019F4113742A2B14BD25926B49C649155F267E60D3814B4C0CC84250E46F0083",
    ),
]


@pytest.mark.parametrize(("message", "r", "s"), RFC6979)
def test_the_vectors_of_rfc_6979_hold(message: bytes, r: str, s: str) -> None:
    public = b"\4" + bytes.fromhex("".join(RFC6979_KEY))
    assert both(public, bytes.fromhex(r + s), message)
    assert not both(public, bytes.fromhex(r + s), message + b"\0")
    assert both(public, pair(int(r, 16), P256_ORDER - int(s, 16)), message), "ECDSA takes the other s as well"


@pytest.mark.parametrize("seed", range(4))
def test_good_and_changed_signatures_are_told_apart_as_the_package_does(seed: int) -> None:
    chance = random.Random(seed)
    private = ec.derive_private_key(chance.randrange(1, P256_ORDER), ec.SECP256R1())
    public, good = point(private), 0
    for _ in range(60):
        message = chance.randbytes(chance.randrange(80))
        r, s = decode_dss_signature(private.sign(message, ec.ECDSA(SHA256(), deterministic_signing=True)))
        signature, key = pair(r, s), public
        match chance.randrange(7):
            case 0:
                signature = bytes(chance.choice((b ^ 1 << chance.randrange(8), b, b, b)) for b in signature)
            case 1:
                signature = pair((r + P256_ORDER) % 2**256, s)
            case 2:
                message += b"\0"
            case 3:
                signature = pair(r, chance.randrange(P256_ORDER))
            case 4:
                at = chance.randrange(1, 65)
                key = key[:at] + bytes([key[at] ^ 1 << chance.randrange(8)]) + key[at + 1 :]
            case 5:
                signature = pair(r, P256_ORDER - s)
            case _:
                pass
        good += both(key, signature, message)
    assert 10 < good < 50


def test_strange_signatures_are_judged_as_the_package_does() -> None:
    """R and s at and around nothing, the order, the prime and the end of 32 bytes, under several keys."""
    edges = (0, 1, 2, P256_ORDER - 1, P256_ORDER, P256_ORDER + 1, P256_PRIME - 1, P256_PRIME, 2**256 - 1)
    for number in (1, 2, P256_ORDER - 1):
        public = point(ec.derive_private_key(number, ec.SECP256R1()))
        for r in edges:
            for s in edges:
                assert not both(public, pair(r, s), b"a message")


def made(private: int, nonce: int, message: bytes) -> bytes:
    """A signature with a chosen nonce (FIPS 186-5 section 6.4.1)."""
    found = affine(times(nonce, P256_BASE))
    assert found
    r = found[0] % P256_ORDER
    e = int.from_bytes(hashlib.sha256(message).digest(), "big")
    return pair(r, pow(nonce, -1, P256_ORDER) * (e + r * private) % P256_ORDER)


def test_special_multiples_do_not_lead_astray() -> None:
    """Nonces and keys for which the two points that are added are equal, opposite, or the base point itself."""
    message = b"multiples"
    e = int.from_bytes(hashlib.sha256(message).digest(), "big") % P256_ORDER
    for private in (1, 2, P256_ORDER - 1, P256_ORDER - 2, e, P256_ORDER - e):
        public = point(ec.derive_private_key(private, ec.SECP256R1()))
        for nonce in (1, 2, 3, P256_ORDER - 1, (P256_ORDER + 1) // 2):
            assert both(public, made(private, nonce, message), message)
    # u and v such that uG + vQ is the neutral point: with Q = G, s = anything and r = -e
    base = point(ec.derive_private_key(1, ec.SECP256R1()))
    assert not both(base, pair(P256_ORDER - e, 5), message)


def test_an_x_beyond_the_order_counts_modulo_the_order() -> None:
    """P-256's x can be at or above its order: then r is x less the order. Such a point is searched for near the top."""
    x = P256_ORDER
    while True:
        square = (x**3 - 3 * x + P256_B) % P256_PRIME
        y = pow(square, (P256_PRIME + 1) // 4, P256_PRIME)
        if y * y % P256_PRIME == square:
            break
        x += 1
    assert P256_ORDER <= x < P256_PRIME
    # R is this point, its discrete logarithm unknown; a key for which (r, s) is good over the message: Q = (sR - eG)/r
    message, r, s = b"x beyond the order", x - P256_ORDER, 7
    if r == 0:
        pytest.skip("r of nothing is no signature")
    e = int.from_bytes(hashlib.sha256(message).digest(), "big")
    gx, gy, _ = P256_BASE
    total = p256_added(times(s, (x, y, 1)), times(e, (gx, P256_PRIME - gy, 1)))
    key = affine(times(pow(r, -1, P256_ORDER), total))
    assert key
    assert both(b"\4" + pair(*key), pair(r, s), message)
    assert not both(b"\4" + pair(*key), pair(r + 1, s), message)


@pytest.mark.parametrize(
    "public",
    [
        b"",
        b"\0",
        b"\4" + bytes(64),
        b"\4" + b"\xff" * 64,
        b"\4" + pair(P256_BASE[0], P256_BASE[1] ^ 1),
        b"\4" + pair(P256_PRIME, P256_BASE[1]),
        b"\4" + pair(0, pow(P256_B, (P256_PRIME + 1) // 4, P256_PRIME)) + b"\0",
    ],
)
def test_what_is_no_point_of_the_curve_signs_nothing(public: bytes) -> None:
    assert not both(public, made(5, 7, b"m"), b"m")


def test_the_point_with_x_nothing_is_a_key() -> None:
    """It is on the curve; both take it for what it is, and a signature by somebody else is not its own."""
    public = b"\4" + pair(0, pow(P256_B, (P256_PRIME + 1) // 4, P256_PRIME))
    assert not both(public, made(5, 7, b"m"), b"m")


@pytest.mark.parametrize("length", [0, 1, 32, 63, 65, 96])
def test_a_signature_of_another_length_is_refused(length: int) -> None:
    assert not p256_verify(b"\4" + pair(*P256_BASE[:2]), bytes(length), b"")
