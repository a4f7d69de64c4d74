"""Seals a bid as the browser does, written from the format alone: for tests, and to hold the two against each other."""

from __future__ import annotations

import base64
import json
import secrets
from itertools import combinations

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

CASE, DEADLINE = "00000000-0000-4000-8000-000000000001", "2026-04-01T12:00:00.000Z"


def b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def derived(secret: bytes, salt: bytes, info: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=salt, info=info).derive(secret)


def key() -> X25519PrivateKey:
    return X25519PrivateKey.generate()


def public(one: X25519PrivateKey) -> bytes:
    return one.public_key().public_bytes_raw()


def share(own: X25519PrivateKey, opener: bytes, ephemeral: bytes, other: bytes) -> bytes:
    secret = own.exchange(X25519PublicKey.from_public_bytes(other))
    return derived(secret, ephemeral + opener, b"fairplace/sealed-bid/v1 share\n")


def given(opener: X25519PrivateKey, head: dict[str, str]) -> bytes:
    """An opener's share of the bid with this head."""
    ephemeral = base64.b64decode(head["ephemeral"])
    return share(opener, public(opener), ephemeral, ephemeral)


def seal(
    file: bytes, openers: list[X25519PrivateKey], *, case: str = CASE, deadline: str = DEADLINE,
    inside: bytes | None = None, price: int | None = None,
) -> bytes:  # fmt: skip
    """The sealed file. `inside` is put in the place of what belongs there, before it is padded."""
    own = key()
    ephemeral = public(own)
    shares = [share(own, public(one), ephemeral, public(one)) for one in openers]
    content, nonce = secrets.token_bytes(32), secrets.token_bytes(12)
    wraps = []
    for i, j in combinations(range(len(openers)), 2):
        info = f"fairplace/sealed-bid/v1 pair\n{case}\n{deadline}\n{b64(ephemeral)}\n".encode()
        iv = secrets.token_bytes(12)
        wrapped = AESGCM(derived(shares[i] + shares[j], b"", info)).encrypt(iv, content, None)
        wraps.append({"key": b64(wrapped), "nonce": b64(iv), "pair": [i, j]})
    head = {
        "case": case,
        "deadline": deadline,
        "ephemeral": b64(ephemeral),
        "nonce": b64(nonce),
        "openers": [{"key": b64(public(one)), "name": f"a.example/officer/{n}"} for n, one in enumerate(openers)],
        "wraps": wraps,
    }
    bound = b"fairplace/sealed-bid/v1\n" + json.dumps(head, separators=(",", ":")).encode() + b"\n"
    said = {"bytes": len(file), "media": "application/pdf", "name": "bid.pdf"}
    manifest = json.dumps(said if price is None else {**said, "price": price}).encode()
    plain = len(manifest).to_bytes(4) + manifest + file if inside is None else inside
    plain += bytes(-len(plain) % 65536)
    return bound + AESGCM(content).encrypt(nonce, plain, bound)
