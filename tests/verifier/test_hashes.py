"""What a register shows that keeps its entries within: hashes, signed states, and releases of numbers."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import lru_cache, partial
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

import fairplace_verify
from fairplace_verify import audit, london_day, main, read_trust, verify_proof, verify_register, verify_releases
from tests.matrix import every
from tests.verifier import within
from tests.verifier.test_sites import answering, giving, serving
from tests.verifier.writer import EVALUATOR, LOG, LOG_PQ, NEW_LOG, OFFICER, ROOT, STRANGER, WITNESS, Writer

LOG_WITHIN, AT = within.story()
HASHES = within.hashes(LOG_WITHIN)
RELEASES = within.releases(LOG_WITHIN, AT)
KEYS = [LOG.vkey]


@pytest.fixture(autouse=True, scope="module")
def remembered() -> object:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(fairplace_verify, "PATIENCE", 0)
        for pure in (fairplace_verify.is_signed, fairplace_verify.read_entry, fairplace_verify.read_json):
            patch.setattr(fairplace_verify, pure.__name__, lru_cache(maxsize=None)(pure))
        yield


def flipped(data: bytes, at: int) -> bytes:
    return data[:at] + bytes([data[at] ^ (0x01, 0x80)[at % 2]]) + data[at + 1 :]


def put(folder: Path, files: dict[str, bytes]) -> Path:
    for name, data in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
    return folder


# Hashes


def test_hashes_alone_are_partly_checked_and_the_reason_says_what_was_not() -> None:
    report = verify_register(HASHES, KEYS)
    assert (report.word, report.exit_code) == ("partly checked", 3)
    assert report.verdict.startswith("PARTLY CHECKED. All that hashes can show holds: the log only grew; the log ")
    assert "is signed by a key that you gave" in report.verdict
    assert "its entries are not public, so what they say, and who signed them, was not checked" in report.verdict
    assert [(one.check, one.count) for one in report.checks][:2] == [("files", 6), ("hashes", len(LOG_WITHIN.entries))]


def test_a_state_that_is_kept_as_lost_excuses_no_other_history() -> None:
    """That it was lost is declared in an entry that is not seen, so whoever changed a history could say so as well."""
    other, _ = within.story(salts=100)
    size = len(other.entries)
    paper = fairplace_verify.read_paper(other.head(size))
    report = verify_register(HASHES | {f"lost/5/{size}": other.checkpoints[size]}, KEYS, papers=[paper])
    assert report.word == "partly checked"
    assert "is no state of this log; it is kept as one that was lost" in report.verdict
    assert "a history that was changed, was not told apart: keep both" in report.verdict
    assert "declares lost" not in report.verdict


def test_without_a_key_it_says_that_anybody_could_have_made_them() -> None:
    assert "anybody could have made them" in verify_register(HASHES).verdict


def test_a_key_that_did_not_sign_and_a_key_that_may_have_opened_the_log() -> None:
    assert verify_register(HASHES, [NEW_LOG.vkey]).word == "not genuine"
    report = verify_register(HASHES, [ROOT.vkey])
    assert report.word == "partly checked"
    assert f"whether {ROOT.vkey} opened the log stands in its first entry" in report.verdict


@pytest.mark.matrix
@pytest.mark.parametrize("name", sorted(HASHES))
def test_every_flipped_byte_of_every_file_is_found(name: str) -> None:
    """But for what a policy calls a witness, which is its own choice, and for the oldest state: that may be by a key that
    the policy names no longer, and then it is said.
    """
    unseen = []
    for at in every(5, range(len(HASHES[name]))):
        report = verify_register(HASHES | {name: flipped(HASHES[name], at)}, KEYS)
        told = name == "checkpoints/6" and "are by keys not in `policy`" in report.verdict
        told = told or HASHES[name][at - 8 : at + 2] in (b"witness w1", b"itness w1 ")
        if report.word != "not genuine" and not told:
            unseen.append(at)
    assert not unseen


@pytest.mark.parametrize("name", sorted(set(HASHES) - {"checkpoint", "checkpoints/6", "tile/0/000.p/6"}))
def test_a_file_that_is_missing_is_found(name: str) -> None:
    report = verify_register({one: data for one, data in HASHES.items() if one != name}, KEYS)
    assert (report.word, "the file is missing" in report.verdict) == ("not genuine", True)


def test_a_stray_entry_or_opening_among_hashes_is_found() -> None:
    for name in ("disclosures/003", "tile/entries/000.p/6", "secret", "tile/0/001.p/1"):
        assert verify_register(HASHES | {name: b"x"}, KEYS).word == "not genuine", name


def test_a_state_that_the_log_signed_for_other_hashes_is_found() -> None:
    other, _ = within.story(salts=100)
    report = verify_register(HASHES | {"checkpoint": other.checkpoints[len(other.entries)]}, KEYS)
    assert report.word == "not genuine"
    paper = fairplace_verify.read_paper(other.head(len(other.entries)))
    report = verify_register(HASHES, KEYS, papers=[paper])
    assert "one of the two histories was changed" in report.verdict


def test_states_by_a_key_that_was_replaced_are_told_and_judged_where_the_reader_brings_it() -> None:
    files = within.hashes(within.rotated())
    report = verify_register(files, [NEW_LOG.vkey])
    assert report.word == "partly checked"
    assert "3 lines of earlier states are by keys not in `policy`" in report.verdict
    assert LOG.keyid.hex() in report.verdict
    policy = f"log {LOG.vkey}\nlog {NEW_LOG.vkey}\nquorum none\n"
    assert verify_register(files, [NEW_LOG.vkey], policy).word == "partly checked"
    newest = max(int(name[12:]) for name in files if name.startswith("checkpoints/"))
    note = files["checkpoint"] + LOG.note(files["checkpoint"].partition(b"\n\n")[0] + b"\n")
    report = verify_register(files | {"checkpoint": note, f"checkpoints/{newest}": note}, [NEW_LOG.vkey])
    assert "not in `policy`" in report.verdict
    assert report.word == "not genuine"


def test_a_state_that_the_standing_key_left_unsigned_is_found() -> None:
    writer = Writer([LOG]).begin().publish()
    writer.add("procurement.planned/1", {"case": "x"})
    writer.publish(signers=[STRANGER_LOG])
    writer.add("procurement.planned/1", {"case": "x"})
    writer.publish()
    report = verify_register(within.hashes(writer), KEYS)
    assert "no key of `policy` signs it, and one signs checkpoints/5, which is older" in report.verdict


STRANGER_LOG = type(STRANGER)(LOG.name, 77)


def test_hashes_on_a_web_site_with_the_releases_below_homes() -> None:
    feed = {"items": [{"id": f"{LOG.name}/{name}"} for name in ("decisions-2", "answers-1", "decisions-1")]}
    site = HASHES | {f"homes/{name}": data for name, data in RELEASES.items()}
    site["homes/feed.json"] = json.dumps(feed).encode()
    with serving(answering(giving(site))) as address:
        report = verify_register(address, KEYS)
    assert report.word == "partly checked"
    assert [one.count for one in report.checks if one.check == "releases"] == [2]
    assert any("came after these cannot be seen" in note for note in report.notes)
    site["homes/decisions-2.json"] = flipped(site["homes/decisions-2.json"], 90)
    with serving(answering(giving(site))) as address:
        report = verify_register(address, KEYS)
    assert (report.word, report.false and report.false.file) == ("not genuine", "decisions-2.json")
    with serving(answering(giving(HASHES))) as address:
        report = verify_register(address, KEYS)
    assert "the site has no feed of them" in [one.detail for one in report.checks]


def forged() -> dict[str, bytes]:
    """A release that the log never had, by whoever has no key of it: in a tree that is longer than the log's own."""
    writer = Writer([STRANGER_LOG]).begin()
    for _ in LOG_WITHIN.entries:
        writer.add("procurement.planned/1", {"case": "x"})
    at = {"decisions-1": within.release(writer, 1)}
    return within.releases(writer.publish(), at)


