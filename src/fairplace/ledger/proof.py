"""Proof files: one entry with all that is needed to check it offline (wire format, section 11; C2SP tlog-proof).

- `extra` carries the entry and any disclosures; it is trusted for nothing but its hash.
- What was read is checked in order: checkpoint, inclusion, disclosures. Signers need the key register besides.
"""

import re
from collections.abc import Iterable, Sequence

import msgspec

from fairplace.errors import Malformed, Unproven
from fairplace.ledger import disclosure, entry
from fairplace.ledger.checkpoint import Checkpoint
from fairplace.ledger.disclosure import Opening
from fairplace.ledger.entry import Entry
from fairplace.ledger.note import Vkey, b64, unb64
from fairplace.ledger.tree import verify_inclusion

HEADER = "c2sp.org/tlog-proof@v1"
_INDEX = re.compile(r"index (0|[1-9][0-9]{0,18})")
MAX_HASHES = 63


class Proof(msgspec.Struct, frozen=True):
    """A proof file that was read: nothing in it is proved before `verify`."""

    entry: Entry
    openings: tuple[Opening, ...]
    index: int
    hashes: tuple[bytes, ...]
    checkpoint: bytes


def make(entry_raw: bytes, disclosures: Iterable[str], index: int, hashes: Sequence[bytes], checkpoint: bytes) -> bytes:
    """The bytes of a `.tlog-proof` file."""
    extra = entry_raw + "".join(f"~{text}\n" for text in disclosures).encode("ascii")
    lines = [HEADER, f"extra {b64(extra)}", f"index {index}", *map(b64, hashes), "", ""]
    return "\n".join(lines).encode("ascii") + checkpoint


def parse(data: bytes) -> Proof:
    """Read a proof file, strictly. Nothing is verified yet."""
    head, blank, checkpoint = data.partition(b"\n\n")
    try:
        lines = head.decode("ascii").split("\n")
    except UnicodeDecodeError as error:
        raise Malformed("a proof file is not ASCII before its checkpoint") from error
    if not blank or lines[0] != HEADER:
        raise Malformed(f"this is no proof file: it begins with {lines[0][:60]!r}, not {HEADER!r}")
    if len(lines) < 3 or not lines[1].startswith("extra "):
        raise Malformed("a proof file of fairplace needs its entry in the second line, `extra`")
    if not (index := _INDEX.fullmatch(lines[2])):
        raise Malformed(f"the third line of a proof file is {lines[2][:60]!r}; it must give the index")
    if len(lines) - 3 > MAX_HASHES:
        raise Malformed(f"{len(lines) - 3} hashes came; no log needs more than {MAX_HASHES}")
    hashes = tuple(unb64(line, "a hash of the proof") for line in lines[3:])
    raw, texts = _split(unb64(lines[1][6:], "the entry of the proof"))
    openings = tuple(disclosure.parse_opening(text) for text in texts)
    return Proof(entry.parse(raw), openings, int(index[1]), hashes, checkpoint)


def _split(extra: bytes) -> tuple[bytes, list[str]]:
    """The entry, and the disclosures behind it: only their lines begin with a tilde."""
    at = extra.find(b"\n~") + 1
    if not at:
        return extra, []
    if not extra.endswith(b"\n"):
        raise Malformed("the last disclosure of a proof file has no line feed")
    try:
        lines = extra[at:-1].decode("ascii").split("\n")
    except UnicodeDecodeError as error:
        raise Malformed("a disclosure of a proof file is not ASCII") from error
    if not all(line.startswith("~") for line in lines):
        raise Malformed("something else than a disclosure stands behind the entry of a proof file")
    return extra[:at], [line[1:] for line in lines]


def verify(proof: Proof, vkeys: Iterable[Vkey]) -> Checkpoint:
    """Does the entry stand in the log that these keys sign, and does each disclosure belong to it?

    Raises Unproven when not. Who signed the entry, and whether they might, is the key register's to say.
    """
    checkpoint = Checkpoint.parse(proof.checkpoint, vkeys)
    verify_inclusion(proof.entry.leaf, proof.index, checkpoint.size, proof.hashes, checkpoint.root)
    if proof.entry.envelope.log != checkpoint.origin:
        raise Unproven(
            f"the entry was signed for the log {proof.entry.envelope.log}; the checkpoint is of {checkpoint.origin}"
        )
    seen = set()
    for opening in proof.openings:
        disclosure.check(proof.entry.envelope.sealed, opening)
        if opening.slot in seen:
            raise Unproven(f"the slot {opening.slot} is disclosed twice")
        seen.add(opening.slot)
    return checkpoint
