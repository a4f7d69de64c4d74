"""Whoever has only the page of the format can write a reader: this one took nothing else, and gives the page's vectors."""

from __future__ import annotations

import ast
import hashlib
import re
import sys
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidSignature

from tests.docs import newcomer as new

PAGE = (Path(__file__).parents[2] / "docs/wire-format.md").read_text("utf-8")
VECTORS = PAGE[PAGE.index("## 14. Test vectors") : PAGE.index("## 15.")]
BLOCKS = [block.encode() for block in re.findall(r"```\n(.+?)```", VECTORS, re.DOTALL)]
*ENTRIES, CHECKPOINT = BLOCKS[:4]  # two signatures by passkeys follow
LOG, ADMIN, OFFICER, WITNESS = map(new.key, re.findall(r"^    (\S+\+[0-9a-f]{8}\+\S+)$", VECTORS, re.MULTILINE))
[DISCLOSURE] = re.findall(r"^    (WyJ\S+)$", VECTORS, re.MULTILINE)
LEAVES = [new.sha256(b"\x00", raw) for raw in ENTRIES]


def stated(name: str) -> str:
    """A digest out of the last table of the section."""
    [digest] = re.findall(rf"^\| {name} \| [\d,]+ \| `([0-9a-f]{{64}})` \|$", VECTORS, re.MULTILINE)
    return str(digest)


def b64(data: bytes) -> str:
    return new.base64.b64encode(data).decode()


def proof() -> bytes:
    extra = b64(ENTRIES[2] + f"~{DISCLOSURE}\n".encode())
    head = f"c2sp.org/tlog-proof@v1\nextra {extra}\nindex 2\n{b64(new.root_of(LEAVES[:2]))}\n\n"
    return head.encode() + CHECKPOINT


def test_the_newcomer_has_nothing_of_ours() -> None:
    tree = ast.parse(Path(new.__file__).read_text("utf-8"))
    names = {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    names |= {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    tops = {name.partition(".")[0] for name in names}
    assert tops - sys.stdlib_module_names == {"cryptography"}


def test_entries_leaves_and_roots_are_those_on_the_page() -> None:
    for raw, signer in zip(ENTRIES, (ADMIN, ADMIN, OFFICER), strict=True):
        _, text, [(name, key_id, signature)] = new.entry(raw)
        assert (name, key_id) == signer[:2]
        new.Ed25519PublicKey.from_public_bytes(signer.public).verify(signature, text)
    assert re.findall(r"leaf hash `(\S+)`:", VECTORS) == [b64(leaf) for leaf in LEAVES]
    assert f"of size 2, `{b64(new.root_of(LEAVES[:2]))}`; of size 3, `{b64(new.root_of(LEAVES))}`" in VECTORS


def test_the_files_are_those_on_the_page() -> None:
    bundle = b"".join(len(raw).to_bytes(2, "big") + raw for raw in ENTRIES)
    assert hashlib.sha256(bundle).hexdigest() == stated(r"`tile/entries/000\.p/3`")
    assert hashlib.sha256(b"".join(LEAVES)).hexdigest() == stated(r"`tile/0/000\.p/3`")
    assert hashlib.sha256(proof()).hexdigest() == stated(r"the `\.tlog-proof` of entry 2 with its disclosure")


def test_the_proof_holds_and_opens_the_score() -> None:
    assert new.checkpoint(CHECKPOINT, LOG, WITNESS)[3] == [1795320003]
    index, opened = new.proof(proof(), LOG, OFFICER, WITNESS)
    assert (index, opened["/score"]["mark"]) == (2, 71)


def test_no_flipped_byte_is_taken_for_the_proof() -> None:
    whole = proof()
    for at in range(len(whole)):
        changed = whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :]
        with pytest.raises((AssertionError, ValueError, KeyError, InvalidSignature)):
            new.proof(changed, LOG, OFFICER, WITNESS)
