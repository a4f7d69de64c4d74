"""The published vectors of the format (section 14), read by the verifier."""

from __future__ import annotations

import base64
import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
import rfc8785

from fairplace_verify import (
    ENCODER,
    Falsehood,
    Tree,
    Unreadable,
    as_text,
    b64,
    check_line,
    digests_of,
    leaf_hash,
    read_checkpoint,
    read_disclosure,
    read_entry,
    read_json,
    read_policy,
    read_vkey,
    root_from,
    verify_proof,
    verify_register,
)
from tests.verifier.writer import bundle, path_to, root_of

LOG = "log.council.example/commissioning+d6d127f1+AYqI4910CfGV/VLbLTy6XXLKZwm/HZQSG/N0iAG0D29c"
ADMIN = "council.example/key-admin+b7abbd43+AW56HN0psLeP0Tr0xVmP7/TvKpcWbjym8uT7/M2AUFvx"
OFFICER = "council.example/officer/7f3a+02da4b90+AYE5dw6ofRdfVqNUZsNMfszLjYqRtO43ol32D1uPybOU"
WITNESS = "witness.example/w1+d9ed62c5+BO1JKMYo0cLG6ukDOJBZlWEpWSc6XGP5NjbBRhSshzfR"
POLICY = f"log {LOG}\nwitness one {WITNESS}\nquorum one\n"

ENTRIES = [
    (
        b"fairplace/event/v1\n"
        b'{"actor":"council.example/key-admin","at":"2026-11-22T04:00:00.000Z","body":{"root_key":'
        b'"council.example/key-admin+b7abbd43+AW56HN0psLeP0Tr0xVmP7/TvKpcWbjym8uT7/M2AUFvx"},'
        b'"id":"01970000-0000-7000-8000-000000000001","keys":"","log":"log.council.example/commissioning","n":1,'
        b'"prev":"","sealed":{},"stream":"00000000-0000-4000-8000-000000000001","type":"log.opened/1"}\n\n'
        b"\xe2\x80\x94 council.example/key-admin t6u9Q1wXtFWrTRmi/FdlnPXeVuTRnb/qLf0+0VeziZUe1JIQ6ARG+HDlVXum7acvm3i"
        b"MlTA2ZugQka6KDjLQB0k/VQs=\n"
    ),
    (
        b"fairplace/event/v1\n"
        b'{"actor":"council.example/key-admin","at":"2026-11-22T04:00:01.000Z","body":{"role":"evaluator","vkey":'
        b'"council.example/officer/7f3a+02da4b90+AYE5dw6ofRdfVqNUZsNMfszLjYqRtO43ol32D1uPybOU"},'
        b'"id":"01970000-0000-7000-8000-000000000002","keys":"06942orhBe0W1uXGQI+wX9rNkAWNSLndmGJj6QaEI9o=",'
        b'"log":"log.council.example/commissioning","n":2,"prev":"06942orhBe0W1uXGQI+wX9rNkAWNSLndmGJj6QaEI9o=",'
        b'"sealed":{},"stream":"00000000-0000-4000-8000-000000000001","type":"key.added/1"}\n\n'
        b"\xe2\x80\x94 council.example/key-admin t6u9Q5Nvgt9g7QQIBuGKsvkQa0v78B9ir2hVTrh4zeoWNTyYRxbEdWOopc3JChtMi6O"
        b"V6y+aCEXo+pH1dmDApJmTKQI=\n"
    ),
    (
        b"fairplace/event/v1\n"
        b'{"actor":"council.example/officer/7f3a","at":"2026-11-22T04:00:02.000Z","body":{"bid":"B-2",'
        b'"criterion":"Q4","weight_bp":1500},"id":"01970000-0000-7000-8000-000000000003",'
        b'"keys":"MvhCDr+gPtoyTxWJjXwgBCaKs+zbVn6kKqZeqI86aVI=","log":"log.council.example/commissioning","n":1,'
        b'"prev":"","sealed":{"/score":{"basis":"commercial","d":"s9qIO5PBbz-bKe07-5aDxEhDVdsgvdiGVnFfeGh2N5g"}},'
        b'"stream":"00000000-0000-4000-8000-0000000000aa","type":"evaluation.scored/1"}\n\n'
        b"\xe2\x80\x94 council.example/officer/7f3a AtpLkN5TzZVZo/dBNGM7IZLi7x+M7pNG1Fop5m0m6iOISYCcHZyC2SgdVO3AUpwqrj"
        b"qE9bb9Cy828ZTBDUlDECaIwAc=\n"
    ),
]
LEAVES = [
    "06942orhBe0W1uXGQI+wX9rNkAWNSLndmGJj6QaEI9o=",
    "MvhCDr+gPtoyTxWJjXwgBCaKs+zbVn6kKqZeqI86aVI=",
    "nH2eDHoa34qNwBq+RxzXweVsdqH8b1QfePBK3LtjV84=",
]
DISCLOSURE = (
    "WyJBQUVDQXdRRkJnY0lDUW9MREEwT0R4QVJFaE1VRlJZWEdCa2FHeHdkSGg4IiwiL3Njb3JlIix7Im1hcmsiOjcxLCJvZiI6MTAwLCJyZWFzb24"
    "iOiJNZWV0cyBRNDsgZXZpZGVuY2Ugb2Ygc3RhYmlsaXR5IG91dGNvbWVzIn1d"
)
ROOTS = [
    LEAVES[0],
    "R6U4ng5rlrxwsh53E/tNI3meBhPpawY05oQcQSDRJhQ=",
    "t5U0po2WQh7zsmH+TYFxpRGDMDuFLCu+52uwJH982+Y=",
]
CHECKPOINT = (
    b"log.council.example/commissioning\n3\nt5U0po2WQh7zsmH+TYFxpRGDMDuFLCu+52uwJH982+Y=\n\n"
    b"\xe2\x80\x94 log.council.example/commissioning 1tEn8caWpAzknH+YPT0Hif9CyPbw1KV3Zo7HFj6P4qajT3S5ueIESV+q6lL+jucL9Uu"
    b"AFoJ+lhP+NUQDaLU4MLokCwc=\n"
    b"\xe2\x80\x94 witness.example/w1 2e1ixQAAAABrAmjD6Mbe7CBh9RVvBvsUMtlbqsD8B+P3fQ860/SWIK9DVMtxm556Qc2GqAmbfWtlMkF5"
    b"FVckzof1NN26+IPHuThGCQ==\n"
)


