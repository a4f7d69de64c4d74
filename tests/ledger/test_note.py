import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairplace.errors import FairplaceError, Malformed, Unproven
from fairplace.ledger import note
from fairplace.ledger.note import Cosigner, MlDsaSigner, Signer, Vkey, parse_line, parse_note
from tests.ledger import vectors as v

TEXT = b"log.council.example/commissioning\n3\nt5U0po2WQh7zsmH+TYFxpRGDMDuFLCu+52uwJH982+Y=\n"
ORIGIN = "log.council.example/commissioning"
needs_mldsa = pytest.mark.skipif(not note.mldsa_supported(), reason="this build of `cryptography` has no ML-DSA-44")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "name",
        "name+00000000",
        v.OFFICER_VKEY.replace("+02da4b90+", "+02da4b91+"),
        v.OFFICER_VKEY.replace("+02da4b90+", "+02DA4B90+"),
        v.OFFICER_VKEY.replace("7f3a", "7f3b"),
        v.OFFICER_VKEY.replace("council", "Council"),
        v.OFFICER_VKEY + "\n",
        v.OFFICER_VKEY + "=",
        v.OFFICER_VKEY[:-4],
        v.OFFICER_VKEY[:-1] + "V",
        " " + v.OFFICER_VKEY,
        "n+00000000+AA==",
        "n+00000000+====",
        "n" * 201 + v.OFFICER_VKEY[-54:],
    ],
)
def test_a_key_that_is_not_exactly_a_key_is_refused(text: str) -> None:
    with pytest.raises(Malformed):
        Vkey.parse(text)


def test_base64_with_stray_bits_is_refused() -> None:
    assert note.unb64("AQ==", "it") == b"\1"
    for text in ("AR==", "AQ=", "AQ", "AQ==\n", " AQ==", "A-8=", "AQ==AQ==", "é"):
        with pytest.raises(Malformed):
            note.unb64(text, "it")


def test_a_signature_fits_one_text_and_one_key() -> None:
    signer = Signer("council.example/officer/7f3a", v.OFFICER_SEED)
    line = parse_line(signer.line(b"text\n")[:-1])
    signer.vkey.verify(b"text\n", line.signature)
    assert line.text == signer.line(b"text\n")
    with pytest.raises(Unproven):
        signer.vkey.verify(b"Text\n", line.signature)
    with pytest.raises(Unproven):
        signer.vkey.verify(b"text\n", line.signature[:-1])
    with pytest.raises(Unproven):
        Signer("council.example/officer/7f3a", v.ADMIN_SEED).vkey.verify(b"text\n", line.signature)


def test_a_cosignature_fits_one_text_and_one_second() -> None:
    witness = Cosigner("witness.example/w1", v.WITNESS_SEED)
    signature = parse_line(witness.line(TEXT, 5)[:-1]).signature
    witness.vkey.verify(TEXT, signature)
    assert witness.vkey.signed_at(signature) == 5
    with pytest.raises(Unproven):
        witness.vkey.verify(TEXT, (6).to_bytes(8) + signature[8:])
    with pytest.raises(Unproven):
        witness.vkey.verify(TEXT.replace(b"\n3\n", b"\n4\n"), signature)


@pytest.mark.parametrize("second", [0, -1, 2**63])
def test_a_cosignature_at_an_impossible_second_is_neither_made_nor_accepted(second: int) -> None:
    witness = Cosigner("witness.example/w1", v.WITNESS_SEED)
    with pytest.raises(Unproven, match="the second"):
        witness.line(TEXT, second)
    if second >= 0:
        with pytest.raises(Unproven, match="the second"):
            witness.vkey.verify(TEXT, second.to_bytes(8) + bytes(64))


