"""A loss that was declared: the verifier follows the log past it, and holds it to what stays as evidence."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from fairplace_verify import Report, verify_register
from tests.matrix import every
from tests.verifier.writer import (
    LOG,
    LOG_PQ,
    NEW_LOG,
    OFFICER,
    ORIGIN,
    STRANGER,
    WITNESS,
    Signer,
    Writer,
    b64,
    planned,
    root_of,
)

KEPT, SIZE = 7, 10
EVIDENCE = f"lost/{KEPT}/{SIZE}"


def head(writer: Writer, size: int) -> dict[str, Any]:
    return {"root": b64(root_of(writer.leaves[:size])), "size": size}


def fork() -> Writer:
    """A log of ten entries, of which only seven could be kept."""
    writer = Writer().begin()
    planned(writer)
    writer.publish()
    for number in range(3):
        writer.add("procurement.note/1", {"case": "00000000-0000-4000-8000-0000000000aa", "number": number})
        writer.publish()
    return writer


LOST = fork()
NOTES = LOST.checkpoints


def declared(by: Signer | None = None, **body: Any) -> Writer:
    """The same log, going on from what was kept."""
    writer = Writer().begin()
    planned(writer)
    writer.publish()
    assert head(writer, KEPT) == head(LOST, KEPT)
    usual = {"kept": head(writer, KEPT), "lost": head(LOST, SIZE), "reason": "disk"}
    writer.register("log.loss-declared/1", usual | body, **({"by": by} if by else {}))
    writer.add("procurement.note/1", {"case": "00000000-0000-4000-8000-0000000000aa", "number": 100})
    return writer.publish()


def files(**more: bytes) -> dict[str, bytes]:
    return declared().files() | {EVIDENCE: NOTES[SIZE]} | more


def verified(given: Mapping[str, bytes]) -> Report:
    return verify_register(given, [LOG.vkey])


def false(given: Mapping[str, bytes], says: str, **where: Any) -> None:
    report = verified(given)
    assert report.false is not None, "everything was found true"
    assert says in str(report.false)
    assert where.items() <= vars(report.false).items(), str(report.false)


def test_a_declared_loss_is_true_and_is_named() -> None:
    report = verified(files())
    assert report.exit_code == 0, report.false
    assert [note for note in report.notes if "entry 7 declares a loss" in note and "size 10" in note]


def test_more_checkpoints_of_the_lost_part_may_stay() -> None:
    assert verified(files() | {"lost/7/8": NOTES[8], "lost/7/9": NOTES[9]}).exit_code == 0


def test_a_lost_checkpoint_may_be_of_a_size_that_the_log_has_reached_again() -> None:
    """The log now has nine entries, and another ninth than the one that was lost."""
    assert declared().head(9) != LOST.head(9)
    assert verified(files() | {"lost/7/9": NOTES[9]}).exit_code == 0


def test_what_is_kept_is_no_evidence_of_a_loss() -> None:
    false(files() | {"lost/7/7": NOTES[7]}, "nothing of it was lost", file="lost/7/7")


def test_evidence_that_is_missing_is_found() -> None:
    false(declared().files(), "the file is missing", file=EVIDENCE)


def test_evidence_without_a_declaration_is_found() -> None:
    false(files() | {"lost/6/10": NOTES[10]}, "entry 6 declares no loss", file="lost/6/10")
    false(files() | {"lost/9/10": NOTES[10]}, "beyond the newest checkpoint", file="lost/9/10")


@pytest.mark.parametrize("name", ["lost/7", "lost/07/10", "lost/7/010", "lost/7/10/x", "lost/x/10", "lost/7/0"])
def test_a_file_with_another_name_is_found(name: str) -> None:
    false(files() | {name: NOTES[10]}, "no file of this name", file=name)


@pytest.mark.parametrize(
    ("note", "says"),
    [
        (NOTES[9], "the checkpoint has size 9"),
        (NOTES[10].replace(ORIGIN.encode(), b"log.example/another"), "expected log.example/register"),
        (NOTES[10].replace(LOST.head(10), Writer().begin().head(6).replace(b"\n6\n", b"\n10\n")), "entry 7 declares"),
        (NOTES[10].replace(LOST.head(10), b"x\n"), "three lines"),
        (b"", "no blank line"),
    ],
)
def test_evidence_that_is_another_checkpoint_is_found(note: bytes, says: str) -> None:
    false(files() | {EVIDENCE: note}, says, file=EVIDENCE)


@pytest.mark.parametrize(
    "signers", [[STRANGER], [LOG_PQ], [LOG, STRANGER], [LOG_PQ, LOG], [NEW_LOG, LOG], [LOG, WITNESS]]
)
def test_evidence_with_lines_that_are_not_the_log_s_is_found(signers: list[Signer]) -> None:
    text = LOST.head(10)
    lines = b"".join(one.note(text) if one.kind == 1 else one.cosign(text) for one in signers)
    assert verified(files() | {EVIDENCE: text + b"\n" + lines}).exit_code == 1


@pytest.mark.matrix
def test_every_flipped_byte_of_the_evidence_is_found() -> None:
    whole = files()
    note = whole[EVIDENCE]
    unseen = [
        at
        for at in every(5, range(len(note)))
        if verified(whole | {EVIDENCE: note[:at] + bytes([note[at] ^ 1]) + note[at + 1 :]}).exit_code != 1
    ]
    assert not unseen


FALSE_BODIES: list[tuple[dict[str, Any], str]] = [
    ({"kept": head(LOST, 6)}, "`kept` has the size 6, but 7 entries stand before"),
    ({"kept": {"root": head(LOST, 6)["root"], "size": KEPT}}, "`kept` has the root"),
    ({"kept": {"size": KEPT}}, "members"),
    ({"kept": [KEPT]}, "`kept`"),
    ({"lost": {"root": head(LOST, 10)["root"], "size": 0}}, "expected one above 0"),
    ({"lost": {"root": head(LOST, 10)["root"], "size": True}}, "expected one above 0"),
    ({"lost": {"root": "AA==", "size": 10}}, "expected 32"),
    ({"lost": {"root": None, "size": 10}}, "expected base64"),
    ({"reason": 1}, "reason"),
    ({"more": 1}, "members"),
]


@pytest.mark.parametrize(("body", "says"), FALSE_BODIES)
def test_a_false_declaration_is_found(body: dict[str, Any], says: str) -> None:
    false(declared(**body).files() | {EVIDENCE: NOTES[SIZE]}, says, entry=KEPT)


def test_a_loss_of_a_tree_that_the_log_still_has_is_found() -> None:
    writer = declared(lost=head(LOST, 6))
    note = Writer().begin().publish().checkpoints[6]
    false(writer.files() | {"lost/7/6": note}, "nothing of it was lost", file="lost/7/6")


def test_only_the_root_declares_a_loss() -> None:
    false(declared(by=OFFICER).files() | {EVIDENCE: NOTES[SIZE]}, "without the role root or key-admin", entry=KEPT)
    writer = Writer()
    writer.begin()
    writer.register("key.added/1", {"role": "key-admin", "vkey": OFFICER.vkey})
    body = {"kept": head(writer, KEPT), "lost": head(LOST, SIZE), "reason": "disk"}
    writer.register("log.loss-declared/1", body, by=OFFICER)
    false(writer.publish().files() | {EVIDENCE: NOTES[SIZE]}, "declares a loss without the role root", entry=KEPT)


def test_a_loss_declared_outside_the_key_register_is_found() -> None:
    writer = Writer().begin()
    planned(writer)
    body = {"kept": head(writer, KEPT), "lost": head(LOST, SIZE), "reason": "disk"}
    writer.add("log.loss-declared/1", body, stream="00000000-0000-4000-8000-0000000000aa")
    false(writer.publish().files() | {EVIDENCE: NOTES[SIZE]}, "outside the stream of the key register", entry=KEPT)