def proof() -> bytes:
    extra = base64.b64encode(ENTRIES[2] + f"~{DISCLOSURE}\n".encode()).decode()
    return f"c2sp.org/tlog-proof@v1\nextra {extra}\nindex 2\n{ROOTS[1]}\n\n".encode() + CHECKPOINT


@pytest.mark.parametrize("index", range(3))
def test_the_entries_are_read_and_give_their_leaves(index: int) -> None:
    assert len(ENTRIES[index]) == (509, 614, 600)[index]
    assert b64(read_entry(ENTRIES[index]).leaf) == LEAVES[index]


def test_the_files_of_the_log_have_the_published_hashes() -> None:
    entries = hashlib.sha256(bundle(ENTRIES)).hexdigest()
    assert entries == "88c4bdd6af20df1fe22676fd5bd6c9967ef2b7ecf20b7cdfc8ee82c43b9b98bc"
    tree = Tree(leaf_hash(entry) for entry in ENTRIES)
    tile = hashlib.sha256(tree.tile(0, 0, 3)).hexdigest()
    assert tile == "ec5df9d31e27250533fa6e11ccd40a87f1bf2638fca27817706b14a4d57fb257"
    assert [b64(tree.root(size)) for size in (1, 2, 3)] == ROOTS
    assert hashlib.sha256(proof()).hexdigest() == "3f325bc47afe4ef1fe75e4d1bdfc35a6b03ee7a1ea5c278853ad6ae3be041ee6"


def test_the_disclosure_opens_the_score() -> None:
    slot, value = read_disclosure(DISCLOSURE, digests_of(read_entry(ENTRIES[2]).event))
    assert (slot, value["mark"]) == ("/score", 71)


@pytest.mark.parametrize(("line", "vkey"), [(0, LOG), (1, WITNESS)])
def test_the_checkpoint_is_signed_by_log_and_witness(line: int, vkey: str) -> None:
    checkpoint = read_checkpoint(CHECKPOINT)
    check_line(read_vkey(vkey), checkpoint.lines[line], checkpoint)


def test_the_proof_holds_under_a_policy_with_a_witness() -> None:
    report = verify_proof(proof(), policy=POLICY)
    assert report.exit_code == 0, report.verdict
    assert report.size == 3
    assert report.root == ROOTS[2]


def test_the_proof_holds_under_the_key_of_the_log_and_of_the_officer() -> None:
    assert verify_proof(proof(), [LOG]).exit_code == 0
    assert verify_proof(proof(), [LOG, OFFICER]).exit_code == 0


