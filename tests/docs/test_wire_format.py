"""The page on the format says what the checker checks, and its vectors hold as they stand on the page."""

import hashlib
import re
from pathlib import Path

import fairplace_verify as checker
from fairplace import catalogue
from fairplace.event import Step
from fairplace.ledger import canonical, disclosure, entry, proof
from fairplace.ledger.tiles import bundle
from tests.ledger import vectors

PAGE = (Path(__file__).parents[2] / "docs/wire-format.md").read_text("utf-8")
VECTORS = PAGE[PAGE.index("## 14. Test vectors") :]
BLOCKS = [block.encode() for block in re.findall(r"```\n(.+?)```", VECTORS, re.DOTALL)]
ENTRIES, CHECKPOINT = BLOCKS[:3], BLOCKS[3]
VKEYS = re.findall(r"^    (\S+\+[0-9a-f]{8}\+\S+)$", VECTORS, re.MULTILINE)


def test_each_entry_on_the_page_has_the_size_and_the_leaf_hash_that_stand_above_it() -> None:
    stated = re.findall(r"^Entry (\d), (\d+) bytes, leaf hash `(\S+)`:$", VECTORS, re.MULTILINE)
    found = [(str(n), str(len(raw)), checker.read_entry(raw).leaf_b64) for n, raw in enumerate(ENTRIES)]
    assert stated == found
    assert len(found) == 3


def test_each_entry_on_the_page_is_signed_by_a_key_on_the_page() -> None:
    keys = {(key.name, key.keyid): key for key in map(checker.read_vkey, VKEYS)}
    for raw in ENTRIES:
        one = checker.read_entry(raw)
        [line] = one.lines
        assert checker.is_signed(keys[line[:2]].kind, keys[line[:2]].public, line.signature, one.text)


def test_each_passkey_on_the_page_signed_the_text_of_the_last_entry() -> None:
    text = checker.read_entry(ENTRIES[2]).text
    found = []
    for block in BLOCKS[4:]:
        vkey, line = block.decode().splitlines(keepends=True)
        key, [signed] = checker.read_vkey(vkey[:-1]), checker.read_lines(line.encode(), 1)
        assert signed[:2] == key[:2]
        assert checker.is_signed(key.kind, key.public, signed.signature, text)
        passkey = checker.read_passkey(key.public)
        assert f"`{signed.signature[39:-64].decode()}`" in VECTORS
        assert f"of the site `{passkey.site}`" in VECTORS
        found.append(len(passkey.public))
    assert found == [65, 32]


def test_the_page_has_every_form_and_limit_of_a_passkey() -> None:
    for lead in checker.PASSKEY_TYPES:
        assert f'"{lead.decode()[:-1]}" LF ||' in PAGE
    https, localhost = checker.SITE.pattern.replace("(?:", "(").split("|")
    assert f"`{https}` or `{localhost}`" in PAGE
    assert f"clientDataJSON (1 to {checker.MOST_CLIENT_DATA:,} bytes)" in PAGE
    assert f"authenticatorData ({checker.AUTHENTICATOR_BYTES} bytes)" in PAGE
    [sentence] = re.findall(r"No name comes twice, and none is (.+)\.$", PAGE, re.MULTILINE)
    assert re.findall(r"`(\w+)`", sentence) == [name.decode() for name in checker.ONCE]


def test_the_checkpoint_on_the_page_follows_from_its_entries_and_keys() -> None:
    checkpoint = checker.read_checkpoint(CHECKPOINT)
    tree = checker.Tree(checker.leaf_hash(raw) for raw in ENTRIES)
    assert checkpoint.root == tree.root(3)
    assert f"of size 2, `{checker.b64(tree.root(2))}`; of size 3, `{checker.b64(tree.root(3))}`" in VECTORS
    log, *_, witness = map(checker.read_vkey, VKEYS)
    for key, line in zip((log, witness), checkpoint.lines, strict=True):
        checker.check_line(key, line, checkpoint)
    assert f"The time of the witness is {vectors.WITNESS_TIME}." in VECTORS
    assert f'H("") = {checker.b64(checker.Tree().root(0))}' in PAGE


