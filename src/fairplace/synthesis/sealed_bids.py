"""Bids of the demo that are sealed to openers, as a bidder's browser seals them; their keys are worthless like all others."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from itertools import combinations

import msgspec
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from fairplace.ledger import canonical
from fairplace.sealing.container import (
    HEADER,
    KEY,
    NONCE,
    PAIR_INFO,
    SHARE_INFO,
    STEP,
    Head,
    Manifest,
    Opener,
    Wrap,
    derived,
)
from fairplace.synthesis.chance import Chance
from fairplace.terms import CaseId, Instant, KeyName, Pence


def opener_seed(seed: int, name: KeyName) -> bytes:
    """The private key with which somebody opens bids: of the demo's seed alone, so that bids are sealed before it is used."""
    return Chance("demo opener", seed, name).bytes(KEY)


def public_key(private: bytes) -> str:
    return text(X25519PrivateKey.from_private_bytes(private).public_key().public_bytes_raw())


def text(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


def seal(
    file: bytes, name: str, price: Pence, *, case: CaseId, deadline: Instant, openers: Sequence[Opener], chance: Chance
) -> bytes:
    """The file and its price, which any two of these openers open together."""
    own = X25519PrivateKey.from_private_bytes(chance.bytes(KEY))
    ephemeral = own.public_key().public_bytes_raw()
    shares = [_share(own, base64.b64decode(one.key), ephemeral) for one in openers]
    content, nonce = chance.bytes(KEY), chance.bytes(NONCE)
    info = PAIR_INFO + f"{case}\n{deadline}\n{text(ephemeral)}\n".encode("ascii")
    wraps = []
    for one, other in combinations(range(len(openers)), 2):
        salt = chance.bytes(NONCE)
        wrapped = AESGCM(derived(shares[one] + shares[other], b"", info)).encrypt(salt, content, None)
        wraps.append(Wrap(key=text(wrapped), nonce=text(salt), pair=(one, other)))
    head = Head(
        case=case, deadline=deadline, ephemeral=text(ephemeral), nonce=text(nonce), openers=list(openers), wraps=wraps
    )
    bound = HEADER + canonical.encode(msgspec.to_builtins(head)) + b"\n"
    manifest = msgspec.json.encode(Manifest(bytes=len(file), media="text/plain", name=name, price=price))
    plain = len(manifest).to_bytes(4) + manifest + file
    return bound + AESGCM(content).encrypt(nonce, plain + bytes(-len(plain) % STEP), bound)


def _share(own: X25519PrivateKey, opener: bytes, ephemeral: bytes) -> bytes:
    return derived(own.exchange(X25519PublicKey.from_public_bytes(opener)), ephemeral + opener, SHARE_INFO)
