"""The members of a bundle that are evidence, and what `bundle.json` says of them (wire format, section 11).

- Every proof is against one checkpoint, byte for byte the same in each.
- The whole key register goes along: who might sign is judged from the bundle alone.
- A receipt ties what somebody was given earlier to this checkpoint; one of another history is refused.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

import fairplace
from fairplace.documents import Documents
from fairplace.errors import Malformed, Missing, Unproven
from fairplace.ledger import canonical, proof
from fairplace.ledger.note import b64, parse_note, tree_head
from fairplace.ledger.tree import Node, consistency_proof, inclusion_proof, subtree_root
from fairplace.on_disk import Register
from fairplace.publish.editions import documents_in
from fairplace.publish.held import Held, HeldEntry
from fairplace.publish.packing import Load
from fairplace.terms import Document

FORMAT = "fairplace/bundle/1"
MOST_SAID = 49_152
"""Bytes of `bundle.json`: the most that canonical JSON may have."""
MOST_POLICY = 1_000_000

NOT_KEPT = "it is not kept in this register"
LEFT_OUT = "it was left out when the bundle was made, to keep it small"
CHANGED = "the file that is kept is no longer the one that was recorded"


class Paper(msgspec.Struct, frozen=True):
    """A document that an entry of the bundle names. `why` is empty where it is included."""

    document: Document
    why: str = ""


Member = bytes | Load


def proofs(held: Held, node: Node) -> dict[str, bytes]:
    """A proof for each entry of the case and of the key register, by member name."""
    return {
        f"{folder}/{one.index:020d}.tlog-proof": _proof(one, held, node)
        for folder, group in (("proofs", held.entries), ("register", held.register))
        for one in group
    }


def _proof(one: HeldEntry, held: Held, node: Node) -> bytes:
    texts = [opening.text for _, opening in sorted(one.openings.items())]
    return proof.make(one.entry.raw, texts, one.index, inclusion_proof(one.index, held.size, node), held.note)


def consistency(receipts: Iterable[bytes], held: Held, node: Node) -> dict[str, bytes]:
    """What ties the checkpoint of each receipt to that of the bundle, by member name.

    Raises Malformed for what is no receipt of this log, and Unproven for one of another history.
    """
    found = {}
    for data in receipts:
        note = proof.parse(data).checkpoint
        origin, size, root = tree_head(parse_note(note)[0])
        if origin != held.origin:
            raise Malformed(f"the receipt is of the log {origin}; the bundle is of {held.origin}")
        if size > held.size:
            raise Malformed(
                f"the receipt was given at the size {size}, the newest published checkpoint has {held.size}: publish first"
            )
        if size == 0 or subtree_root(0, size, node) != root:
            raise Unproven(
                f"the receipt says that the log had the root {b64(root)} at the size {size}; this register had another:"
                " one of the two histories was changed"
            )
        if size < held.size:
            hashes = "".join(f"{b64(one)}\n" for one in consistency_proof(size, held.size, node))
            found[f"consistency/{size}-{held.size}"] = note + b"\n" + hashes.encode("ascii")
    return found


def published_files(register: Register, held: Held) -> tuple[bytes, dict[str, bytes]]:
    """The policy, and a time stamp by its member name where there is one, as they are published."""
    policy = _read(register.public / "policy")
    if policy is None or len(policy) > MOST_POLICY:
        raise Missing(f"{register.public} holds no policy; run 'fairplace publish' and ask again")
    stamp = _read(register.public / "timestamp" / f"{held.size}.tsr")
    return policy, {} if stamp is None else {f"timestamp/{held.size}.tsr": stamp}


def _read(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return None


def papers(held: Held, documents: Documents, *, without: bool = False, most: int | None = None) -> list[Paper]:
    """Every document that the bundle names, by digest. With `most`, no more bytes of them in all than that."""
    named: dict[str, Document] = {}
    for one in held.entries:
        for value in (one.entry.envelope.body, *(opening.value for opening in one.openings.values())):
            for document in documents_in(value):
                named.setdefault(document.sha256, document)
    found = []
    taken = 0
    for _, document in sorted(named.items()):
        why = LEFT_OUT if without else _why_not(document, documents)
        if not why and most is not None and taken + document.bytes > most:
            why = LEFT_OUT
        taken += 0 if why else document.bytes
        found.append(Paper(document, why))
    return found


def _why_not(document: Document, documents: Documents) -> str:
    try:
        data = documents.get(document.sha256)
    except Missing:
        return NOT_KEPT
    except Unproven:
        return CHANGED
    return "" if len(data) == document.bytes else CHANGED


def document_members(found: Sequence[Paper], documents: Documents) -> dict[str, Load]:
    """The documents that are included, each read when its turn comes."""

    def loading(sha256: str) -> Load:
        return lambda: documents.get(sha256)

    return {f"documents/{one.document.sha256}": loading(one.document.sha256) for one in found if not one.why}


def about(held: Held, found: Sequence[Paper]) -> tuple[bytes, list[Paper]]:
    """`bundle.json`, and the documents that it has room for: no other may be in the bundle."""
    said: dict[str, Any] = {
        "case": held.case,
        "checkpoint": {"root": b64(held.root), "size": held.size},
        "documents": [],
        "documents_left_out": len(found),
        "edition": held.edition,
        "format": FORMAT,
        "log": held.origin,
        "made_at": held.as_of,
        "software": fairplace.__version__,
    }
    room = MOST_SAID - len(canonical.encode(said))
    listed = []
    for one in found:
        line = msgspec.to_builtins(one.document) | {"included": not one.why, "why": one.why}
        room -= len(canonical.encode(line)) + 1
        if room < 0:
            break
        said["documents"].append(line)
        listed.append(one)
    said["documents_left_out"] -= len(listed)
    return canonical.encode(said), listed


def digest(members: Mapping[str, Member]) -> str:
    """One SHA-256 over all members that are evidence: over what `sha256sum` prints of them, sorted by name."""
    lines = []
    for name, member in sorted(members.items()):
        inner = name.removeprefix("documents/") if not isinstance(member, bytes) else hashlib.sha256(member).hexdigest()
        lines.append(f"{inner}  {name}\n")
    return hashlib.sha256("".join(lines).encode("ascii")).hexdigest()
