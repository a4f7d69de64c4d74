import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairplace.errors import FairplaceError, Malformed, Unproven
from fairplace.ledger import disclosure, proof, tree
from fairplace.ledger.checkpoint import Checkpoint
from fairplace.ledger.note import Signer, Vkey, b64
from tests.ledger import vectors as v

KEYS = [Vkey.parse(v.LOG_VKEY), Vkey.parse(v.WITNESS_VKEY)]
LEAVES = [tree.leaf_hash(raw) for raw in v.ENTRIES]


def node(level: int, index: int) -> bytes:
    return tree.root(LEAVES[index << level : (index + 1) << level])


def made(index: int = 2, *disclosures: str) -> bytes:
    hashes = tree.inclusion_proof(index, 3, node)
    return proof.make(v.ENTRIES[index], disclosures, index, hashes, v.CHECKPOINT)


GOOD = made(2, v.DISCLOSURE)


@pytest.mark.parametrize("index", [0, 1, 2])
def test_a_proof_file_is_read_as_it_was_made(index: int) -> None:
    read = proof.parse(made(index))
    checkpoint = proof.verify(read, KEYS)
    assert (read.entry.raw, read.index, read.openings, checkpoint.size) == (v.ENTRIES[index], index, (), 3)
    assert proof.make(read.entry.raw, [], read.index, read.hashes, read.checkpoint) == made(index)


def test_a_log_of_one_entry_needs_no_hashes() -> None:
    log = Signer("log.council.example/commissioning", v.LOG_SEED)
    checkpoint = Checkpoint(log.vkey.name, 1, LEAVES[0]).sign(log, None, 1).note
    read = proof.parse(proof.make(v.ENTRY_0, [], 0, [], checkpoint))
    assert proof.verify(read, KEYS).root == LEAVES[0]


def test_an_entry_at_another_index_is_not_proved() -> None:
    for other in (b"0", b"1", b"3", b"9223372036854775807"):
        with pytest.raises(Unproven):
            proof.verify(proof.parse(GOOD.replace(b"index 2", b"index " + other)), KEYS)


def test_a_proof_under_an_unknown_log_is_not_proved() -> None:
    with pytest.raises(Unproven, match="no signature by a known key"):
        proof.verify(proof.parse(GOOD), [Vkey.parse(v.WITNESS_VKEY)])


def test_an_entry_of_another_log_in_this_tree_is_not_proved() -> None:
    log = Signer("log.other.example/x", v.LOG_SEED)
    checkpoint = Checkpoint(log.vkey.name, 1, LEAVES[0]).sign(log, None, 1).note
    with pytest.raises(Unproven, match="signed for the log"):
        proof.verify(proof.parse(proof.make(v.ENTRY_0, [], 0, [], checkpoint)), [log.vkey])


def test_a_disclosure_of_nothing_in_the_entry_is_an_error() -> None:
    other = disclosure.make_opening("/price", 5, v.SALT).text
    changed = disclosure.make_opening("/score", {"mark": 72}, v.SALT).text
    for texts, sentence in (
        ([other], "does not have"),
        ([changed], "the entry says"),
        ([v.DISCLOSURE] * 2, "disclosed twice"),
    ):
        with pytest.raises(Unproven, match=sentence):
            proof.verify(proof.parse(made(2, *texts)), KEYS)


EXTRA = v.ENTRY_2 + b"~" + v.DISCLOSURE.encode() + b"\n"


def with_extra(extra: bytes) -> bytes:
    return GOOD.replace(b64(EXTRA).encode(), b64(extra).encode())


@pytest.mark.parametrize(
    "data",
    [
        b"",
        GOOD[1:],
        GOOD.replace(b"@v1", b"@v2"),
        GOOD.replace(b"\nextra ", b"\nExtra "),
        GOOD.replace(b"\nindex 2", b"\nindex 02"),
        GOOD.replace(b"\nindex 2", b"\nindex -2"),
        GOOD.replace(b"\nindex 2", b"\nindex  2"),
        GOOD.replace(b"\nindex 2", b"\nindex 2 "),
        GOOD.replace(b"\nindex 2\n", b"\n"),
        GOOD.replace(b"\nindex 2\n", b"\nindex 2\nA\n"),
        GOOD.replace(b"\nindex 2\n", b"\nindex 2\n" + b"AA==\n" * 64),
        GOOD.replace(b"\n", b"\r\n"),
        GOOD.replace(b"@v1\n", b"@v1\n\n"),
        "é".encode() + GOOD,
        with_extra(b""),
        with_extra(EXTRA[:-1]),
        with_extra(EXTRA + b"\n"),
        with_extra(EXTRA + b"x\n"),
        with_extra(EXTRA.replace(b"\n~", b"\n~~")),
        with_extra(v.ENTRY_2 + b"~\n"),
        with_extra(v.ENTRY_2 + "~é\n".encode()),
    ],
)
def test_a_file_that_is_no_proof_is_refused(data: bytes) -> None:
    with pytest.raises(Malformed):
        proof.parse(data)


def test_no_byte_of_a_proof_file_can_be_changed_unseen() -> None:
    keys = [Vkey.parse(v.LOG_VKEY), Vkey.parse(v.WITNESS_VKEY)]
    honest = proof.parse(GOOD)
    for at in range(len(GOOD)):
        changed = GOOD[:at] + bytes([GOOD[at] ^ 1]) + GOOD[at + 1 :]
        try:
            read = proof.parse(changed)
            proof.verify(read, keys)
        except FairplaceError:
            continue
        # What is left unseen is a witness line that became a stranger's: it counts for nothing.
        assert (read.entry, read.openings, read.index, read.hashes) == (
            honest.entry,
            honest.openings,
            honest.index,
            honest.hashes,
        )
        assert at > GOOD.index("— witness".encode())
        assert len(proof.verify(read, keys).signers) == 1


@given(st.binary(max_size=80))
def test_no_bytes_bring_down_the_reader_of_proofs(data: bytes) -> None:
    for text in (data, b"c2sp.org/tlog-proof@v1\nextra " + data, with_extra(v.ENTRY_2 + b"~" + data)):
        with contextlib.suppress(FairplaceError):
            proof.parse(text)
