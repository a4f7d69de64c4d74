"""Checkpoints: the signed statement of how long the log is and what its root is (wire format, section 8).

- Three lines, and no extension line: origin, size, root.
- The log's own lines come first, an Ed25519 one before all; witnesses follow by name and key id.
- A line by a known key must verify; a line by an unknown key proves nothing, and an audit refuses it.
"""

from collections.abc import Iterable
from operator import itemgetter
from typing import Self

import msgspec

from fairplace.errors import Malformed, Unproven
from fairplace.ledger.note import (
    ED25519,
    MLDSA44,
    MlDsaSigner,
    SignatureLine,
    Signer,
    Vkey,
    b64,
    check_origin,
    join_note,
    mldsa_supported,
    parse_line,
    parse_note,
    tree_head,
)
from fairplace.ledger.tree import EMPTY_ROOT


class Checkpoint(msgspec.Struct, frozen=True):
    """A tree head. `lines` are the signatures it was read with, `signers` the keys whose lines were verified."""

    origin: str
    size: int
    root: bytes
    lines: tuple[SignatureLine, ...] = ()
    signers: tuple[Vkey, ...] = ()

    def __post_init__(self) -> None:
        check_origin(self.origin)
        if self.size < 0 or len(self.root) != 32:
            raise Malformed(f"a tree of size {self.size} with a root of {len(self.root)} bytes came")
        if self.size == 0 and self.root != EMPTY_ROOT:
            raise Malformed("an empty log has the hash of nothing as its root; another came")

    @property
    def text(self) -> bytes:
        """What is signed."""
        return f"{self.origin}\n{self.size}\n{b64(self.root)}\n".encode()

    @property
    def note(self) -> bytes:
        """The checkpoint with its signatures, as it is published."""
        return join_note(self.text, (line.text for line in self.lines))

    def cosigned_at(self) -> dict[str, int]:
        """When each verified cosigner saw this tree, in POSIX seconds: the earliest is an upper bound for its events."""
        by_ref = {(key.name, key.key_id): key for key in self.signers if key.kind != ED25519}
        return {
            key.text: key.signed_at(line.signature) for line in self.lines if (key := by_ref.get(line[:2])) is not None
        }

    def sign(self, log: Signer, quantum_safe: MlDsaSigner | None, time_seconds: int) -> Self:
        """The same, signed by the log's keys."""
        texts = [log.line(self.text)]
        if quantum_safe is not None:
            texts.append(quantum_safe.line(self.origin, self.size, self.root, time_seconds))
        return msgspec.structs.replace(self, lines=tuple(parse_line(text[:-1]) for text in texts), signers=())

    def with_cosignatures(self, texts: Iterable[str]) -> Self:
        """The same with these witnesses' lines too, in their order. They must have been verified."""
        return msgspec.structs.replace(self, lines=_joined(self.origin, self.lines, texts), signers=())

    @classmethod
    def parse(cls, data: bytes, vkeys: Iterable[Vkey], *, strict: bool = False) -> Self:
        """Read a checkpoint that one of the log's Ed25519 keys among `vkeys` signed.

        `strict` also refuses a line by any other key: nobody may add bytes unseen to what is published.
        An ML-DSA-44 line that this machine cannot check is kept, and its key is not among the `signers`.
        """
        text, lines = parse_note(data)
        origin, size, root = tree_head(text)
        _check_order(origin, lines)
        known = {(key.name, key.key_id): key for key in vkeys}
        signers = []
        for line in lines:
            key = known.get(line[:2])
            if key is None:
                if strict:
                    raise Unproven(f"the checkpoint has a line by {line.name}+{line.key_id.hex()}, which is not listed")
            elif key.kind != MLDSA44 or mldsa_supported():
                key.verify(text, line.signature)
                signers.append(key)
        if not any(key.kind == ED25519 and key.name == origin for key in signers):
            raise Unproven(f"the checkpoint bears no signature by a known key of {origin}")
        return cls(origin, size, root, tuple(lines), tuple(signers))


def with_cosignatures(note: bytes, texts: Iterable[str]) -> bytes:
    """A checkpoint as it is published, with these witnesses' lines too. Nothing is verified here."""
    text, lines = parse_note(note)
    return join_note(text, (line.text for line in _joined(tree_head(text)[0], lines, texts)))


def _joined(origin: str, lines: Iterable[SignatureLine], texts: Iterable[str]) -> tuple[SignatureLine, ...]:
    """The log's own lines, then those of witnesses by name and key id; of two by one key the later given."""
    lines = list(lines)
    others = {line[:2]: line for line in lines if line.name != origin}
    others |= {line[:2]: line for line in (parse_line(text.removesuffix("\n")) for text in texts)}
    return (*(line for line in lines if line.name == origin), *sorted(others.values(), key=itemgetter(0, 1)))


def _check_order(origin: str, lines: list[SignatureLine]) -> None:
    if lines[0].name != origin:
        raise Malformed(f"the first signature of a checkpoint of {origin} is by {lines[0].name}")
    others = lines[sum(1 for line in lines if line.name == origin) :]
    if any(line.name == origin for line in others):
        raise Malformed("the log's own signatures must stand before those of witnesses")
    if others != sorted(others, key=itemgetter(0, 1)):
        raise Malformed("the witnesses' signatures must stand by name and key id")
