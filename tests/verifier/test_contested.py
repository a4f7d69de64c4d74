"""What the checker says of stolen keys, of whoever stands by what they signed, and of a log that continues another."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from fairplace_verify import main, verify_register
from tests.verifier.test_key_rules import FIRST, NEW, Log, begun
from tests.verifier.writer import AT, CASE, EVALUATOR, LOG, OFFICER, OTHER_CASE, ROOT, Writer, planned, scored

PLAN = FIRST
"""The entry that the officer's key signs, and that is contested."""


def contested() -> Log:
    """The officer planned a case, an evaluator marked; the officer's key was replaced, and reported stolen at entry 11."""
    log = begun()
    planned(log)
    scored(log)
    log.rotate(OFFICER, NEW)
    log.contest(OFFICER, PLAN, PLAN)
    return log


def reaffirm(log: Writer, *entries: Any, by: Any = NEW, **more: Any) -> int:
    body = {"case": CASE, "entries": list(entries), "evidence": "signed-by-party", "happened_at": AT}
    return log.add("signature.reaffirmed/1", body, by=by, sealed={"/exhibit": None}, **more)


def notes(log: Writer) -> list[str]:
    report = verify_register(log.publish().files(), [LOG.vkey])
    assert report.false is None, report.false
    return report.notes


def test_contested_signatures_are_counted_and_named() -> None:
    assert notes(contested()) == [
        f"the key {OFFICER.vkey} was reported stolen by entry 11: 1 of its signatures is contested (entries 8)"
    ]


def test_a_report_of_entries_that_the_key_did_not_sign_says_so() -> None:
    log = begun()
    log.contest(OFFICER, 0, 2)
    assert notes(log) == [f"the key {OFFICER.vkey} was reported stolen by entry 8: 0 of its signatures are contested"]


def test_many_contested_signatures_are_counted_and_the_first_named() -> None:
    log = begun()
    planned(log)
    for _ in range(24):
        log.add("procurement.contact-recorded/1", {"case": CASE})
    log.contest(OFFICER, 0, 32)
    [note] = notes(log)
    assert "25 of its signatures are contested (entries 8, 9, 10" in note
    assert note.endswith("26, 27 and 5 more)")


def test_whoever_the_key_belongs_to_stands_by_it_with_a_new_one() -> None:
    log = contested()
    reaffirm(log, PLAN)
    assert notes(log)[0].endswith("(entries 8); reaffirmed with a new key: 8")


FALSE: Mapping[str, tuple[Any, str]] = {
    "another person's signature": (lambda log: reaffirm(log, PLAN, by=EVALUATOR), "no contested signature of"),
    "what is not contested": (lambda log: reaffirm(log, PLAN + 1), "no contested signature of"),
    "nothing": (reaffirm, "not empty"),
    "an entry of the key register": (lambda log: reaffirm(log, 0), "does not belong to the case"),
    "an entry that is not there": (lambda log: reaffirm(log, 99), "a list of entries below 12"),
    "an entry twice": (lambda log: reaffirm(log, PLAN, PLAN), "ascending, each once"),
    "entries that are no numbers": (lambda log: reaffirm(log, "8"), "a list of entries below 12"),
    "under two signatures": (lambda log: reaffirm(log, PLAN, also=[EVALUATOR]), "2 signatures came"),
    "outside the case's stream": (
        lambda log: reaffirm(log, PLAN, stream=OTHER_CASE, bend=lambda e: e["body"].update(seen=log.leaf(PLAN))),
        "expected the case's own",
    ),
    "with a member that nobody knows": (
        lambda log: reaffirm(log, PLAN, bend=lambda e: e["body"].update(why="mine")), "members",
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", FALSE)
def test_nobody_reaffirms(what: str) -> None:
    act, says = FALSE[what]
    log = contested()
    act(log)
    false = verify_register(log.publish().files(), [LOG.vkey]).false
    assert false is not None
    assert false.entry == 12
    assert says in str(false)


def test_nobody_reaffirms_before_it_is_contested() -> None:
    log = begun()
    planned(log)
    log.rotate(OFFICER, NEW)
    reaffirm(log, PLAN)
    log.contest(OFFICER, PLAN, PLAN)
    false = verify_register(log.publish().files(), [LOG.vkey]).false
    assert false is not None
    assert "no contested signature of" in str(false)


def test_a_recovery_under_way_is_told_until_it_is_over() -> None:
    log = begun()
    log.start(OFFICER, NEW)
    assert ["since entry 8" in note and "is being recovered" in note for note in notes(log)] == [True]
    log.stop(8)
    assert notes(log) == []


# A log that continues another

OLD = begun().publish()


def follower(**changes: Any) -> Writer:
    """A log under another origin that says that it continues OLD, as it is unless something is changed."""
    report = verify_register(OLD.files())
    earlier: dict[str, Any] = {"log": report.origin, "root": report.root, "size": report.size}
    log = Writer([], origin="log.example/register-2")
    log.register("log.opened/1", {"continues": earlier | changes, "root_key": ROOT.vkey})
    key = type(LOG)(log.origin, 40)
    log.log_signers = [key]
    log.active = [key]
    log.register("log-key.added/1", {"vkey": key.vkey})
    return log.publish()


def test_a_log_continues_the_one_that_is_given() -> None:
    report = verify_register(follower().files(), continues=OLD.files())
    assert report.false is None, report.false
    assert [check.check for check in report.checks][-2:] == ["earlier log", "trust"]
    assert any("which was given" in note for note in report.notes)


def test_that_a_log_continues_another_is_not_believed_unseen() -> None:
    [note] = verify_register(follower().files()).notes
    assert "whether that log has this root was not checked; give it with --continues" in note


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"root": "A" * 43 + "="}, "with the root AAAA"),
        ({"size": FIRST - 1}, "but it has"),
        ({"size": FIRST + 1}, "but 8 of them were given"),
        ({"log": "log.example/elsewhere"}, "but the earlier log that was given is log.example/register"),
        ({"log": "log.example/register-2"}, "expected another origin"),
        ({"size": 0}, "expected 1 or more"),
        ({"size": "8"}, "expected 1 or more"),
        ({"root": "short"}, "expected a hash"),
    ],
)
def test_a_log_that_continues_something_else_is_found(changes: dict[str, Any], says: str) -> None:
    false = verify_register(follower(**changes).files(), continues=OLD.files()).false
    assert false is not None
    assert says in str(false)


def test_an_earlier_log_that_is_not_true_is_no_ground() -> None:
    files = OLD.files()
    name = "tile/entries/000.p/8"
    files[name] = files[name].replace(b"officer", b"0fficer", 1)
    false = verify_register(follower().files(), continues=files).false
    assert false is not None
    assert "the earlier log that was given is not true" in str(false)


def test_a_log_that_continues_nothing_is_not_made_to() -> None:
    false = verify_register(OLD.files(), continues=OLD.files()).false
    assert false is not None
    assert "entry 0 says that there is none" in str(false)


def test_continues_goes_with_a_register(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    proof = tmp_path / "x.tlog-proof"
    proof.write_bytes(OLD.proof(0))
    assert main([str(proof), "--continues", str(tmp_path)]) == 2
    assert "--continues goes with a register" in capsys.readouterr().err