def test_the_disclosure_on_the_page_opens_the_slot_of_its_entry() -> None:
    decoded, handed_over = re.findall(r"^    (\[.+\])\n    (\S+)$", VECTORS, re.MULTILINE)[0]
    slot, value = checker.read_disclosure(handed_over, checker.digests_of(checker.read_entry(ENTRIES[2]).event))
    assert canonical.decode(decoded.encode())[1:] == [slot, value]
    assert slot == "/score"


def test_the_digests_on_the_page_are_those_of_the_files_that_its_entries_give() -> None:
    handed_over = re.findall(r"^    (WyJ\S+)$", VECTORS, re.MULTILINE)
    leaves = [checker.leaf_hash(raw) for raw in ENTRIES]
    inclusion = [checker.node_hash(leaves[0], leaves[1])]
    files = [bundle(ENTRIES), b"".join(leaves), proof.make(ENTRIES[2], handed_over, 2, inclusion, CHECKPOINT)]
    stated = re.findall(r"\| ([\d,]+) \| `([0-9a-f]{64})` \|", VECTORS)
    published = [(f"{len(file):,}", hashlib.sha256(file).hexdigest()) for file in files]
    assert stated[: len(published)] == published
    assert len(stated) == len(published) + 1  # the record of the vault, which the tests of the vault make


def test_the_checkpoint_on_paper_is_that_of_the_vectors_and_its_check_digits_are_right() -> None:
    printed = re.findall(
        r"^    fairplace checkpoint 1\n    (\S+)\n    size (\d+)\n    (.+)\n    (.+)$", PAGE, re.MULTILINE
    )
    [(origin, size, *lines)] = printed
    checkpoint = checker.read_checkpoint(CHECKPOINT)
    assert (origin, int(size)) == (checkpoint.origin, checkpoint.size)
    digits = [line.replace(" ", "") for line in lines]
    assert bytes.fromhex("".join(line[:32] for line in digits)) == checkpoint.root
    for number, line in enumerate(digits, 1):
        text = f"{origin}\n{size}\n{number}\n{line[:32]}"
        assert bytes.fromhex(line[32:]) == hashlib.sha256(text.encode()).digest()[:1]


def test_the_page_has_every_member_basis_type_and_limit_of_the_checker() -> None:
    members = re.findall(
        r"^\| `([a-z]+)` \|", PAGE[PAGE.index("The JSON is an object") : PAGE.index("### Cases")], re.MULTILINE
    )
    assert members == checker.MEMBERS
    assert "is one of " + ", ".join(f"`{basis}`" for basis in BASES) in PAGE
    assert set(BASES) == checker.BASES == disclosure.BASES
    register = dict(re.findall(r"^\| `([a-z-]+\.[a-z-]+/1)` \| (`.+?) \|", PAGE, re.MULTILINE))
    assert {
        name: re.findall(r"`(\w+)`", cell.split(";")[0]) for name, cell in register.items()
    } == checker.REGISTER_MEMBERS
    for limit in (checker.MOST_JSON, entry.MAX_BYTES, checker.PUBLIC_BYTES[6], checker.SIGNATURE_BYTES[6] - 8):
        assert f"{limit:,}" in PAGE
    for pattern in (checker.KEY.pattern, checker.NAME, checker.ROLE.pattern, checker.TYPE.pattern):
        assert f"`{pattern}`" in PAGE


BASES = ("personal", "child", "commercial", "standstill", "security", "legal-privilege")


def test_no_step_has_a_member_of_its_own_that_a_reader_takes_for_the_case_as_its_author_knew_it() -> None:
    """A `seen` in the stream of a case is judged as section 3 says, whatever its author meant."""
    steps = {name: kind for name, kind in catalogue.TYPES.items() if issubclass(kind, Step)}
    assert len(steps) > 20
    assert not [name for name, kind in steps.items() if "seen" in kind.__struct_fields__]
