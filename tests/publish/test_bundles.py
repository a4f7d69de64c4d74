"""A bundle proves itself: its container, its members, and what they say of each other, checked without our own readers."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import struct
import subprocess
import zipfile
import zlib
from pathlib import Path

import pytest

from fairplace.errors import Malformed, Refused, Unproven
from fairplace.ledger import proof
from fairplace.ledger.checkpoint import Checkpoint
from fairplace.ledger.note import Vkey, parse_note, tree_head, unb64
from fairplace.ledger.tree import verify_consistency
from fairplace.publish import evidence
from fairplace.publish.bundle import Wish, make
from fairplace.receipts import receipt
from tests.office import Office, open_office
from tests.publish.case import OWN, WINNER, asker, bundled, opened, proofs

READ_BY_PEOPLE = {"README.txt", "certificate.txt", "chronology.csv", "index.csv", "record.html", "schedule.csv"}


@pytest.fixture(scope="module")
def court(office: Office) -> bytes:
    return bundled(office.register, office.case, "court")[0]


def test_the_container_is_the_plainest_zip_there_is(court: bytes) -> None:
    """Built again by hand from names and contents (wire format, section 11), it is the same byte for byte."""
    members = opened(court)
    parts, directory, at = [], [], 0
    for name, data in sorted(members.items()):
        common = struct.pack("<HHHHHIIIHH", 20, 0, 0, 0, 0x21, zlib.crc32(data), len(data), len(data), len(name), 0)
        local = b"PK\x03\x04" + common + name.encode("ascii") + data
        directory.append(
            b"PK\x01\x02" + struct.pack("<BB", 20, 3) + common + struct.pack("<HHHII", 0, 0, 0, 0x81A40000, at)
            + name.encode("ascii")
        )  # fmt: skip
        parts.append(local)
        at += len(local)
    entries = b"".join(directory)
    end = b"PK\x05\x06" + struct.pack("<HHHHIIH", 0, 0, len(directory), len(directory), len(entries), at, 0)
    assert b"".join(parts) + entries + end == court


def test_every_proof_is_against_one_checkpoint_and_leads_to_its_root(office: Office, court: bytes) -> None:
    members = opened(court)
    keys = [Vkey.parse(one) for one in office.register.settings.log[0].vkeys]
    read = [*proofs(members).values(), *proofs(members, "register").values()]
    assert len({one.checkpoint for one in read}) == 1
    assert len({proof.verify(one, keys).root for one in read}) == 1
    said = json.loads(members["bundle.json"])
    checkpoint = Checkpoint.parse(read[0].checkpoint, keys)
    assert said["checkpoint"]["size"] == checkpoint.size
    assert unb64(said["checkpoint"]["root"], "the root") == checkpoint.root
    assert set(proofs(members)) == {one.index for one in office.register.reader.case(office.case)}


def test_the_register_is_whole_from_the_first_entry(office: Office, court: bytes) -> None:
    found = proofs(opened(court), "register")
    assert [read.entry.envelope.n for _, read in sorted(found.items())] == list(range(1, len(found) + 1))
    assert office.register.reader.register().head_index == max(found)


def test_the_members_are_those_of_the_format_and_no_others(court: bytes) -> None:
    names = set(opened(court))
    folders = {name.partition("/")[0] for name in names if "/" in name}
    assert folders == {"proofs", "register", "documents"}
    assert {name for name in names if "/" not in name} == READ_BY_PEOPLE | {"bundle.json", "policy"}


def test_documents_go_along_or_a_line_says_why_not(office: Office, court: bytes) -> None:
    members = opened(court)
    said = {one["sha256"]: one for one in json.loads(members["bundle.json"])["documents"]}
    for name in ("tender pack", OWN.name, WINNER.provider.name):
        digest = hashlib.sha256(name.encode()).hexdigest()
        assert members[f"documents/{digest}"] == name.encode()
        assert said[digest]["included"]
        assert said[digest]["why"] == ""
    missing = hashlib.sha256(b"Quokka3 Homes").hexdigest()
    assert said[missing]["why"] == evidence.NOT_KEPT
    assert f"documents/{missing}" not in members
    assert f"No: {evidence.NOT_KEPT}" in members["record.html"].decode()
    without = opened(bundled(office.register, office.case, "court", without_documents=True)[0])
    assert not [name for name in without if name.startswith("documents/")]
    assert {one["why"] for one in json.loads(without["bundle.json"])["documents"]} == {evidence.LEFT_OUT}


def test_a_document_that_was_changed_is_not_handed_over(office: Office, tmp_path: Path) -> None:
    digest = hashlib.sha256(OWN.name.encode()).hexdigest()
    file = office.register.folder / "documents" / office.register.documents._named(digest)
    kept = file.read_bytes()
    file.write_bytes(kept[:-1] + bytes([kept[-1] ^ 1]))
    try:
        members = opened(bundled(office.register, office.case, "bidder", provider=OWN.id)[0])
    finally:
        file.write_bytes(kept)
    [said] = [one for one in json.loads(members["bundle.json"])["documents"] if one["sha256"] == digest]
    assert (said["included"], said["why"]) == (False, evidence.CHANGED)


def test_documents_beyond_the_room_of_the_list_are_counted(office: Office) -> None:
    held_by = {f"{n:064x}": n for n in range(600)}
    papers = [
        evidence.Paper(evidence.Document(sha256=digest, bytes=n, media="application/pdf"), evidence.NOT_KEPT)
        for digest, n in held_by.items()
    ]
    from fairplace.publish.held import gather

    held = gather(office.register, office.case, "public")
    said, listed = evidence.about(held, papers)
    assert len(said) <= evidence.MOST_SAID
    assert json.loads(said)["documents_left_out"] == 600 - len(listed) > 0
    assert [one["sha256"] for one in json.loads(said)["documents"]] == [one.document.sha256 for one in listed]


# The same again


@pytest.mark.parametrize("edition", ["public", "ring", "court"])
def test_the_same_register_and_wish_give_the_same_bytes(office: Office, edition: str) -> None:
    assert bundled(office.register, office.case, edition) == bundled(office.register, office.case, edition)


def test_a_bundle_is_written_whole_for_its_owner_alone_and_over_nothing(office: Office, tmp_path: Path) -> None:
    target = tmp_path / "case.fpbundle"
    wish = Wish(case=office.case, edition="court", asker=asker("monitoring"), pdf=False)
    made = make(office.register, wish, target)
    assert hashlib.sha256(target.read_bytes()).hexdigest() == made.sha256
    assert target.stat().st_size == made.bytes
    assert target.stat().st_mode & 0o777 == 0o600
    with pytest.raises(Refused, match="there already"):
        make(office.register, wish, target)
    with pytest.raises(Malformed):
        make(office.register, Wish(case=office.case, edition="court", pdf=False), tmp_path / "other.fpbundle")
    assert [path.name for path in tmp_path.iterdir()] == ["case.fpbundle"], "nothing half-written is left behind"


# Receipts


def test_a_receipt_is_tied_to_the_bundle(tmp_path: Path) -> None:
    with open_office(tmp_path / "register", until="opened") as office:
        office.register.follow()
        early = receipt(office.register, office.at["deposit.received/1"])
        first, office.case = office.case, ""
        office.tell(until="planned")  # another case: the log grows
        office.register.follow()
        members = opened(bundled(office.register, first, "court", receipts=(early,))[0])
        [name] = [name for name in members if name.startswith("consistency/")]
        note, hashes = proof.parse(early).checkpoint, members[name].removeprefix(proof.parse(early).checkpoint)
        assert hashes.startswith(b"\n")
        old = tree_head(parse_note(note)[0])
        new = tree_head(parse_note(next(iter(proofs(members).values())).checkpoint)[0])
        assert name == f"consistency/{old[1]}-{new[1]}"
        steps = [unb64(line, "a hash") for line in hashes.decode().split()]
        verify_consistency(old[1], new[1], old[2], new[2], steps)
        now = receipt(office.register, 0)
        assert not [
            name
            for name in opened(bundled(office.register, first, "court", receipts=(now,))[0])
            if name.startswith("consistency/")
        ], "a receipt under the bundle's own checkpoint needs no tie"


def test_a_receipt_of_another_history_is_refused(office: Office, tmp_path: Path) -> None:
    with open_office(tmp_path / "register", seed=2, until="planned") as other:
        other.register.follow()
        foreign = receipt(other.register, other.register.reader.size - 1)
    with pytest.raises(Unproven, match="one of the two histories was changed"):
        bundled(office.register, office.case, "public", receipts=(foreign,))
    with pytest.raises(Malformed):
        bundled(office.register, office.case, "public", receipts=(b"no receipt",))


# What cannot be made


def test_a_case_that_is_not_there_or_not_published_is_said_so(office: Office, tmp_path: Path) -> None:
    with pytest.raises(evidence.Missing, match="no case"):
        bundled(office.register, "11111111-2222-4333-8444-555555555555", "public")
    with open_office(tmp_path / "register") as fresh:
        fresh.tell(until="planned")
        with pytest.raises(evidence.Missing, match="no case"):
            bundled(fresh.register, fresh.case, "public")


def test_entries_that_no_checkpoint_covers_are_counted_and_left_out(tmp_path: Path) -> None:
    with open_office(tmp_path / "register", until="planned") as office:
        office.register.follow()
        from fairplace.people.commands import DeclareInterests

        office.do(DeclareInterests(id="test", acting_as="officer"))
        data, made = bundled(office.register, office.case, "public")
        assert made.newer == 1
        assert made.entries == len(proofs(opened(data))) == 2


def test_the_digest_of_the_certificate_is_made_again_with_the_commands_of_the_readme(
    court: bytes, tmp_path: Path
) -> None:
    if shutil.which("sha256sum") is None:
        pytest.skip("this system has no sha256sum")
    members = opened(court)
    with zipfile.ZipFile(_kept(court, tmp_path)) as packed:
        packed.extractall(tmp_path / "opened")
    [command] = re.findall(r"(?m)^     (find .+\\\n.+)$", members["README.txt"].decode())
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", command], cwd=tmp_path / "opened", capture_output=True, text=True, check=True
    )
    digest = done.stdout.split()[0]
    assert f"digest of the evidence:\n     {digest}\n" in members["certificate.txt"].decode()
    assert f"It must be {digest}" in members["README.txt"].decode()
    assert digest in members["record.html"].decode()


def _kept(data: bytes, folder: Path) -> Path:
    path = folder / "case.fpbundle"
    path.write_bytes(data)
    return path