def test_the_page_on_checking_shows_what_the_checker_prints_of_the_proof() -> None:
    said = as_text(verify_proof(proof(), [LOG])).split("\n\n")[1]
    assert said.startswith("What it opens of entry 2")
    assert f"\n```\n{said}\n```\n" in (Path(__file__).parents[2] / "docs/verify.md").read_text("utf-8")


def test_the_proof_alone_is_true_but_not_trusted() -> None:
    for keys in ([], [OFFICER]):
        report = verify_proof(proof(), keys)
        assert report.exit_code == 3
        assert "cannot be judged from this file alone" in report.notes[0]


def test_the_proof_without_the_quorum_is_true_but_not_trusted() -> None:
    cut = proof().partition("— witness".encode())[0]
    report = verify_proof(cut, policy=POLICY)
    assert report.exit_code == 3
    assert "witnesses" in report.trust


def test_the_proof_under_another_key_is_false() -> None:
    assert verify_proof(proof(), [ADMIN]).exit_code == 1


def test_the_log_of_the_vectors_is_no_register_for_want_of_a_case() -> None:
    """The vectors show bytes; their third event has no `case`, and the log has no log key of its own."""
    tree = Tree(leaf_hash(entry) for entry in ENTRIES)
    files = {
        "checkpoint": CHECKPOINT,
        "checkpoints/3": CHECKPOINT,
        "policy": POLICY.encode(),
        "tile/0/000.p/3": tree.tile(0, 0, 3),
        "tile/entries/000.p/3": bundle(ENTRIES),
    }
    report = verify_register(files, policy=POLICY)
    assert report.false is not None
    assert (report.false.entry, report.false.why) == (2, "`case` is None, expected the stream of a case")


def test_inclusion_proofs_of_every_size_to_33_hold_and_break_in_every_way() -> None:
    for size in range(1, 34):
        leaves = [leaf_hash(bytes([i])) for i in range(size)]
        tree = Tree(leaves)
        assert tree.root(size) == root_of(leaves)
        for index in range(size):
            path = path_to(index, leaves)
            assert root_from(leaves[index], index, size, path) == root_of(leaves)
            for broken in (path[:-1], [*path, path[0]] if path else [leaves[0]]):
                if broken != path:
                    with pytest.raises(Falsehood):
                        root_from(leaves[index], index, size, broken)
            swapped = [bytes(32), *path[1:]]
            if path:
                assert root_from(leaves[index], index, size, swapped) != root_of(leaves)
        with pytest.raises(Falsehood, match="of a log of"):
            root_from(leaves[0], size, size, [])
    assert Tree().root(0) == hashlib.sha256().digest()


VALUES: list[Any] = [
    {"b": 1, "a": [True, False, None, -1, 0, 2**53 - 1]},
    {"A": "a", "_": "b", "a": "c", "/x/y": "d", "x-y": "e", "x.y": "f", "x:y": "g"},
    "".join(map(chr, range(1, 0x300))),
    "\u2028\u2029\ufeff\uffff\U0001f600\U0010ffff\x7f\x80",
    {},
    [[], {}, [[]], ""],
]


@pytest.mark.parametrize("value", VALUES)
def test_canonical_json_is_that_of_rfc_8785(value: Any) -> None:
    text = rfc8785.dumps(value)
    assert ENCODER.encode(value).encode() == text
    assert read_json(text) == value == json.loads(text)


@pytest.mark.parametrize(
    "policy",
    [
        "",
        "quorum two\n",
        f"log {WITNESS}\nquorum none\n",
        f"witness one {LOG}\nquorum one\n",
        f"witness none {WITNESS}\nquorum none\n",
        f"witness one {WITNESS}\nwitness two {WITNESS}\nquorum one\n",
        f"witness one {WITNESS}\ngroup g 2 one\nquorum g\n",
        f"witness one {WITNESS}\ngroup g x one\nquorum g\n",
        f"witness one {WITNESS}\ngroup g any one\ngroup h any one\nquorum h\n",
        f"quorum one\nwitness one {WITNESS}\n",
        "quorum none\nquorum none\n",
        "log x\nquorum none\n",
        "hello\nquorum none\n",
    ],
)
def test_a_policy_that_breaks_its_rules_is_unreadable(policy: str) -> None:
    with pytest.raises(Unreadable):
        read_policy(policy)


def test_a_policy_counts_witnesses_by_group() -> None:
    policy = read_policy(
        f"# whom we trust\n\n log\t{LOG}  https://x\nwitness one {WITNESS}\ngroup g all one\nquorum g\n"
    )
    assert policy.met({WITNESS})
    assert not policy.met({LOG})