@needs_mldsa
def test_an_ml_dsa_line_fits_one_tree_one_second_and_one_name() -> None:
    signer = MlDsaSigner(ORIGIN, v.LOG_SEED)
    origin, size, root = note.tree_head(TEXT)
    signature = parse_line(signer.line(origin, size, root, 5)[:-1]).signature
    signer.vkey.verify(TEXT, signature)
    for text in (TEXT.replace(b"\n3\n", b"\n4\n"), TEXT.replace(b"log.", b"lag."), TEXT.replace(b"t5U0", b"t5U1")):
        with pytest.raises(Unproven):
            signer.vkey.verify(text, signature)
    with pytest.raises(Unproven):
        signer.vkey.verify(TEXT, (6).to_bytes(8) + signature[8:])
    with pytest.raises(Unproven):
        Vkey("other.example/log", note.MLDSA44, signer.vkey.public).verify(TEXT, signature)
    assert Vkey.parse(signer.vkey.text) == signer.vkey


def test_what_an_ml_dsa_cosigner_signs_is_laid_out_as_tlog_cosignature_says() -> None:
    message = note.subtree_message("w.example", "l.example/x", 7, bytes(range(32)), 1795320003)
    assert message == (
        b"subtree/v1\n\0"
        + (b"\x09w.example" + (1795320003).to_bytes(8))
        + (b"\x0bl.example/x" + (0).to_bytes(8) + (7).to_bytes(8) + bytes(range(32)))
    )


def test_a_note_is_parted_at_its_last_blank_line() -> None:
    signer = Signer("quasimodo.example/salvatore", bytes(32))
    text = "Ognuno sta solo sul cuor della terra\n\ned è subito sera.\n".encode()
    parted, [line] = parse_note(note.join_note(text, [signer.line(text)]))
    assert parted == text
    signer.vkey.verify(parted, line.signature)


LINE = Signer("council.example/officer/7f3a", v.OFFICER_SEED).line(b"text\n")


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"text\n",
        b"text\n\n",
        b"text\n\n\n",
        ("text\n" + LINE).encode(),
        ("text\n\n" + LINE[:-1]).encode(),
        ("text\n\n" + LINE + LINE).encode(),
        ("text\n\n" + LINE + "\n").encode(),
        ("te\txt\n\n" + LINE).encode(),
        ("text\r\n\n" + LINE).encode(),
        b"te\xffxt\n\n" + LINE.encode(),
        ("text\n\n" + LINE.replace("—", "-")).encode(),
        ("text\n\n" + LINE.replace("— ", "—  ")).encode(),
        ("text\n\n" + LINE.replace("council", "Council")).encode(),
        ("text\n\n" + LINE.replace("7f3a", "7f3a+")).encode(),
        ("text\n\n" + LINE.replace("\n", " \n")).encode(),
        ("text\n\n— council.example/x AAAAAA==\n").encode(),
        ("text\n\n" + "".join(f"— council.example/{i} AAAAAAA=\n" for i in range(101))).encode(),
    ],
)
def test_a_note_that_is_not_exactly_a_note_is_refused(data: bytes) -> None:
    with pytest.raises(Malformed):
        parse_note(data)


@given(st.binary(max_size=80) | st.text(alphabet="— \na+/=é\0A", max_size=40).map(str.encode))
def test_no_bytes_bring_down_the_reader_of_notes(data: bytes) -> None:
    for read in (parse_note, note.tree_head):
        with contextlib.suppress(FairplaceError):
            read(data)


@pytest.mark.parametrize("size", [0, 31, 33])
def test_a_seed_has_32_bytes(size: int) -> None:
    for make in (Signer, Cosigner, MlDsaSigner):
        with pytest.raises(FairplaceError):
            make("council.example/x", bytes(size))


@pytest.mark.parametrize("name", ["", "Über", "a b", "a+b", "a\n", "A", "x" * 201, "fairplace\u2028"])
def test_a_name_is_plain(name: str) -> None:
    with pytest.raises(Malformed):
        Signer(name, bytes(32))


def test_the_key_id_separates_uses_of_one_key() -> None:
    public = Signer("a.example/x", bytes(32)).vkey.public
    assert len({Vkey(name, kind, public).key_id for name in ("a.example/x", "a.example/y") for kind in (1, 4)}) == 4
