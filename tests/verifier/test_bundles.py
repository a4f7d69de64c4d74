"""A bundle is genuine when all of it is, in every edition; each falsehood in it is found, and placed."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
import time
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest

import fairplace_verify
from fairplace_verify import Report, Tree, check_consistency, main, verify_bundle
from tests.verifier.writer import (
    AT,
    CASE,
    DEPOSITS,
    EVALUATOR,
    LOG,
    OFFICER,
    OTHER_CASE,
    STRANGER,
    WITNESS,
    Writer,
    canonical,
    consistency,
    deposited,
    leaf_hash,
    planned,
    root_of,
    scored,
    story,
    zipped,
)

STORY = story([LOG])
SIZE = 14
DEPOSIT, COVER, OPENED, SHEET_AT = 6, 7, 8, 9
EDITIONS = ["court", "public", "bidder", "ring"]
Members = dict[str, bytes]


def entry(index: int, folder: str = "proofs") -> str:
    return f"{folder}/{index:020}.tlog-proof"


def checked(members: Members | bytes, **given: Any) -> Report:
    data = members if isinstance(members, bytes) else zipped(members)
    return verify_bundle(data, **({"keys": [LOG.vkey]} | given))


def false(members: Members | bytes, says: str, **where: Any) -> None:
    report = checked(members)
    assert report.false is not None, "everything was found true"
    assert says in str(report.false)
    assert where.items() <= vars(report.false).items(), str(report.false)
    assert (report.word, report.exit_code) == ("not genuine", 1)


def saying(members: Members, **changes: Any) -> Members:
    """The same, with something else in bundle.json."""
    return members | {"bundle.json": canonical(json.loads(members["bundle.json"]) | changes)}


@pytest.fixture
def court() -> Members:
    return STORY.members("court", earlier=[5])


@pytest.mark.parametrize("edition", EDITIONS)
def test_every_edition_is_genuine_under_a_key_of_the_reader_s_and_partly_checked_without(edition: str) -> None:
    report = checked(STORY.members(edition, earlier=[5]))
    assert (report.word, report.size) == ("genuine", SIZE), report.verdict
    assert checked(STORY.members(edition), keys=[]).word == "partly checked"
    false_key = checked(STORY.members(edition), keys=[STRANGER.vkey])
    assert "not signed by a key that you gave" in str(false_key.false)


def test_what_stays_closed_is_counted_by_basis() -> None:
    notes = "\n".join(checked(STORY.members("bidder")).notes)
    assert "7 sealed values are not opened in this edition: 7 commercial" in notes
    assert "are for people: they are no evidence" in notes
    assert "no later entry was left off the end cannot be seen from a bundle alone" in notes


def test_every_flipped_byte_of_a_bundle_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    for pure in (fairplace_verify.is_signed, fairplace_verify.read_entry, fairplace_verify.read_json):
        monkeypatch.setattr(fairplace_verify, pure.__name__, lru_cache(maxsize=None)(pure))
    writer = Writer([LOG]).begin()
    planned(writer)
    deposited(writer)
    data = writer.publish().fpbundle()
    assert checked(data).word == "genuine"
    unseen = []
    for at in range(len(data)):
        flipped = data[:at] + bytes([data[at] ^ (1 << at % 8)]) + data[at + 1 :]
        if checked(flipped).exit_code != 1:
            unseen.append(at)
    assert not unseen


@pytest.mark.parametrize("cut", [1, 22, 23, 100, 5_000])
def test_a_bundle_that_broke_off_is_found(cut: int) -> None:
    assert checked(STORY.fpbundle()[:-cut]).exit_code == 1
    assert checked(STORY.fpbundle()[:cut]).exit_code == 1


# the members


REQUIRED = ["bundle.json", "policy", "README.txt", "record.html", "chronology.csv", "index.csv", "schedule.csv"]


@pytest.mark.parametrize("name", [*REQUIRED, "certificate.txt"])
def test_a_member_that_is_missing_is_found(court: Members, name: str) -> None:
    del court[name]
    false(court, "the member is missing", file=name)


def test_the_paged_record_may_be_absent(court: Members) -> None:
    del court["record.pdf"]
    assert checked(court).word == "genuine"


def test_an_entry_left_out_of_a_stream_is_found(court: Members) -> None:
    for index in (OPENED, 11):
        fewer = dict(court)
        del fewer[entry(index)]
        assert checked(fewer).exit_code == 1
    del court[entry(OPENED)]
    false(court, "this is event 2 of the stream", entry=10)


def test_a_register_that_is_not_whole_is_found(court: Members) -> None:
    for index in range(5):
        fewer = dict(court)
        del fewer[entry(index, "register")]
        assert checked(fewer).exit_code == 1
    del court[entry(0, "register")]
    false(court, "the member is missing", file=entry(0, "register"))


def test_a_sheet_left_out_shows_in_what_the_award_rests_on(court: Members) -> None:
    del court[entry(SHEET_AT)]
    false(court, "rests on 1 entries of evaluation.sheet-signed/1, but the case has 0", entry=10)


def test_a_deposit_left_out_shows_in_a_court_s_edition_and_is_noted_in_another() -> None:
    members = STORY.members("court")
    del members[entry(DEPOSIT)]
    false(members, "is not in this edition for a court")
    report = checked(saying(members, edition="ring"))
    assert report.word == "genuine", report.verdict
    assert "opens values of entry 6, a deposit that is not in this edition" in "\n".join(report.notes)


def test_sealed_counts_that_do_not_add_up_are_found_in_a_court_s_edition_and_noted_in_another() -> None:
    writer = Writer([LOG]).begin()
    planned(writer)
    deposit, second = deposited(writer), deposited(writer, stream="00000000-0000-4000-8000-0000000000ce")
    rests_on = writer.rests_on(DEPOSITS, [deposit, second])
    writer.add("procurement.bids-opened/1", {"case": CASE}, sealed={"/rests_on": rests_on})
    whole = writer.publish().members()
    assert checked(whole).word == "genuine"
    del whole[entry(second)]
    false(whole, "rests on 2 entries of deposit.received/1, deposit.withdrawn/1, but the case has 1")
    assert "rests on 2 deposits, of which 1 are open" in "\n".join(checked(saying(whole, edition="bidder")).notes)


def test_a_cover_or_a_deposit_whose_case_is_closed_is_found(court: Members) -> None:
    false(court | {entry(COVER): STORY.proof(COVER)}, "expected it open", entry=COVER, slot="/case")
    false(court | {entry(COVER): STORY.proof(COVER, ["/case", "/seen"])}, "is None, expected it open", entry=COVER)
    false(court | {entry(DEPOSIT): STORY.proof(DEPOSIT)}, "expected it open", entry=DEPOSIT, slot="/case")


def test_an_entry_of_another_case_is_found() -> None:
    writer = story([LOG])
    other = planned(writer, OTHER_CASE)
    members = writer.publish().members()
    assert checked(members).word == "genuine"
    false(members | {entry(other): writer.proof(other)}, f'is "{OTHER_CASE}", expected {CASE}', entry=other)
    false(saying(members, case=OTHER_CASE), "the case of the entry is")


def test_an_entry_in_the_wrong_folder_is_found(court: Members) -> None:
    court[entry(5, "register")] = court.pop(entry(5))
    false(court, "the entry belongs in proofs/", entry=5)
    court[entry(5)] = court.pop(entry(5, "register"))
    court[entry(4)] = court.pop(entry(4, "register"))
    false(court, "the entry belongs in register/", entry=4)
    court[entry(4, "register")] = court[entry(4)]
    false(court, "stands in register/00000000000000000004.tlog-proof as well", entry=4)


def test_a_proof_under_the_name_of_another_is_found(court: Members) -> None:
    false(court | {entry(9): court[entry(10)]}, "the proof is of entry 10", file=entry(9))


def test_a_proof_to_another_checkpoint_is_found(court: Members) -> None:
    older = Writer([LOG]).begin().publish()
    false(court | {entry(3, "register"): older.proof(3)}, "another checkpoint", file=entry(3, "register"))


def test_a_changed_entry_is_found(court: Members) -> None:
    name = entry(10)
    changed = STORY.entries[10].replace(b"awarded/1", b"awarded/2")
    proof = STORY.proof(10).replace(
        fairplace_verify.b64(STORY.entries[10]).encode(), fairplace_verify.b64(changed).encode()
    )
    assert proof != court[name]
    false(court | {name: proof}, "the proof leads to", file=name, entry=10)


def test_an_entry_whose_signature_is_bad_in_a_log_that_swears_to_it_is_found() -> None:
    writer = Writer([LOG]).begin()
    planned(writer)
    index = writer.add("procurement.note/1", {"case": CASE})
    text, _, line = writer.entries[index].partition(b"\n\n")
    other = OFFICER.note(text + b"!\n")
    writer.entries[index] = text + b"\n\n" + other
    assert line != other
    false(writer.publish().fpbundle(), "does not fit the event", entry=index)


def test_an_entry_by_a_key_that_might_not_sign_is_found() -> None:
    writer = Writer([LOG]).begin()
    planned(writer)
    writer.register("key.limited/1", {"not_for": ["procurement.note/1"], "vkey": OFFICER.vkey})
    index = writer.add("procurement.note/1", {"case": CASE})
    false(writer.publish().fpbundle(), "may not sign procurement.note/1", entry=index)


def test_an_opening_that_does_not_fit_is_found(court: Members) -> None:
    text = STORY.disclosures[5]["/title"]
    writer = story([LOG])
    writer.disclosures[5]["/title"] = writer.seal("/title", "Palaces")
    assert text != writer.disclosures[5]["/title"]
    false(court | {entry(5): writer.proof(5, ["/title"])}, "has digest", entry=5, slot="/title")


def test_a_public_edition_opens_only_what_is_public() -> None:
    members = STORY.members("public", opens=STORY.in_effect | {5: {"/title"}})
    false(members, "no act has made it public", entry=5, slot="/title")


# the checkpoint


def test_a_checkpoint_signed_by_a_key_that_is_none_of_the_log_is_found() -> None:
    writer = story([LOG])
    writer.checkpoints[SIZE] = writer.head(SIZE) + b"\n" + STRANGER.note(writer.head(SIZE))
    false(writer.fpbundle(), "neither a key of the log nor a witness")


def test_witnesses_count_by_the_reader_s_policy_alone() -> None:
    writer = story([LOG])
    head = writer.head(SIZE)
    writer.publish(extra=WITNESS.cosign(head))
    named = f"log {LOG.vkey}\nwitness w {WITNESS.vkey}\nquorum w\n"
    members = writer.members()
    assert "neither a key of the log" in str(checked(members).false)
    members["policy"] = named.encode()
    assert checked(members).word == "genuine"
    assert checked(members, keys=[]).word == "partly checked"
    assert checked(members, keys=[], policy=named).word == "genuine"
    missing = checked(story([LOG]).members(), keys=[], policy=named)
    assert (missing.word, "have not all signed" in missing.trust) == ("partly checked", True)


def test_a_policy_that_is_none_is_found(court: Members) -> None:
    false(court | {"policy": b"quorum none"}, "does not end in a line feed", file="policy")


def test_earlier_checkpoints_are_tied_by_consistency_and_wrong_ones_are_found(court: Members) -> None:
    name = f"consistency/5-{SIZE}"
    assert checked(court).checks[3].detail.startswith("its lines are good; 1 earlier")
    false(court | {name: court[name][:-45]}, "consistency proof", file=name)
    false(court | {name: court[name] + court[name][-45:]}, "more hashes", file=name)
    false(court | {f"consistency/6-{SIZE}": court[name]}, f"expected the name {name}", file=f"consistency/6-{SIZE}")
    other = Writer([LOG]).begin()
    other.register("key.revoked/1", {"reason": "left", "vkey": EVALUATOR.vkey})
    other.publish()
    text = other.checkpoints[6]
    forged = {f"consistency/6-{SIZE}": text + b"\n" + court[name].rpartition(b"\n\n")[2]}
    assert checked(court | forged).exit_code == 1
    badly = court[name].replace(court[name].split(b"\n")[4], STRANGER.note(STORY.head(5)).strip())
    false(court | {name: badly}, "neither a key of the log", file=name)


def test_consistency_holds_for_every_pair_of_sizes_to_33_and_breaks_in_every_way() -> None:
    leaves = [leaf_hash(bytes([i])) for i in range(33)]
    tree = Tree(leaves)
    for new in range(1, 34):
        for old in range(1, new):
            proof = consistency(old, leaves[:new])
            one, two = (old, tree.root(old)), (new, root_of(leaves[:new]))
            check_consistency(one, two, proof)
            for broken in (proof[:-1], [*proof, proof[0]], [bytes(32), *proof[1:]]):
                with pytest.raises(fairplace_verify.Falsehood):
                    check_consistency(one, two, broken)
            for changed in ((old, bytes(32)), (old + 1, tree.root(old))):
                with pytest.raises(fairplace_verify.Falsehood):
                    check_consistency(changed, two, proof)
    for pair in ((0, 5), (5, 5), (6, 5)):
        with pytest.raises(fairplace_verify.Falsehood, match="expected a growth"):
            check_consistency((pair[0], bytes(32)), (pair[1], bytes(32)), [])


def test_a_timestamp_is_named_with_the_command_that_checks_it(court: Members) -> None:
    report = checked(court | {f"timestamp/{SIZE}.tsr": b"token"})
    assert report.word == "genuine"
    digest = hashlib.sha256(STORY.head(SIZE)).hexdigest()
    assert f"openssl ts -verify -digest {digest} -in timestamp/{SIZE}.tsr -CAfile" in "\n".join(report.notes)
    false(court | {"timestamp/5.tsr": b"token"}, "of another size", file="timestamp/5.tsr")


# what the bundle says of itself, and documents


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"edition": "private"}, '`edition` is "private"'),
        ({"format": "fairplace/bundle/2"}, "expected fairplace/bundle/1"),
        ({"case": "x"}, "expected a UUIDv4"),
        ({"case": "00000000-0000-4000-8000-0000000000bb"}, "the case of the entry is"),
        ({"log": "log.example/other"}, "not log.example/register"),
        ({"made_at": "yesterday"}, "expected YYYY"),
        ({"software": ""}, "expected the version"),
        ({"checkpoint": {"root": "", "size": 14}}, "but that of the proofs"),
        ({"checkpoint": []}, "expected an object"),
        ({"documents": {}}, "is no list"),
        ({"documents": [{}]}, "expected the members"),
        ({"documents_left_out": 1}, "but 0 documents are named and not listed"),
        ({"documents_left_out": -1}, "expected a number"),
        ({"more": 1}, 'a member "more"'),
    ],
)
def test_a_bundle_that_says_what_is_not_so_is_found(court: Members, changes: dict[str, Any], says: str) -> None:
    false(saying(court, **changes), says)


PAPER = b"%PDF-1.7 the tender"
DIGEST = hashlib.sha256(PAPER).hexdigest()
NAMED = {"bytes": len(PAPER), "media": "application/pdf", "sha256": DIGEST}


def with_document(**value: Any) -> Writer:
    writer = Writer([LOG]).begin()
    planned(writer)
    writer.add("procurement.note/1", {"case": CASE}, sealed={"/exhibit": {"papers": [NAMED | value]}})
    return writer.publish()


def test_documents_are_those_that_an_opened_value_names() -> None:
    writer = with_document()
    members = writer.members(documents={DIGEST: (PAPER, "application/pdf", "")})
    report = checked(members)
    assert (report.word, report.checks[5].count) == ("genuine", 1), report.verdict
    left_out = writer.members(documents={DIGEST: (PAPER, "application/pdf", "it is a bidder's own")})
    assert checked(left_out).word == "genuine"
    assert checked(saying(writer.members(), documents_left_out=1)).word == "genuine"
    false(writer.members(), "`documents_left_out` is 0, but 1 documents are named")
    false(members | {f"documents/{DIGEST}": PAPER + b"!"}, f"it has {len(PAPER) + 1} bytes", file=f"documents/{DIGEST}")
    changed = bytes([PAPER[0] ^ 1]) + PAPER[1:]
    false(members | {f"documents/{DIGEST}": changed}, "its SHA-256 is", file=f"documents/{DIGEST}")
    false(members | {f"documents/{'0' * 64}": b""}, "does not say that this document is here")
    false(left_out | {f"documents/{DIGEST}": PAPER}, "does not say that this document is here")
    del members[f"documents/{DIGEST}"]
    false(members, "the member is missing", file=f"documents/{DIGEST}")


def test_a_document_that_nothing_opened_names_is_found() -> None:
    writer = with_document()
    members = writer.members(opens={}, documents={DIGEST: (PAPER, "application/pdf", "")})
    false(members, "nothing names the document")
    wrong = writer.members(documents={DIGEST: (PAPER, "text/plain", "")})
    false(wrong, "nothing names the document")


@pytest.mark.parametrize("changes", [{"why": "x"}, {"included": False}, {"included": 1}, {"why": None}])
def test_a_document_is_there_or_a_reason_is(changes: dict[str, Any]) -> None:
    members = with_document().members(documents={DIGEST: (PAPER, "application/pdf", "")})
    [listed] = json.loads(members["bundle.json"])["documents"]
    false(saying(members, documents=[listed | changes]), "expected true, or a reason")


# the container


def swapped(data: bytes, old: bytes, new: bytes) -> bytes:
    assert old in data
    return data.replace(old, new, 1)


def with_extra(data: bytes) -> bytes:
    """An extra field on the first member, told in its own header."""
    length = int.from_bytes(data[26:28], "little")
    return data[:28] + b"\4\0" + data[30 : 30 + length] + b"\xfe\xca\0\0" + data[30 + length :]


TWISTS: dict[str, tuple[Callable[[bytes], bytes], str]] = {
    "bytes before": (lambda data: b"MZ" + data, "after 0 members the directory is not theirs"),
    "bytes after": (lambda data: data + b"\0", "the directory is not theirs"),
    "a comment": (lambda data: data[:-2] + b"\1\0!", "the directory is not theirs"),
    "an extra field": (with_extra, "is not the plain one"),
    "encryption": (lambda data: data[:6] + b"\1\0" + data[8:], "has the flags 0x0001"),
    "a data descriptor": (lambda data: data[:6] + b"\x08\0" + data[8:], "has the flags 0x0008"),
    "compression": (lambda data: data[:8] + b"\x08\0" + data[10:], "is compressed (method 8)"),
    "another date": (lambda data: data[:12] + b"\x22\0" + data[14:], "is not the plain one"),
    "another size": (lambda data: data[:22] + b"\xff\xff\xff\xff" + data[26:], "is not the plain one"),
    "sizes beyond the file": (lambda data: data[:18] + b"\xff\xff\xff\x7f" * 2 + data[26:], "but the file ends before"),
    "ZIP64": (lambda data: data[:18] + b"\xff" * 8 + data[26:], "but the file ends before"),
    "another checksum": (lambda data: data[:14] + bytes(4) + data[18:], "its CRC-32 is"),
    "a name that climbs": (lambda data: data.replace(b"README.txt", b"../evil.sh"), "which no bundle has"),
    "an absolute name": (lambda data: data.replace(b"README.txt", b"/evil/file"), "which no bundle has"),
    "a name with a NUL": (lambda data: data.replace(b"README.txt", b"README.tx\0"), "which no bundle has"),
    "another name in the directory": (
        lambda data: b"policX".join(data.rsplit(b"policy", 1)),
        "the directory is not theirs",
    ),
    "a mode": (lambda data: swapped(data, b"\0\0\xa4\x81", b"\0\0\xff\xa1"), "the directory is not theirs"),
    "a gap before the directory": (lambda data: swapped(data, b"PK\1\2", b"\0PK\1\2"), "the directory is not theirs"),
    "nothing": (lambda _: b"", "after 0 members the directory is not theirs"),
    "an empty ZIP": (lambda _: zipped({}), "the member is missing"),
    "half a header": (lambda data: data[:20], "in the middle of the header"),
}


@pytest.mark.parametrize("name", TWISTS)
def test_a_container_with_anything_else_to_say_is_found(name: str) -> None:
    twist, says = TWISTS[name]
    false(twist(STORY.fpbundle()), says)


def test_members_twice_or_out_of_order_are_found(court: Members) -> None:
    parts = {name: zipped({name: data}) for name, data in court.items()}
    local = {name: part[: part.rindex(b"PK\1\2")] for name, part in parts.items()}
    false(local["README.txt"] * 2, 'the member "README.txt" comes after "README.txt"')
    false(local["policy"] + local["README.txt"], 'the member "README.txt" comes after "policy"')


def test_a_bomb_is_refused_before_anything_grows(tmp_path: Path) -> None:
    """Ten megabytes that would unpack to ten gigabytes: compression is refused by its header."""
    import zipfile

    bomb = tmp_path / "bomb.fpbundle"
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("README.txt", bytes(50_000_000))
    assert bomb.stat().st_size < 100_000
    began = time.monotonic()
    assert main([str(bomb)]) == 1
    assert time.monotonic() - began < 5


# by the command, and without the package


def test_a_bundle_is_checked_on_a_bare_python(tmp_path: Path) -> None:
    path = tmp_path / "case.fpbundle"
    path.write_bytes(story().fpbundle())
    done = subprocess.run(
        [sys.executable, "-I", "-S", fairplace_verify.__file__, str(path), "--key", LOG.vkey],
        env={},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, ""), done.stdout
    assert "GENUINE. Everything checked holds" in done.stdout
    assert "1 ML-DSA-44 signatures of checkpoints were not checked" in done.stdout


def test_the_zip_of_a_whole_register_is_no_bundle_and_the_answer_says_what_to_do(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "log.zip"
    path.write_bytes(zipped(STORY.files()))
    assert main([str(path)]) == 2
    assert "unpack it" in capsys.readouterr().out


@pytest.mark.slow
def test_a_case_of_a_thousand_entries_is_checked_in_a_minute_without_the_package(tmp_path: Path) -> None:
    writer = Writer([LOG]).begin()
    planned(writer)
    while len(writer.entries) < 1_000:
        writer.add("procurement.note/1", {"case": CASE, "at": AT}, sealed={"/words": "Homes"})
    scored(writer)
    path = tmp_path / "case.fpbundle"
    path.write_bytes(writer.publish().fpbundle())
    began = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-I", "-S", fairplace_verify.__file__, str(path), "--key", LOG.vkey],
        env={},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert time.monotonic() - began < 60