def test_a_release_on_a_web_site_that_the_log_did_not_sign_is_found() -> None:
    site = HASHES | {f"homes/{name}": data for name, data in forged().items()}
    site["homes/feed.json"] = json.dumps({"items": [{"id": f"{LOG.name}/decisions-1"}]}).encode()
    with serving(answering(giving(site))) as address:
        report = verify_register(address, KEYS)
    assert report.word == "not genuine"
    assert "no Ed25519 key of the register's `policy` signs its checkpoint" in report.verdict


# Releases


def test_releases_are_those_that_the_log_has() -> None:
    report = verify_releases(RELEASES, KEYS)
    assert report.word == "genuine", report.verdict
    assert [(one.check, one.count) for one in report.checks][:3] == [("files", 4), ("entries", 4), ("releases", 2)]
    assert any("was allowed" in note or "were allowed" in note for note in report.notes)
    assert any("came after these cannot be seen" in note for note in report.notes)
    assert verify_releases(RELEASES).word == "partly checked"
    assert verify_releases(RELEASES, [STRANGER_LOG.vkey]).word == "not genuine"


@pytest.mark.matrix
@pytest.mark.parametrize("name", sorted(RELEASES))
def test_every_flipped_byte_of_a_release_and_its_proof_is_found(name: str) -> None:
    """Of a tombstone all is signed but the blanks between its words."""
    unseen = []
    for at in every(5, range(len(RELEASES[name]))):
        report = verify_releases(
            RELEASES | {name: flipped(RELEASES[name], at)}, [LOG.vkey, LOG_PQ.vkey, OFFICER.vkey, EVALUATOR.vkey]
        )
        unseen += [at] if report.word != "not genuine" else []
    if name == "decisions-1.json":
        unseen = [at for at in unseen if RELEASES[name][at] != 32]
    assert not unseen


