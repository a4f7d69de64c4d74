"""The reader in Go: built as Go builds, right about trees, and at one with the real writer."""

from __future__ import annotations

import itertools
import random
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from fairplace.errors import Unproven
from fairplace.ledger import proof, tree
from fairplace.ledger.note import b64
from tests.interop.conftest import SOURCES, go_settings
from tests.interop.readers import Go, put
from tests.ledger import vectors
from tests.ledger.test_vectors import HASHES
from tests.ledger.test_vectors import node as vector_node
from tests.office import CHAPTERS, open_office
from tests.story import OFFERS

pytestmark = pytest.mark.needs_go

LEAVES = [tree.leaf_hash(number.to_bytes(2)) for number in range(300)]
"""The leaves of the naive tree in tests/ledger/test_tree.py."""


def node(level: int, index: int) -> bytes:
    return tree.root(LEAVES[index << level : (index + 1) << level])


def asked(kind: str, large: int, small: int, *hashes: bytes) -> str:
    first, second, *path = map(b64, hashes)
    return f"{kind} {large} {small} {first} {second} {','.join(path) or '-'}"


def broken(path: list[bytes], root: bytes) -> Iterator[list[bytes]]:
    yield [*path, root]
    for i in range(len(path)):
        yield [*path[:i], *path[i + 1 :]]
        yield [*path[:i], bytes([path[i][0] ^ 1]) + path[i][1:], *path[i + 1 :]]


def ours(kind: str, large: int, small: int, first: bytes, second: bytes, path: list[bytes]) -> str:
    try:
        if kind == "inclusion":
            tree.verify_inclusion(second, small, large, path, first)
        else:
            tree.verify_consistency(small, large, second, first, path)
    except Unproven:
        return "false"
    return "true"


def test_the_checker_is_formatted_and_go_finds_no_fault_in_it(checker: Path) -> None:
    assert checker.is_file()
    files = sorted(map(str, SOURCES.glob("*.go")))
    for command in (["gofmt", "-l", *files], ["go", "vet", *files]):
        done = subprocess.run(
            command, env=go_settings(checker.parent / "cache"), capture_output=True, text=True, check=False
        )
        assert (done.returncode, done.stdout, done.stderr) == (0, "", ""), command


def test_go_and_the_engine_say_the_same_of_proofs_good_and_broken(checker: Path) -> None:
    """Sizes to 300: all places near powers of two, others by chance."""
    chance = random.Random(300)
    cases = []
    for large in sorted({*range(1, 18), 31, 32, 33, 63, 64, 65, 127, 128, 129, 255, 256, 257, 299, 300}):
        root = tree.root(LEAVES[:large])
        for small in sorted({0, large - 1, *chance.sample(range(large), min(large, 6))}):
            path = tree.inclusion_proof(small, large, node)
            cases += [("inclusion", large, small, root, LEAVES[small], one) for one in (path, *broken(path, root))]
            cases.append(("inclusion", large, large, root, LEAVES[small], path))
            cases.append(("inclusion", large, small, root, root, path))
            old = tree.root(LEAVES[: small + 1])
            path = tree.consistency_proof(small + 1, large, node)
            cases += [("consistency", large, small + 1, root, old, one) for one in (path, *broken(path, root))]
            cases.append(("consistency", large, small + 1, old, root, path))
    lines = "".join(f"{asked(*case[:3], *case[3:5], *case[5])}\n" for case in cases)
    done = subprocess.run([checker, "proofs"], input=lines, capture_output=True, text=True, check=True)
    said = done.stdout.split()
    wrong = [case[:3] for case, answer in zip(cases, said, strict=True) if answer != ours(*case)]
    assert not wrong
    assert 0 < said.count("true") < said.count("false")


def test_go_reads_the_published_vectors(checker: Path) -> None:
    hashes = tree.inclusion_proof(2, 3, vector_node)
    made = proof.make(vectors.ENTRY_2, [vectors.DISCLOSURE], 2, hashes, vectors.CHECKPOINT)
    policy = f"log {vectors.LOG_VKEY}\nwitness w1 {vectors.WITNESS_VKEY}\nquorum w1\n"
    assert Go(checker).read(made, [vectors.LOG_VKEY, vectors.OFFICER_VKEY]).verdict == "genuine"
    assert Go(checker).read(made, [], policy).verdict == "genuine"
    assert Go(checker).read(made, [vectors.ADMIN_VKEY]).verdict == "not genuine"
    root = tree.root(HASHES)
    pairs = itertools.combinations(range(1, 4), 2)
    lines = "".join(
        asked("consistency", new, old, tree.root(HASHES[:new]), tree.root(HASHES[:old]), *path) + "\n"
        for old, new in pairs
        for path in [tree.consistency_proof(old, new, vector_node)]
    )
    done = subprocess.run([checker, "proofs"], input=lines, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["true"] * 3
    assert b64(root) == vectors.ROOTS[2]


def test_go_reads_what_the_writer_publishes_after_every_chapter_of_a_competition(checker: Path, tmp_path: Path) -> None:
    with open_office(tmp_path / "register") as office:
        keys = office.register.settings.log[0].vkeys
        for number, tell in enumerate(CHAPTERS.values()):
            tell(office, OFFERS[:3])
            office.register.publisher.publish()
            copy = tmp_path / str(number)
            shutil.copytree(office.register.public, copy)
            done = subprocess.run([checker, "folder", copy, *keys], capture_output=True, text=True, check=False)
            assert done.returncode == 0, done.stdout
        assert f'"size":{office.register.reader.size}' in done.stdout


def test_what_is_no_record_is_none(checker: Path, tmp_path: Path) -> None:
    put(tmp_path, {"register/README": b"hello"})
    for kind, path in (("folder", "register"), ("folder", "nowhere"), ("proof", "nowhere"), ("paper", "register")):
        done = subprocess.run([checker, kind, tmp_path / path], capture_output=True, text=True, check=False)
        assert (done.returncode, done.stderr) == (2, "")
        assert '"verdict":"not a record"' in done.stdout
