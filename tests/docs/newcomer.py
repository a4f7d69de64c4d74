"""A reader that somebody wrote in an afternoon who has nothing but docs/wire-format.md: sections 1 to 4, 6, 8, 9 and 11.

It takes its numbers and forms from the page, imports nothing of ours, and checks one proof file.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from typing import Any, NamedTuple

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey


def sha256(*parts: bytes) -> bytes:
    """`H` of the page, over parts that `||` joins."""
    return hashlib.sha256(b"".join(parts)).digest()


def from_b64(text: str) -> bytes:
    data = base64.b64decode(text)
    assert base64.b64encode(data).decode() == text, "a decoder MUST refuse what does not encode again to itself"
    return data


class Key(NamedTuple):
    """Section 1."""

    name: str
    key_id: bytes
    kind: int
    public: bytes


def key(vkey: str) -> Key:
    name, hexadecimal, text = vkey.split("+", 2)
    data = from_b64(text)
    key_id = sha256(name.encode(), b"\n", data)[:4]
    assert re.fullmatch(r"[a-z0-9._/-]{1,200}", name)
    assert key_id.hex() == hexadecimal
    assert (data[0], len(data)) in ((1, 33), (4, 33), (6, 1313))
    return Key(name, key_id, data[0], data[1:])


def lines(data: bytes) -> list[tuple[str, bytes, bytes]]:
    """The signature lines of a note: name, key id and signature."""
    found = []
    *whole, rest = data.decode().split("\n")  # LF, and nothing else that a language may take for the end of a line
    assert not rest
    for line in whole:
        dash, name, text = line.split(" ")
        assert dash == "—"
        signed = from_b64(text)
        found.append((name, signed[:4], signed[4:]))
    assert len({line[:2] for line in found}) == len(found) > 0
    return found


def canonical(value: Any) -> bytes:
    """Section 2: keys sorted, no white space, nothing escaped that need not be."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def entry(raw: bytes) -> tuple[dict[str, Any], bytes, list[tuple[str, bytes, bytes]]]:
    """Section 3: the event, the text that is signed, and its signature lines."""
    signed, blank, signatures = raw.partition(b"\n\n")
    header, _, text = signed.partition(b"\n")
    event = json.loads(text)
    assert (header, blank) == (b"fairplace/event/v1", b"\n\n")
    assert canonical(event) == text
    found = lines(signatures)
    assert found[0][0] == event["actor"]
    return event, signed + b"\n", found


def root_of(leaves: list[bytes]) -> bytes:
    """Section 4."""
    if len(leaves) < 2:
        return leaves[0] if leaves else sha256()
    k = 1
    while 2 * k < len(leaves):
        k *= 2
    return sha256(b"\x01", root_of(leaves[:k]), root_of(leaves[k:]))


def root_from(leaf: bytes, index: int, size: int, path: list[bytes]) -> bytes:
    """Section 4, the other way about: from the leaf up, or, told from the top, from the last hash down."""
    assert 0 <= index < size
    if size == 1:
        assert not path, "a hash too many"
        return leaf
    k = 1
    while 2 * k < size:
        k *= 2
    assert path, "a hash too few"
    if index < k:
        return sha256(b"\x01", root_from(leaf, index, k, path[:-1]), path[-1])
    return sha256(b"\x01", path[-1], root_from(leaf, index - k, size - k, path[:-1]))


def opened(disclosure: str, event: dict[str, Any]) -> tuple[str, Any]:
    """Section 6: the slot and the value of a disclosure that fits."""
    decoded = base64.urlsafe_b64decode(disclosure + "=" * (-len(disclosure) % 4))
    salt, slot, value = json.loads(decoded)
    digest = base64.urlsafe_b64encode(sha256(disclosure.encode())).decode().rstrip("=")
    assert canonical([salt, slot, value]) == decoded
    assert event["sealed"][slot]["d"] == digest
    return slot, value


def checkpoint(note: bytes, log: Key, *witnesses: Key) -> tuple[str, int, bytes, list[int]]:
    """Sections 8 and 9: origin, size, root, and when each witness saw it."""
    text, _, signatures = note.partition(b"\n\n")
    origin, size, root = text.decode().split("\n")
    text += b"\n"
    times = []
    for name, key_id, signature in lines(signatures):
        [signer] = [one for one in (log, *witnesses) if one[:2] == (name, key_id)]
        public = Ed25519PublicKey.from_public_bytes(signer.public)
        if signer.kind == 4:
            seconds = int.from_bytes(signature[:8], "big")
            public.verify(signature[8:], b"cosignature/v1\ntime %d\n" % seconds + text)
            times.append(seconds)
        else:
            public.verify(signature, text)
    assert log.name == origin
    return origin, int(size), from_b64(root), times


def proof(data: bytes, log: Key, actor: Key, *witnesses: Key) -> tuple[int, dict[str, Any]]:
    """Section 11: the index of the entry, and its opened values."""
    head, _, note = data.partition(b"\n\n")
    title, extra, index, *hashes = head.decode().split("\n")
    assert (title, extra[:6], index[:6]) == ("c2sp.org/tlog-proof@v1", "extra ", "index ")
    raw, *disclosures = from_b64(extra[6:]).split(b"\n~")
    if disclosures:
        raw += b"\n"
        disclosures[-1] = disclosures[-1].removesuffix(b"\n")
    event, text, [(name, key_id, signature), *_] = entry(raw)
    origin, size, root, _ = checkpoint(note, log, *witnesses)
    assert (event["log"], (name, key_id)) == (origin, actor[:2])
    Ed25519PublicKey.from_public_bytes(actor.public).verify(signature, text)
    path = [from_b64(one) for one in hashes]
    assert root_from(sha256(b"\x00", raw), int(index[6:]), size, path) == root
    return int(index[6:]), dict(opened(one.decode(), event) for one in disclosures)
