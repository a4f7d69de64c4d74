"""What a passkey signed is told from what it did not, and so are its keys; with the package and without."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

import pytest

import fairplace_verify as checker
from fairplace_verify import Falsehood
from tests.verifier.passkeys import ES256_BENT, SITE, Passkey, lines
from tests.verifier.writer import OFFICER, b64

TEXT = b"fairplace/event/v1\n{}\n"
ES256, EDDSA = (Passkey(OFFICER.name, 30, eddsa=eddsa) for eddsa in (False, True))


@pytest.fixture(params=[True, False], ids=["with the package", "without it"], autouse=True)
def package(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(checker, "HAS_CRYPTOGRAPHY", request.param)
    checker.checker.cache_clear()
    yield
    checker.checker.cache_clear()


def taken(vkey: str, signature: bytes, text: bytes = TEXT) -> bool:
    """As for a line of an entry: its length first, then the rest."""
    if len(signature) not in checker.ASSERTION_BYTES:
        return False
    key = checker.read_vkey(vkey)
    try:
        return checker.is_signed(key.kind, key.public, signature, text)
    except Falsehood:
        return False


@pytest.mark.parametrize("key", [ES256, EDDSA], ids=["ES256", "EdDSA"])
def test_each_way_to_bend_an_assertion_is_found_and_each_good_one_taken(key: Passkey) -> None:
    right = {name: good for name, (_, good) in lines(key).items()}
    assert {name: taken(key.vkey, sign(TEXT)) for name, (sign, _) in lines(key).items()} == right
    assert sum(right.values()) == 8
    assert len(right) > 50


@pytest.mark.parametrize("key", [ES256, EDDSA], ids=["ES256", "EdDSA"])
def test_no_flip_of_one_bit_is_taken(key: Passkey) -> None:
    good = key.assertion(TEXT)
    assert taken(key.vkey, good)
    bits = range(0, 8 * len(good), 1 if checker.HAS_CRYPTOGRAPHY else 7)
    for bit in bits:
        changed = bytearray(good)
        changed[bit // 8] ^= 1 << bit % 8
        assert not taken(key.vkey, bytes(changed)), bit


def test_a_passkey_signs_for_one_text_and_one_key() -> None:
    good = ES256.assertion(TEXT)
    assert not taken(ES256.vkey, good, TEXT + b"\n")
    assert not taken(Passkey(OFFICER.name, 31).vkey, good)
    assert not taken(EDDSA.vkey, good)
    assert not taken(Passkey(OFFICER.name, 30, site="https://council.example").vkey, good)


def test_the_same_key_signs_at_another_site_under_another_key_id() -> None:
    here, there = (Passkey(OFFICER.name, 30, site=site) for site in (SITE, "http://localhost:8000"))
    assert here.keyid != there.keyid
    assert taken(there.vkey, there.assertion(TEXT))
    assert checker.read_vkey(here.vkey).bare == checker.read_vkey(there.vkey).bare == here.point


def test_the_higher_s_is_another_form_of_a_good_signature_and_is_not_taken() -> None:
    sign, good = lines(ES256)["the higher s"]
    assert not good
    signature = sign(TEXT)
    client = signature[39:-64]
    message = signature[:37] + hashlib.sha256(client).digest()
    assert checker.p256_checker(ES256.point, signature[-64:], message), "ECDSA itself would take it"
    assert not taken(ES256.vkey, signature)
    assert "the higher s" in ES256_BENT


def vkey_of(material: bytes, name: str = OFFICER.name) -> str:
    return f"{name}+{hashlib.sha256(name.encode() + chr(10).encode() + material).hexdigest()[:8]}+{b64(material)}"


LEAD = b"\xfffairplace/passkey-es256/v1\n"


def written(site: bytes, point: bytes = ES256.point, lead: bytes = LEAD) -> str:
    return vkey_of(lead + bytes([len(site)]) + site + point)


@pytest.mark.parametrize(
    "site",
    [
        b"https://a",
        b"https://a.b-c.example:8443",
        b"http://localhost",
        b"http://localhost:5000",
        b"https://" + b"a" * 247,
    ],
)
def test_a_passkey_is_read_with_the_site_at_which_it_signs(site: bytes) -> None:
    key = checker.read_vkey(written(site))
    assert checker.read_passkey(key.public) == (site.decode(), ES256.point)


@pytest.mark.parametrize(
    "vkey",
    [
        written(b""),
        written(b"https://"),
        written(b"http://council.example"),
        written(b"http://localhost.evil.example"),
        written(b"https://Council.example"),
        written(b"https://council.example/"),
        written(b"https://council.example:0443"),
        written(b"https://council.example:"),
        written(b"https://council..example"),
        written(b"https://a\n"),
        written("https://é".encode()),
        written(b"https://a", ES256.point[:-1]),
        written(b"https://a", ES256.point + b"\0"),
        written(b"https://a", b"\2" + ES256.point[1:]),
        written(b"https://a", EDDSA.point),
        written(b"https://a", EDDSA.point, b"\xfffairplace/passkey-eddsa/v2\n"),
        written(b"https://a", EDDSA.point, b"\xfffairplace/passkey-eddsa/v1"),
        written(b"https://a", EDDSA.point, b"\xff"),
        written(b"https://a", EDDSA.point, b"\xfe"),
        vkey_of(b"\xff"),
        vkey_of(b"\xfffairplace/passkey-eddsa/v1\n"),
        vkey_of(b"\xfffairplace/passkey-eddsa/v1\n\xff" + EDDSA.point),
        vkey_of(b"\xff" + EDDSA.point),
    ],
)
def test_a_key_that_is_no_passkey_is_refused(vkey: str) -> None:
    with pytest.raises(Falsehood):
        checker.read_vkey(vkey)


def test_a_passkey_signs_no_checkpoints() -> None:
    from tests.verifier.writer import LOG, ORIGIN, story

    key = Passkey(ORIGIN, 33)
    proof = story([LOG]).proof(7)
    text = proof.split(b"\n\n")[1] + b"\n"
    report = checker.verify_proof(proof + key.note(text), [key.vkey])
    assert not report.ok
    assert "signs no checkpoints" in report.verdict
