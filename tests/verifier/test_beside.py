"""What is held beside a register, a checkpoint from elsewhere or another bundle: how far they agree, and what is newer."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from fairplace.ledger import paper as printing
from fairplace_verify import (
    Audit,
    Report,
    Unreadable,
    audit,
    main,
    read_bundle,
    read_paper,
    read_trust,
    verify_bundle,
    verify_evidence,
    verify_pair,
    verify_proof,
    verify_register,
)
from tests.verifier.writer import (
    CASE,
    EVALUATOR,
    LOG,
    OTHER_CASE,
    ROOT,
    STRANGER,
    Signer,
    Writer,
    planned,
    story,
    zipped,
)

STORY = story([LOG])
SIZE, PLAN, DEPOSIT, SHEET_AT, AWARD = 14, 5, 6, 9, 10
TRUST = read_trust([LOG.vkey], None)


def grown(*steps: Any) -> Writer:
    """The same story, and what comes after it."""
    writer = story([LOG])
    for step in steps:
        step(writer)
    return writer.publish()


def note(writer: Writer) -> None:
    writer.add("procurement.note/1", {"case": CASE})


def beside(writer: Writer, **given: Any) -> Audit:
    return audit(writer.files(), given.get("trust", TRUST))


def proved(index: int, register: Writer, slots: Any = (), writer: Writer = STORY) -> Report:
    return verify_proof(writer.proof(index, slots), [LOG.vkey], beside=beside(register))


# a proof beside a register


def test_beside_its_register_the_signer_s_right_is_judged_and_later_entries_are_news() -> None:
    last = SIZE - 1
    report = proved(last, STORY)
    assert (report.word, report.notes) == ("genuine", []), report.verdict
    newer = proved(last, grown(note, note))
    assert (newer.word, newer.exit_code) == ("genuine but superseded", 0)
    assert "the case has 2 later entries, the newest entry 15, procurement.note/1" in newer.verdict
    assert newer.verdict.startswith("GENUINE, BUT SUPERSEDED. ")


def test_the_root_key_vouches_for_a_proof_beside_its_register() -> None:
    register = beside(STORY, trust=read_trust([ROOT.vkey], None))
    assert verify_proof(STORY.proof(SIZE - 1), [ROOT.vkey], beside=register).word == "genuine"
    assert verify_proof(STORY.proof(SIZE - 1), [STRANGER.vkey], beside=register).word == "not genuine"


def test_an_opening_that_was_taken_down_is_news() -> None:
    report = proved(PLAN, STORY, ["/title"])
    assert "entry 12 has taken down /title of entry 5, which is open here" in report.verdict
    assert report.word == "genuine but superseded"
    assert "taken down" not in proved(SHEET_AT, STORY, ["/bids/01/marks"]).verdict


def test_a_deposit_belongs_to_the_case_that_opened_it() -> None:
    report = proved(DEPOSIT, STORY, ["/case", "/seen"])
    assert "the case has 6 later entries" in report.verdict


def test_a_key_that_was_revoked_or_is_contested_is_news() -> None:
    def revoke(writer: Writer) -> None:
        writer.register("key.revoked/1", {"reason": "left", "vkey": EVALUATOR.vkey})

    def report_stolen(writer: Writer) -> None:
        writer.register("key.compromised/1", {"from": SHEET_AT, "until": AWARD, "vkey": EVALUATOR.vkey})

    assert "was revoked by entry 14" in proved(SHEET_AT, grown(revoke)).verdict
    stolen = proved(SHEET_AT, grown(report_stolen))
    assert f"the signature of {EVALUATOR.name} on 9 is contested" in stolen.verdict
    assert stolen.word == "genuine but superseded"


def test_an_older_copy_of_the_register_leaves_it_open() -> None:
    older = Writer([LOG]).begin()
    planned(older)
    older.publish()
    report = proved(SIZE - 1, older)
    assert report.word == "partly checked"
    assert "the register that you gave is an older copy: it has 6 entries" in report.verdict
    assert "cannot be judged from this file alone" in report.notes[0]


def test_a_register_with_another_history_makes_it_false() -> None:
    other = story([LOG])
    other.entries, other.events = [], []
    other.checkpoints, other.in_effect, other.disclosures, other.active = {}, {}, {}, []
    other.begin()
    planned(other, by=EVALUATOR)
    while len(other.entries) < SIZE:
        note(other)
    report = proved(SIZE - 1, other.publish())
    assert "one of the two histories was changed" in str(report.false)
    assert proved(2, other).word == "not genuine"


def test_a_register_of_another_log_or_one_that_is_false_makes_it_false() -> None:
    other = Writer([STRANGER_LOG], origin=STRANGER_LOG.name)
    assert "is of log.example/elsewhere" in str(proved(2, opened(other)).false)
    files = STORY.files()
    files["tile/entries/000.p/14"] = files["tile/entries/000.p/14"].replace(b"awarded/1", b"awarded/2")
    report = verify_proof(STORY.proof(2), [LOG.vkey], beside=audit(files, TRUST))
    assert "the register that you gave is not genuine: entry 10" in str(report.false)


def opened(writer: Writer) -> Writer:
    writer.register("log.opened/1", {"root_key": ROOT.vkey})
    writer.active = [STRANGER_LOG]
    writer.register("log-key.added/1", {"vkey": STRANGER_LOG.vkey})
    writer.active = [STRANGER_LOG]
    return writer.publish()


STRANGER_LOG = Signer("log.example/elsewhere", 30)


# a bundle beside a register


def bundled(members: Mapping[str, bytes] | bytes, register: Writer) -> Report:
    data = members if isinstance(members, bytes) else zipped(members)
    return verify_bundle(data, [LOG.vkey], beside=beside(register))


def test_a_bundle_beside_its_register_is_whole_and_what_came_since_is_news() -> None:
    assert bundled(STORY.fpbundle(), STORY).word == "genuine"
    newer = bundled(STORY.fpbundle(), grown(note))
    assert newer.word == "genuine but superseded"
    assert "the case has 1 later entry, the newest entry 14" in newer.verdict


def test_what_a_bundle_leaves_off_the_end_shows_beside_the_register() -> None:
    members = STORY.members("bidder")
    del members[f"proofs/{13:020}.tlog-proof"]
    assert verify_bundle(zipped(members), [LOG.vkey]).word == "genuine", "alone, it cannot be seen"
    assert "the case has 13 in the register, missing from this bundle" in str(bundled(members, STORY).false)


def test_a_register_event_that_a_bundle_leaves_off_shows_beside_the_register() -> None:
    writer = grown(lambda one: one.register("key.revoked/1", {"reason": "left", "vkey": EVALUATOR.vkey}))
    members = writer.members()
    del members[f"register/{14:020}.tlog-proof"]
    assert "the key register has 14 in the register, missing" in str(bundled(members, writer).false)


def test_what_a_court_s_edition_opens_that_was_taken_down_before_is_no_news() -> None:
    assert bundled(STORY.fpbundle("court"), STORY).superseded == []
    down = grown(lambda one: one.disclose({SHEET_AT: ["/bids/01/marks"]}, "value.withdrawn/1"))
    assert "entry 14 has taken down /bids/01/marks of entry 9" in bundled(STORY.fpbundle("court"), down).verdict


# checkpoints from elsewhere


def head(writer: Writer, size: int) -> bytes:
    text = writer.head(size)
    return text + b"\n" + LOG.note(text)


def papers(*writers: bytes) -> list[Any]:
    return [read_paper(one) for one in writers]


def test_what_the_engine_prints_is_read_and_the_register_extends_it() -> None:
    for size in (1, 5, SIZE):
        printed = printing.printed(head(STORY, size)).encode()
        report = verify_register(STORY.files(), [LOG.vkey], papers=papers(printed))
        assert report.word == "genuine", report.verdict
        assert [check.check for check in report.checks][-2] == "paper"


PRINTED = printing.printed(head(STORY, SIZE))


@pytest.mark.parametrize(
    "twist",
    [
        str.lower,
        lambda text: text.replace("\n", "\r\n"),
        lambda text: f"Dear Sir,\nplease keep this:\n\n{text}\nYours faithfully,\nThe Council",
        lambda text: text.replace("0", "O"),
        lambda text: text.replace("1", "I").replace("checkpoint I", "checkpoint 1").replace("size I4", "size 14"),
        lambda text: text.replace("1", "l").replace("checkpoint l", "checkpoint 1").replace("size l4", "size 14"),
        lambda text: text.replace(" ", "   ").replace("\n", "\n\n\t"),
        lambda text: text.replace("\n", " "),
        lambda text: "\n".join(f"   {line}" for line in text.splitlines()),
    ],
)
def test_what_is_typed_or_recognised_is_read_all_the_same(twist: Any) -> None:
    assert read_paper(twist(PRINTED).encode())[:3] == read_paper(PRINTED.encode())[:3]


def test_a_digit_that_is_misread_is_found_with_its_line() -> None:
    """Two digits of check let one slip of 256 through; what is read then has another root, which no register gives."""
    lines, slipped = PRINTED.splitlines(), 0
    for number in (3, 4):
        for at, digit in enumerate(lines[number]):
            wrong = [*lines]
            wrong[number] = lines[number][:at] + ("0" if digit != "0" else "8") + lines[number][at + 1 :]
            if digit != " ":
                said = read_or_said("\n".join(wrong))
                slipped += not isinstance(said, str)
                assert said != read_or_said(PRINTED)
                assert not isinstance(said, str) or f"line {number - 2} of its root" in said
    assert slipped <= 3


def read_or_said(text: str) -> object:
    try:
        return read_paper(text.encode())
    except Unreadable as error:
        return str(error)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (PRINTED.replace("size 14", "size 15"), "look at the name and the size"),
        (PRINTED.replace("register", "registry"), "look at the name and the size"),
        (PRINTED[:-20], "line 2 of its root"),
        (PRINTED.replace(PRINTED.splitlines()[3][:4], "ZZZZ"), "line 1 of its root"),
        ("", "expected five lines"),
        ("fairplace checkpoint 2\n", "expected five lines"),
        ("fairplace checkpoint 1\nx\nsize 0\n" + "0" * 68, "expected five lines"),
        ("log.example/register\n14\nAAAA\n", "expected five lines"),
        ("log.example/register\n14\n" + "A" * 43 + "=\n\nno lines", "signature line 1 is malformed"),
    ],
)
def test_a_checkpoint_that_cannot_be_read_is_said(text: str, says: str) -> None:
    with pytest.raises(Unreadable, match=says):
        read_paper(text.encode())


@pytest.mark.parametrize("form", [head(STORY, 5), STORY.head(5), STORY.head(5).strip(), b"\r\n" + STORY.head(5)])
def test_the_ordinary_form_is_taken_with_and_without_its_signatures(form: bytes) -> None:
    assert read_paper(form).size == 5
    assert verify_register(STORY.files(), [LOG.vkey], papers=papers(form)).word == "genuine"


def forked() -> Writer:
    """A second history of the same length, under the same key."""
    writer = Writer([LOG]).begin()
    planned(writer)
    while len(writer.entries) < SIZE:
        note(writer)
    return writer.publish()


def test_a_register_that_does_not_extend_a_paper_is_false_and_a_signed_one_is_evidence() -> None:
    fork = forked()
    report = verify_register(STORY.files(), [LOG.vkey], papers=papers(fork.head(SIZE)))
    assert "the checkpoint that you gave says" in str(report.false)
    assert "one of the two histories was changed" in str(report.false)
    assert "evidence" not in str(report.false)
    signed = verify_register(STORY.files(), [LOG.vkey], papers=papers(head(fork, SIZE)))
    assert "the log signed both, so the two checkpoints are evidence: keep them" in str(signed.false)
    stranger = fork.head(SIZE) + b"\n" + STRANGER.note(fork.head(SIZE))
    assert "evidence" not in str(verify_register(STORY.files(), [LOG.vkey], papers=papers(stranger)).false)


def test_a_restored_old_copy_is_found_by_a_newer_paper() -> None:
    older = Writer([LOG]).begin().publish()
    report = verify_register(older.files(), [LOG.vkey], papers=papers(STORY.head(SIZE)))
    assert "has 14 entries, but the register has 5: this copy is older, or entries were taken away" in str(report.false)


def test_a_paper_of_another_log_is_false() -> None:
    report = verify_register(STORY.files(), [LOG.vkey], papers=papers(STORY.head(5).replace(b"example", b"sample")))
    assert "is of log.sample/register" in str(report.false)


def test_a_bundle_and_a_proof_are_tied_to_papers_as_far_as_can_be() -> None:
    bundle = STORY.fpbundle(earlier=[5])
    for size, word in ((SIZE, "genuine"), (5, "genuine"), (6, "partly checked")):
        report = verify_bundle(bundle, [LOG.vkey], papers=papers(STORY.head(size)))
        assert report.word == word, report.verdict
    fork = forked()
    report = verify_bundle(bundle, [LOG.vkey], papers=papers(fork.head(SIZE)))
    assert "one of the two histories was changed" in str(report.false)
    proof = STORY.proof(3)
    assert verify_proof(proof, [LOG.vkey], papers=papers(STORY.head(SIZE))).word == "genuine"
    assert verify_proof(proof, [LOG.vkey], papers=papers(STORY.head(5))).word == "partly checked"
    assert verify_proof(proof, [LOG.vkey], papers=papers(fork.head(SIZE))).word == "not genuine"


# two bundles


def pair(one: bytes, two: bytes, trust: Any = TRUST) -> Report:
    return verify_pair(read_bundle(one, trust), read_bundle(two, trust))


def test_two_editions_of_one_case_agree_byte_for_byte() -> None:
    report = pair(STORY.fpbundle("bidder"), STORY.fpbundle("court"))
    assert report.word == "genuine", report.verdict
    assert report.verdict.startswith(
        "GENUINE. 7 entries agree byte for byte; the second holds 1 more (entry 6; edition court); "
        "the second opens 4 values that the first does not; none altered, none missing; "
    )


def test_a_later_bundle_supersedes_an_earlier_one() -> None:
    report = pair(STORY.fpbundle(), grown(note, note).fpbundle(earlier=[SIZE]))
    assert (report.word, report.notes) == ("genuine but superseded", [])
    assert "the second holds 2 more (entries 14, 15; edition court); none altered, none missing" in report.verdict
    assert "2 of these came after the first" in report.verdict
    untied = pair(grown(note).fpbundle(), STORY.fpbundle())
    assert untied.word == "genuine but superseded"
    assert "nothing here ties their two checkpoints together" in untied.notes[0]


def test_an_entry_that_is_altered_or_missing_is_found() -> None:
    report = pair(STORY.fpbundle(), forked().fpbundle())
    assert "they showed two histories" in str(report.false) or "the log showed two histories" in str(report.false)
    longer = forked()
    note(longer)
    altered = pair(STORY.fpbundle(), longer.publish().fpbundle())
    assert "altered: 6, 8, 9, 10, 11, 12, 13, missing: 7" in str(altered.false)
    members = STORY.members("bidder")
    del members[f"proofs/{13:020}.tlog-proof"]
    missing = pair(zipped(members), STORY.fpbundle("bidder"))
    assert "none altered, missing: 13" in str(missing.false)
    assert missing.exit_code == 1


def test_a_false_bundle_makes_the_pair_false_and_an_untrusted_one_leaves_it_open() -> None:
    good = STORY.fpbundle()
    assert "the second bundle: " in str(pair(good, good[:-1]).false)
    assert pair(good, good, read_trust([], None)).word == "partly checked"


def test_bundles_of_different_cases_have_nothing_to_compare() -> None:
    writer = story([LOG])
    planned(writer, OTHER_CASE)
    writer.publish()
    report = pair(writer.fpbundle(), writer.fpbundle(case=OTHER_CASE))
    assert report.word == "partly checked"
    assert "they are of different cases" in report.verdict


def test_the_command_compares_two_bundles_and_its_last_line_is_of_both(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "bidder.fpbundle").write_bytes(STORY.fpbundle("bidder"))
    (tmp_path / "court.fpbundle").write_bytes(STORY.fpbundle("court"))
    paths = [str(tmp_path / "bidder.fpbundle"), str(tmp_path / "court.fpbundle")]
    assert main([*paths, "--key", LOG.vkey]) == 0
    said = capsys.readouterr().out
    assert said.count("GENUINE. ") == 3
    assert said.splitlines()[-1].startswith("GENUINE. 7 entries agree byte for byte")
    assert main([*paths, "--key", LOG.vkey, "--json"]) == 0
    last = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert (last["verdict"], last["exit"]) == ("genuine", 0)
    assert main([*paths, paths[0]]) == 2
    (tmp_path / "x.tlog-proof").write_bytes(STORY.proof(3))
    assert main([paths[0], str(tmp_path / "x.tlog-proof")]) == 2


# evidence of two histories


def evidence(one: bytes, two: bytes) -> bytes:
    return one + b"--\n" + two


def test_two_signed_trees_of_one_size_are_genuine_evidence() -> None:
    data = evidence(head(STORY, SIZE), head(forked(), SIZE))
    report = verify_evidence(data, [LOG.vkey])
    assert report.verdict == (
        "GENUINE. It is genuine evidence that the log log.example/register showed two histories: two trees of size 14; "
        "both are signed by a key that you gave."
    )
    assert verify_evidence(data).word == "partly checked"
    assert verify_evidence(data, beside=beside(STORY)).word == "genuine"
    untrusted = beside(STORY, trust=read_trust([], None))
    assert verify_evidence(data, beside=untrusted).word == "partly checked"
    assert "is not signed by a key of the log" in str(verify_evidence(data, [LOG_OTHER.vkey]).false)
    assert "no key that you gave is one of" in str(verify_evidence(data, [STRANGER.vkey]).false)


LOG_OTHER = Signer(LOG.name, 40)


def test_evidence_with_a_signature_that_is_bad_or_missing_is_none() -> None:
    fork = forked()
    bad = fork.head(SIZE) + b"\n" + LOG.note(fork.head(5))
    assert "does not fit the checkpoint" in str(verify_evidence(evidence(head(STORY, SIZE), bad), [LOG.vkey]).false)
    other = fork.head(SIZE) + b"\n" + STRANGER.note(fork.head(SIZE))
    assert verify_evidence(evidence(head(STORY, SIZE), other), [LOG.vkey]).word == "not genuine"


def test_one_history_shown_twice_is_no_evidence() -> None:
    report = verify_evidence(evidence(head(STORY, 5), head(STORY, 5)), [LOG.vkey])
    assert "they show one history" in str(report.false)


def test_two_sizes_prove_nothing_without_the_register() -> None:
    data = evidence(head(STORY, SIZE), head(forked(), 10))
    alone = verify_evidence(data, [LOG.vkey])
    assert alone.word == "partly checked"
    assert "which proves nothing by itself: give the register as well" in alone.verdict
    told = verify_evidence(data, [LOG.vkey], beside=beside(STORY))
    assert told.word == "genuine"
    assert "the register has another tree of size 10" in told.verdict
    one = evidence(head(STORY, SIZE), head(STORY, 10))
    assert "the register extends both" in str(verify_evidence(one, [LOG.vkey], beside=beside(STORY)).false)
    older = Writer([LOG]).begin().publish()
    assert verify_evidence(one, [LOG.vkey], beside=beside(older)).word == "partly checked"


@pytest.mark.parametrize("data", [b"", b"--\n", b"\n--\n", head(STORY, 5), head(STORY, 5) + b"--\n"])
def test_what_is_not_two_checkpoints_is_no_evidence(data: bytes) -> None:
    assert verify_evidence(data, [LOG.vkey]).word == "not genuine"


def test_checkpoints_of_two_logs_are_no_evidence() -> None:
    other = head(STORY, SIZE).replace(b"example/register\n14", b"example/elsewhere\n14")
    assert "the other of log.example/elsewhere" in str(verify_evidence(evidence(head(STORY, SIZE), other)).false)


# by the command


def test_the_command_takes_register_checkpoint_and_evidence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "register"
    for name, data in STORY.files().items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
    (tmp_path / "a.tlog-proof").write_bytes(STORY.proof(SIZE - 1))
    (tmp_path / "letter.txt").write_text(PRINTED)
    (tmp_path / "fork").write_bytes(evidence(head(STORY, SIZE), head(forked(), SIZE)))
    (tmp_path / "checkpoint").write_bytes(head(STORY, SIZE))
    key, register = ["--key", LOG.vkey], ["--register", str(folder)]
    letter = ["--checkpoint", str(tmp_path / "letter.txt")]
    assert main([str(tmp_path / "a.tlog-proof"), *key, *register, *letter]) == 0
    assert main([str(folder), *key, *letter]) == 0
    assert main([str(tmp_path / "fork"), *key]) == 0
    assert "genuine evidence that the log" in capsys.readouterr().out
    assert main([str(tmp_path / "checkpoint"), *key]) == 2
    said = capsys.readouterr()
    assert "NOT A RECORD. checkpoint is a checkpoint alone" in said.out
    assert said.err == "", "it is an answer, and is given once"
    assert main([str(tmp_path / "letter.txt"), *key]) == 2
    assert "NOT A RECORD. letter.txt begins" in capsys.readouterr().out
    assert main([str(folder), *key, *register]) == 2
    assert main([str(folder), *key, "--checkpoint", str(tmp_path / "a.tlog-proof")]) == 2
    assert "the checkpoint that you gave cannot be read" in capsys.readouterr().err
