"""A sealed bid: a file that any two of its openers can open together, and nobody with less.

    "fairplace/sealed-bid/v1" LF JSON LF ciphertext

- JSON is one canonical object: `case`, `deadline`, `ephemeral`, `nonce`, `openers` (each `key`, `name`) and `wraps`
  (each `key`, `nonce`, `pair`: the places of two openers).
- `ephemeral` is a fresh X25519 key (RFC 7748). An opener's share is HKDF-SHA256 (RFC 5869) of their shared secret with
  it, salted with both public keys; so a share opens this bid and no other.
- The content key is wrapped for each pair under HKDF-SHA256 of both shares, with case, deadline and `ephemeral` in its
  info. The ciphertext is AES-256-GCM with the two lines before it as associated data.
- Inside: four bytes of length, a manifest (`bytes`, `media`, `name`, and `price` where the bid names one), the file, and
  zeros up to a multiple of 64 KiB.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from itertools import combinations
from typing import Annotated

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from fairplace.errors import Malformed, Unproven
from fairplace.ledger import canonical
from fairplace.terms import CaseId, Instant, KeyName

HEADER = b"fairplace/sealed-bid/v1\n"
SHARE_INFO = b"fairplace/sealed-bid/v1 share\n"
PAIR_INFO = b"fairplace/sealed-bid/v1 pair\n"
MEDIA = "application/vnd.fairplace.sealed-bid"

STEP = 65536
MOST_HEAD = 16_384
KEY, NONCE, TAG = 32, 12, 16

Text = Annotated[str, msgspec.Meta(max_length=400)]


class Opener(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An opener's public X25519 key in base64, and the name of the signing key that vouches for it."""

    key: Text
    name: KeyName


class Wrap(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The content key for one pair of openers."""

    key: Text
    nonce: Text
    pair: tuple[int, int]


class Head(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    case: CaseId
    deadline: Instant
    ephemeral: Text
    nonce: Text
    openers: list[Opener]
    wraps: list[Wrap]


class Sealed(msgspec.Struct, frozen=True, kw_only=True):
    """A sealed bid as it came. Nothing in it is proved before it is opened."""

    head: Head
    bound: bytes
    ciphertext: bytes


class Manifest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is inside, as the bidder's browser named it. `price`: what the bid asks, in pence; null where none was given."""

    bytes: Annotated[int, msgspec.Meta(ge=0)]
    media: Text
    name: Text
    price: Annotated[int, msgspec.Meta(ge=0, le=2**53 - 1)] | None = None


def read(data: bytes) -> Sealed:
    """Raises Malformed, with what to do, for anything that is no sealed bid."""
    if not data.startswith(HEADER):
        raise Malformed("this file is not sealed; choose the bid again on the page, and let it seal it")
    line, found, ciphertext = data[len(HEADER) : len(HEADER) + MOST_HEAD].partition(b"\n")
    if not found:
        raise Malformed("the sealed file has no head; seal the bid again")
    try:
        value = canonical.decode(line)
        head = msgspec.convert(value, Head)
    except (msgspec.ValidationError, Malformed) as error:
        raise Malformed(f"the head of the sealed file cannot be read: {error}; seal the bid again") from error
    bound = HEADER + line + b"\n"
    ciphertext = data[len(bound) :]
    _check(head, ciphertext)
    return Sealed(head=head, bound=bound, ciphertext=ciphertext)


def _check(head: Head, ciphertext: bytes) -> None:
    pairs = [list(pair) for pair in combinations(range(len(head.openers)), 2)]
    if not 2 <= len(head.openers) <= 5 or [list(wrap.pair) for wrap in head.wraps] != pairs:
        raise Malformed("the sealed file is not sealed to each pair of its openers; seal the bid again")
    if len({one.key for one in head.openers}) != len(head.openers):
        raise Malformed("the sealed file names one opener twice; seal the bid again")
    for one in head.openers:
        bytes_of(one.key, KEY)
    for wrap in head.wraps:
        bytes_of(wrap.key, KEY + TAG)
        bytes_of(wrap.nonce, NONCE)
    bytes_of(head.ephemeral, KEY)
    bytes_of(head.nonce, NONCE)
    if len(ciphertext) < TAG + STEP or (len(ciphertext) - TAG) % STEP:
        raise Malformed("the sealed file is cut off, or was changed; seal the bid again")


def bytes_of(text: str, size: int) -> bytes:
    """Base64 of so many bytes, in its one written form."""
    try:
        found = base64.b64decode(text, validate=True)
    except ValueError:
        found = b""
    if len(found) != size or base64.b64encode(found).decode("ascii") != text:
        raise Malformed(f"a value of {size} bytes in base64 was expected in a sealed file; {text[:20]!r} came")
    return found


def opened(sealed: Sealed, shares: Mapping[int, bytes]) -> tuple[Manifest, bytes]:
    """The file inside, by the shares of two openers (by their places in the head). Raises Unproven when they do not fit."""
    first, second = sorted(shares)[:2]
    head = sealed.head
    wrap = next(one for one in head.wraps if one.pair == (first, second))
    info = PAIR_INFO + f"{head.case}\n{head.deadline}\n{head.ephemeral}\n".encode("ascii")
    try:
        key = AESGCM(derived(shares[first] + shares[second], b"", info)).decrypt(
            bytes_of(wrap.nonce, NONCE), bytes_of(wrap.key, KEY + TAG), None
        )
        plain = AESGCM(key).decrypt(bytes_of(head.nonce, NONCE), sealed.ciphertext, sealed.bound)
    except InvalidTag as error:
        raise Unproven("these two keys do not open this bid, or it was changed; let both openers try again") from error
    return _inside(plain)


def derived(secret: bytes, salt: bytes, info: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=KEY, salt=salt, info=info).derive(secret)


def _inside(plain: bytes) -> tuple[Manifest, bytes]:
    size = int.from_bytes(plain[:4])
    try:
        manifest = msgspec.json.decode(plain[4 : 4 + size], type=Manifest)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Unproven("what is inside this bid cannot be read: its sealing was faulty; ask the bidder") from error
    data = plain[4 + size : 4 + size + manifest.bytes]
    if len(data) != manifest.bytes or plain[4 + size + manifest.bytes :].strip(b"\x00"):
        raise Unproven("what is inside this bid is not what it says: its sealing was faulty; ask the bidder")
    return manifest, data
