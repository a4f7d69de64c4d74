"""Every vector of the wire format, section 14, byte for byte."""

import hashlib

import pytest

from fairplace.ledger import canonical, disclosure, entry, proof, tiles, tree
from fairplace.ledger.checkpoint import Checkpoint
from fairplace.ledger.note import Cosigner, Signer, Vkey, b64, parse_line
from fairplace.ledger.register import KeyRegister
from tests.ledger import vectors as v

LOG = Signer("log.council.example/commissioning", v.LOG_SEED)
OFFICER = Signer("council.example/officer/7f3a", v.OFFICER_SEED)
ADMIN = Signer("council.example/key-admin", v.ADMIN_SEED)
WITNESS = Cosigner("witness.example/w1", v.WITNESS_SEED)
HASHES = [tree.leaf_hash(raw) for raw in v.ENTRIES]


def node(level: int, index: int) -> bytes:
    return tree.root(HASHES[index << level : (index + 1) << level])


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def test_the_keys_are_those_of_their_seeds() -> None:
    keys = [signer.vkey.text for signer in (LOG, ADMIN, OFFICER, WITNESS)]
    assert keys == [v.LOG_VKEY, v.ADMIN_VKEY, v.OFFICER_VKEY, v.WITNESS_VKEY]
    assert [Vkey.parse(text).text for text in keys] == keys


@pytest.mark.parametrize("number", [0, 1, 2])
def test_an_entry_is_written_again_byte_for_byte(number: int) -> None:
    raw = v.ENTRIES[number]
    read = entry.parse(raw)
    signer = ADMIN if number < 2 else OFFICER
    text = entry.text(read.envelope)
    assert (len(raw), read.leaf_text, read.raw) == (v.ENTRY_SIZES[number], v.LEAVES[number], raw)
    assert text == read.text
    assert entry.assemble(text, [signer.line(text)]) == raw


def test_the_register_accepts_the_three_signers() -> None:
    register = KeyRegister()
    for index, raw in enumerate(v.ENTRIES):
        read = entry.parse(raw)
        register.check_signers(read, index)
        register.apply(index, read.leaf_text, read.envelope)
    roles = register.roles_of(OFFICER.vkey.name, keys=v.LEAVES[1], index=2)
    assert roles == {"evaluator"}


def test_the_disclosure_is_made_from_its_salt_and_belongs_to_entry_2() -> None:
    opening = disclosure.make_opening("/score", v.DISCLOSED, v.SALT)
    assert (opening.text, opening.digest) == (v.DISCLOSURE, v.DIGEST)
    assert disclosure.parse_opening(v.DISCLOSURE) == opening
    disclosure.check(entry.parse(v.ENTRY_2).envelope.sealed, opening)


def test_the_roots() -> None:
    assert b64(tree.EMPTY_ROOT) == b64(tree.root([])) == v.EMPTY_ROOT
    assert [b64(tree.root(HASHES[:size])) for size in (1, 2, 3)] == list(v.ROOTS)


def test_the_proofs() -> None:
    leaf_0, leaf_1, leaf_2 = HASHES
    assert tree.inclusion_proof(1, 3, node) == [leaf_0, leaf_2]
    assert tree.consistency_proof(1, 3, node) == [leaf_1, leaf_2]
    assert tree.consistency_proof(2, 3, node) == [leaf_2]


def test_the_checkpoint_is_signed_and_cosigned_byte_for_byte() -> None:
    made = Checkpoint(LOG.vkey.name, 3, tree.root(HASHES)).sign(LOG, None, v.WITNESS_TIME)
    cosigned = made.with_cosignatures([WITNESS.line(made.text, v.WITNESS_TIME)])
    assert cosigned.note == v.CHECKPOINT
    read = Checkpoint.parse(v.CHECKPOINT, [LOG.vkey, WITNESS.vkey], strict=True)
    assert read.signers == (LOG.vkey, WITNESS.vkey)
    assert read.cosigned_at() == {v.WITNESS_VKEY: v.WITNESS_TIME}


def test_the_witness_signs_what_the_checkpoint_says() -> None:
    text, _, last = v.CHECKPOINT.decode().rpartition("\n— ")
    line = parse_line(f"— {last[:-1]}")
    WITNESS.vkey.verify(text.rpartition("\n\n")[0].encode() + b"\n", line.signature)


def test_the_published_files() -> None:
    bundle = tiles.bundle(v.ENTRIES)
    [tile] = tiles.grown_tiles(0, 3)
    content = tiles.tile_bytes(tile, node)
    assert (tiles.entries_path(0, 3), len(bundle), sha256(bundle)) == (
        "tile/entries/000.p/3",
        v.BUNDLE_SIZE,
        v.BUNDLE_SHA256,
    )
    assert (tile.path, len(content), sha256(content)) == ("tile/0/000.p/3", v.TILE_SIZE, v.TILE_SHA256)
    assert tiles.split_bundle(bundle) == list(v.ENTRIES)


def test_the_proof_file_of_entry_2() -> None:
    hashes = tree.inclusion_proof(2, 3, node)
    data = proof.make(v.ENTRY_2, [v.DISCLOSURE], 2, hashes, v.CHECKPOINT)
    assert (len(data), sha256(data)) == (v.PROOF_SIZE, v.PROOF_SHA256)
    read = proof.parse(data)
    assert proof.verify(read, [LOG.vkey, WITNESS.vkey]).size == 3
    assert (read.entry.raw, read.index, read.openings[0].value) == (v.ENTRY_2, 2, v.DISCLOSED)


def test_the_bodies_are_canonical_json() -> None:
    for raw in v.ENTRIES:
        line = raw.splitlines()[1]
        assert canonical.encode(canonical.decode(line)) == line