def test_a_day_in_london_is_that_of_the_time_zone_database() -> None:
    for hours in range(0, 20 * 366 * 24, 5):
        when = datetime(2020, 1, 1, tzinfo=UTC) + timedelta(hours=hours)
        at = when.isoformat(timespec="milliseconds").replace("+00:00", "Z")
        assert london_day(at) == when.astimezone(ZoneInfo("Europe/London")).date().isoformat(), at


def without(*names: str) -> dict[str, bytes]:
    return {name: data for name, data in RELEASES.items() if name not in names}


FALSE: dict[str, tuple[Callable[[], dict[str, bytes]], str]] = {
    "a release left out of the middle": (partial(without, "answers-1.json", "answers-1.tlog-proof"), "is not here"),
    "a withdrawal that is hidden": (partial(without, "decisions-1-withdrawn.tlog-proof"), "event 3 is not here"),
    "a file without a proof": (
        lambda: RELEASES | {"answers-2.json": within.document(2, "answers")},
        "no proof of this",
    ),
    "a proof without its file": (partial(without, "decisions-2.json"), "the file is missing"),
    "another release in its place": (
        lambda: RELEASES | {"decisions-2.json": RELEASES["answers-1.json"]},
        "its SHA-256 is",
    ),
    "a proof under another name": (
        lambda: without("answers-1.tlog-proof") | {"answers-3.tlog-proof": RELEASES["answers-1.tlog-proof"]},
        'it is of release 1 of "answers"',
    ),
    "numbers where a release was taken back": (
        lambda: RELEASES | {"decisions-1.json": within.document(1)},
        "it was taken back, but has the members",
    ),
    "another reason": (
        lambda: RELEASES | {"decisions-1.json": within.tombstone(1).replace(b"twice", b"right")},
        "signed was",
    ),
    "numbers among the symbols of a tombstone": (
        lambda: RELEASES | {"decisions-1.json": within.tombstone(1).replace(b'{"c":', b'{"a": "6 of 9", "c":')},
        "its `symbols` are not those of the format",
    ),
    "numbers before the symbols of a tombstone": (
        lambda: RELEASES | {"decisions-1.json": within.tombstone(1).replace(b'"symbols"', b'"symbols":[6],"symbols"')},
        "it names a member twice",
    ),
    "a proof of what is no release": (
        lambda: RELEASES | {"decisions-3.tlog-proof": LOG_WITHIN.proof(6)},
        "it is procurement.planned/1, expected",
    ),
    "an entry that is no withdrawal": (
        lambda: RELEASES | {"decisions-2-withdrawn.tlog-proof": RELEASES["decisions-2.tlog-proof"]},
        "expected placements.release-withdrawn/1",
    ),
}


