"""What stands on the disk of a sealed value: its opening under its subject's key (wire format, section 7; private).

    wrapped key   0x01 || nonce(12) || AES-256-GCM(KEK, nonce, K_s, "fairplace/subject-key/v1" LF subject LF)
    vault record  0x01 || nonce(12) || AES-256-GCM(K_s, nonce, ASCII(disclosure),
                                                   "fairplace/vault/v1" LF log LF event id LF digest LF)

- Bound in is where a record belongs: moved to another entry, log or slot it opens no more.
- AES-GCM does not commit to its key, so the digest is compared after every opening; the signed entry holds it too.
- A nonce is random; a subject has far fewer than 2^32 values, so none comes twice.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import NamedTuple

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from fairplace.errors import Unproven
from fairplace.ledger.disclosure import b64u

VERSION = b"\x01"
NONCE_BYTES, TAG_BYTES, KEY_BYTES = 12, 16, 32
_HEAD = len(VERSION) + NONCE_BYTES

SubjectOf = Callable[[str, str, str, str | None, str], str]
"""Whose a value is, by type, id, stream, case and slot of its entry: the subject under whose key it is kept."""


Unlocked = tuple[int, str, str, bytes, str, str]
"""Place, slot, subject, digest, disclosure, and the id of the entry."""

Locked = tuple[int, str, str, bytes, bytes]
"""A row of the vault: place, slot, subject, digest, record."""


class Bound(NamedTuple):
    """Where a record belongs."""

    log: str
    event: str
    digest: str  # B64U, as the entry has it

    @property
    def data(self) -> bytes:
        return f"fairplace/vault/v1\n{self.log}\n{self.event}\n{self.digest}\n".encode("ascii")


def lock(cipher: AESGCM, disclosure: str, bound: Bound, nonce: bytes | None = None) -> bytes:
    """The record of a disclosure. `nonce` is given only by tests."""
    nonce = os.urandom(NONCE_BYTES) if nonce is None else nonce
    return VERSION + nonce + cipher.encrypt(nonce, disclosure.encode("ascii"), bound.data)


def lock_all(openings: Sequence[Unlocked], log: str, ciphers: Mapping[str, AESGCM]) -> Iterator[Locked]:
    """The rows of many openings of one log: as `lock`, without its cost for each."""
    nonces, start = os.urandom(NONCE_BYTES * len(openings)), 0
    head = f"fairplace/vault/v1\n{log}\n"
    for place, slot, subject, digest, disclosure, event in openings:
        nonce = nonces[start : start + NONCE_BYTES]
        start += NONCE_BYTES
        bound = f"{head}{event}\n{b64u(digest)}\n".encode("ascii")
        sealed = ciphers[subject].encrypt(nonce, disclosure.encode("ascii"), bound)
        yield place, slot, subject, digest, VERSION + nonce + sealed


def unlock(cipher: AESGCM, record: bytes, bound: Bound) -> str:
    """The disclosure in a record. Raises Unproven for one that is not what was put there."""
    disclosure = open_bound(cipher, record, bound.data)
    if b64u(hashlib.sha256(disclosure).digest()) != bound.digest:
        raise Unproven(f"a vault record opens to something else than the digest {bound.digest} says")
    return disclosure.decode("ascii")


def wrap(kek: AESGCM, key: bytes, subject: str, nonce: bytes | None = None) -> bytes:
    """A subject's key under the key of all keys."""
    nonce = os.urandom(NONCE_BYTES) if nonce is None else nonce
    return VERSION + nonce + kek.encrypt(nonce, key, _of_subject(subject))


def unwrap(kek: AESGCM, record: bytes, subject: str) -> bytes:
    return open_bound(kek, record, _of_subject(subject))


def by_stream(kind: str, event: str, stream: str, case: str | None, slot: str) -> str:
    """One subject for each stream: for a log that says nothing of whose its values are."""
    return f"stream/{stream}"


def named(key: bytes, name: str) -> bytes:
    """Sixteen bytes that stand for a name where it could be guessed: BLAKE2b under a key (RFC 7693, section 2.9)."""
    return hashlib.blake2b(name.encode("utf-8", "surrogatepass"), key=key, digest_size=16).digest()


def _of_subject(subject: str) -> bytes:
    return f"fairplace/subject-key/v1\n{subject}\n".encode()


def open_bound(cipher: AESGCM, record: bytes, bound: bytes) -> bytes:
    """What a record holds that belongs where `bound` says. Raises Unproven when it does not."""
    if record[:1] != VERSION:
        raise Unproven(f"a record of version {record[:1].hex() or 'none'} came; this program reads 01")
    try:
        return cipher.decrypt(record[1:_HEAD], record[_HEAD:], bound)
    except (InvalidTag, ValueError) as error:
        raise Unproven("it was changed from outside, or belongs elsewhere") from error
