"""From the printer to the checker and back: what is printed is typed, mistyped, and held against the register."""

from __future__ import annotations

import io
import random
import shutil
import sys
from pathlib import Path
from typing import Any

import pytest

import fairplace_verify
from fairplace import receipts
from fairplace.cli import main
from fairplace.errors import Malformed
from fairplace.ledger import paper
from fairplace.monitor import evidence
from fairplace.on_disk import Register
from tests.witness.council import founded, grow
from tests.witness.trees import LOG_KEYS, Tree


@pytest.fixture(scope="module")
def pristine(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return founded(tmp_path_factory.mktemp("paper") / "register")


@pytest.fixture
def council(pristine: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(pristine, tmp_path / "register"))


@pytest.fixture
def verify(council: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Any:
    """Hold what was typed against the register: exit code, and all that was said."""

    def verified(typed: str, folder: Path = council) -> tuple[int, str]:
        with Register.open(council) as register:
            key = register.settings.log[0].vkeys[0]
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(typed.encode())))
        capfd.readouterr()
        code = main(["verify", str(folder), "--key", key, "--checkpoint", "-"])
        said = capfd.readouterr()
        return code, " ".join((said.out + said.err).split())

    return verified


def printed(folder: Path, capfd: pytest.CaptureFixture[str]) -> str:
    capfd.readouterr()
    assert main(["checkpoint", str(folder)]) == 0
    return capfd.readouterr().out


def test_what_is_printed_today_is_held_against_the_register_of_later(
    council: Path, verify: Any, capfd: pytest.CaptureFixture[str]
) -> None:
    both = printed(council, capfd)
    five, _, note = both.partition("\n\n")
    with Register.open(council) as register:
        page = receipts.page(register, 2)
        grow(register), grow(register)
        register.follow()
    for typed in (
        both,
        five,
        note,
        page,
        f"> Dear all,\n>\n> {five.lower()}\n-- \nThe council",
        five.replace("0", "O"),
    ):
        code, said = verify(typed)
        assert code == 0, said


def test_a_slip_is_found_in_its_line_and_another_history_is_not_genuine(
    council: Path, verify: Any, capfd: pytest.CaptureFixture[str]
) -> None:
    five = printed(council, capfd).partition("\n\n")[0]
    first, origin, size, *rest = five.splitlines()
    slip = five.replace(rest[1][:4], "ABCD" if rest[1][:4] != "ABCD" else "DCBA")
    code, said = verify(slip)
    assert code == 2
    assert "line" in said
    assert "2" in said
    other = paper.lines(origin, int(size.split()[1]), bytes(range(32)))
    code, said = verify(other)
    assert (code, first in other) == (1, True)
    assert "NOT GENUINE" in said.upper()


def test_both_readers_of_paper_say_the_same_of_it() -> None:
    """The monitor's and the checker's share no code. A slip that one of them sees, the other sees."""
    good, chance, agreed = paper.printed(Tree().note(4848)), random.Random(7), 0
    for _ in range(3_000):
        typed = list(good)
        for _ in range(chance.randint(0, 2)):
            at = chance.randrange(good.index("size"), len(typed))
            typed[at] = chance.choice("0123456789ABCDEFabcdefOIl \n")
        text = "".join(typed)
        assert told(text, theirs) == told(text, paper.read), text
        agreed += told(text, paper.read) is not None
    assert agreed > 300


def theirs(text: str) -> tuple[str, int, bytes]:
    found = fairplace_verify.read_paper(text.encode())
    return found.origin, found.size, found.root


def told(text: str, read: Any) -> Any:
    try:
        return read(text)
    except (Malformed, fairplace_verify.Unreadable):
        return None


def test_the_evidence_of_a_monitor_is_evidence_to_the_checker() -> None:
    tree, fork = Tree(), Tree(forked_at=5)
    keys = [LOG_KEYS[0].text]
    report = fairplace_verify.verify_evidence(evidence.pair(tree.note(9), fork.note(9)), keys)
    assert (report.ok, report.exit_code) == (True, 0), report
    for same in (evidence.pair(tree.note(9), tree.note(9)), evidence.pair(tree.note(9), tree.note(12))):
        assert fairplace_verify.verify_evidence(same, keys).exit_code != 0
    assert sys.version_info >= (3, 11)