@pytest.mark.parametrize("what", FALSE)
def test_releases_that_are_not_those_of_the_log_are_found(what: str) -> None:
    files, why = FALSE[what]
    report = verify_releases(files(), KEYS)
    assert report.word == "not genuine"
    assert why in report.verdict


def test_numbers_that_say_another_plan_than_was_signed_are_found() -> None:
    writer = Writer().begin()
    at = {"decisions-1": within.release(writer, 1, data=within.document(1, "answers"))}
    files = within.releases(writer.publish(), at) | {"decisions-1.json": within.document(1, "answers")}
    assert 'its plan is "answers", signed was "decisions"' in verify_releases(files, KEYS).verdict


def test_a_number_that_was_left_out_when_it_was_signed_is_found() -> None:
    writer = Writer().begin()
    at = {"decisions-2": within.release(writer, 2)}
    said = verify_releases(within.releases(writer.publish(), at), KEYS).verdict
    assert "release of decisions has number 2, and is the first" in said


def test_releases_beside_the_hashes_and_beside_the_entries() -> None:
    beside = audit(HASHES, read_trust(KEYS, None))
    report = verify_releases(RELEASES, KEYS, beside=beside)
    assert report.word == "genuine", report.verdict
    assert any("shows hashes alone" in note for note in report.notes)
    proof = verify_proof(RELEASES["answers-1.tlog-proof"], KEYS, beside=beside)
    assert proof.word == "genuine"
    assert any("allowed to sign cannot be judged" in note for note in proof.notes)
    policy = f"witness w1 {WITNESS.vkey}\n"
    entries = LOG_WITHIN.files() | {"policy": LOG_WITHIN.policy().replace(b"quorum", f"{policy}quorum".encode())}
    report = verify_releases(RELEASES, KEYS, beside=audit(entries, read_trust(KEYS, None)))
    assert report.word == "genuine", report.verdict
    assert not any("were allowed" in note for note in report.notes)
    other, at = within.story(salts=100)
    report = verify_releases(within.releases(other, at), KEYS, beside=beside)
    assert (report.word, "one of the two histories was changed" in report.verdict) == ("not genuine", True)


def test_the_command_reads_both_from_folders(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    public, numbers = put(tmp_path / "register/public", HASHES), put(tmp_path / "numbers", RELEASES)
    (numbers / "index.html").write_text("<p>Numbers</p>")
    assert main([str(tmp_path / "register"), "--key", LOG.vkey]) == 3
    assert "hashes can show holds" in capsys.readouterr().out
    assert main([str(numbers), "--key", LOG.vkey, "--register", str(public)]) == 0
    assert "GENUINE. Everything checked of these releases holds" in capsys.readouterr().out
    (numbers / "decisions-2.json").write_bytes(b"{}")
    assert main([str(numbers), "--key", LOG.vkey]) == 1
    assert "NOT GENUINE. decisions-2.json: its SHA-256 is" in capsys.readouterr().out
    (numbers / "decisions-2.json").unlink()
    (numbers / "decisions-2.json").symlink_to("answers-1.json")
    assert main([str(numbers), "--key", LOG.vkey]) == 1


@pytest.mark.parametrize("data", [b"", b"[" * 100_000, b"\xff", b"null", b'{"items":[{"id":7},7,{"id":"x/../y"}]}'])
def test_hostile_files_never_give_a_traceback(data: bytes) -> None:
    for name in RELEASES:
        assert verify_releases(RELEASES | {name: data}, KEYS).word == "not genuine"
    with serving(answering(giving(HASHES | {"homes/feed.json": data}))) as address:
        assert verify_register(address, KEYS).word == "not genuine"
