"""A witness at the command line: made, told whom to watch, asked, and told of a loss."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from fairplace.cli import main
from fairplace.ledger import proof
from fairplace.ledger.note import b64
from fairplace.ledger.register_events import LOSS_DECLARED
from fairplace.ledger.tree import Frontier, consistency_proof, inclusion_proof, leaf_hash
from fairplace.witness.judge import Judge
from fairplace.witness.own import Own
from tests.ledger.story import ROOT, Log, opened
from tests.witness.trees import LOG, LOG_KEYS, ORIGIN, STRANGER, Tree, cosigner

TREE = Tree()
SMALL = """
import sys
import fairplace.cli.witnessing
print(*sorted({"fairplace.on_disk", "fairplace.http", "litestar", "lxml", "pikepdf"} & sys.modules.keys()))
"""


@pytest.fixture
def run(capfd: pytest.CaptureFixture[str]) -> Any:
    def ran(*arguments: object) -> tuple[int, str, str]:
        capfd.readouterr()
        code = main(["witness", *(str(one) for one in arguments)])
        out, err = capfd.readouterr()
        assert "Traceback" not in err
        return code, out, " ".join(err.split())

    return ran


@pytest.fixture
def folder(run: Any, tmp_path: Path) -> Path:
    made = tmp_path / "w"
    assert run("init", made, "--name", "witness.example")[0] == 0
    assert run("add", made, *(key.text for key in LOG_KEYS))[0] == 0
    return made


def test_a_witness_is_made_and_prints_the_keys_that_logs_need(run: Any, tmp_path: Path) -> None:
    code, out, err = run("init", tmp_path / "w", "--name", "witness.example")
    assert code == 0
    assert out.split() == [key.text for key in Own(tmp_path / "w").vkeys]
    assert "fairplace witness add" in err
    again = run("init", tmp_path / "w", "--name", "witness.example")
    assert again[:2] == (0, out), "whoever lost what was printed asks again"
    assert again[2].startswith(f"witness.example stands in {tmp_path / 'w'} already.")
    assert run("init", tmp_path / "w", "--name", "witness.other")[::2] == (
        1,
        f"fairplace: {tmp_path / 'w'} is the witness witness.example; give a new folder for witness.other",
    )
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "letter").touch()
    assert "is not empty; give a new folder for the witness" in run("init", tmp_path / "mine", "--name", "a.example")[2]
    assert run("init", tmp_path / "x", "--name", "Not A Name")[0] == 1
    assert not (tmp_path / "x").exists()


def test_only_keys_of_logs_are_watched(run: Any, folder: Path) -> None:
    assert run("add", folder, cosigner("witness.other").vkey.text)[0] == 1
    assert run("add", folder, "nonsense")[0] == 2
    assert run("add", folder, LOG.vkey.text)[::2] == (0, f"Already watching {ORIGIN}, key id {LOG.vkey.key_id.hex()}.")
    assert run("add", folder.parent, LOG.vkey.text)[0] == 5


def test_the_list_says_how_far_each_log_was_seen_and_shouts_when_it_forked(run: Any, folder: Path) -> None:
    assert run("list", folder)[1] == f"{ORIGIN}  never seen\n"
    judge = Judge(Own(folder))
    assert judge.add(TREE.ask(0, 7)).status == 200
    assert f"{ORIGIN}  7 entries, signed 20" in run("list", folder)[1]
    assert judge.add(Tree(forked_at=2).ask(7, 7)).status == 422
    code, out, _ = run("list", folder)
    assert (code, "IT SHOWED TWO HISTORIES: 1 pair of checkpoints is kept" in out) == (0, True)
    [line] = [json.loads(one) for one in run("list", folder, "--json")[1].splitlines()]
    assert (line["size"], line["root"]) == (7, b64(TREE.root(7)))
    assert line["evidence"][0].count("--\n") == 1


class Loser:
    """A log that lost what stood behind entry `keep`, and says so."""

    def __init__(self, keep: int = 4, lost: int = 9, lost_root: bytes | None = None) -> None:
        before = self._grown(lost)
        self.lost = before
        self.now: Log = opened()
        for _ in range(keep - 1):
            self.now.score(ROOT, stream="00000000-0000-4000-8000-0000000000aa")
        self.now.add(
            LOSS_DECLARED,
            {
                "kept": {"root": b64(self.root(self.now, keep)), "size": keep},
                "lost": {"root": b64(lost_root or self.root(before, lost)), "size": lost},
                "reason": "the disk failed",
            },
            ROOT,
        )
        self.keep = keep
        for _ in range(3):
            self.now.score(ROOT)

    @staticmethod
    def _grown(size: int) -> Log:
        log = opened()
        for _ in range(size - 1):
            log.score(ROOT)
        return log

    @staticmethod
    def node(log: Log) -> Any:
        leaves = [leaf_hash(one.raw) for one in log.entries]

        def at(level: int, index: int) -> bytes:
            frontier = Frontier()
            for leaf in leaves[index << level : (index + 1) << level]:
                frontier.append(leaf)
            return frontier.root()

        return at

    def root(self, log: Log, size: int) -> bytes:
        frontier = Frontier()
        for one in log.entries[:size]:
            frontier.append(leaf_hash(one.raw))
        return frontier.root()

    def note(self, log: Log, size: int, *signers: Any) -> bytes:
        return TREE.note(size, *(signers or (LOG,)), root=self.root(log, size))

    def declaration(self, *signers: Any, index: int | None = None) -> bytes:
        at, size = self.keep if index is None else index, len(self.now.entries)
        hashes = inclusion_proof(at, size, self.node(self.now))
        return proof.make(self.now.entries[at].raw, [], at, hashes, self.note(self.now, size, *signers))


def test_a_loss_is_accepted_by_an_explicit_act_and_kept_for_good(run: Any, folder: Path, tmp_path: Path) -> None:
    log, file, judge = Loser(), tmp_path / "loss.tlog-proof", Judge(Own(folder))
    file.write_bytes(log.declaration())
    code, _, err = run("accept-loss", folder, ORIGIN, file, "--yes")
    assert (code, "nothing that was signed here is lost" in err) == (1, True)
    assert judge.add(b"old 0\n\n" + log.note(log.lost, 9)).status == 200
    size = len(log.now.entries)
    assert judge.add(b"old 0\n\n" + log.note(log.now, size)).status == 409
    code, _, err = run("accept-loss", folder, ORIGIN, file, "--yes")
    assert code == 0
    assert "the disk failed" in err
    assert "Accepted. witness.example goes on with" in err
    code, out, _ = run("list", folder)
    assert "a loss was accepted" in out
    [kept] = Own(folder).state.losses(ORIGIN)
    assert kept.lost.startswith(log.note(log.lost, 9))
    assert kept.declaration == file.read_bytes()
    hashes = "".join(f"{b64(one)}\n" for one in consistency(log, 4, size))
    assert judge.add(f"old 4\n{hashes}\n".encode() + log.note(log.now, size)).status == 200
    code, _, err = run("accept-loss", folder, ORIGIN, file, "--yes")
    assert (code, "was accepted before" in err) == (1, True)
    assert Own(folder).state.latest(ORIGIN).size == size


def consistency(log: Loser, old: int, new: int) -> list[bytes]:
    return consistency_proof(old, new, log.node(log.now))


@pytest.mark.parametrize(
    ("spoil", "code", "sentence"),
    [
        (lambda log: b"nothing", 2, "no proof file"),
        (lambda log: log.declaration(STRANGER), 1, "not proved by the keys"),
        (lambda log: log.declaration(index=2), 2, "the entry is of type evaluation.scored/1"),
        (lambda log: log.declaration().replace(b"index 4", b"index 5"), 1, "not proved"),
        (lambda log: Loser(lost=8).declaration(), 1, "only 8 are declared lost"),
        (lambda log: Loser(lost_root=bytes(32)).declaration(), 1, "another history of 9 entries"),
    ],
)
def test_a_declaration_that_does_not_cover_what_was_signed_is_refused(
    run: Any, folder: Path, tmp_path: Path, spoil: Any, code: int, sentence: str
) -> None:
    log, file = Loser(), tmp_path / "loss.tlog-proof"
    assert Judge(Own(folder)).add(b"old 0\n\n" + log.note(log.lost, 9)).status == 200
    file.write_bytes(spoil(log))
    said = run("accept-loss", folder, ORIGIN, file, "--yes")
    assert (said[0], sentence in said[2]) == (code, True), said
    assert Own(folder).state.latest(ORIGIN).size == 9
    assert Own(folder).state.losses(ORIGIN) == []


@pytest.mark.parametrize("said", ["n\n", ""])
def test_without_a_yes_nothing_is_accepted(
    run: Any, folder: Path, tmp_path: Path, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(said))
    log, file = Loser(), tmp_path / "loss.tlog-proof"
    assert Judge(Own(folder)).add(b"old 0\n\n" + log.note(log.lost, 9)).status == 200
    file.write_bytes(log.declaration())
    assert run("accept-loss", folder, ORIGIN, file)[0] == 1
    assert Own(folder).state.losses(ORIGIN) == []
    assert run("accept-loss", folder, ORIGIN, tmp_path / "missing")[0] == 2
    assert run("accept-loss", folder, "log.other.example/a", file, "--yes")[0] == 1


def test_a_witness_is_small_it_carries_nothing_of_a_register_or_its_pages() -> None:
    done = subprocess.run([sys.executable, "-c", SMALL], capture_output=True, text=True, check=True)
    assert done.stdout == "\n"
