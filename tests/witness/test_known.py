"""Witnesses in the settings, in the policy that follows from them, and on a checkpoint."""

from __future__ import annotations

import pytest

import fairplace_verify
from fairplace import settings
from fairplace.errors import Misconfigured
from fairplace.ledger.checkpoint import with_cosignatures
from fairplace.ledger.note import Cosigner, MlDsaSigner, Signer, mldsa_supported, parse_note
from fairplace.witness.known import cosigned, known, policy
from tests.witness.trees import LOG, NOW, ORIGIN, Tree, cosigner

HEAD = f'format = 1\nauthority = "X"\n[[log]]\norigin = "{ORIGIN}"\nvkeys = []\n'
W1, W2, W3 = (cosigner(f"w{number}.example") for number in (1, 2, 3))
SECOND = Cosigner("w1.example", b"\x31" * 32)
NOTE = Tree().note(5)
TEXT = parse_note(NOTE)[0]


def table(name: str, vkey: str, more: str = "") -> str:
    return f'[[witness]]\nname = "{name}"\nvkey = "{vkey}"\n{more}\n'


def read(*tables: str, quorum: int = 0) -> settings.Settings:
    text = f"quorum = {quorum}\n{HEAD}{''.join(tables)}"
    return settings.read(text.encode(), "fairplace.toml", {})


THREE = (table("w1", W1.vkey.text, 'url = "https://w1.example/witness"'), table("w2", W2.vkey.text), table("w3", W3.vkey.text))  # fmt: skip


def test_a_register_without_witnesses_says_that_none_is_needed() -> None:
    assert policy(known(read()), 0) == "quorum none\n"


def test_the_policy_of_two_of_three_is_one_that_the_checker_reads_and_means() -> None:
    text = policy(known(read(*THREE, quorum=2)), 2)
    assert text == (
        f"witness w1 {W1.vkey.text} https://w1.example/witness\nwitness w2 {W2.vkey.text}\nwitness w3 {W3.vkey.text}\n"
        "group quorum-group 2 w1 w2 w3\nquorum quorum-group\n"
    )
    checked = fairplace_verify.read_policy(f"log {LOG.vkey.text}\n{text}")
    assert not checked.met({W1.vkey.text})
    assert checked.met({W1.vkey.text, W3.vkey.text})


def test_a_retired_witness_stays_in_the_policy_and_counts_no_more() -> None:
    retired = table("w1", W1.vkey.text, "retired = true")
    text = policy(known(read(retired, *THREE[1:], quorum=1)), 1)
    checked = fairplace_verify.read_policy(text)
    assert checked.witnesses.keys() == {"w1", "w2", "w3"}
    assert not checked.met({W1.vkey.text})
    assert checked.met({W2.vkey.text})


@pytest.mark.skipif(not mldsa_supported(), reason="this build of `cryptography` has no ML-DSA-44")
def test_a_witness_with_two_keys_counts_once() -> None:
    quantum_safe = MlDsaSigner("w1.example", b"\x05" * 32)
    both = table("w1", W1.vkey.text, f'also = ["{quantum_safe.vkey.text}"]')
    found = known(read(both, THREE[1], quorum=2))
    checked = fairplace_verify.read_policy(policy(found, 2))
    assert not checked.met({W1.vkey.text, quantum_safe.vkey.text})
    assert checked.met({quantum_safe.vkey.text, W2.vkey.text})
    origin, size, root = ORIGIN, 5, Tree().root(5)
    lines = [W1.line(TEXT, NOW), quantum_safe.line(origin, size, root, NOW)]
    assert cosigned(with_cosignatures(NOTE, lines), found, 2) == (("w1",), 2, 2)


def test_lines_that_are_not_good_and_those_of_retired_witnesses_do_not_count() -> None:
    found = known(read(table("w1", W1.vkey.text, "retired = true"), *THREE[1:], quorum=1))
    other = parse_note(Tree().note(6))[0]
    note = with_cosignatures(NOTE, [W1.line(TEXT, NOW), W2.line(other, NOW)])
    assert cosigned(note, found, 1) == ((), 2, 1)
    assert not cosigned(note, found, 1).met
    assert cosigned(with_cosignatures(note, [W3.line(TEXT, NOW)]), found, 1).met


@pytest.mark.parametrize(
    ("tables", "quorum", "sentence"),
    [
        ((table("W1", W1.vkey.text),), 0, "expected a name of small letters"),
        ((table("none", W1.vkey.text),), 0, "expected a name of small letters"),
        ((table("quorum-group", W1.vkey.text),), 0, "expected a name of small letters"),
        ((table("w1/any", W1.vkey.text),), 0, "expected a name of small letters"),
        ((THREE[0], THREE[0]), 0, "names the witness w1 twice"),
        ((THREE[0], table("w2", W1.vkey.text)), 0, "gives one key to two witnesses"),
        ((table("w1", W1.vkey.text, f'also = ["{W1.vkey.text}"]'),), 0, "gives one key to two witnesses"),
        (THREE, 4, "the quorum is 4, of 3 witnesses"),
        ((table("w1", W1.vkey.text, "retired = true"),), 1, "the quorum is 1, of 0 witnesses"),
        (THREE, -1, "Expected `int` >= 0"),
        ((table("w1", W1.vkey.text, 'url = "ftp://a"'),), 0, "has the address 'ftp://a'"),
        ((table("w1", W1.vkey.text, 'url = "https://a/ b"'),), 0, "has the address"),
        ((table("w1", W1.vkey.text, 'url = "https://a?b"'),), 0, "has the address"),
        ((table("w1", W1.vkey.text, 'url = "https://me:pw@a"'),), 0, "has the address"),
        ((table("w1", W1.vkey.text, "colour = 1"),), 0, "unknown field `colour`"),
    ],
)
def test_settings_that_cannot_stand_are_refused(tables: tuple[str, ...], quorum: int, sentence: str) -> None:
    with pytest.raises(Misconfigured, match=sentence):
        read(*tables, quorum=quorum)


@pytest.mark.parametrize(
    ("vkey", "sentence"),
    [
        ("w1", "it must read name"),
        (Signer("w1.example", b"\x01" * 32).vkey.text, "expected a witness's own"),
        (Cosigner(ORIGIN, b"\x01" * 32).vkey.text, "expected a witness's own"),
        (W1.vkey.text.replace("w1", "w2"), "its bytes give"),
    ],
)
def test_what_is_no_key_of_a_witness_is_refused(vkey: str, sentence: str) -> None:
    with pytest.raises(Misconfigured, match=sentence):
        known(read(table("w1", vkey)))


def test_one_public_key_under_two_names_is_one_witness_pretending_to_be_two() -> None:
    twin = Cosigner("w9.example", b"\x31" * 32)
    with pytest.raises(Misconfigured, match="gives one key to two witnesses"):
        known(read(table("w1", SECOND.vkey.text), table("w9", twin.vkey.text)))
