import pytest

from fairplace.errors import FairplaceError, Malformed, Unproven
from fairplace.ledger import note, tree
from fairplace.ledger.checkpoint import Checkpoint
from fairplace.ledger.note import Cosigner, MlDsaSigner, Signer
from tests.ledger import vectors as v

ORIGIN = "log.council.example/commissioning"
LOG = Signer(ORIGIN, v.LOG_SEED)
NEXT_LOG = Signer(ORIGIN, bytes([0x11]) * 32)
WITNESSES = [Cosigner(f"witness.example/w{n}", bytes([0x40 + n]) * 32) for n in (1, 2)]
WITNESS = Cosigner("witness.example/w1", v.WITNESS_SEED)
KEYS = [LOG.vkey, WITNESS.vkey]
TREE = Checkpoint(ORIGIN, 3, bytes(32))
TEXT = v.CHECKPOINT.partition(b"\n\n")[0] + b"\n"


def signed(text: bytes, *signers: Signer) -> bytes:
    return note.join_note(text, [who.line(text) for who in signers])


@pytest.mark.skipif(not note.mldsa_supported(), reason="this build of `cryptography` has no ML-DSA-44")
def test_a_log_signs_with_both_keys_and_witnesses_stand_behind_in_order() -> None:
    quantum_safe = MlDsaSigner(ORIGIN, v.LOG_SEED)
    made = TREE.sign(LOG, quantum_safe, 7)
    made = made.with_cosignatures([WITNESSES[1].line(made.text, 9)])
    made = made.with_cosignatures([WITNESSES[0].line(made.text, 8)])
    keys = [LOG.vkey, quantum_safe.vkey, *(witness.vkey for witness in WITNESSES)]
    read = Checkpoint.parse(made.note, keys, strict=True)
    assert (read.origin, read.size, read.root) == (ORIGIN, 3, bytes(32))
    assert list(read.signers) == keys
    assert read.cosigned_at() == {key.text: second for key, second in zip(keys[1:], (7, 8, 9), strict=True)}
    assert read.note == made.note


def test_a_cosignature_that_came_again_replaces_the_earlier_one() -> None:
    made = TREE.sign(LOG, None, 7).with_cosignatures([WITNESS.line(TREE.text, 8)])
    made = made.with_cosignatures([WITNESS.line(TREE.text, 9)])
    assert Checkpoint.parse(made.note, KEYS, strict=True).cosigned_at() == {v.WITNESS_VKEY: 9}


def test_a_reader_who_knows_only_the_log_ignores_witnesses_and_an_audit_does_not() -> None:
    assert Checkpoint.parse(v.CHECKPOINT, [LOG.vkey]).signers == (LOG.vkey,)
    with pytest.raises(Unproven, match="not listed"):
        Checkpoint.parse(v.CHECKPOINT, [LOG.vkey], strict=True)


def test_a_witness_alone_does_not_make_a_checkpoint() -> None:
    with pytest.raises(Unproven, match="no signature by a known key"):
        Checkpoint.parse(v.CHECKPOINT, [WITNESS.vkey])
    with pytest.raises(Unproven, match="no signature by a known key"):
        Checkpoint.parse(v.CHECKPOINT, [NEXT_LOG.vkey, WITNESS.vkey])


def test_while_a_log_changes_its_key_either_key_will_do() -> None:
    data = signed(TEXT, LOG, NEXT_LOG)
    for key in (LOG.vkey, NEXT_LOG.vkey):
        assert Checkpoint.parse(data, [key]).signers == (key,)


def test_a_bad_line_by_a_known_key_spoils_the_checkpoint() -> None:
    line = WITNESS.line(TEXT, 5).encode()
    data = signed(TEXT, LOG) + line.replace(b" 2e1i", b" 2e1j")
    assert Checkpoint.parse(data, [LOG.vkey]).size == 3
    other = Cosigner("witness.example/w1", v.WITNESS_SEED).line(TEXT.replace(b"\n3\n", b"\n4\n"), 5).encode()
    with pytest.raises(Unproven, match="does not fit"):
        Checkpoint.parse(signed(TEXT, LOG) + other, KEYS)


def test_the_log_signs_first_and_witnesses_stand_in_order() -> None:
    ours = signed(TEXT, LOG)
    lines = [witness.line(TEXT, 5).encode() for witness in WITNESSES]
    Checkpoint.parse(ours + lines[0] + lines[1], KEYS)
    with pytest.raises(Malformed, match="by name and key id"):
        Checkpoint.parse(ours + lines[1] + lines[0], KEYS)
    with pytest.raises(Malformed, match="the first signature"):
        Checkpoint.parse(TEXT + b"\n" + lines[0] + LOG.line(TEXT).encode(), KEYS)
    with pytest.raises(Malformed, match="before those of witnesses"):
        Checkpoint.parse(ours + lines[0] + NEXT_LOG.line(TEXT).encode(), KEYS)


@pytest.mark.parametrize(
    "text",
    [
        TEXT + b"extension\n",
        TEXT.replace(b"\n3\n", b"\n03\n"),
        TEXT.replace(b"\n3\n", b"\n+3\n"),
        TEXT.replace(b"\n3\n", b"\n-3\n"),
        TEXT.replace(b"\n3\n", b"\n3 \n"),
        TEXT.replace(b"\n3\n", "\n３\n".encode()),
        TEXT.replace(b"\n3\n", b"\n0\n"),
        TEXT.replace(b"\n3\n", b"\n" + b"9" * 5000 + b"\n"),
        TEXT.replace(b"+Y=\n", b"+Z=\n"),
        TEXT.replace(b"+Y=\n", b"+Y\n"),
        TEXT.replace(b"+Y=\n", b"\n"),
        TEXT.replace(b"log.", b"fairplace/log."),
        TEXT.replace(b"log.", b"Log."),
        TEXT.replace(b"\n3\n", b"\n"),
        b"\n" + TEXT,
    ],
)
def test_a_checkpoint_in_any_other_form_is_refused_though_it_is_signed(text: bytes) -> None:
    with pytest.raises(Malformed):
        Checkpoint.parse(signed(text, LOG), KEYS)


def test_a_tree_head_that_is_none_is_not_made() -> None:
    for origin, size, root in (
        (ORIGIN, 3, bytes(31)),
        (ORIGIN, -1, bytes(32)),
        (ORIGIN, 0, bytes(32)),
        ("a b", 3, bytes(32)),
    ):
        with pytest.raises(Malformed):
            Checkpoint(origin, size, root)


def test_an_empty_log_has_a_checkpoint() -> None:
    made = Checkpoint(ORIGIN, 0, tree.EMPTY_ROOT).sign(LOG, None, 1)
    assert Checkpoint.parse(made.note, KEYS).size == 0


def test_no_byte_of_a_checkpoint_can_be_changed_unseen() -> None:
    for at in range(len(v.CHECKPOINT)):
        for bit in (0x01, 0x20):
            changed = v.CHECKPOINT[:at] + bytes([v.CHECKPOINT[at] ^ bit]) + v.CHECKPOINT[at + 1 :]
            with pytest.raises(FairplaceError):
                Checkpoint.parse(changed, KEYS, strict=True)
